//! What faults are called: on the page, in its API, in headers and in scenario files.
//!
//! A fault is written as its name and, where it has one, its value: `lost`, `late=2000`.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::{AfterQueue, Fault};

/// The longest delay that can be asked for: what is later is lost.
const LONGEST_DELAY: Duration = Duration::from_secs(3_600);

/// The longest code or text that a message is made to state.
const LONGEST_TEXT: usize = 40;

/// The codes that a push can be made to end with: 1 too little money, 17 the same amount too soon,
/// 1032 cancelled, 1037 no answer, 2001 wrong PIN.
pub(super) const PUSH_OUTCOMES: [&str; 5] = ["1", "17", "1032", "1037", "2001"];

/// What follows a queue time-out, as written.
pub(super) const AFTER_QUEUE: [(&str, AfterQueue); 3] = [
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
pub(super) const KINDS: [(&str, Option<FaultValue>, &str, &str); 19] = [
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
pub(super) const QUEUE_TIMEOUT: &str = "queue_timeout";

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

/// The beginning of what somebody wrote, for a message about it.
pub(super) fn short(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
