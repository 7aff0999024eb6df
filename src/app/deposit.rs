//! Deposits by STK push: asking, pushing after the END screen, the callback, and looking again when
//! no callback comes.

use std::time::Duration;

use super::{
    App, AppError,
    credit::{Parking, Told, duty_values},
    hop::TurnContext,
    registration::player_of,
};
use crate::{
    core::{
        ids::DepositId,
        money::Cents,
        msisdn::Msisdn,
        payment::deposit::{self as rules, Failure, State},
        time::Timestamp,
    },
    menu::Outcome,
    ports::{Push, PushError, QueryAnswer, StkOutcome},
    session::Conversation,
    store::{Callback, Deposit, Leased, Status, Tx},
};

/// How often a push that certainly did not go out is tried.
const MAX_PUSHES: i64 = 5;

/// How long after such a try the next one comes. A subscriber with another prompt is locked for a
/// minute (Daraja contract, section 3).
const PUSH_WAIT: Duration = Duration::from_secs(60);

impl App {
    /// A player asks for a deposit of the session's `amount`.
    pub(super) async fn ask_deposit(
        &self,
        tx: &mut Tx,
        turn: &TurnContext<'_>,
        conversation: &Conversation,
    ) -> Result<Outcome, AppError> {
        let amount = Cents::parse_display(conversation.state.value("amount"));
        let amount = amount.ok_or(AppError::Unusable("no amount"))?;
        let settings = self.settings();
        if rules::check_amount(amount, &settings.wallet).is_err() {
            return Err(AppError::Unusable("amount outside the limits"));
        }
        let id = player_of(conversation)?;
        tx.serialise_player(id).await?;
        let player = tx.player_by_id(id).await?;
        if settings.hours.maintenance {
            return Ok(Outcome::named("closed"));
        }
        match player.status {
            Status::Blocked | Status::Excluded => return Ok(Outcome::named("barred")),
            Status::Unverified if settings.require_verification => {
                return Ok(Outcome::named("unverified"));
            }
            Status::Unverified | Status::Verified => {}
        }
        if let Some(last) = tx.last_deposit_at(id).await? {
            let next = last.after(settings.push_interval);
            if next > turn.now {
                let wait = (next.ms_since(turn.now) + 999) / 1_000;
                return Ok(Outcome::named("too_soon").with([("wait", wait.to_string())]));
            }
        }
        // M-Pesa would refuse it on the phone, with words that explain nothing.
        let window = rules::same_amount_window(settings.push_interval);
        let since = turn.now.before(window);
        if let Some(last) = tx.same_amount_at(id, amount, since).await? {
            let wait = last.after(window).ms_since(turn.now);
            let wait = (wait + 999) / 1_000;
            return Ok(Outcome::named("same_amount").with([("wait", wait.to_string())]));
        }
        if let Some(room) = self.room_today(tx, id, turn.now).await?
            && amount > room
        {
            let limit = settings.wallet.daily_deposit_limit.unwrap_or_default();
            let values = [("limit", limit.to_string()), ("room", room.to_string())];
            return Ok(Outcome::named("over_limit").with(values));
        }
        let deposit = DepositId::new(turn.now, &mut self.inner.random.rng());
        let push_at = turn.now.after(settings.stk_delay);
        tx.add_deposit(deposit, id, amount, turn.now, push_at)
            .await?;
        tracing::info!(player = %turn.msisdn, %deposit, amount_cents = amount.get(), "deposit asked for");
        let duty = amount.basis_points(settings.wallet.excise_bps);
        Ok(Outcome::named("requested").with(duty_values(duty.unwrap_or_default())))
    }

    /// Pushes a deposit that is due. It is written down as pushed first: when the process dies in
    /// between, or the answer is lost, the prompt may be on the phone, and no second one follows.
    pub(super) async fn push(&self, leased: &Leased) -> Result<(), AppError> {
        let Ok(id) = leased.id.parse::<DepositId>() else {
            return Ok(());
        };
        let now = self.clock().now();
        let begin = |tx| self.begin_push(tx, id, leased.lease, now);
        let Some((deposit, msisdn)) = self.store().transact(begin).await? else {
            return Ok(());
        };
        let push = Push {
            msisdn,
            amount: deposit.requested,
            reference: id.reference(),
            deposit_id: id.to_string(),
            at: now,
        };
        let pushed = self.inner.money.push(&push).await;
        let keep = |tx| self.keep_pushed(tx, &deposit, leased.attempt, &pushed, now);
        self.store().transact(keep).await
    }

    /// Writes down that a deposit is pushed; `None` where that is somebody else's business.
    async fn begin_push(
        &self,
        mut tx: Tx,
        id: DepositId,
        lease: i64,
        now: Timestamp,
    ) -> Result<(Tx, Option<(Deposit, Msisdn)>), AppError> {
        let Some(deposit) = tx.deposit(id).await? else {
            return Ok((tx, None));
        };
        let look_at = now.after(self.settings().patience.query_after);
        if !tx.begin_push(id, lease, now, look_at).await? {
            return Ok((tx, None));
        }
        let msisdn = tx.player_by_id(deposit.player).await?.msisdn;
        Ok((tx, Some((deposit, msisdn))))
    }

    /// Writes down what became of a push.
    async fn keep_pushed(
        &self,
        mut tx: Tx,
        deposit: &Deposit,
        attempt: i64,
        pushed: &Result<String, PushError>,
        now: Timestamp,
    ) -> Result<(Tx, ()), AppError> {
        let id = deposit.id;
        match pushed {
            Ok(checkout_id) => tx.keep_checkout_id(id, checkout_id).await?,
            Err(PushError::Unsure(why)) => {
                tracing::warn!(deposit = %id, why, "push without an answer; waiting for its callback");
            }
            Err(PushError::NotSent(why)) if attempt < MAX_PUSHES => {
                tracing::warn!(deposit = %id, why, attempt, "push not sent");
                tx.undo_push(id, now.after(PUSH_WAIT), attempt).await?;
            }
            Err(PushError::NotSent(why)) => {
                tracing::error!(deposit = %id, why, "push given up");
                self.fail(&mut tx, deposit, Failure::Unavailable, now)
                    .await?;
            }
            Err(PushError::Refused(why)) => {
                tracing::error!(deposit = %id, why, "push refused");
                self.fail(&mut tx, deposit, Failure::Other, now).await?;
            }
        }
        Ok((tx, ()))
    }

    /// Looks at a pushed deposit whose callback has not come.
    pub(super) async fn look_at_push(&self, leased: &Leased) -> Result<(), AppError> {
        let Ok(id) = leased.id.parse::<DepositId>() else {
            return Ok(());
        };
        let Some(deposit) = self.store().read().await?.deposit(id).await? else {
            return Ok(());
        };
        let now = self.clock().now();
        let answer = match &deposit.checkout_id {
            Some(checkout_id) => self.inner.money.query(checkout_id, now).await,
            None => QueryAnswer::Pending("the push got no answer".into()),
        };
        let now = self.clock().now();
        let keep = |tx| self.keep_answer(tx, &deposit, leased.attempt, &answer, now);
        self.store().transact(keep).await
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
            QueryAnswer::Code(what) | QueryAnswer::Pending(what) => {
                let attempt = u32::try_from(attempt).unwrap_or(u32::MAX);
                let pushed_at = deposit.pushed_at.unwrap_or(now);
                let next = self.settings().patience.next_look(pushed_at, now, attempt);
                tracing::info!(deposit = %id, answer = what, given_up = next.is_none(), "deposit is not certain");
                tx.look_again(id, next, now).await?;
                // Code 0 without a callback: paid, it seems, but nothing to credit it by.
                if next.is_none() && what == "0" {
                    tracing::error!(deposit = %id, "paid, receipt missing: left to the operator");
                    tx.note_missing_receipt(id).await?;
                }
                if next.is_none() || what == "0" {
                    self.tell_unconfirmed(&mut tx, deposit, now).await?;
                }
            }
        }
        Ok((tx, ()))
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

    async fn fail(
        &self,
        tx: &mut Tx,
        deposit: &Deposit,
        failure: Failure,
        now: Timestamp,
    ) -> Result<(), AppError> {
        if !tx.fail_deposit(deposit.id, failure).await? {
            return Ok(());
        }
        let values = [
            ("amount", deposit.requested.to_string()),
            ("reason", failure.name().to_owned()),
        ];
        let cause = format!("deposit_failed:{}", deposit.id);
        self.tell(tx, deposit.player, "deposit_failed", cause, values, now)
            .await
    }

    /// Acts on an STK callback; gives what became of it.
    pub(super) async fn take_stk(
        &self,
        tx: &mut Tx,
        callback: &Callback,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let deposit = match callback.subject.parse() {
            Ok(id) => {
                tx.serialise_deposit(id).await?;
                tx.deposit(id).await?
            }
            Err(_) => None,
        };
        let Some(result) = self.inner.money.read_stk(&callback.body) else {
            tracing::warn!(callback = %callback.id, "STK callback that cannot be read");
            if let Some(deposit) = deposit {
                tx.flag_deposit(deposit.id, now).await?;
            }
            return Ok("unreadable".into());
        };
        match result.outcome {
            StkOutcome::Paid { receipt, amount } => {
                let checkout_id = result.checkout_id.as_deref();
                match judge(deposit.as_ref(), checkout_id, &receipt) {
                    Judged::Credit(deposit) => {
                        self.credit(tx, deposit, &receipt, amount, now).await
                    }
                    Judged::Repeat => {
                        let told = Told {
                            receipt: &receipt,
                            amount,
                            payer: None,
                        };
                        // It comes the same way: an excess is not confirmed by it.
                        let differs = self.compare_amounts(tx, told, now).await?;
                        Ok(differs.unwrap_or_else(|| "repeated".into()))
                    }
                    Judged::Park(why) => {
                        let told = Told {
                            receipt: &receipt,
                            amount,
                            payer: None,
                        };
                        self.park(tx, told, Parking { why, account: None }, now)
                            .await
                    }
                }
            }
            StkOutcome::Unpaid { code } => {
                let Some(deposit) = deposit else {
                    return Ok("unknown deposit".into());
                };
                if is_of_another_request(&deposit, result.checkout_id.as_deref()) {
                    // It tells nothing of this deposit.
                    tracing::error!(deposit = %deposit.id, code, "failure of another request");
                    tx.flag_deposit(deposit.id, now).await?;
                    return Ok(OTHER_REQUEST.into());
                }
                if !rules::callback_says_unpaid(&code) {
                    tracing::warn!(deposit = %deposit.id, code, "failure that proves nothing; it is asked about");
                    if let Some(checkout_id) = &result.checkout_id {
                        tx.keep_checkout_id(deposit.id, checkout_id).await?;
                    }
                    return Ok(format!("code {code} proves nothing"));
                }
                self.fail(tx, &deposit, Failure::of_code(&code), now)
                    .await?;
                Ok(format!("unpaid, code {code}"))
            }
            StkOutcome::Unclear(what) => {
                tracing::error!(callback = %callback.id, what, "STK callback that says nothing certain");
                if let Some(deposit) = deposit {
                    tx.flag_deposit(deposit.id, now).await?;
                }
                Ok(format!("unclear: {what}"))
            }
        }
    }
}

/// Why a callback is not acted on that names another push than its URL.
const OTHER_REQUEST: &str = "checkout id of another request";

/// What a paid callback means for the deposit that its URL names.
pub(super) enum Judged<'a> {
    /// It pays the deposit.
    Credit(&'a Deposit),
    /// It paid it before.
    Repeat,
    /// It is not the deposit's: why.
    Park(&'static str),
}

/// Judges a payment of a receipt against the deposit that it names.
pub(super) fn judge<'a>(
    deposit: Option<&'a Deposit>,
    checkout_id: Option<&str>,
    receipt: &str,
) -> Judged<'a> {
    let Some(deposit) = deposit else {
        return Judged::Park("unknown deposit");
    };
    if is_of_another_request(deposit, checkout_id) {
        return Judged::Park(OTHER_REQUEST);
    }
    match deposit.state {
        State::Paid if deposit.receipt.as_deref() == Some(receipt) => Judged::Repeat,
        State::Paid => Judged::Park("second payment of one deposit"),
        State::Requested | State::Pushed | State::Failed => Judged::Credit(deposit),
    }
}

/// Whether a callback names another push than the deposit's own, as far as both are known.
fn is_of_another_request(deposit: &Deposit, checkout_id: Option<&str>) -> bool {
    let ours = deposit.checkout_id.as_deref();
    matches!((ours, checkout_id), (Some(ours), Some(theirs)) if ours != theirs)
}
