//! Excise duty on deposits: taken off with the credit, shown before the PIN and in the SMS.

use serde_json::json;

use crate::{
    help::{confirm, last_deposit, payment, pushed, registered_sw, success, tell, texts},
    support::{World, by, dial, msisdn, press},
};

async fn taxed() -> World {
    World::with(|config| config.tax.excise_on_deposit_bps = 500).await
}

#[tokio::test]
async fn excise_is_shown_before_the_pin_and_in_the_sms_in_both_languages() {
    let world = taxed().await;
    let amina = world.registered("0712345678").await;
    let baraka = registered_sw(&world, "0110234567").await;
    dial(&amina).await;
    let choose = press(&amina, &["2"]).await;
    assert!(
        choose
            .text
            .starts_with("Deposit to Majibu, less excise duty of 5%. Choose"),
        "{}",
        choose.text
    );
    let last = press(&amina, &["150"]).await;
    assert!(
        last.text
            .starts_with("Deposit of KES 150, excise duty KES 7.50: in a moment M-Pesa"),
        "{}",
        last.text
    );
    dial(&baraka).await;
    let choose = press(&baraka, &["2"]).await;
    assert!(
        choose.text.starts_with("Weka pesa Majibu, ushuru wa 5%. "),
        "{}",
        choose.text
    );
    let last = press(&baraka, &["100"]).await;
    assert!(
        last.text.starts_with("Kuweka KES 100, ushuru KES 5: "),
        "{}",
        last.text
    );
    world.turn(world.config.daraja.stk_delay);
    world.run_due().await;
    for phone in [&amina, &baraka] {
        phone
            .wait_for_prompt(crate::support::PATIENCE)
            .await
            .expect("a prompt");
        phone.enter_pin("1234").await.expect("paid");
    }
    world.callbacks_are_in().await;
    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 14_250);
    assert_eq!(world.balance(&baraka).await, 9_500);
    assert_eq!(world.account("excise").await, 1_250);
    assert_eq!(world.account("mpesa").await, -25_000);
    let row = last_deposit(&world, &amina).await;
    assert_eq!(
        (row.requested_cents, row.credited_cents),
        (15_000, 15_000),
        "gross"
    );
    assert!(
        texts(&amina)[0].starts_with("KES 150 received, excise duty KES 7.50, M-Pesa receipt ")
    );
    assert!(texts(&amina)[0].ends_with(" Majibu balance KES 142.50. Dial to play."));
    assert!(texts(&baraka)[0].starts_with("KES 100 zimepokelewa, ushuru KES 5, risiti ya M-Pesa "));
    world.check().await;
}

#[tokio::test]
async fn nothing_is_said_of_a_tax_that_is_not_there() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    let choose = press(&phone, &["2"]).await;
    assert!(
        choose.text.starts_with("Deposit to Majibu. Choose"),
        "{}",
        choose.text
    );
    let last = press(&phone, &["100"]).await;
    assert!(
        last.text.starts_with("Deposit of KES 100: in a moment"),
        "{}",
        last.text
    );
    confirm(&world, &payment("UKM1A2B3C4", "0712345678", "100")).await;
    assert!(!texts(&phone)[0].contains("excise"), "{:?}", texts(&phone));
    assert_eq!(world.account("excise").await, 0);
    world.check().await;
}

#[tokio::test]
async fn paybill_deposits_and_assigned_payments_are_taxed_once_like_any_other() {
    let world = taxed().await;
    let phone = world.registered("0712345678").await;
    let body = payment("UKM1A2B3C4", "0712345678", "0.39");
    for _ in 0..3 {
        confirm(&world, &body).await;
    }
    // 1.95 cents: rounded down.
    assert_eq!(
        (world.balance(&phone).await, world.account("excise").await),
        (38, 1)
    );
    confirm(&world, &payment("UKM1A2B3C5", "JOHN", "200")).await;
    assert_eq!(
        world.account("excise").await,
        1,
        "parked money is nobody's deposit yet"
    );
    let parked = world.app().parked().await.expect("parked");
    let assigned = world
        .app()
        .assign(parked[0].id, &msisdn(&phone), &by("theirs"))
        .await;
    assert_eq!(assigned.expect("assigned").amount.get(), 20_000);
    world.run_due().await;
    assert_eq!(
        (world.balance(&phone).await, world.account("excise").await),
        (19_038, 1_001)
    );
    assert!(texts(&phone)[1].starts_with("KES 200 received, excise duty KES 10, M-Pesa"));
    world.check().await;
}

#[tokio::test]
async fn an_excess_is_taxed_when_it_is_given_to_the_player() {
    let world = taxed().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    tell(
        &world,
        &deposit,
        &success(&checkout, "UKM1A2B3C4", &json!(130.00)),
    )
    .await;
    assert_eq!(
        (world.balance(&phone).await, world.account("excise").await),
        (9_500, 500)
    );
    assert_eq!(world.account("suspense").await, 3_000);
    let parked = world.app().parked().await.expect("parked");
    let assigned = world
        .app()
        .assign(parked[0].id, &msisdn(&phone), &by("theirs"))
        .await;
    assigned.expect("assigned");
    assert_eq!(
        (world.balance(&phone).await, world.account("excise").await),
        (12_350, 650)
    );
    world.check().await;
}

#[tokio::test]
async fn a_deposit_that_is_all_tax_leaves_nothing_and_breaks_nothing() {
    let world = World::with(|config| config.tax.excise_on_deposit_bps = 10_000).await;
    let phone = world.registered("0712345678").await;
    confirm(&world, &payment("UKM1A2B3C4", "0712345678", "100")).await;
    assert_eq!(
        (world.balance(&phone).await, world.account("excise").await),
        (0, 10_000)
    );
    world.check().await;
}
