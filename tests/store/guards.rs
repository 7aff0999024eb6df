//! What the database itself refuses, whoever asks: the rules of the ledger are not only the code's.

use crate::{bench::Bench, given::NOW};

on_each_engine!(
    transfers_are_never_changed_or_removed,
    no_part_of_the_ledger_is_emptied,
    what_is_no_transfer_is_refused,
    no_wallet_is_set_below_zero,
    rows_that_contradict_themselves_are_refused,
);

async fn refuses(bench: &Bench, statements: &[&str]) {
    for sql in statements {
        let done = bench.raw(sql).await;
        assert!(done.is_err(), "{sql}: {done:?}");
    }
}

async fn transfers_are_never_changed_or_removed(bench: &Bench) {
    bench.store.make_partitions(NOW).await.expect("partitions");
    bench.funded(1, 1_000).await;
    let changes = [
        "update transfer set amount_cents = 1",
        "update transfer set cause = 'other'",
        "delete from transfer",
    ];
    refuses(bench, &changes).await;
    if bench.is_postgres() {
        let changes = [
            "update transfer_2026_11 set amount_cents = 1",
            "delete from transfer_2026_11",
            "update transfer_cause set cause = 'other'",
            "delete from transfer_cause",
        ];
        refuses(bench, &changes).await;
    }
    assert_eq!(bench.number("select count(*) from transfer").await, 1);
}

async fn no_part_of_the_ledger_is_emptied(bench: &Bench) {
    if !bench.is_postgres() {
        // SQLite has no truncate: "delete from" without a condition is one, and is refused above.
        return;
    }
    bench.store.make_partitions(NOW).await.expect("partitions");
    bench.funded(1, 1_000).await;
    let statements = ["truncate transfer", "truncate transfer_cause"];
    refuses(bench, &statements).await;
}

async fn what_is_no_transfer_is_refused(bench: &Bench) {
    let player = bench.funded(1, 1_000).await;
    let insert = |reason: &str, from: &str, to: &str, cents: i64| {
        let columns = "cause, reason, from_account, to_account, amount_cents, at_ms";
        let at_ms = NOW.ms();
        format!(
            "insert into transfer ({columns})
            values ('x', '{reason}', '{from}', '{to}', {cents}, {at_ms})"
        )
    };
    let wallet = format!("wallet:{player}");
    let refused = [
        insert("deposit", "mpesa", &wallet, 0),
        insert("deposit", "mpesa", &wallet, -5),
        insert("", "mpesa", &wallet, 5),
        insert("deposit", "nowhere", &wallet, 5),
        insert("deposit", "mpesa", "wallet:", 5),
        insert("deposit", "mpesa", "wallet:nobody", 5),
        insert("fee", "house", "house", 5),
        insert("stake", &wallet, "stakes", 1_001),
    ];
    let refused: Vec<&str> = refused.iter().map(String::as_str).collect();
    refuses(bench, &refused).await;
    assert_eq!(bench.balance(player).await, 1_000);
}

async fn no_wallet_is_set_below_zero(bench: &Bench) {
    let player = bench.funded(1, 1_000).await;
    refuses(bench, &["update wallet set balance_cents = -1"]).await;
    assert_eq!(bench.balance(player).await, 1_000);
}

async fn rows_that_contradict_themselves_are_refused(bench: &Bench) {
    let (first, _) = bench.settled_match().await;
    let player = first.player;
    let statements = [
        "update deposit set receipt = null".to_owned(),
        "update deposit set state = 'lost'".into(),
        "update entry set state = 'paused'".into(),
        "update entry set seat = 3".into(),
        format!("update entry set player_id = '{player}'"),
        "update entry set player_id = 'nobody'".into(),
        "update entry set finished_at_ms = null".into(),
        "delete from player".into(),
        "delete from question_set".into(),
    ];
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    refuses(bench, &statements).await;
}
