//! A game: taking a seat, the question under way, answers, and the end of a round.

use std::time::Duration;

use super::{App, AppError, hop::TurnContext, registration::player_of};
use crate::{
    core::{
        game::{
            clock::{RoundClock, Spent, Verdict},
            score::{Decision, decide},
            seat::{MAX_SEATS, choose_seat, pick_questions, shuffle_choices},
        },
        ids::{EntryId, PlayerId, SetId},
        ledger,
        money::Cents,
        time::Timestamp,
    },
    menu::{Item, Outcome},
    session::Conversation,
    store::{Entry, EntryState, GivenAnswer, OpenSet, Player, Seeker, Tx},
};

/// How long after the clock has run out the job ends a round: an answer that was received in time
/// may still be on its way to the database.
const GRACE: Duration = Duration::from_secs(2);

impl App {
    fn round_clock(&self) -> RoundClock {
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
    fn question_sent_at(&self, turn: &TurnContext<'_>) -> Timestamp {
        self.clock().now().max(turn.now)
    }

    fn due_after(&self, spent: Spent, sent_at: Timestamp) -> Timestamp {
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

    /// Takes a seat: `category` and `stake` of the session. `goes_on`: after a reality check.
    pub(super) async fn stake(
        &self,
        tx: &mut Tx,
        turn: &TurnContext<'_>,
        conversation: &mut Conversation,
        goes_on: bool,
    ) -> Result<Outcome, AppError> {
        let id = player_of(conversation)?;
        let category = conversation.state.value("category").to_owned();
        let chosen = conversation.state.value("stake");
        let stake = self
            .rules()
            .stakes
            .iter()
            .find(|stake| stake.to_string() == chosen);
        let stake = *stake.ok_or(AppError::Unusable("no such stake"))?;
        tx.serialise_player(id).await?;
        let player = tx.player_by_id(id).await?;
        if let Some(outcome) = self.cannot_stake(tx, &player, stake, turn.now).await? {
            return Ok(outcome);
        }
        if goes_on {
            tx.keep_reality_check(id, turn.now).await?;
        } else if let Some(outcome) = self.reality(tx, id, turn.now).await? {
            return Ok(outcome);
        }
        tx.serialise_starts(&category, stake).await?;
        let Some((set, seat)) = self
            .take_seat(tx, player.id, &category, stake, turn.now)
            .await?
        else {
            return Ok(Outcome::named("too_few_questions"));
        };
        let sent_at = self.question_sent_at(turn);
        let entry = self.sit_down(tx, &player, set, seat, sent_at).await?;
        let transfer = ledger::stake(player.id, entry.id, stake);
        tx.book(transfer.as_slice(), turn.now).await?;
        tx.mark_seen(player.id, set, turn.now).await?;
        let left = player.balance.minus(stake).unwrap_or_default();
        let question = self
            .question(tx, &entry, &conversation.state.locale)
            .await?;
        tracing::info!(player = %turn.msisdn, entry = %entry.id, stake_cents = stake.get(), seat, "staked");
        Ok(Outcome {
            name: "seated",
            ..question
        }
        .with([("balance", left.to_string())]))
    }

    /// Why a player cannot stake now, as an outcome.
    async fn cannot_stake(
        &self,
        tx: &mut Tx,
        player: &Player,
        stake: Cents,
        now: Timestamp,
    ) -> Result<Option<Outcome>, AppError> {
        if let Some(closed) = self.closed(tx, now).await? {
            return Ok(Some(closed));
        }
        if let Some(outcome) = self.shut_out(player, now) {
            return Ok(Some(outcome));
        }
        let open = tx.open_entries(player.id).await?.len();
        if open >= usize::try_from(self.rules().open_entries).unwrap_or(usize::MAX) {
            return Ok(Some(Outcome::named("busy")));
        }
        if player.balance < stake {
            let missing = stake.minus(player.balance).unwrap_or_default();
            return Ok(Some(Outcome::named("short").with([
                ("balance", player.balance.to_string()),
                ("missing", missing.to_string()),
            ])));
        }
        Ok(None)
    }

    /// The second seat of a set that fits, or the first of a new one. `None`: there are too
    /// few questions.
    async fn take_seat(
        &self,
        tx: &mut Tx,
        player: PlayerId,
        category: &str,
        stake: Cents,
        now: Timestamp,
    ) -> Result<Option<(SetId, i64)>, AppError> {
        let rules = self.rules();
        let seeker = Seeker {
            player,
            category,
            stake,
            met_after: now.before(rules.rematch_cooldown),
        };
        // Where the oldest always goes first no other is looked for.
        let limit = if rules.strength_wait.is_zero() {
            1
        } else {
            MAX_SEATS
        };
        let open = tx.open_seats(seeker, limit, now).await?;
        if let Some(set) = choose_seat(&open.seats, open.strength, rules.strength_wait, now) {
            tx.serialise_set(set).await?;
            tx.take_second_seat(set).await?;
            return Ok(Some((set, 2)));
        }
        let mut rng = self.inner.random.rng();
        let candidates = tx.candidates(category, player).await?;
        let count = self.rules().questions_per_set;
        let Some(questions) = pick_questions(candidates, count, &mut rng) else {
            return Ok(None);
        };
        let set = OpenSet {
            id: SetId::new(now, &mut rng),
            category: category.into(),
            stake,
            owner: player,
            questions,
            offered_until: self.rules().offered_until(now),
        };
        tx.open_set(&set, now).await?;
        Ok(Some((set.id, 1)))
    }

    async fn sit_down(
        &self,
        tx: &mut Tx,
        player: &Player,
        set: SetId,
        seat: i64,
        now: Timestamp,
    ) -> Result<Entry, AppError> {
        let mut rng = self.inner.random.rng();
        let (_, _, questions) = tx.set_figures(set).await?;
        let mut choice_orders = Vec::new();
        for position in 1..=questions {
            let question = tx.question_of_set(set, position, &player.locale).await?;
            let choices = u8::try_from(question.choices.len()).unwrap_or_default();
            choice_orders.push(shuffle_choices(choices, &mut rng));
        }
        let entry = Entry {
            id: EntryId::new(now, &mut rng),
            set,
            seat,
            player: player.id,
            state: EntryState::Playing,
            choice_orders,
            position: 1,
            sent_at: now,
            spent: Spent::default(),
            answered: 0,
            correct: 0,
            received: Cents::ZERO,
            staked_at: now,
        };
        tx.add_entry(&entry, self.due_after(entry.spent, now))
            .await?;
        Ok(entry)
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
            return self.closing(tx, &entry, ending).await;
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
        if opponent.is_some_and(|opponent| opponent.state == EntryState::Waiting) {
            tx.make_settleable(&[entry.set], now).await?;
        }
        tracing::info!(entry = %entry.id, correct = entry.correct, ending, "round finished");
        self.closing(tx, entry, ending).await
    }

    /// What the closing screen of a finished round says: who won, where the opponent is done too.
    async fn closing(&self, tx: &mut Tx, entry: &Entry, ending: &str) -> Result<Outcome, AppError> {
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
        let opponent = opponent_of(tx, entry).await?;
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
