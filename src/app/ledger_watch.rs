//! The check of the whole ledger, now and then: a chore that one process of the fleet does. What it
//! found is kept for the metrics, and every finding is a line in the log.

use super::{App, AppError};
use crate::{
    core::{money::Cents, time::Timestamp},
    store::{LEDGER, Leased, LedgerChecked, LedgerReport, Tx},
};

/// How many findings are logged one by one.
const NAMED: usize = 20;

impl App {
    /// When the ledger is checked next; `None`: never.
    pub(super) fn next_ledger_check(&self, now: Timestamp) -> Option<Timestamp> {
        let every = self.settings().ledger_check_every;
        (!every.is_zero()).then(|| now.after(every))
    }

    /// Checks the ledger. The next time is planned first: a check that outlasts its lease is not begun
    /// by another process, too.
    pub(super) async fn check_ledger(&self, leased: &Leased) -> Result<(), AppError> {
        let begun = self.clock().now();
        let Some(next) = self.next_ledger_check(begun) else {
            return self.end_ledger_check(leased, None, None).await;
        };
        self.end_ledger_check(leased, Some(next), None).await?;
        let report = self.ledger_report().await?;
        let checked = checked(&report, begun, self.clock().now());
        self.end_ledger_check(leased, Some(next), Some(checked))
            .await?;
        for finding in report.findings.iter().take(NAMED) {
            tracing::error!(finding, "the ledger does not add up");
        }
        tracing::info!(
            transfers = report.transfers,
            findings = report.findings.len(),
            took_ms = checked.took_ms,
            "ledger checked"
        );
        Ok(())
    }

    async fn end_ledger_check(
        &self,
        leased: &Leased,
        next: Option<Timestamp>,
        checked: Option<LedgerChecked>,
    ) -> Result<(), AppError> {
        let end = |mut tx: Tx| async move {
            let Some(next) = next else {
                tx.plan_chore(LEDGER, None).await?;
                return Ok::<_, AppError>((tx, ()));
            };
            let done = checked.map(|checked| Timestamp::from_ms(checked.checked_at_ms));
            tx.end_chore(LEDGER, leased.lease, next, done).await?;
            if let Some(checked) = checked {
                tx.keep_ledger_checked(checked).await?;
            }
            Ok((tx, ()))
        };
        self.store().transact(end).await
    }
}

fn checked(report: &LedgerReport, begun: Timestamp, ended: Timestamp) -> LedgerChecked {
    let drift = report.accounts.values().copied().map(Cents::get);
    LedgerChecked {
        checked_at_ms: begun.ms(),
        took_ms: ended.ms_since(begun).max(0),
        transfers: report.transfers,
        findings: i64::try_from(report.findings.len()).unwrap_or(i64::MAX),
        drift_cents: drift.fold(0, i64::saturating_add),
    }
}
