//! What was done with the phones, as a scenario that plays it again.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::scenario;
use crate::world::World;

pub(super) fn routes() -> OpenApiRouter<Arc<World>> {
    OpenApiRouter::default().routes(routes!(recorded))
}

/// What was done since the start or the last reset, as a scenario file
#[utoipa::path(
    get,
    path = "/api/scenario",
    tag = "scenarios",
    responses((status = 200, description = "The file", body = String, content_type = "text/plain")),
)]
async fn recorded(State(world): State<Arc<World>>) -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (headers, scenario::record(&world))
}
