//! A ledger that was kept in a state: whether it is whole, and what jobs look for in it.

use chrono::{DateTime, Utc};

use super::{Ledger, Payment};
use crate::config::DarajaConfig;
use crate::mpesa::books::{Movement, MovementKind};

impl Ledger {
    /// The same with the configuration's opening balance and PIN, if the books are whole; otherwise
    /// what is wrong with them.
    pub(in crate::mpesa) fn restored(self, config: &DarajaConfig) -> Result<Self, String> {
        let accounts = self.accounts.values().map(|account| account.balance_cents);
        let moved = (self.movements.iter()).flat_map(|one| [one.amount_cents, one.fee_cents]);
        let whole = [self.utility_cents, self.fees_cents, self.issued_cents];
        let figures = accounts.chain(moved).chain(whole);
        let sum: i128 = figures.map(|cents| i128::from(cents).abs()).sum();
        if sum > i128::from(i64::MAX / 4) {
            return Err("there is more money than there can be".to_owned());
        }
        let difference = self.books().difference_cents();
        if difference != 0 {
            return Err(format!("the books do not add up: {difference} cents"));
        }
        if self.utility_cents < 0 || self.accounts.values().any(|one| one.balance_cents < 0) {
            return Err("an account is below zero".to_owned());
        }
        for (place, movement) in self.movements.iter().enumerate() {
            if self.receipts.get(&movement.receipt) != Some(&Some(place)) {
                return Err(format!(
                    "the receipt {} is not its movement's",
                    movement.receipt
                ));
            }
        }
        if self.receipts.values().flatten().count() != self.movements.len() {
            return Err("a receipt has no movement".to_owned());
        }
        Ok(Self {
            opening_balance_cents: config.opening_balance_cents,
            opening_pin: config.opening_pin.clone(),
            ..self
        })
    }

    /// The payment of a receipt.
    pub(in crate::mpesa) fn payment(&self, receipt: &str) -> Option<&Payment> {
        self.payments
            .iter()
            .find(|payment| payment.receipt == receipt)
    }

    /// The reversal of a payment, if it was made at this moment or later.
    pub(in crate::mpesa) fn reversal_of(
        &self,
        receipt: &str,
        since: DateTime<Utc>,
    ) -> Option<&Movement> {
        self.movements.iter().rev().find(|movement| {
            movement.kind == MovementKind::Reversal
                && movement.reference == receipt
                && movement.at >= since
        })
    }
}
