//! Africa's Talking SMS: the two ways to send, the inbox, and delivery reports.
//!
//! A message is in the inbox before its sender has the answer. A phone out of reach gets it later,
//! and only then is its delivery reported.
//!
//! `report` tells the service of deliveries, `received` gives out what phones sent, `books` is what
//! the gateway keeps.

mod books;
mod received;
mod report;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::fault::Fault;
use crate::number::Number;
use crate::recorder::Spoilt;
use crate::sms_account::words;
use crate::text;
use crate::world::{World, lock};

pub(crate) use books::SmsBooks;
pub(crate) use received::{account, fetch};
pub use report::DeliveryStatus;
pub(crate) use report::{Expiry, Report, expire_later, report, report_delivery, report_later};

/// The sender where a request names none.
const DEFAULT_SENDER: &str = "AFRICASTKNG";

/// What one part costs, in cents.
const PART_COST_CENTS: usize = 80;

/// A message in an inbox.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct Sms {
    /// The provider's id, `ATXid_...`.
    pub id: String,
    /// Sender name or short code.
    pub from: String,
    /// The text as sent.
    pub text: String,
    /// When it was accepted.
    pub at: DateTime<Utc>,
}

/// A request to send, whichever way it came in.
struct SmsRequest {
    to: Vec<String>,
    message: String,
    from: String,
    /// Accepted now, passed on later: the answer says so.
    is_queued: bool,
    /// Asked for by its receivers, who pay: also those get it who take no promotions.
    is_premium: bool,
    /// The receivers are hashes of numbers.
    is_masked: bool,
}

/// The fields of the form endpoint that the simulator acts on.
#[derive(Deserialize)]
struct LegacyForm {
    username: Option<String>,
    to: Option<String>,
    message: Option<String>,
    from: Option<String>,
    enqueue: Option<String>,
    #[serde(rename = "bulkSMSMode")]
    bulk_sms_mode: Option<String>,
}

/// The fields of the JSON endpoint.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BulkBody {
    username: Option<String>,
    message: Option<String>,
    sender_id: Option<String>,
    phone_numbers: Option<Vec<String>>,
    enqueue: Option<Value>,
}

/// The fields of the same endpoint for a number that is known by its hash only, form-encoded as the
/// SDK for Python sends them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MaskedForm {
    username: Option<String>,
    message: Option<String>,
    sender_id: Option<String>,
    masked_number: Option<String>,
    telco: Option<String>,
}

/// `POST /version1/messaging`, form-encoded.
pub(crate) async fn legacy(
    State(world): State<Arc<World>>,
    spoilt: Option<Extension<Spoilt>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let read = || -> Result<SmsRequest, String> {
        let form: LegacyForm =
            serde_urlencoded::from_bytes(&body).map_err(|error| error.to_string())?;
        required(form.username, "username")?;
        Ok(SmsRequest {
            to: required(form.to, "to")?
                .split(',')
                .map(|to| to.trim().to_owned())
                .collect(),
            message: required(form.message, "message")?,
            from: sender(form.from),
            is_queued: form.enqueue.as_deref() == Some("1"),
            is_premium: form.bulk_sms_mode.as_deref() == Some("0"),
            is_masked: false,
        })
    };
    answer(&world, spoilt, &headers, read)
}

/// `POST /version1/messaging/bulk`, JSON; form-encoded for a masked number.
pub(crate) async fn bulk(
    State(world): State<Arc<World>>,
    spoilt: Option<Extension<Spoilt>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let is_form = headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    });
    if is_form {
        return answer(&world, spoilt, &headers, || masked(&body));
    }
    let read = || -> Result<SmsRequest, String> {
        let bulk: BulkBody = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        required(bulk.username, "username")?;
        Ok(SmsRequest {
            to: bulk
                .phone_numbers
                .filter(|to| !to.is_empty())
                .ok_or_else(|| missing("phoneNumbers"))?,
            message: required(bulk.message, "message")?,
            from: sender(bulk.sender_id),
            is_queued: matches!(bulk.enqueue, Some(Value::Bool(true)))
                || bulk.enqueue == Some(json!(1)),
            is_premium: false,
            is_masked: false,
        })
    };
    answer(&world, spoilt, &headers, read)
}

fn masked(body: &[u8]) -> Result<SmsRequest, String> {
    let form: MaskedForm = serde_urlencoded::from_bytes(body).map_err(|error| error.to_string())?;
    required(form.username, "username")?;
    required(form.telco, "telco")?;
    Ok(SmsRequest {
        to: vec![required(form.masked_number, "maskedNumber")?],
        message: required(form.message, "message")?,
        from: sender(form.sender_id),
        is_queued: false,
        is_premium: false,
        is_masked: true,
    })
}

/// The answer of a provider that does not take the key.
pub(crate) fn bad_key() -> Response {
    (
        StatusCode::UNAUTHORIZED,
        "The supplied authentication is invalid",
    )
        .into_response()
}

fn answer(
    world: &Arc<World>,
    spoilt: Option<Extension<Spoilt>>,
    headers: &HeaderMap,
    read: impl FnOnce() -> Result<SmsRequest, String>,
) -> Response {
    if !has_key(world, headers) {
        return bad_key();
    }
    match read() {
        Ok(send) => {
            let code = stated(spoilt);
            (StatusCode::CREATED, Json(accept(world, &send, code))).into_response()
        }
        Err(reason) => (StatusCode::BAD_REQUEST, reason).into_response(),
    }
}

fn has_key(world: &World, headers: &HeaderMap) -> bool {
    let key = headers
        .get("apikey")
        .map(|key| key.as_bytes())
        .unwrap_or_default();
    match &world.config.sms.api_key {
        Some(expected) => key == expected.as_bytes(),
        None => !key.is_empty(),
    }
}

/// The code that a fault has every recipient answered with.
fn stated(spoilt: Option<Extension<Spoilt>>) -> Option<i64> {
    match spoilt {
        Some(Extension(Spoilt(Fault::ResultCode(code)))) => code.parse().ok(),
        Some(_) | None => None,
    }
}

/// The recipients come in another order than they were asked for: none is promised.
fn accept(world: &Arc<World>, send: &SmsRequest, code: Option<i64>) -> Value {
    let config = &world.config.sms;
    let is_registered = |names: &Vec<String>| {
        let own = [config.short_code.as_str(), DEFAULT_SENDER];
        own.contains(&send.from.as_str()) || names.contains(&send.from)
    };
    let takes = config.senders.as_ref().is_none_or(is_registered);
    if !takes || !world.sms_account.takes(&send.from) {
        // Created all the same, and sent to nobody.
        return json!({ "SMSMessageData": { "Message": "InvalidSenderId", "Recipients": [] } });
    }
    let parts = text::sms_parts(&send.message);
    let delivered = send.to.iter().map(|to| deliver(world, send, to, code));
    let mut delivered: Vec<(Value, usize)> = delivered.collect();
    delivered.reverse();
    let paid_parts = delivered.iter().map(|(_, parts)| parts).sum();
    let recipients: Vec<Value> = delivered.into_iter().map(|(value, _)| value).collect();
    let sent = recipients
        .iter()
        .filter(|recipient| matches!(recipient["statusCode"].as_i64(), Some(100..=102)))
        .count();
    let message = format!(
        "Sent to {sent}/{} Total Cost: {} Message parts: {parts}",
        recipients.len(),
        cost(paid_parts),
    );
    json!({ "SMSMessageData": { "Message": message, "Recipients": recipients } })
}

/// Delivers to one recipient; gives what the answer says of it, and the parts that were paid for.
fn deliver(world: &Arc<World>, send: &SmsRequest, to: &str, code: Option<i64>) -> (Value, usize) {
    let refused = |code: i64| {
        let answer = json!({
            "statusCode": code, "number": to, "status": words(code), "cost": "0", "messageId": "None",
        });
        (answer, 0)
    };
    let number = if send.is_masked {
        let phones = world.phones();
        let mut numbers = phones.iter().map(|phone| phone.number);
        numbers.find(|number| number.hashed().eq_ignore_ascii_case(to))
    } else {
        Number::from_e164(to).ok()
    };
    let Some(number) = number else {
        return refused(403);
    };
    let _step = world.step();
    let is_promotion = world.config.sms.promotional_senders.contains(&send.from);
    let is_unwelcome =
        || is_promotion && !send.is_premium && lock(&world.sms).opted_out.contains(&number);
    let code = code
        .or_else(|| world.sms_account.code(number))
        .or_else(|| is_unwelcome().then_some(406));
    let id = format!("ATXid_{}", world.dice.hex32());
    let code = match code {
        // Held until somebody clears it: it has its id, and does not arrive.
        Some(401) => {
            let answer = json!({
                "statusCode": 401, "number": to, "status": words(401), "cost": "0", "messageId": id,
            });
            return (answer, 0);
        }
        Some(code) if !(100..=102).contains(&code) => return refused(code),
        Some(code) => code,
        None if send.is_queued => 102,
        None => 101,
    };
    let adds_words = world.config.sms.every_sender_adds_opt_out_words || is_promotion;
    let known = (send.from.clone(), number);
    let is_first = adds_words && !lock(&world.sms).told_how.contains(&known);
    let mut text = send.message.clone();
    if is_first {
        text.push_str(&world.config.sms.opt_out_words);
    }
    let parts = text::sms_parts(&text);
    if !world.sms_account.pay(parts * PART_COST_CENTS) {
        return refused(405);
    }
    if is_first {
        lock(&world.sms).told_how.insert(known);
    }
    let sms = Sms {
        id: id.clone(),
        from: send.from.clone(),
        text,
        at: world.clock.now(),
    };
    let is_delivered = world.phone(number).receive(sms);
    report::report_acceptance(world, number, id.clone(), is_delivered);
    if !is_delivered {
        report::expire(world, number, id.clone());
    }
    let answer = json!({
        "statusCode": code, "number": to, "status": words(code), "cost": cost(parts), "messageId": id,
    });
    (answer, parts)
}

fn cost(parts: usize) -> String {
    money(parts * PART_COST_CENTS)
}

/// An amount as Africa's Talking writes it, `KES 0.8000`.
fn money(cents: usize) -> String {
    format!("KES {}.{:02}00", cents / 100, cents % 100)
}

fn sender(from: Option<String>) -> String {
    from.filter(|from| !from.is_empty())
        .unwrap_or_else(|| DEFAULT_SENDER.to_owned())
}

fn required(value: Option<String>, name: &str) -> Result<String, String> {
    value
        .filter(|value| !value.is_empty())
        .ok_or_else(|| missing(name))
}

fn missing(name: &str) -> String {
    format!("Request is missing required form field '{name}'")
}
