//! SQLite, the embedded default: one connection writes, others read beside it (WAL).

use std::{
    ops::{Deref, DerefMut},
    path::Path,
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use backon::{ConstantBuilder, Retryable};
use sqlx::{
    ConnectOptions, Sqlite, SqliteConnection, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    StoreError,
    error::{is_busy, plainly},
    open::{ACQUIRE_TIMEOUT, PREPARED},
    writer::{Turn, Writer},
};

/// How long a statement waits for another process that writes to the same file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long and how often a file is tried that another process has while both open it: 5 s in all.
const OPEN_AGAIN: Duration = Duration::from_millis(50);
const OPENINGS: usize = 100;
/// Connections that only read.
const READERS: u32 = 8;

/// The connections to a file. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct SqliteFile {
    /// The one that writes, in turn.
    pub(super) writer: Writer,
    /// Those that read.
    pub(super) readers: SqlitePool,
    /// How to connect to it.
    options: Arc<SqliteConnectOptions>,
}

/// A transaction on SQLite.
#[derive(Debug)]
pub(super) enum SqliteTx {
    /// It reads, on a connection of its own.
    Reads(Transaction<'static, Sqlite>),
    /// It writes, in its turn.
    Writes(Turn),
}

impl SqliteFile {
    pub(super) async fn open(url: &str) -> Result<Self, StoreError> {
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
            .busy_timeout(BUSY_TIMEOUT)
            .statement_cache_capacity(PREPARED);
        let folder = options.get_filename().parent().unwrap_or(Path::new(""));
        if !folder.as_os_str().is_empty() && !folder.exists() {
            return Err(StoreError::Url(format!(
                "there is no folder {}",
                folder.display()
            )));
        }
        // Processes that start at once on a new file: SQLite does not wait where it changes to WAL.
        let connection = (|| options.connect())
            .retry(
                ConstantBuilder::new()
                    .with_delay(OPEN_AGAIN)
                    .with_max_times(OPENINGS),
            )
            .sleep(tokio::time::sleep)
            .when(is_busy);
        let connection = connection.await.map_err(unusable)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options.clone().pragma("query_only", "on"));
        Ok(Self {
            readers: readers.await.map_err(unusable)?,
            writer: Writer::on(connection, options.clone()),
            options: Arc::new(options),
        })
    }

    /// A connection that writes beside the others, and so waits for the lock of the file.
    pub(super) async fn connect(&self) -> Result<SqliteConnection, sqlx::Error> {
        self.options.connect().await
    }

    pub(super) async fn write(&self) -> Result<SqliteTx, StoreError> {
        Ok(SqliteTx::Writes(self.writer.turn().await?))
    }

    pub(super) async fn read(&self) -> Result<SqliteTx, StoreError> {
        let tx = self.readers.begin_with("begin deferred").await?;
        Ok(SqliteTx::Reads(tx))
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

impl SqliteTx {
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Reads(tx) => Ok(tx.commit().await?),
            Self::Writes(turn) => turn.commit().await,
        }
    }
}

impl Deref for SqliteTx {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        match self {
            Self::Reads(tx) => tx,
            Self::Writes(turn) => turn,
        }
    }
}

impl DerefMut for SqliteTx {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Reads(tx) => tx,
            Self::Writes(turn) => turn,
        }
    }
}
