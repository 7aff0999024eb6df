//! What every call to a provider passes through: it is recorded, and spoilt on demand.
//!
//! A spoilt call is recorded as the provider meant to answer it, with a note of the fault. A fault
//! comes from those that wait, from the request's header `X-Sandbox-Fault`, or from its amount.

mod subject;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, request, response};
use axum::middleware::Next;
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use chrono::{DateTime, Utc};
use serde_json::json;

use crate::exchange::{Direction, Exchange, headers_that_matter};
use crate::fault::{Fault, FaultPoint, Spec, by_amount, point_of};
use crate::mpesa;
use crate::number::Number;
use crate::outgoing::{drip, millis, note};
use crate::sms;
use crate::world::World;

/// The largest body that a provider takes; the largest real one is a bulk SMS.
const BODY_LIMIT: usize = 1024 * 1024;

/// How long a caller waits for an answer on a virtual clock, where its own patience is not measured.
const PATIENCE: Duration = Duration::from_secs(20);

/// The header by which a request asks for faults, `cut, stk_callback:late=2000`.
const FAULT_HEADER: &str = "x-sandbox-fault";

/// Set by a handler: the phone that a call was about.
#[derive(Clone, Copy)]
pub(crate) struct About(pub(crate) Number);

impl IntoResponseParts for About {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

/// Given to a handler: the fault that it is to play itself.
#[derive(Clone)]
pub(crate) struct Spoilt(pub(crate) Fault);

/// The middleware.
pub(crate) async fn record(
    State(world): State<Arc<World>>,
    request: Request,
    next: Next,
) -> Response {
    let _asked = world.clock.asked();
    let (at, started) = (world.clock.now(), Instant::now());
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let point = point_of(parts.uri.path());
    let about = subject::phones(&world, point, &body);
    let mut exchange = from_service(&parts, &body, at);
    let asked = match asked_faults(&world, point, &parts.headers, &body, &about) {
        Ok(asked) => asked,
        Err(error) => {
            exchange.status = Some(StatusCode::BAD_REQUEST.as_u16());
            exchange.trouble = Some(error.clone());
            world.exchanges.record(exchange);
            return (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
        }
    };
    let fault = asked
        .own
        .or_else(|| point.and_then(|point| world.faults().take(point, &about)));
    if let Some(fault @ Fault::ResultCode(_)) = &fault {
        parts.extensions.insert(Spoilt(fault.clone()));
    }
    let answer = match &fault {
        Some(Fault::Refuse(status)) => refusal(&world, point, *status),
        Some(Fault::Unheard) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Some(_) | None => next.run(Request::from_parts(parts, Body::from(body))).await,
    };
    if let Some(request) = asked.request.filter(|_| !answer.status().is_success()) {
        // Nothing follows from a request that was refused.
        world.faults().withdraw(request);
    }
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    exchange.phone = parts.extensions.get::<About>().map(|about| about.0);
    if exchange.phone.is_none() {
        exchange.phone = about.first().copied();
    }
    exchange.status = Some(parts.status.as_u16());
    exchange.response_headers = headers_that_matter(&parts.headers);
    exchange.response_body = String::from_utf8_lossy(&body).into_owned();
    exchange.duration_ms = millis(started);
    exchange.trouble = fault.as_ref().map(note);
    exchange.fault = fault.as_ref().map(ToString::to_string);
    world.exchanges.record(exchange);
    deliver(&world, point, fault, parts, body).await
}

/// The faults that a request brings with it.
#[derive(Default)]
struct AskedFaults {
    /// For the request itself.
    own: Option<Fault>,
    /// Set where faults were queued for what follows from it.
    request: Option<u64>,
}

/// Reads the header, and the amount where that was switched on; queues what is for later.
fn asked_faults(
    world: &World,
    point: Option<FaultPoint>,
    headers: &HeaderMap,
    body: &[u8],
    about: &[Number],
) -> Result<AskedFaults, String> {
    let mut specs = Vec::new();
    for value in headers.get_all(FAULT_HEADER) {
        let text = value.to_str().map_err(|error| error.to_string())?;
        specs.extend(Spec::read_list(text)?);
    }
    if let Some(point) = point.filter(|_| world.config.faults_by_amount) {
        let cents = subject::amount_cents(body);
        specs.extend(cents.map_or_else(Vec::new, |cents| by_amount(point, cents)));
    }
    let mut asked = AskedFaults::default();
    let mut faults = world.faults();
    for Spec { point: at, fault } in specs {
        let own = point.filter(|own| at.is_none_or(|at| at == *own));
        match (own, at) {
            (Some(point), _) if point.plays(&fault) && asked.own.is_none() => {
                asked.own = Some(fault);
            }
            (Some(point), _) => {
                return Err(format!("{fault} cannot be played at {}", point.name()));
            }
            (None, Some(at)) => {
                let request = *asked.request.get_or_insert_with(|| faults.new_request());
                let phone = about.first().copied().filter(|_| at.has_phone());
                faults
                    .queue_first(at, fault, phone, request)
                    .map_err(|error| error.to_string())?;
            }
            (None, None) => return Err(format!("{fault} cannot be played at this path")),
        }
    }
    Ok(asked)
}

/// Gives the answer to the caller, or what the fault leaves of it.
async fn deliver(
    world: &World,
    point: Option<FaultPoint>,
    fault: Option<Fault>,
    parts: response::Parts,
    body: Bytes,
) -> Response {
    match fault {
        // Nobody's patience is longer, and it breaks the connection.
        Some(Fault::Hang) if world.clock.is_virtual() => {
            world.clock.sleep(PATIENCE).await;
            broken(parts, Bytes::new())
        }
        Some(Fault::Hang) => {
            // Until the caller gives up, which drops this future.
            world.stopping.cancelled().await;
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Some(Fault::Cut) => broken(parts, body.slice(..body.len() / 2)),
        Some(Fault::Unheard) => broken(parts, Bytes::new()),
        Some(Fault::Fail(status)) => refusal(world, point, status),
        Some(Fault::Empty) => StatusCode::OK.into_response(),
        Some(Fault::Html) => mpesa::gateway_page(StatusCode::OK),
        Some(Fault::Late(delay)) => {
            world.clock.sleep(delay).await;
            Response::from_parts(parts, Body::from(body))
        }
        // Without a machine's clock there is no byte by byte: it is there when its time is over.
        Some(Fault::Drip(whole)) if world.clock.is_virtual() => {
            world.clock.sleep(whole.min(PATIENCE)).await;
            if whole > PATIENCE {
                return broken(parts, Bytes::new());
            }
            Response::from_parts(parts, Body::from(body))
        }
        Some(Fault::Drip(whole)) => {
            let bytes = u32::try_from(body.len()).unwrap_or(u32::MAX).max(1);
            Response::from_parts(parts, Body::from_stream(drip(body, whole / bytes)))
        }
        Some(_) | None => Response::from_parts(parts, Body::from(body)),
    }
}

/// An answer whose connection breaks after so much of its body.
fn broken(parts: response::Parts, half: Bytes) -> Response {
    let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Response::from_parts(
        parts,
        Body::from_stream(futures::stream::iter([Ok(half), Err(reset)])),
    )
}

fn refusal(world: &World, point: Option<FaultPoint>, status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match point {
        Some(FaultPoint::Sms) if status == StatusCode::UNAUTHORIZED => sms::bad_key(),
        Some(FaultPoint::Sms) => {
            (status, status.canonical_reason().unwrap_or_default()).into_response()
        }
        Some(_) | None => mpesa::fault_answer(world, status),
    }
}

fn from_service(parts: &request::Parts, body: &Bytes, at: DateTime<Utc>) -> Exchange {
    Exchange {
        id: 0,
        at,
        direction: Direction::FromService,
        what: parts.uri.path().to_owned(),
        phone: None,
        method: parts.method.to_string(),
        url: parts.uri.to_string(),
        request_headers: headers_that_matter(&parts.headers),
        request_body: String::from_utf8_lossy(body).into_owned(),
        status: None,
        response_headers: Vec::new(),
        response_body: String::new(),
        duration_ms: 0,
        trouble: None,
        fault: None,
    }
}
