//! From a screen, its texts and the session's values to what the phone shows, within the budget.

use std::borrow::Cow;

use super::{
    file::{Menu, Screen, Section, Texts},
    machine::{Facts, Shown},
    session::{Item, Session},
    template::Values,
};
use crate::core::text::{self, septets};

/// `CON ` or `END `: what the gateway's prefix takes of the budget, in septets.
pub const PREFIX: usize = 4;

/// The key that shows the next page of a long list or text.
pub const MORE: &str = "98";
/// The key that goes back.
pub const BACK: &str = "0";
/// The key that goes home.
pub const HOME: &str = "00";

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

    /// The list that a screen shows: from the facts, or what the last action brought.
    pub(super) fn items(&self, screen: &Screen) -> &[Item] {
        let Some(list) = &screen.list else { return &[] };
        self.facts
            .lists
            .get(list.get_ref().as_str())
            .unwrap_or(&self.session.items)
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
        if septets(&lines.join("\n")) <= room || screen.timed {
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
        septets(&self.fill(&self.texts().footer, "more", None)) + 1
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

    /// `98. More`, then `0. Back` and `00. Home` on one line, where each leads somewhere else.
    fn footer(&self, screen: &Screen, is_last: bool) -> String {
        let footer = |name: &str| self.fill(&self.texts().footer, name, None);
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
                keys.push(footer("back"));
            }
            if home != here && home != back {
                keys.push(footer("home"));
            }
        }
        let more = if is_last { None } else { Some(footer("more")) };
        let keys = if keys.is_empty() {
            None
        } else {
            Some(keys.join(" "))
        };
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
        &["not_an_amount", "below_minimum", "above_maximum"]
    } else {
        &["wrong_key"]
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
