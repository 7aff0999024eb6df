//! What waits and what failed: due work by kind, SMS, dead callbacks, pauses; and sending SMS once
//! more that were given up.

use std::time::Duration;

use super::{App, AppError, Payouts, SmsState};
use crate::{
    core::{ids::SmsId, operator::By},
    store::{Backlog, CallbackState, Claim, FailedSms, Gate, InboxFilter, InboxRow, SmsCount, Tx},
};

/// How far back SMS that were given up are looked for, and sent again: older ones help nobody.
pub const FAILED_REACH: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How far back SMS are counted.
const COUNTED: Duration = Duration::from_secs(24 * 60 * 60);
/// How many of each list.
const LISTED: i64 = 100;

/// What waits and what failed.
#[derive(Clone, Debug)]
pub struct WorkState {
    /// What is due, by kind.
    pub backlogs: Vec<Backlog>,
    /// Whether payouts go out.
    pub payouts: Payouts,
    /// Until when and why payouts pause.
    pub payouts_paused: Option<(crate::core::time::Timestamp, String)>,
    /// How SMS stand.
    pub sms: SmsState,
    /// SMS of the last day, by class and state.
    pub counts: Vec<SmsCount>,
    /// SMS of the last week that were given up, newest first.
    pub failed: Vec<FailedSms>,
    /// Callbacks that were given up, newest first.
    pub dead: Vec<InboxRow>,
}

impl App {
    /// What waits and what failed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn work_state(&self) -> Result<WorkState, AppError> {
        let now = self.clock().now();
        let (payouts, sms) = (self.payouts().await?, self.sms_state().await?);
        let mut tx = self.store().read().await?;
        let mut backlogs = Vec::with_capacity(Claim::ALL.len());
        for what in Claim::ALL {
            backlogs.push(tx.backlog(what, now).await?);
        }
        let dead = InboxFilter {
            kind: None,
            state: Some(CallbackState::Dead),
            since: crate::core::time::Timestamp::from_ms(0),
        };
        Ok(WorkState {
            backlogs,
            payouts,
            payouts_paused: tx.gate_shut(Gate::Payouts, now).await?,
            sms,
            counts: tx.sms_counts(now.before(COUNTED)).await?,
            failed: tx.failed_sms(now.before(FAILED_REACH), LISTED).await?,
            dead: tx.inbox(&dead, LISTED).await?,
        })
    }

    /// SMS of the last week that were given up, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn failed_sms(&self) -> Result<Vec<FailedSms>, AppError> {
        let since = self.clock().now().before(FAILED_REACH);
        let mut tx = self.store().read().await?;
        Ok(tx.failed_sms(since, LISTED).await?)
    }

    /// Has an SMS sent once more that was given up. False where it was not, or is a promotion.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn retry_sms(&self, id: SmsId, by: &By) -> Result<bool, AppError> {
        let now = self.clock().now();
        let retry = |mut tx: Tx| async move {
            let is_revived = tx.revive_sms(id, now).await?;
            if is_revived {
                let subject = ("sms", id.to_string());
                self.write_down(&mut tx, by, "retry", subject, "", now)
                    .await?;
            }
            Ok::<_, AppError>((tx, is_revived))
        };
        let is_revived = self.store().transact(retry).await?;
        self.wake(Claim::Sms);
        Ok(is_revived)
    }

    /// The same for every receipt and answer of the last week; gives how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn retry_all_sms(&self, by: &By) -> Result<u64, AppError> {
        let now = self.clock().now();
        let since = now.before(FAILED_REACH);
        let retry = |mut tx: Tx| async move {
            let revived = tx.revive_all_sms(since, now).await?;
            if revived > 0 {
                let subject = ("sms", "all".to_owned());
                let detail = format!("{revived} of the last 7 days");
                self.write_down(&mut tx, by, "retry", subject, &detail, now)
                    .await?;
            }
            Ok::<_, AppError>((tx, revived))
        };
        let revived = self.store().transact(retry).await?;
        self.wake(Claim::Sms);
        Ok(revived)
    }
}
