//! A second sender, by template: it has what the first one failed at, and everything while the first
//! one is stopped or away.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    routing::any,
};
use majibu::{config::SmsFallback, core::sms::SmsClass};
use sandbox::{Fault, FaultPoint};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    help::{MINUTE, SECOND, SMS, calls, texts},
    sms_help::{failure, fate, number, readiness, receipt, text},
    support::World,
};

/// A request as it came: query, headers, body.
#[derive(Clone, Debug)]
struct Asked {
    query: BTreeMap<String, String>,
    key: String,
    body: String,
}

#[derive(Default)]
struct Shared {
    asked: Mutex<Vec<Asked>>,
    answers: Mutex<Vec<(u16, String)>>,
}

/// Another HTTP SMS API.
struct Another {
    url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl Another {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared::default());
        let router = Router::new()
            .fallback(any(take))
            .with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("served");
        });
        Self {
            url: format!("http://{address}/send"),
            shared,
            server,
        }
    }

    fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().expect("asked").clone()
    }

    /// Answers all requests but the last of these, and then that one for ever.
    fn answers(&self, answers: &[(u16, &str)]) {
        let answers = answers
            .iter()
            .rev()
            .map(|(status, body)| (*status, (*body).to_owned()));
        *self.shared.answers.lock().expect("answers") = answers.collect();
    }

    /// How it is configured: JSON, a key in a header, an id in the answer.
    fn json(&self) -> SmsFallback {
        let mut fallback: SmsFallback = self.plain();
        fallback.content_type = majibu::config::FallbackContent::Json;
        fallback.body = r#"{"to":["{to}"],"from":"{sender}","text":"{text}","ref":"{id}"}"#.into();
        fallback.sender = Some("MAJIBU".into());
        fallback.headers = BTreeMap::from([("X-Key".into(), "hunter2".into())]);
        fallback.id_pointer = Some("/data/id".into());
        fallback
    }

    /// How it is configured: a form.
    fn plain(&self) -> SmsFallback {
        let text = format!(
            "url = '{}'\nbody = 'to={{to}}&m={{text}}&id={{id}}'",
            self.url
        );
        toml::from_str(&text).expect("a section")
    }
}

impl Drop for Another {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    uri: Uri,
    body: String,
) -> (StatusCode, String) {
    let query = uri.query().unwrap_or_default();
    let key = headers.get("x-key").and_then(|key| key.to_str().ok());
    shared.asked.lock().expect("asked").push(Asked {
        query: serde_urlencoded::from_str(query).expect("a query"),
        key: key.unwrap_or_default().to_owned(),
        body,
    });
    let mut answers = shared.answers.lock().expect("answers");
    let answer = match answers.len() {
        0 => (200, r#"{"data":{"id":"X-1"}}"#.to_owned()),
        1 => answers[0].clone(),
        _ => answers.pop().expect("one"),
    };
    (StatusCode::from_u16(answer.0).expect("a status"), answer.1)
}

async fn world(fallback: SmsFallback) -> World {
    World::with(|config| config.sms.fallback = Some(fallback)).await
}

fn stop(world: &World) {
    let fault = Fault::Refuse(401);
    world
        .sim
        .inject(FaultPoint::Sms, fault, 1)
        .expect("a fault");
}

#[tokio::test]
async fn while_the_first_sender_is_stopped_the_second_one_has_everything() {
    let another = Another::start().await;
    let world = world(another.json()).await;
    stop(&world);
    receipt(&world, "a", &number(1), "\"You\" won\n100%").await;
    world.run_due().await;
    assert_eq!(readiness(&world).await, "paused");
    assert_eq!(calls(&world, SMS).len(), 1);
    assert_eq!(fate(&world, "a").await, "sent fallback 1");
    receipt(&world, "b", &number(2), "Second").await;
    world.run_due().await;
    assert_eq!(calls(&world, SMS).len(), 1, "the first is not asked");
    let asked = another.asked();
    assert_eq!(asked.len(), 2);
    let body: serde_json::Value = serde_json::from_str(&asked[0].body).expect("JSON");
    assert_eq!(body["text"], "\"You\" won\n100%");
    assert_eq!(body["to"][0], number(1));
    assert_eq!(body["from"], "MAJIBU");
    assert_eq!(body["ref"].as_str().map(str::len), Some(26));
    assert_eq!(asked[0].key, "hunter2");
    // The first one is back: one ahead, and it has the rest.
    world.turn(15 * MINUTE);
    receipt(&world, "c", &number(3), "Third").await;
    world.run_due().await;
    assert_eq!(texts(&world.phone(&number(3))), ["Third"]);
    assert_eq!(another.asked().len(), 2);
    world.check().await;
}

#[tokio::test]
async fn a_text_that_the_first_sender_fails_at_goes_by_the_second_after_so_many_tries() {
    let another = Another::start().await;
    let mut fallback = another.plain();
    fallback.after = 2;
    let world = world(fallback).await;
    world
        .sim
        .set_sms_code(&number(1), Some(501))
        .expect("a number");
    receipt(&world, "bad", &number(1), "Hard to send").await;
    receipt(&world, "good", &number(2), "Easy to send").await;
    world.run_due().await;
    world.turn(15 * SECOND);
    world.run_due().await;
    assert_eq!(calls(&world, SMS).len(), 3);
    assert!(another.asked().is_empty());
    assert_eq!(fate(&world, "bad").await, "pending first 2");
    world.turn(30 * SECOND);
    world.run_due().await;
    assert_eq!(another.asked().len(), 1);
    assert_eq!(fate(&world, "bad").await, "sent fallback 3");
    assert_eq!(
        texts(&world.phone(&number(2))).len(),
        1,
        "nothing else is moved"
    );
    assert_eq!(readiness(&world).await, "ok");
    world.check().await;
}

#[tokio::test]
async fn an_answer_that_was_lost_is_doubled_by_the_second_rather_than_lost() {
    let another = Another::start().await;
    let mut fallback = another.plain();
    fallback.after = 1;
    let world = world(fallback).await;
    world
        .sim
        .inject(FaultPoint::Sms, Fault::Cut, 1)
        .expect("a fault");
    receipt(&world, "a", &number(1), "Text").await;
    world.run_due().await;
    world.turn(15 * SECOND);
    world.run_due().await;
    assert_eq!(
        texts(&world.phone(&number(1))),
        ["Text"],
        "the first had sent it"
    );
    assert_eq!(another.asked().len(), 1, "and the second did, too");
    assert_eq!(fate(&world, "a").await, "sent fallback 2");
    world.check().await;
}

#[tokio::test]
async fn while_the_first_sender_is_away_the_second_takes_over_and_gives_back() {
    let another = Another::start().await;
    let world = world(another.plain()).await;
    world
        .sim
        .inject(FaultPoint::Sms, Fault::Unheard, 5)
        .expect("a fault");
    for place in 0..5 {
        receipt(
            &world,
            &format!("{place}"),
            &number(place),
            &format!("Text {place}"),
        )
        .await;
    }
    world.run_due().await;
    assert_eq!(readiness(&world).await, "paused");
    receipt(&world, "new", &number(9), "New").await;
    world.run_due().await;
    assert_eq!(fate(&world, "new").await, "sent fallback 1");
    world.turn(15 * SECOND);
    world.run_due().await;
    assert_eq!(
        calls(&world, SMS).len(),
        10,
        "the five others when the first is back"
    );
    assert_eq!(another.asked().len(), 1);
    world.check().await;
}

#[tokio::test]
async fn promotions_go_by_the_second_sender_only_where_it_is_configured() {
    for is_allowed in [false, true] {
        let another = Another::start().await;
        let mut fallback = another.plain();
        fallback.promotions = is_allowed;
        fallback.after = 1;
        let world = world(fallback).await;
        stop(&world);
        receipt(&world, "receipt", &number(1), "You won").await;
        world.run_due().await;
        text(&world, SmsClass::Promotion, "promotion", &number(2), "Buy").await;
        world.run_due().await;
        assert_eq!(another.asked().len(), if is_allowed { 2 } else { 1 });
        world.turn(15 * MINUTE);
        world
            .sim
            .set_sms_code(&number(3), Some(501))
            .expect("a number");
        text(&world, SmsClass::Promotion, "failing", &number(3), "Buy").await;
        world.run_due().await;
        world.turn(15 * SECOND);
        world.run_due().await;
        assert_eq!(another.asked().len(), if is_allowed { 3 } else { 1 });
        let fate = fate(&world, "promotion").await;
        let sender = if is_allowed { "fallback" } else { "first" };
        assert!(fate.contains(sender), "{is_allowed}: {fate}");
        world.check().await;
    }
}

#[tokio::test]
async fn what_the_second_sender_refuses_is_tried_on_and_never_given_up_in_a_pause() {
    let another = Another::start().await;
    let mut fallback = another.json();
    fallback.success_pointer = Some("/status".into());
    fallback.success_values.0 = vec!["ok".into()];
    let world = world(fallback).await;
    let refused = r#"{"status":"no credit hunter2"}"#;
    another.answers(&[
        (200, refused),
        (401, "no"),
        (503, "later"),
        (429, "slowly"),
        (200, r#"{"status":"ok","data":{"id":7}}"#),
    ]);
    // For ever, as far as this text goes.
    world
        .sim
        .inject(FaultPoint::Sms, Fault::Refuse(401), 1_000)
        .expect("a fault");
    receipt(&world, "a", &number(1), "Text").await;
    world.run_due().await;
    assert!(failure(&world, "a").await.starts_with("not sent: HTTP 200"));
    for _ in 0..4 {
        world.turn(3 * MINUTE);
        world.run_due().await;
    }
    assert_eq!(another.asked().len(), 5);
    let fate = fate(&world, "a").await;
    assert!(fate.starts_with("sent fallback"), "{fate}");
    let ids: Vec<serde_json::Value> = another
        .asked()
        .iter()
        .map(|asked| {
            serde_json::from_str::<serde_json::Value>(&asked.body).expect("JSON")["ref"].clone()
        })
        .collect();
    assert!(
        ids.iter().all(|id| *id == ids[0]),
        "the same id at every try"
    );
    world.check().await;
}

#[tokio::test]
async fn a_second_sender_that_takes_everything_in_the_url_is_called_by_get() {
    let another = Another::start().await;
    let mut fallback = another.plain();
    fallback.method = majibu::config::FallbackMethod::Get;
    fallback.content_type = majibu::config::FallbackContent::Query;
    fallback.url = format!("{}?key=hunter2", another.url).into();
    fallback.success_contains = Some("OK".into());
    let world = world(fallback).await;
    another.answers(&[(200, "OK: 17")]);
    stop(&world);
    receipt(&world, "a", &number(1), "50% & more +1").await;
    world.run_due().await;
    let asked = another.asked().remove(0);
    assert_eq!(asked.query["key"], "hunter2");
    assert_eq!(asked.query["to"], number(1));
    assert_eq!(asked.query["m"], "50% & more +1");
    assert_eq!(asked.body, "");
    assert_eq!(fate(&world, "a").await, "sent fallback 1");
    world.check().await;
}

#[tokio::test]
async fn a_second_sender_that_is_away_shows_no_secret() {
    let another = Another::start().await;
    let mut fallback = another.json();
    fallback.url = "http://127.0.0.1:9/send?key=hunter2".into();
    fallback.timeout = Duration::from_millis(500);
    let world = world(fallback).await;
    stop(&world);
    receipt(&world, "a", &number(1), "Text").await;
    world.run_due().await;
    let failure = failure(&world, "a").await;
    assert!(failure.starts_with("not sent: "), "{failure}");
    assert!(!failure.contains("hunter2"), "{failure}");
    assert_eq!(fate(&world, "a").await, "pending fallback 1");
    world.turn(15 * MINUTE);
    world.run_due().await;
    assert_eq!(texts(&world.phone(&number(1))), ["Text"]);
    world.check().await;
}
