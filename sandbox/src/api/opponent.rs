//! The simulated opponent: what it is doing, and its switch.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ApiError, Body};
use crate::opponent::{self, OpponentStatus};
use crate::world::World;

pub(super) fn routes() -> OpenApiRouter<Arc<World>> {
    OpenApiRouter::default().routes(routes!(show_opponent, switch_opponent))
}

/// On or off.
#[derive(Deserialize, ToSchema)]
struct Switch {
    on: bool,
}

/// What the simulated opponent is doing
#[utoipa::path(get, path = "/api/opponent", tag = "opponent",
    responses((status = 200, description = "Its state", body = OpponentStatus)))]
async fn show_opponent(State(world): State<Arc<World>>) -> Json<OpponentStatus> {
    Json(world.opponent.borrow().clone())
}

/// Switch the simulated opponent on or off
#[utoipa::path(put, path = "/api/opponent", tag = "opponent", request_body = Switch,
    responses((status = 200, description = "Its state now", body = OpponentStatus), ApiError))]
async fn switch_opponent(
    State(world): State<Arc<World>>,
    body: Body<Switch>,
) -> Result<Json<OpponentStatus>, ApiError> {
    opponent::switch(&world, body?.on);
    Ok(show_opponent(State(world)).await)
}
