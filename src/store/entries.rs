//! Entries and their answers.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    StoreError, Tx,
    engine::{expect_all, expect_rows, ids_json, parse},
};
use crate::core::{
    game::{
        clock::Spent,
        score::Score,
        settle::{Outcome, Played},
    },
    ids::{EntryId, PlayerId, SetId},
    money::Cents,
    time::Timestamp,
};

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryState {
    /// A question is under way.
    Playing,
    /// Finished; the opponent, or the settlement, is awaited.
    Waiting,
    /// Won its match.
    Won,
    /// Lost its match.
    Lost,
    /// Drew its match.
    Drawn,
    /// Unpaired: stake and bonus went back.
    Refunded,
    /// Unpaired, nothing answered, or void: the stake went back.
    Returned,
}

impl EntryState {
    const ALL: [Self; 7] = [
        Self::Playing,
        Self::Waiting,
        Self::Won,
        Self::Lost,
        Self::Drawn,
        Self::Refunded,
        Self::Returned,
    ];

    /// The name in the database, in reports and in texts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Playing => "playing",
            Self::Waiting => "waiting",
            Self::Won => "won",
            Self::Lost => "lost",
            Self::Drawn => "drawn",
            Self::Refunded => "refunded",
            Self::Returned => "returned",
        }
    }
}

/// One player's seat in a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The id.
    pub id: EntryId,
    /// The set.
    pub set: SetId,
    /// First or second seat: 1 or 2.
    pub seat: i64,
    /// Whose it is.
    pub player: PlayerId,
    /// Where it stands.
    pub state: EntryState,
    /// How this player sees the choices of each question: by place, the choice's own number.
    pub choice_orders: Vec<Vec<u8>>,
    /// The question under way, from 1.
    pub position: i64,
    /// When that question was first sent.
    pub sent_at: Timestamp,
    /// Time used so far.
    pub spent: Spent,
    /// Answers in time.
    pub answered: u8,
    /// Right answers in time.
    pub correct: u8,
    /// What went into the wallet at the end.
    pub received: Cents,
    /// When the stake was taken.
    pub staked_at: Timestamp,
}

impl Entry {
    /// What was answered, for the decision.
    #[must_use]
    pub const fn score(&self) -> Score {
        Score {
            correct: self.correct,
            answered: self.answered,
            answering_ms: self.spent.answering_ms,
        }
    }

    /// The entry as settlement needs it.
    #[must_use]
    pub const fn played(&self) -> Played {
        Played {
            entry: self.id,
            player: self.player,
            score: self.score(),
        }
    }
}

/// An answer in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenAnswer {
    /// The question's own number of the choice, from 1.
    pub choice: u8,
    /// Whether it is the right one.
    pub is_correct: bool,
    /// When it came in.
    pub received_at: Timestamp,
}

/// A round that is to be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FinishedRound {
    /// The entry.
    pub entry: EntryId,
    /// The question under way when it was read.
    pub position: i64,
    /// When the entry is unpaired for good; `None` where it has an opponent.
    pub due: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
pub(super) struct EntryRow {
    id: String,
    set_id: String,
    seat: i64,
    player_id: String,
    state: String,
    choice_orders: String,
    position: i64,
    sent_at_ms: i64,
    thinking_ms: i64,
    answering_ms: i64,
    answered: i64,
    correct: i64,
    received_cents: i64,
    staked_at_ms: i64,
}

impl TryFrom<EntryRow> for Entry {
    type Error = StoreError;

    fn try_from(row: EntryRow) -> Result<Self, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt("entry", &row.id, what);
        let state = EntryState::ALL
            .into_iter()
            .find(|state| state.name() == row.state);
        Ok(Self {
            id: parse("entry", "id", &row.id)?,
            set: parse("entry", "set_id", &row.set_id)?,
            seat: row.seat,
            player: parse("entry", "player_id", &row.player_id)?,
            state: state.ok_or_else(|| corrupt("state"))?,
            choice_orders: read_orders(&row.choice_orders).ok_or_else(|| corrupt("orders"))?,
            position: row.position,
            sent_at: Timestamp::from_ms(row.sent_at_ms),
            spent: Spent {
                thinking_ms: row.thinking_ms,
                answering_ms: row.answering_ms,
            },
            answered: u8::try_from(row.answered).map_err(|_| corrupt("answered"))?,
            correct: u8::try_from(row.correct).map_err(|_| corrupt("correct"))?,
            received: Cents::new(row.received_cents),
            staked_at: Timestamp::from_ms(row.staked_at_ms),
        })
    }
}

/// `"312 213"` for orders `[[3, 1, 2], [2, 1, 3]]`.
pub(super) fn write_orders(orders: &[Vec<u8>]) -> String {
    let order = |order: &Vec<u8>| order.iter().map(ToString::to_string).collect::<String>();
    orders.iter().map(order).collect::<Vec<_>>().join(" ")
}

fn read_orders(text: &str) -> Option<Vec<Vec<u8>>> {
    let digit = |c: char| c.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
    text.split(' ')
        .map(|order| order.chars().map(digit).collect())
        .collect()
}

impl Tx {
    /// Adds an entry whose first question is sent now; `clock_ends` is when its time has run out.
    pub async fn add_entry(
        &mut self,
        entry: &Entry,
        clock_ends: Timestamp,
    ) -> Result<(), StoreError> {
        let inserted = execute!(
            self,
            "insert into entry (id, set_id, seat, player_id, state, choice_orders, position,
                sent_at_ms, staked_at_ms, due_at_ms)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            entry.id.to_string(),
            entry.set.to_string(),
            entry.seat,
            entry.player.to_string(),
            entry.state.name(),
            write_orders(&entry.choice_orders),
            entry.position,
            entry.sent_at.ms(),
            entry.staked_at.ms(),
            clock_ends.ms()
        )?;
        self.tally.seated(entry.staked_at.ms());
        expect_rows(inserted, 1, "entry", entry.id)
    }

    /// An entry.
    pub async fn entry(&mut self, id: EntryId) -> Result<Option<Entry>, StoreError> {
        let row = fetch_optional!(
            self,
            EntryRow,
            "select id, set_id, seat, player_id, state, choice_orders, position, sent_at_ms,
                thinking_ms, answering_ms, answered, correct, received_cents, staked_at_ms
            from entry where id = $1",
            id.to_string()
        )?;
        row.map(Entry::try_from).transpose()
    }

    /// A player's unfinished and waiting entries, oldest first.
    pub async fn open_entries(&mut self, player: PlayerId) -> Result<Vec<Entry>, StoreError> {
        let rows = fetch_all!(
            self,
            EntryRow,
            "select id, set_id, seat, player_id, state, choice_orders, position, sent_at_ms,
                thinking_ms, answering_ms, answered, correct, received_cents, staked_at_ms
            from entry
            where player_id = $1 and state in ('playing', 'waiting')
            order by staked_at_ms, id",
            player.to_string()
        )?;
        rows.into_iter().map(Entry::try_from).collect()
    }

    /// The entries of a set, first seat first.
    pub async fn entries_of(&mut self, set: SetId) -> Result<Vec<Entry>, StoreError> {
        let rows = fetch_all!(
            self,
            EntryRow,
            "select id, set_id, seat, player_id, state, choice_orders, position, sent_at_ms,
                thinking_ms, answering_ms, answered, correct, received_cents, staked_at_ms
            from entry where set_id = $1
            order by seat",
            set.to_string()
        )?;
        rows.into_iter().map(Entry::try_from).collect()
    }

    /// The entries of many sets, by set and seat.
    pub async fn entries_in(&mut self, sets: &[SetId]) -> Result<Vec<Entry>, StoreError> {
        let select = of_ids!(
            self,
            "select id, set_id, seat, player_id, state, choice_orders, position, sent_at_ms,
                thinking_ms, answering_ms, answered, correct, received_cents, staked_at_ms
            from entry where set_id in ",
            " order by set_id, seat"
        );
        let rows = fetch_all!(self, EntryRow, select, ids_json(sets))?;
        rows.into_iter().map(Entry::try_from).collect()
    }

    /// The sets of entries, each once; entries that do not exist are left out.
    pub async fn sets_of(&mut self, entries: &[EntryId]) -> Result<Vec<SetId>, StoreError> {
        let select = of_ids!(
            self,
            "select distinct set_id from entry where id in ",
            " order by set_id"
        );
        let rows = fetch_all!(self, (String,), select, ids_json(entries))?;
        rows.iter()
            .map(|(id,)| parse("entry", "set_id", id))
            .collect()
    }

    /// The question under way is timed from another instant.
    ///
    /// # Errors
    /// When no question of the entry is under way.
    pub async fn time_question(
        &mut self,
        id: EntryId,
        sent_at: Timestamp,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        let changed = execute!(
            self,
            "update entry set sent_at_ms = $2, due_at_ms = $3
            where id = $1 and state = 'playing'",
            id.to_string(),
            sent_at.ms(),
            due.ms()
        )?;
        expect_rows(changed, 1, "entry", id)
    }

    /// Ends a round. `due` is when the entry is unpaired for good; `None` where it has an opponent.
    pub async fn finish_entry(
        &mut self,
        id: EntryId,
        now: Timestamp,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let changed = execute!(
            self,
            "update entry set state = 'waiting', finished_at_ms = $2, due_at_ms = $3
            where id = $1 and state = 'playing'",
            id.to_string(),
            now.ms(),
            due.map(Timestamp::ms)
        )?;
        expect_rows(changed, 1, "entry", id)
    }

    /// Ends rounds, each if it is at the place still that it was read at: gives those that were
    /// ended. The others went on meanwhile.
    pub async fn finish_entries(
        &mut self,
        rounds: &[FinishedRound],
        now: Timestamp,
    ) -> Result<BTreeSet<EntryId>, StoreError> {
        let rows = rounds.iter().map(|round| {
            json!({
                "id": round.entry.to_string(),
                "position": round.position,
                "due": round.due.map(Timestamp::ms),
            })
        });
        let rows: Vec<_> = rows.collect();
        let update = of_batch!(
            self,
            "update entry
            set state = 'waiting', finished_at_ms = $2, due_at_ms = batch.due_at_ms
            from (
                select value ->> 'id' as id, cast(value ->> 'position' as bigint) as position,
                    cast(value ->> 'due' as bigint) as due_at_ms
                from ",
            ") as batch
            where entry.id = batch.id and entry.position = batch.position
                and entry.state = 'playing'
            returning entry.id"
        );
        let ended = fetch_all!(self, (String,), update, json!(rows).to_string(), now.ms())?;
        ended.iter().map(|(id,)| parse("entry", "id", id)).collect()
    }

    /// Ends entries for good.
    pub async fn end_entries(&mut self, outcomes: &[Outcome]) -> Result<(), StoreError> {
        let rows = outcomes.iter().map(|outcome| {
            json!({
                "id": outcome.entry.to_string(),
                "state": outcome.ending.name(),
                "cents": outcome.received.get(),
            })
        });
        let rows: Vec<_> = rows.collect();
        let update = of_batch!(
            self,
            "update entry
            set state = batch.state, received_cents = batch.cents, due_at_ms = null
            from (
                select value ->> 'id' as id, value ->> 'state' as state,
                    cast(value ->> 'cents' as bigint) as cents
                from ",
            ") as batch
            where entry.id = batch.id and entry.state = 'waiting'"
        );
        let changed = execute!(self, update, json!(rows).to_string())?;
        expect_all(changed, outcomes.len(), "entry")?;
        let endings = outcomes.iter().map(|outcome| outcome.ending.name());
        endings.for_each(|ending| self.tally.entry(ending));
        Ok(())
    }
}
