//! Storms over the real Majibu in a process of its own, in real time, on both engines.

use std::process::Output;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::process::Command;

/// A small storm with all faults over a Majibu that it starts.
async fn storm(settings: &[(&str, String)]) -> (Output, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_sandbox"))
        .args(["storm", "--serve", "--players", "12", "--seed", "7"])
        .args(["--hours", "1", "--pace", "400", "--json"])
        .envs(settings.iter().map(|(key, value)| (key, value)))
        .kill_on_drop(true)
        .output()
        .await
        .expect("the sandbox runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_str(&said);
    let report = report.unwrap_or_else(|error| panic!("{error}: {said}{complaint}"));
    (output, report)
}

fn check(output: &Output, report: &Value) {
    assert_eq!(report["differences"], serde_json::json!([]), "{report}");
    assert_eq!(output.status.code(), Some(0));
    let figure = |name: &str| report.pointer(name).and_then(Value::as_u64).unwrap_or(0);
    assert!(figure("/registered") >= 10, "{report}");
    assert!(figure("/counts/prompts paid") > 0, "{report}");
    assert!(figure("/reckoned/paid_in_cents") > 0, "{report}");
    assert!(!report["faults"].as_object().expect("faults").is_empty());
}

#[tokio::test]
async fn a_storm_over_a_majibu_of_its_own_leaves_equal_books() {
    let (output, report) = storm(&[]).await;
    check(&output, &report);
}

#[tokio::test]
async fn a_storm_over_postgresql_and_redis_leaves_equal_books() {
    let (Ok(postgres), Ok(redis)) = (
        std::env::var("TEST_POSTGRES_URL"),
        std::env::var("TEST_REDIS_URL"),
    ) else {
        assert!(std::env::var_os("CI").is_none(), "CI has both servers");
        return;
    };
    let name = format!("storm_test_{}", std::process::id());
    let mut server = PgConnection::connect(&postgres).await.expect("PostgreSQL");
    let create = AssertSqlSafe(format!("create database {name}"));
    let created = sqlx::query(create).execute(&mut server).await;
    created.expect("a database");
    let (base, _) = postgres.rsplit_once('/').expect("a URL with a database");
    let settings = [
        ("MAJIBU__DATABASE__URL", format!("{base}/{name}")),
        ("MAJIBU__SESSIONS__URL", redis),
        ("MAJIBU__SESSIONS__PREFIX", name.clone()),
    ];
    let (output, report) = storm(&settings).await;
    check(&output, &report);
    let players = format!("{base}/{name}");
    let mut database = PgConnection::connect(&players).await.expect("its database");
    let count: i64 = sqlx::query_scalar("select count(*) from player")
        .fetch_one(&mut database)
        .await
        .expect("a count");
    // It was this engine indeed.
    assert_eq!(Some(count), report["registered"].as_i64());
    database.close().await.expect("closed");
    let drop = AssertSqlSafe(format!("drop database {name} with (force)"));
    sqlx::query(drop)
        .execute(&mut server)
        .await
        .expect("dropped");
}
