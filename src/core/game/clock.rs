//! The clock of a round. It runs from the instant a question is first sent, on the server, and
//! goes on when the session drops: nothing that a player does gives time back.
//!
//! Instants come from the machines' clocks, which can be set while a question is under way, and differ
//! a little from machine to machine:
//!
//! - **Ahead** counts as time that passed: it cannot be told from a machine that slept.
//! - **Back, to after the sending**, takes that much off the time of this question, and of no other.
//! - **Back, to before the sending**: how long the answer took is not known. It counts as the
//!   allowance: no thinking time is taken, and nobody wins a tie by an answer that took no time. A
//!   redial in this state begins the question's time anew, so that what can be gained is the time up to
//!   the redial, and not that until the clock has caught up.
//!
//! No time is ever negative, and the budget over all questions is never more than it was.

use crate::core::{
    rules::Rules,
    time::{Timestamp, ms},
};

/// The time that a player has used over the questions answered so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Thinking time in ms: what each answer took beyond the allowance, summed.
    pub thinking_ms: i64,
    /// Answering time in ms: from question sent to answer received, summed, allowance included.
    pub answering_ms: i64,
}

/// What the clock says to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// In time; the time used now.
    InTime(Spent),
    /// The budget had run out before it came: not counted, and the round ends.
    Late,
}

/// The clock's figures for one round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundClock {
    thinking_ms: i64,
    allowance_ms: i64,
}

impl RoundClock {
    /// The clock that the rules ask for.
    #[must_use]
    pub fn new(rules: &Rules) -> Self {
        Self {
            thinking_ms: ms(rules.thinking_time),
            allowance_ms: ms(rules.hop_allowance),
        }
    }

    /// Judges an answer received at `received` to a question first sent at `sent`.
    #[must_use]
    pub fn judge(&self, spent: Spent, sent: Timestamp, received: Timestamp) -> Verdict {
        let answering_ms = if received < sent {
            self.allowance_ms
        } else {
            received.ms_since(sent)
        };
        let thinking_ms = spent.thinking_ms + (answering_ms - self.allowance_ms).max(0);
        if thinking_ms > self.thinking_ms {
            return Verdict::Late;
        }
        Verdict::InTime(Spent {
            thinking_ms,
            answering_ms: spent.answering_ms + answering_ms,
        })
    }

    /// The instant from which a question first sent at `sent` is timed, as seen at `now`: the sending,
    /// unless the clock has been set back to before it.
    #[must_use]
    pub fn timed_from(&self, sent: Timestamp, now: Timestamp) -> Timestamp {
        sent.min(now)
    }

    /// The last instant at which an answer to a question first sent at `sent` counts.
    #[must_use]
    pub fn deadline(&self, spent: Spent, sent: Timestamp) -> Timestamp {
        let left = (self.thinking_ms - spent.thinking_ms).max(0);
        Timestamp::from_ms(
            sent.ms()
                .saturating_add(left)
                .saturating_add(self.allowance_ms),
        )
    }

    /// The thinking time that is left at `now` for a question first sent at `sent`, in ms.
    #[must_use]
    pub fn left_ms(&self, spent: Spent, sent: Timestamp, now: Timestamp) -> i64 {
        let thinking = (now.ms_since(sent) - self.allowance_ms).max(0);
        (self.thinking_ms - spent.thinking_ms - thinking).max(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clock() -> RoundClock {
        RoundClock::new(&Rules::default())
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(1_000_000 + ms)
    }

    #[test]
    fn an_answer_within_the_allowance_costs_no_thinking_time() {
        let verdict = clock().judge(Spent::default(), at(0), at(4_000));
        assert_eq!(
            verdict,
            Verdict::InTime(Spent {
                thinking_ms: 0,
                answering_ms: 4_000
            })
        );
    }

    #[test]
    fn the_last_millisecond_counts_and_the_next_does_not() {
        let spent = Spent {
            thinking_ms: 10_000,
            answering_ms: 20_000,
        };
        assert_eq!(clock().deadline(spent, at(0)), at(9_000));
        assert!(matches!(
            clock().judge(spent, at(0), at(9_000)),
            Verdict::InTime(_)
        ));
        assert_eq!(clock().judge(spent, at(0), at(9_001)), Verdict::Late);
    }

    #[test]
    fn an_answer_from_before_its_question_counts_as_the_allowance() {
        let spent = Spent {
            thinking_ms: 3_000,
            answering_ms: 7_000,
        };
        for behind in [1, 5_000, 3_600_000] {
            let verdict = clock().judge(spent, at(0), at(-behind));
            let counted = Spent {
                thinking_ms: 3_000,
                answering_ms: 11_000,
            };
            assert_eq!(verdict, Verdict::InTime(counted), "{behind}");
        }
        assert_eq!(clock().timed_from(at(5_000), at(0)), at(0));
        assert_eq!(clock().timed_from(at(5_000), at(9_000)), at(5_000));
        assert_eq!(clock().left_ms(spent, at(5_000), at(0)), 12_000);
    }

    proptest! {
        /// However often a player drops, redials or repeats, time used only grows, and the sum of
        /// counted thinking never passes the budget.
        #[test]
        fn the_clock_never_gives_time_back(waits in prop::collection::vec(-5_000..30_000_i64, 1..12)) {
            let clock = clock();
            let (mut spent, mut now) = (Spent::default(), at(0));
            for wait in waits {
                let sent = now;
                let before = clock.left_ms(spent, sent, now);
                now = Timestamp::from_ms(now.ms() + wait);
                prop_assert!(clock.left_ms(spent, sent, now) <= before);
                match clock.judge(spent, sent, now) {
                    Verdict::InTime(next) => {
                        prop_assert!(now <= clock.deadline(spent, sent));
                        prop_assert!(next.thinking_ms >= spent.thinking_ms);
                        prop_assert!(next.answering_ms >= spent.answering_ms);
                        prop_assert!(next.thinking_ms <= 15_000);
                        spent = next;
                    }
                    Verdict::Late => {
                        prop_assert!(now > clock.deadline(spent, sent));
                        prop_assert_eq!(clock.left_ms(spent, sent, now), 0);
                        break;
                    }
                }
            }
        }

        /// However the clock is set between hops: no time is negative, nothing used comes back, and
        /// what is counted of a round never passes its budget and its allowances.
        #[test]
        fn no_step_of_the_clock_gives_time_back_or_a_negative_one(
            steps in prop::collection::vec((0..30_000_i64, -7_200_000..7_200_000_i64), 1..9),
        ) {
            let clock = clock();
            let (mut spent, mut now) = (Spent::default(), at(0));
            for (answers, (wait, step)) in (1..).zip(steps) {
                let sent = now;
                // The clock is set while the question is under way; then the player redials.
                now = Timestamp::from_ms(now.ms() + step);
                let sent = clock.timed_from(sent, now);
                prop_assert!(sent <= now);
                prop_assert!((0..=15_000).contains(&clock.left_ms(spent, sent, now)));
                now = Timestamp::from_ms(now.ms() + wait);
                let before = spent;
                match clock.judge(spent, sent, now) {
                    Verdict::InTime(next) => spent = next,
                    Verdict::Late => break,
                }
                prop_assert!(spent.thinking_ms >= before.thinking_ms);
                prop_assert!(spent.answering_ms >= before.answering_ms);
                prop_assert!(spent.answering_ms <= spent.thinking_ms + answers * 4_000);
                prop_assert!(spent.thinking_ms <= 15_000);
            }
        }
    }
}
