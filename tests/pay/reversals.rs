//! What M-Pesa took back: booked once, with the receipt of the reversal.

use majibu::app::{AssignError, ReversalError};
use serde_json::json;

use crate::{
    help::{last_deposit, sms_of, success, tell},
    payouts::{ask, house_with, last, send, standing},
    support::{World, by, msisdn},
};

const UNKNOWN: &str = "0123456789abcdef0123456789abcdef";
const RECEIPT: &str = "UKM1A2B3C4";
const REVERSAL: &str = "UKM9Z9Z9Z9";

async fn parked(world: &World) -> majibu::store::Parked {
    tell(world, UNKNOWN, &success("ws_CO_1", RECEIPT, &json!(150))).await;
    let mut parked = world.app().parked().await.expect("parked");
    assert_eq!(parked.len(), 1);
    parked.remove(0)
}

#[tokio::test]
async fn a_parked_payment_that_went_back_is_nobodys_any_more() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    let payment = parked(&world).await;
    for text in ["", "no receipt", "REVERSAL"] {
        let refused = world
            .app()
            .give_back_parked(payment.id, text, &by("x"))
            .await;
        assert!(
            matches!(refused, Err(ReversalError::NoReceipt(_))),
            "{text}"
        );
    }
    let given = world
        .app()
        .give_back_parked(payment.id, " ukm9z9z9z9", &by("portal, 22 Nov"))
        .await;
    assert_eq!(given.expect("given back").amount.get(), 15_000);
    assert_eq!(world.account("suspense").await, 0);
    assert_eq!(world.account("mpesa").await, 0);
    assert!(world.app().parked().await.expect("parked").is_empty());
    let to = msisdn(&amina);
    let assigned = world.app().assign(payment.id, &to, &by("x")).await;
    assert!(matches!(assigned, Err(AssignError::NotParked)));
    let again = world
        .app()
        .give_back_parked(payment.id, REVERSAL, &by("x"))
        .await;
    assert!(matches!(again, Err(ReversalError::NotParked)), "{again:?}");
    // Told once more by Daraja: it was booked before.
    tell(&world, UNKNOWN, &success("ws_CO_1", RECEIPT, &json!(150))).await;
    assert_eq!(world.account("suspense").await, 0);
    world.check().await;
}

#[tokio::test]
async fn who_assigns_and_who_gives_back_at_once_do_one_of_both() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    let payment = parked(&world).await;
    let (to, one, two) = (msisdn(&amina), by("theirs"), by("portal"));
    let (assigned, given) = tokio::join!(
        world.app().assign(payment.id, &to, &one),
        world.app().give_back_parked(payment.id, REVERSAL, &two)
    );
    assert!(assigned.is_ok() != given.is_ok(), "{assigned:?} {given:?}");
    let moved = world.balance(&amina).await + world.account("mpesa").await;
    assert!(moved == 0, "one of both: {moved}");
    world.check().await;
}

#[tokio::test]
async fn a_credited_payment_that_mpesa_took_back_leaves_the_wallet_as_far_as_it_holds() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let receipt = last_deposit(&world, &amina)
        .await
        .receipt
        .expect("a receipt");
    world.stake(&amina, "1").await;
    let held = world.balance(&amina).await;
    assert!(held < 10_000);
    let taken = world
        .app()
        .take_back(&receipt, REVERSAL, &by("portal"))
        .await;
    assert_eq!(taken.expect("taken back").amount.get(), 10_000);
    assert_eq!(world.balance(&amina).await, 0);
    assert_eq!(world.account("mpesa").await, 0);
    assert_eq!(
        world.account("house").await,
        held - 10_000,
        "the rest is its loss"
    );
    for reversal in [REVERSAL, "UKM8Y8Y8Y8"] {
        let again = world.app().take_back(&receipt, reversal, &by("x")).await;
        assert!(matches!(again, Err(ReversalError::Before(_))), "{again:?}");
    }
    world.run_due().await;
    assert_eq!(sms_of(&world, &amina, "payment_reversed").await.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_payout_that_mpesa_took_back_is_in_the_wallet_again() {
    let (world, amina) = house_with(1_000).await;
    ask(&amina, 500).await;
    send(&world).await;
    assert_eq!(standing(&world, &amina).await, ("paid".into(), 49_500));
    let receipt = last(&world, &amina).await.receipt.expect("a receipt");
    let unknown = world.app().take_back(RECEIPT, REVERSAL, &by("x")).await;
    assert!(
        matches!(unknown, Err(ReversalError::Unknown(_))),
        "{unknown:?}"
    );
    let taken = world
        .app()
        .take_back(&receipt, REVERSAL, &by("portal"))
        .await;
    assert_eq!(taken.expect("taken back").amount.get(), 50_000);
    assert_eq!(standing(&world, &amina).await, ("paid".into(), 99_500));
    world.run_due().await;
    assert_eq!(sms_of(&world, &amina, "payout_reversed").await.len(), 1);
    world.check().await;
}
