//! What every call to a provider passes through: it is recorded, and spoilt on demand.
//!
//! A spoilt call is recorded as the provider meant to answer it, with a note of the fault.

use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, request, response};
use axum::middleware::Next;
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};

use crate::clock;
use crate::exchange::{Direction, Exchange, headers_that_matter};
use crate::fault::{Fault, FaultPoint};
use crate::mpesa;
use crate::number::Number;
use crate::outgoing::{millis, note};
use crate::sms;
use crate::world::World;

/// The largest body that a provider takes; the largest real one is a bulk SMS.
const BODY_LIMIT: usize = 1024 * 1024;

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
    let (at, started) = (clock::now(), Instant::now());
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let point = point(parts.uri.path());
    let fault = point.and_then(|point| world.take_fault(point));
    if let Some(fault @ Fault::ResultCode(_)) = &fault {
        parts.extensions.insert(Spoilt(fault.clone()));
    }
    let mut exchange = from_service(&parts, &body);
    let answer = match &fault {
        Some(Fault::Refuse(status)) => refusal(&world, point, *status),
        Some(Fault::Unheard) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Some(_) | None => next.run(Request::from_parts(parts, Body::from(body))).await,
    };
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    exchange.at = at;
    exchange.phone = parts.extensions.get::<About>().map(|about| about.0);
    exchange.status = Some(parts.status.as_u16());
    exchange.response_headers = headers_that_matter(&parts.headers);
    exchange.response_body = String::from_utf8_lossy(&body).into_owned();
    exchange.duration_ms = millis(started);
    exchange.trouble = fault.as_ref().map(note);
    world.exchanges.record(exchange);
    deliver(&world, point, fault, parts, body).await
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
            tokio::time::sleep(delay).await;
            Response::from_parts(parts, Body::from(body))
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

fn point(path: &str) -> Option<FaultPoint> {
    match path {
        "/oauth/v1/generate" => Some(FaultPoint::Oauth),
        "/mpesa/stkpush/v1/processrequest" => Some(FaultPoint::StkPush),
        "/mpesa/stkpushquery/v1/query" => Some(FaultPoint::StkQuery),
        "/mpesa/b2c/v1/paymentrequest" | "/mpesa/b2c/v3/paymentrequest" => {
            Some(FaultPoint::B2cRequest)
        }
        "/mpesa/transactionstatus/v1/query" => Some(FaultPoint::StatusRequest),
        "/mpesa/accountbalance/v1/query" => Some(FaultPoint::BalanceRequest),
        "/mpesa/reversal/v1/request" => Some(FaultPoint::ReversalRequest),
        "/mpesa/c2b/v1/registerurl" | "/mpesa/c2b/v2/registerurl" => Some(FaultPoint::C2bRegister),
        "/pulltransactions/v1/query" => Some(FaultPoint::PullQuery),
        "/version1/messaging" | "/version1/messaging/bulk" => Some(FaultPoint::Sms),
        _ => None,
    }
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

fn from_service(parts: &request::Parts, body: &Bytes) -> Exchange {
    Exchange {
        id: 0,
        at: clock::now(),
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
    }
}
