//! A gateway's line: hops with any session id and any transcript, past the phone's own session.

use sandbox::{Phone, RawReply, Screen, ScreenKind, text::measure};

use crate::support::CODE;

/// What a phone would show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) ends: bool,
}

impl Reply {
    /// Reads an answer of the service, which must be one that every gateway takes.
    pub(crate) fn read(raw: &RawReply) -> Self {
        assert!(measure(&raw.body).septets <= 160, "{}", raw.body);
        Self::of_any_length(raw)
    }

    fn of_any_length(raw: &RawReply) -> Self {
        assert_eq!(raw.status, 200, "{}", raw.body);
        let (ends, text) = match raw.body.split_once(' ') {
            Some(("CON", text)) => (false, text),
            Some(("END", text)) => (true, text),
            _ => panic!("neither CON nor END: {:?}", raw.body),
        };
        Self {
            name: raw.name.clone().expect("a screen's name"),
            text: text.to_owned(),
            ends,
        }
    }
}

impl From<Screen> for Reply {
    fn from(screen: Screen) -> Self {
        Self {
            ends: screen.kind == ScreenKind::End,
            name: screen.name.unwrap_or_default(),
            text: screen.text,
        }
    }
}

/// One session whose hops the test writes by hand.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    phone: Phone,
    session: String,
    number: String,
    code: String,
    network: String,
    /// The last transcript of the phone, where the line took over its session.
    pub(crate) transcript: String,
}

impl Line {
    pub(crate) fn new(phone: &Phone, session: &str) -> Self {
        Self {
            phone: phone.clone(),
            session: session.into(),
            number: phone.number().to_string(),
            code: CODE.into(),
            network: "63902".into(),
            transcript: String::new(),
        }
    }

    /// The session that a phone used last.
    pub(crate) fn of(phone: &Phone) -> Self {
        let fields = phone.last_hop().expect("a hop");
        let field = |wanted: &str| {
            let found = fields.iter().find(|(name, _)| name == wanted);
            found.expect("a field").1.clone()
        };
        Self {
            transcript: field("text"),
            ..Self::new(phone, &field("sessionId"))
        }
    }

    /// The session's id.
    pub(crate) fn session(&self) -> &str {
        &self.session
    }

    /// The same line with another number in the callback.
    pub(crate) fn number(self, number: &str) -> Self {
        Self {
            number: number.into(),
            ..self
        }
    }

    /// The same line with another service code in the callback.
    pub(crate) fn code(self, code: &str) -> Self {
        Self {
            code: code.into(),
            ..self
        }
    }

    /// The same line with another network code in the callback.
    pub(crate) fn network(self, network: &str) -> Self {
        Self {
            network: network.into(),
            ..self
        }
    }

    pub(crate) async fn send(&self, transcript: &str) -> Reply {
        Reply::read(&self.raw(transcript).await)
    }

    /// The same on a network that may show more than the tightest.
    pub(crate) async fn any_length(&self, transcript: &str) -> Reply {
        Reply::of_any_length(&self.raw(transcript).await)
    }

    async fn raw(&self, transcript: &str) -> RawReply {
        let fields = [
            ("phoneNumber", self.number.as_str()),
            ("serviceCode", &self.code),
            ("text", transcript),
            ("sessionId", &self.session),
            ("networkCode", &self.network),
        ];
        self.phone.raw_hop(&fields).await.expect("an answer")
    }

    /// The transcript that the phone's next input would make.
    pub(crate) fn with(&self, input: &str) -> String {
        format!("{}*{input}", self.transcript)
    }
}

/// The gateway repeats the phone's last hop: the answer is what the phone shows.
pub(crate) async fn assert_repeats(phone: &Phone) {
    let again = Reply::read(&phone.resend_last().await.expect("an answer"));
    let shown = Reply::from(phone.screen().expect("a screen"));
    assert_eq!(again, shown);
}
