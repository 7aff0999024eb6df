//! What the database itself refuses, whoever asks: the rules of the ledger are not only the code's.

use majibu::{
    core::{ledger, money::Cents},
    store::Booked,
};

use crate::{bench::Bench, given::NOW};

on_each_engine!(
    transfers_are_never_changed_or_removed,
    no_part_of_the_ledger_is_emptied,
    a_cause_is_booked_once_past_the_store_as_well,
    a_cause_of_an_archived_month_is_booked_before,
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
    // Some partitions were made by the migration, some by the job.
    bench.store.make_partitions(NOW).await.expect("partitions");
    bench.funded(1, 1_000).await;
    refuses(
        bench,
        &["truncate transfer", "truncate transfer, transfer_cause"],
    )
    .await;
    let parts = "select relname from pg_inherits join pg_class on pg_class.oid = inhrelid
        where inhparent in ('transfer'::regclass, 'transfer_cause'::regclass)";
    let parts = bench.texts(parts).await;
    assert!(parts.len() >= 9, "{parts:?}");
    for part in parts {
        let statements = [
            format!("truncate {part}"),
            format!("truncate {part} cascade"),
            format!("update {part} set cause = 'other'"),
        ];
        for statement in statements {
            let is_empty = bench.number(&format!("select count(*) from {part}")).await == 0;
            let done = bench.raw(&statement).await;
            // There is nothing to change in an empty one; it is not to be truncated all the same.
            let is_idle = is_empty && statement.starts_with("update");
            assert!(done.is_err() || is_idle, "{statement}: {done:?}");
        }
    }
    assert_eq!(bench.number("select count(*) from transfer").await, 1);
}

/// Whoever writes: once for each cause, in all months together. On PostgreSQL a transfer needs its
/// cause, which only the statement that books writes down; on SQLite the one table knows them all.
async fn a_cause_is_booked_once_past_the_store_as_well(bench: &Bench) {
    bench.store.make_partitions(NOW).await.expect("partitions");
    let player = bench.funded(1, 1_000).await;
    let month = 31 * 24 * 60 * 60 * 1_000;
    let copy = |shift: i64| {
        format!(
            "insert into transfer (cause, reason, from_account, to_account, amount_cents, at_ms)
            select cause, reason, from_account, to_account, amount_cents, at_ms + {shift}
            from transfer"
        )
    };
    // At the same instant, in the same month, in another one, and where no partition is.
    for shift in [0, 1, month, 400 * month] {
        refuses(bench, &[&copy(shift)]).await;
    }
    if bench.is_postgres() {
        let cause = "insert into transfer_cause (cause, at_ms)
            select cause, at_ms + 1 from transfer";
        let orphan = copy(0).replace("select cause", "select 'of nobody'");
        let both = format!("{cause}; {}", copy(1));
        refuses(bench, &[cause, &orphan, &both]).await;
    }
    assert_eq!(bench.balance(player).await, 1_000);
    assert_eq!(bench.number("select count(*) from transfer").await, 1);
}

/// What was archived leaves its causes behind.
async fn a_cause_of_an_archived_month_is_booked_before(bench: &Bench) {
    if !bench.is_postgres() {
        return;
    }
    bench.store.make_partitions(NOW).await.expect("partitions");
    bench.leave_loose_ends();
    let player = bench.player(1).await;
    let transfer = ledger::deposit(player, "R1", Cents::new(500));
    let book = async || {
        let mut tx = bench.write().await;
        let booked = tx.book(transfer.as_slice(), NOW).await.expect("an answer");
        tx.commit().await.expect("committed");
        booked
    };
    assert_eq!(book().await, Booked::Now);
    let detach = "alter table transfer detach partition transfer_2026_11";
    bench.raw(detach).await.expect("archived");
    assert_eq!(book().await, Booked::Before);
    refuses(bench, &["truncate transfer_2026_11"]).await;
    let attach = "alter table transfer attach partition transfer_2026_11
        for values from (1793491200000) to (1796083200000)";
    bench.raw(attach).await.expect("back from the archive");
    assert_eq!(bench.balance(player).await, 500);
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
        insert("gift", "mpesa", &wallet, 5),
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
