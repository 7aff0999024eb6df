//! What a load came to, in figures.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::{CreationError, Histogram};
use serde::Serialize;

use super::process::ProcessShown;
use super::session::{Fault, Judged};

/// The longest hop that is told apart, in microseconds.
const LONGEST_US: u64 = 60_000_000;

/// How many digits of a latency are told apart.
const DIGITS: u8 = 3;

/// How many faults are told of in words.
const EXAMPLES: usize = 8;

/// What one thread counts.
pub(super) struct Tally {
    /// All hops that count.
    pub(super) all: Histogram<u64>,
    /// The same by screen.
    pub(super) screens: BTreeMap<String, Histogram<u64>>,
    /// The same by step, where every step is a phase.
    pub(super) steps: Vec<Histogram<u64>>,
    pub(super) sessions: u64,
    pub(super) malformed: u64,
    pub(super) crossed: u64,
    pub(super) wrong: u64,
    pub(super) failed: u64,
    pub(super) duplicates: Duplicates,
    pub(super) examples: Vec<String>,
}

/// Hops that were sent twice at the same instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Duplicates {
    /// How many.
    pub sent: u64,
    /// How many of them got two different replies.
    pub differed: u64,
}

/// How long hops took, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct LatencyShown {
    /// On average.
    pub mean_us: f64,
    /// The median.
    pub p50_us: u64,
    /// 90 of 100 were as fast.
    pub p90_us: u64,
    /// 99 of 100 were as fast.
    pub p99_us: u64,
    /// 999 of 1,000 were as fast.
    pub p999_us: u64,
    /// The slowest.
    pub max_us: u64,
}

/// The hops that were answered with one screen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScreenShown {
    /// Its name: the service's own (`at-ussd-hop-metadata`), or that of the rule or the step.
    pub screen: String,
    /// How many.
    pub hops: u64,
    /// How long they took.
    pub latency: LatencyShown,
}

/// One step of a script, where every step is a phase.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepShown {
    /// The step as the script has it.
    pub step: String,
    /// How many hops.
    pub hops: u64,
    /// How long the phase was.
    pub seconds: f64,
    /// Hops a second.
    pub hops_per_second: f64,
    /// Processor time of all measured processes for each hop, in microseconds.
    pub processor_us_per_hop: f64,
    /// How long they took.
    pub latency: LatencyShown,
}

/// What a load came to. Everything that is measured leaves out the warm-up; faults are counted from
/// the first hop.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoadReport {
    /// How long it was measured.
    pub seconds: f64,
    /// Sessions that came to their end.
    pub sessions: u64,
    /// Hops that were answered.
    pub hops: u64,
    /// The same in a second.
    pub hops_per_second: f64,
    /// How long they took; at a fixed rate from the instant at which they were meant to go out.
    pub latency: LatencyShown,
    /// The same by screen.
    pub screens: Vec<ScreenShown>,
    /// The same by step, where every step is a phase.
    pub steps: Vec<StepShown>,
    /// Replies that are none: not 200, neither `CON` nor `END`, or longer than the network takes.
    pub malformed: u64,
    /// Replies that belong to another caller.
    pub crossed: u64,
    /// Replies with another screen than the script has, or with one that no rule knows.
    pub wrong: u64,
    /// Hops without a reply.
    pub failed: u64,
    /// Hops that were sent twice.
    pub duplicates: Duplicates,
    /// Hops that were due at the end, at a fixed rate, and had not gone out: nobody was free to send
    /// them. Their latency is in no figure.
    pub unsent: u64,
    /// Some of the faults, in words.
    pub examples: Vec<String>,
    /// What the measured processes used.
    pub processes: Vec<ProcessShown>,
}

impl LoadReport {
    /// Whether every hop was answered, and every answer was right.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let faults = [
            self.malformed,
            self.crossed,
            self.wrong,
            self.failed,
            self.duplicates.differed,
        ];
        faults == [0; 5]
    }
}

impl LatencyShown {
    pub(super) fn of(hops: &Histogram<u64>) -> Self {
        Self {
            mean_us: hops.mean(),
            p50_us: hops.value_at_quantile(0.5),
            p90_us: hops.value_at_quantile(0.9),
            p99_us: hops.value_at_quantile(0.99),
            p999_us: hops.value_at_quantile(0.999),
            max_us: hops.max(),
        }
    }
}

impl Tally {
    /// Nothing has happened yet; `steps` where every step is a phase.
    pub(super) fn new(steps: usize) -> Result<Self, CreationError> {
        let steps = (0..steps).map(|_| histogram());
        Ok(Self {
            all: histogram()?,
            screens: BTreeMap::new(),
            steps: steps.collect::<Result<_, _>>()?,
            sessions: 0,
            malformed: 0,
            crossed: 0,
            wrong: 0,
            failed: 0,
            duplicates: Duplicates::default(),
            examples: Vec::new(),
        })
    }

    /// A hop that counts was answered.
    pub(super) fn hop(&mut self, screen: &str, step: Option<usize>, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(LONGEST_US);
        self.all.saturating_record(us);
        if let Some(step) = step.and_then(|step| self.steps.get_mut(step)) {
            step.saturating_record(us);
        }
        if let Some(hops) = self.screens.get_mut(screen) {
            hops.saturating_record(us);
        } else if let Ok(mut hops) = histogram() {
            hops.saturating_record(us);
            self.screens.insert(screen.to_owned(), hops);
        }
    }

    /// A reply was judged.
    pub(super) fn judged(&mut self, judged: &Judged, screen: &str) {
        let (count, what) = match judged.fault {
            None => return,
            Some(Fault::Malformed) => (&mut self.malformed, "malformed"),
            Some(Fault::Crossed) => (&mut self.crossed, "crossed"),
            Some(Fault::Wrong) => (&mut self.wrong, "wrong"),
        };
        *count += 1;
        self.example(|| format!("{what}: {}: {screen}", judged.screen));
    }

    /// Something that is worth telling in words, as long as there are few.
    pub(super) fn example(&mut self, what: impl FnOnce() -> String) {
        if self.examples.len() < EXAMPLES {
            self.examples.push(what());
        }
    }

    /// Adds what another thread counted.
    pub(super) fn add(&mut self, other: Self) {
        // All of them have the same bounds, so adding cannot fail.
        let _ = self.all.add(&other.all);
        for (screen, hops) in other.screens {
            match self.screens.get_mut(&screen) {
                Some(all) => {
                    let _ = all.add(&hops);
                }
                None => {
                    self.screens.insert(screen, hops);
                }
            }
        }
        for (step, hops) in self.steps.iter_mut().zip(&other.steps) {
            let _ = step.add(hops);
        }
        self.sessions += other.sessions;
        self.malformed += other.malformed;
        self.crossed += other.crossed;
        self.wrong += other.wrong;
        self.failed += other.failed;
        self.duplicates.sent += other.duplicates.sent;
        self.duplicates.differed += other.duplicates.differed;
        self.examples.extend(other.examples);
        self.examples.truncate(EXAMPLES);
    }
}

fn histogram() -> Result<Histogram<u64>, CreationError> {
    Histogram::new_with_max(LONGEST_US, DIGITS)
}

/// So much for each of so many; 0 where there are none.
#[expect(clippy::cast_precision_loss, reason = "figures are far below 2^53")]
pub(super) fn per(much: u64, many: u64) -> f64 {
    if many == 0 {
        0.0
    } else {
        much as f64 / many as f64
    }
}

/// So many in a second.
#[expect(clippy::cast_precision_loss, reason = "figures are far below 2^53")]
pub(super) fn rate(many: u64, time: Duration) -> f64 {
    let seconds = time.as_secs_f64();
    if seconds > 0.0 {
        many as f64 / seconds
    } else {
        0.0
    }
}
