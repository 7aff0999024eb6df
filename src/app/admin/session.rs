//! Logging in and out of the console, and who a token stands for.

use std::time::Duration;

use aws_lc_rs::{digest, hmac};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngExt;
use secrecy::SecretString;

use crate::{
    app::{App, AppError},
    core::{
        ids::AuditId,
        operator::{Actor, By, NoReason, Role, Why},
        time::ms,
    },
    store::{AdminSession, AdminTry, Contention, StoreError, Tx},
};

/// In how long so many tries may be made.
const TRIES_WITHIN: Duration = Duration::from_secs(15 * 60);
/// Failed tries under one name in that time.
const TRIES_BY_NAME: i64 = 10;
/// Failed tries from one source in that time, under all names.
const TRIES_BY_SOURCE: i64 = 20;

/// How exactly it is known when a session was used last: not every page writes.
const SEEN_EVERY: Duration = Duration::from_secs(60);

/// Who is logged in to the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedIn {
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// What stands in every form of this session, and in no other's.
    pub form_token: String,
}

/// A session that has begun.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// What the browser keeps, and nobody else.
    pub token: SecretString,
    /// Who is logged in with it.
    pub who: LoggedIn,
}

/// Nobody was logged in.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// No such name, or not their password.
    #[error("name or password is wrong")]
    Wrong,
    /// Too many tries, under this name or from this address; or at the same instant.
    #[error("too many tries: wait for a quarter of an hour")]
    TooMany,
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for LogInError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

impl Contention for LogInError {
    fn is_contended(&self) -> bool {
        matches!(self, Self::App(error) if error.is_contended())
    }
}

/// SHA-256 of a text.
pub(super) fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

/// The token of a session's forms: it tells nothing of the session's own.
fn form_token(token: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, token.as_bytes());
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, b"form"))
}

impl App {
    /// Logs somebody in. `source` is where they come from, for the audit log and to limit tries.
    ///
    /// # Errors
    /// When name or password is wrong, which take equally long; after too many tries; or when the
    /// database does not answer.
    pub async fn log_in(
        &self,
        name: &str,
        password: &SecretString,
        source: &str,
    ) -> Result<NewSession, LogInError> {
        let name_hash = digest(name);
        let admitted = self.admit_try(&name_hash, source).await?;
        if !admitted {
            tracing::warn!(source, "too many tries to log in to the console");
            return Err(LogInError::TooMany);
        }
        let mut tx = self.store().read().await?;
        let known = self.who_may_log_in(&mut tx, name).await?;
        drop(tx);
        let hash = known.as_ref().map(|(_, hash)| hash.clone());
        let is_right = self.is_password(password, hash).await;
        match (is_right, known) {
            (Ok(true), Some((role, hash))) => {
                let token: [u8; 32] = self.inner.random.rng().random();
                let token = URL_SAFE_NO_PAD.encode(token);
                self.begin_session(name, &token, &hash, source).await?;
                tracing::info!(name, source, "logged in to the console");
                Ok(NewSession {
                    who: LoggedIn {
                        name: name.into(),
                        role,
                        form_token: form_token(&token),
                    },
                    token: token.into(),
                })
            }
            (Ok(_), known) => {
                // What was typed as a name may be a password: it is kept only where it is a name.
                let name = known.map_or("(unknown)", |_| name);
                self.note_failure(name, source).await?;
                tracing::warn!(name, source, "failed to log in to the console");
                Err(LogInError::Wrong)
            }
            (Err(error), _) => {
                tracing::warn!(%error, source, "a password could not be looked at");
                Err(LogInError::TooMany)
            }
        }
    }

    /// Counts a try as a failed one until it proves otherwise; false where it is one too many.
    async fn admit_try(&self, name_hash: &str, source: &str) -> Result<bool, LogInError> {
        let now = self.clock().now();
        let id = AuditId::new(now, &mut self.inner.random.rng()).to_string();
        let source_hash = digest(source);
        let new = AdminTry {
            id: &id,
            name_hash,
            source_hash: &source_hash,
        };
        let (most, since) = ((TRIES_BY_NAME, TRIES_BY_SOURCE), now.before(TRIES_WITHIN));
        let begin = |mut tx: Tx| {
            let new = &new;
            async move {
                let admitted = tx.begin_admin_try(new, most, since, now).await?;
                Ok::<_, LogInError>((tx, admitted))
            }
        };
        self.store().transact(begin).await
    }

    async fn begin_session(
        &self,
        name: &str,
        token: &str,
        password_hash: &str,
        source: &str,
    ) -> Result<(), LogInError> {
        let now = self.clock().now();
        let by = by(name, "logged in").map_err(|_| LogInError::Wrong)?;
        let session = AdminSession {
            admin: name.into(),
            credential: digest(password_hash),
            began_at: now,
            seen_at: now,
        };
        let idle_since = now.before(self.settings().admin.idle);
        let begin = |mut tx: Tx| {
            let (by, session) = (&by, &session);
            async move {
                tx.begin_admin_session(&digest(token), session, idle_since)
                    .await?;
                tx.forget_admin_tries(&digest(name)).await?;
                let subject = ("admin", name.to_owned());
                self.write_down(
                    &mut tx,
                    by,
                    "login",
                    subject,
                    &format!("from {source}"),
                    now,
                )
                .await?;
                Ok::<_, LogInError>((tx, ()))
            }
        };
        self.store().transact(begin).await
    }

    async fn note_failure(&self, name: &str, source: &str) -> Result<(), LogInError> {
        let now = self.clock().now();
        let why = Why::new("name or password was wrong").map_err(|_| LogInError::Wrong)?;
        let by = By {
            actor: Actor::service(),
            why,
        };
        let note = |mut tx: Tx| {
            let by = &by;
            async move {
                let subject = ("admin", name.to_owned());
                let detail = format!("from {source}");
                self.write_down(&mut tx, by, "login_failed", subject, &detail, now)
                    .await?;
                Ok::<_, LogInError>((tx, ()))
            }
        };
        self.store().transact(note).await
    }

    /// Who a token stands for; `None`: nobody, or nobody any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn logged_in(&self, token: &str) -> Result<Option<LoggedIn>, AppError> {
        let token_hash = digest(token);
        let now = self.clock().now();
        let mut tx = self.store().read().await?;
        let Some(session) = tx.admin_session(&token_hash).await? else {
            return Ok(None);
        };
        let known = self.who_may_log_in(&mut tx, &session.admin).await?;
        drop(tx);
        let settings = &self.settings().admin;
        let is_over = now.ms_since(session.seen_at) >= ms(settings.idle)
            || now.ms_since(session.began_at) >= ms(settings.session);
        let known = known.filter(|(_, hash)| digest(hash) == session.credential);
        let Some((role, _)) = known.filter(|_| !is_over) else {
            return Ok(None);
        };
        if now.ms_since(session.seen_at) >= ms(SEEN_EVERY.min(settings.idle / 4)) {
            let see = |mut tx: Tx| {
                let token_hash = &token_hash;
                async move {
                    tx.see_admin_session(token_hash, now).await?;
                    Ok::<_, AppError>((tx, ()))
                }
            };
            self.store().transact(see).await?;
        }
        Ok(Some(LoggedIn {
            name: session.admin,
            role,
            form_token: form_token(token),
        }))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database does not answer: it goes on then.
    pub async fn log_out(&self, who: &LoggedIn, token: &str) -> Result<(), AppError> {
        let now = self.clock().now();
        let by = by(&who.name, "logged out").map_err(|_| AppError::Unusable("no name"))?;
        let end = |mut tx: Tx| {
            let by = &by;
            async move {
                if tx.end_admin_session(&digest(token)).await? {
                    let subject = ("admin", who.name.clone());
                    self.write_down(&mut tx, by, "logout", subject, "", now)
                        .await?;
                }
                Ok::<_, AppError>((tx, ()))
            }
        };
        self.store().transact(end).await
    }
}

fn by(name: &str, why: &str) -> Result<By, NoReason> {
    Ok(By {
        actor: Actor::admin(name),
        why: Why::new(why)?,
    })
}
