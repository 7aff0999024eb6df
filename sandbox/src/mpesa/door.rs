//! What Daraja's gateway refuses before a product sees it: a wrong method, a wrong path, too many
//! requests in a minute.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};

use super::Refusal;
use crate::world::{World, lock};

/// When each product, by its path, took its last request.
pub(super) type Asked = BTreeMap<String, DateTime<Utc>>;

/// The layer around all of Daraja's paths.
pub(crate) async fn guard(
    State(world): State<Arc<World>>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(rate) = world.config.daraja.requests_per_minute
        && !is_in_time(&world, request.uri().path(), rate)
    {
        return Refusal::SpikeArrest(rate).answer(&world);
    }
    next.run(request).await
}

/// Whether a minute's share has passed since the last request that was taken.
fn is_in_time(world: &World, path: &str, rate: u32) -> bool {
    let share = TimeDelta::milliseconds(60_000 / i64::from(rate.max(1)));
    let (now, mut asked) = (world.clock.now(), lock(&world.mpesa.asked));
    let is_early = asked
        .get(path)
        .is_some_and(|last| now.signed_duration_since(*last) < share);
    if !is_early {
        asked.insert(path.to_owned(), now);
    }
    !is_early
}

/// The answer to a method that a product does not take.
pub(crate) async fn wrong_method(State(world): State<Arc<World>>, method: Method) -> Response {
    let refusal = if method == Method::GET {
        Refusal::InvalidHeader
    } else {
        Refusal::WrongMethod
    };
    refusal.answer(&world)
}

/// The answer to a path under which Daraja, as far as it is simulated, has nothing.
pub(crate) fn unknown_path(world: &World) -> Response {
    Refusal::UnknownPath.answer(world).into_response()
}
