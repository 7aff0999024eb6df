//! Pushes that go wrong: no answer, no provider, another prompt on the phone, a process that dies.
//! Whatever happens, a phone never gets two prompts for one deposit.

use std::time::Duration;

use majibu::store::Claim;
use sandbox::{Fault, FaultPoint};

use crate::{
    help::{
        MINUTE, PUSH, beside_sqlite, calls, last_deposit, outcomes, post, push_now, pushed,
        request, run_sql, state, texts, told,
    },
    support::{PATIENCE, World, dial, press},
};

const TIMEOUT: Duration = Duration::from_secs(1);

/// Long enough for every retry of a push that was tried.
const LONG: Duration = Duration::from_secs(10 * 60);

/// The push's answer is lost after Daraja took the push: the player pays, and is credited.
async fn answer_is_lost(fault: Fault) {
    let world = World::with(|config| config.daraja.timeout = TIMEOUT).await;
    let phone = world.registered("0712345678").await;
    world
        .sim
        .inject(FaultPoint::StkPush, fault, 1)
        .expect("a fault");
    request(&phone, 100).await;
    push_now(&world).await;
    assert_eq!(state(&world, &phone).await, "pushed");
    phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    // Asked about again and again, but not pushed again.
    world.turn(LONG);
    world.run_due().await;
    assert_eq!(calls(&world, PUSH).len(), 1);
    assert_eq!(state(&world, &phone).await, "pushed");
    phone.enter_pin("1234").await.expect("paid");
    told(&world, 1).await;
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(state(&world, &phone).await, "paid");
    world.turn(LONG);
    world.run_due().await;
    assert_eq!(world.sim.pushes().len(), 1);
    assert_eq!(texts(&phone).len(), 1);
    world.check().await;
}

#[tokio::test]
async fn trap_09_a_push_whose_answer_never_comes_is_not_repeated_and_its_callback_credits() {
    answer_is_lost(Fault::Hang).await;
}

#[tokio::test]
async fn a_push_whose_answer_breaks_off_is_not_repeated_and_its_callback_credits() {
    answer_is_lost(Fault::Cut).await;
}

#[tokio::test]
async fn an_error_page_instead_of_an_answer_proves_nothing_and_is_not_repeated() {
    let world = World::new().await;
    for (number, status) in [
        ("0712345678", 500),
        ("0712345679", 502),
        ("0712345670", 503),
    ] {
        let phone = world.registered(number).await;
        let before = calls(&world, PUSH).len();
        let refuse = Fault::Refuse(status);
        world
            .sim
            .inject(FaultPoint::StkPush, refuse, 1)
            .expect("a fault");
        request(&phone, 100).await;
        push_now(&world).await;
        world.turn(LONG);
        world.run_due().await;
        assert_eq!(calls(&world, PUSH).len(), before + 1, "{status}");
        assert_eq!(state(&world, &phone).await, "pushed", "{status}");
    }
    world.check().await;
}

#[tokio::test]
async fn trap_08_a_callback_before_the_push_is_answered_credits_and_the_late_answer_changes_nothing()
 {
    let world = World::with(|config| config.daraja.timeout = PATIENCE).await;
    let phone = world.registered("0712345678").await;
    request(&phone, 100).await;
    world.turn(world.config.daraja.stk_delay);
    let late = Fault::Late(Duration::from_millis(700));
    world
        .sim
        .inject(FaultPoint::StkPush, late, 1)
        .expect("a fault");
    let paid_at_once = async {
        phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
        phone.enter_pin("1234").await.expect("paid");
        told(&world, 1).await;
        state(&world, &phone).await
    };
    let ((), before_the_answer) = tokio::join!(
        async {
            world.run_due().await;
        },
        paid_at_once
    );
    assert_eq!(before_the_answer, "paid");
    assert_eq!(state(&world, &phone).await, "paid");
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(texts(&phone).len(), 1);
    world.check().await;
}

#[tokio::test]
async fn while_daraja_gives_no_token_the_push_waits_and_goes_out_once() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    world
        .sim
        .inject(FaultPoint::Oauth, Fault::Refuse(503), 2)
        .expect("a fault");
    request(&phone, 100).await;
    push_now(&world).await;
    assert_eq!(state(&world, &phone).await, "requested");
    world.turn(Duration::from_secs(14));
    world.run_due().await;
    assert_eq!(
        world.sim.waiting_faults(FaultPoint::Oauth),
        1,
        "not in a hurry"
    );
    for _ in 0..4 {
        world.turn(MINUTE);
        world.run_due().await;
    }
    assert_eq!(calls(&world, PUSH).len(), 1);
    phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    phone.enter_pin("1234").await.expect("paid");
    told(&world, 1).await;
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn when_daraja_stays_unreachable_the_deposit_fails_and_the_player_is_told() {
    let world = World::with(|config| {
        // Nobody listens on the discard port.
        config.daraja.base_url = "http://127.0.0.1:9".into();
    })
    .await;
    let phone = world.registered("0712345678").await;
    request(&phone, 100).await;
    push_now(&world).await;
    for _ in 0..3 {
        world.turn(MINUTE);
        world.run_due().await;
        assert_eq!(state(&world, &phone).await, "requested");
    }
    world.turn(2 * MINUTE);
    world.run_due().await;
    assert_eq!(state(&world, &phone).await, "failed");
    assert_eq!(
        texts(&phone),
        [
            "Deposit of KES 100 not completed: M-Pesa is not available now. If M-Pesa took the money \
             it will be added when it arrives."
        ]
    );
    world.turn(LONG);
    world.run_due().await;
    assert_eq!(state(&world, &phone).await, "failed");
    assert_eq!(texts(&phone).len(), 1, "and that is the end of it");
    world.check().await;
}

#[tokio::test]
async fn trap_36_a_throttled_push_and_a_dead_token_lead_to_one_prompt() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let throttled = Fault::Refuse(429);
    world
        .sim
        .inject(FaultPoint::StkPush, throttled, 1)
        .expect("a fault");
    request(&phone, 100).await;
    push_now(&world).await;
    assert_eq!(state(&world, &phone).await, "requested");
    // By now somebody else has fetched a token, which killed ours.
    world.sim.forget_tokens();
    world.turn(MINUTE);
    world.run_due().await;
    assert_eq!(world.sim.pushes().len(), 1);
    phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    phone.enter_pin("1234").await.expect("paid");
    told(&world, 1).await;
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn a_push_that_daraja_refuses_fails_at_once_and_is_told() {
    let world = World::with(|config| config.daraja.passkey = "wrong".into()).await;
    let phone = world.registered("0712345678").await;
    request(&phone, 100).await;
    push_now(&world).await;
    assert_eq!(state(&world, &phone).await, "failed");
    assert_eq!(
        texts(&phone),
        [
            "Deposit of KES 100 not completed: M-Pesa refused it. If M-Pesa took the money it will \
             be added when it arrives."
        ]
    );
    world.turn(LONG);
    world.run_due().await;
    assert_eq!(calls(&world, PUSH).len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_phone_with_another_prompt_gets_its_push_later_and_once() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    request(&phone, 100).await;
    // The player dials again before the prompt is there: it waits, and locks the phone.
    dial(&phone).await;
    push_now(&world).await;
    world.turn(MINUTE);
    let last = press(&phone, &["2", "200"]).await;
    assert_eq!(last.name.as_deref(), Some("deposit_sent"), "{}", last.text);
    phone
        .wait_for_prompt(PATIENCE)
        .await
        .expect("the first prompt");
    push_now(&world).await;
    assert_eq!(calls(&world, PUSH).len(), 2);
    assert_eq!(world.sim.pushes().len(), 1, "the subscriber is locked");
    assert_eq!(state(&world, &phone).await, "requested");
    phone.enter_pin("1234").await.expect("paid");
    told(&world, 1).await;
    world.turn(MINUTE);
    world.run_due().await;
    let prompt = phone
        .wait_for_prompt(PATIENCE)
        .await
        .expect("the second prompt");
    assert_eq!(prompt.amount_cents, 20_000);
    phone.enter_pin("1234").await.expect("paid");
    told(&world, 2).await;
    assert_eq!(world.balance(&phone).await, 30_000);
    world.turn(LONG);
    world.run_due().await;
    assert_eq!(world.sim.pushes().len(), 2);
    world.check().await;
}

#[tokio::test]
async fn a_process_that_dies_before_the_push_is_sent_never_pushes_twice_and_the_player_is_told() {
    let mut world = World::new().await;
    let phone = world.registered("0712345678").await;
    request(&phone, 100).await;
    world.turn(world.config.daraja.stk_delay);
    // It dies while it waits for a token: the deposit is marked, nothing was sent.
    world
        .sim
        .inject(FaultPoint::Oauth, Fault::Hang, 1)
        .expect("a fault");
    let app = world.app().clone();
    let dying = tokio::spawn(async move { app.work_off().await });
    let asked = |exchange: &sandbox::Exchange| exchange.what == "/oauth/v1/generate";
    world
        .sim
        .wait_for_exchange(asked, PATIENCE)
        .await
        .expect("a request");
    dying.abort();
    assert!(dying.await.is_err_and(|error| error.is_cancelled()));
    world.restart().await;

    let mut passed = Duration::ZERO;
    while passed < world.config.jobs.stk_expire_after + MINUTE {
        world.run_due().await;
        world.turn(MINUTE);
        passed += MINUTE;
    }
    assert!(calls(&world, PUSH).is_empty(), "no push, for it may be out");
    let deposit = last_deposit(&world, &phone).await;
    assert_eq!((deposit.state.as_str(), deposit.flagged), ("pushed", true));
    assert_eq!(
        texts(&phone),
        [
            "Your deposit of KES 100 is being confirmed with M-Pesa. We send an SMS when the money \
             is in."
        ]
    );
    world.check().await;
}

#[tokio::test]
async fn a_worker_that_dies_with_a_claimed_push_leaves_it_to_the_next_one_after_the_lease() {
    let mut world = World::new().await;
    let phone = world.registered("0712345678").await;
    request(&phone, 100).await;
    world.turn(world.config.daraja.stk_delay);
    let claimed = world.app().claim(Claim::Pushes, 10).await.expect("claimed");
    assert_eq!(claimed.len(), 1);
    world.restart().await;
    world.turn(world.config.jobs.lease - Duration::from_millis(1));
    world.run_due().await;
    assert!(calls(&world, PUSH).is_empty(), "leased still");
    world.turn(Duration::from_millis(1));
    world.run_due().await;
    assert_eq!(calls(&world, PUSH).len(), 1);
    phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    // The first worker was only slow: it comes back, and its lease is worth nothing.
    world.app().work(&claimed[0]).await;
    assert_eq!(calls(&world, PUSH).len(), 1);
    phone.enter_pin("1234").await.expect("paid");
    told(&world, 1).await;
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn a_callback_that_was_stored_before_a_crash_is_acted_on_after_it() {
    let mut world = World::new().await;
    let phone = world.registered("0712345678").await;
    pushed(&world, &phone, 100).await;
    phone.enter_pin("1234").await.expect("paid");
    world.callbacks_are_in().await;
    let claimed = world
        .app()
        .claim(Claim::Callbacks, 10)
        .await
        .expect("claimed");
    assert!(!claimed.is_empty(), "the callback is stored");
    world.restart().await;
    assert_eq!(world.balance(&phone).await, 0, "stored, not acted on");
    world.turn(world.config.jobs.lease);
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(outcomes(&world).await, [("done".into(), "credited".into())]);
    world.check().await;
}

#[tokio::test]
async fn trap_38_a_callback_is_acknowledged_only_when_it_is_stored() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, _) = pushed(&world, &phone, 100).await;
    let Some(mut db) = beside_sqlite(&world).await else {
        return world.check().await;
    };
    let full = "create trigger full before insert on callback
        begin select raise(abort, 'disk full'); end";
    run_sql(&mut db, full).await.expect("a trigger");
    assert_eq!(post(&world, &deposit, "{}").await, 503);
    run_sql(&mut db, "drop trigger full").await.expect("gone");
    phone.enter_pin("1234").await.expect("paid");
    told(&world, 1).await;
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn a_callback_that_cannot_be_acted_on_leaves_nothing_behind_and_is_tried_again() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    pushed(&world, &phone, 100).await;
    // The SMS is the last thing that a credit writes.
    let Some(mut db) = beside_sqlite(&world).await else {
        return world.check().await;
    };
    let trigger = "create trigger broken before insert on outbox
        begin select raise(abort, 'broken'); end";
    run_sql(&mut db, trigger).await.expect("a trigger");
    phone.enter_pin("1234").await.expect("paid");
    told(&world, 1).await;
    assert_eq!(world.balance(&phone).await, 0);
    assert_eq!(world.account("mpesa").await, 0);
    assert_eq!(state(&world, &phone).await, "pushed");
    let kept = outcomes(&world).await;
    assert!(kept[0].0 == "new" && !kept[0].1.is_empty(), "{kept:?}");
    run_sql(&mut db, "drop trigger broken").await.expect("gone");
    world.turn(Duration::from_secs(5));
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(texts(&phone).len(), 1);
    world.check().await;
}
