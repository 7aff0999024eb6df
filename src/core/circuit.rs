//! Calls to a provider that is in trouble: when they pause, and how long.
//!
//! A circuit is about calls of one kind. It opens when too many in a row come to nothing; then
//! nothing is sent for a pause, and after the pause one trial at a time. A success closes it. Where
//! the provider has no room for the moment, calls pause too, but the circuit stays closed: such an
//! answer says that the provider is there.

use std::time::Duration;

use crate::core::time::Timestamp;

/// How many calls in a row come to nothing before the circuit opens.
pub const FAILURES: u32 = 5;

/// The first pause of an open circuit; doubled after each trial that fails, up to the longest.
const PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);

/// The first pause after the provider had no room; doubled while that goes on, up to the longest.
const BREATH: Duration = Duration::from_secs(5);
const LONGEST_BREATH: Duration = Duration::from_secs(60);

/// Calls that share a circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// STK pushes.
    Pushes,
    /// Questions: STK queries, and transaction statuses of deposits and payouts.
    Queries,
    /// Payouts.
    Payouts,
}

impl Calls {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Pushes, Self::Queries, Self::Payouts];

    /// The name in the database, in `/readyz` and in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pushes => "pushes",
            Self::Queries => "queries",
            Self::Payouts => "payouts",
        }
    }
}

/// What a call brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// An answer, be it a refusal: the provider works.
    Answer,
    /// The provider has no room for the moment; the call was certainly not acted on.
    NoRoom,
    /// Nothing that can be understood: no connection, no token, a time-out, an error page.
    Nothing,
}

/// Whether a call may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It may.
    Free,
    /// It may, as the one that tries whether the provider works again.
    Trial,
    /// Not before this instant.
    Shut(Timestamp),
}

/// What became of a circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It opened; nothing is sent for so long.
    Opened(Duration),
    /// A trial failed; nothing is sent for so long.
    StaysOpen(Duration),
    /// It closed.
    Closed,
    /// The provider has no room; nothing is sent for so long.
    Breathes(Duration),
}

/// The circuit of calls of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circuit {
    /// How many calls in a row came to nothing while it was closed.
    pub failures: u32,
    /// How often in a row it opened; 0: it is closed.
    pub openings: u32,
    /// How often in a row the provider had no room.
    pub refusals: u32,
    /// Whether a trial is under way.
    pub is_trying: bool,
    /// Nothing is sent before.
    pub until: Timestamp,
}

impl Circuit {
    /// Whether it is open: between the last failure and the first success.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.openings > 0
    }

    /// Whether a call may be sent at `now`. A trial that is not heard of within `trial` is lost, and
    /// another one follows.
    #[must_use]
    pub fn pass(&mut self, now: Timestamp, trial: Duration) -> Passage {
        if now < self.until {
            return Passage::Shut(self.until);
        }
        if !self.is_open() {
            return Passage::Free;
        }
        self.is_trying = true;
        self.until = now.after(trial);
        Passage::Trial
    }

    /// Takes in what a call brought. `chance` is 0 to 1 and spreads the pauses for want of room.
    pub fn hear(&mut self, heard: Heard, now: Timestamp, chance: f64) -> Option<Change> {
        match heard {
            Heard::Answer if self.is_open() => {
                *self = Self::default();
                Some(Change::Closed)
            }
            // A pause for want of room goes on: other calls were answered before it began.
            Heard::Answer if now < self.until => {
                self.failures = 0;
                None
            }
            Heard::Answer => {
                *self = Self::default();
                None
            }
            Heard::NoRoom => {
                let pause = backoff(BREATH, LONGEST_BREATH, self.refusals, chance);
                self.refusals = self.refusals.saturating_add(1);
                self.failures = 0;
                self.is_trying = false;
                self.until = self.until.max(now.after(pause));
                Some(Change::Breathes(pause))
            }
            Heard::Nothing if self.is_trying => {
                let pause = doubled(PAUSE, LONGEST_PAUSE, self.openings);
                self.openings = self.openings.saturating_add(1);
                self.is_trying = false;
                self.until = now.after(pause);
                Some(Change::StaysOpen(pause))
            }
            // Sent before it opened.
            Heard::Nothing if self.is_open() => None,
            Heard::Nothing => {
                self.failures = self.failures.saturating_add(1);
                if self.failures < FAILURES {
                    return None;
                }
                self.openings = 1;
                self.until = self.until.max(now.after(PAUSE));
                Some(Change::Opened(PAUSE))
            }
        }
    }
}

/// How long to wait after `before` tries that failed: `first`, doubled each time up to `longest`, and
/// up to half as much again by `chance` (0 to 1), so that what failed together is not tried together.
#[must_use]
pub fn backoff(first: Duration, longest: Duration, before: u32, chance: f64) -> Duration {
    let wait = doubled(first, longest, before);
    wait + wait.mul_f64(chance.clamp(0.0, 1.0) / 2.0)
}

fn doubled(first: Duration, longest: Duration, times: u32) -> Duration {
    first.saturating_mul(1 << times.min(16)).min(longest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TRIAL: Duration = Duration::from_secs(60);

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_ms(1_000_000_000_000).after(Duration::from_secs(seconds))
    }

    /// A circuit that opened at second 0.
    fn opened() -> Circuit {
        let mut circuit = Circuit::default();
        for failure in 1..=FAILURES {
            assert_eq!(circuit.pass(at(0), TRIAL), Passage::Free);
            let change = circuit.hear(Heard::Nothing, at(0), 0.0);
            assert_eq!(change.is_some(), failure == FAILURES);
        }
        circuit
    }

    #[test]
    fn an_open_circuit_lets_one_trial_through_after_the_pause_and_a_success_closes_it() {
        let mut circuit = opened();
        assert_eq!(circuit.pass(at(29), TRIAL), Passage::Shut(at(30)));
        assert_eq!(circuit.pass(at(30), TRIAL), Passage::Trial);
        assert_eq!(circuit.pass(at(31), TRIAL), Passage::Shut(at(90)));
        assert_eq!(
            circuit.hear(Heard::Answer, at(32), 0.0),
            Some(Change::Closed)
        );
        assert_eq!(circuit, Circuit::default());
    }

    #[test]
    fn a_trial_that_is_lost_is_followed_by_another() {
        let mut circuit = opened();
        assert_eq!(circuit.pass(at(30), TRIAL), Passage::Trial);
        assert_eq!(circuit.pass(at(90), TRIAL), Passage::Trial);
    }

    #[test]
    fn pauses_double_up_to_a_bound() {
        let mut circuit = opened();
        let mut pauses = Vec::new();
        for _ in 0..6 {
            let now = circuit.until;
            assert_eq!(circuit.pass(now, TRIAL), Passage::Trial);
            circuit.hear(Heard::Nothing, now, 0.0);
            pauses.push(circuit.until.ms_since(now) / 1_000);
        }
        assert_eq!(pauses, [60, 120, 240, 300, 300, 300]);
    }

    #[test]
    fn answers_between_failures_keep_it_closed() {
        let mut circuit = Circuit::default();
        for _ in 0..10 {
            for _ in 1..FAILURES {
                assert_eq!(circuit.hear(Heard::Nothing, at(0), 0.0), None);
            }
            circuit.hear(Heard::Answer, at(0), 0.0);
        }
        assert_eq!(circuit, Circuit::default());
    }

    #[test]
    fn want_of_room_pauses_longer_each_time_and_opens_nothing() {
        let mut circuit = Circuit::default();
        let mut pauses = Vec::new();
        for _ in 0..6 {
            let now = circuit.until.max(at(0));
            circuit.hear(Heard::NoRoom, now, 0.0);
            assert!(!circuit.is_open());
            pauses.push(circuit.until.ms_since(now) / 1_000);
        }
        assert_eq!(pauses, [5, 10, 20, 40, 60, 60]);
        // What was answered before the pause does not end it.
        circuit.hear(Heard::Answer, at(0), 0.0);
        assert!(matches!(circuit.pass(at(1), TRIAL), Passage::Shut(_)));
        circuit.hear(Heard::Answer, circuit.until, 0.0);
        assert_eq!(circuit, Circuit::default());
    }

    proptest! {
        /// Whatever is heard, calls are let through again within the longest pause.
        #[test]
        fn no_circuit_stays_shut_for_ever(
            heard in prop::collection::vec((0..3_u8, 0..400_u64, 0.0..=1.0_f64), 0..60),
        ) {
            let (mut circuit, mut now) = (Circuit::default(), 0);
            for (what, seconds, chance) in heard {
                now += seconds;
                let is_sent = !matches!(circuit.pass(at(now), TRIAL), Passage::Shut(_));
                let what = match what {
                    0 => Heard::Answer,
                    1 => Heard::NoRoom,
                    _ => Heard::Nothing,
                };
                if is_sent || what == Heard::Nothing {
                    circuit.hear(what, at(now), chance);
                }
                prop_assert!(circuit.until <= at(now).after(LONGEST_PAUSE));
            }
        }

        #[test]
        fn a_wait_is_spread_by_half_at_most(before in 0..100_u32, chance in -1.0..=2.0_f64) {
            let (first, longest) = (Duration::from_secs(15), Duration::from_secs(900));
            let wait = backoff(first, longest, before, chance);
            let least = doubled(first, longest, before);
            prop_assert!(wait >= least && wait <= least + least / 2);
        }
    }
}
