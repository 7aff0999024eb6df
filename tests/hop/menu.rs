//! The menu as a player walks it: back and home, pages, languages, and what stands in the way of a
//! game.

use std::time::Duration;

use sandbox::Phone;

use crate::support::{Answer, World, dial, press};

const SECOND: Duration = Duration::from_secs(1);

async fn assert_leads(phone: &Phone, keys: &[&str], name: &str) {
    phone.drop_session();
    dial(phone).await;
    let screen = press(phone, keys).await;
    assert_eq!(
        screen.name.as_deref(),
        Some(name),
        "{keys:?}: {}",
        screen.text
    );
}

#[tokio::test]
async fn zero_leads_back_and_two_zeros_lead_home() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 50).await;
    let paths: [(&[&str], &str); 12] = [
        (&["0"], "home"),
        (&["00"], "home"),
        (&["1", "0"], "home"),
        (&["1", "1", "0"], "category"),
        (&["1", "1", "2", "0"], "stake"),
        (&["1", "1", "2", "00"], "home"),
        (&["1", "1", "2", "0", "0", "0", "0"], "home"),
        (&["2", "0"], "home"),
        (&["3", "0"], "home"),
        (&["4", "00"], "home"),
        (&["5", "0"], "home"),
        (&["1", "1", "3", "1", "0"], "home"),
    ];
    for (keys, name) in paths {
        assert_leads(&phone, keys, name).await;
    }
    world.check().await;
}

#[tokio::test]
async fn zero_on_the_terms_leads_back_to_the_choice_of_the_language() {
    let world = World::new().await;
    let phone = world.phone("0712345678");
    dial(&phone).await;
    let screen = press(&phone, &["2", "0", "1"]).await;
    assert!(screen.text.starts_with("You must be 18"), "{}", screen.text);
    assert_eq!(
        press(&phone, &["00"]).await.name.as_deref(),
        Some("language")
    );
    assert_eq!(
        press(&phone, &["0"]).await.name.as_deref(),
        Some("language")
    );
    world.check().await;
}

#[tokio::test]
async fn help_is_read_page_by_page_forth_and_back_in_both_languages() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    for (more, end) in [("98. More", "18+."), ("98. Zaidi", "18+.")] {
        dial(&phone).await;
        let mut seen = vec![press(&phone, &["5"]).await.text];
        while seen.last().is_some_and(|page| page.contains(more)) {
            seen.push(press(&phone, &["98"]).await.text);
        }
        assert!(seen.len() > 2, "{seen:?}");
        let last = seen.last().expect("a page").clone();
        assert!(last.contains(end) && last.contains("\n0. "), "{last}");
        let hint = press(&phone, &["98"]).await.text;
        assert!(
            hint.ends_with(&last),
            "nothing is behind the last page: {hint}"
        );
        for page in seen.iter().rev().skip(1) {
            assert_eq!(&press(&phone, &["0"]).await.text, page);
        }
        assert_eq!(press(&phone, &["0"]).await.name.as_deref(), Some("home"));
        press(&phone, &["4", "2"]).await;
        phone.drop_session();
    }
    world.check().await;
}

/// A file with so many categories of five questions each.
fn categories(count: usize) -> String {
    let mut csv = String::from("category,question,choice1,choice2,choice3,answer\n");
    for category in 1..=count {
        for question in 1..=5 {
            csv.push_str(&format!(
                "Topic {category:02},Question {question}?,a,b,c,{}\n",
                1 + question % 3
            ));
        }
    }
    csv
}

#[tokio::test]
async fn thirty_categories_are_found_on_pages_and_each_can_be_chosen() {
    let world = World::new().await;
    let report = world
        .app()
        .import_questions(categories(30).as_bytes())
        .await;
    assert_eq!(report.expect("questions").added, 150);
    world.turn(SECOND * 3);
    let phone = world.funded("0712345678", 100).await;
    dial(&phone).await;
    let mut screen = press(&phone, &["1"]).await;
    let mut seen = Vec::new();
    loop {
        assert!(
            screen.text.starts_with("Choose a category:"),
            "{}",
            screen.text
        );
        seen.extend(
            screen
                .options()
                .into_iter()
                .filter(|(n, _)| n != "98" && n != "0" && n != "00"),
        );
        if !screen.text.contains("98. More") {
            break;
        }
        screen = press(&phone, &["98"]).await;
    }
    // Bible, Football, Kenya come first; all are numbered through.
    assert_eq!(seen.len(), 33);
    assert_eq!(seen[3], ("4".into(), "Topic 01".into()));
    for (place, (number, _)) in seen.iter().enumerate() {
        assert_eq!(number, &(place + 1).to_string());
    }
    for (number, label) in &seen {
        let screen = press(&phone, &[number]).await;
        assert!(
            screen
                .text
                .starts_with(&format!("{label}. Choose your stake")),
            "{}",
            screen.text
        );
        press(&phone, &["0"]).await;
    }
    let screen = press(&phone, &["33", "1", "1"]).await;
    assert!(screen.text.starts_with("Q1/5 Question"), "{}", screen.text);
    world.check().await;
}

#[tokio::test]
async fn another_language_stays_and_changes_screens_and_sms() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    dial(&phone).await;
    let home = press(&phone, &["4", "2"]).await;
    assert!(
        home.text.starts_with("Majibu. Salio KES 100\n1. Cheza"),
        "{}",
        home.text
    );
    phone.drop_session();
    assert_eq!(dial(&phone).await.text, home.text);
    phone.drop_session();
    world.turn(SECOND * 60);
    world.deposit(&phone, 50).await;
    assert!(world.last_sms(&phone).starts_with("KES 50 zimepokelewa"));
    world.stake(&phone, "1").await;
    let closing = world.answer(&phone, &[Answer::Right; 5], SECOND).await;
    assert!(
        closing.text.starts_with("Umemaliza! Umepata 5/5"),
        "{}",
        closing.text
    );
    // The result comes in the language that holds when it is written.
    world.turn(SECOND * 60 * 31);
    dial(&phone).await;
    press(&phone, &["4", "1"]).await;
    phone.drop_session();
    world.run_due().await;
    assert!(
        world
            .last_sms(&phone)
            .starts_with("Nobody played you in Bible.")
    );
    world.check().await;
}

#[tokio::test]
async fn who_is_short_of_money_is_told_how_much_and_led_to_a_deposit() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 35).await;
    dial(&phone).await;
    let screen = press(&phone, &["1", "1", "2", "1"]).await;
    assert_eq!(
        screen.text,
        "Your balance is KES 35. A stake of KES 50 needs KES 15 more.\n1. Deposit\n0. Back"
    );
    assert_eq!(press(&phone, &["1"]).await.name.as_deref(), Some("deposit"));
    world.turn(SECOND * 60);
    let screen = press(&phone, &["15"]).await;
    assert_eq!(
        screen.name.as_deref(),
        Some("deposit_sent"),
        "{}",
        screen.text
    );
    assert_eq!(world.balance(&phone).await, 3_500);
    assert!(world.report(&phone).await.entries.is_empty());
    world.check().await;
}

#[tokio::test]
async fn one_open_game_at_a_time() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "1").await;
    world.answer(&phone, &[Answer::Right; 5], SECOND).await;
    assert_leads(&phone, &["1", "2", "1", "1"], "busy").await;
    assert_eq!(press(&phone, &["1"]).await.name.as_deref(), Some("games"));
    assert_eq!(world.balance(&phone).await, 8_000);
    phone.drop_session();
    world.turn(SECOND * 60 * 30);
    world.run_due().await;
    world.stake(&phone, "1").await;
    world.check().await;
}

/// Questions of a category that stands before all others.
fn few(count: usize) -> String {
    let mut csv = String::from("key,category,question,choice1,choice2,choice3,answer\n");
    for question in 1..=count {
        csv.push_str(&format!(
            "few-{question},Aaa,Question {question}?,a,b,c,1\n"
        ));
    }
    csv
}

#[tokio::test]
async fn a_category_is_offered_from_as_many_questions_as_a_set_has() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    for (count, is_offered) in [(4, false), (5, true)] {
        let report = world.app().import_questions(few(count).as_bytes()).await;
        assert_eq!(report.expect("questions").refused, []);
        world.turn(SECOND * 3);
        dial(&phone).await;
        let screen = press(&phone, &["1"]).await;
        assert_eq!(
            screen.text.contains("1. Aaa"),
            is_offered,
            "{}",
            screen.text
        );
        phone.drop_session();
    }
    world.check().await;
}

#[tokio::test]
async fn who_has_seen_all_questions_plays_them_again() {
    let world = World::new().await;
    let report = world.app().import_questions(few(5).as_bytes()).await;
    assert_eq!(report.expect("questions").added, 5);
    world.turn(SECOND * 3);
    let phone = world.funded("0712345678", 100).await;
    for _ in 0..2 {
        let screen = world.stake(&phone, "1").await;
        assert!(screen.text.starts_with("Q1/5 Question"), "{}", screen.text);
        world.answer(&phone, &[Answer::Right; 5], SECOND).await;
        world.turn(SECOND * 60 * 30);
        world.run_due().await;
    }
    world.check().await;
}

#[tokio::test]
async fn a_category_that_lost_its_questions_meanwhile_takes_no_stake() {
    let world = World::new().await;
    let report = world.app().import_questions(few(5).as_bytes()).await;
    assert_eq!(report.expect("questions").added, 5);
    world.turn(SECOND * 3);
    let phone = world.funded("0712345678", 100).await;
    dial(&phone).await;
    press(&phone, &["1", "1", "1"]).await;
    // One question moves to another category while the player reads.
    let moved = few(1).replace("Aaa", "Bbb");
    let report = world.app().import_questions(moved.as_bytes()).await;
    assert_eq!(report.expect("questions").updated, 1);
    let screen = press(&phone, &["1"]).await;
    assert_eq!(
        screen.name.as_deref(),
        Some("too_few_questions"),
        "{}",
        screen.text
    );
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(
        press(&phone, &["1"]).await.name.as_deref(),
        Some("category")
    );
    world.check().await;
}

#[tokio::test]
async fn a_seat_that_waits_in_a_category_with_too_few_questions_is_taken_and_paid() {
    let world = World::new().await;
    let report = world.app().import_questions(few(5).as_bytes()).await;
    assert_eq!(report.expect("questions").added, 5);
    world.turn(SECOND * 3);
    let first = world.funded("0712345678", 100).await;
    let second = world.funded("0110234567", 100).await;
    world.stake(&first, "1").await;
    dial(&second).await;
    press(&second, &["1", "1", "1"]).await;
    let moved = few(1).replace("Aaa", "Bbb");
    let report = world.app().import_questions(moved.as_bytes()).await;
    assert_eq!(report.expect("questions").updated, 1);
    let screen = press(&second, &["1"]).await;
    assert_eq!(screen.name.as_deref(), Some("question"), "{}", screen.text);
    for phone in [&first, &second] {
        assert_eq!(world.balance(phone).await, 8_000);
    }
    assert_eq!(world.account("stakes").await, 4_000);
    world.check().await;
}

#[tokio::test]
async fn a_closed_house_takes_no_stake_and_games_under_way_go_on() {
    let mut world = World::new().await;
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    world.stake(&amina, "2").await;
    world.config.hours.maintenance = true;
    world.restart().await;
    let closing = world.answer(&amina, &[Answer::Right; 5], SECOND).await;
    assert_eq!(closing.name.as_deref(), Some("waiting"), "{}", closing.text);
    assert_leads(&brian, &["1", "1", "2", "1"], "closed").await;
    assert_leads(&brian, &["2", "1"], "closed").await;
    assert_eq!(world.balance(&brian).await, 10_000);
    assert_eq!(world.report(&brian).await.deposits.len(), 1);
    world.turn(SECOND * 60 * 30);
    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 5_000 + 5_250);
    world.check().await;
}
