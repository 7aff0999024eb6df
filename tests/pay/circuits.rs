//! Circuits on the way to Daraja: they open when it does not answer, for the whole fleet, and one
//! trial closes them (Daraja contract, section 14).

use sandbox::{Fault, FaultPoint};

use crate::{
    help::{MINUTE, PUSH, QUERY, SECOND, calls, last_deposit, push_now, request, state, texts},
    payouts::{B2C, ask, house, send},
    support::{PATIENCE, World, dial, press},
    traffic::{OAUTH, UNAVAILABLE, crowd, detail, in_state, inject, states},
};

#[tokio::test]
async fn trap_20_when_pushes_bring_nothing_the_circuit_opens_and_one_trial_closes_it() {
    let world = World::new().await;
    let phones = crowd(&world, 8).await;
    inject(&world, FaultPoint::StkPush, Fault::Refuse(502), 5);
    for phone in &phones[..7] {
        request(phone, 100).await;
    }
    assert_eq!(detail(&world, "pushes").await, "ok");
    push_now(&world).await;
    assert_eq!(calls(&world, PUSH).len(), 5, "then nothing more");
    let mut waiting = Vec::new();
    for phone in &phones[..7] {
        if state(&world, phone).await == "requested" {
            waiting.push(phone);
        }
    }
    assert_eq!(waiting.len(), 2);
    assert_eq!(detail(&world, "pushes").await, "open");
    assert_eq!(detail(&world, "queries").await, "ok");
    let metrics = reqwest::get(format!("{}/metrics", world.base()));
    let metrics = metrics.await.expect("metrics").text().await.expect("text");
    assert!(metrics.contains("majibu_circuits_opened_total{calls=\"pushes\"}"));
    assert!(metrics.contains("majibu_circuit_open{calls=\"pushes\"} "));
    // Who asks now is told at once, and nothing is kept of it.
    dial(&phones[7]).await;
    let told = press(&phones[7], &["2", "100"]).await;
    assert_eq!(told.name.as_deref(), Some("deposit_unreachable"));
    assert!(told.text.contains("no money is taken"), "{}", told.text);
    assert!(world.report(&phones[7]).await.deposits.is_empty());
    world.turn(26 * SECOND);
    world.run_due().await;
    assert_eq!(calls(&world, PUSH).len(), 5, "nothing is sent meanwhile");
    // The two that wait: one tries, and the other follows as soon as that worked.
    world.turn(4 * SECOND);
    world.run_due().await;
    assert_eq!(calls(&world, PUSH).len(), 7);
    assert_eq!(detail(&world, "pushes").await, "ok");
    for phone in waiting {
        phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
        assert_eq!(texts(phone), [] as [&str; 0], "just a bit later");
    }
    request(&phones[7], 100).await;
    push_now(&world).await;
    phones[7].wait_for_prompt(PATIENCE).await.expect("a prompt");
    world.check().await;
}

#[tokio::test]
async fn an_open_circuit_is_the_fleets_and_only_one_process_tries() {
    let world = World::new().await;
    let second = world.another().await;
    let phones = crowd(&world, 7).await;
    inject(&world, FaultPoint::StkPush, Fault::Refuse(502), 6);
    for phone in &phones[..5] {
        request(phone, 100).await;
    }
    push_now(&world).await;
    assert_eq!(calls(&world, PUSH).len(), 5);
    let opened = second.app().circuits().await.expect("read");
    assert_eq!(opened.iter().filter(|(_, is_open)| *is_open).count(), 1);
    // Two more were asked for just before the trial is due.
    world.turn(30 * SECOND);
    for phone in &phones[5..] {
        request(phone, 100).await;
    }
    world.turn(world.config.daraja.stk_delay);
    let (ours, theirs) = tokio::join!(world.app().work_off(), second.app().work_off());
    ours.and(theirs).expect("jobs");
    assert_eq!(calls(&world, PUSH).len(), 6, "one trial, which failed");
    world.turn(59 * SECOND);
    let (ours, theirs) = tokio::join!(world.app().work_off(), second.app().work_off());
    ours.and(theirs).expect("jobs");
    assert_eq!(calls(&world, PUSH).len(), 6, "the pause has grown");
    world.turn(2 * SECOND);
    second.app().work_off().await.expect("jobs");
    assert_eq!(calls(&world, PUSH).len(), 7);
    let closed = world.app().circuits().await.expect("read");
    assert!(closed.iter().all(|(_, is_open)| !is_open));
    second.stop().await;
    world.check().await;
}

#[tokio::test]
async fn trap_36_a_wrong_key_opens_the_circuit_and_daraja_is_not_hammered() {
    let world = World::new().await;
    let phones = crowd(&world, 12).await;
    inject(&world, FaultPoint::Oauth, Fault::Refuse(400), 500);
    for phone in &phones {
        request(phone, 100).await;
    }
    world.turn(world.config.daraja.stk_delay);
    let mut tried = Vec::new();
    for second in 0..330_usize {
        let before = calls(&world, OAUTH).len();
        world.run_due().await;
        tried.extend((before..calls(&world, OAUTH).len()).map(|_| second));
        if second == 0 {
            assert_eq!(detail(&world, "pushes").await, "open");
        }
        world.turn(SECOND);
    }
    // Five that open it, then one at a time: after 30, 60, 120 seconds.
    assert_eq!(tried, [0, 0, 0, 0, 0, 30, 90, 210]);
    assert_eq!(calls(&world, PUSH).len(), 0);
    // Never a prompt that nobody expects any more.
    assert_eq!(states(&world, &phones).await, ["failed"; 12]);
    for phone in &phones {
        assert_eq!(texts(phone), [UNAVAILABLE]);
    }
    world.sim.clear_faults();
    world.turn(5 * MINUTE);
    request(&phones[0], 100).await;
    push_now(&world).await;
    assert_eq!(
        detail(&world, "pushes").await,
        "ok",
        "the first who asks tries"
    );
    assert_eq!(world.sim.pushes().len(), 1);
    world.check().await;
}

#[tokio::test]
async fn trap_02_queries_that_bring_nothing_pause_while_pushes_go_on_and_deposits_expire_in_time() {
    let world = World::new().await;
    let phones = crowd(&world, 7).await;
    for phone in &phones[..6] {
        request(phone, 100).await;
    }
    push_now(&world).await;
    inject(&world, FaultPoint::StkQuery, Fault::Html, 1_000);
    world.turn(world.config.jobs.stk_query_after);
    world.run_due().await;
    assert_eq!(calls(&world, QUERY).len(), 5);
    assert_eq!(detail(&world, "queries").await, "open");
    assert_eq!(detail(&world, "pushes").await, "ok");
    request(&phones[6], 100).await;
    push_now(&world).await;
    assert_eq!(state(&world, &phones[6]).await, "pushed");
    let mut tried = Vec::new();
    for step in 1..=(70 * 6_usize) {
        world.turn(10 * SECOND);
        let before = calls(&world, QUERY).len();
        world.run_due().await;
        tried.extend((before..calls(&world, QUERY).len()).map(|_| step * 10));
    }
    // One trial at a time, at last every five minutes; one of them is the last look at a deposit.
    assert!(
        tried.starts_with(&[30, 90, 210, 450, 750, 1_050]),
        "{tried:?}"
    );
    assert!(tried.len() <= 14, "{tried:?}");
    for phone in &phones {
        let row = last_deposit(&world, phone).await;
        assert_eq!((row.state.as_str(), row.flagged), ("pushed", true));
        assert_eq!(texts(phone).len(), 1, "being confirmed");
    }
    world.check().await;
}

#[tokio::test]
async fn trap_20_payouts_that_bring_nothing_open_their_circuit_and_wait_with_their_money_held() {
    let world = house().await;
    let mut phones = Vec::new();
    for place in 0..6 {
        phones.push(world.funded(&format!("07123456{place:02}"), 500).await);
    }
    inject(&world, FaultPoint::B2cRequest, Fault::Refuse(503), 5);
    for phone in &phones {
        ask(phone, 100).await;
    }
    world.run_due().await;
    assert_eq!(calls(&world, B2C).len(), 5);
    assert_eq!(detail(&world, "payouts").await, "open");
    assert_eq!(detail(&world, "pushes").await, "ok");
    assert_eq!(in_state(&world, &phones, "requested").await, 1);
    world.turn(29 * SECOND);
    world.run_due().await;
    assert_eq!(calls(&world, B2C).len(), 5);
    world.turn(SECOND);
    send(&world).await;
    assert_eq!(in_state(&world, &phones, "paid").await, 1);
    assert_eq!(detail(&world, "payouts").await, "ok");
    assert_eq!(
        world.sim.payouts().len(),
        1,
        "what is unsure is asked about"
    );
    assert_eq!(in_state(&world, &phones, "unknown").await, 5);
    // Unheard of twice, they go out under their own ids.
    for _ in 0..12 {
        world.turn(10 * MINUTE);
        send(&world).await;
    }
    assert_eq!(in_state(&world, &phones, "paid").await, 6);
    assert_eq!(world.sim.payouts().len(), 6);
    world.check().await;
}
