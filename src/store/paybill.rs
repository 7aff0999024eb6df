//! Payments to the paybill, which nobody asked for by the menu, and what limits deposits.

use super::{
    StoreError, Tx,
    engine::{expect_rows, parse},
};
use crate::core::{
    ids::{DepositId, PlayerId},
    money::Cents,
    time::Timestamp,
};

impl Tx {
    /// The deposit with a reference, which the prompt of its push shows.
    pub async fn deposit_of_reference(
        &mut self,
        reference: &str,
    ) -> Result<Option<DepositId>, StoreError> {
        let row = fetch_optional!(
            self,
            (String,),
            "select id from deposit where reference = $1",
            reference
        )?;
        row.map(|(id,)| parse("deposit", "id", &id)).transpose()
    }

    /// Adds a deposit that was paid without being asked for: what came in is what was requested and
    /// credited.
    pub async fn add_paid_deposit(
        &mut self,
        id: DepositId,
        player: PlayerId,
        receipt: &str,
        amount: Cents,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let inserted = execute!(
            self,
            "insert into deposit (id, player_id, reference, state, requested_cents,
                credited_cents, receipt, requested_at_ms)
            values ($1, $2, $3, 'paid', $4, $4, $5, $6)",
            id.to_string(),
            player.to_string(),
            id.reference(),
            amount.get(),
            receipt,
            now.ms()
        )?;
        self.tally.deposits("paid", inserted);
        expect_rows(inserted, 1, "deposit", id)
    }

    /// What was booked of a payment: credited and parked together. `None`: nothing was.
    pub async fn amount_of_receipt(&mut self, receipt: &str) -> Result<Option<Cents>, StoreError> {
        let rows = fetch_all!(
            self,
            (i64,),
            "select amount_cents from transfer where cause in ($1, $2)",
            format!("receipt:{receipt}"),
            format!("excess:{receipt}")
        )?;
        let sum = rows
            .iter()
            .try_fold(Cents::ZERO, |sum, (cents,)| sum.plus(Cents::new(*cents)));
        let sum = sum.ok_or_else(|| StoreError::corrupt("transfer", receipt, "amount"))?;
        Ok((!rows.is_empty()).then_some(sum))
    }

    /// Marks the deposit of a receipt for the operator's eyes, if there is one.
    pub async fn flag_deposit_of_receipt(
        &mut self,
        receipt: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "update deposit set flagged = 1, flagged_at_ms = coalesce(flagged_at_ms, $2)
            where receipt = $1",
            receipt,
            now.ms()
        )?;
        Ok(())
    }

    /// A payment that is parked was told of with another amount: says so to the operator, who sees it
    /// in the list. Twice is once.
    pub async fn note_other_amount(
        &mut self,
        receipt: &str,
        told: Cents,
    ) -> Result<(), StoreError> {
        let note = format!(", also told of with {told}");
        execute!(
            self,
            "update parked set reason = reason || $2
            where cause in ($3, $4) and assigned_to is null and returned_at_ms is null
                and reason not like '%' || $2 || '%'
                and receipt = $1",
            receipt,
            note.as_str(),
            format!("receipt:{receipt}"),
            format!("excess:{receipt}")
        )?;
        Ok(())
    }

    /// M-Pesa confirmed the whole amount of a payment whose excess is parked: says so to the
    /// operator, who sees it in the list. Twice is once.
    pub async fn confirm_excess(&mut self, receipt: &str) -> Result<(), StoreError> {
        execute!(
            self,
            "update parked set reason = reason || ', the amount is confirmed'
            where cause = $1 and assigned_to is null and returned_at_ms is null
                and reason not like '%, the amount is confirmed'",
            format!("excess:{receipt}")
        )?;
        Ok(())
    }

    /// A deposit is paid, as a query says, and nobody can tell its receipt.
    pub async fn note_missing_receipt(&mut self, id: DepositId) -> Result<(), StoreError> {
        execute!(
            self,
            "update deposit set failure = 'receipt_missing' where id = $1 and state = 'pushed'",
            id.to_string()
        )?;
        Ok(())
    }

    /// What a player deposited since an instant: what is paid, and what is asked for and still open.
    pub async fn deposited_since(
        &mut self,
        player: PlayerId,
        since: Timestamp,
    ) -> Result<Cents, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select cast(coalesce(sum(case state
                when 'paid' then credited_cents
                when 'failed' then 0
                else requested_cents end), 0) as bigint)
            from deposit
            where player_id = $1 and requested_at_ms >= $2",
            player.to_string(),
            since.ms()
        )?;
        Ok(Cents::new(row.map_or(0, |(cents,)| cents)))
    }

    /// When a push for just this amount last went to a player, paid or still open; after `since`.
    pub async fn same_amount_at(
        &mut self,
        player: PlayerId,
        amount: Cents,
        since: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select pushed_at_ms from deposit
            where player_id = $1 and requested_cents = $2 and state in ('pushed', 'paid')
                and pushed_at_ms > $3
            order by pushed_at_ms desc
            limit 1",
            player.to_string(),
            amount.get(),
            since.ms()
        )?;
        Ok(row.map(|(ms,)| Timestamp::from_ms(ms)))
    }
}
