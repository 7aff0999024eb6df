//! What `menu check` finds, kind by kind: each fault with its file, line and key, all at once.

use std::fs;

use crate::{
    binary::House,
    menus::{copy_menus, edit},
};

/// One edit that breaks the menu, and the finding that tells of it.
pub(crate) struct Fault {
    file: &'static str,
    /// What is replaced, once, and what stands there then.
    edit: (&'static str, &'static str),
    /// A text on the line that the finding names, after the edit.
    line: &'static str,
    key: &'static str,
    what: &'static str,
}

pub(crate) fn fault(
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

pub(crate) fn assert_found(faults: &[Fault]) {
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
