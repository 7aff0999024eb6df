//! Transfers and parked payments.

use serde_json::json;

use super::{
    StoreError, Tx,
    engine::{expect_rows, parse},
};
use crate::core::{
    ids::{ParkedId, PlayerId},
    ledger::Transfer,
    money::Cents,
    time::Timestamp,
};

/// What became of transfers that were to be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Booked {
    /// They are booked now.
    Now,
    /// Their causes were booked before; nothing happened.
    Before,
}

/// A payment that waits in `suspense` for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The id.
    pub id: ParkedId,
    /// The M-Pesa receipt.
    pub receipt: String,
    /// How much.
    pub amount: Cents,
    /// Why it could not be credited.
    pub reason: String,
}

impl Tx {
    /// Books transfers: all of them, or none when they were booked before.
    ///
    /// # Errors
    /// [`StoreError::Overdrawn`] when a wallet does not hold what leaves it.
    pub async fn book(
        &mut self,
        transfers: &[Transfer],
        now: Timestamp,
    ) -> Result<Booked, StoreError> {
        if transfers.is_empty() {
            return Ok(Booked::Now);
        }
        let rows: Vec<_> = transfers
            .iter()
            .map(|transfer| {
                json!({
                    "cause": transfer.cause,
                    "reason": transfer.reason.name(),
                    "from": transfer.from.to_string(),
                    "to": transfer.to.to_string(),
                    "cents": transfer.amount.get(),
                })
            })
            .collect();
        let insert = self.by_engine(
            "insert into transfer (cause, reason, from_account, to_account, amount_cents, at_ms)
            select value ->> 'cause', value ->> 'reason', value ->> 'from', value ->> 'to',
                value ->> 'cents', $2
            from json_each($1)
            where true
            order by key
            on conflict (cause) do nothing",
            // Uniqueness is the business of transfer_cause: transfer itself is partitioned by time.
            // Causes and wallets in a fixed order, so that batches cannot wait for each other in a
            // circle; what moves in one wallet stays in the order given.
            "with wanted as materialized (
                select distinct on (value ->> 'cause') value ->> 'cause' as cause,
                    value ->> 'reason' as reason, value ->> 'from' as from_account,
                    value ->> 'to' as to_account, cast(value ->> 'cents' as bigint) as cents, place
                from json_array_elements(cast($1 as json)) with ordinality as rows (value, place)
                order by value ->> 'cause', place
            ), fresh as (
                insert into transfer_cause (cause, at_ms) select cause, $2 from wanted
                on conflict (cause) do nothing
                returning cause
            )
            insert into transfer (cause, reason, from_account, to_account, amount_cents, at_ms)
            select cause, reason, from_account, to_account, cents, $2
            from wanted
            join fresh using (cause)
            order by case when from_account like 'wallet:%' then from_account
                when to_account like 'wallet:%' then to_account else '' end, place",
        );
        let inserted = execute!(
            self,
            insert,
            serde_json::Value::from(rows).to_string(),
            now.ms()
        )?;
        match usize::try_from(inserted) {
            Ok(0) => Ok(Booked::Before),
            Ok(all) if all == transfers.len() => {
                for transfer in transfers {
                    let (reason, cents) = (transfer.reason.name(), transfer.amount.get());
                    self.tally.transfer(reason, cents);
                }
                Ok(Booked::Now)
            }
            _ => {
                let causes: Vec<_> = transfers.iter().map(|t| t.cause.as_str()).collect();
                Err(StoreError::corrupt(
                    "transfer",
                    causes.join(" "),
                    "booked in part before",
                ))
            }
        }
    }

    /// Writes down a payment that was moved to `suspense`, under the cause of that transfer.
    pub async fn park(
        &mut self,
        parked: &Parked,
        cause: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let inserted = execute!(
            self,
            "insert into parked (id, receipt, amount_cents, reason, cause, parked_at_ms)
            values ($1, $2, $3, $4, $5, $6)",
            parked.id.to_string(),
            parked.receipt.as_str(),
            parked.amount.get(),
            parked.reason.as_str(),
            cause,
            now.ms()
        )?;
        expect_rows(inserted, 1, "parked", parked.id)
    }

    /// The payments that wait in `suspense`, newest first.
    pub async fn parked(&mut self) -> Result<Vec<Parked>, StoreError> {
        let rows = fetch_all!(
            self,
            (String, String, i64, String),
            "select id, receipt, amount_cents, reason
            from parked
            where assigned_to is null and returned_at_ms is null
            order by id desc"
        )?;
        rows.into_iter()
            .map(|(id, receipt, cents, reason)| {
                let id = parse("parked", "id", &id)?;
                Ok(Parked {
                    id,
                    receipt,
                    amount: Cents::new(cents),
                    reason,
                })
            })
            .collect()
    }

    /// Marks a parked payment as given to a player; `None` when it does not wait any more.
    pub async fn assign_parked(
        &mut self,
        id: ParkedId,
        player: PlayerId,
        note: &str,
        now: Timestamp,
    ) -> Result<Option<Parked>, StoreError> {
        let row = fetch_optional!(
            self,
            (String, i64, String),
            "update parked set assigned_to = $2, assigned_at_ms = $3, note = $4
            where id = $1 and assigned_to is null and returned_at_ms is null
            returning receipt, amount_cents, reason",
            id.to_string(),
            player.to_string(),
            now.ms(),
            note
        )?;
        Ok(row.map(|(receipt, cents, reason)| Parked {
            id,
            receipt,
            amount: Cents::new(cents),
            reason,
        }))
    }
}
