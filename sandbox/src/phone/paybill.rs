//! Paying to the paybill from M-Pesa's own menu on the SIM: account number, amount, PIN.

use super::{Phone, PhoneError};
use crate::mpesa::{PaybillOrder, PaybillResult, pay_to_paybill};

impl Phone {
    /// Pays to the paybill: the account number as typed (20 characters at most), the amount in
    /// cents, the PIN. Returns what M-Pesa made of it, after the money moved and before the service
    /// is told.
    pub async fn pay_to_paybill(
        &self,
        account: &str,
        amount_cents: i64,
        pin: &str,
    ) -> Result<PaybillResult, PhoneError> {
        let _running = self.world.clock.running();
        self.state.read(|inner| {
            if !inner.is_reachable() {
                Err(PhoneError::NoSignal)
            } else if inner.session.is_some() {
                Err(PhoneError::SessionOpen)
            } else if inner.prompt.is_some() {
                Err(PhoneError::PromptOpen)
            } else {
                Ok(())
            }
        })?;
        let order = PaybillOrder {
            phone: self.number(),
            amount_cents,
            account: account.to_owned(),
        };
        Ok(pay_to_paybill(&self.world, &order, Some(pin)).await)
    }
}
