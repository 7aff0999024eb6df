//! The statement of a period: what every account held at its begin and at its end, and what moved in
//! between. It is folded from sums over the transfers alone, so that it agrees with the ledger to the
//! cent; the wallets stand together as one account.

use chrono::{Days, Months, NaiveDate, NaiveTime};

use super::{
    ledger::{Account, Reason, SYSTEM_ACCOUNTS},
    money::Cents,
    time::Timestamp,
};

/// The name of all wallets together.
pub const WALLETS: &str = "wallets";

/// A time from an instant up to another one, which is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

impl Period {
    /// A day in Nairobi; `None` when it cannot be written down.
    #[must_use]
    pub fn day(date: NaiveDate) -> Option<Self> {
        Self::between(date, date.checked_add_days(Days::new(1))?)
    }

    /// A month in Nairobi, named by its first day.
    #[must_use]
    pub fn month(first: NaiveDate) -> Option<Self> {
        Self::between(first, first.checked_add_months(Months::new(1))?)
    }

    fn between(first: NaiveDate, next: NaiveDate) -> Option<Self> {
        let midnight = |date: NaiveDate| Timestamp::of_nairobi(date.and_time(NaiveTime::MIN));
        Some(Self {
            from: midnight(first)?,
            until: midnight(next)?,
        })
    }
}

/// Transfers between two accounts for one reason, summed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Why.
    pub reason: Reason,
    /// The account that the money left: a system account, or [`WALLETS`].
    pub from: String,
    /// The account that it came to.
    pub to: String,
    /// Whether it was in the period; else before it.
    pub is_within: bool,
    /// How many transfers.
    pub count: i64,
    /// How much together.
    pub sum: Cents,
}

/// Games that were not settled at the end of the period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenEntries {
    /// Entries whose round was under way.
    pub playing: i64,
    /// Entries that waited for an opponent, or for their opponent's end.
    pub waiting: i64,
    /// The stakes of both.
    pub stakes: Cents,
    /// Those among them that nobody had joined: they go back, unless somebody still comes.
    pub unpaired: i64,
    /// The stakes of these.
    pub unpaired_stakes: Cents,
}

/// One account over the period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its name.
    pub account: String,
    /// What it held at the begin.
    pub opening: Cents,
    /// What came in.
    pub came_in: Cents,
    /// What went out.
    pub went_out: Cents,
    /// What it held at the end.
    pub closing: Cents,
}

/// The statement of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Which period.
    pub period: Period,
    /// Every system account in the ledger's order, then all wallets together.
    pub accounts: Vec<Line>,
    /// What moved in the period, in the order of the reasons; no reason without a transfer.
    pub movements: Vec<Flow>,
    /// What was open at the end.
    pub open: OpenEntries,
}

/// The amounts are more than can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the amounts are more than can be counted")]
pub struct TooMuch;

impl Statement {
    /// Folds flows into a statement.
    ///
    /// # Errors
    /// [`TooMuch`] when a sum does not fit.
    pub fn of(period: Period, flows: Vec<Flow>, open: OpenEntries) -> Result<Self, TooMuch> {
        let names = SYSTEM_ACCOUNTS.iter().map(|(_, name)| *name);
        let mut accounts = Vec::new();
        for account in names.chain([WALLETS]) {
            accounts.push(line(account, &flows)?);
        }
        let mut movements = flows;
        movements.retain(|flow| flow.is_within);
        let place = |flow: &Flow| Reason::ALL.iter().position(|reason| *reason == flow.reason);
        movements.sort_by_key(place);
        Ok(Self {
            period,
            accounts,
            movements,
            open,
        })
    }

    /// The line of a system account.
    #[must_use]
    pub fn line(&self, account: Account) -> Option<&Line> {
        let name = account.to_string();
        self.accounts.iter().find(|line| line.account == name)
    }

    /// How many transfers there were for a reason, and how much they moved.
    #[must_use]
    pub fn moved(&self, reason: Reason) -> (i64, Cents) {
        let of_reason = self.movements.iter().filter(|flow| flow.reason == reason);
        of_reason.fold((0, Cents::ZERO), |(count, sum), flow| {
            (count + flow.count, sum.plus(flow.sum).unwrap_or(sum))
        })
    }

    /// What does not agree, for a person.
    #[must_use]
    pub fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        let total = self
            .accounts
            .iter()
            .try_fold(Cents::ZERO, |sum, line| sum.plus(line.closing));
        if total != Some(Cents::ZERO) {
            let total = total.map_or("too much".into(), |total| total.to_string());
            findings.push(format!("the closing balances add up to {total}, not to 0"));
        }
        let stakes = self.line(Account::Stakes).map(|line| line.closing);
        if stakes != Some(self.open.stakes) {
            let held = stakes.unwrap_or_default();
            let open = self.open.stakes;
            findings.push(format!(
                "stakes holds {held}, the games that were open staked {open}"
            ));
        }
        findings
    }
}

fn line(account: &str, flows: &[Flow]) -> Result<Line, TooMuch> {
    let sum_of = |is_counted: &dyn Fn(&Flow) -> bool| {
        let mut counted = flows.iter().filter(|flow| is_counted(flow));
        counted.try_fold(Cents::ZERO, |sum, flow| sum.plus(flow.sum).ok_or(TooMuch))
    };
    let before_in = sum_of(&|flow| !flow.is_within && flow.to == account)?;
    let before_out = sum_of(&|flow| !flow.is_within && flow.from == account)?;
    let came_in = sum_of(&|flow| flow.is_within && flow.to == account)?;
    let went_out = sum_of(&|flow| flow.is_within && flow.from == account)?;
    let opening = before_in.minus(before_out).ok_or(TooMuch)?;
    let closing = opening.plus(came_in).ok_or(TooMuch)?;
    let closing = closing.minus(went_out).ok_or(TooMuch)?;
    Ok(Line {
        account: account.into(),
        opening,
        came_in,
        went_out,
        closing,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_and_months_begin_at_midnight_in_nairobi() {
        let day = Period::day(date("2026-11-22")).unwrap();
        assert_eq!(day.from.to_string(), "2026-11-22 00:00:00");
        assert_eq!(day.until.to_string(), "2026-11-23 00:00:00");
        assert_eq!(day.from.ms(), 1_795_294_800_000);
        let february = Period::month(date("2028-02-01")).unwrap();
        assert_eq!(february.until.to_string(), "2028-03-01 00:00:00");
        assert_eq!(Period::day(NaiveDate::MAX), None);
    }

    fn flow() -> impl Strategy<Value = Flow> {
        let place = 0..Reason::ALL.len();
        (place, any::<bool>(), 1..100_i64, 1..1_000_000_i64).prop_map(
            |(place, is_within, count, cents)| {
                let reason = Reason::ALL[place];
                let wallet = "wallet:00000000000000000000000000".parse().unwrap();
                let mut all: Vec<Account> = SYSTEM_ACCOUNTS.iter().map(|(one, _)| *one).collect();
                all.push(wallet);
                let pairs = all
                    .iter()
                    .flat_map(|from| all.iter().map(move |to| (*from, *to)));
                let (from, to) = pairs
                    .into_iter()
                    .find(|(from, to)| reason.runs_between(*from, *to))
                    .unwrap();
                let name = |account: Account| {
                    if matches!(account, Account::Wallet(_)) {
                        WALLETS.to_owned()
                    } else {
                        account.to_string()
                    }
                };
                Flow {
                    reason,
                    from: name(from),
                    to: name(to),
                    is_within,
                    count,
                    sum: Cents::new(cents),
                }
            },
        )
    }

    proptest! {
        /// Each closing is its opening and what moved; all of them together are zero; and the period
        /// before ends where this one begins.
        #[test]
        fn what_was_and_what_moved_is_what_is(flows in prop::collection::vec(flow(), 0..40)) {
            let period = Period::day(date("2026-11-22")).unwrap();
            let open = OpenEntries::default();
            let statement = Statement::of(period, flows.clone(), open).unwrap();
            let mut total = [0_i64; 2];
            for line in &statement.accounts {
                prop_assert_eq!(
                    line.closing.get(),
                    line.opening.get() + line.came_in.get() - line.went_out.get()
                );
                total[0] += line.opening.get();
                total[1] += line.closing.get();
            }
            prop_assert_eq!(total, [0, 0]);
            let moved: i64 = statement.movements.iter().map(|flow| flow.sum.get()).sum();
            let came_in: i64 = statement.accounts.iter().map(|line| line.came_in.get()).sum();
            prop_assert_eq!(moved, came_in);
            let earlier: Vec<Flow> = flows.into_iter().filter(|flow| !flow.is_within)
                .map(|flow| Flow { is_within: true, ..flow }).collect();
            let before = Statement::of(period, earlier, open).unwrap();
            for (before, now) in before.accounts.iter().zip(&statement.accounts) {
                prop_assert_eq!(before.closing, now.opening);
            }
        }
    }

    #[test]
    fn stakes_that_no_open_game_accounts_for_are_a_finding() {
        let period = Period::day(date("2026-11-22")).unwrap();
        let stake = Flow {
            reason: Reason::Stake,
            from: WALLETS.into(),
            to: "stakes".into(),
            is_within: true,
            count: 1,
            sum: Cents::new(2_000),
        };
        let statement = Statement::of(period, vec![stake.clone()], OpenEntries::default()).unwrap();
        assert_eq!(
            statement.findings(),
            ["stakes holds 20, the games that were open staked 0"]
        );
        let sum = Cents::new(i64::MAX);
        let flows = vec![stake.clone(), Flow { sum, ..stake }];
        assert_eq!(
            Statement::of(period, flows, OpenEntries::default()),
            Err(TooMuch)
        );
    }
}
