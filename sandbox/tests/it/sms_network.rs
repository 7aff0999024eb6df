//! SMS: what the network does with a message on its way, by itself: adds how to opt out, gives up.

use std::time::Duration;

use sandbox::{Phone, Simulator, SimulatorConfig};
use serde_json::{Value, json};

use crate::client::Client;
use crate::{PATIENCE, instant_world, world};

/// What the client of these tests sends as.
const SENDER: &str = "DEMO";

fn texts(phone: &Phone) -> Vec<String> {
    phone.inbox().into_iter().map(|sms| sms.text).collect()
}

/// Sends to Ann and to Ben; gives the answer's words, and the cost of each.
async fn send(sim: &Simulator, text: &str) -> (String, Vec<String>) {
    let to = "+254712345678,+254712345679";
    let (_, body) = Client::new(&sim.base_url()).sms(to, text).await.unwrap();
    let answer: Value = serde_json::from_str(&body).unwrap();
    let data = &answer["SMSMessageData"];
    let recipients = data["Recipients"].as_array().unwrap().iter();
    let costs = recipients.map(|one| one["cost"].as_str().unwrap().to_owned());
    (
        data["Message"].as_str().unwrap().to_owned(),
        costs.collect(),
    )
}

#[tokio::test]
async fn the_first_promotion_to_a_number_ends_with_how_to_opt_out() {
    let mut config = SimulatorConfig::instant();
    config.sms.promotional_senders = vec![SENDER.to_owned()];
    let (sim, _service) = world(config).await;
    let [ann, ben] = ["0712345678", "0712345679"].map(|number| sim.phone(number).unwrap());
    // It is longer by the words, and costs as much.
    let long = "a".repeat(150);
    let (said, costs) = send(&sim, &long).await;
    assert!(
        said.starts_with("Sent to 2/2 Total Cost: KES 3.2000"),
        "{said}"
    );
    assert_eq!(costs, ["KES 1.6000", "KES 1.6000"]);
    let (said, _) = send(&sim, &long).await;
    assert!(
        said.starts_with("Sent to 2/2 Total Cost: KES 1.6000"),
        "{said}"
    );
    let both = [format!("{long} STOP *456*9*5#"), long.clone()];
    assert_eq!(texts(&ann), both);
    assert_eq!(texts(&ben), both);
    // Known after a restart, too; new after a reset.
    let state = sim.state();
    sim.reset().await;
    sim.load_state(&state).await.unwrap();
    send(&sim, "again").await;
    assert_eq!(texts(&ann).last().unwrap(), "again");
    sim.reset().await;
    send(&sim, "anew").await;
    assert_eq!(texts(&ann), ["anew STOP *456*9*5#"]);
}

#[tokio::test]
async fn other_senders_add_it_where_that_is_asked_for() {
    let (sim, _service) = instant_world().await;
    send(&sim, "Hello").await;
    assert_eq!(texts(&sim.phone("0712345678").unwrap()), ["Hello"]);
    let mut config = SimulatorConfig::instant();
    config.sms.every_sender_adds_opt_out_words = true;
    let (sim, _service) = world(config).await;
    let ann = sim.phone("0712345678").unwrap();
    send(&sim, "Hello").await;
    send(&sim, "Hello").await;
    assert_eq!(texts(&ann), ["Hello STOP *456*9*5#", "Hello"]);
}

#[tokio::test]
async fn a_message_that_cannot_be_delivered_in_time_is_thrown_away_and_told_of() {
    let mut config = SimulatorConfig::instant();
    config.sms.validity = Duration::from_millis(50);
    let (sim, service) = world(config).await;
    let [ann, ben] = ["0712345678", "0712345679"].map(|number| sim.phone(number).unwrap());
    ann.set_power(false);
    ben.set_reachable(false);
    send(&sim, "Hello").await;
    let reports = service.reports(2).await;
    let mut told: Vec<_> = reports
        .iter()
        .map(|report| (report["phoneNumber"].as_str(), report["status"].as_str()))
        .collect();
    told.sort_unstable();
    let expected = [
        ("+254712345678", "AbsentSubscriber"),
        ("+254712345679", "Expired"),
    ];
    assert_eq!(told, expected);
    assert!(
        reports
            .iter()
            .all(|report| report.get("failureReason").is_none())
    );
    // Nothing comes any more when they are back.
    ann.set_power(true);
    ben.set_reachable(true);
    assert!(texts(&ann).is_empty() && texts(&ben).is_empty());
}

#[tokio::test]
async fn a_message_that_waits_is_thrown_away_after_a_restart_too() {
    let mut config = SimulatorConfig::instant();
    config.sms.validity = Duration::from_secs(3_600);
    let (sim, _service) = world(config.clone()).await;
    sim.phone("0712345678").unwrap().set_power(false);
    send(&sim, "Hello").await;
    // Nobody waits for such a message.
    assert!(sim.wait_until_quiet(PATIENCE).await);
    let mut state: Value = serde_json::from_str(&sim.state()).unwrap();
    let waiting = state["pending"].as_array_mut().unwrap();
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    let expiry = &mut waiting[0]["expiry"];
    assert_eq!(expiry["number"], "+254712345678");
    // An hour ago.
    expiry["at"] = json!("2026-01-01T00:00:00Z");
    let (sim, service) = world(config).await;
    sim.load_state(&state.to_string()).await.unwrap();
    assert_eq!(service.reports(1).await[0]["status"], "AbsentSubscriber");
}
