//! The machine as a graph: screens, the actions between them, and the ways from one to another.
//!
//! Ways back and home are no edges but kept with their screen: they lead nearly everywhere.

use std::collections::BTreeMap;

use toml::Spanned;

use super::sample;
use crate::menu::{
    Action, Facts, Input, Menu,
    display::{COLUMNS, Line, wrap},
    file::Screen,
};

/// How many pages of a screen are looked for.
const MAX_PAGES: usize = 50;

/// A node of the graph by its place in [`Graph::nodes`].
pub(super) type NodeId = usize;

/// The machine.
pub(super) struct Graph {
    /// The nodes: the start, then actions, then screens in the order of the file.
    pub(super) nodes: Vec<Node>,
    /// What the language calls itself.
    pub(super) language: String,
    /// The keys that mean the same on every screen.
    pub(super) keys: NavigationKeys,
}

/// The keys that mean the same on every screen.
#[derive(Clone, Default)]
pub(super) struct NavigationKeys {
    pub(super) more: String,
    pub(super) back: String,
    pub(super) home: String,
}

/// Something that ways lead to or from.
pub(super) struct Node {
    pub(super) kind: Kind,
    /// In the order of keys and outcomes.
    pub(super) ways: Vec<Way>,
}

pub(super) enum Kind {
    /// Somebody dials.
    Start,
    Action(Action),
    Screen(Panel),
}

/// A way from a node to another.
pub(super) struct Way {
    /// The key or the outcome.
    pub(super) label: String,
    /// The lines of the display that it belongs to, first and last; of an action, its outcome's place.
    pub(super) lines: (usize, usize),
    pub(super) to: NodeId,
}

/// A screen as it looks on a phone.
pub(super) struct Panel {
    pub(super) name: String,
    pub(super) lines: Vec<Line>,
    /// How many pages it has; the first is in `lines`.
    pub(super) pages: usize,
    pub(super) ends: bool,
    pub(super) is_timed: bool,
    /// Where `0` leads.
    pub(super) back: Option<String>,
    /// Where `00` leads.
    pub(super) home: Option<String>,
}

/// The place of the start in [`Graph::nodes`].
pub(super) const START: NodeId = 0;

impl Graph {
    /// The machine of a sound menu.
    pub(super) fn of(menu: &Menu, facts: &Facts, locale: &str, budget: usize) -> Self {
        let mut screens: Vec<(&String, &Screen)> = menu.screens.iter().collect();
        screens.sort_by_key(|(name, _)| menu.lines.screen(name));
        let actions = used_actions(menu);
        let mut places = Places::default();
        for action in &actions {
            places.actions.insert(action.name(), places.next());
        }
        for (name, _) in &screens {
            places.screens.insert(name, places.next());
        }
        let mut nodes = vec![Node {
            kind: Kind::Start,
            ways: places.action(menu.start.get_ref(), "", (0, 0)),
        }];
        nodes.extend(actions.iter().map(|action| Node {
            kind: Kind::Action(*action),
            ways: outcomes(menu, *action, &places),
        }));
        for (name, screen) in screens {
            let panel = panel(menu, facts, locale, budget, name, screen);
            let ways = ways(screen, &panel, &places);
            nodes.push(Node {
                kind: Kind::Screen(panel),
                ways,
            });
        }
        let mut graph = Self {
            nodes,
            language: menu.texts(locale).name.clone(),
            keys: NavigationKeys {
                more: menu.keys.more.get_ref().clone(),
                back: menu.keys.back.get_ref().clone(),
                home: menu.keys.home.get_ref().clone(),
            },
        };
        graph.lead_to_all();
        graph
    }

    /// Makes a way of `0` or `00` where a screen is reached by nothing else.
    fn lead_to_all(&mut self) {
        loop {
            let is_reached = self.reached();
            let screens = self.nodes.iter().zip(&is_reached).enumerate();
            let mut ways = screens.filter_map(|(from, (node, is_reached))| match &node.kind {
                Kind::Screen(panel) if *is_reached => Some((from, panel)),
                Kind::Screen(_) | Kind::Start | Kind::Action(_) => None,
            });
            let missing = ways.find_map(|(from, panel)| {
                let NavigationKeys { back, home, .. } = &self.keys;
                let keys = [(back, &panel.back), (home, &panel.home)];
                keys.into_iter().find_map(|(key, target)| {
                    let target = target.as_ref()?;
                    let is_it =
                        |node: &Node| matches!(&node.kind, Kind::Screen(to) if to.name == *target);
                    let to = self.nodes.iter().position(is_it)?;
                    let line = panel.lines.len().saturating_sub(1);
                    (!is_reached[to]).then_some((from, key, to, line))
                })
            });
            let Some((from, key, to, line)) = missing else {
                return;
            };
            self.nodes[from].ways.push(Way {
                label: key.into(),
                lines: (line, line),
                to,
            });
        }
    }

    fn reached(&self) -> Vec<bool> {
        let mut is_reached = vec![false; self.nodes.len()];
        let mut open = vec![START];
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut is_reached[node], true) {
                open.extend(self.nodes[node].ways.iter().map(|way| way.to));
            }
        }
        is_reached
    }

    /// How many screens there are.
    pub(super) fn screens(&self) -> usize {
        let is_screen = |node: &&Node| matches!(node.kind, Kind::Screen(_));
        self.nodes.iter().filter(is_screen).count()
    }
}

impl Node {
    /// What it is called.
    pub(super) fn name(&self) -> &str {
        match &self.kind {
            Kind::Start => "start",
            Kind::Action(action) => action.name(),
            Kind::Screen(panel) => &panel.name,
        }
    }

    /// What it is called where something leads to it: actions and screens may share a name.
    pub(super) fn target(&self) -> String {
        match self.kind {
            Kind::Action(_) => format!("run {}", self.name()),
            Kind::Start | Kind::Screen(_) => self.name().into(),
        }
    }

    /// An id that no other node has, of letters and underscores as far as the name has no others.
    pub(super) fn id(&self) -> String {
        let kind = match self.kind {
            Kind::Start => return "start".into(),
            Kind::Action(_) => "action",
            Kind::Screen(_) => "screen",
        };
        format!("{kind}_{}", self.name())
    }

    /// Whether it is an action that moves money.
    pub(super) fn moves_money(&self) -> bool {
        matches!(self.kind, Kind::Action(action) if action.moves_money())
    }
}

/// Where everything will stand in [`Graph::nodes`].
#[derive(Default)]
struct Places<'a> {
    actions: BTreeMap<&'static str, NodeId>,
    screens: BTreeMap<&'a str, NodeId>,
}

impl Places<'_> {
    fn next(&self) -> NodeId {
        START + 1 + self.actions.len() + self.screens.len()
    }

    fn action(&self, name: &str, label: &str, lines: (usize, usize)) -> Vec<Way> {
        way(self.actions.get(name), label, lines)
    }

    fn screen(&self, name: &str, label: &str, lines: (usize, usize)) -> Vec<Way> {
        way(self.screens.get(name), label, lines)
    }

    /// To the screen or the action that an option or a list names.
    fn either(
        &self,
        go: Option<&Spanned<String>>,
        run: Option<&Spanned<String>>,
        label: &str,
        lines: (usize, usize),
    ) -> Vec<Way> {
        match (run, go) {
            (Some(action), _) => self.action(action.get_ref(), label, lines),
            (None, Some(screen)) => self.screen(screen.get_ref(), label, lines),
            (None, None) => Vec::new(),
        }
    }
}

/// One way, or none where there is no such target, which a sound menu does not have.
fn way(to: Option<&NodeId>, label: &str, lines: (usize, usize)) -> Vec<Way> {
    let label = label.to_owned();
    to.map(|&to| Way { label, lines, to }).into_iter().collect()
}

/// The actions that something runs, in the order of [`Action::ALL`].
fn used_actions(menu: &Menu) -> Vec<Action> {
    let is_used = |action: &Action| {
        let is_it = |run: &Option<Spanned<String>>| {
            run.as_ref()
                .is_some_and(|run| run.get_ref() == action.name())
        };
        menu.start() == *action
            || menu.screens.values().any(|screen| {
                is_it(&screen.run) || screen.options.iter().any(|option| is_it(&option.run))
            })
    };
    Action::ALL.iter().copied().filter(is_used).collect()
}

/// The outcomes of an action in the order of the file.
fn outcomes(menu: &Menu, action: Action, places: &Places<'_>) -> Vec<Way> {
    let Some(routes) = menu.routes.get(action.name()) else {
        return Vec::new();
    };
    let mut on: Vec<_> = routes.on.iter().collect();
    on.sort_by_key(|(outcome, _)| outcome.span().start);
    let ways = on.iter().enumerate().flat_map(|(at, (outcome, target))| {
        places.screen(target.get_ref(), outcome.get_ref(), (at, at))
    });
    ways.collect()
}

fn panel(
    menu: &Menu,
    facts: &Facts,
    locale: &str,
    budget: usize,
    name: &str,
    screen: &Screen,
) -> Panel {
    let mut session = sample::session(menu, facts, locale, name);
    let first = menu.show(&session, None, facts, budget).text;
    let mut pages = 1;
    while pages < MAX_PAGES {
        menu.input(
            &mut session,
            Input::Typed(menu.keys.more.get_ref()),
            facts,
            budget,
        );
        if session.screen != name || session.page < pages {
            break;
        }
        pages += 1;
    }
    let back = screen.back.as_ref().map(|back| back.get_ref().clone());
    let home = screen.home.as_ref().unwrap_or(&menu.home).get_ref();
    Panel {
        name: name.into(),
        lines: wrap(&first, COLUMNS),
        pages,
        ends: screen.ends,
        is_timed: screen.timed,
        home: back
            .as_ref()
            .map(|_| home.clone())
            .filter(|home| home != name),
        back: back.filter(|back| back != name),
    }
}

/// The ways that a screen's keys lead.
fn ways(screen: &Screen, panel: &Panel, places: &Places<'_>) -> Vec<Way> {
    let line_of = |key: &str| {
        let start = format!("{key}. ");
        let is_it = |line: &Line| line.text.starts_with(&start) || line.text == start.trim_end();
        panel.lines.iter().rposition(is_it)
    };
    let last_line = panel.lines.len().saturating_sub(1);
    let mut ways = Vec::new();
    for option in &screen.options {
        let key = option.key.get_ref();
        // An option on a later page belongs to the last line, which says how to get there.
        let line = line_of(key).unwrap_or(last_line);
        ways.extend(places.either(option.go.as_ref(), option.run.as_ref(), key, (line, line)));
    }
    let numbers = (1..).map_while(|number: usize| line_of(&number.to_string()));
    let numbers: Vec<usize> = if screen.list.is_some() {
        numbers.collect()
    } else {
        Vec::new()
    };
    let (go, run) = (screen.go.as_ref(), screen.run.as_ref());
    let picked = match numbers.len() {
        0 => None,
        1 => Some("1".to_owned()),
        count => Some(format!("1-{count}")),
    };
    let mut next_line = last_line;
    if let (Some(label), Some(first), Some(last)) = (picked, numbers.first(), numbers.last()) {
        ways.extend(places.either(go, run, &label, (*first, *last)));
        next_line = last_line.min(last + 1);
    }
    if screen.amount {
        ways.extend(places.either(go, run, "amount", (next_line, next_line)));
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::menu::check;

    /// The menu of this repository after these replacements in its machine.
    fn menu(replacements: &[(&str, &str)]) -> Menu {
        let mut machine = include_str!("../../../menus/menu.toml").to_owned();
        for (from, to) in replacements {
            assert!(machine.contains(from), "{from}");
            machine = machine.replace(from, to);
        }
        let texts = include_str!("../../../menus/en.toml").to_owned();
        let menu = Menu::read(&[("menu.toml".into(), machine), ("en.toml".into(), texts)]).unwrap();
        assert_eq!(check::check(&menu, &check::Limits::default()), []);
        menu
    }

    fn named<'a>(graph: &'a Graph, id: &str) -> &'a Node {
        graph.nodes.iter().find(|node| node.id() == id).unwrap()
    }

    #[test]
    fn keys_and_outcomes_lead_where_the_file_says() {
        let graph = Graph::of(&menu(&[]), &Facts::default(), "en", 160);
        let end = |way: &Way| (way.label.clone(), graph.nodes[way.to].id());
        let ways = |id: &str| -> Vec<(String, String)> {
            named(&graph, id).ways.iter().map(end).collect()
        };
        let expected = |ways: &[(&str, &str)]| -> Vec<(String, String)> {
            ways.iter()
                .map(|(label, to)| ((*label).into(), (*to).into()))
                .collect()
        };
        assert_eq!(
            ways("screen_home"),
            expected(&[
                ("1", "screen_category"),
                ("2", "screen_deposit"),
                ("3", "action_games"),
                ("4", "screen_switch_language"),
                ("5", "screen_help"),
                ("6", "screen_withdraw"),
                ("7", "screen_care"),
            ])
        );
        assert_eq!(
            ways("screen_question"),
            expected(&[("1-3", "action_answer")])
        );
        assert_eq!(
            ways("action_answer"),
            expected(&[
                ("next", "screen_question"),
                ("waiting", "screen_waiting"),
                ("won", "screen_won"),
                ("lost", "screen_lost"),
                ("drawn", "screen_drawn"),
                ("voided", "screen_voided"),
            ])
        );
        assert_eq!(ways("start"), expected(&[("", "action_open")]));
    }

    #[test]
    fn an_option_leaves_from_its_own_line_of_the_display() {
        let graph = Graph::of(&menu(&[]), &Facts::default(), "en", 160);
        let home = named(&graph, "screen_home");
        let Kind::Screen(panel) = &home.kind else {
            panic!("home is a screen");
        };
        for way in &home.ways {
            let line = &panel.lines[way.lines.0].text;
            assert!(line.starts_with(&format!("{}. ", way.label)), "{line}");
        }
    }

    #[test]
    fn a_screen_that_only_a_way_back_leads_to_is_reached() {
        let menu = menu(&[
            ("registered = \"home\"", "registered = \"category\""),
            (
                ", home = \"home\", playing",
                ", home = \"category\", playing",
            ),
            ("done = \"home\"", "done = \"category\""),
        ]);
        let graph = Graph::of(&menu, &Facts::default(), "en", 160);
        assert!(graph.reached().iter().all(|is_reached| *is_reached));
        let leads_home = |way: &Way| graph.nodes[way.to].id() == "screen_home";
        let ways = graph.nodes.iter().flat_map(|node| &node.ways);
        let keys: Vec<&str> = ways
            .filter(|way| leads_home(way))
            .map(|way| way.label.as_str())
            .collect();
        assert_eq!(keys, ["0"]);
    }
}
