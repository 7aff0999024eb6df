//! Who may use the console, who is logged in to it, and tries to log in. What is secret comes here as a
//! hash already.

use super::{StoreError, Tx, engine::parse};
use crate::core::{operator::Role, time::Timestamp};

/// An administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminRow {
    /// The name that they log in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The argon2 hash of their password, as a PHC string.
    pub password_hash: String,
    /// When they were added.
    pub added_at: Timestamp,
    /// When they were disabled; `None`: they may log in.
    pub disabled_at: Option<Timestamp>,
}

/// A session of the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminSession {
    /// Whose it is.
    pub admin: String,
    /// A hash of the password hash that it began with.
    pub credential: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last used, to about a minute.
    pub seen_at: Timestamp,
}

/// A try to log in.
#[derive(Clone, Copy, Debug)]
pub struct AdminTry<'a> {
    /// An id of its own.
    pub id: &'a str,
    /// A hash of the name.
    pub name_hash: &'a str,
    /// A hash of where it came from.
    pub source_hash: &'a str,
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    role: String,
    password_hash: String,
    added_at_ms: i64,
    disabled_at_ms: Option<i64>,
}

impl TryFrom<Row> for AdminRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            role: parse("admin", "role", &row.role)?,
            name: row.name,
            password_hash: row.password_hash,
            added_at: Timestamp::from_ms(row.added_at_ms),
            disabled_at: row.disabled_at_ms.map(Timestamp::from_ms),
        })
    }
}

impl Tx {
    /// Adds an administrator. False where the name is taken.
    pub async fn add_admin(
        &mut self,
        name: &str,
        role: Role,
        password_hash: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let added = execute!(
            self,
            "insert into admin (name, role, password_hash, added_at_ms) values ($1, $2, $3, $4)
            on conflict (name) do nothing",
            name,
            role.name(),
            password_hash,
            now.ms()
        )?;
        Ok(added == 1)
    }

    /// Every administrator, by name.
    pub async fn admins(&mut self) -> Result<Vec<AdminRow>, StoreError> {
        let rows = fetch_all!(
            self,
            Row,
            "select name, role, password_hash, added_at_ms, disabled_at_ms from admin order by name"
        )?;
        rows.into_iter().map(AdminRow::try_from).collect()
    }

    /// The administrator of a name.
    pub async fn admin(&mut self, name: &str) -> Result<Option<AdminRow>, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "select name, role, password_hash, added_at_ms, disabled_at_ms from admin
            where name = $1",
            name
        )?;
        row.map(AdminRow::try_from).transpose()
    }

    /// Whether somebody was ever added.
    pub async fn has_admins(&mut self) -> Result<bool, StoreError> {
        let row = fetch_optional!(self, (String,), "select name from admin limit 1")?;
        Ok(row.is_some())
    }

    /// Disables an administrator and ends their sessions. False where there is none of that name who
    /// may log in.
    pub async fn disable_admin(&mut self, name: &str, now: Timestamp) -> Result<bool, StoreError> {
        let changed = execute!(
            self,
            "update admin set disabled_at_ms = $2 where name = $1 and disabled_at_ms is null",
            name,
            now.ms()
        )?;
        self.end_admin_sessions(name).await?;
        Ok(changed == 1)
    }

    /// Gives an administrator another role. False where there is none of that name.
    pub async fn set_admin_role(&mut self, name: &str, role: Role) -> Result<bool, StoreError> {
        let changed = execute!(
            self,
            "update admin set role = $2 where name = $1",
            name,
            role.name()
        )?;
        Ok(changed == 1)
    }

    /// Gives an administrator another password, lets them log in, and ends their sessions. False where
    /// there is none of that name.
    pub async fn set_admin_password(
        &mut self,
        name: &str,
        password_hash: &str,
    ) -> Result<bool, StoreError> {
        let changed = execute!(
            self,
            "update admin set password_hash = $2, disabled_at_ms = null where name = $1",
            name,
            password_hash
        )?;
        self.end_admin_sessions(name).await?;
        Ok(changed == 1)
    }

    async fn end_admin_sessions(&mut self, name: &str) -> Result<(), StoreError> {
        execute!(self, "delete from admin_session where admin = $1", name)?;
        Ok(())
    }

    /// Begins a session, and forgets those that nobody has used since `idle_since`.
    pub async fn begin_admin_session(
        &mut self,
        token_hash: &str,
        session: &AdminSession,
        idle_since: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "delete from admin_session where seen_at_ms < $1",
            idle_since.ms()
        )?;
        execute!(
            self,
            "insert into admin_session (token_hash, admin, credential, began_at_ms, seen_at_ms)
            values ($1, $2, $3, $4, $5)",
            token_hash,
            session.admin.as_str(),
            session.credential.as_str(),
            session.began_at.ms(),
            session.seen_at.ms()
        )?;
        Ok(())
    }

    /// The session of a token.
    pub async fn admin_session(
        &mut self,
        token_hash: &str,
    ) -> Result<Option<AdminSession>, StoreError> {
        let row = fetch_optional!(
            self,
            (String, String, i64, i64),
            "select admin, credential, began_at_ms, seen_at_ms from admin_session
            where token_hash = $1",
            token_hash
        )?;
        Ok(row.map(|(admin, credential, began, seen)| AdminSession {
            admin,
            credential,
            began_at: Timestamp::from_ms(began),
            seen_at: Timestamp::from_ms(seen),
        }))
    }

    /// Notes that a session is used.
    pub async fn see_admin_session(
        &mut self,
        token_hash: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        // Nothing is changed where it ended meanwhile.
        execute!(
            self,
            "update admin_session set seen_at_ms = $2 where token_hash = $1 and seen_at_ms < $2",
            token_hash,
            now.ms()
        )?;
        Ok(())
    }

    /// Ends a session. False where there is none.
    pub async fn end_admin_session(&mut self, token_hash: &str) -> Result<bool, StoreError> {
        let ended = execute!(
            self,
            "delete from admin_session where token_hash = $1",
            token_hash
        )?;
        Ok(ended == 1)
    }

    /// Writes a try to log in down. False, and nothing is written down, where so many were made since
    /// `since` already: under the same name, or from the same source. Tries at the same instant see each
    /// other. Older ones are forgotten.
    pub async fn begin_admin_try(
        &mut self,
        new: &AdminTry<'_>,
        most: (i64, i64),
        since: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.serialise_all(&[
            format!("admin try by name {}", new.name_hash),
            format!("admin try by source {}", new.source_hash),
        ])
        .await?;
        execute!(self, "delete from admin_try where at_ms < $1", since.ms())?;
        let counts = fetch_optional!(
            self,
            (i64, i64),
            "select
                (select cast(count(*) as bigint) from admin_try where name_hash = $1),
                (select cast(count(*) as bigint) from admin_try where source_hash = $2)",
            new.name_hash,
            new.source_hash
        )?;
        let (by_name, by_source) = counts.unwrap_or_default();
        if by_name >= most.0 || by_source >= most.1 {
            return Ok(false);
        }
        execute!(
            self,
            "insert into admin_try (id, name_hash, source_hash, at_ms) values ($1, $2, $3, $4)",
            new.id,
            new.name_hash,
            new.source_hash,
            now.ms()
        )?;
        Ok(true)
    }

    /// Forgets the tries under a name, which has proved itself.
    pub async fn forget_admin_tries(&mut self, name_hash: &str) -> Result<(), StoreError> {
        execute!(
            self,
            "delete from admin_try where name_hash = $1",
            name_hash
        )?;
        Ok(())
    }
}
