//! Players play on while processes are killed, Redis is flushed, halted and killed, and PostgreSQL
//! restarts.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{SeedableRng, rngs::StdRng};
use sandbox::Simulator;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    binary::{PATIENCE, Process, QUESTIONS, eventually},
    books::{self, Account},
    crew::{Fleet, answered, dial, ready, simulator},
    player,
    postgres::Postgres,
    redeliver, say, turn,
};

/// How long a player may wait for a polite END while Redis is away.
const POLITE: Duration = Duration::from_millis(1_500);

/// How long Redis is away at least.
const AWAY: Duration = Duration::from_secs(2);

const NUMBERS: [&str; 6] = [
    "0712000001",
    "0712000002",
    "0712000003",
    "0110000004",
    "0110000005",
    "0799000006",
];

/// The processes, by place.
struct Running {
    serves: [Process; 2],
    works: [Process; 2],
    logs: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whole_games_end_right_though_processes_redis_and_postgres_fail_in_the_middle() {
    let Some((_turn, _)) = turn().await else {
        return;
    };
    let mut postgres = Postgres::start().await;
    let sim = simulator().await;
    let mut fleet = Fleet::new(&sim, &postgres.url()).await;
    fleet
        .house
        .run(&["questions", "import", QUESTIONS])
        .ended(0);
    let stop = Arc::new(CancellationToken::new());
    let mut players = JoinSet::new();
    let bases = fleet.bases.clone();
    let story = async {
        let mut running = Running {
            serves: [fleet.serve(0).await, fleet.serve(1).await],
            works: [fleet.work(0), fleet.work(1)],
            logs: String::new(),
        };
        for (seed, number) in (1..).zip(NUMBERS) {
            let phone = sim.phone(number).expect("a phone");
            players.spawn(player::play(phone, seed, Arc::clone(&stop)));
        }
        trouble(&mut fleet, &sim, &mut postgres, &mut running).await;
        stop.cancel();
        while let Some(ended) = players.join_next().await {
            ended.expect("a player whose screens were all good");
        }
        running
    };
    let running = tokio::select! {
        running = story => running,
        () = Fleet::spread(bases, &sim) => return,
    };
    let accounts = come_to_rest(&fleet, &sim, running).await;
    books::check(&fleet.house, &sim, &accounts);
    let count = |state| books::ended(&accounts, state);
    let payments = sim.payments().len();
    say(&format!(
        "storm: {payments} payments, {} won, {} drawn, {} refunded, {} returned, {} exchanges",
        count("won"),
        count("drawn"),
        count("refunded"),
        count("returned"),
        sim.exchanges().len(),
    ));
    assert!(payments >= NUMBERS.len() && count("won") >= 3);
    assert_eq!(count("won"), count("lost"));
    assert_eq!(count("drawn") % 2, 0);
    fleet.end().await;
    sim.stop().await;
}

/// Everything that may go wrong does, one thing after the other.
async fn trouble(
    fleet: &mut Fleet,
    sim: &Simulator,
    postgres: &mut Postgres,
    running: &mut Running,
) {
    answered(sim, "USSD hop", 150).await;
    kill_one_of_each(fleet, sim, running).await;
    answered(sim, "USSD hop", 60).await;

    fleet.redis.flush().await;
    answered(sim, "USSD hop", 80).await;

    let began = Instant::now();
    postgres.restart().await;
    ready_again(fleet, "restarted").await;
    say(&format!(
        "storm: ready {:?} after PostgreSQL crashed",
        began.elapsed()
    ));
    answered(sim, "USSD hop", 80).await;

    fleet.redis.halt();
    redis_is_away(fleet, "halted").await;
    fleet.redis.go_on();
    ready_again(fleet, "halted").await;
    answered(sim, "USSD hop", 60).await;

    fleet.redis.kill();
    redis_is_away(fleet, "killed").await;
    fleet.redis.start_again().await;
    ready_again(fleet, "killed").await;
    answered(sim, "USSD hop", 100).await;
}

/// One process of each kind dies at once; the others carry on, and replacements join them.
async fn kill_one_of_each(fleet: &mut Fleet, sim: &Simulator, running: &mut Running) {
    let serve = &mut running.serves[0];
    running.logs.push_str(&serve.log());
    serve.end_at_once();
    let work = &mut running.works[0];
    running.logs.push_str(&work.log());
    work.end_at_once();
    answered(sim, "USSD hop", 40).await;
    running.serves[0] = fleet.serve(0).await;
    running.works[0] = fleet.work(0);
}

/// While Redis is away, every dial gets a polite END soon, and nobody is ready.
async fn redis_is_away(fleet: &Fleet, how: &str) {
    let (began, mut slowest, mut dials) = (Instant::now(), Duration::ZERO, 0);
    while began.elapsed() < AWAY {
        for base in &fleet.bases {
            let asked = Instant::now();
            let screen = dial(base, &format!("away-{how}-{dials}")).await;
            slowest = slowest.max(asked.elapsed());
            dials += 1;
            assert!(screen.starts_with("END "), "{screen}");
            assert_eq!(ready(base).await, 503, "Redis is {how}");
        }
    }
    say(&format!(
        "storm: Redis {how}: {dials} dials, the slowest END after {slowest:?}"
    ));
    assert!(slowest < POLITE, "{slowest:?}");
}

/// Both processes are ready and take dials again.
async fn ready_again(fleet: &Fleet, after: &str) {
    let deadline = Instant::now() + PATIENCE;
    for (place, base) in fleet.bases.iter().enumerate() {
        while ready(base).await != 200 {
            assert!(Instant::now() < deadline, "{base} is not ready again");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let screen = dial(base, &format!("after-{after}-{place}")).await;
        assert!(screen.starts_with("CON "), "{screen}");
    }
}

/// Waits until nothing is under way, and stops all processes; gives what the database then says.
async fn come_to_rest(fleet: &Fleet, sim: &Simulator, running: Running) -> Vec<Account> {
    eventually("the end of every push", || {
        let pushes = sim.pushes();
        pushes
            .iter()
            .all(|push| push.result.is_some())
            .then_some(())
    })
    .await;
    redeliver::all(sim, &mut StdRng::seed_from_u64(5)).await;
    let read = || -> Vec<Account> {
        let numbers = NUMBERS.iter();
        numbers
            .map(|number| Account::of(&fleet.house, sim, number))
            .collect()
    };
    let Running {
        serves,
        works,
        mut logs,
    } = running;
    let deadline = Instant::now() + PATIENCE;
    while let Some(under_way) = books::under_way(sim, &read()) {
        let log: String = works.iter().map(Process::log).collect();
        assert!(Instant::now() < deadline, "{under_way} is under way: {log}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for mut process in serves.into_iter().chain(works) {
        process.stop();
        logs.push_str(&process.log());
    }
    assert!(!logs.contains("panicked"), "{logs}");
    read()
}
