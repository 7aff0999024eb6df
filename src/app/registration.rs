//! Who calls: opening a session, registration, language; and which action is whose.

use super::{App, AppError, hop::TurnContext};
use crate::{
    core::ids::PlayerId,
    menu::{Action, Outcome, Session, template::Values},
    session::Conversation,
    store::{Claim, Player, Status, Tx},
};

impl App {
    /// Runs an action that only looks. `None`: there is something to be done after all, so it has to
    /// run again as a durable one.
    pub(super) async fn look(
        &self,
        tx: &mut Tx,
        turn: &TurnContext<'_>,
        conversation: &mut Conversation,
        action: Action,
    ) -> Result<Option<Outcome>, AppError> {
        match action {
            Action::Open => self.open(tx, turn, conversation).await,
            Action::Games => Ok(Some(self.games(tx, conversation).await?)),
            Action::Game => Ok(Some(self.game(tx, turn.menu, conversation).await?)),
            Action::Limit => Ok(Some(self.show_limit(tx, turn, conversation).await?)),
            Action::QuoteWithdrawal => {
                Ok(Some(self.quote_withdrawal(tx, turn, conversation).await?))
            }
            Action::Register
            | Action::SetLanguage
            | Action::Stake
            | Action::PlayOn
            | Action::Answer
            | Action::Deposit
            | Action::Withdraw
            | Action::SetLimit
            | Action::KeepLimit
            | Action::Exclude => Err(AppError::Unusable("a durable action cannot only look")),
        }
    }

    /// Runs an action in a transaction that writes.
    pub(super) async fn act(
        &self,
        tx: &mut Tx,
        turn: &TurnContext<'_>,
        conversation: &mut Conversation,
        action: Action,
    ) -> Result<Outcome, AppError> {
        match action {
            Action::Open => self.open_overdue(tx, turn, conversation).await,
            Action::Register => self.register(tx, turn, conversation).await,
            Action::SetLanguage => self.set_language(tx, conversation).await,
            Action::Stake => self.stake(tx, turn, conversation, false).await,
            Action::PlayOn => self.stake(tx, turn, conversation, true).await,
            Action::Answer => self.answer(tx, turn, conversation).await,
            Action::Deposit => self.ask_deposit(tx, turn, conversation).await,
            Action::QuoteWithdrawal => self.quote_withdrawal(tx, turn, conversation).await,
            Action::Withdraw => self.ask_withdrawal(tx, turn, conversation).await,
            Action::Games => self.games(tx, conversation).await,
            Action::Game => self.game(tx, turn.menu, conversation).await,
            Action::Limit => self.show_limit(tx, turn, conversation).await,
            Action::SetLimit => self.set_limit(tx, turn, conversation).await,
            Action::KeepLimit => self.keep_limit(tx, turn, conversation).await,
            Action::Exclude => self.exclude_by_ussd(tx, turn, conversation).await,
        }
    }

    /// Wakes the jobs that an action may have made due.
    pub(super) fn wake_after(&self, action: Action) {
        match action {
            Action::Answer | Action::Open => self.wake(Claim::Sets),
            Action::Deposit => self.wake(Claim::Pushes),
            Action::Withdraw => self.wake(Claim::Payouts),
            Action::Register
            | Action::SetLanguage
            | Action::Stake
            | Action::PlayOn
            | Action::QuoteWithdrawal
            | Action::Games
            | Action::Game
            | Action::Limit
            | Action::SetLimit
            | Action::KeepLimit => {}
            Action::Exclude => self.wake(Claim::Sms),
        }
    }

    /// A session begins. `None` when a round of the caller has run out of time and has to be ended, or
    /// the clock has been set back to before its question.
    async fn open(
        &self,
        tx: &mut Tx,
        turn: &TurnContext<'_>,
        conversation: &mut Conversation,
    ) -> Result<Option<Outcome>, AppError> {
        let Some(player) = tx.player(turn.msisdn).await? else {
            return Ok(Some(Outcome::named("new")));
        };
        greet(conversation, &player);
        if player.standing(turn.now).status == Status::Blocked {
            return Ok(Some(Outcome::named("barred")));
        }
        match self.round_under_way(tx, player.id).await? {
            Some(entry) if self.has_run_out(&entry, turn.now) => Ok(None),
            Some(entry) if self.is_before_its_question(&entry, turn.now) => Ok(None),
            Some(entry) => self
                .resumed(tx, &entry, &conversation.state.locale, turn.now)
                .await
                .map(Some),
            None => Ok(Some(self.at_home(&player, turn))),
        }
    }

    /// Where a player is at home who plays no round: those who are excluded have a home of their own.
    fn at_home(&self, player: &Player, turn: &TurnContext<'_>) -> Outcome {
        let shut_out = self.shut_out(player, turn.now);
        shut_out.unwrap_or_else(|| Outcome::named("home"))
    }

    /// A session begins and finds a round that has run out of time: it ends now. Or one whose question
    /// was sent later than now: it is timed from now on.
    async fn open_overdue(
        &self,
        tx: &mut Tx,
        turn: &TurnContext<'_>,
        conversation: &mut Conversation,
    ) -> Result<Outcome, AppError> {
        let player = player_of(conversation)?;
        tx.serialise_player(player).await?;
        match self.round_under_way(tx, player).await? {
            Some(entry) if self.has_run_out(&entry, turn.now) => {
                self.finish(tx, &entry, "late", turn.now).await
            }
            Some(entry) => {
                let entry = self.time_anew(tx, entry, turn.now).await?;
                let locale = &conversation.state.locale;
                self.resumed(tx, &entry, locale, turn.now).await
            }
            // Somebody else ended it in between.
            None => Ok(self.at_home(&tx.player_by_id(player).await?, turn)),
        }
    }

    async fn register(
        &self,
        tx: &mut Tx,
        turn: &TurnContext<'_>,
        conversation: &mut Conversation,
    ) -> Result<Outcome, AppError> {
        let id = PlayerId::new(turn.now, &mut self.inner.random.rng());
        let player = tx
            .register(id, turn.msisdn, &conversation.state.locale, turn.now)
            .await?;
        greet(conversation, &player);
        // Registered in another session meanwhile, and playing already?
        match self.round_under_way(tx, player.id).await? {
            Some(entry) => {
                self.resumed(tx, &entry, &conversation.state.locale, turn.now)
                    .await
            }
            None => Ok(Outcome::named("registered")),
        }
    }

    async fn set_language(
        &self,
        tx: &mut Tx,
        conversation: &Conversation,
    ) -> Result<Outcome, AppError> {
        tx.set_locale(player_of(conversation)?, &conversation.state.locale)
            .await?;
        Ok(Outcome::named("done"))
    }
}

/// The player of a registered caller's conversation.
pub(super) fn player_of(conversation: &Conversation) -> Result<PlayerId, AppError> {
    conversation.player.ok_or(AppError::Unusable("no player"))
}

/// What the session should show of a player: language and balance.
fn greet(conversation: &mut Conversation, player: &Player) {
    conversation.player = Some(player.id);
    let state: &mut Session = &mut conversation.state;
    state.locale.clone_from(&player.locale);
    let values: &mut Values = &mut state.values;
    values.insert("balance".into(), player.balance.to_string());
}
