//! SMS on their way: every event is told once, however the gateway behaves.

use std::time::Duration;

use majibu::store::Claim;
use sandbox::{Fault, FaultPoint, Phone};

use crate::{
    gateway::Gateway,
    help::{SECOND, SMS, calls, pushed, sms_of, texts, told},
    support::World,
};

/// A day, which is longer than any backoff.
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A player who paid KES 100, and has been or is to be told so.
pub(crate) async fn payer(world: &World) -> Phone {
    let phone = world.registered("0712345678").await;
    pushed(world, &phone, 100).await;
    phone.enter_pin("1234").await.expect("paid");
    told(world, 1).await;
    phone
}

/// The state of the one SMS about the deposit.
pub(crate) async fn state(world: &World, phone: &Phone) -> String {
    let sms = sms_of(world, phone, "deposit_paid").await;
    assert_eq!(sms.len(), 1, "one SMS for one event");
    sms[0].state.clone()
}

#[tokio::test]
async fn an_sms_is_tried_ever_more_rarely_until_the_gateway_takes_it() {
    let world = World::new().await;
    for status in [500, 400, 503, 502, 404] {
        let refuse = Fault::Refuse(status);
        world
            .sim
            .inject(FaultPoint::Sms, refuse, 1)
            .expect("a fault");
    }
    let phone = payer(&world).await;
    assert_eq!(calls(&world, SMS).len(), 1);
    for (place, wait) in [10, 20, 40, 80, 160].into_iter().enumerate() {
        assert_eq!(state(&world, &phone).await, "pending");
        world.turn(wait * SECOND - Duration::from_millis(1));
        world.run_due().await;
        assert_eq!(calls(&world, SMS).len(), place + 1, "not before {wait} s");
        // Up to a quarter later, so that what failed together does not come back together.
        world.turn(wait * SECOND / 4 + Duration::from_millis(1));
        world.run_due().await;
        assert_eq!(calls(&world, SMS).len(), place + 2, "after {wait} s");
    }
    assert_ne!(state(&world, &phone).await, "pending");
    assert_eq!(texts(&phone).len(), 1);
    world.turn(DAY);
    world.run_due().await;
    assert_eq!(calls(&world, SMS).len(), 6);
    world.check().await;
}

#[tokio::test]
async fn an_sms_without_an_answer_is_sent_again_rather_than_lost() {
    let timeout = SECOND;
    let world = World::with(|config| config.africastalking.timeout = timeout).await;
    world
        .sim
        .inject(FaultPoint::Sms, Fault::Hang, 1)
        .expect("a fault");
    world
        .sim
        .inject(FaultPoint::Sms, Fault::Cut, 1)
        .expect("a fault");
    let phone = payer(&world).await;
    assert_eq!(state(&world, &phone).await, "pending");
    world.turn(13 * SECOND);
    world.run_due().await;
    assert_eq!(state(&world, &phone).await, "pending");
    world.turn(25 * SECOND);
    world.run_due().await;
    assert_ne!(state(&world, &phone).await, "pending");
    // The gateway had sent those without an answer: doubled is the lesser evil.
    let received = texts(&phone);
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|text| *text == received[0]));
    world.turn(DAY);
    world.run_due().await;
    assert_eq!(texts(&phone).len(), 3);
    world.check().await;
}

#[tokio::test]
async fn a_gateway_that_is_away_gets_the_sms_when_it_is_back() {
    let mut world = World::with(|config| {
        // Nobody listens on the discard port.
        config.africastalking.base_url = "http://127.0.0.1:9".into();
    })
    .await;
    let phone = payer(&world).await;
    for _ in 0..12 {
        world.turn(DAY / 24);
        world.run_due().await;
        assert_eq!(state(&world, &phone).await, "pending");
    }
    assert_eq!(
        world.balance(&phone).await,
        10_000,
        "money does not wait for SMS"
    );
    world.config.africastalking.base_url = world.sim.base_url();
    world.restart().await;
    world.turn(DAY / 24);
    world.run_due().await;
    assert_ne!(state(&world, &phone).await, "pending");
    assert_eq!(texts(&phone).len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_refusal_for_good_is_not_tried_again() {
    for (code, words) in [
        (403, "InvalidPhoneNumber"),
        (404, "UnsupportedNumberType"),
        (406, "UserInBlacklist"),
        (407, "CouldNotRoute"),
        (502, "RejectedByGateway"),
    ] {
        let gateway = Gateway::start().await;
        let base = gateway.base_url.clone();
        let world = World::with(|config| config.africastalking.base_url = base).await;
        gateway.will_state(code, words);
        let phone = payer(&world).await;
        assert_eq!(state(&world, &phone).await, "failed", "{words}");
        world.turn(DAY);
        world.run_due().await;
        assert_eq!(gateway.requests(), 1, "{words}");
        world.check().await;
    }
}

#[tokio::test]
async fn what_may_pass_or_nobody_knows_is_tried_again() {
    let gateway = Gateway::start().await;
    let base = gateway.base_url.clone();
    let world = World::with(|config| config.africastalking.base_url = base).await;
    gateway.will_state(500, "Success");
    gateway.will_state(501, "GatewayError");
    gateway.will_state(777, "NobodyKnows");
    gateway.will_answer(200, "<html>");
    gateway.will_answer(201, "");
    gateway.will_answer(400, "missing field");
    let phone = payer(&world).await;
    for tried in 1..7 {
        assert_eq!(gateway.requests(), tried);
        assert_eq!(state(&world, &phone).await, "pending");
        world.turn(DAY / 24);
        world.run_due().await;
    }
    assert_eq!(state(&world, &phone).await, "sent");
    assert_eq!(gateway.requests(), 7);
    world.check().await;
}

#[tokio::test]
async fn one_event_is_one_sms_though_its_jobs_run_twice_and_at_once() {
    let world = World::new().await;
    // The first try is refused, so that the row is due when all of them look.
    world
        .sim
        .inject(FaultPoint::Sms, Fault::Refuse(500), 1)
        .expect("a fault");
    let phone = payer(&world).await;
    world.turn(13 * SECOND);
    let claimed = world.app().claim(Claim::Sms, 10).await.expect("claimed");
    assert_eq!(claimed.len(), 1);
    let runs = (0..4).map(|_| world.run_due());
    futures::future::join_all(runs).await;
    assert!(texts(&phone).is_empty(), "leased by the first");
    world.app().work(&claimed[0]).await;
    world.app().work(&claimed[0]).await;
    assert_eq!(texts(&phone).len(), 1);
    world.turn(DAY);
    let runs = (0..4).map(|_| world.run_due());
    futures::future::join_all(runs).await;
    assert_eq!(texts(&phone).len(), 1);
    world.check().await;
}

#[tokio::test]
async fn a_worker_that_dies_with_an_sms_leaves_it_to_the_next_one_after_the_lease() {
    let world = World::new().await;
    world
        .sim
        .inject(FaultPoint::Sms, Fault::Refuse(500), 1)
        .expect("a fault");
    let phone = payer(&world).await;
    world.turn(13 * SECOND);
    let claimed = world.app().claim(Claim::Sms, 10).await.expect("claimed");
    world.turn(world.config.jobs.lease);
    world.run_due().await;
    assert_eq!(texts(&phone).len(), 1);
    // The first worker was only slow.
    world.app().work(&claimed[0]).await;
    assert_eq!(texts(&phone).len(), 1);
    world.check().await;
}

#[tokio::test]
async fn the_bulk_endpoint_and_a_sender_of_our_own_work_alike() {
    let world = World::with(|config| {
        config.africastalking.bulk = true;
        config.africastalking.sender = Some("MAJIBU".into());
    })
    .await;
    world
        .sim
        .inject(FaultPoint::Sms, Fault::Refuse(500), 1)
        .expect("a fault");
    let phone = payer(&world).await;
    world.turn(13 * SECOND);
    world.run_due().await;
    assert_eq!(calls(&world, "/version1/messaging/bulk").len(), 2);
    assert!(calls(&world, SMS).is_empty());
    let inbox = phone.inbox();
    assert_eq!(inbox.len(), 1);
    assert_eq!(inbox[0].from, "MAJIBU");
    assert!(
        inbox[0].text.starts_with("KES 100 received"),
        "{}",
        inbox[0].text
    );
    world.check().await;
}
