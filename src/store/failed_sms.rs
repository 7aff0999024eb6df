//! SMS that were given up: listing them, and sending them once more.

use super::{StoreError, Tx};
use crate::core::{ids::SmsId, time::Timestamp};

/// An SMS that was given up.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct FailedSms {
    /// The id.
    pub id: String,
    /// Whose it is; `None`: the number is no player.
    pub player_id: Option<String>,
    /// The number.
    pub msisdn: String,
    /// What kind it is.
    pub kind: String,
    /// `receipt`, `answer` or `promotion`.
    pub class: String,
    /// The text.
    pub body: String,
    /// What the sender said last.
    pub failure: Option<String>,
    /// How often it was tried.
    pub attempt: i64,
    /// When it was written, in ms since 1970.
    pub created_at_ms: i64,
}

/// How many SMS of a class stand where.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SmsCount {
    /// `receipt`, `answer` or `promotion`.
    pub class: String,
    /// `pending`, `sent`, `delivered` or `failed`.
    pub state: String,
    /// How many.
    pub count: i64,
}

impl Tx {
    /// How many SMS that were written since then stand where, by class and state.
    pub async fn sms_counts(&mut self, since: Timestamp) -> Result<Vec<SmsCount>, StoreError> {
        fetch_all!(
            self,
            SmsCount,
            "select class, state, cast(count(*) as bigint) as count
            from outbox
            where id >= $1
            group by class, state
            order by class desc, state",
            SmsId::first_at(since).to_string()
        )
    }

    /// SMS that were written since then and given up, newest first, at most `limit`.
    pub async fn failed_sms(
        &mut self,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<FailedSms>, StoreError> {
        fetch_all!(
            self,
            FailedSms,
            "select id, player_id, msisdn, kind, class, body, failure, attempt, created_at_ms
            from outbox
            where state = 'failed' and created_at_ms >= $1
            order by created_at_ms desc, id desc
            limit $2",
            since.ms(),
            limit
        )
    }

    /// Makes an SMS that was given up due again, as if it had never been tried. False where it was
    /// not given up, or is a promotion, which nobody misses.
    pub async fn revive_sms(&mut self, id: SmsId, now: Timestamp) -> Result<bool, StoreError> {
        let changed = execute!(
            self,
            "update outbox set state = 'pending', due_at_ms = $2, attempt = 0, lease = lease + 1
            where id = $1 and state = 'failed' and class <> 'promotion'",
            id.to_string(),
            now.ms()
        )?;
        Ok(changed == 1)
    }

    /// The same for all that were written since then; gives how many.
    pub async fn revive_all_sms(
        &mut self,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        execute!(
            self,
            "update outbox set state = 'pending', due_at_ms = $2, attempt = 0, lease = lease + 1
            where state = 'failed' and class <> 'promotion' and created_at_ms >= $1",
            since.ms(),
            now.ms()
        )
    }
}
