//! What M-Pesa answered: acted on once, held against the ledger, and what is planned after it.

use super::{
    super::{App, AppError},
    INITIATOR_FAULTS,
};
use crate::{
    core::{
        ids::BalanceQuestionId,
        payment::balance::{AccountBalance, State, holdings, judge, settle},
        time::Timestamp,
    },
    ports::BalanceAnswer,
    store::{BALANCE, BalanceReport, Callback, Claim, Gate, Judged, Tx},
};

impl App {
    /// Acts on an answer; gives what became of it.
    pub(in crate::app) async fn take_balance(
        &self,
        tx: &mut Tx,
        callback: &Callback,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let Some(result) = self.inner.money.read_balance(&callback.body) else {
            tracing::warn!(callback = %callback.id, "balance that cannot be read");
            return Ok("unreadable".into());
        };
        let question = match callback.subject.parse::<BalanceQuestionId>() {
            Ok(id) => tx.balance_question(id).await?,
            Err(_) => None,
        };
        let Some(question) = question else {
            tracing::error!(callback = %callback.id, "balance that nobody asked for");
            return Ok("unknown question".into());
        };
        tx.serialise_balance_report(question.report).await?;
        // Once more, under the lock.
        let question = tx.balance_question(question.id).await?;
        let report = match &question {
            Some(question) => tx.balance_report(question.report).await?,
            None => None,
        };
        let (Some(question), Some(report)) = (question, report) else {
            return Ok("unknown question".into());
        };
        let theirs = result.conversation_id.as_deref();
        if question.conversation_id.is_some()
            && theirs.is_some()
            && theirs != question.conversation_id.as_deref()
        {
            tracing::error!(report = %report.id, callback = %callback.id, "balance of another question");
            return Ok("answer to another question".into());
        }
        if question.is_answered || report.state != State::Asked {
            return Ok("repeated".into());
        }
        match result.answer {
            BalanceAnswer::Accounts(accounts) => {
                tx.answer_balance_question(question.id, &accounts, now)
                    .await?;
                match tx.balance_answers(report.id).await? {
                    Some(all) => self.judge_balance(tx, &report, &all, now).await,
                    None => Ok("the other short code is waited for".into()),
                }
            }
            BalanceAnswer::Refused { code } => {
                if INITIATOR_FAULTS.contains(&code.as_str()) {
                    let pause = self.settings().payout_pause;
                    let why = format!("account balance result code {code}");
                    tracing::error!(report = %report.id, code, ?pause, "a fault of the house: payouts pause");
                    tx.shut_gate(Gate::Payouts, now.after(pause), &why).await?;
                }
                self.fail_balance(tx, &report, &format!("code {code}"), now)
                    .await
            }
            BalanceAnswer::Unclear(what) => self.fail_balance(tx, &report, &what, now).await,
        }
    }

    /// The question waited for too long in M-Pesa's queue. A result may still follow.
    pub(in crate::app) fn take_balance_timeout(callback: &Callback) -> String {
        tracing::warn!(callback = %callback.id, "the question for the balance timed out in M-Pesa's queue");
        "queue time-out".into()
    }

    async fn fail_balance(
        &self,
        tx: &mut Tx,
        report: &BalanceReport,
        why: &str,
        now: Timestamp,
    ) -> Result<String, AppError> {
        tracing::warn!(report = %report.id, why, "M-Pesa did not tell the balance");
        tx.fail_balance_report(report.id, why).await?;
        self.plan_after(tx, State::Failed, now).await?;
        Ok(format!("failed: {why}"))
    }

    /// Holds what M-Pesa told against the ledger.
    async fn judge_balance(
        &self,
        tx: &mut Tx,
        report: &BalanceReport,
        accounts: &[AccountBalance],
        now: Timestamp,
    ) -> Result<String, AppError> {
        let settings = self.settings().balance;
        let Some(holdings) = holdings(accounts) else {
            let why = "no account that counts, or more than can be added up";
            return self.fail_balance(tx, report, why, now).await;
        };
        // In this order: what is booked in between explains too much rather than too little.
        let mut under_way = tx.money_under_way().await?;
        let ledger = tx.cash_at_mpesa().await?;
        let (booked_in, booked_out) = tx.moved_at_mpesa(report.asked_at).await?;
        under_way.booked_in = booked_in;
        under_way.booked_out = booked_out;
        let baseline = tx.balance_baseline().await?;
        let before = tx.balance_suspicion(report.asked_at).await?;
        let comparable = settings
            .charges
            .before_charges(holdings.held, holdings.charges);
        let gap = comparable.and_then(|held| held.minus(ledger));
        let drift = gap.and_then(|gap| gap.minus(baseline));
        let (Some(gap), Some(drift)) = (gap, drift) else {
            let why = "figures that do not fit";
            return self.fail_balance(tx, report, why, now).await;
        };
        let verdict = judge(drift, settings.tolerance, &under_way);
        let (state, suspect_since) = settle(verdict, drift, before, settings.confirm_after, now);
        let judged = Judged {
            at: now,
            holdings,
            ledger,
            gap,
            baseline,
            drift,
            suspect_since,
        };
        tx.judge_balance_report(report.id, state, accounts, &judged, &under_way)
            .await?;
        if state == State::Drift {
            tracing::error!(
                report = %report.id,
                drift_cents = drift.get(),
                held_cents = holdings.held.get(),
                charges_cents = holdings.charges.get(),
                ledger_cents = ledger.get(),
                baseline_cents = baseline.get(),
                may_be_short_cents = under_way.may_be_short().get(),
                may_be_over_cents = under_way.may_be_over().get(),
                "M-Pesa holds another sum than the ledger says"
            );
        } else {
            tracing::info!(report = %report.id, state = state.name(), drift_cents = drift.get(), "balance at M-Pesa");
        }
        self.plan_after(tx, state, now).await?;
        Ok(state.name().into())
    }

    /// When the chore runs next after a report ended so, whoever asked for it.
    async fn plan_after(&self, tx: &mut Tx, state: State, now: Timestamp) -> Result<(), AppError> {
        let Some(tomorrow) = self.next_balance_check(now) else {
            return Ok(());
        };
        let again = now.after(self.settings().balance.confirm_after);
        let due = match state {
            State::Ok | State::Drift => tomorrow,
            // The chore knows how often it has tried.
            State::Asked | State::Failed | State::UnderWay | State::Suspect => again.min(tomorrow),
        };
        tx.move_chore(BALANCE, due).await?;
        self.wake(Claim::Chores);
        Ok(())
    }
}
