//! A round: the question under way, answers, and its end.

use std::time::Duration;

use super::{App, AppError, hop::TurnContext, registration::player_of};
use crate::{
    core::{
        game::{
            clock::{RoundClock, Spent, Verdict},
            score::{Decision, decide},
        },
        ids::{EntryId, PlayerId},
        time::Timestamp,
    },
    menu::{Item, Outcome},
    session::Conversation,
    store::{Entry, EntryState, GivenAnswer, QuestionText, Tx},
};

/// How long after the clock has run out the job ends a round: an answer that was received in time
/// may still be on its way to the database.
const GRACE: Duration = Duration::from_secs(2);

impl App {
    pub(super) fn round_clock(&self) -> RoundClock {
        RoundClock::new(self.rules())
    }

    /// Whether no answer to the question under way can count any more.
    pub(super) fn has_run_out(&self, entry: &Entry, now: Timestamp) -> bool {
        now > self.round_clock().deadline(entry.spent, entry.sent_at)
    }

    /// Whether the clock has been set back to before the question under way was sent: its time
    /// begins anew.
    pub(super) fn is_before_its_question(&self, entry: &Entry, now: Timestamp) -> bool {
        self.round_clock().timed_from(entry.sent_at, now) != entry.sent_at
    }

    /// Begins the time of the question under way anew, where the clock is before it.
    pub(super) async fn time_anew(
        &self,
        tx: &mut Tx,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Entry, AppError> {
        if !self.is_before_its_question(&entry, now) {
            return Ok(entry);
        }
        let sent_at = self.round_clock().timed_from(entry.sent_at, now);
        let due = self.due_after(entry.spent, sent_at);
        tx.time_question(entry.id, sent_at, due).await?;
        tracing::warn!(entry = %entry.id, "the clock has been set back; its question is timed anew");
        Ok(Entry { sent_at, ..entry })
    }

    /// When the question that this hop sends counts as sent: now, rather than when the hop came in,
    /// so that a slow database costs the player nothing.
    pub(super) fn question_sent_at(&self, turn: &TurnContext<'_>) -> Timestamp {
        self.clock().now().max(turn.now)
    }

    pub(super) fn due_after(&self, spent: Spent, sent_at: Timestamp) -> Timestamp {
        self.round_clock().deadline(spent, sent_at).after(GRACE)
    }

    /// The player's round with a question under way, if there is one.
    pub(super) async fn round_under_way(
        &self,
        tx: &mut Tx,
        player: PlayerId,
    ) -> Result<Option<Entry>, AppError> {
        let open = tx.open_entries(player).await?;
        Ok(open
            .into_iter()
            .find(|entry| entry.state == EntryState::Playing))
    }

    /// The question under way as an outcome: `next`, with its choices as this player sees them.
    async fn question(
        &self,
        tx: &mut Tx,
        entry: &Entry,
        locale: &str,
    ) -> Result<Outcome, AppError> {
        let question = tx
            .question_of_set(entry.set, entry.position, locale)
            .await?;
        asked(entry, question)
    }

    /// A redial in mid-game: the same question, with the time that is left.
    pub(super) async fn resumed(
        &self,
        tx: &mut Tx,
        entry: &Entry,
        locale: &str,
        now: Timestamp,
    ) -> Result<Outcome, AppError> {
        let left_ms = self.round_clock().left_ms(entry.spent, entry.sent_at, now);
        let question = self.question(tx, entry, locale).await?;
        let mut outcome = question.with([("left", (left_ms / 1_000).to_string())]);
        outcome.name = "playing";
        outcome.hint = Some("resumed");
        Ok(outcome)
    }

    /// Answers the question that the session shows, with its `choice`.
    pub(super) async fn answer(
        &self,
        tx: &mut Tx,
        turn: &TurnContext<'_>,
        conversation: &Conversation,
    ) -> Result<Outcome, AppError> {
        let state = &conversation.state;
        let unusable = AppError::Unusable("no question under way");
        let id: EntryId = state.value("entry").parse().map_err(|_| unusable)?;
        let choice: u8 = state
            .value("choice")
            .parse()
            .map_err(|_| AppError::Unusable("no choice"))?;
        let player = player_of(conversation)?;
        tx.serialise_player(player).await?;
        let entry = tx.entry(id).await?.filter(|entry| entry.player == player);
        let entry = entry.ok_or(AppError::Unusable("no such entry"))?;
        if entry.state == EntryState::Returned && tx.is_voided(entry.set).await? {
            let (category, _, _) = tx.set_figures(entry.set).await?;
            return Ok(Outcome::named("voided").with([
                ("category", category),
                ("received", entry.received.to_string()),
            ]));
        }
        if entry.state != EntryState::Playing {
            let ending = if is_done(&entry) { "done" } else { "late" };
            let opponent = opponent_of(tx, &entry).await?;
            return self.closing(tx, &entry, opponent, ending).await;
        }
        let spent = match self
            .round_clock()
            .judge(entry.spent, entry.sent_at, turn.now)
        {
            Verdict::Late => return self.finish(tx, &entry, "late", turn.now).await,
            Verdict::InTime(spent) => spent,
        };
        if entry.position.to_string() != state.value("n") {
            // Answered in another session: what this phone shows is not under way any more.
            return self.question(tx, &entry, &state.locale).await;
        }
        let question = tx
            .question_of_set(entry.set, entry.position, &state.locale)
            .await?;
        let is_correct = choice == question.answer;
        let sent_at = self.question_sent_at(turn);
        let answer = GivenAnswer {
            choice,
            is_correct,
            received_at: turn.now,
        };
        tx.add_answer(
            &entry,
            answer,
            spent,
            sent_at,
            self.due_after(spent, sent_at),
        )
        .await?;
        let entry = Entry {
            position: entry.position + 1,
            sent_at,
            spent,
            answered: entry.answered + 1,
            correct: entry.correct + u8::from(is_correct),
            ..entry
        };
        if is_done(&entry) {
            return self.finish(tx, &entry, "done", turn.now).await;
        }
        self.question(tx, &entry, &state.locale).await
    }

    /// Ends a round: from here on the entry waits for its opponent, or for settlement. `ending` is
    /// `done` or `late`.
    pub(super) async fn finish(
        &self,
        tx: &mut Tx,
        entry: &Entry,
        ending: &str,
        now: Timestamp,
    ) -> Result<Outcome, AppError> {
        tx.serialise_set(entry.set).await?;
        let opponent = opponent_of(tx, entry).await?;
        let window_ends = entry.staked_at.after(self.rules().pairing_window);
        let due = if opponent.is_some() {
            None
        } else {
            Some(window_ends)
        };
        tx.finish_entry(entry.id, now, due).await?;
        let is_awaited = |opponent: &Entry| opponent.state == EntryState::Waiting;
        if opponent.as_ref().is_some_and(is_awaited) {
            tx.make_settleable(&[entry.set], now).await?;
        }
        tracing::info!(entry = %entry.id, correct = entry.correct, ending, "round finished");
        self.closing(tx, entry, opponent, ending).await
    }

    /// What the closing screen of a finished round says: who won, where the opponent is done too.
    async fn closing(
        &self,
        tx: &mut Tx,
        entry: &Entry,
        opponent: Option<Entry>,
        ending: &str,
    ) -> Result<Outcome, AppError> {
        let (category, stake, of) = tx.set_figures(entry.set).await?;
        let window_ends = entry.staked_at.after(self.rules().pairing_window);
        let own = Outcome::named("waiting").with([
            ("ending", ending.to_owned()),
            ("category", category),
            ("stake", stake.to_string()),
            ("of", of.to_string()),
            ("correct", entry.correct.to_string()),
            ("seconds", seconds(entry.spent.answering_ms)),
            ("by", window_ends.in_nairobi().format("%H:%M").to_string()),
        ]);
        let Some(opponent) = opponent.filter(|other| other.state != EntryState::Playing) else {
            return Ok(own);
        };
        let name = match decide(entry.score(), opponent.score()) {
            Decision::First => "won",
            Decision::Second => "lost",
            Decision::Draw => "drawn",
        };
        let bounty = self.rules().bounty(stake).unwrap_or_default();
        let masked = tx.player_by_id(opponent.player).await?.msisdn.masked();
        Ok(Outcome { name, ..own }.with([
            ("bounty", bounty.to_string()),
            ("opponent", masked),
            ("their_correct", opponent.correct.to_string()),
            ("their_seconds", seconds(opponent.spent.answering_ms)),
        ]))
    }
}

/// The other entry of the set, if the second seat is taken.
pub(super) async fn opponent_of(tx: &mut Tx, entry: &Entry) -> Result<Option<Entry>, AppError> {
    let entries = tx.entries_of(entry.set).await?;
    Ok(entries.into_iter().find(|other| other.id != entry.id))
}

/// Whether every question is answered.
fn is_done(entry: &Entry) -> bool {
    usize::from(entry.answered) == entry.choice_orders.len()
}

/// A question of a round as an outcome: `next`, with its choices as this player sees them.
pub(super) fn asked(entry: &Entry, question: QuestionText) -> Result<Outcome, AppError> {
    let order = order_of(entry)?;
    let choice = |number: &u8| {
        let place = usize::from(*number).checked_sub(1)?;
        Some(Item::new(
            number.to_string(),
            "choice",
            question.choices.get(place)?.as_str(),
        ))
    };
    let items: Option<Vec<Item>> = order.iter().map(choice).collect();
    let items = items.ok_or(AppError::Unusable("choices do not fit their order"))?;
    let mut outcome = Outcome::named("next").with([
        ("entry", entry.id.to_string()),
        ("n", entry.position.to_string()),
        ("of", entry.choice_orders.len().to_string()),
        ("question", question.question),
    ]);
    outcome.items = Some(items);
    Ok(outcome)
}

/// How this player sees the choices of the question under way.
fn order_of(entry: &Entry) -> Result<&[u8], AppError> {
    let place = usize::try_from(entry.position - 1).ok();
    let order = place.and_then(|place| entry.choice_orders.get(place));
    order
        .map(Vec::as_slice)
        .ok_or(AppError::Unusable("no question at this place"))
}

/// Milliseconds as seconds with one digit: `12.3`.
pub(super) fn seconds(ms: i64) -> String {
    format!("{}.{}", ms / 1_000, ms % 1_000 / 100)
}
