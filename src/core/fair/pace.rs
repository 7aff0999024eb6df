//! How fast and how evenly somebody answers: faster than anybody reads, or like clockwork.

use super::{Case, FairRules, Kind, score};
use crate::core::{ids::PlayerId, time::ms};

/// How fast a player answered within the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The player.
    pub player: PlayerId,
    /// Answers in time.
    pub answers: i64,
    /// Those that were faster than anybody reads.
    pub fast: i64,
    /// Those of them that were right.
    pub fast_right: i64,
    /// Their times, summed, in ms.
    pub total_ms: i64,
    /// Their squares, summed.
    pub total_square: i64,
}

impl Pace {
    /// Mean and standard deviation in ms.
    #[must_use]
    pub fn mean_and_spread(&self) -> (i64, i64) {
        let answers = self.answers.max(1);
        let mean = self.total_ms / answers;
        let (sum, squares) = (i128::from(self.total_ms), i128::from(self.total_square));
        // n * squares - sum², so that nothing is lost by dividing first.
        let varied = i128::from(answers) * squares - sum * sum;
        let variance = varied.max(0) / (i128::from(answers) * i128::from(answers));
        (mean, i64::try_from(variance.isqrt()).unwrap_or(i64::MAX))
    }
}

/// Right answers that came faster than anybody reads. Who presses any key at once is right in a third of
/// them; more than half must be right.
#[must_use]
pub fn fast_answers(pace: &Pace, rules: &FairRules) -> Option<Case> {
    let is_knowing = pace.fast_right.saturating_mul(2) > pace.fast;
    if pace.fast_right < rules.fast_answers || !is_knowing {
        return None;
    }
    let (fast, right, limit) = (pace.fast, pace.fast_right, rules.fastest_ms());
    Some(Case {
        kind: Kind::FastAnswers,
        about: pace.player.to_string(),
        players: vec![pace.player],
        score: score(right, rules.fast_answers),
        summary: format!("{right} of {fast} answers within {limit} ms of the question were right"),
        evidence: vec![
            ("answers", pace.answers.to_string()),
            ("too fast to have been read", fast.to_string()),
            ("of them right", right.to_string()),
            ("limit in ms, carriage and reading", limit.to_string()),
            ("mean in ms", pace.mean_and_spread().0.to_string()),
        ],
    })
}

/// Answers that came at intervals too even to be a person's.
#[must_use]
pub fn even_answers(pace: &Pace, rules: &FairRules) -> Option<Case> {
    let (mean, spread) = pace.mean_and_spread();
    let limit = ms(rules.even_spread);
    if pace.answers < rules.even_answers || spread >= limit {
        return None;
    }
    Some(Case {
        kind: Kind::EvenAnswers,
        about: pace.player.to_string(),
        players: vec![pace.player],
        score: score(limit, spread.max(1)),
        summary: format!(
            "{} answers, each after {mean} ms, give or take {spread}",
            pace.answers
        ),
        evidence: vec![
            ("answers", pace.answers.to_string()),
            ("mean in ms", mean.to_string()),
            ("standard deviation in ms", spread.to_string()),
            ("limit in ms", limit.to_string()),
        ],
    })
}
