//! Redis away, frozen, or wiped: an error within a second, never a hang, and all is well again once
//! it is back.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use majibu::session::{Saved, SessionError, Sessions};

use crate::{
    bench::eventually,
    redis_server::RedisServer,
    sessions::{PREFIX, conversation, new_id, open, read},
};

const LIFE: Duration = Duration::from_secs(30);
/// How long a player may wait to hear that Redis is away.
const SOON: Duration = Duration::from_secs(1);
/// How long a process may take to find that there is no Redis to start with.
const START: Duration = Duration::from_millis(1_500);

async fn save(sessions: &Sessions, id: &str, version: u64) -> Result<Saved, SessionError> {
    sessions
        .save(id, &conversation(&["CON"], false), version)
        .await
}

async fn ask(sessions: &Sessions) -> Result<(), SessionError> {
    sessions.read("nobody").await?;
    save(sessions, &new_id(), 0).await?;
    sessions.ping().await
}

/// Every verb fails, and soon, however often it is tried.
async fn fails_soon(sessions: &Sessions) {
    for round in 0..4 {
        let asked = Instant::now();
        sessions
            .read("nobody")
            .await
            .map(|_| ())
            .expect_err("nobody reads");
        assert!(
            asked.elapsed() < SOON,
            "read {round}: {:?}",
            asked.elapsed()
        );
        let asked = Instant::now();
        save(sessions, "nobody", 0).await.expect_err("nobody saves");
        assert!(
            asked.elapsed() < SOON,
            "save {round}: {:?}",
            asked.elapsed()
        );
        let asked = Instant::now();
        sessions.ping().await.expect_err("nobody is ready");
        assert!(
            asked.elapsed() < SOON,
            "ping {round}: {:?}",
            asked.elapsed()
        );
    }
}

async fn recovers(sessions: &Sessions) {
    eventually("sessions are back", async || ask(sessions).await.ok()).await;
    for _ in 0..10 {
        ask(sessions).await.expect("back for good");
    }
}

#[tokio::test]
async fn a_process_without_redis_hears_so_at_once() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = silent.local_addr().expect("an address");
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let nobody = free.local_addr().expect("an address");
    drop(free);
    for url in [
        format!("redis://:hunter2@{nobody}"),
        format!("redis://:hunter2@{silent}"),
        format!("redis-cluster://:hunter2@{nobody},:hunter2@{nobody}"),
        format!("redis-cluster://:hunter2@{silent}"),
    ] {
        let asked = Instant::now();
        let opened = Sessions::open(&url, PREFIX, LIFE, LIFE).await;
        let error = opened.map(|_| ()).expect_err(&url).to_string();
        assert!(asked.elapsed() < START, "{url}: {:?}", asked.elapsed());
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_not_repeated_in_the_error() {
    let Some(server) =
        RedisServer::start(&["--requirepass", "right", "--protected-mode", "no"]).await
    else {
        return;
    };
    let url = format!("redis://:hunter2@127.0.0.1:{}", server.port);
    let opened = Sessions::open(&url, PREFIX, LIFE, LIFE).await;
    let error = opened.map(|_| ()).expect_err("refused").to_string();
    assert!(!error.contains("hunter2"), "{error}");
}

#[tokio::test]
async fn a_server_that_goes_away_is_missed_within_a_second_and_found_again() {
    let Some(mut server) = RedisServer::start(&[]).await else {
        return;
    };
    let (sessions, id) = (open(&server.url()).await, new_id());
    for _ in 0..2 {
        assert_eq!(
            save(&sessions, &id, 0).await.expect("an answer"),
            Saved::Yes
        );
        server.kill();
        fails_soon(&sessions).await;
        server.restart().await;
        recovers(&sessions).await;
        assert_eq!(read(&sessions, &id).await, None, "its memory is gone");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_missed_within_a_second_and_found_again() {
    let Some(server) = RedisServer::start(&[]).await else {
        return;
    };
    let (sessions, id) = (open(&server.url()).await, new_id());
    assert_eq!(
        save(&sessions, &id, 0).await.expect("an answer"),
        Saved::Yes
    );
    server.freeze();
    fails_soon(&sessions).await;
    server.thaw();
    recovers(&sessions).await;
    assert_eq!(
        read(&sessions, &id).await,
        Some(("CON".into(), 1)),
        "it remembers"
    );
}

#[tokio::test]
async fn a_wiped_server_begins_every_session_anew() {
    let Some(server) = RedisServer::start(&[]).await else {
        return;
    };
    let (sessions, id) = (open(&server.url()).await, new_id());
    for version in 0..2 {
        let saved = save(&sessions, &id, version).await;
        assert_eq!(saved.expect("an answer"), Saved::Yes);
    }
    server.cli(&["flushall"]);
    server.cli(&["script", "flush"]);
    assert_eq!(read(&sessions, &id).await, None);
    assert_eq!(
        save(&sessions, &id, 2).await.expect("an answer"),
        Saved::Lost
    );
    assert_eq!(
        save(&sessions, &id, 0).await.expect("an answer"),
        Saved::Yes
    );
    assert_eq!(read(&sessions, &id).await, Some(("CON".into(), 1)));
}

#[tokio::test]
async fn a_session_that_cannot_be_read_is_as_good_as_lost() {
    let Some(server) = RedisServer::start(&[]).await else {
        return;
    };
    let (sessions, id) = (open(&server.url()).await, new_id());
    assert_eq!(
        save(&sessions, &id, 0).await.expect("an answer"),
        Saved::Yes
    );
    let key = format!("{PREFIX}:session:1:{id}");
    assert_eq!(
        server.cli(&["hset", &key, "s", "{}"]).trim(),
        "0",
        "the key of the session"
    );
    assert_eq!(read(&sessions, &id).await, None);
    assert_eq!(
        save(&sessions, &id, 0).await.expect("an answer"),
        Saved::Yes
    );
    assert_eq!(read(&sessions, &id).await, Some(("CON".into(), 1)));
}

/// What a hop costs: one command to read, one to save.
#[tokio::test]
async fn a_hop_is_two_round_trips() {
    let Some(server) = RedisServer::start(&[]).await else {
        return;
    };
    let (sessions, id) = (open(&server.url()).await, new_id());
    server.cli(&["config", "resetstat"]);
    for version in 0..5 {
        sessions.read(&id).await.expect("an answer");
        assert_eq!(
            save(&sessions, &id, version).await.expect("an answer"),
            Saved::Yes
        );
    }
    let stats = server.cli(&["info", "commandstats"]);
    let calls = |command: &str| -> u64 {
        let line = stats
            .lines()
            .find(|line| line.starts_with(&format!("cmdstat_{command}:")));
        let calls = line.and_then(|line| line.split_once("calls=")?.1.split_once(','));
        calls.map_or(0, |(calls, _)| calls.parse().expect("a number"))
    };
    let trips = calls("hmget") + calls("eval") + calls("evalsha") + calls("script|load");
    assert_eq!(trips, 10, "{stats}");
}
