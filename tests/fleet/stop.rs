//! SIGTERM: what has begun is finished, and nothing is left behind.

use std::time::{Duration, Instant};

use sandbox::{Fault, FaultPoint};
use sqlx::Connection;
use tokio::task::JoinSet;

use crate::{
    binary::{PATIENCE, eventually},
    crew::{Fleet, dial, simulator},
    given::Given,
    turn,
};

/// How many requests are under way when a process is told to stop.
const CROWD: usize = 8;

/// How long a process may take to stop once what it began is done.
const STOP_LIMIT: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_hop_in_flight_is_answered_when_serve_is_told_to_stop() {
    let Some((_turn, server)) = turn().await else {
        return;
    };
    let sim = simulator().await;
    let mut fleet = Fleet::new(&sim, &server).await;
    let mut serve = fleet.serve(0).await;
    // Every dial waits for this lock.
    let mut connection = fleet.database.connect().await;
    let mut lock = connection.begin().await.expect("a transaction");
    sqlx::query("lock table player in access exclusive mode")
        .execute(&mut *lock)
        .await
        .expect("locked");
    let mut hops = JoinSet::new();
    for number in 0..CROWD {
        let base = fleet.bases[0].clone();
        hops.spawn(async move { dial(&base, &format!("in-flight-{number}")).await });
    }
    let waiting = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    let crowd = i64::try_from(CROWD).expect("a number");
    let deadline = Instant::now() + PATIENCE;
    while fleet.database.number(waiting).await < crowd {
        assert!(Instant::now() < deadline, "the hops do not wait");
    }
    serve.signal("TERM");
    eventually("the signal", || {
        serve.log().contains("stopping").then_some(())
    })
    .await;
    assert!(!serve.has_ended(), "hops are in flight");
    lock.rollback().await.expect("unlocked");
    while let Some(screen) = hops.join_next().await {
        let screen = screen.expect("an answer");
        assert!(screen.starts_with("CON "), "{screen}");
    }
    let asked = Instant::now();
    assert_eq!(serve.wait().code(), Some(0), "{}", serve.log());
    assert!(asked.elapsed() < STOP_LIMIT, "{}", serve.log());
    connection.close().await.expect("closed");
    fleet.end().await;
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_text_on_its_way_is_noted_when_work_is_told_to_stop() {
    let Some((_turn, server)) = turn().await else {
        return;
    };
    let sim = simulator().await;
    let mut fleet = Fleet::new(&sim, &server).await;
    let mut given = Given::on(&fleet.database.url()).await;
    // Each text is on its phone at once, and its answer takes a while.
    let late = Fault::Late(Duration::from_millis(700));
    sim.inject(FaultPoint::Sms, late, 16).expect("a fault");
    let mut work = fleet.work(0);
    given.due(0, 100).await;
    eventually("texts on their way", || {
        (sim.waiting_faults(FaultPoint::Sms) == 0).then_some(())
    })
    .await;
    let asked = Instant::now();
    work.stop();
    assert!(asked.elapsed() < STOP_LIMIT, "{}", work.log());
    let arrived = || -> usize {
        let phones = given.numbers().map(|number| sim.phone(&number));
        phones
            .map(|phone| phone.expect("a phone").inbox().len())
            .sum()
    };
    let sent = "select count(*) from outbox where state in ('sent', 'delivered')";
    let noted = fleet.database.number(sent).await;
    assert_eq!(usize::try_from(noted), Ok(arrived()), "{}", work.log());
    assert!((16..100).contains(&noted), "{noted}: stopped in the middle");

    // What it leased and did not begin falls to another when the lease ends.
    let mut other = fleet.work(1);
    let deadline = Instant::now() + PATIENCE;
    while fleet.database.number(sent).await < 100 {
        assert!(Instant::now() < deadline, "{}", other.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(arrived(), 100, "each text once");
    other.stop();
    given.close().await;
    fleet.end().await;
    sim.stop().await;
}
