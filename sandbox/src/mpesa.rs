//! M-Pesa behind Daraja: tokens, STK pushes, payouts, payments to the paybill, questions about all
//! of them, and the accounts of everybody.
//!
//! `oauth`, `stk`, `query`, `b2c`, `status`, `balance`, `reversal`, `c2b` and `pull` are what the
//! service calls; `paybill` is what people pay without being asked; `push` is the life of a prompt
//! from its acceptance to its callback, `payout` that of a payout to its result; `result` is what
//! asynchronous requests share; `ledger` has the money and the receipts, `books` shows them. All
//! figures in cents.

pub(crate) mod b2c;
pub(crate) mod balance;
mod books;
pub(crate) mod c2b;
mod callback;
mod code;
pub(crate) mod door;
mod fields;
mod initiator;
mod ledger;
pub(crate) mod oauth;
mod paybill;
mod payout;
pub(crate) mod pull;
mod push;
pub(crate) mod query;
mod refusal;
pub(crate) mod result;
pub(crate) mod reversal;
mod saved;
pub(crate) mod statement;
pub(crate) mod status;
pub(crate) mod stk;

use std::sync::Mutex;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::sync::watch;

use crate::config::DarajaConfig;
use crate::number::Number;
use crate::world::lock;

use fields::{bearer, digits, field};
use refusal::Product;

pub use books::{Books, Movement, MovementKind, PhoneBooks};
pub(crate) use initiator::CERTIFICATE_PEM;
pub use ledger::Payment;
pub use paybill::PaybillResult;
pub(crate) use paybill::{PaybillOrder, pay as pay_to_paybill};
pub use payout::{Payout, PayoutResult};
pub use push::{Push, StkResult};
pub(crate) use refusal::{Refusal, fault_answer, gateway_page};
pub(crate) use saved::{Restored, SavedMpesa, resumed};

/// Everything that M-Pesa knows.
pub(crate) struct Mpesa {
    ledger: Mutex<ledger::Ledger>,
    tokens: Mutex<oauth::Tokens>,
    pushes: Mutex<push::Pushes>,
    payouts: Mutex<payout::Payouts>,
    initiator: Mutex<initiator::Initiator>,
    /// Where payments to the paybill are told.
    urls: Mutex<Option<c2b::Urls>>,
    is_pull_registered: Mutex<bool>,
    /// When each product was last asked, for the rate limit.
    asked: Mutex<door::Asked>,
    /// Counts up when a push or payout got its result or the service was told.
    progress: watch::Sender<u64>,
}

impl Mpesa {
    pub(crate) fn new(config: &DarajaConfig) -> Self {
        Self {
            ledger: Mutex::new(ledger::Ledger::new(config)),
            tokens: Mutex::default(),
            pushes: Mutex::default(),
            payouts: Mutex::default(),
            urls: Mutex::default(),
            is_pull_registered: Mutex::default(),
            asked: Mutex::default(),
            initiator: Mutex::new(initiator::Initiator::new(&config.organisation)),
            progress: watch::Sender::new(0),
        }
    }

    pub(crate) fn balance_cents(&self, number: Number) -> i64 {
        lock(&self.ledger).balance_cents(number)
    }

    pub(crate) fn set_balance_cents(&self, number: Number, cents: i64) {
        lock(&self.ledger).set_balance_cents(number, cents);
    }

    pub(crate) fn set_pin(&self, number: Number, pin: &str) {
        lock(&self.ledger).account(number).set_pin(pin);
    }

    /// The PIN of a phone's owner.
    pub(crate) fn pin(&self, number: Number) -> String {
        lock(&self.ledger).account(number).pin.clone()
    }

    /// What a phone paid, less what it was paid and given back, in cents.
    pub(crate) fn spent_cents(&self, number: Number) -> i64 {
        let movements = self.movements().into_iter();
        let own = movements.filter(|movement| movement.phone == number);
        own.map(|movement| match movement.kind {
            MovementKind::Payment => movement.amount_cents,
            MovementKind::Payout | MovementKind::Reversal => -movement.amount_cents,
        })
        .sum()
    }

    pub(crate) fn set_registered(&self, number: Number, is_registered: bool) {
        lock(&self.ledger).account(number).is_registered = is_registered;
    }

    /// The PIN of a number, and whether its owner is a customer.
    pub(crate) fn pin_and_registration(&self, number: Number) -> (String, bool) {
        let mut ledger = lock(&self.ledger);
        let account = ledger.account(number);
        (account.pin.clone(), account.is_registered)
    }

    pub(crate) fn utility_cents(&self) -> i64 {
        lock(&self.ledger).utility_cents()
    }

    pub(crate) fn set_utility_cents(&self, cents: i64) {
        lock(&self.ledger).set_utility_cents(cents);
    }

    pub(crate) fn set_initiator_password(&self, password: &str) {
        lock(&self.initiator).set_password(password);
    }

    /// All movements, oldest first.
    pub(crate) fn movements(&self) -> Vec<Movement> {
        lock(&self.ledger).movements()
    }

    pub(crate) fn books(&self) -> Books {
        lock(&self.ledger).books()
    }

    /// The phone of a push, by its `CheckoutRequestID`.
    pub(crate) fn phone_of_push(&self, checkout_request_id: &str) -> Option<Number> {
        lock(&self.pushes)
            .find(checkout_request_id)
            .map(|push| push.phone)
    }

    /// The phone of a payout, by its originator id.
    pub(crate) fn phone_of_payout(&self, originator: &str) -> Option<Number> {
        lock(&self.payouts).find(originator)?.phone
    }

    /// The phone of a movement, by its receipt.
    pub(crate) fn phone_of_receipt(&self, receipt: &str) -> Option<Number> {
        lock(&self.ledger)
            .movement(receipt)
            .map(|movement| movement.phone)
    }

    /// All payouts, oldest first.
    pub(crate) fn payouts(&self) -> Vec<Payout> {
        lock(&self.payouts).all()
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
        fits: impl FnMut(&Push) -> bool,
        timeout: Duration,
    ) -> Option<Push> {
        self.wait_for(|| self.pushes(), fits, timeout).await
    }

    /// Waits until a payout fits.
    pub(crate) async fn wait_for_payout(
        &self,
        fits: impl FnMut(&Payout) -> bool,
        timeout: Duration,
    ) -> Option<Payout> {
        self.wait_for(|| self.payouts(), fits, timeout).await
    }

    async fn wait_for<T>(
        &self,
        all: impl Fn() -> Vec<T>,
        mut fits: impl FnMut(&T) -> bool,
        timeout: Duration,
    ) -> Option<T> {
        let mut progress = self.progress.subscribe();
        let search = async {
            loop {
                let found = all().into_iter().find(|one| fits(one));
                if found.is_some() || progress.changed().await.is_err() {
                    return found;
                }
            }
        };
        tokio::time::timeout(timeout, search).await.ok().flatten()
    }

    /// Wakes those who wait for a push or a payout.
    fn note_progress(&self) {
        self.progress.send_modify(|count| *count += 1);
    }

    /// Whether the bearer token of a request is alive.
    fn check_token(
        &self,
        headers: &HeaderMap,
        product: Product,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        if !headers.contains_key(AUTHORIZATION) {
            return Err(Refusal::InvalidHeader);
        }
        let token = bearer(headers);
        if lock(&self.tokens).is_alive(token, now) {
            Ok(())
        } else {
            Err(Refusal::InvalidToken(product, token.to_owned()))
        }
    }
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
