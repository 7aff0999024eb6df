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
    /// The list that this screen shows, as it was when the screen came up: whatever changes
    /// meanwhile, a number means the line that the player read.
    #[serde(default)]
    pub kept: Option<Kept>,
    /// What the shown screen said and what its keys did ([`super::Texts::print`]); 0: not known.
    #[serde(default)]
    pub print: u64,
    /// Whether the shown screen is a question under way.
    #[serde(default)]
    pub asked: bool,
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
            kept: None,
            print: 0,
            asked: false,
        }
    }

    /// Keeps a list for as long as the screen is shown.
    pub(super) fn keep(&mut self, list: &str, items: Vec<Item>) {
        self.kept = Some(Kept {
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
