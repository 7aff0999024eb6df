//! What is said outside the menu: in the player's language where the session knows it, else in both
//! on one screen.

use majibu::config::{List, NetworkTimes};

use crate::{
    line::Line,
    support::{World, dial, press},
};

fn is_in_both(text: &str, english: &str, swahili: &str) {
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines.len() == 2 && lines[0].starts_with(english) && lines[1].starts_with(swahili),
        "{text}"
    );
}

#[tokio::test]
async fn a_caller_whose_language_is_not_known_is_told_in_both() {
    let codes = List(vec!["*384*55#".to_owned()]);
    let world = World::with(|config| config.ussd.service_codes = codes).await;
    let phone = world.registered("0712345678").await;
    let line = |id: &str| Line::new(&phone, id);
    let foreign = line("ATUid_1").number("+255712345678").send("").await;
    is_in_both(
        &foreign.text,
        "Majibu works with Kenyan",
        "Majibu hutumika kwa",
    );
    let code = line("ATUid_2").code("*999#").send("").await;
    is_in_both(&code.text, "This service does not", "Huduma hii haijibu");
    let long = line("ATUid_3").send(&"1*".repeat(1_500)).await;
    is_in_both(
        &long.text,
        "Sorry, that did not work.",
        "Samahani, kuna hitilafu.",
    );

    // The session knows a language: that of another phone.
    dial(&phone).await;
    press(&phone, &["4", "2"]).await;
    let ours = Line::of(&phone);
    let theirs = ours
        .clone()
        .number("+254722345678")
        .send(&ours.with("1"))
        .await;
    is_in_both(
        &theirs.text,
        "This session belongs to",
        "Kipindi hiki ni cha",
    );
    world.check().await;
}

#[tokio::test]
async fn a_player_whose_language_is_known_is_told_in_it_alone() {
    let mut world = World::new().await;
    for (number, language, sorry) in [
        ("0712345678", "1", "Sorry, that did not work."),
        ("0722345678", "2", "Samahani, kuna hitilafu."),
    ] {
        let phone = world.phone(number);
        dial(&phone).await;
        press(&phone, &[language, "1"]).await;
        // The database is away, the session is not.
        world.app().store().close().await;
        let told = phone.reply("3").await.expect("a screen");
        assert_eq!(told.name.as_deref(), Some("sorry"), "{}", told.text);
        assert!(told.text.starts_with(sorry), "{}", told.text);
        assert_eq!(told.text.lines().count(), 1, "{}", told.text);
        world.restart().await;
    }
    world.check().await;
}

#[tokio::test]
async fn a_session_is_remembered_as_long_as_its_network_lets_it_go_on() {
    let world = World::with(|config| {
        let limit = std::time::Duration::from_secs(77);
        config.ussd.network_sessions = NetworkTimes([("63903".to_owned(), limit)].into());
    })
    .await;
    let phone = world.registered("0712345678").await;
    for (id, network, life_ms) in [
        ("ATUid_a", "63903", Some(77_000)),
        // All others live for `ussd.session_ttl`.
        ("ATUid_b", "63902", None),
        ("ATUid_c", "12345", None),
    ] {
        Line::new(&phone, id).network(network).send("").await;
        let stored = world.app().sessions().read(id).await.expect("sessions");
        let known = stored.expect("a session").conversation.life_ms;
        assert_eq!(known.map(std::num::NonZero::get), life_ms, "{network}");
    }
    world.check().await;
}
