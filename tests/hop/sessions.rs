//! Several sessions of one player, and several hops of one session, at the same time: one effect.

use std::time::Duration;

use futures::future::join_all;

use crate::{
    line::{Line, Reply},
    support::{Answer, World, dial, press},
};

const SECOND: Duration = Duration::from_secs(1);

fn names(replies: &[Reply]) -> Vec<&str> {
    let mut names: Vec<&str> = replies.iter().map(|reply| reply.name.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_confirm_at_the_same_instant_take_one_seat() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 500).await;
    let lines = [1, 2, 3, 4].map(|n| Line::new(&phone, &format!("ATUid_{n}")));
    for line in &lines {
        assert_eq!(line.send("1*1*2").await.name, "confirm");
    }
    let replies = join_all(lines.iter().map(|line| line.send("1*1*2*1"))).await;
    assert_eq!(names(&replies), ["busy", "busy", "busy", "question"]);
    assert_eq!(world.report(&phone).await.entries.len(), 1);
    assert_eq!(world.balance(&phone).await, 45_000);
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_confirm_at_the_same_instant_cannot_spend_the_same_money() {
    let world = World::with(|config| config.game.open_entries = 5).await;
    let phone = world.funded("0712345678", 120).await;
    let lines = [1, 2, 3, 4].map(|n| Line::new(&phone, &format!("ATUid_{n}")));
    for line in &lines {
        assert_eq!(line.send("1*1*2").await.name, "confirm");
    }
    let replies = join_all(lines.iter().map(|line| line.send("1*1*2*1"))).await;
    assert_eq!(names(&replies), ["question", "question", "short", "short"]);
    assert_eq!(world.balance(&phone).await, 2_000);
    assert_eq!(world.account("stakes").await, 10_000);
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_accept_the_terms_at_the_same_instant_are_one_player() {
    let world = World::new().await;
    let phone = world.phone("0712345678");
    let lines = [1, 2, 3].map(|n| Line::new(&phone, &format!("ATUid_{n}")));
    for line in &lines {
        assert_eq!(line.send("").await.name, "language");
        assert_eq!(line.send("2").await.name, "terms");
    }
    let replies = join_all(lines.iter().map(|line| line.send("2*1"))).await;
    assert_eq!(names(&replies), ["home"; 3]);
    world.deposit(&phone, 100).await;
    for line in &lines {
        assert_eq!(line.send("2*1*3").await.name, "no_games");
    }
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_ask_for_a_deposit_at_the_same_instant_bring_one_prompt() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let lines = [1, 2, 3].map(|n| Line::new(&phone, &format!("ATUid_{n}")));
    for line in &lines {
        assert_eq!(line.send("2").await.name, "deposit");
    }
    let replies = join_all(lines.iter().map(|line| line.send("2*150"))).await;
    assert_eq!(
        names(&replies),
        ["deposit_sent", "deposit_too_soon", "deposit_too_soon"]
    );
    assert_eq!(world.report(&phone).await.deposits.len(), 1);
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn different_keys_at_the_same_instant_answer_one_question_once() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    let line = Line::of(&phone);
    let keys = ["1", "2", "3"].map(|key| line.with(key));
    let replies = join_all(keys.iter().map(|transcript| line.send(transcript))).await;
    for reply in &replies {
        assert!(reply.text.starts_with("Q2/5"), "{}", reply.text);
    }
    let entry = world.entry_under_way(&phone).await;
    assert_eq!((entry.answered, entry.position), (1, 2));
    // Repeated, each gets what it got.
    for (transcript, reply) in keys.iter().zip(&replies) {
        assert_eq!(&line.send(transcript).await, reply);
    }
    assert_eq!(world.entry_under_way(&phone).await.answered, 1);
    world.check().await;
}

#[tokio::test]
async fn an_old_session_does_not_answer_the_next_question() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    let (old, new) = (Line::of(&phone), Line::new(&phone, "ATUid_new"));
    assert_eq!(new.send("").await.name, "question");

    let key = world.key(&phone, Answer::Wrong).await;
    let reply = new.send(&key).await;
    assert!(reply.text.starts_with("Q2/5"), "{}", reply.text);
    // The old session still shows question 1; its key is no answer to question 2.
    let reply = old.send(&old.with("1")).await;
    assert!(reply.text.starts_with("Q2/5"), "{}", reply.text);
    let entry = world.entry_under_way(&phone).await;
    assert_eq!((entry.answered, entry.correct), (1, 0));

    // Now it shows question 2 and may answer it; then the new one is the old one.
    let right = world.key(&phone, Answer::Right).await;
    let reply = old.send(&old.with(&format!("1*{right}"))).await;
    assert!(reply.text.starts_with("Q3/5"), "{}", reply.text);
    let reply = new.send(&format!("{key}*{right}")).await;
    assert!(reply.text.starts_with("Q3/5"), "{}", reply.text);
    let entry = world.entry_under_way(&phone).await;
    assert_eq!((entry.answered, entry.correct), (2, 1));
    world.check().await;
}

#[tokio::test]
async fn two_sessions_that_answer_one_question_at_the_same_instant_answer_it_once() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    let (old, new) = (Line::of(&phone), Line::new(&phone, "ATUid_new"));
    new.send("").await;
    let right = world.key(&phone, Answer::Right).await;
    let (first, second) = (old.with(&right), right.clone());
    let (first, second) = tokio::join!(old.send(&first), new.send(&second));
    for reply in [first, second] {
        assert!(reply.text.starts_with("Q2/5"), "{}", reply.text);
    }
    let entry = world.entry_under_way(&phone).await;
    assert_eq!((entry.answered, entry.correct, entry.position), (1, 1, 2));
    world.check().await;
}

#[tokio::test]
async fn an_old_session_of_a_round_that_is_done_says_that_it_is_done() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    world.answer(&phone, &[Answer::Right; 4], SECOND).await;
    let old = Line::of(&phone);
    phone.drop_session();
    dial(&phone).await;
    let closing = world.answer(&phone, &[Answer::Right], SECOND).await;
    assert!(closing.text.starts_with("Done! 5/5"), "{}", closing.text);
    let reply = old.send(&old.with("1")).await;
    assert_eq!(reply, closing.into());
    world.check().await;
}

#[tokio::test]
async fn an_old_session_of_a_finished_game_answers_nothing_in_the_next_one() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    let old = Line::of(&phone);
    phone.drop_session();
    world.turn(Duration::from_secs(31 * 60));
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_000, "the stake came back");
    world.stake(&phone, "1").await;
    let reply = old.send(&old.with("1")).await;
    assert!(reply.ends, "{}", reply.text);
    let entry = world.entry_under_way(&phone).await;
    assert_eq!((entry.answered, entry.position), (0, 1));
    world.check().await;
}

#[tokio::test]
async fn a_redialled_game_whose_session_is_lost_shows_its_question_again() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let question = world.stake(&phone, "1").await;
    phone.drop_session();
    dial(&phone).await;
    world.wipe_sessions().await;
    // Nothing is known of this session: its key is as if it had been dialled, and answers nothing.
    let screen = press(&phone, &["1"]).await;
    assert!(screen.text.ends_with(&question.text), "{}", screen.text);
    assert_eq!(world.entry_under_way(&phone).await.answered, 0);
    let screen = world.answer(&phone, &[Answer::Right], SECOND).await;
    assert!(screen.text.starts_with("Q2/5"), "{}", screen.text);
    world.check().await;
}
