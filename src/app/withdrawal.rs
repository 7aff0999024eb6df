//! Withdrawals, the player's side: what one costs, and asking for it. The money is held in the same
//! transaction; the payout goes out by a job.

use super::{App, AppError, hop::TurnContext, registration::player_of};
use crate::{
    core::{
        ids::WithdrawalId,
        money::Cents,
        payment::withdrawal::{self as rules, Quote, Refusal},
        time::Timestamp,
    },
    menu::Outcome,
    session::Conversation,
    store::{Booked, Player, Status, Tx},
};

impl App {
    /// What a withdrawal of the session's `amount` costs and brings, before it is confirmed.
    pub(super) async fn quote_withdrawal(
        &self,
        tx: &mut Tx,
        turn: &TurnContext<'_>,
        conversation: &Conversation,
    ) -> Result<Outcome, AppError> {
        let player = tx.player_by_id(player_of(conversation)?).await?;
        let quote = self.quote(conversation)?;
        Ok(
            match self.cannot_withdraw(tx, &player, quote, turn.now).await? {
                Err(outcome) => outcome,
                Ok(quote) if quote.tax.is_positive() => filled("quoted_with_tax", &quote),
                Ok(quote) => filled("quoted", &quote),
            },
        )
    }

    /// A player confirms a withdrawal of the session's `amount`.
    pub(super) async fn ask_withdrawal(
        &self,
        tx: &mut Tx,
        turn: &TurnContext<'_>,
        conversation: &Conversation,
    ) -> Result<Outcome, AppError> {
        let id = player_of(conversation)?;
        tx.serialise_player(id).await?;
        let player = tx.player_by_id(id).await?;
        let quote = self.quote(conversation)?;
        let quote = match self.cannot_withdraw(tx, &player, quote, turn.now).await? {
            Ok(quote) => quote,
            Err(outcome) => return Ok(outcome),
        };
        let withdrawal = WithdrawalId::new(turn.now, &mut self.inner.random.rng());
        let held = rules::hold(id, withdrawal, &quote);
        if tx.book(held.as_slice(), turn.now).await? == Booked::Before {
            return Err(AppError::Unusable("a new withdrawal was booked before"));
        }
        tx.add_withdrawal(withdrawal, id, &quote, turn.now).await?;
        let left = player.balance.minus(quote.held()).unwrap_or_default();
        tracing::info!(player = %turn.msisdn, %withdrawal, amount_cents = quote.amount.get(), "withdrawal asked for");
        Ok(filled("requested", &quote).with([("balance", left.to_string())]))
    }

    fn quote(&self, conversation: &Conversation) -> Result<Result<Quote, Refusal>, AppError> {
        let amount = Cents::parse_display(conversation.state.value("amount"));
        let amount = amount.ok_or(AppError::Unusable("no amount"))?;
        Ok(rules::quote(amount, &self.settings().wallet))
    }

    /// Why a player cannot withdraw now, as an outcome. Players who are excluded may, and everybody in
    /// maintenance and out of hours.
    async fn cannot_withdraw(
        &self,
        tx: &mut Tx,
        player: &Player,
        quote: Result<Quote, Refusal>,
        now: Timestamp,
    ) -> Result<Result<Quote, Outcome>, AppError> {
        let settings = self.settings();
        let refused = |name| Ok(Err(Outcome::named(name)));
        if player.standing(now).status == Status::Blocked {
            return refused("barred");
        }
        if !self.inner.money.can_pay_out() {
            return refused("closed");
        }
        let quote = match quote {
            Ok(quote) => quote,
            Err(Refusal::OutsideLimits | Refusal::TooLittle) => return refused("too_little"),
        };
        if player.balance < quote.held() {
            let outcome = filled("short", &quote);
            return Ok(Err(outcome.with([("balance", player.balance.to_string())])));
        }
        if let Some(flagged) = tx.last_flagged_at(player.id).await?
            && now < flagged.after(settings.wallet.flagged_cool_off)
        {
            return refused("held");
        }
        if let Some(last) = tx.last_withdrawal_at(player.id).await? {
            let next = last.after(settings.wallet.withdrawal_interval);
            if now < next {
                let wait = (next.ms_since(now) + 999) / 1_000;
                return Ok(Err(
                    Outcome::named("too_soon").with([("wait", wait.to_string())])
                ));
            }
        }
        Ok(Ok(quote))
    }
}

fn filled(name: &'static str, quote: &Quote) -> Outcome {
    Outcome::named(name).with([
        ("amount", quote.amount.to_string()),
        ("fee", quote.fee.to_string()),
        ("tax", quote.tax.to_string()),
        ("payout", quote.payout.to_string()),
        ("held", quote.held().to_string()),
    ])
}
