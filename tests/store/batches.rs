//! The verbs that take many rows: each does for all of them what it does for one, and nothing for
//! those that do not fit.

use std::collections::BTreeSet;

use majibu::{
    core::{
        game::settle::{Ending, Outcome},
        ids::{EntryId, PlayerId, SetId, SmsId},
        money::Cents,
        sms::SmsClass,
    },
    store::{
        Claim, Entry, EntryState, FinishedRound, GivenAnswer, Leased, SetFigures, Sms, StoreError,
    },
};

use crate::{
    bench::Bench,
    given::{CATEGORY, NOW, STAKE, at, is_conflict, is_corrupt, msisdn},
};

on_each_engine!(
    many_sets_are_read_at_once,
    players_are_read_at_once,
    rounds_end_where_they_were_read,
    sets_are_closed_all_or_none,
    entries_end_all_or_none,
    matches_are_written_down_all_or_none,
    texts_are_put_out_once_for_each_event,
    an_empty_batch_does_nothing,
);

/// Three games of two players each, under way.
async fn games(bench: &Bench) -> Vec<(SetId, [Entry; 2])> {
    bench.leave_loose_ends();
    let questions = bench.questions(CATEGORY, 5).await;
    let mut games = Vec::new();
    for number in [10, 20, 30] {
        let (ann, ben) = (
            bench.funded(number, 10_000).await,
            bench.funded(number + 1, 10_000).await,
        );
        let set = bench.set(ann, questions[..number / 10].to_vec(), NOW).await;
        // The second seat first: the order of reading is that of the seats.
        let second = bench.entry(set, 2, ben).await;
        games.push((set, [bench.entry(set, 1, ann).await, second]));
    }
    games
}

fn round(entry: &Entry) -> FinishedRound {
    FinishedRound {
        entry: entry.id,
        position: entry.position,
        due: None,
    }
}

fn lost(entry: &Entry) -> Outcome {
    Outcome {
        entry: entry.id,
        player: entry.player,
        ending: Ending::Lost,
        received: Cents::ZERO,
    }
}

async fn entry(bench: &Bench, id: EntryId) -> Entry {
    let mut tx = bench.read().await;
    tx.entry(id).await.expect("read").expect("the entry")
}

async fn many_sets_are_read_at_once(bench: &Bench) {
    let games = games(bench).await;
    let nowhere = bench.random(|rng| SetId::new(NOW, rng));
    let (one, other) = (&games[2], &games[0]);
    let sets = [one.0, nowhere, other.0];
    let mut tx = bench.write().await;
    tx.serialise_sets(&sets).await.expect("in turn");
    tx.serialise_sets(&sets).await.expect("once more");
    let mut expected: Vec<Entry> = [one, other]
        .iter()
        .flat_map(|game| game.1.clone())
        .collect();
    expected.sort_by_key(|entry| (entry.set, entry.seat));
    assert_eq!(tx.entries_in(&sets).await.expect("read"), expected);
    let figures = tx.figures_of(&sets).await.expect("read");
    let of = |questions| SetFigures {
        category: CATEGORY.into(),
        stake: STAKE,
        questions,
    };
    let expected = [(one.0, of(3)), (other.0, of(1))].into_iter().collect();
    assert_eq!(figures, expected);
    let unknown = bench.random(|rng| EntryId::new(NOW, rng));
    let ids = [one.1[0].id, one.1[1].id, unknown, other.1[1].id];
    let found: BTreeSet<SetId> = tx.sets_of(&ids).await.expect("read").into_iter().collect();
    assert_eq!(found, [one.0, other.0].into_iter().collect());
}

async fn players_are_read_at_once(bench: &Bench) {
    let (ann, ben) = (bench.player(1).await, bench.funded(2, 700).await);
    let mut tx = bench.read().await;
    let found = tx.players_by_id(&[ben, ann, ben]).await.expect("read");
    assert_eq!(found.len(), 2);
    for id in [ann, ben] {
        assert_eq!(found[&id], tx.player_by_id(id).await.expect("read"));
    }
    let nobody = bench.random(|rng| PlayerId::new(NOW, rng));
    assert!(is_corrupt(&tx.players_by_id(&[ann, nobody]).await));
}

/// One is where it was read, one was answered in meanwhile, one has ended before.
async fn rounds_end_where_they_were_read(bench: &Bench) {
    let games = games(bench).await;
    let [over, answered] = games[0].1.clone();
    let [ended, alone] = games[1].1.clone();
    let mut tx = bench.write().await;
    let answer = GivenAnswer {
        choice: 2,
        is_correct: true,
        received_at: at(1),
    };
    tx.add_answer(&answered, answer, answered.spent, at(1), at(2))
        .await
        .expect("answered");
    tx.finish_entry(ended.id, at(3), Some(at(4)))
        .await
        .expect("finished");
    let window = FinishedRound {
        due: Some(at(9)),
        ..round(&alone)
    };
    let rounds = [round(&over), round(&answered), round(&ended), window];
    let done = tx.finish_entries(&rounds, at(5)).await.expect("ended");
    assert_eq!(done, [over.id, alone.id].into_iter().collect());
    tx.commit().await.expect("committed");
    for (id, state) in [
        (over.id, EntryState::Waiting),
        (answered.id, EntryState::Playing),
        (ended.id, EntryState::Waiting),
        (alone.id, EntryState::Waiting),
    ] {
        assert_eq!(entry(bench, id).await.state, state);
    }
    let due = bench
        .number("select count(*) from entry where state = 'waiting' and due_at_ms is not null")
        .await;
    assert_eq!(due, 2, "those with a window, each its own");
    let mut tx = bench.read().await;
    assert!(tx.is_due(Claim::Unpaired, at(4)).await.expect("an answer"));
}

async fn sets_are_closed_all_or_none(bench: &Bench) {
    let games = games(bench).await;
    let sets: Vec<SetId> = games.iter().map(|game| game.0).collect();
    let mut tx = bench.write().await;
    tx.make_settleable(&sets[1..], NOW).await.expect("due");
    let due = tx.claim(Claim::Sets, NOW, std::time::Duration::ZERO, 10);
    assert_eq!(due.await.expect("claimed").len(), 2);
    tx.close_sets(&sets[..2]).await.expect("closed");
    tx.commit().await.expect("committed");
    let due = "select count(*) from question_set where settle_at_ms is not null";
    assert_eq!(bench.number(due).await, 1);
    let offered = "select count(*) from question_set where offered_until_ms is not null";
    assert_eq!(bench.number(offered).await, 1);
    let nowhere = bench.random(|rng| SetId::new(NOW, rng));
    let mut tx = bench.write().await;
    assert!(is_corrupt(&tx.close_sets(&[sets[2], nowhere]).await));
    assert!(is_corrupt(
        &tx.make_settleable(&[nowhere, sets[0]], NOW).await
    ));
}

async fn entries_end_all_or_none(bench: &Bench) {
    let games = games(bench).await;
    let ([first, second], [third, _]) = (games[0].1.clone(), games[1].1.clone());
    let mut tx = bench.write().await;
    let rounds = [round(&first), round(&second)];
    tx.finish_entries(&rounds, NOW).await.expect("finished");
    tx.commit().await.expect("committed");
    let mut tx = bench.write().await;
    let with_playing = [lost(&first), lost(&third)];
    assert!(is_corrupt(&tx.end_entries(&with_playing).await));
    drop(tx);
    let won = Outcome {
        ending: Ending::Won,
        received: Cents::new(16_000),
        ..lost(&second)
    };
    let mut tx = bench.write().await;
    tx.end_entries(&[lost(&first), won]).await.expect("ended");
    tx.commit().await.expect("committed");
    let (first, second) = (entry(bench, first.id).await, entry(bench, second.id).await);
    assert_eq!(
        (first.state, first.received),
        (EntryState::Lost, Cents::ZERO)
    );
    assert_eq!(
        (second.state, second.received),
        (EntryState::Won, Cents::new(16_000))
    );
    let mut tx = bench.write().await;
    assert!(
        is_corrupt(&tx.end_entries(&[lost(&first)]).await),
        "it has ended"
    );
}

async fn matches_are_written_down_all_or_none(bench: &Bench) {
    let games = games(bench).await;
    let won = (games[0].0, Some(games[0].1[1].id));
    let mut tx = bench.write().await;
    tx.add_matches(&[won, (games[1].0, None)], NOW)
        .await
        .expect("matches");
    tx.commit().await.expect("committed");
    let draws = "select count(*) from game_match where winner_id is null";
    assert_eq!(bench.number(draws).await, 1);
    let mut tx = bench.write().await;
    let again = tx.add_matches(&[(games[2].0, None), won], NOW).await;
    assert!(is_conflict(&again), "{again:?}");
    drop(tx);
    assert_eq!(bench.number("select count(*) from game_match").await, 2);
}

async fn texts_are_put_out_once_for_each_event(bench: &Bench) {
    let player = bench.player(1).await;
    let text = |cause: &str, body: &str| Sms {
        id: bench.random(|rng| SmsId::new(NOW, rng)),
        cause: cause.into(),
        player: Some(player),
        msisdn: msisdn(1),
        class: SmsClass::Receipt,
        kind: "won",
        body: body.into(),
    };
    let (one, other) = (text("1", "One"), text("2", "It's \"two\" \\ @£ ñ"));
    let again = text("1", "Another one");
    let mut tx = bench.write().await;
    tx.add_all_sms(&[one.clone(), other.clone()], NOW)
        .await
        .expect("added");
    tx.add_all_sms(&[again, text("3", "Three")], NOW)
        .await
        .expect("as far as it is new");
    tx.commit().await.expect("committed");
    assert_eq!(bench.number("select count(*) from outbox").await, 3);
    let mut tx = bench.read().await;
    for sms in [one, other] {
        let leased = Leased {
            id: sms.id.to_string(),
            lease: 0,
            attempt: 0,
            trace_id: None,
        };
        let rows = tx.texts_to_send(&[leased]).await.expect("read");
        let row = rows.first().expect("due").clone();
        assert_eq!((row.msisdn, row.body), (sms.msisdn, sms.body));
    }
    assert!(tx.is_due(Claim::Sms, NOW).await.expect("an answer"));
}

async fn an_empty_batch_does_nothing(bench: &Bench) {
    let mut tx = bench.write().await;
    let none: Result<(), StoreError> = async {
        tx.serialise_sets(&[]).await?;
        assert_eq!(tx.entries_in(&[]).await?, []);
        assert_eq!(tx.sets_of(&[]).await?, []);
        assert!(tx.figures_of(&[]).await?.is_empty());
        assert!(tx.players_by_id(&[]).await?.is_empty());
        assert!(tx.finish_entries(&[], NOW).await?.is_empty());
        tx.make_settleable(&[], NOW).await?;
        tx.close_sets(&[]).await?;
        tx.end_entries(&[]).await?;
        tx.add_matches(&[], NOW).await?;
        assert_eq!(tx.texts_to_send(&[]).await?, []);
        tx.keep_texts(&[], NOW).await?;
        tx.keep_refusals(&[], NOW).await?;
        tx.add_all_sms(&[], NOW).await
    }
    .await;
    none.expect("nothing");
    tx.commit().await.expect("committed");
}
