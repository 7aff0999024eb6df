//! What a match, a refund and a return pay to whom. The transfers of each add up to the stakes
//! that were held, plus what `promo` gives.

use super::score::{Decision, Score, decide};
use crate::core::{
    ids::{EntryId, PlayerId},
    ledger::{Account, Reason, Transfer},
    money::Cents,
    rules::Rules,
};

/// How an entry ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The better score.
    Won,
    /// The worse score.
    Lost,
    /// Equal scores: the stake went back.
    Drawn,
    /// Unpaired: the stake and a bonus went back.
    Refunded,
    /// Unpaired and nothing answered, or void: the stake went back.
    Returned,
}

impl Ending {
    /// The state of the entry in the database and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Drawn => "drawn",
            Self::Refunded => "refunded",
            Self::Returned => "returned",
        }
    }
}

/// A finished entry, as settlement needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Played {
    /// The entry.
    pub entry: EntryId,
    /// Whose it is.
    pub player: PlayerId,
    /// What was answered.
    pub score: Score,
}

/// How one entry of a settlement ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The entry.
    pub entry: EntryId,
    /// Whose it is.
    pub player: PlayerId,
    /// How it ended.
    pub ending: Ending,
    /// What the player got into the wallet.
    pub received: Cents,
}

/// What has to be booked, and how each entry ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The transfers, all in one transaction.
    pub transfers: Vec<Transfer>,
    /// One outcome per entry, in the order given.
    pub outcomes: Vec<Outcome>,
}

/// An amount did not fit; the configuration does not allow such stakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("amount out of range")]
pub struct OutOfRange;

/// Settles the two finished entries of a set for one `stake` each.
///
/// # Errors
/// When an amount does not fit.
pub fn settle_match(
    first: Played,
    second: Played,
    stake: Cents,
    rules: &Rules,
) -> Result<Settlement, OutOfRange> {
    let (winner, loser) = match decide(first.score, second.score) {
        Decision::First => (first, second),
        Decision::Second => (second, first),
        Decision::Draw => {
            let mut settlement = give_back(first, stake, Ending::Drawn);
            let other = give_back(second, stake, Ending::Drawn);
            settlement.transfers.extend(other.transfers);
            settlement.outcomes.extend(other.outcomes);
            return Ok(settlement);
        }
    };
    let bounty = rules.bounty(stake).ok_or(OutOfRange)?;
    let fee = stake
        .plus(stake)
        .and_then(|pot| pot.minus(bounty))
        .ok_or(OutOfRange)?;
    let to = Account::Wallet(winner.player);
    let cause = |what: &str| format!("{what}:{}", winner.entry);
    let bounty_paid = Transfer::new(Reason::Bounty, Account::Stakes, to, bounty, cause("bounty"));
    let fee_kept = Transfer::new(
        Reason::Fee,
        Account::Stakes,
        Account::House,
        fee,
        cause("fee"),
    );
    let outcome = |played: Played| {
        let won = played.entry == winner.entry;
        Outcome {
            entry: played.entry,
            player: played.player,
            ending: if won { Ending::Won } else { Ending::Lost },
            received: if won { bounty } else { Cents::ZERO },
        }
    };
    debug_assert_ne!(winner.entry, loser.entry, "an entry cannot play itself");
    Ok(Settlement {
        transfers: bounty_paid.into_iter().chain(fee_kept).collect(),
        outcomes: vec![outcome(first), outcome(second)],
    })
}

/// Gives an unpaired entry its stake back: with a bonus where the player answered something and has
/// had fewer than the rules allow on the day; `bonuses` is how many.
///
/// # Errors
/// When an amount does not fit.
pub fn refund(
    unpaired: Played,
    stake: Cents,
    bonuses: u32,
    rules: &Rules,
) -> Result<Settlement, OutOfRange> {
    if unpaired.score.answered == 0 {
        return Ok(give_back(unpaired, stake, Ending::Returned));
    }
    let mut settlement = give_back(unpaired, stake, Ending::Refunded);
    if rules
        .bonus_refunds_per_day
        .is_some_and(|cap| bonuses >= cap)
    {
        return Ok(settlement);
    }
    let whole = stake.percent(rules.refund_percent).ok_or(OutOfRange)?;
    let bonus = whole.minus(stake).ok_or(OutOfRange)?;
    let to = Account::Wallet(unpaired.player);
    let cause = format!("refund_bonus:{}", unpaired.entry);
    let bonus_paid = Transfer::new(Reason::RefundBonus, Account::Promo, to, bonus, cause);
    settlement.transfers.extend(bonus_paid);
    for outcome in &mut settlement.outcomes {
        outcome.received = whole;
    }
    Ok(settlement)
}

/// Gives every entry of a set that is void its stake back, whole, whatever was answered.
#[must_use]
pub fn void(entries: &[Played], stake: Cents) -> Settlement {
    let mut settlement = Settlement {
        transfers: Vec::new(),
        outcomes: Vec::new(),
    };
    for entry in entries {
        let back = give_back(*entry, stake, Ending::Returned);
        settlement.transfers.extend(back.transfers);
        settlement.outcomes.extend(back.outcomes);
    }
    settlement
}

fn give_back(played: Played, stake: Cents, ending: Ending) -> Settlement {
    let to = Account::Wallet(played.player);
    let cause = format!("stake_back:{}", played.entry);
    let back = Transfer::new(Reason::StakeBack, Account::Stakes, to, stake, cause);
    Settlement {
        transfers: back.into_iter().collect(),
        outcomes: vec![Outcome {
            entry: played.entry,
            player: played.player,
            ending,
            received: stake,
        }],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;
    use crate::core::time::Timestamp;

    fn played(seed: u64, correct: u8, answered: u8, answering_ms: i64) -> Played {
        let mut rng = StdRng::seed_from_u64(seed);
        Played {
            entry: EntryId::new(Timestamp::from_ms(1), &mut rng),
            player: PlayerId::new(Timestamp::from_ms(1), &mut rng),
            score: Score {
                correct,
                answered,
                answering_ms,
            },
        }
    }

    fn moved(settlement: &Settlement, from: Account) -> i64 {
        let leaving = settlement
            .transfers
            .iter()
            .filter(|transfer| transfer.from == from);
        leaving.map(|transfer| transfer.amount.get()).sum()
    }

    #[test]
    fn the_classic_round_pays_800_of_1000() {
        let (better, worse) = (played(1, 5, 5, 20_000), played(2, 3, 5, 10_000));
        let settlement =
            settle_match(worse, better, Cents::new(50_000), &Rules::default()).unwrap();
        let [lost, won] = settlement.outcomes[..] else {
            panic!("two outcomes")
        };
        assert_eq!((lost.ending, lost.received), (Ending::Lost, Cents::ZERO));
        assert_eq!(
            (won.ending, won.received),
            (Ending::Won, Cents::new(80_000))
        );
        assert_eq!(moved(&settlement, Account::Stakes), 100_000);
    }

    #[test]
    fn an_unpaired_player_gets_105_percent_and_one_who_answered_nothing_100() {
        let stake = Cents::new(10_000);
        let refunded = refund(played(1, 0, 1, 5_000), stake, 99, &Rules::default()).unwrap();
        assert_eq!(refunded.outcomes[0].received, Cents::new(10_500));
        assert_eq!(moved(&refunded, Account::Promo), 500);
        let returned = refund(played(1, 0, 0, 0), stake, 0, &Rules::default()).unwrap();
        assert_eq!(returned.outcomes[0].ending, Ending::Returned);
        assert_eq!(moved(&returned, Account::Promo), 0);
    }

    #[test]
    fn above_the_cap_of_a_day_the_stake_comes_back_without_a_bonus() {
        let rules = Rules {
            bonus_refunds_per_day: Some(2),
            ..Rules::default()
        };
        for (bonuses, received, given) in [(0, 10_500, 500), (1, 10_500, 500), (2, 10_000, 0)] {
            let unpaired = played(1, 2, 5, 5_000);
            let refunded = refund(unpaired, Cents::new(10_000), bonuses, &rules).unwrap();
            assert_eq!(refunded.outcomes[0].ending, Ending::Refunded);
            assert_eq!(refunded.outcomes[0].received, Cents::new(received));
            assert_eq!(moved(&refunded, Account::Promo), given);
            assert_eq!(moved(&refunded, Account::Stakes), 10_000);
        }
    }

    proptest! {
        /// Whatever the scores and figures, exactly the two stakes leave `stakes`, and what players
        /// and house receive is what was moved.
        #[test]
        fn money_is_conserved_by_every_settlement(
            stake in 1..100_000_000_i64, percent in 100..=200_u32, refund_percent in 100..=150_u32,
            a in (0..=5_u8, 0..=5_u8, 0..40_000_i64), b in (0..=5_u8, 0..=5_u8, 0..40_000_i64),
        ) {
            let rules = Rules { bounty_percent: percent, refund_percent, ..Rules::default() };
            let stake = Cents::new(stake);
            let (first, second) = (
                played(1, a.0.min(a.1), a.0.max(a.1), a.2),
                played(2, b.0.min(b.1), b.0.max(b.1), b.2),
            );
            let settlement = settle_match(first, second, stake, &rules).unwrap();
            prop_assert_eq!(moved(&settlement, Account::Stakes), stake.get() * 2);
            let house: i64 = settlement.transfers.iter()
                .filter(|t| t.to == Account::House).map(|t| t.amount.get()).sum();
            let players: i64 = settlement.outcomes.iter().map(|o| o.received.get()).sum();
            prop_assert_eq!(house + players, stake.get() * 2);

            let voided = void(&[first, second], stake);
            prop_assert_eq!(moved(&voided, Account::Stakes), stake.get() * 2);
            let is_whole = |o: &Outcome| (o.ending, o.received) == (Ending::Returned, stake);
            prop_assert!(voided.outcomes.len() == 2 && voided.outcomes.iter().all(is_whole));

            let refunded = refund(first, stake, 0, &rules).unwrap();
            prop_assert_eq!(moved(&refunded, Account::Stakes), stake.get());
            let received = refunded.outcomes[0].received.get();
            prop_assert_eq!(
                moved(&refunded, Account::Stakes) + moved(&refunded, Account::Promo), received
            );
        }
    }
}
