//! How much a player may still deposit: by the house's limits and their own, the stricter counts.

use super::{App, AppError};
use crate::{
    core::{
        care::{Period, Room, room},
        ids::PlayerId,
        money::Cents,
        time::Timestamp,
    },
    store::Tx,
};

impl App {
    /// What a player may still deposit, by the limit that leaves least; `None`: any amount.
    pub(in crate::app) async fn deposit_room(
        &self,
        tx: &mut Tx,
        player: PlayerId,
        now: Timestamp,
    ) -> Result<Option<Room>, AppError> {
        let wallet = &self.settings().wallet;
        let own = tx.deposit_limits(player).await?.at(now);
        let mut least: Option<Room> = None;
        for (period, house) in [
            (Period::Day, wallet.daily_deposit_limit),
            (Period::Week, wallet.weekly_deposit_limit),
        ] {
            let own = own.of(period).in_force;
            if room(period, house, own, Cents::ZERO).is_none() {
                continue;
            }
            let deposited = tx.deposited_since(player, period.begin(now)).await?;
            let rooms = [least, room(period, house, own, deposited)];
            least = rooms.into_iter().flatten().min_by_key(|room| room.left);
        }
        Ok(least)
    }
}
