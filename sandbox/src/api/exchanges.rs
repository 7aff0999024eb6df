//! The record of every HTTP exchange in both directions.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ApiError;
use crate::exchange::Exchange;
use crate::number::Number;
use crate::wire::cut_secrets;
use crate::world::World;

pub(super) fn routes() -> OpenApiRouter<Arc<World>> {
    OpenApiRouter::default().routes(routes!(exchanges))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct About {
    /// Only what was about this phone.
    #[param(example = "0712345678")]
    phone: Option<String>,
}

/// Every HTTP exchange that is remembered, oldest first
///
/// Bodies as they were on the wire, without credentials; of the headers those that matter.
#[utoipa::path(get, path = "/api/exchanges", tag = "wire", params(About),
    responses((status = 200, description = "The record", body = Vec<Exchange>), ApiError))]
async fn exchanges(
    State(world): State<Arc<World>>,
    Query(about): Query<About>,
) -> Result<Json<Vec<Exchange>>, ApiError> {
    let mut exchanges = world.exchanges.all();
    if let Some(number) = about.phone {
        let number: Number = number.parse()?;
        exchanges.retain(|exchange| exchange.phone == Some(number));
    }
    exchanges.iter_mut().for_each(cut_secrets);
    Ok(Json(exchanges))
}
