//! Faults by chance: each message has its own throw of the dice, made from the seed, the point, the
//! phone and how many messages passed there before. So the same seed spoils the same messages of a
//! player, whatever the others do meanwhile.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::fault::{AfterQueue, Fault, FaultPoint};
use crate::number::Number;

/// How many of 100 messages are spoilt.
const SPOILT: u32 = 15;

/// How late a late message is.
const LATE: Duration = Duration::from_millis(150);

/// Which faults a storm plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Faults {
    /// None: a fair day.
    None,
    /// Whatever a provider does short of lying about money: a lie about an amount or an outcome can
    /// only be found by comparing with the provider's own statement, which is not a storm's business.
    All,
}

/// What the weather does to messages.
#[derive(Debug)]
pub(crate) struct Weather {
    seed: u64,
    faults: Faults,
    passed: BTreeMap<(FaultPoint, Option<Number>), u64>,
    played: BTreeMap<(FaultPoint, &'static str), u64>,
}

impl Weather {
    pub(crate) fn new(seed: u64, faults: Faults) -> Self {
        Self {
            seed,
            faults,
            passed: BTreeMap::new(),
            played: BTreeMap::new(),
        }
    }

    /// The fault of the next message about a phone at a point.
    pub(crate) fn fault(&mut self, point: FaultPoint, phone: Option<Number>) -> Option<Fault> {
        let passed = self.passed.entry((point, phone)).or_default();
        *passed += 1;
        if self.faults == Faults::None {
            return None;
        }
        let about = phone.map_or(0, Number::digits);
        let name = point.name().bytes();
        let place = name.fold(0, |sum, byte| mix(sum ^ u64::from(byte)));
        let mut rng =
            StdRng::seed_from_u64(mix(self.seed ^ mix(place ^ mix(about ^ mix(*passed)))));
        if rng.random_range(0..100) >= SPOILT {
            return None;
        }
        let choices: Vec<Fault> = choices(point).collect();
        let fault = choices
            .get(rng.random_range(0..choices.len().max(1)))?
            .clone();
        *self.played.entry((point, fault.name())).or_default() += 1;
        Some(fault)
    }

    /// What was played, how often.
    pub(crate) fn played(&self) -> BTreeMap<(FaultPoint, &'static str), u64> {
        self.played.clone()
    }
}

/// What may happen at a point.
fn choices(point: FaultPoint) -> impl Iterator<Item = Fault> {
    let code = |code: &str| Fault::ResultCode(code.to_owned());
    let fails = |code: &str| Fault::Outcome(code.to_owned());
    let all = [
        Fault::Refuse(503),
        Fault::Refuse(429),
        Fault::Unheard,
        Fault::Fail(500),
        Fault::Empty,
        Fault::Html,
        Fault::Hang,
        Fault::Cut,
        Fault::Drip(LATE),
        Fault::Late(LATE),
        Fault::Lost,
        Fault::Twice,
        Fault::Again(LATE),
        Fault::Held,
        Fault::AnswerLost,
        Fault::Early,
        Fault::QueueTimeout(AfterQueue::Dropped),
        Fault::QueueTimeout(AfterQueue::Silence),
        Fault::QueueTimeout(AfterQueue::Result),
        // The receiver's account is full; it has no M-Pesa.
        fails("8"),
        fails("2040"),
    ];
    // The query contradicts the callback: said to be cancelled, or out of reach.
    let contradictions = [code("1032"), code("1037")];
    let contradictions = contradictions
        .into_iter()
        .filter(move |_| point == FaultPoint::StkQuery);
    let is_played = move |fault: &Fault| {
        // The outcome of a push is its owner's business.
        let is_outcome = matches!(fault, Fault::Outcome(_));
        point.plays(fault) && !(is_outcome && point == FaultPoint::StkCallback)
    };
    all.into_iter().filter(is_played).chain(contradictions)
}

/// Stirs the bits of a figure, the same in every release (the finaliser of SplitMix64).
pub(super) fn mix(figure: u64) -> u64 {
    let figure = figure.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let figure = (figure ^ (figure >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let figure = (figure ^ (figure >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    figure ^ (figure >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(seed: u64, order: &[u32]) -> BTreeMap<u32, Vec<Option<Fault>>> {
        let mut weather = Weather::new(seed, Faults::All);
        let mut played = BTreeMap::<u32, Vec<Option<Fault>>>::new();
        for &phone in order {
            let number = Some(Number::safaricom(phone));
            let fault = weather.fault(FaultPoint::StkCallback, number);
            played.entry(phone).or_default().push(fault);
        }
        played
    }

    #[test]
    fn the_same_seed_spoils_the_same_messages_in_whatever_order_the_phones_come() {
        let in_turn: Vec<u32> = (0..600).map(|message| message % 3).collect();
        let mut one_by_one = in_turn.clone();
        one_by_one.sort_unstable();
        assert_eq!(played(7, &in_turn), played(7, &one_by_one));
        assert_ne!(played(7, &in_turn), played(8, &in_turn));
        let spoilt = played(7, &in_turn)
            .into_values()
            .flatten()
            .flatten()
            .count();
        assert!((50..130).contains(&spoilt), "{spoilt} of 600");
    }

    #[test]
    fn only_what_can_be_played_is_played_and_a_fair_day_has_none() {
        for point in FaultPoint::all() {
            let mut weather = Weather::new(1, Faults::All);
            for _ in 0..400 {
                if let Some(fault) = weather.fault(point, None) {
                    assert!(point.plays(&fault), "{point:?} {fault:?}");
                }
            }
            assert!(!weather.played().is_empty(), "{point:?}");
            let mut fair = Weather::new(1, Faults::None);
            assert!((0..400).all(|_| fair.fault(point, None).is_none()));
        }
    }
}
