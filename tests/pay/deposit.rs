//! Deposits by STK push as the player lives through them: asked for, prompted, paid or not.

use std::time::Duration;

use sandbox::Phone;
use serde_json::{Value, json};

use crate::{
    help::{
        MINUTE, PUSH, calls, failure, last_deposit, push_now, pushed, registered_sw, request,
        sms_of, state, tell, texts, told,
    },
    support::{PATIENCE, World, dial, press},
};

#[tokio::test]
async fn a_paid_deposit_is_in_the_wallet_and_told_in_both_languages() {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    let baraka = registered_sw(&world, "0110234567").await;
    for (phone, shillings) in [(&amina, 1_250), (&baraka, 100)] {
        pushed(&world, phone, shillings).await;
        phone.enter_pin("1234").await.expect("paid");
    }
    told(&world, 2).await;

    let receipt = |place: usize| world.sim.payments()[place].receipt.clone();
    let paid = last_deposit(&world, &amina).await;
    assert_eq!((paid.state.as_str(), paid.flagged), ("paid", false));
    assert_eq!(
        (paid.requested_cents, paid.credited_cents),
        (125_000, 125_000)
    );
    assert_eq!(paid.receipt, Some(receipt(0)));
    assert_eq!(world.balance(&amina).await, 125_000);
    assert_eq!(world.balance(&baraka).await, 10_000);
    assert_eq!(world.account("mpesa").await, -135_000);
    assert_eq!(
        texts(&amina),
        [format!(
            "KES 1,250 received, M-Pesa receipt {}. Majibu balance KES 1,250. Dial to play.",
            receipt(0)
        )]
    );
    assert_eq!(
        texts(&baraka),
        [format!(
            "KES 100 zimepokelewa, risiti ya M-Pesa {}. Salio la Majibu KES 100. Piga ucheze.",
            receipt(1)
        )]
    );
    assert_eq!(amina.mpesa_balance_cents(), 500_000 - 125_000);
    world.check().await;
}

/// How a prompt ends without a payment.
#[derive(Clone, Copy)]
enum End {
    Cancelled,
    WrongPin,
    NoFunds,
    OutOfReach,
}

impl End {
    async fn play(self, world: &World, phone: &Phone) {
        request(phone, 100).await;
        match self {
            Self::NoFunds => phone.set_mpesa_balance(9_999),
            Self::OutOfReach => phone.set_reachable(false),
            Self::Cancelled | Self::WrongPin => {}
        }
        push_now(world).await;
        let result = match self {
            Self::OutOfReach => return,
            Self::Cancelled => {
                phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
                phone.cancel_prompt().await
            }
            Self::WrongPin | Self::NoFunds => {
                phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
                let pin = if matches!(self, Self::NoFunds) {
                    "1234"
                } else {
                    "4321"
                };
                phone.enter_pin(pin).await
            }
        };
        result.expect("an end");
    }
}

/// Brings one deposit of KES 100 of each of two players (en, sw) to such an end, and checks that
/// nothing is paid and both are told why.
async fn unpaid(end: End, code: u16, english: &str, swahili: &str) {
    let world = World::new().await;
    let amina = world.registered("0712345678").await;
    let baraka = registered_sw(&world, "0110234567").await;
    for (place, phone) in [&amina, &baraka].into_iter().enumerate() {
        end.play(&world, phone).await;
        told(&world, place + 1).await;
        let result = world.sim.pushes()[place].result.clone();
        assert_eq!(result.map(|result| result.code()), Some(code));
        let deposit = last_deposit(&world, phone).await;
        assert_eq!((deposit.state.as_str(), deposit.receipt), ("failed", None));
        assert_eq!((deposit.credited_cents, deposit.flagged), (0, false));
        assert_eq!(world.balance(phone).await, 0);
        phone.set_reachable(true);
    }
    let english = format!(
        "Deposit of KES 100 not completed: {english} If M-Pesa took the money it will be added \
         when it arrives."
    );
    let swahili = format!(
        "Kuweka KES 100 hakukufaulu: {swahili} Ikiwa M-Pesa ilikata pesa zitaongezwa zikifika."
    );
    assert_eq!(texts(&amina), [english]);
    assert_eq!(texts(&baraka), [swahili]);
    world.check().await;
}

#[tokio::test]
async fn a_cancelled_prompt_takes_nothing_and_is_told() {
    unpaid(End::Cancelled, 1032, "it was cancelled.", "limeghairiwa.").await;
}

#[tokio::test]
async fn a_wrong_pin_takes_nothing_and_is_told() {
    let (english, swahili) = ("wrong M-Pesa PIN.", "PIN ya M-Pesa si sahihi.");
    unpaid(End::WrongPin, 2001, english, swahili).await;
}

#[tokio::test]
async fn an_empty_mpesa_account_takes_nothing_and_is_told() {
    let (english, swahili) = (
        "not enough money at M-Pesa.",
        "huna pesa za kutosha M-Pesa.",
    );
    unpaid(End::NoFunds, 1, english, swahili).await;
}

#[tokio::test]
async fn a_phone_out_of_reach_takes_nothing_and_is_told_when_it_is_back() {
    let (english, swahili) = ("your phone did not answer.", "simu yako haikupatikana.");
    unpaid(End::OutOfReach, 1037, english, swahili).await;
}

#[tokio::test]
async fn trap_18_the_push_goes_out_only_after_the_session_has_ended_and_the_delay_has_passed() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    press(&phone, &["2"]).await;
    world.turn(MINUTE);
    world.run_due().await;
    assert!(calls(&world, PUSH).is_empty(), "nothing was asked for yet");
    let end = press(&phone, &["100"]).await;
    assert_eq!(
        end.text,
        "Deposit of KES 100: in a moment M-Pesa asks for your PIN. Enter it to pay. We send an \
         SMS when the money is in."
    );
    world.turn(world.config.daraja.stk_delay - Duration::from_millis(1));
    world.run_due().await;
    assert!(calls(&world, PUSH).is_empty(), "the delay has not passed");
    assert_eq!(state(&world, &phone).await, "requested");
    world.turn(Duration::from_millis(1));
    world.run_due().await;
    assert_eq!(calls(&world, PUSH).len(), 1);
    let prompt = phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    assert_eq!(prompt.amount_cents, 10_000);
    assert!(prompt.reference.len() <= 12, "{}", prompt.reference);
    phone.enter_pin("1234").await.expect("paid");
    told(&world, 1).await;
    assert_eq!(state(&world, &phone).await, "paid");
    world.check().await;
}

#[tokio::test]
async fn a_phone_gets_one_push_a_minute() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    pushed(&world, &phone, 100).await;
    phone.enter_pin("1234").await.expect("paid");
    told(&world, 1).await;
    // Asked for 2 s ago: the delay of the push.
    for (later, seconds) in [(Duration::ZERO, 58), (Duration::from_millis(57_001), 1)] {
        world.turn(later);
        dial(&phone).await;
        let screen = press(&phone, &["2", "200"]).await;
        assert_eq!(screen.name.as_deref(), Some("deposit_too_soon"));
        assert_eq!(
            screen.text,
            format!(
                "You asked for a deposit a moment ago. Answer the M-Pesa prompt first, or try \
                 again in {seconds} seconds."
            )
        );
    }
    push_now(&world).await;
    assert_eq!(calls(&world, PUSH).len(), 1);
    pushed(&world, &phone, 200).await;
    phone.enter_pin("1234").await.expect("paid");
    told(&world, 2).await;
    assert_eq!(world.balance(&phone).await, 30_000);
    world.check().await;
}

#[tokio::test]
async fn trap_09_a_refusal_of_the_same_amount_that_mpesa_gives_all_the_same_is_told_as_such() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    // Paid by another way a moment ago, of which only M-Pesa knows.
    tell(&world, &deposit, &failure(&checkout, &json!(17))).await;
    assert_eq!(
        world.last_sms(&phone),
        "Deposit of KES 100 not completed: same amount twice in 2 minutes. If M-Pesa took the \
         money it will be added when it arrives."
    );
    assert_eq!(state(&world, &phone).await, "failed");
    assert_eq!(sms_of(&world, &phone, "deposit_failed").await.len(), 1);
    world.check().await;
}

#[tokio::test]
async fn trap_35_the_push_asks_daraja_for_what_the_player_asked_for() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let (deposit, _) = pushed(&world, &phone, 100).await;
    let body: Value = serde_json::from_str(&calls(&world, PUSH)[0].request_body).expect("JSON");
    assert_eq!(body["Amount"], 100);
    assert_eq!(body["PhoneNumber"], 254_712_345_678_i64);
    assert_eq!(body["PartyA"], body["PhoneNumber"]);
    assert_eq!(body["Timestamp"], "20261122120002", "East Africa Time");
    assert_eq!(body["TransactionType"], "CustomerPayBillOnline");
    let url = body["CallBackURL"].as_str().expect("a URL");
    assert_eq!(
        url,
        format!("{}/pay/development/stk/{deposit}", world.base())
    );
    let reference = body["AccountReference"].as_str().expect("a reference");
    assert!(
        reference.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{reference}"
    );
    phone.cancel_prompt().await.expect("cancelled");
    told(&world, 1).await;
    world.check().await;
}
