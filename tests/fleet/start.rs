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

/// Whoever may only read can look, and hears what is missing where the schema is not there.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_login_that_may_only_read_can_look() {
    let Some((_turn, server)) = turn().await else {
        return;
    };
    let sim = simulator().await;
    let fleet = Fleet::new(&sim, &server).await;
    let mut database = fleet.database.connect().await;
    let role = format!("reader_{}", std::process::id());
    let sql = format!(
        "create role {role} login password 'hunter-22';
        grant pg_read_all_data to {role};"
    );
    let created = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut database);
    created.await.expect("a role");
    let owner = fleet.database.url();
    let (_, place) = owner.rsplit_once('@').expect("a URL with a user");
    let reader = format!("postgres://{role}:hunter-22@{place}");
    let reader = [("MAJIBU__DATABASE__URL", reader.as_str())];
    let looks = [
        (&["ledger", "check"][..], 0),
        (&["suspense", "list"], 0),
        (&["player", "show", "0712345678"], 1),
    ];
    for (command, _) in looks {
        let said = fleet.house.run_with(&reader, command).ended(2);
        let line = said.stderr.lines().last().unwrap_or_default();
        assert!(
            line.contains("database.url") && line.contains("permission denied"),
            "{line}"
        );
        assert!(
            !line.contains("hunter") && !line.contains("at line"),
            "{line}"
        );
    }
    fleet.house.run(&["migrate"]).ended(0);
    for (command, code) in looks {
        fleet.house.run_with(&reader, command).ended(code);
    }
    let gone = format!("drop owned by {role}; drop role {role}");
    let gone = sqlx::raw_sql(sqlx::AssertSqlSafe(gone)).execute(&mut database);
    gone.await.expect("gone");
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
