//! What M-Pesa took back, booked by an operator with the receipt of the reversal as evidence: a
//! parked payment given back to its payer, a credited payment, a payout. The reversal itself is made
//! in M-Pesa's portal; here the books follow it, once.

use super::{App, AppError};
use crate::{
    core::{
        ids::{ParkedId, ReversalId},
        money::Cents,
        operator::By,
        payment::{
            reversal::{What, receipt as read_receipt, transfers},
            withdrawal::State,
        },
        time::Timestamp,
    },
    store::{Booked, Claim, Contention, Parked, Reversal, StoreError, Tx},
};

/// A reversal was not booked.
#[derive(Debug, thiserror::Error)]
pub enum ReversalError {
    /// No payment with that id waits.
    #[error("no parked payment with this id")]
    NotParked,
    /// What was given as a receipt cannot be one.
    #[error("\"{0}\" is no M-Pesa receipt")]
    NoReceipt(String),
    /// The books have no credited payment and no payout with that receipt.
    #[error("no credited payment and no paid withdrawal has the receipt {0}")]
    Unknown(String),
    /// It was taken back before, or the reversal is that of something else.
    #[error("it was taken back before, or the reversal {0} is booked for something else")]
    Before(String),
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for ReversalError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

impl Contention for ReversalError {
    fn is_contended(&self) -> bool {
        match self {
            Self::App(error) => error.is_contended(),
            Self::NotParked | Self::NoReceipt(_) | Self::Unknown(_) | Self::Before(_) => false,
        }
    }
}

fn read(text: &str) -> Result<String, ReversalError> {
    read_receipt(text).ok_or_else(|| ReversalError::NoReceipt(text.chars().take(20).collect()))
}

impl App {
    /// A parked payment went back to its payer: `reversal` is M-Pesa's receipt of that.
    ///
    /// # Errors
    /// When no such payment waits, the receipt is none or is booked for something else, or the
    /// database does not answer.
    pub async fn give_back_parked(
        &self,
        id: ParkedId,
        reversal: &str,
        by: &By,
    ) -> Result<Parked, ReversalError> {
        let reversal = read(reversal)?;
        let now = self.clock().now();
        let give_back = |tx| self.give_back_in(tx, id, &reversal, by, now);
        let parked = self.store().transact(give_back).await?;
        tracing::info!(parked = %id, reversal, actor = by.actor.name(), "parked payment given back");
        Ok(parked)
    }

    async fn give_back_in(
        &self,
        mut tx: Tx,
        id: ParkedId,
        reversal: &str,
        by: &By,
        now: Timestamp,
    ) -> Result<(Tx, Parked), ReversalError> {
        let note = format!("given back by {reversal}: {}", by.why.text());
        let parked = tx.return_parked(id, &note, now).await?;
        let parked = parked.ok_or(ReversalError::NotParked)?;
        let taken = Reversal {
            id: ReversalId::new(now, &mut self.inner.random.rng()),
            what: What::Parked,
            subject: id.to_string(),
            receipt: parked.receipt.clone(),
            reversal_receipt: reversal.to_owned(),
            amount: parked.amount,
        };
        self.book_reversal(&mut tx, &taken, Cents::ZERO, by, now)
            .await?;
        Ok((tx, parked))
    }

    /// M-Pesa took back a credited payment, or a payout that had arrived: `receipt` is that of the
    /// payment or payout, `reversal` that of the reversal. Gives how much moved.
    ///
    /// # Errors
    /// When the books have no such receipt, it was taken back before, or the database does not answer.
    pub async fn take_back(
        &self,
        receipt: &str,
        reversal: &str,
        by: &By,
    ) -> Result<Reversal, ReversalError> {
        let (receipt, reversal) = (read(receipt)?, read(reversal)?);
        let now = self.clock().now();
        let take_back = |tx| self.take_back_in(tx, &receipt, &reversal, by, now);
        let taken = self.store().transact(take_back).await?;
        self.wake(Claim::Sms);
        tracing::info!(
            receipt,
            reversal,
            actor = by.actor.name(),
            "M-Pesa took money back"
        );
        Ok(taken)
    }

    async fn take_back_in(
        &self,
        mut tx: Tx,
        receipt: &str,
        reversal: &str,
        by: &By,
        now: Timestamp,
    ) -> Result<(Tx, Reversal), ReversalError> {
        let id = ReversalId::new(now, &mut self.inner.random.rng());
        let (what, subject, amount) = match tx.deposit_of_receipt(receipt).await? {
            Some((deposit, player, credited)) => {
                (What::Deposit(player), deposit.to_string(), credited)
            }
            None => self.paid_out(&mut tx, receipt).await?,
        };
        let taken = Reversal {
            id,
            what,
            subject,
            receipt: receipt.to_owned(),
            reversal_receipt: reversal.to_owned(),
            amount,
        };
        let (player, kind) = match what {
            What::Deposit(player) => (player, "payment_reversed"),
            What::Payout(player) => (player, "payout_reversed"),
            What::Parked => return Err(ReversalError::Unknown(receipt.to_owned())),
        };
        tx.serialise_player(player).await?;
        let held = tx.player_by_id(player).await?.balance;
        self.book_reversal(&mut tx, &taken, held, by, now).await?;
        let values = [
            ("amount", amount.to_string()),
            ("receipt", receipt.to_owned()),
        ];
        self.tell(&mut tx, player, kind, format!("reversed:{id}"), values, now)
            .await?;
        Ok((tx, taken))
    }

    /// The payout with a receipt, if it is paid: what M-Pesa gave back of it.
    async fn paid_out(
        &self,
        tx: &mut Tx,
        receipt: &str,
    ) -> Result<(What, String, Cents), ReversalError> {
        let unknown = || ReversalError::Unknown(receipt.to_owned());
        let id = tx
            .withdrawal_of_receipt(receipt)
            .await?
            .ok_or_else(unknown)?;
        tx.serialise_withdrawal(id).await?;
        let withdrawal = tx.withdrawal(id).await?.ok_or_else(unknown)?;
        // One that failed here and was paid all the same stands in suspense, not in a wallet.
        if withdrawal.state != State::Paid {
            return Err(unknown());
        }
        let what = What::Payout(withdrawal.player);
        Ok((what, id.to_string(), withdrawal.quote.payout))
    }

    async fn book_reversal(
        &self,
        tx: &mut Tx,
        taken: &Reversal,
        held: Cents,
        by: &By,
        now: Timestamp,
    ) -> Result<(), ReversalError> {
        let before = || ReversalError::Before(taken.reversal_receipt.clone());
        if !tx.add_reversal(taken, now).await? {
            return Err(before());
        }
        let moved = transfers(taken.id, taken.what, taken.amount, held);
        if tx.book(&moved, now).await? == Booked::Before {
            return Err(before());
        }
        let detail = format!(
            "KES {} of {} taken back by {}",
            taken.amount, taken.receipt, taken.reversal_receipt
        );
        let (action, kind) = match taken.what {
            What::Parked => ("give_back", "parked"),
            What::Deposit(_) => ("take_back", "deposit"),
            What::Payout(_) => ("take_back", "withdrawal"),
        };
        let subject = (kind, taken.subject.clone());
        self.write_down(tx, by, action, subject, &detail, now)
            .await?;
        Ok(())
    }
}
