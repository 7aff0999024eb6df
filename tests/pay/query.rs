//! Deposits whose callback does not come: the provider is asked, rarely and ever more rarely, and
//! what it says closes nothing against a callback.

use std::time::Duration;

use majibu::store::Claim;
use sandbox::{Exchange, Fault, FaultPoint, Phone};
use serde_json::json;

use crate::{
    help::{
        MINUTE, QUERY, SECOND, callback_body, calls, failure, last_deposit, post, pushed, sms_of,
        state, success, tell, texts,
    },
    support::{PATIENCE, World},
};

const UNCONFIRMED: &str = "Your deposit of KES 100 is being confirmed with M-Pesa. We send an SMS \
    when the money is in.";

/// A deposit of KES 100 whose prompt was answered by `pin`, and whose callback got lost.
pub(crate) async fn lost(world: &World, phone: &Phone, pin: Option<&str>) -> String {
    let (deposit, _) = pushed(world, phone, 100).await;
    world
        .sim
        .inject(FaultPoint::StkCallback, Fault::Lost, 1)
        .expect("a fault");
    match pin {
        Some(pin) => phone.enter_pin(pin).await,
        None => phone.cancel_prompt().await,
    }
    .expect("answered");
    deposit
}

/// Lets Daraja state a code, whatever the truth is, to the next so many queries.
fn states(world: &World, code: &str, times: usize) {
    let fault = Fault::ResultCode(code.into());
    world
        .sim
        .inject(FaultPoint::StkQuery, fault, times)
        .expect("a fault");
}

/// Runs the jobs every ten seconds; gives after how many seconds the provider was asked.
async fn watch(world: &World, how_long: Duration) -> Vec<u64> {
    let (mut asked, mut passed) = (Vec::new(), Duration::ZERO);
    while passed < how_long {
        world.turn(10 * SECOND);
        passed += 10 * SECOND;
        let before = calls(world, QUERY).len();
        world.run_due().await;
        let after = calls(world, QUERY).len();
        asked.extend((before..after).map(|_| passed.as_secs()));
    }
    asked
}

#[tokio::test]
async fn a_lost_failure_is_found_by_asking_and_told() {
    let world = World::new().await;
    let cancelled = world.registered("0712345678").await;
    lost(&world, &cancelled, None).await;
    assert!(
        watch(&world, 80 * SECOND).await.is_empty(),
        "not before its time"
    );
    assert_eq!(state(&world, &cancelled).await, "pushed");
    assert_eq!(watch(&world, 10 * SECOND).await, [10]);
    assert_eq!(state(&world, &cancelled).await, "failed");
    assert_eq!(
        texts(&cancelled),
        [
            "Deposit of KES 100 not completed: it was cancelled. If M-Pesa took the money it will \
             be added when it arrives."
        ]
    );
    assert!(watch(&world, 600 * SECOND).await.is_empty(), "asked again");
    world.check().await;
}

#[tokio::test]
async fn trap_02_only_codes_that_are_certain_end_a_deposit_by_query() {
    let world = World::new().await;
    let certain = ["1", "1019", "1025", "1032", "1037", "2001", "9999"];
    let uncertain = [
        "4999",
        "17",
        "26",
        "1001",
        "8006",
        "SFC_IC0003",
        "",
        "null",
        "-1",
        "01032",
    ];
    let codes = certain.iter().chain(&uncertain);
    for (place, code) in codes.enumerate() {
        let phone = world.registered(&format!("07123456{place:02}")).await;
        pushed(&world, &phone, 100).await;
        states(&world, code, 1);
        world.turn(world.config.jobs.stk_query_after);
        world.run_due().await;
        assert_eq!(world.sim.waiting_faults(FaultPoint::StkQuery), 0, "{code}");
        let is_certain = certain.contains(code);
        let expected = if is_certain { "failed" } else { "pushed" };
        assert_eq!(state(&world, &phone).await, expected, "{code:?}");
        assert_eq!(texts(&phone).len(), usize::from(is_certain), "{code:?}");
        // Nobody else is asked about in the rounds that follow.
        phone.cancel_prompt().await.expect("cancelled");
        world.callbacks_are_in().await;
        world.run_due().await;
        assert_eq!(state(&world, &phone).await, "failed");
    }
    world.check().await;
}

#[tokio::test]
async fn trap_01_a_query_that_says_failed_does_not_stand_against_a_callback_that_says_paid() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let deposit = lost(&world, &phone, Some("1234")).await;
    let paid = callback_body(&world).await;
    states(&world, "1032", 1);
    world.turn(world.config.jobs.stk_query_after);
    world.run_due().await;
    assert_eq!(state(&world, &phone).await, "failed");
    assert_eq!(post(&world, &deposit, paid).await, 200);
    world.run_due().await;
    assert_eq!(state(&world, &phone).await, "paid");
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(texts(&phone).len(), 2);
    assert!(texts(&phone)[1].starts_with("KES 100 received"));
    world.check().await;
}

#[tokio::test]
async fn trap_01_a_callback_that_says_paid_stands_when_a_query_under_way_says_failed() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let deposit = lost(&world, &phone, None).await;
    let checkout = world.sim.pushes()[0].checkout_request_id.clone();
    // The query is answered so late that the callback is acted on meanwhile.
    let late = Fault::Late(Duration::from_millis(700));
    world
        .sim
        .inject(FaultPoint::StkQuery, late, 1)
        .expect("a fault");
    world.turn(world.config.jobs.stk_query_after);
    let work = world
        .app()
        .claim(Claim::Queries, 10)
        .await
        .expect("claimed");
    let body = success(&checkout, "UKM1A2B3C4", &json!(100)).to_string();
    tokio::join!(world.app().work(&work[0]), async {
        let asked = |exchange: &Exchange| exchange.what == QUERY;
        let query = world.sim.wait_for_exchange(asked, PATIENCE).await;
        assert!(query.is_some_and(|query| query.response_body.contains("1032")));
        assert_eq!(post(&world, &deposit, body).await, 200);
        world.run_due().await;
    });
    let row = last_deposit(&world, &phone).await;
    assert_eq!((row.state.as_str(), row.flagged), ("paid", false));
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(texts(&phone).len(), 1);
    world.check().await;
}

#[tokio::test]
async fn trap_03_a_query_that_says_paid_credits_nobody_until_a_callback_brings_the_receipt() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let deposit = lost(&world, &phone, Some("1234")).await;
    let paid = callback_body(&world).await;
    world.turn(world.config.jobs.stk_query_after);
    world.run_due().await;
    assert!(
        calls(&world, QUERY)[0]
            .response_body
            .contains(r#""ResultCode":"0""#)
    );
    assert_eq!(world.balance(&phone).await, 0);
    assert_eq!(texts(&phone), [UNCONFIRMED]);
    watch(&world, world.config.jobs.stk_expire_after).await;
    let row = last_deposit(&world, &phone).await;
    assert_eq!(
        (row.state.as_str(), row.flagged),
        ("pushed", true),
        "for the operator"
    );
    assert_eq!(texts(&phone), [UNCONFIRMED], "told once");
    assert_eq!(world.account("mpesa").await, 0);
    world.turn(24 * 60 * MINUTE);
    assert_eq!(post(&world, &deposit, paid).await, 200);
    world.run_due().await;
    assert_eq!(state(&world, &phone).await, "paid");
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn trap_37_a_deposit_that_stays_open_is_asked_about_ever_more_rarely_and_then_left_to_the_operator()
 {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    for fault in [
        Fault::Refuse(429),
        Fault::Refuse(502),
        Fault::Refuse(500),
        Fault::ResultCode("4999".into()),
        Fault::Cut,
    ] {
        world
            .sim
            .inject(FaultPoint::StkQuery, fault, 1)
            .expect("a fault");
    }
    let asked = watch(&world, world.config.jobs.stk_expire_after + 10 * MINUTE).await;
    assert_eq!(asked, [90, 270, 630, 1_350, 2_790, 3_600]);
    let row = last_deposit(&world, &phone).await;
    assert_eq!((row.state.as_str(), row.flagged), ("pushed", true));
    assert_eq!(texts(&phone), [UNCONFIRMED]);
    tell(&world, &deposit, &failure(&checkout, &json!(1037))).await;
    assert_eq!(state(&world, &phone).await, "failed");
    assert_eq!(sms_of(&world, &phone, "deposit_failed").await.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_query_without_an_answer_is_asked_again() {
    let world = World::with(|config| config.daraja.timeout = SECOND).await;
    let phone = world.registered("0712345678").await;
    lost(&world, &phone, None).await;
    world
        .sim
        .inject(FaultPoint::StkQuery, Fault::Hang, 1)
        .expect("a fault");
    assert_eq!(watch(&world, 280 * SECOND).await, [90, 270]);
    assert_eq!(state(&world, &phone).await, "failed");
    world.check().await;
}
