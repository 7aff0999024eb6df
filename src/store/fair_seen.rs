//! What the fair play watch looks at, and how far it has looked: settled matches and their answers.

use super::{
    StoreError, Tx,
    engine::{ids_json, parse},
};
use crate::core::{
    ids::{EntryId, PlayerId, SetId},
    money::Cents,
    time::Timestamp,
};

/// How far one kind of thing has been looked at: its time, and its id among those of the same time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// The time of the last one.
    pub at: Timestamp,
    /// Its id.
    pub id: String,
}

/// A settled match, as the watch sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedMatch {
    /// Its set.
    pub set: SetId,
    /// When it was settled.
    pub settled_at: Timestamp,
    /// Category and stake: whom chance could have brought together.
    pub pool: String,
    /// The stake of each.
    pub stake: Cents,
    /// Both seats: the entry, whose it is, and what went into the wallet.
    pub seats: [(EntryId, PlayerId, Cents); 2],
    /// Who won; `None`: a draw.
    pub winner: Option<EntryId>,
}

/// How long one answer took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedAnswer {
    /// The entry.
    pub entry: EntryId,
    /// From question sent to answer received, in ms.
    pub took_ms: i64,
    /// Whether it was right.
    pub is_right: bool,
}

type MatchRow = (
    String,
    i64,
    String,
    i64,
    String,
    String,
    i64,
    String,
    String,
    i64,
    Option<String>,
);

impl Tx {
    /// How far `what` has been looked at.
    pub async fn looked(&mut self, what: &str) -> Result<Looked, StoreError> {
        let row = fetch_optional!(
            self,
            (i64, String),
            "select at_ms, id from fair_look where what = $1",
            what
        )?;
        Ok(row.map_or_else(Looked::default, |(ms, id)| Looked {
            at: Timestamp::from_ms(ms),
            id,
        }))
    }

    /// Keeps how far `what` has been looked at.
    pub async fn keep_looked(&mut self, what: &str, looked: &Looked) -> Result<(), StoreError> {
        execute!(
            self,
            "insert into fair_look (what, at_ms, id) values ($1, $2, $3)
            on conflict (what) do update set at_ms = excluded.at_ms, id = excluded.id",
            what,
            looked.at.ms(),
            looked.id.as_str()
        )?;
        Ok(())
    }

    /// The matches that were settled after those looked at and before `until`, the oldest first, at most
    /// `limit`.
    pub async fn matches_after(
        &mut self,
        looked: &Looked,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<WatchedMatch>, StoreError> {
        let rows = fetch_all!(
            self,
            MatchRow,
            "select game_match.set_id, settled_at_ms, category_id, stake_cents,
                first.id, first.player_id, first.received_cents,
                second.id, second.player_id, second.received_cents, winner_id
            from game_match
            join question_set on question_set.id = game_match.set_id
            join entry as first on first.set_id = game_match.set_id and first.seat = 1
            join entry as second on second.set_id = game_match.set_id and second.seat = 2
            where (settled_at_ms, game_match.set_id) > ($1, $2) and settled_at_ms < $3
            order by settled_at_ms, game_match.set_id
            limit $4",
            looked.at.ms(),
            looked.id.as_str(),
            until.ms(),
            limit
        )?;
        rows.into_iter().map(watched).collect()
    }

    /// How long the answers of entries took.
    pub async fn timed_answers(
        &mut self,
        entries: &[EntryId],
    ) -> Result<Vec<TimedAnswer>, StoreError> {
        let select = of_ids!(
            self,
            "select entry_id, received_at_ms - sent_at_ms, cast(is_correct as bigint)
            from answer where entry_id in ",
            " order by entry_id, position"
        );
        let rows = fetch_all!(self, (String, i64, i64), select, ids_json(entries))?;
        rows.into_iter()
            .map(|(entry, took_ms, is_correct)| {
                Ok(TimedAnswer {
                    entry: parse("answer", "entry_id", &entry)?,
                    took_ms,
                    is_right: is_correct != 0,
                })
            })
            .collect()
    }
}

fn watched(row: MatchRow) -> Result<WatchedMatch, StoreError> {
    let (set, settled_at_ms, category, stake_cents, first, player, received, ..) = &row;
    let (.., second, other, other_received, winner) = &row;
    let seat = |entry: &str, player: &str, cents: i64| {
        Ok::<_, StoreError>((
            parse("entry", "id", entry)?,
            parse("entry", "player_id", player)?,
            Cents::new(cents),
        ))
    };
    let winner = winner.as_deref();
    Ok(WatchedMatch {
        set: parse("game_match", "set_id", set)?,
        settled_at: Timestamp::from_ms(*settled_at_ms),
        pool: format!("{category}|{stake_cents}"),
        stake: Cents::new(*stake_cents),
        seats: [
            seat(first, player, *received)?,
            seat(second, other, *other_received)?,
        ],
        winner: winner
            .map(|id| parse("game_match", "winner_id", id))
            .transpose()?,
    })
}
