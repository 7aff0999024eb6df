//! How USSD sessions ended: one row each, and the figures over them.

use super::{StoreError, Tx};
use crate::core::{money::Cents, time::Timestamp};

/// How one session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedSession {
    /// The session's id.
    pub id: String,
    /// The gateway's name.
    pub gateway: String,
    /// The network's code.
    pub network: String,
    /// The service code.
    pub service_code: String,
    /// `success`, `incomplete`, `failed` or `other`.
    pub status: &'static str,
    /// The gateway's own word for that.
    pub word: String,
    /// Its hops, where they were told.
    pub hops: Option<u32>,
    /// How long it took in ms, where that was told.
    pub duration_ms: Option<u64>,
    /// What it cost, in the gateway's words.
    pub cost: String,
    /// The same, where it is an amount of shillings.
    pub cost_cents: Option<Cents>,
    /// The last screen's name; empty where nobody knows.
    pub last_screen: String,
    /// Whether this service had answered a hop of it.
    pub is_known: bool,
}

/// The sessions of one status.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StatusCount {
    /// The status.
    pub status: String,
    /// How many.
    pub sessions: i64,
    /// What they cost together, in cents, as far as that was readable.
    pub cost_cents: i64,
    /// How many told a cost that is no amount of shillings.
    pub unreadable_costs: i64,
}

/// What sessions are measured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// The number of hops.
    Hops,
    /// The duration in ms.
    DurationMs,
}

impl Tx {
    /// Writes down how a session ended. False where that is known: the first that was told stays.
    pub async fn end_session(
        &mut self,
        ended: &EndedSession,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let added = execute!(
            self,
            "insert into ussd_session (id, gateway, network, service_code, status, word, hops,
                duration_ms, cost, cost_cents, last_screen, is_known, told_at_ms)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            on conflict (id) do nothing",
            ended.id.as_str(),
            ended.gateway.as_str(),
            ended.network.as_str(),
            ended.service_code.as_str(),
            ended.status,
            ended.word.as_str(),
            ended.hops.map(i64::from),
            ended.duration_ms.and_then(|ms| i64::try_from(ms).ok()),
            ended.cost.as_str(),
            ended.cost_cents.map(Cents::get),
            ended.last_screen.as_str(),
            i64::from(ended.is_known),
            now.ms()
        )?;
        Ok(added == 1)
    }

    /// The sessions told of since an instant, by status, in the order of its name.
    pub async fn sessions_by_status(
        &mut self,
        since: Timestamp,
    ) -> Result<Vec<StatusCount>, StoreError> {
        fetch_all!(
            self,
            StatusCount,
            "select status, count(*) as sessions,
                cast(coalesce(sum(cost_cents), 0) as bigint) as cost_cents,
                count(case when cost <> '' and cost_cents is null then 1 end) as unreadable_costs
            from ussd_session
            where told_at_ms >= $1
            group by status
            order by status",
            since.ms()
        )
    }

    /// The median of a measure over the sessions told of since an instant; the lower one of two in the
    /// middle. `None` where no session told it.
    pub async fn median_of_sessions(
        &mut self,
        measure: Measure,
        since: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let sql = match measure {
            Measure::Hops => {
                "select hops from ussd_session
                where told_at_ms >= $1 and hops is not null
                order by hops
                limit 1 offset (select (count(hops) - 1) / 2 from ussd_session
                    where told_at_ms >= $1 and hops is not null)"
            }
            Measure::DurationMs => {
                "select duration_ms from ussd_session
                where told_at_ms >= $1 and duration_ms is not null
                order by duration_ms
                limit 1 offset (select (count(duration_ms) - 1) / 2 from ussd_session
                    where told_at_ms >= $1 and duration_ms is not null)"
            }
        };
        let row = fetch_optional!(self, (i64,), sql, since.ms())?;
        Ok(row.map(|(median,)| median))
    }

    /// Where sessions that the service did not end were left, most frequent first: screen and number.
    pub async fn given_up_on(
        &mut self,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        fetch_all!(
            self,
            (String, i64),
            "select last_screen, count(*) as sessions from ussd_session
            where told_at_ms >= $1 and status <> 'success'
            group by last_screen
            order by sessions desc, last_screen
            limit $2",
            since.ms(),
            i64::from(limit)
        )
    }

    /// Forgets sessions told of before an instant; gives how many.
    pub async fn forget_sessions(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        execute!(
            self,
            "delete from ussd_session where told_at_ms < $1",
            before.ms()
        )
    }
}
