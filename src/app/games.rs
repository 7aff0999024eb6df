//! My games: the list, and one game in detail.

use super::{
    App, AppError,
    play::{opponent_of, seconds},
    registration::player_of,
};
use crate::{
    core::ids::EntryId,
    menu::{Item, Menu, Outcome, render, template::Values},
    session::Conversation,
    store::{Entry, EntryState, Tx},
};

/// How many games the list goes back.
const LISTED: i64 = 10;

impl App {
    /// The player's last games.
    pub(super) async fn games(
        &self,
        tx: &mut Tx,
        conversation: &Conversation,
    ) -> Result<Outcome, AppError> {
        let rows = tx.entry_rows(player_of(conversation)?, LISTED).await?;
        if rows.is_empty() {
            return Ok(Outcome::named("none"));
        }
        let item = |row: crate::store::EntryRow| {
            let stake = crate::core::money::Cents::new(row.stake_cents).to_string();
            let values = [
                ("category", row.category),
                ("stake", stake),
                ("state", row.state),
            ];
            let values = values.map(|(name, value)| (name.to_owned(), value));
            Item {
                value: row.id,
                values: Values::from(values),
            }
        };
        let mut outcome = Outcome::named("some");
        outcome.items = Some(rows.into_iter().map(item).collect());
        Ok(outcome)
    }

    /// One game: `game` of the session.
    pub(super) async fn game(
        &self,
        tx: &mut Tx,
        menu: &Menu,
        conversation: &Conversation,
    ) -> Result<Outcome, AppError> {
        let player = player_of(conversation)?;
        let id: Option<EntryId> = conversation.state.value("game").parse().ok();
        let entry = match id {
            Some(id) => tx.entry(id).await?.filter(|entry| entry.player == player),
            None => None,
        };
        let Some(entry) = entry else {
            return Ok(Outcome::named("none"));
        };
        let (category, stake, of) = tx.set_figures(entry.set).await?;
        let by = entry.staked_at.after(self.rules().pairing_window);
        let own = Outcome::named("open").with([
            ("category", category),
            ("stake", stake.to_string()),
            ("state", entry.state.name().to_owned()),
            ("of", of.to_string()),
            ("correct", entry.correct.to_string()),
            ("seconds", seconds(entry.spent.answering_ms)),
            ("received", entry.received.to_string()),
            ("by", by.in_nairobi().format("%H:%M").to_string()),
        ]);
        let name = match entry.state {
            // The right answers stay hidden as long as the opponent may be playing.
            EntryState::Playing | EntryState::Waiting => return Ok(own),
            EntryState::Won | EntryState::Lost | EntryState::Drawn => "settled",
            // What was asked was wrong, so its answers are not shown either.
            EntryState::Returned if tx.is_voided(entry.set).await? => {
                return Ok(Outcome {
                    name: "voided",
                    ..own
                });
            }
            EntryState::Refunded | EntryState::Returned => "unpaired",
        };
        let locale = &conversation.state.locale;
        let answers = self.answers(tx, &entry, menu, locale).await?;
        let mut outcome = Outcome { name, ..own }.with([("answers", answers)]);
        if let Some(opponent) = opponent_of(tx, &entry).await? {
            outcome = outcome.with([
                (
                    "opponent",
                    tx.player_by_id(opponent.player).await?.msisdn.masked(),
                ),
                ("their_correct", opponent.correct.to_string()),
                ("their_seconds", seconds(opponent.spent.answering_ms)),
            ]);
        }
        Ok(outcome)
    }

    /// Every question of a game with the right answer and the player's own.
    async fn answers(
        &self,
        tx: &mut Tx,
        entry: &Entry,
        menu: &Menu,
        locale: &str,
    ) -> Result<String, AppError> {
        let mut lines = Vec::new();
        for answer in tx.answers(entry.id).await? {
            let question = tx
                .question_of_set(entry.set, answer.position, locale)
                .await?;
            let choice = |number: i64| {
                let place = usize::try_from(number - 1).ok()?;
                question.choices.get(place).cloned()
            };
            let yours = answer
                .choice
                .and_then(choice)
                .unwrap_or_else(|| "nothing".into());
            let values = Values::from([
                ("n".into(), answer.position.to_string()),
                ("question".into(), question.question.clone()),
                (
                    "right".into(),
                    choice(i64::from(question.answer)).unwrap_or_default(),
                ),
                ("yours".into(), yours),
            ]);
            lines.push(render::label(menu, locale, "answer", &values));
        }
        Ok(lines.join("\n"))
    }
}
