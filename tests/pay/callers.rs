//! Who calls, how often, and with what: nobody unseen learns anything, nobody known is turned away
//! without cause, and whatever a body does the service and its connections stay whole.

use std::time::Duration;

use majibu::config::Config;
use reqwest::Client;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    help::{beside, post},
    support::World,
};

/// Sends bytes on a connection of its own, and reads until the service closes it.
pub(crate) async fn talk(world: &World, bytes: &[u8]) -> String {
    let address = world.config.http.listen;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(bytes).await.expect("sent");
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    // A connection that is reset has told what it had to tell.
    let _ = read.expect("the connection ends");
    String::from_utf8_lossy(&answer).into_owned()
}

/// The whole answer to one request, but the date.
pub(crate) async fn answer(world: &World, method: &str, path: &str, body: &str) -> String {
    let size = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n{body}"
    );
    let answer = talk(world, request.as_bytes()).await;
    let lines = answer.lines().filter(|line| !line.starts_with("date:"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Kind, state and outcome of every callback that is kept, oldest first.
pub(crate) async fn kept(world: &World) -> Vec<(String, String)> {
    // Those of the simulator's own phones aside.
    let sql = "select kind || ' ' || state, outcome from callback
        where kind not in ('ussd_event', 'sms_delivery') or cut = 1 order by received_at_ms, id";
    let rows = beside(world).await.pairs(sql).await;
    rows.into_iter()
        .map(|(what, outcome)| (what, outcome.unwrap_or_default()))
        .collect()
}

fn closed_to_daraja(config: &mut Config) {
    config
        .http
        .allow
        .daraja
        .0
        .push("196.201.214.200/32".parse().expect("a net"));
}

#[tokio::test]
async fn trap_39_a_wrong_secret_path_address_or_gateway_are_answered_byte_for_byte_alike() {
    let world = World::with(|config| {
        closed_to_daraja(config);
        config.http.tries_per_source = 40;
    })
    .await;
    let expected = answer(&world, "POST", "/pay/wrong/stk/1", "{}").await;
    assert!(
        expected.starts_with("HTTP/1.1 404 Not Found\n"),
        "{expected}"
    );
    let large = "x".repeat(100_000);
    for (method, path, body) in [
        // Disallowed, though it knows the secret.
        ("POST", "/pay/development/stk/1", "{}"),
        ("POST", "/pay/development/b2c/1/result", ""),
        ("POST", "/pay/development/c2b/validation", large.as_str()),
        ("GET", "/pay/development/stk/1", ""),
        // A wrong secret.
        ("POST", "/ussd/wrong", "sessionId=1"),
        ("POST", "/ussd/DEVELOPMENT", "sessionId=1"),
        ("POST", "/ussd/wrong/events", ""),
        ("POST", "/ussd/wrong/hubtel", "{}"),
        ("GET", "/ussd/wrong/advanta?SESSIONID=1", ""),
        ("POST", "/sms/wrong/delivery", "id=1"),
        ("POST", "/pay/wrong/b2c/1/timeout", large.as_str()),
        ("GET", "/pay/wrong/stk/1", ""),
        ("DELETE", "/ussd/wrong", ""),
        ("POST", "/pay/%FF%00/stk/1", "{}"),
        ("POST", "/pay/development%20/stk/1", "{}"),
        // No such gateway, no such path.
        ("POST", "/ussd/development/nobody", "{}"),
        ("GET", "/ussd/development/nobody", ""),
        ("POST", "/pay/development/unknown/1", "{}"),
        ("POST", "/pay", "{}"),
        ("GET", "/favicon.ico", ""),
        ("POST", "/", large.as_str()),
    ] {
        let answer = answer(&world, method, path, body).await;
        assert_eq!(answer, expected, "{method} {path}");
    }
    assert_eq!(kept(&world).await, []);
    world.check().await;
}

#[tokio::test]
async fn wrong_tries_are_limited_and_never_held_against_who_knows_the_secret() {
    let world = World::with(|config| config.http.tries_per_source = 3).await;
    for (path, expected) in [
        ("/pay/wrong/stk/1", "404 Not Found"),
        ("/nothing", "404 Not Found"),
        ("/ussd/wrong", "404 Not Found"),
        ("/ussd/wrong", "429 Too Many Requests"),
        ("/nothing", "429 Too Many Requests"),
        ("/sms/wrong/inbound", "429 Too Many Requests"),
        ("/pay/development/stk/1", "200 OK"),
    ] {
        let answer = answer(&world, "POST", path, "{}").await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {expected}\n")),
            "{path}: {answer}"
        );
    }
    let phone = world.registered("0712345678").await;
    world.deposit(&phone, 100).await;
    world.check().await;
}

#[tokio::test]
async fn who_calls_too_often_gets_429_and_a_player_an_end() {
    let world = World::with(|config| {
        config.http.rate_per_source = 4;
        config
            .http
            .trusted_proxies
            .0
            .push("127.0.0.1/32".parse().expect("a net"));
    })
    .await;
    let client = Client::new();
    let call = async |path: &str, from: &'static str, body: &'static str| {
        let request = client.post(format!("{}{path}", world.base()));
        let request = request.header("x-forwarded-for", from).body(body);
        let answer = request.send().await.expect("an answer");
        (
            answer.status().as_u16(),
            answer.text().await.expect("a body"),
        )
    };
    let (near, far) = ("9.9.9.9, 8.8.8.8", "8.8.4.4");
    for _ in 0..4 {
        assert_eq!(call("/pay/development/stk/1", near, "{}").await.0, 200);
    }
    for path in [
        "/pay/development/stk/1",
        "/pay/development/c2b/validation",
        "/sms/development/inbound",
    ] {
        assert_eq!(call(path, "1.1.1.1, 8.8.8.8", "{}").await.0, 429, "{path}");
    }
    // A 4xx would kill the player's session without a word.
    let hop = "sessionId=ATUid_1&phoneNumber=%2B254712345678&networkCode=63902&serviceCode=*384*55%23&text=";
    let (status, body) = call("/ussd/development", near, hop).await;
    assert_eq!(status, 200);
    assert!(body.starts_with("END "), "{body}");
    // Somebody else behind the same proxy is not concerned; the same dial goes on from there.
    let (status, body) = call("/ussd/development", far, hop).await;
    assert_eq!(status, 200);
    assert!(body.starts_with("CON "), "{body}");
    assert_eq!(kept(&world).await.len(), 4);
    world.run_due().await;
    world.check().await;
}

#[tokio::test]
async fn the_usual_limits_let_a_storm_of_callbacks_of_one_address_pass() {
    let world = World::new().await;
    for _ in 0..40 {
        let posts = (0..8).map(|_| post(&world, "nobody", "{}"));
        assert_eq!(futures::future::join_all(posts).await, [200; 8]);
    }
    world.check().await;
}

/// What stands behind a refused request on a connection is never taken for a request of its own.
#[tokio::test]
async fn a_refusal_does_not_desynchronise_the_connection() {
    let world = World::new().await;
    let inner =
        "POST /pay/development/stk/smuggled HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
    let size = inner.len();
    let chunk = format!("{size:x}\r\n{inner}\r\n0\r\n\r\n");
    let padding = "x".repeat(200_000);
    let last = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for (head, body) in [
        (format!("Content-Length: {size}"), inner.to_owned()),
        ("Transfer-Encoding: chunked".to_owned(), chunk.clone()),
        // Both at once: a length that lies beside pieces.
        (
            "Content-Length: 3\r\nTransfer-Encoding: chunked".to_owned(),
            chunk.clone(),
        ),
        (
            "Transfer-Encoding: chunked\r\nContent-Length: 3".to_owned(),
            chunk.clone(),
        ),
        (
            "Content-Length: 3\r\nContent-Length: 200".to_owned(),
            inner.to_owned(),
        ),
        (
            "Transfer-Encoding: identity, chunked, identity".to_owned(),
            chunk.clone(),
        ),
        (
            format!("Content-Length: {}", size + padding.len()),
            format!("{padding}{inner}"),
        ),
        (
            format!("Expect: 100-continue\r\nContent-Length: {size}"),
            inner.to_owned(),
        ),
    ] {
        for path in ["/pay/wrong/stk/1", "/nothing"] {
            let request = format!("POST {path} HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n{body}{last}");
            let answer = talk(&world, request.as_bytes()).await;
            // Refused; then the connection ends, or the next request is answered as what it is.
            let answers: Vec<&str> = answer.matches("HTTP/1.1 ").collect();
            assert!(answers.len() <= 3, "{head}: {answer}");
            assert!(!answer.contains("Accepted"), "{head}: {answer}");
        }
    }
    assert_eq!(kept(&world).await, [], "nothing was smuggled in");
    world.check().await;
}
