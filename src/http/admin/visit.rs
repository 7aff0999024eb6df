//! What a page gets of a request: who looks, what is asked for, and what to tell them first.

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use maud::Markup;
use serde::de::DeserializeOwned;

use super::{Fault, layout, notice::Notice};
use crate::{app::LoggedIn, core::operator::Role, http::Web};

/// Where the console begins.
pub(super) const HOME: &str = "/admin";

/// The longest thing that can be asked for, in bytes.
const MAX_QUERY: usize = 2_000;

/// Somebody looks at a page.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    /// Who.
    pub(super) who: LoggedIn,
    /// At which: path and query.
    pub(super) at: String,
    jar: CookieJar,
}

impl FromRequestParts<Web> for Visit {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Fault> {
        let who = parts.extensions.get::<LoggedIn>().cloned();
        let at = parts.uri.path_and_query();
        Ok(Self {
            who: who.ok_or(Fault::NotFound)?,
            at: at.map_or(HOME, |at| at.as_str()).to_owned(),
            jar: CookieJar::from_headers(&parts.headers),
        })
    }
}

impl Visit {
    /// Whether who looks may do what this role may: forms that they cannot send are not shown.
    pub(super) fn may(&self, role: Role) -> bool {
        self.who.role.may(role)
    }

    /// The page, with what an act before it has to tell.
    pub(super) fn page(&self, title: &str, body: &Markup) -> Response {
        let (notice, jar) = Notice::take(self.jar.clone());
        let page = layout::page(self, title, notice.as_ref(), body);
        (jar, page).into_response()
    }
}

/// What is asked for behind the `?` of an address. What cannot be read is told politely; a field that
/// is not there has to be an `Option`, or to have a default.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Web> for Asked<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Fault> {
        let query = parts.uri.query().unwrap_or_default();
        if query.len() > MAX_QUERY {
            return Err(Fault::Odd);
        }
        let read = serde_urlencoded::from_str(query);
        read.map(Self).map_err(|_| Fault::Odd)
    }
}

/// An address of the console to go back to; anything else is its beginning.
pub(super) fn within(to: &str) -> &str {
    let rest = to.strip_prefix(HOME);
    let is_within = rest.is_some_and(|rest| {
        (rest.is_empty() || rest.starts_with(['/', '?']))
            && rest.len() <= MAX_QUERY
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    });
    if is_within { to } else { HOME }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for to in ["/admin", "/admin/players?q=0712", "/admin?before=1"] {
            assert_eq!(within(to), to);
        }
        for to in [
            "",
            "/",
            "//evil.example",
            "https://evil.example/admin",
            "/administrator",
            "/admin.evil.example",
            "/admin/\r\nset-cookie: a=b",
            "/admin/\\evil",
        ] {
            assert_eq!(within(to), HOME, "{to}");
        }
    }
}
