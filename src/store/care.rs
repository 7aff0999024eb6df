//! Care for players: how they stand, their own limits, identity checks, and how long they have played.

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    Player, StoreError, Tx,
    engine::{expect_rows, ids_json, parse},
};
use crate::core::{
    care::{Coming, Limit, Limits, Period, Played, Standing},
    ids::{EntryId, PlayerId},
    money::Cents,
    operator::Actor,
    time::Timestamp,
};

/// What is kept of a player's identity check and reality checks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    /// When the identity was checked, and by whom.
    pub verified: Option<(Timestamp, String)>,
    /// Since when they wait for it.
    pub verification_asked_at: Option<Timestamp>,
    /// When they last went on after a reality check.
    pub reality_check_at: Option<Timestamp>,
}

/// Somebody who waits for an identity check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingCheck {
    /// Who.
    pub player: Player,
    /// Since when.
    pub asked_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct LimitRow {
    period: String,
    in_force_cents: Option<i64>,
    coming_cents: Option<i64>,
    coming_from_ms: Option<i64>,
}

/// A refund whose bonus counts for the day in which its window ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BonusDay {
    /// The entry that is refunded.
    pub entry: EntryId,
    /// Its player.
    pub player: PlayerId,
    /// Stakes of that day: from this instant.
    pub from: Timestamp,
    /// Until before this one.
    pub until: Timestamp,
}

impl Tx {
    /// Keeps how a player stands.
    pub async fn keep_standing(
        &mut self,
        player: PlayerId,
        standing: Standing,
    ) -> Result<(), StoreError> {
        let changed = execute!(
            self,
            "update player set status = $2, status_before = $3, excluded_until_ms = $4
            where id = $1",
            player.to_string(),
            standing.status.name(),
            standing.before.name(),
            standing.excluded_until.map(Timestamp::ms)
        )?;
        expect_rows(changed, 1, "player", player)
    }

    /// Players whose exclusion is over, and who do not know it in their rows yet; at most `limit`.
    pub async fn exclusions_over(
        &mut self,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<PlayerId>, StoreError> {
        let rows = fetch_all!(
            self,
            (String,),
            "select id from player
            where excluded_until_ms is not null and excluded_until_ms <= $1
            order by excluded_until_ms, id
            limit $2",
            now.ms(),
            limit
        )?;
        let ids = rows.iter().map(|(id,)| parse("player", "id", id));
        ids.collect()
    }

    /// What is kept of a player's checks.
    pub async fn checks(&mut self, player: PlayerId) -> Result<Checks, StoreError> {
        let row = fetch_optional!(
            self,
            (Option<i64>, Option<String>, Option<i64>, Option<i64>),
            "select verified_at_ms, verified_by, verification_asked_at_ms, reality_check_at_ms
            from player where id = $1",
            player.to_string()
        )?;
        let (verified_at, verified_by, asked_at, reality_at) =
            row.ok_or_else(|| StoreError::corrupt("player", player, "does not exist"))?;
        let at = |ms: Option<i64>| ms.map(Timestamp::from_ms);
        Ok(Checks {
            verified: at(verified_at).zip(verified_by),
            verification_asked_at: at(asked_at),
            reality_check_at: at(reality_at),
        })
    }

    /// Writes down who checked a player's identity: nobody waits for it any more.
    pub async fn keep_verified(
        &mut self,
        player: PlayerId,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let changed = execute!(
            self,
            "update player
            set verified_at_ms = $2, verified_by = $3, verification_asked_at_ms = null
            where id = $1",
            player.to_string(),
            now.ms(),
            by.name()
        )?;
        expect_rows(changed, 1, "player", player)
    }

    /// A player wants to be checked. Who waits already waits since then; gives whether they did not.
    pub async fn ask_verification(
        &mut self,
        player: PlayerId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = execute!(
            self,
            "update player set verification_asked_at_ms = $2
            where id = $1 and verification_asked_at_ms is null",
            player.to_string(),
            now.ms()
        )?;
        Ok(changed == 1)
    }

    /// Who waits for an identity check, the longest first; at most `limit`.
    pub async fn waiting_checks(&mut self, limit: i64) -> Result<Vec<WaitingCheck>, StoreError> {
        let rows = fetch_all!(
            self,
            (String, i64),
            "select id, verification_asked_at_ms from player
            where verification_asked_at_ms is not null
            order by verification_asked_at_ms, id
            limit $1",
            limit
        )?;
        let ids: Result<Vec<PlayerId>, _> = rows
            .iter()
            .map(|(id, _)| parse("player", "id", id))
            .collect();
        let ids = ids?;
        let mut players = self.players_by_id(&ids).await?;
        let waiting = ids.iter().zip(rows).filter_map(|(id, (_, asked_at))| {
            Some(WaitingCheck {
                player: players.remove(id)?,
                asked_at: Timestamp::from_ms(asked_at),
            })
        });
        Ok(waiting.collect())
    }

    /// A player's own limits, as they are kept.
    pub async fn deposit_limits(&mut self, player: PlayerId) -> Result<Limits, StoreError> {
        let rows = fetch_all!(
            self,
            LimitRow,
            "select period, in_force_cents, coming_cents, coming_from_ms
            from deposit_limit where player_id = $1",
            player.to_string()
        )?;
        let mut limits = Limits::default();
        for row in rows {
            let corrupt = || StoreError::corrupt("deposit_limit", player, "period");
            let period = Period::named(&row.period).ok_or_else(corrupt)?;
            let limit = Limit {
                in_force: row.in_force_cents.map(Cents::new),
                coming: row.coming_from_ms.map(|from| Coming {
                    to: row.coming_cents.map(Cents::new),
                    from: Timestamp::from_ms(from),
                }),
            };
            limits = limits.with(period, limit);
        }
        Ok(limits)
    }

    /// Keeps a limit of a player's own.
    pub async fn keep_deposit_limit(
        &mut self,
        player: PlayerId,
        period: Period,
        limit: Limit,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into deposit_limit
                (player_id, period, in_force_cents, coming_cents, coming_from_ms)
            values ($1, $2, $3, $4, $5)
            on conflict (player_id, period) do update set
                in_force_cents = excluded.in_force_cents,
                coming_cents = excluded.coming_cents,
                coming_from_ms = excluded.coming_from_ms",
            player.to_string(),
            period.name(),
            limit.in_force.map(Cents::get),
            limit.coming.and_then(|coming| coming.to).map(Cents::get),
            limit.coming.map(|coming| coming.from.ms())
        )?;
        Ok(())
    }

    /// A player's games that began after `since`, oldest first.
    pub async fn played_since(
        &mut self,
        player: PlayerId,
        since: Timestamp,
    ) -> Result<Vec<Played>, StoreError> {
        let rows = fetch_all!(
            self,
            (i64, Option<i64>, i64, i64),
            "select staked_at_ms, finished_at_ms, stake_cents, received_cents
            from entry
            join question_set on question_set.id = entry.set_id
            where player_id = $1 and staked_at_ms > $2
            order by staked_at_ms, entry.id",
            player.to_string(),
            since.ms()
        )?;
        let played = rows
            .into_iter()
            .map(|(staked, finished, stake, received)| Played {
                staked_at: Timestamp::from_ms(staked),
                finished_at: finished.map(Timestamp::from_ms),
                stake: Cents::new(stake),
                received: Cents::new(received),
            });
        Ok(played.collect())
    }

    /// A player goes on after a reality check.
    pub async fn keep_reality_check(
        &mut self,
        player: PlayerId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let changed = execute!(
            self,
            "update player set reality_check_at_ms = $2 where id = $1",
            player.to_string(),
            now.ms()
        )?;
        expect_rows(changed, 1, "player", player)
    }

    /// The players of entries.
    pub async fn players_of(&mut self, entries: &[EntryId]) -> Result<Vec<PlayerId>, StoreError> {
        let select = of_ids!(
            self,
            "select distinct player_id from entry where id in ",
            ""
        );
        let rows = fetch_all!(self, (String,), select, ids_json(entries))?;
        let ids = rows.iter().map(|(id,)| parse("entry", "player_id", id));
        ids.collect()
    }

    /// Lets one transaction at a time count the bonuses of each of these players.
    pub async fn serialise_bonuses(&mut self, players: &[PlayerId]) -> Result<(), StoreError> {
        let keys: Vec<String> = players.iter().map(|id| format!("bonus:{id}")).collect();
        self.serialise_all(&keys).await
    }

    /// How many bonuses each of these players has had on the day of a refund, by the refund's entry;
    /// one statement for all. Entries without any are left out.
    pub async fn bonuses_on(
        &mut self,
        days: &[BonusDay],
    ) -> Result<BTreeMap<EntryId, u32>, StoreError> {
        let select = of_batch!(
            self,
            "select wanted.id, cast(count(*) as bigint)
            from (
                select value ->> 'id' as id, value ->> 'player' as player,
                    cast(value ->> 'from' as bigint) as from_ms,
                    cast(value ->> 'until' as bigint) as until_ms
                from ",
            "
            ) as wanted
            join entry on entry.player_id = wanted.player
                and entry.staked_at_ms >= wanted.from_ms and entry.staked_at_ms < wanted.until_ms
            join question_set on question_set.id = entry.set_id
            where entry.state = 'refunded' and entry.received_cents > question_set.stake_cents
            group by wanted.id"
        );
        let wanted = days.iter().map(|day| {
            json!({
                "id": day.entry.to_string(),
                "player": day.player.to_string(),
                "from": day.from.ms(),
                "until": day.until.ms(),
            })
        });
        let wanted: Vec<_> = wanted.collect();
        let rows = fetch_all!(self, (String, i64), select, json!(wanted).to_string())?;
        let counts = rows.into_iter().map(|(id, count)| {
            let id = parse("entry", "id", &id)?;
            Ok((id, u32::try_from(count).unwrap_or(u32::MAX)))
        });
        counts.collect()
    }
}
