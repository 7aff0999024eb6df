//! Proves the texts: each is there in every language and used, names only placeholders that are
//! filled in, and fits with every value at its widest.

use std::collections::{BTreeMap, BTreeSet};

use super::Check;
use crate::{
    core::text::{self, SEGMENT, septets},
    menu::{
        file::{Screen, Section, Text, Texts},
        machine::Facts,
        render::{Frame, PREFIX, hints_of, sms},
        session::{Item, Session},
        sms::{ANSWERS, PROMOTIONS},
        template::Values,
    },
};

/// Names that every language needs beside those of screens and options.
const LABELS: [&str; 8] = [
    "locales",
    "categories",
    "stakes",
    "deposits",
    "withdrawals",
    "choices",
    "games",
    "answer",
];
const NOTICES: [&str; 5] = [
    "not_mobile",
    "session_over",
    "sorry",
    "wrong_code",
    "wrong_phone",
];
const HINTS: [&str; 6] = [
    "wrong_key",
    "wrong_answer",
    "not_an_amount",
    "below_minimum",
    "above_maximum",
    "resumed",
];
const FOOTERS: [&str; 3] = ["more", "back", "home"];
const SMS: [&str; 13] = [
    "won",
    "lost",
    "drawn",
    "refunded",
    "returned",
    "voided",
    "deposit_paid",
    "deposit_failed",
    "deposit_unconfirmed",
    "withdrawal_paid",
    "withdrawal_paid_taxed",
    "withdrawal_failed",
    "payment_parked",
];

/// Every placeholder with the values among which its widest is. Amounts are at the limits that the
/// configuration allows; a balance of ten million is more than M-Pesa lets anybody hold.
const WIDEST: [(&str, &[&str]); 49] = [
    ("name", &["Kiswahili cha Kenya", "MMMMMMMMMMMMMMMM"]),
    (
        "category",
        &[
            "MMMMMMMMMMMMMMMMMM",
            "football",
            "bible",
            "kenya",
            "africa",
            "science and nature",
            "music and film",
        ],
    ),
    ("stake", &["100,000"]),
    ("bounty", &["200,000"]),
    ("amount", &["250,000.50"]),
    ("received", &["200,000.50"]),
    ("balance", &["9,999,999.99"]),
    ("missing", &["100,000.50"]),
    ("fee", &["10,000"]),
    ("tax", &["250,000.50"]),
    ("payout", &["250,000"]),
    ("held", &["260,000.50"]),
    ("levy", &["levy"]),
    ("rate", &["99.99%"]),
    ("duty", &["duty"]),
    ("excise", &["250,000.50"]),
    ("limit", &["10,000,000"]),
    ("room", &["10,000,000"]),
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
            "unavailable",
            "other",
            "account_full",
            "not_registered",
            "payout_unavailable",
        ],
    ),
    ("answers", &["M"]),
    ("game", &["M"]),
    // At its widest as one line of the list; see `widest_values`.
    ("games", &["M"]),
    ("code", &["*384*12345678#", "any_code"]),
    ("locale", &["M"]),
];

impl Check<'_> {
    pub(super) fn texts(&mut self, texts: &Texts) {
        let menu = self.menu;
        let options = menu.screens.values().flat_map(|screen| &screen.options);
        let names = |list: &[&'static str]| list.iter().map(|&name| name.to_owned()).collect();
        let kinds = SMS.iter().chain(&ANSWERS).chain(&PROMOTIONS);
        let kinds = kinds.map(|&kind| kind.to_owned()).collect();
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
            ("sms", &texts.sms, kinds),
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
            (
                "word",
                &texts.word,
                ["state", "ending", "levy", "duty"].as_slice(),
            ),
            ("reason", &texts.reason, ["reason"].as_slice()),
        ];
        for (table, entries, placeholders) in words {
            let needed = placeholders.iter().flat_map(|name| candidates(name));
            for word in needed.chain(["nothing", "any_code"].iter().filter(|_| table == "word")) {
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

    pub(super) fn widths(&mut self, texts: &Texts) {
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
        self.echoes(texts, &values);
    }

    /// Septets of the widest page of a screen, prefix included: every value at its widest, every
    /// hint tried, lists of one line (longer ones are paged).
    pub(super) fn widest_rendering(
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
pub(super) fn widest_values(texts: &Texts) -> Values {
    let looked_up = |value: &str| {
        let tables = texts.tables();
        let words = tables
            .values()
            .filter_map(|words| words.get(value))
            .map(|word| septets(word));
        words.max().unwrap_or_default().max(septets(value))
    };
    let mut values: Values = WIDEST
        .iter()
        .filter_map(|(name, candidates)| {
            let widest = candidates.iter().max_by_key(|value| looked_up(value))?;
            Some(((*name).to_owned(), (*widest).to_owned()))
        })
        .collect();
    // The SMS about games has as many as fit, one at least.
    if let Some(label) = texts.label.get("games") {
        let line = label.template.fill(&[&values], &texts.tables());
        values.insert("games".into(), line);
    }
    values
}
