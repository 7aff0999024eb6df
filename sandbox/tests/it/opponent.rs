//! The simulated opponent: gets ready, follows a person into the same game, and makes room for the
//! next.

use sandbox::{OpponentState, SimulatorConfig};
use serde_json::{Value, json};

use crate::client::Client;
use crate::{PATIENCE, instant_world, world};

#[tokio::test]
async fn it_follows_a_person_to_the_same_category_and_stake() {
    let (sim, service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let url = format!("{}/api/opponent", sim.base_url());
    let answer = client
        .http
        .put(&url)
        .json(&json!({ "on": true }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["on"], true);
    assert!(
        sim.wait_for_opponent(|status| status.state == OpponentState::Ready, PATIENCE)
            .await
    );
    let bot = sim.opponent().phone.unwrap();
    assert_eq!(sim.payments()[0].amount_cents, 100_000);

    let person = sim.phone("0712345678").unwrap();
    person.dial("*384*55#").await.unwrap();
    for key in ["2", "1", "9", "1", "2", "1"] {
        person.reply(key).await.unwrap();
    }
    assert_eq!(person.screen().unwrap().name.as_deref(), Some("question"));
    assert!(
        sim.wait_for_opponent(|status| status.games == 1, PATIENCE)
            .await,
        "{:?}",
        sim.opponent()
    );
    let last = service
        .hops()
        .into_iter()
        .rfind(|hop| hop["phoneNumber"] == bot.to_string())
        .unwrap();
    assert!(last["text"].starts_with("1*2*1*"), "{}", last["text"]);

    let is_next = |status: &sandbox::OpponentStatus| {
        status.state == OpponentState::Ready && status.phone != Some(bot)
    };
    assert!(sim.wait_for_opponent(is_next, PATIENCE).await);
    sim.set_opponent(false);
    assert_eq!(
        (sim.opponent().state, sim.opponent().phone),
        (OpponentState::Off, None)
    );
}

#[tokio::test]
async fn its_troubles_are_shown_and_stop_nothing() {
    let (sim, service) = world(SimulatorConfig::instant()).await;
    service.tell(200, "text/plain", "END Closed");
    sim.set_opponent(true);
    assert!(
        sim.wait_for_opponent(|status| !status.troubles.is_empty(), PATIENCE)
            .await
    );
    assert!(sim.opponent().troubles[0].contains("Closed"));
    let person = sim.new_phone();
    assert!(person.dial("*384*55#").await.unwrap().faults.is_empty());
}
