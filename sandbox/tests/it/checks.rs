//! The gateway's checks, and the outcomes of a push that nobody is asked for.

use sandbox::{PaybillResult, SimulatorConfig, StkResult};
use serde_json::{Value, json};

use crate::PATIENCE;
use crate::stk::{Till, till};

#[tokio::test]
async fn wrong_methods_and_paths_are_answered_as_by_the_gateway() {
    let till = till().await;
    let push = "/mpesa/stkpush/v1/processrequest";
    let ask = async |method: reqwest::Method, path: &str, token: Option<&str>| {
        let mut request = till
            .client
            .http
            .request(method, format!("{}{path}", till.client.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.json(&till.body(10)).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        (status, body["errorCode"].as_str().unwrap().to_owned())
    };
    let token = Some(till.token.as_str());
    use reqwest::Method;
    let cases = [
        (Method::GET, push, token, (404, "404.001.04")),
        (Method::POST, push, None, (404, "404.001.04")),
        (Method::PUT, push, token, (405, "405.001")),
        (
            Method::POST,
            "/mpesa/stkpush/v9/x",
            token,
            (404, "404.001.01"),
        ),
        (Method::POST, push, Some("dead"), (404, "404.001.03")),
        (
            Method::POST,
            "/mpesa/b2c/v3/paymentrequest",
            None,
            (404, "404.001.04"),
        ),
        (Method::POST, "/oauth/v1/generate", token, (405, "405.001")),
    ];
    for (method, path, token, (status, code)) in cases {
        let what = format!("{method} {path}");
        assert_eq!(
            ask(method, path, token).await,
            (status, code.to_owned()),
            "{what}"
        );
    }
    assert!(till.sim.pushes().is_empty());
}

#[tokio::test]
async fn requests_that_come_too_fast_meet_the_spike_arrest() {
    let mut config = SimulatorConfig::instant();
    config.daraja.requests_per_minute = Some(5);
    let till = Till::open(config).await;
    let id = till.push(10).await;
    let (status, _) = till.client.query(&till.token, &id).await;
    assert_eq!(
        status, 500,
        "still processing: another product, its first request"
    );
    let (status, answer) = till.client.query(&till.token, &id).await;
    assert_eq!(status, 429);
    assert_eq!(
        answer["fault"]["faultstring"],
        "Spike arrest violation. Allowed rate : 5pm"
    );
    assert_eq!(
        answer["fault"]["detail"]["errorcode"],
        "policies.ratelimit.SpikeArrestViolation"
    );
    // Nothing was done: the phone has one prompt, from the first push.
    let (status, _) = till.client.push(&till.token, &till.body(20)).await;
    assert_eq!((status, till.sim.pushes().len()), (429, 1));
}

#[tokio::test]
async fn a_push_that_cannot_be_paid_ends_before_anybody_is_asked() {
    let mut config = SimulatorConfig::instant();
    config.daraja.business = "B".repeat(135);
    let till = Till::open(config).await;
    // Short amounts and references fit behind this name, long ones do not.
    let mut body = till.body(10);
    body["PartyB"] = json!("600000");
    till.client.push(&till.token, &body).await;
    let callback = till.callback(1).await;
    assert_eq!(callback["ResultCode"], 2028);
    assert!(callback.get("CallbackMetadata").is_none());
    // To a till the money goes by another number.
    body["TransactionType"] = json!("CustomerBuyGoodsOnline");
    body["AccountReference"] = json!("A");
    body["Amount"] = json!(1);
    till.client.push(&till.token, &body).await;
    till.phone.wait_for_prompt(PATIENCE).await.unwrap();
    till.phone.enter_pin("1234").await.unwrap();
    assert_eq!(till.callback(2).await["ResultCode"], 0);
    till.client.push(&till.token, &till.body(250_000)).await;
    assert_eq!(till.callback(3).await["ResultCode"], 1025);
    assert!(till.phone.prompt().is_none());
}

#[tokio::test]
async fn three_wrong_pins_lock_the_payer_until_the_pin_is_set() {
    let till = till().await;
    for (n, code) in [(1, 2001), (2, 2001), (3, 2001), (4, 8006)] {
        till.prompted(n).await;
        let pin = if n == 4 { "1234" } else { "0000" };
        let result = till.phone.enter_pin(pin).await.unwrap();
        assert_eq!(result.code(), code);
    }
    let paid = till.phone.pay_to_paybill("A", 100, "1234").await;
    assert_eq!(paid.unwrap(), PaybillResult::PinLocked);
    till.phone.set_pin("1234");
    till.prompted(5).await;
    let result = till.phone.enter_pin("1234").await.unwrap();
    assert!(matches!(result, StkResult::Paid(_)));
    // Wrong ones that are not in a row do not add up.
    for n in 6..10 {
        till.prompted(n).await;
        let pin = if n % 2 == 0 { "0000" } else { "1234" };
        let code = if n % 2 == 0 { 2001 } else { 0 };
        assert_eq!(till.phone.enter_pin(pin).await.unwrap().code(), code);
    }
}

#[tokio::test]
async fn nobody_pays_more_than_500_000_in_a_day() {
    let till = till().await;
    till.phone.set_mpesa_balance(100_000_000);
    for (n, shillings) in [(1, 250_000), (2, 249_999)] {
        till.prompted(shillings).await;
        assert_eq!(till.phone.enter_pin("1234").await.unwrap().code(), 0, "{n}");
    }
    till.prompted(2).await;
    assert_eq!(till.phone.enter_pin("1234").await.unwrap().code(), 4);
    let paid = till.phone.pay_to_paybill("A", 200, "1234").await;
    assert_eq!(paid.unwrap(), PaybillResult::DailyLimit);
    till.prompted(1).await;
    assert_eq!(till.phone.enter_pin("1234").await.unwrap().code(), 0);
    assert_eq!(till.sim.books().difference_cents(), 0);
}

#[tokio::test]
async fn the_payer_is_hidden_in_the_callback_on_demand() {
    let mut config = SimulatorConfig::instant();
    config.daraja.masks_payers = true;
    let till = Till::open(config).await;
    till.prompted(10).await;
    till.phone.enter_pin("1234").await.unwrap();
    let callback = till.callback(1).await;
    let items = callback["CallbackMetadata"]["Item"]
        .as_array()
        .unwrap()
        .clone();
    let phone = items.iter().find(|item| item["Name"] == "PhoneNumber");
    assert_eq!(phone.unwrap()["Value"], "2547*****678");
}
