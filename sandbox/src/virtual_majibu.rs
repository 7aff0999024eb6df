//! Majibu beside a simulator with a virtual clock: its time is the simulator's, its chance comes from
//! a seed, and it looks for what is due only when it is told to.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use majibu::app::App;
use majibu::core::time::Timestamp;
use majibu::ports::{Clock, Random};
use majibu::service::World;
use rand::{SeedableRng, rngs::StdRng};
use sandbox::Simulator;
use sandbox::scenario::House;

use crate::majibu_beside::{self, Beside, Jobs};

/// The simulator's clock, for Majibu.
struct SharedClock(Box<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl std::fmt::Debug for SharedClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SharedClock").field(&self.now()).finish()
    }
}

/// Chance from a seed and the time; every use case gets a generator of its own. So what the service
/// tried once more, because its database was busy, changes nothing that comes later.
#[derive(Debug)]
struct SeededRandom {
    seed: u64,
    clock: Arc<SharedClock>,
    /// The moment, in milliseconds, and how many were given at it.
    given: Mutex<(i64, u64)>,
}

impl Random for SeededRandom {
    fn rng(&self) -> StdRng {
        let now = self.clock.now().ms();
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let count = if given.0 == now { given.1 + 1 } else { 0 };
        *given = (now, count);
        let mut seed = [0; 32];
        for (part, number) in seed
            .chunks_mut(8)
            .zip([self.seed, now.cast_unsigned(), count])
        {
            part.copy_from_slice(&number.to_le_bytes());
        }
        StdRng::from_seed(seed)
    }
}

/// A Majibu on virtual time.
pub(crate) struct VirtualMajibu(Beside);

/// Starts it on a free port, with a database that goes with it. It asks so often for payments that
/// nobody told of; for no time at all never.
pub(crate) async fn start(
    sim: &Simulator,
    code: &str,
    seed: u64,
    pull_every: Duration,
) -> Result<VirtualMajibu, Box<dyn std::error::Error>> {
    let teller = sim.time_teller();
    let clock = Arc::new(SharedClock(Box::new(move || {
        Timestamp::from_ms(teller().timestamp_millis())
    })));
    let random = SeededRandom {
        seed,
        clock: Arc::clone(&clock),
        given: Mutex::default(),
    };
    let world = World {
        clock,
        random: Arc::new(random),
    };
    let listen = crate::free_or(([127, 0, 0, 1], 0).into());
    let beside =
        majibu_beside::start(sim, listen, None, code, &world, Jobs::ByHand { pull_every }).await?;
    Ok(VirtualMajibu(beside))
}

impl VirtualMajibu {
    /// The app behind it.
    pub(crate) fn app(&self) -> &App {
        self.0.app()
    }

    /// Stops it; what has begun is finished.
    pub(crate) async fn stop(self) {
        self.0.stop().await;
    }
}

impl House for VirtualMajibu {
    fn work(&self) -> BoxFuture<'_, Result<usize, String>> {
        let work = self.0.app().work_off();
        work.map(|worked| worked.map_err(|error| error.to_string()))
            .boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<(), String>> {
        async {
            let report = self.0.app().ledger_report().await;
            let report = report.map_err(|error| error.to_string())?;
            if report.findings.is_empty() {
                return Ok(());
            }
            let findings: Vec<_> = report.findings.iter().map(ToString::to_string).collect();
            Err(format!("Majibu's ledger: {}", findings.join("; ")))
        }
        .boxed()
    }
}
