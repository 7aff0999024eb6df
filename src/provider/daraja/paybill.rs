//! C2B and Pull (contract, sections 10 and 11): read leniently, for nothing that is told of money may
//! be lost to a spelling.

use std::time::Duration;

use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    callback::receipt_of,
    client::{Answer, DarajaClient, Endpoint, NoAnswer, text_of},
};
use crate::{
    core::{
        fair::payer::Payer, money::Cents, msisdn::Msisdn, payment::paybill::ResponseType,
        time::Timestamp,
    },
    ports::{Paybill, PaybillError, Payment, PullQuestion, PulledRow, Registered},
};

/// How deep a list of pulled rows is looked for. Real answers nest twice.
const MAX_DEPTH: usize = 8;

/// Names of the fields: of C2B first, of Pull second.
const RECEIPT: [&str; 2] = ["TransID", "transactionId"];
const AMOUNT: [&str; 2] = ["TransAmount", "amount"];
const ACCOUNT: [&str; 2] = ["BillRefNumber", "billreference"];
const PAYER: [&str; 2] = ["MSISDN", "msisdn"];
const NAMES: [&str; 3] = ["FirstName", "MiddleName", "LastName"];
const SHORTCODE: [&str; 2] = ["BusinessShortCode", "shortCode"];

impl Paybill for DarajaClient {
    fn read_payment(&self, body: &[u8]) -> Option<Payment> {
        read(&serde_json::from_slice(body).ok()?)
    }

    fn read_pulled(&self, body: &[u8]) -> Vec<PulledRow> {
        let json = serde_json::from_slice(body).ok();
        json.map_or_else(Vec::new, |json| rows(&json))
    }

    fn write_payment(&self, payment: &Payment) -> Vec<u8> {
        let amount = payment.amount.map(|amount| amount.to_string());
        let body = json!({
            "TransactionType": "Pay Bill",
            "TransID": payment.receipt,
            "TransAmount": amount,
            "BusinessShortCode": payment.shortcode,
            "BillRefNumber": payment.account,
            "MSISDN": payment.payer.as_ref().map(Msisdn::digits),
        });
        body.to_string().into_bytes()
    }

    fn register_urls(
        &self,
        response_type: ResponseType,
    ) -> BoxFuture<'_, Result<Registered, PaybillError>> {
        let body = json!({
            "ShortCode": self.settings().shortcode,
            "ResponseType": response_type.name(),
            "ConfirmationURL": self.callback_url("c2b/confirmation"),
            "ValidationURL": self.callback_url("c2b/validation"),
        });
        Box::pin(async move {
            let answer = self.post(Endpoint::RegisterUrls, &body).await;
            judge_registration(&answer.map_err(no_answer)?)
        })
    }

    fn register_pull<'a>(
        &'a self,
        number: &'a str,
    ) -> BoxFuture<'a, Result<Registered, PaybillError>> {
        let body = json!({
            "ShortCode": self.settings().shortcode,
            "RequestType": "Pull",
            "NominatedNumber": number,
            "CallBackURL": self.callback_url("c2b/pull"),
        });
        Box::pin(async move {
            let answer = self.post(Endpoint::RegisterPull, &body).await;
            judge_pull_registration(&answer.map_err(no_answer)?)
        })
    }

    fn pull(&self, question: PullQuestion) -> BoxFuture<'_, Result<Vec<PulledRow>, PaybillError>> {
        let body = json!({
            "ShortCode": self.settings().shortcode,
            "StartDate": written(question.since),
            // Up to the end of its second: a payment of just now is in it, too.
            "EndDate": written(question.until.after(Duration::from_millis(999))),
            "OffSetValue": question.offset.to_string(),
        });
        Box::pin(async move {
            let answer = self.post(Endpoint::Pull, &body).await;
            judge_pull(&answer.map_err(no_answer)?)
        })
    }
}

/// In East Africa Time, `2026-11-22 12:00:00`.
fn written(at: Timestamp) -> String {
    at.in_nairobi().format("%Y-%m-%d %H:%M:%S").to_string()
}

fn no_answer(why: NoAnswer) -> PaybillError {
    match why {
        NoAnswer::NotSent(why) | NoAnswer::Unsure(why) => PaybillError::NoAnswer(why),
    }
}

/// Reads one payment; `None` when the JSON is no object.
fn read(json: &Value) -> Option<Payment> {
    json.as_object()?;
    let field = |names: [&str; 2]| {
        let found = names.iter().find_map(|name| json.get(*name));
        found.and_then(text_of).map(|text| text.trim().to_owned())
    };
    let amount = field(AMOUNT).and_then(|amount| Cents::parse_display(&amount));
    Some(Payment {
        receipt: field(RECEIPT).and_then(|receipt| receipt_of(&receipt)),
        amount: amount.filter(|amount| amount.is_positive()),
        account: field(ACCOUNT).unwrap_or_default(),
        shortcode: field(SHORTCODE).filter(|code| !code.is_empty()),
        // Masked and hashed numbers are no numbers.
        payer: field(PAYER).and_then(|payer| Msisdn::parse(&payer).ok()),
        paid_by: field(PAYER).and_then(|payer| {
            let names = NAMES
                .iter()
                .filter_map(|name| json.get(*name).and_then(text_of));
            Payer::read(&payer, &names.collect::<Vec<_>>().join(" "))
        }),
    })
}

/// Every object with a receipt's field in it, at any depth: the key of the list and its nesting vary.
pub(super) fn rows(json: &Value) -> Vec<PulledRow> {
    let mut found = Vec::new();
    collect(json, 0, &mut found);
    found
}

fn collect(json: &Value, depth: usize, found: &mut Vec<PulledRow>) {
    if depth > MAX_DEPTH {
        return;
    }
    match json {
        Value::Object(fields) if RECEIPT.iter().any(|name| fields.contains_key(*name)) => {
            found.extend(read(json).map(|payment| PulledRow {
                body: json.to_string().into_bytes(),
                payment,
            }));
        }
        Value::Object(fields) => {
            for value in fields.values() {
                collect(value, depth + 1, found);
            }
        }
        Value::Array(values) => {
            for value in values {
                collect(value, depth + 1, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn words(answer: &Answer) -> String {
    format!("HTTP {} {}", answer.status.as_u16(), answer.excerpt)
}

fn judge_registration(answer: &Answer) -> Result<Registered, PaybillError> {
    let said = words(answer);
    if answer.status.is_success() && answer.text("ResponseCode").as_deref() == Some("0") {
        return Ok(Registered::Now(said));
    }
    // Production registers once; changing it is a matter of the self-service portal.
    if said.to_lowercase().contains("already registered") {
        return Ok(Registered::Before(said));
    }
    Err(refused(answer, said))
}

fn judge_pull_registration(answer: &Answer) -> Result<Registered, PaybillError> {
    let said = words(answer);
    let status = ["ResponseStatus", "ResponseCode"]
        .iter()
        .find_map(|name| answer.text(name));
    match status.as_deref() {
        Some("1000" | "0") if answer.status.is_success() => Ok(Registered::Now(said)),
        Some("1001") => Ok(Registered::Before(said)),
        _ if said.to_lowercase().contains("already") => Ok(Registered::Before(said)),
        _ => Err(refused(answer, said)),
    }
}

fn judge_pull(answer: &Answer) -> Result<Vec<PulledRow>, PaybillError> {
    let found = answer.json.as_ref().map_or_else(Vec::new, rows);
    let code = answer.text("ResponseCode");
    let is_answered = matches!(code.as_deref(), Some("1000" | "1001" | "0" | "00"));
    if answer.status.is_success() && (is_answered || !found.is_empty()) {
        return Ok(found);
    }
    Err(refused(answer, words(answer)))
}

/// Only what names an error code was refused; a page of HTML says nothing.
fn refused(answer: &Answer, said: String) -> PaybillError {
    let names_an_error = ["errorCode", "ResponseCode", "ResponseStatus"]
        .iter()
        .any(|name| answer.text(name).is_some());
    if names_an_error {
        PaybillError::Refused(said)
    } else {
        PaybillError::NoAnswer(said)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::StatusCode;

    use super::*;

    fn answer(status: u16, json: &Value) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            json: Some(json.clone()),
            excerpt: json.to_string(),
        }
    }

    fn confirmation() -> Value {
        json!({
            "TransactionType": "Pay Bill", "TransID": "RKTQDM7W6S", "TransTime": "20191122063845",
            "TransAmount": "10.50", "BusinessShortCode": "600638", "BillRefNumber": " 0712 345 678",
            "InvoiceNumber": "", "OrgAccountBalance": "49197.00", "ThirdPartyTransID": "",
            "MSISDN": "25470****149", "FirstName": "John", "MiddleName": "", "LastName": "",
        })
    }

    #[test]
    fn a_confirmation_is_read_whatever_its_payer_looks_like() {
        let payment = read(&confirmation()).unwrap();
        assert_eq!(payment.receipt.as_deref(), Some("RKTQDM7W6S"));
        assert_eq!(payment.amount, Some(Cents::new(1_050)));
        assert_eq!(payment.account, "0712 345 678");
        assert_eq!(payment.shortcode.as_deref(), Some("600638"));
        for masked in [
            json!("2547 ***** 126"),
            json!("a".repeat(64)),
            json!("1".repeat(64)),
            json!(""),
            json!(null),
            json!({"full": "254712345678"}),
        ] {
            let mut body = confirmation();
            body["MSISDN"] = masked.clone();
            assert_eq!(read(&body).unwrap().payer, None, "{masked}");
        }
        let mut body = confirmation();
        body["MSISDN"] = json!(254_712_345_678_i64);
        assert!(read(&body).unwrap().payer.is_some());
    }

    #[test]
    fn trap_16_amounts_are_read_exactly() {
        for (amount, cents) in [
            (json!("5.00"), Some(500)),
            (json!("10"), Some(1_000)),
            (json!(10), Some(1_000)),
            (json!(233.8), Some(23_380)),
            (json!("1,000.00"), Some(100_000)),
            (json!("0.00"), None),
            (json!("-5"), None),
            (json!("1e3"), None),
            (json!("0.001"), None),
            (json!(""), None),
            (json!([5]), None),
            (json!(null), None),
        ] {
            let mut body = confirmation();
            body["TransAmount"] = amount.clone();
            let read = read(&body).unwrap().amount;
            assert_eq!(read, cents.map(Cents::new), "{amount}");
        }
    }

    #[test]
    fn rows_are_found_however_they_are_nested() {
        let row = |id: &str| {
            json!({
                "transactionId": id, "trxDate": "2020-08-05T10:13:00Z", "msisdn": 722_000_000,
                "sender": "MPESA", "transactiontype": "c2b-pay-bill-debit",
                "billreference": "37207636392", "amount": "168.00", "organizationname": "X",
            })
        };
        for body in [
            json!({"ResponseCode": "1000", "Response": [[row("A1"), row("A2")]]}),
            json!({"ResponseCode": 1000, "Transactions": [row("A1"), row("A2")]}),
            json!({"ResponseCode": "1000", "Response": {"Page": [[[row("A1")]], row("A2")]}}),
        ] {
            let found = judge_pull(&answer(200, &body)).unwrap();
            let ids: Vec<_> = found
                .iter()
                .filter_map(|row| row.payment.receipt.clone())
                .collect();
            assert_eq!(ids, ["A1", "A2"], "{body}");
            assert_eq!(found[0].payment.amount, Some(Cents::new(16_800)));
            assert_eq!(
                read(&serde_json::from_slice(&found[0].body).unwrap()),
                Some(found[0].payment.clone())
            );
        }
        let none = json!({"ResponseCode": "1001", "Response": [[]]});
        assert_eq!(judge_pull(&answer(200, &none)), Ok(Vec::new()));
        for (status, body) in [
            (200, json!({"fault": {"faultstring": "Spike arrest"}})),
            (429, json!({})),
            (200, json!("<html>")),
        ] {
            let judged = judge_pull(&answer(status, &body));
            assert!(matches!(judged, Err(PaybillError::NoAnswer(_))), "{body}");
        }
        let error = json!({"errorCode": "500.003.1001", "errorMessage": "Internal Server Error"});
        assert!(matches!(
            judge_pull(&answer(500, &error)),
            Err(PaybillError::Refused(_))
        ));
    }

    #[test]
    fn trap_36_a_registration_that_was_made_before_is_fine() {
        let done = json!({"OriginatorCoversationID": "1", "ResponseCode": "0", "ResponseDescription": "success"});
        assert!(matches!(
            judge_registration(&answer(200, &done)),
            Ok(Registered::Now(_))
        ));
        let before = json!({"requestId": "1", "errorCode": "500.003.1001", "errorMessage": "Urls are already registered."});
        assert!(matches!(
            judge_registration(&answer(500, &before)),
            Ok(Registered::Before(_))
        ));
        let other = json!({"requestId": "1", "errorCode": "500.003.1001", "errorMessage": "Duplicate notification info"});
        assert!(matches!(
            judge_registration(&answer(500, &other)),
            Err(PaybillError::Refused(_))
        ));
        for (code, expected) in [("1000", true), ("1001", false)] {
            let body =
                json!({"ResponseRefID": "1", "ResponseStatus": code, "ResponseDescription": "x"});
            let judged = judge_pull_registration(&answer(200, &body)).unwrap();
            assert_eq!(matches!(judged, Registered::Now(_)), expected, "{code}");
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(json) = serde_json::from_slice::<Value>(&body) {
                let _ = (read(&json), rows(&json));
            }
        }
    }
}
