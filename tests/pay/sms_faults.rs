//! Faults that are no text's own: sending stops or pauses for the whole fleet, the operator hears of
//! it once, no try is lost, and it goes on by itself or at the operator's word.

use std::time::Duration;

use majibu::store::Claim;
use reqwest::Client;
use sandbox::{Fault, FaultPoint};

use crate::{
    gateway::Gateway,
    help::{MINUTE, SECOND, SMS, calls, texts},
    sms_help::{failure, fate, number, readiness, receipt},
    support::{World, by},
};

/// What is done to the provider, and what mends it.
type Change = fn(&World);

/// A fault, the first words of the reason that is kept, and how long the first pause is.
struct Given {
    name: &'static str,
    breaks: Change,
    mends: Change,
    why: &'static str,
    pause: Duration,
    /// The second pause, where nobody mends it.
    next: Duration,
}

fn nothing(_: &World) {}

fn refuse(world: &World, fault: Fault) {
    world
        .sim
        .inject(FaultPoint::Sms, fault, 2)
        .expect("a fault");
}

const STOP: Duration = Duration::from_secs(15 * 60);

fn all() -> Vec<Given> {
    vec![
        Given {
            name: "401 in plain text",
            breaks: |world| refuse(world, Fault::Refuse(401)),
            mends: nothing,
            why: "key: HTTP 401: The supplied authentication is invalid",
            pause: STOP,
            next: STOP,
        },
        Given {
            name: "402 InvalidSenderId",
            breaks: |world| refuse(world, Fault::ResultCode("402".into())),
            mends: nothing,
            why: "sender_id: 402 InvalidSenderId",
            pause: STOP,
            next: STOP,
        },
        Given {
            name: "201 without recipients",
            breaks: |world| world.sim.set_sms_sender(Some("ANOTHER")),
            mends: |world| world.sim.set_sms_sender(None),
            why: "sender_id: no recipients: InvalidSenderId",
            pause: STOP,
            next: STOP,
        },
        Given {
            name: "405 InsufficientBalance",
            breaks: |world| world.sim.set_sms_credit(Some(79)),
            mends: |world| world.sim.set_sms_credit(Some(8_000)),
            why: "credit: 405 InsufficientBalance",
            pause: MINUTE,
            next: Duration::from_secs(120),
        },
        Given {
            name: "429",
            breaks: |world| refuse(world, Fault::Refuse(429)),
            mends: nothing,
            why: "busy: HTTP 429: Too Many Requests",
            pause: Duration::from_secs(5),
            next: Duration::from_secs(10),
        },
    ]
}

#[tokio::test]
async fn a_fault_of_the_house_pauses_the_fleet_and_burns_no_try() {
    for given in all() {
        let name = given.name;
        let world = World::new().await;
        (given.breaks)(&world);
        receipt(&world, "a", &number(1), "First").await;
        world.run_due().await;
        assert_eq!(calls(&world, SMS).len(), 1, "{name}");
        assert_eq!(readiness(&world).await, "paused", "{name}");
        let (until, why) = world
            .app()
            .sms_pause()
            .await
            .expect("read")
            .expect("a pause");
        assert!(why.starts_with(given.why), "{name}: {why}");
        assert_eq!(until, world.now().after(given.pause), "{name}");
        assert_eq!(fate(&world, "a").await, "pending first 0", "{name}");
        // Whatever comes meanwhile, and in whichever process, waits.
        receipt(&world, "b", &number(2), "Second").await;
        world.turn(given.pause - Duration::from_millis(1));
        world.run_due().await;
        assert_eq!(calls(&world, SMS).len(), 1, "{name}");
        // One goes ahead alone; it meets the same fault.
        world.turn(Duration::from_millis(1));
        assert_eq!(readiness(&world).await, "ok", "{name}");
        world.run_due().await;
        assert_eq!(calls(&world, SMS).len(), 2, "{name}");
        let (until, _) = world
            .app()
            .sms_pause()
            .await
            .expect("read")
            .expect("a pause");
        assert_eq!(until, world.now().after(given.next), "{name}");
        // Mended, and over by itself.
        (given.mends)(&world);
        world.turn(given.next);
        world.run_due().await;
        assert_eq!(readiness(&world).await, "ok", "{name}");
        for (cause, place) in [("a", 1), ("b", 2)] {
            let fate = fate(&world, cause).await;
            assert!(fate.ends_with("first 1"), "{name}: no try is lost: {fate}");
            assert_eq!(texts(&world.phone(&number(place))).len(), 1, "{name}");
        }
        world.check().await;
    }
}

#[tokio::test]
async fn the_operator_ends_a_pause() {
    let world = World::new().await;
    refuse(&world, Fault::Refuse(401));
    world.sim.clear_faults();
    assert_eq!(
        world.app().resume_sms(&by("mended")).await.expect("read"),
        None
    );
    let fault = Fault::Refuse(401);
    world
        .sim
        .inject(FaultPoint::Sms, fault, 1)
        .expect("a fault");
    for place in 0..5 {
        receipt(
            &world,
            &format!("{place}"),
            &number(place),
            &format!("Text {place}"),
        )
        .await;
    }
    world.run_due().await;
    let waiting = calls(&world, SMS).len();
    world.run_due().await;
    assert_eq!(calls(&world, SMS).len(), waiting);
    let why = world
        .app()
        .resume_sms(&by("mended"))
        .await
        .expect("resumed")
        .expect("it paused");
    assert!(why.starts_with("key: HTTP 401"), "{why}");
    // At full speed: the operator knows better than a probe.
    let claimed = world.app().claim(Claim::Sms, 100).await.expect("claimed");
    let rows: usize = claimed.iter().map(|work| work.rows.len()).sum();
    for work in &claimed {
        world.app().work(work).await;
    }
    assert!(rows >= 1);
    world.run_due().await;
    for place in 0..5 {
        assert_eq!(texts(&world.phone(&number(place))).len(), 1);
    }
    world.check().await;
}

#[tokio::test]
async fn after_a_pause_one_goes_ahead_alone_until_it_is_through() {
    let world = World::new().await;
    refuse(&world, Fault::Refuse(429));
    for place in 0..9 {
        receipt(&world, &format!("{place}"), &number(place), "Same").await;
    }
    world.run_due().await;
    world.turn(5 * SECOND);
    world.run_due().await;
    world.turn(10 * SECOND);
    // Two pauses: two single ones, and then all of the rest.
    let first = world.app().claim(Claim::Sms, 100).await.expect("claimed");
    assert_eq!(first[0].rows.len(), 1);
    let beside = world.app().claim(Claim::Sms, 100).await.expect("asked");
    assert_eq!(beside, [], "nobody else meanwhile");
    world.app().work(&first[0]).await;
    let second = world.app().claim(Claim::Sms, 100).await.expect("claimed");
    assert_eq!(second[0].rows.len(), 1);
    world.app().work(&second[0]).await;
    let rest = world.app().claim(Claim::Sms, 100).await.expect("claimed");
    assert_eq!(rest[0].rows.len(), 7);
    world.app().work(&rest[0]).await;
    world.check().await;
}

#[tokio::test]
async fn a_probe_whose_process_dies_is_followed_by_another() {
    let world = World::new().await;
    let fault = Fault::Refuse(429);
    world
        .sim
        .inject(FaultPoint::Sms, fault, 1)
        .expect("a fault");
    receipt(&world, "a", &number(1), "Text").await;
    world.run_due().await;
    world.turn(5 * SECOND);
    let claimed = world.app().claim(Claim::Sms, 100).await.expect("claimed");
    assert_eq!(claimed.len(), 1);
    drop(claimed);
    world.turn(world.config.jobs.lease);
    world.run_due().await;
    assert_eq!(texts(&world.phone(&number(1))).len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_mixed_answer_pauses_and_keeps_what_was_sent() {
    let world = World::new().await;
    // Enough for two of three.
    world.sim.set_sms_credit(Some(160));
    for place in 0..3 {
        receipt(&world, &format!("{place}"), &number(place), "Same").await;
    }
    world.run_due().await;
    let mut sent = 0;
    for place in 0..3 {
        let fate = fate(&world, &format!("{place}")).await;
        sent += usize::from(!fate.starts_with("pending"));
        assert!(
            fate == "pending first 0" || fate.ends_with("first 1"),
            "{fate}"
        );
    }
    assert_eq!(sent, 2);
    assert_eq!(readiness(&world).await, "paused");
    world.sim.set_sms_credit(None);
    world.turn(MINUTE);
    world.run_due().await;
    for place in 0..3 {
        assert_eq!(texts(&world.phone(&number(place))).len(), 1);
    }
    world.check().await;
}

#[tokio::test]
async fn a_gateway_that_does_not_answer_is_left_alone_for_a_while() {
    let world = World::new().await;
    let fault = Fault::Refuse(503);
    world
        .sim
        .inject(FaultPoint::Sms, fault, 5)
        .expect("a fault");
    for place in 0..5 {
        receipt(
            &world,
            &format!("{place}"),
            &number(place),
            &format!("Text {place}"),
        )
        .await;
    }
    world.run_due().await;
    assert_eq!(calls(&world, SMS).len(), 5);
    assert_eq!(readiness(&world).await, "paused");
    assert_eq!(
        failure(&world, "0").await,
        "unsure: HTTP 503: Service Unavailable"
    );
    receipt(&world, "new", &number(9), "New").await;
    world.turn(9 * SECOND);
    world.run_due().await;
    assert_eq!(calls(&world, SMS).len(), 5, "not even what is new");
    world.turn(SECOND);
    world.run_due().await;
    assert_eq!(texts(&world.phone(&number(9))).len(), 1);
    world.turn(MINUTE);
    world.run_due().await;
    for place in 0..5 {
        assert_eq!(texts(&world.phone(&number(place))).len(), 1);
    }
    world.check().await;
}

#[tokio::test]
async fn retries_are_spread_so_that_they_do_not_come_back_together() {
    let gateway = Gateway::start().await;
    let base = gateway.base_url.clone();
    let world = World::with(|config| config.africastalking.base_url = base).await;
    for place in 0..4 {
        gateway.will_state(501, "GatewayError");
        receipt(
            &world,
            &format!("{place}"),
            "+254712345678",
            &format!("Text {place}"),
        )
        .await;
    }
    world.run_due().await;
    assert_eq!(gateway.requests(), 4);
    world.turn(10 * SECOND - Duration::from_millis(1));
    world.run_due().await;
    assert_eq!(gateway.requests(), 4, "not before the wait");
    world.turn(Duration::from_millis(101));
    world.run_due().await;
    assert!(gateway.requests() < 8, "not all at once");
    world.turn(Duration::from_millis(2_500));
    world.run_due().await;
    assert_eq!(gateway.requests(), 8, "and a quarter later at most");
    world.check().await;
}

#[tokio::test]
async fn the_operator_sees_what_waits_and_what_was_refused() {
    let world = World::new().await;
    world
        .sim
        .set_sms_code(&number(1), Some(777))
        .expect("a number");
    world
        .sim
        .set_sms_code(&number(2), Some(403))
        .expect("a number");
    for place in 0..3 {
        receipt(&world, &format!("{place}"), &number(place), "Same").await;
    }
    world.run_due().await;
    let state = world.app().sms_state().await.expect("read");
    assert_eq!((state.paused, state.has_fallback), (None, false));
    assert_eq!(state.waiting.len(), 1);
    assert_eq!(state.waiting[0].waiting, 1);
    let troubles: Vec<&str> = state
        .troubles
        .iter()
        .map(|of| of.failure.as_str())
        .collect();
    assert_eq!(
        troubles,
        ["refused: 403 InvalidPhoneNumber", "unsure: 777 Unknown"]
    );
    world.turn(7 * SECOND);
    let shown = Client::new()
        .get(format!("{}/metrics", world.base()))
        .send();
    let shown = shown.await.expect("an answer").text().await.expect("text");
    // The recorder is the whole test process's: other tests set the same gauges.
    for line in [
        "majibu_sms_total{sender=\"first\",outcome=\"refused\",code=\"403\"}",
        "majibu_sms_total{sender=\"first\",outcome=\"unsure\",code=\"other\"}",
        "majibu_outbox_waiting{class=\"receipt\"}",
        "majibu_outbox_waiting{class=\"promotion\"}",
        "majibu_outbox_oldest_seconds{class=\"receipt\"}",
        "majibu_sms_paused",
    ] {
        assert!(shown.contains(line), "{line}");
    }
    world.check().await;
}
