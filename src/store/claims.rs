//! Due rows and their leases. One column is both "due at" and "leased until": a worker that dies
//! leaves rows that fall due again when the lease ends, and that is the only rule of recovery.

use std::time::Duration;

use super::{StoreError, Tx};
use crate::core::time::Timestamp;

/// What can be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Callbacks to act on.
    Callbacks,
    /// Deposits to push.
    Pushes,
    /// Pushed deposits to ask about.
    Queries,
    /// SMS to send.
    Sms,
    /// Rounds whose clock has run out.
    Rounds,
    /// Finished entries that nobody joined in time.
    Unpaired,
    /// Sets with two finished entries.
    Sets,
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
}

impl Claim {
    /// Everything that can be claimed.
    pub const ALL: [Self; 7] = [
        Self::Callbacks,
        Self::Pushes,
        Self::Queries,
        Self::Sms,
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
            Self::Sms => "sms",
            Self::Rounds => "rounds",
            Self::Unpaired => "unpaired",
            Self::Sets => "sets",
        }
    }

    const fn is_due(self) -> &'static str {
        match self {
            Self::Callbacks => "select 1 from callback where due_at_ms <= $1 limit 1",
            Self::Pushes => {
                "select 1 from deposit where state = 'requested' and due_at_ms <= $1 limit 1"
            }
            Self::Queries => {
                "select 1 from deposit where state = 'pushed' and due_at_ms <= $1 limit 1"
            }
            Self::Sms => "select 1 from outbox where due_at_ms <= $1 limit 1",
            Self::Rounds => {
                "select 1 from entry where state = 'playing' and due_at_ms <= $1 limit 1"
            }
            Self::Unpaired => {
                "select 1 from entry where state = 'waiting' and due_at_ms <= $1 limit 1"
            }
            Self::Sets => "select 1 from question_set where settle_at_ms <= $1 limit 1",
        }
    }

    const fn claim(self) -> &'static str {
        match self {
            Self::Callbacks => {
                "update callback set due_at_ms = $2, lease = lease + 1, attempt = attempt + 1
                where id in (select id from callback where due_at_ms <= $1
                    order by due_at_ms limit $3)
                returning id, lease, attempt"
            }
            Self::Pushes => {
                "update deposit set due_at_ms = $2, lease = lease + 1, attempt = attempt + 1
                where id in (select id from deposit where state = 'requested' and due_at_ms <= $1
                    order by due_at_ms limit $3)
                returning id, lease, attempt"
            }
            Self::Queries => {
                "update deposit set due_at_ms = $2, lease = lease + 1, attempt = attempt + 1
                where id in (select id from deposit where state = 'pushed' and due_at_ms <= $1
                    order by due_at_ms limit $3)
                returning id, lease, attempt"
            }
            Self::Sms => {
                "update outbox set due_at_ms = $2, lease = lease + 1, attempt = attempt + 1
                where id in (select id from outbox where due_at_ms <= $1
                    order by due_at_ms limit $3)
                returning id, lease, attempt"
            }
            Self::Rounds => {
                "update entry set due_at_ms = $2, lease = lease + 1
                where id in (select id from entry where state = 'playing' and due_at_ms <= $1
                    order by due_at_ms limit $3)
                returning id, lease, 0 as attempt"
            }
            Self::Unpaired => {
                "update entry set due_at_ms = $2, lease = lease + 1
                where id in (select id from entry where state = 'waiting' and due_at_ms <= $1
                    order by due_at_ms limit $3)
                returning id, lease, 0 as attempt"
            }
            Self::Sets => {
                "update question_set set settle_at_ms = $2, lease = lease + 1
                where id in (select id from question_set where settle_at_ms <= $1
                    order by settle_at_ms limit $3)
                returning id, lease, 0 as attempt"
            }
        }
    }
}

impl Tx {
    /// Whether anything is due. Cheap, and takes no lock: an idle runner asks this only.
    pub async fn is_due(&mut self, what: Claim, now: Timestamp) -> Result<bool, StoreError> {
        let row = fetch_optional!(self, (i64,), what.is_due(), now.ms())?;
        Ok(row.is_some())
    }

    /// Leases up to `limit` due rows for `lease`.
    pub async fn claim(
        &mut self,
        what: Claim,
        now: Timestamp,
        lease: Duration,
        limit: i64,
    ) -> Result<Vec<Leased>, StoreError> {
        fetch_all!(
            self,
            Leased,
            what.claim(),
            now.ms(),
            now.after(lease).ms(),
            limit
        )
    }
}
