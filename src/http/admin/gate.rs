//! What stands before every route of the console: whether there is one, who is logged in, whether a form
//! is one of ours; and the headers of every answer.

use std::net::SocketAddr;

use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use percent_encoding::percent_decode;
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::{Fault, login, style, visit};
use crate::{
    app::LoggedIn,
    core::operator::Role,
    http::{TurnedAway, Web, body, caller, sources::source},
};

/// The cookie of a session.
pub(super) const SESSION: &str = "majibu_admin";

/// Who may embed, style, script or post: nobody but ourselves, and scripts not even we.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Where a request comes from, as the audit log and the limits of tries know it.
#[derive(Clone, Debug)]
pub(super) struct From(pub(super) String);

/// Lets a request through to its route, or not.
pub(super) async fn stand(
    State(web): State<Web>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    jar: CookieJar,
    mut request: Request,
    next: Next,
) -> Response {
    match web.app.has_console().await {
        Ok(true) => {}
        Ok(false) => {
            let headers = request.headers().clone();
            let nothing = caller::nothing_here(State(web), ConnectInfo(peer), headers);
            return nothing.await.into_response();
        }
        Err(error) => {
            tracing::error!(error = ?error, "the console could not be looked up");
            return TurnedAway::Unavailable.into_response();
        }
    }
    let address = web.gate.caller(peer.ip(), request.headers());
    let from = From(source(address).to_string());
    request.extensions_mut().insert(from.clone());
    let answered = match pass(&web, &jar, request).await {
        Ok(request) => next.run(request).await,
        Err(answer) => answer,
    };
    with_headers(answered)
}

/// The request for its route, with who is logged in; or the answer.
async fn pass(web: &Web, jar: &CookieJar, request: Request) -> Result<Request, Response> {
    let (mut parts, body) = request.into_parts();
    let is_post = parts.method == Method::POST;
    if is_post && !is_from_here(web, &parts.headers) {
        tracing::warn!(
            path = parts.uri.path(),
            "a form of another site was refused"
        );
        return Err(Fault::Forged.into_response());
    }
    let asked = parts.uri.path_and_query();
    if asked.is_some_and(|asked| has_nul(asked.as_str().as_bytes())) {
        return Err(Fault::Odd.into_response());
    }
    let is_open = matches!(parts.uri.path(), login::PATH | style::PATH);
    let token = jar.get(SESSION).map(|cookie| cookie.value().to_owned());
    let who = match &token {
        Some(token) if !is_open => web.app.logged_in(token).await,
        _ => Ok(None),
    };
    let who = who.map_err(|error| Fault::from(error).into_response())?;
    let body: Bytes = if is_post {
        let taken = body::take(body, web.body_timeout);
        let bytes = taken.await.and_then(body::Taken::whole);
        bytes.map_err(|away| Fault::from(away).into_response())?
    } else {
        Bytes::new()
    };
    if has_nul(&body) {
        return Err(Fault::Odd.into_response());
    }
    match who {
        None if !is_open => return Err(to_login(&parts.method, &parts.uri, token.is_some())),
        None => {}
        Some(who) => {
            if is_post && !has_token(&body, &who) {
                let path = parts.uri.path();
                tracing::warn!(
                    admin = who.name,
                    path,
                    "a form without its token was refused"
                );
                return Err(Fault::Forged.into_response());
            }
            parts.extensions.insert(who);
        }
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// Whether an encoded text has a NUL, which PostgreSQL takes in no text: nobody writes one in earnest.
fn has_nul(encoded: &[u8]) -> bool {
    percent_decode(encoded).any(|byte| byte == 0)
}

/// Shows the login, and after it the page that was asked for.
fn to_login(method: &Method, uri: &Uri, was_logged_in: bool) -> Response {
    // What a form would have done is not done after the login: it is filled in again.
    let to = uri.path_and_query().filter(|_| *method == Method::GET);
    let to = to.map_or(visit::HOME, |to| to.as_str());
    let mut query = vec![("to", to)];
    if was_logged_in {
        query.push(("ended", "1"));
    }
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    Redirect::to(&format!("{}?{query}", login::PATH)).into_response()
}

/// Whether the browser says that a form was sent by a page of this console. One that says nothing is no
/// browser of these years, and needs the token in any case.
fn is_from_here(web: &Web, headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text(HeaderName::from_static("sec-fetch-site"));
    let is_same_site = site.is_none_or(|site| matches!(site, "same-origin" | "none"));
    let is_same_origin = text(header::ORIGIN).is_none_or(|origin| {
        let host = origin.split_once("://").map(|(_, host)| host);
        let is_asked = host.is_some() && host == text(header::HOST);
        is_asked || origin == web.console.origin
    });
    is_same_site && is_same_origin
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

fn has_token(body: &[u8], who: &LoggedIn) -> bool {
    let sent = serde_urlencoded::from_bytes::<Token>(body);
    let expected = who.form_token.as_bytes();
    sent.is_ok_and(|sent| sent.token.as_bytes().ct_eq(expected).into())
}

/// Lets an act through to who has the role for it.
pub(super) async fn need(State(role): State<Role>, request: Request, next: Next) -> Response {
    let Some(who) = request.extensions().get::<LoggedIn>() else {
        return Fault::NotFound.into_response();
    };
    if !who.role.may(role) {
        let path = request.uri().path();
        tracing::warn!(admin = who.name, role = %who.role, needed = %role, path, "role too low");
        return Fault::Role(role).into_response();
    }
    next.run(request).await
}

/// What every answer of the console says to the browser, where the answer does not say otherwise.
fn with_headers(mut response: Response) -> Response {
    let values = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Nothing to other sites. "no-referrer" would take the Origin off our own forms as well.
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let is_html = response.status() != StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    for (name, value) in values {
        if is_html || name != header::CACHE_CONTROL {
            let value = HeaderValue::from_static(value);
            headers.entry(name).or_insert(value);
        }
    }
    response
}
