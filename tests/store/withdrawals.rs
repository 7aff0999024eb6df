//! Withdrawals: from asked for to paid or failed, and the gates that payouts pass.

use std::time::Duration;

use majibu::{
    core::{
        ids::{PlayerId, WithdrawalId},
        money::Cents,
        payment::withdrawal::{self, Failure, Quote, State},
    },
    store::{Claim, Gate, Tx, Withdrawal, WithdrawalRow},
};

use crate::{
    bench::{Bench, at_once},
    given::{NOW, at, is_conflict, is_corrupt},
};

on_each_engine!(
    a_withdrawal_is_sent_and_paid,
    a_payout_goes_out_once_for_one_lease,
    a_payout_that_did_not_go_out_is_due_again,
    a_payout_that_is_put_off_loses_no_try,
    a_payout_that_nobody_can_tell_of_is_asked_about,
    a_withdrawal_ends_once,
    a_withdrawal_ends_once_by_many_at_once,
    a_receipt_pays_one_withdrawal,
    a_late_receipt_is_kept_once_and_flagged,
    what_was_flagged_last_is_known,
    the_books_know_withdrawals,
    a_gate_keeps_its_distance_in_the_whole_fleet,
    a_shut_gate_lets_nobody_pass,
);

pub(crate) const QUOTE: Quote = Quote {
    amount: Cents::new(10_000),
    fee: Cents::new(500),
    tax: Cents::new(250),
    payout: Cents::new(9_700),
};

fn new_id(bench: &Bench) -> WithdrawalId {
    bench.random(|rng| WithdrawalId::new(NOW, rng))
}

/// A withdrawal that was asked for; its money is not in the books.
async fn requested(bench: &Bench) -> (WithdrawalId, PlayerId) {
    bench.leave_loose_ends();
    let (id, player) = (new_id(bench), bench.player(1).await);
    let mut tx = bench.write().await;
    let added = tx.add_withdrawal(id, player, &QUOTE, NOW).await;
    added.expect("a withdrawal");
    tx.commit().await.expect("committed");
    (id, player)
}

/// A withdrawal whose payout has gone out.
async fn sent(bench: &Bench) -> (WithdrawalId, PlayerId) {
    let (id, player) = requested(bench).await;
    let mut tx = bench.write().await;
    assert!(tx.begin_payout(id, 0, NOW, at(1_000)).await.expect("sent"));
    tx.commit().await.expect("committed");
    (id, player)
}

async fn read(tx: &mut Tx, id: WithdrawalId) -> Withdrawal {
    tx.withdrawal(id)
        .await
        .expect("read")
        .expect("a withdrawal")
}

async fn row(tx: &mut Tx, player: PlayerId) -> WithdrawalRow {
    let rows = tx.withdrawal_rows(player).await.expect("read");
    rows.into_iter().next().expect("a withdrawal")
}

async fn is_due(tx: &mut Tx, what: Claim, ms: i64) -> bool {
    tx.is_due(what, at(ms)).await.expect("an answer")
}

async fn a_withdrawal_is_sent_and_paid(bench: &Bench) {
    let (id, player) = requested(bench).await;
    let mut tx = bench.write().await;
    let asked = Withdrawal {
        id,
        player,
        originator_id: id.originator_id(),
        state: State::Requested,
        quote: QUOTE,
        receipt: None,
        is_doubtful: false,
    };
    assert_eq!(read(&mut tx, id).await, asked);
    assert!(is_due(&mut tx, Claim::Payouts, 0).await);
    assert!(tx.begin_payout(id, 0, at(5), at(90)).await.expect("sent"));
    assert!(!is_due(&mut tx, Claim::Payouts, 1_000).await);
    assert!(!is_due(&mut tx, Claim::PayoutQueries, 89).await);
    assert!(is_due(&mut tx, Claim::PayoutQueries, 90).await);
    let paid = tx.pay_withdrawal(id, "R1", true, at(100)).await;
    paid.expect("paid");
    let expected = Withdrawal {
        state: State::Paid,
        receipt: Some("R1".into()),
        ..asked
    };
    assert_eq!(read(&mut tx, id).await, expected);
    assert!(!is_due(&mut tx, Claim::PayoutQueries, 1_000).await);
    let shown = WithdrawalRow {
        id: id.to_string(),
        state: "paid".into(),
        amount_cents: 10_000,
        fee_cents: 500,
        tax_cents: 250,
        payout_cents: 9_700,
        receipt: Some("R1".into()),
        flagged: true,
    };
    assert_eq!(row(&mut tx, player).await, shown);
    let last = tx.last_withdrawal_at(player).await.expect("read");
    assert_eq!(last, Some(NOW));
    assert_eq!(tx.withdrawal(new_id(bench)).await.expect("read"), None);
}

async fn a_payout_goes_out_once_for_one_lease(bench: &Bench) {
    let (id, _) = requested(bench).await;
    let mut tx = bench.write().await;
    let lease = Duration::from_millis(1);
    for now in [0, 1] {
        let claimed = tx.claim(Claim::Payouts, at(now), lease, 1).await;
        assert_eq!(claimed.expect("claimed").len(), 1);
    }
    assert!(!tx.begin_payout(id, 1, at(2), at(9)).await.expect("asked"));
    assert!(tx.begin_payout(id, 2, at(2), at(9)).await.expect("sent"));
    assert!(!tx.begin_payout(id, 2, at(2), at(9)).await.expect("asked"));
}

async fn a_payout_that_did_not_go_out_is_due_again(bench: &Bench) {
    let (id, _) = sent(bench).await;
    let mut tx = bench.write().await;
    tx.undo_payout(id, at(50), 3).await.expect("undone");
    assert_eq!(read(&mut tx, id).await.state, State::Requested);
    assert!(!is_due(&mut tx, Claim::Payouts, 49).await);
    let claimed = tx.claim(Claim::Payouts, at(50), Duration::ZERO, 1).await;
    let attempts: Vec<i64> = claimed
        .expect("claimed")
        .iter()
        .map(|row| row.attempt)
        .collect();
    assert_eq!(attempts, [4], "tries are counted on");
    // What ended in the meantime stays as it is.
    tx.pay_withdrawal(id, "R1", false, NOW).await.expect("paid");
    tx.undo_payout(id, at(50), 3).await.expect("no effect");
    assert_eq!(read(&mut tx, id).await.state, State::Paid);
}

async fn a_payout_that_is_put_off_loses_no_try(bench: &Bench) {
    let (id, _) = requested(bench).await;
    let mut tx = bench.write().await;
    for now in [0, 10] {
        let claimed = tx
            .claim(Claim::Payouts, at(now), Duration::from_secs(1), 1)
            .await;
        let claimed = claimed.expect("claimed");
        assert_eq!(
            claimed.iter().map(|row| row.attempt).collect::<Vec<_>>(),
            [1]
        );
        for row in claimed {
            tx.put_payout_off(id, row.lease, at(now + 10))
                .await
                .expect("put off");
        }
    }
    tx.put_payout_off(id, 1, at(0)).await.expect("no effect");
    assert!(
        !is_due(&mut tx, Claim::Payouts, 19).await,
        "an old lease decides nothing"
    );
}

async fn a_payout_that_nobody_can_tell_of_is_asked_about(bench: &Bench) {
    let (id, _) = sent(bench).await;
    let mut tx = bench.write().await;
    tx.payout_unknown(id, at(70)).await.expect("unknown");
    let unknown = read(&mut tx, id).await;
    assert_eq!((unknown.state, unknown.is_doubtful), (State::Unknown, true));
    assert!(!is_due(&mut tx, Claim::PayoutQueries, 69).await);
    assert!(is_due(&mut tx, Claim::PayoutQueries, 70).await);
    for times in 1..=3 {
        let said = tx.payout_unheard_of(id).await;
        assert_eq!(said.expect("counted"), times);
    }
    tx.undo_payout(id, at(80), 0)
        .await
        .expect("to be sent again");
    let again = read(&mut tx, id).await;
    assert_eq!(again.originator_id, id.originator_id(), "under the same id");
    assert!(again.is_doubtful, "the first try may still have arrived");
    assert_eq!(tx.payout_unheard_of(id).await.expect("no effect"), 0);
}

async fn a_withdrawal_ends_once(bench: &Bench) {
    let (id, _) = sent(bench).await;
    let mut tx = bench.write().await;
    let fails = |failed: Result<bool, _>| failed.expect("an answer");
    assert!(fails(
        tx.fail_withdrawal(id, Failure::AccountFull, NOW).await
    ));
    assert!(!fails(
        tx.fail_withdrawal(id, Failure::AccountFull, NOW).await
    ));
    tx.payout_unknown(id, NOW).await.expect("no effect");
    assert_eq!(read(&mut tx, id).await.state, State::Failed);
    let paid = tx.pay_withdrawal(id, "R1", false, NOW).await;
    assert!(is_corrupt(&paid), "{paid:?}");
}

async fn a_withdrawal_ends_once_by_many_at_once(bench: &Bench) {
    let (id, _) = sent(bench).await;
    let ended = at_once(|_| {
        let store = bench.store.clone();
        async move {
            let mut tx = store.write().await.expect("begun");
            tx.serialise_withdrawal(id).await.expect("a turn");
            let ended = tx.fail_withdrawal(id, Failure::Unavailable, NOW).await;
            tx.commit().await.expect("committed");
            ended.expect("an answer")
        }
    });
    let ended = ended.await.into_iter().filter(|ended| *ended).count();
    assert_eq!(ended, 1);
}

async fn a_receipt_pays_one_withdrawal(bench: &Bench) {
    let (first, player) = sent(bench).await;
    let second = new_id(bench);
    let mut tx = bench.write().await;
    tx.add_withdrawal(second, player, &QUOTE, NOW)
        .await
        .expect("added");
    tx.pay_withdrawal(first, "R1", false, NOW)
        .await
        .expect("paid");
    let of_another = tx.is_receipt_of_another(second, "R1").await;
    assert!(of_another.expect("an answer"));
    let own = tx.is_receipt_of_another(first, "R1").await;
    assert!(!own.expect("an answer"));
    let paid = tx.pay_withdrawal(second, "R1", false, NOW).await;
    assert!(is_conflict(&paid), "{paid:?}");
}

async fn a_late_receipt_is_kept_once_and_flagged(bench: &Bench) {
    let (id, player) = sent(bench).await;
    let mut tx = bench.write().await;
    let early = tx.keep_late_receipt(id, "R1", NOW).await;
    assert!(is_corrupt(&early), "it has not failed: {early:?}");
    drop(tx);
    let mut tx = bench.write().await;
    let failed = tx.fail_withdrawal(id, Failure::Unavailable, NOW).await;
    assert!(failed.expect("failed"));
    tx.keep_late_receipt(id, "R1", NOW).await.expect("kept");
    let shown = row(&mut tx, player).await;
    assert_eq!(
        (shown.state.as_str(), shown.receipt.as_deref()),
        ("failed", Some("R1"))
    );
    assert!(shown.flagged);
    let again = tx.keep_late_receipt(id, "R2", NOW).await;
    assert!(is_corrupt(&again), "{again:?}");
}

async fn what_was_flagged_last_is_known(bench: &Bench) {
    let (id, player) = requested(bench).await;
    let mut tx = bench.write().await;
    assert_eq!(tx.last_flagged_at(player).await.expect("read"), None);
    tx.flag_withdrawal(id, NOW).await.expect("flagged");
    assert_eq!(tx.last_flagged_at(player).await.expect("read"), Some(NOW));
}

async fn the_books_know_withdrawals(bench: &Bench) {
    let player = bench.funded(1, 50_000).await;
    let ids = [new_id(bench), new_id(bench), new_id(bench), new_id(bench)];
    let mut tx = bench.write().await;
    for id in ids {
        let held = withdrawal::hold(player, id, &QUOTE).expect("money");
        tx.book(&[held], NOW).await.expect("held");
        tx.add_withdrawal(id, player, &QUOTE, NOW)
            .await
            .expect("added");
    }
    let [open, paid, failed, late] = ids;
    tx.book(&withdrawal::pay(paid, &QUOTE), NOW)
        .await
        .expect("booked");
    tx.pay_withdrawal(paid, "R1", false, NOW)
        .await
        .expect("paid");
    for id in [failed, late] {
        let back = withdrawal::give_back(player, id, &QUOTE).expect("money");
        tx.book(&[back], NOW).await.expect("booked");
        let ended = tx.fail_withdrawal(id, Failure::Unavailable, NOW).await;
        assert!(ended.expect("failed"));
    }
    let booked = withdrawal::pay_late(late, &QUOTE).expect("money");
    tx.book(&[booked], NOW).await.expect("booked");
    tx.keep_late_receipt(late, "R2", NOW).await.expect("kept");
    tx.commit().await.expect("committed");
    assert_eq!(bench.findings().await, [""; 0]);
    let report = bench
        .store
        .read()
        .await
        .expect("read")
        .ledger_report()
        .await;
    let accounts = report.expect("a report").accounts;
    let held = accounts.get("payouts").map(|held| held.get());
    assert_eq!(held, Some(QUOTE.held().get()), "of {open}");
    for (sql, found) in [
        (
            "update withdrawal set state = 'failed' where state = 'requested'",
            true,
        ),
        (
            "update withdrawal set state = 'requested' where receipt is null",
            true,
        ),
        (
            "update withdrawal set payout_cents = payout_cents + 1",
            true,
        ),
        ("update withdrawal set attempt = attempt + 1", false),
    ] {
        bench
            .raw("create table kept as select * from withdrawal")
            .await
            .expect("kept");
        bench.tamper(sql).await;
        assert_eq!(!bench.findings().await.is_empty(), found, "{sql}");
        bench.tamper("delete from withdrawal").await;
        bench
            .tamper("insert into withdrawal select * from kept")
            .await;
        bench.raw("drop table kept").await.expect("dropped");
        assert_eq!(bench.findings().await, [""; 0], "after {sql}");
    }
}

async fn a_gate_keeps_its_distance_in_the_whole_fleet(bench: &Bench) {
    let distance = Duration::from_millis(100);
    let passed = at_once(|_| {
        let store = bench.store.clone();
        async move {
            let mut tx = store.write().await.expect("begun");
            let opens = tx.pass_gate(Gate::Daraja, distance, NOW).await;
            tx.commit().await.expect("committed");
            opens.expect("an answer")
        }
    });
    let waiting: Vec<_> = passed.await.into_iter().flatten().collect();
    assert_eq!(waiting.len() + 1, crate::bench::CROWD, "one passes");
    assert!(waiting.iter().all(|opens| *opens == at(100)));
    let mut tx = bench.write().await;
    let early = tx.pass_gate(Gate::Daraja, distance, at(99)).await;
    assert_eq!(early.expect("an answer"), Some(at(100)));
    let next = tx.pass_gate(Gate::Daraja, distance, at(100)).await;
    assert_eq!(next.expect("an answer"), None);
    let other = tx.pass_gate(Gate::Payouts, distance, NOW).await;
    assert_eq!(other.expect("an answer"), None, "gates are apart");
}

async fn a_shut_gate_lets_nobody_pass(bench: &Bench) {
    let mut tx = bench.write().await;
    assert_eq!(tx.open_gate(Gate::Payouts, NOW).await.expect("read"), None);
    let passed = tx.pass_gate(Gate::Payouts, Duration::ZERO, NOW).await;
    assert_eq!(passed.expect("an answer"), None);
    tx.shut_gate(Gate::Payouts, at(500), "code 2001")
        .await
        .expect("shut");
    let shut = tx.gate_shut(Gate::Payouts, at(499)).await.expect("read");
    assert_eq!(shut, Some((at(500), "code 2001".into())));
    let waits = tx.pass_gate(Gate::Payouts, Duration::ZERO, at(499)).await;
    assert_eq!(waits.expect("an answer"), Some(at(500)));
    let why = tx.open_gate(Gate::Payouts, at(100)).await.expect("opened");
    assert_eq!(why.as_deref(), Some("code 2001"));
    let passes = tx.pass_gate(Gate::Payouts, Duration::ZERO, at(100)).await;
    assert_eq!(passes.expect("an answer"), None);
    tx.shut_gate(Gate::Payouts, at(500), "again")
        .await
        .expect("shut");
    let over = tx.pass_gate(Gate::Payouts, Duration::ZERO, at(500)).await;
    assert_eq!(over.expect("an answer"), None, "it opens by itself");
    assert_eq!(
        tx.gate_shut(Gate::Payouts, at(501)).await.expect("read"),
        None
    );
}
