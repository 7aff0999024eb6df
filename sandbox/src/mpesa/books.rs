//! What moved at M-Pesa, told so that it can be compared with somebody else's books.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::number::Number;

/// Which way money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// From a phone to the organisation: a push, or a payment to the paybill.
    Payment,
    /// From the organisation to a phone.
    Payout,
    /// A payment, or a part of it, back to its phone.
    Reversal,
}

/// Money that moved between a phone and the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Movement {
    /// M-Pesa's receipt.
    pub receipt: String,
    /// Which way.
    pub kind: MovementKind,
    /// Whose phone.
    pub phone: Number,
    /// How much, in cents; always above zero.
    pub amount_cents: i64,
    /// What the organisation was charged for it, in cents.
    pub fee_cents: i64,
    /// The account reference of a payment, the originator id of a payout, the original receipt of
    /// a reversal.
    pub reference: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// The books of M-Pesa, in cents. What everybody has is what was ever put in: see
/// [`difference_cents`](Self::difference_cents).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Books {
    /// Everybody who has used M-Pesa.
    pub phones: BTreeMap<Number, PhoneBooks>,
    /// What the organisation can pay out of.
    pub utility_cents: i64,
    /// What phones paid to the organisation.
    pub paid_in_cents: i64,
    /// What it paid to phones, without fees.
    pub paid_out_cents: i64,
    /// What of the payments was reversed.
    pub reversed_cents: i64,
    /// What M-Pesa charged it.
    pub fees_cents: i64,
    /// What was put into M-Pesa from outside: opening balances, the opening float, and what a hand
    /// added or took since.
    pub issued_cents: i64,
}

/// The books of one phone, in cents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PhoneBooks {
    /// What it has now.
    pub balance_cents: i64,
    /// What it paid to the organisation.
    pub paid_cents: i64,
    /// What it was paid.
    pub received_cents: i64,
    /// What came back of its payments.
    pub reversed_cents: i64,
}

impl Books {
    /// What is missing (below zero) or too much; 0 when no shilling was lost or made.
    #[must_use]
    pub fn difference_cents(&self) -> i64 {
        let phones: i64 = self.phones.values().map(|phone| phone.balance_cents).sum();
        phones + self.utility_cents + self.fees_cents - self.issued_cents
    }

    /// The books that follow from a list of movements, without balances.
    pub(super) fn of(movements: &[Movement]) -> Self {
        let mut books = Self {
            phones: BTreeMap::new(),
            utility_cents: 0,
            paid_in_cents: 0,
            paid_out_cents: 0,
            reversed_cents: 0,
            fees_cents: 0,
            issued_cents: 0,
        };
        for movement in movements {
            let phone = books.phones.entry(movement.phone).or_default();
            let (of_phone, of_all) = match movement.kind {
                MovementKind::Payment => (&mut phone.paid_cents, &mut books.paid_in_cents),
                MovementKind::Payout => (&mut phone.received_cents, &mut books.paid_out_cents),
                MovementKind::Reversal => (&mut phone.reversed_cents, &mut books.reversed_cents),
            };
            *of_phone += movement.amount_cents;
            *of_all += movement.amount_cents;
            books.fees_cents += movement.fee_cents;
        }
        books
    }
}
