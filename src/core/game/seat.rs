//! Which questions a new set gets, and in which order each player sees the choices.

use rand::{Rng, seq::SliceRandom};

use crate::core::{ids::QuestionId, time::Timestamp};

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

    proptest! {
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
