//! The clock of a round to the millisecond, and what decides between two scores.

use std::time::Duration;

use sandbox::Screen;

use crate::support::{
    Answer::{self, Right, Wrong},
    World,
};

const SECOND: Duration = Duration::from_secs(1);

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// One round of a fresh player: so long before each right answer. Gives the last screen.
async fn round(world: &World, waits: &[Duration]) -> Screen {
    let phone = world.funded("0712345678", 100).await;
    let mut last = world.stake(&phone, "1").await;
    for wait in waits {
        last = world.answer(&phone, &[Right], *wait).await;
    }
    last
}

#[tokio::test]
async fn fifteen_seconds_of_thinking_over_five_questions_count_to_the_last_millisecond() {
    let world = World::new().await;
    let closing = round(&world, &[SECOND * 7; 5]).await;
    assert!(
        closing.text.starts_with("Done! 5/5 right in 35.0s."),
        "{}",
        closing.text
    );
    world.check().await;
}

#[tokio::test]
async fn one_millisecond_more_is_late_and_not_counted() {
    let world = World::new().await;
    let waits = [SECOND * 7, SECOND * 7, SECOND * 7, SECOND * 7, ms(7_001)];
    let closing = round(&world, &waits).await;
    assert!(
        closing.text.starts_with("Time is up! 4/5 right in 28.0s."),
        "{}",
        closing.text
    );
    world.check().await;
}

#[tokio::test]
async fn one_question_may_take_all_of_the_time_and_the_others_their_allowance() {
    let world = World::new().await;
    let waits = [SECOND * 19, SECOND * 4, SECOND * 4, SECOND * 4, SECOND * 4];
    let closing = round(&world, &waits).await;
    assert!(
        closing.text.starts_with("Done! 5/5 right in 35.0s."),
        "{}",
        closing.text
    );
    world.check().await;
}

#[tokio::test]
async fn an_allowance_that_is_not_used_is_not_saved_up() {
    let world = World::new().await;
    let waits = [ms(0), ms(0), ms(0), ms(19_000), ms(4_001)];
    let closing = round(&world, &waits).await;
    assert!(
        closing.text.starts_with("Time is up! 4/5 right in 19.0s."),
        "{}",
        closing.text
    );
    world.check().await;
}

#[tokio::test]
async fn a_first_answer_that_is_late_ends_the_round_with_nothing_and_the_stake_returns_whole() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "2").await;
    let closing = world.answer(&phone, &[Right], ms(19_001)).await;
    assert!(
        closing.text.starts_with("Time is up! 0/5 right in 0.0s."),
        "{}",
        closing.text
    );
    assert_eq!(world.report(&phone).await.entries.len(), 1);
    world.turn(Duration::from_secs(30 * 60));
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(world.account("promo").await, 0);
    world.check().await;
}

#[tokio::test]
async fn other_figures_in_the_configuration_are_another_clock() {
    let world = World::with(|config| {
        config.game.thinking_time = SECOND * 2;
        config.game.hop_allowance = SECOND;
        config.game.questions_per_set = 3;
    })
    .await;
    let closing = round(&world, &[SECOND * 2, SECOND * 2, SECOND]).await;
    assert!(
        closing.text.starts_with("Done! 3/3 right in 5.0s."),
        "{}",
        closing.text
    );
    world.check().await;
}

/// What one player does in a game: answers, so long before each, and whether the time then runs out.
struct Play {
    answers: &'static [Answer],
    wait: Duration,
}

/// Two players meet for 50; gives what each has in the end, of 100 before, and the second one's
/// closing screen.
async fn meet(world: &World, plays: [Play; 2]) -> ([i64; 2], String) {
    let phones = [
        world.funded("0712345678", 100).await,
        world.funded("0110234567", 100).await,
    ];
    let mut closing = String::new();
    for (phone, play) in phones.iter().zip(&plays) {
        world.stake(phone, "2").await;
        let mut last = world.answer(phone, play.answers, play.wait).await;
        if play.answers.len() < 5 {
            last = world.answer(phone, &[Right], SECOND * 60).await;
            assert!(last.text.starts_with("Time is up!"), "{}", last.text);
        }
        closing = last.name.unwrap_or_default();
    }
    world.run_due().await;
    let balances = [
        world.balance(&phones[0]).await,
        world.balance(&phones[1]).await,
    ];
    assert_eq!(world.account("stakes").await, 0);
    (balances, closing)
}

const WON: i64 = 5_000 + 8_000;
const LOST: i64 = 5_000;
const BACK: i64 = 10_000;

#[tokio::test]
async fn more_right_answers_win_however_slow_and_few() {
    let world = World::new().await;
    let plays = [
        Play {
            answers: &[Right, Right, Right, Right],
            wait: SECOND * 7,
        },
        Play {
            answers: &[Right, Right, Right, Wrong, Wrong],
            wait: SECOND,
        },
    ];
    assert_eq!(meet(&world, plays).await, ([WON, LOST], "lost".into()));
    assert_eq!(world.account("house").await, 2_000);
    world.check().await;
}

#[tokio::test]
async fn among_equally_many_right_answers_more_answers_win() {
    let world = World::new().await;
    let plays = [
        Play {
            answers: &[Right, Right, Right],
            wait: SECOND,
        },
        Play {
            answers: &[Right, Right, Right, Wrong, Wrong],
            wait: SECOND * 7,
        },
    ];
    assert_eq!(meet(&world, plays).await, ([LOST, WON], "won".into()));
    world.check().await;
}

#[tokio::test]
async fn among_equal_answers_less_time_wins_by_a_millisecond() {
    let world = World::new().await;
    let plays = [
        Play {
            answers: &[Right, Wrong, Right, Wrong, Right],
            wait: ms(3_000),
        },
        Play {
            answers: &[Wrong, Right, Right, Right, Wrong],
            wait: ms(2_999),
        },
    ];
    assert_eq!(meet(&world, plays).await, ([LOST, WON], "won".into()));
    world.check().await;
}

#[tokio::test]
async fn equal_scores_draw_and_both_stakes_go_back_whole_without_a_fee() {
    let world = World::new().await;
    let plays = [
        Play {
            answers: &[Right, Wrong, Right, Wrong, Right],
            wait: SECOND * 3,
        },
        Play {
            answers: &[Wrong, Right, Right, Right, Wrong],
            wait: SECOND * 3,
        },
    ];
    assert_eq!(meet(&world, plays).await, ([BACK, BACK], "drawn".into()));
    assert_eq!(world.account("house").await, 0);
    for number in ["0712345678", "0110234567"] {
        let sms = world.last_sms(&world.phone(number));
        assert!(sms.starts_with("A draw: Bible, you and +254"), "{sms}");
        assert!(
            sms.ends_with("Your stake of KES 50 is back. Balance KES 100."),
            "{sms}"
        );
    }
    world.check().await;
}

#[tokio::test]
async fn two_who_answer_nothing_draw() {
    let world = World::new().await;
    let nothing = || Play {
        answers: &[],
        wait: SECOND,
    };
    let ended = meet(&world, [nothing(), nothing()]).await;
    assert_eq!(ended, ([BACK, BACK], "drawn".into()));
    assert_eq!(world.account("house").await, 0);
    world.check().await;
}

#[tokio::test]
async fn one_wrong_answer_beats_none() {
    let world = World::new().await;
    let plays = [
        Play {
            answers: &[],
            wait: SECOND,
        },
        Play {
            answers: &[Wrong],
            wait: SECOND * 9,
        },
    ];
    assert_eq!(meet(&world, plays).await, ([LOST, WON], "won".into()));
    world.check().await;
}
