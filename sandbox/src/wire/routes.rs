//! The record over HTTP: lists, one exchange, `curl`, HAR and JSON files.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Provider, WireExchange, curl, har};
use crate::api::ApiError;
use crate::number::Number;
use crate::pulse::Change;
use crate::world::World;

/// The routes of the wire.
pub(crate) fn router() -> OpenApiRouter<Arc<World>> {
    OpenApiRouter::new()
        .routes(routes!(wire, clear_wire))
        .routes(routes!(exchange))
        .routes(routes!(as_curl))
        .routes(routes!(as_har))
        .routes(routes!(as_json))
}

/// Which exchanges; all of what is given must fit.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// About this phone, written in any usual way.
    phone: Option<String>,
    /// Of this provider's API.
    provider: Option<Provider>,
    /// With this text in its address, a body, or what is said about it; letter case does not matter.
    text: Option<String>,
    /// `true`: only those in which the service broke a rule.
    broken: Option<bool>,
    /// `true`: only those in which a fault was played.
    faults: Option<bool>,
    /// Only those behind this id.
    after: Option<u64>,
    /// The newest so many.
    limit: Option<usize>,
}

impl Filter {
    fn apply(&self, world: &World) -> Result<Vec<WireExchange>, ApiError> {
        let number = self
            .phone
            .as_deref()
            .map(str::parse::<Number>)
            .transpose()?;
        let mut all = world.exchanges.all();
        all.retain(|exchange| {
            exchange.id > self.after.unwrap_or(0)
                && number.is_none_or(|number| exchange.phone == Some(number))
        });
        let mut fitting: Vec<WireExchange> = all.into_iter().map(WireExchange::of).collect();
        fitting.retain(|wire| {
            self.provider
                .is_none_or(|provider| wire.provider == Some(provider))
                && self.text.as_deref().is_none_or(|text| wire.contains(text))
                && (self.broken != Some(true) || !wire.broken.is_empty())
                && (self.faults != Some(true) || wire.exchange.fault.is_some())
        });
        let limit = self.limit.unwrap_or(usize::MAX);
        Ok(fitting.split_off(fitting.len().saturating_sub(limit)))
    }
}

/// The recorded exchanges with what is said of them, oldest first
#[utoipa::path(
    get, path = "/api/wire", tag = "wire", params(Filter),
    responses(
        (status = 200, description = "The exchanges: who called whom, raw bodies, status, time, fault, broken rules", body = Vec<WireExchange>),
        (status = 400, description = "The filter cannot be read")
    )
)]
async fn wire(
    State(world): State<Arc<World>>,
    Query(filter): Query<Filter>,
) -> Result<Json<Vec<WireExchange>>, ApiError> {
    Ok(Json(filter.apply(&world)?))
}

/// Forget all recorded exchanges; ids go on counting
#[utoipa::path(
    delete, path = "/api/wire", tag = "wire",
    responses((status = 204, description = "The record is empty"))
)]
async fn clear_wire(State(world): State<Arc<World>>) -> StatusCode {
    world.exchanges.clear();
    world.pulse.tell(Change::Record);
    StatusCode::NO_CONTENT
}

/// One exchange
#[utoipa::path(
    get, path = "/api/wire/{id}", tag = "wire",
    params(("id" = u64, Path, description = "Its id")),
    responses(
        (status = 200, description = "The exchange", body = WireExchange),
        (status = 404, description = "It is not remembered")
    )
)]
async fn exchange(
    State(world): State<Arc<World>>,
    Path(id): Path<u64>,
) -> Result<Json<WireExchange>, ApiError> {
    Ok(Json(find(&world, id)?))
}

/// The request of an exchange as a `curl` command; cut credentials are variables of the shell
#[utoipa::path(
    get, path = "/api/wire/{id}/curl", tag = "wire",
    params(("id" = u64, Path, description = "Its id")),
    responses(
        (status = 200, description = "The command", body = String, content_type = "text/plain"),
        (status = 404, description = "It is not remembered")
    )
)]
async fn as_curl(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(id): Path<u64>,
) -> Result<String, ApiError> {
    Ok(curl::command(&find(&world, id)?, &base(&headers)))
}

/// The recorded exchanges as an HTTP archive (HAR 1.2)
#[utoipa::path(
    get, path = "/api/wire.har", tag = "wire", params(Filter),
    responses((status = 200, description = "The archive", body = Object))
)]
async fn as_har(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(filter): Query<Filter>,
) -> Result<Response, ApiError> {
    let archive = har::archive(&filter.apply(&world)?, &base(&headers));
    Ok(file("sandbox.har", Json(archive)))
}

/// The recorded exchanges as a JSON file
#[utoipa::path(
    get, path = "/api/wire.json", tag = "wire", params(Filter),
    responses((status = 200, description = "The exchanges, as in `/api/wire`", body = Vec<WireExchange>))
)]
async fn as_json(
    State(world): State<Arc<World>>,
    Query(filter): Query<Filter>,
) -> Result<Response, ApiError> {
    Ok(file("sandbox-wire.json", Json(filter.apply(&world)?)))
}

fn find(world: &World, id: u64) -> Result<WireExchange, ApiError> {
    let mut all = world.exchanges.all();
    all.retain(|exchange| exchange.id == id);
    let found = all.pop().map(WireExchange::of);
    found.ok_or_else(|| {
        let reason = format!("no exchange {id} is remembered");
        ApiError(StatusCode::NOT_FOUND, reason)
    })
}

/// Where the simulator was called: the address that the service calls as well.
fn base(headers: &HeaderMap) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    format!("http://{}", host.unwrap_or("127.0.0.1"))
}

fn file(name: &str, content: impl IntoResponse) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_DISPOSITION, disposition)], content).into_response()
}
