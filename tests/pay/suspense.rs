//! Payments that match nothing: kept where an operator sees them, credited to nobody by themselves.

use majibu::{app::AssignError, core::msisdn::Msisdn};
use serde_json::json;

use crate::{
    help::{
        failure, last_deposit, outcomes, pushed, registered_sw, sms_of, state, success, tell, texts,
    },
    support::{World, by, msisdn},
};

const UNKNOWN: &str = "0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn trap_12_a_payment_for_an_unknown_deposit_is_parked_and_assigned_once() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    let body = success("ws_CO_1", "UKM1A2B3C4", &json!(150.00));
    for _ in 0..3 {
        tell(&world, UNKNOWN, &body).await;
    }
    let parked = world.app().parked().await.expect("parked");
    assert_eq!(parked.len(), 1, "however often it is told: {parked:?}");
    assert_eq!(parked[0].receipt, "UKM1A2B3C4");
    assert_eq!(
        (parked[0].amount.get(), parked[0].reason.as_str()),
        (15_000, "unknown deposit")
    );
    assert_eq!(world.account("suspense").await, 15_000);
    // The phone number in the body is the player's own, and chooses nothing all the same.
    assert_eq!(world.balance(&amina).await, 0);
    assert!(texts(&amina).is_empty());

    let nobody = Msisdn::parse("0799999999").expect("a number");
    let refused = world.app().assign(parked[0].id, &nobody, &by("test")).await;
    assert!(matches!(refused, Err(AssignError::NoPlayer)), "{refused:?}");
    let to = msisdn(&amina);
    let assigned = world
        .app()
        .assign(parked[0].id, &to, &by("statement of 22 Nov"))
        .await;
    assert_eq!(assigned.expect("assigned").amount.get(), 15_000);
    let again = world
        .app()
        .assign(parked[0].id, &to, &by("once more"))
        .await;
    assert!(matches!(again, Err(AssignError::NotParked)), "{again:?}");
    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 15_000);
    assert_eq!(world.account("suspense").await, 0);
    assert!(world.app().parked().await.expect("parked").is_empty());
    assert_eq!(
        texts(&amina),
        ["KES 150 received, M-Pesa receipt UKM1A2B3C4. Majibu balance KES 150. Dial to play."]
    );
    // Told once more by Daraja: it was booked before.
    tell(&world, UNKNOWN, &body).await;
    assert_eq!(world.balance(&amina).await, 15_000);
    assert!(world.app().parked().await.expect("parked").is_empty());
    world.check().await;
}

#[tokio::test]
async fn two_operators_who_assign_the_same_payment_at_once_credit_one_player() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    let baraka = registered_sw(&world, "0110234567").await;
    tell(
        &world,
        UNKNOWN,
        &success("ws_CO_1", "UKM1A2B3C4", &json!(150)),
    )
    .await;
    let parked = world.app().parked().await.expect("parked");
    let (to_amina, to_baraka) = (msisdn(&amina), msisdn(&baraka));
    let (one, two) = (by("one"), by("two"));
    let (first, second) = tokio::join!(
        world.app().assign(parked[0].id, &to_amina, &one),
        world.app().assign(parked[0].id, &to_baraka, &two),
    );
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    let both = world.balance(&amina).await + world.balance(&baraka).await;
    assert_eq!(both, 15_000);
    world.check().await;
}

#[tokio::test]
async fn callbacks_for_deposits_that_nobody_knows_are_acknowledged_and_move_nothing() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    for id in [
        UNKNOWN,
        "1",
        "..%2F..%2Fetc",
        "%F0%9F%92%B0",
        &"a".repeat(2_000),
    ] {
        tell(&world, id, &failure("ws_CO_1", &json!(1032))).await;
    }
    assert!(texts(&phone).is_empty());
    assert!(world.app().parked().await.expect("parked").is_empty());
    let known = outcomes(&world).await;
    assert_eq!(known, vec![("done".into(), "unknown deposit".into()); 5]);
    world.check().await;
}

#[tokio::test]
async fn trap_12_a_payment_with_the_checkout_id_of_another_request_is_parked() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    let baraka = world.registered("0110234567").await;
    let (deposit, checkout) = pushed(&world, &amina, 100).await;
    let (_, other_checkout) = pushed(&world, &baraka, 100).await;
    tell(
        &world,
        &deposit,
        &success(&other_checkout, "UKM1A2B3C4", &json!(100)),
    )
    .await;
    assert_eq!(world.balance(&amina).await, 0);
    assert_eq!(world.balance(&baraka).await, 0);
    let parked = world.app().parked().await.expect("parked");
    assert_eq!(parked.len(), 1);
    assert_eq!(parked[0].reason, "checkout id of another request");
    assert_eq!(state(&world, &amina).await, "pushed");
    // The player's own payment is not hindered.
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C5", &json!(100)),
    )
    .await;
    assert_eq!(world.balance(&amina).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn one_receipt_for_two_deposits_is_credited_once_and_the_second_is_flagged() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    let baraka = world.registered("0110234567").await;
    let (first, first_checkout) = pushed(&world, &amina, 100).await;
    let (second, second_checkout) = pushed(&world, &baraka, 100).await;
    tell(
        &world,
        &first,
        &success(&first_checkout, "UKM1A2B3C4", &json!(100)),
    )
    .await;
    // Also with an amount that would leave an excess to park.
    for amount in [json!(100), json!(50), json!(130)] {
        tell(
            &world,
            &second,
            &success(&second_checkout, "UKM1A2B3C4", &amount),
        )
        .await;
        let row = last_deposit(&world, &baraka).await;
        assert_eq!(
            (row.state.as_str(), row.flagged),
            ("pushed", true),
            "{amount}"
        );
    }
    assert_eq!(world.balance(&amina).await, 10_000);
    assert_eq!(world.balance(&baraka).await, 0);
    assert_eq!(world.account("mpesa").await, -10_000);
    assert!(world.app().parked().await.expect("parked").is_empty());
    assert!(
        outcomes(&world)
            .await
            .iter()
            .all(|(state, _)| state == "done")
    );
    // Their own payment still comes through.
    tell(
        &world,
        &second,
        &success(&second_checkout, "UKM1A2B3C5", &json!(100)),
    )
    .await;
    assert_eq!(world.balance(&baraka).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn a_receipt_that_was_parked_is_not_credited_as_well() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let body = success(&checkout, "UKM1A2B3C4", &json!(100));
    tell(&world, UNKNOWN, &body).await;
    tell(&world, &deposit, &body).await;
    assert_eq!(world.balance(&phone).await, 0);
    assert_eq!(world.account("suspense").await, 10_000);
    assert!(last_deposit(&world, &phone).await.flagged);
    let parked = world.app().parked().await.expect("parked");
    let assigned = world
        .app()
        .assign(parked[0].id, &msisdn(&phone), &by("theirs"))
        .await;
    assert!(assigned.is_ok(), "{assigned:?}");
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn a_second_payment_of_one_deposit_is_parked_and_can_be_given_to_its_player() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C4", &json!(100)),
    )
    .await;
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C5", &json!(100)),
    )
    .await;
    assert_eq!(world.balance(&phone).await, 10_000);
    let parked = world.app().parked().await.expect("parked");
    assert_eq!(parked.len(), 1);
    assert_eq!(parked[0].reason, "second payment of one deposit");
    let assigned = world
        .app()
        .assign(parked[0].id, &msisdn(&phone), &by("paid twice"))
        .await;
    assert!(assigned.is_ok(), "{assigned:?}");
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 20_000);
    assert_eq!(sms_of(&world, &phone, "deposit_paid").await.len(), 2);
    world.check().await;
}
