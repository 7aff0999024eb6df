//! Payments to the paybill by hand: asked about before they are made, booked once they are told of.
//! The account is chosen by what the payer typed: a deposit's reference or a player's number. The
//! payer's own number is masked or hashed, and never chooses.

use std::time::Duration;

use super::{
    App, AppError,
    credit::{GONE, Parking, Told, paid_values},
    deposit::{Judged, judge},
};
use crate::{
    core::{
        ids::{CallbackId, DepositId, PlayerId},
        ledger,
        money::Cents,
        payment::{
            deposit::check_amount,
            paybill::{Account, Refusal, ResponseType, UnknownAccounts},
        },
        time::Timestamp,
    },
    ports::Payment,
    store::{Booked, Callback, CallbackKind, Source, Status, Tx},
    telemetry::trace,
};

/// How payments to the paybill are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaybillSettings {
    /// The short code that payments are for.
    pub shortcode: String,
    /// What happens to account numbers that name no player.
    pub unknown_accounts: UnknownAccounts,
    /// What M-Pesa does when validation does not answer.
    pub response_type: ResponseType,
    /// How often payments are asked for that nobody told of; nothing: never.
    pub pull_every: Duration,
    /// The phone of the house that pulling is registered with.
    pub pull_number: Option<String>,
}

/// How long a validation may look at the database. M-Pesa waits about 8 s (contract, section 10);
/// a payment that could not be judged is taken, since its confirmation can park it.
const JUDGING: Duration = Duration::from_secs(3);

/// How long writing the validation down may take after that.
const KEEPING: Duration = Duration::from_secs(1);

impl App {
    /// M-Pesa asks whether it may take a payment. Answered within a few seconds, whatever the
    /// database does.
    pub async fn validate_payment(
        &self,
        body: &[u8],
        source: impl Into<Source>,
    ) -> Result<(), Refusal> {
        let source = &source.into();
        let judged = tokio::time::timeout(JUDGING, self.judge_payment(body)).await;
        let (verdict, outcome) = match judged {
            Ok(Ok(Ok(()))) => (Ok(()), "accepted".to_owned()),
            Ok(Ok(Err(refusal))) => (Err(refusal), format!("refused, {}", refusal.code())),
            Ok(Err(error)) => {
                tracing::error!(error = ?error, "validation failed; the payment is accepted");
                (Ok(()), "accepted, not judged".into())
            }
            Err(_) => {
                tracing::error!("validation took too long; the payment is accepted");
                (Ok(()), "accepted, not judged".into())
            }
        };
        let kept = self.keep_validation(body, source, &outcome);
        match tokio::time::timeout(KEEPING, kept).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error = ?error, outcome, "validation not kept"),
            Err(_) => tracing::warn!(outcome, "validation not kept in time"),
        }
        verdict
    }

    async fn keep_validation(
        &self,
        body: &[u8],
        source: &Source,
        outcome: &str,
    ) -> Result<(), AppError> {
        let now = self.clock().now();
        let callback = Callback {
            id: CallbackId::new(now, &mut self.inner.random.rng()),
            kind: CallbackKind::C2bValidation,
            subject: String::new(),
            body: body.into(),
        };
        let callback = &callback;
        let keep = |mut tx: Tx| async move {
            tx.add_callback(callback, source, now).await?;
            tx.callback_done(callback.id, outcome).await?;
            Ok((tx, ()))
        };
        self.store().transact(keep).await
    }

    async fn judge_payment(&self, body: &[u8]) -> Result<Result<(), Refusal>, AppError> {
        let settings = self.settings();
        let Some(payment) = self.inner.money.read_payment(body) else {
            return Ok(Err(Refusal::Other));
        };
        if !self.is_ours(&payment) {
            return Ok(Err(Refusal::ShortCode));
        }
        let Some(amount) = payment.amount else {
            return Ok(Err(Refusal::Amount));
        };
        let account = Account::read(&payment.account);
        let mut tx = self.store().read().await?;
        if let Some(reference) = &account.reference
            && tx.deposit_of_reference(reference).await?.is_some()
        {
            // The payment of a push that we made: it was judged when it was asked for.
            return Ok(Ok(()));
        }
        if self.is_in_maintenance(&mut tx).await? {
            return Ok(Err(Refusal::Other));
        }
        if check_amount(amount, &settings.wallet).is_err() {
            return Ok(Err(Refusal::Amount));
        }
        let player = match &account.number {
            Some(number) => tx.player(number).await?,
            None => None,
        };
        let Some(player) = player else {
            return Ok(match settings.paybill.unknown_accounts {
                UnknownAccounts::Accept => Ok(()),
                UnknownAccounts::Refuse => Err(Refusal::Account),
            });
        };
        let now = self.clock().now();
        match player.standing(now).status {
            Status::Blocked | Status::Excluded => return Ok(Err(Refusal::Other)),
            Status::Unverified if self.inner.identity.is_required() => {
                return Ok(Err(Refusal::Identity));
            }
            Status::Unverified | Status::Verified => {}
        }
        let room = self.deposit_room(&mut tx, player.id, now).await?;
        if room.is_some_and(|room| amount > room.left) {
            return Ok(Err(Refusal::Amount));
        }
        Ok(Ok(()))
    }

    /// Whether a payment is for our short code, as far as it names one.
    fn is_ours(&self, payment: &Payment) -> bool {
        let bare = |code: &str| code.trim_start_matches('0').to_owned();
        let ours = bare(&self.settings().paybill.shortcode);
        let named = payment.shortcode.as_deref();
        named.is_none_or(|named| bare(named) == ours)
    }

    /// Acts on a confirmation; gives what became of it.
    pub(super) async fn take_payment(
        &self,
        tx: &mut Tx,
        callback: &Callback,
        now: Timestamp,
    ) -> Result<String, AppError> {
        match self.inner.money.read_payment(&callback.body) {
            Some(payment) => self.book_payment(tx, callback.id, &payment, now).await,
            None => {
                tracing::error!(callback = %callback.id, "confirmation that cannot be read");
                Ok("unreadable".into())
            }
        }
    }

    /// Acts on payments that were asked for: each as on a confirmation.
    pub(super) async fn take_pulled(
        &self,
        tx: &mut Tx,
        callback: &Callback,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let rows = self.inner.money.read_pulled(&callback.body);
        let mut outcomes = Vec::new();
        for row in &rows {
            let outcome = self.book_payment(tx, callback.id, &row.payment, now);
            outcomes.push(outcome.await?);
        }
        if outcomes.is_empty() {
            tracing::warn!(callback = %callback.id, "pulled rows that are none");
            return Ok("no rows".into());
        }
        Ok(outcomes.join("; "))
    }

    async fn book_payment(
        &self,
        tx: &mut Tx,
        callback: CallbackId,
        payment: &Payment,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let (Some(receipt), Some(amount)) = (payment.receipt.as_deref(), payment.amount) else {
            let what = match payment.receipt {
                Some(_) => "no amount",
                None => "no receipt",
            };
            tracing::error!(%callback, what, "payment that says nothing certain");
            return Ok(format!("unclear: {what}"));
        };
        let told = Told {
            receipt,
            amount,
            payer: payment.payer.as_ref(),
            paid_by: payment.paid_by.as_ref(),
        };
        let park = |why| Parking {
            why,
            account: Some(&payment.account),
        };
        if !self.is_ours(payment) {
            let parking = park("for another short code, account");
            return self.park_told(tx, told, parking, now).await;
        }
        let account = Account::read(&payment.account);
        if let Some(reference) = &account.reference
            && let Some(id) = tx.deposit_of_reference(reference).await?
        {
            return self.pay_by_reference(tx, id, told, now).await;
        }
        let player = match &account.number {
            Some(number) => tx.player(number).await?,
            None => None,
        };
        match (player, account.number) {
            (Some(player), _) => self.credit_paybill(tx, player.id, told, now).await,
            (None, Some(_)) => {
                let parking = park("no player has the account number");
                self.park_told(tx, told, parking, now).await
            }
            (None, None) => {
                let parking = park("the account number names nobody:");
                self.park_told(tx, told, parking, now).await
            }
        }
    }

    /// A payment with the reference of a deposit: it is that deposit's, as its callback would say.
    async fn pay_by_reference(
        &self,
        tx: &mut Tx,
        id: DepositId,
        told: Told<'_>,
        now: Timestamp,
    ) -> Result<String, AppError> {
        tx.serialise_deposit(id).await?;
        let deposit = tx.deposit(id).await?;
        match judge(deposit.as_ref(), None, told.receipt) {
            Judged::Credit(deposit) => {
                let credit = self.credit(tx, deposit, told, now);
                trace::resume(deposit.trace, credit).await
            }
            Judged::Repeat => self.compare_repeat(tx, told, now).await,
            Judged::Park(why) => {
                let parking = Parking { why, account: None };
                self.park_told(tx, told, parking, now).await
            }
        }
    }

    /// A payment with a player's number: a deposit that is paid as it is made.
    async fn credit_paybill(
        &self,
        tx: &mut Tx,
        player: PlayerId,
        told: Told<'_>,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let Some(player) = self.still_there(tx, player).await? else {
            return self.park_told(tx, told, GONE, now).await;
        };
        let Some(credited) = ledger::deposit(player.id, told.receipt, told.amount) else {
            return Ok("no amount".into());
        };
        if tx.book(std::slice::from_ref(&credited), now).await? == Booked::Before {
            return self.compare_repeat(tx, told, now).await;
        }
        let excise = ledger::excise(&credited, self.settings().wallet.excise_bps);
        tx.book(excise.as_slice(), now).await?;
        let id = DepositId::new(now, &mut self.inner.random.rng());
        tx.add_paid_deposit(id, player.id, told.receipt, told.amount, now)
            .await?;
        self.keep_payer(tx, id, &player, told.paid_by, now).await?;
        let duty = excise.map_or(Cents::ZERO, |excise| excise.amount);
        let values = paid_values(told.amount, told.receipt, duty);
        let cause = format!("deposit_paid:{id}");
        self.tell(tx, player.id, "deposit_paid", cause, values, now)
            .await?;
        tracing::info!(deposit = %id, receipt = told.receipt, amount_cents = told.amount.get(), "paybill deposit paid");
        Ok("credited".into())
    }

    pub(super) async fn park_told(
        &self,
        tx: &mut Tx,
        told: Told<'_>,
        parking: Parking<'_>,
        now: Timestamp,
    ) -> Result<String, AppError> {
        if tx.amount_of_receipt(told.receipt).await?.is_some() {
            return self.compare_repeat(tx, told, now).await;
        }
        self.park(tx, told, parking, now).await
    }

    /// A payment that was booked before, told once more: nothing is booked. An amount that differs is
    /// for the operator; one that agrees confirms what was parked of it.
    pub(super) async fn compare_repeat(
        &self,
        tx: &mut Tx,
        told: Told<'_>,
        now: Timestamp,
    ) -> Result<String, AppError> {
        if let Some(outcome) = self.compare_amounts(tx, told, now).await? {
            return Ok(outcome);
        }
        tx.confirm_excess(told.receipt).await?;
        Ok("booked before".into())
    }

    /// Flags a payment that was booked before with another amount; gives what became of it. `None`: the
    /// amounts agree.
    pub(super) async fn compare_amounts(
        &self,
        tx: &mut Tx,
        told: Told<'_>,
        now: Timestamp,
    ) -> Result<Option<String>, AppError> {
        let receipt = told.receipt;
        let booked = tx.amount_of_receipt(receipt).await?;
        if booked == Some(told.amount) {
            return Ok(None);
        }
        tracing::error!(
            receipt,
            booked_cents = booked.map(Cents::get),
            told_cents = told.amount.get(),
            "a payment is told of with two amounts"
        );
        tx.flag_deposit_of_receipt(receipt, now).await?;
        tx.note_other_amount(receipt, told.amount).await?;
        Ok(Some(format!(
            "booked before, with another amount than {}",
            told.amount
        )))
    }
}
