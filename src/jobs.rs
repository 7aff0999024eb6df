//! The job runner: apalis workers, one for each kind of due row, and a schedule for housekeeping.
//!
//! What must happen lives in the domain tables with a due time that is also the lease; apalis runs
//! it: concurrency, restarts, graceful stop. A row may be worked on twice or late without harm.

mod backend;

use std::{sync::Arc, time::Duration};

use apalis::{
    layers::WorkerBuilderExt,
    prelude::{Data, Monitor, WorkerBuilder},
};
use apalis_cron::{CronScheduler, Tick};
use tokio_util::sync::CancellationToken;
use tower::load_shed::LoadShedLayer;

use self::backend::DueBackend;
use crate::{
    app::{App, Work},
    http::JobsHealth,
    store::Claim,
    telemetry,
};

/// How long work that has begun may take to end when the process is asked to stop. The longest is a
/// request to Daraja.
const SHUTDOWN: Duration = Duration::from_secs(25);

/// When housekeeping runs: every hour, at minute 7.
const SWEEP: &str = "0 7 * * * *";

/// How many pieces of work of one kind run at the same time.
const fn concurrency(what: Claim) -> usize {
    match what {
        // These talk to a provider and mostly wait.
        Claim::Pushes | Claim::Queries | Claim::PayoutQueries => 16,
        // Batches; how many requests they make at the same time is configuration. One more waits
        // for no slow answer of the others.
        Claim::Sms => 4,
        Claim::Promotions => 1,
        Claim::Payouts | Claim::Callbacks => 4,
        Claim::Chores => 1,
        // Batches in the database.
        Claim::Rounds | Claim::Unpaired | Claim::Sets => 1,
    }
}

/// How many rows one claim leases: not many more than can be worked on at once, for what is leased
/// and not begun when the process dies waits for its lease.
const fn claimed_at_once(what: Claim) -> usize {
    match what {
        Claim::Pushes | Claim::Queries | Claim::PayoutQueries => 16,
        Claim::Payouts => 4,
        Claim::Callbacks => 8,
        Claim::Chores => 1,
        // As many as a batch has, which is configuration.
        Claim::Sms | Claim::Promotions => 100,
        Claim::Rounds | Claim::Unpaired | Claim::Sets => 100,
    }
}

/// Runs all jobs until `stop`; what has begun is finished first.
pub async fn run(app: App, poll: Duration, stop: CancellationToken, health: JobsHealth) {
    let mut monitor = Monitor::new();
    for what in Claim::ALL {
        telemetry::count_leased(what.name(), 0);
        let app = app.clone();
        monitor = monitor.register(move |_| {
            let backend = DueBackend::new(app.clone(), what, claimed_at_once(what), poll);
            WorkerBuilder::new(what.name())
                .backend(backend)
                .data(app.clone())
                .concurrency(concurrency(what))
                .catch_panic()
                .build(carry_out)
        });
    }
    if let Ok(schedule) = SWEEP.parse::<cron::Schedule>() {
        let app = app.clone();
        monitor = monitor.register(move |_| {
            WorkerBuilder::new("sweep")
                .backend(CronScheduler::new(schedule.clone()))
                .data(app.clone())
                // In this order: a tick that comes while one is worked on is dropped, and does not
                // end the worker.
                .layer(LoadShedLayer::new())
                .concurrency(1)
                .catch_panic()
                .build(sweep)
        });
    }
    health.running();
    let ended = monitor
        .should_restart(|worker, error| {
            tracing::error!(worker = worker.name(), %error, "worker stopped; it starts again");
            true
        })
        .shutdown_timeout(SHUTDOWN)
        .run_with_signal(async move {
            stop.cancelled().await;
            Ok(())
        })
        .await;
    health.stopped();
    if let Err(error) = ended {
        tracing::error!(%error, "the job runner ended");
    }
}

async fn carry_out(work: Arc<Work>, app: Data<App>) {
    let _held = Held(&work);
    app.work(&work).await;
}

/// Work that this process has claimed; it is let go of even when the work panics.
struct Held<'a>(&'a Work);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        telemetry::count_let_go(self.0.what.name(), self.0.rows.len());
    }
}

async fn sweep(_: Tick, app: Data<App>) {
    match app.sweep().await {
        Ok(rows) => tracing::debug!(rows, "swept"),
        Err(error) => tracing::warn!(error = ?error, "housekeeping failed"),
    }
}
