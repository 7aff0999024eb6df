//! Answers about the balance that are doubled, forged, unreadable, refused, or do not come.

use majibu::core::payment::balance::State;
use reqwest::Client;
use sandbox::{AfterQueue, Fault, FaultPoint};
use serde_json::{Value, json};

use crate::{
    balance::{BALANCE, DAY, RESULT, UNTIL_CHECK, checked, drift, house, last, settings},
    help::{MINUTE, beside, calls},
    payouts::{ask, happened, send},
    support::World,
};

/// The answer of a short code with so much.
fn answer(conversation: &str, balance: &str) -> Value {
    json!({"Result": {
        "ResultType": "0", "ResultCode": "0", "ResultDesc": "Done.",
        "OriginatorConversationID": conversation, "ConversationID": "AG_1",
        "TransactionID": "SKE0000000",
        "ResultParameters": {"ResultParameter": [
            {"Key": "AccountBalance", "Value": balance},
            {"Key": "BOCompletedTime", "Value": 20_261_123_040_000_i64},
        ]},
    }})
}

/// The ids of the questions that were put, and M-Pesa's own of them.
fn questions(world: &World) -> Vec<(String, String)> {
    let asked = calls(world, BALANCE).into_iter();
    asked
        .map(|call| {
            let asked: Value = serde_json::from_str(&call.request_body).expect("JSON");
            let url = asked["ResultURL"].as_str().expect("a URL").to_owned();
            let id = url.rsplit('/').nth(1).expect("an id").to_owned();
            let told: Value = serde_json::from_str(&call.response_body).unwrap_or_default();
            let theirs = told["OriginatorConversationID"].as_str();
            (id, theirs.unwrap_or_default().to_owned())
        })
        .collect()
}

/// Posts a body to a route of a question, and acts on it; gives the HTTP status.
async fn post(world: &World, id: &str, route: &str, body: impl ToString) -> u16 {
    // Callbacks of one instant have no order.
    world.turn(std::time::Duration::from_millis(1));
    let url = format!("{}/pay/development/balance/{id}/{route}", world.base());
    let posted = Client::new().post(url).body(body.to_string()).send().await;
    let status = posted.expect("an answer").status().as_u16();
    world.run_due().await;
    status
}

/// What became of the callbacks about balances, oldest first.
async fn outcomes(world: &World) -> Vec<String> {
    let mut db = beside(world).await;
    let sql = "select kind, outcome from callback where kind like 'balance%'
        order by received_at_ms, id";
    let rows = db.pairs(sql).await.into_iter();
    rows.map(|(_, outcome)| outcome.unwrap_or_default())
        .collect()
}

/// A house whose question of today M-Pesa leaves to the test.
async fn asked() -> World {
    let (world, _amina) = house().await;
    world.turn(UNTIL_CHECK);
    let lost = world.sim.inject(FaultPoint::BalanceResult, Fault::Lost, 1);
    lost.expect("possible");
    world.run_due().await;
    happened(&world, RESULT, 1).await;
    world
}

#[tokio::test]
async fn what_is_forged_or_cannot_be_read_decides_nothing() {
    let world = asked().await;
    let (id, theirs) = questions(&world).remove(0);
    let good = answer(&theirs, "Utility Account|KES|1000.00|1000.00|0.00|0.00");
    for (body, outcome) in [
        ("<html>".to_owned(), "unreadable"),
        (String::new(), "unreadable"),
        ("{\"Result\":[]}".to_owned(), "unreadable"),
        (
            answer("of-another-one", "Utility Account|KES|9|9|0|0").to_string(),
            "answer to another question",
        ),
    ] {
        assert_eq!(post(&world, &id, "result", body).await, 200);
        assert_eq!(outcomes(&world).await.last().expect("one"), outcome);
    }
    // Nobody asked this.
    for id in ["0", &"f".repeat(32), &"0".repeat(200)] {
        assert_eq!(post(&world, id, "result", &good).await, 200);
        assert_eq!(
            outcomes(&world).await.last().expect("one"),
            "unknown question"
        );
    }
    assert_eq!(world.app().last_balance().await.expect("read"), None);
    let wrong = format!("{}/pay/wrong/balance/{id}/result", world.base());
    let posted = Client::new().post(wrong).body(good.to_string()).send();
    assert_eq!(posted.await.expect("an answer").status().as_u16(), 404);
    // The true one still counts.
    post(&world, &id, "result", &good).await;
    assert_eq!(last(&world).await.state, State::Ok);
    world.check().await;
}

#[tokio::test]
async fn an_answer_that_comes_twice_counts_once() {
    let world = asked().await;
    let (id, theirs) = questions(&world).remove(0);
    let first = answer(&theirs, "Utility Account|KES|1000.00|1000.00|0.00|0.00");
    let second = answer(&theirs, "Utility Account|KES|1.00|1.00|0.00|0.00");
    for body in [&first, &first, &second] {
        assert_eq!(post(&world, &id, "result", body).await, 200);
    }
    assert_eq!(outcomes(&world).await, ["ok", "repeated", "repeated"]);
    let report = last(&world).await;
    assert_eq!((report.state, drift(&report)), (State::Ok, 0));
    world.check().await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_added_up_is_asked_for_again() {
    let world = asked().await;
    let (id, theirs) = questions(&world).remove(0);
    let odd = answer(&theirs, "Working Account|KES|5.00&Utility Account|KES|?");
    post(&world, &id, "result", odd).await;
    let expected = "failed: the amount of Utility Account cannot be read";
    assert_eq!(outcomes(&world).await, [expected]);
    world.turn(world.config.jobs.balance_confirm_after);
    world.run_due().await;
    happened(&world, RESULT, 2).await;
    assert_eq!(last(&world).await.state, State::Ok);
    world.check().await;
}

#[tokio::test]
async fn a_question_without_an_answer_is_put_again_and_given_up_for_the_day() {
    let (world, _amina) = house().await;
    world.turn(UNTIL_CHECK);
    let lost = world.sim.inject(FaultPoint::BalanceResult, Fault::Lost, 3);
    lost.expect("possible");
    let refused = Fault::Refuse(500);
    let queued = Fault::QueueTimeout(AfterQueue::Dropped);
    for times in 1..=3 {
        world.run_due().await;
        happened(&world, RESULT, times).await;
        world.turn(4 * MINUTE);
        world.run_due().await;
        assert_eq!(
            calls(&world, BALANCE).len(),
            times,
            "an answer takes its time"
        );
        world.turn(MINUTE);
    }
    let point = FaultPoint::BalanceRequest;
    world.sim.inject(point, refused, 1).expect("possible");
    world.run_due().await;
    world.turn(5 * MINUTE);
    let point = FaultPoint::BalanceResult;
    world.sim.inject(point, queued, 2).expect("possible");
    for times in 1..=2 {
        world.run_due().await;
        happened(&world, "queue time-out", times).await;
        world.turn(5 * MINUTE);
    }
    for _ in 0..10 {
        world.turn(60 * MINUTE);
        world.run_due().await;
    }
    assert_eq!(calls(&world, BALANCE).len(), 6, "tries of a day");
    assert_eq!(world.app().last_balance().await.expect("read"), None);
    world.turn(DAY);
    world.run_due().await;
    happened(&world, RESULT, 4).await;
    assert_eq!(last(&world).await.state, State::Ok);
    world.check().await;
}

#[tokio::test]
async fn trap_29_a_wrong_initiator_stops_everything_that_could_lock_it() {
    let (world, _amina) = house().await;
    world.sim.set_initiator_password("changed");
    world.turn(UNTIL_CHECK);
    world.run_due().await;
    happened(&world, RESULT, 1).await;
    assert_eq!(outcomes(&world).await, ["failed: code 2001"]);
    assert_eq!(
        world.app().payouts().await.expect("read"),
        majibu::app::Payouts::Paused
    );
    let refused = world.app().ask_balance().await.expect_err("paused");
    assert!(refused.to_string().contains("2001"), "{refused}");
    world.turn(world.config.jobs.balance_confirm_after);
    world.run_due().await;
    assert_eq!(calls(&world, BALANCE).len(), 1, "not while payouts pause");
    world.sim.set_initiator_password("Sandbox2026#");
    world.turn(world.config.daraja.payout_pause);
    assert_eq!(checked(&world, 2).await.state, State::Ok);
    world.check().await;
}

#[tokio::test]
async fn a_float_that_is_used_up_is_a_reason_to_ask() {
    let (world, amina) = house().await;
    world.sim.set_float(1_000);
    ask(&amina, 500).await;
    send(&world).await;
    assert_eq!(
        world.app().payouts().await.expect("read"),
        majibu::app::Payouts::Paused
    );
    world.app().ask_balance().await.expect("asked");
    happened(&world, RESULT, 1).await;
    assert_eq!(drift(&last(&world).await), -99_000);
    world.check().await;
}

#[tokio::test]
async fn two_short_codes_are_asked_and_added_up() {
    let world = World::with(|config| {
        settings(config);
        config.daraja.b2c_shortcode = Some("600992".into());
    })
    .await;
    // The simulator knows one of them; both answers are the test's.
    let lost = world.sim.inject(FaultPoint::BalanceResult, Fault::Lost, 2);
    lost.expect("possible");
    world.turn(UNTIL_CHECK);
    world.run_due().await;
    happened(&world, RESULT, 2).await;
    let asked = questions(&world);
    assert_eq!(asked.len(), 2);
    assert_ne!(asked[0].0, asked[1].0);
    let (first, second) = (&asked[0], &asked[1]);
    let paybill = answer(&first.1, "Working Account|KES|70.00|70.00|0.00|0.00");
    let payouts = answer(&second.1, "Utility Account|KES|30.50|30.50|0.00|0.00");
    // One for the other is neither.
    post(&world, &first.0, "result", &payouts).await;
    post(&world, &second.0, "result", &payouts).await;
    post(&world, &second.0, "result", &payouts).await;
    assert_eq!(world.app().last_balance().await.expect("read"), None);
    post(&world, &first.0, "result", &paybill).await;
    let expected = [
        "answer to another question",
        "the other short code is waited for",
        "repeated",
        "suspect",
    ];
    assert_eq!(outcomes(&world).await, expected);
    let report = last(&world).await;
    assert_eq!(drift(&report), 10_050);
    assert_eq!(report.accounts.len(), 2);
    let utility = report.judged.expect("judged").holdings.utility;
    assert_eq!(utility.expect("listed").get(), 3_050);
    world.check().await;
}
