//! What M-Pesa says that it holds, asked for and held against the ledger: by the daily job, and by an
//! operator. Books nothing.
//!
//! A report is written down before M-Pesa is asked; the answer comes as a callback and is judged in
//! the transaction that acts on it. The chore asks again where there was no answer or money was on its
//! way, and where a difference has to be confirmed.

mod answer;

use std::time::Duration;

use super::{App, AppError};
use crate::{
    core::{
        ids::{BalanceQuestionId, BalanceReportId},
        money::Cents,
        payment::balance::{Charges, State, next_at},
        time::Timestamp,
    },
    store::{AskedBy, BALANCE, BalanceReport, Contention, Gate, Leased, StoreError, Tx},
};

/// How long an answer is waited for before M-Pesa is asked again. A result of this kind came after 85
/// s in the one case that was measured (Daraja contract, section 7).
const ANSWER_WITHIN: Duration = Duration::from_secs(5 * 60);

/// How often the job asks in one day.
const MAX_TRIES: i64 = 6;

/// After how long without a verdict nobody knows any more whether M-Pesa and the ledger agree.
const STALE: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// Codes that say that the initiator's name or password is wrong, or that it is locked. Each further
/// try can lock it (Daraja contract, section 14, trap 29).
const INITIATOR_FAULTS: [&str; 2] = ["2001", "8006"];

/// How the balance at M-Pesa is looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceSettings {
    /// When the job asks, in minutes after midnight in Nairobi; `None`: it does not.
    pub check_at: Option<u32>,
    /// For how long a difference has to last before it is an alarm.
    pub confirm_after: Duration,
    /// A difference of no more than this is none.
    pub tolerance: Cents,
    /// What becomes of M-Pesa's charges.
    pub charges: Charges,
}

/// Whether M-Pesa and the ledger agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MpesaDrift {
    /// They did when it was last certain.
    Ok,
    /// They do not.
    Drift,
    /// Nobody can tell: nobody has asked, or not for days.
    Unknown,
}

/// M-Pesa cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody is set up who may ask.
    #[error("payouts are not set up, and the balance is asked by the same initiator")]
    Off,
    /// The initiator is at fault, or was: each further try can lock it.
    #[error("payouts pause until {until} ({why}); asking now could lock the initiator")]
    Paused {
        /// Until when.
        until: Timestamp,
        /// Why.
        why: String,
    },
    /// M-Pesa did not accept the question.
    #[error("M-Pesa did not accept the question: {0}")]
    Refused(String),
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for AskError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

impl Contention for AskError {
    fn is_contended(&self) -> bool {
        match self {
            Self::App(error) => error.is_contended(),
            Self::Off | Self::Paused { .. } | Self::Refused(_) => false,
        }
    }
}

type Questions = Vec<(BalanceQuestionId, String)>;

impl App {
    /// Asks M-Pesa what there is, for an operator. The answer comes as a callback: the report of this
    /// id has it then.
    ///
    /// # Errors
    /// When M-Pesa cannot be asked.
    pub async fn ask_balance(&self) -> Result<BalanceReportId, AskError> {
        let now = self.clock().now();
        let (id, questions) = self.new_report(now);
        if questions.is_empty() {
            return Err(AskError::Off);
        }
        let asked = &questions;
        let begin = |mut tx: Tx| async move {
            if let Some((until, why)) = pause(&mut tx, now).await? {
                return Err(AskError::Paused { until, why });
            }
            tx.begin_balance_report(id, AskedBy::Operator, 1, asked, now)
                .await?;
            Ok((tx, ()))
        };
        self.store().transact(begin).await?;
        self.put_questions(id, &questions).await?;
        Ok(id)
    }

    /// A report.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn balance_report(
        &self,
        id: BalanceReportId,
    ) -> Result<Option<BalanceReport>, AppError> {
        Ok(self.store().read().await?.balance_report(id).await?)
    }

    /// The last report that was held against the ledger.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn last_balance(&self) -> Result<Option<BalanceReport>, AppError> {
        Ok(self.store().read().await?.last_balance_judged().await?)
    }

    /// Accepts the difference that a report found: later ones count from there. False where it found
    /// none that can be accepted.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn accept_balance(&self, id: BalanceReportId, why: &str) -> Result<bool, AppError> {
        let now = self.clock().now();
        let accept = |mut tx: Tx| async move {
            let is_accepted = tx.accept_balance_report(id, why, now).await?;
            Ok::<_, AppError>((tx, is_accepted))
        };
        let is_accepted = self.store().transact(accept).await?;
        if is_accepted {
            tracing::info!(report = %id, reason = why, "difference to M-Pesa accepted");
        }
        Ok(is_accepted)
    }

    /// Whether M-Pesa and the ledger agree, and the last difference that was found.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn mpesa_drift(&self) -> Result<(MpesaDrift, Option<Cents>), AppError> {
        let fresh_from = self.clock().now().before(STALE);
        let mut tx = self.store().read().await?;
        let last = tx.last_balance_judged().await?;
        let verdict = tx.last_balance_verdict().await?;
        let is_fresh = |report: &BalanceReport| report.asked_at >= fresh_from;
        let standing = match verdict.filter(is_fresh).map(|report| report.state) {
            Some(State::Ok) => MpesaDrift::Ok,
            Some(State::Drift) => MpesaDrift::Drift,
            Some(State::Asked | State::Failed | State::UnderWay | State::Suspect) | None => {
                MpesaDrift::Unknown
            }
        };
        let judged = last.and_then(|report| report.judged);
        Ok((standing, judged.map(|judged| judged.drift)))
    }

    fn new_report(&self, now: Timestamp) -> (BalanceReportId, Questions) {
        let rng = &mut self.inner.random.rng();
        let id = BalanceReportId::new(now, rng);
        let shortcodes = self.inner.money.balance_shortcodes().into_iter();
        let questions = shortcodes.map(|code| (BalanceQuestionId::new(now, rng), code));
        (id, questions.collect())
    }

    /// Puts the questions of a report to M-Pesa.
    async fn put_questions(
        &self,
        report: BalanceReportId,
        questions: &Questions,
    ) -> Result<(), AskError> {
        for (id, shortcode) in questions {
            let (id, name) = (*id, id.to_string());
            match self.inner.money.ask_balance(shortcode, &name).await {
                Ok(None) => {}
                Ok(Some(theirs)) => {
                    let theirs = theirs.as_str();
                    let keep = |mut tx: Tx| async move {
                        tx.balance_question_accepted(id, theirs).await?;
                        Ok::<_, AppError>((tx, ()))
                    };
                    self.store().transact(keep).await?;
                }
                Err(why) => {
                    let reason = why.as_str();
                    let fail = |mut tx: Tx| async move {
                        tx.fail_balance_report(report, reason).await?;
                        Ok::<_, AppError>((tx, ()))
                    };
                    self.store().transact(fail).await?;
                    return Err(AskError::Refused(why));
                }
            }
        }
        Ok(())
    }

    /// When the job asks next, where it does.
    pub(super) fn next_balance_check(&self, now: Timestamp) -> Option<Timestamp> {
        let is_set_up = !self.inner.money.balance_shortcodes().is_empty();
        let check_at = self.settings().balance.check_at.filter(|_| is_set_up);
        check_at.map(|minutes| next_at(now, minutes))
    }

    /// The chore: asks, or asks again, and plans when to look next. Whatever comes in meanwhile moves
    /// that.
    pub(super) async fn check_balance(&self, leased: &Leased) -> Result<(), AppError> {
        let now = self.clock().now();
        let Some(tomorrow) = self.next_balance_check(now) else {
            let end = |mut tx: Tx| async move {
                tx.plan_chore(BALANCE, None).await?;
                Ok((tx, ()))
            };
            return self.store().transact(end).await;
        };
        let (id, questions) = self.new_report(now);
        let asked = &questions;
        let begin = |tx| self.begin_check(tx, leased, id, asked, tomorrow);
        if !self.store().transact(begin).await? {
            return Ok(());
        }
        match self.put_questions(id, &questions).await {
            Ok(()) => Ok(()),
            Err(AskError::App(error)) => Err(error),
            Err(error) => {
                tracing::warn!(report = %id, %error, "M-Pesa could not be asked for the balance");
                let again = now.after(self.settings().balance.confirm_after);
                self.move_check(again).await
            }
        }
    }

    /// Writes down that M-Pesa is asked; false where it is not, this time.
    async fn begin_check(
        &self,
        mut tx: Tx,
        leased: &Leased,
        id: BalanceReportId,
        questions: &Questions,
        tomorrow: Timestamp,
    ) -> Result<(Tx, bool), AppError> {
        let now = self.clock().now();
        let mut due = now.after(ANSWER_WITHIN);
        let mut attempt = None;
        if let Some((until, why)) = pause(&mut tx, now).await? {
            tracing::warn!(
                why,
                "payouts pause, and M-Pesa is not asked for the balance"
            );
            due = until;
        } else {
            match next_try(tx.last_balance_of_job().await?.as_ref(), now) {
                Next::Ask(number) => attempt = Some(number),
                Next::Wait(until) => due = until,
                Next::GiveUp => {
                    tracing::error!("the balance at M-Pesa cannot be learnt today");
                    due = tomorrow;
                }
            }
        }
        if let Some(attempt) = attempt {
            tx.begin_balance_report(id, AskedBy::Job, attempt, questions, now)
                .await?;
        }
        tx.end_chore(BALANCE, leased.lease, due, None).await?;
        Ok((tx, attempt.is_some()))
    }

    async fn move_check(&self, due: Timestamp) -> Result<(), AppError> {
        let plan = |mut tx: Tx| async move {
            tx.move_chore(BALANCE, due).await?;
            Ok((tx, ()))
        };
        self.store().transact(plan).await
    }
}

/// Until when and why nothing may be asked: payouts pause for a fault that each further try makes
/// worse. Other faults, such as a float that is used up, are a reason to ask.
async fn pause(tx: &mut Tx, now: Timestamp) -> Result<Option<(Timestamp, String)>, StoreError> {
    let shut = tx.gate_shut(Gate::Payouts, now).await?;
    Ok(shut.filter(|(_, why)| {
        let code = why.split_whitespace().last().unwrap_or_default();
        INITIATOR_FAULTS.contains(&code)
    }))
}

/// What the chore does next.
enum Next {
    /// Ask; which try of the day it is.
    Ask(i64),
    /// Wait for the answer.
    Wait(Timestamp),
    /// No more today.
    GiveUp,
}

/// What follows the job's last report.
fn next_try(last: Option<&BalanceReport>, now: Timestamp) -> Next {
    let Some(last) = last else {
        return Next::Ask(1);
    };
    let waits_until = last.asked_at.after(ANSWER_WITHIN);
    match last.state {
        State::Ok | State::Drift => Next::Ask(1),
        State::Asked if waits_until > now => Next::Wait(waits_until),
        State::Asked | State::Failed | State::UnderWay | State::Suspect => {
            // Of another day, where the chore was put off or the job did not run.
            let is_of_before = last.asked_at.start_of_day() != now.start_of_day();
            if is_of_before {
                Next::Ask(1)
            } else if last.attempt < MAX_TRIES {
                Next::Ask(last.attempt + 1)
            } else {
                Next::GiveUp
            }
        }
    }
}
