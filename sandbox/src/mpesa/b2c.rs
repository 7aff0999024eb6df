//! B2C: the request to pay somebody, and its checks. What comes of it is `payout`'s.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::fields::{self, amount_cents, digits, field, needed, one_of, text};
use super::payout::{self, Payout};
use super::refusal::Product;
use super::result::{Asked, run_behind};
use super::{Refusal, result};
use crate::fault::FaultPoint;
use crate::number::Number;
use crate::pending::{Job, JobId};
use crate::recorder::About;
use crate::world::{World, lock};

/// The smallest payout, in shillings.
const SMALLEST_AMOUNT: i64 = 10;

/// The longest originator id that is taken; the portal's samples have up to about 40.
const LONGEST_ID: usize = 64;

/// `POST /mpesa/b2c/v3/paymentrequest`: the id is the caller's, and unique for ever.
pub(crate) async fn version_3(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&world, &headers, &body, true).await
}

/// `POST /mpesa/b2c/v1/paymentrequest`: each request is a payout of its own.
pub(crate) async fn version_1(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&world, &headers, &body, false).await
}

async fn answer(
    world: &Arc<World>,
    headers: &HeaderMap,
    body: &[u8],
    has_own_id: bool,
) -> Response {
    match accept(world, headers, body, has_own_id) {
        Ok((payout, asked, job)) => {
            let acknowledgement = Json(asked.acknowledgement());
            let phone = payout.phone;
            run_behind(world, FaultPoint::B2cResult, phone, |fault| {
                world.until_end_of(job, payout::live(Arc::clone(world), payout, asked, fault))
            })
            .await;
            match phone {
                Some(phone) => (About(phone), acknowledgement).into_response(),
                None => acknowledgement.into_response(),
            }
        }
        Err(refusal) => refusal.answer(world),
    }
}

fn accept(
    world: &World,
    headers: &HeaderMap,
    body: &[u8],
    has_own_id: bool,
) -> Result<(Payout, Asked, JobId), Refusal> {
    world
        .mpesa
        .check_token(headers, Product::B2c, world.clock.now())?;
    let body = fields::json(body)?;
    let (payout, asked) = read(world, &body, has_own_id)?;
    let _step = world.step();
    lock(&world.mpesa.payouts).add(&payout)?;
    let job = world.begin(Job::Payout(asked.clone()));
    Ok((payout, asked, job))
}

fn read(world: &World, body: &Value, has_own_id: bool) -> Result<(Payout, result::Asked), Refusal> {
    const ID: &str = "OriginatorConversationID";
    const COMMANDS: [&str; 3] = ["BusinessPayment", "PromotionPayment", "SalaryPayment"];
    let own_id = if has_own_id {
        Some(needed(body, ID).and_then(|id| {
            let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
            let is_good = id.len() <= LONGEST_ID && id.bytes().all(is_plain);
            is_good.then_some(id).ok_or(Refusal::InvalidField(ID))
        })?)
    } else {
        None
    };
    let mut asked = Asked::read(world, body, "InitiatorName")?;
    if let Some(id) = own_id {
        asked.originator = id;
    }
    let command = one_of(body, "CommandID", &COMMANDS)?;
    let amount_cents = amount_cents(body, SMALLEST_AMOUNT)?;
    let shortcode = digits(body, "PartyA")?;
    let receiver = digits(body, "PartyB")?;
    if receiver.len() != 12 {
        return Err(Refusal::InvalidField("PartyB"));
    }
    let remarks = text(body, "Remarks", 2..=100)?;
    for name in ["Occassion", "Occasion"] {
        if field(body, name).is_some() {
            text(body, name, 0..=100)?;
        }
    }
    let payout = Payout {
        originator_conversation_id: asked.originator.clone(),
        conversation_id: asked.conversation.clone(),
        phone: Number::from_digits(&receiver).ok(),
        receiver,
        shortcode,
        amount_cents,
        command,
        remarks,
        at: world.clock.now(),
        result: None,
        results: Vec::new(),
    };
    Ok((payout, asked))
}
