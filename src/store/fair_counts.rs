//! What the fair play watch counts: matches and answers as they are settled, folded into sums by day, so
//! that nothing is looked at twice and no history is gone through.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    StoreError, Tx,
    engine::{ids_json, parse},
    fair_seen::Looked,
};
use crate::core::{
    fair::{Company, Pace, Pair, Purse},
    ids::PlayerId,
    money::Cents,
    time::Timestamp,
};

impl Tx {
    /// Lets one transaction at a time watch.
    pub async fn serialise_watch(&mut self) -> Result<(), StoreError> {
        self.serialise("fair").await
    }

    /// Adds meetings of pairs to those of a day each.
    pub async fn add_meetings(&mut self, pairs: &[(i64, Pair)]) -> Result<(), StoreError> {
        let row = |(day, pair): &(i64, Pair)| {
            json!({
                "a": pair.a.to_string(), "b": pair.b.to_string(), "day": day, "met": pair.met,
                "won_a": pair.won_a, "won_b": pair.won_b, "gain": pair.gain_a.get(),
            })
        };
        let insert = of_batch!(
            self,
            "insert into fair_meeting (player_a, player_b, day, met, won_a, won_b, gain_a_cents)
            select value ->> 'a', value ->> 'b', cast(value ->> 'day' as bigint),
                cast(value ->> 'met' as bigint), cast(value ->> 'won_a' as bigint),
                cast(value ->> 'won_b' as bigint), cast(value ->> 'gain' as bigint)
            from ",
            " where true
            on conflict (player_a, player_b, day) do update
                set met = fair_meeting.met + excluded.met,
                    won_a = fair_meeting.won_a + excluded.won_a,
                    won_b = fair_meeting.won_b + excluded.won_b,
                    gain_a_cents = fair_meeting.gain_a_cents + excluded.gain_a_cents"
        );
        self.add_counts(insert, pairs.iter().map(row).collect())
            .await
    }

    /// Adds matches to those of players and of everybody, by day and pool.
    pub async fn add_company(
        &mut self,
        seats: &BTreeMap<(PlayerId, i64, String), i64>,
        pools: &BTreeMap<(i64, String), i64>,
    ) -> Result<(), StoreError> {
        let seat = |((player, day, pool), games): (&(PlayerId, i64, String), &i64)| json!({ "player": player.to_string(), "day": day, "pool": pool, "games": games });
        let insert = of_batch!(
            self,
            "insert into fair_seat (player_id, day, pool, games)
            select value ->> 'player', cast(value ->> 'day' as bigint), value ->> 'pool',
                cast(value ->> 'games' as bigint)
            from ",
            " where true
            on conflict (player_id, day, pool) do update
                set games = fair_seat.games + excluded.games"
        );
        self.add_counts(insert, seats.iter().map(seat).collect())
            .await?;
        let pool = |((day, pool), matches): (&(i64, String), &i64)| json!({ "day": day, "pool": pool, "matches": matches });
        let insert = of_batch!(
            self,
            "insert into fair_pool (day, pool, matches)
            select cast(value ->> 'day' as bigint), value ->> 'pool',
                cast(value ->> 'matches' as bigint)
            from ",
            " where true
            on conflict (day, pool) do update
                set matches = fair_pool.matches + excluded.matches"
        );
        self.add_counts(insert, pools.iter().map(pool).collect())
            .await
    }

    /// Adds answers to those of a day each.
    pub async fn add_paces(&mut self, paces: &[(i64, Pace)]) -> Result<(), StoreError> {
        let row = |(day, pace): &(i64, Pace)| {
            json!({
                "player": pace.player.to_string(), "day": day, "answers": pace.answers,
                "fast": pace.fast, "fast_right": pace.fast_right, "total": pace.total_ms,
                "square": pace.total_square,
            })
        };
        let insert = of_batch!(
            self,
            "insert into fair_pace
                (player_id, day, answers, fast, fast_right, total_ms, total_square)
            select value ->> 'player', cast(value ->> 'day' as bigint),
                cast(value ->> 'answers' as bigint), cast(value ->> 'fast' as bigint),
                cast(value ->> 'fast_right' as bigint), cast(value ->> 'total' as bigint),
                cast(value ->> 'square' as bigint)
            from ",
            " where true
            on conflict (player_id, day) do update
                set answers = fair_pace.answers + excluded.answers,
                    fast = fair_pace.fast + excluded.fast,
                    fast_right = fair_pace.fast_right + excluded.fast_right,
                    total_ms = fair_pace.total_ms + excluded.total_ms,
                    total_square = fair_pace.total_square + excluded.total_square"
        );
        self.add_counts(insert, paces.iter().map(row).collect())
            .await
    }

    async fn add_counts(
        &mut self,
        insert: &'static str,
        rows: Vec<Value>,
    ) -> Result<(), StoreError> {
        execute!(self, insert, Value::from(rows).to_string())?;
        Ok(())
    }

    /// What pairs did together since a day.
    pub async fn pairs_since(
        &mut self,
        pairs: &[(PlayerId, PlayerId)],
        day: i64,
    ) -> Result<Vec<Pair>, StoreError> {
        let select = of_batch!(
            self,
            "select player_a, player_b, cast(sum(met) as bigint), cast(sum(won_a) as bigint),
                cast(sum(won_b) as bigint), cast(sum(gain_a_cents) as bigint)
            from ",
            " join fair_meeting on player_a = value ->> 'a' and player_b = value ->> 'b'
            where day >= $2
            group by player_a, player_b
            order by player_a, player_b"
        );
        let rows = fetch_all!(self, PairRow, select, pairs_json(pairs), day)?;
        rows.into_iter().map(pair).collect()
    }

    /// Every pair of these players that moved at least so much from the one to the other since a day.
    pub async fn flows_of(
        &mut self,
        players: &[PlayerId],
        least: Cents,
        day: i64,
    ) -> Result<Vec<Pair>, StoreError> {
        let select = of_ids!(
            self,
            "with asked as ",
            ", theirs as (
                select player_a, player_b, day, met, won_a, won_b, gain_a_cents
                from asked join fair_meeting on player_a = asked.value
                where day >= $3
                union
                select player_a, player_b, day, met, won_a, won_b, gain_a_cents
                from asked join fair_meeting on player_b = asked.value
                where day >= $3
            )
            select player_a, player_b, cast(sum(met) as bigint), cast(sum(won_a) as bigint),
                cast(sum(won_b) as bigint), cast(sum(gain_a_cents) as bigint)
            from theirs
            group by player_a, player_b
            having abs(sum(gain_a_cents)) >= $2
            order by player_a, player_b"
        );
        let rows = fetch_all!(self, PairRow, select, ids_json(players), least.get(), day)?;
        rows.into_iter().map(pair).collect()
    }

    /// How busy the pools were on the days on which both of a pair played in them.
    pub async fn company_of(
        &mut self,
        pairs: &[(PlayerId, PlayerId)],
        day: i64,
    ) -> Result<BTreeMap<(PlayerId, PlayerId), Vec<Company>>, StoreError> {
        let select = of_batch!(
            self,
            "select a.player_id, b.player_id, a.games, b.games, matches
            from ",
            " join fair_seat as a on a.player_id = value ->> 'a'
            join fair_seat as b on b.player_id = value ->> 'b' and b.day = a.day
                and b.pool = a.pool
            join fair_pool on fair_pool.day = a.day and fair_pool.pool = a.pool
            where a.day >= $2"
        );
        let rows = fetch_all!(
            self,
            (String, String, i64, i64, i64),
            select,
            pairs_json(pairs),
            day
        )?;
        let mut company: BTreeMap<_, Vec<Company>> = BTreeMap::new();
        for (a, b, games_a, games_b, matches) in rows {
            let pair = (
                parse("fair_seat", "player_id", &a)?,
                parse("fair_seat", "player_id", &b)?,
            );
            company.entry(pair).or_default().push(Company {
                games_a,
                games_b,
                matches,
            });
        }
        Ok(company)
    }

    /// How fast players answered since a day.
    pub async fn paces_since(
        &mut self,
        players: &[PlayerId],
        day: i64,
    ) -> Result<Vec<Pace>, StoreError> {
        let select = of_ids!(
            self,
            "select player_id, cast(sum(answers) as bigint), cast(sum(fast) as bigint),
                cast(sum(fast_right) as bigint), cast(sum(total_ms) as bigint),
                cast(sum(total_square) as bigint)
            from fair_pace where player_id in ",
            " and day >= $2
            group by player_id"
        );
        let rows = fetch_all!(
            self,
            (String, i64, i64, i64, i64, i64),
            select,
            ids_json(players),
            day
        )?;
        rows.into_iter()
            .map(
                |(player, answers, fast, fast_right, total_ms, total_square)| {
                    Ok(Pace {
                        player: parse("fair_pace", "player_id", &player)?,
                        answers,
                        fast,
                        fast_right,
                        total_ms,
                        total_square,
                    })
                },
            )
            .collect()
    }

    /// What players paid in and took out since an instant.
    pub async fn purses_since(
        &mut self,
        players: &[PlayerId],
        since: Timestamp,
    ) -> Result<BTreeMap<PlayerId, Purse>, StoreError> {
        let select = of_ids!(
            self,
            "select player.id, (
                    select cast(coalesce(sum(credited_cents), 0) as bigint) from deposit
                    where player_id = player.id and requested_at_ms >= $2 and state = 'paid'
                ), (
                    select cast(coalesce(sum(amount_cents), 0) as bigint) from withdrawal
                    where player_id = player.id and requested_at_ms >= $2 and state <> 'failed'
                )
            from player where player.id in ",
            ""
        );
        let rows = fetch_all!(
            self,
            (String, i64, i64),
            select,
            ids_json(players),
            since.ms()
        )?;
        rows.into_iter()
            .map(|(player, deposited, withdrawn)| {
                let purse = Purse {
                    deposited: Cents::new(deposited),
                    withdrawn: Cents::new(withdrawn),
                };
                Ok((parse("player", "id", &player)?, purse))
            })
            .collect()
    }

    /// Who asked for withdrawals after those looked at and before `until`, at most `limit` of them; and
    /// how far that is.
    pub async fn withdrawals_after(
        &mut self,
        looked: &Looked,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<(PlayerId, Looked)>, StoreError> {
        let rows = fetch_all!(
            self,
            (String, i64, String),
            "select player_id, requested_at_ms, id from withdrawal
            where (requested_at_ms, id) > ($1, $2) and requested_at_ms < $3
            order by requested_at_ms, id
            limit $4",
            looked.at.ms(),
            looked.id.as_str(),
            until.ms(),
            limit
        )?;
        rows.into_iter()
            .map(|(player, ms, id)| {
                let at = Timestamp::from_ms(ms);
                Ok((
                    parse("withdrawal", "player_id", &player)?,
                    Looked { at, id },
                ))
            })
            .collect()
    }

    /// Forgets what was counted before a day; gives how many rows.
    pub async fn forget_counts(&mut self, day: i64) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        for delete in [
            "delete from fair_meeting where day < $1",
            "delete from fair_seat where day < $1",
            "delete from fair_pool where day < $1",
            "delete from fair_pace where day < $1",
        ] {
            forgotten += execute!(self, delete, day)?;
        }
        Ok(forgotten)
    }
}

type PairRow = (String, String, i64, i64, i64, i64);

fn pair((a, b, met, won_a, won_b, gain): PairRow) -> Result<Pair, StoreError> {
    Ok(Pair {
        a: parse("fair_meeting", "player_a", &a)?,
        b: parse("fair_meeting", "player_b", &b)?,
        met,
        won_a,
        won_b,
        gain_a: Cents::new(gain),
    })
}

fn pairs_json(pairs: &[(PlayerId, PlayerId)]) -> String {
    let pair = |(a, b): &(PlayerId, PlayerId)| json!({ "a": a.to_string(), "b": b.to_string() });
    Value::from(pairs.iter().map(pair).collect::<Vec<_>>()).to_string()
}
