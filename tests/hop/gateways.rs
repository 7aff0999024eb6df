//! Games over the wires of other gateways, with the bytes that they document.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    gateways_query::Advanta,
    support::{Answer, PATIENCE, World},
};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const NUMBER: &str = "254712345678";

/// What a phone shows, whatever the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) text: String,
    pub(crate) ends: bool,
}

impl Seen {
    pub(crate) fn starts(&self, start: &str) -> &Self {
        assert!(self.text.starts_with(start), "{}", self.text);
        self
    }

    pub(crate) fn has(&self, part: &str) -> &Self {
        assert!(self.text.contains(part), "{}", self.text);
        self
    }
}

/// A phone behind Hubtel: it keeps the last reply's `ClientState`, as the gateway does.
#[derive(Clone)]
struct Hubtel {
    url: String,
    client: Client,
    session: String,
    sequence: u64,
    state: String,
    /// Whether the gateway hands `ClientState` back; resellers have been seen without.
    hands_back: bool,
    last: Value,
}

impl Hubtel {
    fn new(world: &World) -> Self {
        Self {
            url: format!("{}/ussd/development/hubtel", world.base()),
            client: Client::new(),
            session: String::new(),
            sequence: 0,
            state: String::new(),
            hands_back: true,
            last: Value::Null,
        }
    }

    async fn post(&self, body: &Value) -> Value {
        let request = self.client.post(&self.url).json(body);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200, "{body}");
        let kind = answer.headers()["content-type"]
            .to_str()
            .expect("text")
            .to_owned();
        assert_eq!(kind, "application/json");
        answer.json().await.expect("JSON")
    }

    async fn step(&mut self, kind: &str, message: &str) -> Seen {
        self.sequence += 1;
        let mut body = json!({
            "Mobile": NUMBER, "SessionId": self.session, "ServiceCode": "384*55", "Type": kind,
            "Message": message, "Operator": "safaricom", "Sequence": self.sequence,
        });
        if self.hands_back {
            body["ClientState"] = json!(self.state);
        }
        self.last = body.clone();
        let reply = self.post(&body).await;
        self.state = reply["ClientState"].as_str().expect("a state").to_owned();
        read(&reply)
    }

    async fn dial(&mut self, session: &str, dialled: &str) -> Seen {
        self.session = session.into();
        (self.sequence, self.state) = (0, String::new());
        self.step("Initiation", dialled).await
    }

    async fn press(&mut self, keys: &[&str]) -> Seen {
        let mut seen = None;
        for key in keys {
            seen = Some(self.step("Response", key).await);
        }
        seen.expect("a key")
    }

    /// The gateway sends the last request once more.
    async fn repeat(&self) -> Seen {
        read(&self.post(&self.last).await)
    }

    /// The player leaves, or the time runs out.
    async fn leave(&self, kind: &str) -> Value {
        let body = json!({
            "Mobile": NUMBER, "SessionId": self.session, "ServiceCode": "384*55", "Type": kind,
            "Message": "", "Operator": "safaricom", "Sequence": self.sequence + 1,
        });
        self.post(&body).await
    }
}

fn read(reply: &Value) -> Seen {
    let ends = match reply["Type"].as_str() {
        Some("Response") => false,
        Some("Release") => true,
        other => panic!("{other:?}"),
    };
    let text = reply["Message"].as_str().expect("a message").to_owned();
    Seen { text, ends }
}

/// Answers five questions rightly; each hop comes twice, and counts once.
async fn play(world: &World, hubtel: &mut Hubtel) -> Seen {
    let phone = world.phone("0712345678");
    let mut last = None;
    for answered in 1..=5_u8 {
        world.turn(SECOND);
        let key = world.key(&phone, Answer::Right).await;
        let seen = hubtel.press(&[&key]).await;
        assert_eq!(hubtel.repeat().await, seen);
        world.turn(SECOND * 2);
        assert_eq!(hubtel.repeat().await, seen, "late too");
        let entry = &world.report(&phone).await.entries[0];
        assert_eq!(entry.correct, i64::from(answered));
        last = Some(seen);
    }
    last.expect("a screen")
}

pub(crate) async fn pay(world: &World) {
    let phone = world.phone("0712345678");
    world.turn(world.config.daraja.stk_delay);
    world.run_due().await;
    phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    phone.enter_pin("1234").await.expect("paid");
    world.callbacks_are_in().await;
    world.run_due().await;
}

/// From the first dial to the refund, on a wire that counts in one way or another.
async fn a_whole_game(hands_back: bool) {
    let world = World::new().await;
    let phone = world.phone("0712345678");
    let mut hubtel = Hubtel::new(&world);
    hubtel.hands_back = hands_back;
    hubtel.dial("first", "*384*55#").await.starts("Majibu");
    hubtel
        .press(&["1", "1"])
        .await
        .starts("Majibu. Balance KES 0");
    let sent = hubtel.press(&["2", "100"]).await;
    assert!(sent.ends, "{}", sent.text);
    assert_eq!(hubtel.repeat().await, sent);
    assert_eq!(world.report(&phone).await.deposits.len(), 1);
    pay(&world).await;
    assert_eq!(hubtel.repeat().await, sent, "after the end");
    assert_eq!(world.balance(&phone).await, 10_000);

    hubtel
        .dial("second", "*384*55#")
        .await
        .starts("Majibu. Balance KES 100");
    let question = hubtel.press(&["1", "1", "2", "1"]).await;
    question.starts("Q1/5");
    assert_eq!(hubtel.repeat().await, question);
    assert_eq!(world.balance(&phone).await, 5_000);
    // The session drops; the round is found again by a redial.
    let resumed = hubtel.dial("third", "*384*55#").await;
    assert_eq!(resumed.text, format!("15s left.\n{}", question.text));
    let closing = play(&world, &mut hubtel).await;
    closing.starts("Done! 5/5 right");
    assert!(closing.ends);
    world.turn(SECOND * 60 * 31);
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_250);
    assert_eq!(world.sim.pushes().len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_game_over_json_with_the_latest_input_only() {
    a_whole_game(true).await;
}

#[tokio::test]
async fn a_game_over_json_where_only_the_sequence_counts() {
    a_whole_game(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_requests_at_the_same_instant_have_one_effect() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 200).await;
    let mut hubtel = Hubtel::new(&world);
    hubtel.dial("a", "*384*55#").await;
    hubtel.press(&["1", "1", "2"]).await;
    let body = json!({
        "Mobile": NUMBER, "SessionId": "a", "ServiceCode": "384*55", "Type": "Response",
        "Message": "1", "Operator": "safaricom", "Sequence": 5, "ClientState": hubtel.state,
    });
    let replies = join_all([(); 4].map(|()| hubtel.post(&body))).await;
    for reply in &replies {
        assert_eq!(reply, &replies[0]);
        read(reply).starts("Q1/5");
    }
    assert_eq!(world.balance(&phone).await, 15_000);
    let entry = world.entry_under_way(&phone).await;
    assert_eq!((entry.answered, entry.position), (0, 1));
    // The same key as the answer to the question is another hop, also at four times at once.
    let mut answer = body.clone();
    answer["Sequence"] = json!(6);
    answer["ClientState"] = replies[0]["ClientState"].clone();
    let replies = join_all([(); 4].map(|()| hubtel.post(&answer))).await;
    assert!(replies.iter().all(|reply| reply == &replies[0]));
    assert_eq!(world.entry_under_way(&phone).await.answered, 1);
    // The stake once more, with another key: its question again.
    let mut other = body;
    other["Message"] = json!("2");
    read(&hubtel.post(&other).await).starts("Q1/5");
    assert_eq!(world.entry_under_way(&phone).await.answered, 1);
    world.check().await;
}

#[tokio::test]
async fn a_start_that_comes_twice_is_one_session_and_no_answer() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    phone.drop_session();
    let mut hubtel = Hubtel::new(&world);
    let first = hubtel.dial("twice", "1").await;
    first.starts("15s left.\nQ1/5");
    assert_eq!(hubtel.repeat().await, first);
    // The second of two starts, counted as if it were an answer.
    let again = hubtel.step("initiation", "1").await;
    assert_eq!(again, first);
    assert_eq!(world.entry_under_way(&phone).await.answered, 0);
    world.check().await;
}

#[tokio::test]
async fn a_star_that_was_typed_is_no_choice_and_dialled_arguments_navigate_only() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let mut hubtel = Hubtel::new(&world);
    hubtel
        .dial("star", "*384*55*1*1*2*1#")
        .await
        .has("stake KES 50. Win KES 80");
    assert_eq!(world.balance(&phone).await, 10_000);
    for key in ["1*1", "*", "1#", "", " "] {
        hubtel.press(&[key]).await.starts("Not on the list.");
    }
    hubtel.press(&["1"]).await.starts("Q1/5");
    for key in ["1*1", "*1", "", "1*2*3"] {
        hubtel.press(&[key]).await.starts("Answer 1-3.");
    }
    assert_eq!(world.entry_under_way(&phone).await.answered, 0);
    world.check().await;
}

#[tokio::test]
async fn a_player_who_leaves_ends_the_session_and_neither_money_nor_the_clock() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let mut hubtel = Hubtel::new(&world);
    for (session, kind, left) in [("a", "Release", 14), ("b", "Timeout", 8)] {
        hubtel.dial(session, "*384*55#").await;
        let question = if session == "a" {
            hubtel.press(&["1", "1", "2", "1"]).await
        } else {
            hubtel.press(&["9"]).await
        };
        let bye = hubtel.leave(kind).await;
        assert_eq!(bye, json!({ "Type": "Release", "Message": "" }));
        assert_eq!(hubtel.leave(kind).await, bye, "twice");
        // What was answered stays; nothing new is taken.
        assert_eq!(hubtel.repeat().await, question);
        let key = world.key(&phone, Answer::Right).await;
        let over = hubtel.press(&[&key]).await;
        assert_eq!(
            (over.text.as_str(), over.ends),
            ("This session is over. Please dial again.", true)
        );
        assert_eq!(world.entry_under_way(&phone).await.answered, 0);
        assert_eq!(world.balance(&phone).await, 5_000);
        world.turn(if left == 14 { SECOND * 5 } else { SECOND * 6 });
        let resumed = hubtel.dial(&format!("{session}2"), "*384*55#").await;
        resumed.starts(&format!("{left}s left.\nQ1/5"));
    }
    world.run_due().await;
    let figures = world
        .app()
        .session_figures(SECOND * 60)
        .await
        .expect("figures");
    let question = figures
        .given_up
        .iter()
        .find(|place| place.screen == "question");
    assert_eq!(
        question.expect("left").sessions,
        2,
        "each once: {figures:?}"
    );
    world.check().await;
}

#[tokio::test]
async fn a_game_goes_on_where_the_session_store_was_lost() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let mut hubtel = Hubtel::new(&world);
    hubtel.dial("lost", "*384*55#").await;
    let question = hubtel.press(&["1", "1", "2", "1"]).await;
    world.wipe_sessions().await;
    assert_eq!(hubtel.repeat().await, question, "the stake is remembered");
    assert_eq!(world.balance(&phone).await, 5_000);
    world.wipe_sessions().await;
    let key = world.key(&phone, Answer::Right).await;
    hubtel.press(&[&key]).await.starts("Q2/5");
    // A wrong key leaves no trace in the database. After the next loss nobody knows what the reply
    // is to: the question again, and no answer.
    hubtel.press(&["9"]).await.starts("Answer 1-3.");
    world.wipe_sessions().await;
    let key = world.key(&phone, Answer::Right).await;
    let again = hubtel.press(&[&key]).await;
    again.starts("Q2/5");
    assert_eq!(hubtel.repeat().await, again);
    assert_eq!(world.entry_under_way(&phone).await.answered, 1);
    hubtel.press(&[&key]).await.starts("Q3/5");
    assert_eq!(world.entry_under_way(&phone).await.correct, 2);
    world.check().await;
}

#[tokio::test]
async fn a_menu_whose_session_was_lost_starts_over_and_confirms_nothing() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let mut hubtel = Hubtel::new(&world);
    hubtel.dial("gone", "*384*55#").await;
    hubtel
        .press(&["1", "1", "2"])
        .await
        .has("stake KES 50. Win KES 80");
    world.wipe_sessions().await;
    let home = hubtel.press(&["1"]).await;
    home.starts("Majibu. Balance KES 100");
    assert_eq!(hubtel.repeat().await, home);
    hubtel.press(&["1"]).await.starts("Choose a category");
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn sessions_of_different_gateways_with_one_id_never_meet() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let mut hubtel = Hubtel::new(&world);
    let advanta = Advanta::new(&world, "same");
    let africastalking = crate::line::Line::new(&phone, "same");
    hubtel.dial("same", "*384*55#").await;
    advanta.send("55*2").await.starts("Deposit to Majibu");
    assert_eq!(africastalking.send("3").await.name, "no_games");
    hubtel.press(&["1"]).await.starts("Choose a category");
    advanta.send("55*2*0").await.starts("Majibu. Balance");
    assert_eq!(africastalking.send("3*0").await.name, "home");
    world.check().await;
}
