//! Callbacks with bodies that no honest provider sends, or only on a bad day: each is kept, none
//! credits what it does not prove, and none makes the service stumble.

use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    help::{last_deposit, outcomes, post, pushed, success, tell, texts},
    support::World,
};

/// The same callback with the number of the payer as given; `None`: without one.
fn from_phone(checkout: &str, number: Option<Value>) -> Value {
    let mut body = success(checkout, "UKM1A2B3C4", &json!(100));
    let items = &mut body["Body"]["stkCallback"]["CallbackMetadata"]["Item"];
    let items = items.as_array_mut().expect("items");
    items.retain(|item| item["Name"] != "PhoneNumber");
    items.extend(number.map(|number| json!({"Name": "PhoneNumber", "Value": number})));
    items.reverse();
    body
}

#[tokio::test]
async fn trap_13_the_phone_in_a_callback_chooses_nobody() {
    let world = World::new().await;
    let others = [
        Some(json!("2547******78")),
        Some(json!(254_110_234_567_i64)),
        Some(json!("7b0c5fa1d19ae9bb0a4e7c1b2d7f3a55")),
        Some(Value::Null),
        Some(json!({"masked": true})),
        None,
    ];
    let somebody_else = world.registered("0110234567").await;
    for (place, number) in others.into_iter().enumerate() {
        let phone = world.registered(&format!("071234560{place}")).await;
        let (deposit, checkout) = pushed(&world, &phone, 100).await;
        let mut body = from_phone(&checkout, number);
        let receipt = format!("UKM1A2B3C{place}").into();
        let items = &mut body["Body"]["stkCallback"]["CallbackMetadata"]["Item"];
        for item in items.as_array_mut().expect("items") {
            if item["Name"] == "MpesaReceiptNumber" {
                item["Value"] = Value::clone(&receipt);
            }
        }
        tell(&world, &deposit, &body).await;
        assert_eq!(world.balance(&phone).await, 10_000, "{body}");
        assert!(!last_deposit(&world, &phone).await.flagged, "{body}");
    }
    assert_eq!(world.balance(&somebody_else).await, 0);
    world.check().await;
}

#[tokio::test]
async fn trap_14_success_without_proof_is_no_credit_and_flagged() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let whole = || success(&checkout, "UKM1A2B3C4", &json!(100));
    let with = |field: &str, value: Value| {
        let mut body = whole();
        body["Body"]["stkCallback"][field] = value;
        body
    };
    let receipt = json!({"Name": "MpesaReceiptNumber", "Value": "UKM1A2B3C4"});
    let amount = json!({"Name": "Amount", "Value": 100});
    let items = |items: Value| with("CallbackMetadata", json!({"Item": items}));
    let mut no_code = whole();
    let callback = no_code["Body"]["stkCallback"].as_object_mut();
    callback.expect("a callback").remove("ResultCode");
    let unclear = [
        no_code,
        with("ResultCode", Value::Null),
        with("ResultCode", json!("")),
        with("ResultCode", json!(false)),
        with("ResultCode", json!([])),
        with("CallbackMetadata", Value::Null),
        with("CallbackMetadata", json!("none")),
        items(Value::Null),
        items(json!([])),
        items(json!([amount])),
        items(json!([receipt])),
        items(json!([amount, {"Name": "MpesaReceiptNumber"}])),
        items(json!([amount, {"Name": "MpesaReceiptNumber", "Value": ""}])),
        items(json!([amount, {"Name": "MpesaReceiptNumber", "Value": "'; drop table transfer"}])),
        items(json!([receipt, {"Name": "Amount", "Value": 0}])),
        items(json!([receipt, {"Name": "Amount", "Value": -100}])),
        items(json!([receipt, {"Name": "Amount", "Value": "a lot"}])),
        items(json!([receipt, {"Name": "Amount", "Value": 1e300}])),
        items(json!([receipt, {"Name": "Amount", "Value": "99999999999999999999"}])),
    ];
    for body in &unclear {
        tell(&world, &deposit, body).await;
        let row = last_deposit(&world, &phone).await;
        assert_eq!(
            (row.state.as_str(), row.flagged),
            ("pushed", true),
            "{body}"
        );
        assert_eq!(world.account("mpesa").await, 0, "{body}");
    }
    assert!(texts(&phone).is_empty(), "{:?}", texts(&phone));
    let known = outcomes(&world).await;
    assert_eq!(known.len(), unclear.len());
    assert!(
        known
            .iter()
            .all(|(state, outcome)| state == "done" && outcome.starts_with("unclear"))
    );
    // None of it stands in the way of the real one.
    tell(&world, &deposit, &whole()).await;
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn bodies_that_are_none_are_kept_answered_and_move_nothing() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, _) = pushed(&world, &phone, 100).await;
    let nested = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    let deep = format!("{}1{}", "{\"Body\":".repeat(5_000), "}".repeat(5_000));
    let bodies: [&[u8]; 14] = [
        b"",
        b"\0\0\0",
        b"<html><body>502 Bad Gateway</body></html>",
        b"\xff\xfe\xfd{\"Body\":1}",
        b"{\"Body\":{\"stkCallback\":{\"ResultCode\":0,\"ResultDesc\":\"\xc3\x28\"}}}",
        b"{\"Body\":{\"stkCallback\":",
        b"{\"Body\":{\"stkCallback\":[]}}",
        b"{\"Body\":[]}",
        b"null",
        b"0",
        b"\"paid\"",
        b"ResultCode=0&MpesaReceiptNumber=UKM1A2B3C4&Amount=100",
        nested.as_bytes(),
        deep.as_bytes(),
    ];
    for body in bodies {
        let status = post(&world, &deposit, body.to_vec()).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(body));
        world.run_due().await;
    }
    let known = outcomes(&world).await;
    assert_eq!(
        known,
        vec![("done".into(), "unreadable".into()); bodies.len()]
    );
    assert_eq!(last_deposit(&world, &phone).await.state, "pushed");
    assert_eq!(world.account("mpesa").await, 0);
    assert!(texts(&phone).is_empty());
    world.check().await;
}

#[tokio::test]
async fn trap_42_what_daraja_never_sends_is_turned_away_and_not_kept() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let honest = success(&checkout, "UKM1A2B3C4", &json!(100)).to_string();
    let client = Client::new();
    let url = |path: &str| format!("{}{path}", world.base());
    for path in [
        format!("/pay/wrong/stk/{deposit}"),
        format!("/pay/development%20/stk/{deposit}"),
        format!("/pay/DEVELOPMENT/stk/{deposit}"),
        format!("/pay//stk/{deposit}"),
        format!("/pay/stk/{deposit}"),
        "/pay/development/stk".to_owned(),
        "/pay/development/stk/".to_owned(),
        format!("/pay/development/stk/{deposit}/more"),
        format!("/pay/development/unknown/{deposit}"),
    ] {
        let sent = client.post(url(&path)).body(honest.clone()).send().await;
        assert_eq!(sent.expect("an answer").status().as_u16(), 404, "{path}");
    }
    let get = client.get(url(&format!("/pay/development/stk/{deposit}")));
    assert_eq!(get.send().await.expect("an answer").status().as_u16(), 405);
    let put = client
        .put(url(&format!("/pay/development/stk/{deposit}")))
        .body(honest);
    assert_eq!(put.send().await.expect("an answer").status().as_u16(), 405);
    world.run_due().await;
    assert!(outcomes(&world).await.is_empty(), "none of it was stored");
    assert_eq!(world.balance(&phone).await, 0);
    world.check().await;
}

#[tokio::test]
async fn trap_39_a_callback_from_an_address_that_is_not_allowed_is_turned_away() {
    let world = World::with(|config| {
        let net = "196.201.214.200/32".parse().expect("a network");
        config.http.allow.daraja.0.push(net);
    })
    .await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let body = success(&checkout, "UKM1A2B3C4", &json!(100)).to_string();
    let url = format!("{}/pay/development/stk/{deposit}", world.base());
    let request = Client::new().post(url).body(body);
    // The leftmost address of this header can be written by anybody.
    let request = request.header("x-forwarded-for", "196.201.214.200");
    assert_eq!(
        request.send().await.expect("an answer").status().as_u16(),
        404
    );
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 0);
    assert!(outcomes(&world).await.is_empty());
    world.check().await;
}

#[tokio::test]
async fn trap_15_a_body_without_content_type_and_with_unknown_items_is_read() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let mut body = success(&checkout, " UKM1A2B3C4 ", &json!("100.00"));
    body["Extra"] = json!([1, 2, 3]);
    let callback = &mut body["Body"]["stkCallback"];
    callback["ResultCode"] = json!("0");
    callback["ResultDesc"] = json!("THE SERVICE REQUEST\u{7}\u{1b}[31m");
    let items = callback["CallbackMetadata"]["Item"]
        .as_array_mut()
        .expect("items");
    items.insert(
        0,
        json!({"Name": "Balance", "Value": "{Amount={CurrencyCode=KES}}"}),
    );
    items.insert(0, json!("not an item"));
    items.push(json!({"Name": "Something", "Value": [null]}));
    tell(&world, &deposit, &body).await;
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}
