//! What an operator's machine asks for every few seconds: what waits, and for how long. Each figure
//! is read by an index, and none counts beyond a limit, however much waits.

use sqlx::FromRow;

use super::{Claim, Store, StoreError, Tx, engine::Engine};
use crate::core::{sms::SmsClass, time::Timestamp};

/// What waits of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How many; 10,000 stands for any number above.
    pub count: i64,
    /// Since when the oldest waits; `None`: nothing does.
    pub since: Option<Timestamp>,
}

/// How things stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Rows that are due, by kind of work.
    pub jobs: Vec<(Claim, Waiting)>,
    /// Open entries: `playing`, and `waiting` for an opponent.
    pub entries: Vec<(&'static str, Waiting)>,
    /// Open deposits, by state.
    pub deposits: Vec<(&'static str, Waiting)>,
    /// Open withdrawals, by state.
    pub withdrawals: Vec<(&'static str, Waiting)>,
    /// What is to be sent, by class.
    pub outbox: Vec<(SmsClass, Waiting)>,
    /// What waits for an operator, by what it is.
    pub for_operator: Vec<(&'static str, Waiting)>,
    /// When chores were last done.
    pub chores: Vec<(String, Timestamp)>,
    /// The last check of the whole ledger.
    pub ledger: Option<LedgerChecked>,
}

/// What a check of the whole ledger found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct LedgerChecked {
    /// When it began, in ms since 1970.
    pub checked_at_ms: i64,
    /// How long it took, in ms.
    pub took_ms: i64,
    /// The number of transfers.
    pub transfers: i64,
    /// How many things were off.
    pub findings: i64,
    /// By how many cents all accounts together were off zero.
    pub drift_cents: i64,
}

/// Connections of one pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUse {
    /// Whose: `postgres`, or `writer` and `readers` of SQLite.
    pub name: &'static str,
    /// How many are open.
    pub open: usize,
    /// How many of them nobody uses.
    pub idle: usize,
    /// How many there may be.
    pub limit: usize,
}

/// The text of a statement that counts rows, up to a limit, and finds the oldest. The part given
/// selects `at_ms` in the order of an index.
macro_rules! waiting {
    ($rows:literal) => {
        concat!(
            "select cast(count(*) as bigint), min(at_ms) from (",
            $rows,
            " limit 10000) as rows"
        )
    };
}

const ENTRIES: [(&str, &str); 2] = [
    (
        "playing",
        waiting!(
            "select staked_at_ms as at_ms from entry
            where state = 'playing' and due_at_ms is not null order by due_at_ms"
        ),
    ),
    (
        "waiting",
        waiting!(
            "select staked_at_ms as at_ms from entry
            where state = 'waiting' and due_at_ms is not null order by due_at_ms"
        ),
    ),
];

const DEPOSITS: [(&str, &str); 2] = [
    (
        "requested",
        waiting!(
            "select requested_at_ms as at_ms from deposit
            where state = 'requested' and due_at_ms is not null order by due_at_ms"
        ),
    ),
    (
        "pushed",
        waiting!(
            "select requested_at_ms as at_ms from deposit
            where state = 'pushed' and due_at_ms is not null order by due_at_ms"
        ),
    ),
];

const WITHDRAWALS: [(&str, &str); 3] = [
    (
        "requested",
        waiting!(
            "select requested_at_ms as at_ms from withdrawal
            where state = 'requested' and due_at_ms is not null order by due_at_ms"
        ),
    ),
    (
        "sent",
        waiting!(
            "select requested_at_ms as at_ms from withdrawal
            where state = 'sent' and due_at_ms is not null order by due_at_ms"
        ),
    ),
    (
        "unknown",
        waiting!(
            "select requested_at_ms as at_ms from withdrawal
            where state = 'unknown' and due_at_ms is not null order by due_at_ms"
        ),
    ),
];

const OUTBOX: [(SmsClass, &str); 3] = [
    (
        SmsClass::Receipt,
        waiting!(
            "select created_at_ms as at_ms from outbox
            where due_at_ms is not null and class <> 'promotion' and class = 'receipt'
            order by due_at_ms"
        ),
    ),
    (
        SmsClass::Answer,
        waiting!(
            "select created_at_ms as at_ms from outbox
            where due_at_ms is not null and class <> 'promotion' and class = 'answer'
            order by due_at_ms"
        ),
    ),
    (
        SmsClass::Promotion,
        waiting!(
            "select created_at_ms as at_ms from outbox
            where due_at_ms is not null and class = 'promotion' order by due_at_ms"
        ),
    ),
];

const FOR_OPERATOR: [(&str, &str); 6] = [
    (
        "parked",
        waiting!(
            "select parked_at_ms as at_ms from parked
            where assigned_to is null and returned_at_ms is null order by parked_at_ms"
        ),
    ),
    (
        "flagged_deposits",
        waiting!(
            "select flagged_at_ms as at_ms from deposit where flagged = 1 order by requested_at_ms"
        ),
    ),
    (
        "flagged_withdrawals",
        waiting!(
            "select flagged_at_ms as at_ms from withdrawal
            where flagged = 1 order by requested_at_ms"
        ),
    ),
    (
        "dead_callbacks",
        waiting!(
            "select received_at_ms as at_ms from callback
            where state = 'dead' order by received_at_ms"
        ),
    ),
    (
        "late_payouts",
        waiting!(
            "select requested_at_ms as at_ms from withdrawal
            where state = 'failed' and receipt is not null and not exists (
                select 1 from adjustment
                where withdrawal_id = withdrawal.id and adjustment.state = 'booked')
            order by requested_at_ms"
        ),
    ),
    (
        "fair_cases",
        waiting!(
            "select first_seen_ms as at_ms from fair_flag
            where state = 'open' order by first_seen_ms"
        ),
    ),
];

impl Tx {
    /// How things stand at `now`.
    pub async fn figures(&mut self, now: Timestamp) -> Result<Figures, StoreError> {
        // Who looks gives up before: nothing is to go on counting for nobody.
        let limit = self.by_engine("select 1", "set local statement_timeout = '2s'");
        execute!(self, limit)?;
        let mut figures = Figures::default();
        for what in Claim::ALL {
            let row = fetch_optional!(self, (i64, Option<i64>), what.figure(), now.ms())?;
            figures.jobs.push((what, waiting(row)));
        }
        figures.entries = self.all_waiting(&ENTRIES).await?;
        figures.deposits = self.all_waiting(&DEPOSITS).await?;
        figures.withdrawals = self.all_waiting(&WITHDRAWALS).await?;
        figures.outbox = self.all_waiting(&OUTBOX).await?;
        figures.for_operator = self.all_waiting(&FOR_OPERATOR).await?;
        let chores = fetch_all!(
            self,
            (String, i64),
            "select id, done_at_ms from chore where done_at_ms is not null order by id"
        )?;
        let chores = chores.into_iter();
        figures.chores = chores
            .map(|(id, ms)| (id, Timestamp::from_ms(ms)))
            .collect();
        figures.ledger = self.ledger_checked().await?;
        Ok(figures)
    }

    async fn all_waiting<N: Copy>(
        &mut self,
        texts: &[(N, &'static str)],
    ) -> Result<Vec<(N, Waiting)>, StoreError> {
        let mut all = Vec::with_capacity(texts.len());
        for (name, text) in texts {
            let row = fetch_optional!(self, (i64, Option<i64>), *text)?;
            all.push((*name, waiting(row)));
        }
        Ok(all)
    }

    /// What the last check of the whole ledger found; `None`: there was none.
    pub async fn ledger_checked(&mut self) -> Result<Option<LedgerChecked>, StoreError> {
        fetch_optional!(
            self,
            LedgerChecked,
            "select checked_at_ms, took_ms, transfers, findings, drift_cents
            from ledger_check where id = 1"
        )
    }

    /// Keeps what a check of the whole ledger found, instead of what the one before found.
    pub async fn keep_ledger_checked(&mut self, checked: LedgerChecked) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into ledger_check
                (id, checked_at_ms, took_ms, transfers, findings, drift_cents)
            values (1, $1, $2, $3, $4, $5)
            on conflict (id) do update set checked_at_ms = excluded.checked_at_ms,
                took_ms = excluded.took_ms, transfers = excluded.transfers,
                findings = excluded.findings, drift_cents = excluded.drift_cents",
            checked.checked_at_ms,
            checked.took_ms,
            checked.transfers,
            checked.findings,
            checked.drift_cents
        )?;
        Ok(())
    }
}

impl Store {
    /// How its connections are used.
    #[must_use]
    pub fn pools(&self) -> Vec<PoolUse> {
        let size = |open: u32| usize::try_from(open).unwrap_or(usize::MAX);
        match &self.engine {
            Engine::Sqlite(file) => vec![
                PoolUse {
                    name: "writer",
                    open: 1,
                    idle: usize::from(!file.writer.is_lent()),
                    limit: 1,
                },
                PoolUse {
                    name: "readers",
                    open: size(file.readers.size()),
                    idle: file.readers.num_idle(),
                    limit: size(file.readers.options().get_max_connections()),
                },
            ],
            Engine::Postgres(pool) => vec![PoolUse {
                name: "postgres",
                open: size(pool.size()),
                idle: pool.num_idle(),
                limit: size(pool.options().get_max_connections()),
            }],
        }
    }
}

fn waiting(row: Option<(i64, Option<i64>)>) -> Waiting {
    let (count, since) = row.unwrap_or_default();
    Waiting {
        count,
        since: since.map(Timestamp::from_ms),
    }
}
