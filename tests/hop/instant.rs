//! Equal hops at the same instant, on threads of their own: one effect, and the same answer for all.

use std::time::Duration;

use futures::future::join_all;

use crate::{
    line::{Line, Reply},
    support::{Answer, World},
};

const CROWD: usize = 8;

/// The same hop many times at once; gives the one answer.
async fn at_once(line: &Line, transcript: &str) -> Reply {
    let hops = (0..CROWD).map(|_| {
        let (line, transcript) = (line.clone(), transcript.to_owned());
        tokio::spawn(async move { line.send(&transcript).await })
    });
    let mut replies = Vec::new();
    for reply in join_all(hops).await {
        replies.push(reply.expect("an answer"));
    }
    for reply in &replies {
        assert_eq!(reply, &replies[0]);
    }
    replies.swap_remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_hop_of_a_life_at_eight_times_at_once_has_one_effect() {
    let mut world = World::new().await;
    let phone = world.phone("0712345678");
    let line = Line::new(&phone, "ATUid_register");
    assert_eq!(at_once(&line, "").await.name, "language");
    assert_eq!(at_once(&line, "1").await.name, "terms");
    assert_eq!(at_once(&line, "1*1").await.name, "home");
    assert_eq!(at_once(&line, "1*1*2").await.name, "deposit");
    let sent = at_once(&line, "1*1*2*100").await;
    assert_eq!((sent.name.as_str(), sent.ends), ("deposit_sent", true));
    assert_eq!(at_once(&line, "1*1*2*100*1").await, sent, "beyond the END");
    assert_eq!(world.report(&phone).await.deposits.len(), 1);
    world.turn(Duration::from_secs(61));
    world.deposit(&phone, 100).await;

    let line = Line::new(&phone, "ATUid_play");
    for (transcript, name) in [("", "home"), ("1*1*2", "home")] {
        assert_eq!(at_once(&line, transcript).await.name, name);
    }
    // A gap that nobody filled is no choice; one hop at a time is.
    let mut transcript = "1*1*2".to_owned();
    for (key, name) in [
        ("1", "category"),
        ("1", "stake"),
        ("1", "confirm"),
        ("1", "question"),
    ] {
        transcript = format!("{transcript}*{key}");
        assert_eq!(at_once(&line, &transcript).await.name, name, "{transcript}");
    }
    assert_eq!(world.report(&phone).await.entries.len(), 1);
    let staked = world.account("stakes").await;
    assert_eq!(staked, 2_000);
    for answered in 1..=5_u8 {
        if answered == 3 {
            world.wipe_sessions().await;
        }
        if answered == 4 {
            world.restart().await;
        }
        transcript = format!("{transcript}*{}", world.key(&phone, Answer::Right).await);
        let reply = at_once(&line, &transcript).await;
        assert_eq!(reply.ends, answered == 5, "{}", reply.text);
        assert_eq!(
            world.report(&phone).await.entries[0].correct,
            i64::from(answered)
        );
    }
    assert_eq!(at_once(&line, &transcript).await.name, "waiting");
    assert_eq!(world.account("stakes").await, staked);
    phone.drop_session();
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_start_that_comes_twice_in_mid_game_answers_nothing() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let question = world.stake(&phone, "1").await;
    phone.drop_session();
    let line = Line::new(&phone, "ATUid_again");
    let shown = at_once(&line, "").await;
    assert_eq!(shown.text, format!("15s left.\n{}", question.text));
    assert_eq!(world.entry_under_way(&phone).await.answered, 0);
    let key = world.key(&phone, Answer::Right).await;
    let next = at_once(&line, &key).await;
    assert!(next.text.starts_with("Q2/5"), "{}", next.text);
    assert_eq!(world.entry_under_way(&phone).await.correct, 1);
    world.check().await;
}
