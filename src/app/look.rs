//! Deposits whose callback does not come: the provider is asked how the push went, then about the
//! payment itself. A query credits nobody; Transaction Status does, for it has receipt and amount.

use super::{
    App, AppError,
    credit::{Parking, Told},
    deposit::{Judged, OTHER_REQUEST, is_of_another_request, judge},
    traffic::News,
};
use crate::{
    core::{
        circuit::Calls,
        ids::DepositId,
        payment::deposit::{self as rules, Failure, State},
        time::Timestamp,
    },
    ports::{DepositQuestion, QueryAnswer, Standing},
    store::{Callback, Deposit, Leased, Tx},
};

/// What is asked next about a deposit.
enum Look {
    /// How its push went.
    Query(Deposit),
    /// What became of its payment.
    Status(Deposit),
    /// Nothing: there is nothing to ask by, or it expired while nothing could be asked.
    Nothing(Deposit, &'static str),
}

impl App {
    /// Looks at a pushed deposit whose callback has not come.
    pub(super) async fn look_at_push(&self, leased: &Leased) -> Result<(), AppError> {
        let Ok(id) = leased.id.parse::<DepositId>() else {
            return Ok(());
        };
        let now = self.clock().now();
        let begin = |tx| self.begin_look(tx, id, leased, now);
        let (deposit, answer, is_heard) = match self.store().transact(begin).await? {
            None => return Ok(()),
            Some(Look::Status(deposit)) => return self.ask_deposit_status(&deposit).await,
            Some(Look::Nothing(deposit, why)) => (deposit, QueryAnswer::Pending(why.into()), false),
            Some(Look::Query(deposit)) => {
                let checkout_id = deposit.checkout_id.as_deref().unwrap_or_default();
                let answer = self.inner.money.query(checkout_id, now).await;
                (deposit, answer, true)
            }
        };
        let (now, answer) = (self.clock().now(), &answer);
        let (deposit, attempt) = (&deposit, leased.attempt);
        let keep = |mut tx: Tx| async move {
            if is_heard {
                let news = News::of_query(answer);
                self.hear(&mut tx, Calls::Queries, news, now).await?;
            }
            self.keep_answer(tx, deposit, attempt, answer, now).await
        };
        self.store().transact(keep).await
    }

    /// Decides what is asked; `None` where that is put off, or somebody else's business.
    async fn begin_look(
        &self,
        mut tx: Tx,
        id: DepositId,
        leased: &Leased,
        now: Timestamp,
    ) -> Result<(Tx, Option<Look>), AppError> {
        let Some(deposit) = tx.deposit(id).await? else {
            return Ok((tx, None));
        };
        if deposit.state != State::Pushed {
            return Ok((tx, None));
        }
        if deposit.checkout_id.is_none() && !deposit.asks_status {
            return Ok((tx, Some(Look::Nothing(deposit, "the push got no answer"))));
        }
        if let Some(opens) = self.pass(&mut tx, Calls::Queries, now).await? {
            let patience = &self.settings().patience;
            let expires = deposit
                .pushed_at
                .unwrap_or(now)
                .after(patience.expire_after);
            if now >= expires {
                let why = "it expired while nothing could be asked";
                return Ok((tx, Some(Look::Nothing(deposit, why))));
            }
            tx.put_look_off(id, leased.lease, opens.min(expires))
                .await?;
            return Ok((tx, None));
        }
        if !deposit.asks_status {
            return Ok((tx, Some(Look::Query(deposit))));
        }
        let next = self.next_look(&deposit, leased.attempt, now);
        tx.status_is_asked(id, next, now).await?;
        if next.is_none() {
            self.leave_unreceipted(&mut tx, &deposit, now).await?;
        }
        Ok((tx, Some(Look::Status(deposit))))
    }

    /// When a deposit is looked at next; `None`: it is left to the operator.
    fn next_look(&self, deposit: &Deposit, attempt: i64, now: Timestamp) -> Option<Timestamp> {
        let attempt = u32::try_from(attempt).unwrap_or(u32::MAX);
        let pushed_at = deposit.pushed_at.unwrap_or(now);
        self.settings().patience.next_look(pushed_at, now, attempt)
    }

    /// Writes down what a query said.
    async fn keep_answer(
        &self,
        mut tx: Tx,
        deposit: &Deposit,
        attempt: i64,
        answer: &QueryAnswer,
        now: Timestamp,
    ) -> Result<(Tx, ()), AppError> {
        let id = deposit.id;
        match answer {
            QueryAnswer::Code(code) if rules::query_says_unpaid(code) => {
                self.fail(&mut tx, deposit, Failure::of_code(code), now)
                    .await?;
            }
            // Code 0 without a callback: paid, it seems, but nothing to credit it by.
            QueryAnswer::Code(code) if code == "0" => {
                tracing::warn!(deposit = %id, "the query says paid, and no callback came");
                self.tell_unconfirmed(&mut tx, deposit, now).await?;
                tx.hasten_pull(now, now.after(self.settings().lease))
                    .await?;
                if self.inner.money.can_ask_deposit() {
                    tx.ask_status_next(id, now).await?;
                    return Ok((tx, ()));
                }
                let next = self.next_look(deposit, attempt, now);
                tx.look_again(id, next, now).await?;
                if next.is_none() {
                    self.leave_unreceipted(&mut tx, deposit, now).await?;
                }
            }
            QueryAnswer::Code(what)
            | QueryAnswer::Pending(what)
            | QueryAnswer::NoRoom(what)
            | QueryAnswer::NoAnswer(what) => {
                let next = self.next_look(deposit, attempt, now);
                tracing::info!(deposit = %id, answer = what, given_up = next.is_none(), "deposit is not certain");
                tx.look_again(id, next, now).await?;
                if next.is_none() {
                    self.tell_unconfirmed(&mut tx, deposit, now).await?;
                }
            }
        }
        Ok((tx, ()))
    }

    /// Leaves a deposit to the operator that is paid as a query says, and whose receipt nobody told.
    async fn leave_unreceipted(
        &self,
        tx: &mut Tx,
        deposit: &Deposit,
        now: Timestamp,
    ) -> Result<(), AppError> {
        tracing::error!(deposit = %deposit.id, "paid, receipt missing: left to the operator");
        tx.note_missing_receipt(deposit.id).await?;
        self.tell_unconfirmed(tx, deposit, now).await
    }

    async fn tell_unconfirmed(
        &self,
        tx: &mut Tx,
        deposit: &Deposit,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let Some(current) = tx.deposit(deposit.id).await? else {
            return Ok(());
        };
        if current.state != State::Pushed {
            return Ok(());
        }
        let cause = format!("unconfirmed:{}", deposit.id);
        let values = [("amount", deposit.requested.to_string())];
        self.tell(
            tx,
            deposit.player,
            "deposit_unconfirmed",
            cause,
            values,
            now,
        )
        .await
    }

    /// A callback says paid, with a receipt and without an amount: M-Pesa is asked for it.
    pub(super) async fn keep_unstated(
        &self,
        tx: &mut Tx,
        deposit: Option<&Deposit>,
        checkout_id: Option<&str>,
        receipt: &str,
        now: Timestamp,
    ) -> Result<String, AppError> {
        tracing::error!(receipt, "STK callback of a payment without an amount");
        let Some(deposit) = deposit else {
            return Ok("unknown deposit, and no amount".into());
        };
        if deposit.receipt.as_deref() == Some(receipt) {
            return Ok("repeated".into());
        }
        tx.flag_deposit(deposit.id, now).await?;
        if is_of_another_request(deposit, checkout_id) {
            return Ok(OTHER_REQUEST.into());
        }
        tx.keep_told_receipt(deposit.id, receipt).await?;
        tx.hasten_pull(now, now.after(self.settings().lease))
            .await?;
        if deposit.state == State::Pushed && self.inner.money.can_ask_deposit() {
            tx.ask_status_next(deposit.id, now).await?;
        }
        Ok("unclear: code 0 without an amount".into())
    }

    async fn ask_deposit_status(&self, deposit: &Deposit) -> Result<(), AppError> {
        let question = DepositQuestion {
            receipt: deposit.told_receipt.clone(),
            checkout_id: deposit.checkout_id.clone(),
            deposit_id: deposit.id.to_string(),
        };
        let asked = self.inner.money.ask_deposit(&question).await;
        match &asked {
            Ok(()) => {
                tracing::info!(deposit = %deposit.id, "M-Pesa was asked about the payment");
            }
            Err(error) => {
                tracing::warn!(deposit = %deposit.id, %error, "the question about a deposit was not taken");
            }
        }
        self.hear_question(&asked).await
    }

    /// Acts on the answer to a question about the payment of a deposit; gives what became of it.
    pub(super) async fn take_stk_status(
        &self,
        tx: &mut Tx,
        callback: &Callback,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let Some(status) = self.inner.money.read_payout_status(&callback.body) else {
            tracing::warn!(callback = %callback.id, "status of a deposit that cannot be read");
            return Ok("unreadable".into());
        };
        let deposit = match callback.subject.parse::<DepositId>() {
            Ok(id) => {
                tx.serialise_deposit(id).await?;
                tx.deposit(id).await?
            }
            Err(_) => None,
        };
        let Some(deposit) = deposit else {
            tracing::error!(callback = %callback.id, "status of an unknown deposit");
            return Ok("unknown deposit".into());
        };
        let (receipt, amount) = match status.standing {
            Standing::Completed {
                receipt,
                amount: Some(amount),
            } if amount.is_positive() => (receipt, amount),
            Standing::Completed { .. } => return Ok("completed without an amount".into()),
            // Against the query or the callback that said paid: for the operator.
            Standing::Failed(what) => {
                tracing::error!(deposit = %deposit.id, what, "told as paid, and failed by its status");
                tx.flag_deposit(deposit.id, now).await?;
                return Ok(format!("failed: {what}"));
            }
            Standing::Open(what) => return Ok(format!("open: {what}")),
            Standing::UnheardOf => return Ok("unheard of".into()),
        };
        let is_other = |ours: &Option<String>, theirs: &str| {
            ours.as_deref().is_some_and(|ours| ours != theirs)
        };
        // The transaction that it names must be the one that was asked about.
        let is_of_another = is_other(&deposit.told_receipt, &receipt)
            || deposit.told_receipt.is_none()
                && status
                    .originator_id
                    .is_some_and(|id| is_other(&deposit.checkout_id, &id));
        if is_of_another {
            tracing::error!(deposit = %deposit.id, receipt, "status of another transaction");
            tx.flag_deposit(deposit.id, now).await?;
            return Ok("status of another transaction".into());
        }
        let told = Told {
            receipt: &receipt,
            amount,
            payer: None,
            paid_by: None,
        };
        match judge(Some(&deposit), None, &receipt) {
            Judged::Credit(deposit) => self.credit(tx, deposit, told, now).await,
            Judged::Repeat => self.compare_repeat(tx, told, now).await,
            Judged::Park(why) => {
                let parking = Parking { why, account: None };
                self.park_told(tx, told, parking, now).await
            }
        }
    }
}
