//! The HTTP API behind the phone page: everything that a hand can do with a phone, and everything
//! that the simulator knows.
//!
//! A bad request is answered `{"error": text}` with 400, one that does not fit the state (no
//! session, no prompt) with 409, one that the service under test makes impossible with 503.
//!
//! Routes are told apart by subject, one file each, and exist only together with their description:
//! they are given to an [`OpenApiRouter`], which makes the document at `/api/openapi.json`.

mod document;
mod exchanges;
mod faults;
mod money;
mod opponent;
mod phones;
mod scenario;
mod sms;
mod state;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde::Serialize;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::response::{Response as Described, ResponseBuilder};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoResponses, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use crate::desk;
use crate::number::NotANumber;
use crate::phone::PhoneError;
use crate::stream;
use crate::wire;
use crate::world::World;

pub(crate) use phones::{event, phone};

/// The routes of the API.
pub(crate) fn routes() -> Router<Arc<World>> {
    document::serve(described())
}

/// The routes with their descriptions.
fn described() -> OpenApiRouter<Arc<World>> {
    OpenApiRouter::with_openapi(document::head())
        .merge(phones::routes())
        .merge(opponent::routes())
        .merge(exchanges::routes())
        .merge(money::routes())
        .merge(sms::routes())
        .merge(state::routes())
        .merge(faults::routes())
        .merge(scenario::routes())
        .merge(desk::router())
        .merge(wire::routes::router())
        .merge(stream::router())
        .merge(document::routes())
}

/// A refusal with its reason.
pub(crate) struct ApiError(pub(crate) StatusCode, pub(crate) String);

/// A refusal on the wire.
#[derive(Serialize, ToSchema)]
struct Trouble {
    /// Why, in words.
    error: String,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.0, Json(Trouble { error: self.1 })).into_response()
    }
}

impl IntoResponses for ApiError {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        let refusals = [
            ("400", "The request is wrong"),
            ("409", "It does not fit the state of things"),
            ("503", "The service under test, or the file, is not there"),
        ];
        let describe = |(status, words): (&str, &str)| {
            let content = ContentBuilder::new()
                .schema(Some(Ref::from_schema_name("Trouble")))
                .build();
            let response = ResponseBuilder::new()
                .description(words)
                .content("application/json", content)
                .build();
            (status.to_owned(), RefOr::T(response))
        };
        refusals.into_iter().map(describe).collect()
    }
}

impl From<NotANumber> for ApiError {
    fn from(error: NotANumber) -> Self {
        Self(StatusCode::BAD_REQUEST, error.to_string())
    }
}

impl From<JsonRejection> for ApiError {
    fn from(error: JsonRejection) -> Self {
        Self(StatusCode::BAD_REQUEST, error.body_text())
    }
}

impl From<PhoneError> for ApiError {
    fn from(error: PhoneError) -> Self {
        let status = match &error {
            PhoneError::UnknownCode(_) | PhoneError::ReplyTooLong | PhoneError::SmsTooLong => {
                StatusCode::BAD_REQUEST
            }
            PhoneError::NoSignal
            | PhoneError::SessionOpen
            | PhoneError::PromptOpen
            | PhoneError::NoSession
            | PhoneError::Busy
            | PhoneError::SessionEnded
            | PhoneError::NothingSent
            | PhoneError::NoPrompt => StatusCode::CONFLICT,
            PhoneError::NoService
            | PhoneError::NoSmsService
            | PhoneError::WaitedInVain(_)
            | PhoneError::Send(_)
            | PhoneError::Stopped => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self(status, error.to_string())
    }
}

/// A body that may be bad JSON, which is answered like every other bad request.
type Body<T> = Result<Json<T>, JsonRejection>;
