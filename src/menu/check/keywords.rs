//! Proves the keywords: each is there in every language, can be typed, means one thing, and is not
//! what an SMS of the house begins with.

use std::collections::BTreeMap;

use super::{Check, widths::widest_values};
use crate::{
    core::sms::Keyword,
    menu::{
        file::Texts,
        keyword::{SERVICE, Word, hear},
        render::sms,
    },
};

/// The longest keyword, in letters.
const MAX_LETTERS: usize = 20;

/// The keywords that the answer to HELP has to name.
const NAMED_IN_HELP: [Keyword; 3] = [Keyword::Balance, Keyword::Games, Keyword::Stop];

impl Check<'_> {
    pub(super) fn keywords(&mut self) {
        let menu = self.menu;
        // Where each word was declared first: its name, language and line.
        let mut known: BTreeMap<String, (&str, &str)> = BTreeMap::new();
        for texts in menu.texts.values() {
            let file = format!("{}.toml", texts.locale);
            for keyword in Keyword::ALL {
                let name = keyword.name();
                if !texts.keywords.iter().any(|word| word.name == name) {
                    let what = format!("[keyword] has no word for \"{name}\"");
                    let line = texts.line("keyword");
                    self.find(&file, line, &format!("keyword.{name}"), what);
                }
            }
            for declared in &texts.keywords {
                self.keyword(&file, declared);
                let letters = declared.word.to_ascii_uppercase();
                let place = (declared.name.as_str(), texts.locale.as_str());
                let Some((name, locale)) = known.insert(letters, place) else {
                    continue;
                };
                // Two languages may have the same word for the same thing.
                if name != declared.name || locale == texts.locale {
                    let what = format!(
                        "the keyword \"{}\" stands for \"{}\" and, in {locale}.toml, for \"{name}\"",
                        declared.word, declared.name
                    );
                    let key = format!("keyword.{}", declared.name);
                    self.find(&file, declared.line, &key, what);
                }
            }
        }
    }

    fn keyword(&mut self, file: &str, declared: &Word) {
        let Word { name, word, line } = declared;
        let is_known = name == SERVICE || Keyword::ALL.iter().any(|known| known.name() == name);
        if !is_known {
            let what = format!("there is no keyword \"{name}\"");
            self.find(file, *line, &format!("keyword.{name}"), what);
        }
        let can_be_typed = (1..=MAX_LETTERS).contains(&word.len())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !can_be_typed {
            let what = format!(
                "the keyword {word:?} cannot be typed: one to {MAX_LETTERS} letters A-Z and digits"
            );
            self.find(file, *line, &format!("keyword.{name}"), what);
        }
    }

    /// An SMS that begins with a keyword would be answered when somebody's machine sends it back,
    /// and that answer again, and so on.
    pub(super) fn echoes(&mut self, texts: &Texts) {
        let values = &widest_values(self.menu, texts);
        let file = format!("{}.toml", texts.locale);
        for (kind, text) in &texts.sms {
            let body = sms(self.menu, &texts.locale, kind, values);
            if let Some(heard) = hear(self.menu, &body) {
                let what = format!(
                    "the SMS \"{kind}\" begins like the keyword for \"{}\": sent back by a machine \
                    it would be answered for ever",
                    heard.keyword.name()
                );
                self.find(&file, text.line, &format!("sms.{kind}"), what);
            }
        }
        let Some(help) = texts.sms.get("help") else {
            return;
        };
        let body = sms(self.menu, &texts.locale, "help", values);
        for keyword in NAMED_IN_HELP {
            let declared = texts
                .keywords
                .iter()
                .filter(|word| word.name == keyword.name());
            let mut declared = declared.map(|word| word.word.as_str());
            if !declared.any(|word| body.contains(word)) {
                let what = format!(
                    "the SMS \"help\" names no keyword for \"{}\"",
                    keyword.name()
                );
                self.find(&file, help.line, "sms.help", what);
            }
        }
    }
}
