//! Deposits: from asked for to paid or failed; paid is final, failed is not.

use majibu::{
    core::{
        ids::{DepositId, PlayerId},
        money::Cents,
        payment::deposit::{Failure, State},
    },
    store::{Claim, Deposit, DepositRow, Tx},
};

use crate::{
    bench::{Bench, at_once},
    given::{NOW, at, is_conflict, is_corrupt},
};

on_each_engine!(
    a_deposit_is_pushed_and_paid,
    a_push_goes_out_once_for_one_lease,
    a_push_that_did_not_go_out_is_due_again,
    the_first_checkout_id_is_kept,
    a_deposit_is_paid_once,
    a_deposit_is_paid_once_by_many_at_once,
    a_receipt_pays_one_deposit,
    nothing_undoes_a_payment,
    a_failed_deposit_can_become_paid,
    a_deposit_that_is_given_up_is_flagged,
    a_flag_stays,
    the_last_deposit_is_the_latest,
);

const AMOUNT: Cents = Cents::new(10_000);

fn new_id(bench: &Bench) -> DepositId {
    bench.random(|rng| DepositId::new(NOW, rng))
}

/// A deposit that was asked for, to be pushed now.
async fn requested(bench: &Bench) -> (DepositId, PlayerId) {
    bench.leave_loose_ends();
    let (id, player) = (new_id(bench), bench.player(1).await);
    let mut tx = bench.write().await;
    tx.add_deposit(id, player, AMOUNT, NOW, NOW)
        .await
        .expect("a deposit");
    tx.commit().await.expect("committed");
    (id, player)
}

/// A deposit whose push has gone out.
async fn pushed(bench: &Bench) -> (DepositId, PlayerId) {
    let (id, player) = requested(bench).await;
    let mut tx = bench.write().await;
    assert!(tx.begin_push(id, 0, NOW, at(1_000)).await.expect("pushed"));
    tx.commit().await.expect("committed");
    (id, player)
}

async fn read(tx: &mut Tx, id: DepositId) -> Deposit {
    tx.deposit(id).await.expect("read").expect("a deposit")
}

async fn row(tx: &mut Tx, player: PlayerId) -> DepositRow {
    let rows = tx.deposit_rows(player).await.expect("read");
    rows.into_iter().next().expect("a deposit")
}

async fn is_due(tx: &mut Tx, what: Claim, ms: i64) -> bool {
    tx.is_due(what, at(ms)).await.expect("an answer")
}

async fn a_deposit_is_pushed_and_paid(bench: &Bench) {
    let (id, player) = requested(bench).await;
    let mut tx = bench.write().await;
    let asked = Deposit {
        id,
        player,
        state: State::Requested,
        requested: AMOUNT,
        receipt: None,
        checkout_id: None,
        requested_at: NOW,
        pushed_at: None,
        asks_status: false,
        told_receipt: None,
        trace: None,
    };
    assert_eq!(read(&mut tx, id).await, asked);
    assert!(is_due(&mut tx, Claim::Pushes, 0).await);
    assert!(tx.begin_push(id, 0, at(5), at(90)).await.expect("pushed"));
    assert!(!is_due(&mut tx, Claim::Pushes, 1_000).await);
    assert!(!is_due(&mut tx, Claim::Queries, 89).await);
    assert!(is_due(&mut tx, Claim::Queries, 90).await);
    tx.keep_checkout_id(id, "ws_CO_1").await.expect("kept");
    tx.pay_deposit(id, "R1", Cents::new(9_000), true, NOW)
        .await
        .expect("paid");
    let paid = Deposit {
        state: State::Paid,
        receipt: Some("R1".into()),
        checkout_id: Some("ws_CO_1".into()),
        pushed_at: Some(at(5)),
        ..asked
    };
    assert_eq!(read(&mut tx, id).await, paid);
    assert!(!is_due(&mut tx, Claim::Queries, 1_000).await);
    let shown = DepositRow {
        id: id.to_string(),
        state: "paid".into(),
        requested_cents: 10_000,
        credited_cents: 9_000,
        receipt: Some("R1".into()),
        flagged: true,
        failure: None,
    };
    assert_eq!(row(&mut tx, player).await, shown);
    assert_eq!(tx.deposit(new_id(bench)).await.expect("read"), None);
}

async fn a_push_goes_out_once_for_one_lease(bench: &Bench) {
    let (id, _) = requested(bench).await;
    let mut tx = bench.write().await;
    let lease = std::time::Duration::from_millis(1);
    for now in [0, 1] {
        tx.claim(Claim::Pushes, at(now), lease, 1)
            .await
            .expect("claimed");
    }
    assert!(!tx.begin_push(id, 1, NOW, at(90)).await.expect("taken over"));
    assert_eq!(read(&mut tx, id).await.state, State::Requested);
    assert!(tx.begin_push(id, 2, NOW, at(90)).await.expect("pushed"));
    assert!(
        !tx.begin_push(id, 2, NOW, at(90))
            .await
            .expect("pushed already")
    );
}

async fn a_push_that_did_not_go_out_is_due_again(bench: &Bench) {
    let (id, _) = pushed(bench).await;
    let mut tx = bench.write().await;
    tx.undo_push(id, at(500), 3).await.expect("undone");
    let deposit = read(&mut tx, id).await;
    assert_eq!((deposit.state, deposit.pushed_at), (State::Requested, None));
    assert!(!is_due(&mut tx, Claim::Pushes, 499).await);
    let lease = std::time::Duration::from_secs(60);
    let claimed = tx
        .claim(Claim::Pushes, at(500), lease, 1)
        .await
        .expect("claimed");
    assert_eq!(claimed[0].attempt, 4, "attempts are counted on");
    assert!(
        tx.begin_push(id, claimed[0].lease, NOW, at(600))
            .await
            .expect("pushed")
    );
    let claimed = tx
        .claim(Claim::Queries, at(600), lease, 1)
        .await
        .expect("claimed");
    assert_eq!(claimed[0].attempt, 1, "questions are counted anew");
}

async fn the_first_checkout_id_is_kept(bench: &Bench) {
    let (id, _) = pushed(bench).await;
    let mut tx = bench.write().await;
    for checkout in ["ws_CO_1", "ws_CO_2"] {
        tx.keep_checkout_id(id, checkout).await.expect("an answer");
        assert_eq!(
            read(&mut tx, id).await.checkout_id.as_deref(),
            Some("ws_CO_1")
        );
    }
}

async fn a_deposit_is_paid_once(bench: &Bench) {
    let (id, _) = pushed(bench).await;
    let mut tx = bench.write().await;
    tx.pay_deposit(id, "R1", AMOUNT, false, NOW)
        .await
        .expect("paid");
    tx.commit().await.expect("committed");
    let mut tx = bench.write().await;
    assert!(is_corrupt(
        &tx.pay_deposit(id, "R2", AMOUNT, false, NOW).await
    ));
    drop(tx);
    let mut tx = bench.read().await;
    assert_eq!(read(&mut tx, id).await.receipt.as_deref(), Some("R1"));
}

async fn a_deposit_is_paid_once_by_many_at_once(bench: &Bench) {
    let (id, _) = pushed(bench).await;
    let paid = at_once(|task| {
        let store = bench.store.clone();
        async move {
            let mut tx = store.write().await.expect("a transaction");
            tx.pay_deposit(id, &format!("R{task}"), AMOUNT, false, NOW)
                .await?;
            tx.commit().await
        }
    })
    .await;
    assert_eq!(paid.iter().filter(|one| one.is_ok()).count(), 1, "{paid:?}");
    assert!(
        paid.iter().all(|one| one.is_ok() || is_corrupt(one)),
        "{paid:?}"
    );
}

async fn a_receipt_pays_one_deposit(bench: &Bench) {
    let (first, player) = pushed(bench).await;
    let second = new_id(bench);
    let mut tx = bench.write().await;
    tx.add_deposit(second, player, AMOUNT, NOW, NOW)
        .await
        .expect("a deposit");
    tx.pay_deposit(first, "R1", AMOUNT, false, NOW)
        .await
        .expect("paid");
    tx.commit().await.expect("committed");
    let mut tx = bench.write().await;
    assert!(is_conflict(
        &tx.pay_deposit(second, "R1", AMOUNT, false, NOW).await
    ));
}

async fn nothing_undoes_a_payment(bench: &Bench) {
    let (id, player) = pushed(bench).await;
    let mut tx = bench.write().await;
    tx.pay_deposit(id, "R1", AMOUNT, false, NOW)
        .await
        .expect("paid");
    assert!(
        !tx.fail_deposit(id, Failure::Cancelled)
            .await
            .expect("an answer")
    );
    tx.undo_push(id, NOW, 1).await.expect("an answer");
    tx.look_again(id, Some(NOW), NOW).await.expect("an answer");
    tx.look_again(id, None, NOW).await.expect("an answer");
    assert!(!tx.begin_push(id, 0, NOW, NOW).await.expect("an answer"));
    assert_eq!(read(&mut tx, id).await.state, State::Paid);
    assert!(!row(&mut tx, player).await.flagged);
    for what in [Claim::Pushes, Claim::Queries] {
        assert!(!is_due(&mut tx, what, 100_000).await, "{}", what.name());
    }
}

async fn a_failed_deposit_can_become_paid(bench: &Bench) {
    let (id, player) = pushed(bench).await;
    let mut tx = bench.write().await;
    assert!(
        tx.fail_deposit(id, Failure::Unreachable)
            .await
            .expect("failed")
    );
    assert!(
        !tx.fail_deposit(id, Failure::Other)
            .await
            .expect("failed already")
    );
    assert_eq!(read(&mut tx, id).await.state, State::Failed);
    assert!(!is_due(&mut tx, Claim::Queries, 100_000).await);
    tx.pay_deposit(id, "R1", AMOUNT, false, NOW)
        .await
        .expect("paid after all");
    assert_eq!(row(&mut tx, player).await.state, "paid");
}

async fn a_deposit_that_is_given_up_is_flagged(bench: &Bench) {
    let (id, player) = pushed(bench).await;
    let mut tx = bench.write().await;
    tx.look_again(id, Some(at(5_000)), NOW)
        .await
        .expect("later");
    assert!(!is_due(&mut tx, Claim::Queries, 4_999).await);
    assert!(is_due(&mut tx, Claim::Queries, 5_000).await);
    assert!(!row(&mut tx, player).await.flagged);
    tx.look_again(id, None, NOW).await.expect("never");
    assert!(!is_due(&mut tx, Claim::Queries, 1_000_000).await);
    assert!(row(&mut tx, player).await.flagged);
    assert_eq!(read(&mut tx, id).await.state, State::Pushed, "nobody knows");
}

async fn a_flag_stays(bench: &Bench) {
    let (id, player) = pushed(bench).await;
    let mut tx = bench.write().await;
    tx.flag_deposit(id, NOW).await.expect("flagged");
    tx.look_again(id, Some(NOW), NOW).await.expect("later");
    tx.pay_deposit(id, "R1", AMOUNT, false, NOW)
        .await
        .expect("paid");
    assert!(row(&mut tx, player).await.flagged);
}

async fn the_last_deposit_is_the_latest(bench: &Bench) {
    let (first, player) = requested(bench).await;
    let other = bench.player(2).await;
    let second = new_id(bench);
    let mut tx = bench.write().await;
    assert_eq!(tx.last_deposit_at(other).await.expect("read"), None);
    tx.add_deposit(second, player, AMOUNT, at(7), at(9))
        .await
        .expect("a deposit");
    assert_eq!(tx.last_deposit_at(player).await.expect("read"), Some(at(7)));
    let rows = tx.deposit_rows(player).await.expect("read");
    let ids: Vec<String> = rows.into_iter().map(|row| row.id).collect();
    assert_eq!(ids, [second.to_string(), first.to_string()], "newest first");
}
