//! Complete games, from the first dial to the result SMS.

use std::time::Duration;

use crate::support::{Answer, World, dial, press};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn two_players_meet_and_the_better_one_is_paid_and_told() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;

    world.stake(&amina, "2").await;
    let closing = world.answer(&amina, &[Answer::Right; 5], SECOND).await;
    assert_eq!(closing.name.as_deref(), Some("waiting"), "{}", closing.text);
    assert_eq!(world.balance(&amina).await, 5_000, "the stake is taken");
    assert_eq!(world.account("stakes").await, 5_000);

    world.stake(&brian, "2").await;
    let closing = world.answer(&brian, &[Answer::Wrong; 5], SECOND).await;
    assert_eq!(
        closing.name.as_deref(),
        Some("lost"),
        "the opponent is known: {}",
        closing.text
    );

    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 5_000 + 8_000);
    assert_eq!(world.balance(&brian).await, 5_000);
    assert_eq!(world.account("house").await, 2_000);
    assert_eq!(world.account("stakes").await, 0);
    assert_eq!(
        world.last_sms(&amina),
        "You won KES 80! Bible: you 5/5 in 5.0s, +25411xxx567 0/5 in 5.0s. Balance KES 130."
    );
    assert_eq!(
        world.last_sms(&brian),
        "You lost KES 50. Bible: you 0/5 in 5.0s, +25471xxx678 5/5 in 5.0s. Balance KES 50."
    );
    world.check().await;
}

#[tokio::test]
async fn a_first_dial_registers_in_two_hops() {
    let world = World::new().await;
    let phone = world.phone("0712345678");
    let screen = dial(&phone).await;
    assert_eq!(screen.name.as_deref(), Some("language"));
    let screen = press(&phone, &["2", "1"]).await;
    assert_eq!(screen.name.as_deref(), Some("home"));
    assert!(screen.text.contains("Salio KES 0"), "{}", screen.text);
    assert_eq!(world.report(&phone).await.player.locale, "sw");
    world.check().await;
}
