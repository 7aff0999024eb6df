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
    /// A payout that arrived after its money had gone back: its player pays as far as the wallet
    /// holds, and the house the rest.
    LateFromWallet,
    /// The same: the house pays all of it.
    LateFromHouse,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::FromHouse,
        Self::FromPromo,
        Self::ToHouse,
        Self::CashShort,
        Self::CashOver,
        Self::LateFromWallet,
        Self::LateFromHouse,
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
            Self::LateFromWallet => "late_from_wallet",
            Self::LateFromHouse => "late_from_house",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it closes a late payout.
    #[must_use]
    pub const fn is_of_late_payout(self) -> bool {
        matches!(self, Self::LateFromWallet | Self::LateFromHouse)
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
/// and none is named, or about none and one is, or the amount is nothing or above [`MAX`]; or where it
/// closes a late payout, which [`closing`] does.
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
        | (Kind::CashShort | Kind::CashOver, Some(_))
        | (Kind::LateFromWallet | Kind::LateFromHouse, _) => return None,
    };
    if !amount.is_positive() || amount > MAX {
        return None;
    }
    Transfer::new(reason, from, to, amount, format!("adjustment:{id}"))
}

/// The transfers that close a late payout: `amount` comes back into suspense, from the player's wallet
/// as far as it holds (`held`) where the player is to pay, and the rest from the house.
#[must_use]
pub fn closing(
    id: AdjustmentId,
    kind: Kind,
    player: PlayerId,
    amount: Cents,
    held: Cents,
) -> Vec<Transfer> {
    let own = if kind == Kind::LateFromWallet {
        amount.min(held).max(Cents::ZERO)
    } else {
        Cents::ZERO
    };
    let rest = amount.minus(own).unwrap_or_default();
    let transfer = |from, amount, cause| {
        Transfer::new(
            Reason::LatePayoutClosed,
            from,
            Account::Suspense,
            amount,
            cause,
        )
    };
    let of_player = transfer(Account::Wallet(player), own, format!("adjustment:{id}"));
    let of_house = transfer(Account::House, rest, format!("adjustment_rest:{id}"));
    of_player.into_iter().chain(of_house).collect()
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
            let is_of_player = matches!(kind, Kind::FromHouse | Kind::FromPromo | Kind::ToHouse);
            let is_one = !kind.is_of_late_payout() && is_of_player == has_player && cents > 0;
            prop_assert_eq!(made.is_some(), is_one);
            if let Some(made) = made {
                prop_assert_eq!(made.amount.get(), cents);
                prop_assert_eq!(made.cause, format!("adjustment:{id}"));
            }
        }

        /// Closing a late payout makes all of it good, and the wallet gives no more than it holds.
        #[test]
        fn a_late_payout_is_made_good_whole(
            cents in 1..1_000_000_i64, held in 0..1_000_000_i64, pays in any::<bool>()
        ) {
            let (at, mut rng) = (Timestamp::from_ms(1_000), StdRng::seed_from_u64(1));
            let (id, player) = (AdjustmentId::new(at, &mut rng), PlayerId::new(at, &mut rng));
            let kind = if pays { Kind::LateFromWallet } else { Kind::LateFromHouse };
            let made = closing(id, kind, player, Cents::new(cents), Cents::new(held));
            let sum = |from| {
                let of = made.iter().filter(move |one| one.from == from);
                of.map(|one| one.amount.get()).sum::<i64>()
            };
            let (own, rest) = (sum(Account::Wallet(player)), sum(Account::House));
            prop_assert_eq!(own + rest, cents);
            prop_assert_eq!(own, if pays { cents.min(held) } else { 0 });
            prop_assert!(made.iter().all(|one| one.to == Account::Suspense));
        }
    }
}
