//! What operators ask for: one player's rows, as `player show` prints them, newest first.

use super::{StoreError, Tx};
use crate::core::ids::PlayerId;

/// An entry in a report.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct EntryRow {
    /// The id.
    pub id: String,
    /// The state.
    pub state: String,
    /// The category's name.
    pub category: String,
    /// The stake in cents.
    pub stake_cents: i64,
    /// Right answers in time.
    pub correct: i64,
    /// Thinking time used, in ms.
    pub thinking_ms: i64,
    /// Answering time, in ms.
    pub answering_ms: i64,
}

/// A deposit in a report.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DepositRow {
    /// The id.
    pub id: String,
    /// The state.
    pub state: String,
    /// What was asked for, in cents.
    pub requested_cents: i64,
    /// What was credited, in cents.
    pub credited_cents: i64,
    /// The M-Pesa receipt.
    pub receipt: Option<String>,
    /// Whether the operator should look.
    pub flagged: bool,
    /// Why it failed, or what is missing.
    pub failure: Option<String>,
}

/// An SMS in a report.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SmsRow {
    /// What kind it is.
    pub kind: String,
    /// The state.
    pub state: String,
    /// The text.
    pub body: String,
}

impl Tx {
    /// The last entries of a player, at most `limit`.
    pub async fn entry_rows(
        &mut self,
        player: PlayerId,
        limit: i64,
    ) -> Result<Vec<EntryRow>, StoreError> {
        fetch_all!(
            self,
            EntryRow,
            "select entry.id, entry.state, category.name as category, stake_cents, correct,
                thinking_ms, answering_ms
            from entry
            join question_set on question_set.id = entry.set_id
            join category on category.id = question_set.category_id
            where player_id = $1
            order by staked_at_ms desc, entry.id desc
            limit $2",
            player.to_string(),
            limit
        )
    }

    /// All deposits of a player.
    pub async fn deposit_rows(&mut self, player: PlayerId) -> Result<Vec<DepositRow>, StoreError> {
        fetch_all!(
            self,
            DepositRow,
            "select id, state, requested_cents, credited_cents, receipt,
                flagged = 1 as flagged, failure
            from deposit where player_id = $1
            order by requested_at_ms desc, id desc",
            player.to_string()
        )
    }

    /// All SMS to a player.
    pub async fn sms_rows(&mut self, player: PlayerId) -> Result<Vec<SmsRow>, StoreError> {
        fetch_all!(
            self,
            SmsRow,
            "select kind, state, body
            from outbox where player_id = $1
            order by created_at_ms desc, id desc",
            player.to_string()
        )
    }
}
