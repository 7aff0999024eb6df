//! What looks unfair, for an operator to judge: one row a case, however often it is seen.

use serde_json::json;

use super::{
    StoreError, Tx,
    engine::{ids_json, parse},
};
use crate::core::{
    fair::{Case, Kind, Verdict, reopens},
    ids::{FlagId, PlayerId, SetId},
    operator::By,
    time::Timestamp,
};

/// A case as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The id.
    pub id: FlagId,
    /// What kind.
    pub kind: Kind,
    /// Whom it is about.
    pub players: Vec<PlayerId>,
    /// How much there is to it: 100 is just enough.
    pub score: i64,
    /// It in one line.
    pub summary: String,
    /// What was counted: names and values.
    pub evidence: Vec<(String, String)>,
    /// What was decided; `None`: it waits.
    pub verdict: Option<Verdict>,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// Who decided last, when, and why.
    pub review: Option<(String, Timestamp, String)>,
}

/// Which cases are looked at.
#[derive(Clone, Debug, Default)]
pub struct FlagFilter {
    /// Those that are decided, too.
    pub all: bool,
    /// Only those about this player.
    pub player: Option<PlayerId>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    kind: String,
    score: i64,
    summary: String,
    evidence: String,
    state: String,
    first_seen_ms: i64,
    last_seen_ms: i64,
    reviewed_by: Option<String>,
    reviewed_at_ms: Option<i64>,
    review_reason: Option<String>,
}

impl TryFrom<Row> for Flag {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = |what: &str| StoreError::corrupt("fair_flag", &row.id, what);
        let review = match (row.reviewed_by, row.reviewed_at_ms, row.review_reason) {
            (Some(by), Some(ms), reason) => {
                Some((by, Timestamp::from_ms(ms), reason.unwrap_or_default()))
            }
            _ => None,
        };
        Ok(Self {
            id: parse("fair_flag", "id", &row.id)?,
            kind: Kind::named(&row.kind).ok_or_else(|| corrupt("kind"))?,
            players: Vec::new(),
            score: row.score,
            summary: row.summary,
            evidence: serde_json::from_str(&row.evidence).map_err(|_| corrupt("evidence"))?,
            verdict: Verdict::named(&row.state),
            first_seen: Timestamp::from_ms(row.first_seen_ms),
            last_seen: Timestamp::from_ms(row.last_seen_ms),
            review,
        })
    }
}

impl Tx {
    /// Keeps a case: a new row, or the row that it has. One that was dismissed is open again where there
    /// is much more to it now. Gives the id of one that is new or open again.
    pub async fn keep_case(
        &mut self,
        id: FlagId,
        case: &Case,
        now: Timestamp,
    ) -> Result<Option<FlagId>, StoreError> {
        let identity = case.identity();
        let before = fetch_optional!(
            self,
            (String, String, Option<i64>),
            "select id, state, reviewed_score from fair_flag where identity = $1",
            identity.as_str()
        )?;
        let evidence = json!(case.evidence).to_string();
        let (kept, is_new, state) = match before {
            None => (id.to_string(), true, "open".to_owned()),
            Some((kept, state, reviewed)) => {
                let is_dismissed = Verdict::named(&state) == Some(Verdict::Dismissed);
                let comes_back = is_dismissed && reopens(reviewed.unwrap_or_default(), case.score);
                (
                    kept,
                    comes_back,
                    if comes_back { "open".into() } else { state },
                )
            }
        };
        execute!(
            self,
            "insert into fair_flag (id, kind, identity, score, summary, evidence, state,
                first_seen_ms, last_seen_ms)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
            on conflict (identity) do update
                set score = excluded.score, summary = excluded.summary,
                    evidence = excluded.evidence, state = excluded.state,
                    last_seen_ms = excluded.last_seen_ms",
            kept.as_str(),
            case.kind.name(),
            identity.as_str(),
            case.score,
            case.summary.as_str(),
            evidence.as_str(),
            state.as_str(),
            now.ms()
        )?;
        let insert = of_ids_rows(self);
        execute!(self, insert, ids_json(&case.players), kept.as_str())?;
        let kept = parse("fair_flag", "id", &kept)?;
        Ok(is_new.then_some(kept))
    }

    /// Cases, those with the most to them first, at most `limit`.
    pub async fn flags(
        &mut self,
        filter: &FlagFilter,
        limit: i64,
    ) -> Result<Vec<Flag>, StoreError> {
        let rows = fetch_all!(
            self,
            Row,
            "select id, kind, score, summary, evidence, state, first_seen_ms, last_seen_ms,
                reviewed_by, reviewed_at_ms, review_reason
            from fair_flag
            where ($1 = 1 or state = 'open')
                and (cast($2 as text) is null or exists (
                    select 1 from fair_flag_player where flag_id = fair_flag.id and player_id = $2))
            order by case state when 'open' then 0 else 1 end, score desc, last_seen_ms desc, id
            limit $3",
            i64::from(filter.all),
            filter.player.map(|player| player.to_string()),
            limit
        )?;
        self.with_players(rows).await
    }

    /// A case.
    pub async fn flag(&mut self, id: FlagId) -> Result<Option<Flag>, StoreError> {
        let row = fetch_optional!(
            self,
            Row,
            "select id, kind, score, summary, evidence, state, first_seen_ms, last_seen_ms,
                reviewed_by, reviewed_at_ms, review_reason
            from fair_flag where id = $1",
            id.to_string()
        )?;
        let mut flags = self.with_players(row.into_iter().collect()).await?;
        Ok(flags.pop())
    }

    async fn with_players(&mut self, rows: Vec<Row>) -> Result<Vec<Flag>, StoreError> {
        let ids: Vec<&String> = rows.iter().map(|row| &row.id).collect();
        let select = of_ids!(
            self,
            "select flag_id, player_id from fair_flag_player where flag_id in ",
            " order by flag_id, player_id"
        );
        let players = fetch_all!(self, (String, String), select, ids_json(&ids))?;
        let mut flags = rows
            .into_iter()
            .map(Flag::try_from)
            .collect::<Result<Vec<_>, _>>()?;
        for (flag, player) in players {
            let player = parse("fair_flag_player", "player_id", &player)?;
            let flag = flags.iter_mut().find(|known| known.id.to_string() == flag);
            if let Some(flag) = flag {
                flag.players.push(player);
            }
        }
        Ok(flags)
    }

    /// Keeps what an operator decided about a case. False when there is none with this id.
    pub async fn review_flag(
        &mut self,
        id: FlagId,
        verdict: Verdict,
        by: &By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let changed = execute!(
            self,
            "update fair_flag set state = $2, reviewed_score = score, reviewed_by = $3,
                reviewed_at_ms = $4, review_reason = $5
            where id = $1",
            id.to_string(),
            verdict.name(),
            by.actor.name(),
            now.ms(),
            by.why.text()
        )?;
        Ok(changed == 1)
    }

    /// How many cases wait for an operator.
    pub async fn open_flags(&mut self) -> Result<i64, StoreError> {
        let row = fetch_optional!(
            self,
            (i64,),
            "select cast(count(*) as bigint) from fair_flag where state = 'open'"
        )?;
        Ok(row.map_or(0, |(count,)| count))
    }

    /// The last matches of two players with each other, the newest first.
    pub async fn matches_between(
        &mut self,
        one: PlayerId,
        other: PlayerId,
        limit: i64,
    ) -> Result<Vec<(SetId, Timestamp, Option<PlayerId>)>, StoreError> {
        let rows = fetch_all!(
            self,
            (String, i64, Option<String>),
            "select game_match.set_id, settled_at_ms, winner.player_id
            from entry as mine
            join entry as theirs on theirs.set_id = mine.set_id and theirs.player_id = $2
            join game_match on game_match.set_id = mine.set_id
            left join entry as winner on winner.id = winner_id
            where mine.player_id = $1
            order by mine.staked_at_ms desc
            limit $3",
            one.to_string(),
            other.to_string(),
            limit
        )?;
        rows.into_iter()
            .map(|(set, ms, winner)| {
                let winner = winner
                    .map(|id| parse("entry", "player_id", &id))
                    .transpose()?;
                let set = parse("game_match", "set_id", &set)?;
                Ok((set, Timestamp::from_ms(ms), winner))
            })
            .collect()
    }
}

/// Adds players to a case; those that it has stay.
fn of_ids_rows(tx: &Tx) -> &'static str {
    tx.by_engine(
        "insert into fair_flag_player (flag_id, player_id)
        select $2, value from json_each($1) where true
        on conflict (flag_id, player_id) do nothing",
        "insert into fair_flag_player (flag_id, player_id)
        select $2, value from json_array_elements_text(cast($1 as json)) as ids (value) where true
        on conflict (flag_id, player_id) do nothing",
    )
}
