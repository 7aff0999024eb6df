//! `sms status` and `sms resume`: what an operator sees and does when SMS are stopped.

use std::time::Duration;

use sandbox::{Fault, FaultPoint, Simulator, SimulatorConfig};
use serde_json::{Value, json};

use crate::binary::{House, client};

const PATIENCE: Duration = Duration::from_secs(20);

async fn sms_word(base: &str) -> String {
    let answer = client().get(format!("{base}/readyz")).send().await;
    let body = answer.expect("an answer").text().await.expect("a body");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    body["sms"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stop_is_shown_and_ended_at_the_operators_word() {
    let sim = Simulator::start(SimulatorConfig::instant()).await;
    let sim = sim.expect("a simulator");
    let (house, base) = House::with_providers(&sim, "s3cret");
    let mut service = house.serve(&base, &[]).await;
    let idle = json!({"paused": null, "fallback": false, "waiting": [], "troubles": []});
    assert_eq!(
        house.run(&["sms", "status", "--json"]).ended(0).json(),
        idle
    );
    let said = house.run(&["sms", "status"]).ended(0);
    assert_eq!(said.stdout.trim(), "SMS go out");
    let said = house.run(&["sms", "resume"]).ended(0);
    assert_eq!(said.stdout.trim(), "SMS were not paused");

    let key = Fault::Refuse(401);
    sim.inject(FaultPoint::Sms, key, 1).expect("a fault");
    let phone = sim.phone("0712345678").expect("a phone");
    phone.send_sms("HELP").await.expect("sent");
    let paused = async {
        while sms_word(&base).await != "paused" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, paused)
        .await
        .expect("a pause");
    let status = house.run(&["sms", "status", "--json"]).ended(0).json();
    let why = "key: HTTP 401: The supplied authentication is invalid";
    assert_eq!(status["paused"]["why"], why);
    assert_eq!(status["waiting"][0]["class"], "answer");
    assert_eq!(status["waiting"][0]["waiting"], 1);
    assert_eq!(status["troubles"][0]["count"], 1);
    let said = house.run(&["sms", "status"]).ended(0);
    assert!(said.stdout.starts_with("SMS pause until "), "{said:?}");
    // One line, and no number in it.
    let log = service.log();
    let lines = log
        .lines()
        .filter(|line| line.contains("SMS by the first sender pause"));
    assert_eq!(lines.count(), 1, "{log}");
    assert!(
        !log.contains("712345678") && !log.contains("at-key"),
        "{log}"
    );

    let said = house.run(&["sms", "resume"]).ended(0);
    let expected = format!("SMS go out again; they paused for: {why}");
    assert_eq!(said.stdout.trim(), expected);
    phone
        .wait_for_sms(|_| true, PATIENCE)
        .await
        .expect("the answer");
    assert_eq!(sms_word(&base).await, "ok");
    service.stop();
}

#[test]
fn a_second_sender_that_cannot_be_meant_is_refused_at_start() {
    let mut house = House::new();
    house.set("SMS__FALLBACK__URL", "https://sms.example/?key=hunter2");
    house.set("SMS__FALLBACK__BODY", "to={to}&m={message}&key=hunter2");
    let said = house.run(&["ledger", "check"]).ended(2);
    let line = said.one_line();
    let expected = "sms.fallback.body: unknown placeholder {message}";
    assert!(
        line.contains(expected) && !line.contains("hunter2"),
        "{line}"
    );
    house.set("SMS__FALLBACK__BODY", "to={to}&m={text}&key=hunter2");
    house.set("SMS__FALLBACK__HEADERS__AUTHORIZATION", "Bearer hunter2");
    house.set("SMS__FALLBACK__SUCCESS_STATUS", "200,201");
    house.set("SMS__FALLBACK__TIMEOUT", "5s");
    house.set("SMS__FALLBACK__AFTER", "2");
    house.run(&["ledger", "check"]).ended(0);
    house.set("SMS__FALLBACK__URL", "sms.example");
    let said = house.run(&["ledger", "check"]).ended(2);
    assert!(said.one_line().contains("sms.fallback.url"), "{said:?}");
}
