//! Ends of sessions, as the gateway tells: figures come of them, and nothing else.

use std::time::Duration;

use majibu::app::SessionFigures;
use reqwest::Client;
use sandbox::{Exchange, Fault, FaultPoint};

use crate::{
    line::Line,
    support::{Answer, PATIENCE, World, dial, press},
};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Waits until the gateway has told of so many ends and each was taken.
async fn are_told(world: &World, ends: usize) {
    let is_end = |exchange: &Exchange| exchange.what == "end event" && exchange.status.is_some();
    let mut seen = std::collections::BTreeSet::new();
    while seen.len() < ends {
        let fits = |exchange: &Exchange| is_end(exchange) && !seen.contains(&exchange.id);
        let told = world.sim.wait_for_exchange(fits, PATIENCE).await;
        let told = told.expect("an end");
        assert_eq!(told.status, Some(200));
        seen.insert(told.id);
    }
    world.run_due().await;
}

async fn figures(world: &World) -> SessionFigures {
    world.app().session_figures(DAY).await.expect("figures")
}

fn count(figures: &SessionFigures, status: &str) -> i64 {
    let found = figures.statuses.iter().find(|row| row.status == status);
    found.map_or(0, |row| row.sessions)
}

fn given_up(figures: &SessionFigures) -> Vec<(&str, i64)> {
    let places = figures.given_up.iter();
    places
        .map(|place| (place.screen.as_str(), place.sessions))
        .collect()
}

/// Posts an event as it is; the gateway is always answered 200.
async fn tell(world: &World, body: &str) {
    let answer = Client::new()
        .post(format!("{}/ussd/development/events", world.base()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.to_owned())
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status().as_u16(), 200, "{body}");
}

#[tokio::test]
async fn how_sessions_ended_and_where_players_gave_up_is_told() {
    let world = World::new().await;
    let leavers = ["0712345678", "0722345678", "0110234567"].map(|number| world.phone(number));
    for (phone, keys) in leavers.iter().zip([&[][..], &["1"], &["2"]]) {
        dial(phone).await;
        if !keys.is_empty() {
            press(phone, keys).await;
        }
        phone.drop_session();
    }
    let declines = world.phone("0733345678");
    dial(&declines).await;
    assert_eq!(
        press(&declines, &["1", "2"]).await.name.as_deref(),
        Some("declined")
    );
    are_told(&world, 4).await;
    let figures = figures(&world).await;
    assert_eq!(
        (count(&figures, "incomplete"), count(&figures, "success")),
        (3, 1)
    );
    assert_eq!(given_up(&figures), [("terms", 2), ("language", 1)]);
    // 1, 2, 2 and 3 hops.
    assert_eq!(figures.median_hops, Some(2));
    assert!(figures.median_duration_ms.is_some());
    let metrics = reqwest::get(format!("{}/metrics", world.base()))
        .await
        .expect("metrics");
    let metrics = metrics.text().await.expect("text");
    for name in [
        "majibu_sessions_total{gateway=\"africastalking\",status=\"incomplete\"}",
        "majibu_sessions_given_up_total{screen=\"terms\"}",
        "majibu_session_hops",
    ] {
        assert!(metrics.contains(name), "{name}");
    }
    world.check().await;
}

#[tokio::test]
async fn an_end_that_is_told_twice_counts_once() {
    let world = World::new().await;
    world
        .sim
        .inject(FaultPoint::EndEvent, Fault::Twice, 1)
        .expect("queued");
    let phone = world.phone("0712345678");
    dial(&phone).await;
    phone.drop_session();
    are_told(&world, 1).await;
    tell(&world, "sessionId=ATUid_x&status=Success&hopsCount=4").await;
    tell(
        &world,
        "sessionId=ATUid_x&status=Failed&hopsCount=9&hopsMetadata=home",
    )
    .await;
    world.run_due().await;
    let figures = figures(&world).await;
    assert_eq!(
        (count(&figures, "incomplete"), count(&figures, "success")),
        (1, 1)
    );
    assert_eq!(
        count(&figures, "failed"),
        0,
        "the first that was told stays"
    );
    world.check().await;
}

#[tokio::test]
async fn an_end_moves_no_money_and_stops_no_clock() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let question = world.stake(&phone, "2").await;
    let before = world
        .app()
        .ledger_report()
        .await
        .expect("a report")
        .transfers;
    // The event overtakes the last callback, and says what it likes.
    let line = Line::of(&phone);
    let session = line.session().to_owned();
    for status in ["Failed", "Incomplete", "Success", "Refunded"] {
        tell(
            &world,
            &format!(
                "sessionId={session}&status={status}&cost=KES+5000.00&phoneNumber=%2B254712345678"
            ),
        )
        .await;
    }
    world.run_due().await;
    world.turn(SECOND * 6);
    let key = world.key(&phone, Answer::Right).await;
    let next = line.send(&line.with(&key)).await;
    assert!(next.text.starts_with("Q2/5"), "{}", next.text);
    assert_ne!(next.text, question.text);
    let entry = world.entry_under_way(&phone).await;
    assert_eq!((entry.answered, entry.spent.thinking_ms), (1, 2_000));
    assert_eq!(
        world
            .app()
            .ledger_report()
            .await
            .expect("a report")
            .transfers,
        before
    );
    assert_eq!(world.balance(&phone).await, 5_000);
    world.check().await;
}

#[tokio::test]
async fn whatever_an_event_says_it_is_kept_and_answered_and_figures_stay_whole() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let line = Line::new(&phone, "ATUid_ours");
    line.send("1").await;
    are_told(&world, 1).await;
    let long = "x".repeat(20_000);
    for body in [
        "",
        "{}",
        "status=Success",
        "sessionId=&status=Success",
        "sessionId=a%20b&status=Success",
        "\u{0}",
        // What is told of a session that nobody knows counts as told.
        "sessionId=ATUid_1&status=Incomplete&cost=KES+0.10&hopsCount=3&durationInMillis=9000",
        "sessionId=ATUid_2&status=Expired&cost=USD+0.0079&hopsCount=three&durationInMillis=-5",
        "sessionId=ATUid_3&status=&cost=0.25&hopsMetadata=home%7Cstake&hopsCount=99999999999999",
        &format!("sessionId=ATUid_4&status={long}&cost={long}&hopsMetadata={long}"),
        // No labels came back: this service knows the last screen itself.
        "sessionId=ATUid_ours&status=Incomplete&hopsMetadata=&errorMessage=&cost=0.00",
    ] {
        tell(&world, body).await;
    }
    world.run_due().await;
    let figures = figures(&world).await;
    assert_eq!(
        (count(&figures, "incomplete"), count(&figures, "other")),
        (3, 3)
    );
    let cost: i64 = figures.statuses.iter().map(|row| row.cost_cents).sum();
    let unreadable: i64 = figures
        .statuses
        .iter()
        .map(|row| row.unreadable_costs)
        .sum();
    assert_eq!((cost, unreadable), (35, 2));
    let places = given_up(&figures);
    for place in [("category", 1), ("stake", 1), ("home", 1), ("", 2)] {
        assert!(places.contains(&place), "{place:?} of {places:?}");
    }
    world.check().await;
}

#[tokio::test]
async fn ends_are_forgotten_with_their_raw_events() {
    let world = World::new().await;
    tell(&world, "sessionId=ATUid_old&status=Success").await;
    world.run_due().await;
    world.turn(DAY * 89);
    world.app().sweep().await.expect("swept");
    let all = world
        .app()
        .session_figures(DAY * 365)
        .await
        .expect("figures");
    assert_eq!(count(&all, "success"), 1);
    assert_eq!(count(&figures(&world).await, "success"), 0, "not of today");
    world.turn(DAY * 2);
    world.app().sweep().await.expect("swept");
    let all = world
        .app()
        .session_figures(DAY * 365)
        .await
        .expect("figures");
    assert_eq!(all.statuses, []);
    world.check().await;
}

#[tokio::test]
async fn a_label_is_the_name_of_a_screen_short_and_with_nothing_personal() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    world.answer(&phone, &[Answer::Right; 5], SECOND).await;
    let line = Line::new(&phone, "ATUid_bad").number("0202345678");
    assert_eq!(line.send("").await.name, "not_mobile");
    let menu = world.app().menu();
    let known = menu.screens.keys().map(String::as_str);
    let known: Vec<&str> = known.chain(["not_mobile"]).collect();
    let mut labels = 0;
    for exchange in world.sim.exchanges() {
        let headers = exchange.response_headers.iter();
        for (_, label) in headers.filter(|(name, _)| name == "at-ussd-hop-metadata") {
            assert!(known.contains(&label.as_str()), "{label}");
            assert!(label.len() <= 99 && !label.contains('|'), "{label}");
            assert!(!label.bytes().any(|byte| byte.is_ascii_digit()), "{label}");
            labels += 1;
        }
    }
    assert!(labels > 15, "{labels}");
    world.check().await;
}
