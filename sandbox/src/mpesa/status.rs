//! Transaction status: what became of a payout, a payment or a reversal. The answer to
//! the request is an acknowledgement with ids of its own; the ids of the payout stand inside the
//! result's parameters.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::books::{Movement, MovementKind};
use super::fields::{self, digits, field, one_of, text};
use super::payout::{Payout, PayoutResult, receiver_name};
use super::refusal::Product;
use super::result::{self, Asked, Outcome, Parameter, decimal, placeholder, run_behind};
use super::{Refusal, code};
use crate::clock;
use crate::fault::{AfterQueue, Fault, FaultPoint};
use crate::number::Number;
use crate::pending::Job;
use crate::world::{World, lock};

/// Which transaction is asked about.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Question {
    /// The originator id of a payout.
    conversation: Option<String>,
    /// A receipt.
    transaction: Option<String>,
}

/// `POST /mpesa/transactionstatus/v1/query`.
pub(crate) async fn query(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match accept(&world, &headers, &body) {
        Ok((question, asked)) => {
            let acknowledgement = Json(asked.acknowledgement());
            let phone = look_up(&world, &question).and_then(|facts| facts.phone);
            let job = Job::Status(question.clone(), asked.clone());
            run_behind(&world, FaultPoint::StatusResult, phone, |fault| {
                world.until_done(job, answer(Arc::clone(&world), question, asked, fault))
            })
            .await;
            acknowledgement.into_response()
        }
        Err(refusal) => refusal.answer(&world),
    }
}

fn accept(world: &World, headers: &HeaderMap, body: &[u8]) -> Result<(Question, Asked), Refusal> {
    world
        .mpesa
        .check_token(headers, Product::C2b, world.clock.now())?;
    let body = fields::json(body)?;
    let asked = Asked::read(world, &body, "Initiator")?;
    one_of(&body, "CommandID", &["TransactionStatusQuery"])?;
    digits(&body, "PartyA")?;
    one_of(&body, "IdentifierType", &["1", "2", "4"])?;
    text(&body, "Remarks", 1..=100)?;
    let question = Question {
        conversation: field(&body, "OriginalConversationID"),
        transaction: field(&body, "TransactionID"),
    };
    if question.conversation.is_none() && question.transaction.is_none() {
        return Err(Refusal::InvalidField("TransactionID"));
    }
    Ok((question, asked))
}

pub(super) async fn answer(
    world: Arc<World>,
    question: Question,
    asked: Asked,
    fault: Option<Fault>,
) {
    let delay = world.config.daraja.organisation.status_delay;
    result::wait(&world, delay, fault.as_ref()).await;
    let found = if fault == Some(Fault::QueueTimeout(AfterQueue::Dropped)) {
        Err(code::TRAFFIC)
    } else {
        asked
            .check(&world)
            .and_then(|()| look_up(&world, &question).ok_or(code::NO_SUCH_RECEIPT))
    };
    let (code, facts) = match &found {
        Ok(facts) => (code::DONE, Some(facts)),
        Err(code) => (*code, None),
    };
    let code = match &fault {
        Some(Fault::ResultCode(stated)) => stated.as_str(),
        Some(_) | None => code,
    };
    let facts = facts.filter(|_| code == code::DONE);
    let transaction_id = match facts {
        Some(facts) => facts.receipt.clone(),
        None => placeholder(&world),
    };
    let outcome = Outcome {
        asked: &asked,
        code,
        transaction_id: &transaction_id,
        parameters: facts.map_or_else(Vec::new, |facts| facts.parameters(&world, fault.as_ref())),
        reference: Parameter::bare("Occasion"),
        is_text: false,
    };
    let (body, phone) = (outcome.body(), facts.and_then(|facts| facts.phone));
    result::tell(&world, "status result", phone, &asked, fault.as_ref(), body).await;
}

/// What is known of a transaction.
struct Facts {
    /// Its originator id and conversation id, where it is a payout.
    ids: Option<(String, String)>,
    receipt: String,
    phone: Option<Number>,
    /// Whether the organisation paid.
    is_outgoing: bool,
    amount_cents: i64,
    fee_cents: i64,
    reason: &'static str,
    status: &'static str,
    begun: DateTime<Utc>,
    ended: Option<DateTime<Utc>>,
}

fn look_up(world: &World, question: &Question) -> Option<Facts> {
    let payouts = lock(&world.mpesa.payouts);
    let by_id = question
        .conversation
        .as_ref()
        .and_then(|id| payouts.find(id));
    let by_receipt = || payouts.find_receipt(question.transaction.as_ref()?);
    let payout = by_id.or_else(by_receipt);
    if let Some(payout) = payout {
        return of_payout(payout);
    }
    drop(payouts);
    let receipt = question.transaction.as_ref()?;
    let ledger = lock(&world.mpesa.ledger);
    ledger.movement(receipt).map(of_movement)
}

/// `None` for one that the queue dropped: M-Pesa never heard of it.
fn of_payout(payout: &Payout) -> Option<Facts> {
    let (status, receipt, fee_cents, ended) = match &payout.result {
        Some(PayoutResult::Paid {
            receipt,
            fee_cents,
            at,
        }) => ("Completed", receipt.clone(), *fee_cents, Some(*at)),
        Some(PayoutResult::Failed {
            transaction_id, at, ..
        }) => ("Declined", transaction_id.clone(), 0, Some(*at)),
        Some(PayoutResult::Dropped) => return None,
        None => ("Pending", String::new(), 0, None),
    };
    Some(Facts {
        ids: Some((
            payout.originator_conversation_id.clone(),
            payout.conversation_id.clone(),
        )),
        receipt,
        phone: payout.phone,
        is_outgoing: true,
        amount_cents: payout.amount_cents,
        fee_cents,
        reason: "Business Payment to Customer via API",
        status,
        begun: payout.at,
        ended,
    })
}

fn of_movement(movement: &Movement) -> Facts {
    let reason = match movement.kind {
        MovementKind::Payment => "Pay Bill Online",
        MovementKind::Payout => "Business Payment to Customer via API",
        MovementKind::Reversal => "Transaction Reversal",
    };
    Facts {
        ids: None,
        receipt: movement.receipt.clone(),
        phone: Some(movement.phone),
        is_outgoing: movement.kind != MovementKind::Payment,
        amount_cents: movement.amount_cents,
        fee_cents: movement.fee_cents,
        reason,
        status: "Completed",
        begun: movement.at,
        ended: Some(movement.at),
    }
}

impl Facts {
    fn parameters(&self, world: &World, fault: Option<&Fault>) -> Vec<Parameter> {
        let daraja = &world.config.daraja;
        let status = match fault {
            Some(Fault::Status(stated)) => stated.as_str(),
            Some(_) | None => self.status,
        };
        let amount_cents = match fault {
            Some(Fault::Amount(stated)) => *stated,
            Some(_) | None => self.amount_cents,
        };
        let person = receiver_name(&daraja.organisation, self.phone);
        let house = format!(
            "{} - {}",
            daraja.organisation.b2c_shortcode, daraja.business
        );
        let (debit, credit) = if self.is_outgoing {
            (&house, &person)
        } else {
            (&person, &house)
        };
        let charges = if self.fee_cents > 0 {
            format!("Fee For B2C Payment|KES|{}", decimal(self.fee_cents))
        } else {
            String::new()
        };
        let mut parameters = vec![
            Parameter::text("DebitPartyName", debit),
            // Twice, the second being the receiver, as in the portal's sample.
            Parameter::text("DebitPartyName", credit),
            Parameter::text("CreditPartyName", credit),
        ];
        if let Some((originator, _)) = &self.ids {
            parameters.push(Parameter::text("OriginatorConversationID", originator));
        }
        parameters.extend([
            Parameter::raw("InitiatedTime", &clock::eat_digits(self.begun)),
            Parameter::text(
                "DebitAccountType",
                if self.is_outgoing {
                    "Utility Account"
                } else {
                    "MMF Account For Customer"
                },
            ),
            Parameter::text("DebitPartyCharges", &charges),
            Parameter::bare("TransactionReason"),
            Parameter::text("ReasonType", self.reason),
            Parameter::text("TransactionStatus", status),
        ]);
        if let Some(ended) = self.ended {
            parameters.push(Parameter::raw("FinalisedTime", &clock::eat_digits(ended)));
        }
        parameters.push(Parameter::text("Amount", &decimal(amount_cents)));
        if let Some((_, conversation)) = &self.ids {
            parameters.push(Parameter::text("ConversationID", conversation));
        }
        parameters.push(Parameter::text("ReceiptNo", &self.receipt));
        parameters
    }
}
