//! What an operator wants to know of the traffic with M-Pesa. Looks only.

use super::{App, AppError};
use crate::{
    core::time::Timestamp,
    store::{CallbackKind, Gate},
};

/// How the traffic with M-Pesa stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Until when and why payouts pause; `None`: they do not.
    pub pause: Option<(Timestamp, String)>,
    /// When the last push went out.
    pub push: Option<Timestamp>,
    /// When the last callback of a push came in.
    pub push_callback: Option<Timestamp>,
    /// When the last payout went out.
    pub payout: Option<Timestamp>,
    /// When the last result of a payout came in.
    pub payout_callback: Option<Timestamp>,
    /// When the paybill last told of a payment.
    pub confirmation: Option<Timestamp>,
}

impl App {
    /// How the traffic with M-Pesa stands.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn traffic(&self) -> Result<Traffic, AppError> {
        let now = self.clock().now();
        let mut tx = self.store().read().await?;
        Ok(Traffic {
            pause: tx.gate_shut(Gate::Payouts, now).await?,
            push: tx.last_push().await?,
            push_callback: tx.last_callback(CallbackKind::Stk).await?,
            payout: tx.last_payout().await?,
            payout_callback: tx.last_callback(CallbackKind::Payout).await?,
            confirmation: tx.last_callback(CallbackKind::C2bConfirmation).await?,
        })
    }
}
