//! Proves the menu before anybody dials: every screen can be reached and left, every outcome is
//! routed, no key means two things, nothing is used before it is set, every text is there in every
//! language, and every rendering fits every network at its widest.
//!
//! All findings come at once, each with file, line and key.

mod flow;
mod keys;
mod keywords;
mod page;
mod texts;
mod widths;

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

pub use self::{
    page::page,
    widths::{Width, widths},
};
pub use super::vocabulary::CATEGORY_SEPTETS;
use super::{
    action::Action,
    file::{Finding, MACHINE, Menu, Screen},
    vocabulary::{AMOUNT, LISTS, list},
};
use crate::core::{money::Cents, text::SEGMENT};

/// What the menu has to hold for: the present configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Networks, and the septets of their screens, prefix included.
    pub networks: Vec<(String, usize)>,
    /// Lists of amounts, and what may be typed on a screen that shows one.
    pub amounts: BTreeMap<&'static str, Amounts>,
}

/// A list of amounts, and the limits of what may be typed beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amounts {
    /// The smallest amount.
    pub min: Cents,
    /// The largest amount.
    pub max: Cents,
    /// The amounts of the list, as they are shown.
    pub shown: Vec<String>,
}

impl Default for Limits {
    fn default() -> Self {
        let shillings = |amount| Cents::from_shillings(amount).unwrap_or_default();
        Self {
            networks: vec![("every network".into(), SEGMENT)],
            amounts: [
                ("deposits", &["50", "100", "200", "500"][..]),
                ("withdrawals", &["100", "200", "500", "1,000"]),
                ("caps", &["200", "500", "1,000", "5,000", "none"]),
            ]
            .map(|(list, shown)| {
                let (min, max) = (shillings(10), shillings(250_000));
                let shown = shown.iter().map(|shown| (*shown).to_owned()).collect();
                (list, Amounts { min, max, shown })
            })
            .into(),
        }
    }
}

impl Limits {
    /// The amounts of a screen that takes them.
    pub(super) fn amounts_on(&self, screen: &Screen) -> Option<&Amounts> {
        let list = screen.list.as_ref().filter(|_| screen.amount)?;
        self.amounts.get(list.get_ref().as_str())
    }

    /// The budget of the tightest network.
    #[must_use]
    pub fn tightest(&self) -> usize {
        let budgets = self.networks.iter().map(|(_, budget)| *budget);
        budgets.min().unwrap_or(SEGMENT)
    }
}

/// Reads the files of a menu and proves it: the menu as far as it can be read, and everything that
/// is wrong with it, by file and line. Only a menu without findings may be used.
#[must_use]
pub fn prove<S: AsRef<[u8]>>(
    files: &[(String, S)],
    limits: &Limits,
) -> (Option<Menu>, Vec<Finding>) {
    let (menu, mut findings) = Menu::read_all(files);
    if let Some(menu) = &menu {
        findings.extend(check(menu, limits));
    }
    findings.sort();
    findings.dedup();
    (menu, findings)
}

/// Everything that is wrong with a menu that could be read. Empty: the menu is sound.
#[must_use]
pub fn check(menu: &Menu, limits: &Limits) -> Vec<Finding> {
    let mut check = Check {
        menu,
        limits,
        findings: Vec::new(),
    };
    check.machine();
    check.keys();
    let flow = check.flow();
    check.names();
    for texts in menu.texts.values() {
        check.texts(texts, &flow);
        check.widths(texts);
    }
    check.keywords();
    for texts in menu.texts.values() {
        check.echoes(texts);
    }
    check.findings
}

/// What is certainly set on each screen that can be reached.
#[must_use]
pub fn certain(menu: &Menu) -> BTreeMap<String, BTreeSet<String>> {
    let limits = Limits::default();
    let mut check = Check {
        menu,
        limits: &limits,
        findings: Vec::new(),
    };
    check.flow().screens
}

struct Check<'a> {
    menu: &'a Menu,
    limits: &'a Limits,
    findings: Vec<Finding>,
}

/// A reference to a screen or an action: its key in the file, and where it stands.
type Place<'a> = (String, &'a Spanned<String>);

impl Check<'_> {
    fn find(&mut self, file: &str, line: usize, key: &str, what: impl Into<String>) {
        self.findings.push(Finding {
            file: file.into(),
            line,
            key: key.into(),
            what: what.into(),
        });
    }

    /// A finding at a place in the machine's file.
    fn at(&mut self, place: &Spanned<String>, key: &str, what: impl Into<String>) {
        let line = self.menu.lines.at(place);
        self.find(MACHINE, line, key, what);
    }

    /// A finding about a screen as a whole.
    fn screen_is(&mut self, name: &str, key: &str, what: impl Into<String>) {
        let line = self.menu.lines.screen(name);
        let key = if key.is_empty() {
            format!("screen.{name}")
        } else {
            format!("screen.{name}.{key}")
        };
        self.find(MACHINE, line, &key, what);
    }

    fn screen_exists(&mut self, (key, target): &Place<'_>) {
        if !self.menu.screens.contains_key(target.get_ref()) {
            let what = format!("there is no screen \"{}\"", target.get_ref());
            self.at(target, key, what);
        }
    }

    fn action_exists(&mut self, (key, action): &Place<'_>) {
        if Action::named(action.get_ref()).is_none() {
            let what = format!("there is no action \"{}\"", action.get_ref());
            self.at(action, key, what);
        }
    }

    fn machine(&mut self) {
        let menu = self.menu;
        let start = ("start".to_owned(), &menu.start);
        self.action_exists(&start);
        if Action::named(menu.start.get_ref()).is_some_and(|action| action != Action::Open) {
            self.at(
                &menu.start,
                "start",
                "a session can begin with \"open\" only",
            );
        }
        self.screen_exists(&("home".to_owned(), &menu.home));
        for (name, screen) in &menu.screens {
            self.screen(name, screen);
        }
        for action in Action::ALL {
            self.action(*action);
        }
        for name in menu.routes.keys() {
            if Action::named(name).is_none() {
                let line = menu.lines.action(name);
                let what = format!("there is no action \"{name}\"");
                self.find(MACHINE, line, &format!("action.{name}"), what);
            }
        }
    }

    fn action(&mut self, action: Action) {
        let name = action.name();
        let Some(routes) = self.menu.routes.get(name) else {
            let what = format!("the action \"{name}\" has no routes");
            return self.find(MACHINE, 1, &format!("action.{name}"), what);
        };
        let line = self.menu.lines.action(name);
        for outcome in action.outcomes() {
            if !routes.on.keys().any(|known| known.get_ref() == outcome) {
                let what = format!("the outcome \"{outcome}\" of \"{name}\" is not routed");
                self.find(MACHINE, line, &format!("action.{name}.on"), what);
            }
        }
        for (outcome, target) in &routes.on {
            let key = format!("action.{name}.on.{}", outcome.get_ref());
            if !action.outcomes().contains(&outcome.get_ref().as_str()) {
                let what = format!("\"{name}\" has no outcome \"{}\"", outcome.get_ref());
                self.at(outcome, &key, what);
            }
            self.screen_exists(&(key.clone(), target));
            let is_question = action.brings_list(outcome.get_ref()) == Some("choices");
            let screen = self.menu.screens.get(target.get_ref());
            if is_question && screen.is_some_and(|screen| !screen.timed) {
                self.at(
                    target,
                    &key,
                    "brings a question: it must lead to a timed screen",
                );
            }
        }
    }

    fn screen(&mut self, name: &str, screen: &Screen) {
        let takes_choice = screen.list.is_some() || screen.amount;
        let has_way_out = !screen.options.is_empty() || takes_choice || screen.back.is_some();
        if screen.ends && has_way_out {
            self.screen_is(
                name,
                "ends",
                format!("the screen \"{name}\" ends, yet leads on"),
            );
        }
        if !screen.ends && !has_way_out {
            let what = format!("the screen \"{name}\" is a dead end: nothing leads on from it");
            self.screen_is(name, "", what);
        }
        if screen.paged && (takes_choice || !screen.options.is_empty() || screen.ends) {
            let what = "is cut into pages: it takes no options, list or amount, and does not end";
            self.screen_is(name, "paged", format!("the screen \"{name}\" {what}"));
        }
        if takes_choice && screen.go.is_some() == screen.run.is_some() {
            let what = "needs either `go` or `run` for what is picked or typed";
            self.screen_is(name, "", format!("the screen \"{name}\" {what}"));
        }
        if !takes_choice {
            let idle = [
                ("set", &screen.set),
                ("go", &screen.go),
                ("run", &screen.run),
            ];
            for (key, place) in idle {
                if let Some(place) = place {
                    let what = "has no effect: the screen takes no list and no amount";
                    self.at(place, &format!("screen.{name}.{key}"), what);
                }
            }
        }
        let list = screen.list.as_ref().map(|list| list.get_ref().as_str());
        if screen.timed && (list != Some("choices") || screen.back.is_some()) {
            let what = "is timed: it shows the list \"choices\" and takes no `back`";
            self.screen_is(name, "timed", format!("the screen \"{name}\" {what}"));
        }
        if list == Some("choices") && !screen.timed {
            let what = format!("the screen \"{name}\" shows a question: it must be timed");
            self.screen_is(name, "list", what);
        }
        self.variable(name, screen);
        for (number, option) in screen.options.iter().enumerate() {
            if option.go.is_some() == option.run.is_some() {
                let key = format!("screen.{name}.options[{}]", number + 1);
                self.at(&option.text, &key, "an option needs either `go` or `run`");
            }
        }
        for target in goes(name, screen).iter().chain(&returns(name, screen)) {
            self.screen_exists(target);
        }
        for action in runs(name, screen) {
            self.action_exists(&action);
        }
    }

    /// A list is known, and what is picked or typed is kept in the variable that belongs to it.
    fn variable(&mut self, name: &str, screen: &Screen) {
        let known = screen
            .list
            .as_ref()
            .map(|place| (place, list(place.get_ref())));
        if let Some((place, None)) = known {
            let names: Vec<&str> = LISTS.iter().map(|list| list.name).collect();
            let what = format!(
                "there is no list \"{}\"; there are {}",
                place.get_ref(),
                names.join(", ")
            );
            return self.at(place, &format!("screen.{name}.list"), what);
        }
        let of_list = known.and_then(|(_, list)| list).map(|list| list.set);
        let wanted = match (of_list, screen.amount) {
            (None, false) => return,
            (Some(of_list), false) => of_list,
            (None, true) => AMOUNT,
            (Some(of_list), true) if of_list == AMOUNT => AMOUNT,
            (Some(_), true) => {
                let what =
                    "beside this list no amount can be typed: only \"deposits\" lists amounts";
                return self.screen_is(name, "amount", what);
            }
        };
        match &screen.set {
            None => self.screen_is(name, "set", format!("is missing: it must be \"{wanted}\"")),
            Some(set) if set.get_ref() != wanted => {
                let what = format!("\"{}\" must be \"{wanted}\" here", set.get_ref());
                self.at(set, &format!("screen.{name}.set"), what);
            }
            Some(_) => {}
        }
    }
}

/// Where a screen leads by what is picked or typed.
fn goes<'a>(name: &str, screen: &'a Screen) -> Vec<Place<'a>> {
    let options = screen
        .options
        .iter()
        .zip(1..)
        .filter_map(|(option, number)| {
            let key = format!("screen.{name}.options[{number}].go");
            option.go.as_ref().map(|target| (key, target))
        });
    let own = screen.go.iter().map(|go| (format!("screen.{name}.go"), go));
    options.chain(own).collect()
}

/// Where a screen leads by back and home, as far as it says so itself.
fn returns<'a>(name: &str, screen: &'a Screen) -> Vec<Place<'a>> {
    let places = [("back", &screen.back), ("home", &screen.home)];
    let places = places.into_iter().filter_map(|(key, place)| {
        let target = place.as_ref()?;
        Some((format!("screen.{name}.{key}"), target))
    });
    places.collect()
}

/// The actions that a screen runs.
fn runs<'a>(name: &str, screen: &'a Screen) -> Vec<Place<'a>> {
    let options = screen
        .options
        .iter()
        .zip(1..)
        .filter_map(|(option, number)| {
            let key = format!("screen.{name}.options[{number}].run");
            option.run.as_ref().map(|action| (key, action))
        });
    let own = screen
        .run
        .iter()
        .map(|run| (format!("screen.{name}.run"), run));
    options.chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::menu::file::sources;

    #[test]
    fn the_menu_of_this_repository_is_sound() {
        let (menu, findings) = prove(&sources(None).unwrap(), &Limits::default());
        assert_eq!(findings, []);
        assert!(menu.is_some());
    }
}
