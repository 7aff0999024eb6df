//! The routes: take apart, call the app, put together. No rule lives here.

mod admin;
mod body;
mod caller;
mod health;
mod pay;
mod sms;
mod sources;
mod ussd;

use std::{collections::BTreeMap, net::SocketAddr, ops::Deref, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, MatchedPath, Request},
    handler::Handler,
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, any, get},
};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tower_http::catch_panic::CatchPanicLayer;

pub use health::JobsHealth;

use crate::{
    app::App,
    config::{Config, Mode, Setting},
    telemetry::Metrics,
};
use caller::Side;
use sources::{Limits, PerSource};

/// What the routes share. Cheap to clone, which each request does for each of its layers.
#[derive(Clone)]
pub struct Web(Arc<Shared>);

/// What they share, itself.
pub struct Shared {
    app: App,
    jobs: JobsHealth,
    metrics: Metrics,
    gate: Gate,
    console: Console,
    /// How long a body may take to come.
    body_timeout: Duration,
}

/// What the console goes by.
struct Console {
    /// Where browsers find it: scheme, host and port.
    origin: String,
    /// Whether that is https, so that cookies need not go any other way.
    is_secure: bool,
    /// What this process was started with.
    settings: Vec<Setting>,
}

impl Console {
    fn new(config: &Config) -> Self {
        // A path may stand behind the host, and a slash.
        let (scheme, rest) = config.http.public_url.split_once("://").unwrap_or_default();
        let host = rest.split('/').next().unwrap_or_default();
        Self {
            origin: format!("{scheme}://{host}"),
            is_secure: scheme == "https",
            settings: config.shown(),
        }
    }
}

/// Who may call back.
struct Gate {
    secret: SecretString,
    trusted_proxies: Vec<IpNet>,
    africastalking: Vec<IpNet>,
    daraja: Vec<IpNet>,
    gateways: BTreeMap<String, Vec<IpNet>>,
    /// Whether a gateway without a list of addresses is closed rather than open to all.
    needs_list: bool,
    limits: Limits,
}

impl Gate {
    /// Whether a path has the right secret; compared in constant time.
    fn knows(&self, secret: &str) -> bool {
        self.secret
            .expose_secret()
            .as_bytes()
            .ct_eq(secret.as_bytes())
            .into()
    }
}

impl Web {
    /// Puts the routes' state together.
    #[must_use]
    pub fn new(app: App, jobs: JobsHealth, metrics: Metrics, config: &Config) -> Self {
        let gateways = config.http.allow.gateways.iter();
        let gateways = gateways.map(|(name, nets)| (name.clone(), nets.0.clone()));
        let gate = Gate {
            secret: config.http.callback_secret.clone(),
            trusted_proxies: config.http.trusted_proxies.0.clone(),
            africastalking: config.http.allow.africastalking.0.clone(),
            daraja: config.http.allow.daraja.0.clone(),
            gateways: gateways.collect(),
            needs_list: config.mode == Mode::Production,
            limits: Limits {
                known: PerSource::per_minute(config.http.rate_per_source),
                unknown: PerSource::per_minute(config.http.tries_per_source),
                complaints: PerSource::per_minute(1),
            },
        };
        Self(Arc::new(Shared {
            app,
            jobs,
            metrics,
            gate,
            console: Console::new(config),
            body_timeout: config.http.body_timeout,
        }))
    }
}

impl Deref for Web {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// All routes.
pub fn router(web: Web) -> Router {
    let guarded = |routes: Router<Web>, side: Side| {
        let state = (web.clone(), side);
        routes.route_layer(middleware::from_fn_with_state(state, caller::admit))
    };
    Router::new()
        .merge(guarded(africas_talking(), Side::AfricasTalking))
        .merge(guarded(further_gateways(), Side::Gateways))
        .merge(guarded(daraja(), Side::Daraja))
        .merge(operator())
        .merge(admin::router(&web))
        .fallback(caller::nothing_here)
        .layer(middleware::from_fn(note_too_large))
        .layer(CatchPanicLayer::new())
        .with_state(web)
}

/// What an operator's machines ask, and nothing else: for a process that answers no provider.
pub fn operator_routes(web: Web) -> Router {
    operator()
        .fallback(caller::nothing_here)
        .layer(CatchPanicLayer::new())
        .with_state(web)
}

fn operator() -> Router<Web> {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
}

fn africas_talking() -> Router<Web> {
    Router::new()
        .route("/ussd/{secret}", by_post(ussd::hop))
        .route("/ussd/{secret}/events", by_post(ussd::event))
        .route("/sms/{secret}/delivery", by_post(sms::delivery))
        .route("/sms/{secret}/inbound", by_post(sms::inbound))
        .route("/sms/{secret}/optout", by_post(sms::opt_out))
}

fn further_gateways() -> Router<Web> {
    Router::new().route(
        "/ussd/{secret}/{gateway}",
        by_post(ussd::gateway_post).get(ussd::gateway_get),
    )
}

fn daraja() -> Router<Web> {
    Router::new()
        .route("/pay/{secret}/stk/{deposit_id}", by_post(pay::stk))
        .route(
            "/pay/{secret}/stk/{deposit_id}/status",
            by_post(pay::stk_status),
        )
        .route(
            "/pay/{secret}/b2c/{withdrawal_id}/result",
            by_post(pay::payout),
        )
        .route(
            "/pay/{secret}/b2c/{withdrawal_id}/timeout",
            by_post(pay::payout_timeout),
        )
        .route(
            "/pay/{secret}/b2c/{withdrawal_id}/status",
            by_post(pay::payout_status),
        )
        .route(
            "/pay/{secret}/c2b/validation",
            by_post(pay::paybill_validation),
        )
        .route(
            "/pay/{secret}/c2b/confirmation",
            by_post(pay::paybill_confirmation),
        )
        .route("/pay/{secret}/c2b/pull", by_post(pay::paybill_pull))
        .route(
            "/pay/{secret}/balance/{question_id}/result",
            by_post(pay::balance),
        )
        .route(
            "/pay/{secret}/balance/{question_id}/timeout",
            by_post(pay::balance_timeout),
        )
}

/// A route that takes POST alone. What answers other methods stands behind the gate like the rest, and
/// nothing else is said of the route: axum would list its methods to anybody.
fn by_post<H, T>(handler: H) -> MethodRouter<Web>
where
    H: Handler<T, Web>,
    T: 'static,
{
    any(wrong_method).post(handler)
}

async fn wrong_method() -> TurnedAway {
    TurnedAway::MethodNotAllowed
}

/// Logs a hop whose body is larger than is taken: nothing else tells of it. The route stands for
/// the path, which has the secret.
async fn note_too_large(route: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(peer)| peer.ip());
    let response = next.run(request).await;
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let route = route.as_ref().map_or("", MatchedPath::as_str);
        tracing::warn!(route, ?peer, "larger than is taken");
    }
    response
}

/// A request that is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TurnedAway {
    /// Wrong secret, wrong address, or no such path: nothing is here.
    NotFound,
    /// From this address comes more than is taken.
    TooMany,
    /// A hop larger than any gateway's.
    TooLarge,
    /// Its body did not come in time.
    TooSlow,
    /// What this route takes comes by another method.
    MethodNotAllowed,
    /// Nothing that a provider sends.
    BadRequest,
    /// It could not be stored: the provider must not hear that we have it.
    Unavailable,
}

impl IntoResponse for TurnedAway {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "not found\n"),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, "too many requests\n"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too large\n"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "too slow\n"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n"),
            Self::BadRequest => (StatusCode::BAD_REQUEST, "bad request\n"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "try again later\n"),
        };
        (status, text).into_response()
    }
}
