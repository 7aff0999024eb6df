//! The gateway's routes: hops, and the end of a session.

use std::net::SocketAddr;

use axum::{
    body::Bytes,
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

use super::{TurnedAway, Web, caller::Provider};
use crate::{store::CallbackKind, telemetry};

/// `POST /ussd/{secret}`: a hop. What a gateway could plausibly send is answered 200 with `CON` or
/// `END`; a 4xx would kill the player's session.
pub(super) async fn hop(
    State(web): State<Web>,
    Path(secret): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, TurnedAway> {
    let started = web.app.clock().now();
    let caller = web
        .gate
        .admit(Provider::AfricasTalking, &secret, peer, &headers)?;
    let hop = web.gateway.read(&body).map_err(|error| {
        tracing::warn!(%caller, bytes = body.len(), %error, "not a hop");
        TurnedAway::BadRequest
    })?;
    let shown = web.app.hop(&hop).await;
    telemetry::count_hop(
        &shown.screen,
        shown.ends,
        web.app.clock().now().ms_since(started),
    );
    let reply = web.gateway.write(&shown);
    let mut response = reply.body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    if let Some((name, value)) = reply.screen_header
        && let Ok(value) = HeaderValue::from_str(&value)
    {
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(response)
}

/// `POST /ussd/{secret}/events`: a session has ended. Stored; never about money.
pub(super) async fn event(
    State(web): State<Web>,
    Path(secret): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<&'static str, TurnedAway> {
    let caller = web
        .gate
        .admit(Provider::AfricasTalking, &secret, peer, &headers)?;
    web.keep(CallbackKind::UssdEvent, "", &body, caller).await?;
    Ok("OK")
}
