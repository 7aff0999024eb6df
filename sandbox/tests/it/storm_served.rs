//! Storms over the real Majibu in a process of its own, in real time, on both engines.

use std::process::Output;

use serde_json::Value;
use tokio::process::Command;

use crate::storm_servers::Servers;

/// A small storm with all faults over a Majibu that it starts.
async fn storm(settings: &[(&str, String)]) -> (Output, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox"));
    command.args(["storm", "--serve", "--players", "12"]);
    command.envs(settings.iter().map(|(key, value)| (key, value)));
    // A handful of players leaves no queue behind that would need longer.
    command.env("MAJIBU__JOBS__STK_EXPIRE_AFTER", "20s");
    command.env("MAJIBU__GAME__PAIRING_WINDOW", "5s");
    report(&mut command).await
}

/// Runs it; gives what it reports.
pub(crate) async fn report(command: &mut Command) -> (Output, Value) {
    command.args(["--seed", "7", "--hours", "1", "--pace", "400", "--json"]);
    let output = command.kill_on_drop(true).output().await;
    let output = output.expect("the sandbox runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_str(&said);
    let report = report.unwrap_or_else(|error| panic!("{error}: {said}{complaint}"));
    (output, report)
}

/// The books are equal, and there was something to put into them.
pub(crate) fn check(output: &Output, report: &Value) {
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
    let Some(servers) = Servers::of("storm_served").await else {
        return;
    };
    let (output, report) = storm(&servers.settings()).await;
    check(&output, &report);
    // It was this engine indeed.
    assert_eq!(Some(servers.players().await), report["registered"].as_i64());
    servers.drop().await;
}
