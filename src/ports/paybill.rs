//! Payments to the paybill: reading what M-Pesa tells of them, registering for it, and asking for
//! what was missed.

use futures::future::BoxFuture;

use crate::core::{
    fair::payer::Payer, money::Cents, msisdn::Msisdn, payment::paybill::ResponseType,
    time::Timestamp,
};

/// A payment to the paybill, as M-Pesa tells of it. Whatever cannot be read is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payment {
    /// The M-Pesa receipt.
    pub receipt: Option<String>,
    /// What was paid; more than nothing.
    pub amount: Option<Cents>,
    /// The account number as the payer typed it.
    pub account: String,
    /// The short code that was paid to, where it is named.
    pub shortcode: Option<String>,
    /// The payer's number, where it is there in full: mostly it is masked or hashed. It never
    /// chooses the account.
    pub payer: Option<Msisdn>,
    /// Who paid, as far as it is told; for telling accounts that share a phone, and nothing else.
    pub paid_by: Option<Payer>,
}

/// A row of the payments that M-Pesa has, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PulledRow {
    /// The row, byte for byte as JSON.
    pub body: Vec<u8>,
    /// What it tells.
    pub payment: Payment,
}

/// Rows from `since` to `until`, from the `offset`-th on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PullQuestion {
    /// From when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// How many rows are passed over.
    pub offset: usize,
}

/// How many rows the provider gives at a time.
pub const PULL_PAGE: usize = 100;

/// What became of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registered {
    /// It is made now; the provider's words.
    Now(String),
    /// It was made before, and stays as it is; the provider's words.
    Before(String),
}

/// A question or a registration was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaybillError {
    /// The provider refused it; its words.
    #[error("refused: {0}")]
    Refused(String),
    /// There is no answer, or none that can be understood.
    #[error("no answer: {0}")]
    NoAnswer(String),
}

/// The paybill at the mobile-money provider.
pub trait Paybill: Send + Sync {
    /// Reads the body of a validation or confirmation, or a pulled row; `None` when it is none.
    fn read_payment(&self, body: &[u8]) -> Option<Payment>;

    /// Reads every payment in a body that tells of pulled ones, however they are nested.
    fn read_pulled(&self, body: &[u8]) -> Vec<PulledRow>;

    /// Writes a payment as the provider's confirmation of it would come.
    fn write_payment(&self, payment: &Payment) -> Vec<u8>;

    /// Tells the provider where to send validations and confirmations.
    ///
    /// # Errors
    /// When the provider does not accept it.
    fn register_urls(
        &self,
        response_type: ResponseType,
    ) -> BoxFuture<'_, Result<Registered, PaybillError>>;

    /// Registers for pulling; `number` is a phone of the house.
    ///
    /// # Errors
    /// When the provider does not accept it.
    fn register_pull<'a>(
        &'a self,
        number: &'a str,
    ) -> BoxFuture<'a, Result<Registered, PaybillError>>;

    /// Asks for payments; an empty list is the end of them.
    ///
    /// # Errors
    /// When there is no usable answer.
    fn pull(&self, question: PullQuestion) -> BoxFuture<'_, Result<Vec<PulledRow>, PaybillError>>;
}
