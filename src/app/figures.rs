//! How things stand, shown as metrics whenever somebody asks. It is read anew each time, since other
//! processes of the fleet change it; without the database the figures stay as they were.

use std::time::Duration;

use tokio::time::timeout;

use super::{App, AppError};
use crate::{
    core::time::Timestamp,
    store::{BALANCE, FAIR, Figures, LEDGER, PULL, Waiting},
    telemetry::{self, Waits},
};

impl App {
    /// Shows everything that metrics tell of and that is not counted as it happens, within `limit`:
    /// what does not answer until then counts as away.
    pub async fn show_figures(&self, limit: Duration) {
        for pool in self.store().pools() {
            telemetry::show_pool(pool.name, pool.open, pool.idle, pool.limit);
        }
        let (sessions, database) = tokio::join!(
            timeout(limit, self.sessions().ping()),
            timeout(limit, self.show_stored())
        );
        telemetry::show_reachable("sessions", matches!(sessions, Ok(Ok(()))));
        telemetry::show_reachable("database", matches!(database, Ok(Ok(()))));
        match database {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error = ?error, "no figures for /metrics"),
            Err(_) => tracing::warn!("no figures for /metrics in time"),
        }
    }

    async fn show_stored(&self) -> Result<(), AppError> {
        let now = self.clock().now();
        let figures = self.store().read().await?.figures(now).await?;
        show(&figures, now);
        // The circuits are the fleet's: another process may have opened them, or closed them.
        for (calls, is_open) in self.circuits().await? {
            telemetry::show_circuit(calls.name(), is_open);
        }
        telemetry::show_sms_pause(self.sms_pause().await?.is_some());
        if let (_, Some(drift)) = self.mpesa_drift().await? {
            telemetry::set_mpesa_drift(drift.get());
        }
        telemetry::show_figures_read(now.ms());
        Ok(())
    }
}

fn show(figures: &Figures, now: Timestamp) {
    let waits = |waiting: &Waiting| Waits {
        count: waiting.count,
        oldest_ms: waiting.since.map_or(0, |since| now.ms_since(since)),
    };
    for (what, waiting) in &figures.jobs {
        telemetry::show_jobs(what.name(), waits(waiting));
    }
    for (state, waiting) in &figures.entries {
        telemetry::show_entries(state, waits(waiting));
    }
    for (state, waiting) in &figures.deposits {
        telemetry::show_deposits(state, waits(waiting));
    }
    for (state, waiting) in &figures.withdrawals {
        telemetry::show_withdrawals(state, waits(waiting));
    }
    for (class, waiting) in &figures.outbox {
        telemetry::show_outbox(class.name(), waits(waiting));
    }
    for (what, waiting) in &figures.for_operator {
        telemetry::show_for_operator(what, waits(waiting));
    }
    for (chore, done) in &figures.chores {
        // Those of a later version have no place here.
        let known = [PULL, BALANCE, LEDGER, FAIR];
        if let Some(chore) = known.into_iter().find(|known| known == chore) {
            telemetry::show_chore(chore, done.ms());
        }
    }
    if let Some(ledger) = &figures.ledger {
        telemetry::show_ledger(ledger.findings, ledger.drift_cents);
    }
}
