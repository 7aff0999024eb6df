//! What is believed of a payout's outcome: late successes, statuses, faults of the house, amounts
//! that differ (Daraja contract, section 14, traps 26 to 32).

use std::time::Duration;

use sandbox::{Fault, FaultPoint};
use serde_json::json;

use crate::{
    help::{calls, texts},
    payouts::{
        STATUS, ask, failure, happened, house_with, last, originator, pays_out, post, send,
        standing, success, tell,
    },
    support::{World, by},
    withdrawal_trouble::{HELD, STATUS_RESULT, inject},
};

#[tokio::test]
async fn trap_26_a_success_after_the_money_went_back_is_booked_against_suspense() {
    let (world, amina) = house_with(1_000).await;
    inject(&world, FaultPoint::B2cResult, Fault::Lost);
    ask(&amina, 500).await;
    world.run_due().await;
    let (id, originator) = (last(&world, &amina).await.id, originator(&world));
    tell(&world, &id, "result", &failure(&originator, &json!(2040))).await;
    assert_eq!(standing(&world, &amina).await, ("failed".into(), 100_000));
    tell(
        &world,
        &id,
        "result",
        &success(&originator, "SKELATE001", 500),
    )
    .await;
    let row = last(&world, &amina).await;
    assert_eq!(
        (row.state.as_str(), row.receipt.as_deref()),
        ("failed", Some("SKELATE001"))
    );
    assert!(row.flagged);
    assert_eq!(
        world.balance(&amina).await,
        100_000,
        "the wallet is not touched for it"
    );
    assert_eq!(world.account("suspense").await, -50_000);
    assert_eq!(world.account("mpesa").await, -100_000 + 50_000);
    // The same once more changes nothing.
    tell(
        &world,
        &id,
        "result",
        &success(&originator, "SKELATE001", 500),
    )
    .await;
    assert_eq!(world.account("suspense").await, -50_000);
    world.check().await;
}

#[tokio::test]
async fn a_failure_after_a_success_changes_nothing() {
    let (world, amina) = house_with(1_000).await;
    ask(&amina, 500).await;
    send(&world).await;
    let (id, originator) = (last(&world, &amina).await.id, originator(&world));
    tell(&world, &id, "result", &failure(&originator, &json!(2040))).await;
    let row = last(&world, &amina).await;
    assert_eq!((row.state.as_str(), row.flagged), ("paid", true));
    assert_eq!(world.balance(&amina).await, 49_500);
    world.check().await;
}

#[tokio::test]
async fn trap_28_only_a_completed_status_with_the_payouts_own_id_pays() {
    let (world, amina) = house_with(1_000).await;
    inject(&world, FaultPoint::B2cResult, Fault::Lost);
    ask(&amina, 500).await;
    world.run_due().await;
    let (id, originator) = (last(&world, &amina).await.id, originator(&world));
    let status = |originator: &str, status: &str| {
        json!({"Result": {"ResultType": 0, "ResultCode": 0,
        "OriginatorConversationID": "of-the-question",
        "ResultParameters": {"ResultParameter": [
            {"Key": "OriginatorConversationID", "Value": originator},
            {"Key": "TransactionStatus", "Value": status},
            {"Key": "ReceiptNo", "Value": "SKESTATUS1"},
            {"Key": "Amount", "Value": "500.00"},
        ]}}})
    };
    for (theirs, word) in [
        (originator.as_str(), "Pending"),
        (originator.as_str(), ""),
        ("MJBANOTHERPAYOUT000", "Completed"),
    ] {
        tell(&world, &id, "status", &status(theirs, word)).await;
        assert_eq!(standing(&world, &amina).await.1, 49_500);
        assert_ne!(standing(&world, &amina).await.0, "paid", "{theirs} {word}");
    }
    tell(&world, &id, "status", &status(&originator, "Completed")).await;
    assert_eq!(standing(&world, &amina).await, ("paid".into(), 49_500));
    // The result, which comes after all, is the same payment.
    tell(
        &world,
        &id,
        "result",
        &success(&originator, "SKESTATUS1", 500),
    )
    .await;
    assert_eq!(world.account("payouts").await, 0);
    world.check().await;
}

#[tokio::test]
async fn a_declined_status_gives_the_money_back() {
    let (world, amina) = house_with(1_000).await;
    inject(&world, FaultPoint::B2cResult, Fault::Lost);
    ask(&amina, 500).await;
    world.run_due().await;
    let id = last(&world, &amina).await.id;
    let declined = json!({"Result": {"ResultCode": "0", "ResultParameters": {"ResultParameter":
        {"Key": "TransactionStatus", "Value": "Declined"}}}});
    tell(&world, &id, "status", &declined).await;
    assert_eq!(standing(&world, &amina).await, ("failed".into(), 100_000));
    world.check().await;
}

#[tokio::test]
async fn trap_29_a_fault_of_the_house_stops_payouts_until_the_operator_resumes_them() {
    let world = World::with(|config| {
        pays_out(config);
        config.daraja.b2c_password = Some("wrong".into());
    })
    .await;
    let amina = world.funded("0712345678", 1_000).await;
    let baraka = world.funded("0722345678", 1_000).await;
    ask(&amina, 500).await;
    send(&world).await;
    assert_eq!(standing(&world, &amina).await, ("failed".into(), 100_000));
    let told = texts(&amina);
    assert!(
        told.last()
            .is_some_and(|text| text.contains("M-Pesa is not available now.")),
        "{told:?}"
    );
    ask(&baraka, 500).await;
    world.run_due().await;
    assert_eq!(
        standing(&world, &baraka).await,
        ("requested".into(), 49_500),
        "held, not sent"
    );
    assert_eq!(world.sim.payouts().len(), 1);
    let ready = reqwest::get(format!("{}/readyz", world.base()))
        .await
        .expect("an answer");
    assert_eq!(ready.status(), 200);
    assert!(
        ready
            .text()
            .await
            .expect("a body")
            .contains("\"payouts\":\"paused\"")
    );
    world.sim.set_initiator_password("wrong");
    let why = world
        .app()
        .resume_payouts(&by("mended"))
        .await
        .expect("resumed");
    assert!(why.is_some_and(|why| why.contains("2001")));
    assert_eq!(
        world
            .app()
            .resume_payouts(&by("mended"))
            .await
            .expect("asked"),
        None
    );
    send(&world).await;
    assert_eq!(standing(&world, &baraka).await, ("paid".into(), 49_500));
    world.check().await;
}

#[tokio::test]
async fn trap_30_our_float_is_no_lack_of_the_player() {
    let (world, amina) = house_with(1_000).await;
    world.sim.set_float(100);
    ask(&amina, 500).await;
    send(&world).await;
    assert_eq!(standing(&world, &amina).await, ("failed".into(), 100_000));
    let told = texts(&amina).pop().expect("an SMS");
    assert!(
        !told.contains("balance insufficient") && told.contains("not available"),
        "{told}"
    );
    world.check().await;
}

#[tokio::test]
async fn an_amount_that_m_pesa_states_otherwise_is_flagged() {
    let (world, amina) = house_with(1_000).await;
    inject(&world, FaultPoint::B2cResult, Fault::Amount(40_000));
    ask(&amina, 500).await;
    send(&world).await;
    let row = last(&world, &amina).await;
    assert_eq!((row.state.as_str(), row.flagged), ("paid", true));
    world.check().await;
}

#[tokio::test]
async fn a_payout_that_nobody_can_tell_of_is_flagged_and_asked_on() {
    let (world, amina) = house_with(1_000).await;
    inject(&world, FaultPoint::B2cResult, Fault::Lost);
    world
        .sim
        .inject(FaultPoint::StatusRequest, Fault::Refuse(500), 20)
        .expect("possible");
    ask(&amina, 500).await;
    world.run_due().await;
    for _ in 0..8 {
        world.turn(Duration::from_secs(60 * 60));
        world.run_due().await;
    }
    assert_eq!(standing(&world, &amina).await, ("unknown".into(), 49_500));
    assert!(last(&world, &amina).await.flagged);
    assert_eq!(calls(&world, STATUS).len(), 8, "still asked");
    world.sim.clear_faults();
    world.turn(Duration::from_secs(60 * 60));
    world.run_due().await;
    happened(&world, STATUS_RESULT, 1).await;
    assert_eq!(standing(&world, &amina).await, ("paid".into(), 49_500));
    world.check().await;
}

#[tokio::test]
async fn bodies_that_say_nothing_are_taken_and_change_nothing() {
    let (world, amina) = house_with(1_000).await;
    inject(&world, FaultPoint::B2cResult, Fault::Lost);
    ask(&amina, 500).await;
    world.run_due().await;
    let id = last(&world, &amina).await.id;
    for body in [
        "",
        "{}",
        "[]",
        "<html>",
        "{\"Result\":null}",
        "{\"Result\":{}}",
        "\u{0}",
    ] {
        for route in ["result", "timeout", "status"] {
            assert_eq!(post(&world, &id, route, body).await, 200, "{route} {body}");
        }
    }
    world.run_due().await;
    assert_eq!(standing(&world, &amina).await.1, 49_500);
    assert_eq!(world.account("payouts").await, HELD);
    world.check().await;
}
