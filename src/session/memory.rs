//! Sessions in the process: for the embedded default, where one process is all there is.

use std::time::{Duration, Instant};

use moka::{Expiry, ops::compute::Op, sync::Cache};

use super::{Conversation, Saved, Versioned};

/// How many sessions are kept at most; the least used go first.
const CAPACITY: u64 = 200_000;

/// Sessions in a map with a life span each. Cheap to clone; clones share the sessions.
#[derive(Clone, Debug)]
pub struct MemorySessions {
    cache: Cache<String, Versioned>,
}

/// A session under way lives as long as the network lets it; a finished one stays known, so that a
/// hop repeated after its end gets the same answer.
#[derive(Debug)]
struct LifeSpan {
    under_way: Duration,
    finished: Duration,
}

impl LifeSpan {
    fn of(&self, stored: &Versioned) -> Option<Duration> {
        Some(stored.conversation.life(self.under_way, self.finished))
    }
}

impl Expiry<String, Versioned> for LifeSpan {
    fn expire_after_create(&self, _: &String, stored: &Versioned, _: Instant) -> Option<Duration> {
        self.of(stored)
    }

    fn expire_after_update(
        &self,
        _: &String,
        stored: &Versioned,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        self.of(stored)
    }
}

impl MemorySessions {
    /// An empty store.
    #[must_use]
    pub fn new(under_way: Duration, finished: Duration) -> Self {
        let cache = Cache::builder()
            .max_capacity(CAPACITY)
            .expire_after(LifeSpan {
                under_way,
                finished,
            })
            .build();
        Self { cache }
    }

    pub(super) fn read(&self, id: &str) -> Option<Versioned> {
        self.cache.get(id)
    }

    pub(super) fn save(&self, id: &str, conversation: &Conversation, version: u64) -> Saved {
        let mut saved = Saved::Lost;
        self.cache.entry(id.to_owned()).and_compute_with(|stored| {
            let current = stored.map_or(0, |stored| stored.into_value().version);
            if current != version {
                return Op::Nop;
            }
            saved = Saved::Yes;
            Op::Put(Versioned {
                conversation: conversation.clone(),
                version: version + 1,
            })
        });
        saved
    }

    /// Forgets every session, as a wiped or restarted store does.
    pub fn wipe(&self) {
        self.cache.invalidate_all();
    }
}
