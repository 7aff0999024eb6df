//! What an operator sees of a player: found by anything that is told on the phone, the whole story in
//! one line of time, each game explained, what waits and what failed.

use std::time::Duration;

use majibu::{
    app::{Event, Explained, Fix, FixError, Story},
    core::{game::score::Rule, ids::PlayerId},
    store::{AuditFilter, Claim},
};
use sandbox::{Fault, FaultPoint, Phone};
use serde_json::json;

use crate::{
    help::{SECOND, last_deposit, success, tell, texts},
    payouts::{ask, house_with, last, send},
    support::{Answer, World, by, msisdn},
};

async fn player(world: &World, phone: &Phone) -> PlayerId {
    world.report(phone).await.player.id
}

async fn story(world: &World, phone: &Phone) -> Story {
    let player = player(world, phone).await;
    let story = world.app().story(player, None).await;
    story.expect("read").expect("a player")
}

/// A match that the first of two funded players won; both entries' ids.
async fn matched(world: &World) -> (Phone, Phone) {
    let amina = world.funded("0712345678", 200).await;
    let baraka = world.funded("0110234567", 200).await;
    for (phone, right) in [(&amina, 5), (&baraka, 3)] {
        world.stake(phone, "1").await;
        let mut answers = vec![Answer::Right; right];
        answers.resize(5, Answer::Wrong);
        world.answer(phone, &answers, SECOND).await;
    }
    world.run_due().await;
    (amina, baraka)
}

#[tokio::test]
async fn a_player_is_found_by_anything_that_is_told_on_the_phone() {
    let (world, amina) = house_with(1_000).await;
    ask(&amina, 500).await;
    send(&world).await;
    let id = player(&world, &amina).await;
    let (deposit, withdrawal) = (
        last_deposit(&world, &amina).await,
        last(&world, &amina).await,
    );
    let receipt = deposit.receipt.clone().expect("a receipt");
    for text in [
        "0712345678",
        "254712345678",
        "+254712345678",
        " 0712 345 678 ",
        "+254 (712) 345-678",
        "5678",
        "345678",
        "712345678",
        &receipt.to_lowercase(),
        &deposit.id,
        &withdrawal.id,
        &withdrawal.receipt.clone().expect("a receipt"),
        &id.to_string(),
    ] {
        let found = world.app().find(text).await.expect("read");
        assert_eq!(
            found.players.keys().collect::<Vec<_>>(),
            [&id],
            "{text}: {found:?}"
        );
    }
    for text in [
        "",
        "678",
        "0799999999",
        "5679",
        "' or 1 = 1 --",
        "%",
        "<script>",
        &"7".repeat(10_000),
        "\u{0}",
    ] {
        let found = world.app().find(text).await.expect("read");
        assert!(found.hits.is_empty(), "{text}: {found:?}");
    }
    world.check().await;
}

#[tokio::test]
async fn a_story_has_everything_newest_first_with_the_wallet_after_each_movement() {
    let world = World::new().await;
    let (amina, _baraka) = matched(&world).await;
    let told = story(&world, &amina).await;
    let times: Vec<_> = told.events.iter().map(|told| told.at).collect();
    assert!(times.is_sorted_by(|one, two| one >= two), "newest first");
    let moved: Vec<(&str, i64, i64)> = told
        .events
        .iter()
        .filter_map(|told| {
            let Event::Moved(one) = &told.event else {
                return None;
            };
            let reason = one.transfer.reason.name();
            Some((reason, one.change.get(), one.balance.get()))
        })
        .collect();
    assert_eq!(
        moved,
        [
            ("bounty", 3_200, 21_200),
            ("stake", -2_000, 18_000),
            ("deposit", 20_000, 20_000),
        ]
    );
    let count = |is: fn(&Event) -> bool| told.events.iter().filter(|told| is(&told.event)).count();
    assert!(count(|event| matches!(event, Event::Hop(_))) > 2);
    assert_eq!(count(|event| matches!(event, Event::Deposit(..))), 1);
    assert_eq!(count(|event| matches!(event, Event::Callback(_))), 1);
    assert_eq!(
        count(|event| matches!(event, Event::Sms(_))),
        texts(&amina).len()
    );
    let games: Vec<_> = told
        .events
        .iter()
        .filter_map(|told| {
            let Event::Game(game) = &told.event else {
                return None;
            };
            Some(game)
        })
        .collect();
    let [game] = games.as_slice() else {
        panic!("one game: {games:?}")
    };
    assert_eq!((game.entry.correct, game.asked.len()), (5, 5));
    for asked in &game.asked {
        let answer = asked.seen[0].answer.expect("an answer");
        assert!(answer.is_correct && answer.choice == asked.answer);
        assert_eq!(answer.received_at.ms_since(answer.sent_at), 1_000);
    }
    assert!(game.opponent.is_some());
    world.check().await;
}

#[tokio::test]
async fn a_long_story_is_told_in_pages_without_a_gap_or_a_repeat() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    for number in 0..30 {
        let receipt = format!("UKM{number:07}");
        tell(&world, "none", &success("ws", &receipt, &json!(10))).await;
        let parked = world.app().parked().await.expect("parked").remove(0);
        let assigned = world
            .app()
            .assign(parked.id, &msisdn(&amina), &by("theirs"))
            .await;
        assigned.expect("assigned");
        world.turn(Duration::from_secs(1));
    }
    let id = player(&world, &amina).await;
    let (mut before, mut balances, mut pages) = (None, Vec::new(), 0);
    loop {
        let page = world.app().story(id, before).await.expect("read");
        let page = page.expect("a player");
        pages += 1;
        balances.extend(page.events.iter().filter_map(|told| {
            let Event::Moved(one) = &told.event else {
                return None;
            };
            Some(one.balance.get())
        }));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert!(pages > 1, "{pages}");
    let expected: Vec<i64> = (1..=30).rev().map(|number| number * 1_000).collect();
    assert_eq!(balances, expected);
    world.check().await;
}

#[tokio::test]
async fn a_match_is_explained_with_the_rule_that_decided_and_what_paid_it() {
    let world = World::new().await;
    let (amina, baraka) = matched(&world).await;
    let entry = world.report(&amina).await.entries[0].id.clone();
    let explained = |id: String| {
        let app = world.app().clone();
        async move { app.explain(&id).await.expect("read") }
    };
    let game: Explained = explained(entry.clone()).await.expect("a game");
    assert_eq!(game.rule, Some(Rule::Correct));
    assert_eq!(game.course.winner.map(|id| id.to_string()), Some(entry));
    let players: Vec<_> = game
        .sides
        .iter()
        .map(|side| side.player.msisdn.clone())
        .collect();
    assert_eq!(players, [msisdn(&amina), msisdn(&baraka)]);
    assert!(game.sides[0].has_won() && !game.sides[1].has_won());
    let mut reasons: Vec<_> = game.transfers.iter().map(|one| one.reason.name()).collect();
    // What is booked in one transaction has no order.
    reasons.sort_unstable();
    assert_eq!(reasons, ["bounty", "fee", "stake", "stake"]);
    for asked in &game.asked {
        assert_eq!(asked.seen.len(), 2);
        for seen in &asked.seen {
            let mut order = seen.order.clone();
            order.sort_unstable();
            assert_eq!(order.len(), asked.words[&seen.locale].choices.len());
            assert!(order.iter().zip(1..).all(|(one, number)| *one == number));
        }
    }
    assert_eq!(explained(game.set.to_string()).await, Some(game));
    for id in ["", "x", "00000000000000000000000000"] {
        assert_eq!(explained(id.into()).await, None, "{id}");
    }
    world.check().await;
}

#[tokio::test]
async fn what_waits_and_what_failed_is_seen_and_sms_are_sent_once_more() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    world.ask_deposit(&amina, 100).await;
    world
        .sim
        .inject(FaultPoint::Sms, Fault::ResultCode("403".into()), 1)
        .expect("possible");
    amina.enter_pin("1234").await.expect("paid");
    world.callbacks_are_in().await;
    world.run_due().await;
    let state = world.app().work_state().await.expect("read");
    let [failed] = state.failed.as_slice() else {
        panic!("one SMS was given up: {:?}", state.failed)
    };
    assert_eq!(failed.kind, "deposit_paid");
    assert_eq!(state.backlogs.len(), Claim::ALL.len());
    assert!(state.backlogs.iter().all(|one| one.due == 0));
    let id = failed.id.parse().expect("an id");
    let before = texts(&amina).len();
    assert!(
        world
            .app()
            .retry_sms(id, &by("she asked"))
            .await
            .expect("done")
    );
    assert!(!world.app().retry_sms(id, &by("twice")).await.expect("done"));
    assert_eq!(
        world.app().retry_all_sms(&by("all")).await.expect("done"),
        0
    );
    world.run_due().await;
    assert_eq!(texts(&amina).len(), before + 1);
    let log = world.app().audit_log(&AuditFilter::default(), 5).await;
    assert_eq!(log.expect("read")[0].action, "retry");
    world.check().await;
}

#[tokio::test]
async fn a_corrected_question_is_a_new_version_and_what_does_not_fit_is_refused() {
    let world = World::new().await;
    let stats = world.app().question_stats(None, 0).await.expect("read");
    let known = stats[0].question.clone();
    let mut fix = Fix {
        question: known.id,
        version: known.version,
        answer: known.answer,
        texts: known.texts.clone(),
    };
    let fixed = |fix: &Fix| {
        let (app, fix) = (world.app().clone(), fix.clone());
        async move { app.fix_question(&fix, &by("a slip")).await }
    };
    assert_eq!(fixed(&fix).await.expect("nothing new"), known.version);
    let good = fix.texts.values().next().expect("words").question.clone();
    for bad in ["", "日本", &"x".repeat(160)] {
        let mut unsound = fix.clone();
        unsound.texts.values_mut().next().expect("words").question = bad.into();
        let refused = fixed(&unsound).await;
        assert!(
            matches!(refused, Err(FixError::Unsound(_))),
            "{bad}: {refused:?}"
        );
    }
    fix.texts.values_mut().next().expect("words").question = format!("{good}?");
    assert_eq!(fixed(&fix).await.expect("corrected"), known.version + 1);
    let stale = fixed(&fix).await;
    assert!(matches!(stale, Err(FixError::Changed)), "{stale:?}");
    let now = world.app().known_question(known.id).await.expect("read");
    let now = now.expect("known");
    assert_eq!(now.texts, fix.texts);
    world.check().await;
}
