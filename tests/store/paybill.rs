//! Payments to the paybill in the store, what limits deposits, and the check of excise.

use std::time::Duration;

use majibu::{
    core::{
        ids::{DepositId, ParkedId, PlayerId, SmsId},
        ledger::{self, Transfer},
        money::Cents,
        payment::deposit::Failure,
        sms::SmsClass,
    },
    store::{Booked, Claim, Parked, Sms, Tx},
};

use crate::{
    bench::{Bench, at_once},
    given::{NOW, at, is_conflict, msisdn},
};

on_each_engine!(
    a_deposit_is_found_by_its_reference,
    a_paybill_deposit_is_in_the_books_and_no_push,
    a_receipt_is_credited_once_by_many_at_once,
    a_payment_is_known_with_all_that_was_booked_of_it,
    an_excess_is_confirmed_once,
    what_was_deposited_today_is_paid_or_open,
    the_same_amount_is_known_while_it_may_have_been_paid,
    a_missing_receipt_is_noted_while_the_deposit_is_open,
    excise_belongs_to_money_that_came_in,
    an_sms_may_go_to_a_number_that_is_no_player,
);

const AMOUNT: Cents = Cents::new(10_000);

fn new_id(bench: &Bench) -> DepositId {
    bench.random(|rng| DepositId::new(NOW, rng))
}

/// Books a payment for a player and adds its deposit.
async fn paid(
    tx: &mut Tx,
    id: DepositId,
    player: PlayerId,
    receipt: &str,
    bps: u32,
) -> Option<Transfer> {
    let credited = ledger::deposit(player, receipt, AMOUNT).expect("an amount");
    let excise = ledger::excise(&credited, bps);
    tx.book(&[credited], NOW).await.expect("booked");
    tx.book(excise.as_slice(), NOW).await.expect("booked");
    tx.add_paid_deposit(id, player, receipt, AMOUNT, NOW)
        .await
        .expect("added");
    excise
}

async fn a_deposit_is_found_by_its_reference(bench: &Bench) {
    bench.leave_loose_ends();
    let (id, player) = (new_id(bench), bench.player(1).await);
    let mut tx = bench.write().await;
    tx.add_deposit(id, player, AMOUNT, NOW, NOW)
        .await
        .expect("a deposit");
    let found = tx
        .deposit_of_reference(&id.reference())
        .await
        .expect("read");
    assert_eq!(found, Some(id));
    for other in ["", "000000000000", "' or 1 = 1"] {
        assert_eq!(tx.deposit_of_reference(other).await.expect("read"), None);
    }
}

async fn a_paybill_deposit_is_in_the_books_and_no_push(bench: &Bench) {
    let (id, player) = (new_id(bench), bench.player(1).await);
    let mut tx = bench.write().await;
    paid(&mut tx, id, player, "R1", 0).await;
    let rows = tx.deposit_rows(player).await.expect("read");
    assert_eq!((rows[0].state.as_str(), rows[0].flagged), ("paid", false));
    assert_eq!(
        (rows[0].requested_cents, rows[0].credited_cents),
        (10_000, 10_000)
    );
    assert_eq!(rows[0].receipt.as_deref(), Some("R1"));
    assert_eq!(
        tx.last_deposit_at(player).await.expect("read"),
        None,
        "it was no push"
    );
    let again = tx.add_paid_deposit(new_id(bench), player, "R1", AMOUNT, NOW);
    assert!(is_conflict(&again.await));
    drop(tx);
    let mut tx = bench.write().await;
    paid(&mut tx, id, player, "R1", 0).await;
    tx.commit().await.expect("committed");
    assert_eq!(bench.balance(player).await, 10_000);
}

async fn a_receipt_is_credited_once_by_many_at_once(bench: &Bench) {
    let player = bench.player(1).await;
    let ids: Vec<DepositId> = (0..crate::bench::CROWD).map(|_| new_id(bench)).collect();
    let booked = at_once(|task| {
        let (store, id) = (bench.store.clone(), ids[task]);
        async move {
            let credited = ledger::deposit(player, "R1", AMOUNT);
            let mut tx = store.write().await.expect("a transaction");
            if tx.book(credited.as_slice(), NOW).await? == Booked::Before {
                return Ok(false);
            }
            tx.add_paid_deposit(id, player, "R1", AMOUNT, NOW).await?;
            tx.commit().await?;
            Ok::<_, majibu::store::StoreError>(true)
        }
    })
    .await;
    let credited = booked.iter().filter(|one| matches!(one, Ok(true))).count();
    assert_eq!(credited, 1, "{booked:?}");
    assert_eq!(bench.balance(player).await, 10_000);
}

async fn a_payment_is_known_with_all_that_was_booked_of_it(bench: &Bench) {
    let (id, player) = (new_id(bench), bench.player(1).await);
    let mut tx = bench.write().await;
    assert_eq!(tx.amount_of_receipt("R1").await.expect("read"), None);
    paid(&mut tx, id, player, "R1", 500).await;
    assert_eq!(
        tx.amount_of_receipt("R1").await.expect("read"),
        Some(AMOUNT)
    );
    park_excess(bench, &mut tx, "R1").await;
    let all = Some(Cents::new(13_000));
    assert_eq!(tx.amount_of_receipt("R1").await.expect("read"), all);
    assert_eq!(tx.amount_of_receipt("R").await.expect("read"), None);
    tx.flag_deposit_of_receipt("R1", NOW)
        .await
        .expect("flagged");
    tx.flag_deposit_of_receipt("R2", NOW)
        .await
        .expect("nobody's");
    assert!(tx.deposit_rows(player).await.expect("read")[0].flagged);
    tx.commit().await.expect("committed");
}

async fn park_excess(bench: &Bench, tx: &mut Tx, receipt: &str) {
    let amount = Cents::new(3_000);
    let transfer = ledger::park_excess(receipt, amount);
    tx.book(transfer.as_slice(), NOW).await.expect("booked");
    let parked = Parked {
        id: bench.random(|rng| ParkedId::new(NOW, rng)),
        receipt: receipt.into(),
        amount,
        reason: "above".into(),
    };
    tx.park(&parked, &format!("excess:{receipt}"), NOW)
        .await
        .expect("parked");
}

async fn an_excess_is_confirmed_once(bench: &Bench) {
    let mut tx = bench.write().await;
    park_excess(bench, &mut tx, "R1").await;
    for receipt in ["R1", "R1", "R2"] {
        tx.confirm_excess(receipt).await.expect("an answer");
    }
    let reasons: Vec<String> = tx
        .parked()
        .await
        .expect("read")
        .into_iter()
        .map(|p| p.reason)
        .collect();
    assert_eq!(reasons, ["above, the amount is confirmed"]);
    tx.commit().await.expect("committed");
}

async fn what_was_deposited_today_is_paid_or_open(bench: &Bench) {
    bench.leave_loose_ends();
    let player = bench.player(1).await;
    let other = bench.player(2).await;
    let (yesterday, open, failed) = (new_id(bench), new_id(bench), new_id(bench));
    let mut tx = bench.write().await;
    for (id, amount, ms) in [(yesterday, 1, -1), (open, 20, 0), (failed, 400, 5)] {
        let amount = Cents::new(amount);
        tx.add_deposit(id, player, amount, at(ms), at(ms))
            .await
            .expect("a deposit");
    }
    assert!(
        tx.fail_deposit(failed, Failure::Other)
            .await
            .expect("failed")
    );
    let since = |tx_sum: Cents| tx_sum.get();
    assert_eq!(
        since(tx.deposited_since(player, NOW).await.expect("read")),
        20
    );
    // Less was paid than was asked for: what was paid counts.
    tx.pay_deposit(open, "R1", Cents::new(3), true, NOW)
        .await
        .expect("paid");
    tx.add_paid_deposit(new_id(bench), player, "R2", Cents::new(5_000), at(9))
        .await
        .expect("added");
    assert_eq!(
        since(tx.deposited_since(player, NOW).await.expect("read")),
        5_003
    );
    assert_eq!(
        since(tx.deposited_since(other, NOW).await.expect("read")),
        0
    );
}

async fn the_same_amount_is_known_while_it_may_have_been_paid(bench: &Bench) {
    bench.leave_loose_ends();
    let (player, other) = (bench.player(1).await, bench.player(2).await);
    let id = new_id(bench);
    let mut tx = bench.write().await;
    tx.add_deposit(id, player, AMOUNT, NOW, NOW)
        .await
        .expect("a deposit");
    let before = at(-1);
    assert_eq!(
        tx.same_amount_at(player, AMOUNT, before)
            .await
            .expect("read"),
        None,
        "no push went out"
    );
    assert!(
        tx.begin_push(id, 0, at(2_000), at(9_000))
            .await
            .expect("pushed")
    );
    assert_eq!(
        tx.same_amount_at(player, AMOUNT, before)
            .await
            .expect("read"),
        Some(at(2_000))
    );
    assert_eq!(
        tx.same_amount_at(player, AMOUNT, at(2_000))
            .await
            .expect("read"),
        None
    );
    assert_eq!(
        tx.same_amount_at(player, Cents::new(1), before)
            .await
            .expect("read"),
        None
    );
    assert_eq!(
        tx.same_amount_at(other, AMOUNT, before)
            .await
            .expect("read"),
        None
    );
    assert!(
        tx.fail_deposit(id, Failure::Cancelled)
            .await
            .expect("failed")
    );
    assert_eq!(
        tx.same_amount_at(player, AMOUNT, before)
            .await
            .expect("read"),
        None
    );
    tx.pay_deposit(id, "R1", AMOUNT, false, NOW)
        .await
        .expect("paid");
    assert_eq!(
        tx.same_amount_at(player, AMOUNT, before)
            .await
            .expect("read"),
        Some(at(2_000))
    );
}

async fn a_missing_receipt_is_noted_while_the_deposit_is_open(bench: &Bench) {
    bench.leave_loose_ends();
    let (id, player) = (new_id(bench), bench.player(1).await);
    let mut tx = bench.write().await;
    tx.add_deposit(id, player, AMOUNT, NOW, NOW)
        .await
        .expect("a deposit");
    for expected in [None, Some("receipt_missing")] {
        tx.note_missing_receipt(id).await.expect("an answer");
        let rows = tx.deposit_rows(player).await.expect("read");
        assert_eq!(rows[0].failure.as_deref(), expected);
        tx.begin_push(id, 0, NOW, NOW).await.expect("an answer");
    }
}

async fn excise_belongs_to_money_that_came_in(bench: &Bench) {
    let (id, player) = (new_id(bench), bench.player(1).await);
    let mut tx = bench.write().await;
    let excise = paid(&mut tx, id, player, "R1", 500).await.expect("a duty");
    assert_eq!(excise.amount, Cents::new(500));
    tx.commit().await.expect("committed");
    let mut tx = bench.read().await;
    let report = tx.ledger_report().await.expect("report");
    assert_eq!(report.findings, [""; 0]);
    assert_eq!(report.accounts["excise"], Cents::new(500));
    drop(tx);
    // The books say so when it does not; nothing of it is kept.
    let mut tx = bench.write().await;
    let stray = Transfer {
        cause: "excise:receipt:R2".into(),
        ..excise
    };
    tx.book(&[stray], NOW).await.expect("booked");
    let report = tx.ledger_report().await.expect("report");
    assert_eq!(
        report.findings,
        ["excise:receipt:R2 belongs to no money that came in"]
    );
}

async fn an_sms_may_go_to_a_number_that_is_no_player(bench: &Bench) {
    bench.leave_loose_ends();
    let id = bench.random(|rng| SmsId::new(NOW, rng));
    let sms = Sms {
        id,
        cause: "payment_parked:R1".into(),
        player: None,
        msisdn: msisdn(1),
        kind: "payment_parked",
        class: SmsClass::Receipt,
        body: "We have it.".into(),
    };
    let mut tx = bench.write().await;
    tx.add_sms(&sms, NOW).await.expect("added");
    let lease = Duration::from_secs(60);
    let claimed = tx.claim(Claim::Sms, NOW, lease, 9).await.expect("claimed");
    let rows = tx.texts_to_send(&claimed).await.expect("read");
    assert_eq!((rows[0].id, &rows[0].msisdn), (id, &msisdn(1)));
}
