//! The figures of a day, and what needs somebody now. Each verb reads by an index what the day has, or
//! what is open; none looks at all that ever was.

use super::{StoreError, Tx, engine::parse};
use crate::core::{
    ids::PlayerId,
    money::Cents,
    time::Timestamp,
    today::{Day, HOUR_MS, Moved, Total},
};

/// How many matches of a day are looked at for how long pairing took: the last ones.
const MATCHES: i64 = 10_000;

/// How things stand at an instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Rounds under way.
    pub playing: i64,
    /// Finished rounds that wait for an opponent, or for the opponent's round.
    pub waiting: i64,
    /// The stake that waits longest.
    pub waiting_since: Option<Timestamp>,
    /// Payments in `suspense`.
    pub parked: Total,
    /// Withdrawals that are on their way.
    pub withdrawals: Total,
    /// Those of them of which nobody knows whether M-Pesa paid.
    pub unsure: Total,
    /// Payouts that arrived after their money had gone back, and that nobody has closed.
    pub late_payouts: Total,
    /// Corrections of the books that wait for a second administrator.
    pub adjustments: Total,
    /// Cases of the fair play watch that nobody has looked at.
    pub cases: i64,
}

/// What went wrong since an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Troubles {
    /// Deposits that were asked for since, and flagged.
    pub flagged_deposits: i64,
    /// Withdrawals that were asked for since, and flagged.
    pub flagged_withdrawals: i64,
    /// SMS written since that were given up.
    pub failed_sms: i64,
    /// Callbacks since that could not be acted on.
    pub dead_callbacks: i64,
}

impl Tx {
    /// What moved in a day, by hour and reason.
    pub async fn moved_by_hour(&mut self, day: Day) -> Result<Vec<Moved>, StoreError> {
        let rows = fetch_all!(
            self,
            (i64, String, i64, i64),
            "select cast((at_ms - $1) / $3 as bigint), reason, cast(count(*) as bigint),
                cast(sum(amount_cents) as bigint)
            from transfer
            where at_ms >= $1 and at_ms < $2
            group by 1, 2",
            day.from.ms(),
            day.until().ms(),
            HOUR_MS
        )?;
        rows.into_iter()
            .map(|(hour, reason, count, cents)| {
                Ok(Moved {
                    hour: usize::try_from(hour).unwrap_or_default(),
                    reason: parse("transfer", "reason", &reason)?,
                    count,
                    sum: Cents::new(cents),
                })
            })
            .collect()
    }

    /// How many players registered in a day: their ids tell when they were made.
    pub async fn registered_in(&mut self, day: Day) -> Result<i64, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select cast(count(*) as bigint) from player where id >= $1 and id < $2",
            PlayerId::first_at(day.from).to_string(),
            PlayerId::first_at(day.until()).to_string()
        )?;
        Ok(row.map_or(0, |(count,)| count))
    }

    /// How long the first of two players had waited when the second one came, in ms, of the last
    /// matches settled in a day; in rising order.
    pub async fn paired_within_ms(&mut self, day: Day) -> Result<Vec<i64>, StoreError> {
        let rows = fetch_all!(
            self,
            (i64,),
            "select cast(abs(second.staked_at_ms - first.staked_at_ms) as bigint) as waited_ms
            from (
                select set_id from game_match
                where settled_at_ms >= $1 and settled_at_ms < $2
                order by settled_at_ms desc
                limit $3
            ) as settled
            join entry as first on first.set_id = settled.set_id and first.seat = 1
            join entry as second on second.set_id = settled.set_id and second.seat = 2
            order by waited_ms",
            day.from.ms(),
            day.until().ms(),
            MATCHES
        )?;
        Ok(rows.into_iter().map(|(ms,)| ms).collect())
    }

    /// How things stand now.
    pub async fn standing(&mut self) -> Result<Standing, StoreError> {
        let entries = fetch_optional!(
            self,
            (i64, i64, Option<i64>),
            "select count(case when state = 'playing' then 1 end),
                count(case when state = 'waiting' then 1 end),
                cast(min(case when state = 'waiting' then staked_at_ms end) as bigint)
            from entry
            where state in ('playing', 'waiting')"
        )?;
        let parked = fetch_optional!(
            self,
            (i64, i64),
            "select cast(count(*) as bigint), cast(coalesce(sum(amount_cents), 0) as bigint)
            from parked where assigned_to is null and returned_at_ms is null"
        )?;
        let withdrawals = fetch_optional!(
            self,
            (i64, i64, i64, i64),
            "select cast(count(*) as bigint), cast(coalesce(sum(amount_cents), 0) as bigint),
                count(case when state = 'unknown' then 1 end),
                cast(coalesce(sum(case when state = 'unknown' then amount_cents end), 0) as bigint)
            from withdrawal
            where state in ('requested', 'sent', 'unknown')"
        )?;
        let adjustments = fetch_optional!(
            self,
            (i64, i64),
            "select cast(count(*) as bigint), cast(coalesce(sum(amount_cents), 0) as bigint)
            from adjustment where state = 'proposed'"
        )?;
        let late = fetch_optional!(
            self,
            (i64, i64),
            "select cast(count(*) as bigint), cast(coalesce(sum(payout_cents), 0) as bigint)
            from withdrawal
            where state = 'failed' and receipt is not null and not exists (
                select 1 from adjustment
                where withdrawal_id = withdrawal.id and adjustment.state = 'booked')"
        )?;
        let cases = self.open_flags().await?;
        let (playing, waiting, since) = entries.unwrap_or_default();
        let (open, cents, unsure, unsure_cents) = withdrawals.unwrap_or_default();
        let total = |count: i64, cents: i64| Total {
            count,
            sum: Cents::new(cents),
        };
        let (parked, parked_cents) = parked.unwrap_or_default();
        Ok(Standing {
            playing,
            waiting,
            waiting_since: since.map(Timestamp::from_ms),
            parked: total(parked, parked_cents),
            withdrawals: total(open, cents),
            unsure: total(unsure, unsure_cents),
            late_payouts: late.map_or_else(Total::default, |(count, cents)| total(count, cents)),
            adjustments: adjustments
                .map_or_else(Total::default, |(count, cents)| total(count, cents)),
            cases,
        })
    }

    /// What went wrong since an instant.
    pub async fn troubles_since(&mut self, since: Timestamp) -> Result<Troubles, StoreError> {
        let row = fetch_optional!(
            self,
            (i64, i64, i64, i64),
            "select
                (select cast(count(*) as bigint) from deposit
                    where flagged = 1 and requested_at_ms >= $1),
                (select cast(count(*) as bigint) from withdrawal
                    where flagged = 1 and requested_at_ms >= $1),
                (select cast(count(*) as bigint) from outbox
                    where state = 'failed' and created_at_ms >= $1),
                (select cast(count(*) as bigint) from callback
                    where state = 'dead' and received_at_ms >= $1)",
            since.ms()
        )?;
        let (flagged_deposits, flagged_withdrawals, failed_sms, dead_callbacks) =
            row.unwrap_or_default();
        Ok(Troubles {
            flagged_deposits,
            flagged_withdrawals,
            failed_sms,
            dead_callbacks,
        })
    }
}
