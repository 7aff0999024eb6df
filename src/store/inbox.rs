//! The raw inbox as the operator sees it: every callback as it came, what became of it, and running
//! one again.

use super::{StoreError, Tx};
use crate::core::{ids::CallbackId, time::Timestamp};

/// Where a callback comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The caller's address.
    pub address: String,
    /// The headers that matter, one `name: value` a line; empty where there are none.
    pub headers: String,
}

impl From<&str> for Source {
    fn from(address: &str) -> Self {
        Self {
            address: address.into(),
            headers: String::new(),
        }
    }
}

impl From<&Self> for Source {
    fn from(source: &Self) -> Self {
        source.clone()
    }
}

/// How far a callback is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackState {
    /// A job acts on it, now or when it is due again.
    New,
    /// It was acted on.
    Done,
    /// It was tried in vain, and waits for the operator.
    Dead,
}

impl CallbackState {
    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
}

/// Which callbacks are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxFilter {
    /// The name of the kind; `None`: any.
    pub kind: Option<String>,
    /// The state; `None`: any.
    pub state: Option<CallbackState>,
    /// Came in at this instant or later.
    pub since: Timestamp,
}

/// A callback without its body.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct InboxRow {
    /// The id.
    pub id: String,
    /// The name of its kind.
    pub kind: String,
    /// What its URL names; empty where it names nothing.
    pub subject: String,
    /// The caller's address.
    pub source: String,
    /// When it came in, in ms since 1970.
    pub received_at_ms: i64,
    /// `new`, `done` or `dead`.
    pub state: String,
    /// What became of it; `None` where nothing did yet.
    pub outcome: Option<String>,
    /// How often it was tried since it came in, or since it was run again.
    pub attempt: i64,
    /// How often the operator ran it again.
    pub replays: i64,
    /// What became of it before it was run again for the first time.
    pub first_outcome: Option<String>,
    /// The size of its body in bytes, as far as it was kept.
    pub bytes: i64,
    /// Whether only the beginning of its body was kept. Such a callback is never acted on.
    pub cut: bool,
}

impl InboxRow {
    /// Whether it was acted on.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state == CallbackState::Done.name()
    }
}

/// What came in with a callback.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RawCallback {
    /// The headers that matter, one `name: value` a line.
    pub headers: String,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Tx {
    /// Up to `limit` callbacks, the newest first.
    pub async fn inbox(
        &mut self,
        filter: &InboxFilter,
        limit: i64,
    ) -> Result<Vec<InboxRow>, StoreError> {
        fetch_all!(
            self,
            InboxRow,
            "select id, kind, subject, source, received_at_ms, state, outcome, attempt, replays,
                first_outcome, cast(length(body) as bigint) as bytes, cut = 1 as cut
            from callback
            where received_at_ms >= $1 and kind = coalesce($2, kind) and state = coalesce($3, state)
            order by received_at_ms desc, id desc
            limit $4",
            filter.since.ms(),
            filter.kind.as_deref(),
            filter.state.map(CallbackState::name),
            limit
        )
    }

    /// One callback without its body; `None` where it is not known, or no longer.
    pub async fn inbox_row(&mut self, id: CallbackId) -> Result<Option<InboxRow>, StoreError> {
        fetch_optional!(
            self,
            InboxRow,
            "select id, kind, subject, source, received_at_ms, state, outcome, attempt, replays,
                first_outcome, cast(length(body) as bigint) as bytes, cut = 1 as cut
            from callback where id = $1",
            id.to_string()
        )
    }

    /// What came in with a callback.
    pub async fn raw_callback(
        &mut self,
        id: CallbackId,
    ) -> Result<Option<RawCallback>, StoreError> {
        fetch_optional!(
            self,
            RawCallback,
            "select headers, body from callback where id = $1",
            id.to_string()
        )
    }

    /// The dead callbacks, in the order in which they came in; of one kind where it is named.
    pub async fn dead_callbacks(
        &mut self,
        kind: Option<&str>,
    ) -> Result<Vec<CallbackId>, StoreError> {
        let rows = fetch_all!(
            self,
            (String,),
            "select id from callback where state = 'dead' and kind = coalesce($1, kind)
            order by received_at_ms, id",
            kind
        )?;
        let read = |id: &str| {
            let parsed = id.parse::<CallbackId>();
            parsed.map_err(|_| StoreError::corrupt("callback", id, "id"))
        };
        rows.iter().map(|(id,)| read(id)).collect()
    }

    /// Makes a callback new that is done or dead, as if it had just come in, and leases it until
    /// `lease_end` for whoever asks. False where it is not known, is cut, or
    /// is new: a job has it.
    pub async fn reopen_callback(
        &mut self,
        id: CallbackId,
        lease_end: Timestamp,
    ) -> Result<bool, StoreError> {
        let reopened = execute!(
            self,
            "update callback set state = 'new', due_at_ms = $2, lease = lease + 1, attempt = 1,
                replays = replays + 1, first_outcome = coalesce(first_outcome, outcome)
            where id = $1 and state in ('done', 'dead') and cut = 0",
            id.to_string(),
            lease_end.ms()
        )?;
        Ok(reopened == 1)
    }
}
