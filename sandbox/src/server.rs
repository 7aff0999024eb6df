//! All routes of the simulator: the providers' own, the phone page, and the page's API.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde_json::json;

use crate::mpesa::{b2c, balance, c2b, door, oauth, pull, query, reversal, status, stk};
use crate::recorder;
use crate::sms;
use crate::world::World;
use crate::{api, page};

/// The whole application.
pub(crate) fn router(world: Arc<World>) -> Router {
    let providers = africas_talking()
        .merge(daraja(&world))
        .fallback(unknown_path)
        .layer(middleware::from_fn_with_state(
            Arc::clone(&world),
            recorder::record,
        ));
    providers
        .merge(page::routes())
        .merge(api::routes())
        .with_state(world)
}

fn africas_talking() -> Router<Arc<World>> {
    Router::new()
        .route("/version1/messaging", post(sms::legacy).get(sms::fetch))
        .route("/version1/messaging/bulk", post(sms::bulk))
        .route("/version1/user", get(sms::account))
}

fn daraja(world: &Arc<World>) -> Router<Arc<World>> {
    Router::new()
        .route("/oauth/v1/generate", get(oauth::generate))
        .route(
            "/mpesa/stkpush/v1/processrequest",
            post(stk::process_request),
        )
        .route("/mpesa/stkpushquery/v1/query", post(query::query))
        .route("/mpesa/b2c/v1/paymentrequest", post(b2c::version_1))
        .route("/mpesa/b2c/v3/paymentrequest", post(b2c::version_3))
        .route("/mpesa/transactionstatus/v1/query", post(status::query))
        .route("/mpesa/accountbalance/v1/query", post(balance::query))
        .route("/mpesa/reversal/v1/request", post(reversal::request))
        .route("/mpesa/c2b/v1/registerurl", post(c2b::register_1))
        .route("/mpesa/c2b/v2/registerurl", post(c2b::register_2))
        .route("/mpesa/c2b/v1/simulate", post(c2b::simulate))
        .route("/mpesa/c2b/v2/simulate", post(c2b::simulate))
        .route("/pulltransactions/v1/register", post(pull::register))
        .route(
            "/pulltransactions/v1/query",
            post(pull::query).get(pull::query),
        )
        .method_not_allowed_fallback(door::wrong_method)
        .route_layer(middleware::from_fn_with_state(
            Arc::clone(world),
            door::guard,
        ))
}

/// What is not simulated is told apart from what is, and recorded like it.
async fn unknown_path(State(world): State<Arc<World>>, uri: Uri) -> Response {
    if ["/mpesa/", "/oauth/", "/pulltransactions/"]
        .iter()
        .any(|part| uri.path().starts_with(part))
    {
        return door::unknown_path(&world);
    }
    (
        StatusCode::NOT_FOUND,
        Json(json!({ "error": "the simulator has nothing at this path" })),
    )
        .into_response()
}
