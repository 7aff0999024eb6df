//! What metrics and traces are made of: what waits and since when, the hop that a row follows from, and
//! what the last check of the ledger found.

use std::time::Duration;

use majibu::{
    core::{
        ids::{CallbackId, DepositId, SmsId, WithdrawalId},
        money::Cents,
        sms::SmsClass,
    },
    store::{Callback, CallbackKind, Claim, Figures, LEDGER, LedgerChecked, PULL, Sms, Waiting},
};

use crate::{
    bench::Bench,
    given::{CATEGORY, NOW, at, msisdn, playing},
    withdrawals::QUOTE,
};

on_each_engine!(
    an_empty_house_waits_for_nothing,
    what_waits_is_counted_with_its_oldest,
    a_row_says_which_hop_it_follows_from,
    what_the_last_check_found_is_kept,
    every_pool_is_within_its_limit,
);

const LEASE: Duration = Duration::from_secs(60);

async fn figures(bench: &Bench, ms: i64) -> Figures {
    bench.read().await.figures(at(ms)).await.expect("figures")
}

fn of<N: PartialEq + Copy>(all: &[(N, Waiting)], name: N) -> (i64, Option<i64>) {
    let found = all.iter().find(|(it, _)| *it == name);
    let waiting = found.map(|(_, waiting)| *waiting).unwrap_or_default();
    (
        waiting.count,
        waiting.since.map(|since| since.ms() - NOW.ms()),
    )
}

async fn an_empty_house_waits_for_nothing(bench: &Bench) {
    let figures = figures(bench, 1_000_000_000).await;
    for what in Claim::ALL {
        assert_eq!(of(&figures.jobs, what), (0, None), "{}", what.name());
    }
    let others = [
        &figures.entries,
        &figures.deposits,
        &figures.withdrawals,
        &figures.for_operator,
    ];
    for (name, waiting) in others.into_iter().flatten() {
        assert_eq!(*waiting, Waiting::default(), "{name}");
    }
    assert!(figures.chores.is_empty() && figures.ledger.is_none());
}

async fn what_waits_is_counted_with_its_oldest(bench: &Bench) {
    bench.leave_loose_ends();
    let player = bench.funded(1, 100_000).await;
    let questions = bench.questions(CATEGORY, 5).await;
    let set = bench.set(player, questions, NOW).await;
    let mut tx = bench.write().await;
    for ms in [10, 20] {
        let id = bench.random(|rng| DepositId::new(at(ms), rng));
        tx.add_deposit(id, player, Cents::new(100), at(ms), at(ms + 5))
            .await
            .expect("a deposit");
        tx.flag_deposit(id, at(ms + 6)).await.expect("flagged");
    }
    let withdrawal = bench.random(|rng| WithdrawalId::new(at(30), rng));
    tx.add_withdrawal(withdrawal, player, &QUOTE, at(30))
        .await
        .expect("a withdrawal");
    let entry = bench.random(|rng| playing(set, 1, player, NOW, rng));
    tx.add_entry(&entry, at(40)).await.expect("an entry");
    let sms = Sms {
        id: bench.random(|rng| SmsId::new(NOW, rng)),
        cause: "test:1".into(),
        player: Some(player),
        msisdn: msisdn(1),
        kind: "won",
        class: SmsClass::Receipt,
        body: "You won".into(),
    };
    tx.add_sms(&sms, at(50)).await.expect("an SMS");
    let callback = Callback {
        id: bench.random(|rng| CallbackId::new(at(60), rng)),
        kind: CallbackKind::Stk,
        subject: String::new(),
        body: Vec::new(),
    };
    tx.add_callback(&callback, "127.0.0.1", at(60))
        .await
        .expect("a callback");
    tx.callback_failed(callback.id, "for a test", None)
        .await
        .expect("dead");
    tx.plan_chore(PULL, Some(NOW)).await.expect("planned");
    let leased = tx
        .claim(Claim::Chores, NOW, LEASE, 1)
        .await
        .expect("claimed");
    tx.end_chore(PULL, leased[0].lease, at(90_000), Some(at(70)))
        .await
        .expect("ended");
    tx.commit().await.expect("committed");

    let figures = figures(bench, 20).await;
    assert_eq!(
        of(&figures.jobs, Claim::Pushes),
        (1, Some(15)),
        "the second is not due"
    );
    assert_eq!(of(&figures.jobs, Claim::Payouts), (0, None));
    assert_eq!(of(&figures.deposits, "requested"), (2, Some(10)));
    assert_eq!(of(&figures.deposits, "pushed"), (0, None));
    assert_eq!(of(&figures.withdrawals, "requested"), (1, Some(30)));
    assert_eq!(of(&figures.entries, "playing"), (1, Some(0)));
    assert_eq!(of(&figures.entries, "waiting"), (0, None));
    assert_eq!(of(&figures.outbox, SmsClass::Receipt), (1, Some(50)));
    assert_eq!(of(&figures.outbox, SmsClass::Promotion), (0, None));
    assert_eq!(of(&figures.for_operator, "flagged_deposits"), (2, Some(16)));
    assert_eq!(of(&figures.for_operator, "dead_callbacks"), (1, Some(60)));
    assert_eq!(of(&figures.for_operator, "parked"), (0, None));
    assert_eq!(figures.chores, [(PULL.to_owned(), at(70))]);
}

async fn a_row_says_which_hop_it_follows_from(bench: &Bench) {
    bench.leave_loose_ends();
    let player = bench.player(1).await;
    let id = bench.random(|rng| DepositId::new(NOW, rng));
    let mut tx = bench.write().await;
    tx.add_deposit(id, player, Cents::new(100), NOW, NOW)
        .await
        .expect("a deposit");
    tx.commit().await.expect("committed");
    // Written by no hop: there is none to follow from.
    let mut tx = bench.read().await;
    assert_eq!(tx.trace_of(&id.to_string()).await.expect("read"), None);
    assert_eq!(tx.trace_of("nothing").await.expect("read"), None);
    drop(tx);
    let hop = "000000000000000700000000000000ab";
    bench
        .raw(&format!("update deposit set trace_id = '{hop}'"))
        .await
        .expect("set");
    let mut tx = bench.write().await;
    let found = tx.trace_of(&id.to_string()).await.expect("read");
    assert_eq!(found.map(|id| id.to_string()).as_deref(), Some(hop));
    let deposit = tx.deposit(id).await.expect("read").expect("a deposit");
    assert_eq!(deposit.trace, found);
    let leased = tx
        .claim(Claim::Pushes, NOW, LEASE, 1)
        .await
        .expect("claimed");
    assert_eq!(leased[0].trace_id.as_deref(), Some(hop));
}

async fn what_the_last_check_found_is_kept(bench: &Bench) {
    let mut checked = LedgerChecked {
        checked_at_ms: NOW.ms(),
        took_ms: 12,
        transfers: 345,
        findings: 2,
        drift_cents: -7,
    };
    for findings in [2, 0] {
        checked.findings = findings;
        let mut tx = bench.write().await;
        tx.keep_ledger_checked(checked).await.expect("kept");
        tx.commit().await.expect("committed");
        assert_eq!(figures(bench, 0).await.ledger, Some(checked));
    }
    assert_ne!(LEDGER, PULL);
}

async fn every_pool_is_within_its_limit(bench: &Bench) {
    let held = bench.read().await;
    let pools = bench.store.pools();
    assert_eq!(pools.len(), if bench.is_postgres() { 1 } else { 2 });
    let used: usize = pools.iter().map(|pool| pool.open - pool.idle).sum();
    assert!(used >= 1, "{pools:?}");
    for pool in pools {
        assert!(
            pool.idle <= pool.open && pool.open <= pool.limit,
            "{pool:?}"
        );
    }
    drop(held);
}
