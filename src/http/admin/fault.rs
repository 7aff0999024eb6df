//! What a page cannot show, said plainly: nothing of what is inside leaks.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use maud::html;

use super::layout;
use crate::{app::AppError, core::operator::Role, http::TurnedAway};

/// A request to the console that is not answered with what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// There is no such page, player or payment.
    NotFound,
    /// What was asked for cannot be read, or is too long.
    Odd,
    /// The form was not made for this session.
    Forged,
    /// It takes a higher role.
    Role(Role),
    /// It is larger than any form.
    TooLarge,
    /// It came too slowly.
    TooSlow,
    /// The database does not answer.
    Away,
    /// Something of ours is broken.
    Broken,
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        tracing::error!(error = ?error, "the console could not be answered");
        match error {
            AppError::Store(_) | AppError::Session(_) => Self::Away,
            AppError::Unusable(_) | AppError::OutOfRange(_) => Self::Broken,
        }
    }
}

impl From<TurnedAway> for Fault {
    fn from(away: TurnedAway) -> Self {
        match away {
            TurnedAway::TooLarge => Self::TooLarge,
            TurnedAway::TooSlow => Self::TooSlow,
            TurnedAway::NotFound
            | TurnedAway::TooMany
            | TurnedAway::MethodNotAllowed
            | TurnedAway::BadRequest
            | TurnedAway::Unavailable => Self::Odd,
        }
    }
}

impl Fault {
    fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Odd => StatusCode::BAD_REQUEST,
            Self::Forged | Self::Role(_) => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Away => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What is the matter, and what to do.
    fn words(self) -> (&'static str, String) {
        let (title, text) = match self {
            Self::NotFound => ("Not found", "There is nothing at this address.".into()),
            Self::Odd => (
                "That could not be read",
                "What you asked for is longer than anything here, or is not text. \
                 Go back and shorten it."
                    .into(),
            ),
            Self::Forged => (
                "This form is out of date",
                "It was not made for your session: you may have logged in anew since. \
                 Nothing was done. Go back, reload the page, and try again."
                    .into(),
            ),
            Self::Role(role) => (
                "Your role may not do this",
                format!("It takes the role {role}. Nothing was done. Ask somebody who has it."),
            ),
            Self::TooLarge => ("Too large", "Nothing was done.".into()),
            Self::TooSlow => ("Too slow", "Nothing was done. Try again.".into()),
            Self::Away => (
                "The database does not answer",
                "Try again in a moment. If it lasts, look at /readyz and the log.".into(),
            ),
            Self::Broken => (
                "This page could not be made",
                "The log says why. Nothing was changed.".into(),
            ),
        };
        (title, text)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let (title, text) = self.words();
        let body = html! {
            p { (text) }
            p { a href=(super::visit::HOME) { "To the console" } }
        };
        (self.status(), layout::plain(title, &body)).into_response()
    }
}
