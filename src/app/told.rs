//! Answers outside the menu: something failed, or the request was not the session's own.

use std::sync::OnceLock;

use crate::menu::{Menu, Shown};

/// The language of a caller who has not chosen one.
pub(super) const FALLBACK_LOCALE: &str = "en";

/// What is needed to tell a player something outside the menu.
pub(super) struct Told<'a> {
    /// The one menu of this hop.
    pub(super) menu: &'a Menu,
    /// Septets of the screen.
    pub(super) budget: usize,
    /// The caller's language, as soon as the session has told it.
    locale: OnceLock<String>,
}

impl<'a> Told<'a> {
    /// To somebody whose language is not known yet.
    pub(super) fn new(menu: &'a Menu, budget: usize) -> Self {
        Self {
            menu,
            budget,
            locale: OnceLock::new(),
        }
    }

    /// The session has told the caller's language.
    pub(super) fn speak(&self, locale: &str) {
        let _ = self.locale.set(locale.to_owned());
    }

    /// An answer outside the menu; it ends the session. In the caller's language where it is known,
    /// else in as many as fit.
    pub(super) fn notice(&self, name: &str) -> Shown {
        let text = match self.locale.get() {
            Some(locale) => self.menu.notice(locale, name),
            None => self.menu.notice_to_all(FALLBACK_LOCALE, name, self.budget),
        };
        Shown {
            screen: name.into(),
            text,
            ends: true,
        }
    }
}
