//! The step of a session: JSON in, JSON out (contract, section 6; developers.hubtel.com, programmable
//! services, which Emergent and Cross-Switch follow in lower case).
//!
//! `Message` is the latest input alone. What tells a repeat from a second equal reply is
//! `ClientState`: what a reply carries there comes back with the input to its screen. Each reply
//! carries its own number, so the next request says which screen it answers. Where a reseller drops
//! it, `Sequence` counts.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    menu::Shown,
    ports::{
        Ending, EndingKind, Hop, Latest, NotAHop, Place, SessionEnd, Typed, UssdGateway,
        UssdRequest, WireMethod, WireReply, read_session_id,
    },
};

/// The gateway's name.
const NAME: &str = "hubtel";

/// What a reply carries its number in.
const STATE: &str = "ClientState";

/// The gateway's wire.
#[derive(Clone, Copy, Debug, Default)]
pub struct HubtelUssd;

/// A request. Fields that are missing, or `null`, are empty; a number may come as text.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Step {
    #[serde(alias = "type")]
    r#type: Value,
    #[serde(alias = "message")]
    message: Value,
    #[serde(alias = "mobile")]
    mobile: Value,
    #[serde(alias = "sessionId", alias = "SessionID")]
    session_id: Value,
    #[serde(alias = "serviceCode")]
    service_code: Value,
    #[serde(alias = "operator")]
    operator: Value,
    #[serde(alias = "sequence")]
    sequence: Value,
    #[serde(alias = "clientState")]
    client_state: Value,
}

/// A field as text.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// A field that counts, from 1.
fn count(value: &Value) -> Option<u64> {
    text(value).trim().parse().ok().filter(|number| *number > 0)
}

impl Step {
    fn place(&self, begins: bool) -> Place {
        let answers = count(&self.client_state).filter(|_| !begins);
        let number = answers
            .and_then(|screen| screen.checked_add(1))
            .or_else(|| begins.then_some(1))
            .or_else(|| count(&self.sequence));
        number.map_or(Place::Unknown, Place::Number)
    }

    fn ended(&self, session: String, word: String) -> SessionEnd {
        SessionEnd {
            session,
            phone: text(&self.mobile),
            service_code: service_code(&text(&self.service_code)),
            network: text(&self.operator),
            ending: Ending {
                kind: EndingKind::Incomplete,
                word,
            },
            hops: count(&self.sequence).and_then(|number| u32::try_from(number - 1).ok()),
            ..SessionEnd::default()
        }
    }
}

/// A service code as it is dialled: the wire has it bare too, as `711*2`.
fn service_code(code: &str) -> String {
    let bare = code.trim().trim_start_matches('*').trim_end_matches('#');
    if bare.is_empty() {
        String::new()
    } else {
        format!("*{bare}#")
    }
}

impl UssdGateway for HubtelUssd {
    fn name(&self) -> &'static str {
        NAME
    }

    fn method(&self) -> WireMethod {
        WireMethod::Post
    }

    fn read(&self, body: &[u8]) -> Result<UssdRequest, NotAHop> {
        let step: Step = serde_json::from_slice(body).map_err(|_| NotAHop::Body)?;
        let session = read_session_id(Some(NAME), &text(&step.session_id))?;
        let word = text(&step.r#type);
        let begins = match word.trim().to_ascii_lowercase().as_str() {
            "initiation" => true,
            "response" => false,
            "release" | "timeout" => return Ok(UssdRequest::Ended(step.ended(session, word))),
            _ => return Err(NotAHop::Body),
        };
        let place = step.place(begins);
        let number = match &place {
            Place::Number(number) => number.to_string(),
            Place::Request(_) | Place::Unknown => String::new(),
        };
        Ok(UssdRequest::Hop(Hop {
            session,
            phone: text(&step.mobile),
            service_code: service_code(&text(&step.service_code)),
            network: text(&step.operator),
            typed: Typed::Latest(Latest {
                text: text(&step.message),
                begins,
                place,
            }),
            echo: vec![(STATE, number)],
        }))
    }

    fn write(&self, hop: &Hop, shown: &Shown) -> WireReply {
        let number = hop.echo.iter().find(|(name, _)| *name == STATE);
        let number = number.map_or("", |(_, number)| number.as_str());
        reply(&json!({
            "Type": if shown.ends { "Release" } else { "Response" },
            "Message": shown.text,
            STATE: number,
        }))
    }

    fn acknowledge(&self) -> WireReply {
        reply(&json!({ "Type": "Release", "Message": "" }))
    }
}

fn reply(body: &Value) -> WireReply {
    WireReply {
        body: body.to_string(),
        content_type: "application/json",
        headers: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(body: &Value) -> Hop {
        match HubtelUssd.read(body.to_string().as_bytes()).unwrap() {
            UssdRequest::Hop(hop) => hop,
            UssdRequest::Ended(end) => panic!("{end:?}"),
        }
    }

    fn latest(hop: &Hop) -> &Latest {
        match &hop.typed {
            Typed::Latest(latest) => latest,
            Typed::Transcript(_) => panic!("this wire has no transcript"),
        }
    }

    #[test]
    fn a_documented_start_is_read() {
        let hop = hop(&json!({
            "Mobile": "254712345678", "SessionId": "8d440a43a98b4614b9df22b79c8190b8",
            "ServiceCode": "384*55", "Type": "Initiation", "Message": "*384*55*1#",
            "Operator": "vodafone", "Sequence": 1, "ClientState": "",
        }));
        assert_eq!(hop.session, "hubtel/8d440a43a98b4614b9df22b79c8190b8");
        assert_eq!(hop.phone, "254712345678");
        assert_eq!(hop.service_code, "*384*55#");
        assert_eq!(hop.network, "vodafone");
        let latest = latest(&hop);
        assert_eq!(latest.text, "*384*55*1#");
        assert!(latest.begins);
        assert_eq!(latest.place, Place::Number(1));
    }

    #[test]
    fn a_hop_is_known_by_the_screen_it_answers_else_by_its_sequence() {
        let place = |sequence: Value, state: Value| {
            let hop = hop(&json!({
                "SessionId": "s", "Type": "response", "Message": "1",
                "Sequence": sequence, "ClientState": state,
            }));
            latest(&hop).place.clone()
        };
        assert_eq!(place(json!(7), json!("3")), Place::Number(4));
        assert_eq!(place(json!("7"), json!("")), Place::Number(7));
        assert_eq!(place(json!(7), json!("theirs")), Place::Number(7));
        assert_eq!(place(json!(7), Value::Null), Place::Number(7));
        assert_eq!(place(json!(0), Value::Null), Place::Unknown);
        assert_eq!(place(Value::Null, json!("-1")), Place::Unknown);
        let most = json!(u64::MAX.to_string());
        assert_eq!(place(json!(2), most), Place::Number(2));
    }

    #[test]
    fn what_ends_a_session_is_no_hop() {
        for word in ["Release", "Timeout", "release", "timeout"] {
            let body = json!({ "SessionId": "s", "Type": word, "Sequence": 4 }).to_string();
            let end = HubtelUssd.read_end(body.as_bytes()).unwrap();
            assert_eq!(end.session, "hubtel/s");
            assert_eq!(end.ending.kind, EndingKind::Incomplete);
            assert_eq!((end.ending.word.as_str(), end.hops), (word, Some(3)));
        }
        let hop = json!({ "SessionId": "s", "Type": "Response", "Message": "1" }).to_string();
        assert_eq!(HubtelUssd.read_end(hop.as_bytes()), None);
        assert!(
            HubtelUssd
                .acknowledge()
                .body
                .contains("\"Type\":\"Release\"")
        );
    }

    #[test]
    fn what_no_gateway_sends_is_refused() {
        for body in [
            "",
            "[]",
            "1",
            "\"x\"",
            "{}",
            "sessionId=a&phoneNumber=%2B254712345678",
            r#"{"SessionId":"s"}"#,
            r#"{"SessionId":"s","Type":"AddToCart"}"#,
            r#"{"SessionId":"a/b","Type":"Response"}"#,
            r#"{"SessionId":["s"],"Type":"Response"}"#,
            r#"{"SessionId":"","Type":"Response"}"#,
        ] {
            assert!(HubtelUssd.read(body.as_bytes()).is_err(), "{body}");
        }
        assert!(HubtelUssd.read(b"{\"SessionId\":\"\xff\"}").is_err());
    }

    #[test]
    fn a_reply_says_by_its_type_whether_the_session_goes_on_and_carries_its_number() {
        let hop = hop(&json!({ "SessionId": "s", "Type": "Response", "ClientState": "2" }));
        for (ends, kind) in [(false, "Response"), (true, "Release")] {
            let shown = Shown {
                screen: "home".into(),
                text: "A \"b\"\n1. C".into(),
                ends,
            };
            let reply = HubtelUssd.write(&hop, &shown);
            assert_eq!(reply.content_type, "application/json");
            let body: Value = serde_json::from_str(&reply.body).unwrap();
            let expected = json!({ "Type": kind, "Message": "A \"b\"\n1. C", "ClientState": "3" });
            assert_eq!(body, expected);
        }
    }
}
