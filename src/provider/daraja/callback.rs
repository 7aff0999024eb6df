//! The STK callback (contract, section 4): read leniently, decided strictly.

use serde_json::Value;

use super::client::text_of;
use crate::{
    core::money::Cents,
    ports::{StkOutcome, StkResult},
};

/// The longest receipt that is believed to be one; real ones have 10 characters.
const MAX_RECEIPT: usize = 32;

/// Reads a callback; `None` when the body is none.
pub(super) fn read(body: &[u8]) -> Option<StkResult> {
    let json: Value = serde_json::from_slice(body).ok()?;
    let callback = json.get("Body")?.get("stkCallback")?;
    callback.as_object()?;
    let checkout_id = callback.get("CheckoutRequestID").and_then(text_of);
    // Missing, null, "" and false are not 0.
    let code = callback
        .get("ResultCode")
        .and_then(text_of)
        .filter(|code| !code.is_empty());
    let outcome = match code {
        None => StkOutcome::Unclear("no result code".into()),
        Some(code) if code == "0" => paid(callback),
        Some(code) => StkOutcome::Unpaid {
            code: code.chars().take(32).collect(),
        },
    };
    Some(StkResult {
        checkout_id,
        outcome,
    })
}

fn paid(callback: &Value) -> StkOutcome {
    let items = callback
        .get("CallbackMetadata")
        .and_then(|metadata| metadata.get("Item"));
    let item = |name: &str| {
        let named = |item: &&Value| item.get("Name").and_then(Value::as_str) == Some(name);
        items?
            .as_array()?
            .iter()
            .find(named)?
            .get("Value")
            .and_then(text_of)
    };
    let receipt = item("MpesaReceiptNumber").and_then(|receipt| receipt_of(&receipt));
    let amount = item("Amount").and_then(|amount| Cents::parse_shillings(&amount));
    match (receipt, amount.filter(|amount| amount.is_positive())) {
        (Some(receipt), Some(amount)) => StkOutcome::Paid { receipt, amount },
        (None, _) => StkOutcome::Unclear("code 0 without a receipt".into()),
        (Some(receipt), None) => StkOutcome::Unstated { receipt },
    }
}

/// The text as a receipt; `None` where it cannot be one.
pub(super) fn receipt_of(text: &str) -> Option<String> {
    let text = text.trim();
    let is_receipt = (1..=MAX_RECEIPT).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_receipt.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn callback(fields: Value) -> Vec<u8> {
        json!({"Body": {"stkCallback": fields}})
            .to_string()
            .into_bytes()
    }

    #[test]
    fn a_success_has_receipt_and_amount_in_any_order() {
        let body = callback(json!({
            "MerchantRequestID": "1", "CheckoutRequestID": "ws_CO_1", "ResultCode": 0,
            "ResultDesc": "The service request is processed successfully.",
            "CallbackMetadata": {"Item": [
                {"Name": "TransactionDate", "Value": 20_191_219_102_115_i64},
                {"Name": "Balance"},
                {"Name": "MpesaReceiptNumber", "Value": "NLJ7RT61SV"},
                {"Name": "Amount", "Value": 1.00},
                {"Name": "Something", "Value": {"new": true}},
            ]},
        }));
        let result = read(&body).unwrap();
        assert_eq!(result.checkout_id.as_deref(), Some("ws_CO_1"));
        let paid = StkOutcome::Paid {
            receipt: "NLJ7RT61SV".into(),
            amount: Cents::new(100),
        };
        assert_eq!(result.outcome, paid);
    }

    #[test]
    fn a_failure_may_have_its_code_as_number_or_text() {
        for (code, text) in [(json!(1032), "1032"), (json!("SFC_IC0003"), "SFC_IC0003")] {
            let result = read(&callback(json!({"ResultCode": code}))).unwrap();
            assert_eq!(result.outcome, StkOutcome::Unpaid { code: text.into() });
        }
    }

    #[test]
    fn what_is_not_clearly_paid_is_unclear() {
        for fields in [
            json!({}),
            json!({"ResultCode": null}),
            json!({"ResultCode": ""}),
            json!({"ResultCode": false}),
            json!({"ResultCode": 0}),
            json!({"ResultCode": 0, "CallbackMetadata": {"Item": [
                {"Name": "Amount", "Value": 5}, {"Name": "MpesaReceiptNumber", "Value": "'; --"}]}}),
        ] {
            let result = read(&callback(fields.clone())).unwrap();
            assert!(matches!(result.outcome, StkOutcome::Unclear(_)), "{fields}");
        }
        for body in [
            b"".as_slice(),
            b"<html>",
            b"{}",
            b"[]",
            b"{\"Body\":{\"stkCallback\":1}}",
        ] {
            assert_eq!(read(body), None);
        }
    }

    #[test]
    fn a_receipt_without_an_amount_can_be_asked_about() {
        let receipt = json!({"Name": "MpesaReceiptNumber", "Value": "R1"});
        for items in [
            json!([receipt]),
            json!([{"Name": "Amount", "Value": -5}, receipt]),
            json!([{"Name": "Amount", "Value": "much"}, receipt]),
        ] {
            let body = callback(json!({"ResultCode": 0, "CallbackMetadata": {"Item": items}}));
            let receipt = "R1".to_owned();
            assert_eq!(
                read(&body).unwrap().outcome,
                StkOutcome::Unstated { receipt }
            );
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&body);
        }
    }
}
