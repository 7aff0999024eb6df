//! Taking a seat: what speaks against it, the seat, and the money, in one transaction of few trips.

use super::{App, AppError, hop::TurnContext, play::asked, registration::player_of};
use crate::{
    core::{
        care::REACH,
        game::{
            clock::Spent,
            seat::{MAX_SEATS, choose_seat, pick_questions, shuffle_choices},
        },
        ids::{EntryId, PlayerId, SetId},
        ledger,
        money::Cents,
        time::Timestamp,
    },
    menu::Outcome,
    session::Conversation,
    store::{Entry, EntryState, OpenSet, QuestionText, Seeker, Staker, Tx},
};

impl App {
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
        tx.serialise_staker(id).await?;
        let played_after = turn.now.before(REACH);
        let staker = tx.staker(id, &category, played_after).await?;
        if let Some(outcome) = self.cannot_stake(&staker, stake, turn.now) {
            return Ok(outcome);
        }
        if goes_on {
            tx.keep_reality_check(id, turn.now).await?;
        } else if let Some(outcome) = self.reality(tx, &staker, turn.now).await? {
            return Ok(outcome);
        }
        let has_questions = staker.questions >= u64::from(self.rules().questions_per_set);
        let player = staker.player;
        let entry = EntryId::new(turn.now, &mut self.inner.random.rng());
        let transfer = ledger::stake(player.id, entry, stake);
        // Others of this category and stake wait from here on: the money moves before, where a seat is
        // certain.
        if has_questions {
            tx.book(transfer.as_slice(), turn.now).await?;
        }
        tx.serialise_starts(&category, stake).await?;
        let seat = self.take_seat(tx, player.id, &category, stake, turn.now);
        let Some((set, seat)) = seat.await? else {
            if has_questions {
                return Err(AppError::Unusable("questions went away"));
            }
            return Ok(Outcome::named("too_few_questions"));
        };
        if !has_questions {
            tx.book(transfer.as_slice(), turn.now).await?;
        }
        let sent_at = self.question_sent_at(turn);
        let questions = tx.questions_of_set(set, &conversation.state.locale).await?;
        let entry = self.seated(entry, player.id, (set, seat), &questions, sent_at);
        let clock_ends = self.due_after(entry.spent, sent_at);
        tx.sit_down(&entry, clock_ends, turn.now).await?;
        let left = player.balance.minus(stake).unwrap_or_default();
        let first = questions.into_iter().next();
        let question = asked(
            &entry,
            first.ok_or(AppError::Unusable("a set without questions"))?,
        )?;
        tracing::info!(player = %turn.msisdn, entry = %entry.id, stake_cents = stake.get(), seat, "staked");
        Ok(Outcome {
            name: "seated",
            ..question
        }
        .with([("balance", left.to_string())]))
    }

    /// Why a player cannot stake now, as an outcome.
    fn cannot_stake(&self, staker: &Staker, stake: Cents, now: Timestamp) -> Option<Outcome> {
        let player = &staker.player;
        if let Some(closed) = self.closed(staker.is_maintained, now) {
            return Some(closed);
        }
        if let Some(outcome) = self.shut_out(player, now) {
            return Some(outcome);
        }
        if staker.open_entries >= u64::from(self.rules().open_entries) {
            return Some(Outcome::named("busy"));
        }
        if player.balance < stake {
            let missing = stake.minus(player.balance).unwrap_or_default();
            return Some(Outcome::named("short").with([
                ("balance", player.balance.to_string()),
                ("missing", missing.to_string()),
            ]));
        }
        None
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

    /// A new entry, which sees the choices of each question in an order of its own.
    fn seated(
        &self,
        id: EntryId,
        player: PlayerId,
        (set, seat): (SetId, i64),
        questions: &[QuestionText],
        now: Timestamp,
    ) -> Entry {
        let mut rng = self.inner.random.rng();
        let shuffled = questions.iter().map(|question| {
            let choices = u8::try_from(question.choices.len()).unwrap_or_default();
            shuffle_choices(choices, &mut rng)
        });
        Entry {
            id,
            set,
            seat,
            player,
            state: EntryState::Playing,
            choice_orders: shuffled.collect(),
            position: 1,
            sent_at: now,
            spent: Spent::default(),
            answered: 0,
            correct: 0,
            received: Cents::ZERO,
            staked_at: now,
        }
    }
}
