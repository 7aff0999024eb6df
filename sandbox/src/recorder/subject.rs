//! Whom a request of the service is about, read from its body before anything else is done with it.

use serde_json::Value;

use crate::fault::FaultPoint;
use crate::number::Number;
use crate::world::World;

/// The phones that a request is about: those it names, or the one of the transaction it names.
pub(super) fn phones(world: &World, point: Option<FaultPoint>, body: &[u8]) -> Vec<Number> {
    let Some(point) = point.filter(|point| point.has_phone()) else {
        return Vec::new();
    };
    let Ok(json) = serde_json::from_slice::<Value>(body) else {
        return of_form(body);
    };
    let named = |name: &str| Number::from_digits(&text(&json[name])?).ok();
    let found = if point == FaultPoint::Sms {
        let to = json["phoneNumbers"].as_array().into_iter().flatten();
        return to
            .filter_map(|to| Number::from_e164(to.as_str()?).ok())
            .collect();
    } else if point == FaultPoint::StkPush {
        named("PhoneNumber")
    } else if point == FaultPoint::B2cRequest {
        named("PartyB")
    } else if point == FaultPoint::StkQuery {
        text(&json["CheckoutRequestID"]).and_then(|id| world.mpesa.phone_of_push(&id))
    } else {
        let of_payout =
            text(&json["OriginalConversationID"]).and_then(|id| world.mpesa.phone_of_payout(&id));
        of_payout.or_else(|| world.mpesa.phone_of_receipt(&text(&json["TransactionID"])?))
    };
    found.into_iter().collect()
}

/// The amount of a push or a payout, in cents.
pub(super) fn amount_cents(body: &[u8]) -> Option<i64> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let shillings: i64 = text(&json["Amount"])?.parse().ok()?;
    shillings.checked_mul(100)
}

/// The receivers of an SMS that is sent as a form.
fn of_form(body: &[u8]) -> Vec<Number> {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(body).unwrap_or_default();
    let to = fields.iter().filter(|(name, _)| name == "to");
    to.flat_map(|(_, list)| list.split(','))
        .filter_map(|to| Number::from_e164(to.trim()).ok())
        .collect()
}

/// A number or a text, as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
