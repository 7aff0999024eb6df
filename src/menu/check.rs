//! Proves the menu before anybody dials: every screen can be reached and left, every outcome is
//! routed, every text is there in every language, and every rendering fits at its widest.

mod keywords;
mod texts;

use std::collections::BTreeSet;

use toml::Spanned;

use self::texts::widest_values;
use super::{
    action::Action,
    file::{Finding, MACHINE, Menu, Screen},
    render::{BACK, HOME, MORE},
};

/// Lists that screens can show.
const LISTS: [&str; 7] = [
    "locales",
    "categories",
    "stakes",
    "deposits",
    "withdrawals",
    "choices",
    "games",
];

/// The longest name of a category that the import takes, in septets.
pub const CATEGORY_SEPTETS: usize = 18;

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
    check.keywords();
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
