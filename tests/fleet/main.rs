//! Several processes on one PostgreSQL and one Redis: they share the work, and any of them, and the
//! servers below them, may fail in the middle.
//!
//! The databases are made on the server that `TEST_POSTGRES_URL` names. Each fleet has a Redis of its
//! own, and the storm a PostgreSQL of its own, so that nobody else is disturbed.

#![expect(
    clippy::expect_used,
    reason = "what a test needs and does not get fails it"
)]

#[path = "../cli/binary.rs"]
mod binary;
#[path = "../crash/books.rs"]
mod books;
mod cancelled;
mod crew;
mod given;
mod once;
#[path = "../crash/player.rs"]
mod player;
mod postgres;
mod production;
#[path = "../crash/redeliver.rs"]
mod redeliver;
mod redis_server;
mod start;
mod stop;
mod storm;
mod token;

use std::io::Write;

use tokio::sync::{Mutex, MutexGuard};

/// One fleet at a time: the machine is small, and figures are printed.
static TURN: Mutex<()> = Mutex::const_new(());

/// Waits for this test's turn; gives the PostgreSQL server. Nothing: outside CI, without the servers.
async fn turn() -> Option<(MutexGuard<'static, ()>, String)> {
    let named = |name| std::env::var(name).ok();
    let servers = named("TEST_POSTGRES_URL").zip(named("TEST_REDIS_URL"));
    let Some((server, _)) = servers else {
        let why = "TEST_POSTGRES_URL and TEST_REDIS_URL name no servers";
        assert!(named("CI").is_none(), "nothing is skipped in CI: {why}");
        let test = std::thread::current();
        let test = test.name().unwrap_or_default();
        // Written past the harness, which would keep it to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
        return None;
    };
    Some((TURN.lock().await, server))
}

/// A figure, said past the harness, which would keep it to itself.
fn say(figure: &str) {
    let _ = writeln!(std::io::stderr(), "fleet: {figure}");
}
