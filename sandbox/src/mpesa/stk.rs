//! STK push: the request and its checks.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::fields::{amount_cents, callback_url, digits, field, subscriber};
use super::push::Push;
use super::refusal::Product;
use super::{Refusal, check_credentials, fields};
use crate::clock;
use crate::number::Number;
use crate::recorder::About;
use crate::world::World;

/// The longest account reference.
const LONGEST_REFERENCE: usize = 12;

/// A request that passed all checks.
struct StkRequest {
    phone: Number,
    party_b: String,
    is_buy_goods: bool,
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
    world
        .mpesa
        .check_token(headers, Product::Stk, world.clock.now())?;
    let body = fields::json(body)?;
    check_credentials(&body, &world.config.daraja)?;
    let request = read(&body)?;
    let at = world.clock.now();
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
        party_b: request.party_b,
        is_buy_goods: request.is_buy_goods,
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
    let amount_cents = amount_cents(body, 1)?;
    subscriber(body, "PartyA")?;
    let party_b = digits(body, "PartyB")?;
    let phone = subscriber(body, "PhoneNumber")?;
    let callback_url = callback_url(body, "CallBackURL")?;
    let reference =
        field(body, "AccountReference").filter(|text| text.chars().count() <= LONGEST_REFERENCE);
    let reference = reference.ok_or(Refusal::InvalidField("AccountReference"))?;
    // The real one calls the missing field by another name.
    field(body, "TransactionDesc").ok_or(Refusal::InvalidField("Remarks"))?;
    Ok(StkRequest {
        phone,
        party_b,
        is_buy_goods: transaction_type == "CustomerBuyGoodsOnline",
        amount_cents,
        callback_url,
        reference,
    })
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
