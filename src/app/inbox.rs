//! The raw inbox: looking at callbacks as they came, and running one again.

use std::time::Duration;

use super::{App, AppError};
use crate::{
    core::{ids::CallbackId, operator::By, time::Timestamp},
    store::{CallbackState, InboxFilter, InboxRow, Leased, RawCallback, Tx},
};

/// A callback that was run again: before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// As it was.
    pub before: InboxRow,
    /// What became of it now. Where it is not done, a job tries it again by itself.
    pub after: InboxRow,
}

/// A callback was not run again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It is not known, or no longer.
    #[error("no callback with this id")]
    Unknown,
    /// It is new: a job acts on it.
    #[error("it is new: a job acts on it by itself")]
    New,
    /// Only its beginning was kept.
    #[error("it was larger than is taken, and only its beginning was kept")]
    Cut,
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl App {
    /// Up to `limit` callbacks, the newest first; `since` is how far to look back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn inbox(
        &self,
        kind: Option<&str>,
        state: Option<CallbackState>,
        since: Option<Duration>,
        limit: u32,
    ) -> Result<Vec<InboxRow>, AppError> {
        let now = self.clock().now();
        let filter = InboxFilter {
            kind: kind.map(str::to_owned),
            state,
            since: since.map_or(Timestamp::from_ms(0), |since| now.before(since)),
        };
        let mut tx = self.store().read().await?;
        Ok(tx.inbox(&filter, i64::from(limit)).await?)
    }

    /// One callback with all that came in with it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn inbox_callback(
        &self,
        id: CallbackId,
    ) -> Result<Option<(InboxRow, RawCallback)>, AppError> {
        let mut tx = self.store().read().await?;
        let row = tx.inbox_row(id).await?;
        Ok(row.zip(tx.raw_callback(id).await?))
    }

    /// The dead callbacks, in the order in which they came in; of one kind where it is named.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn dead_callbacks(&self, kind: Option<&str>) -> Result<Vec<CallbackId>, AppError> {
        Ok(self.store().read().await?.dead_callbacks(kind).await?)
    }

    /// Runs a callback again that is done or dead, at once, on the path of the job that acts on new
    /// ones: what it did before it does not do twice, by the same rules that hold for one that a
    /// provider sends twice. Should this process die on the way, a job takes it over.
    ///
    /// # Errors
    /// When there is nothing to be run again, or the database does not answer.
    pub async fn replay(&self, id: CallbackId, by: &By) -> Result<Replayed, ReplayError> {
        let now = self.clock().now();
        let lease_end = now.after(self.settings().lease);
        let reopen = |mut tx: Tx| async move {
            let before = tx.inbox_row(id).await?;
            let is_reopened = tx.reopen_callback(id, lease_end).await?;
            if is_reopened {
                let outcome = before.as_ref().and_then(|row| row.outcome.as_deref());
                let detail = format!("before: {}", outcome.unwrap_or("nothing"));
                let subject = ("callback", id.to_string());
                self.write_down(&mut tx, by, "replay", subject, &detail, now)
                    .await?;
            }
            Ok::<_, AppError>((tx, (before, is_reopened)))
        };
        let (before, is_reopened) = self.store().transact(reopen).await?;
        let before = before.ok_or(ReplayError::Unknown)?;
        if before.cut {
            return Err(ReplayError::Cut);
        }
        if !is_reopened {
            return Err(ReplayError::New);
        }
        let leased = Leased {
            id: id.to_string(),
            lease: 0,
            attempt: 1,
            trace_id: None,
        };
        self.act_on_callback(&leased).await?;
        let mut tx = self.store().read().await.map_err(AppError::from)?;
        let after = tx.inbox_row(id).await.map_err(AppError::from)?;
        let after = after.ok_or(ReplayError::Unknown)?;
        tracing::info!(
            callback = %id,
            kind = after.kind,
            before = before.outcome,
            after = after.outcome,
            state = after.state,
            "callback run again"
        );
        Ok(Replayed { before, after })
    }
}
