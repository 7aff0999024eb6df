//! The audit log: who did what to whom, and why. Written in the transaction of what was done.

use super::{StoreError, Tx, engine::parse};
use crate::core::{
    ids::{AuditId, PlayerId},
    operator::{Actor, Why},
    time::Timestamp,
};

/// What is written down of an act.
#[derive(Clone, Debug)]
pub struct Audited<'a> {
    /// Who acted.
    pub actor: &'a Actor,
    /// A word for what was done: `exclude`, `assign`.
    pub action: &'static str,
    /// What kind of thing it was done to: `player`, `withdrawal`.
    pub subject: &'static str,
    /// Which one.
    pub subject_id: &'a str,
    /// Why.
    pub why: &'a Why,
    /// What changed, for a person: `until 2026-12-06`. No phone numbers and no secrets.
    pub detail: &'a str,
}

/// A line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// The id; sorts by time.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub subject: String,
    /// To which one.
    pub subject_id: String,
    /// Why.
    pub reason: String,
    /// What changed.
    pub detail: String,
}

/// Which lines of the audit log are wanted.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only of this actor.
    pub actor: Option<String>,
    /// Only this kind of act.
    pub action: Option<String>,
    /// Only of this thing: its kind and its id.
    pub subject: Option<(String, String)>,
    /// Only lines older than this one.
    pub before: Option<AuditId>,
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: String,
    at_ms: i64,
    actor: String,
    action: String,
    subject: String,
    subject_id: String,
    reason: String,
    detail: String,
}

impl TryFrom<Row> for AuditRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: parse("audit", "id", &row.id)?,
            at: Timestamp::from_ms(row.at_ms),
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            subject_id: row.subject_id,
            reason: row.reason,
            detail: row.detail,
        })
    }
}

impl Tx {
    /// Writes an act down.
    pub async fn audit(
        &mut self,
        id: AuditId,
        audited: &Audited<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into audit (id, at_ms, actor, action, subject, subject_id, reason, detail)
            values ($1, $2, $3, $4, $5, $6, $7, $8)",
            id.to_string(),
            now.ms(),
            audited.actor.name(),
            audited.action,
            audited.subject,
            audited.subject_id,
            audited.why.text(),
            audited.detail
        )?;
        Ok(())
    }

    /// Lines of the audit log, newest first, at most `limit`.
    pub async fn audit_rows(
        &mut self,
        filter: &AuditFilter,
        limit: i64,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let (subject, subject_id) = filter.subject.clone().unzip();
        let rows = fetch_all!(
            self,
            Row,
            "select id, at_ms, actor, action, subject, subject_id, reason, detail
            from audit
            where (cast($1 as text) is null or actor = $1)
                and (cast($2 as text) is null or action = $2)
                and (cast($3 as text) is null or (subject = $3 and subject_id = $4))
                and (cast($5 as text) is null or id < $5)
            order by id desc
            limit $6",
            filter.actor.as_deref(),
            filter.action.as_deref(),
            subject.as_deref(),
            subject_id.as_deref(),
            filter.before.map(|id| id.to_string()),
            limit
        )?;
        rows.into_iter().map(AuditRow::try_from).collect()
    }

    /// What was done to a player, newest first.
    pub async fn audit_of_player(
        &mut self,
        player: PlayerId,
        limit: i64,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let filter = AuditFilter {
            subject: Some(("player".into(), player.to_string())),
            ..AuditFilter::default()
        };
        self.audit_rows(&filter, limit).await
    }
}
