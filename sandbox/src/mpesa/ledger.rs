//! The money at M-Pesa: one account for each number, the organisation's own, and every movement
//! between them with its receipt.
//!
//! An account is never below zero, a receipt is never given twice, and money is neither lost nor
//! made: `books` can show it at any moment.

mod kept;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::books::{Books, Movement, MovementKind};
use super::code;
use crate::clock;
use crate::config::DarajaConfig;
use crate::dice::Dice;
use crate::number::Number;

/// The most that anybody may have in M-Pesa, and the most that anybody may move in a day, in cents.
const LIMIT_CENTS: i64 = 50_000_000;

/// Money that moved from a phone to the paybill.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
pub struct Payment {
    /// M-Pesa's receipt.
    pub receipt: String,
    /// Who paid.
    pub phone: Number,
    /// How much, in cents.
    pub amount_cents: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The account reference of the push, or what the payer typed.
    pub reference: String,
    /// The push that it belongs to; empty for a payment from M-Pesa's own menu.
    pub checkout_request_id: String,
}

/// What somebody has at M-Pesa.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Account {
    balance_cents: i64,
    pub(super) pin: String,
    pub(super) is_registered: bool,
    /// Wrong PINs in a row.
    wrong_pins: u8,
}

/// How many wrong PINs lock an account.
const WRONG_LIMIT: u8 = 3;

impl Account {
    /// Sets the PIN, which unlocks the account too.
    pub(super) fn set_pin(&mut self, pin: &str) {
        pin.clone_into(&mut self.pin);
        self.wrong_pins = 0;
    }
}

/// Why nothing was paid.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotPaid {
    WrongPin,
    /// Too many wrong PINs came before.
    PinLocked,
    NoFunds,
    /// More than anybody may move in a day.
    DailyLimit,
}

/// All accounts and movements.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ledger {
    /// What new accounts get is the configuration's business, also after a state was loaded.
    #[serde(skip)]
    opening_balance_cents: i64,
    #[serde(skip)]
    opening_pin: String,
    accounts: BTreeMap<Number, Account>,
    utility_cents: i64,
    fees_cents: i64,
    issued_cents: i64,
    payments: Vec<Payment>,
    movements: Vec<Movement>,
    /// All receipts, each with the place of its movement; `None` while it is only reserved.
    receipts: BTreeMap<String, Option<usize>>,
    reversed: BTreeSet<String>,
}

/// A payment that a phone's owner is asked for, or makes.
pub(super) struct Order<'a> {
    pub(super) phone: Number,
    pub(super) amount_cents: i64,
    pub(super) reference: &'a str,
    pub(super) checkout_request_id: &'a str,
}

/// A payout that passed all checks but those of the accounts.
pub(super) struct PayoutOrder<'a> {
    pub(super) phone: Number,
    pub(super) amount_cents: i64,
    pub(super) fee_cents: i64,
    pub(super) originator: &'a str,
}

impl Ledger {
    pub(super) fn new(config: &DarajaConfig) -> Self {
        Self {
            opening_balance_cents: config.opening_balance_cents,
            opening_pin: config.opening_pin.clone(),
            accounts: BTreeMap::new(),
            utility_cents: config.organisation.opening_float_cents,
            fees_cents: 0,
            issued_cents: config.organisation.opening_float_cents,
            payments: Vec::new(),
            movements: Vec::new(),
            receipts: BTreeMap::new(),
            reversed: BTreeSet::new(),
        }
    }

    /// The account of a number, opened when first asked for.
    pub(super) fn account(&mut self, number: Number) -> &mut Account {
        self.accounts.entry(number).or_insert_with(|| {
            self.issued_cents += self.opening_balance_cents;
            Account {
                balance_cents: self.opening_balance_cents,
                pin: self.opening_pin.clone(),
                is_registered: true,
                wrong_pins: 0,
            }
        })
    }

    pub(super) fn balance_cents(&mut self, number: Number) -> i64 {
        self.account(number).balance_cents
    }

    /// Sets a balance by hand.
    pub(super) fn set_balance_cents(&mut self, number: Number, cents: i64) {
        let account = self.account(number);
        let added = cents - account.balance_cents;
        account.balance_cents = cents;
        self.issued_cents += added;
    }

    /// What the organisation can pay out of.
    pub(super) fn utility_cents(&self) -> i64 {
        self.utility_cents
    }

    /// What the organisation was charged so far.
    pub(super) fn fees_cents(&self) -> i64 {
        self.fees_cents
    }

    /// Sets what the organisation can pay out of by hand.
    pub(super) fn set_utility_cents(&mut self, cents: i64) {
        self.issued_cents += cents - self.utility_cents;
        self.utility_cents = cents;
    }

    /// Whether a payment could be made now; wrong PINs in a row lock the account.
    pub(super) fn check(
        &mut self,
        order: &Order<'_>,
        pin: &str,
        at: DateTime<Utc>,
    ) -> Result<(), NotPaid> {
        let has_moved = self.moved_on_day_of(order.phone, at);
        let account = self.account(order.phone);
        if account.wrong_pins >= WRONG_LIMIT {
            return Err(NotPaid::PinLocked);
        }
        if account.pin != pin {
            account.wrong_pins += 1;
            return Err(NotPaid::WrongPin);
        }
        account.wrong_pins = 0;
        if account.balance_cents < order.amount_cents {
            return Err(NotPaid::NoFunds);
        }
        if has_moved + order.amount_cents > LIMIT_CENTS {
            return Err(NotPaid::DailyLimit);
        }
        Ok(())
    }

    /// Moves the money if the PIN is right and the balance suffices.
    pub(super) fn pay(
        &mut self,
        order: &Order<'_>,
        pin: &str,
        at: DateTime<Utc>,
        dice: &Dice,
    ) -> Result<Payment, NotPaid> {
        self.check(order, pin, at)?;
        let receipt = self.reserve_receipt(at, dice);
        self.pay_as(order, receipt, at)
    }

    /// Moves the money under a receipt that was reserved; the PIN was checked before.
    pub(super) fn pay_as(
        &mut self,
        order: &Order<'_>,
        receipt: String,
        at: DateTime<Utc>,
    ) -> Result<Payment, NotPaid> {
        let account = self.account(order.phone);
        if account.balance_cents < order.amount_cents {
            return Err(NotPaid::NoFunds);
        }
        account.balance_cents -= order.amount_cents;
        self.utility_cents += order.amount_cents;
        let payment = Payment {
            receipt: receipt.clone(),
            phone: order.phone,
            amount_cents: order.amount_cents,
            at,
            reference: order.reference.to_owned(),
            checkout_request_id: order.checkout_request_id.to_owned(),
        };
        self.payments.push(payment.clone());
        self.book(Movement {
            receipt,
            kind: MovementKind::Payment,
            phone: order.phone,
            amount_cents: order.amount_cents,
            fee_cents: 0,
            reference: order.reference.to_owned(),
            at,
        });
        Ok(payment)
    }

    /// Pays somebody from the utility account, which bears the fee; otherwise the result code.
    pub(super) fn pay_out(
        &mut self,
        order: &PayoutOrder<'_>,
        at: DateTime<Utc>,
        dice: &Dice,
    ) -> Result<Movement, &'static str> {
        let has_moved = self.moved_on_day_of(order.phone, at);
        let account = self.account(order.phone);
        if !account.is_registered {
            return Err(code::NOT_REGISTERED);
        }
        if account.balance_cents + order.amount_cents > LIMIT_CENTS {
            return Err(code::BALANCE_LIMIT);
        }
        if has_moved + order.amount_cents > LIMIT_CENTS {
            return Err(code::DAILY_LIMIT);
        }
        if self.utility_cents < order.amount_cents + order.fee_cents {
            return Err(code::NO_FUNDS);
        }
        self.utility_cents -= order.amount_cents + order.fee_cents;
        self.fees_cents += order.fee_cents;
        self.account(order.phone).balance_cents += order.amount_cents;
        let receipt = self.reserve_receipt(at, dice);
        Ok(self.book(Movement {
            receipt,
            kind: MovementKind::Payout,
            phone: order.phone,
            amount_cents: order.amount_cents,
            fee_cents: order.fee_cents,
            reference: order.originator.to_owned(),
            at,
        }))
    }

    /// Gives a payment, or a part of it, back to its phone; otherwise the result code.
    pub(super) fn reverse(
        &mut self,
        receipt: &str,
        amount_cents: i64,
        at: DateTime<Utc>,
        dice: &Dice,
    ) -> Result<Movement, &'static str> {
        let original = self.movement(receipt).cloned();
        let original = original
            .filter(|movement| movement.kind == MovementKind::Payment)
            .filter(|movement| amount_cents <= movement.amount_cents)
            .ok_or(code::NO_SUCH_ORIGINAL)?;
        if self.reversed.contains(receipt) {
            return Err(code::ALREADY_REVERSED);
        }
        if self.utility_cents < amount_cents {
            return Err(code::NO_FUNDS);
        }
        self.utility_cents -= amount_cents;
        self.account(original.phone).balance_cents += amount_cents;
        self.reversed.insert(receipt.to_owned());
        let own = self.reserve_receipt(at, dice);
        Ok(self.book(Movement {
            receipt: own,
            kind: MovementKind::Reversal,
            phone: original.phone,
            amount_cents,
            fee_cents: 0,
            reference: receipt.to_owned(),
            at,
        }))
    }

    pub(super) fn payments(&self) -> Vec<Payment> {
        self.payments.clone()
    }

    pub(super) fn movements(&self) -> Vec<Movement> {
        self.movements.clone()
    }

    /// The movement of a receipt.
    pub(super) fn movement(&self, receipt: &str) -> Option<&Movement> {
        let place = self.receipts.get(receipt).copied().flatten()?;
        self.movements.get(place)
    }

    /// Everything that moved, and what everybody has.
    pub(super) fn books(&self) -> Books {
        let mut books = Books::of(&self.movements);
        for (number, account) in &self.accounts {
            books.phones.entry(*number).or_default().balance_cents = account.balance_cents;
        }
        books.utility_cents = self.utility_cents;
        books.issued_cents = self.issued_cents;
        books
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

    /// A receipt that nothing else will get.
    pub(super) fn reserve_receipt(&mut self, at: DateTime<Utc>, dice: &Dice) -> String {
        loop {
            let receipt = dice.receipt(at);
            if !self.receipts.contains_key(&receipt) {
                self.receipts.insert(receipt.clone(), None);
                return receipt;
            }
        }
    }

    /// What a phone moved on the day of a moment in Nairobi, both ways, in cents.
    fn moved_on_day_of(&self, phone: Number, at: DateTime<Utc>) -> i64 {
        let day = clock::eat(at).date_naive();
        self.movements
            .iter()
            .rev()
            .take_while(|movement| clock::eat(movement.at).date_naive() == day)
            .filter(|movement| movement.phone == phone)
            .map(|movement| movement.amount_cents)
            .sum()
    }

    fn book(&mut self, movement: Movement) -> Movement {
        self.receipts
            .insert(movement.receipt.clone(), Some(self.movements.len()));
        self.movements.push(movement.clone());
        movement
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
        assert_eq!(ledger.balance_cents(phone), 500_000);
        let payment = ledger
            .pay(&order(phone, 500_000), "1234", at, &dice)
            .unwrap();
        assert_eq!(ledger.balance_cents(phone), 0);
        assert_eq!(ledger.payments(), [payment]);
        assert!(ledger.has_paid_since(phone, 500_000, at));
        assert!(!ledger.has_paid_since(phone, 100, at));
    }
}
