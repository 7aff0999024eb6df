//! What the answers of players say about a question: wrong, trivial, or sound.

/// From how many answers on a question is judged; fewer say nothing.
pub const JUDGED_FROM: i64 = 20;
/// Above which share of right answers a question is trivial, in percent.
pub const TRIVIAL_ABOVE: i64 = 95;
/// From which share on one wrong choice dominates, in percent.
const DOMINATES_FROM: i64 = 50;

/// How one version of a question fared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// How many players were shown it.
    pub shown: i64,
    /// How often each choice was picked in time, in the question's own order.
    pub picked: Vec<i64>,
    /// The number of the right choice, from 1.
    pub answer: u8,
    /// The mean time from question sent to answer received, in ms; `None`: no answers.
    pub answering_ms: Option<i64>,
}

/// What is likely wrong with a question, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Fewer right answers than by chance, or one wrong choice dominates: likely a wrong answer.
    Wrong,
    /// Nearly everybody knows it.
    Trivial,
}

impl Flag {
    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Trivial => "trivial",
        }
    }
}

impl Figures {
    /// How often it was answered in time.
    #[must_use]
    pub fn answered(&self) -> i64 {
        self.picked.iter().sum()
    }

    /// How often it was answered right.
    #[must_use]
    pub fn right(&self) -> i64 {
        let place = usize::from(self.answer).checked_sub(1);
        let picked = place.and_then(|place| self.picked.get(place));
        picked.copied().unwrap_or_default()
    }

    /// How often it was shown and not answered in time: too late, or never.
    #[must_use]
    pub fn late(&self) -> i64 {
        (self.shown - self.answered()).max(0)
    }

    /// Right answers among the answers, in tenths of a percent; `None`: no answers.
    #[must_use]
    pub fn right_permille(&self) -> Option<i64> {
        (self.right() * 1_000).checked_div(self.answered())
    }

    /// What is likely wrong with it.
    #[must_use]
    pub fn flag(&self) -> Option<Flag> {
        let (answered, right) = (self.answered(), self.right());
        if answered < JUDGED_FROM {
            return None;
        }
        let choices = i64::try_from(self.picked.len()).unwrap_or(1);
        let is_below_chance = right * choices < answered;
        let most = self.picked.iter().copied().max().unwrap_or_default();
        let is_dominated = most > right && most * 100 >= answered * DOMINATES_FROM;
        if is_below_chance || is_dominated {
            Some(Flag::Wrong)
        } else if right * 100 > answered * TRIVIAL_ABOVE {
            Some(Flag::Trivial)
        } else {
            None
        }
    }

    /// Sorts the worst first: flagged ones, then by how seldom they were answered right; those that
    /// nobody answered come last.
    #[must_use]
    pub fn rank(&self) -> impl Ord + use<> {
        let flag = self.flag();
        let right = self.right_permille();
        // The more trivial, the worse.
        let right = match flag {
            Some(Flag::Trivial) => right.map(|right| -right),
            Some(Flag::Wrong) | None => right,
        };
        (flag.is_none(), flag, right.is_none(), right, -self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(picked: &[i64]) -> Figures {
        Figures {
            shown: picked.iter().sum::<i64>() + 3,
            picked: picked.to_vec(),
            answer: 1,
            answering_ms: None,
        }
    }

    #[test]
    fn wrong_and_trivial_questions_are_flagged() {
        for (picked, flag) in [
            (&[10, 6, 4][..], None),
            // Below one third, and below one quarter.
            (&[6, 7, 7], Some(Flag::Wrong)),
            (&[6, 7, 7, 0], None),
            (&[4, 6, 6, 6], Some(Flag::Wrong)),
            // Above chance, yet most of the players think otherwise.
            (&[8, 12, 0], Some(Flag::Wrong)),
            (&[9, 9, 2], None),
            (&[95, 5, 0], None),
            (&[96, 4, 0], Some(Flag::Trivial)),
            // Too few answers to say.
            (&[0, 19, 0], None),
            (&[0, 0, 0], None),
        ] {
            assert_eq!(figures(picked).flag(), flag, "{picked:?}");
        }
    }

    #[test]
    fn the_worst_come_first() {
        let mut all = [
            figures(&[0, 0, 0]),
            figures(&[12, 6, 6]),
            figures(&[98, 1, 1]),
            figures(&[1, 20, 20]),
            figures(&[100, 0, 0]),
            figures(&[9, 8, 8]),
            figures(&[2, 20, 20]),
        ];
        all.sort_by_key(Figures::rank);
        let right: Vec<i64> = all.iter().map(Figures::right).collect();
        assert_eq!(right, [1, 2, 100, 98, 9, 12, 0]);
    }

    #[test]
    fn what_was_not_answered_in_time_is_late() {
        let figures = figures(&[5, 1, 1]);
        assert_eq!(
            (figures.answered(), figures.right(), figures.late()),
            (7, 5, 3)
        );
        assert_eq!(figures.right_permille(), Some(714));
    }
}
