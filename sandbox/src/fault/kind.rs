//! What faults and points are called: on the page, in its API, in headers and in scenario files.
//!
//! A fault is written as its name and, where it has one, its value: `lost`, `late=2000`.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::{AfterQueue, Fault, FaultPoint};

/// The longest delay that can be asked for: what is later is lost.
const LONGEST_DELAY: Duration = Duration::from_secs(3_600);

/// The longest code or text that a message is made to state.
const LONGEST_TEXT: usize = 40;

/// The codes that a push can be made to end with: 1 too little money, 17 the same amount too soon,
/// 1032 cancelled, 1037 no answer, 2001 wrong PIN.
pub(super) const PUSH_OUTCOMES: [&str; 5] = ["1", "17", "1032", "1037", "2001"];

/// What follows a queue time-out, as written.
const AFTER_QUEUE: [(&str, AfterQueue); 3] = [
    ("dropped", AfterQueue::Dropped),
    ("silence", AfterQueue::Silence),
    ("result", AfterQueue::Result),
];

/// What the value of a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultValue {
    /// An HTTP status, 400 to 599.
    Status,
    /// A result code of Daraja.
    Code,
    /// Cents.
    AmountCents,
    /// Milliseconds.
    DelayMs,
    /// Words.
    Text,
    /// One of a few words.
    Choice,
}

/// A fault that can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FaultKind {
    /// Its name.
    #[schema(value_type = String)]
    pub fault: &'static str,
    /// What it does, in a few words.
    #[schema(value_type = String)]
    pub label: &'static str,
    /// What its value is; `null` where it has none.
    pub value: Option<FaultValue>,
    /// What can be chosen, where the value is a choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub choices: Vec<&'static str>,
}

/// Name, value, words for a request, words for a message.
const KINDS: [(&str, Option<FaultValue>, &str, &str); 19] = [
    (
        "refuse",
        Some(FaultValue::Status),
        "answered with this status, and nothing is done",
        "",
    ),
    (
        "unheard",
        None,
        "the connection breaks before anything is done",
        "",
    ),
    (
        "fail",
        Some(FaultValue::Status),
        "done, then answered with this status",
        "",
    ),
    (
        "empty",
        None,
        "done, then answered without a body",
        "comes without a body",
    ),
    (
        "html",
        None,
        "done, then answered with a web page",
        "comes as a web page",
    ),
    ("hang", None, "done, and never answered", ""),
    (
        "cut",
        None,
        "done, and the connection breaks within the answer",
        "the connection breaks within the message",
    ),
    (
        "late",
        Some(FaultValue::DelayMs),
        "done, and answered later",
        "sent later",
    ),
    (
        "drip",
        Some(FaultValue::DelayMs),
        "the answer comes byte by byte, in this time",
        "comes byte by byte, in this time",
    ),
    ("lost", None, "", "never sent"),
    ("twice", None, "", "sent twice at the same instant"),
    (
        "again",
        Some(FaultValue::DelayMs),
        "",
        "sent, and once more so much later",
    ),
    ("held", None, "", "sent after the next one of its kind"),
    (
        "answer_lost",
        None,
        "",
        "arrives, and the answer to it is lost",
    ),
    (
        "result_code",
        Some(FaultValue::Code),
        "states this code, whatever is true",
        "states this code, whatever is true",
    ),
    ("early", None, "", "comes before the answer to its request"),
    (
        "outcome",
        Some(FaultValue::Code),
        "",
        "ends with this code, without asking anybody",
    ),
    (
        "amount",
        Some(FaultValue::AmountCents),
        "",
        "states this amount, whatever is true",
    ),
    (
        "status",
        Some(FaultValue::Text),
        "",
        "states this transaction status, whatever is true",
    ),
];

/// The one whose value is a choice.
const QUEUE_TIMEOUT: &str = "queue_timeout";

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

impl FaultKind {
    /// A value that reads well; nothing where there is none.
    #[must_use]
    pub fn sample(&self) -> Option<&'static str> {
        self.value.map(|value| match value {
            FaultValue::Status => "503",
            FaultValue::Code => "1032",
            FaultValue::AmountCents => "5000",
            FaultValue::DelayMs => "2000",
            FaultValue::Text => "Completed",
            FaultValue::Choice => self.choices.first().copied().unwrap_or("dropped"),
        })
    }
}

impl Fault {
    /// Reads a fault from its name and its value.
    pub fn read(name: &str, value: Option<&str>) -> Result<Self, String> {
        let wrong = |what: &str| match value {
            Some(value) => format!("{name} needs {what}, not {:?}", short(value)),
            None => format!("{name} needs {what}"),
        };
        let status = || {
            let status = value.and_then(|text| text.parse().ok());
            let status = status.filter(|status| (400..=599).contains(status));
            status.ok_or_else(|| wrong("a status from 400 to 599"))
        };
        let delay = || {
            let ms = value.and_then(|text| text.parse().ok());
            let delay = ms.map(Duration::from_millis);
            let delay = delay.filter(|delay| *delay <= LONGEST_DELAY);
            delay.ok_or_else(|| wrong("milliseconds, an hour at most"))
        };
        let text = |what| {
            let text = value.map(str::trim);
            let text = text.filter(|text| (1..=LONGEST_TEXT).contains(&text.chars().count()));
            text.map(str::to_owned).ok_or_else(|| wrong(what))
        };
        let code = || text("a result code");
        let plain = |fault| match value {
            None | Some("") => Ok(fault),
            Some(_) => Err(format!("{name} has no value")),
        };
        match name {
            "refuse" => Ok(Self::Refuse(status()?)),
            "unheard" => plain(Self::Unheard),
            "fail" => Ok(Self::Fail(status()?)),
            "empty" => plain(Self::Empty),
            "html" => plain(Self::Html),
            "hang" => plain(Self::Hang),
            "cut" => plain(Self::Cut),
            "late" => Ok(Self::Late(delay()?)),
            "drip" => Ok(Self::Drip(delay()?)),
            "lost" => plain(Self::Lost),
            "twice" => plain(Self::Twice),
            "again" => Ok(Self::Again(delay()?)),
            "held" => plain(Self::Held),
            "answer_lost" => plain(Self::AnswerLost),
            "result_code" => Ok(Self::ResultCode(code()?)),
            "early" => plain(Self::Early),
            "outcome" => Ok(Self::Outcome(code()?)),
            "amount" => {
                let cents = value.and_then(|text| text.parse().ok());
                let cents = cents.filter(|cents| (0..=100_000_000_000).contains(cents));
                Ok(Self::Amount(cents.ok_or_else(|| wrong("cents"))?))
            }
            "status" => Ok(Self::Status(text("the words of a status")?)),
            QUEUE_TIMEOUT => {
                let after = AFTER_QUEUE.iter().find(|(name, _)| Some(*name) == value);
                let after = after.ok_or_else(|| wrong("dropped, silence or result"))?;
                Ok(Self::QueueTimeout(after.1))
            }
            _ => {
                let names: Vec<_> = KINDS.iter().map(|(name, ..)| *name).collect();
                Err(format!(
                    "no fault {:?}; there are {}, {QUEUE_TIMEOUT}",
                    short(name),
                    names.join(", ")
                ))
            }
        }
    }

    /// Its name, `late`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Refuse(_) => "refuse",
            Self::Unheard => "unheard",
            Self::Fail(_) => "fail",
            Self::Empty => "empty",
            Self::Html => "html",
            Self::Hang => "hang",
            Self::Cut => "cut",
            Self::Late(_) => "late",
            Self::Drip(_) => "drip",
            Self::Lost => "lost",
            Self::Twice => "twice",
            Self::Again(_) => "again",
            Self::Held => "held",
            Self::AnswerLost => "answer_lost",
            Self::ResultCode(_) => "result_code",
            Self::Early => "early",
            Self::QueueTimeout(_) => QUEUE_TIMEOUT,
            Self::Outcome(_) => "outcome",
            Self::Amount(_) => "amount",
            Self::Status(_) => "status",
        }
    }

    /// Its value as written; `None` where it has none.
    #[must_use]
    pub fn value(&self) -> Option<String> {
        match self {
            Self::Refuse(status) | Self::Fail(status) => Some(status.to_string()),
            Self::Late(delay) | Self::Drip(delay) | Self::Again(delay) => {
                Some(delay.as_millis().to_string())
            }
            Self::ResultCode(text) | Self::Outcome(text) | Self::Status(text) => Some(text.clone()),
            Self::Amount(cents) => Some(cents.to_string()),
            Self::QueueTimeout(after) => AFTER_QUEUE
                .iter()
                .find(|(_, own)| own == after)
                .map(|(name, _)| (*name).to_owned()),
            Self::Unheard
            | Self::Empty
            | Self::Html
            | Self::Hang
            | Self::Cut
            | Self::Lost
            | Self::Twice
            | Self::Held
            | Self::AnswerLost
            | Self::Early => None,
        }
    }
}

impl std::fmt::Display for Fault {
    /// As in a header or a scenario file, `late=2000`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.value() {
            Some(value) => write!(f, "{}={value}", self.name()),
            None => f.write_str(self.name()),
        }
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

/// The beginning of what somebody wrote, for a message about it.
fn short(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
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
    fn a_wrong_value_is_refused_in_words() {
        for (name, value, says) in [
            ("late", None, "milliseconds"),
            ("late", Some("soon"), "\"soon\""),
            ("late", Some("3600001"), "an hour"),
            ("refuse", Some("200"), "400 to 599"),
            ("lost", Some("1"), "no value"),
            ("amount", Some("-1"), "cents"),
            ("outcome", Some(" "), "result code"),
            ("queue_timeout", Some("never"), "silence"),
            ("stolen", None, "there are refuse"),
        ] {
            let error = Fault::read(name, value).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
        assert!(FaultPoint::read("stk").unwrap_err().contains("stk_push"));
    }
}
