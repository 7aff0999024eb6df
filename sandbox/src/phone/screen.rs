//! What the service answered, and which rules of the gateway it broke.
//!
//! A broken rule never stops the simulator: the screen shows what a person would see and lists the
//! faults (Africa's Talking contract, 1.3 to 1.5).

use serde::Serialize;
use utoipa::ToSchema;

use crate::outgoing::{RawReply, SendError};
use crate::text;

/// What a person sees when the service failed.
const TECHNICAL_PROBLEM: &str = "Connection problem or invalid MMI code.";

/// The longest label of a hop that the gateway takes.
const LONGEST_NAME: usize = 99;

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
            Err(error) => return Self::failed(vec![error.to_string()], budget),
        };
        let mut faults = header_faults(reply);
        if reply.status != 200 {
            faults.push(format!(
                "the status is {} and not 200: the gateway ends the session",
                reply.status
            ));
            return Self::failed(faults, budget);
        }
        let Some((kind, shown)) = split(&reply.body) else {
            faults.push("the answer starts with neither \"CON \" nor \"END \"".to_owned());
            return Self::failed(faults, budget);
        };
        let measure = text::measure(&reply.body);
        if measure.septets > budget {
            faults.push(format!(
                "the screen has {} septets, {} too many",
                measure.septets,
                measure.septets - budget
            ));
        }
        if !measure.outside.is_empty() {
            faults.push(format!(
                "not in the GSM alphabet: {}",
                measure.outside.iter().collect::<String>()
            ));
        }
        if shown.trim().is_empty() {
            faults.push("the screen is empty".to_owned());
        }
        Self {
            text: shown.to_owned(),
            kind,
            name: reply.name.clone(),
            faults,
            septets: measure.septets,
            budget,
            is_failed: false,
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

    fn failed(faults: Vec<String>, budget: usize) -> Self {
        Self {
            text: TECHNICAL_PROBLEM.to_owned(),
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

fn header_faults(reply: &RawReply) -> Vec<String> {
    let mut faults = Vec::new();
    let content_type = reply.content_type.as_deref().unwrap_or("none");
    if reply.status == 200 && !content_type.to_ascii_lowercase().starts_with("text/plain") {
        faults.push(format!(
            "the content type is {content_type} and not text/plain"
        ));
    }
    if let Some(name) = &reply.name
        && (name.chars().count() > LONGEST_NAME || name.contains('|'))
    {
        faults.push(format!(
            "at-ussd-hop-metadata has more than {LONGEST_NAME} characters or a |"
        ));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> RawReply {
        RawReply {
            status,
            content_type: Some("text/plain; charset=utf-8".into()),
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
