//! What a storm came to, in figures.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use hdrhistogram::{CreationError, Histogram};
use serde::Serialize;

use crate::world::lock;

/// The longest hop that is told apart, in microseconds: a gateway waits 10 s.
const LONGEST_US: u64 = 60_000_000;

/// How many digits of a latency are told apart.
const DIGITS: u8 = 3;

/// Counted while the storm rages; shared by all its players.
#[derive(Debug)]
pub struct Figures {
    hops: Mutex<Histogram<u64>>,
    counts: Mutex<BTreeMap<&'static str, u64>>,
    done: AtomicU64,
    findings: Mutex<Vec<String>>,
}

/// How long hops took, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// How many there were.
    pub hops: u64,
    /// The median.
    pub p50_us: u64,
    /// 90 of 100 were as fast.
    pub p90_us: u64,
    /// 99 of 100 were as fast.
    pub p99_us: u64,
    /// The slowest.
    pub max_us: u64,
}

impl Figures {
    /// Nothing has happened yet. Fails where the histogram cannot be made.
    pub(super) fn new() -> Result<Self, CreationError> {
        Ok(Self {
            hops: Mutex::new(Histogram::new_with_max(LONGEST_US, DIGITS)?),
            counts: Mutex::default(),
            done: AtomicU64::new(0),
            findings: Mutex::default(),
        })
    }

    /// A hop was answered, or not.
    pub(super) fn hop(&self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(LONGEST_US);
        lock(&self.hops).saturating_record(us);
    }

    /// Something happened.
    pub(super) fn count(&self, what: &'static str) {
        *lock(&self.counts).entry(what).or_default() += 1;
    }

    /// The service broke a rule, or did what nobody asked for.
    pub(super) fn find(&self, finding: String) {
        lock(&self.findings).push(finding);
    }

    /// A player is through.
    pub(super) fn player_is_done(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// How many players are through.
    #[must_use]
    pub fn players_done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// How many hops there were so far.
    #[must_use]
    pub fn hops(&self) -> u64 {
        lock(&self.hops).len()
    }

    /// How often each thing happened.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        lock(&self.counts).clone()
    }

    /// How long hops took.
    #[must_use]
    pub fn latency(&self) -> Latency {
        let hops: MutexGuard<'_, Histogram<u64>> = lock(&self.hops);
        Latency {
            hops: hops.len(),
            p50_us: hops.value_at_quantile(0.5),
            p90_us: hops.value_at_quantile(0.9),
            p99_us: hops.value_at_quantile(0.99),
            max_us: hops.max(),
        }
    }

    /// The findings so far.
    pub(super) fn findings(&self) -> Vec<String> {
        lock(&self.findings).clone()
    }
}

/// `1,234,567`.
#[must_use]
pub fn grouped(figure: u64) -> String {
    let digits = figure.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hops_are_counted_and_measured() {
        let figures = Figures::new().expect("a histogram");
        for ms in 1..=100 {
            figures.hop(Duration::from_millis(ms));
        }
        let latency = figures.latency();
        assert_eq!(latency.hops, 100);
        assert!((49_000..=51_000).contains(&latency.p50_us), "{latency:?}");
        assert!(latency.max_us >= 100_000);
    }

    #[test]
    fn figures_are_grouped_by_three() {
        for (figure, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(figure), text);
        }
    }
}
