//! Daraja, Safaricom's M-Pesa API: the token, STK push and query, the STK callback,
//! C2B, Pull and the account balance.

mod b2c;
mod balance;
mod callback;
mod checkup;
mod client;
mod credential;
mod paybill;
mod result;
pub mod statement;
mod status;
mod stk;
mod token;

use std::time::Duration;

pub use checkup::{
    CertificateFacts, Environment, TokenFacts, TokenProblem, certificate_facts, check_token,
    environment, makes_push_password,
};
pub use client::DarajaClient;
pub use credential::{CredentialError, security_credential};
use secrecy::SecretString;

/// Where and as whom Daraja is spoken to.
#[derive(Clone, Debug)]
pub struct DarajaSettings {
    /// What stands before `/mpesa` and `/oauth`.
    pub base_url: String,
    /// The app's consumer key.
    pub consumer_key: SecretString,
    /// The app's consumer secret.
    pub consumer_secret: SecretString,
    /// The paybill number.
    pub shortcode: String,
    /// The passkey of STK pushes.
    pub passkey: SecretString,
    /// How payouts are made; `None`: they are not.
    pub payouts: Option<PayoutSettings>,
    /// Where callbacks are posted; `/stk/{deposit_id}` and the like are appended.
    pub callback_base: String,
    /// How long one request may take.
    pub timeout: Duration,
}

/// As whom payouts are made.
#[derive(Clone, Debug)]
pub struct PayoutSettings {
    /// The short code that pays out.
    pub shortcode: String,
    /// The name of the API operator.
    pub initiator: String,
    /// The operator's password, encrypted for Safaricom.
    pub credential: SecretString,
}
