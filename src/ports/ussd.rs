//! The seam to USSD gateways: one adapter each, which reads requests of its wire and writes replies.
//!
//! Wires differ in where the fields stand (form, JSON, query), in what the input is (everything typed
//! in the session, or only the last of it), in how a session ends, and in how a reply says so
//! (contract, section 6). All of that ends here: the use cases know a [`Hop`].
//!
//! # Which hop it is
//!
//! On a wire with the whole transcript a hop is its session and its transcript. On a wire with the
//! latest input only, the adapter says where the hop stands in its session, as far as the wire tells
//! ([`Place`]):
//!
//! - [`Place::Number`]: the same number is the same hop, and gets the same answer without a second
//!   effect, whatever its input says. This is what the money rests on.
//! - [`Place::Request`]: the same, by an id that the provider gives each request.
//! - [`Place::Unknown`]: nothing on the wire tells a repeated request from a second equal reply. The
//!   last input once more within three seconds of its answer is taken for a repeat, and a later one
//!   for a reply to the screen that the answer showed. A repeat that comes later than that can pick
//!   a line of the next screen; it cannot stake twice (one open entry, and the screen after a stake
//!   is a question) nor deposit twice (the session has ended, and pushes to one phone keep apart).
//!
//! # A new gateway
//!
//! One file that implements [`UssdGateway`], and its name in the list of `provider.rs`. Session ids
//! have to be unique among the sessions of a day: a wire that uses the phone's number for one needs an
//! adapter that makes it unique.

use std::sync::Arc;

use crate::menu::Shown;

/// The longest session id that is taken; Africa's Talking's have 38 characters.
const MAX_SESSION_ID: usize = 128;

/// How a wire's requests come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireMethod {
    /// `GET`: the request is the query string.
    Get,
    /// `POST`: the request is the body.
    Post,
}

/// What a gateway says in one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UssdRequest {
    /// A player dialled, or replied to a screen.
    Hop(Hop),
    /// The session is over, and no screen is waited for.
    Ended(SessionEnd),
}

/// One request of a USSD session that waits for a screen, whatever the gateway's wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The session's id, made by [`read_session_id`]: no two gateways have the same.
    pub session: String,
    /// The phone number as the gateway wrote it.
    pub phone: String,
    /// The service code that was dialled; may be empty.
    pub service_code: String,
    /// The network's code; may be empty.
    pub network: String,
    /// What was typed.
    pub typed: Typed,
    /// What the reply has to repeat, where the wire asks for that: a name of the wire and its value.
    pub echo: Vec<(&'static str, String)>,
}

/// What a request says was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// Everything typed in this session, joined by `*`; empty, or what was dialled behind the
    /// service code, at the start.
    Transcript(String),
    /// The latest input only.
    Latest(Latest),
}

impl Typed {
    /// What was typed, without the one character that a database does not take as text: in its place
    /// stands one that is on no list.
    #[must_use]
    pub fn storable(self) -> Self {
        let storable = |text: String| text.replace('\0', "\u{fffd}");
        match self {
            Self::Transcript(transcript) => Self::Transcript(storable(transcript)),
            Self::Latest(latest) => Self::Latest(Latest {
                text: storable(latest.text),
                ..latest
            }),
        }
    }
}

/// The latest input of a session, on a wire without a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    /// What was typed in reply to the last screen; at the start, what was dialled.
    pub text: String,
    /// Whether the wire says that the session begins. Such a request is never a reply.
    pub begins: bool,
    /// Where the hop stands in its session.
    pub place: Place,
}

/// Where a hop stands in its session, as far as its wire tells.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The wire counts: the number grows with each hop, and a repeated request has the same.
    Number(u64),
    /// The provider gives each request an id, and a repeated request has the same.
    Request(String),
    /// The wire tells nothing.
    Unknown,
}

/// The request is none that a gateway sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAHop {
    /// The body is not what the wire has.
    #[error("the request is not what the wire has")]
    Body,
    /// There is no session id, or an impossible one.
    #[error("no usable session id")]
    Session,
}

/// A session's end, as a gateway tells of it. For figures only: it is unsigned, may come twice, before
/// the last hop, or not at all, and says nothing about money (contract, section 2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionEnd {
    /// The session's id, as in its hops.
    pub session: String,
    /// The phone number as the gateway wrote it.
    pub phone: String,
    /// The service code.
    pub service_code: String,
    /// The network's code.
    pub network: String,
    /// How it ended.
    pub ending: Ending,
    /// Requests that the gateway made, if it says so.
    pub hops: Option<u32>,
    /// How long it took in ms, if the gateway says so.
    pub duration_ms: Option<u64>,
    /// What it cost, in the gateway's words; may be empty.
    pub cost: String,
    /// The last screen's name, where the gateway kept it; may be empty.
    pub last_screen: String,
}

/// How a session ended: the kind, and the gateway's own word for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// The kind.
    pub kind: EndingKind,
    /// The gateway's word, stored as it came.
    pub word: String,
}

/// The kinds of ending that figures tell apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EndingKind {
    /// The service ended it.
    Success,
    /// The player left, the time ran out, or the signal was lost.
    Incomplete,
    /// A reply of the service could not be shown.
    Failed,
    /// A word that nobody has heard of.
    #[default]
    Other,
}

impl EndingKind {
    /// The name in the database, in figures and in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
            Self::Other => "other",
        }
    }
}

/// A reply on a gateway's wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireReply {
    /// The body.
    pub body: String,
    /// Its content type.
    pub content_type: &'static str,
    /// Headers beside it: names in lower case.
    pub headers: Vec<(&'static str, String)>,
}

/// The wire of one USSD gateway.
pub trait UssdGateway: Send + Sync + std::fmt::Debug {
    /// The gateway's name: one lower-case word, in the route and before session ids.
    fn name(&self) -> &'static str;

    /// How requests come.
    fn method(&self) -> WireMethod;

    /// Reads a request: the body of a `POST`, the query string of a `GET`.
    ///
    /// # Errors
    /// When no gateway sends such a thing.
    fn read(&self, request: &[u8]) -> Result<UssdRequest, NotAHop>;

    /// Writes the reply to a hop.
    fn write(&self, hop: &Hop, shown: &Shown) -> WireReply;

    /// Reads the notice of a session's end; `None` when it is none. Wires without a route of its own
    /// for it tell of it among the hops.
    fn read_end(&self, request: &[u8]) -> Option<SessionEnd> {
        match self.read(request) {
            Ok(UssdRequest::Ended(end)) => Some(end),
            Ok(UssdRequest::Hop(_)) | Err(_) => None,
        }
    }

    /// Writes the answer to the notice of a session's end.
    fn acknowledge(&self) -> WireReply {
        WireReply {
            body: "OK".into(),
            content_type: "text/plain; charset=utf-8",
            headers: Vec::new(),
        }
    }
}

/// The gateways that this service answers. The first has the route without a name.
#[derive(Clone, Debug)]
pub struct Gateways(Vec<Arc<dyn UssdGateway>>);

impl Gateways {
    /// These gateways; the first is the one without a name in its route.
    #[must_use]
    pub fn new(first: Arc<dyn UssdGateway>, others: Vec<Arc<dyn UssdGateway>>) -> Self {
        let mut gateways = vec![first];
        gateways.extend(others);
        Self(gateways)
    }

    /// The gateway whose route has no name.
    #[must_use]
    pub fn first(&self) -> Option<&Arc<dyn UssdGateway>> {
        self.0.first()
    }

    /// A gateway whose route has this name.
    #[must_use]
    pub fn routed(&self, name: &str) -> Option<&Arc<dyn UssdGateway>> {
        self.0.iter().skip(1).find(|gateway| gateway.name() == name)
    }

    /// Any gateway, by its name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Arc<dyn UssdGateway>> {
        self.0.iter().find(|gateway| gateway.name() == name)
    }
}

/// A session's id as a gateway wrote it: letters, digits and `_-.:`, 128 characters at most. With the
/// gateway's name before it, behind a character that no id has, so that ids of different gateways
/// never meet; the first gateway's go without.
///
/// # Errors
/// When it is empty, too long, or has other characters.
pub fn read_session_id(gateway: Option<&str>, id: &str) -> Result<String, NotAHop> {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
    if id.is_empty() || id.len() > MAX_SESSION_ID || !id.bytes().all(is_safe) {
        return Err(NotAHop::Session);
    }
    Ok(gateway.map_or_else(|| id.to_owned(), |gateway| format!("{gateway}/{id}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_ids_of_different_gateways_never_meet() {
        assert_eq!(read_session_id(None, "a-1").unwrap(), "a-1");
        assert_eq!(read_session_id(Some("x"), "a-1").unwrap(), "x/a-1");
        for id in ["x/a-1", "", "a b", "a\n", "é", &"a".repeat(129)] {
            assert_eq!(read_session_id(None, id), Err(NotAHop::Session), "{id}");
        }
    }
}
