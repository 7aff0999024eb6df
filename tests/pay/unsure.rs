//! Withdrawals whose end nobody can tell: asked about at once, or ended with evidence.

use majibu::{
    app::{Found, ResolveError},
    core::{ids::WithdrawalId, payment::withdrawal::State},
};
use sandbox::{Fault, FaultPoint, Phone};
use serde_json::json;

use crate::{
    help::calls,
    payouts::{
        B2C, STATUS, ask, failure, happened, house_with, last, originator, standing, success, tell,
    },
    support::{World, by},
};

const RECEIPT: &str = "UKM7P7P7P7";

/// A payout of KES 500 whose answer and whose result got lost.
async fn lost() -> (World, Phone, WithdrawalId) {
    let (world, amina) = house_with(1_000).await;
    let lose = |point, fault| world.sim.inject(point, fault, 1).expect("possible");
    lose(FaultPoint::B2cRequest, Fault::Fail(500));
    lose(FaultPoint::B2cResult, Fault::Lost);
    ask(&amina, 500).await;
    world.run_due().await;
    assert_eq!(standing(&world, &amina).await, ("unknown".into(), 49_500));
    let id = last(&world, &amina).await.id.parse().expect("an id");
    (world, amina, id)
}

/// Lets the time pass in which a result may still come by itself, and asks nothing.
fn wait(world: &World) {
    world.turn(world.config.jobs.payout_query_after);
}

#[tokio::test]
async fn an_unsure_withdrawal_is_listed_and_asked_about_at_once() {
    let (world, amina, id) = lost().await;
    let listed = world.app().unsure_withdrawals().await.expect("read");
    assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), [id]);
    assert_eq!(world.run_due().await, 0, "nothing is due yet");
    world
        .app()
        .ask_again(id, &by("she called"))
        .await
        .expect("asked");
    world.run_due().await;
    assert_eq!(calls(&world, STATUS).len(), 1);
    happened(&world, "status result", 1).await;
    assert_eq!(standing(&world, &amina).await, ("paid".into(), 49_500));
    assert!(
        world
            .app()
            .unsure_withdrawals()
            .await
            .expect("read")
            .is_empty()
    );
    let ended = world.app().ask_again(id, &by("once more")).await;
    assert!(
        matches!(ended, Err(ResolveError::Ended(State::Paid))),
        "{ended:?}"
    );
    world.check().await;
}

#[tokio::test]
async fn one_that_is_paid_is_ended_with_its_receipt_and_a_late_result_changes_nothing() {
    let (world, amina, id) = lost().await;
    let paid = Found::Paid(RECEIPT.to_lowercase());
    let early = world
        .app()
        .resolve_withdrawal(id, &paid, &by("portal"))
        .await;
    assert!(matches!(early, Err(ResolveError::TooEarly)), "{early:?}");
    wait(&world);
    let odd = Found::Paid("it was paid".into());
    let odd = world
        .app()
        .resolve_withdrawal(id, &odd, &by("portal"))
        .await;
    assert!(matches!(odd, Err(ResolveError::NoReceipt(_))), "{odd:?}");
    let (one, two) = (by("portal"), by("portal"));
    let (first, second) = tokio::join!(
        world.app().resolve_withdrawal(id, &paid, &one),
        world.app().resolve_withdrawal(id, &Found::Failed, &two)
    );
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    let (state, _) = standing(&world, &amina).await;
    let originator = originator(&world);
    let name = id.to_string();
    tell(&world, &name, "result", &success(&originator, RECEIPT, 500)).await;
    assert_eq!(calls(&world, B2C).len(), 1, "never sent twice");
    match state.as_str() {
        "paid" => assert_eq!(world.account("suspense").await, 0),
        // It was ended as failed, and M-Pesa says otherwise: booked against suspense.
        _ => assert_eq!(world.account("suspense").await, -50_000),
    }
    world.check().await;
}

#[tokio::test]
async fn one_that_failed_gives_the_money_back_and_a_late_success_is_booked_against_suspense() {
    let (world, amina, id) = lost().await;
    wait(&world);
    let ended = world
        .app()
        .resolve_withdrawal(id, &Found::Failed, &by("portal: not found"))
        .await;
    assert_eq!(ended.expect("ended"), State::Failed);
    assert_eq!(standing(&world, &amina).await, ("failed".into(), 100_000));
    let (originator, name) = (originator(&world), id.to_string());
    let again = world
        .app()
        .resolve_withdrawal(id, &Found::Failed, &by("x"))
        .await;
    assert!(
        matches!(again, Err(ResolveError::Ended(State::Failed))),
        "{again:?}"
    );
    tell(&world, &name, "result", &success(&originator, RECEIPT, 500)).await;
    assert_eq!(standing(&world, &amina).await, ("failed".into(), 100_000));
    assert_eq!(world.account("suspense").await, -50_000);
    assert!(last(&world, &amina).await.flagged);
    world.check().await;
}

#[tokio::test]
async fn a_failure_after_it_was_ended_as_paid_leaves_it_paid_and_flags_it() {
    let (world, amina, id) = lost().await;
    wait(&world);
    let paid = Found::Paid(RECEIPT.into());
    let ended = world
        .app()
        .resolve_withdrawal(id, &paid, &by("portal"))
        .await;
    assert_eq!(ended.expect("ended"), State::Paid);
    let (originator, name) = (originator(&world), id.to_string());
    tell(&world, &name, "result", &failure(&originator, &json!(2))).await;
    assert_eq!(standing(&world, &amina).await, ("paid".into(), 49_500));
    assert!(last(&world, &amina).await.flagged);
    world.check().await;
}
