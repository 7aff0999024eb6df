//! A question that is corrected while it is played: the round goes on as it began.

use std::time::Duration;

use sandbox::Phone;

use crate::support::{Answer, World, dial, press};

const SECOND: Duration = Duration::from_secs(1);

/// Five questions of a category before all others.
fn five(word: &str, answer: u8) -> String {
    let header = "key,lang,category,question,choice1,choice2,choice3,answer\n";
    let row = |n: u8| {
        let choices = format!("{word}1,{word}2,{word}3");
        format!(
            "a{n},en,Aaa,{word} {n}?,{choices},{answer}\na{n},sw,Aaa,S{word} {n}?,{choices},{answer}\n"
        )
    };
    let rows: String = (0..5).map(row).collect();
    format!("{header}{rows}")
}

async fn import(world: &World, csv: &str) -> majibu::app::ImportReport {
    let report = world.app().import_questions(csv.as_bytes()).await;
    report.expect("imported")
}

/// The key of the choice that reads so.
fn key_of(text: &str, choice: &str) -> String {
    let line = text
        .lines()
        .find(|line| line.ends_with(&format!(". {choice}")));
    let line = line.unwrap_or_else(|| panic!("no {choice}: {text}"));
    line.split('.').next().expect("a key").to_owned()
}

/// Plays a round under way, always with the same choice.
async fn always(world: &World, phone: &Phone, word: &str, choice: &str) -> String {
    let mut screen = phone.screen().expect("a question");
    for _ in 0..5 {
        assert!(
            screen.text.contains(&format!(" {word} ")),
            "{}",
            screen.text
        );
        world.turn(SECOND);
        let key = key_of(&screen.text, choice);
        screen = press(phone, &[&key]).await;
    }
    screen.text
}

#[tokio::test]
async fn an_edit_changes_neither_what_players_see_nor_how_they_are_judged() {
    let world = World::new().await;
    assert_eq!(import(&world, &five("Old", 1)).await.added, 10);
    world.turn(SECOND * 5);
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    let carol = world.funded("0722345678", 100).await;
    let first = world.stake(&amina, "2").await;
    assert!(first.text.contains("Old "), "{}", first.text);

    // Words, choices and answer change, in both languages.
    assert_eq!(import(&world, &five("New", 3)).await.updated, 10);
    amina.drop_session();
    let resumed = dial(&amina).await;
    let (_, same) = resumed.text.split_once('\n').expect("a hint above");
    assert_eq!(same, first.text, "the same question as before");
    let ended = always(&world, &amina, "Old", "Old1").await;
    assert!(ended.contains("5/5"), "{ended}");

    // The second seat of the set gets what the first one got.
    world.stake(&brian, "2").await;
    assert_eq!(world.entry_under_way(&brian).await.seat, 2);
    let ended = always(&world, &brian, "Old", "Old3").await;
    assert!(ended.contains("0/5"), "{ended}");
    world.run_due().await;
    assert_eq!(world.balance(&amina).await, 13_000);

    // What they look up afterwards is what they were asked.
    dial(&amina).await;
    let answers = press(&amina, &["3", "1", "1"]).await;
    assert!(
        answers.text.contains("Right: Old1. You: Old1."),
        "{}",
        answers.text
    );

    // A set that is opened now has the corrected questions.
    world.stake(&carol, "2").await;
    assert_eq!(world.entry_under_way(&carol).await.seat, 1);
    let ended = always(&world, &carol, "New", "New3").await;
    assert!(ended.contains("5/5"), "{ended}");
    assert_eq!(import(&world, &five("New", 3)).await.unchanged, 10);
    world.check().await;
}

#[tokio::test]
async fn a_question_in_fewer_choices_or_another_category_spoils_no_round() {
    let world = World::new().await;
    let four = |n: u8| format!("a{n},Aaa,Four {n}?,a,b,c,d,4\n");
    let header = "key,category,question,choice1,choice2,choice3,choice4,answer\n";
    let rows: String = (0..5).map(four).collect();
    import(&world, &format!("{header}{rows}")).await;
    world.turn(SECOND * 5);
    let amina = world.funded("0712345678", 100).await;
    world.stake(&amina, "2").await;
    let three = rows.replace(",d,4", ",,3").replace("Aaa", "Zzz");
    assert_eq!(import(&world, &format!("{header}{three}")).await.updated, 5);
    let ended = always(&world, &amina, "Four", "d").await;
    assert!(ended.contains("5/5"), "{ended}");
    world.check().await;
}

#[tokio::test]
async fn figures_are_those_of_the_words_that_players_saw() {
    let world = World::new().await;
    import(&world, &five("Old", 1)).await;
    world.turn(SECOND * 5);
    let amina = world.funded("0712345678", 100).await;
    let brian = world.funded("0110234567", 100).await;
    world.stake(&amina, "2").await;
    world.answer(&amina, &[Answer::Right; 5], SECOND).await;
    world.stake(&brian, "2").await;
    world
        .answer(&brian, &[Answer::Wrong, Answer::Right], SECOND * 3)
        .await;
    let stats = world.app().question_stats(Some("Aaa".into()), 0).await;
    let stats = stats.expect("figures");
    assert_eq!(stats.len(), 5);
    let sums = |of: fn(&majibu::app::QuestionStats) -> i64| stats.iter().map(of).sum::<i64>();
    // Brian looks at his third question, which is not shown to the end.
    assert_eq!(sums(|one| one.figures.shown), 7);
    assert_eq!(sums(|one| one.figures.answered()), 7);
    assert_eq!(sums(|one| one.figures.right()), 6);
    let wrong = &stats[0].figures;
    assert_eq!(
        (wrong.shown, wrong.right()),
        (2, 1),
        "the worst comes first"
    );
    assert_eq!(wrong.answering_ms, Some(2_000), "1 and 3 seconds");

    // His clock runs out: the third was shown, and not answered in time.
    world.turn(SECOND * 60);
    world.run_due().await;
    let stats = world.app().question_stats(Some("Aaa".into()), 2).await;
    let stats = stats.expect("figures");
    assert_eq!(stats.len(), 3, "the others were shown once");
    let late: i64 = stats.iter().map(|one| one.figures.late()).sum();
    assert_eq!(late, 1);

    // A corrected question begins anew.
    import(&world, &five("New", 3)).await;
    let stats = world.app().question_stats(Some("Aaa".into()), 1).await;
    assert_eq!(stats.expect("figures"), []);
    world.check().await;
}
