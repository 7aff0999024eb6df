//! What the ledger says that M-Pesa holds for us, and what is on its way between the two.

use super::{StoreError, Tx};
use crate::core::{money::Cents, payment::balance::UnderWay, time::Timestamp};

impl Tx {
    /// What is on its way between M-Pesa and the ledger, as far as rows know. To be read before
    /// [`Tx::cash_at_mpesa`]: what is booked in between then explains too much rather than too little.
    pub async fn money_under_way(&mut self) -> Result<UnderWay, StoreError> {
        // Flagged ones wait for the operator, not for M-Pesa: what they hide is a finding.
        let deposits = fetch_optional!(
            self,
            (i64,),
            "select cast(coalesce(sum(requested_cents), 0) as bigint) from deposit
            where state = 'pushed' and flagged = 0"
        )?;
        let payouts = fetch_optional!(
            self,
            (i64,),
            "select cast(coalesce(sum(payout_cents), 0) as bigint) from withdrawal
            where (state in ('sent', 'unknown') or (state = 'requested' and doubtful = 1))
                and flagged = 0"
        )?;
        let payments = fetch_optional!(
            self,
            (i64,),
            "select cast(count(*) as bigint) from callback
            where due_at_ms is not null and state = 'new'
                and kind in ('c2b_confirmation', 'c2b_pull')"
        )?;
        let cents = |row: Option<(i64,)>| row.map_or(Cents::ZERO, |(cents,)| Cents::new(cents));
        Ok(UnderWay {
            deposits: cents(deposits),
            payouts: cents(payouts),
            payments: payments.map_or(0, |(count,)| count),
            ..UnderWay::default()
        })
    }

    /// What the ledger says that M-Pesa holds, M-Pesa's charges not looked at.
    pub async fn cash_at_mpesa(&mut self) -> Result<Cents, StoreError> {
        let (came_in, went_out) = self.moved_at_mpesa(Timestamp::from_ms(0)).await?;
        let corrupt = || StoreError::corrupt("transfer", "mpesa", "the sum does not fit");
        came_in.minus(went_out).ok_or_else(corrupt)
    }

    /// What the ledger says that came in from M-Pesa, and went out to it, from `since` on.
    pub async fn moved_at_mpesa(&mut self, since: Timestamp) -> Result<(Cents, Cents), StoreError> {
        let row = fetch_optional!(
            self,
            (i64, i64),
            "select
                cast(coalesce(sum(case when from_account = 'mpesa' then amount_cents else 0 end), 0)
                    as bigint),
                cast(coalesce(sum(case when to_account = 'mpesa' then amount_cents else 0 end), 0)
                    as bigint)
            from transfer
            where at_ms >= $1 and (from_account = 'mpesa' or to_account = 'mpesa')",
            since.ms()
        )?;
        let (came_in, went_out) = row.unwrap_or_default();
        Ok((Cents::new(came_in), Cents::new(went_out)))
    }
}
