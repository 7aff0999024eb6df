//! STK callbacks that come twice, late, out of order or against what was known: one payment is one
//! credit, and success is final.

use std::time::Duration;

use sandbox::{Fault, FaultPoint};
use serde_json::json;

use crate::{
    help::{
        MINUTE, failure, last_deposit, outcomes, post, pushed, sms_of, state, success, tell, texts,
        told,
    },
    support::World,
};

#[tokio::test]
async fn trap_06_the_same_callback_four_times_credits_once() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let body = success(&checkout, "UKM1A2B3C4", &json!(100.00));
    for _ in 0..4 {
        tell(&world, &deposit, &body).await;
        world.turn(MINUTE);
    }
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(sms_of(&world, &phone, "deposit_paid").await.len(), 1);
    assert_eq!(texts(&phone).len(), 1);
    let deposit = last_deposit(&world, &phone).await;
    assert_eq!((deposit.state.as_str(), deposit.flagged), ("paid", false));
    let done = |outcome: &str| ("done".to_owned(), outcome.to_owned());
    let repeated = || done("repeated");
    let expected = [done("credited"), repeated(), repeated(), repeated()];
    assert_eq!(outcomes(&world).await, expected);
    world.check().await;
}

#[tokio::test]
async fn trap_06_the_same_callback_at_the_same_instant_credits_once() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let body = success(&checkout, "UKM1A2B3C4", &json!(100.00)).to_string();
    let posts = (0..4).map(|_| post(&world, &deposit, body.clone()));
    assert_eq!(futures::future::join_all(posts).await, [200; 4]);
    // And four workers act on them at once.
    let runs = (0..4).map(|_| world.run_due());
    futures::future::join_all(runs).await;
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(texts(&phone).len(), 1);
    assert!(world.app().parked().await.expect("parked").is_empty());
    assert!(
        outcomes(&world)
            .await
            .iter()
            .all(|(state, _)| state == "done")
    );
    world.check().await;
}

#[tokio::test]
async fn a_callback_that_daraja_sends_twice_at_once_credits_once() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    pushed(&world, &phone, 100).await;
    world
        .sim
        .inject(FaultPoint::StkCallback, Fault::Twice, 1)
        .expect("a fault");
    phone.enter_pin("1234").await.expect("paid");
    told(&world, 1).await;
    assert_eq!(world.sim.pushes()[0].callbacks, [Some(200), Some(200)]);
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(texts(&phone).len(), 1);
    world.check().await;
}

#[tokio::test]
async fn trap_04_success_after_a_failure_credits_and_is_told() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    tell(&world, &deposit, &failure(&checkout, &json!(1037))).await;
    assert_eq!(state(&world, &phone).await, "failed");
    world.turn(Duration::from_secs(10 * 60));
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C4", &json!(100)),
    )
    .await;
    assert_eq!(state(&world, &phone).await, "paid");
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(
        texts(&phone),
        [
            "Deposit of KES 100 not completed: your phone did not answer. If M-Pesa took the money \
             it will be added when it arrives.",
            "KES 100 received, M-Pesa receipt UKM1A2B3C4. Majibu balance KES 100. Dial to play.",
        ]
    );
    world.check().await;
}

#[tokio::test]
async fn trap_05_failure_after_success_changes_nothing() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C4", &json!(100)),
    )
    .await;
    for code in [json!(1032), json!("1037"), json!(2001), json!("SFC_IC0003")] {
        tell(&world, &deposit, &failure(&checkout, &code)).await;
    }
    let deposit = last_deposit(&world, &phone).await;
    assert_eq!((deposit.state.as_str(), deposit.flagged), ("paid", false));
    assert_eq!(deposit.receipt.as_deref(), Some("UKM1A2B3C4"));
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(texts(&phone).len(), 1);
    assert_eq!(outcomes(&world).await.len(), 5);
    world.check().await;
}

#[tokio::test]
async fn failures_in_a_row_are_told_once() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    for code in [json!(1032), json!(1032), json!(1037)] {
        tell(&world, &deposit, &failure(&checkout, &code)).await;
    }
    assert_eq!(texts(&phone).len(), 1);
    assert!(texts(&phone)[0].contains("it was cancelled."));
    world.check().await;
}

#[tokio::test]
async fn trap_14_a_failure_with_metadata_is_no_credit() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let mut body = success(&checkout, "UKM1A2B3C4", &json!(100));
    body["Body"]["stkCallback"]["ResultCode"] = json!(1032);
    tell(&world, &deposit, &body).await;
    assert_eq!(state(&world, &phone).await, "failed");
    assert_eq!(world.balance(&phone).await, 0);
    world.check().await;
}

#[tokio::test]
async fn trap_04_success_long_after_the_deposit_was_parked_as_uncertain_still_credits() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let expires = world.config.jobs.stk_expire_after;
    let mut passed = Duration::ZERO;
    while passed < expires + MINUTE {
        world.turn(MINUTE);
        passed += MINUTE;
        world.run_due().await;
    }
    assert!(last_deposit(&world, &phone).await.flagged);
    world.turn(Duration::from_secs(24 * 60 * 60));
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C4", &json!(100)),
    )
    .await;
    assert_eq!(state(&world, &phone).await, "paid");
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn a_failure_of_another_request_does_not_end_this_deposit() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    tell(
        &world,
        &deposit,
        &failure("ws_CO_of_somebody_else", &json!(1032)),
    )
    .await;
    let row = last_deposit(&world, &phone).await;
    assert_eq!((row.state.as_str(), row.flagged), ("pushed", true));
    assert!(texts(&phone).is_empty(), "{:?}", texts(&phone));
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C4", &json!(100)),
    )
    .await;
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}
