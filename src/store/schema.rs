//! The schema: migrations, and the partitions of the ledger.

use chrono::{DateTime, Months};
use sqlx::{
    ConnectOptions, Connection,
    migrate::{Migration, Migrator},
};

use super::{Store, StoreError, engine::Engine};
use crate::core::time::Timestamp;

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// For how many months ahead the ledger has partitions.
const MONTHS_AHEAD: u32 = 3;

/// How a schema stands to this binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schema {
    /// There is none: nothing has ever been put into this database.
    None,
    /// It lacks migrations; this is the first of them.
    Behind(String),
    /// It is what the binary needs.
    Current,
}

impl Store {
    /// Brings the schema up to date.
    ///
    /// # Errors
    /// When a migration fails, or the database is newer than this binary.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match &self.engine {
            // Under the write lock: two processes that start at once take turns.
            Engine::Sqlite(file) => {
                let mut connection = file.connect().await?;
                let mut tx = connection.begin_with("begin immediate").await?;
                SQLITE_MIGRATIONS.run_direct(None, &mut *tx, false).await?;
                tx.commit().await?;
                Ok(connection.close().await?)
            }
            // Under an advisory lock, which the connection takes along when the schema is refused.
            Engine::Postgres(pool) => {
                // A migration that takes long is waited for.
                let patient = pool.connect_options().as_ref().clone();
                let mut connection = patient.options([("lock_timeout", "0")]).connect().await?;
                let done = POSTGRES_MIGRATIONS
                    .run_direct(None, &mut connection, false)
                    .await;
                connection.close().await?;
                Ok(done?)
            }
        }
    }

    /// How the schema stands to this binary.
    ///
    /// # Errors
    /// When the database does not answer, or is newer than this binary.
    pub async fn schema(&self) -> Result<Schema, StoreError> {
        let pending = self.pending_migrations().await?;
        Ok(match pending.into_iter().next() {
            None => Schema::Current,
            Some(first) if first == self.migrator().iter().map(name).next().unwrap_or_default() => {
                Schema::None
            }
            Some(first) => Schema::Behind(first),
        })
    }

    fn migrator(&self) -> &'static Migrator {
        match &self.engine {
            Engine::Sqlite(_) => &SQLITE_MIGRATIONS,
            Engine::Postgres(_) => &POSTGRES_MIGRATIONS,
        }
    }

    /// The migrations that this binary has and the database has not, by name.
    ///
    /// # Errors
    /// When the database does not answer, or is newer than this binary.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        let migrator = self.migrator();
        let mut tx = self.read().await?;
        let applied = fetch_all!(tx, (i64,), "select version from _sqlx_migrations");
        let applied = match applied {
            Ok(applied) => applied,
            // A database without a schema does not have that table either.
            Err(StoreError::Refused(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        if let Some((version,)) = applied
            .iter()
            .find(|(version,)| !migrator.iter().any(|known| known.version == *version))
        {
            return Err(StoreError::Newer(*version));
        }
        let pending = migrator
            .iter()
            .filter(|known| !applied.contains(&(known.version,)));
        Ok(pending.map(name).collect())
    }

    /// Makes the partitions of the ledger for the months ahead; SQLite has none. A job calls this, so
    /// that partitions are there long before they are needed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn make_partitions(&self, now: Timestamp) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(pool) => {
                for month in months_from(now, MONTHS_AHEAD) {
                    let made = sqlx::query("select make_transfer_partitions($1, 0)")
                        .bind(month.ms())
                        .execute(pool)
                        .await;
                    match made {
                        // Some of the month's transfers went to the default partition, for want of
                        // one of its own: so do the others. The months after it are not held up.
                        Err(error) if is_check_violation(&error) => {}
                        made => {
                            made?;
                        }
                    }
                }
                Ok(())
            }
        }
    }
}

/// What `migrate --check` calls a migration.
fn name(migration: &Migration) -> String {
    format!("{:04} {}", migration.version, migration.description)
}

/// An instant in this month, and one in each of the `ahead` months after it.
fn months_from(now: Timestamp, ahead: u32) -> impl Iterator<Item = Timestamp> {
    let now = DateTime::from_timestamp_millis(now.ms()).unwrap_or_default();
    (0..=ahead)
        .filter_map(move |months| now.checked_add_months(Months::new(months)))
        .map(|month| Timestamp::from_ms(month.timestamp_millis()))
}

fn is_check_violation(error: &sqlx::Error) -> bool {
    let database = error.as_database_error();
    database.is_some_and(|error| error.is_check_violation())
}
