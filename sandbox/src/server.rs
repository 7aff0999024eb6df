//! All routes of the simulator: the providers' own, the phone page, and the page's API.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde_json::json;

use crate::mpesa::{b2c, balance, c2b, oauth, pull, query, reversal, status, stk};
use crate::recorder;
use crate::sms;
use crate::world::World;
use crate::{api, page};

/// The whole application.
pub(crate) fn router(world: Arc<World>) -> Router {
    let providers = Router::new()
        .route("/version1/messaging", post(sms::legacy))
        .route("/version1/messaging/bulk", post(sms::bulk))
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
        .fallback(unknown_path)
        .layer(middleware::from_fn_with_state(
            Arc::clone(&world),
            recorder::record,
        ));
    providers
        .merge(page::routes())
        .merge(api::routes())
        .merge(api::fault_routes())
        .merge(api::scenario_routes())
        .with_state(world)
}

/// What is not simulated is told apart from what is, and recorded like it.
async fn unknown_path() -> Response {
    (
        StatusCode::NOT_FOUND,
        Json(json!({ "error": "the simulator has nothing at this path" })),
    )
        .into_response()
}
