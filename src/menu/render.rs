//! From a screen, its texts and the session's values to what the phone shows, within the budget.

use std::borrow::Cow;

use toml::Spanned;

use super::{
    file::{Menu, Screen, Section, Texts},
    machine::{Facts, Shown},
    session::{Item, Session},
    template::Values,
    vocabulary::LONGEST_LIST,
};
use crate::core::text::{self, septets};

/// `CON ` or `END `: what the gateway's prefix takes of the budget, in septets.
pub const PREFIX: usize = 4;

/// What a screen is rendered with.
pub(super) struct Frame<'a> {
    pub(super) menu: &'a Menu,
    pub(super) session: &'a Session,
    pub(super) facts: &'a Facts,
    /// Septets of the whole screen, prefix included.
    pub(super) budget: usize,
}

/// One page of a screen: what stands between the head and the footer.
struct Page<'a> {
    body: Cow<'a, str>,
    is_last: bool,
}

impl Frame<'_> {
    fn texts(&self) -> &Texts {
        self.menu.texts(&self.session.locale)
    }

    fn fill(&self, section: &Section, name: &str, values: Option<&Values>) -> String {
        let Some(text) = section.get(name) else {
            return String::new();
        };
        let mut layers = vec![&self.session.values, &self.facts.values];
        let screen = self.menu.screens.get(&self.session.screen);
        if let Some(limits) = screen.and_then(|screen| self.facts.limits(screen)) {
            layers.insert(0, &limits.values);
        }
        if let Some(values) = values {
            layers.insert(0, values);
        }
        text.template.fill(&layers, &self.texts().tables())
    }

    /// The screen that the session stands on, with a hint above it.
    pub(super) fn show(&self, hint: Option<&str>) -> Shown {
        let name = &self.session.screen;
        let Some(screen) = self.menu.screens.get(name) else {
            return Shown {
                screen: name.clone(),
                text: self.notice("sorry"),
                ends: true,
            };
        };
        let mut lines = Vec::new();
        if let Some(hint) = hint {
            lines.push(self.fill(&self.texts().hint, hint, None));
        }
        let head = self.fill(&self.texts().screen, name, None);
        let page = self.page(screen, &head);
        if !screen.paged {
            lines.push(head.clone());
        }
        if !page.body.is_empty() {
            lines.push(page.body.to_string());
        }
        let footer = self.footer(screen, page.is_last);
        if !footer.is_empty() {
            lines.push(footer);
        }
        // The checker and the import prove that this cuts nothing.
        let shown = lines.join("\n");
        let room = self.budget.saturating_sub(PREFIX);
        Shown {
            screen: name.clone(),
            text: text::cut(&shown, room).into(),
            ends: screen.ends,
        }
    }

    /// A text outside the menu.
    pub(super) fn notice(&self, name: &str) -> String {
        self.fill(&self.texts().notice, name, None)
    }

    /// Whether the session's page has another behind it.
    pub(super) fn has_more(&self, screen: &Screen) -> bool {
        let head = self.fill(&self.texts().screen, &self.session.screen, None);
        !self.page(screen, &head).is_last
    }

    /// The list that a screen shows: as it was shown before, from the facts, or what the last action
    /// brought. Lines that no number could pick are left out.
    pub(super) fn items(&self, screen: &Screen) -> &[Item] {
        let Some(list) = &screen.list else { return &[] };
        let list = list.get_ref().as_str();
        let items = match (self.session.kept(list), self.facts.lists.get(list)) {
            (Some(kept), _) => kept,
            (None, Some(items)) => items,
            (None, None) if list == "locales" => &self.menu.locales,
            (None, None) => &self.session.items,
        };
        items.get(..LONGEST_LIST).unwrap_or(items)
    }

    fn page<'a>(&self, screen: &Screen, head: &'a str) -> Page<'a> {
        let room = self.room(screen, if screen.paged { "" } else { head });
        let with_more = room.saturating_sub(self.more_septets());
        if screen.paged {
            if septets(head) <= room {
                return Page {
                    body: head.into(),
                    is_last: true,
                };
            }
            let pages = text::pages(head, with_more);
            let at = self.session.page.min(pages.len().saturating_sub(1));
            let body = pages.get(at).copied().unwrap_or_default();
            return Page {
                body: body.into(),
                is_last: at + 1 >= pages.len(),
            };
        }
        let lines = self.choice_lines(screen);
        // The checker proves that questions and amounts fit; their screens have one page.
        if septets(&lines.join("\n")) <= room || screen.timed || screen.amount {
            return Page {
                body: lines.join("\n").into(),
                is_last: true,
            };
        }
        let pages = pages_of_lines(&lines, with_more);
        let at = self.session.page.min(pages.len().saturating_sub(1));
        let body = pages
            .get(at)
            .map(|page| page.join("\n"))
            .unwrap_or_default();
        Page {
            body: body.into(),
            is_last: at + 1 >= pages.len(),
        }
    }

    /// Septets for the body, so that the head, the longest hint and the footer fit as well. The room
    /// for a hint is always kept, so that a hint moves nothing to another page.
    fn room(&self, screen: &Screen, head: &str) -> usize {
        let line = |text: &str| {
            if text.is_empty() {
                0
            } else {
                septets(text) + 1
            }
        };
        let hints = hints_of(screen)
            .iter()
            .map(|hint| self.fill(&self.texts().hint, hint, None));
        let hint = hints.map(|hint| line(&hint)).max().unwrap_or_default();
        let taken = PREFIX + hint + line(head) + line(&self.footer(screen, true));
        self.budget.saturating_sub(taken)
    }

    pub(super) fn more_septets(&self) -> usize {
        septets(&self.key("more", &self.menu.keys.more)) + 1
    }

    /// A key at the foot of a screen: `98. More`.
    fn key(&self, name: &str, key: &Spanned<String>) -> String {
        let label = self.fill(&self.texts().footer, name, None);
        format!("{}. {label}", key.get_ref())
    }

    fn choice_lines(&self, screen: &Screen) -> Vec<String> {
        let texts = self.texts();
        let options = screen.options.iter().map(|option| {
            let label = self.fill(&texts.option, option.text.get_ref(), None);
            format!("{}. {label}", option.key.get_ref())
        });
        let list = screen.list.as_ref().map_or("", |list| list.get_ref());
        let items = self
            .items(screen)
            .iter()
            .zip(1..)
            .map(|(item, number): (_, usize)| {
                format!(
                    "{number}. {}",
                    self.fill(&texts.label, list, Some(&item.values))
                )
            });
        options.chain(items).collect()
    }

    /// More, then back and home on one line, where each leads somewhere else.
    fn footer(&self, screen: &Screen, is_last: bool) -> String {
        let shared = &self.menu.keys;
        let here = self.session.screen.as_str();
        let mut keys = Vec::new();
        if let Some(back) = screen.back.as_ref().map(|back| back.get_ref().as_str()) {
            let home = screen
                .home
                .as_ref()
                .unwrap_or(&self.menu.home)
                .get_ref()
                .as_str();
            if back != here || self.session.page > 0 {
                keys.push(self.key("back", &shared.back));
            }
            if home != here && home != back {
                keys.push(self.key("home", &shared.home));
            }
        }
        let more = (!is_last).then(|| self.key("more", &shared.more));
        let keys = (!keys.is_empty()).then(|| keys.join(" "));
        more.into_iter().chain(keys).collect::<Vec<_>>().join("\n")
    }
}

/// The hints that a screen can show.
pub(super) fn hints_of(screen: &Screen) -> &'static [&'static str] {
    if screen.ends {
        &[]
    } else if screen.timed {
        &["wrong_answer", "resumed"]
    } else if screen.amount {
        &[
            "not_an_amount",
            "below_minimum",
            "above_maximum",
            "menu_changed",
        ]
    } else {
        &["wrong_key", "menu_changed"]
    }
}

/// Lines on pages of at most `room` septets, at least one line on each.
fn pages_of_lines(lines: &[String], room: usize) -> Vec<Vec<&str>> {
    let mut pages: Vec<Vec<&str>> = Vec::new();
    let mut used = 0;
    for line in lines {
        let cost = septets(line) + 1;
        match pages.last_mut() {
            Some(page) if used + cost <= room + 1 => {
                page.push(line);
                used += cost;
            }
            _ => {
                pages.push(vec![line]);
                used = cost;
            }
        }
    }
    pages
}

/// By how many septets a question does not fit the tightest screen in one language; 0: it fits.
///
/// `budget` is the tightest network's, prefix included; `of` the number of questions of a set.
#[must_use]
pub fn question_overflow(
    menu: &Menu,
    locale: &str,
    question: &str,
    choices: &[&str],
    of: u8,
    budget: usize,
) -> usize {
    let mut session = Session::new(locale);
    let name = menu
        .screens
        .iter()
        .find(|(_, screen)| screen.timed)
        .map(|(name, _)| name);
    session.screen = name.cloned().unwrap_or_default();
    session.values = Values::from([
        ("n".into(), of.to_string()),
        ("of".into(), of.to_string()),
        ("question".into(), question.into()),
        ("choices".into(), choices.len().to_string()),
        ("left".into(), "99".into()),
    ]);
    session.items = choices
        .iter()
        .map(|choice| Item::new("", "choice", *choice))
        .collect();
    let facts = Facts::default();
    let frame = Frame {
        menu,
        session: &session,
        facts: &facts,
        budget: usize::MAX,
    };
    let widest = ["wrong_answer", "resumed"].map(|hint| septets(&frame.show(Some(hint)).text));
    (widest.into_iter().max().unwrap_or_default() + PREFIX).saturating_sub(budget)
}

/// An SMS in a language.
#[must_use]
pub fn sms(menu: &Menu, locale: &str, kind: &str, values: &Values) -> String {
    let texts = menu.texts(locale);
    let text = texts
        .sms
        .get(kind)
        .map(|text| text.template.fill(&[values], &texts.tables()));
    text.unwrap_or_default()
}

/// One line of a list outside a screen, such as the answers of a game.
#[must_use]
pub fn label(menu: &Menu, locale: &str, name: &str, values: &Values) -> String {
    let texts = menu.texts(locale);
    let text = texts
        .label
        .get(name)
        .map(|text| text.template.fill(&[values], &texts.tables()));
    text.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    static MENU: LazyLock<Menu> = LazyLock::new(|| Menu::built_in().unwrap());

    /// A session on a screen of the built-in menu whose list has these lines.
    fn session(menu: &Menu, screen: &str, lines: &[String], locale: &str) -> Session {
        let mut session = Session::new(locale);
        session.screen = screen.into();
        session.items = lines
            .iter()
            .map(|line| Item::new(line.clone(), "name", line.clone()))
            .collect();
        let list = menu.screens[screen]
            .list
            .as_ref()
            .unwrap()
            .get_ref()
            .clone();
        let items = session.items.clone();
        session.keep(&list, items);
        menu.keep_shown(&mut session, &Facts::default());
        session
    }

    proptest! {
        /// Whatever the names and the network: every page fits, every line stands on one page, whole
        /// and with its own number, and the keys lead through all pages and back.
        #[test]
        fn a_list_on_pages_loses_and_cuts_no_line(
            lines in prop::collection::vec("[A-Z][a-z{}€ ]{0,12}[a-z]", 1..97),
            locale in prop::sample::select(vec!["en", "sw"]),
            budget in 100..200_usize,
        ) {
            let menu = &*MENU;
            let facts = Facts::default();
            let mut session = session(menu, "category", &lines, locale);
            let mut seen = Vec::new();
            loop {
                let shown = menu.show(&session, None, &facts, budget);
                let hinted = menu.show(&session, Some("wrong_key"), &facts, budget);
                prop_assert!(septets(&hinted.text) + PREFIX <= budget, "{}", hinted.text);
                prop_assert!(hinted.text.ends_with(&shown.text));
                let is_line = |line: &&str| !["98. ", "0. "].iter().any(|key| line.starts_with(key));
                seen.extend(shown.text.lines().skip(1).filter(is_line).map(str::to_owned));
                if !shown.text.contains("98. ") {
                    break;
                }
                let more = crate::menu::Input::Typed("98");
                prop_assert_eq!(menu.input(&mut session, more, &facts, budget), crate::menu::Step::Show);
            }
            let all: Vec<String> = (1..).zip(&lines).map(|(at, line)| format!("{at}. {line}")).collect();
            prop_assert_eq!(seen, all);
            for _ in 0..session.page {
                menu.input(&mut session, crate::menu::Input::Typed("0"), &facts, budget);
            }
            prop_assert_eq!((session.page, session.screen.as_str()), (0, "category"));
        }

        /// From any page every number picks its own line; a number of no line picks none.
        #[test]
        fn a_number_means_its_line_on_every_page(count in 1..97_usize, page in 0..12_usize, pick in 1..99_usize) {
            let menu = &*MENU;
            let facts = Facts::default();
            let lines: Vec<String> = (1..=count).map(|at| format!("Line {at}")).collect();
            let mut session = session(menu, "category", &lines, "en");
            session.page = page;
            let step = menu.input(
                &mut session,
                crate::menu::Input::Typed(&pick.to_string()),
                &facts,
                160,
            );
            if pick <= count {
                prop_assert_eq!(session.value("category"), format!("Line {pick}"));
                prop_assert_eq!(session.screen.as_str(), "stake");
            } else {
                prop_assert_eq!(session.value("category"), "");
                let is_more = pick == 98 && step == crate::menu::Step::Show;
                prop_assert!(is_more || step == crate::menu::Step::Hint("wrong_key"));
            }
        }
    }
}
