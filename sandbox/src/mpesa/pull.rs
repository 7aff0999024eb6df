//! Pull: the payments of the last 48 hours, for who missed a confirmation. There is
//! no `/mpesa` in its paths.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::Refusal;
use super::fields::{self, callback_url, digits, one_of};
use super::ledger::Payment;
use super::refusal::Product;
use super::result::decimal;
use crate::clock;
use crate::world::{World, lock};

/// How far back it looks.
const WINDOW: TimeDelta = TimeDelta::hours(48);

/// Rows of one answer.
const PAGE: usize = 100;

/// `POST /pulltransactions/v1/register`.
pub(crate) async fn register(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match try_register(&world, &headers, &body) {
        Ok(answer) => Json(answer).into_response(),
        Err(refusal) => refusal.answer(&world),
    }
}

/// `POST /pulltransactions/v1/query`; GET too, as the portal's text says.
pub(crate) async fn query(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match look_up(&world, &headers, &body) {
        Ok(answer) => Json(answer).into_response(),
        Err(refusal) => refusal.answer(&world),
    }
}

fn try_register(world: &World, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    world
        .mpesa
        .check_token(headers, Product::Pull, world.clock.now())?;
    let body = fields::json(body)?;
    let shortcode = shortcode(world, &body)?;
    one_of(&body, "RequestType", &["Pull"])?;
    digits(&body, "NominatedNumber")?;
    callback_url(&body, "CallBackURL")?;
    let was_registered = std::mem::replace(&mut *lock(&world.mpesa.is_pull_registered), true);
    let (status, description) = if was_registered {
        ("1001", "ShortCode already Registered")
    } else {
        ("1000", "ShortCode Registered Successfully")
    };
    Ok(json!({
        "ResponseRefID": reference(world),
        "ResponseStatus": status,
        "ShortCode": shortcode,
        "ResponseDescription": description,
    }))
}

fn look_up(world: &World, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    world
        .mpesa
        .check_token(headers, Product::Pull, world.clock.now())?;
    let body = fields::json(body)?;
    shortcode(world, &body)?;
    if !*lock(&world.mpesa.is_pull_registered) {
        return Err(Refusal::InvalidField("ShortCode"));
    }
    let (from, to) = (date(&body, "StartDate")?, date(&body, "EndDate")?);
    let offset = digits(&body, "OffSetValue")?
        .parse::<usize>()
        .map_err(|_| Refusal::InvalidField("OffSetValue"))?;
    let oldest = world.clock.now() - WINDOW;
    let is_asked = |payment: &Payment| {
        !world.config.daraja.c2b.pull_looks_at_dates
            || ((from..=to).contains(&payment.at) && payment.at >= oldest)
    };
    let payments = lock(&world.mpesa.ledger).payments();
    let rows: Vec<Value> = payments
        .iter()
        .filter(|payment| is_asked(payment))
        .skip(offset)
        .take(PAGE)
        .map(|payment| row(world, payment))
        .collect();
    let (code, message) = if rows.is_empty() {
        ("1001", "No Transactions Found")
    } else {
        ("1000", "Success")
    };
    Ok(json!({
        "ResponseRefID": reference(world),
        "ResponseCode": code,
        "ResponseMessage": message,
        // A list in a list, also where there is nothing.
        "Response": [rows],
    }))
}

fn row(world: &World, payment: &Payment) -> Value {
    json!({
        "transactionId": payment.receipt,
        // Local time, whatever the Z says.
        "trxDate": clock::eat(payment.at).format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "msisdn": payment.phone.digits(),
        "sender": "MPESA",
        "transactiontype": "c2b-pay-bill-debit",
        "billreference": payment.reference,
        "amount": decimal(payment.amount_cents),
        "organizationname": world.config.daraja.business,
    })
}

fn shortcode(world: &World, body: &Value) -> Result<String, Refusal> {
    Some(digits(body, "ShortCode")?)
        .filter(|shortcode| *shortcode == world.config.daraja.shortcode)
        .ok_or(Refusal::InvalidField("ShortCode"))
}

/// A date in East Africa Time, to the second.
fn date(body: &Value, name: &'static str) -> Result<DateTime<Utc>, Refusal> {
    let text = fields::needed(body, name)?;
    NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S")
        .map(|local| local.and_utc() - TimeDelta::hours(3))
        .map_err(|_| Refusal::InvalidField(name))
}

fn reference(world: &World) -> String {
    format!("{}-{}-1", world.dice.digits(5), world.dice.digits(8))
}
