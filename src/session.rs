//! USSD sessions: what is remembered between two hops, under the gateway's session id.
//!
//! Read, then save if nobody else saved in between. Losing all of it costs players a redial at
//! most: whatever moved money is in the database, with its receipt.

mod memory;
mod place;
mod redis;
mod token;

use std::{num::NonZeroU64, time::Duration};

use serde::{Deserialize, Serialize};

pub use memory::MemorySessions;
pub use place::{Located, start_of};
pub use redis::RedisSessions;

use crate::{
    core::ids::PlayerId,
    menu::{Session, Shown},
};

/// The longest history of replies that a session keeps, in hops.
const HISTORY: usize = 64;

/// One USSD session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The phone that the session is bound to, in E.164.
    pub phone: String,
    /// The player, once registered.
    pub player: Option<PlayerId>,
    /// The whole transcript of the last hop.
    pub transcript: String,
    /// The state of the menu machine.
    pub state: Session,
    /// How long the session lives after a hop, in ms, where its network differs from the others.
    #[serde(default)]
    pub life_ms: Option<NonZeroU64>,
    /// What earlier hops of this transcript were answered, oldest first.
    replies: Vec<Answered>,
    /// On a wire with the latest input only: where the hops stand, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    places: Vec<place::Placed>,
    /// Whether the plain dial came twice: it was repeated, or the first reply was empty.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    dialled_twice: bool,
    /// Whether the gateway said that the session is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_closed: bool,
}

/// A hop that was answered, known by how much of the transcript it had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Answered {
    length: usize,
    shown: Shown,
}

/// What a transcript is to a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation<'a> {
    /// A hop that was answered before: the same answer again.
    Repeat(Shown),
    /// A new hop with this input.
    Next(&'a str),
    /// Neither: shortened to something never seen, or another course altogether.
    Diverges,
}

impl Conversation {
    /// A conversation before its first reply.
    #[must_use]
    pub fn new(phone: &str, transcript: &str, state: Session) -> Self {
        Self {
            phone: phone.into(),
            player: None,
            transcript: transcript.into(),
            state,
            life_ms: None,
            replies: Vec::new(),
            places: Vec::new(),
            dialled_twice: false,
            is_closed: false,
        }
    }

    /// What a transcript is to this conversation (Africa's Talking contract, section 1.2): the new
    /// input is the transcript less the stored one and one `*`.
    #[must_use]
    pub fn relation<'a>(&self, transcript: &'a str) -> Relation<'a> {
        let is_course = self.transcript.starts_with(transcript);
        let earlier = self
            .replies
            .iter()
            .rev()
            .find(|answered| answered.length == transcript.len());
        if let (true, Some(answered)) = (is_course, earlier) {
            return Relation::Repeat(answered.shown.clone());
        }
        let next = match transcript.strip_prefix(self.transcript.as_str()) {
            // An empty first reply leaves no trace but the dial once more; the star is behind it.
            Some(rest) if self.transcript.is_empty() && self.dialled_twice => {
                Some(rest.strip_prefix('*').unwrap_or(rest))
            }
            Some(rest) if self.transcript.is_empty() => Some(rest),
            Some(rest) => rest.strip_prefix('*'),
            None => None,
        };
        next.map_or(Relation::Diverges, Relation::Next)
    }

    /// Writes down that the hop of `transcript` was answered, in place of what was written down for
    /// it before. A transcript of another course begins the history anew.
    pub fn answered(&mut self, transcript: &str, shown: &Shown) {
        if !transcript.starts_with(&self.transcript) {
            self.replies.clear();
        }
        self.transcript = transcript.into();
        self.replies
            .retain(|answered| answered.length < transcript.len());
        self.replies.push(Answered {
            length: transcript.len(),
            shown: shown.clone(),
        });
        if self.replies.len() > HISTORY {
            self.replies.remove(0);
        }
    }

    /// The last reply.
    #[must_use]
    pub fn last_reply(&self) -> Option<&Shown> {
        self.replies.last().map(|answered| &answered.shown)
    }

    /// How long the conversation is remembered: as long as its network lets it go on, or, once it
    /// has ended, as long as a hop may be repeated.
    #[must_use]
    pub fn life(&self, under_way: Duration, finished: Duration) -> Duration {
        if self.has_ended() {
            return finished;
        }
        self.life_ms
            .map_or(under_way, |life| Duration::from_millis(life.get()))
    }

    /// Whether the session is over: the last reply ended it, or the gateway did.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.is_closed || self.last_reply().is_some_and(|shown| shown.ends)
    }

    /// The plain dial came once more. True where that is news, and the session has to be stored.
    pub fn dials_again(&mut self) -> bool {
        let is_news = self.transcript.is_empty() && !self.dialled_twice;
        self.dialled_twice |= is_news;
        is_news
    }

    /// The gateway said that the session is over. What it was answered stays known; nothing new is
    /// taken from it. True where that is news.
    pub fn close(&mut self) -> bool {
        let is_news = !self.has_ended();
        self.is_closed |= is_news;
        is_news
    }
}

/// A conversation and the version to save it against; 0 stands for "not stored".
#[derive(Clone, Debug)]
pub struct Versioned {
    /// The conversation.
    pub conversation: Conversation,
    /// Counts its saves.
    pub version: u64,
}

/// What became of a save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// Stored.
    Yes,
    /// Somebody else saved first: read again.
    Lost,
}

/// The session store did not answer.
#[derive(Debug, thiserror::Error)]
#[error("the session store is not available: {0}")]
pub struct SessionError(pub String);

/// The session store.
#[derive(Clone, Debug)]
pub enum Sessions {
    /// In this process: the embedded default.
    Memory(MemorySessions),
    /// In Redis, shared by all processes.
    Redis(RedisSessions),
}

impl Sessions {
    /// The store of a URL, where keys are shared with others under a prefix: `memory:`, `redis://`, `rediss://`, or `redis-cluster://a,b,c`.
    ///
    /// # Errors
    /// When there is no such store, or it does not answer.
    pub async fn open(
        url: &str,
        prefix: &str,
        session_ttl: Duration,
        finished_ttl: Duration,
    ) -> Result<Self, SessionError> {
        if url == "memory:" {
            return Ok(Self::Memory(MemorySessions::new(session_ttl, finished_ttl)));
        }
        if redis::is_url(url) {
            let sessions = RedisSessions::connect(url, prefix, session_ttl, finished_ttl).await?;
            return Ok(Self::Redis(sessions));
        }
        let known = "memory:, redis://HOST, rediss://HOST or redis-cluster://HOST,HOST,...";
        Err(SessionError(format!("expected {known}")))
    }

    /// A session, if it is known.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn read(&self, id: &str) -> Result<Option<Versioned>, SessionError> {
        match self {
            Self::Memory(sessions) => Ok(sessions.read(id)),
            Self::Redis(sessions) => sessions.read(id).await,
        }
    }

    /// Stores a session if its version is still `version`; 0: if it is not stored.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn save(
        &self,
        id: &str,
        conversation: &Conversation,
        version: u64,
    ) -> Result<Saved, SessionError> {
        match self {
            Self::Memory(sessions) => Ok(sessions.save(id, conversation, version)),
            Self::Redis(sessions) => sessions.save(id, conversation, version).await,
        }
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), SessionError> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Redis(sessions) => sessions.ping().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Shown {
        Shown {
            screen: "home".into(),
            text: text.into(),
            ends: false,
        }
    }

    fn conversation(hops: &[&str]) -> Conversation {
        let mut conversation = Conversation::new("+254712345678", "", Session::new("en"));
        for hop in hops {
            conversation.answered(hop, &shown(hop));
        }
        conversation
    }

    #[test]
    fn every_earlier_hop_gets_its_own_answer_again() {
        let conversation = conversation(&["", "1", "1*1", "1*1*"]);
        for hop in ["", "1", "1*1", "1*1*"] {
            assert_eq!(conversation.relation(hop), Relation::Repeat(shown(hop)));
        }
    }

    #[test]
    fn the_new_input_is_the_transcript_less_the_stored_one() {
        assert_eq!(conversation(&[""]).relation("1"), Relation::Next("1"));
        assert_eq!(
            conversation(&["", "1"]).relation("1*1"),
            Relation::Next("1")
        );
        assert_eq!(conversation(&["", "1"]).relation("1*"), Relation::Next(""));
        assert_eq!(
            conversation(&["", "1"]).relation("1**"),
            Relation::Next("*")
        );
        assert_eq!(
            conversation(&["", "1"]).relation("1*2*3"),
            Relation::Next("2*3")
        );
    }

    #[test]
    fn an_empty_first_reply_is_told_from_a_typed_star() {
        let mut conversation = conversation(&[""]);
        assert_eq!(conversation.relation("*1"), Relation::Next("*1"));
        assert!(conversation.dials_again());
        assert!(!conversation.dials_again());
        assert_eq!(conversation.relation(""), Relation::Repeat(shown("")));
        assert_eq!(conversation.relation("1"), Relation::Next("1"));
        assert_eq!(conversation.relation("*1"), Relation::Next("1"));
        assert_eq!(conversation.relation("*"), Relation::Next(""));
        assert_eq!(conversation.relation("**1"), Relation::Next("*1"));
        conversation.answered("*1", &shown("x"));
        assert_eq!(conversation.relation("*1*2"), Relation::Next("2"));
    }

    #[test]
    fn another_course_is_no_input() {
        for transcript in ["2", "12", "2*1", "1*2"] {
            let relation = conversation(&["", "1", "1*1"]).relation(transcript).clone();
            assert_eq!(relation, Relation::Diverges, "{transcript}");
        }
        let mut diverged = conversation(&["", "1", "1*1"]);
        diverged.answered("2*1", &shown("x"));
        assert_eq!(diverged.relation("2*1"), Relation::Repeat(shown("x")));
        assert_eq!(diverged.relation("2"), Relation::Diverges);
    }
}
