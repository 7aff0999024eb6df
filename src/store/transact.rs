//! Transactions that write, run again where another one was in the way.
//!
//! PostgreSQL ends one of two transactions that wait for each other (deadlock), or that cannot both
//! have happened (serialisation). The one that was ended left nothing behind and is run again here,
//! and nowhere else. A lock that was waited for in vain is not tried again: that took seconds already,
//! and the caller has a deadline.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};

use super::{Contention, Store, StoreError, Tx};
use crate::telemetry;

/// How often a transaction is run again after the first time.
const RETRIES: usize = 4;
/// The first wait; each is twice as long as the one before, and up to as much again by chance, so
/// that two that met do not meet again. All four together take 300 ms at most.
const FIRST_WAIT: Duration = Duration::from_millis(10);

impl Store {
    /// Runs a transaction that writes, and commits it. Where another transaction was in the way it
    /// runs again, five times in all: `run` must have no effect outside of the transaction, which it
    /// is given and gives back. What it does not give back leaves nothing.
    ///
    /// # Errors
    /// What `run` fails with, and what beginning and committing fail with;
    /// [`StoreError::Contended`] when others were in the way each time. Nothing happened then.
    pub async fn transact<T, E, R>(&self, run: impl Fn(Tx) -> R) -> Result<T, E>
    where
        R: Future<Output = Result<(Tx, T), E>>,
        E: From<StoreError> + Contention,
    {
        let once = || async {
            let (tx, value) = run(self.write().await?).await?;
            tx.commit().await?;
            Ok(value)
        };
        let waits = ExponentialBuilder::default()
            .with_min_delay(FIRST_WAIT)
            .with_factor(2.0)
            .with_max_times(RETRIES)
            .with_jitter();
        once.retry(waits)
            .sleep(tokio::time::sleep)
            .when(E::is_contended)
            .notify(|_, wait| {
                telemetry::count_again();
                tracing::debug!(?wait, "another transaction was in the way; again");
            })
            .await
    }
}
