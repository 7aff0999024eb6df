//! Production mode: it starts with everything it needs, and says what is missing.

use crate::{
    binary::House,
    crew::{Fleet, simulator},
    turn,
};

const PASSWORD: &str = "hunter-twenty-two";

/// Runs `serve`, which must refuse to start with a last line that names the key.
fn refused(house: &House, key: &str, value: &str, named: &str) {
    let name = format!("MAJIBU__{key}");
    let said = house
        .run_with(&[(name.as_str(), value)], &["serve", "--no-jobs"])
        .ended(2);
    // Warnings may stand before it.
    let line = said.stderr.lines().last().unwrap_or_default();
    assert!(
        line.starts_with("majibu: ") && line.contains(named),
        "{named}: {said:?}"
    );
    assert!(!said.stderr.contains(PASSWORD), "{line}");
    assert!(!said.stdout.contains(PASSWORD), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn production_starts_whole_and_names_each_missing_piece_without_a_password() {
    let Some((_turn, server)) = turn().await else {
        return;
    };
    let sim = simulator().await;
    let mut fleet = Fleet::new(&sim, &server).await;
    let base = fleet.bases[0].clone();
    fleet.house.set("MODE", "production");
    fleet
        .house
        .set("HTTP__PUBLIC_URL", "https://majibu.example");
    // A password that nobody asks for; it must not be said either.
    let url = fleet.database.url();
    let url = match url.split_once('@') {
        Some((user, rest)) if !user.trim_start_matches("postgres://").contains(':') => {
            format!("{user}:{PASSWORD}@{rest}")
        }
        _ => url,
    };
    fleet.house.set("DATABASE__URL", &url);
    fleet.house.serve(&base, &["--no-jobs"]).await.stop();

    let house = &fleet.house;
    let away = |scheme: &str, path: &str| format!("{scheme}://user:{PASSWORD}@127.0.0.1:1{path}");
    let without_slashes = fleet.redis.url();
    let without_slashes = without_slashes.trim_start_matches("redis://");
    for (key, value, named) in [
        (
            "HTTP__CALLBACK_SECRET",
            "development",
            "http.callback_secret",
        ),
        (
            "HTTP__PUBLIC_URL",
            "http://majibu.example",
            "http.public_url",
        ),
        ("SESSIONS__URL", "memory:", "sessions.url"),
        ("SESSIONS__URL", &away("redis", ""), "sessions.url"),
        ("SESSIONS__URL", &away("rediss", ""), "sessions.url"),
        (
            "SESSIONS__URL",
            &format!("redis://:{PASSWORD}@127.0.0.1:x"),
            "sessions.url",
        ),
        (
            "SESSIONS__URL",
            &format!("redis://u:{PASSWORD}@{without_slashes}"),
            "sessions.url",
        ),
        (
            "SESSIONS__URL",
            &format!("redis-cluster://u:{PASSWORD}@127.0.0.1:1"),
            "sessions.url",
        ),
        (
            "DATABASE__URL",
            &away("postgres", "/majibu"),
            "database.url",
        ),
        (
            "DATABASE__URL",
            &format!("postgres://u:{PASSWORD}@127.0.0.1:x/y"),
            "database.url",
        ),
        (
            "DATABASE__URL",
            &format!("mysql://u:{PASSWORD}@127.0.0.1/y"),
            "database.url",
        ),
        (
            "DATABASE__URL",
            &format!("{url}_that_is_not_there"),
            "database.url",
        ),
    ] {
        refused(house, key, value, named);
    }
    // Without these it runs, without SMS or deposits, and says so.
    for (key, named) in [
        ("AFRICASTALKING__API_KEY", "africastalking.api_key"),
        ("DARAJA__CONSUMER_KEY", "daraja.consumer_key"),
        ("DARAJA__CONSUMER_SECRET", "daraja.consumer_secret"),
    ] {
        let name = format!("MAJIBU__{key}");
        let said = house.run_with(&[(name.as_str(), "")], &["ledger", "check"]);
        let said = said.ended(0);
        assert!(said.stderr.contains(named), "{said:?}");
        assert!(!said.stderr.contains(PASSWORD), "{said:?}");
    }
    fleet.end().await;
    sim.stop().await;
}
