//! Processes that start at the same instant on an empty database.

use crate::{
    binary::{PATIENCE, Process, free_port},
    crew::{Fleet, ready, simulator},
    turn,
};

/// How many start at once.
const CROWD: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_that_migrate_an_empty_database_at_once_take_turns() {
    let Some((_turn, server)) = turn().await else {
        return;
    };
    let sim = simulator().await;
    let fleet = Fleet::new(&sim, &server).await;
    let pending = fleet.house.run(&["migrate", "--check"]).ended(1);
    assert!(pending.stdout.contains("pending: 0001"), "{pending:?}");
    let mut crowd: Vec<Process> = (0..CROWD)
        .map(|_| fleet.house.spawn(&["migrate"]))
        .collect();
    for process in &mut crowd {
        assert_eq!(process.wait().code(), Some(0), "{}", process.log());
    }
    let checked = fleet.house.run(&["migrate", "--check"]).ended(0);
    assert!(!checked.stdout.contains("pending"), "{checked:?}");
    fleet.end().await;
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn services_that_start_on_an_empty_database_at_once_are_all_ready() {
    let Some((_turn, server)) = turn().await else {
        return;
    };
    let sim = simulator().await;
    let mut fleet = Fleet::new(&sim, &server).await;
    let mut crowd = Vec::new();
    for place in 0..CROWD {
        let address = format!("127.0.0.1:{}", free_port());
        fleet.house.set("HTTP__LISTEN", &address);
        let arguments: &[&str] = if place % 2 == 0 {
            &["serve"]
        } else {
            &["serve", "--no-jobs"]
        };
        crowd.push((format!("http://{address}"), fleet.house.spawn(arguments)));
    }
    for (base, process) in &mut crowd {
        let deadline = std::time::Instant::now() + PATIENCE;
        while ready(base).await != 200 {
            assert!(!process.has_ended(), "{}", process.log());
            assert!(std::time::Instant::now() < deadline, "{}", process.log());
        }
    }
    for (_, process) in &mut crowd {
        process.stop();
        assert!(!process.log().contains("ERROR"), "{}", process.log());
    }
    fleet.end().await;
    sim.stop().await;
}
