//! Why the store could not do something.

use std::io;

use sqlx::migrate::MigrateError;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not answer, or is busy: nothing happened, try again later.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// A unique key was taken: somebody else did the same thing first.
    #[error("taken already: {0}")]
    Conflict(String),
    /// Another transaction was in the way (deadlock, serialisation): nothing happened. The store has
    /// run the transaction again as often as it may; later it may go through.
    #[error("another transaction was in the way")]
    Contended(#[source] sqlx::Error),
    /// A wallet would have gone below zero.
    #[error("the wallet does not hold that much")]
    Overdrawn,
    /// A row breaks what the code relies on.
    #[error("{table} {id}: {what}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The row.
        id: String,
        /// What is wrong with it.
        what: String,
    },
    /// The statement itself failed: a bug, or a database that is not ours.
    #[error("the database refused a statement")]
    Refused(#[source] sqlx::Error),
    /// The URL names no engine that this build has.
    #[error("{0}")]
    Url(String),
    /// The database has migrations that this binary does not know.
    #[error("the database is newer than this binary: it has migration {0}")]
    Newer(i64),
    /// The schema could not be brought up to date.
    #[error("the database could not be migrated")]
    Migration(#[source] MigrateError),
}

/// Tells a failure that running the same transaction again may cure. What a transaction fails with
/// has this, so that [`super::Store::transact`] knows.
pub trait Contention {
    /// Whether another transaction was in the way, and nothing else is wrong.
    fn is_contended(&self) -> bool;
}

impl Contention for StoreError {
    fn is_contended(&self) -> bool {
        matches!(self, Self::Contended(_))
    }
}

impl StoreError {
    /// The error and what lies behind it, on one line, in the database's own words.
    #[must_use]
    pub fn in_full(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(error) = source {
            // Its own words have those of the database in them already.
            match error.downcast_ref::<MigrateError>() {
                Some(MigrateError::Execute(error)) => {
                    return format!("{text}: {}", plainly(error));
                }
                Some(MigrateError::ExecuteMigration(error, number)) => {
                    return format!("{text}: migration {number}: {}", plainly(error));
                }
                _ => {}
            }
            // A server's error names the line of its own source code, which tells nobody anything.
            if let Some(error) = error.downcast_ref::<sqlx::Error>() {
                return format!("{text}: {}", plainly(error));
            }
            text = format!("{text}: {error}");
            source = error.source();
        }
        text
    }

    /// The same failure, told to somebody else whom it keeps from the same thing.
    pub(super) fn for_another(&self) -> Self {
        let said = sqlx::Error::Io(io::Error::other(self.in_full()));
        if matches!(self, Self::Unavailable(_)) {
            Self::Unavailable(said)
        } else {
            Self::Refused(said)
        }
    }

    /// A row that breaks what the code relies on.
    pub(super) fn corrupt(table: &'static str, id: impl ToString, what: impl Into<String>) -> Self {
        Self::Corrupt {
            table,
            id: id.to_string(),
            what: what.into(),
        }
    }
}

/// What the database said, without the line of its source code that said it.
pub(super) fn plainly(error: &sqlx::Error) -> String {
    let said = error.as_database_error();
    said.map_or_else(|| error.to_string(), |said| said.message().to_owned())
}

/// Whether another connection has the SQLite file: SQLITE_BUSY and SQLITE_LOCKED, with their extended
/// codes in the upper bytes.
pub(super) fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|said| said.code());
    code.and_then(|code| code.parse::<i32>().ok())
        .is_some_and(|code| matches!(code & 0xff, 5 | 6))
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let Some(database) = error.as_database_error() else {
            let is_ours = matches!(
                error,
                sqlx::Error::ColumnDecode { .. }
                    | sqlx::Error::ColumnNotFound(_)
                    | sqlx::Error::Decode(_)
                    | sqlx::Error::RowNotFound
                    | sqlx::Error::TypeNotFound { .. }
            );
            return if is_ours {
                Self::Refused(error)
            } else {
                Self::Unavailable(error)
            };
        };
        if database.is_unique_violation() {
            return Self::Conflict(database.message().to_owned());
        }
        // The only check on a balance is that of the wallet.
        if database.is_check_violation() && database.message().contains("balance_cents") {
            return Self::Overdrawn;
        }
        let code = database.code().unwrap_or_default().into_owned();
        match code.as_str() {
            // serialization_failure, deadlock_detected
            "40001" | "40P01" => return Self::Contended(error),
            // lock_not_available; the server stops, starts, or has no connection left
            "55P03" | "57P01" | "57P02" | "57P03" | "53300" => return Self::Unavailable(error),
            _ => {}
        }
        if is_busy(&error) {
            return Self::Unavailable(error);
        }
        Self::Refused(error)
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        if let MigrateError::VersionMissing(version) = error {
            return Self::Newer(version);
        }
        Self::Migration(error)
    }
}
