//! Due rows and their leases. One column is both "due at" and "leased until": a worker that dies
//! leaves rows that fall due again when the lease ends, and that is the only rule of recovery.

use std::time::Duration;

use super::{StoreError, Tx};
use crate::core::time::Timestamp;

/// Statements from the table, the column that is both "due at" and "leased until", and the
/// condition; `counted` where the table counts attempts, `traced` where its rows follow from hops, too.
macro_rules! texts {
    ($table:literal, $due:literal, $condition:literal, traced) => {
        texts!(
            $table,
            $due,
            $condition,
            ", attempt = attempt + 1",
            "attempt, trace_id"
        )
    };
    ($table:literal, $due:literal, $condition:literal, counted) => {
        texts!(
            $table,
            $due,
            $condition,
            ", attempt = attempt + 1",
            "attempt, cast(null as text) as trace_id"
        )
    };
    ($table:literal, $due:literal, $condition:literal, uncounted) => {
        texts!(
            $table,
            $due,
            $condition,
            "",
            "cast(0 as bigint) as attempt, cast(null as text) as trace_id"
        )
    };
    ($table:literal, $due:literal, $condition:literal, $count:literal, $attempt:literal) => {
        &Texts {
            is_due: concat!(
                "select cast(1 as bigint) from ",
                $table,
                " where ",
                $condition,
                $due,
                // In order, so that the index of what is due is read, and never the table: a planner
                // that expects a hit soon would begin to read rows, most of which are due no more.
                " <= $1 order by ",
                $due,
                " limit 1"
            ),
            figure: concat!(
                "select cast(count(*) as bigint), min(at_ms) from (select ",
                $due,
                " as at_ms from ",
                $table,
                " where ",
                $condition,
                $due,
                " <= $1 order by ",
                $due,
                " limit 10000) as rows"
            ),
            backlog: concat!(
                "select cast(count(case when ",
                $due,
                " <= $1 then 1 end) as bigint), cast(count(*) as bigint), min(",
                $due,
                ") from ",
                $table,
                " where ",
                $condition,
                $due,
                " is not null"
            ),
            sqlite: concat!(
                "update ",
                $table,
                " set ",
                $due,
                " = $2, lease = lease + 1",
                $count,
                " where id in (select id from ",
                $table,
                " where ",
                $condition,
                $due,
                " <= $1 order by ",
                $due,
                " limit $3) returning id, lease, ",
                $attempt
            ),
            // Rows that another worker is claiming are passed over, not waited for. Picked on their
            // own: the planner may run a subquery once for each row, and each time it picks others.
            postgres: concat!(
                "with due as materialized (select id from ",
                $table,
                " where ",
                $condition,
                $due,
                " <= $1 order by ",
                $due,
                " limit $3 for update skip locked) update ",
                $table,
                " set ",
                $due,
                " = $2, lease = lease + 1",
                $count,
                " where id in (select id from due) returning id, lease, ",
                $attempt
            ),
        }
    };
}

/// What can be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Callbacks to act on.
    Callbacks,
    /// Deposits to push.
    Pushes,
    /// Pushed deposits to ask about.
    Queries,
    /// Withdrawals to pay out.
    Payouts,
    /// Payouts to ask about.
    PayoutQueries,
    /// Chores: work that comes back on a schedule.
    Chores,
    /// SMS to send: receipts and answers.
    Sms,
    /// SMS to send that want to sell something. Apart, so that no receipt waits behind them.
    Promotions,
    /// Rounds whose clock has run out.
    Rounds,
    /// Finished entries that nobody joined in time.
    Unpaired,
    /// Sets with two finished entries.
    Sets,
}

/// How much of one kind waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// Which kind.
    pub what: Claim,
    /// Due now, and nobody has it.
    pub due: i64,
    /// Leased, or due later.
    pub later: i64,
    /// Since when the oldest due row is due.
    pub oldest: Option<Timestamp>,
}

/// A leased row.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Leased {
    /// The row's id.
    pub id: String,
    /// The lease: whoever holds a higher one has taken the row over.
    pub lease: i64,
    /// How often it was claimed, this time included; 0 where it does not matter.
    pub attempt: i64,
    /// The id of the hop that it follows from, where the row keeps one.
    pub trace_id: Option<String>,
}

impl Claim {
    /// Everything that can be claimed.
    pub const ALL: [Self; 11] = [
        Self::Callbacks,
        Self::Pushes,
        Self::Queries,
        Self::Payouts,
        Self::PayoutQueries,
        Self::Chores,
        Self::Sms,
        Self::Promotions,
        Self::Rounds,
        Self::Unpaired,
        Self::Sets,
    ];

    /// The name in logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Callbacks => "callbacks",
            Self::Pushes => "pushes",
            Self::Queries => "queries",
            Self::Payouts => "payouts",
            Self::PayoutQueries => "payout_queries",
            Self::Chores => "chores",
            Self::Sms => "sms",
            Self::Promotions => "promotions",
            Self::Rounds => "rounds",
            Self::Unpaired => "unpaired",
            Self::Sets => "sets",
        }
    }

    /// How many rows are due at `$1`, and since when the first is.
    pub(super) const fn figure(self) -> &'static str {
        self.texts().figure
    }

    /// The texts of its statements: whether anything is due, then the claim on SQLite and on
    /// PostgreSQL. They are put together from parts; this is for whoever wants to see them whole.
    #[must_use]
    pub const fn statements(self) -> [&'static str; 3] {
        let texts = self.texts();
        [texts.is_due, texts.sqlite, texts.postgres]
    }

    const fn texts(self) -> &'static Texts {
        match self {
            Self::Callbacks => texts!("callback", "due_at_ms", "", counted),
            Self::Pushes => texts!("deposit", "due_at_ms", "state = 'requested' and ", traced),
            Self::Queries => texts!("deposit", "due_at_ms", "state = 'pushed' and ", traced),
            Self::Payouts => {
                texts!(
                    "withdrawal",
                    "due_at_ms",
                    "state = 'requested' and ",
                    traced
                )
            }
            Self::PayoutQueries => texts!(
                "withdrawal",
                "due_at_ms",
                "state in ('sent', 'unknown') and ",
                traced
            ),
            Self::Chores => texts!("chore", "due_at_ms", "", counted),
            // Worded as the indexes of these are.
            Self::Sms => texts!("outbox", "due_at_ms", "class <> 'promotion' and ", counted),
            Self::Promotions => texts!("outbox", "due_at_ms", "class = 'promotion' and ", counted),
            Self::Rounds => texts!("entry", "due_at_ms", "state = 'playing' and ", uncounted),
            Self::Unpaired => texts!("entry", "due_at_ms", "state = 'waiting' and ", uncounted),
            Self::Sets => texts!("question_set", "settle_at_ms", "", uncounted),
        }
    }
}

/// The statements of one kind of claim. `$1` is now, `$2` the end of the lease, `$3` the limit.
struct Texts {
    is_due: &'static str,
    figure: &'static str,
    backlog: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

impl Tx {
    /// Whether anything is due. Cheap, and takes no lock: an idle runner asks this only.
    pub async fn is_due(&mut self, what: Claim, now: Timestamp) -> Result<bool, StoreError> {
        let row = fetch_optional!(self, (i64,), what.texts().is_due, now.ms())?;
        Ok(row.is_some())
    }

    /// How much of a kind waits.
    pub async fn backlog(&mut self, what: Claim, now: Timestamp) -> Result<Backlog, StoreError> {
        let row = fetch_optional!(
            self,
            (i64, i64, Option<i64>),
            what.texts().backlog,
            now.ms()
        )?;
        let (due, all, oldest) = row.unwrap_or_default();
        Ok(Backlog {
            what,
            due,
            later: all - due,
            oldest: oldest.filter(|_| due > 0).map(Timestamp::from_ms),
        })
    }

    /// Leases up to `limit` due rows for `lease`.
    pub async fn claim(
        &mut self,
        what: Claim,
        now: Timestamp,
        lease: Duration,
        limit: i64,
    ) -> Result<Vec<Leased>, StoreError> {
        let texts = what.texts();
        let claim = self.by_engine(texts.sqlite, texts.postgres);
        fetch_all!(self, Leased, claim, now.ms(), now.after(lease).ms(), limit)
    }
}
