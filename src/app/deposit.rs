//! Deposits by STK push: asking, pushing after the END screen, and the callback.

use std::time::Duration;

use super::{
    App, AppError,
    credit::{Parking, Told, duty_values},
    hop::TurnContext,
    house::closed_until,
    registration::player_of,
    traffic::News,
};
use crate::{
    core::{
        care::Period,
        circuit::Calls,
        ids::DepositId,
        money::Cents,
        msisdn::Msisdn,
        payment::deposit::{self as rules, Failure, State},
        time::Timestamp,
    },
    menu::Outcome,
    ports::{Push, PushError, StkOutcome},
    session::Conversation,
    store::{Callback, Claim, Deposit, Leased, Tx},
};

/// How often a push that certainly did not go out is tried.
const MAX_PUSHES: i64 = 5;

/// How long after such a try the next one comes: doubled each time, and spread by chance.
const PUSH_WAIT: Duration = Duration::from_secs(15);
const MAX_PUSH_WAIT: Duration = Duration::from_secs(2 * 60);

/// The same where another prompt is on the phone: a subscriber is locked for a minute (Daraja
/// contract, section 3).
const LOCKED_FOR: Duration = Duration::from_secs(60);

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
        if self.is_in_maintenance(tx).await? {
            return Ok(closed_until(None));
        }
        if let Some(outcome) = self.shut_out(&player, turn.now) {
            return Ok(outcome);
        }
        if self.waits_for_check(tx, &player, turn.now).await? {
            return Ok(Outcome::named("unverified"));
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
        if let Some(room) = self.deposit_room(tx, id, turn.now).await?
            && amount > room.left
        {
            let name = match room.period {
                Period::Day => "over_limit",
                Period::Week => "over_week_limit",
            };
            let (limit, left) = (room.limit.to_string(), room.left.to_string());
            return Ok(Outcome::named(name).with([("limit", limit), ("room", left)]));
        }
        // A prompt that may come in minutes, or never, is worse than to know at once. What was asked for
        // before goes out as soon as M-Pesa answers.
        let circuit = tx.circuit(Calls::Pushes).await?;
        if circuit.is_open() && turn.now < circuit.until {
            return Ok(Outcome::named("unreachable"));
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
            // Where it came too late, an SMS says so.
            self.wake(Claim::Sms);
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
        let now = self.clock().now();
        let keep = |tx| self.keep_pushed(tx, &deposit, leased.attempt, &pushed, now);
        self.store().transact(keep).await?;
        self.wake(Claim::Sms);
        Ok(())
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
        if deposit.state != State::Requested {
            return Ok((tx, None));
        }
        let latest = self.latest_push(&deposit);
        if now >= latest {
            tracing::warn!(deposit = %id, "push is too late: not sent");
            self.fail(&mut tx, &deposit, Failure::Unavailable, now)
                .await?;
            return Ok((tx, None));
        }
        // Who was shut out since is asked for no PIN.
        let player = tx.player_by_id(deposit.player).await?;
        if self.shut_out(&player, now).is_some() {
            self.fail(&mut tx, &deposit, Failure::Cancelled, now)
                .await?;
            return Ok((tx, None));
        }
        if let Some(opens) = self.pass(&mut tx, Calls::Pushes, now).await? {
            tx.put_push_off(id, lease, opens.min(latest)).await?;
            return Ok((tx, None));
        }
        let look_at = now.after(self.settings().patience.query_after);
        if !tx.begin_push(id, lease, now, look_at).await? {
            return Ok((tx, None));
        }
        Ok((tx, Some((deposit, player.msisdn))))
    }

    /// When the push of a deposit is sent at the latest.
    fn latest_push(&self, deposit: &Deposit) -> Timestamp {
        rules::latest_push(deposit.requested_at.after(self.settings().stk_delay))
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
        self.hear(&mut tx, Calls::Pushes, News::of_push(pushed), now)
            .await?;
        match pushed {
            Ok(checkout_id) => {
                tracing::info!(deposit = %id, "pushed");
                tx.keep_checkout_id(id, checkout_id).await?;
            }
            Err(PushError::Unsure(why)) => {
                tracing::warn!(deposit = %id, why, "push without an answer; waiting for its callback");
            }
            Err(
                error @ (PushError::NotSent(why)
                | PushError::NoRoom(why)
                | PushError::PhoneTaken(why)),
            ) => {
                let wait = self.wait_after(PUSH_WAIT, MAX_PUSH_WAIT, attempt);
                let next = if matches!(error, PushError::PhoneTaken(_)) {
                    now.after(wait.max(LOCKED_FOR))
                } else {
                    now.after(wait)
                };
                if attempt < MAX_PUSHES {
                    tracing::warn!(deposit = %id, why, attempt, "push not sent");
                    let next = next.min(self.latest_push(deposit));
                    tx.undo_push(id, next, attempt).await?;
                } else {
                    tracing::error!(deposit = %id, why, "push given up");
                    self.fail(&mut tx, deposit, Failure::Unavailable, now)
                        .await?;
                }
            }
            Err(PushError::Refused(why)) => {
                tracing::error!(deposit = %id, why, "push refused");
                self.fail(&mut tx, deposit, Failure::Other, now).await?;
            }
        }
        Ok((tx, ()))
    }

    pub(super) async fn fail(
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
                let told = Told {
                    receipt: &receipt,
                    amount,
                    payer: None,
                    paid_by: None,
                };
                match judge(deposit.as_ref(), checkout_id, &receipt) {
                    Judged::Credit(deposit) => self.credit(tx, deposit, told, now).await,
                    Judged::Repeat => {
                        // It comes the same way: an excess is not confirmed by it.
                        let differs = self.compare_amounts(tx, told, now).await?;
                        Ok(differs.unwrap_or_else(|| "repeated".into()))
                    }
                    Judged::Park(why) => {
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
            StkOutcome::Unstated { receipt } => {
                let checkout_id = result.checkout_id.as_deref();
                self.keep_unstated(tx, deposit.as_ref(), checkout_id, &receipt, now)
                    .await
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
pub(super) const OTHER_REQUEST: &str = "checkout id of another request";

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
pub(super) fn is_of_another_request(deposit: &Deposit, checkout_id: Option<&str>) -> bool {
    let ours = deposit.checkout_id.as_deref();
    matches!((ours, checkout_id), (Some(ours), Some(theirs)) if ours != theirs)
}
