//! What ends games does so in batches: a hundred games cost as many statements as one.
//!
//! Statements are counted where the driver logs them, so nothing in the service is there for the
//! test; that log is the process's, which is why these tests have a binary of their own and take
//! turns.

#![expect(
    clippy::expect_used,
    reason = "what a test needs and does not get fails it"
)]

mod given;
mod rate;
mod sms;
mod statements;

use std::io::Write;

use majibu::{
    app::App,
    config::Config,
    service::{Migration, World, assemble},
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use tokio::sync::Mutex;

/// One test at a time.
static TURN: Mutex<()> = Mutex::const_new(());

/// Runs a promise on each engine, in turn; PostgreSQL where `TEST_POSTGRES_URL` names a server.
async fn on_each_engine(promise: impl AsyncFn(&'static str, App)) {
    // Nobody listens there.
    on_each_engine_at("http://127.0.0.1:9", promise).await;
}

/// The same with an SMS gateway.
async fn on_each_engine_at(gateway: &str, promise: impl AsyncFn(&'static str, App)) {
    let _turn = TURN.lock().await;
    let folder = TempDir::new().expect("folder");
    let file = folder.path().join("majibu.db");
    promise(
        "SQLite",
        app(format!("sqlite://{}", file.display()), gateway).await,
    )
    .await;
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        assert!(
            std::env::var_os("CI").is_none(),
            "nothing is skipped in CI: TEST_POSTGRES_URL names no server"
        );
        say("SKIPPED PostgreSQL: TEST_POSTGRES_URL is not set");
        return;
    };
    let test = std::thread::current();
    let test = test.name().unwrap_or("test").replace("::", "_");
    let name = format!("batches_{}_{test}", std::process::id());
    let mut connection = PgConnection::connect(&server).await.expect("server");
    let mut tell = async |what: String| {
        let done = sqlx::query(AssertSqlSafe(what)).execute(&mut connection);
        done.await.expect("done");
    };
    tell(format!("create database \"{name}\"")).await;
    let (base, _) = server.rsplit_once('/').expect("a URL with a database");
    promise("PostgreSQL", app(format!("{base}/{name}"), gateway).await).await;
    tell(format!("drop database \"{name}\" with (force)")).await;
}

/// The service without HTTP and jobs.
async fn app(url: String, gateway: &str) -> App {
    let mut config = Config::default();
    config.database.url = url.into();
    config.africastalking.base_url = gateway.into();
    config.africastalking.api_key = "key".into();
    // Their count may not grow with the batch either.
    config.game.bonus_refunds_per_day = 3;
    let app = assemble(&config, &World::default(), Migration::Run).await;
    app.expect("assembled")
}

/// The books are right.
async fn check(app: &App) {
    let report = app.ledger_report().await.expect("a report");
    assert_eq!(report.findings, [""; 0]);
}

/// A figure, said past the harness, which would keep it to itself.
fn say(figure: &str) {
    let _ = writeln!(std::io::stderr(), "batches: {figure}");
}
