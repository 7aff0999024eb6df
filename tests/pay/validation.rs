//! May this payment to the paybill be made? Answered soon, with the code that says why not.

use std::time::{Duration, Instant};

use majibu::core::payment::paybill::UnknownAccounts;
use serde_json::{Value, json};
use sqlx::Connection as _;

use crate::{
    help::{
        Beside, beside, beside_sqlite, paybill_outcomes, payment, post_paybill, pushed, run_sql,
    },
    paybill::reference,
    support::World,
};

async fn ask(world: &World, body: &Value) -> String {
    // Callbacks of one instant have no order.
    world.turn(Duration::from_millis(1));
    let (status, answer) = post_paybill(world, "validation", body.to_string()).await;
    assert_eq!(status, 200);
    assert!(answer["ResultDesc"].is_string(), "{answer}");
    answer["ResultCode"].as_str().expect("text").to_owned()
}

fn asked(account: &str, amount: &str) -> Value {
    payment("UKM1A2B3C4", account, amount)
}

#[tokio::test]
async fn a_payment_is_accepted_or_refused_with_the_code_that_says_why() {
    let world = World::new().await;
    world.registered("0712345678").await;
    let mut alien = asked("0712345678", "100");
    alien["BusinessShortCode"] = json!("600000");
    let unnamed = {
        let mut body = asked("0712345678", "100");
        body.as_object_mut()
            .expect("fields")
            .remove("BusinessShortCode");
        body
    };
    for (body, code) in [
        (asked("0712345678", "100.00"), "0"),
        (asked("+254 712-345-678", "10"), "0"),
        (asked("254712345678", "70000"), "0"),
        (unnamed, "0"),
        (asked("0799999999", "100"), "C2B00012"),
        (asked("JOHN", "100"), "C2B00012"),
        (asked("", "100"), "C2B00012"),
        (asked("0712345678", "9.99"), "C2B00013"),
        (asked("0712345678", "70000.01"), "C2B00013"),
        (asked("0712345678", "rubbish"), "C2B00013"),
        (alien, "C2B00015"),
        (json!([]), "C2B00016"),
    ] {
        assert_eq!(ask(&world, &body).await, code, "{body}");
    }
    world.turn(Duration::from_millis(1));
    let (_, answer) = post_paybill(&world, "validation", "<html>").await;
    assert_eq!(answer["ResultCode"], "C2B00016");
    let outcomes = paybill_outcomes(&world).await;
    assert_eq!(outcomes.len(), 13, "each is kept");
    assert_eq!(outcomes[0], "accepted");
    assert_eq!(outcomes[12], "refused, C2B00016");
    // Nothing was booked.
    world.run_due().await;
    assert_eq!(world.account("mpesa").await, 0);
    world.check().await;
}

#[tokio::test]
async fn unknown_accounts_are_accepted_where_the_house_wants_them() {
    let world = World::with(|config| {
        config.paybill.unknown_accounts = UnknownAccounts::Accept;
    })
    .await;
    assert_eq!(ask(&world, &asked("JOHN", "100")).await, "0");
    assert_eq!(ask(&world, &asked("JOHN", "1")).await, "C2B00013");
    world.check().await;
}

#[tokio::test]
async fn players_who_may_not_deposit_are_refused() {
    let world = World::with(|config| config.players.require_verification = true).await;
    world.registered("0712345678").await;
    assert_eq!(ask(&world, &asked("0712345678", "100")).await, "C2B00014");
    let Some(mut db) = beside_sqlite(&world).await else {
        return world.check().await;
    };
    for (status, code) in [
        ("verified", "0"),
        ("excluded", "C2B00016"),
        ("blocked", "C2B00016"),
    ] {
        let change = format!("update player set status = '{status}'");
        run_sql(&mut db, &change).await.expect("changed");
        assert_eq!(
            ask(&world, &asked("0712345678", "100")).await,
            code,
            "{status}"
        );
    }
    world.check().await;
}

#[tokio::test]
async fn a_closed_house_refuses_and_the_payment_of_its_own_push_is_never_refused() {
    let mut world = World::with(|config| config.players.daily_deposit_limit = 100).await;
    let phone = world.registered("0712345678").await;
    let (deposit, _) = pushed(&world, &phone, 100).await;
    let reference = reference(&world, &deposit).await;
    world.config.hours.maintenance = true;
    world.restart().await;
    assert_eq!(ask(&world, &asked("0712345678", "100")).await, "C2B00016");
    assert_eq!(ask(&world, &asked(&reference, "100.00")).await, "0");
    world.check().await;
}

#[tokio::test]
async fn a_slow_database_does_not_keep_mpesa_waiting() {
    let world = World::new().await;
    world.registered("0712345678").await;
    let mut db = beside(&world).await;
    let lock = match &mut db {
        Beside::Sqlite(connection) => sqlx::query("begin immediate")
            .execute(connection)
            .await
            .map(drop),
        Beside::Postgres(connection) => {
            sqlx::raw_sql("begin; lock table player, callback in access exclusive mode")
                .execute(connection)
                .await
                .map(drop)
        }
    };
    lock.expect("locked");
    let begun = Instant::now();
    assert_eq!(ask(&world, &asked("0712345678", "100")).await, "0");
    // M-Pesa waits for about 8 s.
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    match db {
        Beside::Sqlite(connection) => connection.close().await.expect("closed"),
        Beside::Postgres(connection) => connection.close().await.expect("closed"),
    }
    world.check().await;
}
