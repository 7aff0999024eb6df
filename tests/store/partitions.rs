//! The ledger by months, on PostgreSQL; SQLite has one table, and the same promises.

use std::time::Duration;

use majibu::core::{ids::PlayerId, ledger, money::Cents, time::Timestamp};

use crate::{
    bench::{Bench, at_once},
    given::NOW,
};

on_each_engine!(
    partitions_are_made_ahead_and_once,
    partitions_are_made_by_many_at_once,
    a_transfer_lands_in_its_month,
    a_transfer_outside_all_partitions_is_booked,
    a_month_that_has_begun_without_a_partition_stops_nothing,
);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The number of partitions by month.
async fn months(bench: &Bench) -> i64 {
    bench
        .number("select count(*) from pg_class where relkind = 'r' and relname like 'transfer_2___\\___'")
        .await
}

async fn deposit(bench: &Bench, player: PlayerId, receipt: &str, now: Timestamp) {
    bench.leave_loose_ends();
    let transfer = ledger::deposit(player, receipt, Cents::new(100));
    let mut tx = bench.write().await;
    tx.book(transfer.as_slice(), now).await.expect("booked");
    tx.commit().await.expect("committed");
}

async fn partitions_are_made_ahead_and_once(bench: &Bench) {
    for _ in 0..2 {
        bench.store.make_partitions(NOW).await.expect("partitions");
        if bench.is_postgres() {
            assert_eq!(months(bench).await, 4, "this month and three more");
        }
    }
    let next_month = NOW.after(20 * DAY);
    bench
        .store
        .make_partitions(next_month)
        .await
        .expect("partitions");
    if bench.is_postgres() {
        assert_eq!(months(bench).await, 5);
    }
}

async fn partitions_are_made_by_many_at_once(bench: &Bench) {
    at_once(|_| {
        let store = bench.store.clone();
        async move { store.make_partitions(NOW).await.expect("partitions") }
    })
    .await;
    if bench.is_postgres() {
        assert_eq!(months(bench).await, 4);
    }
}

/// To the millisecond, at both ends of the month (in UTC).
async fn a_transfer_lands_in_its_month(bench: &Bench) {
    bench.store.make_partitions(NOW).await.expect("partitions");
    let player = bench.player(1).await;
    let (november, december) = (1_793_491_200_000, 1_796_083_200_000);
    for (receipt, ms) in [("R1", november), ("R2", december - 1), ("R3", december)] {
        deposit(bench, player, receipt, Timestamp::from_ms(ms)).await;
    }
    assert_eq!(bench.balance(player).await, 300);
    if bench.is_postgres() {
        let count = async |table| bench.number(&format!("select count(*) from {table}")).await;
        assert_eq!(count("transfer_2026_11").await, 2);
        assert_eq!(count("transfer_2026_12").await, 1);
        assert_eq!(count("transfer_other").await, 0);
    }
}

async fn a_transfer_outside_all_partitions_is_booked(bench: &Bench) {
    bench.store.make_partitions(NOW).await.expect("partitions");
    let player = bench.player(1).await;
    deposit(bench, player, "R1", NOW.before(400 * DAY)).await;
    deposit(bench, player, "R2", NOW.after(400 * DAY)).await;
    assert_eq!(bench.balance(player).await, 200);
    if bench.is_postgres() {
        let count = bench.number("select count(*) from transfer_other").await;
        assert_eq!(count, 2);
    }
}

/// Nobody made partitions in time: transfers went to the default one. The months after it get theirs
/// all the same.
async fn a_month_that_has_begun_without_a_partition_stops_nothing(bench: &Bench) {
    let player = bench.player(1).await;
    deposit(bench, player, "R1", NOW).await;
    for _ in 0..2 {
        bench.store.make_partitions(NOW).await.expect("partitions");
    }
    deposit(bench, player, "R2", NOW).await;
    deposit(bench, player, "R3", NOW.after(30 * DAY)).await;
    assert_eq!(bench.balance(player).await, 300);
    if bench.is_postgres() {
        assert_eq!(months(bench).await, 3, "the months that had not begun");
        let count = bench.number("select count(*) from transfer_2026_12").await;
        assert_eq!(count, 1);
    }
}
