//! What the service answered, and which rules of the gateway it broke.
//!
//! A broken rule never stops the simulator: the screen shows what a person would see and lists the
//! faults.

use serde::Serialize;
use utoipa::ToSchema;

use crate::outgoing::{RawReply, SendError};
use crate::rules::ussd;
use crate::text;

/// What a phone says by itself when no answer comes.
const NO_ANSWER: &str = "Connection problem or invalid MMI code.";

/// What the gateway says when it ends a session for a bad answer.
const BAD_ANSWER: &str = "A technical problem occurred. Please try again later.";

/// Whether the session goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScreenKind {
    /// `CON`: the phone waits for a reply.
    Continue,
    /// `END`: the session is over.
    End,
}

/// One screen of a USSD session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Screen {
    /// What the phone shows, without `CON ` or `END `.
    pub text: String,
    /// Whether the session goes on.
    pub kind: ScreenKind,
    /// The screen's name, from the header `at-ussd-hop-metadata`.
    pub name: Option<String>,
    /// The rules that the service broke, in words; empty for a good answer.
    pub faults: Vec<String>,
    /// Septets of the whole answer, its prefix counted.
    pub septets: usize,
    /// Septets that it may have.
    pub budget: usize,
    /// Whether the gateway gave the session up because of the answer.
    pub is_failed: bool,
}

impl Screen {
    /// Reads an answer as the gateway does.
    pub(crate) fn read(answer: Result<&RawReply, &SendError>, budget: usize) -> Self {
        let reply = match answer {
            Ok(reply) => reply,
            Err(error) => {
                let broken = ussd::of_silence(&error.to_string());
                return Self::failed(NO_ANSWER, vec![broken.what], budget);
            }
        };
        let answer = ussd::Answer {
            status: reply.status,
            content_type: reply.content_type.as_deref(),
            location: reply.location.as_deref(),
            name: reply.name.as_deref(),
            body: &reply.body,
        };
        let broken = ussd::of_answer(&answer, budget);
        let faults = broken.into_iter().map(|rule| rule.what).collect();
        match split(&reply.body).filter(|_| reply.status == 200) {
            None => Self::failed(BAD_ANSWER, faults, budget),
            Some((kind, shown)) => Self {
                text: shown.to_owned(),
                kind,
                name: reply.name.clone(),
                faults,
                septets: text::measure(&reply.body).septets,
                budget,
                is_failed: false,
            },
        }
    }

    /// The numbered choices on the screen: `(number, label)` for each line `N. label`.
    #[must_use]
    pub fn options(&self) -> Vec<(String, String)> {
        self.text.lines().filter_map(option).collect()
    }

    /// The number of the first choice whose label contains the words, letter case ignored.
    #[must_use]
    pub fn option(&self, words: &str) -> Option<String> {
        let words = words.to_lowercase();
        self.options()
            .into_iter()
            .find(|(_, label)| label.to_lowercase().contains(&words))
            .map(|(number, _)| number)
    }

    fn failed(text: &str, faults: Vec<String>, budget: usize) -> Self {
        Self {
            text: text.to_owned(),
            kind: ScreenKind::End,
            name: None,
            faults,
            septets: 0,
            budget,
            is_failed: true,
        }
    }
}

fn split(body: &str) -> Option<(ScreenKind, &str)> {
    let con = body
        .strip_prefix("CON ")
        .map(|text| (ScreenKind::Continue, text));
    con.or_else(|| {
        body.strip_prefix("END ")
            .map(|text| (ScreenKind::End, text))
    })
}

fn option(line: &str) -> Option<(String, String)> {
    let line = line.trim();
    let digits = line.find(|c: char| !c.is_ascii_digit())?;
    let label = line[digits..].strip_prefix(['.', ':', ')'])?.trim();
    ((1..=2).contains(&digits) && !label.is_empty())
        .then(|| (line[..digits].to_owned(), label.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> RawReply {
        RawReply {
            status,
            content_type: Some("text/plain; charset=utf-8".into()),
            location: None,
            name: Some("home".into()),
            body: body.into(),
            duration_ms: 1,
        }
    }

    fn faults(reply: &RawReply) -> String {
        Screen::read(Ok(reply), 160).faults.join("; ")
    }

    #[test]
    fn a_good_answer_has_no_faults() {
        let screen = Screen::read(
            Ok(&reply(200, "CON Hello\n1. Play\n2: Deposit\n15 shillings")),
            160,
        );
        assert_eq!(
            (screen.kind, screen.faults.len()),
            (ScreenKind::Continue, 0)
        );
        assert_eq!(screen.option("deposit").as_deref(), Some("2"));
        assert_eq!(screen.options().len(), 2);
    }

    #[test]
    fn the_prefix_counts_towards_the_budget() {
        assert_eq!(faults(&reply(200, &format!("CON {}", "a".repeat(156)))), "");
        assert!(faults(&reply(200, &format!("CON {}", "a".repeat(157)))).contains("161 septets"));
        assert!(faults(&reply(200, &format!("END {}{{", "a".repeat(155)))).contains("161 septets"));
    }

    #[test]
    fn an_answer_without_prefix_or_with_another_status_fails_the_session() {
        for body in [
            "",
            "Hello",
            " CON Hello",
            "CON",
            "con Hello",
            "<html>",
            "\u{feff}CON Hello",
        ] {
            let screen = Screen::read(Ok(&reply(200, body)), 160);
            assert!(
                screen.is_failed && screen.kind == ScreenKind::End,
                "{body:?}"
            );
        }
        assert!(Screen::read(Ok(&reply(500, "CON Hello")), 160).is_failed);
        assert!(Screen::read(Ok(&reply(302, "")), 160).faults[0].contains("302"));
    }

    #[test]
    fn odd_characters_types_and_names_are_told() {
        assert!(faults(&reply(200, "CON it’s")).contains('’'));
        assert!(
            faults(&RawReply {
                content_type: Some("text/html".into()),
                ..reply(200, "CON a")
            })
            .contains("text/html")
        );
        assert!(
            faults(&RawReply {
                name: Some("a|b".into()),
                ..reply(200, "CON a")
            })
            .contains("metadata")
        );
    }
}
