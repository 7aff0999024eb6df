//! C2B: where the service wants to hear of payments to the paybill, and the sandbox's own way of
//! making one. What such a payment is, is `paybill`'s business.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fields::{self, amount_cents, callback_url, digits, needed, one_of, subscriber};
use super::paybill::{self, PaybillOrder};
use super::refusal::Product;
use super::{Mpesa, Refusal};
use crate::recorder::About;
use crate::world::{World, lock};

/// The URLs of the paybill, as registered.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Urls {
    /// How the payer's number is written.
    pub(super) version: Version,
    /// What a validation that is not answered means: the payment goes through.
    pub(super) completes: bool,
    pub(super) confirmation: String,
    pub(super) validation: String,
}

/// The version that URLs were registered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Version {
    /// The number is hashed.
    V1,
    /// The number is masked.
    V2,
}

/// `POST /mpesa/c2b/v1/registerurl`.
pub(crate) async fn register_1(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&world, register(&world, &headers, &body, Version::V1))
}

/// `POST /mpesa/c2b/v2/registerurl`.
pub(crate) async fn register_2(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&world, register(&world, &headers, &body, Version::V2))
}

/// `POST /mpesa/c2b/v1/simulate` and `v2`.
pub(crate) async fn simulate(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match read_payment(&world, &headers, &body) {
        Ok(order) => {
            let shared = Arc::clone(&world);
            let phone = order.phone;
            world.spawn(async move { paybill::pay(&shared, &order, None).await });
            (About(phone), answer(&world, Ok(()))).into_response()
        }
        Err(refusal) => refusal.answer(&world),
    }
}

/// "Coversation" is how the real one spells it.
fn answer(world: &World, done: Result<(), Refusal>) -> Response {
    match done {
        Ok(()) => Json(json!({
            "OriginatorCoversationID": format!("{}-{}-1", world.dice.digits(5), world.dice.digits(8)),
            "ResponseCode": "0",
            "ResponseDescription": "Success",
        }))
        .into_response(),
        Err(refusal) => refusal.answer(world),
    }
}

fn register(
    world: &World,
    headers: &HeaderMap,
    body: &[u8],
    version: Version,
) -> Result<(), Refusal> {
    world
        .mpesa
        .check_token(headers, Product::C2b, world.clock.now())?;
    let body = fields::json(body)?;
    check_shortcode(world, &body)?;
    let response = one_of(&body, "ResponseType", &["Completed", "Cancelled"])?;
    let urls = Urls {
        version,
        completes: response == "Completed",
        confirmation: callback_url(&body, "ConfirmationURL")?,
        validation: callback_url(&body, "ValidationURL")?,
    };
    let mut registered = lock(&world.mpesa.urls);
    if registered.is_some() && world.config.daraja.c2b.registers_once {
        return Err(Refusal::UrlsRegistered);
    }
    *registered = Some(urls);
    Ok(())
}

fn read_payment(world: &World, headers: &HeaderMap, body: &[u8]) -> Result<PaybillOrder, Refusal> {
    const COMMANDS: [&str; 2] = ["CustomerPayBillOnline", "CustomerBuyGoodsOnline"];
    world
        .mpesa
        .check_token(headers, Product::C2b, world.clock.now())?;
    let body = fields::json(body)?;
    check_shortcode(world, &body)?;
    one_of(&body, "CommandID", &COMMANDS)?;
    Ok(PaybillOrder {
        phone: subscriber(&body, "Msisdn")?,
        amount_cents: amount_cents(&body, 1)?,
        account: needed(&body, "BillRefNumber")?,
    })
}

fn check_shortcode(world: &World, body: &Value) -> Result<(), Refusal> {
    let shortcode = digits(body, "ShortCode")?;
    let is_ours = shortcode == world.config.daraja.shortcode;
    is_ours
        .then_some(())
        .ok_or(Refusal::InvalidField("ShortCode"))
}

impl Mpesa {
    /// Deletes the registered URLs, as an operator does in self-service.
    pub(crate) fn forget_urls(&self) {
        *lock(&self.urls) = None;
    }
}
