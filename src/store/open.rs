//! Opening a database: which engine a URL names, and how its connections are set up.

use std::{str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, Connection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{Store, StoreError, engine::Engine, error::plainly, sqlite::SqliteFile};

/// How long a transaction waits for a connection: below the 10 s that a gateway waits for a hop.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections of one process to PostgreSQL.
const CONNECTIONS: u32 = 16;
/// Statements that one connection keeps prepared: all that hops and jobs run.
pub(super) const PREPARED: usize = 400;
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
            "sqlite" => Ok(Self {
                engine: Engine::Sqlite(SqliteFile::open(url).await?),
            }),
            "postgres" | "postgresql" => Self::open_postgres(url).await,
            _ => Err(StoreError::Url(
                "expected sqlite://PATH or postgres://HOST/DATABASE".into(),
            )),
        }
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
