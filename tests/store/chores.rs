//! Chores: planned once, done by the holder of the lease, due again when they are to come back.

use std::time::Duration;

use majibu::store::{Claim, Leased, PULL, Tx};

use crate::{
    bench::Bench,
    given::{NOW, at},
};

on_each_engine!(
    a_chore_keeps_its_time_when_it_is_planned_again,
    a_chore_that_is_not_wanted_is_not_due,
    the_holder_of_the_lease_ends_a_chore,
    a_chore_that_is_wanted_can_be_moved,
);

const LEASE: Duration = Duration::from_secs(60);

async fn claim(tx: &mut Tx, ms: i64) -> Vec<Leased> {
    let claimed = tx.claim(Claim::Chores, at(ms), LEASE, 10).await;
    claimed.expect("claimed")
}

async fn a_chore_keeps_its_time_when_it_is_planned_again(bench: &Bench) {
    bench.leave_loose_ends();
    let mut tx = bench.write().await;
    tx.plan_chore(PULL, Some(at(1_000))).await.expect("planned");
    tx.plan_chore(PULL, Some(NOW)).await.expect("planned");
    assert!(claim(&mut tx, 999).await.is_empty());
    assert_eq!(claim(&mut tx, 1_000).await.len(), 1);
}

async fn a_chore_that_is_not_wanted_is_not_due(bench: &Bench) {
    bench.leave_loose_ends();
    let mut tx = bench.write().await;
    tx.plan_chore(PULL, None).await.expect("planned");
    tx.plan_chore(PULL, Some(NOW)).await.expect("planned");
    let leased = claim(&mut tx, 0).await.remove(0);
    tx.plan_chore(PULL, None).await.expect("not wanted");
    tx.end_chore(PULL, leased.lease, at(5), None)
        .await
        .expect("ended");
    assert!(claim(&mut tx, 1_000_000).await.is_empty());
}

async fn the_holder_of_the_lease_ends_a_chore(bench: &Bench) {
    bench.leave_loose_ends();
    let mut tx = bench.write().await;
    tx.plan_chore(PULL, Some(NOW)).await.expect("planned");
    let first = claim(&mut tx, 0).await.remove(0);
    let second = claim(&mut tx, 60_000).await.remove(0);
    tx.end_chore(PULL, first.lease, at(70_000), Some(NOW))
        .await
        .expect("an answer");
    assert_eq!(
        tx.chore_done_at(PULL).await.expect("read"),
        None,
        "taken over"
    );
    tx.end_chore(PULL, second.lease, at(90_000), Some(at(60_001)))
        .await
        .expect("ended");
    assert_eq!(
        tx.chore_done_at(PULL).await.expect("read"),
        Some(at(60_001))
    );
    assert!(claim(&mut tx, 89_999).await.is_empty());
    let third = claim(&mut tx, 90_000).await.remove(0);
    tx.end_chore(PULL, third.lease, at(99_000), None)
        .await
        .expect("ended");
    let done = tx.chore_done_at(PULL).await.expect("read");
    assert_eq!(done, Some(at(60_001)), "a failure forgets no success");
    assert_eq!(tx.chore_done_at("other").await.expect("read"), None);
}

async fn a_chore_that_is_wanted_can_be_moved(bench: &Bench) {
    bench.leave_loose_ends();
    let mut tx = bench.write().await;
    tx.move_chore(PULL, at(500)).await.expect("not planned");
    tx.plan_chore(PULL, Some(at(1_000))).await.expect("planned");
    tx.move_chore(PULL, at(2_000)).await.expect("moved");
    assert!(claim(&mut tx, 1_999).await.is_empty());
    tx.move_chore(PULL, at(100)).await.expect("moved");
    assert_eq!(claim(&mut tx, 100).await.len(), 1);
    tx.plan_chore(PULL, None).await.expect("not wanted");
    tx.move_chore(PULL, at(100)).await.expect("nothing");
    assert!(claim(&mut tx, 1_000_000).await.is_empty());
}
