//! Payments that matched nothing: parked in suspense under their cause, given to one player once.

use majibu::{
    core::{
        ids::ParkedId,
        ledger::{self, Account, Reason, Transfer},
        money::Cents,
    },
    store::Parked,
};

use crate::{
    bench::{Bench, at_once},
    given::{NOW, at, is_conflict},
};

on_each_engine!(
    a_payment_is_parked_once_for_each_cause,
    a_parked_payment_is_assigned_once,
    a_parked_payment_is_assigned_by_one_of_many,
);

/// Parks a payment of 1,000 cents with its transfer.
async fn park(bench: &Bench, receipt: &str, ms: i64) -> Parked {
    let parked = Parked {
        id: bench.random(|rng| ParkedId::new(at(ms), rng)),
        receipt: receipt.into(),
        amount: Cents::new(1_000),
        reason: "no such deposit".into(),
    };
    let transfer = ledger::park(receipt, parked.amount).expect("a transfer");
    let mut tx = bench.write().await;
    tx.book(std::slice::from_ref(&transfer), NOW)
        .await
        .expect("booked");
    tx.park(&parked, &transfer.cause, NOW)
        .await
        .expect("parked");
    tx.commit().await.expect("committed");
    parked
}

async fn a_payment_is_parked_once_for_each_cause(bench: &Bench) {
    let (first, second) = (park(bench, "R1", 0).await, park(bench, "R2", 1).await);
    let mut tx = bench.write().await;
    let waiting = tx.parked().await.expect("read");
    assert_eq!(waiting, [second, first.clone()], "newest first");
    let again = Parked {
        id: bench.random(|rng| ParkedId::new(NOW, rng)),
        ..first
    };
    assert!(is_conflict(&tx.park(&again, "receipt:R1", NOW).await));
}

async fn a_parked_payment_is_assigned_once(bench: &Bench) {
    let player = bench.player(1).await;
    let (first, second) = (park(bench, "R1", 0).await, park(bench, "R2", 1).await);
    let mut tx = bench.write().await;
    let assigned = tx.assign_parked(first.id, player, "called in", at(9)).await;
    assert_eq!(assigned.expect("assigned"), Some(first.clone()));
    let (from, to) = (Account::Suspense, Account::Wallet(player));
    let cause = format!("assign:{}", first.id);
    let transfer = Transfer::new(Reason::Assign, from, to, first.amount, cause);
    tx.book(transfer.as_slice(), NOW).await.expect("booked");
    let again = tx.assign_parked(first.id, player, "again", at(9)).await;
    assert_eq!(again.expect("an answer"), None);
    let unknown = bench.random(|rng| ParkedId::new(NOW, rng));
    let unknown = tx.assign_parked(unknown, player, "", NOW).await;
    assert_eq!(unknown.expect("an answer"), None);
    assert_eq!(tx.parked().await.expect("read"), [second]);
    tx.commit().await.expect("committed");
    assert_eq!(bench.balance(player).await, 1_000);
}

async fn a_parked_payment_is_assigned_by_one_of_many(bench: &Bench) {
    bench.leave_loose_ends();
    let player = bench.player(1).await;
    let parked = park(bench, "R1", 0).await;
    let assigned = at_once(|_| {
        let (store, id) = (bench.store.clone(), parked.id);
        async move {
            let mut tx = store.write().await.expect("a transaction");
            let assigned = tx
                .assign_parked(id, player, "", NOW)
                .await
                .expect("an answer");
            tx.commit().await.expect("committed");
            assigned
        }
    })
    .await;
    assert_eq!(assigned.iter().flatten().count(), 1, "{assigned:?}");
}
