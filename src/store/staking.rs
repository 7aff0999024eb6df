//! Staking in few statements: what there is to know of the player, and the seat.

use super::{
    Entry, Player, StoreError, Switch, Tx, engine::EngineTx, entries::write_orders,
    players::PlayerRow, withdrawn::WITHDRAWALS,
};
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
    /// The questions in play of the category that they stake in.
    pub questions: u64,
    /// The first of their stakes after the instant asked for.
    pub first_staked_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    player: PlayerRow,
    open_entries: i64,
    maintained: i64,
    questions: i64,
    first_staked_at_ms: Option<i64>,
}

impl Tx {
    /// Lets one transaction at a time stake for a player, until its end; no question is withdrawn
    /// meanwhile.
    pub async fn serialise_staker(&mut self, id: PlayerId) -> Result<(), StoreError> {
        self.serialise_within(&format!("player:{id}"), WITHDRAWALS)
            .await
    }

    /// What there is to know of a player who wants to stake in a category; their stakes after `since`
    /// count as play of late.
    pub async fn staker(
        &mut self,
        id: PlayerId,
        category: &str,
        since: Timestamp,
    ) -> Result<Staker, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "select player.id, msisdn, locale, status, status_before, excluded_until_ms,
                balance_cents,
                (select cast(count(*) as bigint) from entry
                    where player_id = $1 and state in ('playing', 'waiting')) as open_entries,
                (select cast(count(*) as bigint) from house_switch
                    where name = $3 and is_on = 1) as maintained,
                (select cast(count(*) as bigint) from question
                    where category_id = $4 and state = 'active') as questions,
                (select min(staked_at_ms) from entry
                    where player_id = $1 and staked_at_ms > $2) as first_staked_at_ms
            from player
            join wallet on wallet.player_id = player.id
            where player.id = $1",
            id.to_string(),
            since.ms(),
            Switch::Maintenance.name(),
            category.to_lowercase()
        )?;
        let row = row.ok_or_else(|| StoreError::corrupt("player", id, "does not exist"))?;
        Ok(Staker {
            player: row.player.try_into()?,
            open_entries: u64::try_from(row.open_entries).unwrap_or_default(),
            is_maintained: row.maintained > 0,
            questions: u64::try_from(row.questions).unwrap_or_default(),
            first_staked_at: row.first_staked_at_ms.map(Timestamp::from_ms),
        })
    }

    /// Adds an entry whose first question is sent now, and writes down that its player has seen the
    /// questions of its set; `clock_ends` is when the time of the first one has run out.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the seat is taken, or its player has the other one.
    pub async fn sit_down(
        &mut self,
        entry: &Entry,
        clock_ends: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match &self.engine {
            EngineTx::Sqlite(_) => {
                self.add_entry(entry, clock_ends).await?;
                self.mark_seen(entry.player, entry.set, now).await
            }
            EngineTx::Postgres(_) => {
                execute!(
                    self,
                    "with seated as (
                        insert into entry (id, set_id, seat, player_id, state, choice_orders,
                            position, sent_at_ms, staked_at_ms, due_at_ms)
                        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                    )
                    insert into seen (player_id, question_id, at_ms)
                    select $4, question_id, $11 from set_question where set_id = $2
                    on conflict (player_id, question_id) do update set at_ms = excluded.at_ms",
                    entry.id.to_string(),
                    entry.set.to_string(),
                    entry.seat,
                    entry.player.to_string(),
                    entry.state.name(),
                    write_orders(&entry.choice_orders),
                    entry.position,
                    entry.sent_at.ms(),
                    entry.staked_at.ms(),
                    clock_ends.ms(),
                    now.ms()
                )?;
                self.tally.seated(entry.staked_at.ms());
                Ok(())
            }
        }
    }
}
