//! Players with money, put there through the store's own verbs.

use majibu::{
    core::{
        ids::{DepositId, PlayerId},
        ledger,
        money::Cents,
        msisdn::Msisdn,
        time::Timestamp,
    },
    ports::{Clock, SystemClock},
    store::{Store, Tx},
};
use rand::{SeedableRng, rngs::StdRng};

use crate::Failure;

/// What the first player has; each further one has a shilling more, so that the balance on a screen
/// says whose it is.
pub(crate) const FIRST_SHILLINGS: i64 = 100_000;

/// How many are registered in one transaction.
const AT_ONCE: u32 = 1_000;

/// Registers `+254700000000` and on, each with a deposit.
pub(crate) async fn players(store: &Store, count: u32) -> Result<(), Failure> {
    let mut rng = StdRng::seed_from_u64(11);
    let now = SystemClock.now();
    for first in (0..count).step_by(usize::try_from(AT_ONCE)?) {
        let mut tx = store.write().await?;
        for place in first..count.min(first + AT_ONCE) {
            player(&mut tx, place, now, &mut rng).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

async fn player(tx: &mut Tx, place: u32, now: Timestamp, rng: &mut StdRng) -> Result<(), Failure> {
    let msisdn = Msisdn::parse(&format!("+254{}", 700_000_000 + place))?;
    let player = tx
        .register(PlayerId::new(now, rng), &msisdn, "en", now)
        .await?;
    let id = DepositId::new(now, rng);
    let receipt = id.reference();
    let shillings = FIRST_SHILLINGS + i64::from(place);
    let cents = Cents::from_shillings(shillings).ok_or("too much")?;
    tx.add_deposit(id, player.id, cents, now, now).await?;
    let transfer = ledger::deposit(player.id, &receipt, cents);
    tx.book(transfer.as_slice(), now).await?;
    tx.pay_deposit(id, &receipt, cents, false, now).await?;
    Ok(())
}
