//! Holding what M-Pesa says that it moved against the books: batch by batch, from one snapshot of the
//! database. It books nothing; an operator can have a payment booked that only M-Pesa has, and then it
//! goes the way of a confirmation.

use std::collections::BTreeMap;

use super::{App, AppError};
use crate::{
    core::{
        msisdn::Msisdn,
        payment::{
            paybill::Account,
            reconcile::{
                AFTER_MIDNIGHT, Cover, Finding, Kind, OnlyOurs, OurPayout, Ours, Reconciler,
                Reconciliation, Row, Way,
            },
        },
    },
    ports::Payment,
    store::{CallbackKind, StoreError, Tx},
};

/// What the raw inbox names as the source of a payment that an operator had booked.
const SOURCE: &str = "reconcile";

/// A payment cannot be booked for a player.
#[derive(Debug, thiserror::Error)]
pub enum ToldError {
    /// No player has that number.
    #[error("no player with this number")]
    NoPlayer,
    /// It was made for the deposit of somebody else.
    #[error("its account number is the reference of a deposit of another player")]
    OfAnother,
    /// Something else failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for ToldError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

/// Takes rows; holds one snapshot of the database.
pub struct Reconciling {
    tx: Tx,
    open: Vec<OurPayout>,
    reconciler: Reconciler,
}

impl App {
    /// Begins to hold rows against the books.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn reconciling(&self) -> Result<Reconciling, AppError> {
        let mut tx = self.store().read().await?;
        let open = tx.open_payouts().await?;
        Ok(Reconciling {
            tx,
            open,
            reconciler: Reconciler::default(),
        })
    }

    /// Whose the account numbers of these findings say that the payments are: the player of a number,
    /// or of the deposit with that reference; by receipt.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn payees(
        &self,
        findings: &[&Finding],
    ) -> Result<BTreeMap<String, Msisdn>, AppError> {
        let mut tx = self.store().read().await?;
        let mut payees = BTreeMap::new();
        for batch in findings.chunks(BATCH) {
            let typed: Vec<Account> = batch
                .iter()
                .map(|finding| Account::read(&finding.account))
                .collect();
            let references: Vec<&str> = typed
                .iter()
                .filter_map(|account| account.reference.as_deref())
                .collect();
            let numbers: Vec<&str> = typed
                .iter()
                .filter_map(|account| account.number.as_ref().map(Msisdn::e164))
                .collect();
            let of_references = tx.players_of_references(&references).await?;
            let players = tx.numbers_of_players(&numbers).await?;
            for (finding, account) in batch.iter().zip(&typed) {
                let of_deposit = of_references
                    .iter()
                    .find(|(reference, ..)| Some(reference) == account.reference.as_ref())
                    .map(|(_, _, number)| number.clone());
                let of_player = account
                    .number
                    .clone()
                    .filter(|number| players.iter().any(|player| player == number.e164()));
                if let Some(number) = of_deposit.or(of_player) {
                    payees.insert(finding.receipt.clone(), number);
                }
            }
        }
        Ok(payees)
    }

    /// What a confirmation of a payment would have to say for this player to be credited. One with
    /// the reference of a deposit of theirs pays that deposit.
    ///
    /// # Errors
    /// When there is no such player, or the payment was made for somebody else's deposit.
    pub async fn payment_for(
        &self,
        finding: &Finding,
        number: &Msisdn,
    ) -> Result<Payment, ToldError> {
        let mut tx = self.store().read().await?;
        let player = tx.player(number).await?.ok_or(ToldError::NoPlayer)?;
        let reference = Account::read(&finding.account).reference;
        let references: Vec<&str> = reference.iter().map(String::as_str).collect();
        let of_deposit = tx.players_of_references(&references).await?;
        let account = match of_deposit.first() {
            Some((_, owner, _)) if *owner != player.id => return Err(ToldError::OfAnother),
            Some((reference, ..)) => reference.clone(),
            None => number.digits().to_owned(),
        };
        Ok(Payment {
            receipt: Some(finding.receipt.clone()),
            amount: finding.told,
            account,
            shortcode: None,
            payer: None,
            paid_by: None,
        })
    }

    /// Books a payment as if its confirmation had come: written down raw first, credited once
    /// whichever channel told of it. Gives what became of it; `credited`, where it was not booked
    /// before.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn book_told(&self, payment: &Payment) -> Result<String, AppError> {
        let body = self.inner.money.write_payment(payment);
        let outcome = self
            .take_told(CallbackKind::C2bConfirmation, SOURCE, &body)
            .await?;
        tracing::info!(receipt = payment.receipt, outcome, "payment of a statement");
        Ok(outcome)
    }
}

/// How many rows are looked up at a time.
const BATCH: usize = 1_000;

impl Reconciling {
    /// Takes rows, any number of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take(&mut self, rows: Vec<Row>) -> Result<(), AppError> {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let batch: Vec<Row> = rows.by_ref().take(BATCH).collect();
            self.take_batch(batch).await?;
        }
        Ok(())
    }

    async fn take_batch(&mut self, rows: Vec<Row>) -> Result<(), AppError> {
        // A reversal is looked up by what it takes back, and goes the other way.
        let key = |row: &Row| match (row.kind, row.way) {
            (Kind::Reversal, Way::In) => Some((Way::Out, row.linked.clone()?)),
            (Kind::Reversal, Way::Out) => Some((Way::In, row.linked.clone()?)),
            (Kind::Payment | Kind::Payout, way) => Some((way, row.receipt.clone())),
            (Kind::Charge | Kind::Move | Kind::NotDone, _) => None,
        };
        let keys: Vec<Option<(Way, String)>> = rows.iter().map(key).collect();
        let receipts = |way: Way| -> Vec<&str> {
            let of_way = keys.iter().flatten().filter(move |(of, _)| *of == way);
            of_way.map(|(_, receipt)| receipt.as_str()).collect()
        };
        let named: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.conversation.as_deref())
            .collect();
        let deposits = self.tx.booked_receipts(&receipts(Way::In)).await?;
        let paid = self.tx.payouts_of_receipts(&receipts(Way::Out)).await?;
        let named = self.tx.payouts_of_originators(&named).await?;
        let linked: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.linked.as_deref())
            .collect();
        let taken_back = self.tx.taken_back(&linked).await?;
        let by = |payouts: Vec<OurPayout>, of: fn(&OurPayout) -> Option<String>| {
            let keyed = payouts
                .into_iter()
                .filter_map(|payout| Some((of(&payout)?, payout)));
            keyed.collect::<BTreeMap<String, OurPayout>>()
        };
        let paid = by(paid, |payout| payout.receipt.clone());
        let named = by(named, |payout| Some(payout.originator.clone()));
        for (row, key) in rows.into_iter().zip(keys) {
            let receipt = key.map(|(_, receipt)| receipt).unwrap_or_default();
            let conversation = row.conversation.clone().unwrap_or_default();
            let ours = Ours {
                deposit: deposits.get(&receipt),
                paid: paid.get(&receipt),
                named: named.get(&conversation),
                open: &self.open,
                taken_back: taken_back.get(&receipt).copied().unwrap_or_default(),
            };
            self.reconciler.take(row, ours);
        }
        Ok(())
    }

    /// Ends: looks for what we booked in the time that the sources cover and they do not have.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn finish(mut self, covers: &[Cover]) -> Result<Reconciliation, AppError> {
        let mut only_ours = BTreeMap::new();
        for cover in covers {
            for (way, is_covered) in [(Way::In, cover.deposits), (Way::Out, cover.withdrawals)] {
                if !is_covered {
                    continue;
                }
                let told: Vec<&str> = self.reconciler.receipts(way).collect();
                // What M-Pesa completed just before the end we may have booked behind it.
                let until = cover.until.after(AFTER_MIDNIGHT);
                let beside = self.tx.booked_beside(way, cover.from, until, &told).await?;
                let keyed = beside.into_iter();
                let keyed = keyed.map(|ours| ((way, ours.at, ours.receipt.clone()), ours));
                only_ours.extend(keyed);
            }
        }
        let only_ours: Vec<OnlyOurs> = only_ours.into_values().collect();
        Ok(self.reconciler.finish(only_ours, covers))
    }
}
