//! A session that drops anywhere is picked up on redial; in mid-game the clock has gone on.

use std::time::Duration;

use sandbox::{Phone, Screen};

use crate::support::{Answer, PATIENCE, World, dial, press};

const SECOND: Duration = Duration::from_secs(1);

async fn redial(phone: &Phone) -> Screen {
    phone.drop_session();
    dial(phone).await
}

fn name(screen: &Screen) -> &str {
    screen.name.as_deref().unwrap_or_default()
}

#[tokio::test]
async fn a_registration_that_drops_begins_again() {
    let world = World::new().await;
    let phone = world.phone("0712345678");
    dial(&phone).await;
    assert_eq!(name(&redial(&phone).await), "language");
    press(&phone, &["2"]).await;
    assert_eq!(name(&redial(&phone).await), "language", "no terms accepted");
    press(&phone, &["2", "2"]).await;
    assert_eq!(name(&redial(&phone).await), "language", "declined");
    press(&phone, &["2", "1"]).await;
    let home = redial(&phone).await;
    assert_eq!(name(&home), "home");
    assert!(home.text.contains("Salio"), "{}", home.text);
    world.check().await;
}

#[tokio::test]
async fn a_session_that_drops_before_the_stake_costs_nothing() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let paths: [&[&str]; 9] = [
        &[],
        &["1"],
        &["1", "1"],
        &["1", "1", "2"],
        &["2"],
        &["2", "x"],
        &["3"],
        &["4"],
        &["5", "98"],
    ];
    for path in paths {
        redial(&phone).await;
        press(&phone, path).await;
        let home = redial(&phone).await;
        assert_eq!(name(&home), "home", "{path:?}");
        assert!(home.text.contains("Balance KES 100"), "{}", home.text);
    }
    let report = world.report(&phone).await;
    assert_eq!((report.entries.len(), report.deposits.len()), (0, 1));
    world.check().await;
}

#[tokio::test]
async fn a_redial_in_mid_deposit_finds_home_and_the_money_comes_in_all_the_same() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    press(&phone, &["2", "150"]).await;
    // The session is over; the person redials before the prompt comes.
    assert_eq!(name(&dial(&phone).await), "home");
    world.turn(world.config.daraja.stk_delay);
    world.run_due().await;
    phone.drop_session();
    phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    phone.enter_pin("1234").await.expect("paid");
    world.callbacks_are_in().await;
    world.run_due().await;
    let home = dial(&phone).await;
    assert!(home.text.contains("Balance KES 150"), "{}", home.text);
    world.check().await;
}

#[tokio::test]
async fn every_question_is_found_again_with_its_choices_in_the_same_order() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let mut question = world.stake(&phone, "1").await;
    for n in 1..=5 {
        let again = redial(&phone).await;
        assert_eq!(again.text, format!("15s left.\n{}", question.text));
        assert!(question.text.starts_with(&format!("Q{n}/5")));
        question = world.answer(&phone, &[Answer::Right], SECOND).await;
    }
    assert!(
        question.text.contains("5/5 right in 5.0s"),
        "{}",
        question.text
    );
    assert_eq!(name(&redial(&phone).await), "home");
    assert_eq!(world.balance(&phone).await, 8_000);
    world.check().await;
}

#[tokio::test]
async fn the_clock_goes_on_while_the_session_is_away_and_no_redial_restarts_it() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    // 15 seconds of thinking, 4 that do not count.
    for (wait, left) in [
        (4_000, 15),
        (1, 14),
        (5_000, 9),
        (8_998, 1),
        (1_000, 0),
        (1, 0),
    ] {
        world.turn(Duration::from_millis(wait));
        let screen = redial(&phone).await;
        assert!(
            screen.text.starts_with(&format!("{left}s left.")),
            "{}",
            screen.text
        );
    }
    let screen = world.answer(&phone, &[Answer::Right], Duration::ZERO).await;
    assert!(
        screen.text.starts_with("Q2/5"),
        "the last instant counts: {}",
        screen.text
    );
    // All thinking is used up; the allowance of each question remains.
    let screen = redial(&phone).await;
    assert!(screen.text.starts_with("0s left."), "{}", screen.text);
    world.answer(&phone, &[Answer::Right], SECOND * 4).await;
    assert_eq!(world.entry_under_way(&phone).await.correct, 2);
    world.check().await;
}

#[tokio::test]
async fn an_answer_after_the_time_that_a_drop_took_is_not_counted_and_ends_the_round() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    world.answer(&phone, &[Answer::Right], SECOND * 4).await;
    phone.drop_session();
    world.turn(SECOND * 18);
    let screen = redial(&phone).await;
    assert!(screen.text.starts_with("1s left."), "{}", screen.text);
    let closing = world
        .answer(&phone, &[Answer::Right], Duration::from_millis(1_001))
        .await;
    assert_eq!(name(&closing), "waiting");
    assert!(
        closing.text.starts_with("Time is up! 1/5 right in 4.0s."),
        "{}",
        closing.text
    );
    assert_eq!(world.report(&phone).await.entries[0].correct, 1);
    assert_eq!(name(&redial(&phone).await), "home");
    world.check().await;
}

#[tokio::test]
async fn a_round_that_ran_out_while_away_shows_its_end_on_redial() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    world.stake(&amina, "1").await;
    world.answer(&amina, &[Answer::Right; 2], SECOND).await;
    phone_is_away(&world, &amina);
    let closing = dial(&amina).await;
    assert_eq!(name(&closing), "waiting");
    assert!(
        closing.text.starts_with("Time is up! 2/5 right in 2.0s."),
        "{}",
        closing.text
    );
    assert!(!amina.is_in_session());

    // The opponent is known: the closing screen says at once who won.
    world.stake(&brian, "1").await;
    world.answer(&brian, &[Answer::Right; 3], SECOND).await;
    phone_is_away(&world, &brian);
    let closing = dial(&brian).await;
    assert_eq!(name(&closing), "won");
    assert!(
        closing.text.starts_with("Time is up! You won KES 32!"),
        "{}",
        closing.text
    );
    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 8_000);
    assert_eq!(world.balance(&brian).await, 8_000 + 3_200);
    world.check().await;
}

fn phone_is_away(world: &World, phone: &Phone) {
    phone.drop_session();
    world.turn(SECOND * 20);
}

#[tokio::test]
async fn a_round_whose_player_never_comes_back_is_ended_and_settled() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    world.stake(&amina, "2").await;
    world.answer(&amina, &[Answer::Right], SECOND).await;
    phone_is_away(&world, &amina);
    world.turn(SECOND * 2);
    world.run_due().await;
    assert_eq!(
        name(&dial(&amina).await),
        "home",
        "no question is under way"
    );
    world.stake(&brian, "2").await;
    world.answer(&brian, &[Answer::Wrong; 5], SECOND).await;
    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 5_000 + 8_000);
    assert!(world.last_sms(&brian).starts_with("You lost KES 50."));
    world.check().await;
}

#[tokio::test]
async fn a_clock_that_is_turned_back_gives_no_time() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    world.answer(&phone, &[Answer::Right], SECOND * 10).await;
    world.turn_back(SECOND * 60);
    let screen = redial(&phone).await;
    assert!(screen.text.starts_with("9s left."), "{}", screen.text);
    world.answer(&phone, &[Answer::Right], Duration::ZERO).await;
    let entry = world.entry_under_way(&phone).await;
    assert_eq!((entry.correct, entry.spent.thinking_ms), (2, 6_000));
    assert_eq!(entry.spent.answering_ms, 10_000);
    let screen = redial(&phone).await;
    assert!(screen.text.starts_with("9s left."), "{}", screen.text);
    let closing = world
        .answer(&phone, &[Answer::Right], Duration::from_millis(13_001))
        .await;
    assert!(
        closing.text.starts_with("Time is up! 2/5"),
        "{}",
        closing.text
    );
    world.check().await;
}
