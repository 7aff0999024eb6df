//! Administrators: who they are, and how they get in. Passwords and tokens are known here for as long as
//! it takes to hash them; nothing that the database or a log has lets anybody in.

mod password;
mod session;

use secrecy::SecretString;
use tokio::sync::Semaphore;

pub use password::{MIN_PASSWORD, PasswordError, hash_password, is_password_hash};
pub use session::{LogInError, LoggedIn, NewSession};

use super::{App, AppError};
use crate::{
    core::{
        operator::{By, Role},
        time::Timestamp,
    },
    store::{AdminRow, Contention, StoreError, Tx},
};

/// The administrator whose password stands in the configuration.
pub const BUILT_IN: &str = "admin";

/// The longest name, in bytes.
const MAX_NAME: usize = 40;

/// For how long nobody is asked whether the console is on that was off.
const OFF_FOR_MS: i64 = 5_000;

/// How administrators get in.
#[derive(Clone, Debug)]
pub struct AdminSettings {
    /// The argon2 hash of the password of [`BUILT_IN`].
    pub password_hash: Option<SecretString>,
    /// How long a session lasts without being used.
    pub idle: std::time::Duration,
    /// How long a session lasts.
    pub session: std::time::Duration,
}

/// What the process knows of administrators.
#[derive(Debug)]
pub(super) struct Admins {
    /// Passwords that are hashed at the same time: each takes 19 MiB and tens of milliseconds.
    hashing: Semaphore,
    /// When the console was last found to be off.
    off_at: std::sync::atomic::AtomicI64,
}

impl Default for Admins {
    fn default() -> Self {
        Self {
            hashing: Semaphore::new(2),
            off_at: i64::MIN.into(),
        }
    }
}

/// An administrator, as others see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administrator {
    /// The name that they log in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// When they were added; `None`: by the configuration.
    pub added_at: Option<Timestamp>,
    /// When they were disabled; `None`: they may log in.
    pub disabled_at: Option<Timestamp>,
}

/// An administrator could not be added or changed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The name is none.
    #[error("a name is 1 to {MAX_NAME} small letters, digits, dots, - and _")]
    Name,
    /// It is that of the configuration.
    #[error("`{BUILT_IN}` is the administrator of the configuration (admin.password_hash)")]
    BuiltIn,
    /// There is one of that name.
    #[error("there is an administrator of that name")]
    Taken,
    /// There is none of that name.
    #[error("there is no administrator of that name who may log in")]
    Unknown,
    /// The password is none.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for AdminError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

impl Contention for AdminError {
    fn is_contended(&self) -> bool {
        matches!(self, Self::App(error) if error.is_contended())
    }
}

/// Whether an administrator may have this name.
fn is_name(name: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_sign = |byte: u8| b"._-".contains(&byte);
    let first = name.bytes().next();
    first.is_some_and(is_fine)
        && name.len() <= MAX_NAME
        && name.bytes().all(|byte| is_fine(byte) || is_sign(byte))
}

impl App {
    /// Whether there is anybody who could log in.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_console(&self) -> Result<bool, AppError> {
        use std::sync::atomic::Ordering::Relaxed;
        if self.settings().admin.password_hash.is_some() {
            return Ok(true);
        }
        // Strangers ask, too: the database is not asked for each of them.
        let now = self.clock().now().ms();
        let off_at = self.inner.admins.off_at.load(Relaxed);
        if (off_at..off_at.saturating_add(OFF_FOR_MS)).contains(&now) {
            return Ok(false);
        }
        let is_on = self.store().read().await?.has_admins().await?;
        let off_at = if is_on { i64::MIN } else { now };
        self.inner.admins.off_at.store(off_at, Relaxed);
        Ok(is_on)
    }

    /// Every administrator, that of the configuration first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn administrators(&self) -> Result<Vec<Administrator>, AppError> {
        let added = self.store().read().await?.admins().await?;
        let built_in = self.settings().admin.password_hash.as_ref();
        let built_in = built_in.map(|_| Administrator {
            name: BUILT_IN.into(),
            role: Role::Finance,
            added_at: None,
            disabled_at: None,
        });
        let added = added.into_iter().map(|row| Administrator {
            name: row.name,
            role: row.role,
            added_at: Some(row.added_at),
            disabled_at: row.disabled_at,
        });
        Ok(built_in.into_iter().chain(added).collect())
    }

    /// Adds an administrator.
    ///
    /// # Errors
    /// When name or password is none, the name is taken, or the database does not answer.
    pub async fn add_admin(
        &self,
        name: &str,
        role: Role,
        password: &SecretString,
        by: &By,
    ) -> Result<(), AdminError> {
        if name == BUILT_IN {
            return Err(AdminError::BuiltIn);
        }
        if !is_name(name) {
            return Err(AdminError::Name);
        }
        let hash = self.hashed(password).await?;
        let now = self.clock().now();
        let add = |mut tx: Tx| {
            let hash = &hash;
            async move {
                if !tx.add_admin(name, role, hash, now).await? {
                    return Err(AdminError::Taken);
                }
                let detail = format!("role {role}");
                self.write_down(
                    &mut tx,
                    by,
                    "add_admin",
                    ("admin", name.into()),
                    &detail,
                    now,
                )
                .await?;
                Ok((tx, ()))
            }
        };
        self.store().transact(add).await?;
        self.inner
            .admins
            .off_at
            .store(i64::MIN, std::sync::atomic::Ordering::Relaxed);
        tracing::info!(name, %role, actor = by.actor.name(), "administrator added");
        Ok(())
    }

    /// Disables an administrator: their sessions end at once.
    ///
    /// # Errors
    /// When there is none of that name who may log in, or the database does not answer.
    pub async fn disable_admin(&self, name: &str, by: &By) -> Result<(), AdminError> {
        if name == BUILT_IN {
            return Err(AdminError::BuiltIn);
        }
        let now = self.clock().now();
        let disable = |mut tx: Tx| async move {
            if !tx.disable_admin(name, now).await? {
                return Err(AdminError::Unknown);
            }
            self.write_down(
                &mut tx,
                by,
                "disable_admin",
                ("admin", name.into()),
                "",
                now,
            )
            .await?;
            Ok((tx, ()))
        };
        self.store().transact(disable).await?;
        tracing::info!(name, actor = by.actor.name(), "administrator disabled");
        Ok(())
    }

    /// Gives an administrator another role, which holds from their next page on.
    ///
    /// # Errors
    /// When there is none of that name, or the database does not answer.
    pub async fn set_admin_role(&self, name: &str, role: Role, by: &By) -> Result<(), AdminError> {
        if name == BUILT_IN {
            return Err(AdminError::BuiltIn);
        }
        let now = self.clock().now();
        let set = |mut tx: Tx| async move {
            let before = tx.admin(name).await?.ok_or(AdminError::Unknown)?.role;
            tx.set_admin_role(name, role).await?;
            let detail = format!("{before} to {role}");
            let subject = ("admin", name.to_owned());
            self.write_down(&mut tx, by, "admin_role", subject, &detail, now)
                .await?;
            Ok::<_, AdminError>((tx, ()))
        };
        self.store().transact(set).await?;
        tracing::info!(name, %role, actor = by.actor.name(), "role of an administrator set");
        Ok(())
    }

    /// Gives an administrator another password: their sessions end, who was disabled may log in again,
    /// and failed tries are forgotten.
    ///
    /// # Errors
    /// When there is none of that name, the password is none, or the database does not answer.
    pub async fn set_admin_password(
        &self,
        name: &str,
        password: &SecretString,
        by: &By,
    ) -> Result<(), AdminError> {
        if name == BUILT_IN {
            return Err(AdminError::BuiltIn);
        }
        let hash = self.hashed(password).await?;
        let now = self.clock().now();
        let set = |mut tx: Tx| {
            let hash = &hash;
            async move {
                if !tx.set_admin_password(name, hash).await? {
                    return Err(AdminError::Unknown);
                }
                tx.forget_admin_tries(&session::digest(name)).await?;
                self.write_down(
                    &mut tx,
                    by,
                    "admin_password",
                    ("admin", name.into()),
                    "",
                    now,
                )
                .await?;
                Ok((tx, ()))
            }
        };
        self.store().transact(set).await?;
        tracing::info!(
            name,
            actor = by.actor.name(),
            "password of an administrator set"
        );
        Ok(())
    }

    /// The administrator of a name who may log in: their row, or what the configuration says.
    async fn who_may_log_in(
        &self,
        tx: &mut Tx,
        name: &str,
    ) -> Result<Option<(Role, String)>, StoreError> {
        if name == BUILT_IN {
            use secrecy::ExposeSecret as _;
            let hash = self.settings().admin.password_hash.as_ref();
            return Ok(hash.map(|hash| (Role::Finance, hash.expose_secret().to_owned())));
        }
        if !is_name(name) {
            return Ok(None);
        }
        let row = tx.admin(name).await?;
        let may = |row: &AdminRow| row.disabled_at.is_none();
        Ok(row.filter(may).map(|row| (row.role, row.password_hash)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_short_word() {
        for name in ["wanjiru", "j.otieno", "desk-2", "0"] {
            assert!(is_name(name), "{name}");
        }
        let long = "x".repeat(MAX_NAME + 1);
        for name in ["", "Wanjiru", "(player)", ".x", "a b", "a\n", "é", &long] {
            assert!(!is_name(name), "{name}");
        }
    }
}
