//! Withdrawn questions: kept with who and why, marked in open sets, and in no set that is opened
//! afterwards.

use std::time::Duration;

use majibu::{
    core::ids::{QuestionId, QuestionWithdrawalId, SetId},
    store::{QuestionWithdrawal, Store, Tx},
};

use crate::{
    bench::{Bench, CROWD, at_once},
    given::{CATEGORY, NOW, STAKE, at, is_conflict, is_corrupt, start_game},
};

on_each_engine!(
    a_withdrawal_is_kept_with_who_why_and_when,
    a_question_is_found_by_its_key_and_by_its_id,
    open_sets_that_hold_the_question_are_marked,
    a_marked_set_is_not_closed_as_settled,
    a_set_that_was_marked_too_late_is_unmarked,
    starting_and_withdrawing_exclude_each_other,
    a_question_is_withdrawn_once_by_many,
);

fn withdrawal(bench: &Bench, question: QuestionId) -> QuestionWithdrawal {
    QuestionWithdrawal {
        id: bench.random(|rng| QuestionWithdrawalId::new(NOW, rng)),
        question,
        reason: "two right answers".into(),
        by: "amani".into(),
        at: NOW,
    }
}

async fn withdraw(tx: &mut Tx, withdrawal: &QuestionWithdrawal) {
    tx.serialise_withdrawals().await.expect("serialised");
    tx.withdraw_question(withdrawal).await.expect("withdrawn");
    tx.mark_void(withdrawal, NOW).await.expect("marked");
}

async fn a_withdrawal_is_kept_with_who_why_and_when(bench: &Bench) {
    let question = bench.questions(CATEGORY, 1).await[0];
    let first = withdrawal(bench, question);
    let mut tx = bench.write().await;
    assert_eq!(tx.question_withdrawal(question).await.expect("read"), None);
    tx.withdraw_question(&first).await.expect("withdrawn");
    let kept = tx.question_withdrawal(question).await.expect("read");
    assert_eq!(kept.as_ref(), Some(&first));
    assert_eq!(tx.categories(1).await.expect("read"), [""; 0]);
    tx.restore_question(&first, "looked up", "zawadi", at(9))
        .await
        .expect("restored");
    assert_eq!(tx.question_withdrawal(question).await.expect("read"), None);
    assert_eq!(tx.categories(1).await.expect("read"), [CATEGORY]);
    // Again, by another withdrawal; the first stays written down.
    let second = withdrawal(bench, question);
    tx.withdraw_question(&second).await.expect("withdrawn");
    tx.commit().await.expect("committed");
    let trail = "select count(*) from question_withdrawal where reason = 'two right answers'
        and withdrawn_by = 'amani'";
    assert_eq!(bench.number(trail).await, 2);
    let restored = "select count(*) from question_withdrawal where restored_by = 'zawadi'
        and restore_reason = 'looked up' and restored_at_ms > withdrawn_at_ms";
    assert_eq!(bench.number(restored).await, 1);
    let mut tx = bench.write().await;
    let twice = withdrawal(bench, question);
    assert!(is_conflict(&tx.withdraw_question(&twice).await));
    drop(tx);
    let mut tx = bench.write().await;
    let again = tx.restore_question(&first, "", "", NOW).await;
    assert!(is_corrupt(&again), "restored before");
}

async fn a_question_is_found_by_its_key_and_by_its_id(bench: &Bench) {
    let id = bench.questions(CATEGORY, 1).await[0];
    let keyed = bench.random(|rng| QuestionId::new(NOW, rng));
    let mut tx = bench.write().await;
    let row = crate::given::question("key:k-1", CATEGORY, "en");
    tx.import_question(keyed, &row, NOW)
        .await
        .expect("imported");
    for (name, expected) in [
        (id.to_string(), Some(id)),
        (keyed.to_string(), Some(keyed)),
        ("k-1".into(), Some(keyed)),
        ("key:k-1".into(), None),
        ("k-2".into(), None),
        (String::new(), None),
    ] {
        assert_eq!(
            tx.find_question(&name).await.expect("read"),
            expected,
            "{name}"
        );
    }
}

async fn open_sets_that_hold_the_question_are_marked(bench: &Bench) {
    let questions = bench.questions(CATEGORY, 3).await;
    let mut sets = Vec::new();
    for (number, held) in [&questions[..2], &questions[..2], &questions[1..]]
        .into_iter()
        .enumerate()
    {
        let player = bench.funded(number, 10_000).await;
        let set = bench.set(player, held.to_vec(), NOW).await;
        bench.entry(set, 1, player).await;
        sets.push(set);
    }
    let withdrawal = withdrawal(bench, questions[0]);
    let mut tx = bench.write().await;
    withdraw(&mut tx, &withdrawal).await;
    tx.commit().await.expect("committed");
    let mut tx = bench.write().await;
    let mut marked = tx.sets_to_void(&sets).await.expect("read");
    marked.sort_unstable();
    assert_eq!(marked, sets[..2]);
    assert_eq!(
        tx.marked_sets(withdrawal.id).await.expect("read"),
        sets[..2]
    );
    let joiner = bench_joiner(&mut tx, sets[0]).await;
    assert!(is_corrupt(&joiner), "its second seat is not offered");
    drop(tx);

    // Both are due for the job of the sets.
    let mut tx = bench.write().await;
    let due = tx
        .claim(majibu::store::Claim::Sets, NOW, Duration::from_secs(60), 10)
        .await
        .expect("claimed");
    assert_eq!(due.len(), 2);
    tx.close_void_set(sets[0], at(5)).await.expect("closed");
    assert!(tx.is_voided(sets[0]).await.expect("read"));
    assert!(!tx.is_voided(sets[1]).await.expect("read"));
    let voided = tx.voided(withdrawal.id).await.expect("read");
    assert_eq!((voided.sets, voided.waiting, voided.entries), (1, 1, 1));
    assert!(is_corrupt(&tx.close_void_set(sets[0], at(6)).await), "once");
}

async fn bench_joiner(tx: &mut Tx, set: SetId) -> Result<(), majibu::store::StoreError> {
    tx.take_second_seat(set).await
}

async fn a_marked_set_is_not_closed_as_settled(bench: &Bench) {
    let player = bench.funded(1, 10_000).await;
    let questions = bench.questions(CATEGORY, 1).await;
    let set = bench.set(player, questions.clone(), NOW).await;
    bench.entry(set, 1, player).await;
    let mut tx = bench.write().await;
    withdraw(&mut tx, &withdrawal(bench, questions[0])).await;
    tx.commit().await.expect("committed");
    let mut tx = bench.write().await;
    assert!(is_conflict(&tx.close_sets(&[set]).await));
    drop(tx);
    let mut tx = bench.write().await;
    tx.close_void_set(set, NOW).await.expect("closed");
    tx.close_sets(&[set]).await.expect("closed again");
    let nowhere = bench.random(|rng| SetId::new(NOW, rng));
    assert!(is_corrupt(&tx.close_sets(&[nowhere]).await));
}

async fn a_set_that_was_marked_too_late_is_unmarked(bench: &Bench) {
    let (winner, _) = bench.settled_match().await;
    let mark = "insert into question_withdrawal
            (id, question_id, reason, withdrawn_by, withdrawn_at_ms)
        select '01', id, 'x', 'y', 1 from question limit 1;
        update question_set set withdrawal_id = '01', settle_at_ms = 1";
    bench.raw(mark).await.expect("marked");
    let mut tx = bench.write().await;
    let sets = [winner.set];
    assert_eq!(tx.sets_to_void(&sets).await.expect("read"), sets);
    tx.unmark_void(winner.set).await.expect("unmarked");
    assert_eq!(tx.sets_to_void(&sets).await.expect("read"), []);
    tx.commit().await.expect("committed");
    let due = "select count(*) from question_set where settle_at_ms is not null";
    assert_eq!(bench.number(due).await, 0);
}

/// Everybody starts while one question after the other is withdrawn; whoever is first, no open set
/// holds a withdrawn question without being marked.
async fn starting_and_withdrawing_exclude_each_other(bench: &Bench) {
    for round in 0..12 {
        let questions = bench.questions(CATEGORY, 8).await;
        let mut players = Vec::new();
        for number in 0..CROWD {
            players.push(bench.funded(round * CROWD + number, STAKE.get()).await);
        }
        let bad = withdrawal(bench, questions[0]);
        at_once(|number| {
            let (store, player, bad) = (bench.store.clone(), players[number], bad.clone());
            async move {
                if number == CROWD / 2 {
                    withdraw_at_once(&store, &bad).await;
                } else {
                    // Whoever comes to nothing because of the other may try again.
                    while start_game(&store, player, NOW).await.is_err() {}
                }
            }
        })
        .await;
        let left = "select count(*) from set_question
            join question on question.id = set_question.question_id
            join question_set on question_set.id = set_question.set_id
            join entry on entry.set_id = question_set.id
            where question.state = 'withdrawn' and question_set.withdrawal_id is null";
        assert_eq!(bench.number(left).await, 0, "round {round}");
    }
    assert!(bench.number("select count(*) from entry").await >= 84);
}

async fn withdraw_at_once(store: &Store, bad: &QuestionWithdrawal) {
    let mut tx = store.write().await.expect("a transaction");
    withdraw(&mut tx, bad).await;
    tx.commit().await.expect("committed");
}

async fn a_question_is_withdrawn_once_by_many(bench: &Bench) {
    let question = bench.questions(CATEGORY, 1).await[0];
    let done = at_once(|_| {
        let (store, mine) = (bench.store.clone(), withdrawal(bench, question));
        async move {
            let mut tx = store.write().await.expect("a transaction");
            tx.serialise_withdrawals().await.expect("serialised");
            if tx
                .question_withdrawal(question)
                .await
                .expect("read")
                .is_some()
            {
                return false;
            }
            tx.withdraw_question(&mine).await.expect("withdrawn");
            tx.commit().await.expect("committed");
            true
        }
    })
    .await;
    assert_eq!(done.iter().filter(|one| **one).count(), 1);
}
