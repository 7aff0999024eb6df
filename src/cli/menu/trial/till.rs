//! M-Pesa in the terminal: prompts that wait for a PIN, and what became of them; payouts, which
//! arrive at once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::future::BoxFuture;

use crate::{
    core::{money::Cents, msisdn::Msisdn, payment::paybill::ResponseType, time::Timestamp},
    ports::{
        BalanceResult, Balances, Clock, DepositQuestion, MobileMoney, Paybill, PaybillError,
        Payment, Payout, PayoutError, PayoutOutcome, PayoutResult, PayoutStatus, PullQuestion,
        PulledRow, Push, PushError, QueryAnswer, QuestionError, Registered, StkOutcome, StkResult,
    },
};

/// The PIN of everybody.
pub(super) const PIN: &str = "1234";

/// What everybody has at M-Pesa at the beginning, in shillings.
pub(super) const FUNDS: i64 = 10_000;

/// How long a prompt stays on a phone (Daraja contract, section 3).
const LIFE: Duration = Duration::from_secs(60);

/// Result codes (Daraja contract, section 4).
const PAID: &str = "0";
const NO_FUNDS: &str = "1";
const CANCELLED: &str = "1032";
const NO_ANSWER: &str = "1037";
const WRONG_PIN: &str = "2001";

/// A request for a PIN on a phone.
#[derive(Clone, Debug)]
pub(super) struct Prompt {
    pub(super) msisdn: Msisdn,
    pub(super) amount: Cents,
    pub(super) reference: String,
    deposit_id: String,
    checkout_id: String,
    at: Timestamp,
    /// The result code, once there is one.
    code: Option<&'static str>,
}

/// What an owner does with a prompt.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer<'a> {
    Pin(&'a str),
    Cancel,
}

/// The callback of a prompt: whose, and its body, on a wire of this module's own.
#[derive(Debug)]
pub(super) struct PushResult {
    pub(super) deposit_id: String,
    pub(super) body: String,
    /// What happened, for who plays.
    pub(super) said: &'static str,
}

/// The result of a payout, which arrived: whose, and its body, on the same wire.
#[derive(Clone, Debug)]
pub(super) struct PaidOut {
    pub(super) to: Msisdn,
    pub(super) amount: Cents,
    pub(super) withdrawal_id: String,
    pub(super) body: String,
}

/// M-Pesa.
#[derive(Debug)]
pub(super) struct Till {
    clock: Arc<dyn Clock>,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    prompts: Vec<Prompt>,
    /// How many prompts have been shown.
    shown: usize,
    /// Payouts whose result has not been told yet.
    paid_out: Vec<PaidOut>,
    /// How many payouts there have been.
    payouts: usize,
    /// By number; less than nothing for who received more than they spent.
    spent: BTreeMap<String, Cents>,
}

impl Till {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            books: Mutex::default(),
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prompts that came since the last call.
    pub(super) fn collect(&self) -> Vec<Prompt> {
        let mut books = self.books();
        let count = books.prompts.len();
        let shown = std::mem::replace(&mut books.shown, count);
        books.prompts.iter().skip(shown).cloned().collect()
    }

    /// Payouts since the last call.
    pub(super) fn collect_payouts(&self) -> Vec<PaidOut> {
        std::mem::take(&mut self.books().paid_out)
    }

    /// Whether a prompt waits on a phone.
    pub(super) fn waits(&self, phone: &Msisdn) -> bool {
        self.books().waiting(phone).is_some()
    }

    /// Answers the prompt on a phone; `None`: there is none.
    pub(super) fn answer(&self, phone: &Msisdn, answer: Answer<'_>) -> Option<PushResult> {
        let mut books = self.books();
        let at = books.waiting(phone)?;
        let amount = books.prompts.get(at)?.amount;
        let spent = books.spent.get(phone.e164()).copied().unwrap_or_default();
        let funds = Cents::from_shillings(FUNDS).unwrap_or_default();
        let after = spent.plus(amount).filter(|after| *after <= funds);
        let (code, said) = match (answer, after) {
            (Answer::Cancel, _) => (CANCELLED, "cancelled"),
            (Answer::Pin(pin), _) if pin != PIN => (WRONG_PIN, "wrong PIN"),
            (Answer::Pin(_), None) => (NO_FUNDS, "not enough money at M-Pesa"),
            (Answer::Pin(_), Some(after)) => {
                books.spent.insert(phone.e164().into(), after);
                (PAID, "paid")
            }
        };
        books.end(at, code, said)
    }

    /// The results of prompts that nobody answered in time.
    pub(super) fn expire(&self) -> Vec<PushResult> {
        let long_ago = self.clock.now().before(LIFE);
        let mut books = self.books();
        let is_old = |prompt: &Prompt| prompt.code.is_none() && prompt.at <= long_ago;
        let prompts = books.prompts.iter().enumerate();
        let old: Vec<usize> = prompts
            .filter(|(_, prompt)| is_old(prompt))
            .map(|(at, _)| at)
            .collect();
        old.into_iter()
            .filter_map(|at| books.end(at, NO_ANSWER, "no answer in time"))
            .collect()
    }
}

impl Books {
    fn waiting(&self, phone: &Msisdn) -> Option<usize> {
        let waits = |prompt: &Prompt| prompt.code.is_none() && prompt.msisdn == *phone;
        self.prompts.iter().position(waits)
    }

    fn end(&mut self, at: usize, code: &'static str, said: &'static str) -> Option<PushResult> {
        let prompt = self.prompts.get_mut(at)?;
        prompt.code = Some(code);
        let receipt = format!("TRY{:07}", at + 1);
        let (checkout_id, cents) = (&prompt.checkout_id, prompt.amount.get());
        Some(PushResult {
            deposit_id: prompt.deposit_id.clone(),
            body: format!("{checkout_id} {code} {receipt} {cents}"),
            said,
        })
    }
}

/// There is no paybill in the terminal: nobody pays by hand, and nothing is registered.
const NO_PAYBILL: &str = "there is no paybill in the terminal";

impl Paybill for Till {
    fn read_payment(&self, _: &[u8]) -> Option<Payment> {
        None
    }

    fn read_pulled(&self, _: &[u8]) -> Vec<PulledRow> {
        Vec::new()
    }

    fn write_payment(&self, _: &Payment) -> Vec<u8> {
        Vec::new()
    }

    fn register_urls(&self, _: ResponseType) -> BoxFuture<'_, Result<Registered, PaybillError>> {
        Box::pin(async { Err(PaybillError::Refused(NO_PAYBILL.into())) })
    }

    fn register_pull<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Registered, PaybillError>> {
        Box::pin(async { Err(PaybillError::Refused(NO_PAYBILL.into())) })
    }

    fn pull(&self, _: PullQuestion) -> BoxFuture<'_, Result<Vec<PulledRow>, PaybillError>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

impl Balances for Till {
    fn balance_shortcodes(&self) -> Vec<String> {
        Vec::new()
    }

    fn ask_balance<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Option<String>, String>> {
        Box::pin(async { Err(NO_PAYBILL.into()) })
    }

    fn read_balance(&self, _: &[u8]) -> Option<BalanceResult> {
        None
    }
}

impl MobileMoney for Till {
    fn push<'a>(&'a self, push: &'a Push) -> BoxFuture<'a, Result<String, PushError>> {
        let mut books = self.books();
        let answer = if books.waiting(&push.msisdn).is_some() {
            Err(PushError::PhoneTaken(
                "another prompt is on the phone".into(),
            ))
        } else {
            let checkout_id = format!("checkout-{}", books.prompts.len() + 1);
            books.prompts.push(Prompt {
                msisdn: push.msisdn.clone(),
                amount: push.amount,
                reference: push.reference.clone(),
                deposit_id: push.deposit_id.clone(),
                checkout_id: checkout_id.clone(),
                at: push.at,
                code: None,
            });
            Ok(checkout_id)
        };
        Box::pin(async move { answer })
    }

    fn can_pay_out(&self) -> bool {
        true
    }

    fn pay_out<'a>(&'a self, payout: &'a Payout) -> BoxFuture<'a, Result<(), PayoutError>> {
        let mut books = self.books();
        books.payouts += 1;
        let receipt = format!("OUT{:07}", books.payouts);
        let (id, cents) = (&payout.originator_id, payout.amount.get());
        let paid_out = PaidOut {
            to: payout.msisdn.clone(),
            amount: payout.amount,
            withdrawal_id: payout.withdrawal_id.clone(),
            body: format!("{id} {receipt} {cents}"),
        };
        books.paid_out.push(paid_out);
        let spent = books.spent.entry(payout.msisdn.e164().into()).or_default();
        *spent = spent.minus(payout.amount).unwrap_or(*spent);
        Box::pin(async { Ok(()) })
    }

    fn ask_payout<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
    ) -> BoxFuture<'a, Result<(), QuestionError>> {
        Box::pin(async { Err(QuestionError::Refused("its result was told at once".into())) })
    }

    fn can_ask_deposit(&self) -> bool {
        false
    }

    fn ask_deposit<'a>(
        &'a self,
        _: &'a DepositQuestion,
    ) -> BoxFuture<'a, Result<(), QuestionError>> {
        Box::pin(async {
            Err(QuestionError::Refused(
                "payments are told of at once".into(),
            ))
        })
    }

    fn read_payout(&self, body: &[u8]) -> Option<PayoutResult> {
        let mut fields = str::from_utf8(body).ok()?.split(' ');
        let (originator_id, receipt) = (fields.next()?, fields.next()?);
        Some(PayoutResult {
            originator_id: Some(originator_id.into()),
            outcome: PayoutOutcome::Paid {
                receipt: receipt.into(),
                amount: Some(Cents::new(fields.next()?.parse().ok()?)),
            },
        })
    }

    fn read_payout_status(&self, _: &[u8]) -> Option<PayoutStatus> {
        None
    }

    fn query<'a>(&'a self, checkout_id: &'a str, _: Timestamp) -> BoxFuture<'a, QueryAnswer> {
        let books = self.books();
        let known = books
            .prompts
            .iter()
            .find(|prompt| prompt.checkout_id == checkout_id);
        let code = known.and_then(|prompt| prompt.code);
        let answer = code.map_or_else(
            || QueryAnswer::Pending("the prompt is on the phone".into()),
            |code| QueryAnswer::Code(code.into()),
        );
        Box::pin(async move { answer })
    }

    fn read_stk(&self, body: &[u8]) -> Option<StkResult> {
        let mut fields = str::from_utf8(body).ok()?.split(' ');
        let (checkout_id, code) = (fields.next()?, fields.next()?);
        let (receipt, cents) = (fields.next()?, fields.next()?.parse().ok()?);
        let outcome = if code == PAID {
            StkOutcome::Paid {
                receipt: receipt.into(),
                amount: Cents::new(cents),
            }
        } else {
            StkOutcome::Unpaid { code: code.into() }
        };
        Some(StkResult {
            checkout_id: Some(checkout_id.into()),
            outcome,
        })
    }
}
