//! What the machine remembers between two hops of one USSD session.

use serde::{Deserialize, Serialize};

use super::template::Values;

/// One line of a list: what it stands for, and what its label is filled with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What the session keeps when the line is picked.
    pub value: String,
    /// What the label is filled with.
    pub values: Values,
}

impl Item {
    /// A line of a list whose label has one placeholder.
    #[must_use]
    pub fn new(value: impl Into<String>, name: &str, shown: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            values: Values::from([(name.to_owned(), shown.into())]),
        }
    }
}

/// The state of the machine in one session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The language that texts are in: the name of a language file.
    pub locale: String,
    /// The screen that the player sees.
    pub screen: String,
    /// Which page of it, from 0.
    pub page: usize,
    /// What was chosen and what actions brought.
    pub values: Values,
    /// The list that the last action brought.
    pub items: Vec<Item>,
    /// What the player sees, as far as it decides what a key means.
    #[serde(default)]
    pub seen: Option<Box<Seen>>,
}

/// What stood on a screen when it was shown. Whatever changes meanwhile, a key means what the player
/// read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// What the screen said and what its keys did ([`super::Texts::print`]).
    pub print: u64,
    /// Whether it was a question.
    pub is_question: bool,
    /// The list on it.
    pub list: Option<Kept>,
}

/// A list as it was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The list's name.
    pub list: String,
    /// Its lines.
    pub items: Vec<Item>,
}

impl Session {
    /// A session before its first screen.
    #[must_use]
    pub fn new(locale: &str) -> Self {
        Self {
            locale: locale.into(),
            screen: String::new(),
            page: 0,
            values: Values::new(),
            items: Vec::new(),
            seen: None,
        }
    }

    /// The list on the screen, if it is this one.
    pub(super) fn kept(&self, list: &str) -> Option<&[Item]> {
        let kept = self.seen.as_ref()?.list.as_ref()?;
        (kept.list == list).then_some(&*kept.items)
    }

    /// Keeps a list for as long as the screen is shown.
    pub(super) fn keep(&mut self, list: &str, items: Vec<Item>) {
        self.seen.get_or_insert_default().list = Some(Kept {
            list: list.into(),
            items,
        });
    }

    /// A value; empty where there is none.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }
}
