//! How games end, in money and in words.

use std::time::Duration;

use majibu::config::List;
use sandbox::{Phone, text::measure};

use crate::{
    help::{MINUTE, SECOND, pushed, registered_sw, texts, told},
    support::{Answer, World, dial, press},
};

/// Longer than any round takes.
const ROUND: Duration = Duration::from_secs(40);

/// A player who reads Swahili, with so much in the wallet.
async fn funded_sw(world: &World, number: &str, shillings: i64) -> Phone {
    let phone = registered_sw(world, number).await;
    let pushes = world.sim.pushes().len();
    pushed(world, &phone, shillings).await;
    phone.enter_pin("1234").await.expect("paid");
    told(world, pushes + 1).await;
    phone
}

/// The state of a player's last entry.
async fn ended(world: &World, phone: &Phone) -> String {
    world.report(phone).await.entries[0].state.clone()
}

/// Checks that every SMS so far fits one segment.
fn fits(phones: &[&Phone]) {
    for text in phones.iter().flat_map(|phone| texts(phone)) {
        let measured = measure(&text);
        assert!(
            measured.septets <= 160,
            "{} septets: {text}",
            measured.septets
        );
        assert!(measured.outside.is_empty(), "{text}");
    }
}

#[tokio::test]
async fn the_winner_gets_160_percent_and_both_are_told_in_their_language() {
    let world = World::new().await;
    let amina = funded_sw(&world, "0712345678", 100).await;
    let brian = funded_sw(&world, "0110234567", 100).await;
    world.stake(&amina, "2").await;
    world.answer(&amina, &[Answer::Wrong; 5], SECOND).await;
    world.stake(&brian, "2").await;
    world
        .answer(&brian, &[Answer::Right; 5], Duration::from_millis(5_840))
        .await;
    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 5_000);
    assert_eq!(world.balance(&brian).await, 5_000 + 8_000);
    assert_eq!(world.account("house").await, 2_000);
    assert_eq!(world.account("stakes").await, 0);
    assert_eq!(
        world.last_sms(&amina),
        "Umepoteza KES 50. Biblia: wewe 0/5 kwa 5.0s, +25411xxx567 5/5 kwa 29.2s. Salio KES 50."
    );
    assert_eq!(
        world.last_sms(&brian),
        "Umeshinda KES 80! Biblia: wewe 5/5 kwa 29.2s, +25471xxx678 0/5 kwa 5.0s. Salio KES 130."
    );
    fits(&[&amina, &brian]);
    world.check().await;
}

#[tokio::test]
async fn a_draw_gives_both_stakes_back_whole_without_a_fee() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let baraka = funded_sw(&world, "0110234567", 100).await;
    for phone in [&amina, &baraka] {
        world.stake(phone, "2").await;
        world.answer(phone, &[Answer::Right; 5], 2 * SECOND).await;
    }
    world.run_due().await;
    for phone in [&amina, &baraka] {
        assert_eq!(world.balance(phone).await, 10_000);
        assert_eq!(ended(&world, phone).await, "drawn");
    }
    assert_eq!(world.account("house").await, 0);
    assert_eq!(
        world.last_sms(&amina),
        "A draw: Bible, you and +25411xxx567 5/5 in 10.0s. Your stake of KES 50 is back. Balance \
         KES 100."
    );
    assert_eq!(
        world.last_sms(&baraka),
        "Sare: Biblia, wewe na +25471xxx678 5/5 kwa 10.0s. Dau lako la KES 50 limerudi. Salio KES \
         100."
    );
    fits(&[&amina, &baraka]);
    world.check().await;
}

#[tokio::test]
async fn whoever_nobody_plays_in_30_minutes_gets_105_percent_and_is_told() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let baraka = funded_sw(&world, "0110234567", 100).await;
    for (phone, stake) in [(&amina, "2"), (&baraka, "1")] {
        let staked_at = world.now();
        world.stake(phone, stake).await;
        world.answer(phone, &[Answer::Wrong; 5], SECOND).await;
        let window_ends = staked_at.after(world.config.game.pairing_window);
        world.turn(Duration::from_millis(
            u64::try_from(window_ends.ms_since(world.now()) - 1).expect("ahead"),
        ));
        world.run_due().await;
        assert_eq!(ended(&world, phone).await, "waiting");
        world.turn(Duration::from_millis(1));
        world.run_due().await;
        assert_eq!(ended(&world, phone).await, "refunded");
    }
    assert_eq!(world.balance(&amina).await, 10_250);
    assert_eq!(world.balance(&baraka).await, 10_100);
    assert_eq!(world.account("promo").await, -350);
    assert_eq!(world.account("stakes").await, 0);
    assert_eq!(
        world.last_sms(&amina),
        "Nobody played you in Bible. You get 105% back: KES 52.50. Balance KES 102.50."
    );
    assert_eq!(
        world.last_sms(&baraka),
        "Hukupata mpinzani wa Biblia. Umerudishiwa 105%: KES 21. Salio KES 101."
    );
    fits(&[&amina, &baraka]);
    world.check().await;
}

#[tokio::test]
async fn whoever_answers_nothing_and_stays_alone_gets_100_percent_and_is_told() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let baraka = funded_sw(&world, "0110234567", 100).await;
    for (phone, stake) in [(&amina, "2"), (&baraka, "1")] {
        world.stake(phone, stake).await;
        phone.drop_session();
        world.turn(ROUND);
        world.run_due().await;
        assert_eq!(
            ended(&world, phone).await,
            "waiting",
            "the job ends abandoned rounds"
        );
        world.turn(30 * MINUTE - ROUND);
        world.run_due().await;
        assert_eq!(ended(&world, phone).await, "returned");
        assert_eq!(world.balance(phone).await, 10_000);
    }
    assert_eq!(world.account("promo").await, 0);
    assert_eq!(
        world.last_sms(&amina),
        "Nobody played you in Bible and you answered nothing. Your stake of KES 50 is back. \
         Balance KES 100."
    );
    assert_eq!(
        world.last_sms(&baraka),
        "Hukupata mpinzani wa Biblia na hukujibu chochote. Dau lako la KES 20 limerudi. Salio KES \
         100."
    );
    fits(&[&amina, &baraka]);
    world.check().await;
}

#[tokio::test]
async fn an_opponent_who_left_midway_is_settled_against_what_was_answered() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    world.stake(&amina, "2").await;
    world.answer(&amina, &[Answer::Right; 2], SECOND).await;
    amina.drop_session();
    world.stake(&brian, "2").await;
    let closing = world.answer(&brian, &[Answer::Wrong; 5], SECOND).await;
    assert_eq!(
        closing.name.as_deref(),
        Some("waiting"),
        "the other one plays still"
    );
    world.run_due().await;
    assert_eq!(ended(&world, &brian).await, "waiting");
    world.turn(ROUND);
    world.run_due().await;
    assert_eq!(ended(&world, &amina).await, "won");
    assert_eq!(world.balance(&amina).await, 13_000);
    assert_eq!(
        world.last_sms(&brian),
        "You lost KES 50. Bible: you 0/5 in 5.0s, +25471xxx678 2/5 in 2.0s. Balance KES 50."
    );
    world.check().await;
}

#[tokio::test]
async fn a_seat_of_somebody_who_left_can_still_be_taken_and_is_settled() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    world.stake(&amina, "2").await;
    amina.drop_session();
    world.turn(ROUND);
    world.run_due().await;
    world.stake(&brian, "2").await;
    world.answer(&brian, &[Answer::Wrong], SECOND).await;
    brian.drop_session();
    world.turn(ROUND);
    world.run_due().await;
    assert_eq!(
        ended(&world, &brian).await,
        "won",
        "one answer is more than none"
    );
    assert_eq!(
        world.last_sms(&amina),
        "You lost KES 50. Bible: you 0/5 in 0.0s, +25411xxx567 0/5 in 1.0s. Balance KES 50."
    );
    world.check().await;
}

#[tokio::test]
async fn two_players_who_answer_nothing_draw() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    for phone in [&amina, &brian] {
        world.stake(phone, "2").await;
        phone.drop_session();
    }
    world.turn(ROUND);
    world.run_due().await;
    for phone in [&amina, &brian] {
        assert_eq!(ended(&world, phone).await, "drawn");
        assert_eq!(world.balance(phone).await, 10_000);
    }
    assert_eq!(world.account("house").await, 0);
    world.check().await;
}

/// One match won by the second player and one refund, under other figures: gives the balances of
/// winner, loser, refunded player, `house` and `promo`.
async fn figures(stake: i64, bounty_percent: u32, refund_percent: u32) -> [i64; 5] {
    let world = World::with(|config| {
        config.game.stakes = List(vec![stake]);
        config.game.bounty_percent = bounty_percent;
        config.game.refund_percent = refund_percent;
    })
    .await;
    let mut phones = Vec::new();
    for number in ["0712345678", "0110234567", "0722222222"] {
        phones.push(world.funded(number, 100).await);
    }
    world.stake(&phones[0], "1").await;
    world.answer(&phones[0], &[Answer::Wrong; 5], SECOND).await;
    world.stake(&phones[1], "1").await;
    world.answer(&phones[1], &[Answer::Right; 5], SECOND).await;
    world.run_due().await;
    world.stake(&phones[2], "1").await;
    world.answer(&phones[2], &[Answer::Right; 5], SECOND).await;
    world.turn(30 * MINUTE);
    world.run_due().await;
    fits(&phones.iter().collect::<Vec<_>>());
    let balances = [
        world.balance(&phones[1]).await,
        world.balance(&phones[0]).await,
        world.balance(&phones[2]).await,
        world.account("house").await,
        world.account("promo").await,
    ];
    assert_eq!(world.account("stakes").await, 0);
    world.check().await;
    balances
}

#[tokio::test]
async fn odd_stakes_are_paid_to_the_cent() {
    assert_eq!(
        figures(7, 160, 105).await,
        [10_420, 9_300, 10_035, 280, -35]
    );
    assert_eq!(
        figures(33, 167, 107).await,
        [12_211, 6_700, 10_231, 1_089, -231]
    );
}

#[tokio::test]
async fn other_percentages_are_a_matter_of_configuration() {
    assert_eq!(figures(50, 200, 100).await, [15_000, 5_000, 10_000, 0, 0]);
    assert_eq!(
        figures(50, 100, 200).await,
        [10_000, 5_000, 15_000, 5_000, -5_000]
    );
}

#[tokio::test]
async fn stakes_of_different_amounts_or_categories_do_not_meet() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 200).await;
    let brian = world.funded("0110234567", 200).await;
    let carol = world.funded("0722222222", 200).await;
    world.stake(&amina, "2").await;
    world.stake(&brian, "3").await;
    dial(&carol).await;
    press(&carol, &["1", "2", "2", "1"]).await;
    for phone in [&amina, &brian, &carol] {
        world.answer(phone, &[Answer::Right; 1], SECOND).await;
        phone.drop_session();
    }
    world.turn(31 * MINUTE);
    world.run_due().await;
    for phone in [&amina, &brian, &carol] {
        assert_eq!(ended(&world, phone).await, "refunded");
    }
    assert_eq!(world.account("promo").await, -250 - 500 - 250);
    world.check().await;
}
