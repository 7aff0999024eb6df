//! Acts: a form that asks for the reason, and what its handler gets and answers.

use std::fmt::Display;

use axum::{
    extract::{FromRequest, Request},
    http::request::Parts,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use maud::{Markup, html};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    Fault,
    notice::Notice,
    visit::{Visit, within},
};
use crate::{
    app::{AppError, LoggedIn},
    core::operator::{Actor, By, MAX_REASON, Why},
    http::{Web, body::Taken},
};

/// How a form stands on its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// An everyday act.
    Plain,
    /// Moves money or shuts somebody out: a second look is asked for by its looks.
    Grave,
}

/// A form for an act: `fields` of its own, the reason, and a button with `label`. It is folded up until
/// it is wanted, which works without scripts.
pub(super) fn act_form(
    visit: &Visit,
    action: &str,
    label: &str,
    weight: Weight,
    fields: &Markup,
) -> Markup {
    let class = match weight {
        Weight::Plain => "act",
        Weight::Grave => "act grave",
    };
    html! {
        details class=(class) {
            summary { (label) }
            form method="post" action=(action) {
                (hidden(visit))
                (fields)
                label {
                    "Reason"
                    textarea name="reason" rows="2" maxlength=(MAX_REASON) required
                        placeholder="Why; it is kept in the audit log" {}
                }
                button type="submit" { (label) }
            }
        }
    }
}

/// What every form has: the token of the session, and the page to go back to.
pub(super) fn hidden(visit: &Visit) -> Markup {
    html! {
        input type="hidden" name="token" value=(visit.who.form_token);
        input type="hidden" name="back" value=(visit.at);
    }
}

/// An act that was asked for: by whom and why, and the fields of its form. The gate has looked at the
/// token, and the route at the role.
#[derive(Debug)]
pub(super) struct Act<T> {
    /// Who acts, and why.
    pub(super) by: By,
    /// The fields of the form.
    pub(super) form: T,
    back: String,
}

#[derive(Deserialize)]
struct Frame {
    #[serde(default)]
    back: String,
    #[serde(default)]
    reason: String,
}

impl<T: DeserializeOwned> FromRequest<Web> for Act<T> {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let (who, back_to) = (
            parts.extensions.get::<LoggedIn>().cloned(),
            asked_from(&parts),
        );
        let request = Request::from_parts(parts, body);
        let odd = |_| Fault::Odd.into_response();
        let taken = Taken::from_request(request, web).await.map_err(odd)?;
        let bytes = taken.whole().map_err(odd)?;
        let frame: Frame =
            serde_urlencoded::from_bytes(&bytes).map_err(|_| Fault::Odd.into_response())?;
        let back = if frame.back.is_empty() {
            back_to
        } else {
            within(&frame.back).to_owned()
        };
        let who = who.ok_or(Fault::NotFound.into_response())?;
        let why = Why::new(&frame.reason)
            .map_err(|error| back_with(&back, &Notice::refused(sentence(&error.to_string()))))?;
        let form = serde_urlencoded::from_bytes(&bytes).map_err(|_| {
            let text = "Something in the form is missing or cannot be read. Nothing was done.";
            back_with(&back, &Notice::refused(text))
        })?;
        let actor = Actor::admin(&who.name);
        Ok(Self {
            by: By { actor, why },
            form,
            back,
        })
    }
}

/// The page above an act: its address without the last part.
fn asked_from(parts: &Parts) -> String {
    let path = parts.uri.path();
    within(path.rsplit_once('/').map_or(path, |(above, _)| above)).to_owned()
}

impl<T> Act<T> {
    /// It was done: back to the page, which says so.
    pub(super) fn done(&self, text: impl ToString) -> Response {
        back_with(&self.back, &Notice::done(text))
    }

    /// It was not done, for a reason that whoever asked can act on.
    pub(super) fn refused(&self, why: impl ToString) -> Response {
        let why = sentence(&why.to_string());
        back_with(&self.back, &Notice::refused(why))
    }

    /// What came of it: done, with these words, or refused for this reason.
    pub(super) fn answer<E: Display>(&self, outcome: Result<impl ToString, E>) -> Response {
        match outcome {
            Ok(text) => self.done(text),
            Err(why) => self.refused(why),
        }
    }

    /// It was not done, because something of ours is broken or away. The log says what.
    pub(super) fn failed(&self, error: AppError) -> Response {
        Fault::from(error).into_response()
    }
}

/// An error's words as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    let text = format!("{}{}", first.unwrap_or_default(), letters.as_str());
    if text.ends_with(['.', '!', '?']) {
        text
    } else {
        format!("{text}.")
    }
}

fn back_with(back: &str, notice: &Notice) -> Response {
    let jar = CookieJar::new().add(notice.cookie());
    (jar, Redirect::to(back)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_as_a_sentence() {
        assert_eq!(
            sentence("no player with this number"),
            "No player with this number."
        );
        assert_eq!(sentence("Is it?"), "Is it?");
        assert_eq!(sentence(""), ".");
    }
}
