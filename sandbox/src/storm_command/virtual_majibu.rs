//! Majibu in this process, on its embedded default and on a clock that turns only when told to: jobs
//! run when time passes, and a day is over when all that was to happen in it has happened.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use majibu::cli;
use majibu::core::{msisdn::Msisdn, time::Timestamp};
use majibu::ports::{Clock, Random};
use rand::{SeedableRng, rngs::StdRng};
use sandbox::storm::{House, HouseError, LedgerShown, PlayerShown};
use sandbox::{Number, Simulator};

use crate::majibu_beside::{self, Beside, Jobs};

/// Jobs are looked for at least so often.
const STEP: Duration = Duration::from_secs(60);

/// A clock that turns when told to.
#[derive(Debug)]
struct TurnedClock(AtomicI64);

impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.0.load(Ordering::SeqCst))
    }
}

impl TurnedClock {
    fn turn(&self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

/// Chance from a seed; every use case gets a generator of its own.
#[derive(Debug)]
struct SeededRandom {
    seed: u64,
    given: AtomicU64,
}

impl Random for SeededRandom {
    fn rng(&self) -> StdRng {
        let given = self.given.fetch_add(1, Ordering::SeqCst);
        StdRng::seed_from_u64(self.seed.rotate_left(32) ^ given)
    }
}

/// A Majibu on virtual time.
pub(super) struct VirtualMajibu {
    beside: Beside,
    clock: Arc<TurnedClock>,
}

/// Starts it on a free port, in a temporary folder.
pub(super) async fn start(
    sim: &Simulator,
    code: &str,
    seed: u64,
) -> Result<VirtualMajibu, Box<dyn std::error::Error>> {
    let now = majibu::ports::SystemClock.now();
    let clock = Arc::new(TurnedClock(AtomicI64::new(now.ms())));
    let world = majibu::service::World {
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        random: Arc::new(SeededRandom {
            seed,
            given: AtomicU64::new(0),
        }),
    };
    let listen = ([127, 0, 0, 1], 0).into();
    let listen = crate::free_or(listen);
    let beside = majibu_beside::start(sim, listen, None, code, &world, Jobs::ByHand).await?;
    beside.app().plan_chores().await?;
    Ok(VirtualMajibu { beside, clock })
}

impl VirtualMajibu {
    pub(super) async fn stop(self) {
        self.beside.stop().await;
    }

    async fn pass_time(&self, time: Duration) -> Result<(), HouseError> {
        let mut left = time;
        loop {
            let step = left.min(STEP);
            self.clock.turn(step);
            left -= step;
            let worked = self.beside.app().work_off().await;
            worked.map_err(|error| HouseError(format!("jobs: {error}")))?;
            if left.is_zero() {
                return Ok(());
            }
        }
    }

    async fn look_at_ledger(&self) -> Result<LedgerShown, HouseError> {
        let report = self.beside.app().ledger_report().await;
        let report = report.map_err(|error| HouseError(format!("ledger check: {error}")))?;
        let shown = serde_json::from_value(cli::ledger_json(&report));
        shown.map_err(|error| HouseError(format!("ledger check: {error}")))
    }

    async fn look_at_players(&self, numbers: &[Number]) -> Result<Vec<PlayerShown>, HouseError> {
        let failed = |error: &dyn std::fmt::Display| HouseError(format!("player show: {error}"));
        let mut players = Vec::with_capacity(numbers.len());
        for number in numbers {
            let msisdn = Msisdn::parse(&number.to_string()).map_err(|error| failed(&error))?;
            let report = self.beside.app().player_report(&msisdn).await;
            if let Some(report) = report.map_err(|error| failed(&error))? {
                let shown = serde_json::from_value(cli::player_json(&report));
                players.push(shown.map_err(|error| failed(&error))?);
            }
        }
        Ok(players)
    }
}

impl House for VirtualMajibu {
    fn pass(&self, time: Duration) -> BoxFuture<'_, Result<(), HouseError>> {
        self.pass_time(time).boxed()
    }

    fn is_virtual(&self) -> bool {
        true
    }

    fn ledger(&self) -> BoxFuture<'_, Result<LedgerShown, HouseError>> {
        self.look_at_ledger().boxed()
    }

    fn players<'a>(
        &'a self,
        numbers: &'a [Number],
    ) -> BoxFuture<'a, Result<Vec<PlayerShown>, HouseError>> {
        self.look_at_players(numbers).boxed()
    }
}
