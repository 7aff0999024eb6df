//! Reading the fields of a request to Daraja, each with its check.

use axum::http::HeaderMap;
use serde_json::Value;

use super::Refusal;
use crate::number::Number;

/// The largest amount of one payment, in shillings.
const LARGEST_AMOUNT: i64 = 250_000;

/// The words and hosts that Daraja refuses in a callback URL, in any letter case.
const FORBIDDEN: [&str; 11] = [
    "mpesa",
    "m-pesa",
    "safaricom",
    "exec",
    "exe",
    "cmd",
    "sql",
    "query",
    "ngrok",
    "requestbin",
    "mockbin",
];

/// A body as JSON.
pub(super) fn json(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::UnreadableBody)
}

/// The bearer token of a request, empty where there is none.
pub(super) fn bearer(headers: &HeaderMap) -> &str {
    headers
        .get("authorization")
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .unwrap_or_default()
}

/// A field as text: Daraja takes numbers and text alike.
pub(super) fn field(body: &Value, name: &str) -> Option<String> {
    match body.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// A field that may not be missing.
pub(super) fn needed(body: &Value, name: &'static str) -> Result<String, Refusal> {
    field(body, name).ok_or(Refusal::InvalidField(name))
}

/// A field that must be one of these.
pub(super) fn one_of(body: &Value, name: &'static str, words: &[&str]) -> Result<String, Refusal> {
    field(body, name)
        .filter(|text| words.contains(&text.as_str()))
        .ok_or(Refusal::InvalidField(name))
}

/// A field of that many characters.
pub(super) fn text(
    body: &Value,
    name: &'static str,
    length: std::ops::RangeInclusive<usize>,
) -> Result<String, Refusal> {
    field(body, name)
        .filter(|text| length.contains(&text.chars().count()))
        .ok_or(Refusal::InvalidField(name))
}

/// A field of digits.
pub(super) fn digits(body: &Value, name: &'static str) -> Result<String, Refusal> {
    field(body, name)
        .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
        .ok_or(Refusal::InvalidField(name))
}

/// Whole shillings from the least to 250,000, in cents.
pub(super) fn amount_cents(body: &Value, least: i64) -> Result<i64, Refusal> {
    let shillings = digits(body, "Amount")?
        .parse()
        .ok()
        .filter(|amount| (least..=LARGEST_AMOUNT).contains(amount));
    let shillings: i64 = shillings.ok_or(Refusal::InvalidField("Amount"))?;
    Ok(shillings * 100)
}

/// A mobile number of 12 digits.
pub(super) fn subscriber(body: &Value, name: &'static str) -> Result<Number, Refusal> {
    Number::from_digits(&digits(body, name)?).map_err(|_| Refusal::InvalidField(name))
}

/// A URL without the words that Daraja refuses.
pub(super) fn callback_url(body: &Value, name: &'static str) -> Result<String, Refusal> {
    field(body, name)
        .filter(|url| is_allowed(url))
        .ok_or(Refusal::InvalidField(name))
}

fn is_allowed(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    let is_web = lower.starts_with("http://") || lower.starts_with("https://");
    is_web && !FORBIDDEN.iter().any(|word| lower.contains(word))
}
