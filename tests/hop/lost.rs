//! The service restarts, or its session store is wiped: players go on, and no money moves twice.

use std::time::Duration;

use crate::{
    line::{Line, assert_repeats},
    support::{Answer, PATIENCE, World, dial, press},
};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_stake_repeated_after_a_restart_gets_its_question_again_and_costs_nothing() {
    let mut world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "2").await;
    for _ in 0..2 {
        world.restart().await;
        assert_repeats(&phone).await;
        assert_repeats(&phone).await;
    }
    assert_eq!(world.balance(&phone).await, 5_000);
    assert_eq!(world.report(&phone).await.entries.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn every_answer_and_the_end_repeated_after_a_restart_count_once() {
    let mut world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    for answered in 1..=5 {
        world.answer(&phone, &[Answer::Right], SECOND).await;
        world.restart().await;
        assert_repeats(&phone).await;
        assert_eq!(world.report(&phone).await.entries[0].correct, answered);
    }
    world.run_due().await;
    assert_repeats(&phone).await;
    assert_eq!(world.balance(&phone).await, 8_000);
    let line = Line::of(&phone);
    world.restart().await;
    let reply = line.send(&line.with("1")).await;
    assert_eq!((reply.name.as_str(), reply.ends), ("waiting", true));
    assert_eq!(world.report(&phone).await.entries.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_deposit_repeated_after_a_restart_pushes_once_and_credits_once() {
    let mut world = World::new().await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    press(&phone, &["2", "150"]).await;
    world.restart().await;
    assert_repeats(&phone).await;
    world.turn(world.config.daraja.stk_delay);
    world.run_due().await;
    phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    world.restart().await;
    assert_repeats(&phone).await;
    phone.enter_pin("1234").await.expect("paid");
    world.callbacks_are_in().await;
    world.run_due().await;
    world.turn(Duration::from_secs(3 * 60));
    assert_repeats(&phone).await;
    world.run_due().await;
    assert_eq!(world.sim.pushes().len(), 1);
    assert_eq!(world.report(&phone).await.deposits.len(), 1);
    assert_eq!(world.balance(&phone).await, 15_000);
    world.check().await;
}

#[tokio::test]
async fn an_end_without_an_effect_is_the_same_after_a_restart() {
    let mut world = World::new().await;
    let phone = world.phone("0712345678");
    dial(&phone).await;
    press(&phone, &["2", "2"]).await;
    assert_eq!(
        phone.screen().expect("declined").name.as_deref(),
        Some("declined")
    );
    world.restart().await;
    assert_repeats(&phone).await;
    let line = Line::of(&phone);
    let reply = line.send(&line.with("1")).await;
    assert!(reply.ends, "{}", reply.text);
    world.check().await;
}

#[tokio::test]
async fn the_closing_screen_of_a_redial_is_the_same_after_a_restart() {
    let mut world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    phone.drop_session();
    world.turn(Duration::from_secs(60));
    let closing = dial(&phone).await;
    assert_eq!(closing.name.as_deref(), Some("waiting"), "{}", closing.text);
    assert_repeats(&phone).await;
    world.restart().await;
    assert_repeats(&phone).await;
    world.check().await;
}

#[tokio::test]
async fn a_wiped_session_store_is_not_noticed_in_mid_game() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "2").await;
    for n in 2..=5 {
        world.wipe_sessions().await;
        let screen = world.answer(&phone, &[Answer::Right], SECOND).await;
        assert!(
            screen.text.starts_with(&format!("Q{n}/5")),
            "{}",
            screen.text
        );
        world.wipe_sessions().await;
        assert_repeats(&phone).await;
    }
    world.wipe_sessions().await;
    let closing = world.answer(&phone, &[Answer::Right], SECOND).await;
    assert!(
        closing.text.contains("5/5 right in 5.0s"),
        "{}",
        closing.text
    );
    world.wipe_sessions().await;
    assert_repeats(&phone).await;
    assert_eq!(world.balance(&phone).await, 5_000);
    assert_eq!(world.report(&phone).await.entries.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_wrong_key_lost_with_its_session_costs_a_key_and_no_answer() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "2").await;
    press(&phone, &["7"]).await;
    world.wipe_sessions().await;
    // What was typed since the last effect only navigates once more.
    let screen = world.answer(&phone, &[Answer::Right], SECOND).await;
    assert!(screen.text.starts_with("Q1/5"), "{}", screen.text);
    assert_eq!(world.entry_under_way(&phone).await.answered, 0);
    let screen = world.answer(&phone, &[Answer::Right], SECOND).await;
    assert!(screen.text.starts_with("Q2/5"), "{}", screen.text);
    world.check().await;
}

#[tokio::test]
async fn a_wiped_session_store_never_confirms_by_itself() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    dial(&phone).await;
    press(&phone, &["1", "1"]).await;
    world.wipe_sessions().await;
    let screen = press(&phone, &["2"]).await;
    assert_eq!(screen.name.as_deref(), Some("confirm"), "{}", screen.text);
    world.wipe_sessions().await;
    let screen = press(&phone, &["1"]).await;
    assert_eq!(screen.name.as_deref(), Some("confirm"), "{}", screen.text);
    assert_eq!(world.balance(&phone).await, 10_000);
    let screen = press(&phone, &["1"]).await;
    assert_eq!(screen.name.as_deref(), Some("question"), "{}", screen.text);
    assert_eq!(world.balance(&phone).await, 5_000);
    world.check().await;
}

#[tokio::test]
async fn a_registration_goes_on_after_its_session_was_lost() {
    let world = World::new().await;
    let phone = world.phone("0712345678");
    dial(&phone).await;
    press(&phone, &["2"]).await;
    world.wipe_sessions().await;
    // Terms are never accepted by what a lost session typed.
    let screen = press(&phone, &["1"]).await;
    assert_eq!(screen.name.as_deref(), Some("terms"), "{}", screen.text);
    let screen = press(&phone, &["1"]).await;
    assert_eq!(screen.name.as_deref(), Some("home"), "{}", screen.text);
    world.wipe_sessions().await;
    assert_repeats(&phone).await;
    let screen = press(&phone, &["1"]).await;
    assert_eq!(screen.name.as_deref(), Some("category"), "{}", screen.text);
    assert!(screen.text.starts_with("Chagua mada"), "{}", screen.text);
    world.check().await;
}
