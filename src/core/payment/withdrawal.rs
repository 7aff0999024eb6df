//! The life of a withdrawal: a payout by B2C to the player's own number.
//!
//! `requested` → `sent` → `paid` or `failed`, by way of `unknown` where nobody can tell. The money is
//! held from the request on; it goes back only on a certain failure, and a payout is sent at most
//! once under its own id (Daraja contract, sections 6, 7 and 14, traps 20 to 32).

use std::time::Duration;

use crate::core::{
    ids::{PlayerId, WithdrawalId},
    ledger::{Account, Reason, Transfer},
    money::Cents,
    rules::WalletRules,
    time::Timestamp,
};

/// Where a withdrawal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Asked for, the money held; the payout has not gone out.
    Requested,
    /// The payout went out, or is about to.
    Sent,
    /// It may or may not have gone out: the status is asked.
    Unknown,
    /// The money arrived.
    Paid,
    /// Certainly not paid; the money went back.
    Failed,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Requested,
        Self::Sent,
        Self::Unknown,
        Self::Paid,
        Self::Failed,
    ];

    /// The name in the database and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::Paid => "paid",
            Self::Failed => "failed",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether the money is still held.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::Sent | Self::Unknown)
    }
}

/// What a withdrawal takes and gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// What the player asked for: whole shillings.
    pub amount: Cents,
    /// What the house takes on top.
    pub fee: Cents,
    /// What is withheld from the amount.
    pub tax: Cents,
    /// What M-Pesa pays out: whole shillings, for B2C knows no cents.
    pub payout: Cents,
}

impl Quote {
    /// What leaves the wallet: the payout, the tax and the fee. Odd cents of the amount that cannot be
    /// paid out stay in the wallet.
    #[must_use]
    pub fn held(&self) -> Cents {
        let held = self.payout.get() + self.tax.get() + self.fee.get();
        Cents::new(held)
    }
}

/// Why an amount cannot be withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Outside the limits, or not in whole shillings.
    #[error("outside the limits")]
    OutsideLimits,
    /// After tax, less is left than B2C pays out.
    #[error("too little is left to pay out")]
    TooLittle,
}

/// The smallest payout that B2C makes (contract, section 13).
pub const MIN_PAYOUT: Cents = Cents::new(1_000);

/// What a withdrawal of `amount` costs and brings. The tax is rounded down to the cent, in the
/// player's favour.
///
/// # Errors
/// When the amount is outside the limits, or nothing sensible is left of it.
pub fn quote(amount: Cents, rules: &WalletRules) -> Result<Quote, Refusal> {
    let limits = rules.min_withdrawal..=rules.max_withdrawal;
    if !limits.contains(&amount) || amount.whole_shillings().is_none() {
        return Err(Refusal::OutsideLimits);
    }
    let band = rules
        .withdrawal_fees
        .iter()
        .find(|(up_to, _)| amount <= *up_to)
        .or(rules.withdrawal_fees.last());
    let fee = band.map_or(Cents::ZERO, |(_, fee)| *fee);
    let tax = amount.basis_points(rules.withholding_bps);
    let tax = tax.ok_or(Refusal::OutsideLimits)?;
    let payout = amount.minus(tax).unwrap_or_default().floor_shillings();
    if payout < MIN_PAYOUT {
        return Err(Refusal::TooLittle);
    }
    Ok(Quote {
        amount,
        fee,
        tax,
        payout,
    })
}

/// Holds the money of a withdrawal.
#[must_use]
pub fn hold(player: PlayerId, id: WithdrawalId, quote: &Quote) -> Option<Transfer> {
    let cause = format!("withdrawal:{id}");
    let (from, to) = (Account::Wallet(player), Account::Payouts);
    Transfer::new(Reason::Withdrawal, from, to, quote.held(), cause)
}

/// What a payout that arrived books: all that was held leaves `payouts`.
#[must_use]
pub fn pay(id: WithdrawalId, quote: &Quote) -> Vec<Transfer> {
    let from = Account::Payouts;
    let parts = [
        (Reason::Payout, Account::Mpesa, quote.payout, "payout"),
        (
            Reason::WithdrawalFee,
            Account::House,
            quote.fee,
            "payout_fee",
        ),
        (
            Reason::WithholdingTax,
            Account::Withholding,
            quote.tax,
            "payout_tax",
        ),
    ];
    parts
        .into_iter()
        .filter_map(|(reason, to, amount, cause)| {
            Transfer::new(reason, from, to, amount, format!("{cause}:{id}"))
        })
        .collect()
}

/// What a certain failure books: all that was held, the fee too, goes back.
#[must_use]
pub fn give_back(player: PlayerId, id: WithdrawalId, quote: &Quote) -> Option<Transfer> {
    let cause = format!("withdrawal_back:{id}");
    let (from, to) = (Account::Payouts, Account::Wallet(player));
    Transfer::new(Reason::WithdrawalBack, from, to, quote.held(), cause)
}

/// What a success after the money went back books. The wallet is not touched for it.
#[must_use]
pub fn pay_late(id: WithdrawalId, quote: &Quote) -> Option<Transfer> {
    let cause = format!("late_payout:{id}");
    let (from, to) = (Account::Suspense, Account::Mpesa);
    Transfer::new(Reason::LatePayout, from, to, quote.payout, cause)
}

/// What a result code of B2C says beside 0 (contract, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Certainly not paid, for this reason.
    Failed(Failure),
    /// Certainly not paid, and the house is to blame: nothing else should be sent either.
    HouseFault,
    /// Nobody can tell: ask.
    Unknown,
}

/// Why a withdrawal failed, as far as the player should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The player's M-Pesa account would get too full, or had its day's limit.
    AccountFull,
    /// The number is not registered with M-Pesa, or not valid there.
    NotRegistered,
    /// Anything that is not the player's affair.
    Unavailable,
}

impl Failure {
    /// The name in texts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccountFull => "account_full",
            Self::NotRegistered => "not_registered",
            Self::Unavailable => "payout_unavailable",
        }
    }
}

/// What a result code means; 0 is not asked for here. The code is text or number on the wire; it
/// comes here as text. What the contract does not call a certain failure is unknown.
#[must_use]
pub fn verdict(code: &str) -> Verdict {
    match code {
        "1" | "11" | "21" | "2001" | "2006" | "2028" | "8006" => Verdict::HouseFault,
        "4" | "8" => Verdict::Failed(Failure::AccountFull),
        "2040" | "SFC_IC0003" => Verdict::Failed(Failure::NotRegistered),
        "2" | "3" => Verdict::Failed(Failure::Unavailable),
        _ => Verdict::Unknown,
    }
}

/// How often and how long a payout without a result is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// After this long without a result, ask.
    pub query_after: Duration,
}

/// The longest wait between two questions.
const MAX_WAIT: Duration = Duration::from_secs(60 * 60);

/// How often M-Pesa has to say that it knows nothing of a payout before it is sent again, under the
/// same id: an answer of that kind can be early (contract, section 7, code 2032).
pub const UNHEARD_OF: i64 = 3;

/// After how many questions without certainty the operator is told.
pub const FLAG_AFTER: i64 = 5;

impl Patience {
    /// When to ask next after the `attempt`-th question (1 and up): twice as long each time, an hour
    /// at most.
    #[must_use]
    pub fn next_question(&self, now: Timestamp, attempt: i64) -> Timestamp {
        let doublings = u32::try_from(attempt.clamp(1, 10)).unwrap_or(1);
        now.after(
            self.query_after
                .saturating_mul(1 << doublings)
                .min(MAX_WAIT),
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    fn rules(bps: u32) -> WalletRules {
        WalletRules {
            withholding_bps: bps,
            ..WalletRules::default()
        }
    }

    fn ids() -> (PlayerId, WithdrawalId) {
        let mut rng = StdRng::seed_from_u64(1);
        let at = Timestamp::from_ms(1_000);
        (PlayerId::new(at, &mut rng), WithdrawalId::new(at, &mut rng))
    }

    #[test]
    fn fees_come_from_their_band() {
        let fee = |shillings: i64| quote(Cents::new(shillings * 100), &rules(0)).unwrap().fee;
        for (amount, expected) in [
            (50, 0),
            (100, 0),
            (101, 5),
            (1_500, 5),
            (1_501, 9),
            (70_000, 13),
        ] {
            assert_eq!(fee(amount), Cents::new(expected * 100), "{amount}");
        }
        let dear = WalletRules {
            withdrawal_fees: vec![(Cents::new(10_000), Cents::new(200))],
            ..rules(0)
        };
        // Above the last band the fee goes on.
        assert_eq!(
            quote(Cents::new(20_000), &dear).unwrap().fee,
            Cents::new(200)
        );
    }

    #[test]
    fn tax_is_withheld_and_odd_cents_stay_in_the_wallet() {
        let taxed = quote(Cents::new(5_000), &rules(500)).unwrap();
        assert_eq!(taxed.tax, Cents::new(250));
        assert_eq!(taxed.payout, Cents::new(4_700));
        assert_eq!(taxed.held(), Cents::new(4_950));
        let whole = quote(Cents::new(10_000), &rules(500)).unwrap();
        assert_eq!(
            (whole.tax, whole.payout),
            (Cents::new(500), Cents::new(9_500))
        );
    }

    #[test]
    fn what_cannot_be_paid_out_is_refused() {
        for cents in [0, -100, 4_900, 5_050, 7_000_100] {
            let refused = quote(Cents::new(cents), &rules(0));
            assert_eq!(refused, Err(Refusal::OutsideLimits), "{cents}");
        }
        let all = quote(Cents::new(5_000), &rules(10_000));
        assert_eq!(all, Err(Refusal::TooLittle));
    }

    #[test]
    fn only_codes_that_the_contract_calls_certain_fail_a_payout() {
        for code in [
            "15",
            "17",
            "18",
            "26",
            "100000000",
            "TP40153",
            "",
            "01",
            "4999",
        ] {
            assert_eq!(verdict(code), Verdict::Unknown, "{code}");
        }
        for code in ["1", "2001", "8006"] {
            assert_eq!(verdict(code), Verdict::HouseFault, "{code}");
        }
        assert_eq!(verdict("2040"), Verdict::Failed(Failure::NotRegistered));
    }

    #[test]
    fn questions_become_rarer_but_never_end() {
        let patience = Patience {
            query_after: Duration::from_secs(120),
        };
        let now = Timestamp::from_ms(0);
        assert_eq!(
            patience.next_question(now, 1),
            now.after(Duration::from_secs(240))
        );
        assert_eq!(patience.next_question(now, i64::MAX), now.after(MAX_WAIT));
    }

    proptest! {
        #[test]
        fn a_withdrawal_leaves_nothing_held(shillings in 50..70_000_i64, bps in 0..5_000_u32) {
            let (player, id) = ids();
            let amount = Cents::new(shillings * 100);
            let quote = quote(amount, &rules(bps)).unwrap();
            let held = hold(player, id, &quote).unwrap().amount;
            let paid: i64 = pay(id, &quote).iter().map(|transfer| transfer.amount.get()).sum();
            prop_assert_eq!(held.get(), paid);
            prop_assert_eq!(give_back(player, id, &quote).unwrap().amount, held);
            // Never against the player: at most the amount and the fee are taken, and the tax is not
            // above its rate by as much as a cent.
            prop_assert!(held.get() <= amount.get() + quote.fee.get());
            prop_assert!(amount.get() + quote.fee.get() - held.get() < 100);
            prop_assert!(quote.tax.get() * 10_000 <= amount.get() * i64::from(bps));
            prop_assert!(quote.payout.whole_shillings().is_some());
        }
    }
}
