//! What was answered in a game.

use super::{StoreError, Tx};
use crate::core::ids::EntryId;

/// One question of a finished game, with what the player answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GameAnswer {
    /// The place in the set, from 1.
    pub position: i64,
    /// The number of the choice that was picked in time, from 1; `None`: not answered.
    pub choice: Option<i64>,
}

impl Tx {
    /// What an entry's player answered, by place.
    pub async fn answers(&mut self, entry: EntryId) -> Result<Vec<GameAnswer>, StoreError> {
        let rows = fetch_all!(
            self,
            (i64, Option<i64>),
            "select set_question.position, answer.choice
            from entry
            join set_question on set_question.set_id = entry.set_id
            left join answer on answer.entry_id = entry.id
                and answer.position = set_question.position
            where entry.id = $1
            order by 1",
            entry.to_string()
        )?;
        Ok(rows
            .into_iter()
            .map(|(position, choice)| GameAnswer { position, choice })
            .collect())
    }
}
