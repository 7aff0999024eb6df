//! Corrections of the books by an operator: money for a player from the house, money back from a
//! wallet, and differences between M-Pesa and the books. Above a limit a second person approves.

use super::{
    ids::{AdjustmentId, PlayerId},
    ledger::{Account, Reason, Transfer},
    money::Cents,
};

/// The largest correction: KES 1,000,000. What is above is a slip of the finger.
pub const MAX: Cents = Cents::new(100_000_000);

/// What a correction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The house gives a player money that it earned.
    FromHouse,
    /// The house gives a player money of its promotions.
    FromPromo,
    /// A player gives back what was not theirs; never more than the wallet holds.
    ToHouse,
    /// M-Pesa holds less than the books say: its charges, or a difference that stays.
    CashShort,
    /// M-Pesa holds more than the books say.
    CashOver,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::FromHouse,
        Self::FromPromo,
        Self::ToHouse,
        Self::CashShort,
        Self::CashOver,
    ];

    /// The name in the database, on the command line and in the console.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FromHouse => "from_house",
            Self::FromPromo => "from_promo",
            Self::ToHouse => "to_house",
            Self::CashShort => "cash_short",
            Self::CashOver => "cash_over",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is about one player's wallet.
    #[must_use]
    pub const fn is_of_player(self) -> bool {
        matches!(self, Self::FromHouse | Self::FromPromo | Self::ToHouse)
    }
}

/// Where a correction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for a second person; nothing moved.
    Proposed,
    /// Booked.
    Booked,
    /// Not wanted; nothing moved, and nothing will.
    Rejected,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Proposed, Self::Booked, Self::Rejected];

    /// The name in the database and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Booked => "booked",
            Self::Rejected => "rejected",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Whether a second person has to approve: where the amount, together with what the same person
/// booked alone for the same player (or for the cash) in the last day, is above the limit.
#[must_use]
pub fn needs_second(amount: Cents, booked_alone: Cents, limit: Cents) -> bool {
    booked_alone.plus(amount).is_none_or(|sum| sum > limit)
}

/// The transfer of a correction; its cause is the correction. `None` where the kind is about a player
/// and none is named, or about none and one is, or the amount is nothing or above [`MAX`].
#[must_use]
pub fn transfer(
    id: AdjustmentId,
    kind: Kind,
    player: Option<PlayerId>,
    amount: Cents,
) -> Option<Transfer> {
    let wallet = player.map(Account::Wallet);
    let (reason, from, to) = match (kind, wallet) {
        (Kind::FromHouse, Some(wallet)) => (Reason::Adjustment, Account::House, wallet),
        (Kind::FromPromo, Some(wallet)) => (Reason::Adjustment, Account::Promo, wallet),
        (Kind::ToHouse, Some(wallet)) => (Reason::AdjustmentDown, wallet, Account::House),
        (Kind::CashShort, None) => (Reason::CashShort, Account::House, Account::Mpesa),
        (Kind::CashOver, None) => (Reason::CashOver, Account::Mpesa, Account::House),
        (Kind::FromHouse | Kind::FromPromo | Kind::ToHouse, None)
        | (Kind::CashShort | Kind::CashOver, Some(_)) => return None,
    };
    if !amount.is_positive() || amount > MAX {
        return None;
    }
    Transfer::new(reason, from, to, amount, format!("adjustment:{id}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;
    use crate::core::time::Timestamp;

    #[test]
    fn names_survive_text() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.name()), Some(kind));
        }
        for state in State::ALL {
            assert_eq!(State::named(state.name()), Some(state));
        }
        assert_eq!((Kind::named(""), State::named("")), (None, None));
    }

    #[test]
    fn small_ones_one_after_the_other_need_a_second_person_too() {
        let kes = |shillings| Cents::from_shillings(shillings).unwrap();
        assert!(!needs_second(kes(1_000), Cents::ZERO, kes(1_000)));
        assert!(needs_second(kes(1_001), Cents::ZERO, kes(1_000)));
        assert!(needs_second(kes(1), kes(1_000), kes(1_000)));
        assert!(needs_second(Cents::new(i64::MAX), kes(1), kes(1_000)));
    }

    proptest! {
        /// Each correction moves its amount between two accounts, and never without or with a player
        /// where it must not.
        #[test]
        fn a_correction_is_one_transfer_or_none(
            place in 0..Kind::ALL.len(), has_player in any::<bool>(), cents in -1_000..1_000_i64
        ) {
            let (kind, at) = (Kind::ALL[place], Timestamp::from_ms(1_000));
            let mut rng = StdRng::seed_from_u64(1);
            let player = has_player.then(|| PlayerId::new(at, &mut rng));
            let id = AdjustmentId::new(at, &mut rng);
            let made = transfer(id, kind, player, Cents::new(cents));
            prop_assert_eq!(made.is_some(), kind.is_of_player() == has_player && cents > 0);
            if let Some(made) = made {
                prop_assert_eq!(made.amount.get(), cents);
                prop_assert_eq!(made.cause, format!("adjustment:{id}"));
            }
        }
    }
}
