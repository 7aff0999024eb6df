//! What one batch of settled matches adds to the counts of the watch.

use std::collections::BTreeMap;

use crate::{
    core::{
        fair::{FairRules, Pace, Pair},
        ids::{EntryId, PlayerId},
        money::Cents,
    },
    store::{TimedAnswer, WatchedMatch},
};

/// What a batch of matches adds to the counts.
#[derive(Default)]
pub(super) struct Counts {
    /// By day and pair.
    pub(super) pairs: BTreeMap<(i64, PlayerId, PlayerId), Pair>,
    pub(super) seats: BTreeMap<(PlayerId, i64, String), i64>,
    pub(super) pools: BTreeMap<(i64, String), i64>,
    pub(super) by_day: BTreeMap<(PlayerId, i64), Pace>,
}

impl Counts {
    pub(super) fn of(
        matches: &[WatchedMatch],
        answers: &[TimedAnswer],
        owners: &BTreeMap<EntryId, PlayerId>,
        rules: &FairRules,
    ) -> Self {
        let mut counts = Self::default();
        let mut days = BTreeMap::new();
        for played in matches {
            let day = FairRules::day(played.settled_at);
            counts.add_match(played, day);
            days.extend(played.seats.map(|(entry, ..)| (entry, day)));
        }
        for answer in answers {
            let known = (owners.get(&answer.entry), days.get(&answer.entry));
            if let (Some(player), Some(day)) = known {
                counts.add_answer(answer, *player, *day, rules);
            }
        }
        counts
    }

    fn add_match(&mut self, played: &WatchedMatch, day: i64) {
        let [one, other] = played.seats;
        let (a, b) = if one.1 < other.1 {
            (one, other)
        } else {
            (other, one)
        };
        let pair = self.pairs.entry((day, a.1, b.1)).or_insert(Pair {
            a: a.1,
            b: b.1,
            met: 0,
            won_a: 0,
            won_b: 0,
            gain_a: Cents::ZERO,
        });
        pair.met += 1;
        let gain = |received: Cents| received.get().saturating_sub(played.stake.get());
        if played.winner == Some(a.0) {
            pair.won_a += 1;
            pair.gain_a = Cents::new(pair.gain_a.get().saturating_add(gain(a.2)));
        } else if played.winner == Some(b.0) {
            pair.won_b += 1;
            pair.gain_a = Cents::new(pair.gain_a.get().saturating_sub(gain(b.2)));
        }
        for (_, player, _) in played.seats {
            let seat = (player, day, played.pool.clone());
            *self.seats.entry(seat).or_default() += 1;
        }
        *self.pools.entry((day, played.pool.clone())).or_default() += 1;
    }

    fn add_answer(&mut self, answer: &TimedAnswer, player: PlayerId, day: i64, rules: &FairRules) {
        let pace = self.by_day.entry((player, day)).or_insert(Pace {
            player,
            answers: 0,
            fast: 0,
            fast_right: 0,
            total_ms: 0,
            total_square: 0,
        });
        // A clock that was set back makes no answer take less than nothing.
        let took_ms = answer.took_ms.max(0);
        let is_fast = took_ms < rules.fastest_ms();
        pace.answers += 1;
        pace.fast += i64::from(is_fast);
        pace.fast_right += i64::from(is_fast && answer.is_right);
        pace.total_ms = pace.total_ms.saturating_add(took_ms);
        pace.total_square = pace
            .total_square
            .saturating_add(took_ms.saturating_mul(took_ms));
    }

    pub(super) fn meetings(&self) -> Vec<(i64, Pair)> {
        let day = |((day, ..), pair): (&(i64, PlayerId, PlayerId), &Pair)| (*day, *pair);
        self.pairs.iter().map(day).collect()
    }

    pub(super) fn paces(&self) -> Vec<(i64, Pace)> {
        let day = |((_, day), pace): (&(PlayerId, i64), &Pace)| (*day, *pace);
        self.by_day.iter().map(day).collect()
    }
}
