//! Measures every screen and SMS with every value at its widest.

use super::{Check, Limits};
use crate::{
    core::text::{SEGMENT, septets},
    menu::{
        file::{Menu, Screen, Texts},
        machine::Facts,
        render::{Frame, PREFIX, hints_of, sms},
        session::{Item, Session},
        template::Values,
        vocabulary::{AMOUNT, CHOICES, LONGEST_LIST, Lookup, PLACEHOLDERS, Placeholder, list},
    },
};

/// The longest word of a text on pages, in septets: a page has at least this much, so that no word
/// is cut.
const LONGEST_WORD: usize = 60;

/// Septets that the first SMS to a number must leave: the gateway appends how to opt out (Africa's
/// Talking contract, section 4.3), which on Safaricom reads `STOP*456*9*5#` after a blank or a line
/// break. Any kind may be the first.
const OPT_OUT: usize = 14;

/// Septets of an SMS at its widest.
const SMS_BUDGET: usize = SEGMENT - OPT_OUT;

/// The length of a screen at its widest, in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Width {
    /// The screen.
    pub screen: String,
    /// The language.
    pub locale: String,
    /// Septets with the prefix on each network of the limits, in their order. They differ only
    /// where a text is cut into pages.
    pub septets: Vec<usize>,
}

impl Width {
    /// The widest of all networks.
    #[must_use]
    pub fn widest(&self) -> usize {
        self.septets.iter().copied().max().unwrap_or_default()
    }
}

/// The length of every screen at its widest, for `menu check` and the docs.
#[must_use]
pub fn widths(menu: &Menu, limits: &Limits) -> Vec<Width> {
    let mut widths = Vec::new();
    for texts in menu.texts.values() {
        let values = widest_values(menu, texts);
        for (name, screen) in &menu.screens {
            let measure = Measure {
                menu,
                limits,
                texts,
                values: &values,
            };
            let budgets = limits.networks.iter();
            widths.push(Width {
                screen: name.clone(),
                locale: texts.locale.clone(),
                septets: budgets
                    .map(|(_, budget)| measure.screen(name, screen, *budget))
                    .collect(),
            });
        }
    }
    widths
}

impl Check<'_> {
    pub(super) fn widths(&mut self, texts: &Texts) {
        let (menu, limits) = (self.menu, self.limits);
        let file = format!("{}.toml", texts.locale);
        let values = widest_values(menu, texts);
        let measure = Measure {
            menu,
            limits,
            texts,
            values: &values,
        };
        for (name, screen) in &menu.screens {
            let Some(text) = texts.screen.get(name) else {
                continue;
            };
            let key = format!("screen.{name}");
            let mut over: Vec<(usize, usize, &str)> = Vec::new();
            for (network, budget) in &limits.networks {
                let septets = measure.screen(name, screen, *budget);
                if septets > *budget {
                    over.push((*budget, septets - budget, network));
                }
            }
            over.sort_unstable();
            if let Some((budget, septets, network)) = over.first() {
                let others = match over.len() - 1 {
                    0 => String::new(),
                    others => format!(" and {others} more"),
                };
                let what = format!(
                    "the screen \"{name}\" is {septets} septets over {budget} at its widest ({network}{others})"
                );
                self.find(&file, text.line, &key, what);
            }
            let filled = text.template.fill(&[&values], &texts.tables());
            let longest = filled
                .split_whitespace()
                .map(septets)
                .max()
                .unwrap_or_default();
            if screen.paged && longest > LONGEST_WORD {
                let what = format!("a word of {longest} septets does not fit a page");
                self.find(&file, text.line, &key, what);
            }
        }
        for (kind, text) in &texts.sms {
            let over = septets(&sms(menu, &texts.locale, kind, &values)).saturating_sub(SMS_BUDGET);
            if over > 0 {
                let what = format!("the SMS \"{kind}\" is {over} septets over {SMS_BUDGET}");
                self.find(&file, text.line, &format!("sms.{kind}"), what);
            }
        }
        for (name, text) in &texts.notice {
            let notice = text.template.fill(&[], &texts.tables());
            let over = (septets(&notice) + PREFIX).saturating_sub(limits.tightest());
            if over > 0 {
                let what = format!("the notice \"{name}\" is {over} septets too long for a screen");
                self.find(&file, text.line, &format!("notice.{name}"), what);
            }
        }
    }
}

/// What a screen is measured with.
struct Measure<'a> {
    menu: &'a Menu,
    limits: &'a Limits,
    texts: &'a Texts,
    values: &'a Values,
}

impl Measure<'_> {
    /// Septets of the widest page of a screen, prefix included: every value at its widest, every
    /// hint tried. A list that can be paged is measured by one line with the widest number.
    fn screen(&self, name: &str, screen: &Screen, budget: usize) -> usize {
        let can_have_pages = screen.list.is_some() && !screen.timed && !screen.amount;
        let mut session = Session::new(&self.texts.locale);
        session.screen = name.into();
        session.values = self.values.clone();
        let item = Item {
            value: "1".into(),
            values: self.values.clone(),
        };
        // Amounts stand on one page, all of them; their list is the configuration's own.
        let items = if screen.amount {
            let amounts = self.limits.amounts_on(screen);
            let amounts = amounts.into_iter().flat_map(|of| &of.shown);
            let known = screen.list.as_ref().and_then(|name| list(name.get_ref()));
            let value = known.and_then(|known| known.values.first());
            let value = value.copied().unwrap_or(AMOUNT);
            amounts
                .map(|shown| Item::new(shown, value, shown))
                .collect()
        } else {
            vec![item; if screen.timed { CHOICES } else { 1 }]
        };
        let name = screen.list.as_ref().map(|list| list.get_ref().as_str());
        session.keep(name.unwrap_or_default(), items);
        let facts = Facts::default();
        // A text that is paged is cut by the budget itself; everything else is measured uncut.
        let frame = Frame {
            menu: self.menu,
            session: &session,
            facts: &facts,
            budget: if screen.paged { budget } else { usize::MAX },
        };
        let hints = hints_of(screen)
            .iter()
            .map(|hint| Some(*hint))
            .chain([None]);
        let shown = hints.map(|hint| septets(&frame.show(hint).text)).max();
        let more = if can_have_pages {
            // The line stands as number 1 here.
            frame.more_septets() + septets(&LONGEST_LIST.to_string()) - 1
        } else {
            0
        };
        shown.unwrap_or_default() + PREFIX + more
    }
}

/// The widest value of each placeholder in one language, looked up as the texts do.
pub(super) fn widest_values(menu: &Menu, texts: &Texts) -> Values {
    let looked_up = |value: &String| {
        let tables = texts.tables();
        let words = tables
            .values()
            .filter_map(|words| words.get(value))
            .map(|word| septets(word));
        words.max().unwrap_or_default().max(septets(value))
    };
    let widest = |known: &Placeholder| {
        let mut values: Vec<String> = known.widest.iter().map(|v| (*v).to_owned()).collect();
        if known.lookup == Lookup::Category {
            values.extend(texts.category.keys().cloned());
        }
        if known.name == "name" {
            values.extend(menu.texts.values().map(|language| language.name.clone()));
        }
        let value = values.into_iter().max_by_key(looked_up)?;
        Some((known.name.to_owned(), value))
    };
    let mut values: Values = PLACEHOLDERS.iter().filter_map(widest).collect();
    // The SMS about games has as many as fit, one at least.
    if let Some(label) = texts.label.get("games") {
        let line = label.template.fill(&[&values], &texts.tables());
        values.insert("games".into(), line);
    }
    values
}
