//! Who meets whom: seats are offered to players who may meet, and each is taken once.

use std::{collections::BTreeMap, time::Duration};

use futures::future::join_all;
use majibu::core::ids::SetId;
use sandbox::Phone;

use crate::support::{Answer, World, dial, press};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// The set that a player is playing in, and the seat.
async fn seat(world: &World, phone: &Phone) -> (SetId, i64) {
    let entry = world.entry_under_way(phone).await;
    (entry.set, entry.seat)
}

/// A whole game of five wrong answers, alone or as the second.
async fn play(world: &World, phone: &Phone) -> (SetId, i64) {
    world.stake(phone, "1").await;
    let seat = seat(world, phone).await;
    world.answer(phone, &[Answer::Wrong; 5], SECOND).await;
    seat
}

#[tokio::test]
async fn nobody_meets_themselves() {
    let world = World::with(|config| config.game.open_entries = 3).await;
    let phone = world.funded("0712345678", 100).await;
    let mut sets = Vec::new();
    for _ in 0..3 {
        let (set, seat) = play(&world, &phone).await;
        assert_eq!(seat, 1, "a set of its own");
        assert!(!sets.contains(&set));
        sets.push(set);
    }
    dial(&phone).await;
    let screen = press(&phone, &["1", "1", "1", "1"]).await;
    assert_eq!(screen.name.as_deref(), Some("busy"), "three are open");
    world.check().await;
}

#[tokio::test]
async fn the_oldest_open_seat_of_the_category_and_stake_is_taken() {
    let world = World::new().await;
    let phones = [
        world.funded("0712345671", 100).await,
        world.funded("0712345672", 100).await,
        world.funded("0712345673", 100).await,
        world.funded("0712345674", 100).await,
        world.funded("0712345675", 100).await,
    ];
    let oldest = play(&world, &phones[0]).await;
    world.turn(SECOND);
    let next = play(&world, &phones[1]).await;
    assert_eq!(next, (oldest.0, 2), "the second player meets the first");
    let third = play(&world, &phones[2]).await;
    assert_eq!(third.1, 1, "both seats are taken");
    // Another stake and another category are another queue.
    world.stake(&phones[3], "2").await;
    assert_eq!(seat(&world, &phones[3]).await.1, 1);
    dial(&phones[4]).await;
    press(&phones[4], &["1", "2", "1", "1"]).await;
    assert_eq!(seat(&world, &phones[4]).await.1, 1);
    world.check().await;
}

/// Two wait who cannot meet each other: strong, who is the older one, and weak, who lost to strong.
/// Carol, as weak as weak, comes so long after the younger one. Gives whether she meets weak.
async fn meets_the_weak_one(world: &World, wait: Duration) -> bool {
    let strong = world.funded("0712345671", 500).await;
    let weak = world.funded("0712345672", 500).await;
    let carol = world.funded("0712345673", 500).await;
    world.stake(&strong, "1").await;
    world.answer(&strong, &[Answer::Right; 5], SECOND).await;
    play(world, &weak).await;
    world.run_due().await;
    let (of_strong, _) = play(world, &strong).await;
    let (of_weak, seat_of_weak) = play(world, &weak).await;
    assert_eq!(seat_of_weak, 1, "they met");
    let player = world.report(&weak).await.player.id;
    let mut tx = world.app().store().write().await.expect("a transaction");
    let (category, _, _) = tx.set_figures(of_weak).await.expect("figures");
    let category = category.to_lowercase();
    let ratings = tx.ratings(&[(player, category.clone())]).await;
    let rating = ratings.expect("ratings")[&(player, category.clone())];
    let as_weak = ((world.report(&carol).await.player.id, category), rating);
    tx.keep_ratings(&[as_weak].into()).await.expect("kept");
    tx.commit().await.expect("committed");
    world.turn(wait);
    world.stake(&carol, "1").await;
    let (of_carol, seat_of_carol) = seat(world, &carol).await;
    assert_eq!(seat_of_carol, 2, "a seat is always taken");
    assert!(of_carol == of_strong || of_carol == of_weak);
    of_carol == of_weak
}

#[tokio::test]
async fn of_several_open_seats_the_most_similar_in_strength_is_taken_for_a_while() {
    // Strong has waited for 10 seconds, in which the two played.
    for (strength_wait, wait, is_weak) in [
        (SECOND * 11, Duration::ZERO, true),
        (SECOND * 11, SECOND, false),
        (SECOND * 5, Duration::ZERO, false),
        (Duration::ZERO, Duration::ZERO, false),
    ] {
        let world = World::with(|config| config.game.strength_wait = strength_wait).await;
        let met_weak = meets_the_weak_one(&world, wait).await;
        assert_eq!(met_weak, is_weak, "{strength_wait:?} {wait:?}");
        world.check().await;
    }
}

/// Two players meet; then the first opens a set again after `wait`. Gives the seat that the second
/// one gets, in the set that the first opened or in another.
async fn meet_again(world: &World, wait: Duration) -> bool {
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    let (first, _) = play(world, &amina).await;
    assert_eq!(play(world, &brian).await, (first, 2));
    world.run_due().await;
    // 5 seconds have gone by since the second one's stake, and 5 more will.
    world.turn(wait - SECOND * 10);
    let (second, _) = play(world, &amina).await;
    world.stake(&brian, "1").await;
    seat(world, &brian).await == (second, 2)
}

#[tokio::test]
async fn two_who_met_are_kept_apart_for_two_hours() {
    let world = World::new().await;
    assert!(!meet_again(&world, MINUTE * 120 - Duration::from_millis(1)).await);
    world.check().await;
}

#[tokio::test]
async fn two_who_met_may_meet_again_after_two_hours() {
    let world = World::new().await;
    assert!(meet_again(&world, MINUTE * 120).await);
    world.check().await;
}

#[tokio::test]
async fn the_time_between_two_matches_of_a_pair_is_configured() {
    let world = World::with(|config| config.game.rematch_cooldown = MINUTE * 3).await;
    assert!(!meet_again(&world, MINUTE * 3 - Duration::from_millis(1)).await);
    world.check().await;
    let world = World::with(|config| config.game.rematch_cooldown = MINUTE * 3).await;
    assert!(meet_again(&world, MINUTE * 3).await);
    world.check().await;
}

/// A category of exactly five questions, before all others.
const FIVE: &str = "key,category,question,choice1,choice2,choice3,answer
a1,Aaa,First?,a,b,c,1
a2,Aaa,Second?,a,b,c,2
a3,Aaa,Third?,a,b,c,3
a4,Aaa,Fourth?,a,b,c,1
a5,Aaa,Fifth?,a,b,c,2
";

#[tokio::test]
async fn a_seat_with_questions_that_the_player_has_seen_is_not_offered() {
    let world = World::new().await;
    let report = world.app().import_questions(FIVE.as_bytes()).await;
    assert_eq!(report.expect("five").added, 5);
    world.turn(SECOND * 5);
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    let carol = world.funded("0722345678", 100).await;
    let (first, _) = play(&world, &amina).await;
    world.turn(MINUTE * 31);
    world.run_due().await;
    // There are no other questions: brian's set has the same five, and amina knows them.
    let (second, seat_of_brian) = play(&world, &brian).await;
    assert_eq!(seat_of_brian, 1);
    assert_ne!(first, second);
    assert_eq!(play(&world, &amina).await.1, 1, "a set of her own");
    assert_eq!(
        play(&world, &carol).await,
        (second, 2),
        "carol has seen none"
    );
    world.check().await;
}

#[tokio::test]
async fn a_seat_is_offered_as_long_as_a_whole_game_fits_into_the_window() {
    // 30 minutes less the 35 seconds that a game can take; staking and dialling take no time here.
    for (wait, is_offered) in [(1_765_000, true), (1_765_001, false)] {
        let world = World::new().await;
        let amina = world.funded("0712345678", 100).await;
        let brian = world.funded("0110234567", 100).await;
        world.stake(&amina, "1").await;
        let (set, _) = seat(&world, &amina).await;
        world.turn(Duration::from_millis(wait));
        world.run_due().await;
        world.stake(&brian, "1").await;
        let (theirs, seat) = seat(&world, &brian).await;
        assert_eq!(
            (theirs == set, seat == 2),
            (is_offered, is_offered),
            "{wait}"
        );
        world.turn(MINUTE * 31);
        world.run_due().await;
        if is_offered {
            // Nobody answered anything: a draw, and no bonus.
            assert_eq!(world.balance(&amina).await, 10_000);
        }
        assert_eq!(world.account("stakes").await, 0);
        world.check().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_who_stake_at_the_same_instant_sit_down_in_five_pairs() {
    let world = World::new().await;
    let mut phones = Vec::new();
    for digit in 0..10 {
        let phone = world.funded(&format!("071234567{digit}"), 100).await;
        dial(&phone).await;
        press(&phone, &["1", "1", "2"]).await;
        phones.push(phone);
    }
    let screens = join_all(phones.iter().map(|phone| phone.reply("1"))).await;
    for screen in screens {
        let screen = screen.expect("a screen");
        assert_eq!(screen.name.as_deref(), Some("question"), "{}", screen.text);
    }
    let mut sets: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for phone in &phones {
        let (set, seat) = seat(&world, phone).await;
        sets.entry(set.to_string()).or_default().push(seat);
        assert_eq!(world.balance(phone).await, 5_000);
    }
    assert_eq!(sets.len(), 5);
    for seats in sets.values_mut() {
        seats.sort_unstable();
        assert_eq!(*seats, [1, 2]);
    }
    assert_eq!(world.account("stakes").await, 50_000);

    // They also finish at the same instant.
    for _ in 0..5 {
        join_all(phones.iter().map(|phone| phone.reply("1"))).await;
    }
    world.run_due().await;
    assert_eq!(world.account("stakes").await, 0);
    for phone in &phones {
        assert_eq!(world.report(phone).await.sms.len(), 2, "deposit and result");
    }
    world.check().await;
}

#[tokio::test]
async fn both_players_get_the_same_questions_each_in_own_language_and_order() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    dial(&brian).await;
    press(&brian, &["4", "2"]).await;
    brian.drop_session();
    world.stake(&amina, "1").await;
    world.stake(&brian, "1").await;
    let orders = [
        world.entry_under_way(&amina).await.choice_orders,
        world.entry_under_way(&brian).await.choice_orders,
    ];
    assert_ne!(orders[0], orders[1], "choices are shuffled per entry");
    let (set, _) = seat(&world, &amina).await;
    for position in 1..=5 {
        let place = usize::try_from(position - 1).expect("a place");
        for (phone, orders, locale, letter) in [
            (&amina, &orders[0], "en", 'Q'),
            (&brian, &orders[1], "sw", 'S'),
        ] {
            let mut tx = world.app().store().read().await.expect("read");
            let text = tx
                .question_of_set(set, position, locale)
                .await
                .expect("text");
            drop(tx);
            let mut expected = format!("{letter}{position}/5 {}", text.question);
            for (choice, number) in orders[place].iter().zip(1..) {
                let choice = &text.choices[usize::from(*choice) - 1];
                expected.push_str(&format!("\n{number}. {choice}"));
            }
            assert_eq!(phone.screen().expect("a question").text, expected);
            world.answer(phone, &[Answer::Right], SECOND).await;
        }
    }
    world.run_due().await;
    assert!(
        world.last_sms(&brian).contains("Biblia"),
        "{}",
        world.last_sms(&brian)
    );
    world.check().await;
}
