//! SMS beyond the phone: reports of any kind, and opting in again.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::phones::{Answer, WhichPhone, phone};
use super::{ApiError, Body};
use crate::sms::{self, DeliveryStatus};
use crate::world::World;

pub(super) fn routes() -> OpenApiRouter<Arc<World>> {
    OpenApiRouter::default()
        .routes(routes!(report))
        .routes(routes!(opt_in))
}

/// Delivery reports to be sent.
#[derive(Deserialize, ToSchema)]
struct Reports {
    /// The message that they are about.
    #[schema(example = "ATXid_0123456789abcdef0123456789abcdef")]
    id: String,
    /// One report each, in this order.
    #[schema(min_items = 1, max_items = 20)]
    statuses: Vec<DeliveryStatus>,
    /// Why, for `Rejected` and `Failed`; `DeliveryFailure` without it.
    #[schema(example = "UserInBlackList")]
    failure_reason: Option<String>,
}

/// The most reports of one request.
const MOST_REPORTS: usize = 20;

/// Tell the service of an SMS to this phone, whatever the truth is
///
/// Any statuses in any order, also late or contradicting ones. Answered before they are sent.
#[utoipa::path(post, path = "/api/phones/{number}/reports", tag = "phones", params(WhichPhone), request_body = Reports,
    responses((status = 202, description = "They follow, each after the network's while"), ApiError))]
async fn report(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    body: Body<Reports>,
) -> Result<StatusCode, ApiError> {
    let phone = phone(&world, &number)?;
    let Json(reports) = body?;
    if reports.statuses.is_empty() || reports.statuses.len() > MOST_REPORTS {
        let reason = format!("1 to {MOST_REPORTS} statuses");
        return Err(ApiError(StatusCode::BAD_REQUEST, reason));
    }
    let Reports {
        id,
        statuses,
        failure_reason,
    } = reports;
    sms::report(&world, phone.number(), id, statuses, failure_reason);
    Ok(StatusCode::ACCEPTED)
}

/// Take the service's promotions again, as in the network's own menu; the service is not told
#[utoipa::path(post, path = "/api/phones/{number}/optin", tag = "phones", params(WhichPhone),
    responses((status = 200, description = "The phone", body = crate::phone::PhoneView), ApiError))]
async fn opt_in(State(world): State<Arc<World>>, Path(number): Path<String>) -> Answer {
    let phone = phone(&world, &number)?;
    phone.opt_in();
    Ok(Json(phone.view()))
}
