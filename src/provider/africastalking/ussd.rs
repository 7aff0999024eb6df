//! The USSD callback: a form in, `CON` or `END` out (contract, sections 1.1 and 1.3); and the end of
//! a session, a form at an address of its own (section 2).

use crate::{
    menu::Shown,
    ports::{
        Ending, EndingKind, Hop, NotAHop, SessionEnd, Typed, UssdGateway, UssdRequest, WireMethod,
        WireReply, read_session_id,
    },
};

/// The header that labels a step; it comes back on the next callback and in the end event.
const SCREEN_HEADER: &str = "at-ussd-hop-metadata";

/// The longest label that the provider takes (contract, section 1.3).
const LONGEST_LABEL: usize = 99;

/// The gateway's wire.
#[derive(Clone, Copy, Debug, Default)]
pub struct AfricasTalkingUssd;

/// The fields of a form, percent-decoded once, here. A raw `+` in a number becomes a blank.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Result<Self, NotAHop> {
        serde_urlencoded::from_bytes(body)
            .map(Self)
            .map_err(|_| NotAHop::Body)
    }

    fn field(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

impl UssdGateway for AfricasTalkingUssd {
    fn name(&self) -> &'static str {
        "africastalking"
    }

    fn method(&self) -> WireMethod {
        WireMethod::Post
    }

    fn read(&self, body: &[u8]) -> Result<UssdRequest, NotAHop> {
        let form = Form::read(body)?;
        Ok(UssdRequest::Hop(Hop {
            session: read_session_id(None, form.field("sessionId"))?,
            phone: form.field("phoneNumber").into(),
            service_code: form.field("serviceCode").into(),
            network: form.field("networkCode").into(),
            typed: Typed::Transcript(form.field("text").into()),
            echo: Vec::new(),
        }))
    }

    fn write(&self, _: &Hop, shown: &Shown) -> WireReply {
        let prefix = if shown.ends { "END" } else { "CON" };
        WireReply {
            body: format!("{prefix} {}", shown.text),
            content_type: "text/plain; charset=utf-8",
            headers: vec![(SCREEN_HEADER, label(&shown.screen))],
        }
    }

    fn read_end(&self, body: &[u8]) -> Option<SessionEnd> {
        let form = Form::read(body).ok()?;
        let word = form.field("status");
        let kind = match word {
            "Success" => EndingKind::Success,
            "Incomplete" => EndingKind::Incomplete,
            "Failed" => EndingKind::Failed,
            _ => EndingKind::Other,
        };
        let labels = form.field("hopsMetadata").rsplit('|');
        let last_screen = labels.map(str::trim).find(|label| !label.is_empty());
        Some(SessionEnd {
            session: read_session_id(None, form.field("sessionId")).ok()?,
            phone: form.field("phoneNumber").into(),
            service_code: form.field("serviceCode").into(),
            network: form.field("networkCode").into(),
            ending: Ending {
                kind,
                word: word.into(),
            },
            hops: form.field("hopsCount").trim().parse().ok(),
            duration_ms: form.field("durationInMillis").trim().parse().ok(),
            cost: form.field("cost").into(),
            last_screen: last_screen.unwrap_or_default().into(),
        })
    }
}

/// A screen's name as the provider takes it: 99 characters at most, and no bar, which stands between
/// labels in the end event.
fn label(screen: &str) -> String {
    let plain = |character: char| {
        if character.is_ascii_alphanumeric() || "_-.".contains(character) {
            character
        } else {
            '_'
        }
    };
    screen.chars().map(plain).take(LONGEST_LABEL).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(body: &[u8]) -> (Hop, String) {
        match AfricasTalkingUssd.read(body).unwrap() {
            UssdRequest::Hop(hop) => match hop.typed.clone() {
                Typed::Transcript(transcript) => (hop, transcript),
                Typed::Latest(_) => panic!("this wire has the transcript"),
            },
            UssdRequest::Ended(_) => panic!("no end comes this way"),
        }
    }

    #[test]
    fn a_captured_hop_is_read() {
        let body = b"phoneNumber=%2B254712345678&serviceCode=%2A384%2A55%23&text=1%2A2\
            &sessionId=ATUid_0123456789abcdef0123456789abcdef&networkCode=63902";
        let (hop, transcript) = hop(body);
        assert_eq!(hop.session, "ATUid_0123456789abcdef0123456789abcdef");
        assert_eq!(hop.phone, "+254712345678");
        assert_eq!(hop.service_code, "*384*55#");
        assert_eq!(transcript, "1*2");
        assert_eq!(hop.network, "63902");
    }

    #[test]
    fn empty_replies_and_odd_characters_arrive_whole() {
        let body = b"sessionId=a&phoneNumber=+254712345678&text=1**%20%26%2B%C3%A9*";
        let (hop, transcript) = hop(body);
        assert_eq!(hop.phone, " 254712345678");
        assert_eq!(transcript, "1** &+\u{e9}*");
    }

    #[test]
    fn what_no_gateway_sends_is_refused() {
        for body in [
            b"".as_slice(),
            b"{\"sessionId\":\"a\"}",
            b"text=1",
            b"sessionId=",
            b"sessionId=a%20b",
            b"sessionId=a%2Fb",
            b"sessionId=%00",
            b"\xff\xfe",
        ] {
            assert!(AfricasTalkingUssd.read(body).is_err(), "{body:?}");
        }
        let long = format!("sessionId={}", "a".repeat(129));
        let refused = AfricasTalkingUssd.read(long.as_bytes());
        assert_eq!(refused, Err(NotAHop::Session));
    }

    #[test]
    fn a_label_is_short_and_has_no_bar() {
        assert_eq!(label("deposit_too_soon"), "deposit_too_soon");
        assert_eq!(label("a|b c\u{e9}\r\n"), "a_b_c___");
        assert_eq!(label(&"x".repeat(300)), "x".repeat(99));
    }

    /// The captured order of fields, and an error message that is there and empty (contract, part 2).
    #[test]
    fn a_captured_end_is_read() {
        let body = b"durationInMillis=20548&phoneNumber=%2B254712345678&errorMessage=\
            &serviceCode=%2A384%2A55%23&lastAppResponse=CON+Pick&hopsMetadata=home%7Ccategory\
            &hopsCount=2&status=Incomplete&sessionId=ATUid_1&cost=0.00\
            &date=2026-10-09+12%3A17%3A37&networkCode=99999&input=1";
        let end = AfricasTalkingUssd.read_end(body).unwrap();
        assert_eq!(end.session, "ATUid_1");
        assert_eq!(end.ending.kind, EndingKind::Incomplete);
        assert_eq!((end.hops, end.duration_ms), (Some(2), Some(20_548)));
        assert_eq!(
            (end.cost.as_str(), end.last_screen.as_str()),
            ("0.00", "category")
        );
    }

    #[test]
    fn an_end_says_what_it_says_and_no_more() {
        let end = |body: &str| AfricasTalkingUssd.read_end(body.as_bytes());
        let bare = end("sessionId=a&status=Expired&hopsCount=-1&durationInMillis=x").unwrap();
        assert_eq!(bare.ending.kind, EndingKind::Other);
        assert_eq!(bare.ending.word, "Expired");
        assert_eq!((bare.hops, bare.duration_ms), (None, None));
        let labels = end("sessionId=a&hopsMetadata=home%7C%7C").unwrap();
        assert_eq!(labels.last_screen, "home");
        assert_eq!(end("status=Success"), None);
        assert_eq!(end(""), None);
    }
}
