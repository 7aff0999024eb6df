//! The USSD callback: a form in, `CON` or `END` out (contract, sections 1.1 and 1.3).

use crate::{
    menu::Shown,
    ports::{Hop, NotAHop, UssdGateway, WireReply},
};

/// The header that labels a step; it comes back on the next callback and in the end event.
const SCREEN_HEADER: &str = "at-ussd-hop-metadata";

/// The longest session id that is taken; real ones have 38 characters.
const MAX_SESSION_ID: usize = 128;

/// The gateway's wire.
#[derive(Clone, Copy, Debug, Default)]
pub struct AfricasTalkingUssd;

impl UssdGateway for AfricasTalkingUssd {
    fn read(&self, body: &[u8]) -> Result<Hop, NotAHop> {
        // Percent-decoded once, here. A raw `+` in a number becomes a blank.
        let fields: Vec<(String, String)> =
            serde_urlencoded::from_bytes(body).map_err(|_| NotAHop::Body)?;
        let field = |name: &str| {
            fields
                .iter()
                .find(|(key, _)| key == name)
                .map_or("", |(_, value)| value.as_str())
        };
        let session = field("sessionId");
        let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
        if session.is_empty() || session.len() > MAX_SESSION_ID || !session.bytes().all(is_safe) {
            return Err(NotAHop::Session);
        }
        Ok(Hop {
            session: session.into(),
            phone: field("phoneNumber").into(),
            service_code: field("serviceCode").into(),
            network: field("networkCode").into(),
            transcript: field("text").into(),
        })
    }

    fn write(&self, shown: &Shown) -> WireReply {
        let prefix = if shown.ends { "END" } else { "CON" };
        WireReply {
            body: format!("{prefix} {}", shown.text),
            content_type: "text/plain; charset=utf-8",
            screen_header: Some((SCREEN_HEADER, shown.screen.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_captured_hop_is_read() {
        let body = b"phoneNumber=%2B254712345678&serviceCode=%2A384%2A55%23&text=1%2A2\
            &sessionId=ATUid_0123456789abcdef0123456789abcdef&networkCode=63902";
        let hop = AfricasTalkingUssd.read(body).unwrap();
        assert_eq!(hop.phone, "+254712345678");
        assert_eq!(hop.service_code, "*384*55#");
        assert_eq!(hop.transcript, "1*2");
        assert_eq!(hop.network, "63902");
    }

    #[test]
    fn empty_replies_and_odd_characters_arrive_whole() {
        let body = b"sessionId=a&phoneNumber=+254712345678&text=1**%20%26%2B%C3%A9*";
        let hop = AfricasTalkingUssd.read(body).unwrap();
        assert_eq!(hop.phone, " 254712345678");
        assert_eq!(hop.transcript, "1** &+\u{e9}*");
    }

    #[test]
    fn what_no_gateway_sends_is_refused() {
        for body in [
            b"".as_slice(),
            b"{\"sessionId\":\"a\"}",
            b"text=1",
            b"sessionId=",
            b"sessionId=a%20b",
            b"sessionId=%00",
            b"\xff\xfe",
        ] {
            assert!(AfricasTalkingUssd.read(body).is_err(), "{body:?}");
        }
        let long = format!("sessionId={}", "a".repeat(MAX_SESSION_ID + 1));
        assert_eq!(
            AfricasTalkingUssd.read(long.as_bytes()),
            Err(NotAHop::Session)
        );
    }
}
