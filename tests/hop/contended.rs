//! Others are in the way of a transaction again and again: the player gets a polite END, the job
//! comes back, and nothing is half-done. PostgreSQL alone has such failures.

use std::time::Duration;

use sandbox::ScreenKind;
use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::{Answer, World, dial, press};

const SECOND: Duration = Duration::from_secs(1);

/// The database of a world on PostgreSQL.
async fn database(world: &World) -> Option<PgConnection> {
    let url = world.config.database.url.expose_secret();
    if !url.starts_with("postgres") {
        return None;
    }
    Some(PgConnection::connect(url).await.expect("connected"))
}

async fn run(database: &mut PgConnection, sql: String) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(database).await;
    done.expect("done");
}

/// From now on every transaction that writes to a table fails as in a deadlock.
async fn block(database: &mut PgConnection, table: &str) {
    let sql = format!(
        "create or replace function in_the_way() returns trigger language plpgsql as $$
        begin
            raise exception 'deadlock detected' using errcode = '40P01';
        end $$;
        create trigger in_the_way before insert on {table}
        for each row execute function in_the_way();"
    );
    run(database, sql).await;
}

async fn free(database: &mut PgConnection, table: &str) {
    run(database, format!("drop trigger in_the_way on {table}")).await;
}

#[tokio::test]
async fn a_player_whom_others_are_in_the_way_of_hears_so_and_may_dial_again() {
    let world = World::new().await;
    let Some(mut database) = database(&world).await else {
        return world.check().await;
    };
    let phone = world.funded("0712345678", 100).await;
    dial(&phone).await;
    press(&phone, &["1", "1", "2"]).await;
    block(&mut database, "entry").await;
    let sorry = phone.reply("1").await.expect("a screen");
    assert!(sorry.text.starts_with("Sorry"), "{}", sorry.text);
    assert_eq!(sorry.kind, ScreenKind::End);
    assert_eq!(world.balance(&phone).await, 10_000, "nothing is staked");
    assert_eq!(world.report(&phone).await.entries, []);
    free(&mut database, "entry").await;
    world.stake(&phone, "2").await;
    assert_eq!(world.balance(&phone).await, 5_000);
    world.answer(&phone, &[Answer::Right; 5], SECOND).await;
    world.check().await;
}

#[tokio::test]
async fn a_settlement_that_others_are_in_the_way_of_comes_back_with_its_lease() {
    let world = World::new().await;
    let Some(mut database) = database(&world).await else {
        return world.check().await;
    };
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    for phone in [&amina, &brian] {
        world.stake(phone, "2").await;
        world.answer(phone, &[Answer::Right; 5], SECOND).await;
    }
    // Written last of all: the money had moved by then.
    block(&mut database, "outbox").await;
    world.run_due().await;
    assert_eq!(
        world.account("stakes").await,
        10_000,
        "nothing is half-done"
    );
    assert_eq!(world.report(&amina).await.entries[0].state, "waiting");
    free(&mut database, "outbox").await;
    world.run_due().await;
    assert_eq!(world.account("stakes").await, 10_000, "its lease goes on");
    world.turn(world.config.jobs.lease);
    world.run_due().await;
    assert_eq!(world.account("stakes").await, 0);
    assert_eq!(world.report(&amina).await.entries[0].state, "drawn");
    assert_eq!(
        world.report(&amina).await.sms.len(),
        2,
        "of the deposit and the draw"
    );
    world.check().await;
}
