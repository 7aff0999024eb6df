//! The same by USSD: limits, breaks, and the reality check before a game.

use super::{Act, App, AppError, CareError, by, by_player, limit_values, shown_date};
use crate::{
    app::{hop::TurnContext, registration::player_of},
    core::{
        care::{self, Limit, Period, REACH, Status},
        money::Cents,
        operator::Actor,
        time::Timestamp,
    },
    menu::Outcome,
    ports::IdentityAnswer,
    session::Conversation,
    store::{Player, Staker, Tx},
};

/// What stands for "no limit" in the list of limits.
pub(in crate::app) const NO_LIMIT: &str = "none";

impl App {
    /// Shows the player's own limit of the session's `period`.
    pub(in crate::app) async fn show_limit(
        &self,
        tx: &mut Tx,
        turn: &TurnContext<'_>,
        conversation: &Conversation,
    ) -> Result<Outcome, AppError> {
        let period = period_of(conversation)?;
        let limits = tx.deposit_limits(player_of(conversation)?).await?;
        let limit = limits.of(period).at(turn.now);
        let name = if limit.coming.is_some() {
            "changing"
        } else {
            "steady"
        };
        Ok(filled(name, period, limit))
    }

    /// A player asks for a limit: the session's `amount`, or none.
    pub(in crate::app) async fn set_limit(
        &self,
        tx: &mut Tx,
        turn: &TurnContext<'_>,
        conversation: &Conversation,
    ) -> Result<Outcome, AppError> {
        let wanted = match conversation.state.value("amount") {
            NO_LIMIT => None,
            amount => {
                let amount = Cents::parse_display(amount);
                Some(amount.ok_or(AppError::Unusable("no amount"))?)
            }
        };
        self.limit_by_ussd(tx, turn, conversation, |_| wanted).await
    }

    /// A player keeps the limit that holds: nothing else is to come.
    pub(in crate::app) async fn keep_limit(
        &self,
        tx: &mut Tx,
        turn: &TurnContext<'_>,
        conversation: &Conversation,
    ) -> Result<Outcome, AppError> {
        self.limit_by_ussd(tx, turn, conversation, |limit| limit.in_force)
            .await
    }

    async fn limit_by_ussd(
        &self,
        tx: &mut Tx,
        turn: &TurnContext<'_>,
        conversation: &Conversation,
        wanted: impl FnOnce(Limit) -> Option<Cents> + Send,
    ) -> Result<Outcome, AppError> {
        let period = period_of(conversation)?;
        let id = player_of(conversation)?;
        tx.serialise_player(id).await?;
        let player = tx.player_by_id(id).await?;
        let present = tx.deposit_limits(id).await?.of(period).at(turn.now);
        let by = by_player("by USSD")?;
        let limit = self
            .limit_in(tx, &player, period, wanted(present), &by, turn.now)
            .await;
        let limit = limit.map_err(as_app)?;
        let name = if limit.coming.is_some() {
            "coming"
        } else {
            "set"
        };
        Ok(filled(name, period, limit))
    }

    /// A player takes a break, or excludes themselves, for the session's `days`.
    pub(in crate::app) async fn exclude_by_ussd(
        &self,
        tx: &mut Tx,
        turn: &TurnContext<'_>,
        conversation: &Conversation,
    ) -> Result<Outcome, AppError> {
        let days = conversation.state.value("days").parse();
        let days: u32 = days.map_err(|_| AppError::Unusable("no days"))?;
        if !self.settings().care.pauses.contains(&days) {
            return Err(AppError::Unusable("no such break"));
        }
        let id = player_of(conversation)?;
        tx.serialise_player(id).await?;
        let player = tx.player_by_id(id).await?;
        let by = by_player("by USSD")?;
        let until = self.exclude_in(tx, &player, days, &by, turn.now).await;
        let until = until.map_err(as_app)?;
        Ok(Outcome::named("done").with([("until", shown_date(until))]))
    }

    /// Why a player may neither play nor deposit, as an outcome: blocked, or excluded.
    pub(in crate::app) fn shut_out(&self, player: &Player, now: Timestamp) -> Option<Outcome> {
        let standing = player.standing(now);
        match standing.status {
            Status::Blocked => Some(Outcome::named("barred")),
            Status::Excluded => {
                let until = standing.excluded_until;
                let until = until.unwrap_or_else(|| care::end_of(care::MAX_DAYS, now));
                let values = [
                    ("until", shown_date(until)),
                    ("balance", player.balance.to_string()),
                ];
                Some(Outcome::named("excluded").with(values))
            }
            Status::Unverified | Status::Verified => None,
        }
    }

    /// Whether a player has to be checked before they deposit; who was not is one of those who wait.
    pub(in crate::app) async fn waits_for_check(
        &self,
        tx: &mut Tx,
        player: &Player,
        now: Timestamp,
    ) -> Result<bool, AppError> {
        let identity = &self.inner.identity;
        if player.standing(now).status != Status::Unverified || !identity.is_required() {
            return Ok(false);
        }
        match identity.begin(&player.msisdn) {
            IdentityAnswer::Waits => {
                if tx.ask_verification(player.id, now).await? {
                    tracing::info!(player = %player.msisdn, "waits for an identity check");
                }
                Ok(true)
            }
            IdentityAnswer::Certain => {
                let by = by(Actor::service(), "the identity check is certain")?;
                self.carry_out_in(tx, player, Act::Verify, &by, now).await?;
                Ok(false)
            }
        }
    }

    /// Tells a player before a game for how long they have played, where that is due.
    pub(in crate::app) async fn reality(
        &self,
        tx: &mut Tx,
        staker: &Staker,
        now: Timestamp,
    ) -> Result<Option<Outcome>, AppError> {
        let every = self.settings().care.reality_check;
        let (player, begun) = (staker.player.id, staker.first_staked_at);
        // Who has not played for as long of late has not done so without a pause either.
        let may_be_due = begun.is_some_and(|begun| begun.after(every) <= now);
        if every.is_zero() || !may_be_due {
            return Ok(None);
        }
        let games = tx.played_since(player, now.before(REACH)).await?;
        let Some(stretch) = care::stretch(&games, now) else {
            return Ok(None);
        };
        // Only then is there anything to look up.
        if !care::is_check_due(stretch, None, every, now) {
            return Ok(None);
        }
        let told_at = tx.checks(player).await?.reality_check_at;
        if !care::is_check_due(stretch, told_at, every, now) {
            return Ok(None);
        }
        let minutes = now.ms_since(stretch.since) / 60_000;
        Ok(Some(Outcome::named("reality").with([
            ("minutes", minutes.to_string()),
            ("net", stretch.net.to_string()),
        ])))
    }
}

/// The period that was chosen.
fn period_of(conversation: &Conversation) -> Result<Period, AppError> {
    let name = conversation.state.value("period");
    Period::named(name).ok_or(AppError::Unusable("no such period"))
}

fn filled(name: &'static str, period: Period, limit: Limit) -> Outcome {
    Outcome::named(name).with(limit_values(period, limit))
}

/// What the menu allows, the rules do: anything else is a session that cannot be.
pub(in crate::app) fn as_app(error: CareError) -> AppError {
    match error {
        CareError::App(error) => error,
        CareError::NoPlayer => AppError::Unusable("no player"),
        CareError::Days => AppError::Unusable("no such days"),
        CareError::Amount => AppError::Unusable("no such limit"),
    }
}
