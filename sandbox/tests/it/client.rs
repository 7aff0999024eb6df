//! What a service sends to Daraja and Africa's Talking, by hand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sandbox::DarajaConfig;
use serde_json::{Value, json};

/// A client of both providers.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
}

impl Client {
    pub(crate) fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    pub(crate) async fn token(&self) -> String {
        let url = format!(
            "{}/oauth/v1/generate?grant_type=client_credentials",
            self.base
        );
        let answer = self
            .http
            .get(url)
            .basic_auth("key", Some("secret"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["expires_in"], "3599");
        body["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn push(&self, token: &str, body: &Value) -> (u16, Value) {
        self.post("/mpesa/stkpush/v1/processrequest", token, body)
            .await
    }

    pub(crate) async fn query(&self, token: &str, checkout_request_id: &str) -> (u16, Value) {
        let mut body = credentials();
        body["CheckoutRequestID"] = json!(checkout_request_id);
        self.post("/mpesa/stkpushquery/v1/query", token, &body)
            .await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}{path}", self.base);
        let answer = self
            .http
            .post(url)
            .bearer_auth(token)
            .json(body)
            .send()
            .await
            .unwrap();
        (
            answer.status().as_u16(),
            answer.json().await.unwrap_or_default(),
        )
    }

    pub(crate) async fn sms(&self, to: &str, message: &str) -> reqwest::Result<(u16, String)> {
        let form = [
            ("username", "sandbox"),
            ("to", to),
            ("message", message),
            ("from", "DEMO"),
        ];
        let url = format!("{}/version1/messaging", self.base);
        let answer = self
            .http
            .post(url)
            .header("apiKey", "key")
            .form(&form)
            .send()
            .await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }
}

/// Shortcode, timestamp and password, as push and query both want them.
pub(crate) fn credentials() -> Value {
    let config = DarajaConfig::default();
    let timestamp = "20261122214800";
    let password = STANDARD.encode(format!("{}{}{timestamp}", config.shortcode, config.passkey));
    json!({ "BusinessShortCode": config.shortcode, "Timestamp": timestamp, "Password": password })
}

/// A good push.
pub(crate) fn push_body(digits: u64, shillings: u32, callback_url: &str) -> Value {
    let mut body = credentials();
    let more = json!({
        "TransactionType": "CustomerPayBillOnline", "Amount": shillings, "PartyA": digits, "PartyB": "174379",
        "PhoneNumber": digits, "CallBackURL": callback_url, "AccountReference": "ABC123", "TransactionDesc": "Deposit",
    });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    body
}
