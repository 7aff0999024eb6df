//! USSD: what goes over the wire, and what a phone makes of the answers.

use std::time::Duration;

use sandbox::{PhoneError, ScreenKind, ServiceUrls, Simulator, SimulatorConfig};

use crate::{PATIENCE, instant_world, world};

const PLAIN: &str = "text/plain";

#[tokio::test]
async fn a_dial_looks_like_the_captures() {
    let (sim, service) = instant_world().await;
    let phone = sim.phone("0712345678").unwrap();
    let screen = phone.dial("*384*55#").await.unwrap();
    assert_eq!(
        (screen.kind, screen.name.as_deref()),
        (ScreenKind::Continue, Some("language"))
    );
    assert!(screen.faults.is_empty(), "{:?}", screen.faults);
    let session = service.hops()[0]["sessionId"].clone();
    assert_eq!((session.len(), &session[..6]), (38, "ATUid_"));
    let exchange = &sim.exchanges()[0];
    assert_eq!(
        exchange.request_body,
        format!(
            "phoneNumber=%2B254712345678&serviceCode=%2A384%2A55%23&text=&sessionId={session}&networkCode=63902"
        )
    );
    let header = |name: &str| {
        exchange
            .request_headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    };
    assert_eq!(header("user-agent"), Some("at-ussd-api/1.0"));
    assert_eq!(
        header("content-type"),
        Some("application/x-www-form-urlencoded; charset=UTF-8")
    );
    assert_eq!(header("at-ussd-hop-metadata"), None);
    assert_eq!(
        (exchange.status, exchange.phone),
        (Some(200), Some(phone.number()))
    );
}

#[tokio::test]
async fn text_is_cumulative_and_the_session_and_the_label_stay() {
    let (sim, service) = instant_world().await;
    let phone = sim.phone("0712345678").unwrap();
    phone.dial("*384*55#").await.unwrap();
    for (key, name) in [
        ("2", "terms"),
        ("1", "home"),
        ("", "home"),
        ("*", "home"),
        ("2", "deposit"),
    ] {
        assert_eq!(phone.reply(key).await.unwrap().name.as_deref(), Some(name));
    }
    assert_eq!(
        service.texts(),
        ["", "2", "2*1", "2*1*", "2*1***", "2*1****2"]
    );
    assert!(
        service
            .hops()
            .iter()
            .all(|hop| hop["sessionId"] == service.hops()[0]["sessionId"])
    );
    let echoed = sim.exchanges()[1]
        .request_headers
        .iter()
        .any(|(n, v)| n == "at-ussd-hop-metadata" && v == "language");
    assert!(echoed);
}

#[tokio::test]
async fn an_empty_first_answer_is_an_empty_segment() {
    let (sim, service) = instant_world().await;
    let phone = sim.new_phone();
    phone.dial("*384*55#").await.unwrap();
    phone.reply("").await.unwrap();
    phone.reply("1").await.unwrap();
    assert_eq!(service.texts(), ["", "", "*1"]);
}

#[tokio::test]
async fn dial_arguments_are_in_the_first_text() {
    let (sim, service) = instant_world().await;
    let phone = sim.new_phone();
    assert_eq!(
        phone.dial("*384*55*2*1#").await.unwrap().name.as_deref(),
        Some("home")
    );
    phone.reply("2").await.unwrap();
    assert_eq!(service.texts(), ["2*1", "2*1*2"]);
    assert_eq!(service.hops()[0]["serviceCode"], "*384*55#");
}

#[tokio::test]
async fn a_hop_can_be_repeated_verbatim_also_after_the_end() {
    let (sim, service) = instant_world().await;
    let phone = sim.new_phone();
    assert_eq!(phone.resend_last().await, Err(PhoneError::NothingSent));
    phone.dial("*384*55#").await.unwrap();
    service.tell(200, PLAIN, "END Bye");
    phone.reply("9").await.unwrap();
    let raw = phone.resend_last().await.unwrap();
    assert_eq!(raw.status, 200);
    let hops = service.hops();
    assert_eq!(hops[1], hops[2]);
    assert_eq!(phone.screen().unwrap().text, "Bye");
    let odd = phone
        .raw_hop(&[
            ("phoneNumber", "+255700000000"),
            ("text", "1"),
            ("sessionId", "x"),
        ])
        .await
        .unwrap();
    assert_eq!(
        (odd.status, service.hops()[3]["phoneNumber"].as_str()),
        (200, "+255700000000")
    );
}

#[tokio::test]
async fn each_ending_is_told_by_an_event() {
    let (sim, service) = instant_world().await;
    let phone = sim.new_phone();
    phone.dial("*384*55#").await.unwrap();
    phone.reply("2").await.unwrap();
    phone.drop_session();
    let event = service.events(1).await.remove(0);
    assert_eq!(
        (
            event["status"].as_str(),
            event["input"].as_str(),
            event["hopsCount"].as_str()
        ),
        ("Incomplete", "2", "2")
    );
    assert_eq!(
        (event["hopsMetadata"].as_str(), event["cost"].as_str()),
        ("language|terms", "0.00")
    );
    service.tell(200, PLAIN, "END Bye");
    phone.dial("*384*55#").await.unwrap();
    assert_eq!(service.events(2).await[1]["status"], "Success");
    service.tell(200, PLAIN, "oops");
    phone.dial("*384*55#").await.unwrap();
    let event = service.events(3).await.remove(2);
    assert_eq!(
        (event["status"].as_str(), event["lastAppResponse"].as_str()),
        ("Failed", "oops")
    );
}

#[tokio::test]
async fn broken_rules_are_told_and_fatal_ones_end_the_session() {
    let (sim, service) = instant_world().await;
    let phone = sim.new_phone();
    let long = format!("CON {}", "a".repeat(157));
    let cases = [
        (200, PLAIN, "Hello", "neither", true),
        (200, PLAIN, "", "neither", true),
        (500, PLAIN, "CON Hello", "500", true),
        (404, PLAIN, "END Hello", "404", true),
        (302, PLAIN, "", "302", true),
        (200, PLAIN, long.as_str(), "161 septets", false),
        (200, "text/html", "CON Hello", "text/html", false),
        (200, PLAIN, "CON it\u{2019}s", "\u{2019}", false),
    ];
    for (status, content_type, body, fault, is_failed) in cases {
        service.tell(status, content_type, body);
        let screen = phone.dial("*384*55#").await.unwrap();
        assert!(
            screen.faults.iter().any(|f| f.contains(fault)),
            "{body:?}: {:?}",
            screen.faults
        );
        assert_eq!(
            (screen.is_failed, phone.is_in_session()),
            (is_failed, !is_failed),
            "{body:?}"
        );
        phone.drop_session();
    }
}

#[tokio::test]
async fn a_service_that_is_slow_or_down_fails_the_session() {
    let mut config = SimulatorConfig::instant();
    config.ussd.hop_timeout = Duration::from_millis(50);
    let (sim, service) = world(config).await;
    let phone = sim.new_phone();
    let held = service.hold().await;
    let screen = phone.dial("*384*55#").await.unwrap();
    assert!(
        screen.is_failed && screen.faults[0].contains("no answer"),
        "{:?}",
        screen.faults
    );
    drop(held);
    sim.set_service(ServiceUrls::ussd("http://127.0.0.1:1/ussd"));
    let screen = phone.dial("*384*55#").await.unwrap();
    assert!(
        screen.faults[0].contains("could not be reached"),
        "{:?}",
        screen.faults
    );
    assert!(
        sim.exchanges()
            .iter()
            .all(|exchange| exchange.trouble.is_some())
    );
}

#[tokio::test]
async fn a_phone_does_one_thing_at_a_time() {
    let (sim, service) = instant_world().await;
    let phone = sim.new_phone();
    assert_eq!(phone.reply("1").await, Err(PhoneError::NoSession));
    let held = service.hold().await;
    let dialling = tokio::spawn({
        let phone = phone.clone();
        async move { phone.dial("*384*55#").await }
    });
    service.wait_for_hops(1).await;
    assert_eq!(phone.reply("1").await, Err(PhoneError::Busy));
    assert_eq!(phone.dial("*384*55#").await, Err(PhoneError::SessionOpen));
    phone.drop_session();
    drop(held);
    assert_eq!(dialling.await.unwrap(), Err(PhoneError::SessionEnded));
    assert_eq!(phone.screen(), None);
    assert_eq!(
        phone.reply(&"1".repeat(81)).await,
        Err(PhoneError::ReplyTooLong)
    );
    assert!(matches!(
        phone.dial("*100#").await,
        Err(PhoneError::UnknownCode(_))
    ));
    phone.set_reachable(false);
    assert_eq!(phone.dial("*384*55#").await, Err(PhoneError::NoSignal));
}

#[tokio::test]
async fn the_network_ends_a_session_at_its_limit() {
    let mut config = SimulatorConfig::instant();
    config.ussd.session_limit = Duration::from_millis(50);
    let (sim, service) = world(config).await;
    let phone = sim.new_phone();
    phone.dial("*384*55#").await.unwrap();
    assert_eq!(service.events(1).await[0]["status"], "Incomplete");
    assert!(!phone.is_in_session());
    assert!(
        sim.wait_for_exchange(|e| e.what == "end event", PATIENCE)
            .await
            .is_some()
    );
}

#[tokio::test]
async fn without_an_address_nothing_can_be_dialled_and_nothing_hangs() {
    let sim = Simulator::start(SimulatorConfig::instant()).await.unwrap();
    let phone = sim.new_phone();
    assert_eq!(phone.dial("*384*55#").await, Err(PhoneError::NoService));
    assert!(!phone.is_in_session());
    sim.stop().await;
    assert_eq!(phone.dial("*384*55#").await, Err(PhoneError::Stopped));
}
