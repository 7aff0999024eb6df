//! Who paid a deposit: a mark is kept of it, so that the fair play watch can tell accounts that share a
//! phone. The number itself is not kept.

use std::sync::Arc;

use rand::RngExt;

use super::{App, AppError};
use crate::{
    core::{
        fair::payer::{Payer, hex},
        ids::DepositId,
        time::Timestamp,
    },
    store::{PayerMark, Player, Tx},
};

/// The key that marks are made with, by its name.
const KEY: &str = "payer";

impl App {
    /// Keeps who paid a deposit of a player, unless the watch is off.
    pub(super) async fn keep_payer(
        &self,
        tx: &mut Tx,
        deposit: DepositId,
        player: &Player,
        told: Option<&Payer>,
        now: Timestamp,
    ) -> Result<(), AppError> {
        if self.settings().fair.every.is_zero() {
            return Ok(());
        }
        let payer = Payer::of_deposit(told, &player.msisdn);
        let mark = PayerMark {
            payer: payer.mark(self.payer_key(tx).await?.as_bytes()),
            is_certain: payer.is_certain(),
        };
        Ok(tx.keep_payer(deposit, player.id, &mark, now).await?)
    }

    /// The key of this house: random, made when it is first needed. It stays in memory once it is known to
    /// be in the database; a transaction that makes it may still come to nothing.
    pub(super) async fn payer_key(&self, tx: &mut Tx) -> Result<Arc<str>, AppError> {
        if let Some(key) = self.inner.payer_key.get() {
            return Ok(key.clone());
        }
        if let Some(key) = tx.secret_key(KEY).await? {
            return Ok(self.inner.payer_key.get_or_init(|| key.into()).clone());
        }
        let random: [u8; 32] = self.inner.random.rng().random();
        Ok(tx.make_secret_key(KEY, &hex(&random)).await?.into())
    }
}
