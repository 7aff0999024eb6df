//! The way to Daraja under load and trouble: one limit for the whole fleet, pauses when Daraja has no
//! room, circuits that open when it does not answer (Daraja contract, sections 1 and 14).

use std::time::Duration;

use majibu::app::App;
use sandbox::{Exchange, Fault, FaultPoint, Phone};
use serde_json::{Value, json};

use crate::{
    daraja::Daraja,
    help::{MINUTE, PUSH, QUERY, SECOND, calls, push_now, request, state, texts},
    payouts::{B2C, STATUS, ask, house, last, pays_out, send},
    query::lost,
    support::{PATIENCE, World},
};

pub(crate) const OAUTH: &str = "/oauth/v1/generate";
pub(crate) const UNAVAILABLE: &str = "Deposit of KES 100 not completed: M-Pesa is not available now. If M-Pesa \
    took the money it will be added when it arrives.";

/// What Daraja was asked for, beside tokens, oldest first.
pub(crate) fn asked(world: &World) -> Vec<String> {
    let is_request = |exchange: &Exchange| exchange.what.starts_with("/mpesa/");
    let exchanges = world.sim.exchanges().into_iter().filter(is_request);
    exchanges.map(|exchange| exchange.what).collect()
}

pub(crate) fn inject(world: &World, point: FaultPoint, fault: Fault, times: usize) {
    world.sim.inject(point, fault, times).expect("possible");
}

pub(crate) async fn crowd(world: &World, people: usize) -> Vec<Phone> {
    let mut phones = Vec::new();
    for place in 0..people {
        phones.push(world.registered(&format!("07123456{place:02}")).await);
    }
    phones
}

pub(crate) async fn states(world: &World, phones: &[Phone]) -> Vec<String> {
    let mut states = Vec::new();
    for phone in phones {
        states.push(state(world, phone).await);
    }
    states
}

/// How many of the last withdrawals are in a state.
pub(crate) async fn in_state(world: &World, phones: &[Phone], state: &str) -> usize {
    let mut count = 0;
    for phone in phones {
        count += usize::from(last(world, phone).await.state == state);
    }
    count
}

/// `/readyz`: the status and the detail.
pub(crate) async fn ready(world: &World) -> (u16, Value) {
    let url = format!("{}/readyz", world.base());
    let answer = reqwest::get(url).await.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.json().await.expect("JSON"))
}

pub(crate) async fn detail(world: &World, key: &str) -> String {
    let (status, body) = ready(world).await;
    assert_eq!(status, 200, "the rest works: {body}");
    body[key].as_str().expect("a word").to_owned()
}

#[tokio::test]
async fn trap_37_two_processes_share_one_limit_and_questions_yield_to_pushes_and_payouts() {
    let world = World::with(|config| {
        pays_out(config);
        config.daraja.requests_per_minute = 6;
    })
    .await;
    let amina = world.funded("0712345678", 500).await;
    world.turn(10 * SECOND);
    let baraka = world.registered("0712345679").await;
    lost(&world, &baraka, None).await;
    world.turn(world.config.jobs.stk_query_after - 10 * SECOND);
    ask(&amina, 100).await;
    let before = asked(&world).len();
    // Due at the same instant: a payout, a push and a question.
    let chege = world.registered("0712345670").await;
    request(&chege, 100).await;
    world.turn(10 * SECOND - world.config.daraja.stk_delay);
    let second = world.another().await;
    let apps: [&App; 2] = [second.app(), world.app()];
    let mut steps = Vec::new();
    // Three steps of 10 seconds, looked at each second by both.
    for step in 0..30_usize {
        world.turn(world.config.daraja.stk_delay.min(SECOND));
        let asked_before = asked(&world).len();
        for place in 0..2 {
            apps[(step + place) % 2].work_off().await.expect("jobs");
        }
        steps.extend((asked_before..asked(&world).len()).map(|_| step));
    }
    assert_eq!(steps.len(), 3, "{:?}", asked(&world));
    assert!(
        steps.windows(2).all(|pair| pair[1] - pair[0] >= 10),
        "{steps:?}"
    );
    let mut asked = asked(&world).split_off(before);
    assert_eq!(asked.pop().as_deref(), Some(QUERY), "the question last");
    asked.sort();
    assert_eq!(asked, [B2C, PUSH]);
    second.stop().await;
    send(&world).await;
    assert_eq!(last(&world, &amina).await.state, "paid");
    assert_eq!(state(&world, &baraka).await, "failed");
    assert_eq!(state(&world, &chege).await, "pushed");
    world.check().await;
}

#[tokio::test]
async fn trap_37_questions_about_payouts_wait_for_their_turn_too_but_not_for_ever() {
    let world = World::with(|config| {
        pays_out(config);
        config.daraja.requests_per_minute = 2;
        // Nobody is asked about but the payout.
        config.jobs.stk_query_after = Duration::from_secs(50 * 60);
    })
    .await;
    let amina = world.funded("0712345699", 500).await;
    world.turn(MINUTE);
    inject(&world, FaultPoint::B2cResult, Fault::Lost, 1);
    ask(&amina, 100).await;
    world.run_due().await;
    assert_eq!(last(&world, &amina).await.state, "sent");
    world.turn(world.config.jobs.payout_query_after);
    let phones = crowd(&world, 6).await;
    for phone in &phones {
        request(phone, 100).await;
    }
    world.turn(world.config.daraja.stk_delay);
    let mut order = Vec::new();
    for _ in 0..7 {
        let before = asked(&world).len();
        world.run_due().await;
        let now = asked(&world);
        assert_eq!(now.len(), before + 1, "one at a time");
        order.extend(now.last().map(|what| what == STATUS));
        world.turn(30 * SECOND);
    }
    // Work is looked for in an order: as soon as it does not yield any more it competes.
    assert_eq!(order.iter().filter(|is_question| **is_question).count(), 1);
    assert!(!order[0] && !order[1], "{order:?}");
    world.check().await;
}

#[tokio::test]
async fn trap_37_prompts_that_wait_for_their_turn_come_within_five_minutes_or_never() {
    let world = World::with(|config| {
        config.daraja.requests_per_minute = 2;
        config.jobs.stk_query_after = Duration::from_secs(50 * 60);
    })
    .await;
    let phones = crowd(&world, 13).await;
    for phone in &phones {
        request(phone, 100).await;
    }
    world.turn(world.config.daraja.stk_delay);
    let mut sent = Vec::new();
    for second in 0..600_usize {
        let before = calls(&world, PUSH).len();
        world.run_due().await;
        sent.extend((before..calls(&world, PUSH).len()).map(|_| second));
        world.turn(SECOND);
    }
    let expected: Vec<_> = (0..10).map(|place| place * 30).collect();
    assert_eq!(sent, expected, "as far apart as the limit says");
    let states = states(&world, &phones).await;
    let failed = states.iter().filter(|state| *state == "failed").count();
    assert_eq!((states.len(), failed), (13, 3), "{states:?}");
    for (phone, state) in phones.iter().zip(&states) {
        if state == "failed" {
            assert_eq!(texts(phone), [UNAVAILABLE]);
            assert!(phone.prompt().is_none());
        } else {
            assert_eq!(texts(phone), [] as [&str; 0]);
            phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
        }
    }
    world.check().await;
}

#[tokio::test]
async fn trap_37_a_pull_takes_its_turn_among_the_other_requests() {
    let daraja = Daraja::start().await;
    let world = World::with(|config| {
        daraja.stands_before(&config.daraja.base_url);
        config.daraja.base_url.clone_from(&daraja.base_url);
        config.daraja.requests_per_minute = 60;
    })
    .await;
    let phones = crowd(&world, 2).await;
    request(&phones[0], 100).await;
    push_now(&world).await;
    assert_eq!(calls(&world, PUSH).len(), 1);
    // The push took the turn: the pull waits until the clock has moved on.
    let since = world.now().before(MINUTE);
    let (pulled, ()) = tokio::join!(world.app().pull(since), async { world.turn(SECOND) });
    assert_eq!(pulled.expect("asked").told, 0);
    assert_eq!(daraja.asked().len(), 1);
    // And the next push waits for the pull.
    request(&phones[1], 100).await;
    let gate = world.now();
    push_now(&world).await;
    world.run_due().await;
    assert_eq!(
        world.now().ms_since(gate) >= 1_000,
        calls(&world, PUSH).len() == 2
    );
    world.turn(SECOND);
    world.run_due().await;
    assert_eq!(calls(&world, PUSH).len(), 2);
    world.check().await;
}

#[tokio::test]
async fn trap_37_after_a_429_all_pushes_pause_and_each_phone_gets_one_prompt() {
    let world = World::new().await;
    let phones = crowd(&world, 4).await;
    inject(&world, FaultPoint::StkPush, Fault::Refuse(429), 1);
    request(&phones[0], 100).await;
    push_now(&world).await;
    assert_eq!(calls(&world, PUSH).len(), 1);
    for phone in &phones[1..] {
        request(phone, 100).await;
    }
    push_now(&world).await;
    assert_eq!(calls(&world, PUSH).len(), 1, "nobody hammers on");
    assert_eq!(states(&world, &phones).await, ["requested"; 4]);
    assert_eq!(detail(&world, "pushes").await, "ok", "Daraja is there");
    // 5 seconds, and up to half as much again by chance; the one that was turned away waits longer.
    world.turn(8 * SECOND);
    world.run_due().await;
    assert_eq!(calls(&world, PUSH).len(), 4);
    world.turn(15 * SECOND);
    world.run_due().await;
    assert_eq!(states(&world, &phones).await, ["pushed"; 4]);
    assert_eq!(world.sim.pushes().len(), 4);
    for phone in &phones {
        phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
        assert_eq!(texts(phone), [] as [&str; 0]);
    }
    world.check().await;
}

#[tokio::test]
async fn trap_37_daraja_that_never_has_room_is_asked_ever_more_rarely_and_the_player_is_told() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    inject(&world, FaultPoint::StkPush, Fault::Refuse(429), 50);
    request(&phone, 100).await;
    world.turn(world.config.daraja.stk_delay);
    let mut tried = Vec::new();
    for second in 0..400_usize {
        let before = calls(&world, PUSH).len();
        world.run_due().await;
        tried.extend((before..calls(&world, PUSH).len()).map(|_| second));
        world.turn(SECOND);
    }
    assert!((3..=5).contains(&tried.len()), "{tried:?}");
    let waits: Vec<_> = tried.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for (place, wait) in waits.iter().enumerate() {
        let least = 15 << place;
        assert!((least..=least * 3 / 2 + 1).contains(wait), "{waits:?}");
    }
    assert_eq!(state(&world, &phone).await, "failed");
    assert_eq!(texts(&phone), [UNAVAILABLE]);
    world.check().await;
}

#[tokio::test]
async fn trap_37_after_a_429_all_payouts_pause_and_none_is_sent_twice() {
    let world = house().await;
    let mut phones = Vec::new();
    for number in ["0712345678", "0722345678"] {
        phones.push(world.funded(number, 500).await);
    }
    inject(&world, FaultPoint::B2cRequest, Fault::Refuse(429), 1);
    ask(&phones[0], 100).await;
    world.run_due().await;
    ask(&phones[1], 100).await;
    world.run_due().await;
    assert_eq!(calls(&world, B2C).len(), 1);
    world.turn(8 * SECOND);
    send(&world).await;
    assert_eq!(last(&world, &phones[1]).await.state, "paid");
    assert_eq!(last(&world, &phones[0]).await.state, "requested");
    world.turn(MINUTE);
    send(&world).await;
    assert_eq!(last(&world, &phones[0]).await.state, "paid");
    assert_eq!(world.sim.payouts().len(), 2);
    world.check().await;
}

#[tokio::test]
async fn requests_go_out_without_distance_where_no_limit_is_set() {
    let world = World::new().await;
    let phones = crowd(&world, 5).await;
    for phone in &phones {
        request(phone, 100).await;
    }
    push_now(&world).await;
    assert_eq!(calls(&world, PUSH).len(), 5);
    assert_eq!(ready(&world).await.1["queries"], json!("ok"));
    world.check().await;
}
