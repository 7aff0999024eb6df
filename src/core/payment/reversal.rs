//! What M-Pesa took back, as its portal or its statement shows it: a parked payment given back to
//! its payer, a credited payment, a payout. Each is booked once, with the receipt of the reversal.

use crate::core::{
    ids::{PlayerId, ReversalId},
    ledger::{Account, Reason, Transfer},
    money::Cents,
};

/// What was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A payment that waited in `suspense`.
    Parked,
    /// A payment that was credited to a player.
    Deposit(PlayerId),
    /// A payout to a player.
    Payout(PlayerId),
}

impl What {
    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Parked => "parked",
            Self::Deposit(_) => "deposit",
            Self::Payout(_) => "payout",
        }
    }
}

/// What a reversal books. A credited payment is taken from the wallet as far as it holds (`held`);
/// the rest is the loss of the house, for a wallet never goes below zero.
#[must_use]
pub fn transfers(id: ReversalId, what: What, amount: Cents, held: Cents) -> Vec<Transfer> {
    let cause = format!("reversal:{id}");
    let transfer = |reason, from, to, amount, cause| Transfer::new(reason, from, to, amount, cause);
    let mpesa = Account::Mpesa;
    match what {
        What::Parked => {
            let (reason, from) = (Reason::ParkedBack, Account::Suspense);
            transfer(reason, from, mpesa, amount, cause)
                .into_iter()
                .collect()
        }
        What::Payout(player) => {
            let (reason, to) = (Reason::PayoutBack, Account::Wallet(player));
            transfer(reason, mpesa, to, amount, cause)
                .into_iter()
                .collect()
        }
        What::Deposit(player) => {
            let own = amount.min(held).max(Cents::ZERO);
            let rest = amount.minus(own).unwrap_or_default();
            let (reason, wallet) = (Reason::DepositBack, Account::Wallet(player));
            let of_house = format!("reversal_rest:{id}");
            transfer(reason, wallet, mpesa, own, cause)
                .into_iter()
                .chain(transfer(reason, Account::House, mpesa, rest, of_house))
                .collect()
        }
    }
}

/// The shortest and the longest text that is taken for a receipt of M-Pesa: ten characters today.
const RECEIPT: std::ops::RangeInclusive<usize> = 8..=16;

/// The length of receipts today. One in a hundred or so has no digit; of any other length, letters alone are
/// a word.
const TODAY: usize = 10;

/// Reads a receipt as a person types it; `None` where it cannot be one.
#[must_use]
pub fn receipt(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_uppercase();
    let is_plausible = RECEIPT.contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && (text.len() == TODAY || text.bytes().any(|byte| byte.is_ascii_digit()));
    is_plausible.then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;
    use crate::core::time::Timestamp;

    #[test]
    fn receipts_are_read_as_people_type_them() {
        assert_eq!(receipt(" ukm1a2b3c4 ").as_deref(), Some("UKM1A2B3C4"));
        assert_eq!(receipt("uktkbilcsn").as_deref(), Some("UKTKBILCSN"));
        for text in [
            "",
            "ukm",
            "reversed",
            "UKM1A2B3C4; drop",
            "UKM1 A2B3C",
            "ÄKM1A2B3C4",
        ] {
            assert_eq!(receipt(text), None, "{text}");
        }
    }

    proptest! {
        /// All of it goes back to M-Pesa, and the wallet gives no more than it holds.
        #[test]
        fn a_reversal_takes_the_whole_amount(cents in 1..1_000_000_i64, held in 0..1_000_000_i64) {
            let (at, mut rng) = (Timestamp::from_ms(1_000), StdRng::seed_from_u64(1));
            let (id, player) = (ReversalId::new(at, &mut rng), PlayerId::new(at, &mut rng));
            for what in [What::Parked, What::Deposit(player), What::Payout(player)] {
                let made = transfers(id, what, Cents::new(cents), Cents::new(held));
                let sum: i64 = made.iter().map(|one| one.amount.get()).sum();
                prop_assert_eq!(sum, cents);
                let taken = made.iter().filter(|one| one.from == Account::Wallet(player));
                prop_assert!(taken.map(|one| one.amount.get()).sum::<i64>() <= held);
            }
        }
    }
}
