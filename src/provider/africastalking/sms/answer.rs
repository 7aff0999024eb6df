//! What an answer to a request to send means (contract, section 3.3).
//!
//! An accepted request is not an accepted message: each recipient has a code of its own, and the
//! words beside it are not reliable. Matched by number, for no order is promised.

use reqwest::StatusCode;
use serde::Deserialize;

use crate::{
    core::msisdn::Msisdn,
    ports::{SmsAnswer, SmsFault, SmsVerdict},
    provider::{excerpt, http_label},
};

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "SMSMessageData")]
    data: AnswerData,
}

#[derive(Deserialize)]
struct AnswerData {
    #[serde(rename = "Message", default)]
    message: String,
    #[serde(rename = "Recipients", default)]
    recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    #[serde(default)]
    number: String,
    status_code: i64,
    #[serde(default)]
    status: String,
    #[serde(default)]
    message_id: String,
}

/// What an answer means for each of the numbers that were asked for, in their order.
pub(super) fn judge(status: StatusCode, text: &str, to: &[Msisdn]) -> Vec<SmsAnswer> {
    let what = || format!("HTTP {}: {}", status.as_u16(), excerpt(text, None));
    let all = |verdict, label, why| {
        let answer = SmsAnswer {
            verdict,
            label,
            why,
        };
        vec![answer; to.len()]
    };
    let verdict = match status.as_u16() {
        200..=299 => None,
        401 => Some(SmsVerdict::Fault(SmsFault::Key)),
        429 => Some(SmsVerdict::Fault(SmsFault::Busy)),
        // The telco's quiet hours, as the whole answer.
        409 => Some(SmsVerdict::Refused),
        500..=599 => Some(SmsVerdict::Away { may_be_sent: true }),
        _ => Some(SmsVerdict::NotSent),
    };
    if let Some(verdict) = verdict {
        return all(verdict, http_label(status), what());
    }
    let Ok(answer) = serde_json::from_str::<Answer>(text) else {
        return all(SmsVerdict::Unsure, "unreadable", what());
    };
    let AnswerData {
        message,
        recipients,
    } = answer.data;
    if recipients.is_empty() {
        // 201 without a recipient: a bad sender id, or another fault of the house.
        let fault = match message.as_str() {
            "InvalidSenderId" => SmsFault::SenderId,
            "InsufficientBalance" | "InsufficientCredit" => SmsFault::Credit,
            _ => SmsFault::Other,
        };
        let why = format!("no recipients: {}", excerpt(&message, None));
        return all(SmsVerdict::Fault(fault), "no_recipients", why);
    }
    to.iter()
        .map(|number| {
            let is_ours =
                |recipient: &&Recipient| Msisdn::parse(&recipient.number).as_ref() == Ok(number);
            let ours = recipients.iter().find(is_ours);
            // A sole recipient of a request for one can only be ours, however it is written.
            let sole = || match (to, recipients.as_slice()) {
                ([_], [recipient]) => Some(recipient),
                _ => None,
            };
            match ours.or_else(sole) {
                Some(recipient) => read(recipient),
                None => SmsAnswer {
                    verdict: SmsVerdict::Unsure,
                    label: "missing",
                    why: format!("not among the recipients: {}", excerpt(&message, None)),
                },
            }
        })
        .collect()
}

/// What the code of one recipient means: the table of section 3.3.
fn read(recipient: &Recipient) -> SmsAnswer {
    let code = recipient.status_code;
    let id = || Some(recipient.message_id.clone()).filter(|id| !id.is_empty() && id != "None");
    let (verdict, label) = match code {
        100 => (SmsVerdict::Accepted(id()), "100"),
        101 => (SmsVerdict::Accepted(id()), "101"),
        102 => (SmsVerdict::Accepted(id()), "102"),
        401 => (SmsVerdict::Held(id()), "401"),
        402 => (SmsVerdict::Fault(SmsFault::SenderId), "402"),
        403 => (SmsVerdict::Refused, "403"),
        404 => (SmsVerdict::Refused, "404"),
        405 => (SmsVerdict::Fault(SmsFault::Credit), "405"),
        // The number took itself off the telco's list for promotions of this sender (section 4.3).
        406 => (SmsVerdict::OptedOut, "406"),
        407 => (SmsVerdict::Refused, "407"),
        409 => (SmsVerdict::Refused, "409"),
        500 => (SmsVerdict::NotSent, "500"),
        501 => (SmsVerdict::NotSent, "501"),
        502 => (SmsVerdict::Refused, "502"),
        _ => (SmsVerdict::Unsure, "other"),
    };
    SmsAnswer {
        verdict,
        label,
        why: format!("{code} {}", excerpt(&recipient.status, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize) -> Vec<Msisdn> {
        let number = |last| Msisdn::parse(&format!("071234567{last}")).unwrap();
        (0..count).map(number).collect()
    }

    fn answered(status: u16, text: &str) -> SmsVerdict {
        let status = StatusCode::from_u16(status).unwrap();
        let mut answers = judge(status, text, &numbers(1));
        assert_eq!(answers.len(), 1);
        answers.remove(0).verdict
    }

    fn recipient(number: &str, code: i64) -> String {
        format!(
            r#"{{"statusCode":{code},"number":"{number}","status":"Success",
            "cost":"KES 0.8000","messageId":"ATXid_{code}"}}"#
        )
    }

    fn answer(recipients: &[String]) -> String {
        let recipients = recipients.join(",");
        format!(
            r#"{{"SMSMessageData":{{"Message":"Sent to 1/1 Total Cost: KES 0.8000",
            "Recipients":[{recipients}]}}}}"#
        )
    }

    fn stated(code: i64) -> SmsVerdict {
        answered(201, &answer(&[recipient("+254712345670", code)]))
    }

    #[test]
    fn the_code_decides_and_not_the_words() {
        for code in [100, 101, 102] {
            let id = format!("ATXid_{code}");
            assert_eq!(stated(code), SmsVerdict::Accepted(Some(id)));
        }
        assert_eq!(stated(401), SmsVerdict::Held(Some("ATXid_401".into())));
        for code in [403, 404, 407, 409, 502] {
            assert_eq!(stated(code), SmsVerdict::Refused, "{code}");
        }
        assert_eq!(stated(406), SmsVerdict::OptedOut);
        assert_eq!(stated(402), SmsVerdict::Fault(SmsFault::SenderId));
        assert_eq!(stated(405), SmsVerdict::Fault(SmsFault::Credit));
        for code in [500, 501] {
            assert_eq!(stated(code), SmsVerdict::NotSent, "{code}");
        }
        for code in [777, -1, 0, 103, i64::MAX] {
            assert_eq!(stated(code), SmsVerdict::Unsure, "{code}");
        }
    }

    #[test]
    fn an_accepted_request_without_recipients_is_a_fault_of_the_house() {
        for (message, fault) in [
            ("InvalidSenderId", SmsFault::SenderId),
            ("InsufficientBalance", SmsFault::Credit),
            ("Sent to 0/1", SmsFault::Other),
            ("", SmsFault::Other),
        ] {
            let text = format!(r#"{{"SMSMessageData":{{"Message":"{message}","Recipients":[]}}}}"#);
            assert_eq!(answered(201, &text), SmsVerdict::Fault(fault), "{message}");
        }
    }

    #[test]
    fn other_answers_are_certain_only_where_they_say_so() {
        let refused = answered(401, "The supplied authentication is invalid");
        assert_eq!(refused, SmsVerdict::Fault(SmsFault::Key));
        assert_eq!(answered(429, ""), SmsVerdict::Fault(SmsFault::Busy));
        assert_eq!(answered(409, ""), SmsVerdict::Refused);
        assert_eq!(answered(400, "missing field"), SmsVerdict::NotSent);
        let away = SmsVerdict::Away { may_be_sent: true };
        assert_eq!(answered(500, "<html>"), away);
        for (status, text) in [(200, "<html>"), (201, ""), (201, "{}"), (201, "null")] {
            assert_eq!(answered(status, text), SmsVerdict::Unsure, "{text}");
        }
    }

    #[test]
    fn each_recipients_own_code_decides_whatever_the_order() {
        let text = answer(&[
            recipient("254712345672", 406),
            recipient("0712345670", 101),
            recipient("+254799999999", 403),
            recipient("+254712345671", 405),
        ]);
        let answers = judge(StatusCode::CREATED, &text, &numbers(4));
        let verdicts: Vec<_> = answers.into_iter().map(|answer| answer.verdict).collect();
        assert_eq!(
            verdicts,
            [
                SmsVerdict::Accepted(Some("ATXid_101".into())),
                SmsVerdict::Fault(SmsFault::Credit),
                SmsVerdict::OptedOut,
                SmsVerdict::Unsure,
            ]
        );
    }

    #[test]
    fn a_sole_recipient_is_ours_and_an_id_called_none_is_none() {
        let text = answer(&[recipient("hashed", 101)]);
        assert!(matches!(answered(201, &text), SmsVerdict::Accepted(_)));
        let text = text.replace("ATXid_101", "None");
        assert_eq!(answered(201, &text), SmsVerdict::Accepted(None));
    }
}
