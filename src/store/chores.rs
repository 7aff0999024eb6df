//! Work that comes back on a schedule and that one process of the fleet does at a time. It is due and
//! leased like every other row of work.

use super::{StoreError, Tx};
use crate::core::time::Timestamp;

/// Asking M-Pesa for payments that nobody told of.
pub const PULL: &str = "pull";

/// Holding what M-Pesa says that it has against the ledger.
pub const BALANCE: &str = "balance";

/// Checking the whole ledger.
pub const LEDGER: &str = "ledger";

/// Looking for play that is not fair.
pub const FAIR: &str = "fair";

impl Tx {
    /// Wants a chore done, first at `due`; one that is planned already keeps its time. `None`: it is
    /// not wanted any more.
    pub async fn plan_chore(&mut self, id: &str, due: Option<Timestamp>) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into chore (id, due_at_ms) values ($1, $2)
            on conflict (id) do update set due_at_ms = case
                when excluded.due_at_ms is null then null
                else coalesce(chore.due_at_ms, excluded.due_at_ms) end",
            id,
            due.map(Timestamp::ms)
        )?;
        Ok(())
    }

    /// Has M-Pesa asked for payments now, where that is planned for after `later`; what is due before
    /// may be under way.
    pub async fn hasten_pull(
        &mut self,
        now: Timestamp,
        later: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update chore set due_at_ms = $2 where id = $1 and due_at_ms > $3",
            PULL,
            now.ms(),
            later.ms()
        )?;
        Ok(())
    }

    /// When a chore was last done.
    pub async fn chore_done_at(&mut self, id: &str) -> Result<Option<Timestamp>, StoreError> {
        let row = fetch_optional!(
            self,
            (Option<i64>,),
            "select done_at_ms from chore where id = $1",
            id
        )?;
        Ok(row.and_then(|(ms,)| ms).map(Timestamp::from_ms))
    }

    /// Moves a chore that is wanted to `due`, earlier or later.
    pub async fn move_chore(&mut self, id: &str, due: Timestamp) -> Result<(), StoreError> {
        execute!(
            self,
            "update chore set due_at_ms = $2 where id = $1 and due_at_ms is not null",
            id,
            due.ms()
        )?;
        Ok(())
    }

    /// The holder of a lease ends a chore until `due`; `done`: when it succeeded, if it did.
    pub async fn end_chore(
        &mut self,
        id: &str,
        lease: i64,
        due: Timestamp,
        done: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update chore set due_at_ms = $3, attempt = 0, done_at_ms = coalesce($4, done_at_ms)
            where id = $1 and lease = $2 and due_at_ms is not null",
            id,
            lease,
            due.ms(),
            done.map(Timestamp::ms)
        )?;
        Ok(())
    }
}
