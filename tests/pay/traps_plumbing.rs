//! Traps of the plumbing (Daraja contract, section 14) that no other file of these tests is about, and
//! the table of all traps, which names a test for each.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    help::{PUSH, QUERY, beside, calls, confirm, payment, pushed, texts},
    support::World,
};

#[tokio::test]
async fn trap_34_password_and_timestamp_are_of_one_clock_reading_in_east_africa_time() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    // 00:30 in Nairobi is still the day before in Greenwich.
    world.turn(Duration::from_secs(12 * 60 * 60 + 30 * 60));
    pushed(&world, &phone, 100).await;
    world.turn(world.config.jobs.stk_query_after);
    world.run_due().await;
    let expected = [(PUSH, "20261123003002"), (QUERY, "20261123003132")];
    for (path, timestamp) in expected {
        let call = calls(&world, path).pop().expect("a call");
        let body: Value = serde_json::from_str(&call.request_body).expect("JSON");
        assert_eq!(body["Timestamp"], timestamp, "{path}");
        let password = STANDARD.decode(body["Password"].as_str().expect("text"));
        let password = String::from_utf8(password.expect("base64")).expect("text");
        assert!(
            password.starts_with("174379") && password.ends_with(timestamp),
            "{path}"
        );
    }
    world.check().await;
}

#[tokio::test]
async fn trap_40_text_of_others_is_cut_and_steers_nothing() {
    let world = World::new().await;
    let nasty =
        "\u{1b}[2J\u{7}<script>alert(1)</script>\u{202e}\r\nFAKE LOG LINE\0 {balance} ' or 1=1 --";
    let mut body = payment("UKM1A2B3C4", &nasty.repeat(50), "150.00");
    body["MSISDN"] = json!("254712345678");
    body["FirstName"] = json!(nasty);
    body["TransactionType"] = json!(nasty);
    confirm(&world, &body).await;
    let parked = world.app().parked().await.expect("parked");
    assert_eq!(parked.len(), 1);
    let reason = &parked[0].reason;
    assert!(
        reason.chars().count() < 200,
        "{} characters",
        reason.chars().count()
    );
    let steers = |text: &str| text.chars().any(|c| c.is_control() || c == '\u{202e}');
    assert!(!steers(reason), "{reason:?}");
    // The payer's own SMS has nothing of it.
    for told in texts(&world.phone("0712345678")) {
        assert!(
            !steers(&told) && !told.contains("FAKE") && !told.contains('<'),
            "{told:?}"
        );
    }
    let sql = "select outcome, kind from callback where outcome is not null";
    for (outcome, _) in beside(&world).await.pairs(sql).await {
        assert!(!steers(&outcome) && outcome.len() < 400, "{outcome:?}");
    }
    // As it came, for who wants to see it.
    let inbox = world
        .app()
        .inbox(Some("c2b_confirmation"), None, None, 1)
        .await
        .expect("read");
    let id = inbox[0].id.parse().expect("an id");
    let (_, raw) = world
        .app()
        .inbox_callback(id)
        .await
        .expect("read")
        .expect("kept");
    assert_eq!(raw.body, body.to_string().into_bytes());
    world.check().await;
}

/// Hosts that nothing answers at, or that are this machine.
fn is_harmless(host: &str) -> bool {
    let own = ["127.0.0.1", "localhost", "[::1]", "0.0.0.0"];
    let reserved = [
        ".example",
        ".test",
        ".invalid",
        "example.com",
        "example.org",
        "example",
    ];
    let host = host.split(':').next().unwrap_or_default();
    // A namespace is a name, and a word without a dot is no host of the Internet.
    let is_name = host == "www.w3.org" || !host.contains('.');
    is_name || own.contains(&host) || reserved.iter().any(|end| host.ends_with(end))
}

#[tokio::test]
async fn trap_41_no_test_talks_to_the_providers_sandbox() {
    let world = World::new().await;
    for base in [
        &world.config.daraja.base_url,
        &world.config.africastalking.base_url,
    ] {
        assert!(base.starts_with("http://127.0.0.1:"), "{base}");
    }
    world.check().await;
    // And no test names a host of somebody else.
    let mut strangers = BTreeSet::new();
    for (path, text) in test_sources() {
        for scheme in ["https://", "http://"] {
            for (at, _) in text.match_indices(scheme) {
                let rest = &text[at + scheme.len()..];
                let end = rest.find(['/', '"', '\\', ' ', '\n', '?', '@', '`', ')']);
                let host = &rest[..end.unwrap_or(rest.len())];
                // The doctor looks at how this address is written; without a key it calls nobody.
                let is_looked_at = path.ends_with("cli/doctor.rs") && host == "api.safaricom.co.ke";
                if !host.is_empty() && !host.starts_with('{') && !is_harmless(host) && !is_looked_at
                {
                    strangers.insert(format!("{path}: {host}"));
                }
            }
        }
    }
    assert_eq!(strangers, BTreeSet::new());
}

/// The sources of all tests, of the simulator's too.
fn test_sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("tests"), root.join("sandbox/tests")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(folder).expect("a folder") {
            let path = item.expect("an item").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("UTF-8");
                sources.push((path.display().to_string(), text));
            }
        }
    }
    sources
}

/// `docs/traps.md` has a line for each trap of the contract, and names tests that there are.
#[test]
fn the_table_of_traps_is_whole_and_names_real_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("docs/traps.md")).expect("the table");
    let mut tests = BTreeSet::new();
    for (_, text) in test_sources() {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2) {
            let name = pair[1].trim_start_matches("async ").strip_prefix("fn ");
            if let Some(name) = name.filter(|_| pair[0].starts_with("#[")) {
                tests.insert(name.split(['(', '<']).next().unwrap_or_default().to_owned());
            }
        }
    }
    let (mut numbers, mut wrong) = (BTreeSet::new(), Vec::new());
    for line in table.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, number, _, _, named, _] = cells[..] else {
            continue;
        };
        if number == "trap" || number.starts_with("--") {
            continue;
        }
        let named: Vec<&str> = named.split('`').filter(|name| name.len() > 2).collect();
        if named.is_empty() {
            wrong.push(format!("{number} names no test"));
        }
        let missing = named.iter().filter(|name| !tests.contains(**name));
        wrong.extend(missing.map(|name| format!("{number}: there is no test {name}")));
        if let Ok(trap) = number.parse::<u8>() {
            numbers.insert(trap);
            let prefix = format!("trap_{trap:02}_");
            if !named.iter().any(|name| name.starts_with(&prefix)) {
                wrong.push(format!("{number} names no test of its own"));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert_eq!(
        numbers,
        (1..=42).collect::<BTreeSet<u8>>(),
        "every trap has its line"
    );
    // A test that names a trap is in the table.
    let unlisted: Vec<&String> = tests
        .iter()
        .filter(|name| name.starts_with("trap_") && !table.contains(name.as_str()))
        .collect();
    assert!(unlisted.is_empty(), "not in the table: {unlisted:?}");
}
