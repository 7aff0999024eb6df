//! What moved at M-Pesa, told so that it can be compared with somebody else's books.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::number::Number;

/// Which way money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
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
    pub(crate) fn of(movements: &[Movement]) -> Self {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::config::DarajaConfig;
    use crate::dice::Dice;
    use crate::mpesa::ledger::{Ledger, Order, PayoutOrder};

    fn payment(phone: Number, amount_cents: i64) -> Order<'static> {
        Order {
            phone,
            amount_cents,
            reference: "REF",
            checkout_request_id: "ws_CO_1",
        }
    }

    /// Something that happens to the money; phones by index, amounts in cents.
    #[derive(Debug, Clone)]
    enum Event {
        Pay(u32, i64, bool),
        PayOut(u32, i64, i64),
        Reverse(usize, i64),
        SetBalance(u32, i64),
        SetUtility(i64),
    }

    fn event() -> impl Strategy<Value = Event> {
        let amount = 1_i64..60_000_000;
        prop_oneof![
            (0..4_u32, amount.clone(), any::<bool>()).prop_map(|(p, a, pin)| Event::Pay(p, a, pin)),
            (0..4_u32, amount.clone(), 0..2_000_i64).prop_map(|(p, a, f)| Event::PayOut(p, a, f)),
            (0..8_usize, amount.clone()).prop_map(|(n, a)| Event::Reverse(n, a)),
            (0..4_u32, 0..60_000_000_i64).prop_map(|(p, a)| Event::SetBalance(p, a)),
            (0..100_000_000_i64).prop_map(Event::SetUtility),
        ]
    }

    proptest! {
        #[test]
        fn no_shilling_is_lost_or_made(events in prop::collection::vec(event(), 1..60)) {
            let (mut ledger, dice) = (Ledger::new(&DarajaConfig::default()), Dice::new(Some(1)));
            let at = DateTime::from_timestamp(1_774_526_400, 0).unwrap();
            let phone = |index: u32| Number::safaricom(index);
            for event in events {
                match event {
                    Event::Pay(p, amount, is_right) => {
                        let pin = if is_right { "1234" } else { "0000" };
                        let _ = ledger.pay(&payment(phone(p), amount), pin, at, &dice);
                    }
                    Event::PayOut(p, amount_cents, fee_cents) => {
                        let order = PayoutOrder { phone: phone(p), amount_cents, fee_cents, originator: "W1" };
                        let _ = ledger.pay_out(&order, at, &dice);
                    }
                    Event::Reverse(n, amount) => {
                        let receipt = ledger.payments().get(n).map(|payment| payment.receipt.clone());
                        let _ = ledger.reverse(&receipt.unwrap_or_default(), amount, at, &dice);
                    }
                    Event::SetBalance(p, cents) => ledger.set_balance_cents(phone(p), cents),
                    Event::SetUtility(cents) => ledger.set_utility_cents(cents),
                }
                let books = ledger.books();
                prop_assert_eq!(books.difference_cents(), 0);
                prop_assert!(books.utility_cents >= 0);
                prop_assert!(books.phones.values().all(|phone| phone.balance_cents >= 0));
                prop_assert!(books.reversed_cents <= books.paid_in_cents);
                let receipts: BTreeSet<_> = ledger.movements().into_iter().map(|m| m.receipt).collect();
                prop_assert_eq!(receipts.len(), ledger.movements().len());
            }
        }
    }
}
