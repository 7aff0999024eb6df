//! What `menu check` finds in texts and in the files themselves, each with its file, line and key.

use std::fs;

use crate::{
    binary::House,
    menu_faults::{assert_found, fault},
    menus::{copy_menus, edit},
};

#[test]
fn texts_that_are_missing_unknown_or_filled_with_nothing() {
    assert_found(&[
        fault(
            "sw.toml",
            ("waiting = \"{ending", "wating = \"{ending"),
            "[screen]",
            "screen.waiting",
            "[screen] has no \"waiting\"",
        ),
        fault(
            "sw.toml",
            ("waiting = \"{ending", "wating = \"{ending"),
            "wating",
            "screen.wating",
            "is used nowhere",
        ),
        fault(
            "en.toml",
            ("decline = \"No\"\n", ""),
            "[option]",
            "option.decline",
            "has no",
        ),
        fault(
            "en.toml",
            ("cancelled = ", "canceled = "),
            "[reason]",
            "reason.cancelled",
            "[reason] has no \"cancelled\"",
        ),
        fault(
            "sw.toml",
            ("late = \"", "lat = \""),
            "[word]",
            "word.late",
            "has no \"late\"",
        ),
        fault(
            "sw.toml",
            ("KES {balance}", "KES {balanse}"),
            "{balanse}",
            "screen.home",
            "there is no placeholder {balanse}",
        ),
        fault(
            "en.toml",
            ("stakes = \"KES {amount}\"", "stakes = \"KES {balance}\""),
            "stakes = \"KES {balance}\"",
            "label.stakes",
            "{balance} is not filled in here",
        ),
        fault(
            "en.toml",
            ("Dial to play.\"", "Dial to play {category}.\""),
            "Dial to play {category}",
            "sms.deposit_paid",
            "{category} is not filled in here",
        ),
        fault(
            "en.toml",
            ("{stake} {state:word}\"", "{stake} {state}\""),
            "{stake} {state}\"",
            "label.games",
            "write {state:word}",
        ),
        fault(
            "en.toml",
            ("{stake} {state:word}\"", "{stake:word} {state:word}\""),
            "{stake:word}",
            "label.games",
            "is not looked up",
        ),
        fault(
            "en.toml",
            ("{stake} {state:word}\"", "{stake} {state:wrod}\""),
            "{state:wrod}",
            "label.games",
            "there is no table \"wrod\"",
        ),
        fault(
            "en.toml",
            ("KES {balance}\"", "KES {balance\""),
            "KES {balance\"",
            "screen.home",
            "brace",
        ),
        fault(
            "sw.toml",
            ("name = \"Kiswahili\"", "name = \"English\""),
            "name = \"English\"",
            "name",
            "same name",
        ),
    ]);
}

#[test]
fn texts_that_do_not_fit_and_characters_that_no_phone_shows() {
    assert_found(&[
        fault(
            "en.toml",
            (
                "Majibu. Balance",
                "Majibu, the quiz of all quizzes. The balance of your wallet as it is at this \
                very moment, without what you have staked, and not a shilling less:",
            ),
            "the quiz of all quizzes",
            "screen.home",
            "over 160 at its widest (63902 and 5 more)",
        ),
        // 16 letters of a category, and no more than the import takes.
        fault(
            "sw.toml",
            (
                "football = \"Soka\"",
                "football = \"Mpira wa miguu duniani kote na nyumbani Kenya\"",
            ),
            "confirm = ",
            "screen.confirm",
            "over 160 at its widest",
        ),
        fault(
            "en.toml",
            (
                "You lost KES",
                "You lost, you lost, you lost, you lost, you lost, you lost, you lost, you lost KES",
            ),
            "you lost KES",
            "sms.lost",
            "over 146",
        ),
        // It would fit alone, and not with the gateway's words about opting out behind it.
        fault(
            "en.toml",
            (
                "We have your KES {amount}, receipt",
                "We have your KES {amount}, M-Pesa receipt",
            ),
            "We have your KES",
            "sms.payment_parked",
            "5 septets over 146",
        ),
        fault(
            "sw.toml",
            (
                "Tumepokea KES {amount}, risiti",
                "Tumepokea KES {amount}, risiti ya M-Pesa",
            ),
            "Tumepokea KES",
            "sms.payment_parked",
            "3 septets over 146",
        ),
        fault(
            "en.toml",
            (
                "Pick a category",
                "Pickacategoryoraskonewhoknowsacategorywhocanaskonewhoknowsone",
            ),
            "Pickacategory",
            "screen.help",
            "does not fit a page",
        ),
        fault(
            "sw.toml",
            ("Majibu. Salio", "Majibu\u{2026} Salio"),
            "Salio KES {balance}\"",
            "screen.home",
            "'…' is not in the GSM 7-bit alphabet",
        ),
        fault(
            "sw.toml",
            ("\"Soka\"", "\"Soka\u{2019}\""),
            "football",
            "category.football",
            "GSM",
        ),
        fault(
            "en.toml",
            ("\"English\"", "\"English\u{2122}\""),
            "name =",
            "name",
            "GSM",
        ),
    ]);
}

#[test]
fn keys_of_the_files_that_do_not_exist_or_are_of_another_kind() {
    assert_found(&[
        fault(
            "menu.toml",
            ("paged = true", "pagged = true"),
            "pagged",
            "screen.help.pagged",
            "unknown key",
        ),
        fault(
            "menu.toml",
            ("text = \"accept\"", "txt = \"accept\""),
            "txt",
            "screen.terms.options[1].txt",
            "unknown key",
        ),
        fault(
            "menu.toml",
            ("timed = true", "timed = \"yes\""),
            "timed = \"yes\"",
            "screen.question.timed",
            "must be true or false, not string",
        ),
        fault(
            "menu.toml",
            (
                "key = \"1\", text = \"accept\"",
                "key = 1, text = \"accept\"",
            ),
            "key = 1,",
            "screen.terms.options[1].key",
            "must be a text in quotes, not integer",
        ),
        fault(
            "en.toml",
            ("[footer]", "[footers]"),
            "[footers]",
            "footers",
            "unknown key",
        ),
        fault(
            "en.toml",
            ("more = \"More\"", "more = 98"),
            "more = 98",
            "footer.more",
            "a text",
        ),
        fault(
            "menu.toml",
            ("go = \"terms\"", "go = \"terms\"\nrun = \"games\""),
            "[screen.language]",
            "screen.language",
            "needs either `go` or `run`",
        ),
        fault(
            "menu.toml",
            ("[screen.declined]\n", "[screen.declined]\ngo = \"home\"\n"),
            "go = \"home\"",
            "screen.declined.go",
            "has no effect",
        ),
        fault(
            "menu.toml",
            (
                "paged = true",
                "paged = true\noptions = [{ key = \"1\", text = \"play\", go = \"category\" }]",
            ),
            "[screen.help]",
            "screen.help.paged",
            "takes no options",
        ),
    ]);
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_lines_and_the_others_are_read() {
    let mut house = House::new();
    copy_menus(&mut house);
    edit(&house, "en.toml", "accept = \"Yes\"", "accept = \"Yes");
    edit(
        &house,
        "sw.toml",
        "decline = \"Hapana\"",
        "decline = \"Ha…pana\"",
    );
    let said = house.run(&["menu", "check"]).ended(1);
    let line_of = |file: &str, text: &str| {
        let source = fs::read_to_string(house.path("menus").join(file)).expect("a file");
        source
            .lines()
            .position(|line| line.contains(text))
            .expect("a line")
            + 1
    };
    let english = format!("en.toml:{}: ", line_of("en.toml", "accept = "));
    let swahili = format!(
        "sw.toml:{}: option.decline: ",
        line_of("sw.toml", "decline = ")
    );
    for place in [english, swahili] {
        assert!(
            said.stdout.lines().any(|line| line.starts_with(&place)),
            "{place}: {said:?}"
        );
    }
    house.write("menus/sw.toml", b"name = \"\xff\"\n");
    let said = house.run(&["menu", "check"]).ended(1);
    assert!(
        said.stdout.contains("sw.toml:1: the file is not UTF-8"),
        "{said:?}"
    );
}

#[test]
fn all_faults_are_told_at_once_by_file_and_line() {
    let mut house = House::new();
    copy_menus(&mut house);
    edit(&house, "menu.toml", "go = \"declined\"", "go = \"gone\"");
    edit(&house, "menu.toml", "short = \"short\", ", "");
    edit(
        &house,
        "menu.toml",
        "paged = true",
        "paged = true\ncolour = \"red\"",
    );
    edit(&house, "en.toml", "KES {balance}\"", "KES {balanse}\"");
    edit(&house, "sw.toml", "drawn = \"sare\"", "drew = \"sare\"");
    edit(
        &house,
        "sw.toml",
        "Chagua mada:",
        &"Chagua mada ".repeat(12),
    );
    let said = house.run(&["menu", "check"]).ended(1);
    let told: Vec<&str> = said.stdout.lines().collect();
    for what in [
        "screen.terms.options[2].go: there is no screen",
        "screen.declined: the screen \"declined\" is never reached",
        "action.stake.on: the outcome \"short\"",
        "screen.help.colour: unknown key",
        "screen.home: there is no placeholder {balanse}",
        "word.drawn: [word] has no \"drawn\"",
        "word.drew: is used nowhere",
        "screen.category: the screen \"category\" is ",
    ] {
        assert!(
            told.iter().any(|line| line.contains(what)),
            "{what}: {told:#?}"
        );
    }
    let places: Vec<(&str, u32)> = told
        .iter()
        .map(|line| {
            let (file, rest) = line.split_once(':').expect("a file");
            (
                file,
                rest.split(':')
                    .next()
                    .and_then(|n| n.parse().ok())
                    .expect("a line"),
            )
        })
        .collect();
    assert!(places.is_sorted(), "{told:#?}");

    let report = house.run(&["menu", "check", "--json"]).ended(1).json();
    assert_eq!(report["ok"], false);
    let rows = report["places"].as_array().expect("a list");
    assert_eq!(rows.len(), told.len());
    for (row, line) in rows.iter().zip(&told) {
        let (file, key) = (row["file"].as_str(), row["key"].as_str());
        let start = format!(
            "{}:{}: {}",
            file.expect("a file"),
            row["line"],
            key.expect("a key")
        );
        assert!(line.starts_with(&start), "{line}: {row}");
    }
}
