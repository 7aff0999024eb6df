//! Reversal of a payment to the organisation. Payouts cannot be reversed.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::books::Movement;
use super::fields::{self, amount_cents, digits, needed, one_of, text};
use super::payout::receiver_name;
use super::refusal::Product;
use super::result::{self, Asked, Outcome, Parameter, decimal, placeholder, run_behind};
use super::{Refusal, code};
use crate::clock;
use crate::fault::{AfterQueue, Fault, FaultPoint};
use crate::pending::Job;
use crate::world::{World, lock};

/// What is to be given back.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Order {
    receipt: String,
    amount_cents: i64,
    shortcode: String,
    /// When it was asked for.
    at: DateTime<Utc>,
}

/// `POST /mpesa/reversal/v1/request`.
pub(crate) async fn request(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match accept(&world, &headers, &body) {
        Ok((order, asked)) => {
            let acknowledgement = Json(asked.acknowledgement());
            let phone = world.mpesa.phone_of_receipt(&order.receipt);
            let job = Job::Reversal(order.clone(), asked.clone());
            run_behind(&world, FaultPoint::ReversalResult, phone, |fault| {
                world.until_done(job, answer(Arc::clone(&world), order, asked, fault))
            })
            .await;
            acknowledgement.into_response()
        }
        Err(refusal) => refusal.answer(&world),
    }
}

fn accept(world: &World, headers: &HeaderMap, body: &[u8]) -> Result<(Order, Asked), Refusal> {
    world
        .mpesa
        .check_token(headers, Product::Stk, world.clock.now())?;
    let body = fields::json(body)?;
    let asked = Asked::read(world, &body, "Initiator")?;
    one_of(&body, "CommandID", &["TransactionReversal"])?;
    // Misspelt in the real one too.
    one_of(&body, "RecieverIdentifierType", &["11"])?;
    text(&body, "Remarks", 2..=100)?;
    let order = Order {
        receipt: needed(&body, "TransactionID")?,
        amount_cents: amount_cents(&body, 1)?,
        shortcode: digits(&body, "ReceiverParty")?,
        at: world.clock.now(),
    };
    Ok((order, asked))
}

pub(super) async fn answer(world: Arc<World>, order: Order, asked: Asked, fault: Option<Fault>) {
    let organisation = &world.config.daraja.organisation;
    // Of a request that was loaded with a state the money may have moved before.
    let earlier = lock(&world.mpesa.ledger)
        .reversal_of(&order.receipt, order.at)
        .cloned();
    let reversed = match earlier {
        Some(movement) => Ok(movement),
        None => {
            result::wait(&world, organisation.processing_delay, fault.as_ref()).await;
            carry_out(&world, &order, &asked, fault.as_ref())
        }
    };
    if let Ok(movement) = &reversed {
        world.phone(movement.phone).touch();
        world.mpesa.note_progress();
    }
    result::wait(&world, organisation.result_delay, fault.as_ref()).await;
    let code = match (&fault, &reversed) {
        (Some(Fault::ResultCode(stated)), _) => stated.as_str(),
        (_, Ok(_)) => code::DONE,
        (_, Err(code)) => code,
    };
    let movement = reversed.as_ref().ok();
    let transaction_id = match movement {
        Some(movement) => movement.receipt.clone(),
        None => placeholder(&world),
    };
    let stated = movement.filter(|_| code == code::DONE);
    let outcome = Outcome {
        asked: &asked,
        code,
        transaction_id: &transaction_id,
        parameters: stated.map_or_else(Vec::new, |movement| parameters(&world, movement)),
        reference: Parameter::text("QueueTimeoutURL", &asked.queue_timeout_url),
        is_text: false,
    };
    let (body, phone) = (outcome.body(), movement.map(|movement| movement.phone));
    let fault = fault.as_ref();
    result::tell(&world, "reversal result", phone, &asked, fault, body).await;
}

fn carry_out(
    world: &World,
    order: &Order,
    asked: &Asked,
    fault: Option<&Fault>,
) -> Result<Movement, &'static str> {
    if fault == Some(&Fault::QueueTimeout(AfterQueue::Dropped)) {
        return Err(code::TRAFFIC);
    }
    asked.check(world)?;
    if order.shortcode != world.config.daraja.shortcode {
        return Err(code::NOT_ASSIGNED);
    }
    lock(&world.mpesa.ledger).reverse(
        &order.receipt,
        order.amount_cents,
        world.clock.now(),
        &world.dice,
    )
}

fn parameters(world: &World, movement: &Movement) -> Vec<Parameter> {
    let daraja = &world.config.daraja;
    let utility = decimal(lock(&world.mpesa.ledger).utility_cents());
    let house = format!("{} - {}", daraja.shortcode, daraja.business);
    vec![
        Parameter::text(
            "DebitAccountBalance",
            &format!("Utility Account|KES|{utility}|{utility}|0.00|0.00"),
        ),
        Parameter::amount("Amount", movement.amount_cents),
        Parameter::raw("TransCompletedTime", &clock::eat_digits(movement.at)),
        Parameter::text("OriginalTransactionID", &movement.reference),
        Parameter::amount("Charge", 0),
        Parameter::text(
            "CreditPartyPublicName",
            &receiver_name(&daraja.organisation, Some(movement.phone)),
        ),
        Parameter::text("DebitPartyPublicName", &house),
    ]
}
