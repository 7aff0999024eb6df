//! Circuits of calls to Daraja, shared by the fleet, and what is put off until they close.

use std::time::Duration;

use majibu::{
    core::{
        circuit::{Calls, Change, Circuit, FAILURES, Heard, Passage},
        ids::{DepositId, WithdrawalId},
        money::Cents,
        payment::deposit::State,
        time::Timestamp,
    },
    store::{Claim, Deposit, Leased, PULL, Tx},
};

use crate::{
    bench::{Bench, CROWD, at_once},
    given::{NOW, at},
    withdrawals::QUOTE,
};

on_each_engine!(
    a_circuit_is_closed_until_something_is_wrong,
    failures_at_once_open_a_circuit_once,
    of_many_at_once_one_is_the_trial,
    what_is_put_off_loses_no_attempt_and_comes_when_the_circuit_closes,
    a_question_about_the_payment_belongs_to_the_look_that_led_to_it,
    the_first_told_receipt_is_kept,
    a_pull_is_hastened_unless_it_may_be_under_way,
);

const LEASE: Duration = Duration::from_secs(60);

/// Takes in what a call brought, as a process does.
async fn hear(tx: &mut Tx, calls: Calls, heard: Heard) -> Option<Change> {
    tx.serialise_circuit(calls).await.expect("alone");
    let mut circuit = tx.circuit(calls).await.expect("read");
    let change = circuit.hear(heard, NOW, 0.0);
    tx.keep_circuit(calls, &circuit, "HTTP 502")
        .await
        .expect("kept");
    change
}

async fn open(bench: &Bench, calls: Calls) {
    let mut tx = bench.write().await;
    for _ in 0..FAILURES {
        hear(&mut tx, calls, Heard::Nothing).await;
    }
    tx.commit().await.expect("committed");
}

/// A deposit of 100 shillings whose push is due now.
async fn requested(bench: &Bench, number: usize) -> DepositId {
    let id = bench.random(|rng| DepositId::new(NOW, rng));
    let player = bench.player(number).await;
    let mut tx = bench.write().await;
    tx.add_deposit(id, player, Cents::new(10_000), NOW, NOW)
        .await
        .expect("a deposit");
    tx.commit().await.expect("committed");
    id
}

async fn claim(tx: &mut Tx, what: Claim, now: Timestamp) -> Vec<Leased> {
    tx.claim(what, now, LEASE, 10).await.expect("claimed")
}

async fn deposit(tx: &mut Tx, id: DepositId) -> Deposit {
    tx.deposit(id).await.expect("read").expect("a deposit")
}

async fn a_circuit_is_closed_until_something_is_wrong(bench: &Bench) {
    let mut tx = bench.write().await;
    for calls in Calls::ALL {
        assert_eq!(tx.circuit(calls).await.expect("read"), Circuit::default());
    }
    let kept = Circuit {
        failures: 5,
        openings: 2,
        refusals: 3,
        is_trying: true,
        until: at(77),
    };
    tx.keep_circuit(Calls::Queries, &kept, "why")
        .await
        .expect("kept");
    tx.keep_circuit(Calls::Queries, &kept, "why")
        .await
        .expect("kept again");
    assert_eq!(tx.circuit(Calls::Queries).await.expect("read"), kept);
    let expected = [
        (Calls::Pushes, Circuit::default()),
        (Calls::Queries, kept),
        (Calls::Payouts, Circuit::default()),
    ];
    assert_eq!(tx.circuits().await.expect("read"), expected);
}

async fn failures_at_once_open_a_circuit_once(bench: &Bench) {
    let changes = at_once(|_| {
        let store = bench.store.clone();
        async move {
            let heard = |mut tx: Tx| async move {
                let change = hear(&mut tx, Calls::Pushes, Heard::Nothing).await;
                Ok::<_, majibu::store::StoreError>((tx, change))
            };
            store.transact(heard).await.expect("committed")
        }
    });
    let opened: Vec<_> = changes.await.into_iter().flatten().collect();
    assert!(
        CROWD >= 5 && matches!(opened[..], [Change::Opened(_)]),
        "{opened:?}"
    );
}

async fn of_many_at_once_one_is_the_trial(bench: &Bench) {
    open(bench, Calls::Payouts).await;
    let passages = at_once(|_| {
        let store = bench.store.clone();
        async move {
            let pass = |mut tx: Tx| async move {
                tx.serialise_circuit(Calls::Payouts).await?;
                let mut circuit = tx.circuit(Calls::Payouts).await?;
                let passage = circuit.pass(at(30_000), LEASE);
                tx.keep_circuit(Calls::Payouts, &circuit, "").await?;
                Ok::<_, majibu::store::StoreError>((tx, passage))
            };
            store.transact(pass).await.expect("committed")
        }
    });
    let passages = passages.await;
    let trials = passages
        .iter()
        .filter(|passage| **passage == Passage::Trial);
    assert_eq!(trials.count(), 1);
    let shut = Passage::Shut(at(90_000));
    let waiting = passages.iter().filter(|passage| **passage == shut);
    assert_eq!(waiting.count(), CROWD - 1);
}

async fn what_is_put_off_loses_no_attempt_and_comes_when_the_circuit_closes(bench: &Bench) {
    bench.leave_loose_ends();
    let (id, other) = (requested(bench, 1).await, requested(bench, 2).await);
    let mut tx = bench.write().await;
    let leased = claim(&mut tx, Claim::Pushes, NOW).await;
    assert!(leased.iter().all(|row| row.attempt == 1));
    let lease = leased[0].lease;
    tx.put_push_off(id, lease - 1, at(1)).await.expect("late");
    tx.put_push_off(id, lease, at(500)).await.expect("put off");
    tx.put_push_off(other, lease, at(600))
        .await
        .expect("put off");
    assert!(claim(&mut tx, Claim::Pushes, at(499)).await.is_empty());
    // Only what waits for just this circuit comes; a phone that is taken goes on waiting.
    tx.hasten(Calls::Pushes, at(500), at(100))
        .await
        .expect("hastened");
    let leased = claim(&mut tx, Claim::Pushes, at(100)).await;
    assert_eq!(leased.len(), 1);
    assert_eq!(
        (leased[0].id.clone(), leased[0].attempt),
        (id.to_string(), 1)
    );

    let pushed = tx.begin_push(id, leased[0].lease, at(100), at(200)).await;
    assert!(pushed.expect("pushed"));
    let look = claim(&mut tx, Claim::Queries, at(200)).await.remove(0);
    tx.put_look_off(id, look.lease, at(700))
        .await
        .expect("put off");
    tx.hasten(Calls::Pushes, at(700), at(200))
        .await
        .expect("other calls");
    assert!(claim(&mut tx, Claim::Queries, at(699)).await.is_empty());
    tx.hasten(Calls::Queries, at(700), at(300))
        .await
        .expect("hastened");
    assert_eq!(claim(&mut tx, Claim::Queries, at(300)).await[0].attempt, 1);

    let player = deposit(&mut tx, other).await.player;
    let withdrawal = bench.random(|rng| WithdrawalId::new(NOW, rng));
    tx.add_withdrawal(withdrawal, player, &QUOTE, NOW)
        .await
        .expect("a withdrawal");
    let leased = claim(&mut tx, Claim::Payouts, NOW).await.remove(0);
    tx.put_payout_off(withdrawal, leased.lease, at(500))
        .await
        .expect("put off");
    tx.hasten(Calls::Payouts, at(500), at(100))
        .await
        .expect("hastened");
    let leased = claim(&mut tx, Claim::Payouts, at(100)).await.remove(0);
    assert_eq!(leased.attempt, 1);
    let begun = tx
        .begin_payout(withdrawal, leased.lease, at(100), at(200))
        .await;
    assert!(begun.expect("begun"));
    let question = claim(&mut tx, Claim::PayoutQueries, at(200))
        .await
        .remove(0);
    tx.put_question_off(withdrawal, question.lease, at(800))
        .await
        .expect("put off");
    assert!(
        claim(&mut tx, Claim::PayoutQueries, at(799))
            .await
            .is_empty()
    );
    assert_eq!(
        claim(&mut tx, Claim::PayoutQueries, at(800)).await[0].attempt,
        1
    );
}

async fn a_question_about_the_payment_belongs_to_the_look_that_led_to_it(bench: &Bench) {
    bench.leave_loose_ends();
    let id = requested(bench, 1).await;
    let mut tx = bench.write().await;
    assert!(tx.begin_push(id, 0, NOW, at(90)).await.expect("pushed"));
    let look = claim(&mut tx, Claim::Queries, at(90)).await.remove(0);
    assert!(!deposit(&mut tx, id).await.asks_status);
    tx.ask_status_next(id, at(91)).await.expect("noted");
    assert!(deposit(&mut tx, id).await.asks_status);
    let question = claim(&mut tx, Claim::Queries, at(91)).await.remove(0);
    assert_eq!(question.attempt, look.attempt);
    tx.status_is_asked(id, Some(at(300)), at(0))
        .await
        .expect("asked");
    assert!(!deposit(&mut tx, id).await.asks_status);
    assert!(claim(&mut tx, Claim::Queries, at(299)).await.is_empty());
    let next = claim(&mut tx, Claim::Queries, at(300)).await.remove(0);
    assert_eq!(next.attempt, look.attempt + 1);
    // At the end it is left to the operator.
    tx.ask_status_next(id, at(301)).await.expect("noted");
    tx.status_is_asked(id, None, at(300)).await.expect("asked");
    assert!(
        claim(&mut tx, Claim::Queries, at(1_000_000))
            .await
            .is_empty()
    );
    let left = deposit(&mut tx, id).await;
    assert_eq!(left.state, State::Pushed);
    let rows = tx.deposit_rows(left.player).await.expect("read");
    assert!(rows[0].flagged);
}

async fn the_first_told_receipt_is_kept(bench: &Bench) {
    bench.leave_loose_ends();
    let id = requested(bench, 1).await;
    let mut tx = bench.write().await;
    for receipt in ["UKM1A2B3C4", "UKM1A2B3C5"] {
        tx.keep_told_receipt(id, receipt).await.expect("kept");
        let told = deposit(&mut tx, id).await.told_receipt;
        assert_eq!(told.as_deref(), Some("UKM1A2B3C4"));
    }
}

async fn a_pull_is_hastened_unless_it_may_be_under_way(bench: &Bench) {
    bench.leave_loose_ends();
    let mut tx = bench.write().await;
    tx.hasten_pull(NOW, at(60)).await.expect("none");
    assert!(claim(&mut tx, Claim::Chores, at(1_000)).await.is_empty());
    tx.plan_chore(PULL, Some(at(60))).await.expect("planned");
    tx.hasten_pull(NOW, at(60)).await.expect("soon anyhow");
    assert!(claim(&mut tx, Claim::Chores, at(59)).await.is_empty());
    let leased = claim(&mut tx, Claim::Chores, at(60)).await.remove(0);
    tx.end_chore(PULL, leased.lease, at(900), None)
        .await
        .expect("ended");
    tx.hasten_pull(at(100), at(160)).await.expect("hastened");
    assert_eq!(claim(&mut tx, Claim::Chores, at(100)).await.len(), 1);
}
