//! Sending SMS by one gateway or another, and what gateways tell about them.

use futures::future::BoxFuture;

use crate::core::{msisdn::Msisdn, sms::Consent};

/// What became of a text to one number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmsAnswer {
    /// What it means.
    pub verdict: SmsVerdict,
    /// The gateway's code for metrics: one of a closed list.
    pub label: &'static str,
    /// The gateway's own words, codes that nobody has heard of among them.
    pub why: String,
}

/// What an answer means for a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SmsVerdict {
    /// Accepted, with the gateway's id of it where it gave one.
    Accepted(Option<String>),
    /// Accepted, and held by the gateway until somebody clears it.
    Held(Option<String>),
    /// Refused for good: another try changes nothing.
    Refused,
    /// Refused for good, for the number takes no promotions.
    OptedOut,
    /// Certainly not sent; later may work.
    NotSent,
    /// It may be on its way. A doubled message is the lesser evil than a lost one.
    Unsure,
    /// Certainly not sent, like every other text now: nothing is wrong with this one.
    Fault(SmsFault),
    /// The gateway as a whole is away; `may_be_sent`: it may have taken the text all the same.
    Away {
        /// Whether the request may have reached it.
        may_be_sent: bool,
    },
}

/// Why nothing can be sent at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmsFault {
    /// The gateway does not take our key.
    Key,
    /// It does not take our sender id.
    SenderId,
    /// It refuses whole requests for another reason.
    Other,
    /// The prepaid credit is used up.
    Credit,
    /// Too many requests.
    Busy,
    /// It has not answered for a while.
    Away,
}

impl SmsFault {
    /// The name in logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::SenderId => "sender_id",
            Self::Other => "other",
            Self::Credit => "credit",
            Self::Busy => "busy",
            Self::Away => "away",
        }
    }

    /// Whether only somebody of the house can mend it.
    #[must_use]
    pub const fn is_of_the_house(self) -> bool {
        match self {
            Self::Key | Self::SenderId | Self::Other => true,
            Self::Credit | Self::Busy | Self::Away => false,
        }
    }
}

/// What a delivery report says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryReport {
    /// The gateway's id of the message.
    pub provider_id: String,
    /// The outcome.
    pub outcome: Delivery,
}

/// The outcome in a delivery report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// On the phone.
    Delivered,
    /// Given up, with the gateway's words.
    Failed(String),
    /// On its way, or a status that nobody has heard of: stored and nothing else.
    Other(String),
}

/// An SMS that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundSms {
    /// The gateway's id of the message, where it gave one.
    pub provider_id: Option<String>,
    /// The sender as the gateway wrote it: a number, a short code, a name, a hash.
    pub from: String,
    /// Whether it comes from where our own SMS come from.
    pub is_ours: bool,
    /// The date as the gateway wrote it; may be empty.
    pub date: String,
    /// The text; the start of it where it is very long.
    pub text: String,
}

/// What an opt-out says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptOut {
    /// The number as the gateway wrote it.
    pub number: String,
    /// Whether it refuses promotions or takes them again.
    pub consent: Consent,
}

/// Sends SMS, and reads what the gateway tells about them.
pub trait SmsSender: Send + Sync {
    /// Sends one text to some numbers, each of them once, in one request. Gives an answer for each,
    /// in their order.
    fn send<'a>(&'a self, to: &'a [Msisdn], body: &'a str) -> BoxFuture<'a, Vec<SmsAnswer>>;

    /// Reads the body of a delivery report; `None` when it is none.
    fn read_delivery(&self, body: &[u8]) -> Option<DeliveryReport>;

    /// Reads the body of an SMS that came in; `None` when it is none.
    fn read_inbound(&self, body: &[u8]) -> Option<InboundSms>;

    /// Reads the body of an opt-out; `None` when it is none.
    fn read_opt_out(&self, body: &[u8]) -> Option<OptOut>;
}

/// Sends SMS where the first sender does not. It tells nothing about them afterwards.
pub trait SecondSender: Send + Sync {
    /// Sends one text to one number; `id` is ours, and the same at every try.
    fn send<'a>(&'a self, id: &'a str, to: &'a Msisdn, body: &'a str) -> BoxFuture<'a, SmsAnswer>;
}
