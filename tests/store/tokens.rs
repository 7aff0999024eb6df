//! The access token that processes share beside the sessions: one fetches it, all read it, and only
//! the refused one is forgotten.

use std::time::{Duration, Instant};

use majibu::{
    ports::{TokenClaim, TokenStore},
    session::Sessions,
};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    bench::{at_once, eventually, server},
    redis_server::{RedisCluster, RedisServer},
    sessions::new_id,
};

const LIFE: Duration = Duration::from_secs(30);

/// Two processes of one house that nobody else is in.
async fn two_processes(url: &str) -> (Sessions, Sessions) {
    let house = new_id();
    let open = async || Sessions::open(url, &house, LIFE, LIFE).await;
    let (one, other) = (open().await, open().await);
    (one.expect("a store"), other.expect("a store"))
}

/// The token that a process reads.
async fn token(process: &Sessions) -> Option<String> {
    let (token, life) = TokenStore::read(process).await?;
    assert!(life <= LIFE, "{life:?}");
    Some(token.expose_secret().to_owned())
}

async fn is_shared(url: &str) {
    let (one, other) = two_processes(url).await;
    assert_eq!(token(&one).await, None);
    for text in ["first", "second"] {
        TokenStore::write(&one, &SecretString::from(text), LIFE).await;
        assert_eq!(token(&other).await.as_deref(), Some(text));
    }
    TokenStore::forget(&other, &SecretString::from("first")).await;
    assert_eq!(
        token(&one).await.as_deref(),
        Some("second"),
        "another one was refused"
    );
    TokenStore::forget(&other, &SecretString::from("second")).await;
    assert_eq!(token(&one).await, None);
    let short = Duration::from_millis(100);
    TokenStore::write(&one, &SecretString::from("third"), short).await;
    eventually("the token ends", async || {
        let left = token(&other).await;
        left.is_none().then_some(())
    })
    .await;
}

async fn is_fetched_by_one(url: &str) {
    let (one, other) = two_processes(url).await;
    for round in 0..2 {
        let claims = at_once(|task| {
            let process = if task % 2 == 0 {
                one.clone()
            } else {
                other.clone()
            };
            async move { process.claim_fetch().await }
        })
        .await;
        let ours = claims.iter().filter(|claim| **claim == TokenClaim::Ours);
        assert_eq!(ours.count(), 1, "{claims:?}");
        assert!(!claims.contains(&TokenClaim::Unknown), "{claims:?}");
        if round == 0 {
            // A token that is refused at once may be fetched anew at once.
            let refused = SecretString::from("refused");
            TokenStore::write(&one, &refused, LIFE).await;
            TokenStore::forget(&other, &refused).await;
        }
    }
    eventually("a fetcher that died is replaced", async || {
        let claim = other.claim_fetch().await;
        (claim == TokenClaim::Ours).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shared_through_redis() {
    if let Some(url) = server("TEST_REDIS_URL") {
        is_shared(&url).await;
        is_fetched_by_one(&url).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_shared_through_a_cluster() {
    if let Some(cluster) = RedisCluster::start().await {
        let url = cluster.url();
        is_shared(&url).await;
        is_fetched_by_one(&url).await;
    }
}

#[tokio::test]
async fn houses_on_one_server_have_their_own_tokens() {
    if let Some(url) = server("TEST_REDIS_URL") {
        let ((one, _), (other, _)) = (two_processes(&url).await, two_processes(&url).await);
        TokenStore::write(&one, &SecretString::from("one"), LIFE).await;
        assert_eq!(token(&other).await, None);
        assert_eq!(one.claim_fetch().await, TokenClaim::Ours);
        assert_eq!(other.claim_fetch().await, TokenClaim::Ours);
    }
}

#[tokio::test]
async fn a_process_alone_shares_nothing() {
    let (one, _) = two_processes("memory:").await;
    TokenStore::write(&one, &SecretString::from("own"), LIFE).await;
    assert_eq!(token(&one).await, None);
    assert_eq!(one.claim_fetch().await, TokenClaim::Unknown);
}

#[tokio::test]
async fn without_redis_each_process_is_on_its_own_within_a_second() {
    let Some(mut server) = RedisServer::start(&[]).await else {
        return;
    };
    let (one, _) = two_processes(&server.url()).await;
    let own = SecretString::from("own");
    TokenStore::write(&one, &own, LIFE).await;
    server.kill();
    let asked = Instant::now();
    assert_eq!(token(&one).await, None);
    assert_eq!(one.claim_fetch().await, TokenClaim::Unknown);
    TokenStore::write(&one, &own, LIFE).await;
    TokenStore::forget(&one, &own).await;
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
}
