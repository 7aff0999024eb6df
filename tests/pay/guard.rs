//! The database's own guard over the ledger, tried past the service; and `ledger check`, which
//! names what is off when somebody got round that guard.

use sqlx::SqliteConnection;

use crate::{
    help::{SECOND, beside_sqlite, run_sql},
    support::{Answer, World},
};

/// What the database says to a statement that it must refuse.
async fn refusal(db: &mut SqliteConnection, sql: &str) -> String {
    match run_sql(db, sql).await {
        Ok(rows) => panic!("{rows} rows went through: {sql}"),
        Err(error) => error,
    }
}

/// A world with a settled match, a match under way, a deposit that failed and a parked payment.
async fn busy() -> World {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    world.stake(&amina, "2").await;
    world.answer(&amina, &[Answer::Right; 5], SECOND).await;
    world.stake(&brian, "2").await;
    world.answer(&brian, &[Answer::Wrong; 5], SECOND).await;
    world.run_due().await;
    world.stake(&amina, "1").await;
    world.answer(&amina, &[Answer::Right; 5], SECOND).await;
    let body = crate::help::success("ws_CO_1", "UKM1A2B3C4", &serde_json::json!(30));
    crate::help::tell(&world, &"0".repeat(32), &body).await;
    assert_eq!(findings(&world).await, [""; 0]);
    world
}

async fn findings(world: &World) -> Vec<String> {
    world
        .app()
        .ledger_report()
        .await
        .expect("a report")
        .findings
}

/// Changes something past the service; exactly these findings, or their starts, come of it. Undone
/// afterwards.
async fn found(world: &World, db: &mut SqliteConnection, change: &str, undo: &str, named: &[&str]) {
    let changed = run_sql(db, change).await.expect("changed");
    assert!(changed > 0, "{change}");
    let found = findings(world).await;
    assert_eq!(found.len(), named.len(), "{change}: {found:#?}");
    for words in named {
        let is_named = found.iter().any(|finding| finding.contains(words));
        assert!(is_named, "{change}: {words:?} is not in {found:#?}");
    }
    run_sql(db, undo).await.expect("undone");
    assert_eq!(findings(world).await, [""; 0], "{undo}");
}

async fn text(db: &mut SqliteConnection, sql: &'static str) -> String {
    let row: (String,) = sqlx::query_as(sql).fetch_one(db).await.expect("a row");
    row.0
}

#[tokio::test]
async fn transfers_are_append_only_for_everybody() {
    let world = busy().await;
    let Some(mut db) = beside_sqlite(&world).await else {
        return world.check().await;
    };
    for sql in [
        "update transfer set amount_cents = amount_cents + 1",
        "update transfer set cause = cause",
        "update or replace transfer set cause = 'x'",
        "update transfer set to_account = 'house' where to_account = 'suspense'",
        "delete from transfer",
        "delete from transfer where id = 1",
    ] {
        assert!(refusal(&mut db, sql).await.contains("append-only"), "{sql}");
    }
    world.check().await;
}

/// `insert or replace` deletes a row without its delete trigger, unless `recursive_triggers` is on:
/// SQLite itself cannot be told to refuse that, so the check has to name it.
#[tokio::test]
async fn a_transfer_cannot_be_replaced_unseen() {
    for reason in ["deposit", "park", "stake", "bounty", "fee"] {
        let world = busy().await;
        let Some(mut db) = beside_sqlite(&world).await else {
            return world.check().await;
        };
        let replace = format!(
            "insert or replace into transfer
            select id, cause, reason, from_account, to_account, amount_cents + 1, at_ms
            from transfer where reason = '{reason}' limit 1"
        );
        run_sql(&mut db, "pragma recursive_triggers = on")
            .await
            .expect("on");
        let refused = refusal(&mut db, &replace).await;
        assert!(refused.contains("append-only"), "{reason}: {refused}");
        assert_eq!(findings(&world).await, [""; 0], "{reason}");
        run_sql(&mut db, "pragma recursive_triggers = off")
            .await
            .expect("off");
        run_sql(&mut db, &replace).await.expect("replaced");
        assert_ne!(findings(&world).await, [""; 0], "{reason}");
    }
}

#[tokio::test]
async fn a_transfer_that_is_none_is_refused() {
    let world = busy().await;
    let Some(mut db) = beside_sqlite(&world).await else {
        return world.check().await;
    };
    let wallet = text(&mut db, "select 'wallet:' || player_id from wallet limit 1").await;
    let insert = |cause: &str, reason: &str, from: &str, to: &str, cents: &str| {
        format!(
            "insert into transfer (cause, reason, from_account, to_account, amount_cents, at_ms)
            values ('{cause}', '{reason}', '{from}', '{to}', {cents}, 0)"
        )
    };
    let taken = text(&mut db, "select cause from transfer limit 1").await;
    let nobody = "wallet:00000000000000000000000000";
    for (sql, words) in [
        (insert(&taken, "deposit", "mpesa", &wallet, "1"), "UNIQUE"),
        (
            insert("x", "deposit", "mpesa", nobody, "1"),
            "does not exist",
        ),
        (
            insert("x", "stake", nobody, "stakes", "1"),
            "does not exist",
        ),
        (insert("x", "deposit", "mpesa", "wallet:", "1"), "CHECK"),
        (insert("x", "deposit", "mpesa", "cash", "1"), "CHECK"),
        (insert("x", "deposit", "elsewhere", &wallet, "1"), "CHECK"),
        (insert("x", "fee", "house", "house", "1"), "CHECK"),
        (insert("x", "fee", &wallet, &wallet, "1"), "CHECK"),
        (insert("x", "", "house", &wallet, "1"), "FOREIGN KEY"),
        (insert("x", "gift", "house", &wallet, "1"), "FOREIGN KEY"),
        (insert("x", "deposit", "mpesa", &wallet, "0"), "CHECK"),
        (insert("x", "deposit", "mpesa", &wallet, "-100"), "CHECK"),
        (
            insert("x", "deposit", "mpesa", &wallet, "'a lot'"),
            "cannot store",
        ),
        (
            insert("x", "deposit", "mpesa", &wallet, "0.5"),
            "cannot store",
        ),
        (insert("x", "stake", &wallet, "stakes", "99999999"), "CHECK"),
    ] {
        assert!(refusal(&mut db, &sql).await.contains(words), "{sql}");
    }
    world.check().await;
}

#[tokio::test]
async fn a_wallet_does_not_go_below_zero_and_a_deposit_has_one_receipt() {
    let world = busy().await;
    let Some(mut db) = beside_sqlite(&world).await else {
        return world.check().await;
    };
    for (sql, words) in [
        ("update wallet set balance_cents = -1", "CHECK"),
        (
            "update wallet set balance_cents = balance_cents - 99999999",
            "CHECK",
        ),
        (
            "update deposit set receipt = (select max(receipt) from deposit)",
            "UNIQUE",
        ),
        (
            "update deposit set state = 'failed' where state = 'paid'",
            "CHECK",
        ),
        ("update entry set state = 'gone'", "CHECK"),
    ] {
        assert!(refusal(&mut db, sql).await.contains(words), "{sql}");
    }
    world.check().await;
}

#[tokio::test]
async fn a_check_names_every_wallet_that_was_changed() {
    let world = busy().await;
    let Some(mut db) = beside_sqlite(&world).await else {
        return world.check().await;
    };
    let rich = text(
        &mut db,
        "select player_id from wallet where balance_cents > 5000 limit 1",
    )
    .await;
    let change =
        format!("update wallet set balance_cents = balance_cents + 1 where player_id = '{rich}'");
    let undo =
        format!("update wallet set balance_cents = balance_cents - 1 where player_id = '{rich}'");
    found(
        &world,
        &mut db,
        &change,
        &undo,
        &[&format!("the wallet of {rich} holds")],
    )
    .await;
    world.check().await;
}

#[tokio::test]
async fn a_check_names_an_entry_or_a_deposit_that_was_changed() {
    let world = busy().await;
    let Some(mut db) = beside_sqlite(&world).await else {
        return world.check().await;
    };
    let won = text(&mut db, "select id from entry where state = 'won'").await;
    let lost = text(&mut db, "select id from entry where state = 'lost'").await;
    let waiting = text(&mut db, "select id from entry where state = 'waiting'").await;
    let paid = text(
        &mut db,
        "select id from deposit where state = 'paid' limit 1",
    )
    .await;
    let entry = |id: &str, change: &str| format!("update entry set {change} where id = '{id}'");
    let deposit = |change: &str| format!("update deposit set {change} where id = '{paid}'");
    let named = |id: &str| format!("the entry {id} is");
    for (change, undo, words) in [
        (
            entry(&won, "state = 'lost'"),
            entry(&won, "state = 'won'"),
            named(&won),
        ),
        (
            entry(&lost, "state = 'won'"),
            entry(&lost, "state = 'lost'"),
            named(&lost),
        ),
        (
            entry(&won, "received_cents = received_cents + 1"),
            entry(&won, "received_cents = received_cents - 1"),
            named(&won),
        ),
        (
            entry(&waiting, "state = 'lost'"),
            entry(&waiting, "state = 'waiting'"),
            "the open entries' stakes are 0".into(),
        ),
        (
            deposit("credited_cents = credited_cents + 1"),
            deposit("credited_cents = credited_cents - 1"),
            format!("the deposit {paid} is paid"),
        ),
        (
            "update parked set amount_cents = amount_cents + 1".into(),
            "update parked set amount_cents = amount_cents - 1".into(),
            "suspense holds 3000 cents".into(),
        ),
    ] {
        found(&world, &mut db, &change, &undo, &[&words]).await;
    }
    world.check().await;
}

#[tokio::test]
async fn a_check_names_money_that_was_made_or_lost_in_the_ledger_itself() {
    let world = busy().await;
    let Some(mut db) = beside_sqlite(&world).await else {
        return world.check().await;
    };
    for trigger in ["moves_money", "is_never_changed", "is_never_deleted"] {
        let sql = format!("drop trigger transfer_{trigger}");
        run_sql(&mut db, &sql).await.expect("dropped");
    }
    let bounty = text(
        &mut db,
        "select cause from transfer where reason = 'bounty'",
    )
    .await;
    let update =
        |change: &str, cause: &str| format!("update transfer set {change} where cause = '{cause}'");
    let more = update("amount_cents = amount_cents + 1", &bounty);
    let less = update("amount_cents = amount_cents - 1", &bounty);
    // The wallet, the entry, and the stakes that are left.
    let words = ["the wallet of", "the entry", "stakes holds"];
    found(&world, &mut db, &more, &less, &words).await;

    let stake = text(
        &mut db,
        "select cause from transfer where reason = 'stake' limit 1",
    )
    .await;
    let renamed = update("cause = 'somewhere else'", &stake);
    let back = format!("update transfer set cause = '{stake}' where cause = 'somewhere else'");
    found(
        &world,
        &mut db,
        &renamed,
        &back,
        &["has no stake of its own"],
    )
    .await;

    let turned = update("reason = 'fee'", &bounty);
    let back = update("reason = 'bounty'", &bounty);
    found(
        &world,
        &mut db,
        &turned,
        &back,
        &["\"fee\" run from stakes to wallets"],
    )
    .await;

    let orphan = text(
        &mut db,
        "select cause from transfer where reason = 'deposit' limit 1",
    )
    .await;
    let renamed = update("cause = 'receipt:NOBODYS'", &orphan);
    let back = update(&format!("cause = '{orphan}'"), "receipt:NOBODYS");
    let words = [
        "is paid, yet not in the ledger",
        "receipt:NOBODYS was credited to no deposit",
    ];
    found(&world, &mut db, &renamed, &back, &words).await;
    world.check().await;
}
