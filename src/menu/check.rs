//! Proves the menu before anybody dials: every screen can be reached and left, every outcome is
//! routed, every text is there in every language, and every rendering fits at its widest.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::{
    action::Action,
    file::{Finding, MACHINE, Menu, Screen, Section, Text, Texts},
    machine::Facts,
    render::{BACK, Frame, HOME, MORE, PREFIX, hints_of, sms},
    session::{Item, Session},
    template::Values,
};
use crate::core::text::{self, SEGMENT, septets};

/// Lists that screens can show.
const LISTS: [&str; 6] = [
    "locales",
    "categories",
    "stakes",
    "deposits",
    "choices",
    "games",
];
/// Names that every language needs beside those of screens and options.
const LABELS: [&str; 7] = [
    "locales",
    "categories",
    "stakes",
    "deposits",
    "choices",
    "games",
    "answer",
];
const NOTICES: [&str; 4] = ["not_mobile", "sorry", "wrong_code", "wrong_phone"];
const HINTS: [&str; 6] = [
    "wrong_key",
    "wrong_answer",
    "not_an_amount",
    "below_minimum",
    "above_maximum",
    "resumed",
];
const FOOTERS: [&str; 3] = ["more", "back", "home"];
const SMS: [&str; 8] = [
    "won",
    "lost",
    "drawn",
    "refunded",
    "returned",
    "deposit_paid",
    "deposit_failed",
    "deposit_unconfirmed",
];

/// The longest name of a category that the import takes, in septets.
pub const CATEGORY_SEPTETS: usize = 16;

/// Every placeholder with the values among which its widest is. Amounts are at the limits that the
/// configuration allows; a balance of ten million is more than M-Pesa lets anybody hold.
const WIDEST: [(&str, &[&str]); 37] = [
    ("name", &["Kiswahili cha Kenya", "MMMMMMMMMMMMMMMM"]),
    (
        "category",
        &["MMMMMMMMMMMMMMMM", "football", "bible", "kenya"],
    ),
    ("stake", &["100,000"]),
    ("bounty", &["200,000"]),
    ("amount", &["250,000.50"]),
    ("received", &["200,000.50"]),
    ("balance", &["9,999,999.99"]),
    ("missing", &["100,000.50"]),
    ("min", &["250,000"]),
    ("max", &["250,000"]),
    ("wait", &["9999"]),
    ("percent", &["200"]),
    ("refund", &["200"]),
    ("questions", &["9"]),
    ("thinking", &["999"]),
    ("window", &["9999"]),
    ("n", &["9"]),
    ("of", &["9"]),
    ("correct", &["9"]),
    ("their_correct", &["9"]),
    ("choices", &["4"]),
    ("choice", &["MMMMMMMMMM"]),
    (
        "question",
        &["MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM"],
    ),
    ("right", &["MMMMMMMMMM"]),
    ("yours", &["MMMMMMMMMM", "nothing"]),
    ("left", &["999"]),
    ("seconds", &["999.9"]),
    ("their_seconds", &["999.9"]),
    ("opponent", &["+25471xxx678"]),
    ("by", &["23:59"]),
    ("receipt", &["MMMMMMMMMMMM"]),
    ("ending", &["done", "late"]),
    (
        "state",
        &[
            "playing", "waiting", "won", "lost", "drawn", "refunded", "returned",
        ],
    ),
    (
        "reason",
        &[
            "no_funds",
            "cancelled",
            "wrong_pin",
            "unreachable",
            "same_amount",
            "other",
        ],
    ),
    ("answers", &["M"]),
    ("game", &["M"]),
    ("locale", &["M"]),
];

/// Everything that is wrong with a menu, for networks whose tightest screen has `budget` septets
/// (prefix included). Empty: the menu is sound.
#[must_use]
pub fn check(menu: &Menu, budget: usize) -> Vec<Finding> {
    let mut check = Check {
        menu,
        budget,
        findings: Vec::new(),
    };
    check.machine();
    check.reachability();
    for texts in menu.texts.values() {
        check.texts(texts);
    }
    // Widths mean nothing where names are missing.
    if check.findings.is_empty() {
        for texts in menu.texts.values() {
            check.widths(texts);
        }
    }
    check.findings
}

struct Check<'a> {
    menu: &'a Menu,
    budget: usize,
    findings: Vec<Finding>,
}

impl Check<'_> {
    fn find(&mut self, file: &str, line: usize, what: String) {
        self.findings.push(Finding {
            file: file.into(),
            line,
            what,
        });
    }

    fn at(&mut self, place: &Spanned<String>, what: String) {
        let line = self.menu.lines.at(place);
        self.find(MACHINE, line, what);
    }

    fn screen_exists(&mut self, target: &Spanned<String>) {
        if !self.menu.screens.contains_key(target.get_ref()) {
            self.at(
                target,
                format!("there is no screen \"{}\"", target.get_ref()),
            );
        }
    }

    fn action_exists(&mut self, action: &Spanned<String>) {
        if Action::named(action.get_ref()).is_none() {
            self.at(
                action,
                format!("there is no action \"{}\"", action.get_ref()),
            );
        }
    }

    fn machine(&mut self) {
        let menu = self.menu;
        self.action_exists(&menu.start);
        self.screen_exists(&menu.home);
        for (name, screen) in &menu.screens {
            self.screen(name, screen);
        }
        for action in Action::ALL {
            let Some(routes) = menu.routes.get(action.name()) else {
                self.find(
                    MACHINE,
                    1,
                    format!("the action \"{}\" has no routes", action.name()),
                );
                continue;
            };
            let line = menu.lines.action(action.name());
            for outcome in action.outcomes() {
                if !routes.on.keys().any(|name| name.get_ref() == outcome) {
                    let what = format!(
                        "the outcome \"{outcome}\" of \"{}\" is not routed",
                        action.name()
                    );
                    self.find(MACHINE, line, what);
                }
            }
            for (outcome, target) in &routes.on {
                if !action.outcomes().contains(&outcome.get_ref().as_str()) {
                    let what = format!(
                        "\"{}\" has no outcome \"{}\"",
                        action.name(),
                        outcome.get_ref()
                    );
                    self.at(outcome, what);
                }
                self.screen_exists(target);
            }
        }
        for name in menu
            .routes
            .keys()
            .filter(|name| Action::named(name).is_none())
        {
            let line = menu.lines.action(name);
            self.find(MACHINE, line, format!("there is no action \"{name}\""));
        }
    }

    fn screen(&mut self, name: &str, screen: &Screen) {
        let line = self.menu.lines.screen(name);
        let takes_choice = screen.list.is_some() || screen.amount;
        let has_way_out = !screen.options.is_empty() || takes_choice || screen.back.is_some();
        if screen.ends == has_way_out {
            let what = if screen.ends {
                "ends, yet leads on"
            } else {
                "is a dead end"
            };
            self.find(MACHINE, line, format!("the screen \"{name}\" {what}"));
        }
        if takes_choice && (screen.go.is_some() == screen.run.is_some() || screen.set.is_none()) {
            let what = "needs `set`, and either `go` or `run`, for what is picked or typed";
            self.find(MACHINE, line, format!("the screen \"{name}\" {what}"));
        }
        if screen.timed && (screen.list.is_none() || screen.back.is_some()) {
            let what = "is timed: it needs a list and takes no `back`";
            self.find(MACHINE, line, format!("the screen \"{name}\" {what}"));
        }
        if let Some(list) = screen
            .list
            .as_ref()
            .filter(|l| !LISTS.contains(&l.get_ref().as_str()))
        {
            self.at(list, format!("there is no list \"{}\"", list.get_ref()));
        }
        let mut keys = BTreeSet::new();
        for option in &screen.options {
            let key = option.key.get_ref().as_str();
            let is_number = (1..=2).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_digit());
            if !is_number || [BACK, HOME, MORE].contains(&key) || key.starts_with('0') {
                self.at(
                    &option.key,
                    format!("\"{key}\" cannot be the key of an option"),
                );
            } else if !keys.insert(key) {
                self.at(
                    &option.key,
                    format!("two options of \"{name}\" on the key \"{key}\""),
                );
            } else if screen.list.is_some() {
                self.at(
                    &option.key,
                    format!("\"{name}\" has both a list and options"),
                );
            }
            if option.go.is_some() == option.run.is_some() {
                self.at(&option.text, "an option needs either `go` or `run`".into());
            }
        }
        let ways = screen.options.iter();
        let goes = ways
            .clone()
            .filter_map(|option| option.go.as_ref())
            .chain(&screen.go);
        for target in goes.chain(&screen.back).chain(&screen.home) {
            self.screen_exists(target);
        }
        for action in ways
            .filter_map(|option| option.run.as_ref())
            .chain(&screen.run)
        {
            self.action_exists(action);
        }
    }

    fn reachability(&mut self) {
        let menu = self.menu;
        let mut open: Vec<&str> = Vec::new();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let routed = |action: &str| -> Vec<&str> {
            let routes = menu.routes.get(action);
            routes.map_or_else(Vec::new, |r| {
                r.on.values().map(|t| t.get_ref().as_str()).collect()
            })
        };
        open.extend(routed(menu.start.get_ref()));
        while let Some(name) = open.pop() {
            let Some(screen) = menu.screens.get(name) else {
                continue;
            };
            if !seen.insert(name) {
                continue;
            }
            let options = screen.options.iter();
            let goes = options
                .clone()
                .filter_map(|option| option.go.as_ref())
                .chain(&screen.go);
            open.extend(
                goes.chain(&screen.back)
                    .chain(&screen.home)
                    .map(|t| t.get_ref().as_str()),
            );
            for action in options
                .filter_map(|option| option.run.as_ref())
                .chain(&screen.run)
            {
                open.extend(routed(action.get_ref()));
            }
        }
        for name in menu
            .screens
            .keys()
            .filter(|name| !seen.contains(name.as_str()))
        {
            let line = menu.lines.screen(name);
            self.find(
                MACHINE,
                line,
                format!("the screen \"{name}\" is never reached"),
            );
        }
    }

    fn texts(&mut self, texts: &Texts) {
        let menu = self.menu;
        let options = menu.screens.values().flat_map(|screen| &screen.options);
        let names = |list: &[&'static str]| list.iter().map(|&name| name.to_owned()).collect();
        let sections: [(&str, &Section, BTreeSet<String>); 7] = [
            (
                "screen",
                &texts.screen,
                menu.screens.keys().cloned().collect(),
            ),
            (
                "option",
                &texts.option,
                options.map(|o| o.text.get_ref().clone()).collect(),
            ),
            ("notice", &texts.notice, names(&NOTICES)),
            ("label", &texts.label, names(&LABELS)),
            ("hint", &texts.hint, names(&HINTS)),
            ("footer", &texts.footer, names(&FOOTERS)),
            ("sms", &texts.sms, names(&SMS)),
        ];
        let file = format!("{}.toml", texts.locale);
        for (section, entries, needed) in sections {
            for name in needed.iter().filter(|name| !entries.contains_key(*name)) {
                self.find(&file, 1, format!("[{section}] has no \"{name}\""));
            }
            for (name, text) in entries {
                if !needed.contains(name) {
                    self.find(
                        &file,
                        text.line,
                        format!("[{section}] \"{name}\" is used nowhere"),
                    );
                }
                self.placeholders(&file, name, text);
            }
        }
        let words = [
            ("word", &texts.word, ["state", "ending"].as_slice()),
            ("reason", &texts.reason, ["reason"].as_slice()),
        ];
        for (table, entries, placeholders) in words {
            let needed = placeholders.iter().flat_map(|name| candidates(name));
            for word in needed.chain((table == "word").then_some(&"nothing")) {
                if !entries.contains_key(*word) {
                    self.find(&file, 1, format!("[{table}] has no \"{word}\""));
                }
            }
        }
        for word in texts
            .word
            .values()
            .chain(texts.category.values())
            .chain(texts.reason.values())
        {
            if let Some(foreign) = text::first_foreign(word) {
                self.find(
                    &file,
                    1,
                    format!("{foreign:?} in \"{word}\" is not in GSM 7-bit"),
                );
            }
        }
    }

    fn placeholders(&mut self, file: &str, name: &str, text: &Text) {
        for placeholder in text.template.placeholders() {
            if candidates(placeholder.name).is_empty() {
                let what = format!("{name}: there is no placeholder {{{}}}", placeholder.name);
                self.find(file, text.line, what);
            }
            let tables = ["word", "category", "reason"];
            if let Some(table) = placeholder.table.filter(|table| !tables.contains(table)) {
                self.find(
                    file,
                    text.line,
                    format!("{name}: there is no table \"{table}\""),
                );
            }
        }
        let shown = text.template.fill(&[], &BTreeMap::new());
        if let Some(foreign) = text::first_foreign(&shown) {
            let what = format!("{name}: {foreign:?} is not in the GSM 7-bit alphabet");
            self.find(file, text.line, what);
        }
    }

    fn widths(&mut self, texts: &Texts) {
        let file = format!("{}.toml", texts.locale);
        let values = widest_values(texts);
        for (name, screen) in &self.menu.screens {
            let line = texts.screen.get(name).map_or(1, |text| text.line);
            let over = self
                .widest_rendering(texts, name, screen, &values)
                .saturating_sub(self.budget);
            if over > 0 {
                let what = format!(
                    "the screen \"{name}\" is {over} septets over {} at its widest",
                    self.budget
                );
                self.find(&file, line, what);
            }
        }
        for (kind, text) in &texts.sms {
            let over =
                septets(&sms(self.menu, &texts.locale, kind, &values)).saturating_sub(SEGMENT);
            if over > 0 {
                let what = format!("the SMS \"{kind}\" is {over} septets over {SEGMENT}");
                self.find(&file, text.line, what);
            }
        }
    }

    /// Septets of the widest page of a screen, prefix included: every value at its widest, every
    /// hint tried, lists of one line (longer ones are paged).
    fn widest_rendering(
        &self,
        texts: &Texts,
        name: &str,
        screen: &Screen,
        values: &Values,
    ) -> usize {
        let mut session = Session::new(&texts.locale);
        session.screen = name.into();
        session.values = values.clone();
        let item = Item {
            value: "1".into(),
            values: values.clone(),
        };
        session.items = vec![item; if screen.timed { 4 } else { 1 }];
        let facts = Facts::default();
        // A text that is paged is cut by the budget itself; everything else is measured uncut.
        let budget = if screen.paged {
            self.budget
        } else {
            usize::MAX
        };
        let frame = Frame {
            menu: self.menu,
            session: &session,
            facts: &facts,
            budget,
        };
        let hints = hints_of(screen)
            .iter()
            .map(|hint| Some(*hint))
            .chain([None]);
        let can_have_pages = screen.list.is_some() && !screen.timed;
        let more = if can_have_pages {
            frame.more_septets()
        } else {
            0
        };
        let widest = hints
            .map(|hint| septets(&frame.show(hint).text))
            .max()
            .unwrap_or_default();
        widest + PREFIX + more
    }
}

fn candidates(name: &str) -> &'static [&'static str] {
    WIDEST
        .iter()
        .find(|(known, _)| *known == name)
        .map_or(&[], |(_, candidates)| candidates)
}

/// The widest value of each placeholder in one language, looked up as the texts do.
fn widest_values(texts: &Texts) -> Values {
    let looked_up = |value: &str| {
        let tables = texts.tables();
        let words = tables
            .values()
            .filter_map(|words| words.get(value))
            .map(|word| septets(word));
        words.max().unwrap_or_default().max(septets(value))
    };
    WIDEST
        .iter()
        .filter_map(|(name, candidates)| {
            let widest = candidates.iter().max_by_key(|value| looked_up(value))?;
            Some(((*name).to_owned(), (*widest).to_owned()))
        })
        .collect()
}

/// The length of every screen at its widest: screen, language, septets with prefix. For
/// `menu check --json` and the docs.
#[must_use]
pub fn widths(menu: &Menu, budget: usize) -> Vec<(String, String, usize)> {
    let check = Check {
        menu,
        budget,
        findings: Vec::new(),
    };
    let mut widths = Vec::new();
    for texts in menu.texts.values() {
        let values = widest_values(texts);
        for (name, screen) in &menu.screens {
            let septets = check.widest_rendering(texts, name, screen, &values);
            widths.push((name.clone(), texts.locale.clone(), septets));
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<(String, String)> {
        [
            ("menu.toml", include_str!("../../menus/menu.toml")),
            ("en.toml", include_str!("../../menus/en.toml")),
            ("sw.toml", include_str!("../../menus/sw.toml")),
        ]
        .map(|(name, source)| (name.to_owned(), source.to_owned()))
        .to_vec()
    }

    /// The findings after one replacement in one file.
    fn broken(file: &str, from: &str, to: &str) -> Vec<String> {
        let mut files = files();
        let source = &mut files.iter_mut().find(|(name, _)| name == file).unwrap().1;
        assert!(source.contains(from), "{from:?} is not in {file}");
        *source = source.replacen(from, to, 1);
        match Menu::read(&files) {
            Ok(menu) => check(&menu, 160).iter().map(ToString::to_string).collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    #[test]
    fn the_menu_of_this_repository_is_sound() {
        let menu = Menu::read(&files()).unwrap();
        let findings: Vec<_> = check(&menu, 160).iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "{findings:#?}");
    }

    #[test]
    fn each_fault_is_named_with_its_place() {
        for (file, from, to, named) in [
            (
                "menu.toml",
                "go = \"declined\"",
                "go = \"gone\"",
                "no screen \"gone\"",
            ),
            (
                "menu.toml",
                "run = \"register\"",
                "run = \"enlist\"",
                "no action \"enlist\"",
            ),
            (
                "menu.toml",
                "key = \"2\", text = \"decline\"",
                "key = \"1\", text = \"decline\"",
                "two options",
            ),
            (
                "menu.toml",
                "key = \"2\", text = \"decline\"",
                "key = \"00\", text = \"decline\"",
                "cannot be the key",
            ),
            (
                "menu.toml",
                "list = \"stakes\"",
                "list = \"steaks\"",
                "no list \"steaks\"",
            ),
            (
                "menu.toml",
                ", short = \"short\"",
                "",
                "\"short\" of \"stake\" is not routed",
            ),
            (
                "menu.toml",
                "[screen.declined]\nends = true",
                "[screen.declined]",
                "dead end",
            ),
            (
                "menu.toml",
                ", unverified = \"unverified\"",
                ", unverified = \"closed\"",
                "\"unverified\" is never reached",
            ),
            ("menu.toml", "timed = true", "tmied = true", "unknown field"),
            ("en.toml", "declined = ", "declned = ", "no \"declined\""),
            (
                "sw.toml",
                "{balance}",
                "{balanse}",
                "no placeholder {balanse}",
            ),
            (
                "sw.toml",
                "Majibu. Salio",
                "Majibu\u{2026} Salio",
                "not in the GSM 7-bit",
            ),
            (
                "en.toml",
                "Majibu. Balance",
                &"Majibu ".repeat(20),
                "over 160 at its widest",
            ),
            (
                "en.toml",
                "You lost KES",
                &"You lost ".repeat(9),
                "the SMS \"lost\" is",
            ),
            (
                "en.toml",
                "cancelled = ",
                "canceled = ",
                "[reason] has no \"cancelled\"",
            ),
            ("en.toml", "{seconds}s. We", "{seconds s. We", "waiting: "),
        ] {
            let findings = broken(file, from, to);
            let found = findings.iter().find(|finding| finding.contains(named));
            let found = found.unwrap_or_else(|| panic!("{named}: {findings:?}"));
            assert!(found.starts_with(&format!("{file}:")), "{found}");
        }
    }

    #[test]
    fn a_finding_names_its_line() {
        let line = files()[0]
            .1
            .lines()
            .position(|line| line.contains("\"declined\""))
            .unwrap()
            + 1;
        let findings = broken("menu.toml", "go = \"declined\"", "go = \"gone\"");
        assert!(findings.contains(&format!("menu.toml:{line}: there is no screen \"gone\"")));
    }
}
