//! Proves the texts: each is there in every language and is used, has only characters that a phone
//! shows, and names only placeholders that are filled in where it is shown.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, flow::Flow};
use crate::{
    core::text,
    menu::{
        file::{Section, Text, Texts},
        vocabulary::{
            ALWAYS, FOOTERS, HINTS, LABELS, LISTS, Lookup, NOTICES, Named, SMS, codes, placeholder,
        },
    },
};

/// The tables that placeholders are looked up in.
const TABLES: [&str; 3] = ["word", "category", "reason"];

/// Texts of a section that must be there, with what may be filled in; `None`: anything, because
/// nobody ever sees it or another finding says so.
type Needed = BTreeMap<String, Option<BTreeSet<String>>>;

fn set(values: &[&str], others: &[&str]) -> Option<BTreeSet<String>> {
    let all = values.iter().chain(others);
    Some(all.map(|value| (*value).to_owned()).collect())
}

fn named(texts: &[Named], others: &[&str]) -> Needed {
    let texts = texts.iter();
    texts
        .map(|(name, values)| ((*name).to_owned(), set(values, others)))
        .collect()
}

impl Check<'_> {
    /// What languages call themselves: nobody could choose between two of the same name.
    pub(super) fn names(&mut self) {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for texts in self.menu.texts.values() {
            let file = format!("{}.toml", texts.locale);
            let line = texts.line("name");
            if let Some(other) = seen.insert(texts.name.to_lowercase(), &texts.locale) {
                let what = format!("{other}.toml has the same name, \"{}\"", texts.name);
                self.find(&file, line, "name", what);
            }
            self.characters(&file, line, "name", &texts.name);
        }
    }

    pub(super) fn texts(&mut self, texts: &Texts, flow: &Flow) {
        let menu = self.menu;
        let on = |screen: &str| {
            let certain = flow.on(screen)?;
            let always = ALWAYS.iter().map(|value| (*value).to_owned());
            Some(
                certain
                    .iter()
                    .cloned()
                    .chain(always)
                    .collect::<BTreeSet<_>>(),
            )
        };
        let screens: Needed = menu
            .screens
            .keys()
            .map(|name| (name.clone(), on(name)))
            .collect();
        let mut options = Needed::new();
        for (name, screen) in &menu.screens {
            for option in &screen.options {
                // A label that stands on several screens may say what is certain on all of them.
                let label = option.text.get_ref().clone();
                let on = on(name);
                let known = options.entry(label).or_insert_with(|| on.clone());
                if let (Some(known), Some(on)) = (known, on) {
                    known.retain(|value| on.contains(value));
                }
            }
        }
        options.remove("");
        let lists = LISTS.iter().map(|list| (list.name, list.values));
        let labels: Vec<Named> = lists.chain(LABELS).collect();
        let hints = named(&HINTS, ALWAYS);
        let sections: [(&str, &Section, Needed); 7] = [
            ("screen", &texts.screen, screens),
            ("option", &texts.option, options),
            ("notice", &texts.notice, named(&NOTICES, &[])),
            ("label", &texts.label, named(&labels, ALWAYS)),
            ("hint", &texts.hint, hints),
            ("footer", &texts.footer, named(&FOOTERS, &[])),
            ("sms", &texts.sms, named(&SMS, &[])),
        ];
        let file = format!("{}.toml", texts.locale);
        for (section, entries, needed) in sections {
            for name in needed.keys().filter(|name| !entries.contains_key(*name)) {
                let what = format!("[{section}] has no \"{name}\"");
                self.find(
                    &file,
                    texts.line(section),
                    &format!("{section}.{name}"),
                    what,
                );
            }
            for (name, text) in entries {
                let key = format!("{section}.{name}");
                match needed.get(name) {
                    None => self.find(&file, text.line, &key, "is used nowhere"),
                    Some(values) => {
                        self.placeholders(&file, &key, text, values.as_ref(), flow);
                    }
                }
                let shown = text.template.fill(&[], &BTreeMap::new());
                self.characters(&file, text.line, &key, &shown);
            }
        }
        self.words(&file, texts);
    }

    fn words(&mut self, file: &str, texts: &Texts) {
        for (table, entries) in texts.tables() {
            for word in codes(table).filter(|word| !entries.contains_key(*word)) {
                let what = format!("[{table}] has no \"{word}\"");
                self.find(file, texts.line(table), &format!("{table}.{word}"), what);
            }
            for (name, word) in entries {
                let key = format!("{table}.{name}");
                let line = texts.line(&key);
                if table != "category" && !codes(table).any(|code| code == name) {
                    self.find(file, line, &key, "is used nowhere");
                }
                self.characters(file, line, &key, word);
            }
        }
    }

    fn characters(&mut self, file: &str, line: usize, key: &str, shown: &str) {
        if let Some(foreign) = text::first_foreign(shown) {
            let what = format!("{foreign:?} is not in the GSM 7-bit alphabet");
            self.find(file, line, key, what);
        }
    }

    fn placeholders(
        &mut self,
        file: &str,
        key: &str,
        text: &Text,
        values: Option<&BTreeSet<String>>,
        flow: &Flow,
    ) {
        for used in text.template.placeholders() {
            let name = used.name;
            let Some(known) = placeholder(name) else {
                let what = format!("there is no placeholder {{{name}}}");
                self.find(file, text.line, key, what);
                continue;
            };
            if values.is_some_and(|values| !values.contains(name)) {
                let screen = key.strip_prefix("screen.");
                let from = screen.map_or("", |screen| flow.without(screen, name));
                let what = if from.is_empty() {
                    format!("{{{name}}} is not filled in here")
                } else {
                    format!("{{{name}}} is not set on the way from \"{from}\"")
                };
                self.find(file, text.line, key, what);
            }
            let what = match (known.lookup, used.table) {
                (_, Some(table)) if !TABLES.contains(&table) => {
                    format!("there is no table \"{table}\"")
                }
                (Lookup::Code(table), asked) if asked != Some(table) => {
                    format!("{{{name}}} is a code: write {{{name}:{table}}}")
                }
                (Lookup::Plain, Some(table)) => {
                    format!("{{{name}}} is not looked up: write it without \":{table}\"")
                }
                (Lookup::Category, Some(table)) if table != "category" => {
                    format!("{{{name}}} is not looked up in [{table}]")
                }
                _ => continue,
            };
            self.find(file, text.line, key, what);
        }
    }
}
