//! Receipts before promotions, and promotions in the daytime only, to who takes them.

use std::time::Duration;

use majibu::{core::sms::SmsClass, store::Claim};
use sandbox::{Fault, FaultPoint};

use crate::{
    help::{MINUTE, SECOND, SMS, calls, texts},
    sms_help::{failure, fate, number, receipt, text},
    support::World,
};

const HOUR: Duration = Duration::from_secs(60 * 60);

async fn promotion(world: &World, cause: &str, place: usize, body: &str) {
    let to = number(place);
    text(world, SmsClass::Promotion, cause, &to, body).await;
}

#[tokio::test]
async fn a_flood_of_promotions_never_delays_a_receipt() {
    let world = World::with(|config| config.sms.batch = 10).await;
    for place in 0..60 {
        promotion(&world, &format!("promotion:{place}"), place, "Buy").await;
    }
    world.turn(MINUTE);
    receipt(&world, "receipt", &number(100), "You won").await;
    text(&world, SmsClass::Answer, "answer", &number(101), "KES 1").await;
    // Promotions were due long before; none is taken while anything else is due.
    let taken = world
        .app()
        .claim(Claim::Promotions, 100)
        .await
        .expect("asked");
    assert_eq!(taken, []);
    let urgent = world.app().claim(Claim::Sms, 100).await.expect("claimed");
    assert_eq!(urgent[0].rows.len(), 2);
    let promotions = world
        .app()
        .claim(Claim::Promotions, 100)
        .await
        .expect("claimed");
    assert_eq!(promotions[0].rows.len(), 10);
    // A receipt that comes amid the flood goes before the rest of it.
    for work in urgent.iter().chain(&promotions) {
        world.app().work(work).await;
    }
    receipt(&world, "later", &number(102), "You lost").await;
    world.run_due().await;
    let bodies: Vec<String> = calls(&world, SMS)
        .into_iter()
        .map(|call| call.request_body)
        .collect();
    let is_about = |word: &'static str| move |body: &&String| body.contains(word);
    let place = |word| bodies.iter().position(|body| is_about(word)(&body));
    assert!(place("You+lost").expect("sent") <= 3, "{bodies:#?}");
    assert_eq!(bodies.iter().filter(is_about("message=Buy")).count(), 6);
    world.check().await;
}

/// Safaricom lets promotions pass from 08:00 to 18:00. The clock of the tests begins at noon.
#[tokio::test]
async fn a_promotion_that_falls_due_in_quiet_hours_waits_for_the_morning() {
    let world = World::new().await;
    world.turn(6 * HOUR);
    promotion(&world, "promotion", 1, "Buy").await;
    receipt(&world, "receipt", &number(2), "You won").await;
    text(&world, SmsClass::Answer, "answer", &number(3), "KES 1").await;
    world.run_due().await;
    assert_eq!(
        fate(&world, "promotion").await,
        "pending - 0",
        "put off, and no try is lost"
    );
    assert_eq!(
        texts(&world.phone(&number(2))).len(),
        1,
        "receipts know no night"
    );
    assert_eq!(texts(&world.phone(&number(3))).len(), 1);
    world.turn(14 * HOUR - Duration::from_millis(1));
    world.run_due().await;
    assert!(texts(&world.phone(&number(1))).is_empty());
    world.turn(Duration::from_millis(1));
    world.run_due().await;
    assert_eq!(texts(&world.phone(&number(1))), ["Buy"], "at eight");
    world.check().await;
}

#[tokio::test]
async fn quiet_hours_are_looked_at_again_when_a_promotion_is_sent() {
    let world = World::with(|config| config.jobs.lease = MINUTE).await;
    world.turn(6 * HOUR - SECOND);
    promotion(&world, "promotion", 1, "Buy").await;
    let claimed = world
        .app()
        .claim(Claim::Promotions, 10)
        .await
        .expect("claimed");
    assert_eq!(claimed.len(), 1);
    world.turn(SECOND);
    world.app().work(&claimed[0]).await;
    assert!(calls(&world, SMS).is_empty(), "it is six");
    assert_eq!(fate(&world, "promotion").await, "pending - 0");
    world.turn(14 * HOUR);
    world.run_due().await;
    assert_eq!(texts(&world.phone(&number(1))), ["Buy"]);
    world.check().await;
}

#[tokio::test]
async fn quiet_hours_are_configuration() {
    let world = World::with(|config| {
        config.sms.quiet_from = "12:00".into();
        config.sms.quiet_until = "12:30".into();
    })
    .await;
    promotion(&world, "promotion", 1, "Buy").await;
    world.run_due().await;
    assert!(texts(&world.phone(&number(1))).is_empty());
    world.turn(30 * MINUTE);
    world.run_due().await;
    assert_eq!(texts(&world.phone(&number(1))), ["Buy"]);
    world.check().await;
}

/// 406 tells that the number took itself off the list for promotions at its telco: receipts are
/// tried on, promotions are not.
#[tokio::test]
async fn a_number_in_the_telcos_blacklist_gets_no_promotion_any_more() {
    let world = World::new().await;
    let blocked = number(1);
    world
        .sim
        .set_sms_code(&blocked, Some(406))
        .expect("a number");
    receipt(&world, "first", &blocked, "You won").await;
    world.run_due().await;
    assert_eq!(
        failure(&world, "first").await,
        "refused: 406 UserInBlacklist"
    );
    world.sim.set_sms_code(&blocked, None).expect("a number");
    promotion(&world, "promotion", 1, "Buy").await;
    promotion(&world, "other", 2, "Buy").await;
    receipt(&world, "second", &blocked, "You lost").await;
    world.run_due().await;
    assert_eq!(texts(&world.phone(&blocked)), ["You lost"]);
    assert_eq!(
        failure(&world, "promotion").await,
        "the number refuses promotions"
    );
    assert_eq!(texts(&world.phone(&number(2))), ["Buy"]);
    world.check().await;
}

#[tokio::test]
async fn promotions_wait_while_receipts_are_stopped() {
    let world = World::new().await;
    let fault = Fault::Refuse(401);
    world
        .sim
        .inject(FaultPoint::Sms, fault, 1)
        .expect("a fault");
    receipt(&world, "receipt", &number(1), "You won").await;
    promotion(&world, "promotion", 2, "Buy").await;
    world.run_due().await;
    assert_eq!(calls(&world, SMS).len(), 1);
    world.turn(15 * MINUTE);
    world.run_due().await;
    let last = calls(&world, SMS).pop().expect("a call").request_body;
    assert!(last.contains("Buy"), "the receipt goes first: {last}");
    assert_eq!(texts(&world.phone(&number(1))).len(), 1);
    world.check().await;
}
