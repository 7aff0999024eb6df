//! A store that hangs: the player gets a polite END within the hop's deadline, nothing is half done,
//! and what was done is found on redial.

use std::time::{Duration, Instant};

use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::{
    line::Line,
    support::{Answer, World, dial, press},
};

const DEADLINE: Duration = Duration::from_millis(600);

/// What an answer may take beyond the deadline on a busy machine; far below the store's own limits.
const SLACK: Duration = Duration::from_millis(2_500);

/// Holds what every writing hop needs, until it is dropped or let go.
enum Held {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Held {
    async fn hold(world: &World) -> Self {
        let url = world.config.database.url.expose_secret();
        if url.starts_with("sqlite:") {
            let mut connection = SqliteConnection::connect(url).await.expect("the file");
            sqlx::query("begin immediate")
                .execute(&mut connection)
                .await
                .expect("the lock");
            return Self::Sqlite(connection);
        }
        let mut connection = PgConnection::connect(url).await.expect("the server");
        for statement in ["begin", "lock table player, hop_receipt in exclusive mode"] {
            sqlx::query(statement)
                .execute(&mut connection)
                .await
                .expect("the lock");
        }
        Self::Postgres(connection)
    }

    async fn let_go(self) {
        match self {
            Self::Sqlite(mut connection) => {
                sqlx::query("rollback")
                    .execute(&mut connection)
                    .await
                    .expect("free");
            }
            Self::Postgres(mut connection) => {
                sqlx::query("rollback")
                    .execute(&mut connection)
                    .await
                    .expect("free");
            }
        }
    }
}

async fn world() -> World {
    World::with(|config| config.ussd.deadline = DEADLINE).await
}

/// The hop is answered politely, in time.
async fn assert_cut_off(line: &Line, transcript: &str) {
    let started = Instant::now();
    let reply = line.send(transcript).await;
    assert_eq!(
        (reply.name.as_str(), reply.ends),
        ("sorry", true),
        "{transcript}"
    );
    let took = started.elapsed();
    assert!(took >= DEADLINE && took < DEADLINE + SLACK, "{took:?}");
}

#[tokio::test]
async fn a_stake_that_meets_a_store_that_hangs_ends_in_time_and_takes_nothing() {
    let world = world().await;
    let phone = world.funded("0712345678", 100).await;
    dial(&phone).await;
    press(&phone, &["1", "1", "2"]).await;
    let line = Line::of(&phone);
    let held = Held::hold(&world).await;
    for _ in 0..3 {
        assert_cut_off(&line, &line.with("1")).await;
    }
    // What only reads is answered all the same.
    let other = Line::new(&phone, "ATUid_beside");
    assert_eq!(other.send("3").await.name, "no_games");
    held.let_go().await;
    assert_eq!(world.balance(&phone).await, 10_000);
    assert!(world.report(&phone).await.entries.is_empty());
    // The same hop once more goes through, and once.
    for _ in 0..2 {
        assert_eq!(line.send(&line.with("1")).await.name, "question");
    }
    assert_eq!(world.balance(&phone).await, 5_000);
    world.check().await;
}

#[tokio::test]
async fn an_answer_that_meets_a_store_that_hangs_is_not_counted_and_the_question_is_found_again() {
    let world = world().await;
    let phone = world.funded("0712345678", 100).await;
    let question = world.stake(&phone, "1").await;
    let line = Line::of(&phone);
    let key = world.key(&phone, Answer::Right).await;
    let held = Held::hold(&world).await;
    assert_cut_off(&line, &line.with(&key)).await;
    held.let_go().await;
    assert_eq!(world.entry_under_way(&phone).await.answered, 0);
    phone.drop_session();
    world.turn(Duration::from_secs(5));
    let again = dial(&phone).await;
    assert_eq!(again.text, format!("14s left.\n{}", question.text));
    let next = world.answer(&phone, &[Answer::Right], Duration::ZERO).await;
    assert!(next.text.starts_with("Q2/5"), "{}", next.text);
    world.check().await;
}

#[tokio::test]
async fn a_deposit_and_a_registration_that_meet_a_store_that_hangs_leave_no_half() {
    let world = world().await;
    let (rich, new) = (
        world.registered("0712345678").await,
        world.phone("0110234567"),
    );
    let (deposit, terms) = (Line::new(&rich, "ATUid_d"), Line::new(&new, "ATUid_t"));
    assert_eq!(deposit.send("2").await.name, "deposit");
    assert_eq!(terms.send("1").await.name, "terms");
    let held = Held::hold(&world).await;
    assert_cut_off(&deposit, "2*150").await;
    assert_cut_off(&terms, "1*1").await;
    held.let_go().await;
    assert!(world.report(&rich).await.deposits.is_empty());
    assert_eq!(
        dial(&new).await.name.as_deref(),
        Some("language"),
        "no account"
    );
    assert_eq!(deposit.send("2*150").await.name, "deposit_sent");
    assert_eq!(terms.send("1*1").await.name, "home");
    world.turn(world.config.daraja.stk_delay);
    world.run_due().await;
    assert_eq!(world.report(&rich).await.deposits.len(), 1);
    world.check().await;
}

/// On PostgreSQL a commit can be held up: the effect happens, and its answer comes too late.
#[tokio::test]
async fn an_effect_whose_answer_was_cut_off_is_found_on_redial() {
    let world = world().await;
    let url = world.config.database.url.expose_secret().to_owned();
    if url.starts_with("sqlite:") {
        // Nothing holds up a commit of the one writer; see the tests above.
        return world.check().await;
    }
    let phone = world.funded("0712345678", 100).await;
    dial(&phone).await;
    press(&phone, &["1", "1", "2"]).await;
    let line = Line::of(&phone);
    let mut connection = PgConnection::connect(&url).await.expect("the server");
    for statement in [
        "create function hold_up() returns trigger language plpgsql as
            $$ begin perform pg_sleep(2); return null; end $$",
        "create constraint trigger held_up after insert on hop_receipt
            deferrable initially deferred for each row execute function hold_up()",
    ] {
        let statement = AssertSqlSafe(statement);
        sqlx::query(statement)
            .execute(&mut connection)
            .await
            .expect("made");
    }
    assert_cut_off(&line, &line.with("1")).await;
    // It is committed on the server while nobody waits for it.
    let until = Instant::now() + Duration::from_secs(20);
    while world.balance(&phone).await != 5_000 {
        assert!(Instant::now() < until, "the stake was under way");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    sqlx::query("drop trigger held_up on hop_receipt")
        .execute(&mut connection)
        .await
        .expect("dropped");
    // The same hop has its answer now, and a redial finds the question. One stake.
    let question = line.send(&line.with("1")).await;
    assert_eq!(question.name, "question");
    phone.drop_session();
    let again = dial(&phone).await;
    assert!(again.text.ends_with(&question.text), "{}", again.text);
    assert_eq!(world.balance(&phone).await, 5_000);
    assert_eq!(world.report(&phone).await.entries.len(), 1);
    world.check().await;
}
