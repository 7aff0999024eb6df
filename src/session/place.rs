//! Which hop of a conversation a request with the latest input only is (see `ports::Place`). Such
//! a conversation keeps a transcript of its own, in which every hop has a longer one than the hop
//! before: from there on it is a conversation like any other.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Conversation;
use crate::{
    core::time::{Timestamp, ms},
    ports::{Latest, Place},
};

/// On a wire that tells nothing: how long after its answer the same input is taken for a repeat.
/// Shorter than anybody reads a screen and keys, longer than a gateway takes to repeat at once.
const REPEAT_WINDOW: Duration = Duration::from_secs(3);

/// The transcript of a plain dial; what was dialled behind the code stands there otherwise.
const START: &str = "#";

/// Where an answered hop stands, with the length of the transcript up to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Placed {
    place: Place,
    length: usize,
    at: Timestamp,
}

/// What a request is to a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Located {
    /// The hop of this transcript, which was answered before or is the next one.
    At(String),
    /// A hop of this transcript, in reply to a screen that nobody remembers, or to none: its input
    /// means nothing.
    Adrift(String),
}

/// The transcript of the first hop that is known of a session. Where it is a reply, the session was
/// lost, and what it replied to with it.
#[must_use]
pub fn start_of(latest: &Latest) -> String {
    if latest.begins && !latest.text.is_empty() {
        latest.text.clone()
    } else {
        START.to_owned()
    }
}

impl Conversation {
    /// Which hop a request is. `is_whole`: every hop of the conversation is remembered; otherwise
    /// hops without an effect may be missing at its end.
    #[must_use]
    pub fn locate(&self, latest: &Latest, is_whole: bool, now: Timestamp) -> Located {
        if let Some(length) = self.repeated(latest, now) {
            let earlier = self.transcript.get(..length).unwrap_or(&self.transcript);
            return Located::At(earlier.to_owned());
        }
        let next = format!("{}*{}", self.transcript, latest.text);
        let follows = match (&latest.place, self.places.last().map(|last| &last.place)) {
            (Place::Number(number), Some(Place::Number(last))) => {
                is_whole || last.checked_add(1) == Some(*number)
            }
            (Place::Number(_) | Place::Request(_) | Place::Unknown, _) => is_whole,
        };
        if follows && !latest.begins {
            Located::At(next)
        } else {
            Located::Adrift(next)
        }
    }

    /// The length of the transcript of the hop that a request repeats.
    fn repeated(&self, latest: &Latest, now: Timestamp) -> Option<usize> {
        let last = self.places.last()?;
        let mut known = self.places.iter().rev();
        let same = known.find(|placed| placed.place == latest.place);
        match &latest.place {
            Place::Number(number) => {
                // A number that is behind and no longer known: the last answer stands.
                let is_behind = matches!(&last.place, Place::Number(last) if number < last);
                same.or_else(|| is_behind.then_some(last))
            }
            Place::Request(_) => same,
            Place::Unknown => {
                let apart = now.ms().abs_diff(last.at.ms());
                let is_soon = apart <= ms(REPEAT_WINDOW).unsigned_abs();
                (is_soon && self.last_input(latest.begins) == latest.text).then_some(last)
            }
        }
        .map(|placed| placed.length)
    }

    /// What the last hop brought.
    fn last_input(&self, begins: bool) -> &str {
        let before = self.places.iter().rev().nth(1);
        match before {
            Some(before) => self
                .transcript
                .get(before.length.saturating_add(1)..)
                .unwrap_or_default(),
            None if begins && self.transcript == START => "",
            None => &self.transcript,
        }
    }

    /// Writes down where the hop that was answered last stands.
    pub fn place(&mut self, place: &Place, now: Timestamp) {
        let length = self.transcript.len();
        self.places.retain(|placed| placed.length < length);
        self.places.push(Placed {
            place: place.clone(),
            length,
            at: now,
        });
        if self.places.len() > super::HISTORY {
            self.places.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::menu::{Session, Shown};

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(1_000_000 + ms)
    }

    fn latest(text: &str, place: Place) -> Latest {
        Latest {
            text: text.into(),
            begins: false,
            place,
        }
    }

    fn start(text: &str, place: Place) -> Latest {
        Latest {
            begins: true,
            ..latest(text, place)
        }
    }

    /// A conversation whose hops were answered 10 s apart.
    fn conversation(hops: &[Latest]) -> Conversation {
        let first = start_of(&hops[0]);
        let mut conversation = Conversation::new("+254712345678", &first, Session::new("en"));
        for (number, hop) in (0..).zip(hops) {
            let transcript = if number == 0 {
                first.clone()
            } else {
                let located = conversation.locate(hop, true, at(number * 10_000));
                let Located::At(transcript) = located else {
                    panic!("adrift")
                };
                transcript
            };
            let shown = Shown {
                screen: "home".into(),
                text: transcript.clone(),
                ends: false,
            };
            conversation.answered(&transcript, &shown);
            conversation.place(&hop.place, at(number * 10_000));
        }
        conversation
    }

    fn located(text: &str) -> Located {
        Located::At(text.into())
    }

    fn adrift(text: &str) -> Located {
        Located::Adrift(text.into())
    }

    use Place::{Number, Unknown};

    fn counted() -> Conversation {
        conversation(&[
            start("", Number(1)),
            latest("1", Number(2)),
            latest("1", Number(3)),
            latest("", Number(4)),
            latest("1*1", Number(5)),
        ])
    }

    #[test]
    fn equal_inputs_with_numbers_of_their_own_are_hops_of_their_own() {
        let known = counted();
        assert_eq!(known.transcript, "#*1*1**1*1");
        let hops = [(1, "#"), (2, "#*1"), (3, "#*1*1"), (4, "#*1*1*")];
        for (number, transcript) in hops {
            // A number tells, whatever the input says.
            for text in ["1", "2", ""] {
                let found = known.locate(&latest(text, Number(number)), true, at(50_000));
                assert_eq!(found, located(transcript), "{number} {text}");
            }
        }
        let next = known.locate(&latest("1", Number(6)), true, at(50_000));
        assert_eq!(next, located("#*1*1**1*1*1"));
        let behind = known.locate(&latest("1", Number(0)), true, at(50_000));
        assert_eq!(behind, located("#*1*1**1*1"), "the last answer stands");
    }

    #[test]
    fn after_a_loss_only_the_very_next_number_is_a_reply() {
        let known = counted();
        let find = |number| known.locate(&latest("1", Number(number)), false, at(50_000));
        assert_eq!(find(5), located("#*1*1**1*1"));
        assert_eq!(find(6), located("#*1*1**1*1*1"));
        assert_eq!(find(7), adrift("#*1*1**1*1*1"));
        let known = conversation(&[start("", Unknown)]);
        let find = |is_whole| known.locate(&latest("1", Unknown), is_whole, at(50_000));
        assert_eq!((find(true), find(false)), (located("#*1"), adrift("#*1")));
    }

    #[test]
    fn a_start_is_never_a_reply() {
        let known = counted();
        let again = known.locate(&start("", Number(1)), true, at(0));
        assert_eq!(again, located("#"));
        let odd = known.locate(&start("1", Number(6)), true, at(0));
        assert_eq!(odd, adrift("#*1*1**1*1*1"));
    }

    #[test]
    fn an_id_of_the_provider_tells_a_repeat() {
        let id = |text: &str| Place::Request(text.into());
        let known = conversation(&[start("", id("a")), latest("1", id("b"))]);
        let find = |place: &str| known.locate(&latest("1", id(place)), true, at(10_000));
        assert_eq!(find("a"), located("#"));
        assert_eq!(find("b"), located("#*1"));
        assert_eq!(find("c"), located("#*1*1"));
    }

    #[test]
    fn on_a_wire_that_tells_nothing_the_same_input_soon_after_is_a_repeat() {
        let known = conversation(&[start("", Unknown), latest("1", Unknown)]);
        let find = |text: &str, ms| known.locate(&latest(text, Unknown), true, at(ms));
        for ms in [10_000, 13_000, 7_000] {
            assert_eq!(find("1", ms), located("#*1"), "{ms}");
        }
        // A clock that was set back by an hour does not make repeats of replies.
        for ms in [13_001, 6_999, -3_600_000] {
            assert_eq!(find("1", ms), located("#*1*1"), "{ms}");
        }
        assert_eq!(find("2", 10_001), located("#*1*2"));
        let dialled = conversation(&[start("*384*55*1#", Unknown)]);
        let again = dialled.locate(&start("*384*55*1#", Unknown), true, at(100));
        assert_eq!(again, located("*384*55*1#"));
    }
}
