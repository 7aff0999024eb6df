//! M-Pesa: tokens, pushes with every outcome, queries.

use std::time::Duration;

use sandbox::{Phone, PhoneError, SameAmountRule, Simulator, SimulatorConfig, StkResult};
use serde_json::{Value, json};

use crate::client::{Client, push_body};
use crate::service::FakeService;
use crate::{PATIENCE, instant_world, world};

/// A phone, a client with a token, and the service.
pub(crate) struct Till {
    pub(crate) sim: Simulator,
    pub(crate) service: FakeService,
    pub(crate) client: Client,
    pub(crate) token: String,
    pub(crate) phone: Phone,
}

impl Till {
    pub(crate) async fn open(config: SimulatorConfig) -> Self {
        let (sim, service) = world(config).await;
        let client = Client::new(&sim.base_url());
        let token = client.token().await;
        let phone = sim.phone("+254712345678").unwrap();
        Self {
            sim,
            service,
            client,
            token,
            phone,
        }
    }

    pub(crate) fn body(&self, shillings: u32) -> Value {
        push_body(
            self.phone.number().digits(),
            shillings,
            &self.service.callback_url(),
        )
    }

    /// Pushes and returns the CheckoutRequestID.
    pub(crate) async fn push(&self, shillings: u32) -> String {
        let (status, answer) = self.client.push(&self.token, &self.body(shillings)).await;
        assert_eq!(
            (status, &answer["ResponseCode"]),
            (200, &json!("0")),
            "{answer}"
        );
        answer["CheckoutRequestID"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn prompted(&self, shillings: u32) -> String {
        let id = self.push(shillings).await;
        let prompt = self.phone.wait_for_prompt(PATIENCE).await.unwrap();
        assert_eq!(
            (prompt.amount_cents, &prompt.checkout_request_id),
            (i64::from(shillings) * 100, &id)
        );
        id
    }

    /// The n-th callback.
    pub(crate) async fn callback(&self, n: usize) -> Value {
        self.service.callbacks(n).await[n - 1]["Body"]["stkCallback"].clone()
    }
}

pub(crate) async fn till() -> Till {
    Till::open(SimulatorConfig::instant()).await
}

#[tokio::test]
async fn a_payment_moves_the_money_and_is_told_in_the_real_shape() {
    let till = till().await;
    let id = till.prompted(100).await;
    let (status, answer) = till.client.query(&till.token, &id).await;
    assert_eq!(
        (status, &answer["errorCode"]),
        (500, &json!("500.001.1001"))
    );
    assert_eq!(answer["errorMessage"], "The transaction is being processed");

    let result = till.phone.enter_pin("1234").await.unwrap();
    assert!(matches!(result, StkResult::Paid(_)));
    assert_eq!(till.phone.mpesa_balance_cents(), 490_000);
    let payment = till.sim.payments().remove(0);
    assert_eq!(
        (payment.amount_cents, payment.phone),
        (10_000, till.phone.number())
    );

    let callback = till.callback(1).await;
    assert_eq!(callback["ResultCode"], json!(0));
    assert_eq!(callback["CheckoutRequestID"], json!(id));
    let items = callback["CallbackMetadata"]["Item"].as_array().unwrap();
    let value =
        |name: &str| items.iter().find(|item| item["Name"] == name).unwrap()["Value"].clone();
    assert_eq!(value("MpesaReceiptNumber"), json!(payment.receipt));
    assert_eq!(value("PhoneNumber"), json!(254_712_345_678_u64));
    assert!(value("TransactionDate").is_u64() && value("Balance").is_null());
    let raw = till
        .sim
        .wait_for_exchange(|e| e.what == "STK callback", PATIENCE)
        .await
        .unwrap();
    assert!(
        raw.request_body.contains("\"Amount\",\"Value\":100.00}"),
        "{}",
        raw.request_body
    );
    assert_eq!(raw.status, Some(200));

    let (status, answer) = till.client.query(&till.token, &id).await;
    assert_eq!((status, &answer["ResultCode"]), (200, &json!("0")));
}

#[tokio::test]
async fn each_failure_has_its_code_and_no_metadata() {
    let till = till().await;
    till.prompted(10).await;
    assert_eq!(till.phone.cancel_prompt().await, Ok(StkResult::Cancelled));
    till.prompted(20).await;
    assert_eq!(till.phone.enter_pin("9999").await, Ok(StkResult::WrongPin));
    till.phone.set_mpesa_balance(2_999);
    till.prompted(30).await;
    assert_eq!(till.phone.enter_pin("1234").await, Ok(StkResult::NoFunds));
    till.phone.set_reachable(false);
    let id = till.push(40).await;
    let codes: Vec<Value> = till
        .service
        .callbacks(4)
        .await
        .iter()
        .map(|body| body["Body"]["stkCallback"]["ResultCode"].clone())
        .collect();
    assert_eq!(codes, [json!(1032), json!(2001), json!(1), json!(1037)]);
    assert!(till.callback(4).await.get("CallbackMetadata").is_none());
    assert_eq!(
        till.client.query(&till.token, &id).await.1["ResultCode"],
        "1037"
    );
    assert_eq!(
        (till.phone.mpesa_balance_cents(), till.sim.payments().len()),
        (2_999, 0)
    );
    assert_eq!(
        till.phone.enter_pin("1234").await,
        Err(PhoneError::NoPrompt)
    );
}

#[tokio::test]
async fn a_prompt_that_nobody_answers_expires() {
    let mut config = SimulatorConfig::instant();
    config.daraja.prompt_life = Duration::from_millis(100);
    let till = Till::open(config).await;
    till.prompted(10).await;
    assert_eq!(till.callback(1).await["ResultCode"], 1037);
    assert_eq!(till.phone.prompt(), None);
    // Switching off under a prompt is no answer either.
    till.prompted(20).await;
    till.phone.set_reachable(false);
    assert_eq!(till.callback(2).await["ResultCode"], 1037);
}

#[tokio::test]
async fn a_prompt_waits_for_the_session_to_end_and_then_covers_the_phone() {
    let till = till().await;
    till.phone.dial("*384*55#").await.unwrap();
    till.push(10).await;
    assert_eq!(till.phone.prompt(), None);
    till.phone.drop_session();
    till.phone.wait_for_prompt(PATIENCE).await.unwrap();
    assert_eq!(
        till.phone.dial("*384*55#").await,
        Err(PhoneError::PromptOpen)
    );
    till.phone.cancel_prompt().await.unwrap();
    till.phone.dial("*384*55#").await.unwrap();
}

#[tokio::test]
async fn one_push_at_a_time_for_a_phone() {
    let till = till().await;
    till.prompted(10).await;
    let (status, answer) = till.client.push(&till.token, &till.body(20)).await;
    assert_eq!(
        (status, &answer["errorCode"]),
        (500, &json!("500.001.1001"))
    );
    assert!(
        answer["errorMessage"]
            .as_str()
            .unwrap()
            .starts_with("Unable to lock subscriber")
    );
    till.phone.cancel_prompt().await.unwrap();
    till.prompted(20).await;
}

#[tokio::test]
async fn the_same_amount_within_two_minutes_is_stopped() {
    let till = till().await;
    for (n, code) in [(1, 0), (2, 17)] {
        till.push(10).await;
        if code == 0 {
            till.phone.wait_for_prompt(PATIENCE).await.unwrap();
            till.phone.enter_pin("1234").await.unwrap();
        }
        assert_eq!(till.callback(n).await["ResultCode"], code);
    }
    let mut config = SimulatorConfig::instant();
    config.daraja.same_amount_rule = SameAmountRule::AfterPush;
    let strict = Till::open(config).await;
    strict.prompted(10).await;
    strict.phone.cancel_prompt().await.unwrap();
    strict.push(10).await;
    assert_eq!(strict.callback(2).await["ResultCode"], 17);
}

#[tokio::test]
async fn a_pin_can_be_entered_by_itself() {
    let mut config = SimulatorConfig::instant();
    config.daraja.auto_pin = Some("1234".into());
    let till = Till::open(config).await;
    till.push(10).await;
    assert_eq!(till.callback(1).await["ResultCode"], 0);
}

#[tokio::test]
async fn bad_requests_get_the_real_error_bodies() {
    let till = till().await;
    let refused = async |change: &dyn Fn(&mut Value)| {
        let mut body = till.body(10);
        change(&mut body);
        let (status, answer) = till.client.push(&till.token, &body).await;
        assert!(answer["requestId"].is_string());
        (
            status,
            answer["errorCode"].as_str().unwrap().to_owned(),
            answer["errorMessage"].as_str().unwrap().to_owned(),
        )
    };
    let invalid = |name: &str| {
        (
            400,
            "400.002.02".to_owned(),
            format!("Bad Request - Invalid {name}"),
        )
    };
    assert_eq!(
        refused(&|b| b["Amount"] = json!(0)).await,
        invalid("Amount")
    );
    assert_eq!(
        refused(&|b| b["PhoneNumber"] = json!("0712345678")).await,
        invalid("PhoneNumber")
    );
    assert_eq!(
        refused(&|b| b["CallBackURL"] = json!("http://a/mpesa")).await,
        invalid("CallBackURL")
    );
    assert_eq!(
        refused(&|b| b["Timestamp"] = json!("2026")).await,
        invalid("Timestamp")
    );
    assert_eq!(
        refused(&|b| b["Password"] = json!("bm8=")).await.2,
        "Wrong credentials"
    );
    assert_eq!(
        refused(&|b| b["BusinessShortCode"] = json!("600000"))
            .await
            .2,
        "Merchant does not exist"
    );
    assert_eq!(refused(&|b| *b = json!([])).await.0, 400);
    let (status, answer) = till.client.query(&till.token, "ws_CO_unknown").await;
    assert_eq!((status, &answer["errorCode"]), (400, &json!("400.002.02")));
    assert!(till.sim.pushes().is_empty());
}

#[tokio::test]
async fn tokens_are_needed_live_and_die() {
    let mut config = SimulatorConfig::instant();
    config.daraja.new_token_kills_old = true;
    config.daraja.consumer_key = Some("key".into());
    let till = Till::open(config).await;
    for token in ["", "made-up"] {
        let (status, answer) = till.client.push(token, &till.body(10)).await;
        assert_eq!((status, &answer["errorCode"]), (404, &json!("404.001.03")));
    }
    let newer = till.client.token().await;
    assert_eq!(till.client.push(&till.token, &till.body(10)).await.0, 404);
    till.sim.forget_tokens();
    assert_eq!(till.client.push(&newer, &till.body(10)).await.0, 404);
    let url = |query: &str| format!("{}/oauth/v1/generate{query}", till.sim.base_url());
    let good = url("?grant_type=client_credentials");
    let no_basic = till.client.http.get(&good).send().await.unwrap();
    assert!(no_basic.text().await.unwrap().contains("400.008.01"));
    let no_grant = till
        .client
        .http
        .get(url(""))
        .basic_auth("key", Some("s"))
        .send()
        .await
        .unwrap();
    assert!(no_grant.text().await.unwrap().contains("400.008.02"));
    let unknown = till
        .client
        .http
        .get(&good)
        .basic_auth("other", Some("s"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            unknown.status().as_u16(),
            unknown.text().await.unwrap().as_str()
        ),
        (400, "")
    );
}

#[tokio::test]
async fn stopping_ends_everything_that_is_open() {
    let (sim, service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let phone = sim.new_phone();
    let body = push_body(phone.number().digits(), 10, &service.callback_url());
    client.push(&client.token().await, &body).await;
    phone.wait_for_prompt(PATIENCE).await.unwrap();
    tokio::time::timeout(PATIENCE, sim.stop()).await.unwrap();
    assert_eq!(phone.enter_pin("1234").await, Err(PhoneError::NoPrompt));
}
