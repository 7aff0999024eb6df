//! The gateways' routes: hops, and the ends of sessions.

use std::net::SocketAddr;

use axum::{
    body::Bytes,
    extract::{ConnectInfo, Path, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

use super::{TurnedAway, Web, caller::Provider};
use crate::{
    ports::{Hop, UssdGateway, UssdRequest, WireMethod, WireReply},
    store::CallbackKind,
    telemetry,
};

/// `POST /ussd/{secret}`: a hop. What a gateway could plausibly send is answered 200 with `CON` or
/// `END`; a 4xx would kill the player's session.
pub(super) async fn hop(
    State(web): State<Web>,
    Path(secret): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, TurnedAway> {
    let caller = web
        .gate
        .admit(Provider::AfricasTalking, &secret, peer, &headers)?;
    let gateway = web.app.gateways().first().ok_or(TurnedAway::NotFound)?;
    web.answer(gateway.as_ref(), &body, &caller.to_string())
        .await
}

/// `GET /ussd/{secret}/{gateway}`: a hop, or a session's end, of a gateway with another wire.
pub(super) async fn gateway_get(
    State(web): State<Web>,
    Path((secret, name)): Path<(String, String)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, TurnedAway> {
    let query = query.unwrap_or_default();
    let from = From {
        secret: &secret,
        name: &name,
        peer,
        headers: &headers,
    };
    web.step(from, WireMethod::Get, query.as_bytes()).await
}

/// `POST /ussd/{secret}/{gateway}`: the same.
pub(super) async fn gateway_post(
    State(web): State<Web>,
    Path((secret, name)): Path<(String, String)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, TurnedAway> {
    let from = From {
        secret: &secret,
        name: &name,
        peer,
        headers: &headers,
    };
    web.step(from, WireMethod::Post, &body).await
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

/// Where a request of a named gateway comes from.
struct From<'a> {
    secret: &'a str,
    name: &'a str,
    peer: SocketAddr,
    headers: &'a HeaderMap,
}

impl Web {
    /// A request of a named gateway.
    async fn step(
        &self,
        from: From<'_>,
        method: WireMethod,
        request: &[u8],
    ) -> Result<Response, TurnedAway> {
        let gateway = self.app.gateways().routed(from.name);
        let provider = Provider::Gateway(gateway.map(|gateway| gateway.name()));
        let caller = self
            .gate
            .admit(provider, from.secret, from.peer, from.headers)?;
        let gateway = gateway.ok_or(TurnedAway::NotFound)?.as_ref();
        if gateway.method() != method {
            return Err(TurnedAway::MethodNotAllowed);
        }
        if let Some(end) = gateway.read_end(request) {
            self.keep(CallbackKind::UssdEvent, gateway.name(), request, caller)
                .await?;
            // Kept, and counted by a job whatever comes of this.
            if let Err(error) = self.app.close_session(&end.session).await {
                tracing::warn!(session = end.session, error = ?error, "session not closed");
            }
            return Ok(respond(gateway.acknowledge()));
        }
        self.answer(gateway, request, &caller.to_string()).await
    }

    /// Answers a hop on its gateway's wire.
    async fn answer(
        &self,
        gateway: &dyn UssdGateway,
        request: &[u8],
        caller: &str,
    ) -> Result<Response, TurnedAway> {
        let started = self.app.clock().now();
        let mut hop: Hop = match gateway.read(request) {
            Ok(UssdRequest::Hop(hop)) => hop,
            Ok(UssdRequest::Ended(_)) => return Ok(respond(gateway.acknowledge())),
            Err(error) => {
                let (gateway, bytes) = (gateway.name(), request.len());
                tracing::warn!(caller, gateway, bytes, %error, "not a hop");
                return Err(TurnedAway::BadRequest);
            }
        };
        hop.typed = hop.typed.storable();
        let shown = self.app.hop(&hop).await;
        telemetry::count_hop(
            &shown.screen,
            shown.ends,
            self.app.clock().now().ms_since(started),
        );
        Ok(respond(gateway.write(&hop, &shown)))
    }
}

fn respond(reply: WireReply) -> Response {
    let mut response = reply.body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}
