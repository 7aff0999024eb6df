//! One request to Daraja: token, JSON, and an answer sorted into what is certain and what is not.

use std::sync::Arc;

use futures::future::BoxFuture;
use reqwest::{Client, StatusCode};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::{DarajaSettings, b2c, callback, status, stk, token::TokenKeeper};
use crate::{
    core::time::Timestamp,
    ports::{
        DepositQuestion, MobileMoney, Payout, PayoutError, PayoutResult, PayoutStatus, Push,
        PushError, QueryAnswer, QuestionError, StkResult, TokenStore,
    },
    provider::{
        call::{Call, Received},
        excerpt, was_not_sent,
    },
};

/// Speaks to Daraja.
#[derive(Clone, Debug)]
pub struct DarajaClient {
    settings: DarajaSettings,
    http: Client,
    tokens: Arc<TokenKeeper>,
}

/// An answer that could be read as JSON, or not.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) json: Option<Value>,
    /// The start of the body, fit for a log line.
    pub(super) excerpt: String,
}

impl Answer {
    /// A text field; numbers are read as text too.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        text_of(self.json.as_ref()?.get(name)?)
    }

    /// Whether it says that the request was accepted.
    pub(super) fn is_accepted(&self) -> bool {
        self.status.is_success() && self.text("ResponseCode").as_deref() == Some("0")
    }

    /// Whether the request was turned away at the gate for want of room, and later may work
    /// (contract, section 1).
    pub(super) fn is_throttled(&self) -> bool {
        let code = self.text("errorCode").unwrap_or_default();
        self.status.as_u16() == 429
            || matches!(code.as_str(), "500.003.02" | "500.003.03" | "00.002.1001")
            || self.is_gateway_fault()
    }

    /// The gateway's own shape of the same, with a status that may be another than 429.
    fn is_gateway_fault(&self) -> bool {
        let fault = self.json.as_ref().and_then(|json| json.get("fault"));
        let code = fault
            .and_then(|fault| fault.get("detail")?.get("errorcode"))
            .and_then(text_of)
            .unwrap_or_default();
        code.starts_with("policies.ratelimit.")
    }

    /// Whether it says that the token is not taken (contract, section 1).
    pub(super) fn is_token_error(&self) -> bool {
        let code = self.text("errorCode").unwrap_or_default();
        TOKEN_ERRORS.contains(&code.as_str())
    }

    /// Whether it says something, be it a refusal: no page of the gateway, no empty body, no
    /// "internal error", and no refused token.
    pub(super) fn says_something(&self) -> bool {
        let code = self.text("errorCode").unwrap_or_default();
        let is_known = !self.status.is_server_error() || code == "500.001.1001";
        self.json.as_ref().is_some_and(Value::is_object) && is_known && !self.is_token_error()
    }

    /// What it says, for the metrics.
    fn word(&self) -> &'static str {
        if self.status.is_success() && self.json.is_some() {
            "ok"
        } else if self.is_throttled() {
            "no_room"
        } else if self.says_something() || self.is_token_error() {
            "refused"
        } else {
            "error"
        }
    }

    /// What is wrong, for a log line.
    pub(super) fn why(&self) -> String {
        format!("HTTP {} {}", self.status.as_u16(), self.excerpt)
    }
}

/// What is asked of Daraja.
#[derive(Clone, Copy, Debug)]
pub(super) enum Endpoint {
    /// An STK push.
    Push,
    /// What became of one.
    Query,
    /// A payout by B2C.
    Payout,
    /// The status of a transaction.
    Status,
    /// The account balance.
    Balance,
    /// The URLs of the paybill.
    RegisterUrls,
    /// Payments to the paybill.
    Pull,
    /// The right to ask for them.
    RegisterPull,
}

impl Endpoint {
    const fn path(self) -> &'static str {
        match self {
            Self::Push => "/mpesa/stkpush/v1/processrequest",
            Self::Query => "/mpesa/stkpushquery/v1/query",
            Self::Payout => "/mpesa/b2c/v3/paymentrequest",
            Self::Status => "/mpesa/transactionstatus/v1/query",
            Self::Balance => "/mpesa/accountbalance/v1/query",
            Self::RegisterUrls => "/mpesa/c2b/v2/registerurl",
            Self::Pull => "/pulltransactions/v1/query",
            Self::RegisterPull => "/pulltransactions/v1/register",
        }
    }

    /// The name in metrics.
    const fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Query => "query",
            Self::Payout => "payout",
            Self::Status => "status",
            Self::Balance => "balance",
            Self::Pull => "pull",
            Self::RegisterUrls | Self::RegisterPull => "register",
        }
    }
}

/// There is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAnswer {
    /// The request certainly did not arrive.
    #[error("{0}")]
    NotSent(String),
    /// It may have.
    #[error("{0}")]
    Unsure(String),
}

/// A JSON text or number as text; nothing else.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Codes that mean: this token is not taken (contract, section 1).
const TOKEN_ERRORS: [&str; 5] = [
    "404.001.03",
    "401.002.01",
    "400.003.01",
    "401.001",
    "401.003.01",
];

impl DarajaClient {
    /// A client; its token is shared through `tokens`.
    #[must_use]
    pub fn new(settings: DarajaSettings, http: Client, tokens: Arc<dyn TokenStore>) -> Self {
        Self {
            settings,
            http,
            tokens: Arc::new(TokenKeeper::new(tokens)),
        }
    }

    pub(super) fn settings(&self) -> &DarajaSettings {
        &self.settings
    }

    /// The URL of one of our callback routes.
    pub(super) fn callback_url(&self, route: &str) -> String {
        let base = self.settings.callback_base.trim_end_matches('/');
        format!("{base}/{route}")
    }

    /// Posts a request. A token that is refused is renewed once and the request repeated once: it
    /// was turned away at the gate, so nothing happens twice.
    pub(super) async fn post(&self, endpoint: Endpoint, body: &Value) -> Result<Answer, NoAnswer> {
        let first = self.post_once(endpoint, body).await?;
        if first.is_token_error() {
            self.post_once(endpoint, body).await
        } else {
            Ok(first)
        }
    }

    async fn post_once(&self, endpoint: Endpoint, body: &Value) -> Result<Answer, NoAnswer> {
        let token = self.tokens.token(&self.http, &self.settings).await;
        let token = token.map_err(|error| NoAnswer::NotSent(error.to_string()))?;
        let failed = |error: reqwest::Error| {
            let is_certain = was_not_sent(&error);
            let what = error.without_url().to_string();
            if is_certain {
                NoAnswer::NotSent(what)
            } else {
                NoAnswer::Unsure(what)
            }
        };
        let base = self.settings.base_url.trim_end_matches('/');
        let request = self
            .http
            .post(format!("{base}{}", endpoint.path()))
            .bearer_auth(token.expose_secret())
            .json(body)
            .timeout(self.settings.timeout);
        let mut call = Call::begin("daraja", endpoint.name());
        let Received { status, text, .. } = call.send(request).await.map_err(failed)?;
        let answer = Answer {
            status,
            json: serde_json::from_str(&text).ok(),
            excerpt: excerpt(&text, Some(token.expose_secret())),
        };
        call.is(answer.word());
        drop(call);
        if answer.is_token_error() {
            self.tokens.forget(&token).await;
        }
        Ok(answer)
    }
}

impl MobileMoney for DarajaClient {
    fn can_pay_out(&self) -> bool {
        self.settings.payouts.is_some()
    }

    fn pay_out<'a>(&'a self, payout: &'a Payout) -> BoxFuture<'a, Result<(), PayoutError>> {
        Box::pin(b2c::pay_out(self, payout))
    }

    fn ask_payout<'a>(
        &'a self,
        originator_id: &'a str,
        withdrawal_id: &'a str,
    ) -> BoxFuture<'a, Result<(), QuestionError>> {
        Box::pin(status::ask(self, originator_id, withdrawal_id))
    }

    fn can_ask_deposit(&self) -> bool {
        // The operator of another short code may not ask about this one's payments, and each wrong
        // try brings the operator's lock nearer.
        let payouts = self.settings.payouts.as_ref();
        payouts.is_some_and(|payouts| payouts.shortcode == self.settings.shortcode)
    }

    fn ask_deposit<'a>(
        &'a self,
        question: &'a DepositQuestion,
    ) -> BoxFuture<'a, Result<(), QuestionError>> {
        Box::pin(status::ask_deposit(self, question))
    }

    fn read_payout(&self, body: &[u8]) -> Option<PayoutResult> {
        b2c::read(body)
    }

    fn read_payout_status(&self, body: &[u8]) -> Option<PayoutStatus> {
        status::read(body)
    }

    fn push<'a>(&'a self, push: &'a Push) -> BoxFuture<'a, Result<String, PushError>> {
        Box::pin(stk::push(self, push))
    }

    fn query<'a>(&'a self, checkout_id: &'a str, at: Timestamp) -> BoxFuture<'a, QueryAnswer> {
        Box::pin(stk::query(self, checkout_id, at))
    }

    fn read_stk(&self, body: &[u8]) -> Option<StkResult> {
        callback::read(body)
    }
}
