//! Faults on demand: what can go wrong, where, and how often.
//!
//! A fault is queued at a point and played by the next message that passes there, first in, first
//! out. Which fault can be played where is checked when it is queued, so a test never waits for one
//! that cannot happen.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde::Serialize;

/// A place where a message passes between the service and a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A request is answered with this status and does nothing (401: as for a bad key or token).
    Refuse(u16),
    /// The connection of a request breaks and nothing is done.
    Unheard,
    /// A request is acted on, then answered with this status, as if it had failed.
    Fail(u16),
    /// A request is acted on, then answered 200 without a body.
    Empty,
    /// A request is acted on, then answered 200 with a page of the gateway.
    Html,
    /// A request is acted on, then never answered; the caller runs into its own time-out.
    Hang,
    /// A request is acted on, then the connection breaks within the answer.
    Cut,
    /// A request is answered, or a message sent, so much later.
    Late(Duration),
    /// A message is never sent.
    Lost,
    /// A message is sent twice at the same instant.
    Twice,
    /// The query or the result states this code, whatever the truth is; an SMS request is answered with
    /// it for every recipient, and not sent unless it says so.
    ResultCode(String),
    /// The result comes before the answer to the request that asked for it.
    Early,
    /// The request times out in M-Pesa's queue: the queue time-out URL is called.
    QueueTimeout(AfterQueue),
    /// The payout ends with this code, and no money moves.
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

/// A fault that cannot be played at a point.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault:?} cannot be played at {point:?}")]
pub struct ImpossibleFault {
    point: FaultPoint,
    fault: Fault,
}

impl FaultPoint {
    /// Whether the fault can be played here.
    #[must_use]
    pub fn plays(self, fault: &Fault) -> bool {
        let is_result = self.is_result();
        let is_request = self.is_request();
        match fault {
            Fault::Refuse(_)
            | Fault::Unheard
            | Fault::Fail(_)
            | Fault::Empty
            | Fault::Html
            | Fault::Hang
            | Fault::Cut => is_request,
            Fault::Lost | Fault::Twice => !is_request,
            Fault::Late(_) => true,
            Fault::ResultCode(_) => is_result || matches!(self, Self::StkQuery | Self::Sms),
            Fault::Early | Fault::QueueTimeout(_) => is_result,
            Fault::Outcome(_) => self == Self::B2cResult,
            Fault::Amount(_) => matches!(
                self,
                Self::StkCallback | Self::B2cResult | Self::StatusResult | Self::C2bConfirmation
            ),
            Fault::Status(_) => self == Self::StatusResult,
        }
    }

    /// Whether it is the later part of an asynchronous request.
    fn is_result(self) -> bool {
        matches!(
            self,
            Self::B2cResult | Self::StatusResult | Self::BalanceResult | Self::ReversalResult
        )
    }

    /// Whether the service calls a provider here.
    fn is_request(self) -> bool {
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
            | Self::EndEvent => false,
        }
    }
}

/// The faults that wait to be played.
#[derive(Debug, Default)]
pub(crate) struct FaultQueue(BTreeMap<FaultPoint, VecDeque<Fault>>);

impl FaultQueue {
    /// Queues a fault so many times.
    pub(crate) fn queue(
        &mut self,
        point: FaultPoint,
        fault: Fault,
        times: usize,
    ) -> Result<(), ImpossibleFault> {
        if !point.plays(&fault) {
            return Err(ImpossibleFault { point, fault });
        }
        self.0
            .entry(point)
            .or_default()
            .extend(std::iter::repeat_n(fault, times));
        Ok(())
    }

    /// Takes the next fault of a point.
    pub(crate) fn take(&mut self, point: FaultPoint) -> Option<Fault> {
        self.0.get_mut(&point)?.pop_front()
    }

    /// How many faults wait at a point.
    pub(crate) fn waiting(&self, point: FaultPoint) -> usize {
        self.0.get(&point).map_or(0, VecDeque::len)
    }

    /// Forgets all faults.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_played_in_order_and_as_often_as_asked() {
        let mut queue = FaultQueue::default();
        queue.queue(FaultPoint::Sms, Fault::Refuse(500), 2).unwrap();
        queue.queue(FaultPoint::Sms, Fault::Hang, 1).unwrap();
        let played: Vec<_> = std::iter::from_fn(|| queue.take(FaultPoint::Sms)).collect();
        assert_eq!(
            played,
            [Fault::Refuse(500), Fault::Refuse(500), Fault::Hang]
        );
        assert_eq!(queue.waiting(FaultPoint::Sms), 0);
    }

    #[test]
    fn a_fault_that_makes_no_sense_is_refused() {
        let mut queue = FaultQueue::default();
        assert!(
            queue
                .queue(FaultPoint::StkCallback, Fault::Hang, 1)
                .is_err()
        );
        assert!(queue.queue(FaultPoint::Sms, Fault::Twice, 1).is_err());
        assert!(
            queue
                .queue(FaultPoint::StkPush, Fault::ResultCode("1032".into()), 1)
                .is_err()
        );
    }
}
