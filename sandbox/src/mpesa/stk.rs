//! STK push: the request and its checks (contract, 3).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::push::Push;
use super::{Refusal, check_credentials, digits, field};
use crate::clock;
use crate::number::Number;
use crate::recorder::About;
use crate::world::World;

/// The largest amount of one payment, in shillings.
const LARGEST_AMOUNT: i64 = 250_000;

/// The longest account reference.
const LONGEST_REFERENCE: usize = 12;

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

/// A request that passed all checks.
struct StkRequest {
    phone: Number,
    amount_cents: i64,
    callback_url: String,
    reference: String,
}

/// `POST /mpesa/stkpush/v1/processrequest`.
pub(crate) async fn process_request(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match accept(&world, &headers, &body) {
        Ok((phone, answer)) => (About(phone), Json(answer)).into_response(),
        Err(refusal) => refusal.answer(&world),
    }
}

fn accept(
    world: &Arc<World>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(Number, Value), Refusal> {
    world.mpesa.check_token(headers)?;
    let body: Value = serde_json::from_slice(body).map_err(|_| Refusal::UnreadableBody)?;
    check_credentials(&body, &world.config.daraja)?;
    let request = read(&body)?;
    let at = clock::now();
    let push = Push {
        merchant_request_id: format!("{}-{}-1", world.dice.digits(5), world.dice.digits(8)),
        checkout_request_id: format!(
            "ws_CO_{}{}{}",
            clock::eat_day_first(at),
            world.dice.digits(6),
            request.phone.digits() % 1_000_000_000,
        ),
        phone: request.phone,
        amount_cents: request.amount_cents,
        reference: request.reference,
        callback_url: request.callback_url,
        at,
        result: None,
        callbacks: Vec::new(),
    };
    let answer = json!({
        "MerchantRequestID": push.merchant_request_id,
        "CheckoutRequestID": push.checkout_request_id,
        "ResponseCode": "0",
        "ResponseDescription": "Success. Request accepted for processing",
        "CustomerMessage": "Success. Request accepted for processing",
    });
    super::push::start(world, push)?;
    Ok((request.phone, answer))
}

fn read(body: &Value) -> Result<StkRequest, Refusal> {
    let transaction_type = field(body, "TransactionType").unwrap_or_default();
    if !["CustomerPayBillOnline", "CustomerBuyGoodsOnline"].contains(&transaction_type.as_str()) {
        return Err(Refusal::InvalidField("TransactionType"));
    }
    let shillings = digits(body, "Amount")?
        .parse()
        .ok()
        .filter(|amount| (1..=LARGEST_AMOUNT).contains(amount));
    let shillings: i64 = shillings.ok_or(Refusal::InvalidField("Amount"))?;
    subscriber(body, "PartyA")?;
    digits(body, "PartyB")?;
    let phone = subscriber(body, "PhoneNumber")?;
    let callback_url = field(body, "CallBackURL").filter(|url| is_allowed(url));
    let callback_url = callback_url.ok_or(Refusal::InvalidField("CallBackURL"))?;
    let reference =
        field(body, "AccountReference").filter(|text| text.chars().count() <= LONGEST_REFERENCE);
    let reference = reference.ok_or(Refusal::InvalidField("AccountReference"))?;
    // The real one calls the missing field by another name.
    field(body, "TransactionDesc").ok_or(Refusal::InvalidField("Remarks"))?;
    Ok(StkRequest {
        phone,
        amount_cents: shillings * 100,
        callback_url,
        reference,
    })
}

fn subscriber(body: &Value, name: &'static str) -> Result<Number, Refusal> {
    Number::from_digits(&digits(body, name)?).map_err(|_| Refusal::InvalidField(name))
}

fn is_allowed(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    let is_web = lower.starts_with("http://") || lower.starts_with("https://");
    is_web && !FORBIDDEN.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> Value {
        json!({
            "TransactionType": "CustomerPayBillOnline", "Amount": 100, "PartyA": 254_712_345_678_u64,
            "PartyB": "174379", "PhoneNumber": "254712345678", "CallBackURL": "https://example.com/pay/1",
            "AccountReference": "ABCDEF123456", "TransactionDesc": "Deposit",
        })
    }

    #[test]
    fn numbers_and_text_are_taken_alike() {
        let request = read(&body()).ok().unwrap();
        assert_eq!(
            (request.amount_cents, request.phone.local().as_str()),
            (10_000, "0712345678")
        );
    }

    #[test]
    fn each_field_is_checked() {
        let wrong = [
            ("TransactionType", json!("PayBill"), "TransactionType"),
            ("Amount", json!(0), "Amount"),
            ("Amount", json!("10.5"), "Amount"),
            ("Amount", json!(250_001), "Amount"),
            ("Amount", json!(-5), "Amount"),
            ("PartyA", json!("+254712345678"), "PartyA"),
            ("PartyB", json!(null), "PartyB"),
            ("PhoneNumber", json!("0712345678"), "PhoneNumber"),
            ("PhoneNumber", json!("254202345678"), "PhoneNumber"),
            (
                "CallBackURL",
                json!("https://example.com/MPesa/1"),
                "CallBackURL",
            ),
            (
                "CallBackURL",
                json!("https://example.com/stkQuery"),
                "CallBackURL",
            ),
            ("CallBackURL", json!("example.com"), "CallBackURL"),
            (
                "AccountReference",
                json!("ABCDEF1234567"),
                "AccountReference",
            ),
            ("TransactionDesc", json!(""), "Remarks"),
        ];
        for (name, value, refused) in wrong {
            let mut body = body();
            body[name] = value;
            assert_eq!(
                read(&body).err(),
                Some(Refusal::InvalidField(refused)),
                "{name}"
            );
        }
    }
}
