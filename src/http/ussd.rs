//! The gateways' routes: hops, and the ends of sessions.

use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    http::{HeaderName, HeaderValue, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

use super::{TurnedAway, Web, body::Taken, caller::Caller};
use crate::{
    ports::{Hop, UssdGateway, UssdRequest, WireMethod, WireReply},
    store::CallbackKind,
};

/// `POST /ussd/{secret}`: a hop. What a gateway could plausibly send is answered 200 with `CON` or
/// `END`; a 4xx would kill the player's session.
pub(super) async fn hop(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    taken: Taken,
) -> Result<Response, TurnedAway> {
    let gateway = web.app.gateways().first().ok_or(TurnedAway::NotFound)?;
    web.answer(gateway.as_ref(), &taken.whole()?, &caller).await
}

/// `GET /ussd/{secret}/{gateway}`: a hop, or a session's end, of a gateway with another wire.
pub(super) async fn gateway_get(
    State(web): State<Web>,
    Path((_, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    Extension(caller): Extension<Caller>,
) -> Result<Response, TurnedAway> {
    let query = query.unwrap_or_default();
    let taken = Taken {
        bytes: query.into(),
        is_cut: false,
    };
    web.step(&name, WireMethod::Get, taken, &caller).await
}

/// `POST /ussd/{secret}/{gateway}`: the same.
pub(super) async fn gateway_post(
    State(web): State<Web>,
    Path((_, name)): Path<(String, String)>,
    Extension(caller): Extension<Caller>,
    taken: Taken,
) -> Result<Response, TurnedAway> {
    web.step(&name, WireMethod::Post, taken, &caller).await
}

/// `POST /ussd/{secret}/events`: a session has ended. Stored; never about money.
pub(super) async fn event(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    taken: Taken,
) -> Result<&'static str, TurnedAway> {
    web.keep(CallbackKind::UssdEvent, "", &taken, &caller)
        .await?;
    Ok("OK")
}

impl Web {
    /// A request of a named gateway.
    async fn step(
        &self,
        name: &str,
        method: WireMethod,
        taken: Taken,
        caller: &Caller,
    ) -> Result<Response, TurnedAway> {
        let gateway = self.app.gateways().routed(name);
        let gateway = gateway.ok_or(TurnedAway::NotFound)?.as_ref();
        if gateway.method() != method {
            return Err(TurnedAway::MethodNotAllowed);
        }
        let Some(end) = gateway.read_end(&taken.bytes) else {
            return self.answer(gateway, &taken.whole()?, caller).await;
        };
        self.keep(CallbackKind::UssdEvent, gateway.name(), &taken, caller)
            .await?;
        // Kept, and counted by a job whatever comes of this.
        if let Err(error) = self.app.close_session(&end.session).await {
            tracing::warn!(session = end.session, error = ?error, "session not closed");
        }
        Ok(respond(gateway.acknowledge()))
    }

    /// Answers a hop on its gateway's wire.
    async fn answer(
        &self,
        gateway: &dyn UssdGateway,
        request: &[u8],
        caller: &Caller,
    ) -> Result<Response, TurnedAway> {
        let mut hop: Hop = match gateway.read(request) {
            Ok(UssdRequest::Hop(hop)) => hop,
            Ok(UssdRequest::Ended(_)) => return Ok(respond(gateway.acknowledge())),
            Err(error) => {
                let (gateway, bytes) = (gateway.name(), request.len());
                tracing::warn!(%caller, gateway, bytes, %error, "not a hop");
                return Err(TurnedAway::BadRequest);
            }
        };
        hop.typed = hop.typed.storable();
        let shown = if caller.is_too_often() {
            self.app.cannot_answer(&hop)
        } else {
            self.app.hop(&hop).await
        };
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
