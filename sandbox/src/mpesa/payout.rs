//! The life of a payout: accepted, carried out, told.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ledger::{Ledger, PayoutOrder};
use super::result::{self, Asked, Outcome, Parameter, placeholder};
use super::{Refusal, code};
use crate::clock;
use crate::config::OrganisationConfig;
use crate::fault::{AfterQueue, Fault};
use crate::number::Number;
use crate::world::{World, lock};

/// A payout, from its acceptance on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct Payout {
    /// The service's id (v3), or Daraja's (v1).
    pub originator_conversation_id: String,
    /// Daraja's id.
    pub conversation_id: String,
    /// Who is paid; `None` where the number is no Kenyan mobile number.
    pub phone: Option<Number>,
    /// The receiver as asked.
    pub receiver: String,
    /// The paying shortcode as asked.
    pub shortcode: String,
    /// How much, in cents.
    pub amount_cents: i64,
    /// `BusinessPayment`, `PromotionPayment` or `SalaryPayment`.
    pub command: String,
    /// The remarks.
    pub remarks: String,
    /// When it was accepted.
    pub at: DateTime<Utc>,
    /// What became of it; `None` while it is open.
    pub result: Option<PayoutResult>,
    /// One entry for each result that was delivered: the HTTP status that the service answered,
    /// `None` where it did not answer.
    pub results: Vec<Option<u16>>,
}

/// What became of a payout.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayoutResult {
    /// The money moved.
    Paid {
        /// M-Pesa's receipt.
        receipt: String,
        /// What it cost, in cents.
        fee_cents: i64,
        /// When.
        at: DateTime<Utc>,
    },
    /// It failed for good, and no money moved.
    Failed {
        /// Daraja's result code.
        code: String,
        /// What stands in the result where a receipt would.
        transaction_id: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// The queue dropped it: no money moved, and M-Pesa knows nothing of it.
    Dropped,
}

impl Payout {
    /// Whether the money moved.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        matches!(self.result, Some(PayoutResult::Paid { .. }))
    }
}

/// All payouts, in the order of their acceptance.
#[derive(Default)]
pub(super) struct Payouts {
    all: Vec<Payout>,
    by_originator: BTreeMap<String, usize>,
}

impl Payouts {
    pub(super) fn all(&self) -> Vec<Payout> {
        self.all.clone()
    }

    /// The same as were kept; otherwise what is wrong with them.
    pub(super) fn restored(all: Vec<Payout>) -> Result<Self, String> {
        let mut payouts = Self::default();
        for payout in all {
            let id = payout.originator_conversation_id.clone();
            if payouts
                .by_originator
                .insert(id.clone(), payouts.all.len())
                .is_some()
            {
                return Err(format!("the payout {id} is there twice"));
            }
            payouts.all.push(payout);
        }
        Ok(payouts)
    }

    pub(super) fn find(&self, originator: &str) -> Option<&Payout> {
        self.all.get(*self.by_originator.get(originator)?)
    }

    /// The payout of a receipt. What stands in its place on failure is no receipt.
    pub(super) fn find_receipt(&self, id: &str) -> Option<&Payout> {
        self.all.iter().find(|payout| {
            matches!(&payout.result, Some(PayoutResult::Paid { receipt, .. }) if receipt == id)
        })
    }

    /// Adds a payout whose originator id was never used.
    pub(super) fn add(&mut self, payout: &Payout) -> Result<(), Refusal> {
        let id = &payout.originator_conversation_id;
        if self.by_originator.contains_key(id) {
            return Err(Refusal::DuplicateOriginator);
        }
        self.by_originator.insert(id.clone(), self.all.len());
        self.all.push(payout.clone());
        Ok(())
    }

    fn change(&mut self, originator: &str, change: impl FnOnce(&mut Payout)) {
        let payout = self
            .by_originator
            .get(originator)
            .and_then(|index| self.all.get_mut(*index));
        if let Some(payout) = payout {
            change(payout);
        }
    }
}

/// Brings a payout to its end, and tells it.
pub(super) async fn live(world: Arc<World>, payout: Payout, asked: Asked, fault: Option<Fault>) {
    let organisation = &world.config.daraja.organisation;
    let (ended, funds) = match payout.result.clone() {
        // Carried out before the state was kept; only the result is to be told.
        Some(ended) => (ended, Funds::of(&lock(&world.mpesa.ledger))),
        None => {
            result::wait(&world, organisation.processing_delay, fault.as_ref()).await;
            let _step = world.step();
            let (ended, funds) = carry_out(&world, &payout, &asked, fault.as_ref());
            lock(&world.mpesa.payouts).change(&asked.originator, |payout| {
                payout.result = Some(ended.clone());
            });
            (ended, funds)
        }
    };
    world.mpesa.note_progress();
    if let Some(phone) = payout.phone {
        world.phone(phone).touch();
    }
    result::wait(&world, organisation.result_delay, fault.as_ref()).await;
    let body = body(&world, &payout, &asked, &ended, &funds, fault.as_ref());
    let fault = fault.as_ref();
    let statuses = result::tell(&world, "B2C result", payout.phone, &asked, fault, body).await;
    lock(&world.mpesa.payouts).change(&asked.originator, |payout| payout.results.extend(statuses));
    world.mpesa.note_progress();
}

/// The organisation's accounts after a payout, in cents.
struct Funds {
    utility_cents: i64,
    fees_cents: i64,
}

impl Funds {
    fn of(ledger: &Ledger) -> Self {
        Self {
            utility_cents: ledger.utility_cents(),
            fees_cents: ledger.fees_cents(),
        }
    }
}

fn carry_out(
    world: &World,
    payout: &Payout,
    asked: &Asked,
    fault: Option<&Fault>,
) -> (PayoutResult, Funds) {
    let at = world.clock.now();
    let organisation = &world.config.daraja.organisation;
    let attempt = || {
        asked.check(world)?;
        if payout.shortcode != organisation.b2c_shortcode {
            return Err(code::NOT_ASSIGNED);
        }
        let phone = payout.phone.ok_or(code::NO_SUCH_NUMBER)?;
        let order = PayoutOrder {
            phone,
            amount_cents: payout.amount_cents,
            fee_cents: organisation.fee_cents(payout.amount_cents),
            originator: &payout.originator_conversation_id,
        };
        lock(&world.mpesa.ledger).pay_out(&order, at, &world.dice)
    };
    let ended = match fault {
        Some(Fault::QueueTimeout(AfterQueue::Dropped)) => {
            return (PayoutResult::Dropped, Funds::of(&lock(&world.mpesa.ledger)));
        }
        Some(Fault::Outcome(code)) => Err(code.as_str()),
        Some(_) | None => attempt(),
    };
    let ended = match ended {
        Ok(movement) => PayoutResult::Paid {
            receipt: movement.receipt,
            fee_cents: movement.fee_cents,
            at,
        },
        Err(code) => PayoutResult::Failed {
            code: code.to_owned(),
            transaction_id: placeholder(world),
            at,
        },
    };
    (ended, Funds::of(&lock(&world.mpesa.ledger)))
}

/// The result: what is true, or what the fault states.
fn body(
    world: &World,
    payout: &Payout,
    asked: &Asked,
    ended: &PayoutResult,
    funds: &Funds,
    fault: Option<&Fault>,
) -> String {
    let (code, transaction_id, at) = match ended {
        PayoutResult::Paid { receipt, at, .. } => (code::DONE, receipt.as_str(), *at),
        PayoutResult::Failed {
            code,
            transaction_id,
            at,
        } => (code.as_str(), transaction_id.as_str(), *at),
        PayoutResult::Dropped => (code::TRAFFIC, "", world.clock.now()),
    };
    let code = match fault {
        Some(Fault::ResultCode(stated)) => stated.as_str(),
        Some(_) | None => code,
    };
    let amount_cents = match fault {
        Some(Fault::Amount(stated)) => *stated,
        Some(_) | None => payout.amount_cents,
    };
    let parameters = if code == code::DONE {
        let name = receiver_name(&world.config.daraja.organisation, payout.phone);
        let is_registered = payout
            .phone
            .is_some_and(|phone| lock(&world.mpesa.ledger).account(phone).is_registered);
        let completed = clock::eat(at).format("%d.%m.%Y %H:%M:%S").to_string();
        vec![
            Parameter::short_amount("TransactionAmount", amount_cents),
            Parameter::text("TransactionReceipt", transaction_id),
            Parameter::text(
                "B2CRecipientIsRegisteredCustomer",
                if is_registered { "Y" } else { "N" },
            ),
            Parameter::amount("B2CChargesPaidAccountAvailableFunds", -funds.fees_cents),
            Parameter::text("ReceiverPartyPublicName", &name),
            Parameter::text("TransactionCompletedDateTime", &completed),
            Parameter::amount("B2CUtilityAccountAvailableFunds", funds.utility_cents),
            Parameter::amount("B2CWorkingAccountAvailableFunds", 0),
        ]
    } else {
        Vec::new()
    };
    Outcome {
        asked,
        code,
        transaction_id,
        parameters,
        reference: Parameter::text("QueueTimeoutURL", &asked.queue_timeout_url),
        is_text: false,
    }
    .body()
}

/// `254712345678 - JANE WANJIKU`, or that with stars.
pub(super) fn receiver_name(config: &OrganisationConfig, phone: Option<Number>) -> String {
    let Some(phone) = phone else {
        return String::new();
    };
    let digits = phone.digits().to_string();
    let (first, last) = phone.owner();
    if config.masks_receivers {
        format!(
            "{}*****{} - {}*****",
            &digits[..4],
            &digits[9..],
            &first[..2]
        )
    } else {
        format!("{digits} - {first} {last}")
    }
}
