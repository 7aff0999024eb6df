//! The engine behind the store: connections, transactions, and the macros that run one statement
//! on whichever engine a transaction belongs to. SQLite is the embedded default.

use std::{
    ops::{Deref, DerefMut},
    str::FromStr,
    time::Instant,
};

use serde_json::Value;
use sqlx::{PgConnection, PgPool, Postgres, Transaction, pool::PoolConnection};

use super::{
    StoreError,
    sqlite::{SqliteFile, SqliteTx},
    tally::Tally,
};
use crate::telemetry;

/// An open database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) engine: Engine,
}

/// The connections of a store.
#[derive(Clone, Debug)]
pub(super) enum Engine {
    /// One connection writes, in turn and without retries; others read beside it.
    Sqlite(SqliteFile),
    /// A pool of connections that do both.
    Postgres(PgPool),
}

/// A transaction. Dropped without [`Tx::commit`], it leaves nothing behind.
#[derive(Debug)]
pub struct Tx {
    pub(super) engine: EngineTx,
    /// Whether a statement failed: the transaction is not committed then.
    pub(super) has_failed: bool,
    /// What it did so far.
    pub(super) tally: Tally,
}

/// The engine's own transaction; the macros below match on it.
#[derive(Debug)]
pub(super) enum EngineTx {
    /// On SQLite.
    Sqlite(SqliteTx),
    /// On PostgreSQL.
    Postgres(PostgresTx),
}

/// A connection to PostgreSQL for one transaction.
#[derive(Debug)]
pub(super) enum PostgresTx {
    /// Which was begun, and is to be committed.
    Begun(Transaction<'static, Postgres>),
    /// Which is the one statement that runs on it.
    Single(PoolConnection<Postgres>),
}

impl Deref for PostgresTx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match self {
            Self::Begun(tx) => tx,
            Self::Single(connection) => connection,
        }
    }
}

impl DerefMut for PostgresTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match self {
            Self::Begun(tx) => tx,
            Self::Single(connection) => connection,
        }
    }
}

/// Runs one statement; gives the number of rows that it changed.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $argument:expr)* $(,)?) => {{
        let sql = $sql;
        let done = match &mut $tx.engine {
            $crate::store::engine::EngineTx::Sqlite(connection) => {
                sqlx::query(sql)$(.bind($argument))*.execute(&mut **connection).await
                    .map(|done| done.rows_affected())
                    .map_err($crate::store::StoreError::from)
            }
            $crate::store::engine::EngineTx::Postgres(connection) => {
                sqlx::query(sql)$(.bind($argument))*.execute(&mut **connection).await
                    .map(|done| done.rows_affected())
                    .map_err($crate::store::StoreError::from)
            }
        };
        $tx.has_failed |= done.is_err();
        done
    }};
}

/// Runs one query; gives its rows as `Vec` of a `FromRow` type.
macro_rules! fetch_all {
    ($tx:expr, $row:ty, $sql:expr $(, $argument:expr)* $(,)?) => {{
        let sql = $sql;
        let done = match &mut $tx.engine {
            $crate::store::engine::EngineTx::Sqlite(connection) => {
                sqlx::query_as::<_, $row>(sql)$(.bind($argument))*.fetch_all(&mut **connection)
                    .await.map_err($crate::store::StoreError::from)
            }
            $crate::store::engine::EngineTx::Postgres(connection) => {
                sqlx::query_as::<_, $row>(sql)$(.bind($argument))*.fetch_all(&mut **connection)
                    .await.map_err($crate::store::StoreError::from)
            }
        };
        $tx.has_failed |= done.is_err();
        done
    }};
}

/// Runs one query; gives its first row, if there is one.
macro_rules! fetch_optional {
    ($tx:expr, $row:ty, $sql:expr $(, $argument:expr)* $(,)?) => {{
        let sql = $sql;
        let done = match &mut $tx.engine {
            $crate::store::engine::EngineTx::Sqlite(connection) => {
                sqlx::query_as::<_, $row>(sql)$(.bind($argument))*
                    .fetch_optional(&mut **connection)
                    .await.map_err($crate::store::StoreError::from)
            }
            $crate::store::engine::EngineTx::Postgres(connection) => {
                sqlx::query_as::<_, $row>(sql)$(.bind($argument))*
                    .fetch_optional(&mut **connection)
                    .await.map_err($crate::store::StoreError::from)
            }
        };
        $tx.has_failed |= done.is_err();
        done
    }};
}

/// The text of a statement about a batch: `$1` is its rows as a JSON array, read between the two
/// parts as a table with the column `value`. One parameter whatever the number of rows, and the same
/// on both engines.
macro_rules! of_batch {
    ($tx:expr, $before:literal, $after:literal) => {
        $tx.by_engine(
            concat!($before, "json_each($1)", $after),
            concat!(
                $before,
                "json_array_elements(cast($1 as json)) as rows (value)",
                $after
            ),
        )
    };
}

/// The text of a statement about many ids: the same with `$1` as a JSON array of texts.
macro_rules! of_ids {
    ($tx:expr, $before:literal, $after:literal) => {
        $tx.by_engine(
            concat!($before, "(select value from json_each($1))", $after),
            concat!(
                $before,
                "(select value from json_array_elements_text(cast($1 as json)) as ids (value))",
                $after
            ),
        )
    };
}

impl Store {
    /// Begins a transaction that writes. On SQLite nobody else writes until it ends, so that what it
    /// reads cannot change under it; what those before it did may not be on the disk yet, and is
    /// committed with it or not at all.
    ///
    /// # Errors
    /// When the database does not answer in time.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        let asked = Instant::now();
        let tx = match &self.engine {
            Engine::Sqlite(file) => EngineTx::Sqlite(file.write().await?),
            Engine::Postgres(pool) => {
                EngineTx::Postgres(PostgresTx::Begun(begin_on(pool, "begin").await?))
            }
        };
        telemetry::count_begin(true, asked.elapsed());
        Ok(Tx::of(tx))
    }

    /// Begins a transaction that only reads, from one snapshot.
    ///
    /// # Errors
    /// When the database does not answer in time.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let asked = Instant::now();
        let tx = match &self.engine {
            Engine::Sqlite(file) => EngineTx::Sqlite(file.read().await?),
            Engine::Postgres(pool) => {
                let begin = "begin isolation level repeatable read read only";
                EngineTx::Postgres(PostgresTx::Begun(begin_on(pool, begin).await?))
            }
        };
        telemetry::count_begin(false, asked.elapsed());
        Ok(Tx::of(tx))
    }

    /// For one statement that reads: it sees one snapshot by itself, and PostgreSQL needs no trips to
    /// begin and to end.
    ///
    /// # Errors
    /// When the database does not answer in time.
    pub(super) async fn read_once(&self) -> Result<Tx, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => self.read().await,
            Engine::Postgres(pool) => single(pool, false).await,
        }
    }

    /// For one statement that writes, all of it or nothing, and is committed by itself on PostgreSQL. On
    /// SQLite it is a transaction as any other: [`Tx::commit`] ends it on both.
    ///
    /// # Errors
    /// When the database does not answer in time.
    pub(super) async fn write_once(&self) -> Result<Tx, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => self.write().await,
            Engine::Postgres(pool) => single(pool, true).await,
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut tx = self.read().await?;
        fetch_optional!(tx, (i64,), "select cast(count(*) as bigint) from category")?;
        Ok(())
    }

    /// Closes all connections once they are idle.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(file) => file.close().await,
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    fn of(engine: EngineTx) -> Self {
        Self {
            engine,
            has_failed: false,
            tally: Tally::default(),
        }
    }

    /// Makes everything that was done in the transaction last.
    ///
    /// # Errors
    /// When the commit did not go through, or a statement failed before: nothing happened.
    pub async fn commit(self) -> Result<(), StoreError> {
        // PostgreSQL would roll back and call it done; SQLite would keep what came before.
        if self.has_failed {
            let what = "a statement in it failed, so it is not committed";
            return Err(StoreError::corrupt("transaction", "after an error", what));
        }
        match self.engine {
            EngineTx::Sqlite(tx) => tx.commit().await?,
            EngineTx::Postgres(PostgresTx::Begun(tx)) => tx.commit().await?,
            // Its statement was committed as it ended.
            EngineTx::Postgres(PostgresTx::Single(_)) => {}
        }
        self.tally.count();
        Ok(())
    }

    /// Serialises what follows with every other transaction that names the same key, until the end
    /// of the transaction. SQLite has one writer at a time anyway; PostgreSQL takes an advisory lock.
    pub(super) async fn serialise(&mut self, key: &str) -> Result<(), StoreError> {
        match &mut self.engine {
            EngineTx::Sqlite(_) => Ok(()),
            EngineTx::Postgres(_) => {
                let lock = "select 1 from pg_advisory_xact_lock(hashtextextended($1, 0))";
                execute!(self, lock, key)?;
                Ok(())
            }
        }
    }

    /// The same for many keys, in the order of their locks rather than of their names: who takes
    /// some of the same ones never waits in a circle.
    pub(super) async fn serialise_all(&mut self, keys: &[String]) -> Result<(), StoreError> {
        match &mut self.engine {
            EngineTx::Sqlite(_) => Ok(()),
            EngineTx::Postgres(_) => {
                let lock = "select pg_advisory_xact_lock(lock)
                    from (
                        select distinct hashtextextended(value, 0) as lock
                        from json_array_elements_text(cast($1 as json)) as keys (value)
                        order by lock
                    ) as in_order";
                execute!(self, lock, Value::from(keys.to_vec()).to_string())?;
                Ok(())
            }
        }
    }

    /// The text of a statement that the engines do not have in common.
    pub(super) fn by_engine(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match &self.engine {
            EngineTx::Sqlite(_) => sqlite,
            EngineTx::Postgres(_) => postgres,
        }
    }
}

/// A connection for one statement.
async fn single(pool: &PgPool, writes: bool) -> Result<Tx, StoreError> {
    let asked = Instant::now();
    let connection = pool.acquire().await?;
    telemetry::count_begin(writes, asked.elapsed());
    Ok(Tx::of(EngineTx::Postgres(PostgresTx::Single(connection))))
}

/// Begins on PostgreSQL, in a task of its own: where the caller goes away half-way, sqlx would give
/// the pool back a connection with an open transaction that it does not know of.
async fn begin_on(
    pool: &PgPool,
    statement: &'static str,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(statement).await });
    // A task that does not end has panicked, or its runtime is gone.
    begun.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

/// Checks that a statement changed the number of rows that it had to.
pub(super) fn expect_rows(
    changed: u64,
    expected: u64,
    table: &'static str,
    id: impl ToString,
) -> Result<(), StoreError> {
    if changed == expected {
        return Ok(());
    }
    let what = format!("{changed} rows changed where {expected} had to");
    Err(StoreError::corrupt(table, id, what))
}

/// Checks that a statement about a batch changed every row of it.
pub(super) fn expect_all(
    changed: u64,
    batch: usize,
    table: &'static str,
) -> Result<(), StoreError> {
    let expected = u64::try_from(batch).unwrap_or(u64::MAX);
    expect_rows(changed, expected, table, "batch")
}

/// Ids as the parameter of a statement about many.
pub(super) fn ids_json(ids: &[impl ToString]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    Value::from(ids).to_string()
}

/// Reads a value that was written by the same code.
pub(super) fn parse<T: FromStr>(
    table: &'static str,
    column: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    let what = || format!("{column} cannot be read");
    text.parse()
        .map_err(|_| StoreError::corrupt(table, text, what()))
}
