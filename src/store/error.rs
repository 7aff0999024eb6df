//! Why the store could not do something.

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not answer, or is busy: nothing happened, try again later.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// A unique key was taken: somebody else did the same thing first.
    #[error("taken already: {0}")]
    Conflict(String),
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
    #[error("database.url: {0}")]
    Url(String),
    /// The schema could not be brought up to date.
    #[error("the database could not be migrated")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

impl StoreError {
    /// A row that breaks what the code relies on.
    pub(super) fn corrupt(table: &'static str, id: impl ToString, what: impl Into<String>) -> Self {
        Self::Corrupt {
            table,
            id: id.to_string(),
            what: what.into(),
        }
    }
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
        // SQLITE_BUSY and SQLITE_LOCKED, with their extended codes in the upper bytes.
        let code = database.code().and_then(|code| code.parse::<i32>().ok());
        if code.is_some_and(|code| matches!(code & 0xff, 5 | 6)) {
            return Self::Unavailable(error);
        }
        Self::Refused(error)
    }
}
