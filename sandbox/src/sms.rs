//! Africa's Talking SMS: the two ways to send, the inbox, and delivery reports (contract, parts 3
//! and 4.1).
//!
//! A message is in the inbox before its sender has the answer. A phone out of reach gets it later,
//! and only then is its delivery reported.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::fault::FaultPoint;
use crate::number::Number;
use crate::outgoing::{CALLBACK_TIMEOUT, Call, form_body};
use crate::phone::NETWORK_CODE;
use crate::text;
use crate::world::World;

/// The sender where a request names none.
const DEFAULT_SENDER: &str = "AFRICASTKNG";

/// What one part costs, in cents.
const PART_COST_CENTS: usize = 80;

/// A message in an inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
}

/// The fields of the form endpoint that the simulator acts on.
#[derive(Deserialize)]
struct LegacyForm {
    username: Option<String>,
    to: Option<String>,
    message: Option<String>,
    from: Option<String>,
}

/// The fields of the JSON endpoint.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BulkBody {
    username: Option<String>,
    message: Option<String>,
    sender_id: Option<String>,
    phone_numbers: Option<Vec<String>>,
}

/// `POST /version1/messaging`, form-encoded.
pub(crate) async fn legacy(
    State(world): State<Arc<World>>,
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
        })
    };
    answer(&world, &headers, read)
}

/// `POST /version1/messaging/bulk`, JSON.
pub(crate) async fn bulk(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
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
        })
    };
    answer(&world, &headers, read)
}

/// The answer of a provider that does not take the key.
pub(crate) fn bad_key() -> Response {
    (
        StatusCode::UNAUTHORIZED,
        "The supplied authentication is invalid",
    )
        .into_response()
}

/// Tells the service that a message reached its phone.
pub(crate) fn report_delivery(world: &Arc<World>, number: Number, id: String) {
    let Some(url) = world.urls().delivery else {
        return;
    };
    let shared = Arc::clone(world);
    world.spawn(async move {
        shared.clock.sleep(shared.config.sms.delivery_delay).await;
        let phone = number.to_string();
        let call = Call {
            what: "delivery report",
            phone: Some(number),
            url,
            content_type: "application/x-www-form-urlencoded",
            user_agent: None,
            hop_metadata: None,
            body: form_body([
                ("phoneNumber", phone.as_str()),
                ("retryCount", "0"),
                ("id", id.as_str()),
                ("status", "Success"),
                ("networkCode", NETWORK_CODE),
            ]),
            timeout: CALLBACK_TIMEOUT,
        };
        shared
            .send_callback(FaultPoint::DeliveryReport, &call)
            .await;
    });
}

fn answer(
    world: &Arc<World>,
    headers: &HeaderMap,
    read: impl FnOnce() -> Result<SmsRequest, String>,
) -> Response {
    if !has_key(world, headers) {
        return bad_key();
    }
    match read() {
        Ok(send) => (StatusCode::CREATED, Json(accept(world, &send))).into_response(),
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

fn accept(world: &Arc<World>, send: &SmsRequest) -> Value {
    let parts = text::sms_parts(&send.message);
    let recipients: Vec<Value> = send
        .to
        .iter()
        .map(|to| deliver(world, send, to, parts))
        .collect();
    let sent = recipients
        .iter()
        .filter(|recipient| recipient["statusCode"] == 101)
        .count();
    let message = format!(
        "Sent to {sent}/{} Total Cost: {} Message parts: {parts}",
        recipients.len(),
        cost(parts * sent),
    );
    json!({ "SMSMessageData": { "Message": message, "Recipients": recipients } })
}

fn deliver(world: &Arc<World>, send: &SmsRequest, to: &str, parts: usize) -> Value {
    let Ok(number) = Number::from_e164(to) else {
        return json!({
            "statusCode": 403, "number": to, "status": "InvalidPhoneNumber", "cost": "0", "messageId": "None",
        });
    };
    let id = format!("ATXid_{}", world.dice.hex32());
    let sms = Sms {
        id: id.clone(),
        from: send.from.clone(),
        text: send.message.clone(),
        at: world.clock.now(),
    };
    if world.phone(number).receive(sms) {
        report_delivery(world, number, id.clone());
    }
    json!({ "statusCode": 101, "number": to, "status": "Success", "cost": cost(parts), "messageId": id })
}

fn cost(parts: usize) -> String {
    let cents = parts * PART_COST_CENTS;
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
