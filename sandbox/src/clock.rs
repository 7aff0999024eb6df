//! Time: the only place that reads the clock and waits by it, and the providers' ways of writing a
//! time.
//!
//! A simulator runs on the machine's clock, or on a virtual one that stands still until it is turned.
//! With a virtual one it is known when nothing more happens by itself (`settled`): everything that
//! runs is counted, and what waits for time to pass or for a person is not. What comes at the same
//! moment comes one after the other, each when the one before has come to rest, in the order in
//! which it began to wait; what waits for no time at all queues up like the rest. On a runtime of
//! one thread a rerun is exact therefore.

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
    counts: watch::Sender<Counts>,
}

/// What is under way.
#[derive(Clone, Copy, Default)]
struct Counts {
    /// How many tasks and requests run and do not wait.
    running: i64,
    /// How many requests of the service are not answered yet, whether they run or wait.
    asked: i64,
}

/// Virtual time, and those who wait for it.
struct Timeline {
    now: DateTime<Utc>,
    sleepers: BTreeMap<(DateTime<Utc>, u64), oneshot::Sender<()>>,
    next: u64,
}

/// How often everything that was woken gets its turn before it is believed that nothing runs. What is
/// woken by a message counts as waiting until its turn has come.
const TURNS: usize = 4;

/// Something that runs, until it is dropped.
pub(crate) struct Running(Clock);

/// A request of the service that is not answered, until it is dropped. It runs, too.
pub(crate) struct Asked(Clock);

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
        let counts = watch::Sender::default();
        Self(Arc::new(Inner { timeline, counts }))
    }

    /// Whether time stands still until it is turned.
    pub(crate) fn is_virtual(&self) -> bool {
        self.0.timeline.is_some()
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

    /// Turns a virtual clock to a moment that is not before now. Who waited for it wakes when all that
    /// goes before has come to rest: see `settled`. Does nothing to the machine's.
    pub(crate) fn turn_to(&self, moment: DateTime<Utc>) {
        if let Some(timeline) = &self.0.timeline {
            let mut timeline = lock(timeline);
            timeline.now = timeline.now.max(moment);
        }
    }

    /// Wakes the next one whose moment has come; false: nobody's has.
    pub(crate) fn wake_next(&self) -> bool {
        let Some(timeline) = &self.0.timeline else {
            return false;
        };
        let mut timeline = lock(timeline);
        let now = timeline.now;
        let first = timeline.sleepers.first_entry();
        let Some(entry) = first.filter(|entry| entry.key().0 <= now) else {
            return false;
        };
        // Counted before it wakes, so that nobody takes the moment between for rest.
        self.count(1);
        let _ = entry.remove().send(());
        true
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

    /// Counts a request of the service as one that runs and is not answered, until the value is dropped.
    pub(crate) fn asked(&self) -> Asked {
        self.0.counts.send_modify(|counts| {
            counts.running += 1;
            counts.asked += 1;
        });
        Asked(self.clone())
    }

    /// Waits until nothing runs any more, and nobody waits for a moment that has come.
    pub(crate) async fn settled(&self) {
        loop {
            self.at_rest().await;
            if !self.wake_next() {
                return;
            }
        }
    }

    /// Waits until nothing runs while a request of the service is not answered: until its answer waits
    /// for time to pass.
    pub(crate) async fn held_up(&self) {
        let mut counts = self.0.counts.subscribe();
        loop {
            // The sender lives in this very clock, so it cannot be gone.
            let _ = counts.wait_for(|counts| counts.asked > 0).await;
            self.at_rest().await;
            if self.0.counts.borrow().asked > 0 {
                return;
            }
        }
    }

    /// Waits until nothing runs.
    async fn at_rest(&self) {
        let mut counts = self.0.counts.subscribe();
        loop {
            let _ = counts.wait_for(|counts| counts.running <= 0).await;
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
            let is_same = counts.has_changed().is_ok_and(|is_changed| !is_changed);
            if is_same {
                return;
            }
        }
    }

    fn count(&self, by: i64) {
        self.0.counts.send_modify(|counts| counts.running += by);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.count(-1);
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.0.counts.send_modify(|counts| {
            counts.running -= 1;
            counts.asked -= 1;
        });
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
    async fn what_comes_at_one_moment_comes_one_after_the_other() {
        let clock = Clock::standing_at(DateTime::from_timestamp(1_576_740_075, 0).unwrap());
        let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
        for who in 0..5 {
            let (clock, told, running) = (clock.clone(), told.clone(), clock.running());
            tokio::spawn(async move {
                // Also who waits for no time at all.
                clock.sleep(Duration::from_secs(who % 2)).await;
                told.send((who, "begins")).unwrap();
                for _ in 0..who {
                    tokio::task::yield_now().await;
                }
                told.send((who, "ends")).unwrap();
                drop(running);
            });
        }
        clock.settled().await;
        clock.turn_to(clock.now() + Duration::from_secs(1));
        clock.settled().await;
        let mut heard = Vec::new();
        while let Ok(next) = hears.try_recv() {
            heard.push(next);
        }
        let one = |who| [(who, "begins"), (who, "ends")];
        assert_eq!(heard, [0, 2, 4, 1, 3].map(one).concat());
    }

    #[tokio::test]
    async fn an_answer_that_waits_for_time_holds_up_who_asked() {
        let clock = Clock::standing_at(DateTime::from_timestamp(1_576_740_075, 0).unwrap());
        let own = clock.clone();
        let asked = tokio::spawn(async move {
            let _asked = own.asked();
            own.sleep(Duration::from_secs(10)).await;
        });
        clock.held_up().await;
        assert!(!asked.is_finished() && !clock.wake_next());
        clock.turn_to(clock.next_moment().unwrap());
        assert!(clock.wake_next());
        asked.await.unwrap();
        clock.settled().await;
        assert_eq!(clock.0.counts.borrow().asked, 0);
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
                clock.settled().await;
            }
            assert_eq!(task.await.unwrap(), is_brought);
            clock.settled().await;
            assert_eq!(
                (clock.next_moment(), clock.0.counts.borrow().running),
                (None, 0)
            );
        }
    }
}
