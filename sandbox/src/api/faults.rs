//! Faults on demand, over HTTP: which there are, which wait, add, and forget.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ApiError, Body};
use crate::fault::{Fault, FaultKind, FaultPoint};
use crate::number::Number;
use crate::pulse::Change;
use crate::world::World;

/// The most that one request queues.
const MOST_TIMES: usize = 1_000;

pub(super) fn routes() -> OpenApiRouter<Arc<World>> {
    OpenApiRouter::default()
        .routes(routes!(faults, add_fault, clear_faults))
        .routes(routes!(clear_point))
}

/// Every point, with the faults that it can play and those that wait there.
#[derive(Serialize, ToSchema)]
struct Faults {
    points: Vec<Point>,
}

/// A place where a message passes between the service and a provider.
#[derive(Serialize, ToSchema)]
struct Point {
    /// Its name, `stk_callback`.
    point: FaultPoint,
    /// What passes there, in a few words.
    #[schema(value_type = String)]
    label: &'static str,
    /// Whether the service asks here; otherwise a provider tells or asks it.
    is_request: bool,
    /// Whether a fault here can be for one phone alone.
    has_phone: bool,
    /// What can be played.
    faults: Vec<FaultKind>,
    /// What waits, the next one first.
    waiting: Vec<WaitingFault>,
}

/// A fault that waits to be played.
#[derive(Serialize, ToSchema)]
struct WaitingFault {
    /// Its name, `late`.
    #[schema(value_type = String)]
    fault: &'static str,
    /// Its value as text, `2000`; `null` where it has none.
    value: Option<String>,
    /// Only messages about this phone play it; `null`: any.
    phone: Option<String>,
    /// How many messages will.
    times: usize,
}

/// A fault to queue.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewFault {
    /// Where, `stk_callback`.
    point: String,
    /// What, `late`.
    fault: String,
    /// Its value, `2000` or `"2000"`, where it has one.
    #[serde(default)]
    value: Option<Given>,
    /// How many messages play it, 1 to 1,000; once unless told.
    #[serde(default)]
    times: Option<usize>,
    /// Only messages about this phone play it.
    #[serde(default)]
    phone: Option<String>,
}

/// A value, as number or text.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
enum Given {
    Number(i64),
    Text(String),
}

/// Which faults can be played where, and which wait
#[utoipa::path(get, path = "/api/faults", tag = "faults", responses((status = 200, description = "All points", body = Faults)))]
async fn faults(State(world): State<Arc<World>>) -> Json<Faults> {
    Json(list(&world))
}

/// Queue a fault at a point, behind those that wait there
#[utoipa::path(
    post,
    path = "/api/faults",
    tag = "faults",
    request_body = NewFault,
    responses(
        (status = 200, description = "All points", body = Faults),
        ApiError,
    )
)]
async fn add_fault(
    State(world): State<Arc<World>>,
    body: Body<NewFault>,
) -> Result<Json<Faults>, ApiError> {
    let Json(new) = body?;
    let bad = |error: String| ApiError(StatusCode::BAD_REQUEST, error);
    let point = FaultPoint::read(&new.point).map_err(bad)?;
    let value = new.value.map(|value| match value {
        Given::Number(number) => number.to_string(),
        Given::Text(text) => text,
    });
    let fault = Fault::read(&new.fault, value.as_deref()).map_err(bad)?;
    let times = new.times.unwrap_or(1);
    if !(1..=MOST_TIMES).contains(&times) {
        return Err(bad(format!("times is 1 to {MOST_TIMES}, not {times}")));
    }
    let phone = new.phone.filter(|phone| !phone.trim().is_empty());
    let phone = phone.map(|phone| phone.parse::<Number>()).transpose()?;
    let queued = world.faults().queue(point, fault, phone, times);
    queued.map_err(|error| bad(error.to_string()))?;
    world.pulse.tell(Change::Faults);
    Ok(Json(list(&world)))
}

/// Forget all faults that wait, and let go the messages that are held
#[utoipa::path(delete, path = "/api/faults", tag = "faults", responses((status = 200, description = "All points", body = Faults)))]
async fn clear_faults(State(world): State<Arc<World>>) -> Json<Faults> {
    world.clear_faults(None);
    Json(list(&world))
}

/// Forget the faults that wait at one point, and let go the messages that are held
#[utoipa::path(
    delete,
    path = "/api/faults/{point}",
    tag = "faults",
    params(("point" = String, Path, description = "`stk_callback`")),
    responses(
        (status = 200, description = "All points", body = Faults),
        ApiError,
    )
)]
async fn clear_point(
    State(world): State<Arc<World>>,
    Path(point): Path<String>,
) -> Result<Json<Faults>, ApiError> {
    let point = FaultPoint::read(&point);
    let point = point.map_err(|error| ApiError(StatusCode::BAD_REQUEST, error))?;
    world.clear_faults(Some(point));
    Ok(Json(list(&world)))
}

fn list(world: &World) -> Faults {
    let faults = world.faults();
    let points = FaultPoint::all().map(|point| Point {
        point,
        label: point.label(),
        is_request: point.is_request(),
        has_phone: point.has_phone(),
        faults: point.kinds(),
        waiting: faults
            .list(point)
            .into_iter()
            .map(|(waiting, times)| WaitingFault {
                fault: waiting.fault.name(),
                value: waiting.fault.value(),
                phone: waiting.phone.map(|phone| phone.to_string()),
                times,
            })
            .collect(),
    });
    Faults {
        points: points.collect(),
    }
}
