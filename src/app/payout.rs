//! Payouts: sending them once, their results, and asking where none comes.

use std::time::Duration;

use super::{App, AppError, traffic::News};
use crate::{
    core::{
        circuit::Calls,
        ids::WithdrawalId,
        money::Cents,
        msisdn::Msisdn,
        payment::withdrawal::{
            FLAG_AFTER, Failure, State, UNHEARD_OF, Verdict, give_back, pay, pay_late, verdict,
        },
        time::Timestamp,
    },
    ports::{Payout, PayoutError, PayoutOutcome, Standing},
    store::{Booked, Callback, Claim, Gate, Leased, Tx, Withdrawal},
};

/// How often a payout is sent that certainly did not arrive.
const MAX_SENDS: i64 = 30;

/// How long after such a try the next one comes: doubled each time, up to a quarter of an hour, and
/// spread by chance.
const SEND_WAIT: Duration = Duration::from_secs(30);
const MAX_SEND_WAIT: Duration = Duration::from_secs(15 * 60);

impl App {
    /// Sends a payout that is due. It is written down as sent first: when the process dies in between,
    /// or the answer is lost, it may have arrived, and its status is asked before anything else.
    pub(super) async fn pay_out(&self, leased: &Leased) -> Result<(), AppError> {
        let Ok(id) = leased.id.parse::<WithdrawalId>() else {
            return Ok(());
        };
        let now = self.clock().now();
        let begin = |tx| self.begin_payout(tx, id, leased.lease, now);
        let Some((withdrawal, msisdn)) = self.store().transact(begin).await? else {
            return Ok(());
        };
        let payout = Payout {
            msisdn,
            amount: withdrawal.quote.payout,
            originator_id: withdrawal.originator_id.clone(),
            withdrawal_id: id.to_string(),
        };
        let sent = self.inner.money.pay_out(&payout).await;
        let now = self.clock().now();
        let keep = |tx| self.keep_payout_sent(tx, &withdrawal, leased.attempt, &sent, now);
        self.store().transact(keep).await?;
        self.wake(Claim::Sms);
        Ok(())
    }

    /// Writes down that a payout goes out; `None` where it does not: it has to wait for the gates, or
    /// is somebody else's business.
    async fn begin_payout(
        &self,
        mut tx: Tx,
        id: WithdrawalId,
        lease: i64,
        now: Timestamp,
    ) -> Result<(Tx, Option<(Withdrawal, Msisdn)>), AppError> {
        let Some(withdrawal) = tx.withdrawal(id).await? else {
            return Ok((tx, None));
        };
        // The gates are not for what goes out no more.
        if withdrawal.state != State::Requested {
            return Ok((tx, None));
        }
        if let Some(opens) = self.pass_gates(&mut tx, now).await? {
            tx.put_payout_off(id, lease, opens).await?;
            return Ok((tx, None));
        }
        let ask_at = now.after(self.settings().payout_patience.query_after);
        if !tx.begin_payout(id, lease, now, ask_at).await? {
            return Ok((tx, None));
        }
        let msisdn = tx.player_by_id(withdrawal.player).await?.msisdn;
        Ok((tx, Some((withdrawal, msisdn))))
    }

    /// Writes down what the answer to a payout says.
    async fn keep_payout_sent(
        &self,
        mut tx: Tx,
        withdrawal: &Withdrawal,
        attempt: i64,
        sent: &Result<(), PayoutError>,
        now: Timestamp,
    ) -> Result<(Tx, ()), AppError> {
        let id = withdrawal.id;
        let ask_at = now.after(self.settings().payout_patience.query_after);
        self.hear(&mut tx, Calls::Payouts, News::of_payout(sent), now)
            .await?;
        tx.serialise_withdrawal(id).await?;
        match sent {
            Ok(()) => tracing::info!(withdrawal = %id, "payout sent"),
            Err(PayoutError::SentBefore(why) | PayoutError::Unsure(why)) => {
                tracing::warn!(withdrawal = %id, why, "payout without an answer; its status is asked");
                tx.payout_unknown(id, ask_at).await?;
            }
            Err(PayoutError::NotSent(why) | PayoutError::NoRoom(why)) if attempt < MAX_SENDS => {
                tracing::warn!(withdrawal = %id, why, attempt, "payout not sent");
                let wait = self.wait_after(SEND_WAIT, MAX_SEND_WAIT, attempt);
                tx.undo_payout(id, now.after(wait), attempt).await?;
            }
            // This try failed; an earlier one may have arrived all the same.
            Err(
                PayoutError::NotSent(why) | PayoutError::NoRoom(why) | PayoutError::Refused(why),
            ) if withdrawal.is_doubtful => {
                tracing::error!(withdrawal = %id, why, "payout refused after a doubtful one");
                tx.payout_unknown(id, ask_at).await?;
                tx.flag_withdrawal(id, now).await?;
            }
            Err(
                PayoutError::NotSent(why) | PayoutError::NoRoom(why) | PayoutError::Refused(why),
            ) => {
                tracing::error!(withdrawal = %id, why, "payout given up");
                self.fail_payout(&mut tx, withdrawal, Failure::Unavailable, now)
                    .await?;
            }
        }
        Ok((tx, ()))
    }

    /// When the gates open that a payout has to pass, in the whole fleet; `None`: it passed them.
    async fn pass_gates(&self, tx: &mut Tx, now: Timestamp) -> Result<Option<Timestamp>, AppError> {
        if let Some(opens) = tx.pass_gate(Gate::Payouts, Duration::ZERO, now).await? {
            return Ok(Some(opens));
        }
        self.pass(tx, Calls::Payouts, now).await
    }

    /// Asks about a payout whose result has not come. The answer is a callback of its own.
    pub(super) async fn ask_about_payout(&self, leased: &Leased) -> Result<(), AppError> {
        let Ok(id) = leased.id.parse::<WithdrawalId>() else {
            return Ok(());
        };
        let now = self.clock().now();
        let begin = |tx| self.begin_question(tx, id, leased, now);
        let Some(withdrawal) = self.store().transact(begin).await? else {
            return Ok(());
        };
        let (originator_id, name) = (&withdrawal.originator_id, id.to_string());
        let asked = self.inner.money.ask_payout(originator_id, &name).await;
        if let Err(error) = &asked {
            tracing::warn!(withdrawal = %id, %error, "the question about a payout was not taken");
        }
        self.hear_question(&asked).await
    }

    /// Writes down that a payout's status is asked; `None` where there is no such withdrawal.
    async fn begin_question(
        &self,
        mut tx: Tx,
        id: WithdrawalId,
        leased: &Leased,
        now: Timestamp,
    ) -> Result<(Tx, Option<Withdrawal>), AppError> {
        let Some(withdrawal) = tx.withdrawal(id).await? else {
            return Ok((tx, None));
        };
        if let Some(opens) = self.pass(&mut tx, Calls::Queries, now).await? {
            tx.put_question_off(id, leased.lease, opens).await?;
            return Ok((tx, None));
        }
        let attempt = leased.attempt;
        let next = self.settings().payout_patience.next_question(now, attempt);
        tx.payout_unknown(id, next).await?;
        if attempt == FLAG_AFTER {
            tracing::error!(withdrawal = %id, "nobody can tell what became of a payout");
            tx.flag_withdrawal(id, now).await?;
        }
        Ok((tx, Some(withdrawal)))
    }

    /// Acts on the result of a payout; gives what became of it.
    pub(super) async fn take_payout(
        &self,
        tx: &mut Tx,
        callback: &Callback,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let Some(result) = self.inner.money.read_payout(&callback.body) else {
            tracing::warn!(callback = %callback.id, "payout result that cannot be read");
            return Ok("unreadable".into());
        };
        let originator_id = result.originator_id.as_deref();
        let withdrawal = match self.named(tx, callback, originator_id, now).await? {
            Ok(withdrawal) => withdrawal,
            Err(outcome) => return Ok(outcome.into()),
        };
        match result.outcome {
            PayoutOutcome::Paid { receipt, amount } => {
                self.arrived(tx, &withdrawal, &receipt, amount, now).await
            }
            PayoutOutcome::Unpaid { code } => self.not_paid(tx, &withdrawal, &code, now).await,
            PayoutOutcome::Unclear(what) => {
                tracing::error!(withdrawal = %withdrawal.id, what, "payout result that says nothing certain");
                self.ask_soon(tx, &withdrawal, now).await?;
                Ok(format!("unclear: {what}"))
            }
        }
    }

    /// A payout waited for too long in M-Pesa's queue. That is no failure: a result may still follow
    /// (Daraja contract, section 6).
    pub(super) async fn take_payout_timeout(
        &self,
        tx: &mut Tx,
        callback: &Callback,
        now: Timestamp,
    ) -> Result<String, AppError> {
        match self.named(tx, callback, None, now).await? {
            Ok(withdrawal) => {
                self.ask_soon(tx, &withdrawal, now).await?;
                Ok("queue time-out".into())
            }
            Err(outcome) => Ok(outcome.into()),
        }
    }

    /// Acts on the answer to a question about a payout.
    pub(super) async fn take_payout_status(
        &self,
        tx: &mut Tx,
        callback: &Callback,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let Some(status) = self.inner.money.read_payout_status(&callback.body) else {
            return Ok("unreadable".into());
        };
        let originator_id = status.originator_id.as_deref();
        let withdrawal = match self.named(tx, callback, originator_id, now).await? {
            Ok(withdrawal) => withdrawal,
            Err(outcome) => return Ok(outcome.into()),
        };
        match status.standing {
            Standing::Completed { receipt, amount } => {
                self.arrived(tx, &withdrawal, &receipt, amount, now).await
            }
            Standing::Failed(what) => {
                self.fail_payout(tx, &withdrawal, Failure::Unavailable, now)
                    .await?;
                Ok(format!("failed: {what}"))
            }
            Standing::Open(what) => Ok(format!("open: {what}")),
            Standing::UnheardOf => {
                if withdrawal.state.is_open()
                    && tx.payout_unheard_of(withdrawal.id).await? >= UNHEARD_OF
                {
                    // The same id once more: had it arrived after all, Daraja refuses it as double.
                    tracing::warn!(withdrawal = %withdrawal.id, "payout unheard of; it is sent again");
                    tx.undo_payout(withdrawal.id, now, 0).await?;
                }
                Ok("unheard of".into())
            }
        }
    }

    /// The withdrawal that a callback's URL names, locked; otherwise what became of the callback.
    async fn named(
        &self,
        tx: &mut Tx,
        callback: &Callback,
        originator_id: Option<&str>,
        now: Timestamp,
    ) -> Result<Result<Withdrawal, &'static str>, AppError> {
        let withdrawal = match callback.subject.parse::<WithdrawalId>() {
            Ok(id) => {
                tx.serialise_withdrawal(id).await?;
                tx.withdrawal(id).await?
            }
            Err(_) => None,
        };
        let Some(withdrawal) = withdrawal else {
            tracing::error!(callback = %callback.id, "payout callback of an unknown withdrawal");
            return Ok(Err("unknown withdrawal"));
        };
        if originator_id.is_some_and(|theirs| theirs != withdrawal.originator_id) {
            tracing::error!(withdrawal = %withdrawal.id, callback = %callback.id, "result of another payout");
            tx.flag_withdrawal(withdrawal.id, now).await?;
            return Ok(Err("result of another payout"));
        }
        Ok(Ok(withdrawal))
    }

    /// The money arrived, by whichever way it was told.
    pub(super) async fn arrived(
        &self,
        tx: &mut Tx,
        withdrawal: &Withdrawal,
        receipt: &str,
        stated: Option<Cents>,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let (id, quote) = (withdrawal.id, &withdrawal.quote);
        if withdrawal.receipt.as_deref() == Some(receipt) {
            return Ok("repeated".into());
        }
        if withdrawal.receipt.is_some() || tx.is_receipt_of_another(id, receipt).await? {
            tracing::error!(withdrawal = %id, receipt, "a second receipt of one payout, or one receipt of two");
            tx.flag_withdrawal(id, now).await?;
            return Ok("contradicts what is booked".into());
        }
        if withdrawal.state == State::Failed {
            tx.book(pay_late(id, quote).as_slice(), now).await?;
            tx.keep_late_receipt(id, receipt, now).await?;
            tracing::error!(withdrawal = %id, receipt, "paid out after its money went back; booked against suspense");
            return Ok("paid after it failed".into());
        }
        if tx.book(&pay(id, quote), now).await? == Booked::Before {
            return Err(AppError::Unusable("an open withdrawal was paid before"));
        }
        let is_flagged = stated.is_some_and(|stated| stated != quote.payout);
        if is_flagged {
            tracing::error!(withdrawal = %id, receipt, "M-Pesa states another amount than was sent");
        }
        tx.pay_withdrawal(id, receipt, is_flagged, now).await?;
        let kind = if quote.tax.is_positive() {
            "withdrawal_paid_taxed"
        } else {
            "withdrawal_paid"
        };
        let values = [
            ("payout", quote.payout.to_string()),
            ("fee", quote.fee.to_string()),
            ("tax", quote.tax.to_string()),
            ("receipt", receipt.to_owned()),
        ];
        let cause = format!("withdrawal_paid:{id}");
        self.tell(tx, withdrawal.player, kind, cause, values, now)
            .await?;
        tracing::info!(withdrawal = %id, receipt, payout_cents = quote.payout.get(), "withdrawal paid");
        Ok("paid".into())
    }

    /// A result with a code other than 0.
    async fn not_paid(
        &self,
        tx: &mut Tx,
        withdrawal: &Withdrawal,
        code: &str,
        now: Timestamp,
    ) -> Result<String, AppError> {
        match verdict(code) {
            Verdict::Failed(failure) => {
                self.fail_payout(tx, withdrawal, failure, now).await?;
            }
            Verdict::HouseFault => {
                let pause = self.settings().payout_pause;
                let why = format!("B2C result code {code}");
                tracing::error!(withdrawal = %withdrawal.id, code, ?pause, "a fault of the house: payouts pause");
                tx.shut_gate(Gate::Payouts, now.after(pause), &why).await?;
                self.fail_payout(tx, withdrawal, Failure::Unavailable, now)
                    .await?;
            }
            Verdict::Unknown => self.ask_soon(tx, withdrawal, now).await?,
        }
        Ok(format!("code {code}"))
    }

    async fn ask_soon(
        &self,
        tx: &mut Tx,
        withdrawal: &Withdrawal,
        now: Timestamp,
    ) -> Result<(), AppError> {
        if withdrawal.state.is_open() {
            let ask_at = now.after(self.settings().payout_patience.query_after);
            tx.payout_unknown(withdrawal.id, ask_at).await?;
        }
        Ok(())
    }

    /// A payout certainly failed: everything that was held goes back, and the player hears of it.
    pub(super) async fn fail_payout(
        &self,
        tx: &mut Tx,
        withdrawal: &Withdrawal,
        failure: Failure,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let (id, player, quote) = (withdrawal.id, withdrawal.player, &withdrawal.quote);
        if !tx.fail_withdrawal(id, failure, now).await? {
            if withdrawal.state == State::Paid {
                tracing::error!(withdrawal = %id, "a failure after a success; the success stands");
                tx.flag_withdrawal(id, now).await?;
            }
            return Ok(());
        }
        tx.book(give_back(player, id, quote).as_slice(), now)
            .await?;
        let values = [
            ("amount", quote.amount.to_string()),
            ("reason", failure.name().to_owned()),
        ];
        let cause = format!("withdrawal_failed:{id}");
        self.tell(tx, player, "withdrawal_failed", cause, values, now)
            .await?;
        tracing::warn!(withdrawal = %id, why = failure.name(), "withdrawal failed; the money is back");
        Ok(())
    }
}
