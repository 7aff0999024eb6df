//! A service that answers badly: what the phone shows, what the timeline says, and the rule it cites.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Response;
use axum::routing::post;
use sandbox::{ServiceUrls, Simulator, SimulatorConfig};
use serde_json::Value;

use crate::client::Client;
use crate::desk::get;

const PLAIN: &str = "text/plain";

/// What a phone says by itself, and what the gateway says for a service.
const NO_ANSWER: &str = "Connection problem or invalid MMI code.";
const BAD_ANSWER: &str = "A technical problem occurred. Please try again later.";

/// The pages of the provider that are cited.
const HOP: &str = "docs/ussd/handle_sessions";
const LENGTH: &str = "article 1284096";
const TIME: &str = "docs/ussd/overview";

/// A service that gives this one answer to everything.
async fn answering(status: u16, kind: &'static str, body: String) -> ServiceUrls {
    let answer = move || async move {
        Response::builder()
            .status(status)
            .header("content-type", kind)
            .header("location", "http://elsewhere.example/login")
            .body(Body::from(body.clone()))
            .unwrap()
    };
    serve(Router::new().fallback(post(answer))).await
}

async fn serve(router: Router) -> ServiceUrls {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    ServiceUrls {
        ussd: Some(format!("{base}/ussd")),
        events: Some(format!("{base}/events")),
        ..ServiceUrls::default()
    }
}

/// Dials against the service; returns what the phone shows and the exchange of the hop.
async fn dial(urls: ServiceUrls) -> (String, Value) {
    dial_within(SimulatorConfig::instant().ussd.hop_timeout, urls).await
}

/// The same over a gateway that waits so long for an answer.
async fn dial_within(limit: Duration, urls: ServiceUrls) -> (String, Value) {
    let mut config = SimulatorConfig::instant();
    config.ussd.hop_timeout = limit;
    let sim = Simulator::start(config).await.unwrap();
    sim.set_service(urls);
    let phone = sim.phone("0712345678").unwrap();
    phone.dial("*384*55#").await.unwrap();
    let shown = phone.view().shown.unwrap().text;
    let client = Client::new(&sim.base_url());
    let exchanges = get(&client, "/api/wire?text=ussd&broken=true").await;
    (shown, exchanges[0].clone())
}

#[tokio::test]
async fn each_bad_answer_is_shown_as_on_a_phone_and_told_with_its_rule() {
    let long = |prefix: &str| format!("{prefix} {}", "a".repeat(157));
    let cases = [
        (
            200,
            PLAIN,
            "Hello".to_owned(),
            BAD_ANSWER,
            "neither \"CON \" nor \"END \": \"Hello\"",
            HOP,
        ),
        (200, PLAIN, String::new(), BAD_ANSWER, "it is empty", HOP),
        (
            200,
            "text/html",
            "<!doctype html><p>Hi".to_owned(),
            BAD_ANSWER,
            "it is an HTML page",
            HOP,
        ),
        (
            500,
            PLAIN,
            "CON Hello".to_owned(),
            BAD_ANSWER,
            "the status is 500",
            HOP,
        ),
        (
            404,
            PLAIN,
            "END Hello".to_owned(),
            BAD_ANSWER,
            "the status is 404",
            HOP,
        ),
        (
            302,
            PLAIN,
            String::new(),
            BAD_ANSWER,
            "a redirect to http://elsewhere.example/login",
            HOP,
        ),
        (
            200,
            PLAIN,
            long("END"),
            &"a".repeat(156),
            "161 septets, 1 too many",
            LENGTH,
        ),
        (
            200,
            PLAIN,
            "END it\u{2019}s".to_owned(),
            "it\u{2019}s",
            "not in the GSM alphabet: \u{2019}",
            LENGTH,
        ),
    ];
    for (status, kind, body, shows, what, page) in cases {
        let (shown, exchange) = dial(answering(status, kind, body.clone()).await).await;
        assert_eq!(shown, shows, "{body:?}");
        assert_broken(&exchange, what, page);
        assert_eq!(exchange["status"], status);
    }
}

#[tokio::test]
async fn a_service_that_is_down_or_slow_leaves_the_phone_without_an_answer() {
    let (shown, exchange) = dial(ServiceUrls::ussd("http://127.0.0.1:1/ussd")).await;
    assert_eq!(shown, NO_ANSWER);
    assert_broken(&exchange, "could not be reached", HOP);
    assert_eq!(exchange["status"], Value::Null);

    let slow = || async { std::future::pending::<String>().await };
    let urls = serve(Router::new().fallback(post(slow))).await;
    let (shown, exchange) = dial_within(Duration::from_millis(60), urls).await;
    assert_eq!(shown, NO_ANSWER);
    assert_broken(&exchange, "no answer within 60ms", TIME);
}

#[tokio::test]
async fn a_long_screen_is_turned_by_the_network_and_not_by_the_service() {
    let body = format!("CON {}", "word ".repeat(60));
    let sim = Simulator::start(SimulatorConfig::instant()).await.unwrap();
    sim.set_service(answering(200, PLAIN, body).await);
    let phone = sim.phone("0712345678").unwrap();
    phone.dial("*384*55#").await.unwrap();
    let page = || phone.view().shown.unwrap();
    assert!(page().text.ends_with("\n98:More") && page().page == 1);
    phone.reply("98").await.unwrap();
    assert!(page().text.ends_with("00:Back 98:More") && page().page == 2);
    phone.reply("00").await.unwrap();
    assert_eq!(page().page, 1);
    assert_eq!(sim.exchanges().len(), 1, "the service saw one hop");
    phone.reply("1").await.unwrap();
    assert_eq!(sim.exchanges().len(), 2);
}

#[tokio::test]
async fn a_callback_that_is_not_answered_200_is_told_with_its_rule() {
    let sim = Simulator::start(SimulatorConfig::instant()).await.unwrap();
    let mut urls = answering(503, PLAIN, "END Hello".to_owned()).await;
    urls.ussd = answering(200, PLAIN, "END Hello".to_owned()).await.ussd;
    sim.set_service(urls);
    sim.phone("0712345678")
        .unwrap()
        .dial("*384*55#")
        .await
        .unwrap();
    let told = sim
        .wait_for_exchange(|e| e.what == "end event", crate::PATIENCE)
        .await;
    assert!(told.is_some());
    let client = Client::new(&sim.base_url());
    let wire = get(&client, "/api/wire?broken=true").await;
    assert_eq!(wire.as_array().unwrap().len(), 1);
    assert_broken(&wire[0], "the status is 503", "docs/ussd/notifications");
}

#[tokio::test]
async fn what_a_provider_refuses_is_told_with_its_rule() {
    let sim = Simulator::start(SimulatorConfig::instant()).await.unwrap();
    let client = Client::new(&sim.base_url());
    client.push("no-token", &serde_json::json!({})).await;
    client.sms("0712345678", "Hello").await.unwrap();
    client
        .post("/mpesa/stkpush/v2/processrequest", "", &Value::Null)
        .await;
    let wire = get(&client, "/api/wire?broken=true").await;
    assert_eq!(wire.as_array().unwrap().len(), 3);
    assert_broken(
        &wire[0],
        "404.001.03 Invalid Access Token",
        "MpesaExpressSimulate",
    );
    assert_broken(
        &wire[1],
        "0712345678 was refused: 403 InvalidPhoneNumber",
        "docs/sms/sending",
    );
    assert_broken(&wire[2], "refused with 404", "MpesaExpressSimulate");
}

fn assert_broken(exchange: &Value, what: &str, page: &str) {
    let broken = exchange["broken"].as_array().unwrap();
    let fits = |rule: &Value| {
        rule["what"].as_str().unwrap().contains(what)
            && rule["source"].as_str().unwrap().contains(page)
    };
    assert!(broken.iter().any(fits), "{what}: {broken:?}");
}
