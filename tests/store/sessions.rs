//! The session store: what was saved is read, of two savers one wins, and what has ended is known
//! for longer than what is under way.

use std::{
    num::NonZeroU64,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use majibu::{
    menu::{Session, Shown},
    session::{Conversation, Saved, Sessions},
};

use crate::{
    bench::{CROWD, at_once, eventually, server},
    redis_server::RedisCluster,
};

/// Makes a test of each of these promises in memory and on Redis, and one of all on a cluster.
macro_rules! on_each_session_store {
    ($($promise:ident),* $(,)?) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $promise() {
                super::$promise("memory:").await;
            })*
        }
        mod redis {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $promise() {
                if let Some(url) = super::server("TEST_REDIS_URL") {
                    super::$promise(&url).await;
                }
            })*
        }
        mod cluster {
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn every_promise_holds_on_a_cluster() {
                if let Some(cluster) = super::RedisCluster::start().await {
                    let url = cluster.url();
                    $(super::$promise(&url).await;)*
                }
            }
        }
    };
}

on_each_session_store!(
    what_was_saved_is_read,
    sessions_are_known_by_their_whole_id,
    a_save_against_another_version_is_lost,
    of_many_savers_of_a_version_one_wins,
    a_long_session_is_kept_whole,
    a_finished_session_lives_longer_than_one_under_way,
    a_session_of_a_network_lives_as_long_as_that_lets_it,
    a_store_answers_when_asked,
);

/// What the keys of these tests begin with.
pub(crate) const PREFIX: &str = "majibu_store_tests";
/// How long sessions live where it does not matter. Tests leave nothing behind for long.
const LIFE: Duration = Duration::from_secs(30);

pub(crate) async fn open(url: &str) -> Sessions {
    Sessions::open(url, PREFIX, LIFE, LIFE)
        .await
        .expect("a session store")
}

/// An id that no other test has, in this run or another.
pub(crate) fn new_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::SeqCst);
    let folder = tempfile::TempDir::new().expect("a name that nobody has");
    let name = folder
        .path()
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    format!("ATUid_{name}_{number}")
}

/// A conversation that was answered with these texts so far, and has ended or not.
pub(crate) fn conversation(texts: &[&str], ends: bool) -> Conversation {
    let mut conversation = Conversation::new("+254712000001", "", Session::new("sw"));
    let mut transcript = String::new();
    for (place, text) in texts.iter().enumerate() {
        let shown = Shown {
            screen: "home".into(),
            text: (*text).into(),
            ends: ends && place + 1 == texts.len(),
        };
        conversation.answered(&transcript, &shown);
        transcript.push_str(if transcript.is_empty() { "1" } else { "*1" });
    }
    conversation
}

/// The text of the last reply of a session, and its version.
pub(crate) async fn read(sessions: &Sessions, id: &str) -> Option<(String, u64)> {
    let stored = sessions.read(id).await.expect("an answer")?;
    let last = stored
        .conversation
        .last_reply()
        .expect("a reply")
        .text
        .clone();
    Some((last, stored.version))
}

async fn save(sessions: &Sessions, id: &str, text: &str, version: u64) -> Saved {
    let saved = sessions
        .save(id, &conversation(&[text], false), version)
        .await;
    saved.expect("an answer")
}

async fn what_was_saved_is_read(url: &str) {
    let (sessions, id) = (open(url).await, new_id());
    assert_eq!(read(&sessions, &id).await, None);
    let mut said = conversation(&["Karibu! 1. Cheza ’ñ\n2. Weka pesa", "CON"], false);
    said.state
        .values
        .insert("balance".into(), "1,250.50".into());
    for version in 0..3 {
        let saved = sessions.save(&id, &said, version).await.expect("an answer");
        assert_eq!(saved, Saved::Yes);
        let stored = sessions
            .read(&id)
            .await
            .expect("an answer")
            .expect("the session");
        assert_eq!((&stored.conversation, stored.version), (&said, version + 1));
    }
}

async fn sessions_are_known_by_their_whole_id(url: &str) {
    let (sessions, id) = (open(url).await, new_id());
    let others = [
        format!("{id} "),
        format!("{id}{{a}}"),
        format!("{{{id}}}"),
        format!("{id}\r\n"),
        format!("{id}\0"),
        id.to_uppercase(),
    ];
    assert_eq!(save(&sessions, &id, "its own", 0).await, Saved::Yes);
    for other in &others {
        assert_eq!(read(&sessions, other).await, None, "{other:?}");
        assert_eq!(
            save(&sessions, other, other, 0).await,
            Saved::Yes,
            "{other:?}"
        );
    }
    for other in &others {
        assert_eq!(read(&sessions, other).await, Some((other.clone(), 1)));
    }
    assert_eq!(read(&sessions, &id).await, Some(("its own".into(), 1)));
}

async fn a_save_against_another_version_is_lost(url: &str) {
    let (sessions, id) = (open(url).await, new_id());
    assert_eq!(save(&sessions, &id, "of nothing", 1).await, Saved::Lost);
    assert_eq!(read(&sessions, &id).await, None);
    assert_eq!(save(&sessions, &id, "first", 0).await, Saved::Yes);
    assert_eq!(save(&sessions, &id, "second", 1).await, Saved::Yes);
    for version in [0, 1, 3, u64::MAX - 1] {
        assert_eq!(
            save(&sessions, &id, "other", version).await,
            Saved::Lost,
            "{version}"
        );
    }
    assert_eq!(read(&sessions, &id).await, Some(("second".into(), 2)));
}

async fn of_many_savers_of_a_version_one_wins(url: &str) {
    let (sessions, id) = (open(url).await, new_id());
    for version in 0..10 {
        let saved = at_once(|task| {
            let (sessions, id) = (sessions.clone(), id.clone());
            async move { save(&sessions, &id, &task.to_string(), version).await }
        })
        .await;
        let winners: Vec<usize> = (0..CROWD)
            .filter(|task| saved[*task] == Saved::Yes)
            .collect();
        let [winner] = winners[..] else {
            panic!("{winners:?} saved version {version}")
        };
        assert_eq!(
            read(&sessions, &id).await,
            Some((winner.to_string(), version + 1))
        );
    }
}

async fn a_long_session_is_kept_whole(url: &str) {
    let (sessions, id) = (open(url).await, new_id());
    let screen = "x".repeat(160);
    let long = conversation(&[screen.as_str(); 64], true);
    assert_eq!(
        sessions.save(&id, &long, 0).await.expect("an answer"),
        Saved::Yes
    );
    let stored = sessions
        .read(&id)
        .await
        .expect("an answer")
        .expect("the session");
    assert_eq!(stored.conversation, long);
}

async fn a_finished_session_lives_longer_than_one_under_way(url: &str) {
    let short = Duration::from_millis(200);
    let sessions = Sessions::open(url, PREFIX, short, LIFE)
        .await
        .expect("a session store");
    let (ended, grown, under_way) = (new_id(), new_id(), new_id());
    assert_eq!(save(&sessions, &grown, "CON", 0).await, Saved::Yes);
    for (id, version) in [(&ended, 0), (&grown, 1)] {
        let finished = conversation(&["CON", "END"], true);
        let saved = sessions
            .save(id, &finished, version)
            .await
            .expect("an answer");
        assert_eq!(saved, Saved::Yes);
    }
    // Saved last, it would go last if all lived equally long.
    assert_eq!(save(&sessions, &under_way, "CON", 0).await, Saved::Yes);
    eventually("a session under way is forgotten", async || {
        let known = read(&sessions, &under_way).await;
        known.is_none().then_some(())
    })
    .await;
    assert_eq!(read(&sessions, &ended).await, Some(("END".into(), 1)));
    assert_eq!(read(&sessions, &grown).await, Some(("END".into(), 2)));
    assert_eq!(save(&sessions, &under_way, "anew", 1).await, Saved::Lost);
    assert_eq!(save(&sessions, &under_way, "anew", 0).await, Saved::Yes);
}

async fn a_session_of_a_network_lives_as_long_as_that_lets_it(url: &str) {
    let sessions = open(url).await;
    let (short, other, ended) = (new_id(), new_id(), new_id());
    for (id, texts, ends) in [
        (&ended, ["CON", "END"], true),
        (&short, ["CON", "CON"], false),
    ] {
        let mut conversation = conversation(&texts, ends);
        conversation.life_ms = NonZeroU64::new(150);
        let saved = sessions.save(id, &conversation, 0).await;
        assert_eq!(saved.expect("an answer"), Saved::Yes);
    }
    assert_eq!(save(&sessions, &other, "CON", 0).await, Saved::Yes);
    eventually("the short one is forgotten", async || {
        read(&sessions, &short).await.is_none().then_some(())
    })
    .await;
    // What has ended stays known however short the network's sessions are.
    assert_eq!(read(&sessions, &ended).await, Some(("END".into(), 1)));
    assert_eq!(read(&sessions, &other).await, Some(("CON".into(), 1)));
}

async fn a_store_answers_when_asked(url: &str) {
    let sessions = open(url).await;
    sessions.ping().await.expect("an answer");
    sessions.clone().ping().await.expect("an answer");
}

#[tokio::test]
async fn memory_that_was_wiped_begins_anew() {
    let sessions = open("memory:").await;
    assert_eq!(save(&sessions, "s", "first", 0).await, Saved::Yes);
    if let Sessions::Memory(memory) = &sessions {
        memory.wipe();
    }
    assert_eq!(read(&sessions, "s").await, None);
    assert_eq!(save(&sessions, "s", "second", 1).await, Saved::Lost);
    assert_eq!(save(&sessions, "s", "second", 0).await, Saved::Yes);
    assert_eq!(read(&sessions, "s").await, Some(("second".into(), 1)));
}

#[tokio::test]
async fn a_url_of_no_session_store_is_refused() {
    for url in [
        "",
        "memory",
        "http://127.0.0.1",
        "127.0.0.1:6379",
        "postgres://127.0.0.1",
    ] {
        let refused = Sessions::open(url, PREFIX, LIFE, LIFE).await;
        let error = refused.map(|_| ()).expect_err(url).to_string();
        assert!(error.contains("redis-cluster://HOST"), "{error}");
    }
}
