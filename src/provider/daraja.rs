//! Daraja, Safaricom's M-Pesa API: the token, STK push and query, the STK callback,
//! C2B and Pull.

mod callback;
mod client;
mod paybill;
mod stk;
mod token;

use std::time::Duration;

pub use client::DarajaClient;
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
    /// Where callbacks are posted; `/stk/{deposit_id}` is appended.
    pub callback_base: String,
    /// How long one request may take.
    pub timeout: Duration,
}
