//! What a person who writes no Rust does to a copy of `menus/`: reword, reorder, add a page, a
//! screen, a language. Each is played, by a service that read the copy.

use std::{fs, path::Path, time::Duration};

use majibu::service::{self, Reloaded, StartError};
use tempfile::TempDir;

use crate::support::{Answer, World, dial, press};

const MENUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/menus");

/// A copy of the menus.
pub(crate) struct Menus(TempDir);

impl Menus {
    pub(crate) fn copy() -> Self {
        let folder = TempDir::new().expect("a folder");
        for name in ["menu.toml", "en.toml", "sw.toml"] {
            let source = Path::new(MENUS).join(name);
            fs::copy(source, folder.path().join(name)).expect("a copy");
        }
        Self(folder)
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.path().join(file)).expect("a file")
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.0.path().join(file), text).expect("a file");
    }

    pub(crate) fn remove(&self, file: &str) {
        fs::remove_file(self.0.path().join(file)).expect("a file");
    }

    /// Replaces one text of one file.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{from:?} is not in {file}");
        self.write(file, &text.replacen(from, to, 1));
    }

    /// Adds a language: English with another name and a few words of its own.
    pub(crate) fn add_luo(&self) {
        let text = self
            .read("en.toml")
            .replacen("name = \"English\"", "name = \"Dholuo\"", 1)
            .replacen("Majibu. Balance KES", "Majibu. Pesa mari KES", 1)
            .replacen("Choose a category:", "Yier wach:", 1)
            .replacen(
                "received{duty:word}{excise}, M-Pesa receipt",
                "oyudi, M-Pesa",
                1,
            );
        self.write("luo.toml", &text);
    }

    /// A service that reads this copy.
    pub(crate) async fn world(&self) -> World {
        World::with(|config| config.ussd.menus = Some(self.0.path().into())).await
    }

    /// What SIGHUP does; it must be taken.
    pub(crate) async fn reload(&self, world: &World) {
        let reloaded = service::reload_menu(&world.config, world.app()).await;
        assert_eq!(reloaded.expect("a sound menu"), Reloaded::Yes);
    }

    /// The same with a menu that must be refused; gives what is said of it.
    pub(crate) async fn refused(&self, world: &World) -> String {
        let refused = service::reload_menu(&world.config, world.app()).await;
        let Err(error @ (StartError::Unsound(_) | StartError::Menu(_))) = refused else {
            panic!("{refused:?}");
        };
        error.to_string()
    }
}

#[tokio::test]
async fn texts_are_reworded_and_options_change_their_order() {
    let menus = Menus::copy();
    menus.edit(
        "en.toml",
        "Majibu. Balance KES {balance}",
        "Karibu! You have KES {balance}",
    );
    // Help comes first, playing last.
    let options = [
        "    { key = \"1\", text = \"play\", go = \"category\" },\n",
        "    { key = \"5\", text = \"help\", go = \"help\" },\n",
    ];
    menus.edit("menu.toml", options[0], &options[1].replace('5', "1"));
    menus.edit("menu.toml", options[1], &options[0].replace('1', "5"));
    let world = menus.world().await;
    let phone = world.funded("0712345678", 100).await;
    assert_eq!(
        dial(&phone).await.text,
        "Karibu! You have KES 100\n1. Help\n2. Deposit\n3. My games\n4. Language\n5. Play\n\
            6. Withdraw\n7. My limits"
    );
    assert_eq!(press(&phone, &["1"]).await.name.as_deref(), Some("help"));
    let screen = press(&phone, &["00", "5", "1", "2", "1"]).await;
    assert_eq!(screen.name.as_deref(), Some("question"), "{}", screen.text);
    let end = world
        .answer(&phone, &[Answer::Right; 5], Duration::from_secs(1))
        .await;
    assert_eq!(end.name.as_deref(), Some("waiting"), "{}", end.text);
    world.turn(Duration::from_secs(31 * 60));
    world.check().await;
}

#[tokio::test]
async fn a_help_page_and_a_screen_with_options_are_added() {
    let menus = Menus::copy();
    let help = "{ key = \"5\", text = \"help\", go = \"help\" }";
    menus.edit(
        "menu.toml",
        help,
        "{ key = \"5\", text = \"help\", go = \"help_topics\" }",
    );
    menus.edit(
        "menu.toml",
        "[screen.help]",
        "[screen.help_topics]\noptions = [\n\
        { key = \"1\", text = \"help_rules\", go = \"help\" },\n\
        { key = \"2\", text = \"help_money\", go = \"help_money\" },\n]\nback = \"home\"\n\n\
        [screen.help_money]\npaged = true\nback = \"help_topics\"\n\n[screen.help]",
    );
    for (file, topics, money, rules, word) in [
        (
            "en.toml",
            "Help:",
            "Money comes in by M-Pesa. ",
            "How to play",
            "Money",
        ),
        (
            "sw.toml",
            "Msaada:",
            "Pesa huingia kwa M-Pesa. ",
            "Jinsi ya kucheza",
            "Pesa",
        ),
    ] {
        let page = money.repeat(9);
        let texts = format!(
            "[screen]\nhelp_topics = \"{topics}\"\nhelp_money = \"{}\"\n",
            page.trim_end()
        );
        menus.edit(file, "[screen]\n", &texts);
        let labels = format!("[option]\nhelp_rules = \"{rules}\"\nhelp_money = \"{word}\"\n");
        menus.edit(file, "[option]\n", &labels);
    }
    let world = menus.world().await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    let topics = press(&phone, &["5"]).await;
    assert_eq!(topics.text, "Help:\n1. How to play\n2. Money\n0. Back");
    let first = press(&phone, &["2"]).await;
    assert!(
        first.text.ends_with("98. More\n0. Back 00. Home"),
        "{}",
        first.text
    );
    let second = press(&phone, &["98"]).await;
    assert!(second.text.contains("Money comes in") && second.text != first.text);
    let back = press(&phone, &["0", "0"]).await;
    assert_eq!(back.text, topics.text);
    press(&phone, &["00", "4", "2"]).await;
    let topics = press(&phone, &["5"]).await;
    assert_eq!(
        topics.text,
        "Msaada:\n1. Jinsi ya kucheza\n2. Pesa\n0. Rudi"
    );
    let first = press(&phone, &["2"]).await;
    assert!(
        first.text.starts_with("Pesa huingia kwa M-Pesa."),
        "{}",
        first.text
    );
    world.check().await;
}

#[tokio::test]
async fn a_language_that_is_dropped_in_is_offered_and_spoken_everywhere() {
    let menus = Menus::copy();
    menus.add_luo();
    let world = menus.world().await;
    let phone = world.phone("0712345678");
    let first = dial(&phone).await;
    assert!(
        first.text.ends_with("1. English\n2. Dholuo\n3. Kiswahili"),
        "{}",
        first.text
    );
    let home = press(&phone, &["2", "1"]).await;
    assert!(
        home.text.starts_with("Majibu. Pesa mari KES 0\n"),
        "{}",
        home.text
    );
    phone.drop_session();
    world.deposit(&phone, 100).await;
    let sms = world.last_sms(&phone);
    assert!(sms.starts_with("KES 100 oyudi, M-Pesa"), "{sms}");
    dial(&phone).await;
    let category = press(&phone, &["1"]).await;
    assert!(
        category.text.starts_with("Yier wach:\n1. Bible"),
        "{}",
        category.text
    );
    // There are no questions in it: they come in English.
    let question = press(&phone, &["1", "2", "1"]).await;
    assert!(question.text.starts_with("Q1/5 "), "{}", question.text);
    world
        .answer(&phone, &[Answer::Right; 5], Duration::from_secs(1))
        .await;
    dial(&phone).await;
    let languages = press(&phone, &["4"]).await;
    assert!(
        languages.text.contains("2. Dholuo\n3. Kiswahili"),
        "{}",
        languages.text
    );
    let home = press(&phone, &["3"]).await;
    assert!(
        home.text.starts_with("Majibu. Salio KES 50"),
        "{}",
        home.text
    );
    world.turn(Duration::from_secs(31 * 60));
    world.check().await;
}

#[tokio::test]
async fn the_keys_for_more_and_back_are_declared_once_for_all_screens() {
    let menus = Menus::copy();
    menus.edit("en.toml", "more = \"More\"", "more = \"Next\"");
    menus.edit("en.toml", "back = \"Back\"", "back = \"Return\"");
    menus.edit("menu.toml", "more = \"98\"", "more = \"99\"");
    let world = menus.world().await;
    let phone = world.registered("0712345678").await;
    dial(&phone).await;
    let page = press(&phone, &["5"]).await;
    assert!(
        page.text.ends_with("\n99. Next\n0. Return"),
        "{}",
        page.text
    );
    let second = press(&phone, &["99"]).await;
    assert_ne!(second.text, page.text);
    let hint = press(&phone, &["98"]).await;
    assert!(hint.text.starts_with("Not on the list."), "{}", hint.text);
    world.check().await;
}
