//! What is certain on each screen, whichever way a player came: which values are set, and whether
//! the caller is registered. From that follow the screens that nobody reaches, those that nobody
//! leaves, and actions and texts that use something before it can be set.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::{Check, goes, runs};
use crate::menu::{
    action::{Action, PLAYER},
    file::{Menu, Screen},
    vocabulary::{AMOUNT, Source, list},
};

/// What is certainly set.
pub(super) type Set = BTreeSet<String>;

/// What is certain on every screen that can be reached.
#[derive(Debug, Default)]
pub(super) struct Flow {
    pub(super) screens: BTreeMap<String, Set>,
    /// The ways that lead to a screen: from where, and what is certain on it.
    ways: BTreeMap<String, BTreeMap<String, Set>>,
    /// How many screens lie between the start and a screen.
    steps: BTreeMap<String, usize>,
}

/// Stands for the beginning of a session among the places that lead to a screen.
const START: &str = "the start";

impl Flow {
    /// What is set on a screen; `None`: it is never reached.
    pub(super) fn on(&self, screen: &str) -> Option<&Set> {
        self.screens.get(screen)
    }

    /// From where a screen can be reached without this value: the place that is nearest to the start.
    pub(super) fn without(&self, screen: &str, value: &str) -> &str {
        let ways = self.ways.get(screen).into_iter().flatten();
        let lacking = ways.filter(|(_, set)| !set.contains(value));
        let nearest = lacking.min_by_key(|(from, _)| self.steps.get(*from));
        nearest.map_or("", |(from, _)| from.as_str())
    }

    /// Counts the steps from the start to every screen.
    fn measure(&mut self) {
        let (mut nearest, mut steps) = (vec![START.to_owned()], 0);
        while !nearest.is_empty() {
            for name in &nearest {
                self.steps.insert(name.clone(), steps);
            }
            let is_next = |(to, ways): (&String, &BTreeMap<String, Set>)| {
                let is_new = !self.steps.contains_key(to);
                let is_led_to = ways.keys().any(|from| nearest.contains(from));
                (is_new && is_led_to).then(|| to.clone())
            };
            nearest = self.ways.iter().filter_map(is_next).collect();
            steps += 1;
        }
    }

    /// Takes a way to a screen in; gives whether less is certain there now.
    fn arrive(&mut self, from: &str, screen: &str, set: Set) -> bool {
        let known = self.screens.get(screen);
        let common = known.map(|known| known.intersection(&set).cloned().collect::<Set>());
        let is_news = common.as_ref().is_none_or(|common| Some(common) != known);
        let common = common.unwrap_or_else(|| set.clone());
        self.screens.insert(screen.into(), common);
        let ways = self.ways.entry(screen.into()).or_default();
        ways.insert(from.into(), set);
        is_news
    }
}

/// The pseudo-value for a list that an action brought. Only the last one is there.
fn brought(list: &str) -> String {
    format!("the list \"{list}\"")
}

fn after(mut set: Set, action: Action, outcome: &str) -> Set {
    set.extend(action.brings(outcome).into_iter().map(Into::into));
    if action.brings_player(outcome) {
        set.insert(PLAYER.into());
    }
    if let Some(list) = action.brings_list(outcome) {
        set.retain(|value| !value.starts_with("the list"));
        set.insert(brought(list));
    }
    set
}

/// What is set once something was picked or typed on a screen.
fn picked(screen: &Screen, mut set: Set) -> Set {
    let known = screen.list.as_ref().and_then(|name| list(name.get_ref()));
    if let Some(list) = known {
        set.insert(list.set.into());
        // A typed amount brings no line of the list.
        if !screen.amount {
            set.extend(list.values.iter().map(|value| (*value).to_owned()));
        }
    } else if screen.amount {
        set.insert(AMOUNT.into());
    }
    set
}

/// The screens that one leads to, with what is set there.
fn leads(menu: &Menu, name: &str, screen: &Screen, on: &Set) -> Vec<(String, String, Set)> {
    let mut ways = Vec::new();
    let mut run = |action: &Spanned<String>, set: &Set| {
        let Some(action) = Action::named(action.get_ref()) else {
            return;
        };
        let routes = menu.routes.get(action.name());
        for (outcome, target) in routes.iter().flat_map(|routes| &routes.on) {
            let set = after(set.clone(), action, outcome.get_ref());
            ways.push((name.to_owned(), target.get_ref().clone(), set));
        }
    };
    for option in &screen.options {
        option.run.iter().for_each(|action| run(action, on));
    }
    let chosen = picked(screen, on.clone());
    screen.run.iter().for_each(|action| run(action, &chosen));
    for option in &screen.options {
        let targets = option.go.iter();
        ways.extend(targets.map(|to| (name.to_owned(), to.get_ref().clone(), on.clone())));
    }
    let targets = screen.go.iter();
    ways.extend(targets.map(|to| (name.to_owned(), to.get_ref().clone(), chosen.clone())));
    if let Some(back) = &screen.back {
        let home = screen.home.as_ref().unwrap_or(&menu.home);
        let targets = [back, home].into_iter();
        ways.extend(targets.map(|to| (name.to_owned(), to.get_ref().clone(), on.clone())));
    }
    ways
}

impl Check<'_> {
    /// Follows every way through the menu.
    pub(super) fn flow(&mut self) -> Flow {
        let menu = self.menu;
        let mut flow = Flow::default();
        let mut open: Vec<(String, String, Set)> = Vec::new();
        if let Some(start) = Action::named(menu.start.get_ref()) {
            let routes = menu.routes.get(start.name());
            for (outcome, target) in routes.iter().flat_map(|routes| &routes.on) {
                let set = after(Set::new(), start, outcome.get_ref());
                open.push((START.into(), target.get_ref().clone(), set));
            }
        }
        while let Some((from, name, set)) = open.pop() {
            let Some(screen) = menu.screens.get(&name) else {
                continue;
            };
            if flow.arrive(&from, &name, set) {
                let on = flow.on(&name).cloned().unwrap_or_default();
                open.extend(leads(menu, &name, screen, &on));
            }
        }
        flow.measure();
        self.unreached(&flow);
        self.trapped();
        self.unset(&flow);
        flow
    }

    /// Screens that are never reached. Of several that lead to each other, the first one is named.
    fn unreached(&mut self, flow: &Flow) {
        let menu = self.menu;
        let is_unreached = |name: &str| flow.on(name).is_none();
        let forward = |name: &str, screen: &Screen| -> Vec<String> {
            let mut targets: Vec<String> = goes(name, screen)
                .into_iter()
                .map(|(_, to)| to.get_ref().clone())
                .collect();
            for (_, action) in runs(name, screen) {
                let routes = menu.routes.get(action.get_ref());
                let routed = routes.iter().flat_map(|routes| routes.on.values());
                targets.extend(routed.map(|to| to.get_ref().clone()));
            }
            targets
        };
        let behind: BTreeSet<String> = menu
            .screens
            .iter()
            .filter(|(name, _)| is_unreached(name))
            .flat_map(|(name, screen)| {
                forward(name, screen)
                    .into_iter()
                    .filter(|to| to != name)
                    .collect::<Vec<_>>()
            })
            .collect();
        let all: Vec<&String> = menu
            .screens
            .keys()
            .filter(|name| is_unreached(name))
            .collect();
        let mut first: Vec<&String> = all.clone();
        first.retain(|name| !behind.contains(*name));
        // Screens in a ring: none is the first.
        let named = if first.is_empty() { all } else { first };
        for name in named {
            let what = format!("the screen \"{name}\" is never reached");
            self.screen_is(name, "", what);
        }
    }

    /// Screens from which neither home nor an end can be reached.
    fn trapped(&mut self) {
        let menu = self.menu;
        let everything = Set::new();
        let mut free: BTreeSet<&str> = BTreeSet::from([menu.home.get_ref().as_str()]);
        loop {
            let before = free.len();
            for (name, screen) in &menu.screens {
                let ways = leads(menu, name, screen, &everything);
                if screen.ends || ways.iter().any(|(_, to, _)| free.contains(to.as_str())) {
                    free.insert(name);
                }
            }
            if free.len() == before {
                break;
            }
        }
        for (name, screen) in &menu.screens {
            // What leads nowhere at all, or to a screen that does not exist, is told of elsewhere.
            let ways = leads(menu, name, screen, &everything);
            let is_whole = ways.iter().all(|(_, to, _)| menu.screens.contains_key(to));
            if !free.contains(name.as_str()) && !ways.is_empty() && is_whole {
                let what = format!(
                    "the screen \"{name}\" is a dead end: nothing leads from it to \"{}\" or to an end",
                    menu.home.get_ref()
                );
                self.screen_is(name, "", what);
            }
        }
    }

    /// Actions that run, and lists that are shown, before what they need is set.
    fn unset(&mut self, flow: &Flow) {
        let menu = self.menu;
        for (name, screen) in &menu.screens {
            let Some(on) = flow.on(name) else { continue };
            let own = screen.list.as_ref().and_then(|name| list(name.get_ref()));
            if let (Some(list), Some(place)) = (own, &screen.list)
                && list.source == Source::Action
                && !on.contains(&brought(list.name))
            {
                let from = flow.without(name, &brought(list.name)).to_owned();
                let what = format!("no action brings the list on the way from \"{from}\"");
                self.at(place, &format!("screen.{name}.list"), what);
            }
            let chosen = picked(screen, on.clone());
            for (key, place) in runs(name, screen) {
                let set = if key.contains("options[") {
                    on
                } else {
                    &chosen
                };
                let Some(action) = Action::named(place.get_ref()) else {
                    continue;
                };
                for need in action.needs().iter().filter(|need| !set.contains(**need)) {
                    let from = flow.without(name, need).to_owned();
                    let what = format!(
                        "\"{}\" needs {need}, which is not set on the way from \"{from}\"",
                        action.name()
                    );
                    self.at(place, &key, what);
                }
            }
        }
    }
}
