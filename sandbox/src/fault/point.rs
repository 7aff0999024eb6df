//! Where faults are played: what the points are called, in the record too, and what each plays.

use super::kind::{AFTER_QUEUE, FaultKind, FaultValue, KINDS, PUSH_OUTCOMES, QUEUE_TIMEOUT, short};
use super::{Fault, FaultPoint};

/// What the record calls the messages and requests of each point.
const WHAT: [(&str, FaultPoint); 26] = [
    ("USSD hop", FaultPoint::UssdHop),
    ("end event", FaultPoint::EndEvent),
    ("delivery report", FaultPoint::DeliveryReport),
    ("inbound SMS", FaultPoint::InboundSms),
    ("opt-out", FaultPoint::OptOut),
    ("STK callback", FaultPoint::StkCallback),
    ("B2C result", FaultPoint::B2cResult),
    ("queue time-out", FaultPoint::B2cResult),
    ("status result", FaultPoint::StatusResult),
    ("balance result", FaultPoint::BalanceResult),
    ("reversal result", FaultPoint::ReversalResult),
    ("C2B validation", FaultPoint::C2bValidation),
    ("C2B confirmation", FaultPoint::C2bConfirmation),
    ("/oauth/v1/generate", FaultPoint::Oauth),
    ("/mpesa/stkpush/v1/processrequest", FaultPoint::StkPush),
    ("/mpesa/stkpushquery/v1/query", FaultPoint::StkQuery),
    ("/mpesa/b2c/v1/paymentrequest", FaultPoint::B2cRequest),
    ("/mpesa/b2c/v3/paymentrequest", FaultPoint::B2cRequest),
    (
        "/mpesa/transactionstatus/v1/query",
        FaultPoint::StatusRequest,
    ),
    ("/mpesa/accountbalance/v1/query", FaultPoint::BalanceRequest),
    ("/mpesa/reversal/v1/request", FaultPoint::ReversalRequest),
    ("/mpesa/c2b/v1/registerurl", FaultPoint::C2bRegister),
    ("/mpesa/c2b/v2/registerurl", FaultPoint::C2bRegister),
    ("/pulltransactions/v1/query", FaultPoint::PullQuery),
    ("/version1/messaging", FaultPoint::Sms),
    ("/version1/messaging/bulk", FaultPoint::Sms),
];

/// The point of an exchange, by what the record calls it: a message's name, a request's path.
pub(crate) fn point_of(what: &str) -> Option<FaultPoint> {
    let found = WHAT.iter().find(|(own, _)| *own == what);
    found.map(|(_, point)| *point)
}

const POINTS: [(FaultPoint, &str, &str); 22] = [
    (
        FaultPoint::UssdHop,
        "ussd_hop",
        "The gateway asks for a screen",
    ),
    (
        FaultPoint::EndEvent,
        "end_event",
        "The gateway tells that a session ended",
    ),
    (FaultPoint::Sms, "sms", "The service sends an SMS"),
    (
        FaultPoint::DeliveryReport,
        "delivery_report",
        "The gateway tells that an SMS was delivered",
    ),
    (
        FaultPoint::InboundSms,
        "inbound_sms",
        "The gateway tells of an SMS from a phone",
    ),
    (
        FaultPoint::OptOut,
        "opt_out",
        "The gateway tells of an opt-out",
    ),
    (
        FaultPoint::Oauth,
        "oauth",
        "The service asks Daraja for a token",
    ),
    (
        FaultPoint::StkPush,
        "stk_push",
        "The service asks for a push",
    ),
    (
        FaultPoint::StkCallback,
        "stk_callback",
        "Daraja tells the outcome of a push",
    ),
    (
        FaultPoint::StkQuery,
        "stk_query",
        "The service asks how a push went",
    ),
    (
        FaultPoint::B2cRequest,
        "b2c_request",
        "The service asks for a payout",
    ),
    (
        FaultPoint::B2cResult,
        "b2c_result",
        "Daraja tells the result of a payout",
    ),
    (
        FaultPoint::StatusRequest,
        "status_request",
        "The service asks what became of a transaction",
    ),
    (
        FaultPoint::StatusResult,
        "status_result",
        "Daraja tells what became of a transaction",
    ),
    (
        FaultPoint::BalanceRequest,
        "balance_request",
        "The service asks for the balance",
    ),
    (
        FaultPoint::BalanceResult,
        "balance_result",
        "Daraja tells the balance",
    ),
    (
        FaultPoint::ReversalRequest,
        "reversal_request",
        "The service asks for a reversal",
    ),
    (
        FaultPoint::ReversalResult,
        "reversal_result",
        "Daraja tells the result of a reversal",
    ),
    (
        FaultPoint::C2bRegister,
        "c2b_register",
        "The service registers its URLs for paybill payments",
    ),
    (
        FaultPoint::C2bValidation,
        "c2b_validation",
        "Daraja asks whether a paybill payment is welcome",
    ),
    (
        FaultPoint::C2bConfirmation,
        "c2b_confirmation",
        "Daraja tells of a paybill payment",
    ),
    (
        FaultPoint::PullQuery,
        "pull_query",
        "The service asks which payments came in",
    ),
];

impl FaultPoint {
    /// All points, in the order of the page.
    pub fn all() -> impl Iterator<Item = Self> {
        POINTS.iter().map(|(point, ..)| *point)
    }

    /// Its name, `stk_callback`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().1
    }

    /// What happens here, in a few words.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.entry().2
    }

    /// The point of a name; the error says which there are.
    pub fn read(name: &str) -> Result<Self, String> {
        let found = POINTS.iter().find(|(_, own, _)| *own == name);
        found.map(|(point, ..)| *point).ok_or_else(|| {
            let names: Vec<_> = POINTS.iter().map(|(_, name, _)| *name).collect();
            format!("no point {:?}; there are {}", short(name), names.join(", "))
        })
    }

    /// The faults that can be played here.
    #[must_use]
    pub fn kinds(self) -> Vec<FaultKind> {
        let is_request = self.is_request();
        let plain = KINDS
            .iter()
            .map(|(fault, value, request, message)| FaultKind {
                fault,
                label: if is_request { request } else { message },
                value: *value,
                choices: Vec::new(),
            });
        let queue_timeout = FaultKind {
            fault: QUEUE_TIMEOUT,
            label: "times out in M-Pesa's queue, and then",
            value: Some(FaultValue::Choice),
            choices: AFTER_QUEUE.iter().map(|(name, _)| *name).collect(),
        };
        let mut kinds: Vec<_> = plain.chain([queue_timeout]).collect();
        kinds.retain(|kind| {
            let sample = Fault::read(kind.fault, kind.sample());
            sample.is_ok_and(|fault| self.plays(&fault))
        });
        if self == Self::StkCallback {
            for kind in kinds.iter_mut().filter(|kind| kind.fault == "outcome") {
                kind.value = Some(FaultValue::Choice);
                kind.choices = PUSH_OUTCOMES.to_vec();
            }
        }
        kinds
    }

    fn entry(self) -> &'static (Self, &'static str, &'static str) {
        // Every point is in the table, as a test shows.
        let found = POINTS.iter().find(|(point, ..)| *point == self);
        found.unwrap_or(&POINTS[0])
    }
}

/// The table of faults as the documentation has it: a line for each point.
#[must_use]
pub fn fault_table() -> String {
    let mut table = String::from("| point | what passes there | faults |\n| --- | --- | --- |\n");
    for point in FaultPoint::all() {
        let kinds = point.kinds().into_iter().map(|kind| match kind.sample() {
            Some(sample) => format!("`{}={sample}`", kind.fault),
            None => format!("`{}`", kind.fault),
        });
        let kinds: Vec<_> = kinds.collect();
        let line = format!(
            "| `{}` | {} | {} |\n",
            point.name(),
            point.label(),
            kinds.join(", ")
        );
        table.push_str(&line);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_every_point_reads_back_as_it_is_written() {
        assert_eq!(FaultPoint::all().count(), POINTS.len());
        for point in FaultPoint::all() {
            assert_eq!(FaultPoint::read(point.name()), Ok(point));
            assert_eq!(serde_json::to_value(point).unwrap(), point.name());
            for kind in point.kinds() {
                assert!(!kind.label.is_empty(), "{} at {}", kind.fault, point.name());
                let fault = Fault::read(kind.fault, kind.sample()).unwrap();
                assert_eq!(fault.name(), kind.fault);
                assert_eq!(fault.value().as_deref(), kind.sample());
                assert!(point.plays(&fault));
            }
        }
    }

    #[test]
    fn a_point_that_is_none_is_refused_with_those_there_are() {
        assert!(FaultPoint::read("stk").unwrap_err().contains("stk_push"));
        assert_eq!(point_of("STK callback"), Some(FaultPoint::StkCallback));
        assert_eq!(point_of("/mpesa/unknown"), None);
    }
}
