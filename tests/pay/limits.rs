//! What a player may not deposit now, said on the screen before any push goes out.

use std::time::Duration;

use sandbox::{Fault, FaultPoint};
use serde_json::json;

use crate::{
    help::{
        MINUTE, PUSH, SECOND, callback_body, calls, confirm, failure, payment, post_paybill,
        push_now, pushed, request, tell, told,
    },
    support::{PATIENCE, World, dial, press},
};

#[tokio::test]
async fn trap_09_the_same_amount_within_two_minutes_is_explained_before_the_push() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.turn(MINUTE);
    dial(&phone).await;
    let refused = press(&phone, &["2", "100"]).await;
    assert_eq!(refused.name.as_deref(), Some("deposit_same_amount"));
    assert!(
        refused.text.starts_with(
            "M-Pesa does not take KES 100 from you twice in 2 minutes. Choose another amount, or \
             try again in 60 seconds."
        ),
        "{}",
        refused.text
    );
    // Another amount is taken from there.
    let sent = press(&phone, &["0", "150"]).await;
    assert_eq!(sent.name.as_deref(), Some("deposit_sent"), "{}", sent.text);
    push_now(&world).await;
    assert_eq!(calls(&world, PUSH).len(), 2);
    phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    phone.cancel_prompt().await.expect("cancelled");
    told(&world, 2).await;
    world.turn(MINUTE);
    // Two minutes after the first, the amount is free again.
    request(&phone, 100).await;
    push_now(&world).await;
    assert_eq!(calls(&world, PUSH).len(), 3);
    world.check().await;
}

#[tokio::test]
async fn trap_09_an_amount_that_was_not_paid_may_be_tried_again_after_a_minute() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    phone.cancel_prompt().await.expect("cancelled");
    told(&world, 1).await;
    tell(&world, &deposit, &failure(&checkout, &json!(1032))).await;
    world.turn(MINUTE);
    request(&phone, 100).await;
    world.check().await;
}

#[tokio::test]
async fn trap_09_a_house_without_an_interval_leaves_the_same_amount_to_mpesa() {
    let world = World::with(|config| config.daraja.push_interval = Duration::ZERO).await;
    let phone = world.funded("0712345678", 100).await;
    request(&phone, 100).await;
    push_now(&world).await;
    told(&world, 2).await;
    assert!(
        world
            .last_sms(&phone)
            .contains("same amount twice in 2 minutes")
    );
    world.check().await;
}

#[tokio::test]
async fn trap_09_while_nobody_knows_whether_it_was_paid_the_same_amount_waits() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    world
        .sim
        .inject(FaultPoint::StkCallback, Fault::Lost, 1)
        .expect("a fault");
    pushed(&world, &phone, 100).await;
    phone.enter_pin("1234").await.expect("paid");
    callback_body(&world).await;
    world.turn(MINUTE);
    dial(&phone).await;
    let refused = press(&phone, &["2", "100"]).await;
    assert_eq!(refused.name.as_deref(), Some("deposit_same_amount"));
    world.check().await;
}

#[tokio::test]
async fn a_daily_limit_counts_what_is_paid_and_what_is_open_until_midnight_in_nairobi() {
    let world = World::with(|config| config.players.daily_deposit_limit = 500).await;
    let phone = world.registered("0712345678").await;
    confirm(&world, &payment("UKM1A2B3C4", "0712345678", "200")).await;
    world.turn(SECOND);
    world
        .sim
        .inject(FaultPoint::StkCallback, Fault::Lost, 1)
        .expect("a fault");
    let (deposit, checkout) = pushed(&world, &phone, 150).await;
    phone.cancel_prompt().await.expect("cancelled");
    world.turn(MINUTE);
    dial(&phone).await;
    let refused = press(&phone, &["2", "151"]).await;
    assert_eq!(refused.name.as_deref(), Some("deposit_over_limit"));
    assert!(
        refused.text.starts_with(
            "You may deposit KES 500 a day. For today KES 150 is left. Please choose a smaller \
             amount."
        ),
        "{}",
        refused.text
    );
    phone.drop_session();
    let ask = |amount: &'static str| {
        let world = &world;
        async move {
            let body = payment("UKM1A2B3C9", "0712345678", amount).to_string();
            let (_, answer) = post_paybill(world, "validation", body).await;
            answer["ResultCode"].clone()
        }
    };
    assert_eq!(ask("151").await, "C2B00013");
    assert_eq!(ask("150").await, "0");
    // What failed counts no more.
    tell(&world, &deposit, &failure(&checkout, &json!(1032))).await;
    assert_eq!(ask("300").await, "0");
    // A payment that was made is taken, above the limit too; then nothing is left.
    confirm(&world, &payment("UKM1A2B3C5", "0712345678", "1000")).await;
    assert_eq!(world.balance(&phone).await, 120_000);
    assert_eq!(ask("10").await, "C2B00013");
    world.turn(SECOND);
    dial(&phone).await;
    let refused = press(&phone, &["2", "50"]).await;
    assert!(refused.text.contains("KES 0 is left"), "{}", refused.text);
    phone.drop_session();
    // It was noon; one second before midnight it still holds.
    world.turn(12 * 60 * MINUTE - 2 * MINUTE - 6 * SECOND);
    assert_eq!(ask("10").await, "C2B00013");
    world.turn(MINUTE + 10 * SECOND);
    assert_eq!(ask("500").await, "0");
    world.check().await;
}
