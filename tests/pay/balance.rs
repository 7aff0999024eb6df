//! What M-Pesa holds is held against the ledger every day: an alarm once a difference lasts, and none
//! for money that is on its way.

use std::time::Duration;

use majibu::{
    app::MpesaDrift,
    config::Config,
    core::payment::balance::{Charges, State},
    store::BalanceReport,
};
use reqwest::Client;
use sandbox::{AfterQueue, Fault, FaultPoint, Phone};
use serde_json::{Value, json};

use crate::{
    help::{MINUTE, calls, pushed, success, tell},
    payouts::{ask, ask_status, happened, pays_out, send, standing},
    support::World,
};

pub(crate) const BALANCE: &str = "/mpesa/accountbalance/v1/query";

/// What the simulator calls the callbacks that it sends.
pub(crate) const RESULT: &str = "balance result";

/// From the beginning of a test, noon, to the first check, 4 in the morning.
pub(crate) const UNTIL_CHECK: Duration = Duration::from_secs(16 * 60 * 60);

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A house that pays out, at an M-Pesa that takes its charges at once.
pub(crate) fn settings(config: &mut Config) {
    pays_out(config);
    config.daraja.charges = Charges::Taken;
}

/// Such a house, which begins with nothing at M-Pesa, and a player with KES 1,000.
pub(crate) async fn house() -> (World, Phone) {
    let world = World::with(settings).await;
    world.sim.set_float(0);
    let phone = world.funded("0712345678", 1_000).await;
    (world, phone)
}

/// Runs what is due, and waits until M-Pesa has answered so often.
pub(crate) async fn checked(world: &World, times: usize) -> BalanceReport {
    world.run_due().await;
    happened(world, RESULT, times).await;
    assert_eq!(calls(world, BALANCE).len(), times, "questions");
    last(world).await
}

/// Lets the time until a difference is confirmed pass, and asks again.
async fn checked_again(world: &World, times: usize) -> BalanceReport {
    world.turn(world.config.jobs.balance_confirm_after);
    checked(world, times).await
}

pub(crate) async fn last(world: &World) -> BalanceReport {
    let last = world.app().last_balance().await.expect("read");
    last.expect("a report")
}

pub(crate) fn drift(report: &BalanceReport) -> i64 {
    report.judged.expect("judged").drift.get()
}

async fn get(world: &World, path: &str) -> (u16, String) {
    let answer = Client::new().get(format!("{}{path}", world.base()));
    let answer = answer.send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("text"))
}

/// What `/readyz` says, which never turns away a probe for it.
async fn ready(world: &World) -> String {
    let (status, body) = get(world, "/readyz").await;
    assert_eq!(status, 200, "{body}");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    body["mpesa_drift"].as_str().expect("a word").to_owned()
}

#[tokio::test]
async fn the_daily_job_asks_once_and_finds_that_both_agree() {
    let (world, amina) = house().await;
    ask(&amina, 500).await;
    send(&world).await;
    assert_eq!(ready(&world).await, "unknown");
    world.turn(UNTIL_CHECK - MINUTE);
    world.run_due().await;
    assert!(calls(&world, BALANCE).is_empty(), "before its time");
    world.turn(MINUTE);
    let report = checked(&world, 1).await;
    let asked: Value = serde_json::from_str(&calls(&world, BALANCE)[0].request_body).expect("JSON");
    assert_eq!(asked["CommandID"], "AccountBalance");
    assert_eq!(asked["Initiator"], "testapi");
    assert_eq!(asked["IdentifierType"], "4");
    assert_eq!(asked["PartyA"], 174_379);
    for (field, route) in [("ResultURL", "result"), ("QueueTimeOutURL", "timeout")] {
        let url = asked[field].as_str().expect("a URL");
        let id = url
            .strip_prefix(&format!("{}/pay/development/balance/", world.base()))
            .and_then(|rest| rest.strip_suffix(&format!("/{route}")))
            .unwrap_or_else(|| panic!("{url}"));
        assert_eq!(id.len(), 32, "{url}");
        assert_ne!(id, report.id.to_string(), "the report's id is not told");
    }
    assert_eq!(report.state, State::Ok);
    let judged = report.judged.expect("judged");
    // 1,000 came in, 500 went out, and M-Pesa took 5 for it.
    assert_eq!(judged.holdings.held.get(), 49_500);
    assert_eq!(judged.holdings.charges.get(), -500);
    assert_eq!((judged.ledger.get(), judged.drift.get()), (50_000, 0));
    assert_eq!(ready(&world).await, "ok");
    for _ in 0..23 {
        world.turn(60 * MINUTE);
        world.run_due().await;
    }
    assert_eq!(calls(&world, BALANCE).len(), 1, "once a day");
    world.turn(60 * MINUTE);
    checked(&world, 2).await;
    world.turn(4 * DAY);
    assert_eq!(ready(&world).await, "unknown", "nobody has asked for days");
    world.check().await;
}

#[tokio::test]
async fn a_difference_alarms_once_it_has_lasted_and_books_nothing() {
    let (world, _amina) = house().await;
    world.sim.set_float(90_000);
    world.turn(UNTIL_CHECK);
    let report = checked(&world, 1).await;
    assert_eq!((report.state, drift(&report)), (State::Suspect, -10_000));
    assert_eq!(ready(&world).await, "unknown");
    let report = checked_again(&world, 2).await;
    assert_eq!((report.state, drift(&report)), (State::Drift, -10_000));
    assert_eq!(ready(&world).await, "drift");
    let (_, metrics) = get(&world, "/metrics").await;
    let gauge = "majibu_mpesa_drift_cents -10000";
    assert!(metrics.lines().any(|line| line == gauge), "{metrics}");
    assert_eq!(world.account("mpesa").await, -100_000);
    // An alarm is one a day, and over when the money is found.
    world.turn(60 * MINUTE);
    world.run_due().await;
    assert_eq!(calls(&world, BALANCE).len(), 2);
    world.turn(DAY);
    assert_eq!(checked(&world, 3).await.state, State::Drift);
    world.sim.set_float(100_000);
    world.turn(DAY);
    assert_eq!(checked(&world, 4).await.state, State::Ok);
    assert_eq!(ready(&world).await, "ok");
    world.check().await;
}

#[tokio::test]
async fn a_difference_that_goes_away_was_none() {
    let (world, _amina) = house().await;
    world.sim.set_float(100_001);
    world.turn(UNTIL_CHECK);
    assert_eq!(checked(&world, 1).await.state, State::Suspect);
    world.sim.set_float(100_000);
    assert_eq!(checked_again(&world, 2).await.state, State::Ok);
    world.check().await;
}

#[tokio::test]
async fn what_is_tolerated_is_no_difference() {
    let world = World::with(|config| {
        settings(config);
        config.daraja.balance_tolerance = 100;
    })
    .await;
    world.turn(UNTIL_CHECK);
    for (times, cents, state) in [(1, 10_000, State::Ok), (2, 10_001, State::Suspect)] {
        world.sim.set_float(cents);
        let report = checked(&world, times).await;
        assert_eq!((report.state, drift(&report)), (state, cents));
        world.turn(DAY);
    }
    world.check().await;
}

#[tokio::test]
async fn a_payout_on_its_way_is_no_alarm() {
    let (world, amina) = house().await;
    world.turn(UNTIL_CHECK - MINUTE);
    // The money has left M-Pesa, and nobody tells us.
    let lost = world.sim.inject(FaultPoint::B2cResult, Fault::Lost, 1);
    lost.expect("possible");
    ask(&amina, 500).await;
    world.run_due().await;
    happened(&world, "B2C result", 1).await;
    assert_eq!(standing(&world, &amina).await.0, "sent");
    let lost = world.sim.inject(FaultPoint::StatusResult, Fault::Lost, 2);
    lost.expect("possible");
    world.turn(MINUTE);
    let report = checked(&world, 1).await;
    assert_eq!((report.state, drift(&report)), (State::UnderWay, -50_000));
    let report = checked_again(&world, 2).await;
    assert_eq!(report.state, State::UnderWay, "however long it takes");
    assert_eq!(ready(&world).await, "unknown");
    world.sim.clear_faults();
    world.turn(2 * MINUTE);
    ask_status(&world).await;
    happened(&world, "status result", 2).await;
    assert_eq!(standing(&world, &amina).await.0, "paid");
    let report = checked_again(&world, 3).await;
    assert_eq!((report.state, drift(&report)), (State::Ok, 0));
    world.check().await;
}

#[tokio::test]
async fn more_is_missing_than_the_payout_on_its_way() {
    let (world, amina) = house().await;
    world.turn(UNTIL_CHECK - MINUTE);
    let lost = world.sim.inject(FaultPoint::B2cResult, Fault::Lost, 1);
    lost.expect("possible");
    ask(&amina, 500).await;
    world.run_due().await;
    happened(&world, "B2C result", 1).await;
    world.sim.set_float(world.sim.float_cents() - 1);
    world.turn(MINUTE);
    let report = checked(&world, 1).await;
    assert_eq!((report.state, drift(&report)), (State::Suspect, -50_001));
    world.sim.set_float(world.sim.float_cents() + 1);
    world.check().await;
}

#[tokio::test]
async fn a_deposit_whose_callback_is_late_is_no_alarm() {
    let (world, _amina) = house().await;
    let baraka = world.registered("0110234567").await;
    world.turn(UNTIL_CHECK - 2 * MINUTE);
    let (deposit, checkout) = pushed(&world, &baraka, 200).await;
    world
        .sim
        .inject(FaultPoint::StkCallback, Fault::Lost, 1)
        .expect("possible");
    baraka.enter_pin("1234").await.expect("paid");
    let receipt = world.sim.payments()[1].receipt.clone();
    world.turn(2 * MINUTE);
    let report = checked(&world, 1).await;
    assert_eq!((report.state, drift(&report)), (State::UnderWay, 20_000));
    let paid = success(&checkout, &receipt, &json!(200));
    tell(&world, &deposit, &paid).await;
    let report = checked_again(&world, 2).await;
    assert_eq!((report.state, drift(&report)), (State::Ok, 0));
    world.check().await;
}

#[tokio::test]
async fn what_was_booked_since_mpesa_was_asked_is_no_alarm() {
    let (world, amina) = house().await;
    world.turn(UNTIL_CHECK);
    let queued = Fault::QueueTimeout(AfterQueue::Dropped);
    let dropped = world.sim.inject(FaultPoint::BalanceResult, queued, 1);
    dropped.expect("possible");
    world.run_due().await;
    happened(&world, "queue time-out", 1).await;
    // A result of before the deposit, which comes after it.
    let asked: Value = serde_json::from_str(&calls(&world, BALANCE)[0].request_body).expect("JSON");
    let url = asked["ResultURL"].as_str().expect("a URL").to_owned();
    world.turn(MINUTE);
    world.deposit(&amina, 300).await;
    let body = json!({"Result": {"ResultType": "0", "ResultCode": "0", "ResultParameters": {
        "ResultParameter": {"Key": "AccountBalance",
            "Value": "Utility Account|KES|1000.00|1000.00|0.00|0.00"},
    }}});
    let posted = Client::new().post(url).body(body.to_string()).send().await;
    assert_eq!(posted.expect("an answer").status().as_u16(), 200);
    world.run_due().await;
    let report = last(&world).await;
    assert_eq!((report.state, drift(&report)), (State::UnderWay, -30_000));
    let report = checked_again_asked(&world).await;
    assert_eq!((report.state, drift(&report)), (State::Ok, 0));
    world.check().await;
}

/// As [`checked_again`], where the first question got no result of the simulator's.
async fn checked_again_asked(world: &World) -> BalanceReport {
    world.turn(world.config.jobs.balance_confirm_after);
    world.run_due().await;
    happened(world, RESULT, 1).await;
    assert_eq!(calls(world, BALANCE).len(), 2);
    last(world).await
}

#[tokio::test]
async fn an_accepted_difference_is_where_later_ones_count_from() {
    let world = World::with(settings).await;
    let opening = world.sim.float_cents();
    world.turn(UNTIL_CHECK);
    assert_eq!(checked(&world, 1).await.state, State::Suspect);
    let report = checked_again(&world, 2).await;
    assert_eq!((report.state, drift(&report)), (State::Drift, opening));
    let accepted = world.app().accept_balance(report.id, "the float");
    assert!(accepted.await.expect("accepted"));
    assert_eq!(ready(&world).await, "ok");
    let phone = world.funded("0712345678", 1_000).await;
    ask(&phone, 500).await;
    send(&world).await;
    world.turn(DAY);
    let report = checked(&world, 3).await;
    assert_eq!((report.state, drift(&report)), (State::Ok, 0));
    // A withdrawal to the bank that nobody accepted.
    world.sim.set_float(world.sim.float_cents() - 700_000);
    world.turn(DAY);
    let report = checked(&world, 4).await;
    assert_eq!((report.state, drift(&report)), (State::Suspect, -700_000));
    assert_eq!(
        world.app().mpesa_drift().await.expect("read").0,
        MpesaDrift::Ok
    );
    world.check().await;
}

#[tokio::test]
async fn charges_that_are_owed_do_not_count_until_they_are_cleared() {
    let world = World::with(|config| {
        settings(config);
        config.daraja.charges = Charges::Owed;
    })
    .await;
    world.sim.set_float(0);
    let amina = world.funded("0712345678", 1_000).await;
    ask(&amina, 500).await;
    send(&world).await;
    world.turn(UNTIL_CHECK);
    // The simulator took the charge at once: told that they are owed, the ledger misses it.
    let report = checked(&world, 1).await;
    assert_eq!((report.state, drift(&report)), (State::Suspect, -500));
    world.sim.set_float(world.sim.float_cents() + 500);
    let report = checked_again(&world, 2).await;
    assert_eq!((report.state, drift(&report)), (State::Ok, 0));
    world.check().await;
}

#[tokio::test]
async fn it_is_asked_where_the_house_wants_it_and_can() {
    for change in [
        (|config| {
            pays_out(config);
            config.jobs.balance_check = "off".into();
        }) as fn(&mut Config),
        |_| {},
    ] {
        let world = World::with(change).await;
        world.turn(3 * DAY);
        world.run_due().await;
        assert!(calls(&world, BALANCE).is_empty());
        world.check().await;
    }
}
