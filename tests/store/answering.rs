//! Answers in two trips: the round with its questions, then all that an answer changes, or nothing; and
//! a stake's few statements.

use majibu::{
    core::{
        game::clock::Spent,
        ids::{EntryId, PlayerId, SetId},
        ledger,
        operator::{Actor, By, Why},
        time::Timestamp,
    },
    store::{AnswerAndReceipt, Entry, GivenAnswer, StoreError, Switch},
};

use crate::{
    bench::{Bench, CROWD, at_once},
    given::{CATEGORY, NOW, STAKE, at, is_conflict, msisdn, playing},
};

on_each_engine!(
    a_round_is_read_with_its_question_and_the_next_one,
    an_answer_is_kept_with_all_that_it_changes,
    an_answer_to_a_round_that_moved_on_keeps_nothing,
    an_answer_whose_hop_has_a_receipt_keeps_nothing,
    an_answer_is_kept_once_of_many_at_once,
    what_speaks_against_a_stake_is_known_at_once,
    who_sits_down_has_seen_the_questions,
);

const SPENT: Spent = Spent {
    thinking_ms: 1_000,
    answering_ms: 5_000,
};

/// A funded player's entry, alone in its set.
async fn seated(bench: &Bench) -> Entry {
    let player = bench.funded(1, 10_000).await;
    let questions = bench.questions(CATEGORY, 3).await;
    let set = bench.set(player, questions, NOW).await;
    bench.entry(set, 1, player).await
}

/// Keeps a right answer to the question that `entry` is at, given five seconds after the start.
async fn keep(bench: &Bench, entry: &Entry, transcript: &str) -> Result<bool, StoreError> {
    let kept = AnswerAndReceipt {
        entry,
        answer: GivenAnswer {
            choice: 2,
            is_correct: true,
            received_at: at(5_000),
        },
        spent: SPENT,
        sent_at: at(5_100),
        clock_ends: at(40_000),
        session: "s1",
        transcript,
        msisdn: &msisdn(1),
        conversation: "{}",
    };
    bench.store.keep_answer(&kept).await
}

async fn read(bench: &Bench, id: EntryId) -> Entry {
    let mut tx = bench.read().await;
    tx.entry(id).await.expect("read").expect("the entry")
}

async fn kept(bench: &Bench) -> (i64, i64) {
    let answers = bench.number("select count(*) from answer").await;
    let receipts = bench.number("select count(*) from hop_receipt").await;
    (answers, receipts)
}

async fn a_round_is_read_with_its_question_and_the_next_one(bench: &Bench) {
    let entry = seated(bench).await;
    let mut tx = bench.read().await;
    let all = tx.questions_of_set(entry.set, "sw").await.expect("read");
    assert_eq!(all.len(), 3);
    for position in 1..=3 {
        let one = tx.question_of_set(entry.set, position, "sw").await;
        let place = usize::try_from(position - 1).expect("a place");
        assert_eq!(one.expect("a question"), all[place]);
    }
    drop(tx);
    for place in 0..3 {
        let round = bench.store.round(entry.id, entry.player, "sw").await;
        let round = round.expect("read").expect("a round");
        assert_eq!(round.entry, read(bench, entry.id).await);
        assert_eq!(round.question, all[place]);
        assert_eq!(round.next.as_ref(), all.get(place + 1));
        let answered = keep(bench, &round.entry, &place.to_string()).await;
        assert!(answered.expect("kept"));
    }
    let beyond = bench.store.round(entry.id, entry.player, "sw").await;
    assert_eq!(beyond.expect("read"), None, "no question is left");
    let stranger = bench.player(2).await;
    let theirs = bench.store.round(entry.id, stranger, "sw").await;
    assert_eq!(theirs.expect("read"), None, "somebody else's");
}

async fn an_answer_is_kept_with_all_that_it_changes(bench: &Bench) {
    let entry = seated(bench).await;
    assert!(keep(bench, &entry, "1*2").await.expect("kept"));
    let moved = Entry {
        position: 2,
        sent_at: at(5_100),
        spent: SPENT,
        answered: 1,
        correct: 1,
        ..entry.clone()
    };
    assert_eq!(read(bench, entry.id).await, moved);
    let receipt = bench.store.receipt("s1", "1*2").await.expect("read");
    assert_eq!(receipt, Some((msisdn(1).e164().into(), "{}".into())));
    let answered = "select count(*) from answer where position = 1 and choice = 2
        and is_correct = 1 and received_at_ms - sent_at_ms = 5000";
    assert_eq!(bench.number(answered).await, 1);
    let due = "select due_at_ms from entry";
    assert_eq!(bench.number(due).await, at(40_000).ms());
}

async fn an_answer_to_a_round_that_moved_on_keeps_nothing(bench: &Bench) {
    let entry = seated(bench).await;
    assert!(keep(bench, &entry, "1").await.expect("kept"));
    let now = read(bench, entry.id).await;
    // At another question; timed anew meanwhile; over.
    assert!(!keep(bench, &entry, "1*1").await.expect("asked"));
    let mut tx = bench.write().await;
    let timed = tx.time_question(entry.id, at(7_000), at(50_000)).await;
    timed.expect("timed");
    tx.commit().await.expect("committed");
    assert!(!keep(bench, &now, "1*1").await.expect("asked"));
    let mut tx = bench.write().await;
    let finished = tx.finish_entry(entry.id, at(8_000), None).await;
    finished.expect("finished");
    tx.commit().await.expect("committed");
    let over = read(bench, entry.id).await;
    assert!(!keep(bench, &over, "1*1").await.expect("asked"));
    assert_eq!(kept(bench).await, (1, 1));
    assert_eq!(read(bench, entry.id).await, over);
}

async fn an_answer_whose_hop_has_a_receipt_keeps_nothing(bench: &Bench) {
    let entry = seated(bench).await;
    let mut tx = bench.write().await;
    let first = tx.keep_receipt("s1", "1", &msisdn(1), "{}", NOW).await;
    first.expect("kept");
    tx.commit().await.expect("committed");
    let again = keep(bench, &entry, "1").await;
    assert!(is_conflict(&again), "{again:?}");
    assert_eq!(read(bench, entry.id).await, entry);
    assert_eq!(kept(bench).await, (0, 1));
    assert!(keep(bench, &entry, "1*1").await.expect("kept"));
}

async fn an_answer_is_kept_once_of_many_at_once(bench: &Bench) {
    let entry = seated(bench).await;
    let entry = &entry;
    let answers = at_once(|task| {
        let (store, entry) = (bench.store.clone(), entry.clone());
        async move {
            let transcript = task.to_string();
            let kept = AnswerAndReceipt {
                entry: &entry,
                answer: GivenAnswer {
                    choice: 1,
                    is_correct: false,
                    received_at: at(1_000),
                },
                spent: SPENT,
                sent_at: at(1_100),
                clock_ends: at(40_000),
                session: "s1",
                transcript: &transcript,
                msisdn: &msisdn(1),
                conversation: "{}",
            };
            store.keep_answer(&kept).await.expect("asked")
        }
    })
    .await;
    assert_eq!(answers.len(), CROWD);
    assert_eq!(answers.iter().filter(|kept| **kept).count(), 1);
    assert_eq!(kept(bench).await, (1, 1));
    assert_eq!(read(bench, entry.id).await.position, 2);
}

async fn what_speaks_against_a_stake_is_known_at_once(bench: &Bench) {
    let entry = seated(bench).await;
    let other = bench.funded(2, 700).await;
    let by = By {
        actor: Actor::service(),
        why: Why::new("a test").expect("a reason"),
    };
    let mut tx = bench.write().await;
    for is_on in [true, false] {
        let turned = tx.turn_switch(Switch::Maintenance, is_on, &by, NOW).await;
        assert!(turned.expect("turned"));
        let staker = tx.staker(entry.player, "FOOTBALL", at(-1)).await;
        let staker = staker.expect("read");
        assert_eq!(staker.is_maintained, is_on);
        assert_eq!((staker.open_entries, staker.questions), (1, 3));
        assert_eq!(staker.first_staked_at, Some(entry.staked_at));
        let player = tx.player_by_id(entry.player).await.expect("read");
        assert_eq!(staker.player, player);
    }
    let before: Timestamp = at(0);
    let staker = tx.staker(entry.player, "Football", before).await;
    assert_eq!(staker.expect("read").first_staked_at, None);
    let staker = tx.staker(other, "Nothing", before).await.expect("read");
    assert_eq!((staker.open_entries, staker.questions), (0, 0));
    assert_eq!(staker.player.balance.get(), 700);
    let nobody = bench.random(|rng| PlayerId::new(NOW, rng));
    assert!(tx.staker(nobody, CATEGORY, before).await.is_err());
}

async fn who_sits_down_has_seen_the_questions(bench: &Bench) {
    let first = seated(bench).await;
    let other = bench.funded(2, 10_000).await;
    let second = bench.random(|rng| playing(first.set, 2, other, NOW, rng));
    let mut tx = bench.write().await;
    let stake = ledger::stake(other, second.id, STAKE);
    tx.book(stake.as_slice(), NOW).await.expect("booked");
    tx.sit_down(&second, at(30_000), at(3))
        .await
        .expect("seated");
    tx.commit().await.expect("committed");
    assert_eq!(read(bench, second.id).await, second);
    let seen = format!(
        "select count(*) from seen where player_id = '{other}' and at_ms = {}",
        at(3).ms()
    );
    assert_eq!(bench.number(&seen).await, 3);
    // A seat has one entry, whoever comes.
    let third = bench.funded(3, 10_000).await;
    let late = bench.random(|rng| playing(first.set, 2, third, NOW, rng));
    let mut tx = bench.write().await;
    let taken = tx.sit_down(&late, at(30_000), at(4)).await;
    assert!(is_conflict(&taken), "{taken:?}");
    drop(tx);
    let nowhere = bench.random(|rng| SetId::new(NOW, rng));
    let lost = bench.random(|rng| playing(nowhere, 1, third, NOW, rng));
    let mut tx = bench.write().await;
    assert!(tx.sit_down(&lost, at(30_000), at(4)).await.is_err());
}
