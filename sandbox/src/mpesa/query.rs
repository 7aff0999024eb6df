//! STK query: how a push went, without amount and without receipt.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::fields::{self, field};
use super::refusal::Product;
use super::{Refusal, check_credentials};
use crate::fault::Fault;
use crate::number::Number;
use crate::recorder::{About, Spoilt};
use crate::world::{World, lock};

/// `POST /mpesa/stkpushquery/v1/query`.
pub(crate) async fn query(
    State(world): State<Arc<World>>,
    spoilt: Option<Extension<Spoilt>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let stated = match spoilt {
        Some(Extension(Spoilt(Fault::ResultCode(code)))) => Some(code),
        Some(_) | None => None,
    };
    match look_up(&world, &headers, &body, stated) {
        Ok((phone, answer)) => (About(phone), Json(answer)).into_response(),
        Err(refusal) => refusal.answer(&world),
    }
}

fn look_up(
    world: &World,
    headers: &HeaderMap,
    body: &[u8],
    stated: Option<String>,
) -> Result<(Number, Value), Refusal> {
    const ID: &str = "CheckoutRequestID";
    world
        .mpesa
        .check_token(headers, Product::Stk, world.clock.now())?;
    let body = fields::json(body)?;
    check_credentials(&body, &world.config.daraja)?;
    let id = field(&body, ID).ok_or(Refusal::InvalidField(ID))?;
    let push = lock(&world.mpesa.pushes)
        .find(&id)
        .cloned()
        .ok_or(Refusal::InvalidField(ID))?;
    let (code, description) = match (stated, &push.result) {
        (Some(code), _) => {
            let description = words(&code);
            (code, description)
        }
        (None, Some(result)) => (result.code().to_string(), result.description()),
        (None, None) => return Err(Refusal::StillProcessing),
    };
    let answer = json!({
        "ResponseCode": "0",
        "ResponseDescription": "The service request has been accepted successsfully",
        "MerchantRequestID": push.merchant_request_id,
        "CheckoutRequestID": push.checkout_request_id,
        // Text here, a number in the callback.
        "ResultCode": code,
        "ResultDesc": description,
    });
    Ok((push.phone, answer))
}

/// Words for a result code that a fault states.
pub(super) fn words(code: &str) -> &'static str {
    match code {
        "0" => "The service request is processed successfully.",
        "1" => "The balance is insufficient for the transaction.",
        "2001" => "The initiator information is invalid.",
        "1032" => "Request Cancelled by user.",
        "1037" => "DS timeout user cannot be reached.",
        "4999" => "The transaction is still under processing",
        _ => "Request failed.",
    }
}
