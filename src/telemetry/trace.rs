//! The id of the hop that is under way, or that what is under way follows from.
//!
//! It goes with the task: whoever writes a deposit, a withdrawal or an SMS down keeps it with the row,
//! and whoever calls a provider sends it on. Ids are for logs, so they come from the process and not
//! from `Random`: the same randomness as before makes the same game.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use tracing::{Instrument, Span, info_span};

use super::otlp;
use crate::core::trace::TraceId;

tokio::task_local! {
    static CURRENT: TraceId;
}

/// The id of the hop that is under way, if one is.
pub(crate) fn current() -> Option<TraceId> {
    CURRENT.try_with(|id| *id).ok()
}

/// The same as it is kept in the database.
pub(crate) fn current_text() -> Option<String> {
    current().map(|id| id.to_string())
}

/// An id that was never given before: hashes of a count under keys of the operating system.
fn fresh() -> TraceId {
    static KEYS: LazyLock<(RandomState, RandomState)> =
        LazyLock::new(|| (RandomState::new(), RandomState::new()));
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    TraceId::new(KEYS.0.hash_one(count), KEYS.1.hash_one(count))
}

/// Runs a hop under an id of its own. Every line that it logs has it as `hop.id`.
pub(crate) async fn hop<F: Future>(hop: F) -> F::Output {
    let id = fresh();
    let span = otlp::root(id, || info_span!("hop", hop.id = %id));
    CURRENT.scope(id, hop.instrument(span)).await
}

/// Runs a job; under the id of the hop that it follows from, where it follows from one.
pub(crate) async fn job<F: Future>(kind: &'static str, id: Option<TraceId>, job: F) -> F::Output {
    let span = span_of(kind, id);
    match id {
        Some(id) => CURRENT.scope(id, job.instrument(span)).await,
        None => job.instrument(span).await,
    }
}

/// Goes on under the id of a hop that was found on the way, where it is not the one under way.
pub(crate) async fn resume<F: Future>(id: Option<TraceId>, rest: F) -> F::Output {
    match id {
        Some(id) if current() != Some(id) => {
            let span = span_of("resumed", Some(id));
            CURRENT.scope(id, rest.instrument(span)).await
        }
        Some(_) | None => rest.await,
    }
}

/// Logs one thing under the id of the hop that it follows from.
pub(crate) fn say(id: Option<TraceId>, line: impl FnOnce()) {
    match id {
        Some(id) => span_of("told", Some(id)).in_scope(line),
        None => line(),
    }
}

/// The span of a job. Its name has to be known to the compiler; kinds that are not here are a `job`.
fn span_of(kind: &'static str, id: Option<TraceId>) -> Span {
    macro_rules! named {
        ($($name:literal),*) => {
            match (kind, id) {
                $(
                    ($name, Some(id)) => info_span!($name, hop.id = %id),
                    ($name, None) => info_span!($name),
                )*
                (_, Some(id)) => info_span!("job", kind, hop.id = %id),
                (_, None) => info_span!("job", kind),
            }
        };
    }
    let span = named!(
        "callbacks",
        "pushes",
        "queries",
        "payouts",
        "payout_queries",
        "chores",
        "sms",
        "promotions",
        "rounds",
        "unpaired",
        "sets",
        "resumed",
        "told"
    );
    if let Some(id) = id {
        otlp::follow(&span, id);
    }
    span
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_hops_have_one_id() {
        let ids: BTreeSet<TraceId> = (0..10_000).map(|_| fresh()).collect();
        assert_eq!(ids.len(), 10_000);
    }

    #[tokio::test]
    async fn what_follows_from_a_hop_has_its_id() {
        assert_eq!(current(), None);
        let id = hop(async { current() }).await;
        assert!(id.is_some());
        let other = TraceId::new(1, 2);
        job("pushes", id, async {
            assert_eq!(current(), id);
            resume(Some(other), async { assert_eq!(current(), Some(other)) }).await;
            resume(None, async { assert_eq!(current(), id) }).await;
        })
        .await;
        assert_ne!(hop(async { current() }).await, id);
    }
}
