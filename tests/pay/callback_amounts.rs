//! What a payment states and what the wallet gets: the money is followed to the cent, and anything
//! but the amount asked for is an operator's business too.

use serde_json::{Value, json};

use crate::{
    help::{last_deposit, pushed, success, tell, texts},
    support::{World, by, msisdn},
};

/// Pays a deposit of KES 100 with a stated amount; checks what is credited and what is parked, and
/// gives the SMS.
async fn paid(amount: Value, credited: i64, parked: i64) -> String {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let body = success(&checkout, "UKM1A2B3C4", &amount);
    tell(&world, &deposit, &body).await;
    tell(&world, &deposit, &body).await;
    let row = last_deposit(&world, &phone).await;
    assert_eq!(row.state, "paid", "{amount}");
    assert_eq!(
        (row.requested_cents, row.credited_cents),
        (10_000, credited),
        "{amount}"
    );
    assert_eq!(row.flagged, credited + parked != 10_000, "{amount}");
    assert_eq!(world.balance(&phone).await, credited, "{amount}");
    assert_eq!(world.account("suspense").await, parked, "{amount}");
    assert_eq!(world.account("mpesa").await, -credited - parked, "{amount}");
    let waiting = world.app().parked().await.expect("parked");
    let waiting: Vec<_> = waiting.iter().map(|parked| parked.amount.get()).collect();
    let expected: Vec<_> = [parked].into_iter().filter(|cents| *cents > 0).collect();
    assert_eq!(waiting, expected, "{amount}");
    assert_eq!(texts(&phone).len(), 1, "{amount}");
    let sms = world.last_sms(&phone);
    world.check().await;
    sms
}

#[tokio::test]
async fn trap_11_less_than_asked_for_is_credited_and_flagged() {
    assert_eq!(
        paid(json!(60), 6_000, 0).await,
        "KES 60 received, M-Pesa receipt UKM1A2B3C4. Majibu balance KES 60. Dial to play."
    );
}

#[tokio::test]
async fn trap_11_more_than_asked_for_is_parked_above_the_request_and_flagged() {
    assert_eq!(
        paid(json!(130), 10_000, 3_000).await,
        "KES 100 received, M-Pesa receipt UKM1A2B3C4. Majibu balance KES 100. Dial to play."
    );
}

#[tokio::test]
async fn trap_16_amounts_are_read_exactly_as_number_or_text_with_or_without_decimals() {
    for amount in [json!(100), json!(100.0), json!("100"), json!("100.00")] {
        paid(amount, 10_000, 0).await;
    }
    assert_eq!(
        paid(json!("33.80"), 3_380, 0).await,
        "KES 33.80 received, M-Pesa receipt UKM1A2B3C4. Majibu balance KES 33.80. Dial to play."
    );
    paid(json!(99.99), 9_999, 0).await;
    paid(json!(100.01), 10_000, 1).await;
}

#[tokio::test]
async fn an_excess_is_given_to_the_player_by_the_operator_once() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C4", &json!(130)),
    )
    .await;
    let parked = world.app().parked().await.expect("parked");
    assert_eq!(parked[0].receipt, "UKM1A2B3C4");
    assert_eq!(parked[0].reason, format!("paid above deposit {deposit}"));
    let assigned = world
        .app()
        .assign(parked[0].id, &msisdn(&phone), &by("their own"))
        .await;
    assert!(assigned.is_ok(), "{assigned:?}");
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 13_000);
    assert_eq!(
        world.last_sms(&phone),
        "KES 30 received, M-Pesa receipt UKM1A2B3C4. Majibu balance KES 130. Dial to play."
    );
    world.check().await;
}
