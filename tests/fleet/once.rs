//! Many job processes, and one that is killed: each effect happens once, and none is left behind.

use std::time::{Duration, Instant};

use sandbox::Simulator;

use crate::{
    binary::{PATIENCE, Process, eventually},
    crew::{Fleet, simulator},
    given::Given,
    postgres::number,
    say, turn,
};

/// How much falls due at the same instant.
const CROWD: usize = 200;

/// How long a crowd may take.
const LONG: Duration = Duration::from_secs(5 * PATIENCE.as_secs());

const SETTLED: &str = "select count(*) from game_match";
const PENDING: &str = "select count(*) from outbox where state = 'pending'";
const WRITTEN: &str = "select count(*) from outbox";

/// How many SMS are on the phones, and how many different ones.
fn arrived(sim: &Simulator, given: &Given) -> (usize, usize) {
    let inboxes = given.numbers().map(|number| {
        let texts = sim.phone(&number).expect("a phone").inbox();
        let mut texts: Vec<String> = texts.into_iter().map(|sms| sms.text).collect();
        let all = texts.len();
        texts.sort();
        texts.dedup();
        (all, texts.len())
    });
    inboxes.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

/// Waits until a query gives this number; gives how long it took.
async fn until(fleet: &Fleet, query: &'static str, wanted: i64) -> Duration {
    let mut connection = fleet.database.connect().await;
    let began = Instant::now();
    loop {
        let found = number(&mut connection, query).await;
        if found == wanted {
            return began.elapsed();
        }
        assert!(began.elapsed() < LONG, "{found} of {wanted}: {query}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_falls_due_at_once_for_four_processes_happens_once() {
    let Some((_turn, server)) = turn().await else {
        return;
    };
    let sim = simulator().await;
    let mut fleet = Fleet::new(&sim, &server).await;
    // Nobody takes over from a slow machine.
    fleet.house.set("JOBS__LEASE", "30s");
    let mut given = Given::on(&fleet.database.url()).await;
    let mut serve = fleet.serve(0).await;
    let mut works: Vec<Process> = (0..4).map(|place| fleet.work(place % 2)).collect();
    given.due(CROWD, CROWD).await;
    let games = i64::try_from(CROWD).expect("a number");
    until(&fleet, SETTLED, games).await;
    until(&fleet, PENDING, 0).await;
    for work in &mut works {
        work.stop();
        assert!(!work.log().contains("ERROR"), "{}", work.log());
    }
    serve.stop();
    assert_eq!(fleet.database.number(WRITTEN).await, 3 * games);
    assert_eq!(arrived(&sim, &given), (3 * CROWD, 3 * CROWD));
    let ledger = fleet.house.ledger();
    // Each winner got 160 %, and the house 40 % of a stake.
    assert_eq!(ledger["accounts"]["stakes"], 0);
    assert_eq!(ledger["accounts"]["house"], games * 4_000);
    given.close().await;
    fleet.end().await;
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_settle_what_one_settles() {
    settle_by_one_and_two(CROWD).await;
}

/// The same with enough games for a figure, `BENCH_GAMES` where that is set; by hand, on a machine
/// that does nothing else: `tests/run --release --test fleet -- --ignored games_per_second`.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "a measurement"]
async fn games_per_second_with_one_and_two_work_processes() {
    let games = std::env::var("BENCH_GAMES").ok();
    let games = games.map_or(5_000, |games| games.parse().expect("a number"));
    settle_by_one_and_two(games).await;
}

/// Settles so many games with one `work` process, then as many with two, and says how fast.
async fn settle_by_one_and_two(games: usize) {
    let Some((_turn, server)) = turn().await else {
        return;
    };
    let sim = simulator().await;
    let mut fleet = Fleet::new(&sim, &server).await;
    let mut given = Given::on(&fleet.database.url()).await;
    let mut serve = fleet.serve(0).await;
    let mut settled = 0;
    let mut works = Vec::new();
    for count in [1, 2] {
        works.push(fleet.work(0));
        // The new one works as soon as texts arrive by it too.
        given.due(2, 20).await;
        settled += 2;
        until(&fleet, SETTLED, settled).await;
        until(&fleet, PENDING, 0).await;
        given.due(games, 0).await;
        settled += i64::try_from(games).expect("a number");
        let took = until(&fleet, SETTLED, settled).await;
        let told = took + until(&fleet, PENDING, 0).await;
        let per_second = |took: Duration| games as f64 / took.as_secs_f64();
        say(&format!(
            "{count} work: {:.0} games settled per second, {:.0} with both players told by SMS",
            per_second(took),
            per_second(told)
        ));
    }
    for process in works.iter_mut().chain([&mut serve]) {
        process.stop();
    }
    given.close().await;
    fleet.end().await;
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_killed_process_was_sending_is_sent_by_another() {
    let Some((_turn, server)) = turn().await else {
        return;
    };
    let sim = simulator().await;
    let mut fleet = Fleet::new(&sim, &server).await;
    let mut given = Given::on(&fleet.database.url()).await;
    let mut serve = fleet.serve(0).await;
    let killed = fleet.work(0);
    given.due(0, CROWD).await;
    eventually("the first texts", || {
        (arrived(&sim, &given).0 >= 20).then_some(())
    })
    .await;
    killed.kill();
    let left = fleet.database.number(PENDING).await;
    assert!(left > 0, "it was killed in the middle");
    let mut other = fleet.work(1);
    let took = until(&fleet, PENDING, 0).await;
    other.stop();
    serve.stop();
    let (all, different) = arrived(&sim, &given);
    say(&format!(
        "{left} texts were left by a killed process, all sent {took:?} later, {} of them twice",
        all - different
    ));
    assert_eq!(different, CROWD);
    // Only what was sent since it last wrote answers down may arrive twice.
    assert!(all - different <= CROWD / 2, "{all}");
    given.close().await;
    fleet.end().await;
    sim.stop().await;
}
