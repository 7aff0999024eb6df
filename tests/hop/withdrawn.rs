//! A question that is withdrawn while it is played: open sets that hold it are void, every stake
//! goes back whole, and each player is told so once, at whatever instant it happens.

use std::{collections::BTreeSet, time::Duration};

use futures::future::join_all;
use majibu::{
    core::ids::QuestionWithdrawalId,
    store::{QuestionText, QuestionWithdrawal},
};
use rand::{SeedableRng, rngs::StdRng};
use sandbox::Phone;

use crate::support::{Answer, CODE, World, by, dial, press};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// The question at a place of the round that a phone plays.
async fn question_at(world: &World, phone: &Phone, position: i64) -> QuestionText {
    let entry = world.entry_under_way(phone).await;
    let mut tx = world.app().store().read().await.expect("read");
    let question = tx.question_of_set(entry.set, position, "en").await;
    question.expect("a question")
}

async fn withdraw(world: &World, question: &QuestionText) -> majibu::app::WithdrawReport {
    let (name, by) = (question.id.to_string(), by("two right answers"));
    let done = world.app().withdraw_question(&name, &by);
    done.await.expect("withdrawn").expect("a known question")
}

/// The SMS of a phone that tell of a voided game.
fn sorry(phone: &Phone) -> usize {
    let told = |sms: &sandbox::Sms| sms.text.contains("was wrong");
    phone.inbox().iter().filter(|sms| told(sms)).count()
}

#[tokio::test]
async fn a_set_is_voided_for_both_and_the_round_ends_politely() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    world.stake(&amina, "2").await;
    world.answer(&amina, &[Answer::Right; 2], SECOND).await;
    world.stake(&brian, "2").await;
    world.answer(&brian, &[Answer::Wrong; 5], SECOND).await;

    let question = question_at(&world, &amina, 5).await;
    let report = withdraw(&world, &question).await;
    assert!(!report.was_withdrawn);
    let voided = report.voided;
    assert_eq!((voided.sets, voided.entries, voided.waiting), (1, 2, 0));
    assert_eq!(voided.returned.get(), 10_000);
    assert_eq!(world.account("stakes").await, 0);

    // Amina is in the middle of her round.
    let screen = press(&amina, &["1"]).await;
    assert_eq!(screen.name.as_deref(), Some("voided"));
    assert_eq!(
        screen.text,
        "Sorry: a question of this Bible game was wrong. The game does not count. Your stake of \
        KES 50 is back. Dial again to play."
    );
    world.run_due().await;
    for phone in [&amina, &brian] {
        assert_eq!(world.balance(phone).await, 10_000);
        assert_eq!(
            world.last_sms(phone),
            "A question of your Bible game was wrong, so it does not count. Your stake of KES 50 \
            is back. Balance KES 100."
        );
        let report = world.report(phone).await;
        assert_eq!(report.entries[0].state, "returned");
        assert_eq!(dial(phone).await.name.as_deref(), Some("home"));
        assert_eq!(
            press(phone, &["3"]).await.text,
            "My games:\n1. Bible 50 returned\n0. Back"
        );
        let game = press(phone, &["1"]).await;
        assert_eq!(
            game.text,
            "Bible KES 50: returned\nA question was wrong, so the game does not count. You \
            got KES 50 back.\n0. Back 00. Home"
        );
    }

    // Once more does nothing more.
    let again = withdraw(&world, &question).await;
    assert!(again.was_withdrawn);
    assert_eq!(again.voided, voided);
    assert_eq!(again.withdrawal, report.withdrawal);
    world.turn(MINUTE * 60);
    world.run_due().await;
    assert_eq!((sorry(&amina), sorry(&brian)), (1, 1));
    world.check().await;
}

#[tokio::test]
async fn a_lone_player_gets_the_stake_and_no_bonus() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    world.stake(&amina, "2").await;
    let question = question_at(&world, &amina, 1).await;
    world.answer(&amina, &[Answer::Right; 5], SECOND).await;
    withdraw(&world, &question).await;
    world.turn(MINUTE * 31);
    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 10_000, "100%, not 105%");
    // The seat is not offered any more.
    let brian = world.funded("0110234567", 100).await;
    world.stake(&brian, "2").await;
    assert_eq!(world.entry_under_way(&brian).await.seat, 1);
    world.check().await;
}

#[tokio::test]
async fn a_settled_game_stays_as_it_is() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    world.stake(&amina, "2").await;
    let question = question_at(&world, &amina, 1).await;
    world.answer(&amina, &[Answer::Right; 5], SECOND).await;
    world.stake(&brian, "2").await;
    world.answer(&brian, &[Answer::Wrong; 5], SECOND).await;
    world.run_due().await;
    let report = withdraw(&world, &question).await;
    assert_eq!((report.voided.sets, report.voided.entries), (0, 0));
    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 13_000);
    assert_eq!(world.balance(&brian).await, 5_000);
    assert_eq!(sorry(&amina) + sorry(&brian), 0);
    world.check().await;
}

/// The withdrawal is committed, and the process dies before it voids anything.
async fn withdraw_and_die(world: &World, question: &QuestionText) {
    let now = world.now();
    let withdrawal = QuestionWithdrawal {
        id: QuestionWithdrawalId::new(now, &mut StdRng::seed_from_u64(7)),
        question: question.id,
        reason: "wrong".into(),
        by: "amani".into(),
        at: now,
    };
    let mut tx = world.app().store().write().await.expect("a transaction");
    tx.serialise_withdrawals().await.expect("serialised");
    tx.withdraw_question(&withdrawal).await.expect("withdrawn");
    tx.mark_void(&withdrawal, now).await.expect("marked");
    tx.commit().await.expect("committed");
}

#[tokio::test]
async fn what_a_crash_left_over_is_voided_by_the_jobs_and_never_settled() {
    // Both are done and due for settlement; one waits and her window is over; one is playing.
    for (first, second, later) in [
        (5, Some(5), Duration::ZERO),
        (5, None, MINUTE * 31),
        (2, None, MINUTE * 31),
        (0, Some(3), MINUTE * 31),
    ] {
        let world = World::new().await;
        let amina = world.funded("0712345678", 100).await;
        let brian = world.funded("0110234567", 100).await;
        world.stake(&amina, "2").await;
        let question = question_at(&world, &amina, 3).await;
        world
            .answer(&amina, &vec![Answer::Right; first], SECOND)
            .await;
        if let Some(second) = second {
            world.stake(&brian, "2").await;
            world
                .answer(&brian, &vec![Answer::Wrong; second], SECOND)
                .await;
        }
        withdraw_and_die(&world, &question).await;
        world.turn(later);
        world.run_due().await;
        let is_in = second.is_some();
        assert_eq!(world.balance(&amina).await, 10_000, "{first} {second:?}");
        assert_eq!(world.balance(&brian).await, 10_000, "{first} {second:?}");
        assert_eq!((sorry(&amina), sorry(&brian)), (1, usize::from(is_in)));
        // Somebody runs the command again: it finds what the jobs did.
        let report = withdraw(&world, &question).await;
        assert!(report.was_withdrawn);
        assert_eq!(report.voided.entries, 1 + i64::from(is_in));
        world.check().await;
    }
}

/// One player's game, as far as it goes: screens in between may be any.
async fn play(phone: &Phone) {
    for _ in 0..3 {
        let mut screen = phone.dial(CODE).await.expect("a screen");
        for key in ["1", "1", "1", "1", "1", "2", "3", "1", "2"] {
            if screen.kind == sandbox::ScreenKind::End {
                break;
            }
            screen = phone.reply(key).await.expect("a screen");
            assert_ne!(screen.name.as_deref(), Some("sorry"), "{}", screen.text);
        }
        phone.drop_session();
    }
}

/// Eleven questions in a category before all others.
fn eleven() -> String {
    let rows = (0..11).map(|n| format!("a{n},Aaa,Question {n}?,a,b,c,{}\n", n % 3 + 1));
    let header = "key,category,question,choice1,choice2,choice3,answer\n";
    header
        .chars()
        .chain(rows.collect::<String>().chars())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn questions_are_withdrawn_while_everybody_starts_answers_and_is_settled() {
    let world = World::new().await;
    let report = world.app().import_questions(eleven().as_bytes()).await;
    assert_eq!(report.expect("eleven").added, 11);
    world.turn(SECOND * 5);
    let mut phones = Vec::new();
    for number in 0..8 {
        phones.push(world.funded(&format!("07123456{number:02}"), 1_000).await);
    }
    let playing = join_all(phones.iter().map(play));
    let by = by("wrong");
    let withdrawing = async {
        for key in ["a0", "a4", "a7"] {
            let twice = [(); 2].map(|()| world.app().withdraw_question(key, &by));
            for done in join_all(twice).await {
                let report = done.expect("withdrawn").expect("known");
                assert_eq!(report.voided.waiting, 0);
            }
        }
    };
    let working = async {
        for _ in 0..20 {
            world.run_due().await;
        }
    };
    tokio::join!(playing, withdrawing, working);
    world.turn(MINUTE * 31);
    world.run_due().await;
    world.turn(MINUTE * 31);
    world.run_due().await;

    let mut stakes = BTreeSet::new();
    for phone in &phones {
        let report = world.report(phone).await;
        let ended: Vec<&str> = report
            .entries
            .iter()
            .map(|entry| entry.state.as_str())
            .collect();
        assert!(!ended.is_empty());
        assert!(
            !ended
                .iter()
                .any(|state| ["playing", "waiting"].contains(state)),
            "{ended:?}"
        );
        // One SMS for each game that ended, and those of deposits.
        let of_games = report
            .sms
            .iter()
            .filter(|sms| !sms.kind.starts_with("deposit"));
        assert_eq!(of_games.count(), ended.len());
        stakes.extend(report.entries.iter().map(|entry| entry.id.clone()));
    }
    assert!(stakes.len() >= 8);
    assert_eq!(world.account("stakes").await, 0);
    world.check().await;
}
