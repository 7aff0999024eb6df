//! A phone and its network: what it dials and types becomes hops, as a gateway would send them.

use crate::{
    core::{msisdn::Msisdn, text::septets, time::Timestamp},
    menu::{
        Shown,
        display::{COLUMNS, wrap},
        render::PREFIX,
    },
    ports::{Hop, Typed},
};

/// A phone.
pub(super) struct Handset {
    /// 1 to 9.
    pub(super) number: usize,
    pub(super) msisdn: Msisdn,
    network: String,
    session: Option<UssdSession>,
    /// How many sessions it has had.
    count: usize,
    dialled: String,
}

/// A session under way.
struct UssdSession {
    id: String,
    service_code: String,
    transcript: String,
    has_replied: bool,
    began: Timestamp,
}

impl Handset {
    pub(super) fn new(number: usize, msisdn: Msisdn, network: &str) -> Self {
        Self {
            number,
            msisdn,
            network: network.into(),
            session: None,
            count: 0,
            dialled: String::new(),
        }
    }

    pub(super) fn is_in_session(&self) -> bool {
        self.session.is_some()
    }

    /// What was dialled last; empty before the first time.
    pub(super) fn dialled(&self) -> &str {
        &self.dialled
    }

    /// Ends the session; false where there is none.
    pub(super) fn hang_up(&mut self) -> bool {
        self.session.take().is_some()
    }

    /// When the session began.
    pub(super) fn in_session_since(&self) -> Option<Timestamp> {
        self.session.as_ref().map(|session| session.began)
    }

    /// Dials: nothing for the service's code, arguments for what comes behind it, or a whole code.
    pub(super) fn dial(&mut self, text: &str, code: &str, now: Timestamp) -> Hop {
        self.dialled = text.into();
        self.count += 1;
        let bare = code.trim_end_matches('#');
        let dialled = text.trim_end_matches('#');
        let own = dialled.strip_prefix(bare);
        let (service_code, transcript) = match own {
            Some("") => (code.to_owned(), ""),
            Some(rest) if rest.starts_with('*') => (code.to_owned(), &rest[1..]),
            Some(_) | None if text.starts_with('*') => (format!("{dialled}#"), ""),
            Some(_) | None => (code.to_owned(), dialled),
        };
        self.session = Some(UssdSession {
            id: format!("try-{}-{}", self.number, self.count),
            service_code,
            transcript: transcript.into(),
            has_replied: false,
            began: now,
        });
        self.hop()
    }

    /// Replies to the screen. Answers are joined by `*`; the first of a plain dial has none before
    /// it (Africa's Talking contract, section 1.1).
    pub(super) fn reply(&mut self, text: &str) -> Hop {
        if let Some(session) = &mut self.session {
            if session.has_replied || !session.transcript.is_empty() {
                session.transcript.push('*');
            }
            session.transcript.push_str(text);
            session.has_replied = true;
        }
        self.hop()
    }

    fn hop(&self) -> Hop {
        let session = self.session.as_ref();
        let text = |of: fn(&UssdSession) -> &String| session.map(of).cloned().unwrap_or_default();
        Hop {
            session: text(|session| &session.id),
            phone: self.msisdn.e164().into(),
            service_code: text(|session| &session.service_code),
            network: self.network.clone(),
            typed: Typed::Transcript(text(|session| &session.transcript)),
            echo: Vec::new(),
        }
    }

    /// A screen came; the last one ends the session. Gives what stands in the terminal.
    pub(super) fn show(&mut self, shown: &Shown, budget: usize) -> String {
        if shown.ends {
            self.session = None;
        }
        let prefix = if shown.ends { "END" } else { "CON" };
        let used = septets(&shown.text) + PREFIX;
        format!(
            "{}\n   {}, {prefix}, {used} of {budget} septets",
            boxed(&shown.text),
            shown.screen
        )
    }
}

/// A text on a display with a frame around it.
pub(super) fn boxed(text: &str) -> String {
    let edge = "─".repeat(COLUMNS + 2);
    let lines = wrap(text, COLUMNS);
    let lines = lines
        .iter()
        .map(|line| format!("   │ {:<COLUMNS$} │\n", line.text));
    let lines: String = lines.collect();
    format!("   ┌{edge}┐\n{lines}   └{edge}┘")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript(hop: &Hop) -> String {
        match &hop.typed {
            Typed::Transcript(transcript) => transcript.clone(),
            Typed::Latest(latest) => panic!("no transcript: {latest:?}"),
        }
    }

    fn phone() -> Handset {
        Handset::new(1, Msisdn::parse("0712345678").unwrap(), "63902")
    }

    #[test]
    fn codes_arguments_and_replies_become_transcripts() {
        let now = Timestamp::from_ms(0);
        for (text, code, typed) in [
            ("*384*55#", "*384*55#", ""),
            ("*384*55*1*2#", "*384*55#", "1*2"),
            ("*384*555#", "*384*555#", ""),
            ("*144#", "*144#", ""),
            ("1*2", "*384*55#", "1*2"),
        ] {
            let hop = phone().dial(text, "*384*55#", now);
            assert_eq!(
                (hop.service_code.as_str(), transcript(&hop).as_str()),
                (code, typed)
            );
        }
        let mut phone = phone();
        let first = phone.dial("*384*55#", "*384*55#", now);
        let transcripts = ["", "1", ""].map(|reply| transcript(&phone.reply(reply)));
        assert_eq!(transcripts, ["", "*1", "*1*"]);
        let second = phone.dial("1", "*384*55#", now);
        assert_ne!(first.session, second.session);
        assert_eq!(transcript(&phone.reply("")), "1*");
    }
}
