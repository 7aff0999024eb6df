//! Traps of payouts (Daraja contract, section 14) that no other file of these tests is about.

use std::collections::BTreeSet;

use sandbox::{Fault, FaultPoint};
use serde_json::Value;

use crate::{
    help::{MINUTE, beside, calls, registered_sw, texts},
    payouts::{B2C, ask, house, house_with, pays_out, send, standing},
    support::World,
};

/// The originator ids in the database.
async fn written_down(world: &World) -> Vec<String> {
    let sql = "select originator_id, null from withdrawal order by id";
    let rows = beside(world).await.pairs(sql).await;
    rows.into_iter().map(|(id, _)| id).collect()
}

/// The originator ids that went out, one a request.
fn sent(world: &World) -> Vec<String> {
    let calls = calls(world, B2C);
    let bodies = calls
        .iter()
        .map(|call| serde_json::from_str::<Value>(&call.request_body).expect("JSON"));
    bodies
        .map(|body| {
            body["OriginatorConversationID"]
                .as_str()
                .expect("an id")
                .to_owned()
        })
        .collect()
}

#[tokio::test]
async fn trap_22_the_id_of_a_payout_is_written_down_before_the_first_send_and_never_made_anew() {
    let (mut world, amina) = house_with(1_000).await;
    ask(&amina, 300).await;
    let ids = written_down(&world).await;
    assert_eq!(ids.len(), 1);
    assert_eq!(sent(&world), [""; 0], "nothing has gone out yet");
    let times = 3;
    world
        .sim
        .inject(FaultPoint::B2cRequest, Fault::Refuse(503), 1)
        .expect("possible");
    world
        .sim
        .inject(FaultPoint::B2cRequest, Fault::Refuse(429), times - 1)
        .expect("possible");
    for _ in 0..12 {
        world.run_due().await;
        world.restart().await;
        world.turn(60 * MINUTE);
    }
    send(&world).await;
    let gone = sent(&world);
    assert!(gone.len() > times, "{gone:?}");
    assert_eq!(gone.iter().collect::<BTreeSet<_>>().len(), 1, "{gone:?}");
    assert_eq!(gone[0], ids[0]);
    assert_eq!(standing(&world, &amina).await, ("paid".into(), 69_500));
    assert_eq!(world.sim.payouts().len(), 1);
    world.check().await;
}

#[tokio::test]
async fn trap_27_the_money_leaves_the_wallet_with_the_request_and_cannot_be_asked_for_twice() {
    let (world, amina) = house_with(1_000).await;
    let screen = ask(&amina, 900).await;
    // Nothing was sent, and the wallet has less.
    assert_eq!(sent(&world), [""; 0]);
    assert!(screen.text.contains("95"), "{}", screen.text);
    assert_eq!(standing(&world, &amina).await, ("requested".into(), 9_500));
    assert_eq!(world.account("payouts").await, 90_500);
    world.turn(10 * MINUTE);
    let short = crate::payouts::type_amount(&amina, 900).await;
    assert_eq!(
        short.name.as_deref(),
        Some("withdraw_short"),
        "{}",
        short.text
    );
    amina.drop_session();
    send(&world).await;
    assert_eq!(standing(&world, &amina).await, ("paid".into(), 9_500));
    assert_eq!(world.account("payouts").await, 0);
    world.check().await;
}

#[tokio::test]
async fn trap_31_a_receiver_whose_m_pesa_is_full_is_told_to_make_room_in_both_languages() {
    let world = house().await;
    let amina = world.registered("0712345678").await;
    let baraka = registered_sw(&world, "0722345678").await;
    world.deposit(&amina, 1_000).await;
    world.deposit(&baraka, 1_000).await;
    for code in ["8", "4"] {
        for phone in [&amina, &baraka] {
            world
                .sim
                .inject(FaultPoint::B2cResult, Fault::Outcome(code.into()), 1)
                .expect("possible");
            ask(phone, 500).await;
            send(&world).await;
            assert_eq!(standing(&world, phone).await, ("failed".into(), 100_000));
        }
        let told = [&amina, &baraka].map(|phone| texts(phone).pop().expect("an SMS"));
        assert!(
            told[0].contains("your M-Pesa is full, make room there."),
            "{told:?}"
        );
        assert!(
            told[1].contains("M-Pesa yako imejaa, punguza salio."),
            "{told:?}"
        );
        world.turn(3 * MINUTE);
    }
    // The least that B2C pays is the least that can be asked for, and there is no way back: no reversal
    // of a payout is ever asked for.
    let refused = house_below_the_minimum().await;
    assert!(refused.contains("wallet.min_withdrawal"), "{refused}");
    assert_eq!(calls(&world, "/mpesa/reversal/v1/request").len(), 0);
    world.check().await;
}

/// What a house hears that would pay out less than M-Pesa does.
async fn house_below_the_minimum() -> String {
    let mut config = majibu::config::Config::default();
    pays_out(&mut config);
    config.wallet.min_withdrawal = 9;
    config.check().expect_err("refused").to_string()
}

#[tokio::test]
async fn trap_32_a_sim_that_has_no_m_pesa_any_more_gets_everything_back() {
    let (world, amina) = house_with(1_000).await;
    amina.set_mpesa_registered(false);
    ask(&amina, 500).await;
    assert_eq!(standing(&world, &amina).await, ("requested".into(), 49_500));
    send(&world).await;
    assert_eq!(standing(&world, &amina).await, ("failed".into(), 100_000));
    assert_eq!(world.account("payouts").await, 0);
    let told = texts(&amina).pop().expect("an SMS");
    assert!(told.contains("your number has no M-Pesa."), "{told}");
    // It is the player's affair, not the house's: others are paid.
    let baraka = world.funded("0722345678", 1_000).await;
    ask(&baraka, 500).await;
    send(&world).await;
    assert_eq!(standing(&world, &baraka).await, ("paid".into(), 49_500));
    world.check().await;
}
