//! When hops go out: what the clients of all threads share.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{Barrier, Semaphore};

use super::process::{self, Used};
use super::{LoadError, LoadPlan, Pace};

/// How much may be owed to the clients at once: an hour at 10,000 hops a second.
const MOST_OWED: usize = 36_000_000;

/// What the clients share.
pub(super) struct Pacer {
    /// Hops that are meant to go out from here on count.
    pub(super) counts_from: Instant,
    /// When it is over; `None`: when the sessions are.
    ends: Option<Instant>,
    rate: Option<f64>,
    sessions: u64,
    next_session: AtomicU64,
    /// Hops whose instant has come, at a fixed rate.
    owed: Semaphore,
    taken: AtomicU64,
    is_over: AtomicBool,
    /// Where all clients wait for each other between two steps.
    pub(super) barrier: Barrier,
    phases: Mutex<Vec<Phase>>,
}

/// One step of all sessions.
#[derive(Debug, Clone)]
pub(super) struct Phase {
    pub(super) began: Instant,
    pub(super) took: Duration,
    /// Processor time of all measured processes.
    pub(super) processor_ms: u64,
    used: Vec<Used>,
}

impl Pacer {
    pub(super) fn new(plan: &LoadPlan) -> Self {
        let now = Instant::now();
        let warm_up = match plan.pace {
            Pace::Steps => Duration::ZERO,
            Pace::Closed | Pace::Rate(_) => plan.warm_up,
        };
        let counts_from = now + warm_up;
        Self {
            counts_from,
            ends: plan.sessions.is_none().then(|| counts_from + plan.time),
            rate: match plan.pace {
                Pace::Rate(rate) => Some(rate),
                Pace::Closed | Pace::Steps => None,
            },
            sessions: plan.sessions.unwrap_or(u64::MAX),
            next_session: AtomicU64::new(0),
            owed: Semaphore::new(0),
            taken: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
            barrier: Barrier::new(plan.clients),
            phases: Mutex::default(),
        }
    }

    /// The number of the next session; `None` when there are no more.
    pub(super) fn session(&self) -> Option<u64> {
        let number = self.next_session.fetch_add(1, Ordering::Relaxed);
        (number < self.sessions && !self.is_over()).then_some(number)
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed) || self.ends.is_some_and(|ends| Instant::now() >= ends)
    }

    /// Waits until a hop may go out; gives the instant at which it was meant to. `None`: it is over.
    pub(super) async fn turn(&self, began: Instant) -> Option<Instant> {
        if self.is_over() {
            return None;
        }
        let Some(rate) = self.rate else {
            return Some(Instant::now());
        };
        // Closed at the end: whoever waits then gets nothing.
        self.owed.acquire().await.ok()?.forget();
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        Some(began + at(number, rate))
    }

    /// Lets hops out at the rate until it is over; blocks. The clients' own timers count whole
    /// milliseconds, which is as long as many a hop takes.
    pub(super) fn let_out(&self, began: Instant) {
        let Some(rate) = self.rate else { return };
        let mut number = 0_u64;
        while !self.is_over() && self.owed.available_permits() < MOST_OWED {
            let due = began + at(number, rate);
            if let Some(wait) = due.checked_duration_since(Instant::now()) {
                thread::sleep(wait);
            }
            self.owed.add_permits(1);
            number += 1;
        }
        self.owed.close();
    }

    /// Hops whose instant had come, and which nobody was free to send.
    pub(super) fn unsent(&self) -> u64 {
        u64::try_from(self.owed.available_permits()).unwrap_or(u64::MAX)
    }

    /// A thread has no sessions any more.
    pub(super) fn finish(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// A step begins, or ends where `ends`; told by one client for all.
    pub(super) fn mark(&self, pids: &[u32], ends: bool) -> Result<(), LoadError> {
        let used = process::read_all(pids)?;
        let now = Instant::now();
        let mut phases = self.phases.lock().unwrap_or_else(PoisonError::into_inner);
        match phases.last_mut().filter(|_| ends) {
            Some(phase) => {
                phase.took = now - phase.began;
                let both = phase.used.iter().zip(&used);
                phase.processor_ms = both.map(|(a, b)| a.processor_ms_until(*b)).sum();
            }
            None => phases.push(Phase {
                began: now,
                took: Duration::ZERO,
                processor_ms: 0,
                used,
            }),
        }
        Ok(())
    }

    /// The steps so far.
    pub(super) fn phases(&self) -> Vec<Phase> {
        let phases = self.phases.lock();
        phases.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// When a hop is meant to go out, from the beginning.
#[expect(clippy::cast_precision_loss, reason = "far fewer hops than 2^53")]
fn at(number: u64, rate: f64) -> Duration {
    Duration::from_secs_f64(number as f64 / rate)
}
