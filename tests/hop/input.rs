//! Wrong keys and amounts: the same screen with a short hint, and nothing else.

use std::time::Duration;

use sandbox::{Phone, Screen};

use crate::support::{Answer, World, dial, press};

const SECOND: Duration = Duration::from_secs(1);

/// The screen under way stays, with this hint above it, whatever of `keys` is pressed.
async fn assert_hints(phone: &Phone, name: &str, hint: &str, keys: &[&str]) {
    assert_all_hints(phone, name, &[(hint, keys)]).await;
}

/// The same for several hints, each with the keys that bring it.
async fn assert_all_hints(phone: &Phone, name: &str, hints: &[(&str, &[&str])]) {
    let before = phone.screen().expect("a screen");
    assert_eq!(before.name.as_deref(), Some(name), "{}", before.text);
    for (hint, keys) in hints {
        for key in *keys {
            let screen = press(phone, &[key]).await;
            assert_eq!(
                screen.name.as_deref(),
                Some(name),
                "{key:?}: {}",
                screen.text
            );
            assert_eq!(screen.text, format!("{hint}\n{}", before.text), "{key:?}");
        }
    }
}

const WRONG: &[&str] = &["77", "", "x", "#", "*", "1 1", "-1", "01", "1.", "999"];

#[tokio::test]
async fn a_wrong_key_in_a_registration_shows_the_screen_again() {
    let world = World::new().await;
    let phone = world.phone("0712345678");
    dial(&phone).await;
    // The first empty reply of a plain dial is no new transcript: the same hop once more.
    let wrong = ["77", "", "x", "3", "-1", "01"];
    assert_hints(&phone, "language", "Not on the list.", &wrong).await;
    press(&phone, &["2"]).await;
    assert_hints(
        &phone,
        "terms",
        "Haipo kwenye orodha.",
        &["77", "", "x", "3"],
    )
    .await;
    press(&phone, &["1"]).await;
    assert_eq!(world.report(&phone).await.player.locale, "sw");
    world.check().await;
}

#[tokio::test]
async fn a_wrong_key_on_a_menu_shows_it_again() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 50).await;
    let paths: [(&str, &[&str]); 8] = [
        ("home", &[]),
        ("category", &["1"]),
        ("stake", &["1", "1"]),
        ("confirm", &["1", "1", "2"]),
        ("short", &["1", "1", "3", "1"]),
        ("no_games", &["3"]),
        ("switch_language", &["4"]),
        ("help", &["5"]),
    ];
    for (name, keys) in paths {
        dial(&phone).await;
        press(&phone, keys).await;
        // On the home screen an empty first reply repeats the dial.
        let wrong = if name == "home" { &WRONG[2..] } else { WRONG };
        assert_hints(&phone, name, "Not on the list.", wrong).await;
        phone.drop_session();
    }
    dial(&phone).await;
    press(&phone, &["5", "98"]).await;
    assert_hints(&phone, "help", "Not on the list.", WRONG).await;
    assert_eq!(world.balance(&phone).await, 5_000);
    world.check().await;
}

#[tokio::test]
async fn a_wrong_key_among_games_shows_the_screen_again() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    for phone in [&amina, &brian] {
        world.stake(phone, "1").await;
        world.answer(phone, &[Answer::Right; 5], SECOND).await;
    }
    world.run_due().await;
    world.stake(&amina, "1").await;
    world.answer(&amina, &[Answer::Right; 5], SECOND).await;
    dial(&amina).await;
    press(&amina, &["1", "1", "1", "1"]).await;
    assert_hints(&amina, "busy", "Not on the list.", WRONG).await;
    press(&amina, &["1"]).await;
    assert_hints(
        &amina,
        "games",
        "Not on the list.",
        &["3", "77", "", "x", "98"],
    )
    .await;
    press(&amina, &["1"]).await;
    assert_hints(
        &amina,
        "game_open",
        "Not on the list.",
        &["1", "77", "", "x"],
    )
    .await;
    press(&amina, &["0", "2"]).await;
    assert_hints(
        &amina,
        "game_settled",
        "Not on the list.",
        &["2", "77", "", "x"],
    )
    .await;
    press(&amina, &["1"]).await;
    assert_hints(&amina, "answers", "Not on the list.", &["2", "77", "", "x"]).await;
    amina.drop_session();
    world.turn(SECOND * 60 * 31);
    world.run_due().await;
    dial(&amina).await;
    press(&amina, &["3", "1"]).await;
    assert_hints(
        &amina,
        "game_unpaired",
        "Not on the list.",
        &["2", "77", "", "x"],
    )
    .await;
    world.check().await;
}

#[tokio::test]
async fn a_wrong_key_in_mid_game_is_no_answer_and_the_clock_runs_on() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    let wrong = ["4", "0", "00", "98", "", "a", "12", "1 2", "**", "-1", "01"];
    assert_hints(&phone, "question", "Answer 1-3.", &wrong).await;
    assert_eq!(world.entry_under_way(&phone).await.answered, 0);
    world.turn(SECOND * 19);
    let screen = press(&phone, &["9"]).await;
    assert!(
        screen.text.starts_with("Answer 1-3.\nQ1/5"),
        "{}",
        screen.text
    );
    let closing = world
        .answer(&phone, &[Answer::Right], Duration::from_millis(1))
        .await;
    assert!(
        closing.text.starts_with("Time is up! 0/5"),
        "{}",
        closing.text
    );
    world.check().await;
}

async fn assert_deposit(world: &World, phone: &Phone, typed: &str, shillings: i64) {
    dial(phone).await;
    let screen: Screen = press(phone, &["2", typed]).await;
    assert_eq!(
        screen.name.as_deref(),
        Some("deposit_sent"),
        "{typed:?}: {}",
        screen.text
    );
    let deposits = world.report(phone).await.deposits;
    assert_eq!(deposits[0].requested_cents, shillings * 100, "{typed:?}");
    world.turn(SECOND * 61);
}

#[tokio::test]
async fn an_amount_that_is_none_or_outside_the_limits_asks_for_no_deposit() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    press(&phone, &["2"]).await;
    let no_amounts = [
        "abc",
        "",
        "100.50",
        "100,50",
        "1,000",
        "1 000",
        "-100",
        "+100",
        "KES 100",
        "100/=",
        "1e3",
        "0x64",
        "#100",
        "١٠٠",
        "１００",
        "100;50",
        "100*",
    ];
    let too_little = ["5", "6", "9", "000", "009"];
    let too_much = [
        "70001",
        "250001",
        "999999999",
        "1000000000",
        "92233720368547758",
        "18446744073709551716",
        "99999999999999999999999999999999999999999999999999999999999999999999999999999999",
    ];
    let hints: [(&str, &[&str]); 3] = [
        ("Whole shillings only.", &no_amounts),
        ("At least KES 10.", &too_little),
        ("At most KES 70,000.", &too_much),
    ];
    assert_all_hints(&phone, "deposit", &hints).await;
    assert!(world.report(&phone).await.deposits.is_empty());
    // 0 is a key and leads back.
    assert_eq!(press(&phone, &["0"]).await.name.as_deref(), Some("home"));
    world.check().await;
}

#[tokio::test]
async fn an_amount_is_read_as_people_type_it() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    // The first four numbers pick from the list.
    for (typed, shillings) in [
        ("1", 50),
        ("4", 500),
        ("10", 10),
        ("70000", 70_000),
        (" 100 ", 100),
        ("150", 150),
        ("0150", 150),
    ] {
        assert_deposit(&world, &phone, typed, shillings).await;
    }
    assert_eq!(world.report(&phone).await.deposits.len(), 7);
    assert_eq!(world.balance(&phone).await, 0, "nothing was paid");
    for push in world.sim.pushes() {
        assert!(push.amount_cents > 0);
    }
    world.check().await;
}

#[tokio::test]
async fn limits_of_the_configuration_hold_and_are_told() {
    let world = World::with(|config| {
        config.wallet.min_deposit = 100;
        config.wallet.max_deposit = 300;
    })
    .await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    let screen = press(&phone, &["2"]).await;
    assert!(screen.text.contains("type 100 to 300"), "{}", screen.text);
    let labels: Vec<String> = screen
        .options()
        .into_iter()
        .map(|(_, label)| label)
        .collect();
    assert_eq!(labels[..2], ["KES 100", "KES 200"], "{}", screen.text);
    let hints: [(&str, &[&str]); 2] = [
        ("At least KES 100.", &["50", "99"]),
        ("At most KES 300.", &["301", "500"]),
    ];
    assert_all_hints(&phone, "deposit", &hints).await;
    assert_deposit_of_300(&world, &phone).await;
    world.check().await;
}

async fn assert_deposit_of_300(world: &World, phone: &Phone) {
    let screen = press(phone, &["300"]).await;
    assert_eq!(
        screen.name.as_deref(),
        Some("deposit_sent"),
        "{}",
        screen.text
    );
    assert_eq!(
        world.report(phone).await.deposits[0].requested_cents,
        30_000
    );
}
