//! The desk of phones over HTTP: what can be set, and what the network does with it.

use std::time::Duration;

use sandbox::{IdleLimit, SimulatorConfig};
use serde_json::{Value, json};

use crate::client::Client;
use crate::{PATIENCE, instant_world, world};

pub(crate) async fn get(client: &Client, path: &str) -> Value {
    let answer = client
        .http
        .get(format!("{}{path}", client.base))
        .send()
        .await;
    answer.unwrap().json().await.unwrap()
}

async fn send(client: &Client, method: &str, path: &str, body: Value) -> (u16, Value) {
    let method = method.parse().unwrap();
    let request = client
        .http
        .request(method, format!("{}{path}", client.base));
    let answer = request.json(&body).send().await.unwrap();
    (
        answer.status().as_u16(),
        answer.json().await.unwrap_or_default(),
    )
}

#[tokio::test]
async fn phones_come_to_the_desk_are_set_and_go() {
    let (sim, _service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    assert_eq!(get(&client, "/api/phones").await, json!([]));
    let settings = json!({
        "number": "0733 000 111", "network": "airtel", "mpesa_balance_cents": 1_250, "mpesa_pin": "9876",
    });
    let (status, phone) = send(&client, "POST", "/api/phones", settings).await;
    assert_eq!((status, &phone["number"]), (201, &json!("+254733000111")));
    assert_eq!(
        (
            &phone["network"]["code"],
            &phone["network"]["screen_budget"]
        ),
        (&json!("63903"), &json!(184))
    );
    assert_eq!(
        (&phone["mpesa_balance_cents"], &phone["mpesa_pin"]),
        (&json!(1_250), &json!("9876"))
    );
    let (status, other) = send(&client, "POST", "/api/phones", json!({})).await;
    assert_eq!(status, 201);
    let desk = get(&client, "/api/phones").await;
    assert_eq!(desk[1]["number"], other["number"]);
    // The network is what the service is told.
    let (_, view) = send(
        &client,
        "POST",
        "/api/phones/0733000111/dial",
        json!({ "code": "*384*55#" }),
    )
    .await;
    assert_eq!(view["screen"]["budget"], 184);
    assert!(
        sim.exchanges()[0]
            .request_body
            .ends_with("networkCode=63903")
    );
    let (status, _) = send(
        &client,
        "PATCH",
        "/api/phones/0733000111",
        json!({ "network": "telkom" }),
    )
    .await;
    assert_eq!(status, 409, "not within a session");
    let (status, _) = send(&client, "DELETE", "/api/phones/0733000111", Value::Null).await;
    assert_eq!(status, 204);
    let (status, _) = send(&client, "DELETE", "/api/phones/0733000111", Value::Null).await;
    assert_eq!(status, 404);
    assert!(!sim.phone("0733000111").unwrap().is_in_session());
    assert_eq!(
        get(&client, "/api/phones").await.as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn settings_out_of_range_are_refused_with_a_reason() {
    let (sim, _service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let cases = [
        ("POST", "/api/phones", json!({ "number": "0202345678" })),
        ("POST", "/api/phones", json!({ "mpesa_pin": "12345" })),
        ("POST", "/api/phones", json!({ "colour": "red" })),
        (
            "PATCH",
            "/api/phones/0712345678",
            json!({ "mpesa_balance_cents": -1 }),
        ),
        (
            "PATCH",
            "/api/phones/0712345678",
            json!({ "mpesa_balance_cents": 50_000_001 }),
        ),
        (
            "PATCH",
            "/api/phones/0712345678",
            json!({ "mpesa_pin": "12a4" }),
        ),
        (
            "PATCH",
            "/api/phones/0712345678",
            json!({ "network": "vodafone" }),
        ),
        (
            "PATCH",
            "/api/phones/0712345678",
            json!({ "number": "0712345679" }),
        ),
    ];
    for (method, path, body) in cases {
        let (status, answer) = send(&client, method, path, body.clone()).await;
        assert_eq!(status, 400, "{body}: {answer}");
        assert!(answer["error"].is_string(), "{body}: {answer}");
    }
    assert_eq!(get(&client, "/api/phones").await, json!([]));
}

#[tokio::test]
async fn a_phone_that_is_off_gets_its_messages_when_it_is_on_again() {
    let (sim, service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let phone = sim.phone("0712345678").unwrap();
    phone.dial("*384*55#").await.unwrap();
    let path = "/api/phones/0712345678";
    let (_, view) = send(&client, "PATCH", path, json!({ "is_on": false })).await;
    assert_eq!(
        (&view["is_in_session"], &view["screen"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(service.events(1).await[0]["status"], "Incomplete");
    client.sms("+254712345678", "Hello").await.unwrap();
    let view = get(&client, path).await;
    assert_eq!((&view["held"], &view["inbox"]), (&json!(1), &json!([])));
    let (_, view) = send(&client, "PATCH", path, json!({ "is_on": true })).await;
    assert_eq!(
        (&view["held"], &view["inbox"][0]["text"]),
        (&json!(0), &json!("Hello"))
    );
    // Unread until it is opened; then thrown away.
    let id = view["unread"][0].as_str().unwrap().to_owned();
    let (_, view) = send(
        &client,
        "POST",
        &format!("{path}/inbox/{id}/read"),
        json!({}),
    )
    .await;
    assert_eq!(
        (&view["unread"], view["inbox"].as_array().unwrap().len()),
        (&json!([]), 1)
    );
    let (_, view) = send(
        &client,
        "DELETE",
        &format!("{path}/inbox/{id}"),
        Value::Null,
    )
    .await;
    assert_eq!(view["inbox"], json!([]));
    let (status, _) = send(
        &client,
        "DELETE",
        &format!("{path}/inbox/{id}"),
        Value::Null,
    )
    .await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_screen_that_waits_too_long_for_a_reply_ends_the_session() {
    let mut config = SimulatorConfig::instant();
    config.ussd.idle_limit = IdleLimit::Of(Duration::from_millis(400));
    let (sim, service) = world(config).await;
    let phone = sim.phone("0712345678").unwrap();
    phone.dial("*384*55#").await.unwrap();
    let session = phone.view().session.unwrap();
    assert!(
        (1..=400).contains(&session.idle_in_ms.unwrap()),
        "{session:?}"
    );
    assert!(
        (170_000..=180_000).contains(&session.ends_in_ms),
        "{session:?}"
    );
    // While the service is asked nobody waits for a reply, and an answer begins the time anew.
    let held = service.hold().await;
    let replying = tokio::spawn({
        let phone = phone.clone();
        async move { phone.reply("2").await }
    });
    service.wait_for_hops(2).await;
    assert_eq!(phone.view().session.unwrap().idle_in_ms, None);
    drop(held);
    replying.await.unwrap().unwrap();
    assert_eq!(service.events(1).await[0]["status"], "Incomplete");
    let view = phone.view();
    assert!(!view.is_in_session);
    let notice = view.notice.unwrap();
    assert_eq!(notice.text, "Session timed out.");
    assert!(
        notice.why.starts_with("Safaricom") && notice.why.contains("400ms"),
        "{}",
        notice.why
    );
    // The next dial is a new session.
    assert!(phone.dial("*384*55#").await.is_ok() && phone.view().notice.is_none());
}

#[tokio::test]
async fn the_networks_differ_in_what_they_allow() {
    let (sim, _service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let networks = get(&client, "/api/networks").await;
    let limits = networks.as_array().unwrap().iter().map(|network| {
        json!([
            network["code"],
            network["screen_budget"],
            network["reply_limit"],
            network["idle_limit_s"]
        ])
    });
    let expected = json!([
        ["63902", 160, 80, 30],
        ["63903", 184, 90, 60],
        ["63907", 160, 80, 30],
        ["63999", 160, 80, 30],
    ]);
    assert_eq!(limits.collect::<Value>(), expected);
}

#[tokio::test]
async fn one_stream_tells_of_every_phone_and_of_the_wire() {
    let (sim, _service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    for number in ["0712345678", "0110000001"] {
        send(&client, "POST", "/api/phones", json!({ "number": number })).await;
    }
    let mut stream = client
        .http
        .get(format!("{}/api/events", client.base))
        .send()
        .await
        .unwrap();
    let mut seen = String::new();
    let mut until = async |seen: &mut String, words: &[&str]| {
        let read = async {
            while !words.iter().all(|words| seen.contains(words)) {
                seen.push_str(&String::from_utf8_lossy(
                    &stream.chunk().await.unwrap().unwrap(),
                ));
            }
        };
        tokio::time::timeout(PATIENCE, read)
            .await
            .expect("all of it in time");
    };
    until(
        &mut seen,
        &[
            "event: desk",
            "event: opponent",
            "event: faults",
            "+254110000001",
        ],
    )
    .await;
    seen.clear();
    sim.phone("0110000001")
        .unwrap()
        .dial("*384*55#")
        .await
        .unwrap();
    until(
        &mut seen,
        &[
            "event: phone",
            "event: wire",
            "\"label\":\"USSD hop\"",
            "Kiswahili",
        ],
    )
    .await;
    // A phone that is not on the desk is nobody's business.
    assert!(!seen.contains("+254712345678"));
    seen.clear();
    send(&client, "DELETE", "/api/wire", Value::Null).await;
    until(&mut seen, &["event: cleared"]).await;
    tokio::time::timeout(PATIENCE, sim.stop()).await.unwrap();
}

#[tokio::test]
async fn the_desk_and_what_is_set_outlive_a_saved_state_and_not_a_reset() {
    let (sim, _service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    for settings in [
        json!({ "number": "0733000111", "network": "airtel" }),
        json!({ "number": "0712345678" }),
    ] {
        assert_eq!(send(&client, "POST", "/api/phones", settings).await.0, 201);
    }
    client.sms("+254712345678", "hello").await.unwrap();
    let ann = sim.phone("0712345678").unwrap();
    let sms = ann.wait_for_sms(|_| true, PATIENCE).await.unwrap();
    let read = format!("/api/phones/0712345678/inbox/{}/read", sms.id);
    assert_eq!(send(&client, "POST", &read, json!({})).await.0, 200);
    ann.set_power(false);
    sim.phone("0733000111").unwrap().set_reachable(false);
    let before = get(&client, "/api/phones").await;
    let state = sim.state();

    sim.reset().await;
    assert_eq!(get(&client, "/api/phones").await, json!([]));
    let view = get(&client, "/api/phones/0733000111").await;
    assert_eq!(
        (&view["network"]["network"], &view["has_signal"]),
        (&json!("safaricom"), &json!(true))
    );

    sim.load_state(&state).await.unwrap();
    let after = get(&client, "/api/phones").await;
    assert_eq!(after.as_array().unwrap().len(), 2);
    for (before, after) in before
        .as_array()
        .unwrap()
        .iter()
        .zip(after.as_array().unwrap())
    {
        for field in [
            "number",
            "network",
            "is_on",
            "has_signal",
            "inbox",
            "unread",
        ] {
            assert_eq!(before[field], after[field], "{field}");
        }
    }
    assert_eq!(after[1]["unread"], json!([]));
}

#[tokio::test]
async fn a_virtual_clock_takes_no_state() {
    let (sim, _service) = instant_world().await;
    let still = sandbox::Simulator::start(SimulatorConfig {
        starts_at: Some(sim.now()),
        ..SimulatorConfig::default()
    })
    .await
    .unwrap();
    let error = still.load_state(&sim.state()).await.unwrap_err();
    assert!(matches!(error, sandbox::StateError::VirtualClock));
}
