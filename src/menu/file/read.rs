//! Reads the files of a menu and goes on after a fault, so that all faults are told at once.

use std::{collections::BTreeMap, ops::Range};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Choice, Finding, Keys, Lines, MACHINE, Menu, Routes, Screen, Section, Text, Texts};
use crate::menu::{
    keyword::Word,
    session::Item,
    template::{Template, Words},
};

/// The sections of texts in a language file.
const SECTIONS: [&str; 7] = [
    "screen", "notice", "option", "label", "hint", "footer", "sms",
];
/// The tables of words in a language file.
const WORDS: [&str; 3] = ["word", "category", "reason"];
/// The table of what players write by SMS.
const KEYWORD: &str = "keyword";

impl Menu {
    /// As much of a menu as can be read, and everything that is wrong with the form of its files.
    /// `None`: the machine's file is not TOML, or no language's is.
    pub(in crate::menu) fn read_all<S: AsRef<[u8]>>(
        files: &[(String, S)],
    ) -> (Option<Self>, Vec<Finding>) {
        let (mut machine, mut texts) = (None, BTreeMap::new());
        let mut findings = Vec::new();
        for (name, source) in files {
            let mut reader = Reader::of(name);
            if let Some(source) = reader.utf8(source.as_ref()) {
                reader.lines = Lines::of(source);
                if let Some(root) = reader.root(source) {
                    if name == MACHINE {
                        machine = Some(reader.machine(&root));
                    } else {
                        let language = reader.texts(&root);
                        texts.insert(language.locale.clone(), language);
                    }
                }
            }
            findings.append(&mut reader.findings);
        }
        let menu = machine
            .filter(|_| !texts.is_empty())
            .map(|machine| machine.with(texts));
        (menu, findings)
    }

    fn with(mut self, mut texts: BTreeMap<String, Texts>) -> Self {
        for language in texts.values_mut() {
            let prints = self
                .screens
                .iter()
                .map(|(name, screen)| (name.clone(), super::print::print(name, screen, language)));
            language.prints = prints.collect();
        }
        self.locales = texts
            .values()
            .map(|language| Item::new(&*language.locale, "name", &*language.name))
            .collect();
        self.texts = texts;
        self
    }
}

/// Reads one file.
struct Reader<'a> {
    file: &'a str,
    lines: Lines,
    findings: Vec<Finding>,
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.into()
    } else {
        format!("{path}.{name}")
    }
}

impl<'a> Reader<'a> {
    fn of(file: &'a str) -> Self {
        Self {
            file,
            lines: Lines::default(),
            findings: Vec::new(),
        }
    }

    fn find(&mut self, at: &Range<usize>, key: &str, what: impl Into<String>) {
        self.findings.push(Finding {
            file: self.file.into(),
            line: self.lines.at_byte(at.start).max(1),
            key: key.into(),
            what: what.into(),
        });
    }

    fn utf8<'s>(&mut self, source: &'s [u8]) -> Option<&'s str> {
        match std::str::from_utf8(source) {
            Ok(text) => Some(text),
            Err(error) => {
                let good = source.get(..error.valid_up_to()).unwrap_or_default();
                let good = String::from_utf8_lossy(good);
                self.lines = Lines::of(&good);
                self.find(&(good.len()..good.len()), "", "the file is not UTF-8");
                None
            }
        }
    }

    /// The file as a table. What is not TOML is not read further: the rest would be guesses.
    fn root<'s>(&mut self, source: &'s str) -> Option<DeTable<'s>> {
        let (root, errors) = DeTable::parse_recoverable(source);
        let is_toml = errors.is_empty();
        for error in errors {
            let at = error.span().unwrap_or_default();
            let what = error.message().replace('\n', " ");
            // One fault often has several messages; the first one of a line is the clearest.
            let line = self.lines.at_byte(at.start);
            if !self.findings.iter().any(|finding| finding.line == line) {
                self.find(&at, "", what);
            }
        }
        is_toml.then(|| root.into_inner())
    }

    /// Tells of every key that is not one of `names`.
    fn known(&mut self, table: &DeTable<'_>, path: &str, names: &[&str]) {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if !names.contains(&name) {
                let what = format!("unknown key; known are {}", names.join(", "));
                self.find(&key.span(), &join(path, name), what);
            }
        }
    }

    fn kind(&mut self, value: &Spanned<DeValue<'_>>, path: &str, wanted: &str) {
        let what = format!("must be {wanted}, not {}", value.get_ref().type_str());
        self.find(&value.span(), path, what);
    }

    /// The tables in a table, by name; of anything else it tells.
    fn tables<'t, 's>(
        &mut self,
        root: &'t DeTable<'s>,
        name: &str,
    ) -> Vec<(Spanned<String>, &'t DeTable<'s>)> {
        let Some(table) = self.table(root, "", name) else {
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (key, value) in table {
            let key = Spanned::new(key.span(), key.get_ref().to_string());
            match value.get_ref().as_table() {
                Some(table) => tables.push((key, table)),
                None => self.kind(value, &join(name, key.get_ref()), "a table"),
            }
        }
        tables
    }

    fn table<'t, 's>(
        &mut self,
        root: &'t DeTable<'s>,
        path: &str,
        name: &str,
    ) -> Option<&'t DeTable<'s>> {
        let value = root.get(name)?;
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.kind(value, &join(path, name), "a table");
        }
        table
    }

    fn text(&mut self, table: &DeTable<'_>, path: &str, name: &str) -> Option<Spanned<String>> {
        let value = table.get(name)?;
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.kind(value, &join(path, name), "a text in quotes");
        }
        text.map(|text| Spanned::new(value.span(), text.to_owned()))
    }

    /// A text that must be there; an empty one in its place where it is not.
    fn needed(
        &mut self,
        table: &DeTable<'_>,
        path: &str,
        name: &str,
        at: &Range<usize>,
    ) -> Spanned<String> {
        if table.get(name).is_none() {
            self.find(at, &join(path, name), "is missing");
        }
        let text = self.text(table, path, name);
        text.unwrap_or_else(|| Spanned::new(at.clone(), String::new()))
    }

    fn flag(&mut self, table: &DeTable<'_>, path: &str, name: &str) -> bool {
        let Some(value) = table.get(name) else {
            return false;
        };
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.kind(value, &join(path, name), "true or false");
        }
        flag.unwrap_or_default()
    }

    fn machine(&mut self, root: &DeTable<'_>) -> Menu {
        self.known(root, "", &["start", "home", "keys", "screen", "action"]);
        let keys = self.keys(root);
        let (mut screens, mut routes) = (BTreeMap::new(), BTreeMap::new());
        for (name, table) in self.tables(root, "screen") {
            let line = self.lines.at(&name);
            self.lines.screens.insert(name.get_ref().clone(), line);
            let screen = self.screen(name.get_ref(), table);
            screens.insert(name.into_inner(), screen);
        }
        for (name, table) in self.tables(root, "action") {
            let line = self.lines.at(&name);
            self.lines.actions.insert(name.get_ref().clone(), line);
            let on = self.routes(&name, table);
            routes.insert(name.into_inner(), Routes { on });
        }
        Menu {
            start: self.needed(root, "", "start", &(0..0)),
            home: self.needed(root, "", "home", &(0..0)),
            keys,
            screens,
            routes,
            texts: BTreeMap::new(),
            locales: Vec::new(),
            lines: self.lines.clone(),
        }
    }

    fn keys(&mut self, root: &DeTable<'_>) -> Keys {
        let empty = DeTable::new();
        let at = root.keys().find(|key| key.get_ref() == "keys");
        let at = at.map_or(0..0, Spanned::span);
        let table = self.table(root, "", "keys").unwrap_or(&empty);
        self.known(table, "keys", &["more", "back", "home"]);
        Keys {
            more: self.needed(table, "keys", "more", &at),
            back: self.needed(table, "keys", "back", &at),
            home: self.needed(table, "keys", "home", &at),
        }
    }

    fn screen(&mut self, name: &str, table: &DeTable<'_>) -> Screen {
        let path = format!("screen.{name}");
        let known = [
            "options", "list", "amount", "set", "go", "run", "back", "home", "timed", "paged",
            "ends", "stays",
        ];
        self.known(table, &path, &known);
        let mut options = Vec::new();
        if let Some(value) = table.get("options") {
            match value.get_ref().as_array() {
                Some(array) => {
                    for (item, number) in array.iter().zip(1..) {
                        options.extend(self.choice(item, &format!("{path}.options[{number}]")));
                    }
                }
                None => self.kind(value, &format!("{path}.options"), "a list in brackets"),
            }
        }
        Screen {
            options,
            list: self.text(table, &path, "list"),
            amount: self.flag(table, &path, "amount"),
            set: self.text(table, &path, "set"),
            go: self.text(table, &path, "go"),
            run: self.text(table, &path, "run"),
            back: self.text(table, &path, "back"),
            home: self.text(table, &path, "home"),
            timed: self.flag(table, &path, "timed"),
            paged: self.flag(table, &path, "paged"),
            ends: self.flag(table, &path, "ends"),
            stays: self.flag(table, &path, "stays"),
        }
    }

    fn choice(&mut self, item: &Spanned<DeValue<'_>>, path: &str) -> Option<Choice> {
        let Some(table) = item.get_ref().as_table() else {
            self.kind(item, path, "a table in braces");
            return None;
        };
        self.known(table, path, &["key", "text", "go", "run"]);
        let at = item.span();
        Some(Choice {
            key: self.needed(table, path, "key", &at),
            text: self.needed(table, path, "text", &at),
            go: self.text(table, path, "go"),
            run: self.text(table, path, "run"),
        })
    }

    fn routes(
        &mut self,
        name: &Spanned<String>,
        table: &DeTable<'_>,
    ) -> BTreeMap<Spanned<String>, Spanned<String>> {
        let path = format!("action.{}", name.get_ref());
        self.known(table, &path, &["on"]);
        if table.get("on").is_none() {
            self.find(&name.span(), &join(&path, "on"), "is missing");
        }
        let mut routes = BTreeMap::new();
        let path = join(&path, "on");
        let on = table.get("on").and_then(|on| on.get_ref().as_table());
        if let (Some(value), None) = (table.get("on"), on) {
            self.kind(value, &path, "a table in braces");
        }
        for outcome in on.into_iter().flat_map(DeTable::keys) {
            let target = on.and_then(|on| self.text(on, &path, outcome.get_ref()));
            if let Some(target) = target {
                let outcome = Spanned::new(outcome.span(), outcome.get_ref().to_string());
                routes.insert(outcome, target);
            }
        }
        routes
    }

    fn texts(&mut self, root: &DeTable<'_>) -> Texts {
        let locale = self.file.trim_end_matches(".toml").to_owned();
        let is_code = (2..=8).contains(&locale.len())
            && locale.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        if !is_code {
            let what = "a language's file is named by its code in small letters, such as sw.toml";
            self.find(&(0..0), "", what);
        }
        let others = ["name", KEYWORD];
        self.known(root, "", &[others.as_slice(), &SECTIONS, &WORDS].concat());
        let mut lines = BTreeMap::new();
        for key in root.keys() {
            lines.insert(key.get_ref().to_string(), self.lines.at(key));
        }
        let [screen, notice, option, label, hint, footer, sms] =
            SECTIONS.map(|name| self.section(root, name));
        let [word, category, reason] = WORDS.map(|name| self.words(root, name, &mut lines));
        Texts {
            locale,
            name: self.needed(root, "", "name", &(0..0)).into_inner(),
            screen,
            notice,
            option,
            label,
            hint,
            footer,
            sms,
            word,
            category,
            reason,
            keywords: self.keywords(root),
            lines,
            prints: BTreeMap::new(),
        }
    }

    fn keywords(&mut self, root: &DeTable<'_>) -> Vec<Word> {
        let mut keywords = Vec::new();
        let Some(table) = self.table(root, "", KEYWORD) else {
            return keywords;
        };
        for (name, value) in table {
            let name = name.get_ref().as_ref();
            let Some(words) = value.get_ref().as_array() else {
                self.kind(value, &join(KEYWORD, name), "a list of words in quotes");
                continue;
            };
            for word in words {
                match word.get_ref().as_str() {
                    Some(text) => keywords.push(Word {
                        name: name.to_owned(),
                        word: text.to_owned(),
                        line: self.lines.at_byte(word.span().start),
                    }),
                    None => self.kind(word, &join(KEYWORD, name), "a word in quotes"),
                }
            }
        }
        keywords
    }

    fn section(&mut self, root: &DeTable<'_>, name: &str) -> Section {
        let mut section = Section::new();
        let Some(table) = self.table(root, "", name) else {
            return section;
        };
        for key in table.keys() {
            let Some(text) = self.text(table, name, key.get_ref()) else {
                continue;
            };
            let line = self.lines.at(&text);
            let template = Template::parse(text.get_ref()).unwrap_or_else(|error| {
                self.find(&text.span(), &join(name, key.get_ref()), error.to_string());
                Template::default()
            });
            section.insert(key.get_ref().to_string(), Text { template, line });
        }
        section
    }

    fn words(
        &mut self,
        root: &DeTable<'_>,
        name: &str,
        lines: &mut BTreeMap<String, usize>,
    ) -> Words {
        let mut words = Words::new();
        let Some(table) = self.table(root, "", name) else {
            return words;
        };
        for key in table.keys() {
            if let Some(word) = self.text(table, name, key.get_ref()) {
                lines.insert(join(name, key.get_ref()), self.lines.at(&word));
                words.insert(key.get_ref().to_string(), word.into_inner());
            }
        }
        words
    }
}
