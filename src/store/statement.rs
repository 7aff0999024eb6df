//! What the statement of a period is folded from.
//!
//! System accounts have no balance row, so what one held at an instant is the sum of its transfers up
//! to then. One pass over them gives the balances and the movements of the period together; on
//! PostgreSQL the months after the period are not touched.

use super::{StoreError, Tx, engine::parse};
use crate::core::{
    money::Cents,
    statement::{Flow, OpenEntries, Period, Statement},
};

impl Tx {
    /// The statement of a period.
    pub async fn statement(&mut self, period: Period) -> Result<Statement, StoreError> {
        let flows = self.flows(period).await?;
        let open = self.open_entries_at_end(period).await?;
        Statement::of(period, flows, open)
            .map_err(|error| StoreError::corrupt("transfer", "all", error.to_string()))
    }

    /// The transfers up to the end of a period by reason and accounts, those in it apart from those
    /// before it.
    async fn flows(&mut self, period: Period) -> Result<Vec<Flow>, StoreError> {
        let rows = fetch_all!(
            self,
            (String, String, String, i64, i64, i64),
            "select reason,
                case when substr(from_account, 1, 7) = 'wallet:' then 'wallets' else from_account end,
                case when substr(to_account, 1, 7) = 'wallet:' then 'wallets' else to_account end,
                cast(case when at_ms >= $1 then 1 else 0 end as bigint),
                cast(count(*) as bigint), cast(sum(amount_cents) as bigint)
            from transfer
            where at_ms < $2
            group by 1, 2, 3, 4",
            period.from.ms(),
            period.until.ms()
        )?;
        rows.into_iter()
            .map(|(reason, from, to, within, count, cents)| {
                Ok(Flow {
                    reason: parse("transfer", "reason", &reason)?,
                    from,
                    to,
                    is_within: within == 1,
                    count,
                    sum: Cents::new(cents),
                })
            })
            .collect()
    }

    /// The entries that were open at the end of a period: those that are open still, and those that
    /// ended later, which the transfers since then tell of.
    async fn open_entries_at_end(&mut self, period: Period) -> Result<OpenEntries, StoreError> {
        let row = fetch_optional!(
            self,
            (i64, i64, i64, i64, i64),
            "with ended_later as (
                select distinct entry.set_id
                from transfer
                join entry on entry.id = substr(transfer.cause, length(transfer.reason) + 2)
                where transfer.at_ms >= $1 and transfer.reason in ('bounty', 'stake_back')
            ), open_then as (
                select entry.set_id, finished_at_ms
                from entry
                where entry.state in ('playing', 'waiting') and staked_at_ms < $1
                union all
                select entry.set_id, finished_at_ms
                from ended_later
                join entry on entry.set_id = ended_later.set_id
                where entry.state not in ('playing', 'waiting') and staked_at_ms < $1
            ), seated as (
                select set_id, cast(count(*) as bigint) as seats
                from open_then
                group by set_id
            )
            select cast(coalesce(sum(
                    case when finished_at_ms < $1 then 0 else 1 end), 0) as bigint),
                cast(coalesce(sum(
                    case when finished_at_ms < $1 then 1 else 0 end), 0) as bigint),
                cast(coalesce(sum(stake_cents), 0) as bigint),
                cast(coalesce(sum(case when seats = 1 then 1 else 0 end), 0) as bigint),
                cast(coalesce(sum(case when seats = 1 then stake_cents else 0 end), 0) as bigint)
            from open_then
            join seated on seated.set_id = open_then.set_id
            join question_set on question_set.id = open_then.set_id",
            period.until.ms()
        )?;
        let (playing, waiting, cents, unpaired, unpaired_cents) = row.unwrap_or_default();
        Ok(OpenEntries {
            playing,
            waiting,
            stakes: Cents::new(cents),
            unpaired,
            unpaired_stakes: Cents::new(unpaired_cents),
        })
    }
}
