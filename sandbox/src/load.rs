//! Load: how fast a service answers, and whether it still answers rightly then.
//!
//! For any service that speaks the gateway's form, in any language: sessions follow a script, or
//! rules that read the screen as a person would. Nothing of the simulator is used; what sends is kept
//! small, since on one machine its processor time is taken from the service.
//!
//! A slow answer is never hidden: at a fixed rate every hop has an instant at which it was meant to
//! go out, and its latency counts from there, however long the hops before it took.

mod client;
mod drive;
mod figures;
mod pace;
mod process;
mod rules;
mod script;
mod session;

use std::ops::Range;
use std::time::Duration;

use rand::{Rng, RngExt};

pub use drive::run;
pub use figures::{Duplicates, LatencyShown, LoadReport, ScreenShown, StepShown};
pub use process::ProcessShown;
pub use rules::{Rule, Rules};
pub use script::{Marker, Step};

use crate::network::Network;

/// What is done, how hard and for how long.
#[derive(Debug, Clone)]
pub struct LoadPlan {
    /// The service's USSD callback, `http://` and no TLS.
    pub url: String,
    /// What the players press.
    pub play: Play,
    /// How hops follow each other.
    pub pace: Pace,
    /// How many sessions are under way at once; each has a connection of its own.
    pub clients: usize,
    /// Threads of this process that send.
    pub threads: usize,
    /// After how many sessions it is over; without one `time` decides.
    pub sessions: Option<u64>,
    /// After how long it is over, warm-up not counted; ignored where every step is a phase.
    pub time: Duration,
    /// How long hops go out before they count; none where every step is a phase.
    pub warm_up: Duration,
    /// How many of 10,000 hops are sent twice at the same instant.
    pub doubled: u32,
    /// The callers: national digits, 700000000 for +254700000000. Each session has the next one, and
    /// the first follows on the last.
    pub callers: Range<u32>,
    /// The code that is dialled.
    pub service_code: String,
    /// The network, which says how long a screen may be.
    pub network: Network,
    /// What a reply says of its caller.
    pub marker: Option<Marker>,
    /// How long a reply may take, after which the session is given up.
    pub patience: Duration,
    /// Processes whose processor time and memory are read.
    pub processes: Vec<u32>,
    /// Seed of what the rules choose by chance, and of which hops are doubled.
    pub seed: u64,
}

/// What the players press.
#[derive(Debug, Clone)]
pub enum Play {
    /// The same keys in every session.
    Script(Vec<Step>),
    /// What the rules find on the screen, for so many hops at most.
    Rules(Rules, usize),
}

/// How hops follow each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// Each client sends when its last hop was answered.
    Closed,
    /// So many hops a second, whether the service keeps up or not.
    Rate(f64),
    /// Each client sends when its last hop was answered, and all sessions take a step before any
    /// takes the next: every step has a figure of its own. Only for scripts.
    Steps,
}

/// The load cannot be given.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Something in the plan.
    #[error("{0}")]
    Plan(String),
    /// The system's own trouble.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The histogram cannot be made.
    #[error(transparent)]
    Histogram(#[from] hdrhistogram::CreationError),
}

impl LoadError {
    fn plan(what: impl Into<String>) -> Self {
        Self::Plan(what.into())
    }
}

impl LoadPlan {
    /// Whether the hop that goes out now is doubled.
    fn doubles(&self, rng: &mut impl Rng) -> bool {
        self.doubled > 0 && rng.random_range(0..10_000) < self.doubled
    }

    /// # Errors
    /// When something in the plan makes no sense; says what.
    fn check(&self) -> Result<(), LoadError> {
        let counts = [self.clients, self.threads];
        if counts.contains(&0) || self.callers.is_empty() {
            return Err(LoadError::plan(
                "clients, threads and callers: at least one",
            ));
        }
        if u64::try_from(self.clients).unwrap_or(u64::MAX)
            > u64::from(self.callers.end - self.callers.start)
        {
            return Err(LoadError::plan("there are more clients than callers"));
        }
        match (self.pace, &self.play, self.sessions) {
            (Pace::Steps, Play::Rules(..), _) => Err(LoadError::plan(
                "steps are those of a script; rules have none",
            )),
            (Pace::Steps, _, None) => {
                Err(LoadError::plan("step by step needs a number of sessions"))
            }
            (Pace::Rate(rate), ..) if !rate.is_finite() || rate <= 0.0 => {
                Err(LoadError::plan("a rate is more than nothing"))
            }
            _ => Ok(()),
        }
    }
}
