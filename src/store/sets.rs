//! Sets: opening one, finding a seat, taking it.

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    StoreError, Tx,
    engine::{EngineTx, expect_all, expect_rows, ids_json, parse},
    withdrawn::WITHDRAWALS,
};
use crate::core::{
    game::{rating::START_MILLI, seat::OpenSeat},
    ids::{EntryId, PlayerId, QuestionId, SetId},
    money::Cents,
    time::Timestamp,
};

/// A set that is to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSet {
    /// The id.
    pub id: SetId,
    /// The category's name.
    pub category: String,
    /// The stake of each of its two seats.
    pub stake: Cents,
    /// Who opens it and sits down first.
    pub owner: PlayerId,
    /// Its questions, in order.
    pub questions: Vec<QuestionId>,
    /// Until when the second seat is offered.
    pub offered_until: Timestamp,
}

/// Who looks for a seat, and where.
#[derive(Clone, Copy, Debug)]
pub struct Seeker<'a> {
    /// The player.
    pub player: PlayerId,
    /// The category's name.
    pub category: &'a str,
    /// The stake.
    pub stake: Cents,
    /// Whom the player met after this is not met again.
    pub met_after: Timestamp,
}

/// The seats that a player may take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenSeats {
    /// The player's own points in the category, in thousandths.
    pub strength: i64,
    /// The seats, the oldest first.
    pub seats: Vec<OpenSeat>,
}

/// What a set is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetFigures {
    /// The category's name.
    pub category: String,
    /// The stake of each seat.
    pub stake: Cents,
    /// The number of its questions.
    pub questions: i64,
}

impl Tx {
    /// Lets one player at a time start a game of this category and stake, until the end of the
    /// transaction: two who start at the same instant meet. No question is withdrawn meanwhile.
    pub async fn serialise_starts(
        &mut self,
        category: &str,
        stake: Cents,
    ) -> Result<(), StoreError> {
        let (category, cents) = (category.to_lowercase(), stake.get());
        self.serialise_within(&format!("start:{category}:{cents}"), WITHDRAWALS)
            .await
    }

    /// Lets one transaction at a time end rounds of a set, settle or refund it, until its end: of two
    /// rounds that end at the same instant, the second sees the first.
    pub async fn serialise_set(&mut self, set: SetId) -> Result<(), StoreError> {
        self.serialise(&format!("set:{set}")).await
    }

    /// The same for many sets.
    pub async fn serialise_sets(&mut self, sets: &[SetId]) -> Result<(), StoreError> {
        let keys: Vec<String> = sets.iter().map(|set| format!("set:{set}")).collect();
        self.serialise_all(&keys).await
    }

    /// The sets with a seat for a player, the oldest first, at most `limit`: offered still, not their own,
    /// with no question that they have seen, and not of somebody they met after `met_after`.
    pub async fn open_seats(
        &mut self,
        seeker: Seeker<'_>,
        limit: u32,
        now: Timestamp,
    ) -> Result<OpenSeats, StoreError> {
        let rows = fetch_all!(
            self,
            (String, i64, Option<i64>, Option<i64>),
            "select question_set.id, opened_at_ms,
                (select points_milli from rating
                    where player_id = owner_id and category_id = $1),
                (select points_milli from rating where player_id = $3 and category_id = $1)
            from question_set
            where category_id = $1 and stake_cents = $2
                and offered_until_ms >= $4
                and owner_id <> $3
                and not exists (
                    select 1 from set_question
                    join seen on seen.question_id = set_question.question_id
                    where set_question.set_id = question_set.id and seen.player_id = $3)
                and not exists (
                    select 1 from entry as mine
                    join entry as theirs on theirs.set_id = mine.set_id
                    where mine.player_id = $3 and mine.staked_at_ms > $5
                        and theirs.player_id = question_set.owner_id)
            order by opened_at_ms, question_set.id
            limit $6",
            seeker.category.to_lowercase(),
            seeker.stake.get(),
            seeker.player.to_string(),
            now.ms(),
            seeker.met_after.ms(),
            i64::from(limit)
        )?;
        let own = rows.first().and_then(|(_, _, _, own)| *own);
        let seats = rows.into_iter().map(|(id, opened_at_ms, strength, _)| {
            Ok(OpenSeat {
                set: parse("question_set", "id", &id)?,
                opened_at: Timestamp::from_ms(opened_at_ms),
                strength: strength.unwrap_or(START_MILLI),
            })
        });
        Ok(OpenSeats {
            strength: own.unwrap_or(START_MILLI),
            seats: seats.collect::<Result<_, StoreError>>()?,
        })
    }

    /// Opens a set.
    pub async fn open_set(&mut self, set: &OpenSet, now: Timestamp) -> Result<(), StoreError> {
        let questions: Vec<_> = set.questions.iter().map(ToString::to_string).collect();
        let questions = json!(questions).to_string();
        let (id, category) = (set.id.to_string(), set.category.to_lowercase());
        let inserted = match &self.engine {
            EngineTx::Sqlite(_) => {
                execute!(
                    self,
                    "insert into question_set
                        (id, category_id, stake_cents, owner_id, opened_at_ms, offered_until_ms)
                    values ($1, $2, $3, $4, $5, $6)",
                    id.as_str(),
                    category,
                    set.stake.get(),
                    set.owner.to_string(),
                    now.ms(),
                    set.offered_until.ms()
                )?;
                execute!(
                    self,
                    "insert into set_question (set_id, position, question_id, version)
                    select $1, key + 1, question.id, question.version
                    from json_each($2)
                    join question on question.id = value",
                    id,
                    questions
                )?
            }
            EngineTx::Postgres(_) => execute!(
                self,
                "with opened as (
                    insert into question_set
                        (id, category_id, stake_cents, owner_id, opened_at_ms, offered_until_ms)
                    values ($1, $2, $3, $4, $5, $6)
                )
                insert into set_question (set_id, position, question_id, version)
                select $1, place, question.id, question.version
                from json_array_elements_text(cast($7 as json))
                    with ordinality as rows (value, place)
                join question on question.id = value",
                id,
                category,
                set.stake.get(),
                set.owner.to_string(),
                now.ms(),
                set.offered_until.ms(),
                questions
            )?,
        };
        expect_rows(inserted, set.questions.len() as u64, "set_question", set.id)
    }

    /// Takes the second seat of a set: it is offered no more, and its owner's entry is no longer
    /// due for a refund.
    pub async fn take_second_seat(&mut self, set: SetId) -> Result<(), StoreError> {
        let taken = match &self.engine {
            EngineTx::Sqlite(_) => {
                execute!(
                    self,
                    "update entry set due_at_ms = null where set_id = $1 and state = 'waiting'",
                    set.to_string()
                )?;
                fetch_all!(
                    self,
                    (i64,),
                    "update question_set set offered_until_ms = null
                    where id = $1 and offered_until_ms is not null
                    returning opened_at_ms",
                    set.to_string()
                )?
            }
            EngineTx::Postgres(_) => fetch_all!(
                self,
                (i64,),
                "with awaited as (
                    update entry set due_at_ms = null where set_id = $1 and state = 'waiting'
                )
                update question_set set offered_until_ms = null
                where id = $1 and offered_until_ms is not null
                returning opened_at_ms",
                set.to_string()
            )?,
        };
        expect_rows(taken.len() as u64, 1, "question_set", set)?;
        if let [(opened_at_ms,)] = taken.as_slice() {
            self.tally.second_seat(*opened_at_ms);
        }
        Ok(())
    }

    /// Writes down that a player has seen the questions of a set.
    pub async fn mark_seen(
        &mut self,
        player: PlayerId,
        set: SetId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into seen (player_id, question_id, at_ms)
            select $1, question_id, $3 from set_question where set_id = $2
            on conflict (player_id, question_id) do update set at_ms = excluded.at_ms",
            player.to_string(),
            set.to_string(),
            now.ms()
        )?;
        Ok(())
    }

    /// The category's name, the stake and the number of questions of a set.
    pub async fn set_figures(&mut self, set: SetId) -> Result<(String, Cents, i64), StoreError> {
        let mut figures = self.figures_of(&[set]).await?;
        let figures = figures.remove(&set);
        let figures =
            figures.ok_or_else(|| StoreError::corrupt("question_set", set, "does not exist"))?;
        Ok((figures.category, figures.stake, figures.questions))
    }

    /// The figures of many sets; those that do not exist are left out.
    pub async fn figures_of(
        &mut self,
        sets: &[SetId],
    ) -> Result<BTreeMap<SetId, SetFigures>, StoreError> {
        let select = of_ids!(
            self,
            "select question_set.id, category.name, stake_cents, (
                select cast(count(*) as bigint) from set_question
                where set_id = question_set.id)
            from question_set
            join category on category.id = question_set.category_id
            where question_set.id in ",
            ""
        );
        let rows = fetch_all!(self, (String, String, i64, i64), select, ids_json(sets))?;
        rows.into_iter()
            .map(|(id, category, cents, questions)| {
                let figures = SetFigures {
                    category,
                    stake: Cents::new(cents),
                    questions,
                };
                Ok((parse("question_set", "id", &id)?, figures))
            })
            .collect()
    }

    /// Makes sets due for settlement.
    pub async fn make_settleable(
        &mut self,
        sets: &[SetId],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let update = of_ids!(
            self,
            "update question_set set settle_at_ms = $2 where id in ",
            ""
        );
        let changed = execute!(self, update, ids_json(sets), now.ms())?;
        expect_all(changed, sets.len(), "question_set")
    }

    /// Closes sets for good: nothing is offered and nothing is due. A set that is to be voided is not
    /// closed so, which is a conflict.
    pub async fn close_sets(&mut self, sets: &[SetId]) -> Result<(), StoreError> {
        let update = of_ids!(
            self,
            "update question_set set offered_until_ms = null, settle_at_ms = null where id in ",
            " and (withdrawal_id is null or voided_at_ms is not null)"
        );
        let changed = execute!(self, update, ids_json(sets))?;
        if usize::try_from(changed) != Ok(sets.len()) && !self.sets_to_void(sets).await?.is_empty()
        {
            return Err(StoreError::Conflict("a set that is to be voided".into()));
        }
        expect_all(changed, sets.len(), "question_set")
    }

    /// Writes down matches: both entries of each set, and who won.
    pub async fn add_matches(
        &mut self,
        matches: &[(SetId, Option<EntryId>)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rows = matches.iter().map(|(set, winner)| {
            let winner = winner.map(|entry| entry.to_string());
            json!({ "set": set.to_string(), "winner": winner })
        });
        let rows: Vec<_> = rows.collect();
        let insert = of_batch!(
            self,
            "insert into game_match (set_id, winner_id, settled_at_ms)
            select value ->> 'set', value ->> 'winner', $2 from ",
            ""
        );
        execute!(self, insert, json!(rows).to_string(), now.ms())?;
        Ok(())
    }
}
