//! Which of the open seats a player gets, which questions a new set gets, and in which order each
//! player sees the choices.

use std::time::Duration;

use rand::{Rng, seq::SliceRandom};

use crate::core::{
    ids::{QuestionId, SetId},
    time::Timestamp,
};

/// How many open seats are looked at, the oldest first. More of them wait so seldom, and so shortly,
/// that a better match among the rest is worth no more work.
pub const MAX_SEATS: u32 = 20;

/// A seat that the rules let a player take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenSeat {
    /// The set.
    pub set: SetId,
    /// Since when it waits.
    pub opened_at: Timestamp,
    /// The points of who waits in it, in thousandths.
    pub strength: i64,
}

/// The seat that a player of `strength` takes, of those that the rules allow, the oldest first: the one
/// of the most similar strength, the oldest of equals. A player always takes one where there is one; and
/// the oldest goes first once it has waited for `patience`, so that nobody is passed over for longer.
#[must_use]
pub fn choose_seat(
    seats: &[OpenSeat],
    strength: i64,
    patience: Duration,
    now: Timestamp,
) -> Option<SetId> {
    let oldest = seats.first()?;
    if now >= oldest.opened_at.after(patience) {
        return Some(oldest.set);
    }
    // The first of equals: seats come in the order of their age.
    let closest = seats
        .iter()
        .min_by_key(|seat| seat.strength.abs_diff(strength));
    closest.map(|seat| seat.set)
}

/// A question that a set could hold, and when the player saw it last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The question.
    pub question: QuestionId,
    /// When the player saw it last; `None`: never.
    pub seen_at: Option<Timestamp>,
}

/// Picks `count` questions that the player has seen least recently, never seen first, chance
/// deciding between equals. `None` when there are too few.
#[must_use]
pub fn pick_questions(
    mut candidates: Vec<Candidate>,
    count: u8,
    rng: &mut impl Rng,
) -> Option<Vec<QuestionId>> {
    let count = usize::from(count);
    if candidates.len() < count {
        return None;
    }
    candidates.shuffle(rng);
    // A stable sort keeps the shuffled order among equals; `None` sorts first.
    candidates.sort_by_key(|candidate| candidate.seen_at);
    let mut picked: Vec<QuestionId> = candidates
        .into_iter()
        .take(count)
        .map(|candidate| candidate.question)
        .collect();
    picked.shuffle(rng);
    Some(picked)
}

/// The order in which one player sees the choices of one question: `order[place]` is the number
/// (1 to `choices`) of the choice at that place.
#[must_use]
pub fn shuffle_choices(choices: u8, rng: &mut impl Rng) -> Vec<u8> {
    let mut order: Vec<u8> = (1..=choices).collect();
    order.shuffle(rng);
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    /// Seats in the order of their age, the oldest first, of these ages and strengths.
    fn seats(now: Timestamp, of: &[(u64, i64)]) -> Vec<OpenSeat> {
        let mut rng = StdRng::seed_from_u64(4);
        let mut seats: Vec<OpenSeat> = of
            .iter()
            .map(|(age_ms, strength)| OpenSeat {
                set: SetId::new(now, &mut rng),
                opened_at: now.before(Duration::from_millis(*age_ms)),
                strength: *strength,
            })
            .collect();
        seats.sort_by_key(|seat| seat.opened_at);
        seats
    }

    #[test]
    fn the_most_similar_goes_first_for_a_few_seconds_only() {
        let now = Timestamp::from_ms(1_000_000);
        let patience = Duration::from_secs(5);
        let young = seats(now, &[(4_999, 10_000), (2_000, 25_000), (1_000, 26_000)]);
        assert_eq!(
            choose_seat(&young, 25_100, patience, now),
            Some(young[1].set)
        );
        assert_eq!(choose_seat(&young, 0, patience, now), Some(young[0].set));
        let later = now.after(Duration::from_millis(1));
        assert_eq!(
            choose_seat(&young, 25_100, patience, later),
            Some(young[0].set)
        );
        assert_eq!(choose_seat(&[], 25_100, patience, now), None);
    }

    proptest! {
        /// Who comes never waits while a seat is open; without patience, and among equals, it is the
        /// oldest; and what is taken is the oldest or closer in strength than it.
        #[test]
        fn a_seat_is_always_taken(
            of in prop::collection::vec((0..20_000_u64, 0..50_000_i64), 1..20),
            strength in 0..50_000_i64, patience_ms in 0..10_000_u64,
        ) {
            let now = Timestamp::from_ms(1_000_000);
            let (open, patience) = (seats(now, &of), Duration::from_millis(patience_ms));
            let taken = choose_seat(&open, strength, patience, now).unwrap();
            let taken = open.iter().find(|seat| seat.set == taken).unwrap();
            let distance = |seat: &OpenSeat| seat.strength.abs_diff(strength);
            prop_assert!(taken.set == open[0].set || distance(taken) < distance(&open[0]));
            if now >= open[0].opened_at.after(patience) {
                prop_assert_eq!(taken.set, open[0].set, "the oldest has waited long enough");
            } else {
                prop_assert!(open.iter().all(|seat| distance(taken) <= distance(seat)));
            }
            prop_assert_eq!(choose_seat(&open, strength, Duration::ZERO, now), Some(open[0].set));
            let equal: Vec<OpenSeat> = open.iter().map(|seat| OpenSeat { strength, ..*seat }).collect();
            prop_assert_eq!(choose_seat(&equal, strength, patience, now), Some(open[0].set));
        }

        /// Whoever comes, in whatever order and of whatever strength: once a seat has waited for the
        /// patience, nobody who came later goes before it.
        #[test]
        fn nobody_is_passed_over_for_longer_than_the_patience(
            comers in prop::collection::vec((1..2_000_u64, 0..50_000_i64, any::<bool>()), 1..120),
        ) {
            let patience = Duration::from_secs(5);
            let (mut rng, mut now) = (StdRng::seed_from_u64(4), Timestamp::from_ms(1));
            let mut open: Vec<OpenSeat> = Vec::new();
            for (wait_ms, strength, opens) in comers {
                now = now.after(Duration::from_millis(wait_ms));
                if opens {
                    // Somebody whom no open seat suits, by the other rules.
                    let set = SetId::new(now, &mut rng);
                    open.push(OpenSeat { set, opened_at: now, strength });
                    continue;
                }
                let Some(taken) = choose_seat(&open, strength, patience, now) else {
                    prop_assert!(open.is_empty());
                    continue;
                };
                let at = open.iter().position(|seat| seat.set == taken).unwrap();
                for passed_over in &open[..at] {
                    prop_assert!(now < passed_over.opened_at.after(patience));
                }
                open.remove(at);
            }
        }

        #[test]
        fn the_least_recently_seen_are_picked(
            seen in prop::collection::vec(prop::option::of(0..50_i64), 0..30), seed: u64,
        ) {
            let mut rng = StdRng::seed_from_u64(seed);
            let candidates: Vec<Candidate> = seen.iter().map(|at| Candidate {
                question: QuestionId::new(Timestamp::from_ms(1), &mut rng),
                seen_at: at.map(Timestamp::from_ms),
            }).collect();
            match pick_questions(candidates.clone(), 5, &mut rng) {
                None => prop_assert!(candidates.len() < 5),
                Some(picked) => {
                    prop_assert_eq!(picked.len(), 5);
                    let seen_at = |id: &QuestionId| candidates.iter()
                        .find(|candidate| candidate.question == *id).unwrap().seen_at;
                    let latest = picked.iter().map(seen_at).max().unwrap();
                    let earlier = candidates.iter().filter(|c| c.seen_at < latest).count();
                    prop_assert!(earlier < 5, "{} were seen earlier than a picked one", earlier);
                    for (place, id) in picked.iter().enumerate() {
                        prop_assert!(!picked[..place].contains(id));
                    }
                }
            }
        }

        #[test]
        fn every_choice_has_one_place(choices in 1..=4_u8, seed: u64) {
            let mut order = shuffle_choices(choices, &mut StdRng::seed_from_u64(seed));
            order.sort_unstable();
            prop_assert_eq!(order, (1..=choices).collect::<Vec<_>>());
        }
    }
}
