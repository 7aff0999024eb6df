//! What was done with the phones, as a scenario that plays it again.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::scenario;
use crate::world::World;

/// The route, with its description.
fn described() -> OpenApiRouter<Arc<World>> {
    OpenApiRouter::new().routes(routes!(show))
}

/// The route.
pub(crate) fn routes() -> Router<Arc<World>> {
    described().split_for_parts().0
}

/// Tells what was done since the start or the last reset, as a scenario file.
#[utoipa::path(
    get,
    path = "/api/scenario",
    tag = "scenarios",
    responses((status = 200, body = String, content_type = "text/plain")),
)]
async fn show(State(world): State<Arc<World>>) -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (headers, scenario::record(&world))
}
