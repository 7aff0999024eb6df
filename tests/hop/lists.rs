//! Long lists: they go on over pages as texts do, their numbers run through, and a number means the
//! line that the player read.

use std::time::Duration;

use sandbox::{Phone, Screen};

use crate::{
    line::Line,
    support::{Answer, World, dial, press},
};

const SECOND: Duration = Duration::from_secs(1);

/// A file with categories of five questions each.
fn bank(names: &[String]) -> String {
    let mut csv = String::from("category,question,choice1,choice2,choice3,answer\n");
    for name in names {
        for question in 1..=5 {
            csv.push_str(&format!("{name},Question {question}?,a,b,c,1\n"));
        }
    }
    csv
}

async fn import(world: &World, names: &[String]) {
    let report = world.app().import_questions(bank(names).as_bytes()).await;
    let report = report.expect("questions");
    assert_eq!((report.added, report.refused), (names.len() * 5, vec![]));
    world.turn(SECOND * 3);
}

/// The pages of the list on the screen, from the first to the last.
async fn pages(phone: &Phone, more: &str) -> Vec<Screen> {
    let mut pages = vec![phone.screen().expect("a screen")];
    while pages.last().is_some_and(|page| page.text.contains(more)) {
        pages.push(press(phone, &["98"]).await);
    }
    pages
}

/// The numbered lines of a page, without the keys at its foot.
fn lines(page: &Screen) -> Vec<(usize, String)> {
    let options = page.options().into_iter();
    let lines = options.filter(|(key, _)| !["98", "0", "00"].contains(&key.as_str()));
    lines
        .map(|(key, label)| (key.parse().expect("a number"), label))
        .collect()
}

#[tokio::test]
async fn twenty_five_categories_with_the_longest_names_fit_in_either_language() {
    let world = World::new().await;
    // 16 septets each; one with characters that cost two.
    let mut names: Vec<String> = (1..=21)
        .map(|at| format!("Wxyzwxyz wxyz {at:02}"))
        .collect();
    names.push("[{Qz}] ~ 22".into());
    import(&world, &names).await;
    let phone = world.registered("0712345678").await;
    for (head, more) in [
        ("Choose a category:\n", "98. More"),
        ("Chagua mada:\n", "98. Zaidi"),
    ] {
        dial(&phone).await;
        press(&phone, &["1"]).await;
        let pages = pages(&phone, more).await;
        let mut seen = Vec::new();
        for page in &pages {
            assert!(
                page.septets <= 160 && page.text.starts_with(head),
                "{}",
                page.text
            );
            let lines = lines(page);
            assert!(!lines.is_empty(), "{}", page.text);
            // Names are whole.
            let is_whole = |name: &str| names.iter().any(|known| known == name);
            for (number, name) in &lines {
                let is_starter = name.len() < 10;
                assert!(is_starter || is_whole(name), "{number}. {name}");
            }
            seen.extend(lines);
        }
        let numbers: Vec<usize> = seen.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, (1..=25).collect::<Vec<_>>());
        // A number of any page counts on every page: from the last page the first line.
        let first = press(&phone, &["2"]).await;
        assert!(first.text.starts_with(&seen[1].1), "{}", first.text);
        let last = press(&phone, &["0", "25"]).await;
        assert!(last.text.starts_with(&seen[24].1), "{}", last.text);
        for refused in ["26", "97", "025", "+1", "1."] {
            let hint = press(&phone, &["0", refused]).await;
            assert_eq!(
                hint.name.as_deref(),
                Some("category"),
                "{refused}: {}",
                hint.text
            );
            press(&phone, &["1"]).await;
        }
        press(&phone, &["00", "4", "2"]).await;
        phone.drop_session();
    }
    world.check().await;
}

#[tokio::test]
async fn no_more_categories_are_listed_than_numbers_can_pick() {
    let world = World::new().await;
    let names: Vec<String> = (1..=120).map(|at| format!("Subject {at:03}")).collect();
    import(&world, &names).await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    press(&phone, &["1"]).await;
    let pages = pages(&phone, "98. More").await;
    let seen: Vec<usize> = pages.iter().flat_map(lines).map(|(n, _)| n).collect();
    // 98 stays free for more.
    assert_eq!(seen, (1..=97).collect::<Vec<_>>());
    let stake = press(&phone, &["97"]).await;
    assert_eq!(stake.name.as_deref(), Some("stake"), "{}", stake.text);
    world.check().await;
}

#[tokio::test]
async fn an_import_between_two_hops_shifts_no_number() {
    let world = World::new().await;
    let phone = world.funded("0712345678", 100).await;
    let other = world.registered("0722345678").await;
    dial(&phone).await;
    let list = press(&phone, &["1"]).await;
    assert!(list.text.contains("1. Bible\n2. Football"), "{}", list.text);
    import(&world, &["Aardvarks".into(), "Aaronites".into()]).await;
    // Another session reads the new list, and so does this process.
    dial(&other).await;
    let new = press(&other, &["1"]).await;
    assert!(
        new.text.contains("1. Aardvarks\n2. Aaronites\n3. Bible"),
        "{}",
        new.text
    );
    let stake = press(&phone, &["2"]).await;
    assert!(stake.text.starts_with("Football."), "{}", stake.text);
    // Also where the player pages or presses a wrong key first.
    let list = press(&other, &["0", "1", "77"]).await;
    assert!(list.text.contains("1. Aardvarks"), "{}", list.text);
    import(&world, &["Aab".into()]).await;
    dial(&world.registered("0733345678").await).await;
    let stake = press(&other, &["1"]).await;
    assert!(stake.text.starts_with("Aardvarks."), "{}", stake.text);
    // Who comes back to the list reads the new one.
    let list = press(&phone, &["0"]).await;
    assert!(list.text.contains("1. Aab\n2. Aardvarks"), "{}", list.text);
    world.check().await;
}

#[tokio::test]
async fn games_and_answers_go_on_over_pages() {
    let world = World::with(|config| {
        config.game.rematch_cooldown = Duration::ZERO;
        config.game.open_entries = 20;
    })
    .await;
    let phone = world.funded("0712345678", 1_000).await;
    for _ in 0..10 {
        world.stake(&phone, "1").await;
        world.answer(&phone, &[Answer::Right; 5], SECOND).await;
    }
    world.turn(SECOND * 60 * 31);
    world.run_due().await;
    dial(&phone).await;
    press(&phone, &["3"]).await;
    let list = pages(&phone, "98. More").await;
    assert!(list.len() > 1);
    let numbers: Vec<usize> = list.iter().flat_map(lines).map(|(n, _)| n).collect();
    assert_eq!(numbers, (1..=10).collect::<Vec<_>>());
    // From the last page the first game, its answers to the end, and back to the same list.
    let game = press(&phone, &["1"]).await;
    assert_eq!(game.name.as_deref(), Some("game_unpaired"), "{}", game.text);
    press(&phone, &["1"]).await;
    let answers = pages(&phone, "98. More").await;
    assert!(answers.len() > 2);
    let text: Vec<&str> = answers.iter().map(|page| page.text.as_str()).collect();
    let right = text.join(" ").matches("Right:").count();
    assert_eq!(right, 5, "{text:#?}");
    for page in &answers {
        assert!(page.septets <= 160, "{}", page.text);
    }
    let list_again = press(&phone, &["00", "3"]).await;
    assert_eq!(list_again.text, list[0].text);
    world.check().await;
}

#[tokio::test]
async fn ninety_eight_shillings_are_an_amount() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    let sent = press(&phone, &["2", "98"]).await;
    assert!(sent.text.contains("KES 98"), "{}", sent.text);
    world.turn(SECOND * 3);
    world.run_due().await;
    phone.wait_for_prompt(SECOND * 10).await.expect("a prompt");
    assert_eq!(
        phone.prompt().map(|prompt| prompt.amount_cents),
        Some(9_800)
    );
    phone.enter_pin("1234").await.expect("paid");
    world.callbacks_are_in().await;
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 9_800);
    world.check().await;
}

#[tokio::test]
async fn the_smallest_deposits_can_be_typed_where_the_limits_allow_them() {
    let world = World::with(|config| config.wallet.min_deposit = 1).await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    // No list whose numbers could be amounts.
    let screen = press(&phone, &["2"]).await;
    assert_eq!(lines(&screen), [], "{}", screen.text);
    let sent = press(&phone, &["3"]).await;
    assert!(sent.text.contains("KES 3:"), "{}", sent.text);
    world.check().await;
}

#[tokio::test]
async fn a_page_is_as_long_as_its_network_allows() {
    let world = World::new().await;
    let phone = world.registered("0712345678").await;
    let mut lengths = Vec::new();
    for (at, network) in ["63902", "63903", "", "12345"].into_iter().enumerate() {
        let line = Line::new(&phone, &format!("ATUid_net{at}")).network(network);
        let reply = line.any_length("5").await;
        lengths.push(reply.text.chars().count() + 4);
    }
    assert!(
        lengths[0] <= 160 && lengths[1] > 160 && lengths[1] <= 184,
        "{lengths:?}"
    );
    // Whatever is not known gets the tightest.
    assert_eq!((lengths[2], lengths[3]), (lengths[0], lengths[0]));
    world.check().await;
}
