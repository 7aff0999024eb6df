//! One database for one test: a store on it, a connection behind the store's back, and the check at
//! the end that the ledger adds up.

use std::{
    io::Write,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use majibu::store::Store;
use rand::{SeedableRng, rngs::StdRng};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;
use tokio::sync::Barrier;

use crate::support;

/// How many tasks do a thing at the same instant.
pub(crate) const CROWD: usize = 8;

/// Runs a promise on a SQLite file of its own.
pub(crate) async fn on_sqlite(promise: impl AsyncFnOnce(&Bench)) {
    let folder = TempDir::new().expect("folder");
    let url = support::sqlite_database(&folder);
    let bench = Bench::open(url).await;
    promise(&bench).await;
    bench.check().await;
}

/// Runs a promise on a PostgreSQL database of its own; where no server is named, says so.
pub(crate) async fn on_postgres(promise: impl AsyncFnOnce(&Bench)) {
    let Some(server) = server("TEST_POSTGRES_URL") else {
        return;
    };
    let bench = Bench::open(support::postgres_database(&server).await).await;
    promise(&bench).await;
    bench.check().await;
    // A test that fails leaves its database to be looked at.
    let (_, name) = bench.url.rsplit_once('/').expect("a database");
    let drop = AssertSqlSafe(format!("drop database {name} with (force)"));
    let mut connection = PgConnection::connect(&server).await.expect("server");
    let dropped = sqlx::query(drop).execute(&mut connection).await;
    dropped.expect("the database goes");
}

/// The server that a variable names. Outside CI it may be missing: what needs it is skipped then.
pub(crate) fn server(variable: &str) -> Option<String> {
    if let Ok(url) = std::env::var(variable) {
        return Some(url);
    }
    skipped(&format!("{variable} is not set"));
    None
}

/// Says that a test was skipped; in CI nothing may be.
pub(crate) fn skipped(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "nothing is skipped in CI: {why}");
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    // Written past the harness, which would keep it to itself.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
}

/// Runs the same thing in as many tasks at the same instant; gives what each got, in order.
pub(crate) async fn at_once<T: Send + 'static>(
    tasks: usize,
    task: impl AsyncTask<T>,
) -> Vec<T> {
    let barrier = std::sync::Arc::new(Barrier::new(tasks));
    let running: Vec<_> = (0..tasks)
        .map(|number| {
            let (barrier, task) = (barrier.clone(), task.start(number));
            tokio::spawn(async move {
                barrier.wait().await;
                task.await
            })
        })
        .collect();
    let mut results = Vec::new();
    for one in running {
        results.push(one.await.expect("the task ends"));
    }
    results
}

/// What [`at_once`] runs: a function from the task's number to its future.
pub(crate) trait AsyncTask<T> {
    fn start(&self, number: usize) -> impl Future<Output = T> + Send + 'static;
}

impl<T, F, R> AsyncTask<T> for F
where
    F: Fn(usize) -> R,
    R: Future<Output = T> + Send + 'static,
{
    fn start(&self, number: usize) -> impl Future<Output = T> + Send + 'static {
        self(number)
    }
}

/// A database and the store on it.
pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) url: String,
    rng: Mutex<StdRng>,
    is_tampered: AtomicBool,
}

impl Bench {
    async fn open(url: String) -> Self {
        let store = Store::open(&url).await.expect("a database");
        store.migrate().await.expect("migrated");
        Self {
            store,
            url,
            rng: Mutex::new(StdRng::seed_from_u64(1)),
            is_tampered: AtomicBool::new(false),
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }

    /// The next id, or anything else that is made from randomness.
    pub(crate) fn random<T>(&self, make: impl FnOnce(&mut StdRng) -> T) -> T {
        make(&mut self.rng.lock().expect("a generator"))
    }

    /// Runs a statement behind the store's back; gives how many rows it changed.
    pub(crate) async fn raw(&self, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.is_postgres() {
            let mut connection = PgConnection::connect(&self.url).await?;
            let done = sqlx::raw_sql(sql).execute(&mut connection).await?;
            Ok(done.rows_affected())
        } else {
            let mut connection = SqliteConnection::connect(&self.url).await?;
            let done = sqlx::raw_sql(sql).execute(&mut connection).await?;
            Ok(done.rows_affected())
        }
    }

    /// What a query that gives one number gives.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        let number: Result<i64, _> = if self.is_postgres() {
            let mut connection = PgConnection::connect(&self.url).await.expect("connected");
            sqlx::query_scalar(sql).fetch_one(&mut connection).await
        } else {
            let mut connection = SqliteConnection::connect(&self.url).await.expect("connected");
            sqlx::query_scalar(sql).fetch_one(&mut connection).await
        };
        number.expect("a number")
    }

    /// Changes rows as somebody with all rights over the database could, past every trigger.
    pub(crate) async fn tamper(&self, sql: &str) {
        self.is_tampered.store(true, Ordering::SeqCst);
        let unguarded = if self.is_postgres() {
            format!("set session_replication_role = replica; {sql}")
        } else {
            let triggers = [
                "transfer_moves_money",
                "transfer_is_never_changed",
                "transfer_is_never_deleted",
            ];
            let drop: String = triggers
                .map(|name| format!("drop trigger if exists {name}; "))
                .concat();
            format!("pragma foreign_keys = off; pragma ignore_check_constraints = on; {drop}{sql}")
        };
        self.raw(&unguarded).await.expect("tampered with");
    }

    /// What the check of the ledger finds.
    pub(crate) async fn findings(&self) -> Vec<String> {
        let mut tx = self.store.read().await.expect("read");
        tx.ledger_report().await.expect("a report").findings
    }

    /// Every test ends with this: the books balance, unless the test itself cooked them.
    async fn check(&self) {
        if !self.is_tampered.load(Ordering::SeqCst) {
            assert_eq!(self.findings().await, [""; 0]);
        }
        self.store.close().await;
    }
}
