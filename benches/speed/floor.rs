//! The floor: the least that a hop could be. Each route reads the gateway's form, does the round
//! trips of one kind of hop with the same drivers and pools as the service, and says something short.

use std::{
    net::SocketAddr,
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
};

use axum::{
    Form, Router,
    extract::State,
    http::{HeaderName, StatusCode},
    response::IntoResponse,
    routing::post,
};
use clap::Args;
use redis::{AsyncCommands, Client, aio::ConnectionManager};
use serde::Deserialize;
use sqlx::{PgPool, postgres::PgPoolOptions};

use crate::Failure;

/// As many connections as the service has.
const CONNECTIONS: u32 = 16;

/// Callers with a wallet: +254700000000 and on.
pub(crate) const CALLERS: u32 = 20_000;

/// As long as a session of the service is in Redis, about.
const SESSION_BYTES: usize = 700;

/// One script: looks at the version, keeps the session, as the service does in two trips.
const ONE: &str = "
    local version = redis.call('HGET', KEYS[1], 'v') or '0'
    redis.call('HSET', KEYS[1], 'v', version + 1, 's', ARGV[1])
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
    return version";

/// The second of two trips: keeps the session if nobody else did.
const SAVE: &str = "
    local version = redis.call('HGET', KEYS[1], 'v') or '0'
    if version ~= ARGV[1] then return 0 end
    redis.call('HSET', KEYS[1], 'v', ARGV[2], 's', ARGV[3])
    redis.call('PEXPIRE', KEYS[1], ARGV[4])
    return 1";

const SCHEMA: &str = "
    drop table if exists floor_wallet, floor_entry, floor_answer, floor_transfer, floor_receipt;
    create table floor_wallet (phone text primary key, cents bigint not null check (cents >= 0));
    create table floor_entry (id text primary key, phone text not null, stake bigint not null,
        position bigint not null default 1);
    create table floor_answer (entry text not null, position bigint not null, choice bigint not null,
        at_ms bigint not null, primary key (entry, position));
    create table floor_transfer (cause text primary key, phone text not null, cents bigint not null);
    create table floor_receipt (session text not null, transcript text not null, reply text not null,
        primary key (session, transcript));
    insert into floor_wallet
    select '+254' || (700000000 + i), 1000000000 from generate_series(0, 19999) as i;
    analyze floor_wallet";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Where it listens
    #[arg(long)]
    listen: SocketAddr,
    /// A database that it may do with as it likes
    #[arg(long)]
    postgres: String,
    #[arg(long)]
    redis: String,
}

struct Floor {
    redis: ConnectionManager,
    database: PgPool,
    session: String,
    count: AtomicU64,
}

/// The gateway's form, as far as anybody looks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Hop {
    session_id: String,
    phone_number: String,
    text: String,
}

/// Serves until it is killed.
pub(crate) async fn serve(arguments: Arguments) -> Result<(), Failure> {
    let database = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        // The service does not ask either whether a connection is there still that was busy just now.
        .test_before_acquire(false)
        .connect(&arguments.postgres)
        .await?;
    sqlx::raw_sql(SCHEMA).execute(&database).await?;
    let redis = ConnectionManager::new(Client::open(arguments.redis)?).await?;
    let floor = Arc::new(Floor {
        redis,
        database,
        session: "x".repeat(SESSION_BYTES),
        count: AtomicU64::new(0),
    });
    let router = Router::new()
        .route("/none", post(none))
        .route("/one", post(one))
        .route("/two", post(two))
        .route("/answer", post(answer))
        .route("/stake", post(stake))
        .with_state(floor);
    let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
    axum::serve(listener, router).await?;
    Ok(())
}

type Said = Result<([(HeaderName, &'static str); 1], String), StatusCode>;

fn failed<E>(_: E) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

/// A screen that names its caller, so that crossed answers would be seen.
fn says(hop: &Hop) -> Said {
    let header = HeaderName::from_static("at-ussd-hop-metadata");
    let screen = format!(
        "CON You are {}, at {}\n1. Go on",
        hop.phone_number,
        hop.text.len()
    );
    Ok(([(header, "floor")], screen))
}

/// No round trip at all.
async fn none(Form(hop): Form<Hop>) -> impl IntoResponse {
    says(&hop)
}

/// One Redis script.
async fn one(State(floor): State<Arc<Floor>>, Form(hop): Form<Hop>) -> Said {
    let mut call = redis::cmd("EVAL");
    call.arg(ONE)
        .arg(1)
        .arg(&hop.session_id)
        .arg(&floor.session)
        .arg(180_000);
    let _: i64 = call
        .query_async(&mut floor.redis.clone())
        .await
        .map_err(failed)?;
    says(&hop)
}

/// As many trips as the service: read, compare and set.
async fn two(State(floor): State<Arc<Floor>>, Form(hop): Form<Hop>) -> Said {
    let mut redis = floor.redis.clone();
    let read: (Option<u64>, Option<String>) = redis
        .hmget(&hop.session_id, &["v", "s"])
        .await
        .map_err(failed)?;
    let version = read.0.unwrap_or_default();
    let mut call = redis::cmd("EVAL");
    call.arg(SAVE).arg(1).arg(&hop.session_id);
    call.arg(version)
        .arg(version + 1)
        .arg(&floor.session)
        .arg(180_000);
    let _: i64 = call.query_async(&mut redis).await.map_err(failed)?;
    says(&hop)
}

/// One statement, which is a transaction of its own: an answer is written down.
async fn answer(State(floor): State<Arc<Floor>>, Form(hop): Form<Hop>) -> Said {
    let number = floor.count.fetch_add(1, Ordering::Relaxed).cast_signed();
    let insert =
        "insert into floor_answer (entry, position, choice, at_ms) values ($1, $2, $3, $4)";
    sqlx::query(insert)
        .bind(&hop.session_id)
        .bind(number)
        .bind(1_i64)
        .bind(number)
        .execute(&floor.database)
        .await
        .map_err(failed)?;
    says(&hop)
}

/// The five statements of a stake in one transaction: wallet, entry, transfer, receipt, and the seat
/// read before them.
async fn stake(State(floor): State<Arc<Floor>>, Form(hop): Form<Hop>) -> Said {
    take(&floor, &hop).await.map_err(failed)?;
    says(&hop)
}

async fn take(floor: &Floor, hop: &Hop) -> Result<(), sqlx::Error> {
    let entry = format!(
        "{}-{}",
        hop.session_id,
        floor.count.fetch_add(1, Ordering::Relaxed)
    );
    let mut tx = floor.database.begin_with("begin").await?;
    sqlx::query("select cents from floor_wallet where phone = $1")
        .bind(&hop.phone_number)
        .fetch_optional(&mut *tx)
        .await?;
    sqlx::query("update floor_wallet set cents = cents - $2 where phone = $1 and cents >= $2")
        .bind(&hop.phone_number)
        .bind(2_000_i64)
        .execute(&mut *tx)
        .await?;
    sqlx::query("insert into floor_entry (id, phone, stake) values ($1, $2, $3)")
        .bind(&entry)
        .bind(&hop.phone_number)
        .bind(2_000_i64)
        .execute(&mut *tx)
        .await?;
    sqlx::query("insert into floor_transfer (cause, phone, cents) values ($1, $2, $3)")
        .bind(&entry)
        .bind(&hop.phone_number)
        .bind(2_000_i64)
        .execute(&mut *tx)
        .await?;
    sqlx::query("insert into floor_receipt (session, transcript, reply) values ($1, $2, $3)")
        .bind(&hop.session_id)
        .bind(&entry)
        .bind(&floor.session)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}
