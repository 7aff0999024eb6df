//! The organisation's statement as its portal exports it: a CSV file with lines about the account
//! first, then every movement of a time, the newest first, each charge in a row of its own.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::{Movement, MovementKind};
use crate::clock;
use crate::world::World;

/// The column names of the portal.
const NAMES: [&str; 13] = [
    "Receipt No.",
    "Completion Time",
    "Initiation Time",
    "Details",
    "Transaction Status",
    "Paid In",
    "Withdrawn",
    "Balance",
    "Balance Confirmed",
    "Reason Type",
    "Other Party Info",
    "Linked Transaction ID",
    "A/C No.",
];

/// What everybody is called.
const CUSTOMER: &str = "SANDBOX CUSTOMER";

/// The time of a statement, in East Africa Time; the day under way where nothing is said.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// The first second.
    #[param(example = "2026-11-22 00:00:00")]
    from: Option<String>,
    /// The last second.
    #[param(example = "2026-11-22 23:59:59")]
    until: Option<String>,
}

/// The statement of the utility account, as M-Pesa's portal exports it; of the day under way
#[utoipa::path(get, path = "/api/statement.csv", tag = "money", params(Asked),
    responses((status = 200, description = "The statement", body = String, content_type = "text/csv"),
        (status = 400, description = "A time cannot be read")))]
pub(crate) async fn statement(
    State(world): State<Arc<World>>,
    Query(asked): Query<Asked>,
) -> Response {
    let now = world.clock.now();
    let midnight = clock::eat(now)
        .date_naive()
        .and_time(chrono::NaiveTime::MIN);
    let midnight = midnight.and_utc() - TimeDelta::hours(3);
    let read = |text: Option<String>, otherwise: DateTime<Utc>| match text {
        None => Some(otherwise),
        Some(text) => NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S")
            .ok()
            .map(|shown| shown.and_utc() - TimeDelta::hours(3)),
    };
    let last = midnight + TimeDelta::days(1) - TimeDelta::seconds(1);
    let (Some(from), Some(until)) = (read(asked.from, midnight), read(asked.until, last)) else {
        let error = "from and until are written 2026-11-22 00:00:00";
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    };
    let kind = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
    (kind, csv(&world, from, until)).into_response()
}

/// The statement from one second to another, both in it.
pub(crate) fn csv(world: &World, from: DateTime<Utc>, until: DateTime<Utc>) -> String {
    let mut balance = world.mpesa.utility_cents();
    let mut rows = Vec::new();
    let (mut closing, mut opening) = (None, balance);
    for movement in world.mpesa.movements().iter().rev() {
        let second = movement.at.timestamp();
        let is_in = (from.timestamp()..=until.timestamp()).contains(&second);
        if is_in {
            closing.get_or_insert(balance);
        }
        for row in rows_of(movement) {
            if is_in {
                rows.push(row.line(balance));
            }
            balance -= row.paid_in - row.withdrawn;
        }
        if second >= from.timestamp() {
            opening = balance;
        }
    }
    let mut file = String::new();
    let mut line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        let _ = write!(file, "{}\r\n", cells.join(","));
    };
    let pair = |name: &str, value: String| [name.to_owned(), value];
    let config = &world.config.daraja;
    line(&pair("Organization Name:", config.business.clone()));
    line(&pair("Short Code:", config.shortcode.clone()));
    line(&pair("Account:", "Utility Account".to_owned()));
    let period = format!("From {} To {}", shown(from), shown(until));
    line(&pair("Time Period:", period));
    line(&pair("Opening Balance:", money(opening)));
    line(&pair("Closing Balance:", money(closing.unwrap_or(opening))));
    line(&[String::new()]);
    line(&NAMES.map(str::to_owned));
    for row in rows {
        line(&row);
    }
    file
}

/// A row before it is written.
struct Row {
    receipt: String,
    at: String,
    details: String,
    reason: &'static str,
    paid_in: i64,
    withdrawn: i64,
    party: String,
    linked: String,
    account: String,
}

impl Row {
    fn line(&self, balance: i64) -> [String; NAMES.len()] {
        let amount = |cents: i64| match cents {
            0 => String::new(),
            cents => money(cents),
        };
        [
            self.receipt.clone(),
            self.at.clone(),
            self.at.clone(),
            self.details.clone(),
            "Completed".to_owned(),
            amount(self.paid_in),
            // The portal writes what goes out below zero.
            amount(-self.withdrawn),
            money(balance),
            "true".to_owned(),
            self.reason.to_owned(),
            self.party.clone(),
            self.linked.clone(),
            self.account.clone(),
        ]
    }
}

/// The rows of a movement, the newest first: its charge has its receipt.
fn rows_of(movement: &Movement) -> Vec<Row> {
    let digits = movement.phone.digits().to_string();
    let masked = format!(
        "{}****{} - {CUSTOMER}",
        &digits[..4],
        &digits[digits.len() - 3..]
    );
    let whole = format!("{digits} - {CUSTOMER}");
    let reference = &movement.reference;
    let row = |details, reason, [paid_in, withdrawn]: [i64; 2], party: &str| Row {
        receipt: movement.receipt.clone(),
        at: shown(movement.at),
        details,
        reason,
        paid_in,
        withdrawn,
        party: party.to_owned(),
        linked: String::new(),
        account: String::new(),
    };
    let amount = movement.amount_cents;
    match movement.kind {
        MovementKind::Payment => {
            let details = format!("Pay Bill from {masked} Acc. {reference}");
            vec![Row {
                account: reference.clone(),
                ..row(details, "Pay Bill Online", [amount, 0], &masked)
            }]
        }
        MovementKind::Payout => {
            let details = format!(
                "Business Payment to {whole} via API. Original conversation ID is {reference}."
            );
            let paid = row(details, "Business Payment to Customer", [0, amount], &whole);
            let fee = movement.fee_cents;
            let name = "Business Payment Charge";
            let charge = (fee > 0).then(|| row(name.to_owned(), name, [0, fee], ""));
            charge.into_iter().chain([paid]).collect()
        }
        MovementKind::Reversal => {
            let name = "Pay Utility Reversal";
            vec![Row {
                linked: reference.clone(),
                ..row(format!("{name} by API"), name, [0, amount], &masked)
            }]
        }
    }
}

/// `22-11-2026 12:00:07`, in East Africa Time.
fn shown(at: DateTime<Utc>) -> String {
    clock::eat(at).format("%d-%m-%Y %H:%M:%S").to_string()
}

/// `-1,250.50`.
fn money(cents: i64) -> String {
    let digits = (cents.unsigned_abs() / 100).to_string();
    let mut text = String::from(if cents < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let _ = write!(text, ".{:02}", cents.unsigned_abs() % 100);
    text
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_cells_are_written_as_the_portal_writes_them() {
        assert_eq!(money(125_050), "1,250.50");
        assert_eq!(money(-50_000), "-500.00");
        assert_eq!(money(5), "0.05");
        assert_eq!(quoted("a \"b\", c"), "\"a \"\"b\"\", c\"");
    }
}
