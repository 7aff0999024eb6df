//! No key means two things: more, back and home are none of a screen's options, no number of a
//! list, no amount that can be typed, and no answer to a question.

use std::collections::BTreeMap;

use toml::Spanned;

use super::Check;
use crate::{
    core::money::Cents,
    menu::{
        file::Screen,
        vocabulary::{CHOICES, LONGEST_LIST},
    },
};

/// Whether a text can be a key: one or two digits.
fn is_key(text: &str) -> bool {
    (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number of a list's line that a key would pick. A number has no leading zero.
fn number(key: &str) -> Option<usize> {
    if key.starts_with('0') {
        return None;
    }
    key.parse().ok()
}

impl Check<'_> {
    pub(super) fn keys(&mut self) {
        let menu = self.menu;
        let shared = [
            ("more", &menu.keys.more),
            ("back", &menu.keys.back),
            ("home", &menu.keys.home),
        ];
        let mut names: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, place) in shared {
            let key = place.get_ref().as_str();
            let path = format!("keys.{name}");
            if !is_key(key) {
                // What is missing or no text was told of before.
                if !key.is_empty() {
                    let what = format!("\"{key}\" cannot be a key: it must be one or two digits");
                    self.at(place, &path, what);
                }
            } else if let Some(other) = names.insert(key, name) {
                let what = format!("\"{key}\" is the key for \"{other}\" as well");
                self.at(place, &path, what);
            } else {
                for (screen_name, screen) in &menu.screens {
                    self.shared_key(&path, place, screen_name, screen);
                }
            }
        }
        for (name, screen) in &menu.screens {
            self.options(name, screen, &names);
        }
    }

    /// What else a key for more, back or home could mean on a screen.
    fn shared_key(&mut self, path: &str, place: &Spanned<String>, name: &str, screen: &Screen) {
        let key = place.get_ref();
        let Some(list) = &screen.list else {
            if screen.amount && path != "keys.more" && self.is_amount(screen, key) {
                let what = format!("\"{key}\" could be an amount on the screen \"{name}\"");
                self.at(place, path, what);
            }
            return;
        };
        let (longest, what) = match list.get_ref().as_str() {
            "choices" => (CHOICES, "an answer"),
            list if self.limits.amounts.contains_key(list) => {
                let shown = self.limits.amounts.get(list).map_or(0, |of| of.shown.len());
                (shown, "a number of the list")
            }
            _ => (LONGEST_LIST, "a number of the list"),
        };
        if number(key).is_some_and(|number| number <= longest) {
            let what = format!("\"{key}\" could be {what} on the screen \"{name}\"");
            self.at(place, path, what);
        } else if screen.amount && path != "keys.more" && self.is_amount(screen, key) {
            // A screen that takes amounts has one page, so that the key for more does nothing on it.
            let what = format!("\"{key}\" could be an amount on the screen \"{name}\"");
            self.at(place, path, what);
        }
    }

    fn options(&mut self, name: &str, screen: &Screen, shared: &BTreeMap<&str, &str>) {
        let mut seen: Vec<&str> = Vec::new();
        for (option, at) in screen.options.iter().zip(1..) {
            let key = option.key.get_ref().as_str();
            let path = format!("screen.{name}.options[{at}].key");
            let what = if key.is_empty() {
                continue;
            } else if let Some(other) = shared.get(key) {
                format!("\"{key}\" cannot be the key of an option: it is the key for \"{other}\"")
            } else if !is_key(key) || number(key).is_none() {
                format!("\"{key}\" cannot be the key of an option: it must be a number up to 99")
            } else if seen.contains(&key) {
                format!("two options of \"{name}\" on the key \"{key}\"")
            } else if screen.list.is_some() {
                format!("\"{name}\" has both a list and options")
            } else if screen.amount && self.is_amount(screen, key) {
                format!("\"{key}\" could be an amount on the screen \"{name}\"")
            } else {
                seen.push(key);
                continue;
            };
            self.at(&option.key, &path, what);
        }
        if screen.amount && screen.list.is_some() {
            let shown = self.limits.amounts_on(screen);
            let shown = shown.map_or(0, |of| of.shown.len());
            let first = (1..=shown).find(|line| self.is_amount(screen, &line.to_string()));
            if let Some(line) = first {
                let what = format!("the number {line} of the list could be an amount as well");
                self.screen_is(name, "amount", what);
            }
        }
    }

    /// Whether a key could be an amount that is typed on a screen. Without a list of amounts nothing
    /// says what may be typed there.
    fn is_amount(&self, screen: &Screen, key: &str) -> bool {
        let amount = key.parse().ok().and_then(Cents::from_shillings);
        let limits = self.limits.amounts_on(screen);
        let is_within = |amount: Cents| limits.is_none_or(|of| (of.min..=of.max).contains(&amount));
        amount.is_some_and(is_within)
    }
}
