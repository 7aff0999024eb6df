//! Sets and their seats: who is offered which, and that a second seat is taken by one player.

use majibu::{
    core::{
        game::rating::{Rating, START_MILLI},
        ids::{PlayerId, SetId},
        money::Cents,
        rules::Rules,
        time::Timestamp,
    },
    store::{Claim, Seeker, Tx},
};

use crate::{
    bench::{Bench, CROWD, at_once},
    given::{CATEGORY, NOW, STAKE, at, is_conflict, is_corrupt, start_game},
};

on_each_engine!(
    the_oldest_seat_is_offered,
    seats_come_with_their_age_and_the_strength_of_their_owners,
    a_seat_is_offered_for_its_category_and_stake_only,
    nobody_is_offered_the_own_seat,
    nobody_is_offered_questions_they_have_seen,
    a_recent_opponent_is_not_offered_again,
    a_seat_is_offered_until_its_time,
    a_taken_seat_is_offered_no_more,
    an_opponent_ends_the_wait_for_a_refund,
    a_set_is_closed_and_settled_by_its_id,
    a_match_is_written_down_once,
    one_seat_is_taken_by_one_of_many,
    players_who_start_at_once_meet,
);

/// The seat that a player is offered now.
async fn offered(bench: &Bench, player: PlayerId, now: Timestamp) -> Option<SetId> {
    let met_after = now.before(Rules::default().rematch_cooldown);
    let mut tx = bench.write().await;
    oldest(&mut tx, seeker(player, met_after), now).await
}

/// Somebody who looks for a seat of the category and stake of these tests.
pub(crate) fn seeker(player: PlayerId, met_after: Timestamp) -> Seeker<'static> {
    Seeker {
        player,
        category: CATEGORY,
        stake: STAKE,
        met_after,
    }
}

/// The oldest seat that is open to a player.
async fn oldest(tx: &mut Tx, seeker: Seeker<'_>, now: Timestamp) -> Option<SetId> {
    let open = tx.open_seats(seeker, 1, now).await.expect("an answer");
    open.seats.first().map(|seat| seat.set)
}

async fn the_oldest_seat_is_offered(bench: &Bench) {
    let (ann, ben, eve) = (
        bench.player(1).await,
        bench.player(2).await,
        bench.player(3).await,
    );
    let questions = bench.questions(CATEGORY, 5).await;
    assert_eq!(offered(bench, eve, NOW).await, None);
    let newer = bench.set(ann, questions.clone(), at(-1_000)).await;
    let older = bench.set(ben, questions, at(-2_000)).await;
    assert_eq!(offered(bench, eve, NOW).await, Some(older));
    assert_eq!(offered(bench, ben, NOW).await, Some(newer));
}

async fn seats_come_with_their_age_and_the_strength_of_their_owners(bench: &Bench) {
    let mut players = Vec::new();
    for number in 0..4 {
        players.push(bench.player(number).await);
    }
    let questions = bench.questions(CATEGORY, 5).await;
    bench.questions("Bible", 5).await;
    let mut sets = Vec::new();
    for (player, age) in players[..3].iter().zip([3_000, 2_000, 1_000]) {
        sets.push(bench.set(*player, questions.clone(), at(-age)).await);
    }
    let mut tx = bench.write().await;
    let rating = |points_milli| Rating {
        points_milli,
        spread_milli: 8_000,
        games: 3,
    };
    let football = CATEGORY.to_lowercase();
    let ratings = [
        ((players[0], football.clone()), rating(31_000)),
        ((players[1], "bible".to_owned()), rating(99_000)),
        ((players[3], football.clone()), rating(17_000)),
    ];
    tx.keep_ratings(&ratings.clone().into())
        .await
        .expect("kept");
    let of = [(players[0], football.clone()), (players[2], football)];
    let kept = tx.ratings(&of);
    assert_eq!(
        kept.await.expect("ratings"),
        ratings[..1].iter().cloned().collect()
    );
    let open = tx.open_seats(seeker(players[3], NOW), 2, NOW).await;
    let open = open.expect("an answer");
    assert_eq!(open.strength, 17_000);
    let found = open
        .seats
        .iter()
        .map(|seat| (seat.set, seat.opened_at, seat.strength));
    let wanted = [
        (sets[0], at(-3_000), 31_000),
        (sets[1], at(-2_000), START_MILLI),
    ];
    assert_eq!(
        found.collect::<Vec<_>>(),
        wanted,
        "two at most, the oldest first"
    );
}

async fn a_seat_is_offered_for_its_category_and_stake_only(bench: &Bench) {
    let (ann, ben) = (bench.player(1).await, bench.player(2).await);
    bench.questions("Bible", 5).await;
    let questions = bench.questions(CATEGORY, 5).await;
    let set = bench.set(ann, questions, NOW).await;
    let mut tx = bench.read().await;
    for (category, stake, expected) in [
        (CATEGORY, STAKE, Some(set)),
        ("FOOTBALL", STAKE, Some(set)),
        ("Bible", STAKE, None),
        (CATEGORY, Cents::new(5_000), None),
    ] {
        let seeker = Seeker {
            category,
            stake,
            ..seeker(ben, NOW)
        };
        let seat = oldest(&mut tx, seeker, NOW).await;
        assert_eq!(seat, expected, "{category} for {stake}");
    }
}

async fn nobody_is_offered_the_own_seat(bench: &Bench) {
    let ann = bench.player(1).await;
    let questions = bench.questions(CATEGORY, 5).await;
    bench.set(ann, questions, NOW).await;
    assert_eq!(offered(bench, ann, NOW).await, None);
}

async fn nobody_is_offered_questions_they_have_seen(bench: &Bench) {
    let (ann, ben, eve) = (
        bench.player(1).await,
        bench.player(2).await,
        bench.player(3).await,
    );
    let questions = bench.questions(CATEGORY, 9).await;
    let (seen, half_seen, fresh) = (&questions[..5], &questions[4..9], &questions[5..]);
    let first = bench.set(ann, seen.to_vec(), at(-3_000)).await;
    let mut tx = bench.write().await;
    tx.mark_seen(eve, first, NOW).await.expect("seen");
    tx.commit().await.expect("committed");
    bench.set(ann, half_seen.to_vec(), at(-2_000)).await;
    let unseen = bench.set(ann, fresh.to_vec(), at(-1_000)).await;
    assert_eq!(offered(bench, eve, NOW).await, Some(unseen));
    assert_eq!(
        offered(bench, ben, NOW).await,
        Some(first),
        "not for everybody"
    );
}

async fn a_recent_opponent_is_not_offered_again(bench: &Bench) {
    let (ann, ben) = (bench.funded(1, 10_000).await, bench.funded(2, 10_000).await);
    let eve = bench.player(3).await;
    let questions = bench.questions(CATEGORY, 10).await;
    let met = bench.set(ann, questions[..5].to_vec(), NOW).await;
    bench.entry(met, 1, ann).await;
    bench.entry(met, 2, ben).await;
    let mut tx = bench.write().await;
    tx.take_second_seat(met).await.expect("taken");
    tx.commit().await.expect("committed");
    let set = bench.set(ann, questions[5..].to_vec(), NOW).await;
    assert_eq!(offered(bench, ben, at(1_000)).await, None);
    assert_eq!(offered(bench, eve, at(1_000)).await, Some(set));
    let cool = NOW.after(Rules::default().rematch_cooldown);
    let mut tx = bench.read().await;
    let met_after = cool.before(Rules::default().rematch_cooldown);
    let again = oldest(&mut tx, seeker(ben, met_after), NOW).await;
    assert_eq!(again, Some(set), "after the cool-down");
}

async fn a_seat_is_offered_until_its_time(bench: &Bench) {
    let (ann, ben) = (bench.player(1).await, bench.player(2).await);
    let questions = bench.questions(CATEGORY, 5).await;
    let set = bench.set(ann, questions, NOW).await;
    let last = NOW.after(Rules::default().pairing_window);
    assert_eq!(offered(bench, ben, last).await, Some(set));
    let too_late = Timestamp::from_ms(last.ms() + 1);
    assert_eq!(offered(bench, ben, too_late).await, None);
}

async fn a_taken_seat_is_offered_no_more(bench: &Bench) {
    let (ann, ben) = (bench.player(1).await, bench.player(2).await);
    let questions = bench.questions(CATEGORY, 5).await;
    let set = bench.set(ann, questions, NOW).await;
    let mut tx = bench.write().await;
    tx.take_second_seat(set).await.expect("taken");
    tx.commit().await.expect("committed");
    assert_eq!(offered(bench, ben, NOW).await, None);
    let mut tx = bench.write().await;
    assert!(is_corrupt(&tx.take_second_seat(set).await));
}

async fn an_opponent_ends_the_wait_for_a_refund(bench: &Bench) {
    let (ann, ben) = (bench.funded(1, 10_000).await, bench.funded(2, 10_000).await);
    let questions = bench.questions(CATEGORY, 10).await;
    let finished = bench.set(ann, questions[..5].to_vec(), NOW).await;
    let waiting = bench.entry(finished, 1, ann).await;
    let under_way = bench.set(ben, questions[5..].to_vec(), NOW).await;
    bench.entry(under_way, 1, ben).await;
    let mut tx = bench.write().await;
    tx.finish_entry(waiting.id, NOW, Some(at(60_000)))
        .await
        .expect("finished");
    assert!(
        tx.is_due(Claim::Unpaired, at(60_000))
            .await
            .expect("an answer")
    );
    tx.take_second_seat(finished).await.expect("taken");
    assert!(
        !tx.is_due(Claim::Unpaired, at(60_000))
            .await
            .expect("an answer")
    );
    tx.take_second_seat(under_way).await.expect("taken");
    assert!(
        tx.is_due(Claim::Rounds, at(60_000))
            .await
            .expect("the clock goes on")
    );
}

async fn a_set_is_closed_and_settled_by_its_id(bench: &Bench) {
    let (ann, ben) = (bench.player(1).await, bench.player(2).await);
    let questions = bench.questions(CATEGORY, 5).await;
    let set = bench.set(ann, questions, NOW).await;
    let mut tx = bench.write().await;
    let figures = tx.set_figures(set).await.expect("figures");
    assert_eq!(figures, (CATEGORY.to_owned(), STAKE, 5));
    tx.make_settleable(&[set], NOW).await.expect("due");
    assert!(tx.is_due(Claim::Sets, NOW).await.expect("an answer"));
    tx.close_sets(&[set]).await.expect("closed");
    assert!(!tx.is_due(Claim::Sets, NOW).await.expect("an answer"));
    tx.commit().await.expect("committed");
    assert_eq!(offered(bench, ben, NOW).await, None);
    let nowhere = bench.random(|rng| SetId::new(NOW, rng));
    let mut tx = bench.write().await;
    assert!(is_corrupt(&tx.set_figures(nowhere).await));
    assert!(is_corrupt(&tx.make_settleable(&[nowhere], NOW).await));
    assert!(is_corrupt(&tx.close_sets(&[nowhere]).await));
}

async fn a_match_is_written_down_once(bench: &Bench) {
    let (first, second) = bench.settled_match().await;
    let mut tx = bench.write().await;
    let again = tx.add_matches(&[(first.set, Some(second.id))], NOW).await;
    assert!(is_conflict(&again), "{again:?}");
    drop(tx);
    let ann = bench.player(1).await;
    let set = bench.set(ann, Vec::new(), NOW).await;
    let mut tx = bench.write().await;
    tx.add_matches(&[(set, None)], NOW)
        .await
        .expect("a draw has no winner");
}

/// Whether they take turns or not: the database lets one have it.
async fn one_seat_is_taken_by_one_of_many(bench: &Bench) {
    let owner = bench.player(99).await;
    let questions = bench.questions(CATEGORY, 10).await;
    let mut players = Vec::new();
    for number in 0..CROWD {
        players.push(bench.player(number).await);
    }
    for in_turn in [true, false] {
        let set = bench.set(owner, questions[5..].to_vec(), NOW).await;
        let taken = at_once(|task| {
            let (store, player) = (bench.store.clone(), players[task]);
            async move {
                let mut tx = store.write().await.expect("a transaction");
                if in_turn {
                    tx.serialise_starts(CATEGORY, STAKE).await.expect("in turn");
                }
                let found = oldest(&mut tx, seeker(player, NOW), NOW).await?;
                let taken = tx.take_second_seat(found).await;
                assert!(!in_turn || taken.is_ok(), "nobody comes between: {taken:?}");
                taken.ok()?;
                tx.commit().await.expect("committed");
                Some(found)
            }
        })
        .await;
        let taken: Vec<SetId> = taken.into_iter().flatten().collect();
        assert_eq!(taken, [set], "in turn: {in_turn}");
    }
}

async fn players_who_start_at_once_meet(bench: &Bench) {
    bench.questions(CATEGORY, 10).await;
    let mut players = Vec::new();
    for number in 0..CROWD {
        players.push(bench.funded(number, 10_000).await);
    }
    at_once(|task| {
        let (store, player) = (bench.store.clone(), players[task]);
        async move { start_game(&store, player, NOW).await.expect("seated") }
    })
    .await;
    let sets = bench.number("select count(*) from question_set").await;
    assert_eq!(sets, i64::try_from(CROWD / 2).expect("small"));
    let alone = "select count(*) from question_set where offered_until_ms is not null";
    assert_eq!(bench.number(alone).await, 0);
}
