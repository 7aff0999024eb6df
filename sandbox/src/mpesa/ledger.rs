//! The money at M-Pesa: one account for each number, and every payment with its receipt.
//!
//! An account is never below zero, and a receipt is never given twice.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::config::DarajaConfig;
use crate::dice::Dice;
use crate::number::Number;

/// Money that moved from a phone to the paybill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Payment {
    /// M-Pesa's receipt.
    pub receipt: String,
    /// Who paid.
    pub phone: Number,
    /// How much, in cents.
    pub amount_cents: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The account reference of the push.
    pub reference: String,
    /// The push that it belongs to.
    pub checkout_request_id: String,
}

/// What somebody has at M-Pesa.
pub(super) struct Account {
    pub(super) balance_cents: i64,
    pub(super) pin: String,
}

/// Why nothing was paid.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotPaid {
    WrongPin,
    NoFunds,
}

/// All accounts and payments.
pub(super) struct Ledger {
    opening_balance_cents: i64,
    opening_pin: String,
    accounts: BTreeMap<Number, Account>,
    payments: Vec<Payment>,
    receipts: BTreeSet<String>,
}

/// A payment that a phone's owner is asked for.
pub(super) struct Order<'a> {
    pub(super) phone: Number,
    pub(super) amount_cents: i64,
    pub(super) reference: &'a str,
    pub(super) checkout_request_id: &'a str,
}

impl Ledger {
    pub(super) fn new(config: &DarajaConfig) -> Self {
        Self {
            opening_balance_cents: config.opening_balance_cents,
            opening_pin: config.opening_pin.clone(),
            accounts: BTreeMap::new(),
            payments: Vec::new(),
            receipts: BTreeSet::new(),
        }
    }

    /// The account of a number, opened when first asked for.
    pub(super) fn account(&mut self, number: Number) -> &mut Account {
        self.accounts.entry(number).or_insert_with(|| Account {
            balance_cents: self.opening_balance_cents,
            pin: self.opening_pin.clone(),
        })
    }

    /// Moves the money if the PIN is right and the balance suffices.
    pub(super) fn pay(
        &mut self,
        order: &Order<'_>,
        pin: &str,
        at: DateTime<Utc>,
        dice: &Dice,
    ) -> Result<Payment, NotPaid> {
        let account = self.account(order.phone);
        if account.pin != pin {
            return Err(NotPaid::WrongPin);
        }
        if account.balance_cents < order.amount_cents {
            return Err(NotPaid::NoFunds);
        }
        account.balance_cents -= order.amount_cents;
        let payment = Payment {
            receipt: self.new_receipt(at, dice),
            phone: order.phone,
            amount_cents: order.amount_cents,
            at,
            reference: order.reference.to_owned(),
            checkout_request_id: order.checkout_request_id.to_owned(),
        };
        self.payments.push(payment.clone());
        Ok(payment)
    }

    pub(super) fn payments(&self) -> Vec<Payment> {
        self.payments.clone()
    }

    /// Whether this phone paid this amount since a moment.
    pub(super) fn has_paid_since(
        &self,
        phone: Number,
        amount_cents: i64,
        since: DateTime<Utc>,
    ) -> bool {
        let recent = self
            .payments
            .iter()
            .rev()
            .take_while(|payment| payment.at >= since);
        recent
            .into_iter()
            .any(|payment| payment.phone == phone && payment.amount_cents == amount_cents)
    }

    fn new_receipt(&mut self, at: DateTime<Utc>, dice: &Dice) -> String {
        loop {
            let receipt = dice.receipt(at);
            if self.receipts.insert(receipt.clone()) {
                return receipt;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(phone: Number, amount_cents: i64) -> Order<'static> {
        Order {
            phone,
            amount_cents,
            reference: "REF",
            checkout_request_id: "ws_CO_1",
        }
    }

    #[test]
    fn money_leaves_only_with_the_right_pin_and_enough_of_it() {
        let (mut ledger, dice) = (Ledger::new(&DarajaConfig::default()), Dice::new(Some(1)));
        let phone = Number::from_national(712_345_678).unwrap();
        let at = DateTime::from_timestamp(1_774_526_400, 0).unwrap();
        assert_eq!(
            ledger.pay(&order(phone, 100), "0000", at, &dice),
            Err(NotPaid::WrongPin)
        );
        assert_eq!(
            ledger.pay(&order(phone, 500_001), "1234", at, &dice),
            Err(NotPaid::NoFunds)
        );
        assert_eq!(ledger.account(phone).balance_cents, 500_000);
        let payment = ledger
            .pay(&order(phone, 500_000), "1234", at, &dice)
            .unwrap();
        assert_eq!(ledger.account(phone).balance_cents, 0);
        assert_eq!(ledger.payments(), [payment]);
        assert!(ledger.has_paid_since(phone, 500_000, at));
        assert!(!ledger.has_paid_since(phone, 100, at));
    }
}
