//! A server's clock that is set while a round is under way, and processes whose clocks differ: no time
//! is negative, and what can be gained or lost is what `core::game::clock` says.

use std::{sync::Arc, time::Duration};

use majibu::{
    core::time::Timestamp,
    ports::{Clock, SystemRandom},
    service::{self, Migration, Parts, Service},
};
use reqwest::Client;

use crate::{
    line::{Line, assert_repeats},
    support::{Answer::Right, World, dial},
};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(60 * 60);

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[tokio::test]
async fn a_repeated_hop_does_not_start_the_clock_again() {
    let mut world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    for _ in 0..4 {
        world.turn(ms(4_500));
        assert_repeats(&phone).await;
    }
    world.restart().await;
    assert_repeats(&phone).await;
    // 18 s have passed, of 19.
    world.answer(&phone, &[Right], SECOND).await;
    let entry = world.entry_under_way(&phone).await;
    assert_eq!((entry.correct, entry.spent.thinking_ms), (1, 15_000));
    world.turn(SECOND * 4);
    assert_repeats(&phone).await;
    let closing = world.answer(&phone, &[Right], ms(1)).await;
    assert!(
        closing.text.starts_with("Time is up! 1/5"),
        "{}",
        closing.text
    );
    // The late answer, repeated with a clock that is back in time again, stays late.
    world.turn_back(SECOND * 10);
    assert_repeats(&phone).await;
    assert_eq!(world.report(&phone).await.entries[0].correct, 1);
    world.turn(SECOND * 10);
    world.check().await;
}

#[tokio::test]
async fn a_clock_that_is_set_ahead_counts_as_time_that_passed() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "2").await;
    let closing = world.answer(&phone, &[Right], HOUR).await;
    assert!(
        closing.text.starts_with("Time is up! 0/5 right in 0.0s."),
        "{}",
        closing.text
    );
    // Nobody joined, nothing was answered: the stake goes back whole.
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(world.account("promo").await, 0);
    world.check().await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_within_a_question_takes_that_much_off_this_question_alone() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    world.turn(SECOND * 10);
    world.turn_back(SECOND * 4);
    world.answer(&phone, &[Right], SECOND).await;
    let entry = world.entry_under_way(&phone).await;
    assert_eq!(
        (entry.spent.answering_ms, entry.spent.thinking_ms),
        (7_000, 3_000)
    );
    world.answer(&phone, &[Right], SECOND * 9).await;
    let entry = world.entry_under_way(&phone).await;
    assert_eq!(
        (entry.spent.answering_ms, entry.spent.thinking_ms),
        (16_000, 8_000)
    );
    world.check().await;
}

#[tokio::test]
async fn an_answer_from_before_its_question_counts_as_the_allowance_and_wins_no_tie() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    world.stake(&amina, "2").await;
    world.answer(&amina, &[Right; 5], ms(3_900)).await;
    world.stake(&brian, "2").await;
    world.turn_back(HOUR * 3);
    world.answer(&brian, &[Right], ms(3_900)).await;
    let entry = world.entry_under_way(&brian).await;
    assert_eq!(
        (entry.spent.answering_ms, entry.spent.thinking_ms),
        (4_000, 0)
    );
    // With nothing counted for that answer Brian would win by seconds.
    let closing = world.answer(&brian, &[Right; 4], ms(3_900)).await;
    assert_eq!(closing.name.as_deref(), Some("lost"), "{}", closing.text);
    assert!(closing.text.contains("5/5 in 19.6s"), "{}", closing.text);
    world.turn(HOUR * 4);
    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 5_000 + 8_000);
    world.check().await;
}

#[tokio::test]
async fn a_redial_under_a_clock_that_was_set_back_begins_the_question_anew_once() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    world.answer(&phone, &[Right], SECOND * 9).await;
    world.turn(SECOND * 3);
    phone.drop_session();
    world.turn_back(HOUR);
    for (wait, left) in [(0, 10), (4_000, 10), (6_000, 4), (4_000, 0)] {
        world.turn(ms(wait));
        let screen = dial(&phone).await;
        let start = format!("{left}s left.\nQ2/5");
        assert!(screen.text.starts_with(&start), "{}", screen.text);
        assert_repeats(&phone).await;
        phone.drop_session();
    }
    // An hour ahead of this clock the question would have been open for all that time.
    dial(&phone).await;
    let closing = world.answer(&phone, &[Right], ms(1)).await;
    assert!(
        closing.text.starts_with("Time is up! 1/5"),
        "{}",
        closing.text
    );
    world.turn(HOUR * 2);
    world.run_due().await;
    assert_eq!(world.account("stakes").await, 0);
    world.check().await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_holds_up_a_refund_and_pays_it_once() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "2").await;
    world.answer(&phone, &[Right; 5], SECOND).await;
    world.turn_back(HOUR);
    world.turn(Duration::from_secs(31 * 60));
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 5_000, "not yet");
    world.turn(HOUR);
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_250);
    world.turn_back(HOUR * 2);
    world.run_due().await;
    world.turn(HOUR * 5);
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_250);
    world.check().await;
}

/// A clock that is so many ms off from noon, and stands.
#[derive(Debug)]
struct Standing(i64);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.0)
    }
}

/// Another process of the house, on the same database, whose clock is off.
async fn beside(world: &World, off: i64) -> Service {
    let mut config = world.config.clone();
    config.http.listen = ([127, 0, 0, 1], 0).into();
    let outside = service::World {
        clock: Arc::new(Standing(world.now().ms() + off)),
        random: Arc::new(SystemRandom),
    };
    let started = Service::start(&config, &outside, Parts::Http, Migration::Skip).await;
    started.expect("another process")
}

/// Dials and replies at another process.
async fn at(service: &Service, session: &str, text: &str) -> String {
    let url = format!(
        "http://{}/ussd/development",
        service.address().expect("an address")
    );
    let fields = [
        ("phoneNumber", "+254712345678"),
        ("serviceCode", "*384*55#"),
        ("text", text),
        ("sessionId", session),
        ("networkCode", "63902"),
    ];
    let answer = Client::new().post(url).form(&fields).send().await;
    answer.expect("an answer").text().await.expect("a body")
}

#[tokio::test]
async fn processes_whose_clocks_differ_share_a_round_without_negative_time() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "2").await;
    phone.drop_session();
    let (behind, ahead) = (
        beside(&world, -3_600_000).await,
        beside(&world, 9_000).await,
    );
    // One is an hour behind: the question's time begins with this redial, and is whole.
    let screen = at(&behind, "ATUid_behind", "").await;
    assert!(screen.starts_with("CON 15s left.\nQ1/5"), "{screen}");
    let key = world.key(&phone, Right).await;
    let screen = at(&behind, "ATUid_behind", &key).await;
    assert!(screen.starts_with("CON Q2/5"), "{screen}");
    let entry = world.entry_under_way(&phone).await;
    assert_eq!((entry.answered, entry.spent.answering_ms), (1, 0));
    // To the others the question that it sent is an hour old: the round has run out.
    let screen = at(&ahead, "ATUid_ahead", "").await;
    assert!(
        screen.starts_with("END Time is up! 1/5 right in 0.0s."),
        "{screen}"
    );
    assert_eq!(dial(&phone).await.name.as_deref(), Some("home"));
    assert_eq!(world.balance(&phone).await, 5_000);
    world.turn(HOUR);
    world.run_due().await;
    assert_eq!(
        world.balance(&phone).await,
        10_250,
        "one answer: the refund, once"
    );
    behind.stop().await;
    ahead.stop().await;
    world.check().await;
}

#[tokio::test]
async fn processes_seconds_apart_take_or_give_those_seconds() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "2").await;
    let line = Line::of(&phone);
    let ahead = beside(&world, 6_000).await;
    let key = world.key(&phone, Right).await;
    // A hop of one session may come to any process.
    let screen = at(&ahead, line.session(), &line.with(&key)).await;
    assert!(screen.starts_with("CON Q2/5"), "{screen}");
    let entry = world.entry_under_way(&phone).await;
    assert_eq!(
        (entry.spent.answering_ms, entry.spent.thinking_ms),
        (6_000, 2_000)
    );
    // The next question was sent by a clock that is 6 s ahead of this one.
    let next = world.key(&phone, Right).await;
    let screen = line.send(&line.with(&format!("{key}*{next}"))).await;
    ahead.stop().await;
    let entry = world.entry_under_way(&phone).await;
    if screen.text.starts_with("Q3/5") {
        // They share their sessions: an answer from before its question.
        assert_eq!(
            (entry.spent.answering_ms, entry.spent.thinking_ms),
            (10_000, 2_000)
        );
    } else {
        // They do not: what was typed since is not known here, and answers nothing.
        assert!(
            screen.text.contains("Q1/5") || screen.text.contains("Q2/5"),
            "{}",
            screen.text
        );
        assert_eq!((entry.answered, entry.spent.answering_ms), (1, 6_000));
    }
    world.turn(HOUR);
    world.run_due().await;
    world.check().await;
}
