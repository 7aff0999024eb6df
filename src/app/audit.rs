//! The audit log: what operators, players and the rules did, written down with it.

use super::{App, AppError};
use crate::{
    core::{ids::AuditId, operator::By, time::Timestamp},
    store::{AuditFilter, AuditRow, Audited, Tx},
};

impl App {
    /// Writes an act down in the transaction that carries it out. `subject` is the kind of thing and
    /// its id; `detail` says what changed, without phone numbers.
    pub(super) async fn write_down(
        &self,
        tx: &mut Tx,
        by: &By,
        action: &'static str,
        subject: (&'static str, String),
        detail: &str,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let id = AuditId::new(now, &mut self.inner.random.rng());
        let audited = Audited {
            actor: &by.actor,
            action,
            subject: subject.0,
            subject_id: &subject.1,
            why: &by.why,
            detail,
        };
        Ok(tx.audit(id, &audited, now).await?)
    }

    /// Lines of the audit log, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit_log(
        &self,
        filter: &AuditFilter,
        limit: u32,
    ) -> Result<Vec<AuditRow>, AppError> {
        let mut tx = self.store().read().await?;
        Ok(tx.audit_rows(filter, limit.into()).await?)
    }
}
