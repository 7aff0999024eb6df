//! What an act has to tell on the page that it goes back to: in a cookie that lives for one page.

use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::visit::HOME;

const COOKIE: &str = "majibu_notice";

/// The longest text, in characters: a cookie holds 4 kB.
const LONGEST: usize = 300;

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    /// Whether it was done, or refused.
    is_done: bool,
    text: String,
}

impl Notice {
    /// It was done.
    pub(super) fn done(text: impl ToString) -> Self {
        Self {
            is_done: true,
            text: text.to_string(),
        }
    }

    /// It was not.
    pub(super) fn refused(text: impl ToString) -> Self {
        Self {
            is_done: false,
            text: text.to_string(),
        }
    }

    /// The cookie that carries it to the next page.
    pub(super) fn cookie(&self) -> Cookie<'static> {
        let sign = if self.is_done { '+' } else { '-' };
        let text: String = self.text.chars().take(LONGEST).collect();
        let text = utf8_percent_encode(&text, NON_ALPHANUMERIC);
        own(COOKIE, format!("{sign}{text}"))
    }

    /// Takes it out of the cookies of a request.
    pub(super) fn take(jar: CookieJar) -> (Option<Self>, CookieJar) {
        let Some(cookie) = jar.get(COOKIE) else {
            return (None, jar);
        };
        let read = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let value = cookie.value();
        let notice = match value.strip_prefix('+') {
            Some(text) => Some(Self::done(read(text))),
            None => value
                .strip_prefix('-')
                .map(|text| Self::refused(read(text))),
        };
        (notice, jar.remove(own(COOKIE, String::new())))
    }

    /// As it stands above the page.
    pub(super) fn markup(&self) -> Markup {
        let (class, role) = if self.is_done {
            ("notice done", "status")
        } else {
            ("notice refused", "alert")
        };
        html! { p class=(class) role=(role) { (self.text) } }
    }
}

/// A cookie of the console: no script and no other site sees it.
pub(super) fn own(name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((name, value))
        .path(HOME)
        .http_only(true)
        .same_site(SameSite::Strict)
        .build()
}
