//! The menu is exchanged while players are in it: what they pressed means what they read, no money
//! moves that nobody confirmed, and no question is lost.

use std::time::Duration;

use crate::{
    edited::Menus,
    line::assert_repeats,
    support::{Answer, World, dial, press},
};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn the_next_hop_has_the_new_words_and_a_repeated_one_the_old() {
    let menus = Menus::copy();
    let world = menus.world().await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    menus.edit("en.toml", "Choose a category:", "Pick a subject:");
    menus.reload(&world).await;
    assert_repeats(&phone).await;
    let screen = press(&phone, &["1"]).await;
    assert!(
        screen.text.starts_with("Pick a subject:"),
        "{}",
        screen.text
    );
    world.check().await;
}

#[tokio::test]
async fn a_broken_edit_is_refused_and_the_old_menu_stays() {
    let menus = Menus::copy();
    let world = menus.world().await;
    let phone = world.registered("0712345678").await;
    let home = dial(&phone).await.text;
    menus.edit("en.toml", "Majibu. Balance", "Balance {balence}");
    let told = menus.refused(&world).await;
    assert!(
        told.contains("screen.home: there is no placeholder {balence}"),
        "{told}"
    );
    phone.drop_session();
    assert_eq!(dial(&phone).await.text, home);
    // Whatever else happens to the files.
    menus.write("menu.toml", "[screen");
    menus.refused(&world).await;
    menus.remove("menu.toml");
    menus.refused(&world).await;
    phone.drop_session();
    assert_eq!(dial(&phone).await.text, home);
    world.check().await;
}

#[tokio::test]
async fn a_menu_with_too_little_room_for_the_questions_is_refused() {
    let menus = Menus::copy();
    let world = menus.world().await;
    let mut question = String::from("Who");
    while question.len() < 100 {
        question.push_str(" and who");
    }
    let csv = format!(
        "category,question,choice1,choice2,choice3,answer\nBible,{question}?,Abel,Cain,Seth,1\n"
    );
    let report = world
        .app()
        .import_questions(csv.as_bytes())
        .await
        .expect("questions");
    assert_eq!((report.added, report.refused), (1, vec![]));
    menus.edit(
        "en.toml",
        "Q{n}/{of} {question}",
        "Question {n} of {of}, think: {question}",
    );
    let told = menus.refused(&world).await;
    assert!(
        told.contains("screen.question: leaves too little room for 1 questions of the bank"),
        "{told}"
    );
    world.check().await;
}

#[tokio::test]
async fn a_key_that_means_something_else_now_moves_no_money() {
    let menus = Menus::copy();
    let start = "options = [{ key = \"1\", text = \"start\", run = \"stake\" }]\nback = \"stake\"";
    let asks_first = "options = [\n{ key = \"1\", text = \"decline\", go = \"home\" },\n\
        { key = \"2\", text = \"start\", run = \"stake\" },\n]\nback = \"stake\"";
    menus.edit("menu.toml", start, asks_first);
    menus.edit("sw.toml", ", sekunde {thinking} kufikiri", "");
    let world = menus.world().await;
    let phone = world.funded("0712345678", 100).await;
    dial(&phone).await;
    let confirm = press(&phone, &["1", "1", "2"]).await;
    assert!(
        confirm.text.contains("1. No\n2. Confirm"),
        "{}",
        confirm.text
    );
    // The player says no; meanwhile that key confirms.
    menus.edit("menu.toml", asks_first, start);
    menus.reload(&world).await;
    let shown = press(&phone, &["1"]).await;
    assert_eq!(shown.name.as_deref(), Some("confirm"), "{}", shown.text);
    assert!(
        shown.text.starts_with("The menu is new.\n"),
        "{}",
        shown.text
    );
    assert!(shown.text.contains("1. Confirm"), "{}", shown.text);
    assert_eq!(world.balance(&phone).await, 10_000);
    assert!(world.report(&phone).await.entries.is_empty());
    // Now it means what it says.
    let question = press(&phone, &["1"]).await;
    assert_eq!(
        question.name.as_deref(),
        Some("question"),
        "{}",
        question.text
    );
    assert_eq!(world.balance(&phone).await, 5_000);
    world.answer(&phone, &[Answer::Right; 5], SECOND).await;
    world.turn(SECOND * 31 * 60);
    world.check().await;
}

#[tokio::test]
async fn new_terms_are_read_before_they_are_accepted() {
    let menus = Menus::copy();
    let world = menus.world().await;
    let phone = world.phone("0712345678");
    dial(&phone).await;
    press(&phone, &["1"]).await;
    menus.edit(
        "en.toml",
        "You must be 18 or older. Win",
        "You must be 21 or older. Win",
    );
    menus.reload(&world).await;
    let terms = press(&phone, &["1"]).await;
    assert_eq!(terms.name.as_deref(), Some("terms"), "{}", terms.text);
    assert!(terms.text.contains("21 or older"), "{}", terms.text);
    let home = press(&phone, &["1"]).await;
    assert_eq!(home.name.as_deref(), Some("home"), "{}", home.text);
    world.check().await;
}

#[tokio::test]
async fn a_screen_that_is_gone_leads_home() {
    let menus = Menus::copy();
    let world = menus.world().await;
    let phone = world.funded("0712345678", 100).await;
    let stranger = world.phone("0722345678");
    dial(&phone).await;
    press(&phone, &["1", "1", "2"]).await;
    dial(&stranger).await;
    press(&stranger, &["1"]).await;
    // Two screens have other names now.
    for name in ["confirm", "terms"] {
        for file in ["menu.toml", "en.toml", "sw.toml"] {
            let text = menus.read(file);
            let new = format!("my_{name}");
            let renamed = text
                .replace(&format!("[screen.{name}]"), &format!("[screen.{new}]"))
                .replace(&format!("go = \"{name}\""), &format!("go = \"{new}\""))
                .replace(&format!("\n{name} = "), &format!("\n{new} = "));
            menus.write(file, &renamed);
        }
    }
    menus.reload(&world).await;
    let home = press(&phone, &["1"]).await;
    assert_eq!(home.name.as_deref(), Some("home"), "{}", home.text);
    assert_eq!(world.balance(&phone).await, 10_000);
    let screen = press(&phone, &["1", "1", "2"]).await;
    assert_eq!(
        screen.name.as_deref(),
        Some("my_confirm"),
        "{}",
        screen.text
    );
    // Who has not accepted anything begins anew, and is not registered by the old key.
    let screen = press(&stranger, &["1"]).await;
    assert_eq!(screen.name.as_deref(), Some("language"), "{}", screen.text);
    world.check().await;
}

/// Gives the screen of the questions another name.
fn rename_question(menus: &Menus) {
    let text = menus.read("menu.toml");
    menus.write(
        "menu.toml",
        &text
            .replace("[screen.question]", "[screen.ask]")
            .replace("= \"question\"", "= \"ask\""),
    );
    for file in ["en.toml", "sw.toml"] {
        let text = menus.read(file);
        menus.write(file, &text.replace("\nquestion = ", "\nask = "));
    }
}

#[tokio::test]
async fn a_question_under_way_is_answered_whatever_becomes_of_its_screen() {
    let menus = Menus::copy();
    let world = menus.world().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "2").await;
    world.answer(&phone, &[Answer::Right; 2], SECOND).await;
    // The words around it change, then its name, then there is an ordinary screen of the old name.
    menus.edit("en.toml", "Q{n}/{of} {question}", "No. {n}/{of} {question}");
    menus.reload(&world).await;
    let next = world.answer(&phone, &[Answer::Right], SECOND).await;
    assert!(next.text.starts_with("No. 4/5 "), "{}", next.text);
    rename_question(&menus);
    menus.reload(&world).await;
    let next = world.answer(&phone, &[Answer::Right], SECOND).await;
    assert_eq!(next.name.as_deref(), Some("ask"), "{}", next.text);
    assert!(next.text.starts_with("No. 5/5 "), "{}", next.text);
    let end = world.answer(&phone, &[Answer::Right], SECOND).await;
    assert!(end.text.starts_with("Done! 5/5 right"), "{}", end.text);
    world.turn(SECOND * 31 * 60);
    world.check().await;
}

#[tokio::test]
async fn a_question_is_not_lost_to_a_screen_of_the_same_name() {
    let menus = Menus::copy();
    let world = menus.world().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "2").await;
    rename_question(&menus);
    menus.edit(
        "menu.toml",
        "[screen.short]",
        "[screen.question]\npaged = true\nback = \"home\"\n\n[screen.short]",
    );
    menus.edit(
        "menu.toml",
        "key = \"5\", text = \"help\", go = \"help\"",
        "key = \"5\", text = \"help\", go = \"question\"",
    );
    menus.edit("menu.toml", "[screen.question]\npaged = true\nback = \"home\"", "[screen.question]\noptions = [{ key = \"1\", text = \"help\", go = \"help\" }]\nback = \"home\"");
    for file in ["en.toml", "sw.toml"] {
        menus.edit(file, "[screen]\n", "[screen]\nquestion = \"FAQ\"\n");
    }
    menus.reload(&world).await;
    let end = world.answer(&phone, &[Answer::Right; 5], SECOND).await;
    assert!(end.text.starts_with("Done! 5/5 right"), "{}", end.text);
    world.turn(SECOND * 31 * 60);
    world.check().await;
}

#[tokio::test]
async fn a_language_that_comes_between_two_hops_shifts_no_number() {
    let menus = Menus::copy();
    let world = menus.world().await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    let list = press(&phone, &["4"]).await;
    assert!(
        list.text.contains("1. English\n2. Kiswahili"),
        "{}",
        list.text
    );
    menus.add_luo();
    menus.reload(&world).await;
    let home = press(&phone, &["2"]).await;
    assert!(home.text.starts_with("Majibu. Salio"), "{}", home.text);
    let list = press(&phone, &["4"]).await;
    assert!(
        list.text.contains("1. English\n2. Dholuo\n3. Kiswahili"),
        "{}",
        list.text
    );
    // And one that goes: who spoke it is spoken to in another.
    press(&phone, &["2"]).await;
    menus.remove("luo.toml");
    menus.reload(&world).await;
    phone.drop_session();
    let home = dial(&phone).await;
    assert!(home.text.starts_with("Majibu. Balance"), "{}", home.text);
    world.check().await;
}

#[tokio::test]
async fn a_session_that_was_lost_goes_on_in_the_new_menu() {
    let menus = Menus::copy();
    let world = menus.world().await;
    let phone = world.funded("0712345678", 100).await;
    world.stake(&phone, "2").await;
    rename_question(&menus);
    menus.reload(&world).await;
    world.wipe_sessions().await;
    let end = world.answer(&phone, &[Answer::Right; 5], SECOND).await;
    assert!(end.text.starts_with("Done! 5/5 right"), "{}", end.text);
    world.turn(SECOND * 31 * 60);
    world.check().await;
}

#[tokio::test]
async fn an_outcome_leads_where_the_menu_in_force_says() {
    let menus = Menus::copy();
    let world = menus.world().await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    press(&phone, &["1", "1", "2"]).await;
    // A stake, and a stake after the reality check.
    for _ in 0..2 {
        menus.edit("menu.toml", " short = \"short\"", " short = \"deposit\"");
    }
    menus.edit("menu.toml", "[screen.short]\noptions = [{ key = \"1\", text = \"deposit\", go = \"deposit\" }]\nback = \"home\"\n", "");
    for file in ["en.toml", "sw.toml"] {
        let text = menus.read(file);
        let lines = text.lines().filter(|line| !line.starts_with("short = "));
        menus.write(file, &lines.collect::<Vec<_>>().join("\n"));
    }
    menus.reload(&world).await;
    let screen = press(&phone, &["1"]).await;
    assert_eq!(screen.name.as_deref(), Some("deposit"), "{}", screen.text);
    world.check().await;
}

/// Many hops and many reloads at the same time: every reply is one menu's, whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_hop_sees_one_menu() {
    let menus = Menus::copy();
    menus.edit("en.toml", "play = \"Play\"", "play = \"Play A\"");
    menus.edit("en.toml", "help = \"Help\"", "help = \"Help A\"");
    let world: World = menus.world().await;
    let phones: Vec<_> = ["0712345678", "0722345678", "0733345678", "0744345678"].into();
    let mut players = Vec::new();
    for number in phones {
        players.push(world.registered(number).await);
    }
    let hops = async {
        for _ in 0..40 {
            for phone in &players {
                let text = dial(phone).await.text;
                let is_whole = |mark: &str| {
                    text.contains(&format!("Play {mark}")) && text.contains(&format!("Help {mark}"))
                };
                assert!(is_whole("A") || is_whole("B"), "{text}");
                phone.drop_session();
            }
        }
    };
    let reloads = async {
        for (from, to) in [("A", "B"), ("B", "A")].into_iter().cycle().take(20) {
            for word in ["Play", "Help"] {
                menus.edit(
                    "en.toml",
                    &format!("\"{word} {from}\""),
                    &format!("\"{word} {to}\""),
                );
            }
            menus.reload(&world).await;
        }
    };
    tokio::join!(hops, reloads);
    world.check().await;
}
