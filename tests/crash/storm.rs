//! The storm: players who play on, a process that is killed at every kind of moment, and a look at
//! the books when all has come to rest.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{SeedableRng, rngs::StdRng};
use sandbox::{Fault, FaultPoint, SameAmountRule, Simulator, SimulatorConfig};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    binary::{House, PATIENCE, Process, QUESTIONS, eventually},
    books::{self, Account},
    moment::Moment,
    player, redeliver,
};

const SECRET: &str = "Unguessable-path-0003";

/// How often the process is killed.
const ROUNDS: usize = 12;

/// How long lies between two looks at the books.
const POLL: Duration = Duration::from_millis(50);

const NUMBERS: [&str; 6] = [
    "0712000001",
    "0712000002",
    "0712000003",
    "0110000004",
    "0110000005",
    "0799000006",
];

/// A simulator in which everybody pays at once, and money does not run out.
async fn simulator(seed: u64) -> Simulator {
    let mut config = SimulatorConfig::instant();
    config.seed = Some(seed);
    config.remembered_exchanges = 200_000;
    config.daraja.auto_pin = Some("1234".into());
    config.daraja.same_amount_rule = SameAmountRule::Off;
    config.daraja.opening_balance_cents = 100_000_000;
    Simulator::start(config).await.expect("simulator")
}

/// A house with short times, so that everything that must happen happens soon.
fn house(sim: &Simulator) -> (House, String) {
    let (mut house, base) = House::with_providers(sim, SECRET);
    for (key, value) in [
        ("GAME__THINKING_TIME", "1s"),
        ("GAME__HOP_ALLOWANCE", "50ms"),
        ("GAME__PAIRING_WINDOW", "4s"),
        ("GAME__REMATCH_COOLDOWN", "0s"),
        ("JOBS__LEASE", "1s"),
        ("JOBS__SMS_BACKOFF", "100ms"),
        ("JOBS__STK_QUERY_AFTER", "1s"),
        ("JOBS__STK_EXPIRE_AFTER", "3s"),
    ] {
        house.set(key, value);
    }
    house.run(&["questions", "import", QUESTIONS]).ended(0);
    (house, base)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_or_done_twice_however_often_the_process_is_killed() {
    let mut rng = StdRng::seed_from_u64(20_261_122);
    let sim = simulator(7).await;
    let (house, base) = house(&sim);
    let stop = Arc::new(CancellationToken::new());
    let mut players = JoinSet::new();
    for (seed, number) in (1..).zip(NUMBERS) {
        let phone = sim.phone(number).expect("a phone");
        players.spawn(player::play(phone, seed, Arc::clone(&stop)));
    }

    for round in 0..ROUNDS {
        let moment = Moment::of_round(round, &mut rng);
        let since = sim.exchanges().last().map_or(0, |exchange| exchange.id);
        let process = if let Moment::Start = moment {
            house.spawn(&["serve"])
        } else {
            house.serve(&base, &[]).await
        };
        let since = moment.after_play(&sim, since, &mut rng).await;
        if let Moment::Query = moment {
            // It asks where no callback has come.
            sim.inject(FaultPoint::StkCallback, Fault::Lost, 2)
                .expect("a fault");
        }
        moment.wait(&sim, since).await;
        let log = process.log();
        process.kill();
        assert!(!log.contains("panicked"), "{moment:?}: {log}");
    }

    let process = house.serve(&base, &[]).await;
    stop.cancel();
    while let Some(ended) = players.join_next().await {
        ended.expect("a player whose screens were all good");
    }
    // From here on no callback is lost.
    sim.clear_faults();
    eventually("the end of every push", || {
        let pushes = sim.pushes();
        pushes
            .iter()
            .all(|push| push.result.is_some())
            .then_some(())
    })
    .await;
    redeliver::all(&sim, &mut rng).await;
    let accounts = come_to_rest(&house, &base, &sim, process).await;
    books::check(&house, &sim, &accounts);

    // It was a storm: people paid, met, and were left alone.
    let count = |state| books::ended(&accounts, state);
    let payments = sim.payments().len();
    eprintln!(
        "{payments} payments, {} won, {} drawn, {} refunded, {} returned, {} exchanges",
        count("won"),
        count("drawn"),
        count("refunded"),
        count("returned"),
        sim.exchanges().len(),
    );
    assert!(payments >= NUMBERS.len());
    assert!(count("won") >= 3 && count("refunded") + count("returned") >= 1);
    assert_eq!(count("won"), count("lost"));
    assert_eq!(count("drawn") % 2, 0);
    sim.stop().await;
}

/// Waits until nothing is under way, and stops the process; gives what the database then says. A
/// payment that came in at the last instant is waited for by another process.
async fn come_to_rest(
    house: &House,
    base: &str,
    sim: &Simulator,
    mut process: Process,
) -> Vec<Account> {
    let read = || -> Vec<Account> {
        NUMBERS
            .iter()
            .map(|number| Account::of(house, sim, number))
            .collect()
    };
    loop {
        let deadline = Instant::now() + PATIENCE;
        while let Some(under_way) = books::under_way(sim, &read()) {
            let log = process.log();
            assert!(Instant::now() < deadline, "{under_way} is under way: {log}");
            tokio::time::sleep(POLL).await;
        }
        let log = process.log();
        assert!(!log.contains("panicked"), "{log}");
        process.stop();
        let accounts = read();
        if books::under_way(sim, &accounts).is_none() {
            return accounts;
        }
        process = house.serve(base, &[]).await;
    }
}
