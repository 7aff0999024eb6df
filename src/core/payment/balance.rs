//! What M-Pesa says that it holds for us, against what the ledger says.
//!
//! The two are never looked at in the same instant, and money is always on its way: so a difference
//! is held against what can explain it, and has to last before anybody is woken.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::core::{money::Cents, time::Timestamp};

/// The only currency of the ledger, as M-Pesa writes it.
const CURRENCY: &str = "KES";

/// The most that one payment can bring (Daraja contract, section 13).
const MAX_PAYMENT: Cents = Cents::new(25_000_000);

/// One account of the organisation at M-Pesa.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountBalance {
    /// The name, as M-Pesa has it.
    pub name: String,
    /// The currency, in capitals.
    pub currency: String,
    /// What is in it; may be below zero.
    #[serde(rename = "cents")]
    pub balance: Cents,
}

impl AccountBalance {
    fn is_named(&self, word: &str) -> bool {
        self.name.to_ascii_lowercase().contains(word)
    }

    /// Whether it only counts what M-Pesa charged, below zero.
    #[must_use]
    pub fn is_of_charges(&self) -> bool {
        self.is_named("charge")
    }

    /// Whether it is the one that payouts are made from.
    #[must_use]
    pub fn is_utility(&self) -> bool {
        self.is_named("utility")
    }

    /// Whether its money is ours and of the ledger's currency. All accounts are but the one of the
    /// charges: what is moved between Working, Float, Utility and Settlement stays ours.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        self.currency == CURRENCY && !self.is_of_charges()
    }
}

/// What all accounts come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holdings {
    /// Our money.
    pub held: Cents,
    /// What of it payouts can be made from; `None` where no such account is listed.
    pub utility: Option<Cents>,
    /// What M-Pesa counts as charged and has not cleared; zero or below.
    pub charges: Cents,
}

/// Adds accounts up; `None` where none of them is counted, or the sum does not fit.
#[must_use]
pub fn holdings(accounts: &[AccountBalance]) -> Option<Holdings> {
    let sum = |of: &dyn Fn(&&AccountBalance) -> bool| {
        let mut balances = accounts.iter().filter(of).map(|account| account.balance);
        balances.try_fold(Cents::ZERO, Cents::plus)
    };
    let is_counted = |account: &&AccountBalance| account.is_counted();
    let is_utility = |account: &&AccountBalance| account.is_counted() && account.is_utility();
    let is_charges =
        |account: &&AccountBalance| account.currency == CURRENCY && account.is_of_charges();
    accounts.iter().find(is_counted)?;
    Some(Holdings {
        held: sum(&is_counted)?,
        utility: match accounts.iter().find(is_utility) {
            Some(_) => Some(sum(&is_utility)?),
            None => None,
        },
        charges: sum(&is_charges)?,
    })
}

/// What becomes of the charges that M-Pesa counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Charges {
    /// They are owed: our money is whole until they are cleared at the settlement.
    #[default]
    Owed,
    /// They are taken at once from the money that pays out; their account only counts them.
    Taken,
}

impl Charges {
    /// The money that the ledger can be held against: it knows nothing of M-Pesa's charges.
    #[must_use]
    pub const fn before_charges(self, held: Cents, charges: Cents) -> Option<Cents> {
        match self {
            Self::Owed => Some(held),
            Self::Taken => held.minus(charges),
        }
    }
}

/// Money that is on its way between M-Pesa and the ledger: in the books of one and not yet of the
/// other, perhaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnderWay {
    /// Pushed deposits whose outcome is open.
    pub deposits: Cents,
    /// Payouts whose outcome is open.
    pub payouts: Cents,
    /// Payments to the paybill that were told of and not acted on, by number.
    pub payments: i64,
    /// What the ledger took in since M-Pesa was asked.
    pub booked_in: Cents,
    /// What the ledger paid out since then.
    pub booked_out: Cents,
}

impl UnderWay {
    /// How much less M-Pesa may hold without anything being wrong.
    #[must_use]
    pub fn may_be_short(&self) -> Cents {
        Cents::new(self.payouts.get().saturating_add(self.booked_in.get()))
    }

    /// How much more.
    #[must_use]
    pub fn may_be_over(&self) -> Cents {
        let payments = MAX_PAYMENT.get().saturating_mul(self.payments);
        let booked = self.deposits.get().saturating_add(self.booked_out.get());
        Cents::new(booked.saturating_add(payments))
    }
}

/// What a difference means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is none to speak of.
    Agrees,
    /// Money that is on its way can explain it.
    UnderWay,
    /// Nothing explains it.
    Unexplained,
}

/// Judges a difference: above zero M-Pesa holds more than the ledger says.
#[must_use]
pub fn judge(drift: Cents, tolerance: Cents, under_way: &UnderWay) -> Verdict {
    let (drift, tolerance) = (drift.get(), tolerance.get());
    let over = drift.saturating_sub(tolerance);
    let short = drift.saturating_neg().saturating_sub(tolerance);
    if over <= 0 && short <= 0 {
        Verdict::Agrees
    } else if over <= under_way.may_be_over().get() && short <= under_way.may_be_short().get() {
        Verdict::UnderWay
    } else {
        Verdict::Unexplained
    }
}

/// Where a report stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// M-Pesa was asked, the answer has not come.
    Asked,
    /// There is no answer to be had.
    Failed,
    /// M-Pesa and the ledger agree, or an operator accepted the difference.
    Ok,
    /// They differ by no more than is on its way.
    UnderWay,
    /// They differ, and nothing explains it yet.
    Suspect,
    /// They have differed for long enough: an alarm.
    Drift,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Asked,
        Self::Failed,
        Self::Ok,
        Self::UnderWay,
        Self::Suspect,
        Self::Drift,
    ];

    /// The name in the database and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Failed => "failed",
            Self::Ok => "ok",
            Self::UnderWay => "under_way",
            Self::Suspect => "suspect",
            Self::Drift => "drift",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A difference that nothing explained, seen before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspicion {
    /// Since when.
    pub since: Timestamp,
    /// The difference that was seen last.
    pub drift: Cents,
}

/// Where a report stands after its verdict, and since when the difference is suspicious. It is an
/// alarm once it has lasted for `confirm`, on the same side of zero throughout.
#[must_use]
pub fn settle(
    verdict: Verdict,
    drift: Cents,
    before: Option<Suspicion>,
    confirm: Duration,
    now: Timestamp,
) -> (State, Option<Timestamp>) {
    match verdict {
        Verdict::Agrees => (State::Ok, None),
        Verdict::UnderWay => (State::UnderWay, None),
        Verdict::Unexplained => {
            let is_same = |before: &Suspicion| before.drift.is_positive() == drift.is_positive();
            let since = before.filter(is_same).map_or(now, |before| before.since);
            let has_lasted = since < now && now >= since.after(confirm);
            let state = if has_lasted {
                State::Drift
            } else {
                State::Suspect
            };
            (state, Some(since))
        }
    }
}

/// The next time after `now` that it is so many minutes after midnight in Nairobi.
#[must_use]
pub fn next_at(now: Timestamp, minutes: u32) -> Timestamp {
    let after_midnight = Duration::from_secs(u64::from(minutes) * 60);
    let today = now.start_of_day().after(after_midnight);
    if today > now {
        today
    } else {
        today.after(Duration::from_secs(24 * 60 * 60))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOON: Timestamp = Timestamp::from_ms(1_795_338_000_000);
    const MINUTE: Duration = Duration::from_secs(60);

    fn account(name: &str, currency: &str, cents: i64) -> AccountBalance {
        AccountBalance {
            name: name.into(),
            currency: currency.into(),
            balance: Cents::new(cents),
        }
    }

    #[test]
    fn all_accounts_count_but_charges_and_other_currencies() {
        let accounts = [
            account("Working Account", "KES", 70_000_000),
            account("Float Account", "KES", 0),
            account("Utility Account", "KES", 22_803_700),
            account("Charges Paid Account", "KES", -154_000),
            account("Organization Settlement Account", "KES", 100),
            account("Utility Account", "USD", 999),
        ];
        let holdings = holdings(&accounts).unwrap();
        assert_eq!(holdings.held, Cents::new(92_803_800));
        assert_eq!(holdings.utility, Some(Cents::new(22_803_700)));
        assert_eq!(holdings.charges, Cents::new(-154_000));
        let before = |charges: Charges| {
            charges
                .before_charges(holdings.held, holdings.charges)
                .unwrap()
        };
        assert_eq!(before(Charges::Owed), Cents::new(92_803_800));
        assert_eq!(before(Charges::Taken), Cents::new(92_957_800));
    }

    #[test]
    fn nothing_that_counts_is_nothing_known() {
        assert_eq!(holdings(&[]), None);
        assert_eq!(
            holdings(&[account("Charges Paid Account", "KES", -1)]),
            None
        );
        assert_eq!(holdings(&[account("Utility Account", "USD", 1)]), None);
        let full = account("Utility Account", "KES", i64::MAX);
        assert_eq!(holdings(&[full.clone(), full]), None);
    }

    #[test]
    fn what_is_on_its_way_explains_its_own_side_only() {
        let under_way = UnderWay {
            deposits: Cents::new(10_000),
            payouts: Cents::new(5_000),
            ..UnderWay::default()
        };
        let judge = |cents| judge(Cents::new(cents), Cents::new(100), &under_way);
        for (cents, verdict) in [
            (0, Verdict::Agrees),
            (100, Verdict::Agrees),
            (-100, Verdict::Agrees),
            (101, Verdict::UnderWay),
            (10_100, Verdict::UnderWay),
            (10_101, Verdict::Unexplained),
            (-5_100, Verdict::UnderWay),
            (-5_101, Verdict::Unexplained),
            (i64::MIN, Verdict::Unexplained),
            (i64::MAX, Verdict::Unexplained),
        ] {
            assert_eq!(judge(cents), verdict, "{cents}");
        }
    }

    #[test]
    fn a_difference_has_to_last_on_one_side() {
        let confirm = 5 * MINUTE;
        let settle = |drift, before| {
            let verdict = Verdict::Unexplained;
            super::settle(verdict, Cents::new(drift), before, confirm, NOON)
        };
        let since = |ago, drift| {
            Some(Suspicion {
                since: NOON.before(ago),
                drift: Cents::new(drift),
            })
        };
        assert_eq!(settle(-1, None), (State::Suspect, Some(NOON)));
        let soon = NOON.before(4 * MINUTE);
        assert_eq!(
            settle(-1, since(4 * MINUTE, -9)),
            (State::Suspect, Some(soon))
        );
        assert_eq!(
            settle(-1, since(5 * MINUTE, -9)),
            (State::Drift, Some(NOON.before(confirm)))
        );
        assert_eq!(
            settle(1, since(50 * MINUTE, -9)),
            (State::Suspect, Some(NOON))
        );
        let agrees = super::settle(
            Verdict::Agrees,
            Cents::ZERO,
            since(50 * MINUTE, 1),
            confirm,
            NOON,
        );
        assert_eq!(agrees, (State::Ok, None));
    }

    #[test]
    fn the_next_time_of_day_is_ahead() {
        assert_eq!(next_at(NOON, 12 * 60), NOON.after(24 * 60 * MINUTE));
        assert_eq!(next_at(NOON, 12 * 60 + 1), NOON.after(MINUTE));
        assert_eq!(next_at(NOON, 4 * 60), NOON.after(16 * 60 * MINUTE));
    }

    #[test]
    fn states_survive_text() {
        for state in State::ALL {
            assert_eq!(State::named(state.name()), Some(state));
        }
        assert_eq!(State::named("well"), None);
    }

    proptest! {
        #[test]
        fn more_on_its_way_never_makes_it_worse(
            drift in any::<i64>(), tolerance in 0..1_000_000_i64,
            deposits in 0..i64::MAX, payouts in 0..i64::MAX, more in 0..i64::MAX,
        ) {
            let at = |more: i64| UnderWay {
                deposits: Cents::new(deposits.saturating_add(more)),
                payouts: Cents::new(payouts.saturating_add(more)),
                booked_in: Cents::new(more),
                booked_out: Cents::new(more),
                payments: more,
            };
            let judge = |more| judge(Cents::new(drift), Cents::new(tolerance), &at(more));
            if judge(0) != Verdict::Unexplained {
                prop_assert_ne!(judge(more), Verdict::Unexplained);
            }
        }
    }
}
