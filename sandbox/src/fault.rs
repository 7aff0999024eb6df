//! Faults on demand: what can go wrong, where, and how often.
//!
//! A fault is queued at a point, for everybody or for one phone, and played by the next message that
//! passes there, first in, first out. Which fault can be played where is checked when it is queued,
//! so a test never waits for one that cannot happen.
//!
//! `kind` has the names, words and values of faults, `point` those of points, `queue` what waits, `asked` those that come
//! with a request: by its header or by its amount.

mod asked;
mod kind;
mod point;
mod queue;

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

pub use asked::amount_table;
pub(crate) use asked::{Spec, by_amount};
pub use kind::{FaultKind, FaultValue};
pub use point::fault_table;
pub(crate) use point::point_of;
pub(crate) use queue::{FaultQueue, check as check_fault};

/// A place where a message passes between the service and a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultPoint {
    /// The service asks Daraja for a token.
    Oauth,
    /// The service asks for an STK push.
    StkPush,
    /// The service asks how an STK push went.
    StkQuery,
    /// The service sends an SMS.
    Sms,
    /// The service asks Daraja to pay somebody (B2C).
    B2cRequest,
    /// The service asks what became of a transaction.
    StatusRequest,
    /// The service asks for the organisation's balance.
    BalanceRequest,
    /// The service asks for money back to a customer.
    ReversalRequest,
    /// The service registers its URLs for paybill payments.
    C2bRegister,
    /// The service asks which payments came in (Pull).
    PullQuery,
    /// Daraja tells the outcome of a push.
    StkCallback,
    /// Daraja tells the result of a payout. Its fault is chosen when the request is accepted, as
    /// are those of the three results below.
    B2cResult,
    /// Daraja tells what became of a transaction.
    StatusResult,
    /// Daraja tells the balance.
    BalanceResult,
    /// Daraja tells the result of a reversal.
    ReversalResult,
    /// Daraja asks whether a paybill payment is welcome.
    C2bValidation,
    /// Daraja tells of a payment to the paybill.
    C2bConfirmation,
    /// The gateway tells that an SMS was delivered.
    DeliveryReport,
    /// The gateway tells of an SMS from a phone.
    InboundSms,
    /// The gateway tells that a number opted out.
    OptOut,
    /// The gateway tells that a USSD session ended.
    EndEvent,
    /// The gateway asks for the next screen of a USSD session.
    UssdHop,
}

/// What goes wrong. A request is what the service asks of a provider, a message what a provider
/// tells or asks the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A request is answered with this status and does nothing (401: as for a bad key or token).
    Refuse(u16),
    /// The connection of a request breaks and nothing is done.
    Unheard,
    /// A request is acted on, then answered with this status, as if it had failed.
    Fail(u16),
    /// A request is acted on, then answered 200 without a body; a message comes without one.
    Empty,
    /// A request is acted on, then answered 200 with a page of the gateway; a message comes as one.
    Html,
    /// A request is acted on, then never answered; the caller runs into its own time-out.
    Hang,
    /// A request is acted on, then the connection breaks within the answer; that of a message breaks
    /// within the message.
    Cut,
    /// A request is answered, or a message sent, so much later.
    Late(Duration),
    /// The answer to a request, or a message, comes byte by byte and takes so long as a whole.
    Drip(Duration),
    /// A message is never sent.
    Lost,
    /// A message is sent twice at the same instant.
    Twice,
    /// A message is sent, and once more so much later.
    Again(Duration),
    /// A message waits until the next one of its kind has passed.
    Held,
    /// A message arrives, and the answer of the service is lost on its way back.
    AnswerLost,
    /// The query, the callback or the result states this code, whatever the truth is; an SMS request is
    /// answered with it for every recipient, and not sent unless it says so.
    ResultCode(String),
    /// The result comes before the answer to the request that asked for it.
    Early,
    /// The request times out in M-Pesa's queue: the queue time-out URL is called.
    QueueTimeout(AfterQueue),
    /// The push or the payout ends with this code without asking anybody, and no money moves.
    Outcome(String),
    /// The message states this amount, in cents, whatever the truth is.
    Amount(i64),
    /// The answer states this `TransactionStatus`, whatever the truth is.
    Status(String),
}

/// What follows a queue time-out; the service cannot know which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterQueue {
    /// The request was dropped: nothing was done and nothing follows.
    Dropped,
    /// The request was carried out, and no result tells of it.
    Silence,
    /// The request was carried out, and its result follows.
    Result,
}

/// A fault that cannot be played at a point, or not for one phone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImpossibleFault {
    /// The point does not play it.
    #[error("{} cannot be played at {}", fault.name(), point.name())]
    Here {
        /// Where.
        point: FaultPoint,
        /// What.
        fault: Fault,
    },
    /// Messages of the point are about nobody's phone.
    #[error("{} is about no phone: a fault there is for everybody", .0.name())]
    NoPhone(FaultPoint),
}

impl FaultPoint {
    /// Whether the fault can be played here.
    #[must_use]
    pub fn plays(self, fault: &Fault) -> bool {
        let is_result = self.is_result();
        let is_request = self.is_request();
        match fault {
            Fault::Refuse(_) | Fault::Unheard | Fault::Fail(_) | Fault::Hang => is_request,
            // A gateway makes hops itself, so they have a body.
            Fault::Empty | Fault::Html => self != Self::UssdHop,
            Fault::Lost | Fault::Twice | Fault::Again(_) | Fault::AnswerLost => !is_request,
            // A person waits for the hop, and M-Pesa for the validation: neither can be overtaken.
            Fault::Held => !is_request && self != Self::UssdHop && self != Self::C2bValidation,
            Fault::Late(_) | Fault::Drip(_) | Fault::Cut => true,
            // A callback has its code as a number.
            Fault::ResultCode(code) if self == Self::StkCallback => code.parse::<u16>().is_ok(),
            Fault::ResultCode(_) => is_result || matches!(self, Self::StkQuery | Self::Sms),
            Fault::Early | Fault::QueueTimeout(_) => is_result,
            Fault::Outcome(code) => {
                let is_push = self == Self::StkCallback;
                self == Self::B2cResult || is_push && kind::PUSH_OUTCOMES.contains(&code.as_str())
            }
            Fault::Amount(_) => matches!(
                self,
                Self::StkCallback | Self::B2cResult | Self::StatusResult | Self::C2bConfirmation
            ),
            Fault::Status(_) => self == Self::StatusResult,
        }
    }

    /// Whether what passes here is about one phone, so that a fault can be for that phone alone.
    #[must_use]
    pub fn has_phone(self) -> bool {
        !matches!(
            self,
            Self::Oauth
                | Self::BalanceRequest
                | Self::BalanceResult
                | Self::C2bRegister
                | Self::PullQuery
        )
    }

    /// Whether it is the later part of an asynchronous request.
    fn is_result(self) -> bool {
        matches!(
            self,
            Self::B2cResult | Self::StatusResult | Self::BalanceResult | Self::ReversalResult
        )
    }

    /// Whether the service calls a provider here.
    #[must_use]
    pub fn is_request(self) -> bool {
        match self {
            Self::Oauth
            | Self::StkPush
            | Self::StkQuery
            | Self::Sms
            | Self::B2cRequest
            | Self::StatusRequest
            | Self::BalanceRequest
            | Self::ReversalRequest
            | Self::C2bRegister
            | Self::PullQuery => true,
            Self::StkCallback
            | Self::B2cResult
            | Self::StatusResult
            | Self::BalanceResult
            | Self::ReversalResult
            | Self::C2bValidation
            | Self::C2bConfirmation
            | Self::DeliveryReport
            | Self::InboundSms
            | Self::OptOut
            | Self::EndEvent
            | Self::UssdHop => false,
        }
    }
}
