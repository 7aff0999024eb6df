//! What the databases do bare, through the same driver: a settlement batch on PostgreSQL, and grouped
//! commits on a SQLite file, with what the store makes of these beside it.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use majibu::{
    core::msisdn::Msisdn,
    ports::{Clock, SystemClock},
    store::{Store, StoreError, Tx},
};
use sqlx::{
    Connection, PgConnection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::task::JoinSet;

use crate::Failure;

/// Two entries and a set for each pair, none of them settled.
const PAIRS: &str = "
    drop table if exists bare_set, bare_entry, bare_wallet, bare_transfer, bare_outbox;
    create table bare_set (id bigint primary key, settle_at_ms bigint);
    create index bare_set_due on bare_set (settle_at_ms) where settle_at_ms is not null;
    create table bare_entry (id bigint primary key, set_id bigint not null, player_id bigint not null,
        state text not null);
    create index bare_entry_of on bare_entry (set_id);
    create table bare_wallet (player_id bigint primary key, cents bigint not null check (cents >= 0));
    create table bare_transfer (cause text primary key, player_id bigint not null, cents bigint not null);
    create table bare_outbox (cause text primary key, player_id bigint not null, body text not null)";

/// Settles so many pairs in batches of one size, each a transaction: claim, entries, transfers, wallets,
/// outbox. Gives pairs a second.
pub(crate) async fn settle(url: &str, pairs: i64, batch: i64) -> Result<f64, Failure> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql(PAIRS).execute(&mut connection).await?;
    for fill in [
        "insert into bare_set select i, 1 from generate_series(1, $1) as i",
        "insert into bare_entry select i, (i + 1) / 2, i, 'waiting' from generate_series(1, 2 * $1) as i",
        "insert into bare_wallet select i, 0 from generate_series(1, 2 * $1) as i",
    ] {
        sqlx::query(fill)
            .bind(pairs)
            .execute(&mut connection)
            .await?;
    }
    sqlx::raw_sql("analyze").execute(&mut connection).await?;
    let began = Instant::now();
    for _ in 0..pairs / batch {
        let mut tx = connection.begin().await?;
        let sets: Vec<(i64,)> = sqlx::query_as(
            "with due as materialized (select id from bare_set where settle_at_ms <= 1
                order by settle_at_ms limit $1 for update skip locked)
            update bare_set set settle_at_ms = null where id in (select id from due) returning id",
        )
        .bind(batch)
        .fetch_all(&mut *tx)
        .await?;
        let sets: Vec<i64> = sets.into_iter().map(|(id,)| id).collect();
        for statement in [
            "update bare_entry set state = case when id % 2 = 0 then 'won' else 'lost' end
            where set_id = any($1)",
            "insert into bare_transfer select 'bounty:' || id, player_id, 3200
            from bare_entry where set_id = any($1) and state = 'won'
            union all select 'fee:' || id, 0, 800
            from bare_entry where set_id = any($1) and state = 'won'",
            "update bare_wallet set cents = cents + 3200
            where player_id in (select player_id from bare_entry
                where set_id = any($1) and state = 'won')",
            "insert into bare_outbox select 'result:' || id, player_id, repeat('x', 120)
            from bare_entry where set_id = any($1)",
        ] {
            sqlx::query(statement).bind(&sets).execute(&mut *tx).await?;
        }
        tx.commit().await?;
    }
    let took = began.elapsed();
    sqlx::raw_sql("drop table bare_set, bare_entry, bare_wallet, bare_transfer, bare_outbox")
        .execute(&mut connection)
        .await?;
    Ok(rate(pairs, took))
}

/// Writes rows into a SQLite file, so many in each commit, with full durability; gives rows a second.
pub(crate) async fn grouped(folder: &Path, group: i64, time: Duration) -> Result<f64, Failure> {
    let options = SqliteConnectOptions::new()
        .filename(folder.join(format!("bare-{group}.db")))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    sqlx::raw_sql(
        "create table if not exists bare (id integer primary key, entry text not null, position bigint,
            choice bigint, at_ms bigint)",
    )
    .execute(&mut connection)
    .await?;
    let (began, mut rows) = (Instant::now(), 0_i64);
    while began.elapsed() < time {
        let mut tx = connection.begin_with("begin immediate").await?;
        for _ in 0..group {
            rows += 1;
            sqlx::query(
                "insert into bare (entry, position, choice, at_ms) values ($1, $2, $3, $4)",
            )
            .bind("01JDR0000000000000000000000")
            .bind(1_i64)
            .bind(2_i64)
            .bind(rows)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
    }
    let took = began.elapsed();
    connection.close().await?;
    Ok(rate(rows, took))
}

/// The store's own transactions of one statement on a SQLite file, so many at once, which share commits;
/// gives transactions a second.
pub(crate) async fn shared(folder: &Path, at_once: u32, time: Duration) -> Result<f64, Failure> {
    let file = folder.join("shared.db");
    let store = Store::open(&format!("sqlite://{}", file.display())).await?;
    store.migrate().await?;
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for task in 0..at_once {
        let store = store.clone();
        tasks.spawn(async move {
            let msisdn = Msisdn::parse(&format!("+254{}", 700_000_000 + task))?;
            let mut rows = 0_i64;
            while began.elapsed() < time {
                rows += 1;
                let (session, msisdn) = (&format!("{task}-{rows}"), &msisdn);
                let run = |mut tx: Tx| async move {
                    tx.keep_receipt(session, "1*1", msisdn, "{}", SystemClock.now())
                        .await?;
                    Ok::<_, StoreError>((tx, ()))
                };
                store.transact(run).await?;
            }
            Ok::<_, Failure>(rows)
        });
    }
    let mut rows = 0;
    while let Some(done) = tasks.join_next().await {
        rows += done??;
    }
    let took = began.elapsed();
    store.close().await;
    Ok(rate(rows, took))
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
pub(crate) fn rate(many: i64, took: Duration) -> f64 {
    many as f64 / took.as_secs_f64()
}
