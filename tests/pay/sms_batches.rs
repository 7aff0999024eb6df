//! SMS in batches: one request for one text to many numbers, each recipient's own code decides over
//! its row, and what is killed in between is doubled at worst.

use std::{sync::Arc, time::Duration};

use majibu::store::Claim;
use sandbox::{Fault, FaultPoint};

use crate::{
    gateway::Gateway,
    help::{SECOND, SMS, calls, texts},
    sms_help::{failure, fate, fates, number, receipt},
    support::World,
};

const BULK: &str = "/version1/messaging/bulk";

async fn crowd(world: &World, count: usize, body: &str) {
    for place in 0..count {
        let to = number(place);
        receipt(world, &format!("{body}:{place:03}"), &to, body).await;
    }
}

#[tokio::test]
async fn one_text_to_many_numbers_is_one_request_on_both_endpoints() {
    for is_bulk in [false, true] {
        let world = World::with(|config| config.africastalking.bulk = is_bulk).await;
        crowd(&world, 40, "Same for all").await;
        world.run_due().await;
        let path = if is_bulk { BULK } else { SMS };
        let requests = calls(&world, path);
        assert_eq!(requests.len(), 1, "{path}");
        for place in 0..40 {
            let phone = world.phone(&number(place));
            assert_eq!(texts(&phone), ["Same for all"], "{path} {place}");
        }
        let fates = fates(&world).await;
        assert!(fates.iter().all(|(_, fate)| !fate.starts_with("pending")));
        world.check().await;
    }
}

#[tokio::test]
async fn a_request_has_as_many_numbers_as_the_configuration_says() {
    let world = World::with(|config| config.sms.batch = 7).await;
    crowd(&world, 20, "Hello").await;
    world.run_due().await;
    let sizes: Vec<usize> = calls(&world, SMS)
        .iter()
        .map(|call| call.request_body.matches("254712").count())
        .collect();
    assert_eq!(sizes, [7, 7, 6]);
    world.check().await;
}

#[tokio::test]
async fn a_number_stands_once_in_a_request() {
    let world = World::new().await;
    let one = number(1);
    for cause in ["a", "b", "c"] {
        receipt(&world, cause, &one, "Twice told").await;
    }
    receipt(&world, "d", &number(2), "Twice told").await;
    world.run_due().await;
    let mut sizes: Vec<usize> = calls(&world, SMS)
        .iter()
        .map(|call| call.request_body.matches("254712").count())
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 1, 2]);
    assert_eq!(texts(&world.phone(&one)).len(), 3);
    world.check().await;
}

#[tokio::test]
async fn each_recipients_own_code_decides_over_its_row() {
    for is_bulk in [false, true] {
        let world = World::with(|config| config.africastalking.bulk = is_bulk).await;
        for (place, code) in [
            (1, 100),
            (2, 102),
            (3, 401),
            (4, 403),
            (5, 404),
            (6, 406),
            (7, 407),
            (8, 409),
            (9, 502),
            (10, 500),
            (11, 501),
            (12, 777),
        ] {
            let set = world.sim.set_sms_code(&number(place), Some(code));
            set.expect("a number");
        }
        for place in 0..13 {
            receipt(&world, &format!("{place:02}"), &number(place), "Same").await;
        }
        world.run_due().await;
        let path = if is_bulk { BULK } else { SMS };
        assert_eq!(calls(&world, path).len(), 1);
        let fates: Vec<String> = fates(&world).await.into_iter().map(|of| of.1).collect();
        let fates: Vec<String> = fates
            .iter()
            .map(|fate| fate.replace("delivered", "sent"))
            .collect();
        let expected = [
            "sent", "sent", "sent", "sent", "failed", "failed", "failed", "failed", "failed",
            "failed", "pending", "pending", "pending",
        ];
        let expected: Vec<String> = expected
            .iter()
            .map(|state| format!("{state} first 1"))
            .collect();
        assert_eq!(fates, expected);
        // Kept with the operator told, and codes that nobody knows are stored as they came.
        assert_eq!(failure(&world, "03").await, "401 RiskHold");
        assert_eq!(failure(&world, "06").await, "refused: 406 UserInBlacklist");
        assert_eq!(failure(&world, "12").await, "unsure: 777 Unknown");
        for place in [0, 1, 2] {
            assert_eq!(texts(&world.phone(&number(place))).len(), 1, "{place}");
        }
        for place in 3..13 {
            assert!(texts(&world.phone(&number(place))).is_empty(), "{place}");
        }
        for place in [10, 11, 12] {
            world
                .sim
                .set_sms_code(&number(place), None)
                .expect("a number");
        }
        world.turn(15 * SECOND);
        world.run_due().await;
        for place in [10, 11, 12] {
            assert_eq!(texts(&world.phone(&number(place))).len(), 1, "{place}");
        }
        world.check().await;
    }
}

#[tokio::test]
async fn a_number_that_the_answer_leaves_out_is_tried_again() {
    let gateway = Gateway::start().await;
    let base = gateway.base_url.clone();
    let world = World::with(|config| config.africastalking.base_url = base).await;
    receipt(&world, "here", "+254712345678", "Same").await;
    receipt(&world, "missing", "+254712345679", "Same").await;
    gateway.will_state(101, "Success");
    world.run_due().await;
    assert_eq!(gateway.requests(), 1);
    assert_eq!(fate(&world, "here").await, "sent first 1");
    assert_eq!(fate(&world, "missing").await, "pending first 1");
    world.turn(15 * SECOND);
    world.run_due().await;
    assert_eq!(gateway.requests(), 2);
    world.check().await;
}

/// A gateway that takes its time is asked several times at once, and not more often than configured.
#[tokio::test]
async fn texts_that_differ_go_side_by_side_within_a_limit() {
    let gateway = Gateway::start().await;
    let base = gateway.base_url.clone();
    let world = World::with(|config| {
        config.africastalking.base_url = base;
        config.sms.concurrency = 5;
    })
    .await;
    gateway.will_wait(Duration::from_millis(20));
    for place in 0..40 {
        receipt(
            &world,
            &format!("{place}"),
            &number(place),
            &format!("Text {place}"),
        )
        .await;
    }
    world.run_due().await;
    assert_eq!(gateway.requests(), 40);
    assert_eq!(gateway.most_at_once(), 5);
    world.check().await;
}

#[tokio::test]
async fn a_slow_answer_holds_up_nobody_elses_state() {
    let world = Arc::new(World::with(|config| config.africastalking.timeout = 4 * SECOND).await);
    let sim = &world.sim;
    sim.inject(FaultPoint::Sms, Fault::Late(3 * SECOND), 1)
        .expect("a fault");
    receipt(&world, "slow", &number(1), "Slow").await;
    receipt(&world, "quick", &number(2), "Quick").await;
    let claimed = world.app().claim(Claim::Sms, 100).await.expect("claimed");
    let working = Arc::clone(&world);
    let work = tokio::spawn(async move { working.app().work(&claimed[0]).await });
    let fates = || async { fates(&world).await.into_iter().map(|of| of.1) };
    let counted = |all: Vec<String>| all.iter().filter(|fate| fate.starts_with("sent")).count();
    let half_way = async {
        while counted(fates().await.collect()) != 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(crate::support::PATIENCE, half_way)
        .await
        .expect("one of two");
    work.await.expect("worked");
    assert_eq!(counted(fates().await.collect()), 2);
}

#[tokio::test]
async fn a_process_that_dies_amid_a_batch_doubles_sms_at_worst() {
    let world = World::with(|config| config.africastalking.timeout = 60 * SECOND).await;
    let hang = Fault::Hang;
    world.sim.inject(FaultPoint::Sms, hang, 1).expect("a fault");
    crowd(&world, 3, "Same").await;
    let claimed = world.app().claim(Claim::Sms, 100).await.expect("claimed");
    let app = world.app().clone();
    let killed = tokio::spawn(async move { app.work(&claimed[0]).await });
    let arrived = world.phone(&number(0));
    arrived
        .wait_for_sms(|_| true, crate::support::PATIENCE)
        .await
        .expect("it was sent");
    killed.abort();
    let ended = killed.await;
    assert!(ended.is_err_and(|error| error.is_cancelled()));
    // Another worker does not touch it before the lease ends, and then sends all of it again.
    world.turn(world.config.jobs.lease - Duration::from_millis(1));
    world.run_due().await;
    assert_eq!(calls(&world, SMS).len(), 1);
    world.turn(Duration::from_millis(1));
    world.run_due().await;
    for place in 0..3 {
        assert_eq!(
            texts(&world.phone(&number(place))).len(),
            2,
            "doubled, not lost"
        );
    }
    let fates = fates(&world).await;
    assert!(
        fates.iter().all(|(_, fate)| fate.ends_with("first 2")),
        "{fates:?}"
    );
    world.check().await;
}

#[tokio::test]
async fn a_batch_whose_lease_is_over_is_left_to_the_next_worker() {
    let world = World::new().await;
    crowd(&world, 3, "Same").await;
    let claimed = world.app().claim(Claim::Sms, 100).await.expect("claimed");
    world.turn(world.config.jobs.lease);
    // Nobody has taken it over yet, and it might at any moment.
    world.app().work(&claimed[0]).await;
    assert!(calls(&world, SMS).is_empty());
    world.run_due().await;
    assert_eq!(calls(&world, SMS).len(), 1);
    world.check().await;
}

/// A batch is over before its lease is, and puts back what it had no time for, uncounted.
#[tokio::test]
async fn a_batch_never_outlives_its_lease() {
    let world = World::with(|config| {
        config.jobs.lease = 2 * SECOND;
        config.africastalking.timeout = 60 * SECOND;
        config.sms.concurrency = 1;
    })
    .await;
    world
        .sim
        .inject(FaultPoint::Sms, Fault::Hang, 1)
        .expect("a fault");
    receipt(&world, "a", &number(1), "Hangs").await;
    world.turn(Duration::from_millis(1));
    receipt(&world, "b", &number(2), "Waits").await;
    let claimed = world.app().claim(Claim::Sms, 100).await.expect("claimed");
    let worked = tokio::time::timeout(2 * SECOND, world.app().work(&claimed[0]));
    worked.await.expect("within the lease");
    assert_eq!(fate(&world, "a").await, "pending first 1");
    assert_eq!(fate(&world, "b").await, "pending - 0");
    world.turn(15 * SECOND);
    world.run_due().await;
    assert_eq!(texts(&world.phone(&number(2))).len(), 1);
    world.check().await;
}
