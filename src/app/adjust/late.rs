//! Closing late payouts: M-Pesa paid them after their money had gone back to the wallet, so that they stand
//! against suspense until somebody makes them good, once: the player, as far as the wallet holds, or the
//! house.

use super::{AdjustError, Wanted};
use crate::{
    app::{App, AppError},
    core::{
        adjustment::Kind,
        ids::{AdjustmentId, WithdrawalId},
        operator::By,
        payment::withdrawal::State,
        time::Timestamp,
    },
    store::{Adjustment, Claim, Tx},
};

impl App {
    /// Closes a late payout: booked at once, or proposed where somebody else has to approve it. The same
    /// form again changes nothing and gives what became of it.
    ///
    /// # Errors
    /// When it is no late payout, somebody closed it before, or the database does not answer.
    pub async fn close_late_payout(
        &self,
        id: AdjustmentId,
        withdrawal: WithdrawalId,
        kind: Kind,
        by: &By,
    ) -> Result<Adjustment, AdjustError> {
        let now = self.clock().now();
        let close = |tx| self.close_in(tx, id, withdrawal, kind, by, now);
        let made = self.store().transact(close).await?;
        self.wake(Claim::Sms);
        tracing::info!(adjustment = %made.id, %withdrawal, kind = made.kind.name(),
            state = made.state.name(), actor = by.actor.name(), "late payout closed");
        Ok(made)
    }

    async fn close_in(
        &self,
        mut tx: Tx,
        id: AdjustmentId,
        withdrawal: WithdrawalId,
        kind: Kind,
        by: &By,
        now: Timestamp,
    ) -> Result<(Tx, Adjustment), AdjustError> {
        if !kind.is_of_late_payout() {
            return Err(AdjustError::Senseless);
        }
        tx.serialise_withdrawal(withdrawal).await?;
        let late = tx.withdrawal(withdrawal).await?;
        let late = late.filter(|late| late.state == State::Failed && late.receipt.is_some());
        let late = late.ok_or(AdjustError::NotLate)?;
        let wanted = Wanted {
            id,
            kind,
            player: Some(late.player),
            withdrawal: Some(withdrawal),
            amount: late.quote.payout,
        };
        self.propose_in(tx, &wanted, by, now).await
    }

    /// The correction that closes a late payout: booked, or waiting for a second person.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn closing_of(
        &self,
        withdrawal: WithdrawalId,
    ) -> Result<Option<Adjustment>, AppError> {
        Ok(self.store().read().await?.closing_of(withdrawal).await?)
    }
}
