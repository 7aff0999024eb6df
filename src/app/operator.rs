//! What an operator does: looking at a player, assigning a parked payment.

use super::{App, AppError, Care, credit::paid_values};
use crate::{
    core::{ids::ParkedId, ledger, money::Cents, msisdn::Msisdn, operator::By, time::Timestamp},
    store::{
        Contention, DepositRow, EntryRow, Gate, LedgerReport, Parked, Player, SmsRow, StoreError,
        Tx, WithdrawalRow,
    },
};

/// Everything of one player, lists newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayerReport {
    /// The player, with their status at this instant.
    pub player: Player,
    /// Exclusion, limits and checks.
    pub care: Care,
    /// Entries.
    pub entries: Vec<EntryRow>,
    /// Deposits.
    pub deposits: Vec<DepositRow>,
    /// Withdrawals.
    pub withdrawals: Vec<WithdrawalRow>,
    /// SMS.
    pub sms: Vec<SmsRow>,
    /// Whether the number refuses promotions.
    pub refuses_promotions: bool,
}

/// Whether payouts go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payouts {
    /// They are not set up.
    Off,
    /// They do.
    GoOut,
    /// They pause after a fault of the house.
    Paused,
}

/// A parked payment could not be assigned.
#[derive(Debug, thiserror::Error)]
pub enum AssignError {
    /// No player has that number.
    #[error("no player with this number")]
    NoPlayer,
    /// No payment with that id waits.
    #[error("no parked payment with this id")]
    NotParked,
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for AssignError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

impl Contention for AssignError {
    fn is_contended(&self) -> bool {
        match self {
            Self::App(error) => error.is_contended(),
            Self::NoPlayer | Self::NotParked => false,
        }
    }
}

impl App {
    /// Everything of the player of a number.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn player_report(&self, msisdn: &Msisdn) -> Result<Option<PlayerReport>, AppError> {
        let mut tx = self.store().read().await?;
        let Some(mut player) = tx.player(msisdn).await? else {
            return Ok(None);
        };
        let care = self.care_in(&mut tx, player.id, self.clock().now()).await?;
        player.status = care.status;
        player.excluded_until = care.excluded_until;
        let entries = tx.entry_rows(player.id, i64::MAX).await?;
        let deposits = tx.deposit_rows(player.id).await?;
        let withdrawals = tx.withdrawal_rows(player.id).await?;
        let sms = tx.sms_rows(player.id).await?;
        let refuses_promotions = tx.refuses_promotions(msisdn).await?;
        Ok(Some(PlayerReport {
            player,
            care,
            entries,
            deposits,
            withdrawals,
            sms,
            refuses_promotions,
        }))
    }

    /// Recomputes the whole ledger.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ledger_report(&self) -> Result<LedgerReport, AppError> {
        Ok(self.store().read().await?.ledger_report().await?)
    }

    /// The payments that wait in `suspense`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn parked(&self) -> Result<Vec<Parked>, AppError> {
        Ok(self.store().read().await?.parked().await?)
    }

    /// Gives a parked payment to a player, who hears of it by SMS.
    ///
    /// # Errors
    /// When there is no such player or payment, or the database does not answer.
    pub async fn assign(
        &self,
        id: ParkedId,
        msisdn: &Msisdn,
        by: &By,
    ) -> Result<Parked, AssignError> {
        let now = self.clock().now();
        let assign = |tx| self.assign_in(tx, id, msisdn, by, now);
        let parked = self.store().transact(assign).await?;
        let (actor, reason) = (by.actor.name(), by.why.text());
        tracing::info!(parked = %id, player = %msisdn, actor, reason, "parked payment assigned");
        Ok(parked)
    }

    async fn assign_in(
        &self,
        mut tx: Tx,
        id: ParkedId,
        msisdn: &Msisdn,
        by: &By,
        now: Timestamp,
    ) -> Result<(Tx, Parked), AssignError> {
        let player = tx.player(msisdn).await?.ok_or(AssignError::NoPlayer)?;
        let parked = tx.assign_parked(id, player.id, by.why.text(), now).await?;
        let parked = parked.ok_or(AssignError::NotParked)?;
        // It comes into the wallet now, so it is taxed now, like any other deposit.
        let credited = ledger::assign(player.id, id, parked.amount);
        let bps = self.settings().wallet.excise_bps;
        let excise = credited
            .as_ref()
            .and_then(|credited| ledger::excise(credited, bps));
        let duty = excise.as_ref().map_or(Cents::ZERO, |excise| excise.amount);
        let transfers: Vec<_> = credited.into_iter().chain(excise).collect();
        tx.book(&transfers, now).await?;
        let values = paid_values(parked.amount, &parked.receipt, duty);
        let cause = format!("assigned:{id}");
        self.tell(&mut tx, player.id, "deposit_paid", cause, values, now)
            .await?;
        let detail = format!(
            "KES {} of {} to player {}",
            parked.amount, parked.receipt, player.id
        );
        let subject = ("parked", id.to_string());
        self.write_down(&mut tx, by, "assign", subject, &detail, now)
            .await?;
        Ok((tx, parked))
    }

    /// Whether payouts go out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn payouts(&self) -> Result<Payouts, AppError> {
        if !self.inner.money.can_pay_out() {
            return Ok(Payouts::Off);
        }
        let now = self.clock().now();
        let shut = self
            .store()
            .read()
            .await?
            .gate_shut(Gate::Payouts, now)
            .await?;
        Ok(if shut.is_some() {
            Payouts::Paused
        } else {
            Payouts::GoOut
        })
    }

    /// Ends a pause of payouts; gives why they paused, `None` where they did not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn resume_payouts(&self, by: &By) -> Result<Option<String>, AppError> {
        let now = self.clock().now();
        let resume = |mut tx: Tx| async move {
            let why = tx.open_gate(Gate::Payouts, now).await?;
            tx.hasten_payouts(now).await?;
            if let Some(why) = &why {
                let subject = ("gate", "payouts".to_owned());
                self.write_down(&mut tx, by, "resume", subject, why, now)
                    .await?;
            }
            Ok((tx, why))
        };
        self.store().transact(resume).await
    }
}
