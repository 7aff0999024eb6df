//! `menu check`, and a folder of menus that is not sound.

use std::fs;

use crate::binary::House;

const MENUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/menus");

/// Gives a house a copy of the menus under `menus`.
pub(crate) fn copy_menus(house: &mut House) {
    let folder = house.path("menus");
    fs::create_dir(&folder).expect("a folder");
    for name in ["menu.toml", "en.toml", "sw.toml"] {
        fs::copy(format!("{MENUS}/{name}"), folder.join(name)).expect("a menu file");
    }
    house.set("USSD__MENUS", "menus");
}

/// Replaces one text of one file of the copy.
pub(crate) fn edit(house: &House, file: &str, from: &str, to: &str) {
    let path = house.path("menus").join(file);
    let text = fs::read_to_string(&path).expect("a menu file");
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).expect("a file");
}

/// A house with a copy of the menus, one text of one file replaced.
pub(crate) fn with_menus(file: &str, from: &str, to: &str) -> House {
    let mut house = House::new();
    copy_menus(&mut house);
    edit(&house, file, from, to);
    house
}

#[test]
fn the_menu_of_the_binary_is_sound() {
    let house = House::new();
    let said = house.run(&["menu", "check"]).ended(0);
    assert!(said.stdout.contains("sound"), "{said:?}");
    let report = house.run(&["menu", "check", "--json"]).ended(0).json();
    assert_eq!(report["ok"], true);
    assert_eq!(report["findings"], serde_json::json!([]));
    let widest = report["widest"].as_array().expect("a list");
    for row in widest {
        assert!(row["screen"].is_string() && row["locale"].is_string());
        assert!(row["septets"].as_u64().expect("a count") <= 160, "{row}");
    }
    for locale in ["en", "sw"] {
        assert!(widest.iter().any(|row| row["locale"] == locale));
    }
    assert!(!house.path("majibu.db").exists(), "no database is needed");
}

#[test]
fn a_menu_in_a_folder_is_as_good() {
    let house = with_menus("en.toml", "Choose a category:", "Pick a category:");
    house.run(&["menu", "check"]).ended(0);
    house.run(&["migrate"]).ended(0);
}

#[test]
fn a_broken_menu_is_refused_with_file_and_line() {
    for (file, from, to, what) in [
        // Not TOML.
        ("menu.toml", "[screen.terms]", "[screen.terms", "menu.toml:"),
        // A key that does not exist.
        ("menu.toml", "paged = true", "pagged = true", "pagged"),
        // A screen that does not exist.
        ("menu.toml", "go = \"stake\"", "go = \"steak\"", "steak"),
        // An outcome that leads nowhere.
        ("menu.toml", "short = \"short\", ", "", "short"),
        // A text that is missing in one language.
        ("sw.toml", "waiting = ", "wating = ", "waiting"),
        // A placeholder that nobody fills in.
        ("en.toml", "KES {balance}", "KES {balence}", "balence"),
        // A placeholder that does not end.
        ("en.toml", "KES {balance}", "KES {balance", "en.toml:"),
        // Too long at its widest.
        (
            "en.toml",
            "Majibu. Balance",
            "Majibu, the quiz of all quizzes. The balance of your wallet as it is at this very \
            moment, without what you have staked, and not a shilling less:",
            "home",
        ),
        // A character that costs a whole screen.
        (
            "en.toml",
            "Choose a category:",
            "Choose a category…",
            "en.toml:",
        ),
    ] {
        let house = with_menus(file, from, to);
        let checked = house.run(&["menu", "check"]).ended(1);
        let has_place = |text: &str| {
            text.lines().any(|line| {
                let place = line.split_once(".toml:").map(|(_, rest)| rest);
                place.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
                    && line.contains(what)
            })
        };
        assert!(has_place(&checked.stdout), "{to}: {checked:?}");
        let report = house.run(&["menu", "check", "--json"]).ended(1).json();
        assert_eq!(report["ok"], false);
        assert_ne!(report["findings"], serde_json::json!([]));
        for command in ["serve", "work", "migrate"] {
            let refused = house.run(&[command]);
            assert!([1, 2].contains(&refused.code), "{to}: {refused:?}");
            assert!(has_place(&refused.stderr), "{to}: {refused:?}");
        }
        assert!(!house.path("majibu.db").exists(), "refused before anything");
    }
}

#[test]
fn a_folder_without_a_menu_is_bad_configuration() {
    let mut house = House::new();
    house.set("USSD__MENUS", "nowhere");
    for arguments in [&["menu", "check"][..], &["migrate"]] {
        let said = house.run(arguments).ended(2);
        let line = said.one_line();
        assert!(line.contains("ussd.menus") && line.contains("nowhere"));
    }
    fs::create_dir(house.path("nowhere")).expect("a folder");
    let said = house.run(&["menu", "check"]).ended(2);
    assert!(said.one_line().contains("ussd.menus"));
}

#[test]
fn keywords_that_cannot_work_are_refused_with_file_and_line() {
    for (file, from, to, what) in [
        // One word for two things, in one language and across two.
        (
            "en.toml",
            "[\"GAMES\", \"GAME\"]",
            "[\"GAMES\", \"bal\"]",
            "\"bal\" stands for",
        ),
        (
            "sw.toml",
            "[\"ANZA\"]",
            "[\"ANZA\", \"STOP\"]",
            "\"STOP\" stands for",
        ),
        (
            "en.toml",
            "[\"HELP\"]",
            "[\"HELP\", \"help\"]",
            "\"help\" stands for",
        ),
        (
            "sw.toml",
            "[\"ANZA\"]",
            "[\"MAJIBU\"]",
            "\"MAJIBU\" stands for",
        ),
        // What nobody can type, or nobody is understood by.
        (
            "en.toml",
            "[\"HELP\"]",
            "[\"HELP ME\"]",
            "\"HELP ME\" cannot be typed",
        ),
        (
            "en.toml",
            "[\"HELP\"]",
            "[\"HELP\", \"\"]",
            "\"\" cannot be typed",
        ),
        ("sw.toml", "[\"MSAADA\"]", "[\"MSÁÁDA\"]", "cannot be typed"),
        ("sw.toml", "[\"MSAADA\"]", "[\"*1#\"]", "cannot be typed"),
        (
            "sw.toml",
            "[\"MSAADA\"]",
            "[\"MSAADAMSAADAMSAADAMSAADA\"]",
            "cannot be typed",
        ),
        // Missing, empty, unknown, malformed.
        (
            "sw.toml",
            "balance = [\"SALIO\"]",
            "",
            "no word for \"balance\"",
        ),
        (
            "sw.toml",
            "[\"ACHA\", \"SITISHA\"]",
            "[]",
            "no word for \"stop\"",
        ),
        (
            "en.toml",
            "help = [\"HELP\"]",
            "halp = [\"HELP\"]",
            "no keyword \"halp\"",
        ),
        (
            "en.toml",
            "help = [\"HELP\"]",
            "help = \"HELP\"",
            "en.toml:",
        ),
        // An answer that a machine could send back as a question, for ever.
        (
            "sw.toml",
            "balance = \"Una KES {balance}",
            "balance = \"Salio: KES {balance}",
            "begins like the keyword for \"balance\"",
        ),
        (
            "en.toml",
            "You will get no offers",
            "Majibu: START! You will get no offers",
            "begins like the keyword for \"start\"",
        ),
        // A help that does not help.
        (
            "en.toml",
            "BAL your balance",
            "your balance",
            "names no keyword for \"balance\"",
        ),
        // One SMS at its widest, games and code among it.
        (
            "en.toml",
            "Your games: {games}.",
            &format!("{}{{games}}.", "Your games: ".repeat(10)),
            "the SMS \"games\" is",
        ),
        ("sw.toml", "any_code = ", "one_code = ", "no \"any_code\""),
        (
            "sw.toml",
            "Bado hujacheza. Piga",
            "Bado hujacheza, piga {kode}",
            "{kode}",
        ),
    ] {
        let house = with_menus(file, from, to);
        let checked = house.run(&["menu", "check"]).ended(1);
        let found = checked.stdout.lines().any(|line| {
            let rest = line.split_once(&format!("{file}:")).map(|(_, rest)| rest);
            rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
                && line.contains(what)
        });
        assert!(found, "{to}: {checked:?}");
    }
}

#[test]
fn a_finding_about_a_keyword_names_its_line() {
    let house = with_menus("en.toml", "[\"HELP\"]", "[\n  \"HELP\",\n  \"HELP ME\",\n]");
    let text = fs::read_to_string(house.path("menus/en.toml")).expect("a file");
    let line = text.lines().position(|line| line.contains("HELP ME"));
    let place = format!("en.toml:{}:", line.expect("a line") + 1);
    let checked = house.run(&["menu", "check"]).ended(1);
    assert!(checked.stdout.contains(&place), "{checked:?}");
}

#[test]
fn the_lengths_of_all_screens_and_the_words_for_writers_are_printed() {
    let house = with_menus(
        "en.toml",
        "Choose a category:",
        "Pick a category, any of them:",
    );
    let page = house.run(&["menu", "check", "--screens"]).ended(0).stdout;
    assert!(
        page.contains("Safaricom (63902) | Airtel (63903)"),
        "{page}"
    );
    for locale in ["en", "sw"] {
        let row = format!("| `category` | {locale} | ");
        let rows = page.lines().filter(|line| line.starts_with(&row));
        assert_eq!(rows.count(), 1, "{page}");
    }
    let english = |page: &str| {
        let row = page
            .lines()
            .find(|line| line.starts_with("| `category` | en"))
            .expect("a row");
        let cell = row.split('|').nth(3).expect("a cell");
        cell.trim()
            .split('/')
            .next()
            .and_then(|n| n.parse::<usize>().ok())
            .expect("a length")
    };
    let built_in = House::new()
        .run(&["menu", "check", "--screens"])
        .ended(0)
        .stdout;
    assert_eq!(english(&page), english(&built_in) + 11);
    let words = house.run(&["menu", "reference"]).ended(0).stdout;
    for word in [
        "`too_few_questions`",
        "{their_seconds}",
        "`categories`",
        "`[sms] won`",
    ] {
        assert!(words.contains(word), "{word}: {words}");
    }
}
