//! Withdrawals as the player lives through them: what one costs, asked for, paid, or not.

use std::time::Duration;

use sandbox::{Fault, FaultPoint};
use serde_json::json;

use crate::{
    help::{MINUTE, pushed, registered_sw, success, tell, texts},
    payouts::{ask, house, house_with, last, pays_out, send, standing, type_amount},
    support::{World, dial, press},
};

#[tokio::test]
async fn a_withdrawal_reaches_the_phone_and_is_told_in_both_languages() {
    let world = house().await;
    let amina = world.funded("0712345678", 1_000).await;
    let baraka = registered_sw(&world, "0110234567").await;
    world.deposit(&baraka, 100).await;
    let before = amina.mpesa_balance_cents();

    let quoted = type_amount(&amina, 500).await;
    assert_eq!(quoted.name.as_deref(), Some("withdraw_confirm"));
    assert!(
        quoted.text.starts_with(
            "Withdraw KES 500 to your own M-Pesa. Fee KES 5; in all KES 505 of your balance."
        ),
        "{}",
        quoted.text
    );
    assert_eq!(
        world.balance(&amina).await,
        100_000,
        "nothing moves before it is confirmed"
    );
    let sent = press(&amina, &["1"]).await;
    assert_eq!(
        sent.text,
        "KES 500 is on its way to your M-Pesa. We send an SMS when it is there. Balance KES 495."
    );
    // Held at once, whatever becomes of the payout.
    assert_eq!(standing(&world, &amina).await, ("requested".into(), 49_500));
    assert_eq!(world.account("payouts").await, 50_500);
    ask(&baraka, 100).await;
    send(&world).await;

    assert_eq!(standing(&world, &amina).await, ("paid".into(), 49_500));
    assert_eq!(amina.mpesa_balance_cents(), before + 50_000);
    let receipt = last(&world, &amina).await.receipt.expect("a receipt");
    let told = format!(
        "KES 500 is sent to your M-Pesa, receipt {receipt}. Fee KES 5. Majibu balance KES 495."
    );
    assert_eq!(texts(&amina).last(), Some(&told));
    let receipt = last(&world, &baraka).await.receipt.expect("a receipt");
    let told = format!(
        "KES 100 zimetumwa kwa M-Pesa yako, risiti {receipt}. Ada KES 0. Salio la Majibu KES 0."
    );
    assert_eq!(texts(&baraka).last(), Some(&told));
    assert_eq!(world.account("payouts").await, 0);
    assert_eq!(world.account("house").await, 500);
    assert_eq!(world.account("mpesa").await, -110_000 + 60_000);
    let paid_out = world.sim.books().paid_out_cents;
    assert_eq!(paid_out, 60_000, "what moved at M-Pesa is what is booked");
    world.check().await;
}

#[tokio::test]
async fn tax_is_shown_before_and_told_after() {
    let world = World::with(|config| {
        pays_out(config);
        config.tax.withholding_on_withdrawal_bps = 500;
    })
    .await;
    let amina = world.funded("0712345678", 200).await;
    let quoted = type_amount(&amina, 50).await;
    assert_eq!(quoted.name.as_deref(), Some("withdraw_confirm_taxed"));
    assert!(
        quoted
            .text
            .starts_with("KES 50: tax 2.50, fee 0. M-Pesa pays you KES 47; 49.50 of your balance."),
        "{}",
        quoted.text
    );
    press(&amina, &["1"]).await;
    send(&world).await;
    // Of 50, 2.50 is tax and 47 whole shillings are paid; the odd half shilling stays.
    assert_eq!(standing(&world, &amina).await, ("paid".into(), 15_050));
    assert_eq!(world.account("withholding").await, 250);
    assert_eq!(world.account("mpesa").await, -20_000 + 4_700);
    let told = texts(&amina);
    assert!(
        told.last()
            .is_some_and(|text| text.contains("Tax KES 2.50, fee KES 0.")),
        "{told:?}"
    );
    world.check().await;
}

#[tokio::test]
async fn what_cannot_be_withdrawn_is_explained_and_moves_nothing() {
    let (world, amina) = house_with(300).await;
    for (amount, screen, words) in [
        (49, "withdraw", "At least KES 50."),
        (70_001, "withdraw", "At most KES 70,000."),
        (300, "withdraw_short", "takes KES 305 with its fee"),
    ] {
        let shown = type_amount(&amina, amount).await;
        assert_eq!(shown.name.as_deref(), Some(screen), "{amount}");
        assert!(shown.text.contains(words), "{amount}: {}", shown.text);
        amina.drop_session();
    }
    for typed in ["50.5", "-50", "fifty", "50 ", "", "*"] {
        dial(&amina).await;
        let shown = press(&amina, &["6", typed]).await;
        let name = shown.name.unwrap_or_default();
        // Blanks around a number are nothing.
        let expected = if typed == "50 " {
            "withdraw_confirm"
        } else {
            "withdraw"
        };
        assert_eq!(name, expected, "{typed:?}: {}", shown.text);
        amina.drop_session();
    }
    assert_eq!(world.balance(&amina).await, 30_000);
    assert_eq!(world.sim.payouts(), []);
    world.check().await;
}

#[tokio::test]
async fn one_withdrawal_in_two_minutes() {
    let (world, amina) = house_with(1_000).await;
    ask(&amina, 100).await;
    send(&world).await;
    world.turn(MINUTE);
    let soon = type_amount(&amina, 100).await;
    assert_eq!(soon.name.as_deref(), Some("withdraw_too_soon"));
    assert!(soon.text.contains("60 seconds"), "{}", soon.text);
    world.turn(MINUTE);
    ask(&amina, 100).await;
    send(&world).await;
    assert_eq!(world.sim.payouts().len(), 2);
    world.check().await;
}

#[tokio::test]
async fn two_confirmations_at_the_same_instant_are_one_withdrawal() {
    let (world, amina) = house_with(1_000).await;
    type_amount(&amina, 400).await;
    let fields = amina.last_hop().expect("a hop");
    let doubled: Vec<(String, String)> = fields
        .into_iter()
        .map(|(name, value)| {
            let value = if name == "text" {
                format!("{value}*1")
            } else {
                value
            };
            (name, value)
        })
        .collect();
    let fields: Vec<(&str, &str)> = doubled
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let replies = futures::future::join_all((0..4).map(|_| amina.raw_hop(&fields))).await;
    let bodies: Vec<String> = replies
        .into_iter()
        .map(|reply| reply.expect("a reply").body)
        .collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    assert!(
        bodies[0].starts_with("END KES 400 is on its way"),
        "{}",
        bodies[0]
    );
    amina.drop_session();
    send(&world).await;
    assert_eq!(world.report(&amina).await.withdrawals.len(), 1);
    assert_eq!(world.sim.payouts().len(), 1);
    world.check().await;
}

#[tokio::test]
async fn dialled_arguments_never_withdraw() {
    let (world, amina) = house_with(1_000).await;
    let shown = amina.dial("*384*55*6*100*1#").await.expect("a screen");
    assert_eq!(
        shown.name.as_deref(),
        Some("withdraw_confirm"),
        "{}",
        shown.text
    );
    assert_eq!(world.balance(&amina).await, 100_000);
    assert_eq!(world.report(&amina).await.withdrawals, []);
    world.check().await;
}

#[tokio::test]
async fn without_an_initiator_there_are_no_withdrawals() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 500).await;
    let shown = type_amount(&amina, 100).await;
    assert_eq!(shown.name.as_deref(), Some("withdraw_closed"));
    assert_eq!(world.balance(&amina).await, 50_000);
    world.check().await;
}

#[tokio::test]
async fn a_payment_that_does_not_add_up_holds_withdrawals_for_a_day() {
    let (world, amina) = house_with(500).await;
    world
        .sim
        .inject(FaultPoint::StkCallback, Fault::Amount(5_000), 1)
        .expect("possible");
    world.turn(2 * MINUTE);
    world.deposit(&amina, 100).await;
    let held = type_amount(&amina, 100).await;
    assert_eq!(held.name.as_deref(), Some("withdraw_held"));
    world.turn(Duration::from_secs(24 * 60 * 60));
    ask(&amina, 100).await;
    send(&world).await;
    assert_eq!(standing(&world, &amina).await.0, "paid");
    world.check().await;
}

/// A payment may be told of long after it was asked for.
#[tokio::test]
async fn the_day_begins_when_it_is_found_that_a_payment_does_not_add_up() {
    let hour = 60 * MINUTE;
    let (world, amina) = house_with(500).await;
    world.turn(2 * MINUTE);
    let (deposit, checkout) = pushed(&world, &amina, 100).await;
    world
        .sim
        .inject(FaultPoint::StkCallback, Fault::Lost, 1)
        .expect("possible");
    amina.cancel_prompt().await.expect("cancelled");
    world.turn(20 * hour);
    world.run_due().await;
    let less = success(&checkout, "UKM1A2B3C4", &json!(50));
    tell(&world, &deposit, &less).await;
    world.turn(23 * hour);
    // Told once more: the day does not begin anew.
    tell(&world, &deposit, &less).await;
    let held = type_amount(&amina, 100).await;
    assert_eq!(held.name.as_deref(), Some("withdraw_held"));
    amina.drop_session();
    world.turn(hour);
    ask(&amina, 100).await;
    send(&world).await;
    assert_eq!(standing(&world, &amina).await.0, "paid");
    world.check().await;
}

#[tokio::test]
async fn the_receiver_who_cannot_be_paid_gets_everything_back() {
    for (english, code) in [
        ("your number has no M-Pesa.", "2040"),
        ("your M-Pesa is full, make room there.", "8"),
    ] {
        let (world, amina) = house_with(1_000).await;
        if code == "2040" {
            amina.set_mpesa_registered(false);
        } else {
            amina.set_mpesa_balance(49_999_900);
        }
        ask(&amina, 500).await;
        send(&world).await;
        assert_eq!(
            standing(&world, &amina).await,
            ("failed".into(), 100_000),
            "{code}"
        );
        let told = format!(
            "Withdrawal of KES 500 not paid: {english} The money and the fee are back. Majibu balance KES 1,000."
        );
        assert_eq!(texts(&amina).last(), Some(&told));
        assert_eq!(world.account("payouts").await, 0);
        world.check().await;
    }
}
