//! A database of each released shape is brought up to date and its books are right.
//!
//! `tests/released/VERSION/` has a dump of a small house in the shape of that version, for each
//! engine. A dump is added with every release and never changed.
#![expect(clippy::expect_used, reason = "a test may give up")]

use std::{fs, path::Path};

use majibu::{core::msisdn::Msisdn, store::Store};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// What every dump holds: three players, of whom one waits for an opponent.
async fn is_up_to_date(url: &str) {
    let store = Store::open(url).await.expect("opened");
    store.migrate().await.expect("migrated");
    let pending = store.pending_migrations().await.expect("asked");
    assert!(pending.is_empty(), "{pending:?}");
    let mut tx = store.read().await.expect("read");
    let report = tx.ledger_report().await.expect("report");
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.transfers >= 7, "{} transfers", report.transfers);
    let msisdn = Msisdn::parse("0710000000").expect("a number");
    let player = tx.player(&msisdn).await.expect("read").expect("is there");
    assert!(!tx.entry_rows(player.id, 10).await.expect("read").is_empty());
    drop(tx);
    store.close().await;
}

/// How 0.1 books: a process of that version goes on while others are replaced.
const BOOK_0_1: &str = "with wanted as (
        select 'receipt:' || receipt as cause
        from unnest(array['OLD1', 'OLD2']) as receipts (receipt)
    ), fresh as (
        insert into transfer_cause (cause) select cause from wanted
        on conflict (cause) do nothing
        returning cause
    )
    insert into transfer (cause, reason, from_account, to_account, amount_cents, at_ms)
    select cause, 'park', 'mpesa', 'suspense', 100, $1
    from wanted
    join fresh using (cause)";

/// What was booked before the upgrade cannot be booked again, past the store, nor be taken away.
async fn is_guarded(url: &str, statements: &[&str]) {
    let columns = "reason, from_account, to_account, amount_cents";
    let again = format!(
        "insert into transfer (cause, {columns}, at_ms)
        select cause, {columns}, at_ms + 1 from transfer"
    );
    let all = ["delete from transfer", again.as_str()];
    for sql in all.iter().chain(statements) {
        let sql = AssertSqlSafe((*sql).to_owned());
        let refused = if url.starts_with("postgres") {
            let mut connection = PgConnection::connect(url).await.expect("connected");
            sqlx::raw_sql(sql).execute(&mut connection).await.is_err()
        } else {
            let mut connection = SqliteConnection::connect(url).await.expect("connected");
            sqlx::raw_sql(sql).execute(&mut connection).await.is_err()
        };
        assert!(refused, "{statements:?}");
    }
}

fn dumps(engine: &str) -> Vec<String> {
    let released = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/released");
    let versions = fs::read_dir(released).expect("releases");
    let dump = |version: fs::DirEntry| {
        let file = version.path().join(format!("{engine}.sql"));
        fs::read_to_string(file).expect("a dump for each engine")
    };
    versions
        .map(|version| dump(version.expect("a release")))
        .collect()
}

#[tokio::test]
async fn every_released_shape_can_be_upgraded_on_sqlite() {
    for dump in dumps("sqlite") {
        let folder = TempDir::new().expect("folder");
        let file = folder.path().join("majibu.db");
        fs::File::create(&file).expect("a file");
        let url = format!("sqlite://{}", file.display());
        let mut connection = SqliteConnection::connect(&url).await.expect("connected");
        // sqlx switches it on where the dump, like the sqlite3 shell, leaves it off.
        let restore = format!("pragma foreign_keys = off; {dump}");
        sqlx::raw_sql(AssertSqlSafe(restore))
            .execute(&mut connection)
            .await
            .expect("restored");
        connection.close().await.expect("closed");
        is_up_to_date(&url).await;
        is_guarded(&url, &[]).await;
    }
}

#[tokio::test]
async fn every_released_shape_can_be_upgraded_on_postgres() {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        assert!(
            std::env::var("CI").is_err(),
            "TEST_POSTGRES_URL names no server"
        );
        return;
    };
    let (base, _) = server.rsplit_once('/').expect("a URL with a database");
    for (number, dump) in dumps("postgres").into_iter().enumerate() {
        let name = format!("majibu_upgrade_{}_{number}", std::process::id());
        let mut connection = PgConnection::connect(&server).await.expect("connected");
        let create = AssertSqlSafe(format!("create database {name}"));
        sqlx::query(create)
            .execute(&mut connection)
            .await
            .expect("a database");
        let url = format!("{base}/{name}");
        let mut connection = PgConnection::connect(&url).await.expect("connected");
        sqlx::raw_sql(AssertSqlSafe(dump))
            .execute(&mut connection)
            .await
            .expect("restored");
        connection.close().await.expect("closed");
        is_up_to_date(&url).await;
        let parts = ["truncate transfer_other", "truncate transfer_cause_3"];
        is_guarded(&url, &parts).await;
        let mut connection = PgConnection::connect(&url).await.expect("connected");
        for (query, expected) in [
            // Each cause that was booked before knows when.
            (
                "select count(*) from transfer_cause where at_ms is null or at_ms < 0",
                0,
            ),
            (
                "select count(*) from transfer left join transfer_cause using (cause, at_ms) \
                where transfer_cause.cause is null",
                0,
            ),
            // Months that were there, and months that are made from now on.
            ("select make_transfer_partitions(4102444800000, 1)", 2),
            (
                "select count(*) from pg_inherits \
                where inhparent in ('transfer'::regclass, 'transfer_cause'::regclass) \
                and not exists (select 1 from pg_trigger where tgrelid = inhrelid \
                    and tgname = 'partition_is_never_emptied')",
                0,
            ),
        ] {
            let number: i64 = sqlx::query_scalar(query)
                .fetch_one(&mut connection)
                .await
                .expect("a number");
            assert_eq!(number, expected, "{query}");
        }
        for (at_ms, booked) in [(1_795_338_000_000_i64, 2), (1_795_338_000_001, 0)] {
            let done = sqlx::query(BOOK_0_1)
                .bind(at_ms)
                .execute(&mut connection)
                .await;
            assert_eq!(done.expect("booked").rows_affected(), booked);
        }
        is_guarded(&url, &["update transfer_cause set at_ms = 1"]).await;
    }
}
