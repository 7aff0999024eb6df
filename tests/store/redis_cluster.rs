//! A cluster of three masters, one of which is lost: sessions on the others go on, those on the lost
//! one fail soon, and begin anew once it is back.

use std::time::{Duration, Instant};

use majibu::{
    ports::{TokenClaim, TokenStore},
    session::{Saved, Sessions},
};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    bench::eventually,
    redis_server::RedisCluster,
    sessions::{PREFIX, conversation, new_id, open, read},
};

const LIFE: Duration = Duration::from_secs(30);
const SESSIONS: usize = 300;
/// How long a player may wait to hear that Redis is away.
const SOON: Duration = Duration::from_secs(1);

/// Saves the next version of a session; whether that went well.
async fn goes_on(sessions: &Sessions, id: &str) -> bool {
    let Ok(stored) = sessions.read(id).await else {
        return false;
    };
    let version = stored.map_or(0, |stored| stored.version);
    let saved = sessions
        .save(id, &conversation(&["CON"], false), version)
        .await;
    matches!(saved, Ok(Saved::Yes))
}

/// Which master keeps the token of a house; the braces of its keys decide on the one.
fn keeper(cluster: &RedisCluster) -> usize {
    let key = format!("{PREFIX}:{{token}}:held");
    let keeper = (0..cluster.masters.len()).find(|master| cluster.keeps(*master, &key));
    keeper.expect("one of them keeps it")
}

/// Reading, forgetting and claiming the token need the one master that keeps it, and no other.
#[tokio::test(flavor = "multi_thread")]
async fn a_master_that_is_lost_takes_the_token_along_only_if_it_keeps_it() {
    let Some(mut cluster) = RedisCluster::start().await else {
        return;
    };
    let sessions = open(&cluster.url()).await;
    let token = |text: &str| SecretString::from(text.to_owned());
    TokenStore::write(&sessions, &token("first"), LIFE).await;
    let keeper = keeper(&cluster);
    cluster.masters[(keeper + 1) % 3].kill();
    let works = async |sessions: &Sessions, text: &str| {
        TokenStore::write(sessions, &token(text), LIFE).await;
        let read = TokenStore::read(sessions).await;
        let is_there = read.is_some_and(|(read, _)| read.expose_secret() == text);
        TokenStore::forget(sessions, &token(text)).await;
        let is_gone = TokenStore::read(sessions).await.is_none();
        is_there && is_gone && sessions.claim_fetch().await == TokenClaim::Ours
    };
    eventually("the token works without another master", async || {
        works(&sessions, "second").await.then_some(())
    })
    .await;
    // The script is not on these masters yet where this process is the first to ask.
    for text in ["third", "fourth"] {
        let newcomer = open(&cluster.url()).await;
        assert!(works(&newcomer, text).await, "{text}");
        assert!(works(&sessions, text).await, "{text}");
    }

    cluster.masters[keeper].kill();
    let asked = Instant::now();
    assert!(TokenStore::read(&sessions).await.is_none());
    assert_eq!(sessions.claim_fetch().await, TokenClaim::Unknown);
    assert!(asked.elapsed() < 2 * SOON, "{:?}", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_that_is_lost_takes_only_its_own_sessions_along() {
    let Some(mut cluster) = RedisCluster::start().await else {
        return;
    };
    let sessions = open(&cluster.url()).await;
    let ids: Vec<String> = (0..SESSIONS).map(|_| new_id()).collect();
    for id in &ids {
        assert!(goes_on(&sessions, id).await, "saved");
        assert_eq!(read(&sessions, id).await, Some(("CON".into(), 1)));
    }
    let (lost, kept): (Vec<String>, Vec<String>) = ids
        .into_iter()
        .partition(|id| cluster.keeps(0, &format!("{PREFIX}:session:1:{id}")));
    let share = SESSIONS / 6;
    assert!(
        lost.len() > share && kept.len() > 2 * share,
        "the keys are spread"
    );

    cluster.masters[0].kill();
    fail_soon(&sessions, &lost[..5]).await;
    eventually("sessions on the other masters go on", async || {
        let mut all = true;
        for id in &kept[..10] {
            all &= goes_on(&sessions, id).await;
        }
        all.then_some(())
    })
    .await;
    // And they stay so while players of the lost master keep knocking.
    for (kept, lost) in kept.iter().zip(&lost[..10]) {
        fail_soon(&sessions, std::slice::from_ref(lost)).await;
        assert!(goes_on(&sessions, kept).await);
    }
    for id in &kept {
        assert!(goes_on(&sessions, id).await);
    }
    sessions.ping().await.expect("most of it is there");
    // Another process that starts now finds the others, too.
    let newcomer = open(&cluster.url()).await;
    assert!(goes_on(&newcomer, &kept[0]).await);

    cluster.masters[0].restart().await;
    cluster.settles().await;
    eventually("sessions on the lost master work again", async || {
        goes_on(&sessions, &lost[0]).await.then_some(())
    })
    .await;
    for id in &lost[1..] {
        assert_eq!(read(&sessions, id).await, None, "it forgot them");
        assert!(goes_on(&sessions, id).await);
        assert_eq!(read(&sessions, id).await, Some(("CON".into(), 1)));
    }
    for id in &kept {
        assert!(
            read(&sessions, id)
                .await
                .is_some_and(|(_, version)| version > 1)
        );
    }
}

async fn fail_soon(sessions: &Sessions, ids: &[String]) {
    for id in ids {
        let asked = Instant::now();
        let answer = sessions.read(id).await;
        assert!(asked.elapsed() < SOON, "read: {:?}", asked.elapsed());
        answer.map(|_| ()).expect_err("its master is gone");
        let asked = Instant::now();
        let answer = sessions.save(id, &conversation(&["CON"], false), 1).await;
        assert!(asked.elapsed() < SOON, "save: {:?}", asked.elapsed());
        answer.map(|_| ()).expect_err("its master is gone");
    }
}
