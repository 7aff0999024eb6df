//! The body of an STK callback: result code as a number, metadata only on success,
//! a `Balance` without value.

use serde::Serialize;
use serde_json::value::RawValue;

use super::push::{Push, StkResult};
use super::query::words;
use crate::clock;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<'a> {
    body: Body<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    stk_callback: StkCallback<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct StkCallback<'a> {
    #[serde(rename = "MerchantRequestID")]
    merchant_request_id: &'a str,
    #[serde(rename = "CheckoutRequestID")]
    checkout_request_id: &'a str,
    result_code: u16,
    result_desc: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_metadata: Option<Metadata>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    item: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Box<RawValue>>,
}

/// The callback for a result, as JSON; with a code that a fault states, whatever the result is.
///
/// Safaricom has begun to hide payers: then the number is text with stars.
pub(super) fn body(
    push: &Push,
    result: &StkResult,
    stated: Option<u16>,
    masks_payers: bool,
) -> String {
    let lie = stated.filter(|code| *code != result.code());
    let callback_metadata = match result {
        // A failure has none, and neither has a success without money.
        _ if lie.is_some() => None,
        StkResult::Paid(payment) => {
            let amount = format!(
                "{}.{:02}",
                payment.amount_cents / 100,
                payment.amount_cents % 100
            );
            let digits = payment.phone.digits().to_string();
            let phone = if masks_payers {
                format!("\"{}*****{}\"", &digits[..4], &digits[9..])
            } else {
                digits
            };
            let item = vec![
                item("Amount", Some(amount)),
                item(
                    "MpesaReceiptNumber",
                    Some(format!("\"{}\"", payment.receipt)),
                ),
                item("Balance", None),
                item("TransactionDate", Some(clock::eat_digits(payment.at))),
                item("PhoneNumber", Some(phone)),
            ];
            Some(Metadata { item })
        }
        StkResult::NoFunds
        | StkResult::DailyLimit
        | StkResult::SameAmount
        | StkResult::PromptTooLong
        | StkResult::Cancelled
        | StkResult::NoAnswer
        | StkResult::WrongPin
        | StkResult::NotAssigned
        | StkResult::PinLocked => None,
    };
    let stk_callback = StkCallback {
        merchant_request_id: &push.merchant_request_id,
        checkout_request_id: &push.checkout_request_id,
        result_code: lie.unwrap_or(result.code()),
        result_desc: lie.map_or(result.description(), |code| words(&code.to_string())),
        callback_metadata,
    };
    // Text and numbers only: there is nothing in it that cannot be written.
    serde_json::to_string(&Envelope {
        body: Body { stk_callback },
    })
    .unwrap_or_default()
}

/// Values are written by hand, because a decimal such as `100.00` would lose its zeros in a float.
fn item(name: &'static str, value: Option<String>) -> Item {
    Item {
        name,
        value: value.and_then(|json| RawValue::from_string(json).ok()),
    }
}
