//! Corrections of the books by an operator. Small ones are booked at once; above the limit a second
//! person approves. Each is made once under an id of its own, however often its form is sent.

mod late;

use std::time::Duration;

use super::{App, AppError};
use crate::{
    core::{
        adjustment::{Kind, State, closing, needs_second, transfer},
        ids::{AdjustmentId, PlayerId, WithdrawalId},
        ledger::{Account, Transfer},
        money::Cents,
        msisdn::Msisdn,
        operator::By,
        time::Timestamp,
    },
    store::{Adjustment, AdjustmentFilter, Booked, Contention, Player, StoreError, Tx},
};

/// For how long what a person booked alone counts towards the limit.
const COUNTED: Duration = Duration::from_secs(24 * 60 * 60);

/// The most corrections that are listed.
const LISTED: i64 = 200;

/// A correction that somebody wants.
#[derive(Clone, Debug)]
pub struct Correction {
    /// Its id; the same id again is the same correction.
    pub id: AdjustmentId,
    /// What it does.
    pub kind: Kind,
    /// Whose wallet it is about; `None` where it is about the cash at M-Pesa.
    pub msisdn: Option<Msisdn>,
    /// How much.
    pub amount: Cents,
}

/// A correction that makes sense, with what it is about.
struct Wanted {
    id: AdjustmentId,
    kind: Kind,
    player: Option<PlayerId>,
    withdrawal: Option<WithdrawalId>,
    amount: Cents,
}

/// A correction was not made, approved or rejected.
#[derive(Debug, thiserror::Error)]
pub enum AdjustError {
    /// No player has that number.
    #[error("no player with this number")]
    NoPlayer,
    /// The amount is nothing, or the kind does not go with a player, or goes with none.
    #[error("an amount above 0 is needed, and a player where it is about one")]
    Senseless,
    /// The wallet holds less.
    #[error("the wallet holds less: KES {0}")]
    HoldsLess(Cents),
    /// The withdrawal was not paid after its money had gone back.
    #[error("this withdrawal was not paid after its money had gone back")]
    NotLate,
    /// Another correction closes the late payout.
    #[error("it is closed already, or waits for a second person")]
    Closed,
    /// The id is that of another correction.
    #[error("this form was used for another correction")]
    OtherForm,
    /// It is not there.
    #[error("no such correction")]
    Unknown,
    /// Somebody decided it before.
    #[error("{by} decided it before: {}", state.name())]
    Decided {
        /// Who.
        by: String,
        /// How.
        state: State,
    },
    /// Who proposed it cannot approve it.
    #[error("somebody else has to approve it")]
    SamePerson,
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for AdjustError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

impl Contention for AdjustError {
    fn is_contended(&self) -> bool {
        match self {
            Self::App(error) => error.is_contended(),
            Self::NoPlayer
            | Self::Senseless
            | Self::HoldsLess(_)
            | Self::NotLate
            | Self::Closed
            | Self::OtherForm
            | Self::Unknown
            | Self::Decided { .. }
            | Self::SamePerson => false,
        }
    }
}

impl App {
    /// The id of a correction that is about to be made.
    #[must_use]
    pub fn adjustment_id(&self) -> AdjustmentId {
        AdjustmentId::new(self.clock().now(), &mut self.inner.random.rng())
    }

    /// Makes a correction: booked at once, or proposed where somebody else has to approve it. The
    /// same one again changes nothing and gives what became of it.
    ///
    /// # Errors
    /// When it makes no sense, the wallet holds less, or the database does not answer.
    pub async fn adjust(
        &self,
        correction: &Correction,
        by: &By,
    ) -> Result<Adjustment, AdjustError> {
        let now = self.clock().now();
        let adjust = |tx| self.adjust_in(tx, correction, by, now);
        let made = self.store().transact(adjust).await?;
        self.wake(crate::store::Claim::Sms);
        tracing::info!(adjustment = %made.id, kind = made.kind.name(), state = made.state.name(),
            amount_cents = made.amount.get(), actor = by.actor.name(), "correction of the books");
        Ok(made)
    }

    async fn adjust_in(
        &self,
        mut tx: Tx,
        correction: &Correction,
        by: &By,
        now: Timestamp,
    ) -> Result<(Tx, Adjustment), AdjustError> {
        let player = match &correction.msisdn {
            Some(number) => Some(tx.player(number).await?.ok_or(AdjustError::NoPlayer)?.id),
            None => None,
        };
        let (id, kind, amount) = (correction.id, correction.kind, correction.amount);
        if transfer(id, kind, player, amount).is_none() {
            return Err(AdjustError::Senseless);
        }
        let wanted = Wanted {
            id,
            kind,
            player,
            withdrawal: None,
            amount,
        };
        self.propose_in(tx, &wanted, by, now).await
    }

    /// Writes a correction down, and books it where nobody else has to approve it.
    async fn propose_in(
        &self,
        mut tx: Tx,
        wanted: &Wanted,
        by: &By,
        now: Timestamp,
    ) -> Result<(Tx, Adjustment), AdjustError> {
        let name = by.actor.name();
        tx.serialise_adjustments(name).await?;
        let alone = tx
            .booked_alone(name, wanted.player, now.before(COUNTED))
            .await?;
        let needs_second = needs_second(wanted.amount, alone, self.settings().adjustment_limit);
        let decided = (!needs_second).then_some(now);
        let adjustment = Adjustment {
            id: wanted.id,
            kind: wanted.kind,
            player: wanted.player,
            withdrawal: wanted.withdrawal,
            amount: wanted.amount,
            state: decided.map_or(State::Proposed, |_| State::Booked),
            needs_second,
            reason: by.why.text().to_owned(),
            proposed_by: name.to_owned(),
            proposed_at: now,
            decided_by: decided.map(|_| name.to_owned()),
            decided_at: decided,
            decision: None,
        };
        if !tx.add_adjustment(&adjustment).await? {
            let before = tx.adjustment(wanted.id).await?;
            let before = before.ok_or(AdjustError::Closed)?;
            let is_same = (before.kind, before.player) == (wanted.kind, wanted.player)
                && (before.withdrawal, before.amount) == (wanted.withdrawal, wanted.amount);
            return if is_same {
                Ok((tx, before))
            } else {
                Err(AdjustError::OtherForm)
            };
        }
        let action = if needs_second { "propose" } else { "adjust" };
        self.note_adjustment(&mut tx, &adjustment, by, action, now)
            .await?;
        if !needs_second {
            self.book_adjustment(&mut tx, &adjustment, now).await?;
        }
        Ok((tx, adjustment))
    }

    /// Approves a correction that somebody else proposed: it is booked now.
    ///
    /// # Errors
    /// When it does not wait, was proposed by the same person, or the wallet holds less.
    pub async fn approve_adjustment(
        &self,
        id: AdjustmentId,
        by: &By,
    ) -> Result<Adjustment, AdjustError> {
        self.decide(id, State::Booked, by).await
    }

    /// Rejects a correction; whoever proposed it may take it back so.
    ///
    /// # Errors
    /// When it does not wait.
    pub async fn reject_adjustment(
        &self,
        id: AdjustmentId,
        by: &By,
    ) -> Result<Adjustment, AdjustError> {
        self.decide(id, State::Rejected, by).await
    }

    async fn decide(
        &self,
        id: AdjustmentId,
        state: State,
        by: &By,
    ) -> Result<Adjustment, AdjustError> {
        let now = self.clock().now();
        let decide = |tx| self.decide_in(tx, id, state, by, now);
        let decided = self.store().transact(decide).await?;
        self.wake(crate::store::Claim::Sms);
        tracing::info!(adjustment = %id, state = state.name(), actor = by.actor.name(),
            "correction of the books decided");
        Ok(decided)
    }

    async fn decide_in(
        &self,
        mut tx: Tx,
        id: AdjustmentId,
        state: State,
        by: &By,
        now: Timestamp,
    ) -> Result<(Tx, Adjustment), AdjustError> {
        let before = tx.adjustment(id).await?.ok_or(AdjustError::Unknown)?;
        let name = by.actor.name();
        if state == State::Booked && before.needs_second && before.proposed_by == name {
            return Err(AdjustError::SamePerson);
        }
        let why = by.why.text();
        let Some(decided) = tx.decide_adjustment(id, state, name, why, now).await? else {
            let by = before.decided_by.unwrap_or_default();
            let state = before.state;
            return Err(AdjustError::Decided { by, state });
        };
        let action = match state {
            State::Booked => "approve",
            State::Rejected | State::Proposed => "reject",
        };
        self.note_adjustment(&mut tx, &decided, by, action, now)
            .await?;
        if state == State::Booked {
            self.book_adjustment(&mut tx, &decided, now).await?;
        }
        Ok((tx, decided))
    }

    async fn note_adjustment(
        &self,
        tx: &mut Tx,
        adjustment: &Adjustment,
        by: &By,
        action: &'static str,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let of = adjustment.player.map(|player| format!(" player {player}"));
        let (kind, amount) = (adjustment.kind.name(), adjustment.amount);
        let late = adjustment
            .withdrawal
            .map(|withdrawal| format!(" withdrawal {withdrawal}"));
        let (of, late) = (of.unwrap_or_default(), late.unwrap_or_default());
        let detail = format!("{kind} KES {amount}{of}{late}");
        let subject = ("adjustment", adjustment.id.to_string());
        self.write_down(tx, by, action, subject, &detail, now).await
    }

    /// Moves the money, and tells the player.
    async fn book_adjustment(
        &self,
        tx: &mut Tx,
        adjustment: &Adjustment,
        now: Timestamp,
    ) -> Result<(), AdjustError> {
        let (id, kind, amount) = (adjustment.id, adjustment.kind, adjustment.amount);
        let held = match adjustment.player {
            Some(player) => {
                tx.serialise_player(player).await?;
                tx.player_by_id(player).await?.balance
            }
            None => Cents::ZERO,
        };
        if kind == Kind::ToHouse && held < amount {
            return Err(AdjustError::HoldsLess(held));
        }
        let moved: Vec<Transfer> = match adjustment.player {
            Some(player) if kind.is_of_late_payout() => closing(id, kind, player, amount, held),
            of => transfer(id, kind, of, amount).into_iter().collect(),
        };
        match tx.book(&moved, now).await {
            Ok(Booked::Now) => {}
            Ok(Booked::Before) => {
                return Err(AppError::Unusable("a new correction was booked before").into());
            }
            // Somebody staked in between.
            Err(StoreError::Overdrawn) => return Err(AdjustError::HoldsLess(Cents::ZERO)),
            Err(error) => return Err(error.into()),
        }
        if let Some(withdrawal) = adjustment.withdrawal {
            tx.unflag_withdrawal(withdrawal).await?;
        }
        // What moved in the player's wallet, and nothing where the house paid all of it.
        if let Some(player) = adjustment.player {
            let wallet = Account::Wallet(player);
            let touched = moved
                .iter()
                .find(|one| one.from == wallet || one.to == wallet);
            if let Some(moved) = touched {
                let sms = if moved.from == wallet {
                    "adjusted_down"
                } else {
                    "adjusted_up"
                };
                let values = [("amount", moved.amount.to_string())];
                self.tell(tx, player, sms, format!("adjusted:{id}"), values, now)
                    .await?;
            }
        }
        Ok(())
    }

    /// Corrections of the books, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn adjustments(
        &self,
        filter: AdjustmentFilter,
    ) -> Result<Vec<(Adjustment, Option<Player>)>, AppError> {
        let mut tx = self.store().read().await?;
        let adjustments = tx.adjustments(filter, LISTED).await?;
        let mut ids: Vec<_> = adjustments.iter().filter_map(|one| one.player).collect();
        ids.sort_unstable();
        ids.dedup();
        let players = tx.players_by_id(&ids).await?;
        let with_player = adjustments.into_iter().map(|one| {
            let player = one.player.and_then(|id| players.get(&id)).cloned();
            (one, player)
        });
        Ok(with_player.collect())
    }
}
