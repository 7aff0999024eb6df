//! Limits, breaks and the reality check, as players live through them on the screen.

use std::time::Duration;

use majibu::{
    core::operator::{Actor, By, Why},
    store::Status,
};
use sandbox::Phone;

use crate::support::{Answer, World, dial, press};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) fn by(why: &str) -> By {
    By {
        actor: Actor::admin("wanjiru"),
        why: Why::new(why).expect("a reason"),
    }
}

/// Dials and presses keys; the screen has this name, and its text begins so.
pub(crate) async fn shows(phone: &Phone, keys: &[&str], name: &str, begin: &str) -> String {
    phone.drop_session();
    dial(phone).await;
    let screen = press(phone, keys).await;
    assert_eq!(
        screen.name.as_deref(),
        Some(name),
        "{keys:?}: {}",
        screen.text
    );
    assert!(screen.text.starts_with(begin), "{keys:?}: {}", screen.text);
    screen.text
}

pub(crate) async fn speaks_swahili(phone: &Phone) {
    dial(phone).await;
    press(phone, &["4", "2"]).await;
    phone.drop_session();
}

pub(crate) async fn status(world: &World, phone: &Phone) -> Status {
    world.report(phone).await.player.status
}

#[tokio::test]
async fn a_limit_is_lowered_at_once_and_raised_after_a_day() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let limit = shows(
        &phone,
        &["7", "1", "1"],
        "limit",
        "Most KES in a day: no limit. Choose or type 10 to 1,000,000:",
    )
    .await;
    assert!(
        limit.contains("1. 200\n") && limit.contains("5. no limit"),
        "{limit}"
    );
    let set = press(&phone, &["2"]).await;
    assert!(
        set.text
            .starts_with("Done. Most KES you deposit in a day: 500."),
        "{}",
        set.text
    );
    assert_eq!(press(&phone, &["0"]).await.name.as_deref(), Some("care"));
    shows(
        &phone,
        &["2", "501"],
        "deposit_over_limit",
        "You may deposit KES 500 a day. For today KES 500 is left.",
    )
    .await;
    // Higher: not before a day is over, and asking again does not put it off.
    let from = world.now().after(DAY).in_nairobi();
    let from = from.format("%d/%m %H:%M").to_string();
    let coming = format!(
        "A higher limit holds after 24 hours. Most KES you deposit in a day: 500 until {from}, \
         then 2,000."
    );
    shows(&phone, &["7", "1", "1", "2000"], "limit_coming", &coming).await;
    world.turn(DAY - MINUTE);
    let changing = format!("Most KES you deposit in a day: 500. From {from}: 2,000.");
    shows(&phone, &["7", "1", "1"], "limit_changing", &changing).await;
    shows(
        &phone,
        &["7", "1", "1", "2", "2000"],
        "limit_coming",
        &coming,
    )
    .await;
    shows(&phone, &["2", "501"], "deposit_over_limit", "You may").await;
    world.turn(MINUTE);
    shows(
        &phone,
        &["7", "1", "1"],
        "limit",
        "Most KES in a day: 2,000.",
    )
    .await;
    shows(&phone, &["2", "501"], "deposit_sent", "Deposit of KES 501").await;
    world.run_due().await;
    world.check().await;
}

#[tokio::test]
async fn a_limit_that_is_to_come_can_be_given_up() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    speaks_swahili(&phone).await;
    shows(
        &phone,
        &["7", "1", "2", "1"],
        "limit_set",
        "Tayari. Upeo wa KES za kuweka kwa wiki: 200.",
    )
    .await;
    shows(
        &phone,
        &["7", "1", "2", "5"],
        "limit_coming",
        "Mpaka wa juu huanza",
    )
    .await;
    shows(
        &phone,
        &["7", "1", "2", "1"],
        "limit_set",
        "Tayari. Upeo wa KES za kuweka kwa wiki: 200.",
    )
    .await;
    world.turn(DAY * 2);
    shows(
        &phone,
        &["2", "201"],
        "deposit_over_week_limit",
        "Unaweza kuweka KES 200 kwa wiki. Wiki hii zimebaki KES 200.",
    )
    .await;
    // No limit of the day was touched.
    let limits = world.report(&phone).await.care.limits;
    assert_eq!(limits.daily.in_force, None);
    world.check().await;
}

#[tokio::test]
async fn dialled_arguments_exclude_nobody_and_set_no_limit() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    for (code, name) in [
        ("*384*55*7*2*4*1#", "pause_confirm"),
        ("*384*55*7*1*1*2#", "limit"),
    ] {
        let shown = phone.dial(code).await.expect("a screen");
        assert_eq!(shown.name.as_deref(), Some(name), "{}", shown.text);
        phone.drop_session();
    }
    assert_eq!(status(&world, &phone).await, Status::Unverified);
    world.check().await;
}

#[tokio::test]
async fn after_an_hour_of_play_the_next_game_waits_for_an_answer() {
    let world = World::with(|config| config.game.pairing_window = 10 * MINUTE).await;
    let phone = world.funded("0712345678", 1_000).await;
    // Alone, refunded with a bonus of 2.50, and the next one.
    let play = async || {
        world.answer(&phone, &[Answer::Right; 5], SECOND).await;
        world.turn(11 * MINUTE);
        world.run_due().await;
    };
    for _ in 0..6 {
        world.stake(&phone, "2").await;
        play().await;
    }
    let balance = world.balance(&phone).await;
    assert_eq!(balance, 101_500);
    let told =
        "You have played for 66 minutes. Won and lost since then: KES 15. Do you want to go on?";
    let start = ["1", "1", "2", "1"];
    shows(&phone, &start, "reality", told).await;
    let stopped = press(&phone, &["2"]).await;
    assert_eq!(
        stopped.text,
        "Good. Your balance is KES 1,015. Dial again any time."
    );
    shows(&phone, &start, "reality", told).await;
    assert_eq!(press(&phone, &["3"]).await.name.as_deref(), Some("care"));
    assert_eq!(world.balance(&phone).await, balance, "nothing was staked");
    // Going on begins the game, and nobody asks again for an hour.
    shows(&phone, &start, "reality", told).await;
    let question = press(&phone, &["1"]).await;
    assert_eq!(
        question.name.as_deref(),
        Some("question"),
        "{}",
        question.text
    );
    play().await;
    world.stake(&phone, "2").await;
    play().await;
    speaks_swahili(&phone).await;
    world.turn(MINUTE);
    for _ in 0..4 {
        world.stake(&phone, "2").await;
        play().await;
    }
    shows(
        &phone,
        &start,
        "reality",
        "Umecheza dakika 134. Ushindi na hasara tangu hapo: KES 30.",
    )
    .await;
    // A long pause, and the play begins anew.
    world.turn(30 * MINUTE);
    shows(&phone, &start, "question", "").await;
    world.check().await;
}

#[tokio::test]
async fn the_reality_check_can_be_switched_off() {
    let world = World::with(|config| {
        config.players.reality_check = Duration::ZERO;
        config.game.pairing_window = 10 * MINUTE;
    })
    .await;
    let phone = world.funded("0712345678", 1_000).await;
    for _ in 0..7 {
        world.stake(&phone, "2").await;
        world.answer(&phone, &[Answer::Right; 5], SECOND).await;
        world.turn(11 * MINUTE);
        world.run_due().await;
    }
    world.check().await;
}

#[tokio::test]
async fn out_of_hours_the_screen_says_when_the_house_opens() {
    // The clock begins at noon.
    let world = World::with(|config| {
        config.hours.opens = Some("14:30".into());
        config.hours.closes = Some("23:00".into());
    })
    .await;
    let phone = world.funded("0712345678", 100).await;
    let start = ["1", "1", "1", "1"];
    shows(
        &phone,
        &start,
        "closed",
        "Majibu is closed right now, it opens at 14:30. Games under way are settled as usual",
    )
    .await;
    speaks_swahili(&phone).await;
    shows(
        &phone,
        &start,
        "closed",
        "Majibu imefungwa kwa sasa, itafunguliwa saa 14:30.",
    )
    .await;
    world.turn(150 * MINUTE);
    shows(&phone, &start, "question", "").await;
    // It closes during the game, which goes on.
    world.check().await;
}

#[tokio::test]
async fn maintenance_is_switched_without_a_restart() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    world.stake(&amina, "2").await;
    let app = world.app();
    assert!(
        !app.set_maintenance(false, &by("it is off"))
            .await
            .expect("told")
    );
    assert!(
        app.set_maintenance(true, &by("new database"))
            .await
            .expect("switched")
    );
    assert!(!app.set_maintenance(true, &by("again")).await.expect("told"));
    let status = app.house_status().await.expect("read");
    let turned = status.maintenance.expect("turned");
    assert_eq!(
        (status.is_open, turned.is_on, &*turned.reason),
        (false, true, "new database")
    );
    // Other processes see it at once.
    let other = world.another().await;
    let seen = other.app().house_status().await.expect("read");
    assert!(!seen.is_open);
    other.stop().await;
    let closing = world.answer(&amina, &[Answer::Right; 5], SECOND).await;
    assert_eq!(closing.name.as_deref(), Some("waiting"), "{}", closing.text);
    let closed =
        "Majibu is closed right now. Games under way are settled as usual, and you can withdraw.";
    shows(&brian, &["1", "1", "2", "1"], "closed", closed).await;
    shows(&brian, &["2", "1"], "closed", closed).await;
    world.turn(30 * MINUTE);
    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 5_000 + 5_250);
    assert!(
        app.set_maintenance(false, &by("done"))
            .await
            .expect("switched")
    );
    shows(&brian, &["1", "1", "2", "1"], "question", "").await;
    world.check().await;
}
