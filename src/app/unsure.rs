//! Withdrawals whose end nobody can tell: listing them, asking M-Pesa again at once, and ending one
//! by hand with evidence. Ending one books what a result of M-Pesa would have booked; a result that
//! comes later all the same is taken as one that comes after another.

use std::time::Duration;

use super::{App, AppError};
use crate::{
    core::{
        ids::{DepositId, WithdrawalId},
        operator::By,
        payment::{
            reversal::receipt as read_receipt,
            withdrawal::{Failure, State},
        },
        time::Timestamp,
    },
    store::{Claim, Contention, FlaggedDeposit, StoreError, Tx, Unsure},
};

/// The most that are listed.
const LISTED: i64 = 200;

/// How far back flagged payments are listed.
const FLAGGED_REACH: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How a withdrawal ended, as an operator found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// M-Pesa paid it, under this receipt.
    Paid(String),
    /// M-Pesa certainly did not pay it, and will not.
    Failed,
}

/// A payment that was flagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flagged {
    /// A deposit.
    Deposit(DepositId),
    /// A withdrawal.
    Withdrawal(WithdrawalId),
}

/// A withdrawal was not asked about, or not ended.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// It is not there.
    #[error("no withdrawal with this id")]
    Unknown,
    /// No flag can be taken off.
    #[error("it is not flagged any more, or has not ended yet")]
    NotFlagged,
    /// It has ended meanwhile.
    #[error("it is {} already", .0.name())]
    Ended(State),
    /// It has not been sent, or so short a time ago that its result may still come.
    #[error("it is not sent yet, or was sent just now: wait for its result")]
    TooEarly,
    /// What was given as a receipt cannot be one.
    #[error("\"{0}\" is no M-Pesa receipt")]
    NoReceipt(String),
    /// The receipt is that of another withdrawal, or of a reversal.
    #[error("the receipt {0} is booked for something else")]
    OfAnother(String),
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for ResolveError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

impl Contention for ResolveError {
    fn is_contended(&self) -> bool {
        match self {
            Self::App(error) => error.is_contended(),
            Self::Unknown
            | Self::NotFlagged
            | Self::Ended(_)
            | Self::TooEarly
            | Self::NoReceipt(_)
            | Self::OfAnother(_) => false,
        }
    }
}

impl App {
    /// The withdrawals that are unknown, flagged, or open for longer than a result takes.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn unsure_withdrawals(&self) -> Result<Vec<Unsure>, AppError> {
        let before = self
            .clock()
            .now()
            .before(self.settings().payout_patience.query_after);
        let mut tx = self.store().read().await?;
        Ok(tx.unsure_withdrawals(before, LISTED).await?)
    }

    /// The withdrawals that have ended and that somebody should look at: paid after their money had gone
    /// back and not closed, or flagged in the last week; oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ended_withdrawals_to_look_at(&self) -> Result<Vec<Unsure>, AppError> {
        let since = self.clock().now().before(FLAGGED_REACH);
        let mut tx = self.store().read().await?;
        Ok(tx.ended_withdrawals_to_look_at(since, LISTED).await?)
    }

    /// The flagged deposits of the last week, newest first: what M-Pesa said of them does not
    /// add up, or nobody could tell whether they are paid.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn flagged_deposits(&self) -> Result<Vec<FlaggedDeposit>, AppError> {
        let since = self.clock().now().before(FLAGGED_REACH);
        let mut tx = self.store().read().await?;
        Ok(tx.flagged_deposits(since, LISTED).await?)
    }

    /// Takes the flag off a payment that has ended: somebody has looked at it, and says what it was.
    ///
    /// # Errors
    /// When it has no flag or no end, or the database does not answer.
    pub async fn looked_at(&self, what: Flagged, by: &By) -> Result<(), ResolveError> {
        let now = self.clock().now();
        let look = |mut tx: Tx| async move {
            let (taken_off, subject) = match what {
                Flagged::Deposit(id) => (tx.unflag_deposit(id).await?, ("deposit", id.to_string())),
                Flagged::Withdrawal(id) => (
                    tx.unflag_withdrawal(id).await?,
                    ("withdrawal", id.to_string()),
                ),
            };
            if !taken_off {
                return Err(ResolveError::NotFlagged);
            }
            self.write_down(&mut tx, by, "looked_at", subject, "", now)
                .await?;
            Ok((tx, ()))
        };
        self.store().transact(look).await
    }

    /// One withdrawal, whatever its state.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn withdrawal_in_full(&self, id: WithdrawalId) -> Result<Option<Unsure>, AppError> {
        Ok(self.store().read().await?.withdrawal_in_full(id).await?)
    }

    /// Has M-Pesa asked about a payout now, rather than when it is due.
    ///
    /// # Errors
    /// When there is nothing to ask about, or the database does not answer.
    pub async fn ask_again(&self, id: WithdrawalId, by: &By) -> Result<(), ResolveError> {
        let now = self.clock().now();
        let ask = |mut tx: Tx| async move {
            let withdrawal = tx.withdrawal(id).await?.ok_or(ResolveError::Unknown)?;
            if !tx.hasten_question(id, now).await? {
                return Err(match withdrawal.state {
                    State::Paid | State::Failed => ResolveError::Ended(withdrawal.state),
                    State::Requested | State::Sent | State::Unknown => ResolveError::TooEarly,
                });
            }
            let subject = ("withdrawal", id.to_string());
            self.write_down(&mut tx, by, "ask_again", subject, "", now)
                .await?;
            Ok((tx, ()))
        };
        self.store().transact(ask).await?;
        self.wake(Claim::PayoutQueries);
        Ok(())
    }

    /// Ends a withdrawal by hand; the reason of `by` is the evidence. Gives its state.
    ///
    /// # Errors
    /// When it has ended meanwhile, may still end by itself, or the receipt is not its own.
    pub async fn resolve_withdrawal(
        &self,
        id: WithdrawalId,
        found: &Found,
        by: &By,
    ) -> Result<State, ResolveError> {
        let now = self.clock().now();
        let resolve = |tx| self.resolve_in(tx, id, found, by, now);
        let state = self.store().transact(resolve).await?;
        self.wake(Claim::Sms);
        tracing::warn!(withdrawal = %id, state = state.name(), actor = by.actor.name(),
            "withdrawal ended by hand");
        Ok(state)
    }

    async fn resolve_in(
        &self,
        mut tx: Tx,
        id: WithdrawalId,
        found: &Found,
        by: &By,
        now: Timestamp,
    ) -> Result<(Tx, State), ResolveError> {
        tx.serialise_withdrawal(id).await?;
        let withdrawal = tx.withdrawal(id).await?.ok_or(ResolveError::Unknown)?;
        let full = tx.withdrawal_in_full(id).await?;
        let sent_at = full.and_then(|full| full.sent_at);
        let patience = self.settings().payout_patience.query_after;
        // What was sent just now may be on its way through this process or M-Pesa.
        let is_young = sent_at.is_none_or(|sent| now < sent.after(patience));
        match withdrawal.state {
            State::Paid | State::Failed => return Err(ResolveError::Ended(withdrawal.state)),
            State::Requested => return Err(ResolveError::TooEarly),
            State::Sent | State::Unknown if is_young => return Err(ResolveError::TooEarly),
            State::Sent | State::Unknown => {}
        }
        let (state, detail) = match found {
            Found::Paid(text) => {
                let cut = || ResolveError::NoReceipt(text.chars().take(20).collect());
                let receipt = read_receipt(text).ok_or_else(cut)?;
                let is_anothers = tx.is_receipt_of_another(id, &receipt).await?;
                if is_anothers || tx.is_reversal(&receipt).await? {
                    return Err(ResolveError::OfAnother(receipt));
                }
                self.arrived(&mut tx, &withdrawal, &receipt, None, now)
                    .await?;
                (State::Paid, format!("paid by {receipt}"))
            }
            Found::Failed => {
                self.fail_payout(&mut tx, &withdrawal, Failure::Unavailable, now)
                    .await?;
                (State::Failed, "failed; the money is back".to_owned())
            }
        };
        let subject = ("withdrawal", id.to_string());
        self.write_down(&mut tx, by, "resolve", subject, &detail, now)
            .await?;
        Ok((tx, state))
    }
}
