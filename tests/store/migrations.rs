//! Migrations: run any number of times, by many processes at once, and never on a newer database.

use majibu::store::{Store, StoreError};

use crate::{bench::Bench, given::NOW};

on_each_engine!(
    a_migration_that_was_run_changes_nothing,
    what_is_pending_is_told_by_name,
    processes_that_start_at_once_all_come_up,
    a_database_newer_than_the_binary_is_refused,
    a_migration_that_was_edited_is_refused,
);

async fn a_migration_that_was_run_changes_nothing(bench: &Bench) {
    let player = bench.funded(1, 500).await;
    bench.store.migrate().await.expect("nothing to do");
    bench.store.migrate().await.expect("nothing to do");
    assert_eq!(bench.balance(player).await, 500);
}

async fn what_is_pending_is_told_by_name(bench: &Bench) {
    let pending = bench.store.pending_migrations().await.expect("an answer");
    assert_eq!(pending, [""; 0]);
    let empty = bench.emptied(0).await;
    let store = Store::open(&empty).await.expect("opened");
    let pending = store.pending_migrations().await.expect("an answer");
    assert_eq!(
        pending.first().map(String::as_str),
        Some("0001 ledger and players")
    );
    store.migrate().await.expect("migrated");
    let pending = store.pending_migrations().await.expect("an answer");
    assert_eq!(pending, [""; 0]);
    store.close().await;
}

/// Each with connections of its own, on a database with nothing in it, as new processes are.
async fn processes_that_start_at_once_all_come_up(bench: &Bench) {
    for round in 0..5 {
        let empty = bench.emptied(round).await;
        let mut running = Vec::new();
        for _ in 0..4 {
            let url = empty.clone();
            running.push(tokio::spawn(async move {
                let store = Store::open(&url).await.expect("opened");
                store.migrate().await.expect("migrated");
                store.make_partitions(NOW).await.expect("partitions");
                store.ping().await.expect("an answer");
                store.close().await;
            }));
        }
        for process in running {
            process.await.expect("up");
        }
    }
}

async fn a_database_newer_than_the_binary_is_refused(bench: &Bench) {
    let (yes, checksum) = if bench.is_postgres() {
        ("true", "'\\x00'")
    } else {
        ("1", "x'00'")
    };
    let newer = format!(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
        values (9999, 'from the future', {yes}, {checksum}, 0)"
    );
    bench.raw(&newer).await.expect("inserted");
    let refused = bench.store.migrate().await;
    assert!(
        matches!(refused, Err(StoreError::Newer(9999))),
        "{refused:?}"
    );
    let gone = "delete from _sqlx_migrations where version = 9999";
    bench.raw(gone).await.expect("deleted");
    // The refusal kept no lock: another process, while the first is there still, goes through.
    let other = Store::open(&bench.url).await.expect("opened");
    other.migrate().await.expect("as before");
    other.close().await;
}

async fn a_migration_that_was_edited_is_refused(bench: &Bench) {
    let checksum = if bench.is_postgres() {
        "'\\x00'"
    } else {
        "x'00'"
    };
    let edited = format!("update _sqlx_migrations set checksum = {checksum} where version = 1");
    bench.raw(&edited).await.expect("edited");
    let refused = bench.store.migrate().await;
    assert!(
        matches!(refused, Err(StoreError::Migration(_))),
        "{refused:?}"
    );
}
