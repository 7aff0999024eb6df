//! A hop at its place in its session: with a transcript, whether its wire has one or not.

use super::hop::Known;
use crate::{
    core::time::Timestamp,
    ports::{Hop, Place, Typed},
    session::{Located, start_of},
};

/// A hop whose transcript is known.
pub(super) struct PlacedHop {
    /// The session's id.
    pub(super) session: String,
    /// The service code that was dialled; may be empty.
    pub(super) service_code: String,
    /// The network's code; may be empty.
    pub(super) network: String,
    /// Everything typed in this session, as far as it is known, joined by `*`.
    pub(super) transcript: String,
    /// What the transcript is worth.
    pub(super) stands: Transcript,
    /// Where the hop stands, on a wire with the latest input only.
    pub(super) place: Option<Place>,
}

/// What the transcript of a hop is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transcript {
    /// It is the hop's identity, and its end what was typed.
    Sound,
    /// What was typed at its end replied to a screen that nobody remembers.
    Adrift,
}

impl PlacedHop {
    pub(super) fn new(hop: &Hop, known: &Known, now: Timestamp) -> Self {
        let (transcript, stands, place) = match &hop.typed {
            Typed::Transcript(transcript) => (transcript.clone(), Transcript::Sound, None),
            Typed::Latest(latest) => {
                let located = match known {
                    Known::No => Located::At(start_of(latest)),
                    Known::Stored(known) => known.locate(latest, true, now),
                    Known::Restored(known) => known.locate(latest, false, now),
                };
                let (transcript, stands) = match located {
                    Located::At(transcript) => (transcript, Transcript::Sound),
                    Located::Adrift(transcript) => (transcript, Transcript::Adrift),
                };
                (transcript, stands, Some(latest.place.clone()))
            }
        };
        Self {
            session: hop.session.clone(),
            service_code: hop.service_code.clone(),
            network: hop.network.clone(),
            transcript,
            stands,
            place,
        }
    }

    /// What was dialled behind the service code, at the start of a session. Some gateways send the
    /// whole dial string (`*384*55*1#`): a leading service code and a trailing `#` are taken off. The
    /// gateway may know a shared code without its channel (`*384#`); the house knows the whole.
    pub(super) fn dialled(&self, service_codes: &[String]) -> Vec<&str> {
        let text = self.transcript.trim_end_matches('#');
        let own = bare(&self.service_code);
        let mut codes: Vec<&str> = service_codes.iter().map(|code| bare(code)).collect();
        // The longest first: *384*55*7 before *384*55.
        codes.sort_by_key(|code| std::cmp::Reverse(code.len()));
        let behind = codes
            .into_iter()
            .filter(|code| own.is_empty() || behind(code, own).is_some())
            .chain([own])
            .filter(|code| !code.is_empty())
            .find_map(|code| behind(text, code));
        let text = behind.unwrap_or(text);
        if text.is_empty() {
            Vec::new()
        } else {
            text.split('*').collect()
        }
    }
}

/// A service code without its hash: `*384*55`.
fn bare(code: &str) -> &str {
    code.trim().trim_end_matches('#')
}

/// What follows a code: `1*2` in `*384*55*1*2` behind `*384*55`.
fn behind<'a>(text: &'a str, code: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(code)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('*')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialled(code: &str, text: &str, ours: &[&str]) -> Vec<String> {
        let hop = PlacedHop {
            session: "s".into(),
            service_code: code.into(),
            network: String::new(),
            transcript: text.into(),
            stands: Transcript::Sound,
            place: None,
        };
        let ours: Vec<String> = ours.iter().map(|code| (*code).to_owned()).collect();
        hop.dialled(&ours).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn what_was_dialled_is_what_stands_behind_the_code() {
        let none: &[&str] = &[];
        let ours: &[&str] = &["*384*55#", "*384*55*7#"];
        for (code, text, codes, expected) in [
            ("*384*55#", "", none, &[][..]),
            ("*384*55#", "#", none, &[]),
            ("*384*55#", "1*2", none, &["1", "2"]),
            ("*384*55#", "1*2#", none, &["1", "2"]),
            ("*384*55#", "*384*55*1*2#", none, &["1", "2"]),
            ("*384*55#", "*384*55#", none, &[]),
            ("*384*55#", "*384*555*1#", none, &["", "384", "555", "1"]),
            // A shared code without its channel: the house's own says where the arguments begin.
            ("*384#", "*384*55*1#", ours, &["1"]),
            ("*384#", "*384*55#", ours, &[]),
            ("*384#", "*384*55*7*2#", ours, &["2"]),
            ("*384#", "*384*5*1#", ours, &["5", "1"]),
            ("*384#", "*384*55*1#", none, &["55", "1"]),
            ("", "*384*55*1#", ours, &["1"]),
            ("", "1*2", none, &["1", "2"]),
            ("*384*55#", "1**2", none, &["1", "", "2"]),
        ] {
            assert_eq!(dialled(code, text, codes), expected, "{code} {text}");
        }
    }
}
