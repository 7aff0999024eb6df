//! The life of a deposit by STK push.
//!
//! `requested` → `pushed` → `paid` or `failed`; a deposit that failed can still become paid, a paid
//! one changes no more. Money follows the callback that carries a receipt; a query alone never
//! credits anybody (Daraja contract, sections 4, 5 and 14).

use std::time::Duration;

use crate::core::{
    ids::PlayerId,
    ledger::{self, Transfer},
    money::Cents,
    rules::WalletRules,
    time::Timestamp,
};

/// Where a deposit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Asked for; the push has not gone out.
    Requested,
    /// The push went out, or may have.
    Pushed,
    /// The money came in and was credited.
    Paid,
    /// Not paid so far as anybody knows. Success that arrives later still credits.
    Failed,
}

impl State {
    /// The name in the database and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Pushed => "pushed",
            Self::Paid => "paid",
            Self::Failed => "failed",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Requested, Self::Pushed, Self::Paid, Self::Failed]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// Why a deposit of some amount is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Below the minimum.
    #[error("below the minimum")]
    BelowMinimum,
    /// Above the maximum.
    #[error("above the maximum")]
    AboveMaximum,
}

/// Checks an amount that a player asks to deposit.
///
/// # Errors
/// When it is outside the limits.
pub fn check_amount(amount: Cents, rules: &WalletRules) -> Result<(), Refusal> {
    if amount < rules.min_deposit {
        Err(Refusal::BelowMinimum)
    } else if amount > rules.max_deposit {
        Err(Refusal::AboveMaximum)
    } else {
        Ok(())
    }
}

/// Why a deposit failed, as far as the player should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The payer has too little at M-Pesa.
    NoFunds,
    /// The payer cancelled the prompt, or let it pass.
    Cancelled,
    /// The M-Pesa PIN was wrong.
    WrongPin,
    /// The phone could not be reached. Ambiguous: the payment may still come.
    Unreachable,
    /// The same amount within two minutes.
    SameAmount,
    /// M-Pesa could not be reached: no prompt was ever sent.
    Unavailable,
    /// Anything else.
    Other,
}

impl Failure {
    /// What a result code of an STK callback means (contract, section 4). The code is text or
    /// number on the wire; it comes here as text.
    #[must_use]
    pub fn of_code(code: &str) -> Self {
        match code {
            "1" => Self::NoFunds,
            "1032" | "1031" | "1019" => Self::Cancelled,
            "2001" => Self::WrongPin,
            "1037" | "1036" => Self::Unreachable,
            "17" => Self::SameAmount,
            _ => Self::Other,
        }
    }

    /// The name in texts: the SMS of a failed deposit ends in it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoFunds => "no_funds",
            Self::Cancelled => "cancelled",
            Self::WrongPin => "wrong_pin",
            Self::Unreachable => "unreachable",
            Self::SameAmount => "same_amount",
            Self::Unavailable => "unavailable",
            Self::Other => "other",
        }
    }
}

/// Whether a code that a *query* gives says for certain that nothing was paid so far. Every other
/// code, and every other answer, is "not known yet" (contract, section 14, trap 2).
#[must_use]
pub fn query_says_unpaid(code: &str) -> bool {
    matches!(
        code,
        "1" | "1019" | "1025" | "1032" | "1037" | "2001" | "9999"
    )
}

/// Whether a code in a *callback* says that nothing was paid so far. Those are the codes that the
/// contract lists (section 4). A code that is not among them is not success, and is no proof that
/// nothing was paid: the deposit stays open and is asked about. 26 (traffic blocking) and 4999 (still
/// under way) are listed, and prove nothing either.
#[must_use]
pub fn callback_says_unpaid(code: &str) -> bool {
    query_says_unpaid(code)
        || matches!(
            code,
            "2" | "3"
                | "4"
                | "8"
                | "17"
                | "1001"
                | "1031"
                | "1036"
                | "2028"
                | "8006"
                | "SFC_IC0003"
                | "E3008"
        )
}

/// M-Pesa refuses the same amount from the same customer for this long (contract, section 4,
/// code 17).
const SAME_AMOUNT: Duration = Duration::from_secs(2 * 60);

/// For how long the same amount is not asked for again, where pushes to one phone are `interval`
/// apart: two intervals, at most what M-Pesa refuses. A house that keeps no interval asks M-Pesa, and
/// hears code 17.
#[must_use]
pub fn same_amount_window(interval: Duration) -> Duration {
    interval.saturating_mul(2).min(SAME_AMOUNT)
}

/// How long a push may wait for its turn, or for M-Pesa to be reachable. A prompt that rings later is
/// one that nobody expects any more.
const PUSH_WITHIN: Duration = Duration::from_secs(5 * 60);

/// When a push that was due at `due` is sent at the latest.
#[must_use]
pub fn latest_push(due: Timestamp) -> Timestamp {
    due.after(PUSH_WITHIN)
}

/// How often and how long a pushed deposit is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// After this long without a callback, ask.
    pub query_after: Duration,
    /// After this long without certainty, park it for the operator.
    pub expire_after: Duration,
}

impl Patience {
    /// When to look next at a deposit pushed at `pushed`, asked about at `now` for the
    /// `attempt`-th time (1 and up): twice as long each time, at most until it expires. `None` when
    /// it has expired.
    #[must_use]
    pub fn next_look(&self, pushed: Timestamp, now: Timestamp, attempt: u32) -> Option<Timestamp> {
        let expires = pushed.after(self.expire_after);
        if now >= expires {
            return None;
        }
        let wait = self.query_after.saturating_mul(1 << attempt.clamp(1, 10));
        Some(now.after(wait).min(expires))
    }
}

/// A success callback with a receipt, judged against the deposit that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// What to book.
    pub transfers: Vec<Transfer>,
    /// What the wallet gets.
    pub credited: Cents,
    /// Excise duty, which leaves the wallet at once.
    pub excise: Cents,
    /// What was paid above the request and is parked.
    pub excess: Cents,
    /// Whether an operator should look: the amount is not the one that was asked for.
    pub is_flagged: bool,
}

/// What a payment of `stated` books for a deposit of `requested`: the stated amount, at most the
/// requested one; what is above is parked, since callbacks are unsigned. Excise duty of `excise_bps`
/// basis points is taken off what is credited.
#[must_use]
pub fn credit(
    player: PlayerId,
    receipt: &str,
    requested: Cents,
    stated: Cents,
    excise_bps: u32,
) -> Credit {
    let credited = stated.min(requested);
    let excess = stated.minus(credited).unwrap_or_default();
    let booked = ledger::deposit(player, receipt, credited);
    let excise = booked
        .as_ref()
        .and_then(|credited| ledger::excise(credited, excise_bps));
    Credit {
        excise: excise.as_ref().map_or(Cents::ZERO, |excise| excise.amount),
        transfers: booked
            .into_iter()
            .chain(excise)
            .chain(ledger::park_excess(receipt, excess))
            .collect(),
        credited,
        excess,
        is_flagged: stated != requested,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;
    use crate::core::ledger::Account;

    #[test]
    fn a_callback_ends_a_deposit_only_by_a_listed_code() {
        for code in ["1", "17", "1032", "1037", "2001", "SFC_IC0003"] {
            assert!(callback_says_unpaid(code), "{code}");
        }
        for code in ["0", "4999", "26", "7", "500.001.1001", "", "1032 "] {
            assert!(!callback_says_unpaid(code), "{code}");
        }
    }

    #[test]
    fn limits_are_inclusive() {
        let rules = WalletRules::default();
        assert_eq!(check_amount(Cents::new(1_000), &rules), Ok(()));
        assert_eq!(
            check_amount(Cents::new(999), &rules),
            Err(Refusal::BelowMinimum)
        );
        assert_eq!(check_amount(Cents::new(7_000_000), &rules), Ok(()));
        assert_eq!(
            check_amount(Cents::new(7_000_100), &rules),
            Err(Refusal::AboveMaximum)
        );
    }

    #[test]
    fn a_query_is_believed_only_where_the_code_is_certain() {
        for code in ["0", "4999", "17", "1001", "", "SFC_IC0003", "01032"] {
            assert!(!query_says_unpaid(code), "{code}");
        }
        assert!(query_says_unpaid("1032"));
    }

    #[test]
    fn looks_become_rarer_and_end() {
        let patience = Patience {
            query_after: Duration::from_secs(90),
            expire_after: Duration::from_secs(3_600),
        };
        let pushed = Timestamp::from_ms(0);
        let mut now = pushed.after(patience.query_after);
        let mut looks = 0;
        while let Some(next) = patience.next_look(pushed, now, looks + 1) {
            assert!(next > now);
            now = next;
            looks += 1;
            assert!(looks < 20, "looks for ever");
        }
        assert_eq!(now, pushed.after(patience.expire_after));
    }

    proptest! {
        #[test]
        fn what_was_paid_is_what_is_booked(
            requested in 100..1_000_000_i64,
            stated in 1..1_000_000_i64,
            bps in 0..=10_000_u32,
        ) {
            let player = PlayerId::new(Timestamp::from_ms(1), &mut StdRng::seed_from_u64(1));
            let credit = credit(player, "R", Cents::new(requested), Cents::new(stated), bps);
            let from_mpesa = credit.transfers.iter().filter(|transfer| transfer.from == Account::Mpesa);
            let booked: i64 = from_mpesa.map(|transfer| transfer.amount.get()).sum();
            prop_assert_eq!(booked, stated);
            prop_assert!(credit.credited.get() <= requested);
            prop_assert_eq!(credit.credited.get() + credit.excess.get(), stated);
            prop_assert_eq!(credit.is_flagged, requested != stated);
        }

        /// Rounded down: never more than the rate says, and less by no more than a cent.
        #[test]
        fn excise_is_never_against_the_player_and_off_by_less_than_a_cent(
            cents in 1..100_000_000_i64,
            bps in 0..=10_000_u32,
        ) {
            let player = PlayerId::new(Timestamp::from_ms(1), &mut StdRng::seed_from_u64(1));
            let credit = credit(player, "R", Cents::new(cents), Cents::new(cents), bps);
            let exact = i128::from(cents) * i128::from(bps);
            let taken = i128::from(credit.excise.get()) * 10_000;
            prop_assert!(taken <= exact && exact < taken + 10_000);
            let duty = credit.transfers.iter().find(|transfer| transfer.to == Account::Excise);
            prop_assert_eq!(duty.map_or(0, |duty| duty.amount.get()), credit.excise.get());
            prop_assert!(duty.is_none_or(|duty| duty.from == Account::Wallet(player)));
        }
    }
}
