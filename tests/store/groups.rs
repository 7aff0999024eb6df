//! Transactions that write to a SQLite file at the same time share a commit: each is whole or not at
//! all by itself, and nobody hears that anything is done before it is on the disk.

use std::future::pending;

use majibu::{
    core::{ids::PlayerId, ledger, money::Cents},
    store::{Store, StoreError, Tx},
};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{
    bench::{Bench, on_sqlite},
    given::{NOW, msisdn},
};

/// How many stand in line at once: more than one group.
const CROWD: usize = 100;

/// Takes its place in line. In a runtime of one thread the task has got there when this returns.
async fn in_line(bench: &Bench) -> JoinHandle<Tx> {
    let store = bench.store.clone();
    let waits = tokio::spawn(async move { store.write().await.expect("a turn") });
    tokio::task::yield_now().await;
    waits
}

async fn turn(waits: JoinHandle<Tx>) -> Tx {
    waits.await.expect("the task ends")
}

async fn register(bench: &Bench, tx: &mut Tx, number: usize) -> PlayerId {
    let id = bench.random(|rng| PlayerId::new(NOW, rng));
    let player = tx.register(id, &msisdn(number), "en", NOW).await;
    player.expect("registered").id
}

async fn players(bench: &Bench) -> i64 {
    bench.number("select count(*) from player").await
}

#[tokio::test]
async fn nobody_is_told_before_the_commit() {
    on_sqlite(async |bench| {
        let mut first = bench.write().await;
        register(bench, &mut first, 1).await;
        let second = in_line(bench).await;
        let told = tokio::spawn(first.commit());
        let mut second = turn(second).await;
        let seen = second.player(&msisdn(1)).await.expect("read");
        assert!(seen.is_some(), "what was done before is there");
        register(bench, &mut second, 2).await;
        // Whoever looks from outside, as after the process died here, sees nothing of either.
        assert_eq!(players(bench).await, 0);
        assert!(!told.is_finished(), "told of what is not on the disk");
        second.commit().await.expect("committed");
        told.await.expect("the task ends").expect("committed");
        assert_eq!(players(bench).await, 2);
    })
    .await;
}

#[tokio::test]
async fn who_fails_leaves_the_others_as_they_are() {
    on_sqlite(async |bench| {
        let mut first = bench.write().await;
        let player = register(bench, &mut first, 1).await;
        let (second, third) = (in_line(bench).await, in_line(bench).await);
        let first = tokio::spawn(first.commit());
        let mut second = turn(second).await;
        register(bench, &mut second, 2).await;
        second.set_locale(player, "sw").await.expect("kept");
        let overdraft = ledger::stake(
            player,
            bench.random(|rng| majibu::core::ids::EntryId::new(NOW, rng)),
            Cents::new(500),
        );
        let refused = second.book(overdraft.as_slice(), NOW).await;
        assert!(matches!(refused, Err(StoreError::Overdrawn)), "{refused:?}");
        let second = second.commit().await;
        assert!(second.is_err(), "{second:?}");
        let mut third = turn(third).await;
        register(bench, &mut third, 3).await;
        third.commit().await.expect("committed");
        first.await.expect("the task ends").expect("committed");
        let there = bench.texts("select locale from player order by msisdn");
        assert_eq!(there.await, ["en", "en"]);
        let mut tx = bench.read().await;
        assert_eq!(tx.player(&msisdn(2)).await.expect("read"), None);
    })
    .await;
}

#[tokio::test]
async fn who_goes_away_leaves_the_others_as_they_are() {
    on_sqlite(async |bench| {
        let mut first = bench.write().await;
        let player = register(bench, &mut first, 1).await;
        let (second, third, fourth) = (
            in_line(bench).await,
            in_line(bench).await,
            in_line(bench).await,
        );
        // One goes away in line, one in the middle of its turn, one by a panic.
        third.abort();
        let first = tokio::spawn(first.commit());
        let mut second = turn(second).await;
        let (wrote, written) = oneshot::channel();
        let second = tokio::spawn(async move {
            second.set_locale(player, "sw").await.expect("kept");
            wrote.send(()).expect("the test listens");
            pending::<()>().await;
            drop(second);
        });
        written.await.expect("written");
        let fifth = in_line(bench).await;
        second.abort();
        let fourth = turn(fourth).await;
        let panicked = tokio::spawn(async move {
            let _its = fourth;
            panic!("as a use case may");
        });
        assert!(panicked.await.is_err());
        let mut fifth = turn(fifth).await;
        register(bench, &mut fifth, 5).await;
        fifth.commit().await.expect("committed");
        first.await.expect("the task ends").expect("committed");
        let there = bench.texts("select locale from player order by msisdn");
        assert_eq!(there.await, ["en", "en"]);
    })
    .await;
}

#[tokio::test]
async fn who_goes_away_while_it_waits_for_the_commit_has_done_its_work() {
    on_sqlite(async |bench| {
        let mut first = bench.write().await;
        register(bench, &mut first, 1).await;
        let second = in_line(bench).await;
        let first = tokio::spawn(first.commit());
        let second = turn(second).await;
        first.abort();
        drop(second);
        // Committed with the group, or after it.
        let next = bench.write().await;
        next.commit().await.expect("committed");
        assert_eq!(players(bench).await, 1);
    })
    .await;
}

/// Pays into the wallet; every third one fails after it.
async fn pay(store: Store, player: PlayerId, number: usize) -> Result<(), StoreError> {
    let transfer = ledger::deposit(player, &format!("R{number}"), Cents::new(100));
    let transfer = transfer.as_slice();
    let run = |mut tx: Tx| async move {
        tx.book(transfer, NOW).await?;
        if number.is_multiple_of(3) {
            tx.register(player, &msisdn(99), "en", NOW).await?;
        }
        Ok((tx, ()))
    };
    store.transact(run).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_is_told_the_truth() {
    on_sqlite(async |bench| {
        bench.leave_loose_ends();
        let player = bench.player(1).await;
        let crowd: Vec<_> = (0..CROWD)
            .map(|number| tokio::spawn(pay(bench.store.clone(), player, number)))
            .collect();
        let mut expected = Vec::new();
        for (number, one) in crowd.into_iter().enumerate() {
            let done = one.await.expect("the task ends");
            assert!(done.is_err() || !number.is_multiple_of(3), "{number}");
            if done.is_ok() {
                expected.push(format!("receipt:R{number}"));
            }
        }
        // On a busy machine some may have stood in line for too long, and were told so.
        assert!(!expected.is_empty(), "nobody came through");
        expected.sort();
        let booked = bench.texts("select cause from transfer order by cause");
        assert_eq!(booked.await, expected);
        let cents = 100 * i64::try_from(expected.len()).expect("a count");
        assert_eq!(bench.balance(player).await, cents);
    })
    .await;
}

/// Such a constraint would be looked at when the group commits, and fail for all.
#[tokio::test]
async fn nothing_is_looked_at_only_when_the_group_commits() {
    on_sqlite(async |bench| {
        let later = "select name from sqlite_schema
            where lower(sql) like '%deferr%' or lower(sql) like '%rollback%'";
        assert_eq!(bench.texts(later).await, [""; 0]);
    })
    .await;
}
