//! Entries: one question at a time, one answer to each, one finish, one end.

use std::time::Duration;

use majibu::{
    core::{
        game::{
            clock::Spent,
            settle::{Ending, Outcome},
        },
        ids::EntryId,
        money::Cents,
    },
    store::{Claim, Entry, EntryState, GameAnswer, GivenAnswer, StoreError, Tx},
};

use crate::{
    bench::{Bench, at_once},
    given::{CATEGORY, NOW, at, is_conflict, is_corrupt, playing},
};

on_each_engine!(
    an_entry_is_read_as_it_was_written,
    a_seat_has_one_entry_and_a_player_one_seat,
    an_answer_moves_the_entry_on,
    an_answer_to_another_question_is_refused,
    an_answer_is_given_once_by_many_at_once,
    a_round_is_finished_once,
    a_round_is_finished_once_by_many_at_once,
    an_entry_ends_once_and_only_when_finished,
    open_entries_are_the_players_own_oldest_first,
);

const SPENT: Spent = Spent {
    thinking_ms: 1_000,
    answering_ms: 5_000,
};

/// A funded player's entry, alone in its set.
async fn seated(bench: &Bench) -> Entry {
    let player = bench.funded(1, 10_000).await;
    let questions = bench.questions(CATEGORY, 5).await;
    let set = bench.set(player, questions, NOW).await;
    bench.entry(set, 1, player).await
}

/// Answers the question that `entry` is at: the second choice, which is right.
async fn answer(tx: &mut Tx, entry: &Entry) -> Result<(), StoreError> {
    let given = GivenAnswer {
        choice: 2,
        is_correct: true,
        received_at: at(5_000),
    };
    tx.add_answer(entry, given, SPENT, at(5_000), at(40_000))
        .await
}

fn lost(entry: &Entry) -> Outcome {
    Outcome {
        entry: entry.id,
        player: entry.player,
        ending: Ending::Lost,
        received: Cents::ZERO,
    }
}

async fn read(bench: &Bench, id: EntryId) -> Entry {
    let mut tx = bench.read().await;
    tx.entry(id).await.expect("read").expect("the entry")
}

async fn an_entry_is_read_as_it_was_written(bench: &Bench) {
    let entry = seated(bench).await;
    assert_eq!(read(bench, entry.id).await, entry);
    let mut tx = bench.read().await;
    assert_eq!(tx.entries_of(entry.set).await.expect("read"), [entry]);
    let unknown = bench.random(|rng| EntryId::new(NOW, rng));
    assert_eq!(tx.entry(unknown).await.expect("read"), None);
}

async fn a_seat_has_one_entry_and_a_player_one_seat(bench: &Bench) {
    let entry = seated(bench).await;
    let other = bench.player(2).await;
    for (seat, player) in [(1, other), (2, entry.player)] {
        let second = bench.random(|rng| playing(entry.set, seat, player, NOW, rng));
        let mut tx = bench.write().await;
        let added = tx.add_entry(&second, at(1)).await;
        assert!(is_conflict(&added), "{added:?}");
    }
    assert_eq!(bench.number("select count(*) from entry").await, 1);
}

async fn an_answer_moves_the_entry_on(bench: &Bench) {
    let entry = seated(bench).await;
    let mut tx = bench.write().await;
    answer(&mut tx, &entry).await.expect("answered");
    tx.commit().await.expect("committed");
    let moved = Entry {
        position: 2,
        sent_at: at(5_000),
        spent: SPENT,
        answered: 1,
        correct: 1,
        ..entry.clone()
    };
    assert_eq!(read(bench, entry.id).await, moved);
    let mut tx = bench.write().await;
    let wrong = GivenAnswer {
        choice: 4,
        is_correct: false,
        received_at: at(9_000),
    };
    tx.add_answer(&moved, wrong, SPENT, at(9_000), at(44_000))
        .await
        .expect("answered");
    let places = tx.answers(entry.id).await.expect("read");
    let expected = [Some(2), Some(4), None, None, None];
    let expected = (1..)
        .zip(expected)
        .map(|(position, choice)| GameAnswer { position, choice });
    assert_eq!(places, expected.collect::<Vec<_>>());
    tx.commit().await.expect("committed");
    let twice = read(bench, entry.id).await;
    assert_eq!((twice.position, twice.answered, twice.correct), (3, 2, 1));
    let mut tx = bench.read().await;
    assert!(
        !tx.is_due(Claim::Rounds, at(43_999))
            .await
            .expect("an answer")
    );
    assert!(
        tx.is_due(Claim::Rounds, at(44_000))
            .await
            .expect("the clock of the last one")
    );
}

async fn an_answer_to_another_question_is_refused(bench: &Bench) {
    let entry = seated(bench).await;
    let mut tx = bench.write().await;
    answer(&mut tx, &entry).await.expect("answered");
    tx.commit().await.expect("committed");
    let before = read(bench, entry.id).await;
    for position in [1, 3] {
        let stale = Entry {
            position,
            ..before.clone()
        };
        let mut tx = bench.write().await;
        let refused = answer(&mut tx, &stale).await;
        assert!(is_conflict(&refused) || is_corrupt(&refused), "{refused:?}");
    }
    assert_eq!(read(bench, entry.id).await, before);
    assert_eq!(bench.number("select count(*) from answer").await, 1);
}

async fn an_answer_is_given_once_by_many_at_once(bench: &Bench) {
    let entry = seated(bench).await;
    let given = at_once(|_| {
        let (store, entry) = (bench.store.clone(), entry.clone());
        async move {
            let mut tx = store.write().await.expect("a transaction");
            answer(&mut tx, &entry).await?;
            tx.commit().await
        }
    })
    .await;
    assert_eq!(
        given.iter().filter(|given| given.is_ok()).count(),
        1,
        "{given:?}"
    );
    let after = read(bench, entry.id).await;
    assert_eq!((after.position, after.answered), (2, 1));
}

async fn a_round_is_finished_once(bench: &Bench) {
    let entry = seated(bench).await;
    let window = NOW.after(Duration::from_secs(1_800));
    let mut tx = bench.write().await;
    tx.finish_entry(entry.id, at(1), Some(window))
        .await
        .expect("finished");
    tx.commit().await.expect("committed");
    assert_eq!(read(bench, entry.id).await.state, EntryState::Waiting);
    let mut tx = bench.write().await;
    assert!(is_corrupt(&tx.finish_entry(entry.id, at(2), None).await));
    drop(tx);
    let mut tx = bench.write().await;
    assert!(
        is_corrupt(&answer(&mut tx, &entry).await),
        "no answer after the end"
    );
    drop(tx);
    let mut tx = bench.read().await;
    assert!(
        tx.is_due(Claim::Unpaired, window)
            .await
            .expect("as the first one said")
    );
}

async fn a_round_is_finished_once_by_many_at_once(bench: &Bench) {
    let entry = seated(bench).await;
    let finished = at_once(|_| {
        let store = bench.store.clone();
        async move {
            let mut tx = store.write().await.expect("a transaction");
            tx.finish_entry(entry.id, NOW, None).await?;
            tx.commit().await
        }
    })
    .await;
    assert_eq!(
        finished.iter().filter(|one| one.is_ok()).count(),
        1,
        "{finished:?}"
    );
}

async fn an_entry_ends_once_and_only_when_finished(bench: &Bench) {
    bench.leave_loose_ends();
    let entry = seated(bench).await;
    let mut tx = bench.write().await;
    assert!(
        is_corrupt(&tx.end_entries(&[lost(&entry)]).await),
        "it is playing"
    );
    drop(tx);
    let mut tx = bench.write().await;
    tx.finish_entry(entry.id, NOW, Some(NOW))
        .await
        .expect("finished");
    let outcome = Outcome {
        ending: Ending::Won,
        received: Cents::new(16_000),
        ..lost(&entry)
    };
    tx.end_entries(&[outcome]).await.expect("ended");
    assert!(!tx.is_due(Claim::Unpaired, NOW).await.expect("an answer"));
    tx.commit().await.expect("committed");
    let mut tx = bench.write().await;
    assert!(
        is_corrupt(&tx.end_entries(&[lost(&entry)]).await),
        "it has ended"
    );
    drop(tx);
    let ended = read(bench, entry.id).await;
    assert_eq!(
        (ended.state, ended.received),
        (EntryState::Won, Cents::new(16_000))
    );
}

async fn open_entries_are_the_players_own_oldest_first(bench: &Bench) {
    bench.leave_loose_ends();
    let (ann, ben) = (bench.player(1).await, bench.player(2).await);
    bench.questions(CATEGORY, 1).await;
    let mut ids = Vec::new();
    for (player, staked) in [(ann, 3), (ann, 1), (ben, 0), (ann, 2)] {
        let set = bench.set(player, Vec::new(), NOW).await;
        let entry = bench.random(|rng| playing(set, 1, player, at(staked), rng));
        let mut tx = bench.write().await;
        tx.add_entry(&entry, NOW).await.expect("an entry");
        tx.commit().await.expect("committed");
        ids.push(entry.id);
    }
    let mut tx = bench.write().await;
    tx.finish_entry(ids[0], NOW, None).await.expect("finished");
    tx.finish_entry(ids[3], NOW, None).await.expect("finished");
    let ended = Outcome {
        entry: ids[3],
        ..lost(&tx.entry(ids[3]).await.expect("read").expect("the entry"))
    };
    tx.end_entries(&[ended]).await.expect("ended");
    let open = tx.open_entries(ann).await.expect("read");
    let open: Vec<EntryId> = open.into_iter().map(|entry| entry.id).collect();
    assert_eq!(open, [ids[1], ids[0]]);
}
