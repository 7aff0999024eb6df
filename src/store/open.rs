//! Opening a database: which engine a URL names, and how its connections are set up.

use std::{path::Path, str::FromStr, time::Duration};

use backon::{ConstantBuilder, Retryable};
use sqlx::{
    ConnectOptions, Connection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    Store, StoreError,
    engine::Engine,
    error::{is_busy, plainly},
};

/// How long a statement waits for another process that writes to the same SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long and how often a file is tried that another process has while both open it: 5 s in all.
const OPEN_AGAIN: Duration = Duration::from_millis(50);
const OPENINGS: usize = 100;
/// How long a transaction waits for a connection: below the 10 s that a gateway waits for a hop.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that only read, on SQLite.
const READERS: u32 = 8;
/// Connections of one process to PostgreSQL.
const CONNECTIONS: u32 = 16;
/// Statements that one connection keeps prepared: all that hops and jobs run.
const PREPARED: usize = 400;
/// A connection that was idle for this long is asked whether it is there still, which is a trip more.
const UNSURE_AFTER: Duration = Duration::from_secs(1);

impl Store {
    /// Opens the database of a URL: `sqlite://relative/path` or `sqlite:///absolute/path`; the file
    /// is created where it does not exist.
    ///
    /// # Errors
    /// When the URL names no engine of this build, or the database cannot be opened.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
        match scheme {
            "sqlite" => Self::open_sqlite(url).await,
            "postgres" | "postgresql" => Self::open_postgres(url).await,
            _ => Err(StoreError::Url(
                "expected sqlite://PATH or postgres://HOST/DATABASE".into(),
            )),
        }
    }

    async fn open_sqlite(url: &str) -> Result<Self, StoreError> {
        let unusable = |error: sqlx::Error| StoreError::Url(plainly(&error));
        let options = SqliteConnectOptions::from_str(url)
            .map_err(unusable)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Money: a commit is on the disk before anybody hears of it.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // Without it, `insert or replace` would delete a transfer past its trigger.
            .pragma("recursive_triggers", "on")
            .busy_timeout(BUSY_TIMEOUT);
        let folder = options
            .get_filename()
            .parent()
            .unwrap_or(Path::new(""))
            .to_owned();
        if !folder.as_os_str().is_empty() && !folder.exists() {
            return Err(StoreError::Url(format!(
                "there is no folder {}",
                folder.display()
            )));
        }
        let pool = |connections, options| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(ACQUIRE_TIMEOUT)
                .connect_with(options)
        };
        // Processes that start at once on a new file: SQLite does not wait where it changes to WAL.
        let writer = (|| pool(1, options.clone()))
            .retry(
                ConstantBuilder::new()
                    .with_delay(OPEN_AGAIN)
                    .with_max_times(OPENINGS),
            )
            .sleep(tokio::time::sleep)
            .when(is_busy);
        let writer = writer.await.map_err(unusable)?;
        let read_only = options.pragma("query_only", "on");
        let readers = pool(READERS, read_only).await.map_err(unusable)?;
        Ok(Self {
            engine: Engine::Sqlite { writer, readers },
        })
    }

    async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        let unusable = |error: sqlx::Error| StoreError::Url(plainly(&error));
        let options = PgConnectOptions::from_str(url)
            .map_err(unusable)?
            .application_name("majibu")
            .statement_cache_capacity(PREPARED)
            // A transaction that hangs lets go of its locks.
            .options([
                ("lock_timeout", "5s"),
                ("idle_in_transaction_session_timeout", "30s"),
            ]);
        // Once by hand: a pool would only say that it waited for too long.
        match tokio::time::timeout(ACQUIRE_TIMEOUT, options.connect()).await {
            Ok(connected) => {
                let _ = connected.map_err(unusable)?.close().await;
            }
            Err(_) => return Err(StoreError::Url("the server does not answer".into())),
        }
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .before_acquire(|connection, idle| {
                Box::pin(async move {
                    if idle.idle_for >= UNSURE_AFTER {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options);
        Ok(Self {
            engine: Engine::Postgres(pool.await.map_err(unusable)?),
        })
    }
}
