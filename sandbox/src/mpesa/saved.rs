//! What is kept of M-Pesa in a state, and how it goes on from one.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::c2b::Urls;
use super::initiator::Initiator;
use super::ledger::Ledger;
use super::oauth::Tokens;
use super::payout::{self, Payout, Payouts};
use super::push::{self, Push, Pushes};
use super::{Mpesa, balance, paybill, reversal, status};
use crate::config::DarajaConfig;
use crate::pending::Job;
use crate::world::{World, lock};

/// M-Pesa as it is kept.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedMpesa {
    ledger: Ledger,
    tokens: Tokens,
    pushes: Vec<Push>,
    payouts: Vec<Payout>,
    /// The API operator's password and the wrong ones in a row.
    initiator: (String, u8),
    urls: Option<Urls>,
    is_pull_registered: bool,
}

/// M-Pesa, checked and ready to go on.
pub(crate) struct Restored {
    ledger: Ledger,
    tokens: Tokens,
    pushes: Pushes,
    payouts: Payouts,
    initiator: Initiator,
    urls: Option<Urls>,
    is_pull_registered: bool,
}

impl SavedMpesa {
    /// Checks what was kept; otherwise what is wrong with it.
    pub(crate) fn restored(self, config: &DarajaConfig) -> Result<Restored, String> {
        Ok(Restored {
            ledger: self.ledger.restored(config)?,
            tokens: self.tokens,
            pushes: Pushes::restored(self.pushes)?,
            payouts: Payouts::restored(self.payouts)?,
            initiator: Initiator::restored(&config.organisation, self.initiator),
            urls: self.urls,
            is_pull_registered: self.is_pull_registered,
        })
    }
}

impl Restored {
    /// M-Pesa at the beginning of time.
    pub(crate) fn fresh(config: &DarajaConfig) -> Self {
        Self {
            ledger: Ledger::new(config),
            tokens: Tokens::default(),
            pushes: Pushes::default(),
            payouts: Payouts::default(),
            initiator: Initiator::new(&config.organisation),
            urls: None,
            is_pull_registered: false,
        }
    }

    /// Whether everything is there that a job is about.
    pub(crate) fn knows(&self, job: &Job) -> bool {
        match job {
            Job::Push(id) => self.pushes.find(id).is_some(),
            Job::Payout(asked) => self.payouts.find(&asked.originator).is_some(),
            Job::Confirmation(receipt, _) => self.ledger.payment(receipt).is_some(),
            Job::Status(..)
            | Job::Balance(..)
            | Job::Reversal(..)
            | Job::Report(..)
            | Job::Expiry(..) => true,
        }
    }

    /// Whether an open push or payout has nobody who carries it on.
    pub(crate) fn has_forsaken(&self, jobs: &[Job]) -> bool {
        let pushes = self.pushes.all().into_iter();
        let mut open_pushes = pushes.filter(|push| push.result.is_none());
        let payouts = self.payouts.all().into_iter();
        let mut open_payouts = payouts.filter(|payout| payout.result.is_none());
        let is_push = |push: &Push| {
            let own = |job: &Job| matches!(job, Job::Push(id) if *id == push.checkout_request_id);
            jobs.iter().any(own)
        };
        let is_payout = |payout: &Payout| {
            let id = &payout.originator_conversation_id;
            let own = |job: &Job| matches!(job, Job::Payout(asked) if asked.originator == *id);
            jobs.iter().any(own)
        };
        !open_pushes.all(|push| is_push(&push)) || !open_payouts.all(|payout| is_payout(&payout))
    }
}

impl Mpesa {
    /// Everything that is kept.
    pub(crate) fn saved(&self) -> SavedMpesa {
        SavedMpesa {
            ledger: lock(&self.ledger).clone(),
            tokens: lock(&self.tokens).clone(),
            pushes: self.pushes(),
            payouts: self.payouts(),
            initiator: lock(&self.initiator).kept(),
            urls: lock(&self.urls).clone(),
            is_pull_registered: *lock(&self.is_pull_registered),
        }
    }

    /// Puts another M-Pesa in the place of this one.
    pub(crate) fn replace(&self, restored: Restored) {
        *lock(&self.ledger) = restored.ledger;
        *lock(&self.tokens) = restored.tokens;
        *lock(&self.pushes) = restored.pushes;
        *lock(&self.payouts) = restored.payouts;
        *lock(&self.initiator) = restored.initiator;
        *lock(&self.urls) = restored.urls;
        *lock(&self.is_pull_registered) = restored.is_pull_registered;
        self.note_progress();
    }
}

/// How a job that was kept goes on; without a fault, those are not kept.
pub(crate) fn resumed(
    world: &Arc<World>,
    job: Job,
) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
    let shared = Arc::clone(world);
    Some(match job {
        Job::Push(id) => {
            let push = lock(&world.mpesa.pushes).find(&id).cloned()?;
            Box::pin(push::live(shared, push, true))
        }
        Job::Payout(asked) => {
            let found = lock(&world.mpesa.payouts).find(&asked.originator).cloned();
            Box::pin(payout::live(shared, found?, asked, None))
        }
        Job::Confirmation(receipt, id) => {
            let payment = lock(&world.mpesa.ledger).payment(&receipt).cloned()?;
            Box::pin(paybill::confirm_later(shared, payment, id))
        }
        Job::Status(question, asked) => Box::pin(status::answer(shared, question, asked, None)),
        Job::Balance(code, asked) => Box::pin(balance::answer(shared, code, asked, None)),
        Job::Reversal(order, asked) => Box::pin(reversal::answer(shared, order, asked, None)),
        Job::Report(report) => Box::pin(crate::sms::report_later(shared, report)),
        Job::Expiry(expiry) => Box::pin(crate::sms::expire_later(shared, expiry)),
    })
}
