//! The life of an STK push: accepted, prompted, answered, called back.
//!
//! A push waits for the phone to be out of its USSD session; the wait and the prompt together have
//! one lifetime, after which the result is 1037. While a push lives, its phone is locked for others.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ledger::{NotPaid, Order, Payment};
use super::{Refusal, callback, paybill};
use crate::config::{PushConfirmation, SameAmountRule};
use crate::fault::{Fault, FaultPoint};
use crate::number::Number;
use crate::outgoing::{CALLBACK_TIMEOUT, Call};
use crate::pending::Job;
use crate::phone::{Choice, PhoneState, PinPrompt, Placing};
use crate::world::{World, lock};

/// The longest prompt that reaches a SIM.
const LONGEST_PROMPT: usize = 182;

/// How long the same amount from the same phone is stopped for.
const SAME_AMOUNT_WINDOW: TimeDelta = TimeDelta::minutes(2);

/// An STK push, from its acceptance on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct Push {
    /// Id of the request.
    pub merchant_request_id: String,
    /// Id of the push, the one to ask about.
    pub checkout_request_id: String,
    /// Who is asked to pay.
    pub phone: Number,
    /// How much, in cents.
    pub amount_cents: i64,
    /// Account reference.
    pub reference: String,
    /// Who is to get the money: the paybill, or the till of a shop.
    pub party_b: String,
    /// Whether it is paid as to a till (`CustomerBuyGoodsOnline`).
    pub is_buy_goods: bool,
    /// Where the outcome is told.
    pub callback_url: String,
    /// When it was accepted.
    pub at: DateTime<Utc>,
    /// How it ended; `None` while it is open.
    pub result: Option<StkResult>,
    /// One entry for each callback that was delivered: the HTTP status that the service answered,
    /// `None` where it did not answer.
    pub callbacks: Vec<Option<u16>>,
}

/// How a push ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StkResult {
    /// 0: the money moved.
    Paid(Payment),
    /// 1: the payer has too little.
    NoFunds,
    /// 4: the payer would pay more in a day than M-Pesa lets anybody.
    DailyLimit,
    /// 17: the same amount from the same phone, too soon.
    SameAmount,
    /// 1025: the prompt has more characters than a SIM shows.
    PromptTooLong,
    /// 1032: cancelled by the person.
    Cancelled,
    /// 1037: out of reach, in a session, or no answer.
    NoAnswer,
    /// 2001: wrong PIN.
    WrongPin,
    /// 2028: the shortcode may not be paid to in this way, such as another shortcode's.
    NotAssigned,
    /// 8006: the payer's PIN is locked.
    PinLocked,
}

impl StkResult {
    /// Daraja's result code.
    #[must_use]
    pub fn code(&self) -> u16 {
        match self {
            Self::Paid(_) => 0,
            Self::NoFunds => 1,
            Self::DailyLimit => 4,
            Self::SameAmount => 17,
            Self::PromptTooLong => 1025,
            Self::Cancelled => 1032,
            Self::NoAnswer => 1037,
            Self::WrongPin => 2001,
            Self::NotAssigned => 2028,
            Self::PinLocked => 8006,
        }
    }

    /// Daraja's words for it.
    #[must_use]
    pub fn description(&self) -> &'static str {
        match self {
            Self::Paid(_) => "The service request is processed successfully.",
            Self::NoFunds => "The balance is insufficient for the transaction.",
            Self::DailyLimit => "The customer has reached the daily transaction limit.",
            Self::PromptTooLong => "An error occurred while sending a push request.",
            Self::SameAmount => "Rule limited.",
            Self::Cancelled => "Request Cancelled by user.",
            Self::NoAnswer => "DS timeout user cannot be reached.",
            Self::WrongPin => "The initiator information is invalid.",
            Self::NotAssigned => "The request is not permitted according to product assignment.",
            Self::PinLocked => "The security credential is locked.",
        }
    }
}

/// All pushes, in the order of their acceptance.
#[derive(Default)]
pub(super) struct Pushes {
    all: Vec<Push>,
    by_checkout_id: BTreeMap<String, usize>,
    /// The phones that have an open push.
    locked: BTreeMap<Number, String>,
}

impl Pushes {
    pub(super) fn all(&self) -> Vec<Push> {
        self.all.clone()
    }

    /// The same as were kept; those without a result are open, and lock their phone. Otherwise
    /// what is wrong with them.
    pub(super) fn restored(all: Vec<Push>) -> Result<Self, String> {
        let mut pushes = Self::default();
        for push in all {
            let id = push.checkout_request_id.clone();
            let (phone, is_open) = (push.phone, push.result.is_none());
            if pushes
                .by_checkout_id
                .insert(id.clone(), pushes.all.len())
                .is_some()
            {
                return Err(format!("the push {id} is there twice"));
            }
            if is_open && pushes.locked.insert(phone, id).is_some() {
                return Err(format!("{phone} has two open pushes"));
            }
            pushes.all.push(push);
        }
        Ok(pushes)
    }

    pub(super) fn find(&self, checkout_request_id: &str) -> Option<&Push> {
        self.by_checkout_id
            .get(checkout_request_id)
            .and_then(|index| self.all.get(*index))
    }

    fn change(&mut self, checkout_request_id: &str, change: impl FnOnce(&mut Push)) {
        let push = self
            .by_checkout_id
            .get(checkout_request_id)
            .and_then(|index| self.all.get_mut(*index));
        if let Some(push) = push {
            change(push);
        }
    }

    /// Adds a push and locks its phone, which must be free.
    fn add(&mut self, push: &Push) -> Result<(), Refusal> {
        if self.locked.contains_key(&push.phone) {
            return Err(Refusal::Locked);
        }
        self.locked
            .insert(push.phone, push.checkout_request_id.clone());
        self.by_checkout_id
            .insert(push.checkout_request_id.clone(), self.all.len());
        self.all.push(push.clone());
        Ok(())
    }

    fn finish(&mut self, push: &Push, result: &StkResult) {
        self.locked.remove(&push.phone);
        self.change(&push.checkout_request_id, |push| {
            push.result = Some(result.clone())
        });
    }

    fn has_pushed_since(&self, push: &Push, since: DateTime<Utc>) -> bool {
        let recent = self
            .all
            .iter()
            .rev()
            .take_while(|earlier| earlier.at >= since);
        recent.into_iter().any(|earlier| {
            earlier.phone == push.phone
                && earlier.amount_cents == push.amount_cents
                && earlier.checkout_request_id != push.checkout_request_id
        })
    }
}

/// Accepts a push and lets it live on its own.
pub(super) fn start(world: &Arc<World>, push: Push) -> Result<(), Refusal> {
    let step = world.step();
    lock(&world.mpesa.pushes).add(&push)?;
    let job = Job::Push(push.checkout_request_id.clone());
    world.spawn(world.until_done(job, live(Arc::clone(world), push, false)));
    drop(step);
    Ok(())
}

/// A push from its acceptance until the service is told; one that was loaded with a state goes on
/// from where it stands.
pub(super) async fn live(world: Arc<World>, push: Push, is_loaded: bool) {
    let mut decided = None;
    if push.result.is_none() {
        decided = run(&world, &push, is_loaded).await;
    }
    let result = lock(&world.mpesa.pushes)
        .find(&push.checkout_request_id)
        .and_then(|push| push.result.clone());
    if let Some(result) = result {
        world.clock.sleep(world.config.daraja.callback_delay).await;
        let confirms = world.config.daraja.c2b.confirms_pushes;
        if confirms == PushConfirmation::BeforeCallback {
            confirm(&world, &result).await;
        }
        tell(&world, &push, &result, decided).await;
        if confirms == PushConfirmation::AfterCallback {
            confirm(&world, &result).await;
        }
    }
}

/// Brings a push to its result; gives the fault that decided it.
async fn run(world: &World, push: &Push, is_loaded: bool) -> Option<Fault> {
    let phone = world.phone(push.phone);
    let finish = |result: StkResult| {
        lock(&world.mpesa.pushes).finish(push, &result);
        world.mpesa.note_progress();
        phone.touch();
        result
    };
    if !is_loaded && let Some((fault, result)) = told_outcome(world, push) {
        finish(result);
        return Some(fault);
    }
    if !is_loaded && is_same_amount_too_soon(world, push) {
        finish(StkResult::SameAmount);
        return None;
    }
    if !is_loaded && let Some(result) = impossible(world, push) {
        finish(result);
        return None;
    }
    // Of a push that was loaded with a state, a part of its life may be over.
    let age = (world.clock.now() - push.at).to_std().unwrap_or_default();
    let life = world.config.daraja.prompt_life.saturating_sub(age);
    match world.clock.timeout(life, ask(world, push, &phone)).await {
        Some(Some((choice, done))) => {
            let result = {
                let _step = world.step();
                finish(settle(world, push, &choice))
            };
            if let Some(done) = done {
                // The person may have stopped looking; the money has moved all the same.
                let _ = done.send(result);
            }
        }
        Some(None) => {
            finish(StkResult::NoAnswer);
        }
        None => {
            phone.withdraw_prompt(&push.checkout_request_id);
            finish(StkResult::NoAnswer);
        }
    }
    None
}

/// The outcome that waits for this push as a fault; nobody is asked then.
fn told_outcome(world: &World, push: &Push) -> Option<(Fault, StkResult)> {
    let is_outcome = |fault: &Fault| matches!(fault, Fault::Outcome(_));
    let fault = world
        .faults()
        .take_if(FaultPoint::StkCallback, &[push.phone], is_outcome)?;
    let Fault::Outcome(code) = &fault else {
        return None;
    };
    let results = [
        StkResult::NoFunds,
        StkResult::SameAmount,
        StkResult::Cancelled,
        StkResult::NoAnswer,
        StkResult::WrongPin,
    ];
    let result = results
        .into_iter()
        .find(|result| result.code().to_string() == *code);
    result.map(|result| (fault, result))
}

/// Why a push comes to nothing before anybody is asked.
fn impossible(world: &World, push: &Push) -> Option<StkResult> {
    let config = &world.config.daraja;
    if !push.is_buy_goods && push.party_b != config.shortcode {
        return Some(StkResult::NotAssigned);
    }
    let shillings = push.amount_cents / 100;
    let text = format!(
        "Do you want to pay Ksh. {shillings} to {} Account no. {}?",
        config.business, push.reference
    );
    (text.chars().count() > LONGEST_PROMPT).then_some(StkResult::PromptTooLong)
}

type Done = tokio::sync::oneshot::Sender<StkResult>;

/// Waits for a free screen, shows the prompt, and waits for the person. `None`: out of reach.
async fn ask(world: &World, push: &Push, phone: &PhoneState) -> Option<(Choice, Option<Done>)> {
    let config = &world.config.daraja;
    let prompt = PinPrompt {
        amount_cents: push.amount_cents,
        business: config.business.clone(),
        shortcode: config.shortcode.clone(),
        reference: push.reference.clone(),
        checkout_request_id: push.checkout_request_id.clone(),
        expires_at: push.at + config.prompt_life,
    };
    let mut changes = phone.changes();
    let answered = loop {
        if let Some(pin) = config
            .auto_pin
            .as_ref()
            .filter(|_| !phone.is_bot() && phone.can_show_prompt())
        {
            return Some((Choice::Pin(pin.clone()), None));
        }
        match phone.place_prompt(&prompt) {
            Placing::Shown(answered) => break answered,
            Placing::Occupied => world.clock.idly(changes.changed()).await.ok()?,
            Placing::Unreachable => return None,
        }
    };
    let answer = world.clock.idly(answered).await.ok()?;
    Some((answer.choice, Some(answer.done)))
}

fn settle(world: &World, push: &Push, choice: &Choice) -> StkResult {
    let pin = match choice {
        Choice::Cancel => return StkResult::Cancelled,
        Choice::Pin(pin) => pin,
    };
    let order = Order {
        phone: push.phone,
        amount_cents: push.amount_cents,
        reference: &push.reference,
        checkout_request_id: &push.checkout_request_id,
    };
    match lock(&world.mpesa.ledger).pay(&order, pin, world.clock.now(), &world.dice) {
        Ok(payment) => StkResult::Paid(payment),
        Err(NotPaid::WrongPin) => StkResult::WrongPin,
        Err(NotPaid::PinLocked) => StkResult::PinLocked,
        Err(NotPaid::NoFunds) => StkResult::NoFunds,
        Err(NotPaid::DailyLimit) => StkResult::DailyLimit,
    }
}

fn is_same_amount_too_soon(world: &World, push: &Push) -> bool {
    let since = push.at - SAME_AMOUNT_WINDOW;
    match world.config.daraja.same_amount_rule {
        SameAmountRule::Off => false,
        SameAmountRule::AfterPayment => {
            lock(&world.mpesa.ledger).has_paid_since(push.phone, push.amount_cents, since)
        }
        SameAmountRule::AfterPush => lock(&world.mpesa.pushes).has_pushed_since(push, since),
    }
}

/// Tells the service, and keeps what it answered.
async fn tell(world: &World, push: &Push, result: &StkResult, outcome: Option<Fault>) {
    let is_telling = |fault: &Fault| !matches!(fault, Fault::Outcome(_));
    let (point, about) = (FaultPoint::StkCallback, [push.phone]);
    let fault = {
        let mut faults = world.faults();
        let waiting = faults.take_if(point, &about, is_telling).or(outcome);
        waiting.or_else(|| faults.by_weather(point, &about))
    };
    let call = Call {
        what: "STK callback",
        phone: Some(push.phone),
        url: push.callback_url.clone(),
        content_type: "application/json",
        user_agent: None,
        hop_metadata: None,
        body: callback::body(
            push,
            &stated(result, fault.as_ref()),
            stated_code(fault.as_ref()),
            world.config.daraja.masks_payers,
        ),
        timeout: CALLBACK_TIMEOUT,
    };
    let statuses = world.send_spoilt(fault.as_ref(), &call).await;
    lock(&world.mpesa.pushes).change(&push.checkout_request_id, |push| {
        push.callbacks.extend(statuses)
    });
    world.mpesa.note_progress();
}

/// Tells of a payment once more, as one to the paybill, where the service wants to hear of those.
async fn confirm(world: &World, result: &StkResult) {
    if let StkResult::Paid(payment) = result {
        paybill::confirm(world, payment, String::new()).await;
    }
}

/// The code that the service is told in the place of the true one.
fn stated_code(fault: Option<&Fault>) -> Option<u16> {
    match fault {
        Some(Fault::ResultCode(code)) => code.parse().ok(),
        Some(_) | None => None,
    }
}

/// The result that the service is told: the true one, or the one with the fault's amount.
fn stated(result: &StkResult, fault: Option<&Fault>) -> StkResult {
    match (result, fault) {
        (StkResult::Paid(payment), Some(Fault::Amount(cents))) => StkResult::Paid(Payment {
            amount_cents: *cents,
            ..payment.clone()
        }),
        (result, _) => result.clone(),
    }
}
