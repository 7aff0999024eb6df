//! What there is to know of a player who wants to stake, in one statement.

use super::{Player, StoreError, Switch, Tx, players::PlayerRow};
use crate::core::{ids::PlayerId, time::Timestamp};

/// A player who wants to stake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staker {
    /// Who.
    pub player: Player,
    /// Their unfinished and waiting entries.
    pub open_entries: u64,
    /// Whether somebody has switched maintenance on.
    pub is_maintained: bool,
    /// The first of their stakes after the instant asked for.
    pub first_staked_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    player: PlayerRow,
    open_entries: i64,
    maintained: i64,
    first_staked_at_ms: Option<i64>,
}

impl Tx {
    /// What there is to know of a player who wants to stake; their stakes after `since` count as play of
    /// late.
    pub async fn staker(&mut self, id: PlayerId, since: Timestamp) -> Result<Staker, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "select player.id, msisdn, locale, status, status_before, excluded_until_ms,
                balance_cents,
                (select cast(count(*) as bigint) from entry
                    where player_id = $1 and state in ('playing', 'waiting')) as open_entries,
                (select cast(count(*) as bigint) from house_switch
                    where name = $3 and is_on = 1) as maintained,
                (select min(staked_at_ms) from entry
                    where player_id = $1 and staked_at_ms > $2) as first_staked_at_ms
            from player
            join wallet on wallet.player_id = player.id
            where player.id = $1",
            id.to_string(),
            since.ms(),
            Switch::Maintenance.name()
        )?;
        let row = row.ok_or_else(|| StoreError::corrupt("player", id, "does not exist"))?;
        Ok(Staker {
            player: row.player.try_into()?,
            open_entries: u64::try_from(row.open_entries).unwrap_or_default(),
            is_maintained: row.maintained > 0,
            first_staked_at: row.first_staked_at_ms.map(Timestamp::from_ms),
        })
    }
}
