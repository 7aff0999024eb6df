//! What comes in on the paybill's routes and is none of it: kept, answered as M-Pesa expects, booked
//! right or parked, never a panic.

use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    help::{confirm, last_deposit, paybill_outcomes, payment, post, post_paybill, pushed},
    support::World,
};

#[tokio::test]
async fn confirmations_that_are_none_are_kept_answered_and_move_nothing() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let with = |field: &str, value: Value| {
        let mut body = payment("UKM1A2B3C4", "0712345678", "150.00");
        body[field] = value;
        body.to_string().into_bytes()
    };
    let bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"<html>".to_vec(),
        b"TransID=UKM1A2B3C4&TransAmount=150".to_vec(),
        b"[]".to_vec(),
        b"null".to_vec(),
        b"\"UKM1A2B3C4\"".to_vec(),
        vec![0xff, 0xfe, 0x00],
        "[".repeat(60_000).into_bytes(),
        b"{}".to_vec(),
        with("TransID", json!(null)),
        with("TransID", json!("")),
        with("TransID", json!("'; drop table transfer; --")),
        with("TransID", json!("R".repeat(5_000))),
        with("TransID", json!({"id": "UKM1A2B3C4"})),
        with("TransAmount", json!(null)),
        with("TransAmount", json!("0")),
        with("TransAmount", json!("-150")),
        with("TransAmount", json!("1e9")),
        with("TransAmount", json!("99999999999999999999")),
        with("TransAmount", json!("150.001")),
        with("TransAmount", json!(true)),
    ];
    let count = bodies.len();
    for body in bodies {
        let shown = String::from_utf8_lossy(&body)
            .chars()
            .take(80)
            .collect::<String>();
        let (status, answer) = post_paybill(&world, "confirmation", body).await;
        assert_eq!(status, 200, "{shown}");
        assert_eq!(answer, json!({"ResultCode": 0, "ResultDesc": "Success"}));
        world.run_due().await;
    }
    let outcomes = paybill_outcomes(&world).await;
    assert_eq!(outcomes.len(), count);
    assert!(
        outcomes
            .iter()
            .all(|o| o == "unreadable" || o.starts_with("unclear")),
        "{outcomes:?}"
    );
    assert_eq!(world.balance(&phone).await, 0);
    assert_eq!(world.account("mpesa").await, 0);
    world.check().await;
}

#[tokio::test]
async fn trap_15_a_confirmation_with_numbers_unknown_fields_and_huge_names_is_read() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let mut body = payment(" UKM1A2B3C4 ", "x", "150.00");
    body["BillRefNumber"] = json!(254_712_345_678_i64);
    body["TransAmount"] = json!(150.50);
    body["FirstName"] = json!("\u{1f4b0}".repeat(5_000));
    body["New"] = json!({"deep": [[[]]]});
    confirm(&world, &body).await;
    assert_eq!(world.balance(&phone).await, 15_050);
    world.check().await;
}

#[tokio::test]
async fn trap_39_the_paybills_routes_need_the_secret_and_an_allowed_address() {
    let world = World::with(|config| {
        config.http.allow.daraja =
            majibu::config::List(vec!["196.201.214.0/24".parse().expect("a net")]);
    })
    .await;
    let phone = world.registered("0712345678").await;
    let body = payment("UKM1A2B3C4", "0712345678", "150.00").to_string();
    for route in ["validation", "confirmation", "pull"] {
        for secret in ["development", "wrong"] {
            let url = format!("{}/pay/{secret}/c2b/{route}", world.base());
            let request = Client::new().post(url).body(body.clone());
            // The leftmost address of this header can be written by anybody.
            let request = request.header("x-forwarded-for", "196.201.214.200");
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status().as_u16(), 404, "{route} {secret}");
        }
    }
    world.run_due().await;
    assert!(paybill_outcomes(&world).await.is_empty());
    assert_eq!(world.balance(&phone).await, 0);
    world.check().await;
}

#[tokio::test]
async fn an_stk_callback_that_cannot_be_read_flags_its_deposit() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, _) = pushed(&world, &phone, 100).await;
    assert!(!last_deposit(&world, &phone).await.flagged);
    assert_eq!(post(&world, &deposit, "<html>").await, 200);
    world.run_due().await;
    let row = last_deposit(&world, &phone).await;
    assert_eq!((row.state.as_str(), row.flagged), ("pushed", true));
    world.check().await;
}
