//! Games over the wire of gateways that ask by a query, with the bytes that they document; and what
//! finds no gateway at all.

use reqwest::Client;
use serde_json::json;

use crate::{
    gateways::{NUMBER, SECOND, Seen, pay},
    support::{Answer, World},
};

/// A phone behind Advanta: the whole transcript behind the extension of the shared code.
pub(crate) struct Advanta {
    url: String,
    session: String,
}

impl Advanta {
    pub(crate) fn new(world: &World, session: &str) -> Self {
        Self {
            url: format!("{}/ussd/development/advanta", world.base()),
            session: session.into(),
        }
    }

    pub(crate) async fn send(&self, input: &str) -> Seen {
        self.query(&[
            ("SESSIONID", self.session.as_str()),
            ("USSDCODE", "*384#"),
            ("MSISDN", NUMBER),
            ("INPUT", input),
        ])
        .await
    }

    async fn query(&self, fields: &[(&str, &str)]) -> Seen {
        let answer = Client::new().get(&self.url).query(fields).send().await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200, "{fields:?}");
        let kind = answer.headers()["content-type"]
            .to_str()
            .expect("text")
            .to_owned();
        assert_eq!(kind, "text/plain; charset=utf-8");
        let body = answer.text().await.expect("a body");
        match body.split_once(' ') {
            Some(("CON", text)) => Seen {
                text: text.into(),
                ends: false,
            },
            Some(("END", text)) => Seen {
                text: text.into(),
                ends: true,
            },
            _ => panic!("{body}"),
        }
    }
}

#[tokio::test]
async fn a_game_over_a_query_on_a_shared_code() {
    let world = World::with(|config| {
        config.ussd.service_codes = majibu::config::List(vec!["*384*55#".into()]);
    })
    .await;
    let phone = world.phone("0712345678");
    let first = Advanta::new(&world, "first");
    first.send("55").await.starts("Majibu");
    first.send("55*1").await.starts("You must be 18");
    first.send("55*1*1").await.starts("Majibu. Balance KES 0");
    first.send("55*1*1*2").await.starts("Deposit to Majibu");
    let sent = first.send("55*1*1*2*100").await;
    assert!(sent.ends);
    assert_eq!(first.send("55*1*1*2*100").await, sent);
    pay(&world).await;
    assert_eq!(world.balance(&phone).await, 10_000);

    // Newer pages show the whole dial string; on the first request it may have arguments.
    let second = Advanta::new(&world, "second");
    second
        .send("*384*55*1*1*2*1#")
        .await
        .has("stake KES 50. Win KES 80");
    assert_eq!(
        world.balance(&phone).await,
        10_000,
        "what was dialled confirms nothing"
    );
    let question = second.send("*384*55*1*1*2*1*1#").await;
    question.starts("Q1/5");
    assert_eq!(second.send("*384*55*1*1*2*1*1#").await, question);
    assert_eq!(world.balance(&phone).await, 5_000);
    let third = Advanta::new(&world, "third");
    let mut input = "55".to_owned();
    third.send(&input).await.starts("15s left.\nQ1/5");
    for answered in 1..=5 {
        world.turn(SECOND);
        input = format!("{input}*{}", world.key(&phone, Answer::Right).await);
        let seen = third.send(&input).await;
        assert_eq!(third.send(&input).await, seen);
        assert_eq!(seen.ends, answered == 5, "{}", seen.text);
        assert_eq!(world.report(&phone).await.entries[0].correct, answered);
    }
    world.turn(SECOND * 60 * 31);
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_250);
    // Another house on the same code.
    let other = Advanta::new(&world, "other").send("56").await;
    assert_eq!(
        (other.text.as_str(), other.ends),
        (
            "This service does not answer this code.\nHuduma hii haijibu nambari hii.",
            true
        )
    );
    world.check().await;
}

#[tokio::test]
async fn an_unknown_gateway_or_a_wrong_secret_finds_nothing() {
    let world = World::with(|config| {
        config.http.allow.gateways.insert(
            "hubtel".into(),
            majibu::config::List(vec!["203.0.113.0/24".parse().expect("addresses")]),
        );
    })
    .await;
    let hop = json!({ "Mobile": NUMBER, "SessionId": "s", "Type": "Initiation", "Message": "" });
    let hop = hop.to_string();
    let query = format!("SESSIONID=s&USSDCODE=*384%23&MSISDN={NUMBER}&INPUT=55");
    let client = Client::new();
    let base = format!("{}/ussd", world.base());
    let get = |path: &str| client.get(format!("{base}{path}?{query}"));
    let post = |path: &str| client.post(format!("{base}{path}")).body(hop.clone());
    for (request, status) in [
        (get("/development/advanta"), 200),
        (get("/wrong/advanta"), 404),
        (get("/development/crossgate"), 404),
        (get("/development/africastalking"), 404),
        (get("/development/events"), 405),
        (post("/development/advanta"), 405),
        (post("/development/nalo"), 404),
        (post("/wrong/hubtel"), 404),
        // Not from its addresses.
        (post("/development/hubtel"), 404),
        (get("/development/hubtel"), 404),
        (get("/development/advanta/x"), 404),
    ] {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status, "{}", answer.url());
    }
    let bad = client.get(format!("{base}/development/advanta?INPUT=55"));
    assert_eq!(bad.send().await.expect("an answer").status().as_u16(), 400);
    world.check().await;
}
