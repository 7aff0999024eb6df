//! How strong a player is in a category, by Weng and Lin's rating from a kept library.
//!
//! Kept in whole thousandths, so that both engines hold the same; floating point lives inside of the
//! library's call and nowhere near money. A rating decides who is offered which seat, never who wins.

use std::collections::BTreeMap;

use skillratings::{
    Outcomes,
    weng_lin::{WengLinConfig, WengLinRating, weng_lin},
};

use super::score::{Decision, decide};
use crate::core::{game::settle::Played, ids::PlayerId};

/// The largest figure that is kept; real ones stay below a hundredth of it.
const MAX_MILLI: f64 = 10_000_000.0;

/// How strong a player is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rating {
    /// The points, in thousandths; [`START_MILLI`] before the first match.
    pub points_milli: i64,
    /// How uncertain they are, in thousandths; always more than nothing.
    pub spread_milli: i64,
    /// The matches that they come from.
    pub games: i64,
}

/// The points of somebody who never played, in thousandths.
pub const START_MILLI: i64 = 25_000;
/// Their uncertainty, in thousandths.
const START_SPREAD_MILLI: i64 = 8_333;

impl Default for Rating {
    fn default() -> Self {
        Self {
            points_milli: START_MILLI,
            spread_milli: START_SPREAD_MILLI,
            games: 0,
        }
    }
}

impl Rating {
    fn in_library(self) -> WengLinRating {
        WengLinRating {
            rating: units(self.points_milli),
            uncertainty: units(self.spread_milli),
        }
    }

    fn after(self, rated: WengLinRating) -> Self {
        Self {
            points_milli: milli(rated.rating),
            spread_milli: milli(rated.uncertainty).max(1),
            games: self.games.saturating_add(1),
        }
    }
}

fn units(milli: i64) -> f64 {
    milli as f64 / 1_000.0
}

/// Rounded to the thousandth; what is no number counts as nothing.
#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to far less than an i64 holds"
)]
fn milli(units: f64) -> i64 {
    (units * 1_000.0).round().clamp(-MAX_MILLI, MAX_MILLI) as i64
}

/// The ratings of two players after a match.
#[must_use]
pub fn rate(first: Rating, second: Rating, decision: Decision) -> (Rating, Rating) {
    let outcome = match decision {
        Decision::First => Outcomes::WIN,
        Decision::Second => Outcomes::LOSS,
        Decision::Draw => Outcomes::DRAW,
    };
    let (one, two) = (first.in_library(), second.in_library());
    let (one, two) = weng_lin(&one, &two, &outcome, &WengLinConfig::new());
    (first.after(one), second.after(two))
}

/// Players and categories, and how strong they are there.
pub type Ratings<C> = BTreeMap<(PlayerId, C), Rating>;

/// Rates matches one after the other, from `ratings` on; who is missing there never played. A match in
/// which nobody answered tells nothing, and is passed over. Gives those that changed.
pub fn rate_matches<C: Ord + Clone>(
    mut ratings: Ratings<C>,
    matches: &[(C, Played, Played)],
) -> Ratings<C> {
    let mut changed = BTreeMap::new();
    for (category, first, second) in matches {
        if first.score.answered == 0 && second.score.answered == 0 {
            continue;
        }
        let keys = [first, second].map(|played| (played.player, category.clone()));
        let before = keys
            .each_ref()
            .map(|key| ratings.get(key).copied().unwrap_or_default());
        let (one, two) = rate(before[0], before[1], decide(first.score, second.score));
        for (key, rating) in keys.into_iter().zip([one, two]) {
            ratings.insert(key.clone(), rating);
            changed.insert(key, rating);
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;
    use crate::core::{game::score::Score, ids::EntryId, time::Timestamp};

    fn any_rating() -> impl Strategy<Value = Rating> {
        (0..60_000_i64, 500..9_000_i64, 0..1_000_i64).prop_map(|(points, spread, games)| Rating {
            points_milli: points,
            spread_milli: spread,
            games,
        })
    }

    fn played(player: PlayerId, correct: u8, answered: u8) -> Played {
        let mut rng = StdRng::seed_from_u64(9);
        Played {
            entry: EntryId::new(Timestamp::from_ms(1), &mut rng),
            player,
            score: Score {
                correct,
                answered,
                answering_ms: 1_000,
            },
        }
    }

    #[test]
    fn matches_are_rated_one_after_the_other_and_empty_ones_are_not() {
        let mut rng = StdRng::seed_from_u64(1);
        let [ann, ben] = [1, 2].map(|ms| PlayerId::new(Timestamp::from_ms(ms), &mut rng));
        let win = ("football", played(ann, 5, 5), played(ben, 1, 5));
        let nothing = ("football", played(ann, 0, 0), played(ben, 0, 0));
        let once = rate_matches(BTreeMap::new(), &[win]);
        let twice = rate_matches(once.clone(), &[win]);
        assert_eq!(rate_matches(BTreeMap::new(), &[win, nothing, win]), twice);
        assert_eq!(rate_matches(once, &[nothing]), BTreeMap::new());
        let of = |player| twice[&(player, "football")];
        assert!(of(ann).points_milli > START_MILLI && of(ben).points_milli < START_MILLI);
        assert_eq!((of(ann).games, of(ben).games), (2, 2));
        assert_eq!(
            Rating::default().after(WengLinRating::new()).points_milli,
            START_MILLI
        );
    }

    proptest! {
        /// Who wins never gets weaker, who loses never stronger; nobody becomes certain or infinite.
        #[test]
        fn winning_does_not_weaken(first in any_rating(), second in any_rating()) {
            let (winner, loser) = rate(first, second, Decision::First);
            prop_assert!(winner.points_milli >= first.points_milli);
            prop_assert!(loser.points_milli <= second.points_milli);
            prop_assert!(winner.spread_milli > 0 && loser.spread_milli > 0);
            prop_assert_eq!(winner.games, first.games + 1);
            let (other_way, same) = rate(second, first, Decision::Second);
            prop_assert_eq!((same, other_way), (winner, loser), "whoever is named first");
        }
    }
}
