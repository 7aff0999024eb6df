//! Verbs of the store, each in a transaction of its own as a use case runs it.

use std::sync::atomic::{AtomicU64, Ordering};

use divan::{Bencher, counter::ItemsCount};
use majibu::{
    core::{ids::PlayerId, ledger, money::Cents, msisdn::Msisdn},
    ports::{Clock, SystemClock},
    store::{Claim, Store, Tx},
};
use rand::{SeedableRng, rngs::StdRng};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The engines: PostgreSQL is left out where no server is named.
const ENGINES: [&str; 2] = ["sqlite", "postgres"];

/// A database with one player who has money.
struct Known {
    runtime: Runtime,
    store: Store,
    player: PlayerId,
    msisdn: Msisdn,
    count: AtomicU64,
    _folder: TempDir,
}

fn known(engine: &str) -> Option<Known> {
    let runtime = Runtime::new().expect("a runtime");
    let folder = TempDir::new().expect("a folder");
    let url = match engine {
        "sqlite" => format!("sqlite://{}", folder.path().join("majibu.db").display()),
        _ => runtime.block_on(new_database())?,
    };
    let msisdn = Msisdn::parse("+254712345678").expect("a number");
    let (store, player) = runtime.block_on(async {
        let store = Store::open(&url).await.expect("a database");
        store.migrate().await.expect("migrated");
        let now = SystemClock.now();
        let id = PlayerId::new(now, &mut StdRng::seed_from_u64(1));
        let mut tx = store.write().await.expect("a transaction");
        let player = tx
            .register(id, &msisdn, "en", now)
            .await
            .expect("registered");
        let paid = ledger::deposit(player.id, "UNITS", Cents::new(100_000_000));
        tx.book(paid.as_slice(), now).await.expect("booked");
        tx.commit().await.expect("committed");
        (store, player.id)
    });
    Some(Known {
        runtime,
        store,
        player,
        msisdn,
        count: AtomicU64::new(0),
        _folder: folder,
    })
}

async fn new_database() -> Option<String> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let server = std::env::var("TEST_POSTGRES_URL").ok()?;
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("units_{}_{number}", std::process::id());
    let mut connection = PgConnection::connect(&server).await.expect("a server");
    let create = AssertSqlSafe(format!("create database {name}"));
    sqlx::raw_sql(create)
        .execute(&mut connection)
        .await
        .expect("a database");
    let (base, _) = server.rsplit_once('/').expect("a URL with a database");
    Some(format!("{base}/{name}"))
}

/// Measures what is done in a transaction that commits.
fn writing(bencher: Bencher, engine: &str, act: impl AsyncFn(&mut Tx, &Known, u64) + Sync) {
    let Some(known) = known(engine) else {
        return;
    };
    bencher.bench(|| {
        known.runtime.block_on(async {
            let number = known.count.fetch_add(1, Ordering::Relaxed);
            let mut tx = known.store.write().await.expect("a transaction");
            act(&mut tx, &known, number).await;
            tx.commit().await.expect("committed");
        });
    });
}

/// Measures what is done in a transaction that only reads.
fn reading(bencher: Bencher, engine: &str, act: impl AsyncFn(&mut Tx, &Known) + Sync) {
    let Some(known) = known(engine) else {
        return;
    };
    bencher.bench(|| {
        known.runtime.block_on(async {
            let mut tx = known.store.read().await.expect("a transaction");
            act(&mut tx, &known).await;
        });
    });
}

#[divan::bench(args = ENGINES)]
fn nothing_written(bencher: Bencher, engine: &str) {
    writing(bencher, engine, async |_, _, _| ());
}

#[divan::bench(args = ENGINES)]
fn keep_a_receipt(bencher: Bencher, engine: &str) {
    let conversation = "x".repeat(700);
    writing(bencher, engine, async |tx, known, number| {
        let session = format!("session{number}");
        tx.keep_receipt(
            &session,
            "1*1",
            &known.msisdn,
            &conversation,
            SystemClock.now(),
        )
        .await
        .expect("kept");
    });
}

#[divan::bench(args = ENGINES)]
fn book_a_transfer(bencher: Bencher, engine: &str) {
    writing(bencher, engine, async |tx, known, number| {
        let paid = ledger::deposit(known.player, &format!("R{number}"), Cents::new(100));
        tx.book(paid.as_slice(), SystemClock.now())
            .await
            .expect("booked");
    });
}

#[divan::bench(args = ENGINES)]
fn book_a_hundred(bencher: Bencher, engine: &str) {
    let bencher = bencher.counter(ItemsCount::new(100_usize));
    writing(bencher, engine, async |tx, known, number| {
        let paid = (0..100).filter_map(|part| {
            ledger::deposit(known.player, &format!("R{number}-{part}"), Cents::new(100))
        });
        let paid: Vec<_> = paid.collect();
        tx.book(&paid, SystemClock.now()).await.expect("booked");
    });
}

#[divan::bench(args = ENGINES)]
fn read_a_player(bencher: Bencher, engine: &str) {
    reading(bencher, engine, async |tx, known| {
        let player = tx.player(&known.msisdn).await.expect("read");
        assert!(player.is_some());
    });
}

#[divan::bench(args = ENGINES)]
fn look_for_an_open_entry(bencher: Bencher, engine: &str) {
    reading(bencher, engine, async |tx, known| {
        tx.open_entries(known.player).await.expect("read");
    });
}

#[divan::bench(args = ENGINES)]
fn look_whether_anything_is_due(bencher: Bencher, engine: &str) {
    reading(bencher, engine, async |tx, _| {
        for what in Claim::ALL {
            let is_due = tx.is_due(what, SystemClock.now()).await.expect("read");
            std::hint::black_box(is_due);
        }
    });
}
