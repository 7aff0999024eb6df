//! M-Pesa behind Daraja: tokens, STK pushes, and the accounts of everybody (Daraja contract, 1-5).
//!
//! `oauth`, `stk` and `query` are what the service calls; `push` is the life of a prompt from its
//! acceptance to its callback; `ledger` has the money and the receipts. All figures in cents.

mod callback;
mod ledger;
pub(crate) mod oauth;
mod push;
pub(crate) mod query;
mod refusal;
pub(crate) mod stk;

use std::sync::Mutex;
use std::time::Duration;

use axum::http::HeaderMap;
use serde_json::Value;
use tokio::sync::watch;

use crate::config::DarajaConfig;
use crate::number::Number;
use crate::world::lock;

pub use ledger::Payment;
pub use push::{Push, StkResult};
pub(crate) use refusal::{Refusal, fault_answer};

/// Everything that M-Pesa knows.
pub(crate) struct Mpesa {
    ledger: Mutex<ledger::Ledger>,
    tokens: Mutex<oauth::Tokens>,
    pushes: Mutex<push::Pushes>,
    /// Counts up when a push got its result or its callback was answered.
    progress: watch::Sender<u64>,
}

impl Mpesa {
    pub(crate) fn new(config: &DarajaConfig) -> Self {
        Self {
            ledger: Mutex::new(ledger::Ledger::new(config)),
            tokens: Mutex::default(),
            pushes: Mutex::default(),
            progress: watch::Sender::new(0),
        }
    }

    pub(crate) fn balance_cents(&self, number: Number) -> i64 {
        lock(&self.ledger).account(number).balance_cents
    }

    pub(crate) fn set_balance_cents(&self, number: Number, cents: i64) {
        lock(&self.ledger).account(number).balance_cents = cents;
    }

    pub(crate) fn set_pin(&self, number: Number, pin: &str) {
        pin.clone_into(&mut lock(&self.ledger).account(number).pin);
    }

    /// All payments, oldest first.
    pub(crate) fn payments(&self) -> Vec<Payment> {
        lock(&self.ledger).payments()
    }

    /// All pushes, oldest first.
    pub(crate) fn pushes(&self) -> Vec<Push> {
        lock(&self.pushes).all()
    }

    /// Waits until a push fits.
    pub(crate) async fn wait_for_push(
        &self,
        mut fits: impl FnMut(&Push) -> bool,
        timeout: Duration,
    ) -> Option<Push> {
        let mut progress = self.progress.subscribe();
        let search = async {
            loop {
                let found = self.pushes().into_iter().find(|push| fits(push));
                if found.is_some() || progress.changed().await.is_err() {
                    return found;
                }
            }
        };
        tokio::time::timeout(timeout, search).await.ok().flatten()
    }

    /// Wakes those who wait for a push.
    fn note_progress(&self) {
        self.progress.send_modify(|count| *count += 1);
    }

    /// Whether the bearer token of a request is alive.
    fn check_token(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let bearer = headers
            .get("authorization")
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let is_alive = bearer.is_some_and(|token| lock(&self.tokens).is_alive(token));
        if is_alive {
            Ok(())
        } else {
            Err(Refusal::InvalidToken)
        }
    }
}

/// A field as text: Daraja takes numbers and text alike.
fn field(body: &Value, name: &str) -> Option<String> {
    match body.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// A field of so many digits.
fn digits(body: &Value, name: &'static str) -> Result<String, Refusal> {
    field(body, name)
        .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
        .ok_or(Refusal::InvalidField(name))
}

/// The checks that push and query share: shortcode, timestamp, password.
fn check_credentials(body: &Value, config: &DarajaConfig) -> Result<(), Refusal> {
    use base64::Engine as _;
    let shortcode = digits(body, "BusinessShortCode")?;
    let timestamp = digits(body, "Timestamp")?;
    if chrono::NaiveDateTime::parse_from_str(&timestamp, "%Y%m%d%H%M%S").is_err()
        || timestamp.len() != 14
    {
        return Err(Refusal::InvalidField("Timestamp"));
    }
    let password = field(body, "Password").ok_or(Refusal::InvalidField("Password"))?;
    if shortcode != config.shortcode {
        return Err(Refusal::UnknownMerchant);
    }
    let plain = format!("{shortcode}{}{timestamp}", config.passkey);
    if password == base64::engine::general_purpose::STANDARD.encode(plain) {
        Ok(())
    } else {
        Err(Refusal::WrongCredentials)
    }
}
