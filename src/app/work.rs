//! Due work: claiming rows and carrying them out. The job runner calls this; tests call it until
//! nothing is due.

use std::{str::FromStr, time::Instant};

use super::{App, AppError};
use crate::{
    core::{
        sms::{ONCE_A_DAY, Route},
        time::Timestamp,
    },
    store::{Claim, Leased, Tx},
    telemetry::{self, trace},
};

/// How many rows one transaction settles, refunds or ends at most.
const BATCH: usize = 100;

/// Claimed rows of one kind that are worked off together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// What kind.
    pub what: Claim,
    /// The rows.
    pub rows: Vec<Leased>,
    /// When their lease ends.
    pub until: Timestamp,
    /// By whom SMS go out; nothing to other kinds.
    pub route: Route,
}

impl App {
    /// Claims up to `limit` due rows of a kind. SMS and what happens in the database alone are worked
    /// off in batches, what else talks to a provider row by row.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim(&self, what: Claim, limit: usize) -> Result<Vec<Work>, AppError> {
        let now = self.clock().now();
        let mut tx = self.store().read().await?;
        if !tx.is_due(what, now).await? {
            return Ok(Vec::new());
        }
        let limit = self.room(&mut tx, what, limit, now).await?;
        drop(tx);
        if limit == 0 {
            return Ok(Vec::new());
        }
        if let Claim::Sms | Claim::Promotions = what {
            return self.claim_sms(what, limit, now).await;
        }
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let lease = self.settings().lease;
        let claim = |mut tx: Tx| async move {
            let rows = tx.claim(what, now, lease, limit).await?;
            Ok::<_, AppError>((tx, rows))
        };
        let rows = self.store().transact(claim).await?;
        let size = match what {
            Claim::Rounds | Claim::Unpaired | Claim::Sets => BATCH,
            Claim::Callbacks
            | Claim::Pushes
            | Claim::Queries
            | Claim::Payouts
            | Claim::PayoutQueries
            | Claim::Chores
            | Claim::Sms
            | Claim::Promotions => 1,
        };
        Ok(rows
            .chunks(size)
            .map(|rows| Work {
                what,
                rows: rows.to_vec(),
                until: now.after(lease),
                route: Route::First,
            })
            .collect())
    }

    /// Carries out claimed work. A batch that fails is tried row by row, so that one bad row does
    /// not hold up the others; where the database is away or busy they all wait. What fails is due
    /// again when its lease ends.
    pub async fn work(&self, work: &Work) {
        let begun = Instant::now();
        let kind = work.what.name();
        let trace = match work.rows.as_slice() {
            [row] => row.trace_id.as_deref().and_then(|id| id.parse().ok()),
            _ => None,
        };
        trace::job(kind, trace, self.work_in(work)).await;
        telemetry::count_jobs(kind, work.rows.len(), begun.elapsed());
    }

    async fn work_in(&self, work: &Work) {
        if let Err(error) = self.try_work(work).await {
            // SMS may be on their way already.
            let is_sms = matches!(work.what, Claim::Sms | Claim::Promotions);
            if work.rows.len() == 1 || is_sms || error.is_of_the_database() {
                let row = work.rows.first().map_or("", |row| row.id.as_str());
                let rows = work.rows.len();
                telemetry::count_job_failure(work.what.name());
                tracing::error!(job = work.what.name(), row, rows, error = ?error, "job failed");
                return;
            }
            tracing::warn!(job = work.what.name(), error = ?error, "batch failed; row by row");
            for row in &work.rows {
                let single = Work {
                    rows: vec![row.clone()],
                    ..work.clone()
                };
                if let Err(error) = self.try_work(&single).await {
                    telemetry::count_job_failure(work.what.name());
                    tracing::error!(job = work.what.name(), row = row.id, error = ?error, "job failed");
                }
            }
        }
    }

    async fn try_work(&self, work: &Work) -> Result<(), AppError> {
        match work.what {
            Claim::Rounds => return self.end_rounds(&ids(&work.rows)).await,
            Claim::Unpaired => return self.refund_unpaired(&ids(&work.rows)).await,
            Claim::Sets => return self.settle_sets(&ids(&work.rows)).await,
            Claim::Sms | Claim::Promotions => return self.send_sms(work).await,
            Claim::Callbacks
            | Claim::Pushes
            | Claim::Queries
            | Claim::Payouts
            | Claim::PayoutQueries
            | Claim::Chores => {}
        }
        for row in &work.rows {
            match work.what {
                Claim::Callbacks => self.act_on_callback(row).await?,
                Claim::Pushes => self.push(row).await?,
                Claim::Queries => self.look_at_push(row).await?,
                Claim::Payouts => self.pay_out(row).await?,
                Claim::PayoutQueries => self.ask_about_payout(row).await?,
                Claim::Chores => self.do_chore(row).await?,
                Claim::Sms | Claim::Promotions | Claim::Rounds | Claim::Unpaired | Claim::Sets => {}
            }
        }
        Ok(())
    }

    /// Works off everything that is due at this instant, until nothing is; gives how many rows.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn work_off(&self) -> Result<usize, AppError> {
        let mut done = 0;
        loop {
            let before = done;
            for what in Claim::ALL {
                for work in self.claim(what, BATCH).await? {
                    done += work.rows.len();
                    self.work(&work).await;
                }
            }
            if done == before {
                return Ok(done);
            }
        }
    }

    /// Forgets what has been kept long enough: receipts of finished sessions, callbacks that wait
    /// for nothing, SMS that came in, how sessions ended, and what the fair play watch counted. Gives how
    /// many rows went.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sweep(&self) -> Result<u64, AppError> {
        let now = self.clock().now();
        self.store().make_partitions(now).await?;
        let lifted = self.lift_exclusions().await?;
        tracing::debug!(lifted, "exclusions that are over");
        let receipts_before = now.before(self.settings().finished_ttl);
        let callbacks_before = now.before(self.settings().inbox_keep);
        // What was answered in the last day decides what is answered now.
        let messages_before = now.before(self.settings().inbox_keep.max(ONCE_A_DAY));
        let first_day = self.settings().fair.first_day(now);
        let forget = |mut tx: Tx| async move {
            let receipts = tx.forget_receipts(receipts_before).await?;
            let callbacks = tx.forget_callbacks(callbacks_before).await?;
            let messages = tx.forget_inbound(messages_before).await?;
            let sessions = tx.forget_sessions(callbacks_before).await?;
            let counts = tx.forget_counts(first_day).await?;
            Ok((tx, receipts + callbacks + messages + sessions + counts))
        };
        self.store().transact(forget).await
    }
}

fn ids<T: FromStr>(rows: &[Leased]) -> Vec<T> {
    rows.iter().filter_map(|row| row.id.parse().ok()).collect()
}
