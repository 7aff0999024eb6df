//! Bodies of callers that are too large, odd, slow or broken: kept as they came where they can be,
//! and never acted on.

use std::time::Duration;

use majibu::app::ReplayError;
use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    callers::{kept, talk},
    help::{beside, last_deposit, post, pushed, success},
    payouts::pays_out,
    support::{World, by},
};

#[tokio::test]
async fn trap_42_what_is_too_large_is_kept_cut_answered_as_expected_and_never_acted_on() {
    let world = World::with(pays_out).await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let honest = success(&checkout, "UKM1A2B3C4", &json!(100)).to_string();
    let huge = format!("{honest}{}", " ".repeat(70 * 1024));
    // A form is one at any length.
    let form = format!(
        "from=0712345678&text=BAL&id=1&more={}",
        "x".repeat(70 * 1024)
    );
    let accepted = json!({"ResultCode": 0, "ResultDesc": "Accepted"}).to_string();
    let success = json!({"ResultCode": 0, "ResultDesc": "Success"}).to_string();
    let refused = json!({"ResultCode": "C2B00016", "ResultDesc": "Rejected"}).to_string();
    let ok = "OK".to_owned();
    let routes = [
        (
            format!("pay/development/stk/{deposit}"),
            "stk",
            &huge,
            &accepted,
        ),
        (
            "pay/development/b2c/1/result".into(),
            "payout",
            &huge,
            &accepted,
        ),
        (
            "pay/development/b2c/1/timeout".into(),
            "payout_timeout",
            &huge,
            &accepted,
        ),
        (
            "pay/development/b2c/1/status".into(),
            "payout_status",
            &huge,
            &accepted,
        ),
        (
            "pay/development/c2b/confirmation".into(),
            "c2b_confirmation",
            &huge,
            &success,
        ),
        (
            "pay/development/c2b/pull".into(),
            "c2b_pull",
            &huge,
            &success,
        ),
        (
            "pay/development/c2b/validation".into(),
            "c2b_validation",
            &huge,
            &refused,
        ),
        (
            "sms/development/delivery".into(),
            "sms_delivery",
            &form,
            &ok,
        ),
        ("sms/development/inbound".into(), "sms_inbound", &form, &ok),
        ("sms/development/optout".into(), "sms_optout", &form, &ok),
        ("ussd/development/events".into(), "ussd_event", &form, &ok),
    ];
    let told = texts_of(&world).await;
    for (path, kind, body, expected) in &routes {
        let url = format!("{}/{path}", world.base());
        let sent = Client::new().post(url).body((*body).clone()).send().await;
        let sent = sent.expect("an answer");
        assert_eq!(sent.status(), 200, "{path}");
        let answer = sent.text().await.expect("a body");
        let equal =
            serde_json::from_str::<Value>(&answer).ok() == serde_json::from_str(expected).ok();
        assert!(
            equal && (answer.starts_with('{') || answer == **expected),
            "{path}: {answer}"
        );
        world.turn(Duration::from_millis(1));
        let row = world
            .app()
            .inbox(Some(kind), None, None, 1)
            .await
            .expect("read")
            .remove(0);
        assert_eq!(
            (row.cut, row.bytes, row.state.as_str()),
            (true, 65_536, "done"),
            "{path}"
        );
        assert_eq!(row.outcome.as_deref(), Some("oversized: cut, not acted on"));
        let id = row.id.parse().expect("an id");
        let (_, raw) = world
            .app()
            .inbox_callback(id)
            .await
            .expect("read")
            .expect("kept");
        assert_eq!(raw.body, body.as_bytes()[..65_536]);
        let again = world.app().replay(id, &by("asked for")).await;
        assert!(matches!(again, Err(ReplayError::Cut)), "{again:?}");
    }
    world.run_due().await;
    assert_eq!(kept(&world).await.len(), routes.len());
    assert_eq!(last_deposit(&world, &phone).await.state, "pushed");
    assert_eq!(world.account("mpesa").await, 0);
    assert_eq!(texts_of(&world).await, told, "nothing was said about it");
    // The honest one is as welcome as ever.
    assert_eq!(post(&world, &deposit, honest).await, 200);
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

async fn texts_of(world: &World) -> usize {
    beside(world)
        .await
        .pairs("select id, body from outbox")
        .await
        .len()
}

#[tokio::test]
async fn trap_42_odd_types_encodings_and_bytes_are_kept_as_they_came() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let honest = success(&checkout, "UKM1A2B3C4", &json!(100)).to_string();
    let url = format!("{}/pay/development/stk/{deposit}", world.base());
    // 0x1f 0x8b begins a gzip stream: no provider sends one, and none is unpacked.
    let gzip = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0][..], honest.as_bytes()].concat();
    let bodies: [(&str, &str, Vec<u8>); 4] = [
        ("application/json", "gzip", gzip),
        ("image/png", "identity", vec![0xff, 0xfe, 0, 1, 2]),
        ("\"", "deflate", b"\xf0\x28\x8c\x28{".to_vec()),
        ("multipart/form-data", "", Vec::new()),
    ];
    for (content_type, encoding, body) in &bodies {
        let request = Client::new()
            .post(&url)
            .header("content-type", *content_type);
        let request = request
            .header("content-encoding", *encoding)
            .body(body.clone());
        assert_eq!(
            request.send().await.expect("an answer").status(),
            200,
            "{content_type}"
        );
        let row = world
            .app()
            .inbox(Some("stk"), None, None, 1)
            .await
            .expect("read")
            .remove(0);
        let id = row.id.parse().expect("an id");
        let (_, raw) = world
            .app()
            .inbox_callback(id)
            .await
            .expect("read")
            .expect("kept");
        assert_eq!(&raw.body, body);
        assert!(
            raw.headers
                .contains(&format!("content-type: {content_type}")),
            "{raw:?}"
        );
        world.turn(Duration::from_millis(1));
    }
    world.run_due().await;
    assert_eq!(world.account("mpesa").await, 0);
    // And a right one under a wrong type, in pieces without a length, is read.
    let pieces: Vec<String> = honest
        .chars()
        .map(|letter| format!("1\r\n{letter}\r\n"))
        .collect();
    let request = format!(
        "POST /pay/development/stk/{deposit} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
        Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n",
        pieces.concat()
    );
    let answer = talk(&world, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_or_breaks_off_is_given_up_and_not_kept() {
    let world = World::with(|config| config.http.body_timeout = Duration::from_millis(150)).await;
    let head = "POST /pay/development/stk/1 HTTP/1.1\r\nHost: x\r\n";
    for (rest, status) in [
        ("Content-Length: 1000\r\n\r\n{\"Body\":", "408"),
        ("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"Bod\r\n", "408"),
        (
            "Transfer-Encoding: chunked\r\n\r\nZZ\r\nnonsense\r\n",
            "400",
        ),
    ] {
        let answer = talk(&world, format!("{head}{rest}").as_bytes()).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{rest}: {answer}"
        );
    }
    assert_eq!(kept(&world).await, []);
    world.check().await;
}
