//! What the use cases need from outside: time, chance, and the providers. Narrow traits; each
//! method names its ways to fail, for what is certain and what is not must never be mixed up.

mod balance;
mod identity;
mod paybill;
mod sms;
mod ussd;

use std::time::Duration;

use futures::future::BoxFuture;
use rand::{SeedableRng, rngs::StdRng};
use secrecy::SecretString;

pub use self::balance::{BalanceAnswer, BalanceResult, Balances};
pub use self::identity::{CheckByHand, IdentityAnswer, IdentityCheck, NoCheck};
pub use self::paybill::{
    PULL_PAGE, Paybill, PaybillError, Payment, PullQuestion, PulledRow, Registered,
};
pub use sms::{
    Delivery, DeliveryReport, InboundSms, OptOut, SecondSender, SmsAnswer, SmsFault, SmsSender,
    SmsVerdict,
};
pub use ussd::{
    Ending, EndingKind, Gateways, Hop, Latest, NotAHop, Place, SessionEnd, Typed, UssdGateway,
    UssdRequest, WireMethod, WireReply, read_session_id,
};

use crate::core::{money::Cents, msisdn::Msisdn, time::Timestamp};

/// Tells the time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The current instant.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(chrono::Utc::now().timestamp_millis())
    }
}

/// Gives randomness.
pub trait Random: Send + Sync + std::fmt::Debug {
    /// A generator for one use case.
    fn rng(&self) -> StdRng;
}

/// Randomness of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that takes outside randomness"
    )]
    fn rng(&self) -> StdRng {
        StdRng::from_rng(&mut rand::rng())
    }
}

/// A request for money: an STK push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// Whose phone.
    pub msisdn: Msisdn,
    /// How much; whole shillings.
    pub amount: Cents,
    /// The short reference that the prompt shows.
    pub reference: String,
    /// The id in the callback URL.
    pub deposit_id: String,
    /// The time that goes into the request.
    pub at: Timestamp,
}

/// Why a push was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// Refused for good: certainly no prompt on the phone.
    #[error("refused: {0}")]
    Refused(String),
    /// The provider was not reached, or gave no token: certainly no prompt on the phone; later may
    /// work.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The provider has no room for the moment: certainly no prompt on the phone; later may work.
    #[error("no room: {0}")]
    NoRoom(String),
    /// Another prompt is on the phone, and certainly not this one; in a minute it may work.
    #[error("the phone is taken: {0}")]
    PhoneTaken(String),
    /// No answer, or one that says nothing: the prompt may be on the phone.
    #[error("unsure: {0}")]
    Unsure(String),
}

/// What an STK query says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryAnswer {
    /// A result code. Never proof of payment: it has neither amount nor receipt.
    Code(String),
    /// Not known yet.
    Pending(String),
    /// The provider has no room for the moment.
    NoRoom(String),
    /// No answer, or nothing that can be understood.
    NoAnswer(String),
}

/// Why a question was not taken whose answer comes as a callback.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// It is refused, or cannot be asked.
    #[error("refused: {0}")]
    Refused(String),
    /// The provider has no room for the moment.
    #[error("no room: {0}")]
    NoRoom(String),
    /// No answer, or nothing that can be understood.
    #[error("no answer: {0}")]
    NoAnswer(String),
}

/// A question about the payment of a deposit that no callback has told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositQuestion {
    /// Its receipt, where it is known.
    pub receipt: Option<String>,
    /// The provider's id of the push, where it is known.
    pub checkout_id: Option<String>,
    /// The id in the callback URL.
    pub deposit_id: String,
}

/// What an STK callback says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StkResult {
    /// Daraja's id of the push.
    pub checkout_id: Option<String>,
    /// The outcome.
    pub outcome: StkOutcome,
}

/// The outcome in an STK callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StkOutcome {
    /// Paid: code 0 with a receipt and an amount.
    Paid {
        /// The M-Pesa receipt.
        receipt: String,
        /// What was paid.
        amount: Cents,
    },
    /// Paid, as it seems: code 0 with a receipt, and without an amount that can be read.
    Unstated {
        /// The M-Pesa receipt.
        receipt: String,
    },
    /// A code other than 0.
    Unpaid {
        /// The code, as text.
        code: String,
    },
    /// Says neither: code 0 without a receipt, no code, and the like.
    Unclear(String),
}

/// A payout to a player's own number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// Whose phone.
    pub msisdn: Msisdn,
    /// How much; whole shillings.
    pub amount: Cents,
    /// Our id of the payment: the same at every try.
    pub originator_id: String,
    /// The id in the callback URLs.
    pub withdrawal_id: String,
}

/// Why a payout was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayoutError {
    /// This try was refused for good.
    #[error("refused: {0}")]
    Refused(String),
    /// The provider was not reached, or gave no token: this try certainly did not arrive; later may
    /// work.
    #[error("not sent: {0}")]
    NotSent(String),
    /// The provider has no room for the moment: this try was certainly not acted on; later may work.
    #[error("no room: {0}")]
    NoRoom(String),
    /// An earlier try with the same id arrived; what became of it is open.
    #[error("sent before: {0}")]
    SentBefore(String),
    /// No answer, or one that says nothing: it may have arrived.
    #[error("unsure: {0}")]
    Unsure(String),
}

/// What a payout's result says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutResult {
    /// Our id of the payout, as far as it is named.
    pub originator_id: Option<String>,
    /// The outcome.
    pub outcome: PayoutOutcome,
}

/// The outcome of a payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayoutOutcome {
    /// The money arrived.
    Paid {
        /// The M-Pesa receipt.
        receipt: String,
        /// How much, where it is stated.
        amount: Option<Cents>,
    },
    /// A code other than 0.
    Unpaid {
        /// The code, as text.
        code: String,
    },
    /// Says neither.
    Unclear(String),
}

/// What the provider knows of a payout, or of a payment to us, that it was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutStatus {
    /// The originator's id of the transaction, as far as it is named: our id of a payout.
    pub originator_id: Option<String>,
    /// How it stands.
    pub standing: Standing,
}

/// How a transaction stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The money arrived.
    Completed {
        /// The M-Pesa receipt.
        receipt: String,
        /// How much, where it is stated.
        amount: Option<Cents>,
    },
    /// It certainly failed.
    Failed(String),
    /// It is under way, or the question was not answered.
    Open(String),
    /// The provider knows no such transaction, or not yet.
    UnheardOf,
}

/// Moves money at the mobile-money provider.
pub trait MobileMoney: Paybill + Balances {
    /// Whether payouts are set up.
    fn can_pay_out(&self) -> bool;

    /// Sends a payout. Accepted is not paid: the result comes as a callback.
    fn pay_out<'a>(&'a self, payout: &'a Payout) -> BoxFuture<'a, Result<(), PayoutError>>;

    /// Asks what became of a payout; the answer comes as a callback.
    ///
    /// # Errors
    /// Says why the question was not accepted.
    fn ask_payout<'a>(
        &'a self,
        originator_id: &'a str,
        withdrawal_id: &'a str,
    ) -> BoxFuture<'a, Result<(), QuestionError>>;

    /// Whether the provider can be asked about payments to us.
    fn can_ask_deposit(&self) -> bool;

    /// Asks about the payment of a deposit; the answer comes as a callback.
    ///
    /// # Errors
    /// Says why the question was not accepted.
    fn ask_deposit<'a>(
        &'a self,
        question: &'a DepositQuestion,
    ) -> BoxFuture<'a, Result<(), QuestionError>>;

    /// Reads the body of a payout's result; `None` when it is none.
    fn read_payout(&self, body: &[u8]) -> Option<PayoutResult>;

    /// Reads the body of a status; `None` when it is none.
    fn read_payout_status(&self, body: &[u8]) -> Option<PayoutStatus>;

    /// Sends an STK push; gives Daraja's id of it.
    fn push<'a>(&'a self, push: &'a Push) -> BoxFuture<'a, Result<String, PushError>>;

    /// Asks what became of a push.
    fn query<'a>(&'a self, checkout_id: &'a str, at: Timestamp) -> BoxFuture<'a, QueryAnswer>;

    /// Reads the body of an STK callback; `None` when it is none.
    fn read_stk(&self, body: &[u8]) -> Option<StkResult>;
}

/// The place where the processes of one house keep the access token that they share: a new token
/// may cancel the old one (Daraja contract, section 2). When it does not answer, each process keeps
/// a token of its own.
pub trait TokenStore: Send + Sync + std::fmt::Debug {
    /// The token and how long it may still be used.
    fn read(&self) -> BoxFuture<'_, Option<(SecretString, Duration)>>;

    /// Keeps a token for all processes, for so long.
    fn write<'a>(&'a self, token: &'a SecretString, life: Duration) -> BoxFuture<'a, ()>;

    /// Forgets the token if it is still this one.
    fn forget<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, ()>;

    /// Whether this process is the one that fetches a new token; the claim ends by itself.
    fn claim_fetch(&self) -> BoxFuture<'_, TokenClaim>;
}

/// Who fetches a new token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenClaim {
    /// This process.
    Ours,
    /// Another one: its token will be there in a moment.
    Theirs,
    /// Nobody can tell: the store does not answer, or is not shared.
    Unknown,
}
