//! The state: read, loaded, saved, forgotten.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::StringRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ApiError;
use crate::state::StateError;
use crate::world::World;

/// The largest state that is loaded, in bytes: some hundred thousand payments.
const LARGEST_STATE: usize = 256 * 1024 * 1024;

pub(super) fn routes() -> OpenApiRouter<Arc<World>> {
    OpenApiRouter::default()
        .routes(routes!(show_state, load_state))
        .layer(DefaultBodyLimit::max(LARGEST_STATE))
        .routes(routes!(save_state))
        .routes(routes!(reset))
}

/// Where the state is.
#[derive(Serialize, ToSchema)]
struct Saved {
    /// The file that was written.
    file: String,
}

impl From<StateError> for ApiError {
    fn from(error: StateError) -> Self {
        let status = match &error {
            StateError::Broken(_) | StateError::Version(_) | StateError::File(..) => {
                StatusCode::BAD_REQUEST
            }
            StateError::NoFile | StateError::VirtualClock => StatusCode::CONFLICT,
            StateError::Read(..) | StateError::Write(..) => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self(status, error.to_string())
    }
}

impl From<StringRejection> for ApiError {
    fn from(error: StringRejection) -> Self {
        Self(StatusCode::BAD_REQUEST, error.body_text())
    }
}

/// Download the state
///
/// M-Pesa's books, pushes and payouts, phones with their inboxes, registered URLs, what is still to
/// be told, and the place of the dice. What is inside belongs to the simulator; only `format` and
/// `version` are promised.
#[utoipa::path(get, path = "/api/state", tag = "state",
    responses((status = 200, description = "The state", body = Object)))]
async fn show_state(State(world): State<Arc<World>>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"sandbox-state.json\"",
        ),
    ];
    (headers, world.state()).into_response()
}

/// Load a state in the place of this one
///
/// Prompts and results of this state are given up, those of the loaded one go on. The record of
/// exchanges and waiting faults are forgotten. A state that is broken or of another version changes
/// nothing.
#[utoipa::path(put, path = "/api/state", tag = "state", request_body(content = Object, description = "A state as downloaded"),
    responses((status = 204, description = "Loaded"), ApiError))]
async fn load_state(
    State(world): State<Arc<World>>,
    body: Result<String, StringRejection>,
) -> Result<StatusCode, ApiError> {
    world.load(&body?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Save the state into the file that the simulator was started with
#[utoipa::path(post, path = "/api/state/save", tag = "state",
    responses((status = 200, description = "Written, whole", body = Saved), ApiError))]
async fn save_state(State(world): State<Arc<World>>) -> Result<Json<Saved>, ApiError> {
    let file = world.save()?.display().to_string();
    Ok(Json(Saved { file }))
}

/// Forget everything, as if the simulator had just been started
///
/// With a seed, what follows is what followed the start. The file of the state stays as it is until
/// the state is saved.
#[utoipa::path(post, path = "/api/reset", tag = "state",
    responses((status = 204, description = "Nothing is left")))]
async fn reset(State(world): State<Arc<World>>) -> StatusCode {
    world.reset().await;
    StatusCode::NO_CONTENT
}
