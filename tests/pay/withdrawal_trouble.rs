//! Payouts when M-Pesa answers late, twice, contradictorily or not at all (Daraja contract, section
//! 14, traps 20 to 32): sent at most once, and money goes back only on a certain failure.

use std::time::Duration;

use sandbox::{AfterQueue, Fault, FaultPoint};
use serde_json::json;

use crate::{
    help::{SECOND, calls, texts},
    payouts::{
        B2C, ask, ask_status, failure, happened, house_with, last, originator, pays_out, post,
        send, standing, success, tell,
    },
    support::World,
};

pub(crate) const HELD: i64 = 50_500;

/// What the simulator calls the callbacks that it sends.
pub(crate) const STATUS_RESULT: &str = "status result";

pub(crate) fn inject(world: &World, point: FaultPoint, fault: Fault) {
    world.sim.inject(point, fault, 1).expect("possible");
}

#[tokio::test]
async fn trap_20_an_answer_that_is_lost_is_asked_about_and_never_sent_again() {
    for fault in [
        Fault::Fail(500),
        Fault::Fail(503),
        Fault::Empty,
        Fault::Html,
        Fault::Cut,
    ] {
        let (world, amina) = house_with(1_000).await;
        inject(&world, FaultPoint::B2cRequest, fault.clone());
        inject(&world, FaultPoint::B2cResult, Fault::Lost);
        ask(&amina, 500).await;
        world.run_due().await;
        assert_eq!(
            standing(&world, &amina).await,
            ("unknown".into(), 49_500),
            "{fault:?}"
        );
        ask_status(&world).await;
        happened(&world, STATUS_RESULT, 1).await;
        assert_eq!(
            standing(&world, &amina).await,
            ("paid".into(), 49_500),
            "{fault:?}"
        );
        assert_eq!(calls(&world, B2C).len(), 1, "{fault:?}");
        assert_eq!(world.sim.books().paid_out_cents, 50_000);
        world.check().await;
    }
}

#[tokio::test]
async fn trap_20_a_payout_that_never_arrived_is_sent_again_under_the_same_id() {
    let (world, amina) = house_with(1_000).await;
    inject(&world, FaultPoint::B2cRequest, Fault::Unheard);
    ask(&amina, 500).await;
    world.run_due().await;
    // M-Pesa has to say three times that it knows nothing of it.
    for times in 1..=3 {
        assert_eq!(calls(&world, B2C).len(), 1);
        world.turn(Duration::from_secs(60 * 60));
        world.run_due().await;
        happened(&world, STATUS_RESULT, times).await;
    }
    send(&world).await;
    assert_eq!(standing(&world, &amina).await, ("paid".into(), 49_500));
    let ids: Vec<_> = calls(&world, B2C)
        .iter()
        .map(|call| {
            let body: serde_json::Value = serde_json::from_str(&call.request_body).expect("JSON");
            body["OriginatorConversationID"].clone()
        })
        .collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
    world.check().await;
}

#[tokio::test]
async fn trap_21_a_duplicate_id_is_unknown_until_the_result() {
    let (world, amina) = house_with(1_000).await;
    // Acted on, then answered as if it had failed; the question says "unheard of" until it is sent
    // once more, and Daraja calls that a duplicate.
    inject(&world, FaultPoint::B2cRequest, Fault::Fail(500));
    inject(&world, FaultPoint::B2cResult, Fault::Lost);
    ask(&amina, 500).await;
    world.run_due().await;
    let id = last(&world, &amina).await.id;
    for _ in 0..3 {
        let unheard = json!({"Result": {"ResultType": 0, "ResultCode": "2032",
            "ResultDesc": "The transaction receipt number does not exist."}});
        tell(&world, &id, "status", &unheard).await;
    }
    assert_eq!(calls(&world, B2C).len(), 2);
    assert_eq!(world.sim.payouts().len(), 1, "M-Pesa took it once");
    assert_eq!(standing(&world, &amina).await, ("unknown".into(), 49_500));
    ask_status(&world).await;
    happened(&world, STATUS_RESULT, 1).await;
    assert_eq!(standing(&world, &amina).await, ("paid".into(), 49_500));
    assert_eq!(world.sim.books().paid_out_cents, 50_000);
    world.check().await;
}

#[tokio::test]
async fn trap_23_a_payout_that_was_certainly_not_sent_goes_out_later() {
    let (world, amina) = house_with(1_000).await;
    world
        .sim
        .inject(FaultPoint::B2cRequest, Fault::Refuse(429), 2)
        .expect("possible");
    ask(&amina, 500).await;
    world.run_due().await;
    assert_eq!(standing(&world, &amina).await, ("requested".into(), 49_500));
    // Half a minute, and up to half as much again by chance.
    world.turn(29 * SECOND);
    world.run_due().await;
    assert_eq!(world.sim.waiting_faults(FaultPoint::B2cRequest), 1);
    world.turn(16 * SECOND);
    world.run_due().await;
    assert_eq!(world.sim.waiting_faults(FaultPoint::B2cRequest), 0);
    assert_eq!(world.sim.payouts(), []);
    world.turn(90 * SECOND);
    send(&world).await;
    assert_eq!(standing(&world, &amina).await, ("paid".into(), 49_500));
    assert_eq!(world.sim.payouts().len(), 1);
    world.check().await;
}

#[tokio::test]
async fn trap_24_a_queue_time_out_is_no_failure() {
    for (after, state) in [(AfterQueue::Result, "paid"), (AfterQueue::Silence, "paid")] {
        let (world, amina) = house_with(1_000).await;
        inject(&world, FaultPoint::B2cResult, Fault::QueueTimeout(after));
        ask(&amina, 500).await;
        world.run_due().await;
        world
            .sim
            .wait_for_payout(|payout| payout.result.is_some(), crate::support::PATIENCE)
            .await
            .expect("an end");
        let id = last(&world, &amina).await.id;
        // However the simulator's own call is timed, this one says the same.
        assert_eq!(post(&world, &id, "timeout", "<html>").await, 200);
        world.run_due().await;
        assert_ne!(standing(&world, &amina).await.0, "failed");
        ask_status(&world).await;
        if standing(&world, &amina).await.0 != "paid" {
            happened(&world, STATUS_RESULT, 1).await;
        }
        assert_eq!(
            standing(&world, &amina).await,
            (state.into(), 49_500),
            "{after:?}"
        );
        assert_eq!(world.sim.books().paid_out_cents, 50_000);
        world.check().await;
    }
}

#[tokio::test]
async fn trap_24_codes_that_are_not_certain_keep_the_money_held() {
    for code in [
        json!(17),
        json!("26"),
        json!(100_000_000),
        json!("TP40153"),
        json!(77),
    ] {
        let (world, amina) = house_with(1_000).await;
        inject(&world, FaultPoint::B2cResult, Fault::Lost);
        ask(&amina, 500).await;
        world.run_due().await;
        let id = last(&world, &amina).await.id;
        tell(&world, &id, "result", &failure(&originator(&world), &code)).await;
        assert_eq!(
            standing(&world, &amina).await,
            ("unknown".into(), 49_500),
            "{code}"
        );
        assert_eq!(world.account("payouts").await, HELD);
        world.check().await;
    }
}

#[tokio::test]
async fn trap_25_results_twice_early_and_of_another_payout() {
    let (world, amina) = house_with(1_000).await;
    inject(&world, FaultPoint::B2cResult, Fault::Early);
    ask(&amina, 500).await;
    send(&world).await;
    assert_eq!(
        standing(&world, &amina).await,
        ("paid".into(), 49_500),
        "before the answer"
    );
    let row = last(&world, &amina).await;
    let receipt = row.receipt.expect("a receipt");
    let again = success(&originator(&world), &receipt, 500);
    tell(&world, &row.id, "result", &again).await;
    assert_eq!(
        standing(&world, &amina).await,
        ("paid".into(), 49_500),
        "once"
    );
    assert!(!last(&world, &amina).await.flagged);
    let sms = texts(&amina).len();
    let alien = success("MJBANOTHERPAYOUT000", "SKEALIEN00", 500);
    tell(&world, &row.id, "result", &alien).await;
    let after = last(&world, &amina).await;
    assert_eq!(
        (after.state.as_str(), after.receipt),
        ("paid", Some(receipt))
    );
    assert!(after.flagged, "an operator should look");
    assert_eq!(texts(&amina).len(), sms);
    assert_eq!(
        post(&world, &"0".repeat(32), "result", again.to_string()).await,
        200
    );
    world.run_due().await;
    world.check().await;
}

#[tokio::test]
async fn the_fleet_sends_no_more_payouts_a_minute_than_it_may() {
    let world = World::with(|config| {
        pays_out(config);
        config.daraja.requests_per_minute = 6;
    })
    .await;
    let mut phones = Vec::new();
    for number in ["0712345678", "0722345678", "0733345678"] {
        phones.push(world.funded(number, 500).await);
        // The push was a request, too.
        world.turn(10 * SECOND);
    }
    for phone in &phones {
        ask(phone, 100).await;
    }
    for sent in 1..=3 {
        send(&world).await;
        assert_eq!(world.sim.payouts().len(), sent);
        world.turn(10 * SECOND);
    }
    world.run_due().await;
    world.check().await;
}
