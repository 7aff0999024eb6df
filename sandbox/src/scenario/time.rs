//! How time passes in a scenario: turned on a virtual clock, or waited for on the machine's.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt as _;
use futures::future::{self, Either};

use super::play::House;
use crate::simulator::Simulator;

/// How far a virtual clock is turned at once while something is waited for: as often the service
/// looks for what is due.
const TICK: TimeDelta = TimeDelta::seconds(1);

/// How often the service looks for what is due while a long time passes.
const LOOKS: i32 = 60;

/// More rounds of work than any moment brings.
const MOST_ROUNDS: usize = 10_000;

/// The longest real time that what happens at one moment may take.
const MOMENT: Duration = Duration::from_secs(60);

/// The time of a scenario.
pub(super) struct Time<'a> {
    pub(super) sim: &'a Simulator,
    /// The service where it runs on the simulator's virtual clock.
    pub(super) house: Option<&'a dyn House>,
}

impl Time<'_> {
    /// Waits for something that the scenario's people or the service bring about; `None`: in vain.
    pub(super) async fn drive<T>(
        &self,
        something: impl Future<Output = T>,
        limit: Duration,
    ) -> Result<Option<T>, String> {
        if self.house.is_none() {
            return Ok(tokio::time::timeout(limit, something).await.ok());
        }
        let until = later(self.sim.now(), limit);
        let mut something = pin!(something);
        loop {
            // What comes of it first, and then what the service does about it.
            let settled = pin!(self.settled());
            match future::select(something.as_mut(), settled).await {
                Either::Left((done, settled)) => {
                    settled.await?;
                    return Ok(Some(done));
                }
                Either::Right((settled, _)) => settled?,
            }
            if let Some(done) = something.as_mut().now_or_never() {
                return Ok(Some(done));
            }
            let rest = pin!(self.rest());
            match future::select(something.as_mut(), rest).await {
                Either::Left((done, rest)) => {
                    // Never given up half-way: what the service has begun it must write down.
                    rest.await?;
                    return Ok(Some(done));
                }
                Either::Right((rested, _)) => rested?,
            }
            if self.sim.now() >= until {
                return Ok(None);
            }
            self.turn(until, TICK);
        }
    }

    /// On a virtual clock: every line of a scenario has a millisecond of its own.
    pub(super) fn tick(&self) {
        if self.house.is_some() {
            self.sim
                .turn_clock(self.sim.now() + TimeDelta::milliseconds(1));
        }
    }

    /// Lets so much time pass.
    pub(super) async fn pass(&self, time: Duration) -> Result<(), String> {
        if self.house.is_none() {
            tokio::time::sleep(time).await;
            return Ok(());
        }
        let until = later(self.sim.now(), time);
        let step = ((until - self.sim.now()) / LOOKS).max(TICK);
        while self.sim.now() < until {
            self.rest().await?;
            self.turn(until, step);
        }
        self.rest().await
    }

    /// Turns the clock by a step, or to the moment before that at which something happens.
    fn turn(&self, until: DateTime<Utc>, step: TimeDelta) {
        let now = self.sim.now();
        let next = self.sim.next_moment().unwrap_or(until);
        self.sim
            .turn_clock(until.min(now + step).min(next.max(now)));
    }

    /// On a virtual clock: lets everything happen that happens at this moment.
    pub(super) async fn rest(&self) -> Result<(), String> {
        let Some(house) = self.house else {
            return Ok(());
        };
        for _ in 0..MOST_ROUNDS {
            self.settled().await?;
            let worked = self.sim.while_working(house.work()).await;
            if worked.map_err(|error| format!("  {error}\n"))? == 0 {
                return Ok(());
            }
        }
        Err("  the service does not come to rest\n".to_owned())
    }

    /// Waits until nothing happens by itself any more at this moment.
    async fn settled(&self) -> Result<(), String> {
        let settled = tokio::time::timeout(MOMENT, self.sim.settled()).await;
        settled.map_err(|_| format!("  something hangs for longer than {MOMENT:?}\n"))
    }
}

fn later(now: DateTime<Utc>, time: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(time).map_or(now, |time| now + time)
}
