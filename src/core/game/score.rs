//! The score of a round and who wins: more correct answers, then more questions answered, then
//! less answering time; equal in all, or nothing answered by either: a draw.

use std::cmp::Ordering;

/// What a player did in a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Right answers in time.
    pub correct: u8,
    /// Answers in time, right or wrong.
    pub answered: u8,
    /// Time from question sent to answer received, summed, in ms.
    pub answering_ms: i64,
}

/// How a match ends, seen from its first entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The first entry wins.
    First,
    /// The second entry wins.
    Second,
    /// Neither: both stakes go back.
    Draw,
}

/// Which rule decides between two scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Neither answered anything: a draw.
    NothingAnswered,
    /// One has more right answers.
    Correct,
    /// As many right answers; one answered more questions.
    Answered,
    /// As many of both; one took less time.
    Time,
    /// Equal in all: a draw.
    Equal,
}

/// Decides between the two entries of a set.
#[must_use]
pub fn decide(first: Score, second: Score) -> Decision {
    let better = match decided_by(first, second) {
        Rule::NothingAnswered | Rule::Equal => Ordering::Equal,
        Rule::Correct => first.correct.cmp(&second.correct),
        Rule::Answered => first.answered.cmp(&second.answered),
        // Less time is better, so the comparison is turned round.
        Rule::Time => second.answering_ms.cmp(&first.answering_ms),
    };
    match better {
        Ordering::Greater => Decision::First,
        Ordering::Less => Decision::Second,
        Ordering::Equal => Decision::Draw,
    }
}

/// The rule by which [`decide`] decides.
#[must_use]
pub fn decided_by(first: Score, second: Score) -> Rule {
    if first.answered == 0 && second.answered == 0 {
        Rule::NothingAnswered
    } else if first.correct != second.correct {
        Rule::Correct
    } else if first.answered != second.answered {
        Rule::Answered
    } else if first.answering_ms != second.answering_ms {
        Rule::Time
    } else {
        Rule::Equal
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_score() -> impl Strategy<Value = Score> {
        (0..=5_u8, 0..=5_u8, 0..40_000_i64).prop_map(|(a, b, answering_ms)| Score {
            correct: a.min(b),
            answered: a.max(b),
            answering_ms,
        })
    }

    #[test]
    fn the_order_of_the_criteria_is_the_rule() {
        let score = |correct, answered, answering_ms| Score {
            correct,
            answered,
            answering_ms,
        };
        for (first, second, decision, rule) in [
            (
                score(4, 4, 30_000),
                score(3, 5, 1_000),
                Decision::First,
                Rule::Correct,
            ),
            (
                score(3, 4, 1_000),
                score(3, 5, 30_000),
                Decision::Second,
                Rule::Answered,
            ),
            (
                score(3, 5, 20_001),
                score(3, 5, 20_000),
                Decision::Second,
                Rule::Time,
            ),
            (
                score(3, 5, 20_000),
                score(3, 5, 20_000),
                Decision::Draw,
                Rule::Equal,
            ),
            (
                score(0, 0, 0),
                score(0, 0, 0),
                Decision::Draw,
                Rule::NothingAnswered,
            ),
            (
                score(0, 1, 9_000),
                score(0, 0, 0),
                Decision::First,
                Rule::Answered,
            ),
        ] {
            assert_eq!(decide(first, second), decision, "{first:?} {second:?}");
            assert_eq!(decided_by(first, second), rule, "{first:?} {second:?}");
        }
    }

    proptest! {
        #[test]
        fn sides_do_not_matter(first in any_score(), second in any_score()) {
            let turned = match decide(second, first) {
                Decision::First => Decision::Second,
                Decision::Second => Decision::First,
                Decision::Draw => Decision::Draw,
            };
            prop_assert_eq!(decide(first, second), turned);
        }

        #[test]
        fn equal_scores_draw_and_more_right_answers_win(first in any_score(), second in any_score()) {
            prop_assert_eq!(decide(first, first), Decision::Draw);
            if first.correct > second.correct {
                prop_assert_eq!(decide(first, second), Decision::First);
            }
        }
    }
}
