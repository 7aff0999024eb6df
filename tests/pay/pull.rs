//! Payments that nobody told of are found by asking, and nothing is booked twice.

use std::time::Duration;

use majibu::app::PullError;
use serde_json::json;

use crate::{
    daraja::Daraja,
    help::{MINUTE, confirm, last_deposit, payment, pushed, state, success, tell, texts},
    paybill::reference,
    support::World,
};

const HOUR: Duration = Duration::from_secs(60 * 60);

async fn world(every: Duration) -> (World, Daraja) {
    let daraja = Daraja::start().await;
    let world = World::with(|config| {
        daraja.stands_before(&config.daraja.base_url);
        config.daraja.base_url.clone_from(&daraja.base_url);
        config.paybill.pull_every = every;
        config.paybill.pull_number = Some("0700000001".into());
    })
    .await;
    (world, daraja)
}

/// Asks for the last two days, as the command does.
async fn pull(world: &World) -> majibu::app::PullReport {
    let since = world.now().before(48 * HOUR);
    let report = world.app().pull(since).await.expect("asked");
    world.run_due().await;
    report
}

#[tokio::test]
async fn missed_payments_are_found_and_credited_or_parked_once() {
    let (world, daraja) = world(Duration::ZERO).await;
    let amina = world.registered("0712345678").await;
    let baraka = world.registered("0110234567").await;
    let (deposit, checkout) = pushed(&world, &amina, 100).await;
    let reference = reference(&world, &deposit).await;
    confirm(&world, &payment("UKM1A2B3C1", "0712345678", "50")).await;
    daraja.knows("UKM1A2B3C1", "0712345678", &json!("50.00"));
    daraja.knows("UKM1A2B3C2", &reference, &json!("100.00"));
    daraja.knows("UKM1A2B3C3", "0110-234567", &json!(233.8));
    daraja.knows("UKM1A2B3C4", "JOHN", &json!("10"));
    let report = pull(&world).await;
    assert_eq!((report.told, report.known, report.unreadable), (4, 1, 0));
    let expected = [
        ("UKM1A2B3C2", "credited"),
        ("UKM1A2B3C3", "credited"),
        ("UKM1A2B3C4", "parked: the account number names nobody:"),
    ]
    .map(|(receipt, outcome)| (receipt.to_owned(), outcome.to_owned()));
    assert_eq!(report.missed, expected);
    assert_eq!(state(&world, &amina).await, "paid");
    assert_eq!(world.balance(&amina).await, 15_000);
    assert_eq!(world.balance(&baraka).await, 23_380);
    assert_eq!(world.account("suspense").await, 1_000);
    // Once more, and told late by callbacks: nothing is booked twice.
    let again = pull(&world).await;
    assert_eq!((again.told, again.known), (4, 4));
    assert!(again.missed.is_empty());
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C2", &json!(100)),
    )
    .await;
    confirm(&world, &payment("UKM1A2B3C3", "0110234567", "233.80")).await;
    assert_eq!(world.balance(&amina).await, 15_000);
    assert_eq!(world.balance(&baraka).await, 23_380);
    assert_eq!(texts(&baraka).len(), 1);
    world.check().await;
}

#[tokio::test]
async fn trap_03_a_deposit_that_the_query_calls_paid_is_found_by_asking() {
    let (world, daraja) = world(Duration::ZERO).await;
    let phone = world.registered("0712345678").await;
    let (deposit, _) = pushed(&world, &phone, 100).await;
    let says_paid = sandbox::Fault::ResultCode("0".into());
    let query = sandbox::FaultPoint::StkQuery;
    world.sim.inject(query, says_paid, 1).expect("a fault");
    world.turn(world.config.jobs.stk_query_after);
    world.run_due().await;
    assert_eq!(state(&world, &phone).await, "pushed");
    daraja.knows(
        "UKM1A2B3C4",
        &reference(&world, &deposit).await,
        &json!("100.00"),
    );
    pull(&world).await;
    assert_eq!(state(&world, &phone).await, "paid");
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn many_pages_are_asked_for_one_after_the_other_in_east_africa_time() {
    let (world, daraja) = world(Duration::ZERO).await;
    let phone = world.registered("0712345678").await;
    for number in 0..230 {
        daraja.knows(&format!("UKM{number:07}"), "0712345678", &json!("1.00"));
    }
    let report = pull(&world).await;
    assert_eq!((report.told, report.missed.len()), (230, 230));
    assert_eq!(world.balance(&phone).await, 23_000);
    let asked = daraja.asked();
    let offsets: Vec<_> = asked
        .iter()
        .map(|(_, body)| body["OffSetValue"].clone())
        .collect();
    assert_eq!(offsets, ["0", "100", "200", "300"]);
    assert_eq!(asked[0].1["StartDate"], "2026-11-20 12:00:00");
    assert_eq!(asked[0].1["EndDate"], "2026-11-22 12:00:00");
    assert_eq!(asked[0].1["ShortCode"], "174379");
    world.check().await;
}

#[tokio::test]
async fn odd_answers_lose_nothing_and_repeat_nothing() {
    let (world, daraja) = world(Duration::ZERO).await;
    let phone = world.registered("0712345678").await;
    let row = |receipt: &str, amount: serde_json::Value| json!({"transactionId": receipt, "billreference": "0712345678", "amount": amount});
    // A provider that knows nothing of pages, nests as it likes and mixes rubbish in.
    let body = json!({"ResponseCode": 1000, "Transactions": {"rows": [[
        row("UKM1A2B3C1", json!("10")), row("UKM1A2B3C1", json!("10")), row("", json!("10")),
        row("UKM1A2B3C2", json!("rubbish")), null, "text", [], {"other": 1},
    ]]}});
    daraja.will_answer(200, &body);
    daraja.will_answer(200, &body);
    let report = pull(&world).await;
    assert_eq!((report.told, report.unreadable), (2, 2));
    let outcomes: Vec<&str> = report
        .missed
        .iter()
        .map(|(_, outcome)| outcome.as_str())
        .collect();
    assert_eq!(outcomes, ["credited", "unclear: no amount"]);
    assert_eq!(world.balance(&phone).await, 1_000);
    // What is no answer is told as such.
    for (status, body) in [
        (200, "<html>"),
        (200, ""),
        (429, r#"{"fault":{"faultstring":"Spike arrest"}}"#),
        (
            500,
            r#"{"errorCode":"500.003.1001","errorMessage":"Internal Server Error"}"#,
        ),
    ] {
        daraja.will_answer(status, body);
        let asked = world.app().pull(world.now().before(HOUR)).await;
        assert!(matches!(asked, Err(PullError::Paybill(_))), "{asked:?}");
    }
    // Two amounts for one receipt: the operator should look.
    daraja.knows("UKM1A2B3C1", "0712345678", &json!("11"));
    pull(&world).await;
    assert!(last_deposit(&world, &phone).await.flagged);
    assert_eq!(world.balance(&phone).await, 1_000);
    world.check().await;
}

#[tokio::test]
async fn the_schedule_asks_again_and_again_from_where_it_last_succeeded() {
    let (world, daraja) = world(15 * MINUTE).await;
    let phone = world.registered("0712345678").await;
    world.run_due().await;
    let asked = daraja.asked();
    let paths: Vec<&str> = asked.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/pulltransactions/v1/register",
            "/pulltransactions/v1/query"
        ]
    );
    assert_eq!(asked[0].1["NominatedNumber"], "254700000001");
    let url = asked[0].1["CallBackURL"].as_str().expect("a URL");
    assert_eq!(url, format!("{}/pay/development/c2b/pull", world.base()));
    assert_eq!(asked[1].1["StartDate"], "2026-11-20 12:00:00");
    // Not before its time; then with an overlap; a failure moves nothing on.
    world.turn(14 * MINUTE);
    world.run_due().await;
    assert_eq!(daraja.asked().len(), 2);
    daraja.will_answer(500, "{}");
    world.turn(MINUTE);
    world.run_due().await;
    assert_eq!(daraja.asked().len(), 3);
    daraja.knows("UKM1A2B3C4", "0712345678", &json!("75.00"));
    world.turn(15 * MINUTE);
    world.run_due().await;
    assert_eq!(daraja.asked()[3].1["StartDate"], "2026-11-22 11:00:00");
    assert_eq!(world.balance(&phone).await, 7_500);
    world.check().await;
}

#[tokio::test]
async fn rows_that_mpesa_posts_by_itself_are_taken_like_confirmations() {
    let (world, _daraja) = world(Duration::ZERO).await;
    let phone = world.registered("0712345678").await;
    let body = json!({"ResponseCode": "1000", "Response": [[
        {"transactionId": "UKM1A2B3C1", "billreference": "0712345678", "amount": "10"},
        {"transactionId": "UKM1A2B3C2", "billreference": "0712345678", "amount": "20"},
    ]]});
    for _ in 0..2 {
        let (status, _) = crate::help::post_paybill(&world, "pull", body.to_string()).await;
        assert_eq!(status, 200);
        world.run_due().await;
    }
    assert_eq!(world.balance(&phone).await, 3_000);
    world.check().await;
}
