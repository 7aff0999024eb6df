//! One stream of events for a whole page: browsers open six connections to a host at most.
//!
//! | event | data |
//! | --- | --- |
//! | `desk` | the phones on the desk, whole; at first, and when one comes or goes |
//! | `phone` | a phone of the desk that changed, whole |
//! | `wire` | `{"exchanges": [...], "skipped": n}`: what was recorded since; at first the last ones |
//! | `cleared` | the record was cleared |
//! | `opponent` | what the simulated opponent is doing |
//! | `faults` | the faults that wait changed: ask for them |
//!
//! A page that falls behind misses intermediate states, never the last one.

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream, StreamExt};
use serde_json::json;
use tokio::sync::{broadcast, watch};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::event;
use crate::desk;
use crate::number::Number;
use crate::opponent::OpponentStatus;
use crate::phone::Phone;
use crate::pulse::Change;
use crate::wire::WireExchange;
use crate::world::{World, lock};

/// The most exchanges in one event; of more at once only the newest are told.
const EXCHANGES: usize = 200;

/// Changes within so long are told together.
const TOGETHER: Duration = Duration::from_millis(25);

/// The route of the stream.
pub(crate) fn router() -> OpenApiRouter<Arc<World>> {
    OpenApiRouter::new().routes(routes!(page_events))
}

/// Everything that a page shows, now and after each change
///
/// Server-sent events named `desk`, `phone`, `wire`, `cleared`, `opponent`, `faults`.
#[utoipa::path(
    get, path = "/api/events", tag = "events",
    responses((status = 200, description = "The events", body = String, content_type = "text/event-stream"))
)]
async fn page_events(
    State(world): State<Arc<World>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let stopping = world.stopping.clone();
    let follower = Follower::new(world);
    let stream = stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((event, follower))
    });
    // Open streams must not keep the server from stopping.
    Sse::new(stream.take_until(stopping.cancelled_owned())).keep_alive(KeepAlive::default())
}

type Told = Result<Event, Infallible>;

/// A page that looks on: what it was told, and what it is to be told next.
struct Follower {
    world: Arc<World>,
    changes: broadcast::Receiver<Change>,
    opponent: watch::Receiver<OpponentStatus>,
    count: watch::Receiver<u64>,
    /// The last exchange that was told.
    told: u64,
    ready: VecDeque<Told>,
}

/// What changed since the page was told.
#[derive(Default)]
struct News {
    phones: BTreeSet<Number>,
    desk: bool,
    faults: bool,
    record: bool,
}

impl Follower {
    fn new(world: Arc<World>) -> Self {
        let mut follower = Self {
            changes: world.pulse.listen(),
            opponent: world.opponent.subscribe(),
            count: world.exchanges.count(),
            told: 0,
            ready: VecDeque::new(),
            world,
        };
        follower.tell_desk();
        follower.tell_exchanges();
        follower.tell_opponent();
        follower.ready.push_back(event("faults", &json!({})));
        follower
    }

    async fn next(&mut self) -> Option<Told> {
        while self.ready.is_empty() {
            self.wait().await?;
        }
        self.ready.pop_front()
    }

    /// Waits for something new. `None`: the simulator is gone.
    async fn wait(&mut self) -> Option<()> {
        let mut news = News::default();
        tokio::select! {
            change = self.changes.recv() => news.note(change)?,
            changed = self.count.changed() => changed.ok()?,
            changed = self.opponent.changed() => {
                changed.ok()?;
                self.tell_opponent();
            }
        }
        tokio::time::sleep(TOGETHER).await;
        loop {
            match self.changes.try_recv() {
                Ok(change) => news.note(Ok(change))?,
                Err(broadcast::error::TryRecvError::Lagged(_)) => news = News::all(),
                Err(_) => break,
            }
        }
        self.tell(&news);
        Some(())
    }

    fn tell(&mut self, news: &News) {
        if news.record {
            self.ready.push_back(event("cleared", &json!({})));
        }
        if news.desk {
            self.tell_desk();
        } else {
            let desk = lock(&self.world.desk).clone();
            for number in desk
                .into_iter()
                .filter(|number| news.phones.contains(number))
            {
                let view = Phone::new(&self.world, number).view();
                self.ready.push_back(event("phone", &view));
            }
        }
        let has_played = self.tell_exchanges();
        if news.faults || has_played {
            self.ready.push_back(event("faults", &json!({})));
        }
    }

    fn tell_desk(&mut self) {
        let views = desk::views(&self.world);
        self.ready.push_back(event("desk", &views));
    }

    fn tell_opponent(&mut self) {
        let status = self.opponent.borrow_and_update().clone();
        self.ready.push_back(event("opponent", &status));
    }

    /// Tells what was recorded, and whether faults were played, which do not wait any more then.
    fn tell_exchanges(&mut self) -> bool {
        self.count.mark_unchanged();
        let mut news = self.world.exchanges.since(self.told);
        let Some(last) = news.last() else {
            return false;
        };
        self.told = last.id;
        let has_played = news.iter().any(|exchange| exchange.fault.is_some());
        let skipped = news.len().saturating_sub(EXCHANGES);
        let news = news.split_off(skipped);
        let exchanges: Vec<_> = news.into_iter().map(WireExchange::of).collect();
        let data = json!({ "exchanges": exchanges, "skipped": skipped });
        self.ready.push_back(event("wire", &data));
        has_played
    }
}

impl News {
    /// Everything, for a page that fell behind.
    fn all() -> Self {
        Self {
            desk: true,
            faults: true,
            ..Self::default()
        }
    }

    fn note(&mut self, change: Result<Change, broadcast::error::RecvError>) -> Option<()> {
        match change {
            Ok(Change::Phone(number)) => {
                self.phones.insert(number);
            }
            Ok(Change::Desk) => self.desk = true,
            Ok(Change::Faults) => self.faults = true,
            Ok(Change::Record) => self.record = true,
            Err(broadcast::error::RecvError::Lagged(_)) => *self = Self::all(),
            Err(broadcast::error::RecvError::Closed) => return None,
        }
        Some(())
    }
}
