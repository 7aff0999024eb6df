//! Majibu in this process on virtual time: its books are read as its commands read them.

use std::time::Duration;

use chrono::TimeDelta;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use majibu::app::App;
use majibu::cli;
use majibu::core::msisdn::Msisdn;
use sandbox::storm::{LedgerShown, PlayerShown, Target, TargetError};
use sandbox::{Number, Simulator};

/// What is due is looked for at least so often.
const STEP: TimeDelta = TimeDelta::seconds(60);

/// How often both sides may give each other work at one moment.
const MOST_ROUNDS: usize = 1_000;

/// A Majibu whose time is the simulator's.
pub(super) struct Beside<'a> {
    sim: &'a Simulator,
    app: &'a App,
}

impl<'a> Beside<'a> {
    /// Plans what the job runner would.
    pub(super) async fn new(sim: &'a Simulator, app: &'a App) -> Result<Self, TargetError> {
        let planned = app.plan_chores().await;
        planned.map_err(|error| TargetError(format!("jobs: {error}")))?;
        Ok(Self { sim, app })
    }

    async fn pass_time(&self, time: Duration) -> Result<(), TargetError> {
        let until = self.sim.now() + TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX);
        self.rest().await?;
        while self.sim.now() < until {
            let now = self.sim.now();
            let next = self.sim.next_moment().unwrap_or(until).max(now);
            self.sim.turn_clock(next.min(now + STEP).min(until));
            if self.sim.now() < until {
                self.rest().await?;
            }
        }
        // What the service has to do at the last moment it does when time passes next.
        self.sim.settled().await;
        Ok(())
    }

    /// Lets everything happen that happens at this moment.
    async fn rest(&self) -> Result<(), TargetError> {
        for _ in 0..MOST_ROUNDS {
            self.sim.settled().await;
            let worked = self.sim.while_working(self.app.work_off()).await;
            if worked.map_err(|error| TargetError(format!("jobs: {error}")))? == 0 {
                return Ok(());
            }
        }
        Err(TargetError("the service does not come to rest".to_owned()))
    }

    async fn look_at_ledger(&self) -> Result<LedgerShown, TargetError> {
        let failed = |error: &dyn std::fmt::Display| TargetError(format!("ledger check: {error}"));
        let report = self.app.ledger_report().await;
        let report = report.map_err(|error| failed(&error))?;
        serde_json::from_value(cli::ledger_json(&report)).map_err(|error| failed(&error))
    }

    async fn look_at_players(&self, numbers: &[Number]) -> Result<Vec<PlayerShown>, TargetError> {
        let failed = |error: &dyn std::fmt::Display| TargetError(format!("player show: {error}"));
        let mut players = Vec::with_capacity(numbers.len());
        for number in numbers {
            let msisdn = Msisdn::parse(&number.to_string()).map_err(|error| failed(&error))?;
            let report = self.app.player_report(&msisdn).await;
            if let Some(report) = report.map_err(|error| failed(&error))? {
                let shown = serde_json::from_value(cli::player_json(&report));
                players.push(shown.map_err(|error| failed(&error))?);
            }
        }
        Ok(players)
    }
}

impl Target for Beside<'_> {
    fn pass(&self, time: Duration) -> BoxFuture<'_, Result<(), TargetError>> {
        self.pass_time(time).boxed()
    }

    fn settle(&self) -> BoxFuture<'_, ()> {
        self.sim.settled().boxed()
    }

    fn is_virtual(&self) -> bool {
        true
    }

    fn ledger(&self) -> BoxFuture<'_, Result<LedgerShown, TargetError>> {
        self.look_at_ledger().boxed()
    }

    fn players<'a>(
        &'a self,
        numbers: &'a [Number],
    ) -> BoxFuture<'a, Result<Vec<PlayerShown>, TargetError>> {
        self.look_at_players(numbers).boxed()
    }
}
