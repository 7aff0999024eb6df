//! One database for one test: a store on it, a connection behind the store's back, and the check at
//! the end that the ledger adds up.

use std::{
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use majibu::store::Store;
use rand::{SeedableRng, rngs::StdRng};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;
use tokio::sync::Barrier;

/// How many tasks do a thing at the same instant.
pub(crate) const CROWD: usize = 8;
/// How long a condition is waited for before the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Runs a promise on a SQLite file of its own.
pub(crate) async fn on_sqlite(promise: impl AsyncFnOnce(&Bench)) {
    let folder = TempDir::new().expect("folder");
    let url = format!("sqlite://{}", folder.path().join("majibu.db").display());
    let bench = Bench::open(url).await;
    promise(&bench).await;
    bench.check().await;
}

/// Runs a promise on a PostgreSQL database of its own; where no server is named, says so.
pub(crate) async fn on_postgres(promise: impl AsyncFnOnce(&Bench)) {
    // Emptied and used again: to make and drop a database takes longer than most tests.
    static FREE: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let Some(server) = server("TEST_POSTGRES_URL") else {
        return;
    };
    let free = FREE.lock().expect("a list").pop();
    let url = match free {
        Some(url) => url,
        None => new_database(&server).await,
    };
    let bench = Bench::open(url).await;
    promise(&bench).await;
    bench.check().await;
    // A test that fails leaves its database to be looked at.
    let url = bench.emptied(0).await;
    FREE.lock().expect("a list").push(url);
}

async fn new_database(server: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::SeqCst);
    let name = format!("majibu_store_{}_{number}", std::process::id());
    let mut connection = PgConnection::connect(server).await.expect("server");
    let create = AssertSqlSafe(format!("create database {name}"));
    let created = sqlx::query(create).execute(&mut connection).await;
    created.expect("a database");
    let (base, _) = server.rsplit_once('/').expect("a URL with a database");
    format!("{base}/{name}")
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
    assert!(
        std::env::var_os("CI").is_none(),
        "nothing is skipped in CI: {why}"
    );
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    // Written past the harness, which would keep it to itself.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
}

/// Runs the same thing in a crowd of tasks at the same instant; gives what each got, in order. The
/// argument is the task's number.
pub(crate) async fn at_once<R>(task: impl Fn(usize) -> R) -> Vec<R::Output>
where
    R: Future<Output: Send> + Send + 'static,
{
    let start = Arc::new(Barrier::new(CROWD));
    let running: Vec<_> = (0..CROWD)
        .map(|number| {
            let (start, task) = (start.clone(), task(number));
            tokio::spawn(async move {
                start.wait().await;
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

/// Asks again and again until there is an answer; a test that asks in vain fails.
pub(crate) async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A database and the store on it.
pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) url: String,
    rng: Mutex<StdRng>,
    is_tampered: AtomicBool,
    has_loose_ends: AtomicBool,
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
            has_loose_ends: AtomicBool::new(false),
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
            let mut connection = SqliteConnection::connect(&self.url)
                .await
                .expect("connected");
            sqlx::query_scalar(sql).fetch_one(&mut connection).await
        };
        number.expect("a number")
    }

    /// The texts that a query gives.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        let texts = if self.is_postgres() {
            let mut connection = PgConnection::connect(&self.url).await.expect("connected");
            sqlx::query_scalar(sql).fetch_all(&mut connection).await
        } else {
            let mut connection = SqliteConnection::connect(&self.url)
                .await
                .expect("connected");
            sqlx::query_scalar(sql).fetch_all(&mut connection).await
        };
        texts.expect("texts")
    }

    /// The URL of a database with nothing in it: this one on PostgreSQL, another file on SQLite.
    pub(crate) async fn emptied(&self, number: usize) -> String {
        if !self.is_postgres() {
            return format!("{}.{number}", self.url);
        }
        let wipe = "drop schema public cascade; create schema public";
        self.raw(wipe).await.expect("wiped");
        self.url.clone()
    }

    /// The rows of this database make no books: they are not checked.
    pub(crate) fn leave_the_books_aside(&self) {
        self.is_tampered.store(true, Ordering::SeqCst);
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

    /// This test books without the rows that tell of it, or the other way round: at its end only
    /// wallets and accounts are checked.
    pub(crate) fn leave_loose_ends(&self) {
        self.has_loose_ends.store(true, Ordering::SeqCst);
    }

    /// Every test ends with this: the books balance, unless the test itself cooked them.
    async fn check(&self) {
        let mut findings = self.findings().await;
        if self.has_loose_ends.load(Ordering::SeqCst) {
            let of_books = ["the wallet", "the accounts"];
            findings.retain(|finding| of_books.iter().any(|start| finding.starts_with(start)));
        }
        if !self.is_tampered.load(Ordering::SeqCst) {
            assert_eq!(findings, [""; 0]);
        }
        self.store.close().await;
    }
}
