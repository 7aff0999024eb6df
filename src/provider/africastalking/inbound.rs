//! What the gateway tells of SMS from phones (contract, sections 4.2 and 4.3): messages, and numbers
//! that opt out. Unsigned forms from outside: every field may be missing, doubled, odd or too long.

use crate::{
    core::{msisdn::Msisdn, sms::Consent},
    ports::{InboundSms, OptOut},
};

/// The longest id that is one; theirs have 38 characters.
const MAX_ID: usize = 128;

/// The longest sender that is looked at; a hashed subscriber has 64 characters.
const MAX_SENDER: usize = 128;

/// The longest date that is kept; theirs have 20 characters.
const MAX_DATE: usize = 40;

/// How much of a text is looked at: one SMS. The keyword stands at its start.
const MAX_TEXT: usize = 160;

/// A form; of a doubled field the first counts.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Option<Self> {
        serde_urlencoded::from_bytes(body).ok().map(Self)
    }

    fn field(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// The start of a field, without characters that the database or a log could not take.
    fn text(&self, name: &str, max: usize) -> String {
        let readable = |character: char| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        };
        let text: String = self.field(name).chars().take(max).map(readable).collect();
        text.trim().into()
    }
}

/// An incoming message. `sender` is whom our own SMS come from.
pub(super) fn read(body: &[u8], sender: Option<&str>) -> Option<InboundSms> {
    let form = Form::read(body)?;
    let from = form.text("from", MAX_SENDER);
    if from.is_empty() {
        return None;
    }
    let to = form.text("to", MAX_SENDER);
    let id = form.field("id");
    let is_id = (1..=MAX_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
    Some(InboundSms {
        provider_id: is_id.then(|| id.to_owned()),
        is_ours: is_same(&from, &to) || sender.is_some_and(|sender| is_same(&from, sender)),
        date: form.text("date", MAX_DATE),
        text: form.text("text", MAX_TEXT),
        from,
    })
}

/// Whether two addresses are the same number, code or name, however they are written.
fn is_same(one: &str, other: &str) -> bool {
    let number = |text: &str| Msisdn::parse(text).ok();
    one.eq_ignore_ascii_case(other) || number(one).is_some_and(|one| number(other) == Some(one))
}

/// A bulk opt-out; or, where the same URL is registered for subscriptions, one that was deleted or
/// added (`updateType`).
pub(super) fn read_opt_out(body: &[u8]) -> Option<OptOut> {
    let form = Form::read(body)?;
    let number = form.text("phoneNumber", MAX_SENDER);
    let consent = match form.text("updateType", MAX_DATE).to_lowercase().as_str() {
        "" | "deletion" => Consent::Refused,
        "addition" => Consent::Given,
        _ => return None,
    };
    (!number.is_empty()).then_some(OptOut { number, consent })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MESSAGE: &[u8] = b"date=2026-11-22%2009%3A00%3A00&from=%2B254712345678&id=ATXid_1&\
        linkId=SampleLinkId123&text=Bal%20please&to=22384&cost=KES%201.00&networkCode=63902";

    #[test]
    fn a_message_is_read() {
        let expected = InboundSms {
            provider_id: Some("ATXid_1".into()),
            from: "+254712345678".into(),
            is_ours: false,
            date: "2026-11-22 09:00:00".into(),
            text: "Bal please".into(),
        };
        assert_eq!(read(MESSAGE, Some("MAJIBU")), Some(expected));
    }

    #[test]
    fn what_comes_from_ourselves_is_known_as_such() {
        for (body, sender) in [
            ("from=22384&to=22384&text=BAL", None),
            ("from=22384&to=40404&text=BAL", Some("22384")),
            ("from=majibu&to=22384&text=BAL", Some("MAJIBU")),
            ("from=0712345678&to=%2B254712345678&text=BAL", None),
            ("from=+254712345678&to=22384", Some("254712345678")),
        ] {
            let message = read(body.as_bytes(), sender).unwrap();
            assert!(message.is_ours, "{body}");
        }
    }

    #[test]
    fn odd_fields_are_cut_or_left_out() {
        let long = "x".repeat(70_000);
        let message =
            format!("from=%00+254712345678%0a&id={long}&text={long}&date={long}&text=BAL");
        let message = read(message.as_bytes(), None).unwrap();
        assert_eq!(message.from, "254712345678");
        assert_eq!(message.provider_id, None);
        assert_eq!(
            (message.text.len(), message.date.len()),
            (MAX_TEXT, MAX_DATE)
        );
        for body in ["", "{}", "text=BAL", "from=&text=BAL", "from=%20", "\u{0}"] {
            assert_eq!(read(body.as_bytes(), None), None, "{body:?}");
        }
    }

    #[test]
    fn opt_outs_are_read_in_both_shapes() {
        for (body, consent) in [
            (
                "senderId=MAJIBU&phoneNumber=%2B254712345678",
                Consent::Refused,
            ),
            (
                "phoneNumber=%2B254712345678&updateType=Deletion",
                Consent::Refused,
            ),
            (
                "phoneNumber=%2B254712345678&shortCode=22384&keyword=MAJIBU&updateType=addition",
                Consent::Given,
            ),
        ] {
            let number = "+254712345678".into();
            let expected = OptOut { number, consent };
            assert_eq!(read_opt_out(body.as_bytes()), Some(expected), "{body}");
        }
        for body in [
            "",
            "senderId=MAJIBU",
            "phoneNumber=",
            "phoneNumber=1&updateType=x",
        ] {
            assert_eq!(read_opt_out(body.as_bytes()), None, "{body}");
        }
    }

    proptest! {
        #[test]
        fn any_body_is_read_without_a_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&body, Some("MAJIBU"));
            let _ = read_opt_out(&body);
        }
    }
}
