//! My games: the list, and what the detail of a game shows before and after its settlement.

use std::time::Duration;

use sandbox::{Phone, Screen};

use crate::support::{Answer, World, dial, press};

const SECOND: Duration = Duration::from_secs(1);

/// Two funded players meet for 50 and answer; the match is settled.
async fn settled(world: &World, answers: [[Answer; 5]; 2]) -> [Phone; 2] {
    let phones = [
        world.funded("0712345678", 100).await,
        world.funded("0110234567", 100).await,
    ];
    for (phone, answers) in phones.iter().zip(answers) {
        world.stake(phone, "2").await;
        world.answer(phone, &answers, SECOND).await;
    }
    world.run_due().await;
    phones
}

/// The list of games of a phone, and the newest one's detail.
async fn newest(phone: &Phone) -> (Screen, Screen) {
    phone.drop_session();
    dial(phone).await;
    let list = press(phone, &["3"]).await;
    (list, press(phone, &["1"]).await)
}

/// All pages of the screen under way, put together.
async fn pages(phone: &Phone) -> String {
    let mut screen = phone.screen().expect("a screen");
    let mut whole = String::new();
    loop {
        let is_last = !screen.text.contains("\n98. ");
        let (body, _) = screen.text.rsplit_once("\n0. ").expect("a way back");
        whole.push_str(body.rsplit_once("\n98. ").map_or(body, |(body, _)| body));
        whole.push(' ');
        if is_last {
            return whole.split_whitespace().collect::<Vec<_>>().join(" ");
        }
        screen = press(phone, &["98"]).await;
    }
}

#[tokio::test]
async fn a_player_without_games_is_told_so_and_may_play() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    let screen = press(&phone, &["3"]).await;
    assert_eq!(screen.text, "You have not played yet.\n1. Play\n0. Back");
    assert_eq!(
        press(&phone, &["1"]).await.name.as_deref(),
        Some("category")
    );
    world.check().await;
}

#[tokio::test]
async fn a_waiting_game_shows_its_score_and_hides_the_right_answers() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "2").await;
    world.answer(&phone, &[Answer::Right; 5], SECOND).await;
    let (list, game) = newest(&phone).await;
    assert_eq!(list.text, "My games:\n1. Bible 50 waiting\n0. Back");
    // The deposit took 2 seconds and the answers 5; it is noon.
    assert_eq!(
        game.text,
        "Bible KES 50: waiting. 5/5 right in 5.0s. Result by 12:30.\n0. Back 00. Home"
    );
    let screen = press(&phone, &["1"]).await;
    assert_eq!(screen.name.as_deref(), Some("game_open"), "no answers yet");
    world.check().await;
}

#[tokio::test]
async fn a_finished_game_hides_the_right_answers_until_the_opponent_is_done() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    world.stake(&amina, "2").await;
    world.answer(&amina, &[Answer::Wrong; 5], SECOND).await;
    world.stake(&brian, "2").await;
    world.run_due().await;
    let (_, game) = newest(&amina).await;
    assert_eq!(game.name.as_deref(), Some("game_open"), "{}", game.text);
    world.answer(&brian, &[Answer::Wrong; 5], SECOND).await;
    world.run_due().await;
    let (_, game) = newest(&amina).await;
    assert_eq!(game.name.as_deref(), Some("game_settled"), "{}", game.text);
    world.check().await;
}

#[tokio::test]
async fn a_won_and_a_lost_game_show_both_scores_and_the_opponent_masked() {
    let world = World::new().await;
    let [amina, brian] = settled(&world, [[Answer::Right; 5], [Answer::Wrong; 5]]).await;
    let (list, game) = newest(&amina).await;
    assert_eq!(list.text, "My games:\n1. Bible 50 won\n0. Back");
    assert_eq!(
        game.text,
        "Bible KES 50: won\nYou: 5/5 in 5.0s\n+25411xxx567: 0/5 in 5.0s\n1. Answers\n\
        0. Back 00. Home"
    );
    let (list, game) = newest(&brian).await;
    assert_eq!(list.text, "My games:\n1. Bible 50 lost\n0. Back");
    assert_eq!(
        game.text,
        "Bible KES 50: lost\nYou: 0/5 in 5.0s\n+25471xxx678: 5/5 in 5.0s\n1. Answers\n\
        0. Back 00. Home"
    );
    for (phone, other) in [(&amina, &brian), (&brian, &amina)] {
        let number = other.number().local();
        let sms = phone.inbox().into_iter().map(|sms| sms.text);
        for text in sms.chain([newest(phone).await.1.text]) {
            assert!(!text.contains(&number[1..]), "{text}");
        }
    }
    world.check().await;
}

#[tokio::test]
async fn a_drawn_game_says_so() {
    let world = World::new().await;
    let [amina, brian] = settled(&world, [[Answer::Right; 5]; 2]).await;
    for phone in [&amina, &brian] {
        let (list, game) = newest(phone).await;
        assert_eq!(list.text, "My games:\n1. Bible 50 draw\n0. Back");
        assert!(
            game.text
                .starts_with("Bible KES 50: draw\nYou: 5/5 in 5.0s\n+254")
        );
    }
    world.check().await;
}

#[tokio::test]
async fn an_unpaired_game_says_what_went_back() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "2").await;
    world.answer(&phone, &[Answer::Right; 5], SECOND).await;
    world.turn(SECOND * 60 * 30);
    world.run_due().await;
    let (list, game) = newest(&phone).await;
    assert_eq!(list.text, "My games:\n1. Bible 50 refunded\n0. Back");
    assert_eq!(
        game.text,
        "Bible KES 50: refunded\nNobody played you. You: 5/5 in 5.0s. You got KES 52.50 back.\n\
        1. Answers\n0. Back 00. Home"
    );
    phone.drop_session();
    world.stake(&phone, "2").await;
    phone.drop_session();
    world.turn(SECOND * 60 * 31);
    world.run_due().await;
    let (list, game) = newest(&phone).await;
    assert!(
        list.text
            .starts_with("My games:\n1. Bible 50 returned\n2. Bible 50 refunded\n")
    );
    assert!(
        game.text.contains("You: 0/5 in 0.0s. You got KES 50 back."),
        "{}",
        game.text
    );
    world.check().await;
}

#[tokio::test]
async fn the_answers_of_a_game_name_every_right_choice_and_the_players_own() {
    let world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    dial(&brian).await;
    press(&brian, &["4", "2"]).await;
    brian.drop_session();
    world.stake(&amina, "2").await;
    let set = world.entry_under_way(&amina).await.set;
    world
        .answer(&amina, &[Answer::Right, Answer::Right], SECOND)
        .await;
    world.answer(&amina, &[Answer::Right], SECOND * 60).await;
    world.stake(&brian, "2").await;
    world.answer(&brian, &[Answer::Right; 5], SECOND).await;
    world.run_due().await;
    for (phone, locale) in [(&amina, "en"), (&brian, "sw")] {
        newest(phone).await;
        let first = press(phone, &["1"]).await;
        assert_eq!(first.name.as_deref(), Some("answers"), "{}", first.text);
        let shown = pages(phone).await;
        let mut expected = Vec::new();
        for position in 1..=5 {
            let mut tx = world.app().store().read().await.expect("read");
            let text = tx
                .question_of_set(set, position, locale)
                .await
                .expect("text");
            let right = &text.choices[usize::from(text.answer) - 1];
            let was_answered = locale == "sw" || position <= 2;
            let own = if was_answered { right } else { "no answer" };
            let (right_is, you) = if locale == "sw" {
                ("Sahihi", "Wewe")
            } else {
                ("Right", "You")
            };
            expected.push(format!(
                "{position}. {} {right_is}: {right}. {you}: {own}.",
                text.question
            ));
        }
        assert_eq!(shown, expected.join(" "));
        assert_eq!(press(phone, &["00"]).await.name.as_deref(), Some("home"));
    }
    world.check().await;
}

#[tokio::test]
async fn the_list_has_the_last_ten_games_newest_first_on_pages() {
    let world = World::with(|config| config.game.pairing_window = SECOND * 60).await;
    let phone = world.funded("0712345678", 500).await;
    for game in 1..=12 {
        // The stake tells the games apart: the first ones are for 20, the last one is for 50.
        world
            .stake(&phone, if game == 12 { "2" } else { "1" })
            .await;
        world.answer(&phone, &[Answer::Wrong; 5], SECOND).await;
        world.turn(SECOND * 60);
        world.run_due().await;
    }
    dial(&phone).await;
    press(&phone, &["3"]).await;
    let shown = pages(&phone).await;
    assert!(
        shown.starts_with("My games: 1. Bible 50 refunded 2. Bible 20 refunded"),
        "{shown}"
    );
    assert!(shown.ends_with("10. Bible 20 refunded"), "{shown}");
    // A number of another page picks all the same.
    let screen = press(&phone, &["1"]).await;
    assert!(
        screen.text.starts_with("Bible KES 50: refunded"),
        "{}",
        screen.text
    );
    let screen = press(&phone, &["0", "10"]).await;
    assert!(
        screen.text.starts_with("Bible KES 20: refunded"),
        "{}",
        screen.text
    );
    world.check().await;
}
