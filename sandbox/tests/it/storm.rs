//! Storms, as somebody runs them: the binary, what it prints, and its exit code.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use serde_json::Value;

fn storm(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sandbox"))
        .arg("storm")
        .args(arguments)
        .output()
        .expect("the sandbox runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_day_of_all_faults_leaves_the_books_equal_and_prints_figures() {
    let output = storm(&["--players", "8", "--seed", "7", "--hours", "8", "--json"]);
    let report: Value = serde_json::from_str(&told(&output)).expect("JSON");
    assert_eq!(report["differences"], serde_json::json!([]), "{report}");
    assert_eq!(output.status.code(), Some(0));
    let figure = |name: &str| report.pointer(name).and_then(Value::as_u64).unwrap_or(0);
    assert_eq!(figure("/seed"), 7);
    assert!(figure("/latency/hops") > 50, "{report}");
    assert!(figure("/counts/prompts paid") > 0, "{report}");
    assert!(figure("/lasted_ms") > 2 * 3_600_000, "{report}");
    assert!(!report["faults"].as_object().expect("faults").is_empty());
}

#[test]
fn the_same_seed_is_the_same_storm_to_the_last_message() {
    let mut reports = Vec::new();
    for seed in ["11", "11", "12"] {
        let output = storm(&["--players", "6", "--seed", seed, "--hours", "2", "--json"]);
        let mut report: Value = serde_json::from_str(&told(&output)).expect("JSON");
        assert_eq!(report["differences"], serde_json::json!([]), "{report}");
        // How long it took is the machine's.
        let fields = report.as_object_mut().expect("an object");
        fields.remove("took_ms");
        let hops = fields.remove("latency").expect("latency")["hops"].clone();
        assert!(fields["digest"].is_string() && hops.as_u64() > Some(50));
        fields.insert("hops".to_owned(), hops);
        reports.push(report);
    }
    assert_eq!(reports[0], reports[1]);
    assert_ne!(reports[0]["digest"], reports[2]["digest"]);
}

#[test]
fn a_fair_day_has_no_faults() {
    let output = storm(&[
        "--players",
        "2",
        "--seed",
        "3",
        "--hours",
        "4",
        "--faults",
        "none",
    ]);
    let told = told(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("0 played"), "{told}");
    assert!(told.contains("equal, to the cent"), "{told}");
}

/// A program in the place of Majibu's, which prints these books.
fn books(folder: &tempfile::TempDir, ledger: &str) -> String {
    let program = folder.path().join("majibu");
    let script = format!("#!/bin/sh\n[ \"$1\" = ledger ] && echo '{ledger}'\nexit 0\n");
    fs::write(&program, script).expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("executable");
    program.display().to_string()
}

fn against(program: &str) -> Output {
    // Nobody dials, so nobody has to listen.
    storm(&[
        "--players",
        "2",
        "--visits",
        "0",
        "--seed",
        "5",
        "--patience",
        "0",
        "--listen",
        "127.0.0.1:0",
        "--against",
        "http://127.0.0.1:9/ussd/secret",
        "--majibu",
        program,
    ])
}

#[test]
fn money_that_only_the_service_knows_is_a_difference_that_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = r#"{"ok": true, "findings": [], "accounts": {"mpesa": -500, "wallets": 500}}"#;
    let output = against(&books(&folder, ledger));
    let told = told(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.contains("account mpesa: KES -5 and not KES 0"),
        "{told}"
    );
    assert!(told.contains("--seed 5"), "{told}");
}

#[test]
fn equal_books_of_a_running_service_are_equal() {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = r#"{"ok": true, "findings": [], "accounts": {"mpesa": 0}}"#;
    let output = against(&books(&folder, ledger));
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
}

#[test]
fn what_cannot_be_stormed_or_read_is_bad_usage() {
    let folder = tempfile::tempdir().expect("a folder");
    let rubbish = books(&folder, "rubbish");
    for program in [rubbish.as_str(), "/nowhere/majibu"] {
        let output = against(program);
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(complaint.contains("sandbox storm: "), "{complaint}");
    }
    let output = storm(&["--against", "http://127.0.0.1:9/"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(storm(&["--players", "0"]).status.code(), Some(2));
}
