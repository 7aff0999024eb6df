//! What `menu check` finds, kind by kind: each fault with its file, line and key, all at once.

use std::fs;

use crate::{
    binary::House,
    menus::{copy_menus, edit},
};

/// One edit that breaks the menu, and the finding that tells of it.
struct Fault {
    file: &'static str,
    /// What is replaced, once, and what stands there then.
    edit: (&'static str, &'static str),
    /// A text on the line that the finding names, after the edit.
    line: &'static str,
    key: &'static str,
    what: &'static str,
}

fn fault(
    file: &'static str,
    edit: (&'static str, &'static str),
    line: &'static str,
    key: &'static str,
    what: &'static str,
) -> Fault {
    Fault {
        file,
        edit,
        line,
        key,
        what,
    }
}

fn assert_found(faults: &[Fault]) {
    for fault in faults {
        let (mut house, (from, to)) = (House::new(), fault.edit);
        copy_menus(&mut house);
        edit(&house, fault.file, from, to);
        let text = fs::read_to_string(house.path("menus").join(fault.file)).expect("a file");
        let line = text.lines().position(|line| line.contains(fault.line));
        let line = line.unwrap_or_else(|| panic!("{} is not in {}", fault.line, fault.file)) + 1;
        let place = format!("{}:{line}: {}: ", fault.file, fault.key);
        let said = house.run(&["menu", "check"]).ended(1);
        let is_it = |told: &str| {
            let what = told.strip_prefix(&place);
            what.is_some_and(|what| what.contains(fault.what))
        };
        let told = || format!("{to:?}: {place}{}: {}", fault.what, said.stdout);
        assert!(said.stdout.lines().any(is_it), "{}", told());
    }
}

#[test]
fn screens_that_nobody_reaches_or_leaves() {
    assert_found(&[
        fault(
            "menu.toml",
            ("unverified = \"unverified\"", "unverified = \"closed\""),
            "[screen.unverified]",
            "screen.unverified",
            "never reached",
        ),
        fault(
            "menu.toml",
            ("[screen.declined]\nends = true", "[screen.declined]"),
            "[screen.declined]",
            "screen.declined",
            "dead end",
        ),
        // It leads on, but only to itself.
        fault(
            "menu.toml",
            (
                "[screen.closed]\nends = true",
                "[screen.closed]\nback = \"closed\"\nhome = \"closed\"",
            ),
            "[screen.closed]",
            "screen.closed",
            "dead end",
        ),
        fault(
            "menu.toml",
            (
                "[screen.waiting]\nends = true",
                "[screen.waiting]\nends = true\nback = \"home\"",
            ),
            "[screen.waiting]",
            "screen.waiting.ends",
            "ends, yet leads on",
        ),
    ]);
}

#[test]
fn targets_actions_and_lists_that_do_not_exist() {
    assert_found(&[
        fault(
            "menu.toml",
            ("go = \"declined\"", "go = \"gone\""),
            "\"gone\"",
            "screen.terms.options[2].go",
            "there is no screen \"gone\"",
        ),
        fault(
            "menu.toml",
            ("go = \"stake\"", "go = \"steak\""),
            "\"steak\"",
            "screen.category.go",
            "there is no screen \"steak\"",
        ),
        fault(
            "menu.toml",
            ("back = \"category\"", "back = \"categories\""),
            "back = \"categories\"",
            "screen.stake.back",
            "there is no screen",
        ),
        fault(
            "menu.toml",
            ("home = \"home\"", "home = \"house\""),
            "\"house\"",
            "home",
            "there is no screen \"house\"",
        ),
        fault(
            "menu.toml",
            ("seated = \"question\"", "seated = \"questions\""),
            "\"questions\"",
            "action.stake.on.seated",
            "there is no screen",
        ),
        fault(
            "menu.toml",
            ("run = \"register\"", "run = \"enlist\""),
            "\"enlist\"",
            "screen.terms.options[1].run",
            "there is no action \"enlist\"",
        ),
        fault(
            "menu.toml",
            ("start = \"open\"", "start = \"opne\""),
            "\"opne\"",
            "start",
            "there is no action \"opne\"",
        ),
        fault(
            "menu.toml",
            ("start = \"open\"", "start = \"register\""),
            "start = \"register\"",
            "start",
            "can begin with \"open\" only",
        ),
        fault(
            "menu.toml",
            (
                "[action.games]",
                "[action.plays]\non = {}\n\n[action.games]",
            ),
            "[action.plays]",
            "action.plays",
            "there is no action",
        ),
        fault(
            "menu.toml",
            ("list = \"stakes\"", "list = \"steaks\""),
            "\"steaks\"",
            "screen.stake.list",
            "there is no list \"steaks\"",
        ),
    ]);
}

#[test]
fn outcomes_that_lead_nowhere_and_routes_for_none() {
    assert_found(&[
        fault(
            "menu.toml",
            ("short = \"short\", ", ""),
            "[action.stake]",
            "action.stake.on",
            "the outcome \"short\" of \"stake\" is not routed",
        ),
        fault(
            "menu.toml",
            (
                "[action.games]\non = { some = \"games\", none = \"no_games\" }",
                "",
            ),
            "# The USSD menu",
            "action.games",
            "has no routes",
        ),
        fault(
            "menu.toml",
            (
                "on = { done = \"home\" }",
                "on = { done = \"home\", undone = \"home\" }",
            ),
            "undone",
            "action.set_language.on.undone",
            "has no outcome \"undone\"",
        ),
        fault(
            "menu.toml",
            ("next = \"question\"", "next = \"home\""),
            "next = \"home\"",
            "action.answer.on.next",
            "must lead to a timed screen",
        ),
    ]);
}

#[test]
fn keys_that_mean_two_things() {
    assert_found(&[
        fault(
            "menu.toml",
            (
                "key = \"2\", text = \"decline\"",
                "key = \"1\", text = \"decline\"",
            ),
            "text = \"decline\"",
            "screen.terms.options[2].key",
            "two options of \"terms\" on the key \"1\"",
        ),
        fault(
            "menu.toml",
            (
                "key = \"2\", text = \"decline\"",
                "key = \"00\", text = \"decline\"",
            ),
            "text = \"decline\"",
            "screen.terms.options[2].key",
            "it is the key for \"home\"",
        ),
        fault(
            "menu.toml",
            (
                "key = \"2\", text = \"decline\"",
                "key = \"no\", text = \"decline\"",
            ),
            "text = \"decline\"",
            "screen.terms.options[2].key",
            "must be a number",
        ),
        fault(
            "menu.toml",
            ("more = \"98\"", "more = \"97\""),
            "more = \"97\"",
            "keys.more",
            "could be a number of the list on the screen \"category\"",
        ),
        fault(
            "menu.toml",
            ("back = \"0\"", "back = \"3\""),
            "back = \"3\"",
            "keys.back",
            "could be an answer on the screen \"question\"",
        ),
        fault(
            "menu.toml",
            ("home = \"00\"", "home = \"99\""),
            "home = \"99\"",
            "keys.home",
            "could be an amount on the screen \"deposit\"",
        ),
        fault(
            "menu.toml",
            ("home = \"00\"", "home = \"0\""),
            "home = \"0\"",
            "keys.home",
            "is the key for \"back\" as well",
        ),
        fault(
            "menu.toml",
            ("more = \"98\"", "more = \"#\""),
            "more = \"#\"",
            "keys.more",
            "cannot be a key",
        ),
        fault(
            "menu.toml",
            ("more = \"98\"\n", ""),
            "[keys]",
            "keys.more",
            "is missing",
        ),
        // An amount that could be typed on the same screen.
        fault(
            "menu.toml",
            (
                "[screen.deposit]\nlist = \"deposits\"",
                "[screen.deposit]\noptions = [{ key = \"50\", text = \"help\", go = \"help\" }]",
            ),
            "key = \"50\"",
            "screen.deposit.options[1].key",
            "could be an amount",
        ),
        fault(
            "menu.toml",
            (
                "[screen.stake]\n",
                "[screen.stake]\noptions = [{ key = \"9\", text = \"help\", go = \"help\" }]\n",
            ),
            "key = \"9\"",
            "screen.stake.options[1].key",
            "both a list and options",
        ),
    ]);
}

#[test]
fn what_is_used_before_it_can_be_set() {
    assert_found(&[
        fault(
            "menu.toml",
            (
                "key = \"5\", text = \"help\", go = \"help\"",
                "key = \"5\", text = \"help\", run = \"stake\"",
            ),
            "text = \"help\"",
            "screen.home.options[5].run",
            "\"stake\" needs category, which is not set on the way from",
        ),
        fault(
            "menu.toml",
            (
                "text = \"decline\", go = \"declined\"",
                "text = \"decline\", run = \"games\"",
            ),
            "text = \"decline\"",
            "screen.terms.options[2].run",
            "needs a registered player",
        ),
        fault(
            "en.toml",
            (
                "Choose a category:",
                "Choose a category, not {category:category}:",
            ),
            "not {category:category}",
            "screen.category",
            "{category} is not set on the way from \"home\"",
        ),
        fault(
            "sw.toml",
            ("Bado hujacheza.", "Bado hujacheza. {receipt}"),
            "{receipt}\"",
            "screen.no_games",
            "{receipt} is not set on the way from",
        ),
        fault(
            "menu.toml",
            (
                "key = \"3\", text = \"games\", run = \"games\"",
                "key = \"3\", text = \"games\", go = \"games\"",
            ),
            "list = \"games\"",
            "screen.games.list",
            "no action brings the list on the way from \"home\"",
        ),
        fault(
            "menu.toml",
            ("set = \"stake\"", "set = \"category\" # here"),
            "# here",
            "screen.stake.set",
            "must be \"stake\" here",
        ),
        fault(
            "menu.toml",
            ("set = \"game\"\n", ""),
            "[screen.games]",
            "screen.games.set",
            "is missing",
        ),
    ]);
}

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
