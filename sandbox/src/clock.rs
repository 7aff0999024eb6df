//! Time: the only place that reads the clock and waits by it, and the providers' ways of writing a
//! time.
//!
//! A simulator runs on the machine's clock, or on a virtual one that stands still until it is turned.
//! With a virtual one it is known when nothing more happens by itself (`settled`): everything that
//! runs is counted, and what waits for time to pass or for a person is not.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::{self, Either};
use tokio::sync::{oneshot, watch};

use crate::world::lock;

/// A clock. Cheap to clone; all clones are the same clock.
#[derive(Clone)]
pub(crate) struct Clock(Arc<Inner>);

struct Inner {
    /// `None`: the machine's.
    timeline: Option<Mutex<Timeline>>,
    /// How many tasks and requests run and do not wait.
    running: watch::Sender<i64>,
}

/// Virtual time, and those who wait for it.
struct Timeline {
    now: DateTime<Utc>,
    sleepers: BTreeMap<(DateTime<Utc>, u64), oneshot::Sender<()>>,
    next: u64,
}

/// Something that runs, until it is dropped.
pub(crate) struct Running(Clock);

/// Something that waits, until it is dropped.
struct Idle(Clock);

/// One wait for a moment. Removes itself when it is given up.
struct Nap {
    clock: Clock,
    key: (DateTime<Utc>, u64),
    /// Whether its task is taken for idle meanwhile.
    is_idle: bool,
}

impl Clock {
    /// The machine's clock.
    pub(crate) fn of_machine() -> Self {
        Self::with(None)
    }

    /// A clock that stands at a moment until it is turned.
    pub(crate) fn standing_at(now: DateTime<Utc>) -> Self {
        Self::with(Some(Mutex::new(Timeline {
            now,
            sleepers: BTreeMap::new(),
            next: 0,
        })))
    }

    fn with(timeline: Option<Mutex<Timeline>>) -> Self {
        let running = watch::Sender::new(0);
        Self(Arc::new(Inner { timeline, running }))
    }

    /// The time now.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        match &self.0.timeline {
            Some(timeline) => lock(timeline).now,
            None => Utc::now(),
        }
    }

    /// Milliseconds since a moment; 0 where it lies ahead.
    pub(crate) fn millis_since(&self, moment: DateTime<Utc>) -> u64 {
        u64::try_from((self.now() - moment).num_milliseconds()).unwrap_or(0)
    }

    /// Waits so long.
    pub(crate) async fn sleep(&self, time: Duration) {
        match &self.0.timeline {
            None => tokio::time::sleep(time).await,
            Some(timeline) => self.nap(timeline, time, true).await,
        }
    }

    /// Waits for something, so long at most; `None`: in vain.
    pub(crate) async fn timeout<T>(
        &self,
        time: Duration,
        something: impl Future<Output = T>,
    ) -> Option<T> {
        let Some(timeline) = &self.0.timeline else {
            return tokio::time::timeout(time, something).await.ok();
        };
        let nap = Box::pin(self.nap(timeline, time, false));
        match future::select(Box::pin(something), nap).await {
            Either::Left((done, _)) => Some(done),
            Either::Right(_) => None,
        }
    }

    async fn nap(&self, timeline: &Mutex<Timeline>, time: Duration, is_idle: bool) {
        let (wake, woken) = oneshot::channel();
        let key = {
            let mut timeline = lock(timeline);
            let at = timeline.now + TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX);
            let key = (at, timeline.next);
            timeline.next += 1;
            if time.is_zero() {
                return;
            }
            timeline.sleepers.insert(key, wake);
            key
        };
        if is_idle {
            self.count(-1);
        }
        let _nap = Nap {
            clock: self.clone(),
            key,
            is_idle,
        };
        let _ = woken.await;
    }

    /// The moment of the next one who waits for time to pass.
    pub(crate) fn next_moment(&self) -> Option<DateTime<Utc>> {
        let timeline = lock(self.0.timeline.as_ref()?);
        timeline.sleepers.keys().next().map(|(at, _)| *at)
    }

    /// Turns a virtual clock to a moment that is not before now, and wakes who waited for it. Does
    /// nothing to the machine's.
    pub(crate) fn turn_to(&self, moment: DateTime<Utc>) {
        let Some(timeline) = &self.0.timeline else {
            return;
        };
        let mut timeline = lock(timeline);
        timeline.now = timeline.now.max(moment);
        let now = timeline.now;
        while let Some(entry) = timeline.sleepers.first_entry() {
            if entry.key().0 > now {
                break;
            }
            // Counted before it wakes, so that nobody takes the moment between for rest.
            self.count(1);
            let _ = entry.remove().send(());
        }
    }

    /// Counts something as running until the value is dropped.
    pub(crate) fn running(&self) -> Running {
        self.count(1);
        Running(self.clone())
    }

    /// Waits for what only a person or another message brings.
    pub(crate) async fn idly<T>(&self, something: impl Future<Output = T>) -> T {
        self.count(-1);
        let _idle = Idle(self.clone());
        something.await
    }

    /// Waits until nothing runs any more.
    pub(crate) async fn settled(&self) {
        let mut running = self.0.running.subscribe();
        // The sender lives in this very clock, so it cannot be gone.
        let _ = running.wait_for(|count| *count <= 0).await;
    }

    fn count(&self, by: i64) {
        self.0.running.send_modify(|count| *count += by);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.count(-1);
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        self.0.count(1);
    }
}

impl Drop for Nap {
    fn drop(&mut self) {
        let Some(timeline) = &self.clock.0.timeline else {
            return;
        };
        let is_waiting = lock(timeline).sleepers.remove(&self.key).is_some();
        match (is_waiting, self.is_idle) {
            // Given up: its task runs on.
            (true, true) => self.clock.count(1),
            // Woken beside something else that its task waited for: counted once too often.
            (false, false) => self.clock.count(-1),
            (true, false) | (false, true) => {}
        }
    }
}

/// `yyyymmddHHMMSS` in East Africa Time (UTC+3, no summer time), as Daraja writes times.
pub(crate) fn eat_digits(at: DateTime<Utc>) -> String {
    eat(at).format("%Y%m%d%H%M%S").to_string()
}

/// `ddmmyyyyHHMMSS` in East Africa Time, as in a `CheckoutRequestID`.
pub(crate) fn eat_day_first(at: DateTime<Utc>) -> String {
    eat(at).format("%d%m%Y%H%M%S").to_string()
}

/// The same moment shifted, so that it prints as East Africa Time.
pub(crate) fn eat(at: DateTime<Utc>) -> DateTime<Utc> {
    at + TimeDelta::hours(3)
}

/// `yyyy-mm-dd HH:MM:SS` in UTC, as Africa's Talking writes dates.
pub(crate) fn utc_date(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn daraja_times_are_three_hours_ahead() {
        let at = DateTime::from_timestamp(1_576_740_075, 0).unwrap();
        assert_eq!(utc_date(at), "2019-12-19 07:21:15");
        assert_eq!(eat_digits(at), "20191219102115");
        assert_eq!(eat_day_first(at), "19122019102115");
    }

    #[tokio::test]
    async fn a_virtual_clock_wakes_in_order_and_knows_when_all_rest() {
        let start = DateTime::from_timestamp(1_576_740_075, 0).unwrap();
        let clock = Clock::standing_at(start);
        let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
        for seconds in [30, 10, 20] {
            let (clock, told, running) = (clock.clone(), told.clone(), clock.running());
            tokio::spawn(async move {
                clock.sleep(Duration::from_secs(seconds)).await;
                told.send(seconds).unwrap();
                drop(running);
            });
        }
        clock.settled().await;
        assert!(hears.try_recv().is_err());
        for expected in [10, 20, 30] {
            clock.turn_to(clock.next_moment().unwrap());
            clock.settled().await;
            assert_eq!(hears.try_recv().ok(), Some(expected));
        }
        assert_eq!((clock.now() - start).num_seconds(), 30);
        assert_eq!(clock.next_moment(), None);
    }

    #[tokio::test]
    async fn a_timeout_on_a_virtual_clock_ends_only_by_turning_it() {
        let clock = Clock::standing_at(DateTime::from_timestamp(1_576_740_075, 0).unwrap());
        let minute = Duration::from_secs(60);
        for is_brought in [true, false] {
            let (bring, brought) = oneshot::channel::<()>();
            let (own, running) = (clock.clone(), clock.running());
            let task = tokio::spawn(async move {
                let is_in_time = own.timeout(minute, own.idly(brought)).await.is_some();
                drop(running);
                is_in_time
            });
            clock.settled().await;
            if is_brought {
                bring.send(()).unwrap();
            } else {
                clock.turn_to(clock.now() + minute);
            }
            assert_eq!(task.await.unwrap(), is_brought);
            clock.settled().await;
            assert_eq!((clock.next_moment(), *clock.0.running.borrow()), (None, 0));
        }
    }
}
