//! Asking M-Pesa for payments that nobody told of. Every row that is not in the books goes the way of
//! a confirmation, so that nothing is booked twice.

use std::{collections::BTreeSet, time::Duration};

use super::{App, AppError};
use crate::{
    core::{ids::CallbackId, time::Timestamp},
    ports::{PULL_PAGE, PaybillError, PullQuestion, PulledRow, Registered},
    store::{BALANCE, Callback, CallbackKind, Contention, FAIR, LEDGER, Leased, PULL, Tx},
};

/// How far back M-Pesa looks (contract, section 11).
pub const PULL_REACH: Duration = Duration::from_secs(48 * 60 * 60);

/// How far before the last successful question the next one begins: payments turn up late.
const OVERLAP: Duration = Duration::from_secs(60 * 60);

/// The most pages of one question; more than any house has payments in two days.
const MAX_PAGES: usize = 5_000;

/// How long a page waits for its turn among all requests; below what a worker's lease lasts.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const SHORTEST_WAIT: Duration = Duration::from_millis(10);

/// What the raw inbox names as the source of a pulled row.
const SOURCE: &str = "pull";

/// What was found by asking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullReport {
    /// Payments that M-Pesa told of.
    pub told: usize,
    /// Those that were in the books.
    pub known: usize,
    /// Rows without a receipt.
    pub unreadable: usize,
    /// Those that were missed: receipt, and what became of it.
    pub missed: Vec<(String, String)>,
}

/// Asking failed.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// M-Pesa did not answer, or not as wanted. What was told until then is booked.
    #[error(transparent)]
    Paybill(#[from] PaybillError),
    /// The database.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<crate::store::StoreError> for PullError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::App(error.into())
    }
}

impl App {
    /// Tells M-Pesa where to send validations and confirmations.
    ///
    /// # Errors
    /// When M-Pesa does not accept it.
    pub async fn register_urls(&self) -> Result<Registered, PaybillError> {
        let response_type = self.settings().paybill.response_type;
        self.inner.money.register_urls(response_type).await
    }

    /// Registers for pulling where a number for it is configured; `None`: there is none.
    ///
    /// # Errors
    /// When M-Pesa does not accept it.
    pub async fn register_pull(&self) -> Result<Option<Registered>, PaybillError> {
        match &self.settings().paybill.pull_number {
            Some(number) => self.inner.money.register_pull(number).await.map(Some),
            None => Ok(None),
        }
    }

    /// Asks for the payments since an instant, page by page, and books those that were missed.
    ///
    /// # Errors
    /// When M-Pesa or the database does not answer. What was told until then is booked.
    pub async fn pull(&self, since: Timestamp) -> Result<PullReport, PullError> {
        self.pull_pages(since, None).await
    }

    /// The same; of a chore under a lease, which is kept while pages wait for their turn.
    async fn pull_pages(
        &self,
        since: Timestamp,
        lease: Option<i64>,
    ) -> Result<PullReport, PullError> {
        let until = self.clock().now();
        let mut report = PullReport::default();
        let mut seen = BTreeSet::new();
        for page in 0..MAX_PAGES {
            let question = PullQuestion {
                since,
                until,
                offset: page * PULL_PAGE,
            };
            self.wait_for_turn(lease).await?;
            let rows = self.inner.money.pull(question).await?;
            let before = seen.len();
            let mut missed = Vec::new();
            let mut tx = self.store().read().await?;
            for row in rows {
                let Some(receipt) = row.payment.receipt.clone() else {
                    report.unreadable += 1;
                    continue;
                };
                if !seen.insert(receipt.clone()) {
                    continue;
                }
                report.told += 1;
                if is_in_the_books(&mut tx, &row, &receipt).await? {
                    report.known += 1;
                } else {
                    missed.push((receipt, row));
                }
            }
            drop(tx);
            for (receipt, row) in missed {
                let outcome = self.take_missed(&row).await?;
                tracing::warn!(receipt, "payment that nobody told of");
                report.missed.push((receipt, outcome));
            }
            // The end, or a provider that does not know about pages.
            if seen.len() == before {
                break;
            }
        }
        if report.unreadable > 0 {
            tracing::error!(rows = report.unreadable, "pulled rows without a receipt");
        }
        Ok(report)
    }

    /// Asks for the payments since an instant, page by page, and books nothing.
    ///
    /// # Errors
    /// When M-Pesa does not answer.
    pub async fn pulled(
        &self,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<PulledRow>, PullError> {
        let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
        for page in 0..MAX_PAGES {
            let question = PullQuestion {
                since,
                until,
                offset: page * PULL_PAGE,
            };
            self.wait_for_turn(None).await?;
            let rows = self.inner.money.pull(question).await?;
            let before = all.len();
            all.extend(rows.into_iter().filter(|row| seen.insert(row.body.clone())));
            if all.len() == before {
                break;
            }
        }
        Ok(all)
    }

    /// Waits until one more request may be sent, in the whole fleet.
    async fn wait_for_turn(&self, lease: Option<i64>) -> Result<(), PullError> {
        let mut waited = Duration::ZERO;
        loop {
            let now = self.clock().now();
            let pass = |mut tx: Tx| async move {
                let opens = self.pass_limit(&mut tx, now).await?;
                if let Some(lease) = lease {
                    let kept = now.after(self.settings().lease);
                    tx.end_chore(PULL, lease, kept, None).await?;
                }
                Ok::<_, AppError>((tx, opens))
            };
            let Some(opens) = self.store().transact(pass).await? else {
                return Ok(());
            };
            let wait = Duration::from_millis(u64::try_from(opens.ms_since(now)).unwrap_or(0));
            waited += wait.max(SHORTEST_WAIT);
            if waited > LONGEST_WAIT {
                let why = "other requests use up what Daraja takes".into();
                return Err(PaybillError::NoAnswer(why).into());
            }
            tokio::time::sleep(wait.max(SHORTEST_WAIT)).await;
        }
    }

    /// Writes a row down as it came, then acts on it at once; where that fails the job does it.
    async fn take_missed(&self, row: &PulledRow) -> Result<String, AppError> {
        self.take_told(CallbackKind::C2bPull, SOURCE, &row.body)
            .await
    }

    /// The same for a payment that is told of in any way; gives what became of it.
    pub(super) async fn take_told(
        &self,
        kind: CallbackKind,
        source: &str,
        body: &[u8],
    ) -> Result<String, AppError> {
        let now = self.clock().now();
        let id = CallbackId::new(now, &mut self.inner.random.rng());
        let callback = Callback {
            id,
            kind,
            subject: String::new(),
            body: body.into(),
        };
        let callback = &callback;
        let add = |mut tx: Tx| async move {
            tx.add_callback(callback, source, now).await?;
            Ok::<_, AppError>((tx, ()))
        };
        self.store().transact(add).await?;
        let leased = Leased {
            id: id.to_string(),
            lease: 0,
            attempt: 1,
            trace_id: None,
        };
        match self.act_on_callback(&leased).await {
            Err(error) if error.is_contended() => {
                tracing::debug!(callback = %id, "left to the job");
            }
            done => done?,
        }
        let outcome = self.store().read().await?.callback_outcome(id).await?;
        Ok(outcome.unwrap_or_else(|| "waits for the job".into()))
    }

    /// Does a chore.
    pub(super) async fn do_chore(&self, leased: &Leased) -> Result<(), AppError> {
        if leased.id == PULL {
            return self.pull_by_schedule(leased).await;
        }
        if leased.id == BALANCE {
            return self.check_balance(leased).await;
        }
        if leased.id == LEDGER {
            return self.check_ledger(leased).await;
        }
        if leased.id == FAIR {
            return self.watch(leased).await;
        }
        // Of a version that knows more chores.
        tracing::warn!(chore = leased.id, "unknown chore");
        Ok(())
    }

    /// Asks since the last success, and plans the next time.
    async fn pull_by_schedule(&self, leased: &Leased) -> Result<(), AppError> {
        let now = self.clock().now();
        let every = self.settings().paybill.pull_every;
        if every.is_zero() {
            return self.plan_pull(None).await;
        }
        let last = self.store().read().await?.chore_done_at(PULL).await?;
        if last.is_none()
            && let Err(error) = self.register_pull().await
        {
            // It may be registered all the same: asking tells.
            tracing::warn!(%error, "pulling could not be registered");
        }
        let reach = now.before(PULL_REACH);
        let since = last.map_or(reach, |last| last.before(OVERLAP).max(reach));
        let done = match self.pull_pages(since, Some(leased.lease)).await {
            Ok(report) => {
                tracing::info!(
                    told = report.told,
                    missed = report.missed.len(),
                    "asked M-Pesa for payments"
                );
                Some(now)
            }
            Err(error) => {
                tracing::error!(%error, "payments could not be asked for");
                None
            }
        };
        let end = |mut tx: Tx| async move {
            tx.end_chore(PULL, leased.lease, now.after(every), done)
                .await?;
            Ok((tx, ()))
        };
        self.store().transact(end).await
    }

    async fn plan_pull(&self, due: Option<Timestamp>) -> Result<(), AppError> {
        let plan = |mut tx: Tx| async move {
            tx.plan_chore(PULL, due).await?;
            Ok((tx, ()))
        };
        self.store().transact(plan).await
    }

    /// Plans the chores that the configuration wants.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn plan_chores(&self) -> Result<(), AppError> {
        let is_wanted = !self.settings().paybill.pull_every.is_zero();
        let now = self.clock().now();
        self.plan_pull(is_wanted.then_some(now)).await?;
        self.plan_watch().await?;
        let check = self.next_balance_check(now);
        let plan = |mut tx: Tx| async move {
            tx.plan_chore(BALANCE, check).await?;
            tx.plan_chore(LEDGER, self.next_ledger_check(now)).await?;
            Ok((tx, ()))
        };
        self.store().transact(plan).await
    }
}

/// Whether a row needs nothing: it was booked before, with the same amount. One with another amount
/// goes the way of a confirmation, which flags it.
async fn is_in_the_books(tx: &mut Tx, row: &PulledRow, receipt: &str) -> Result<bool, AppError> {
    let booked = tx.amount_of_receipt(receipt).await?;
    let agrees = row.payment.amount.is_none() || booked == row.payment.amount;
    Ok(booked.is_some() && agrees)
}
