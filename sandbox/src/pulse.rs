//! Tells pages that look on what changed, so that one stream can carry everything.
//!
//! Costs next to nothing while nobody looks on, as in a storm.

use tokio::sync::broadcast;

use crate::number::Number;

/// Changes that a page may fall behind by; then it is told everything anew.
const CHANGES: usize = 1_024;

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// A phone.
    Phone(Number),
    /// Which phones are on the page.
    Desk,
    /// The faults that wait.
    Faults,
    /// The record was cleared.
    Record,
}

/// The way to those who look on. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Pulse(broadcast::Sender<Change>);

impl Default for Pulse {
    fn default() -> Self {
        Self(broadcast::Sender::new(CHANGES))
    }
}

impl Pulse {
    pub(crate) fn phone(&self, number: Number) {
        self.tell(Change::Phone(number));
    }

    pub(crate) fn tell(&self, change: Change) {
        // Without a page nobody listens.
        let _ = self.0.send(change);
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Change> {
        self.0.subscribe()
    }
}
