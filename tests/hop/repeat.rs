//! A hop that the gateway repeats: the same reply, and one effect.

use std::time::Duration;

use futures::future::join_all;
use sandbox::Phone;

use crate::{
    line::{Line, assert_repeats},
    support::{Answer, World, dial, press},
};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_repeated_key_gets_the_same_screen_and_moves_nothing_on() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    assert_repeats(&phone).await;
    for key in ["1", "1", "0", "0", "5", "98", "00", "3"] {
        press(&phone, &[key]).await;
        assert_repeats(&phone).await;
        assert_repeats(&phone).await;
    }
    world.check().await;
}

#[tokio::test]
async fn a_repeated_wrong_key_gets_the_same_hint() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    press(&phone, &["1", "77"]).await;
    assert_repeats(&phone).await;
    press(&phone, &["1", ""]).await;
    assert_repeats(&phone).await;
    world.check().await;
}

#[tokio::test]
async fn a_repeated_confirmation_takes_one_seat_and_one_stake() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 200).await;
    world.stake(&phone, "2").await;
    for _ in 0..3 {
        assert_repeats(&phone).await;
    }
    assert_took_one_stake(&world, &phone).await;
    world.check().await;
}

#[tokio::test]
async fn equal_confirmations_at_the_same_instant_take_one_seat_and_one_stake() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 200).await;
    dial(&phone).await;
    press(&phone, &["1", "1", "2"]).await;
    let line = Line::of(&phone);
    let confirmed = line.with("1");
    let replies = join_all([(); 6].map(|()| line.send(&confirmed))).await;
    for reply in &replies {
        assert_eq!(reply, &replies[0]);
        assert_eq!(reply.name, "question", "{}", reply.text);
    }
    assert_took_one_stake(&world, &phone).await;
    world.check().await;
}

async fn assert_took_one_stake(world: &World, phone: &Phone) {
    assert_eq!(world.report(phone).await.entries.len(), 1);
    assert_eq!(world.balance(phone).await, 15_000);
    assert_eq!(world.account("stakes").await, 5_000);
}

#[tokio::test]
async fn a_repeated_answer_counts_once_and_the_next_question_stays_open() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    for answered in 1..=4_u8 {
        world.answer(&phone, &[Answer::Right], SECOND).await;
        world.turn(SECOND);
        assert_repeats(&phone).await;
        assert_repeats(&phone).await;
        let entry = world.entry_under_way(&phone).await;
        assert_eq!((entry.answered, entry.correct), (answered, answered));
        assert_eq!(entry.position, i64::from(answered) + 1);
    }
    let closing = world.answer(&phone, &[Answer::Right], SECOND).await;
    // The clock ran on between the questions: 1 + 4 * 2 seconds.
    assert!(
        closing.text.contains("5/5 right in 9.0s"),
        "{}",
        closing.text
    );
    assert_repeats(&phone).await;
    assert_eq!(world.report(&phone).await.entries[0].correct, 5);
    world.check().await;
}

#[tokio::test]
async fn equal_answers_at_the_same_instant_count_once() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    let mut line = Line::of(&phone);
    for answered in 1..=5_u8 {
        world.turn(SECOND);
        let key = world.key(&phone, Answer::Right).await;
        line.transcript = line.with(&key);
        let replies = join_all([(); 4].map(|()| line.send(&line.transcript))).await;
        for reply in &replies {
            assert_eq!(reply, &replies[0]);
            assert_eq!(reply.ends, answered == 5, "{}", reply.text);
        }
    }
    let entries = world.report(&phone).await.entries;
    assert_eq!((entries.len(), entries[0].correct), (1, 5));
    assert_eq!(entries[0].answering_ms, 5_000);
    world.check().await;
}

#[tokio::test]
async fn a_repeated_deposit_asks_for_one_push() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    press(&phone, &["2"]).await;
    let line = Line::of(&phone);
    let asked = line.with("150");
    let replies = join_all([(); 4].map(|()| line.send(&asked))).await;
    assert!(replies.iter().all(|reply| reply == &replies[0]));
    assert_eq!(replies[0].name, "deposit_sent");
    assert_eq!(world.report(&phone).await.deposits.len(), 1);
    phone.drop_session();
    world.turn(world.config.daraja.stk_delay);
    world.run_due().await;
    assert_eq!(world.sim.pushes().len(), 1);
    assert_eq!(line.send(&asked).await, replies[0]);
    assert_eq!(world.report(&phone).await.deposits.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_hop_after_the_end_gets_the_end_again_and_does_nothing() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 200).await;
    world.stake(&phone, "1").await;
    let closing = world.answer(&phone, &[Answer::Right; 5], SECOND).await;
    let line = Line::of(&phone);
    for input in ["1", "", "1*1*2*1", "2*50"] {
        let reply = line.send(&line.with(input)).await;
        assert_eq!(reply, closing.clone().into(), "{input}");
    }
    let report = world.report(&phone).await;
    assert_eq!((report.entries.len(), report.deposits.len()), (1, 1));
    assert_eq!(report.player.balance.get(), 18_000);
    world.check().await;
}

#[tokio::test]
async fn an_old_hop_that_comes_late_gets_its_own_old_answer() {
    let mut world = World::new().await;
    let phone = world.funded("0712345678", 200).await;
    dial(&phone).await;
    let mut hops = vec![(String::new(), phone.screen().expect("home"))];
    let mut seen = async |phone: &Phone| {
        let transcript = Line::of(phone).transcript;
        hops.push((transcript, phone.screen().expect("a screen")));
    };
    for key in ["1", "9", "1", "2", "1"] {
        press(&phone, &[key]).await;
        seen(&phone).await;
    }
    for _ in 0..5 {
        world.answer(&phone, &[Answer::Wrong], SECOND).await;
        seen(&phone).await;
    }
    let line = Line::of(&phone);
    for attempt in ["as it was", "after a restart"] {
        for (transcript, screen) in &hops {
            // After a restart the dial begins a session like any other; it has no effect.
            if !transcript.is_empty() || attempt == "as it was" {
                let reply = line.send(transcript).await;
                assert_eq!(reply, screen.clone().into(), "{attempt}: {transcript:?}");
            }
        }
        assert_eq!(world.report(&phone).await.entries.len(), 1);
        assert_eq!(world.balance(&phone).await, 15_000);
        world.restart().await;
    }
    world.check().await;
}

#[tokio::test]
async fn a_session_start_that_comes_twice_begins_one_session() {
    let world = World::new().await;
    let phone = world.phone("0712345678");
    let line = Line::new(&phone, "ATUid_twice");
    let replies = join_all([(); 3].map(|()| line.send(""))).await;
    assert!(replies.iter().all(|reply| reply.name == "language"));
    assert_eq!(line.send("1").await.name, "terms");
    let replies = join_all([(); 3].map(|()| line.send("1*1"))).await;
    assert!(replies.iter().all(|reply| reply == &replies[0]));
    assert_eq!(replies[0].name, "home", "{}", replies[0].text);
    assert_eq!(line.send("").await.name, "language", "its own old answer");
    assert_eq!(line.send("1*1*1").await.name, "category");
    world.check().await;
}

#[tokio::test]
async fn a_session_of_another_phone_is_refused_and_its_owner_goes_on() {
    let mut world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    dial(&amina).await;
    press(&amina, &["1", "1", "2"]).await;
    let theirs = Line::of(&amina);
    let ours = theirs.clone().number(&brian.number().to_string());
    for transcript in ["", "1", &theirs.transcript, &theirs.with("1")] {
        let reply = ours.send(transcript).await;
        assert_eq!((reply.name.as_str(), reply.ends), ("wrong_phone", true));
    }
    for phone in [&amina, &brian] {
        assert_eq!(world.balance(phone).await, 10_000);
    }
    assert_eq!(
        press(&amina, &["1"]).await.name.as_deref(),
        Some("question")
    );
    // The receipt of the stake knows whose it is, also when the session is lost.
    let key = world.key(&amina, Answer::Right).await;
    world.restart().await;
    for transcript in [theirs.with("1"), theirs.with(&format!("1*{key}"))] {
        assert_eq!(ours.send(&transcript).await.name, "wrong_phone");
    }
    assert_eq!(world.entry_under_way(&amina).await.answered, 0);
    world.answer(&amina, &[Answer::Right], SECOND).await;
    assert_eq!(world.entry_under_way(&amina).await.correct, 1);
    assert_eq!(world.balance(&brian).await, 10_000);
    world.check().await;
}
