//! What Pull answered, as rows of a statement.

use std::io::Read;

use serde_json::Value;

use super::{Unreadable, cells::Times};
use crate::{
    core::payment::reconcile::{Kind, Place, Row, Way},
    ports::PulledRow,
    provider::daraja::{client::text_of, paybill},
};

/// The largest list that is taken, in bytes.
const MAX_BYTES: u64 = 256 * 1_024 * 1_024;

/// Names of the time: of Pull, of a confirmation.
const TIME: [&str; 2] = ["trxDate", "TransTime"];

/// Reads the payments of a file that holds what Pull answered, or one row of it as the raw inbox
/// keeps it.
pub fn pulled(file: impl Read) -> Result<Vec<Row>, Unreadable> {
    let json = serde_json::from_reader(file.take(MAX_BYTES));
    let json: Value = json.map_err(|error| Unreadable::Json(error.to_string()))?;
    let found = paybill::rows(&json);
    if found.is_empty() && !is_empty_answer(&json) {
        return Err(Unreadable::Json(
            "this is JSON without a payment in it (transactionId, trxDate, amount)".into(),
        ));
    }
    let numbered = (1_u64..).zip(&found);
    numbered
        .map(|(number, row)| read_pulled_row(row, number))
        .collect()
}

/// "No transactions" is an answer too.
fn is_empty_answer(json: &Value) -> bool {
    let code = json.get("ResponseCode").and_then(text_of);
    matches!(code.as_deref(), Some("1000" | "1001" | "0" | "00"))
}

/// A pulled payment as a row of a statement; `number` is its place in the list.
///
/// # Errors
/// When its receipt, time or amount cannot be read.
pub fn read_pulled_row(pulled: &PulledRow, number: u64) -> Result<Row, Unreadable> {
    let bad = |why| Unreadable::Payment { number, why };
    let payment = &pulled.payment;
    let json: Value = serde_json::from_slice(&pulled.body).unwrap_or_default();
    let field = |name: &str| json.get(name).and_then(text_of).unwrap_or_default();
    let time = TIME
        .iter()
        .map(|name| field(name))
        .find(|time| !time.is_empty());
    let at = Times::default().read(time.unwrap_or_default().trim());
    let at = at.map_err(|_| bad("its time (trxDate) cannot be read"))?;
    let amount = payment.amount;
    Ok(Row {
        place: Place {
            source: 0,
            line: number,
        },
        receipt: payment
            .receipt
            .clone()
            .ok_or_else(|| bad("its receipt (transactionId) cannot be read"))?,
        at,
        kind: Kind::Payment,
        way: Way::In,
        amount: amount.ok_or_else(|| bad("its amount cannot be read"))?,
        label: field("transactiontype"),
        status: "Completed".into(),
        account: payment.account.chars().take(super::MAX_TEXT).collect(),
        party: field("msisdn").chars().take(super::MAX_TEXT).collect(),
        linked: None,
        conversation: None,
    })
}
