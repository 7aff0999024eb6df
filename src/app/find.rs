//! Finding a player by whatever an operator is told on the phone.

use std::collections::BTreeMap;

use super::{App, AppError};
use crate::{
    core::{ids::PlayerId, msisdn::Msisdn},
    store::{Hit, Player},
};

/// The longest text that is looked for, in characters: more than any id has.
const LONGEST: usize = 64;
/// The most that is found.
const MOST: i64 = 20;
/// With how many digits the end of a number is looked for: fewer say too little.
const LAST_DIGITS: std::ops::RangeInclusive<usize> = 4..=12;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What has that name, or whose number it is.
    pub hits: Vec<Hit>,
    /// The players of the hits.
    pub players: BTreeMap<PlayerId, Player>,
}

impl App {
    /// Looks for a number in any form, the last digits of one, a receipt, a reference, or an id of
    /// anything. What cannot be any of these finds nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn find(&self, text: &str) -> Result<Findings, AppError> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > LONGEST {
            return Ok(Findings::default());
        }
        let mut tx = self.store().read().await?;
        let mut hits = Vec::new();
        let of_player = |player: PlayerId| Hit {
            what: "player".into(),
            id: player.to_string(),
            player: Some(player),
        };
        let separates = |c: char| matches!(c, ' ' | '-' | '+' | '(' | ')');
        let digits: String = text.chars().filter(|c| !separates(*c)).collect();
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if let Ok(number) = Msisdn::parse(&digits) {
            let player = tx.player(&number).await?;
            hits.extend(player.map(|player| of_player(player.id)));
        } else if is_number && LAST_DIGITS.contains(&digits.len()) {
            let players = tx.players_by_last_digits(&digits, MOST).await?;
            hits.extend(players.into_iter().map(of_player));
        }
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            hits.extend(tx.find_by_name(text, MOST).await?);
        }
        let mut ids: Vec<PlayerId> = hits.iter().filter_map(|hit| hit.player).collect();
        ids.sort_unstable();
        ids.dedup();
        let players = tx.players_by_id(&ids).await?;
        Ok(Findings { hits, players })
    }
}
