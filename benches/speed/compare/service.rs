//! The service as a process, on a database of its own.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use majibu::store::Store;
use tempfile::TempDir;

use super::{
    Round,
    process::{Started, free_port},
};
use crate::{Failure, crowd};

/// A provider that does not answer: SMS stay in the outbox.
pub(super) const NOBODY: &str = "http://127.0.0.1:9";

/// How long nothing comes when all have come: longer than the jobs wait between two looks.
const QUIET: Duration = Duration::from_secs(2);

/// How many players have no opponent at the end: one for each category and stake at most.
const ALONE: i64 = 64;

/// How long results are waited for.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Service<'a> {
    round: &'a Round<'a>,
    database: String,
    sessions: String,
    port: u16,
    /// Where it runs, so that no configuration file is found.
    folder: TempDir,
}

impl<'a> Service<'a> {
    pub(super) fn on(
        round: &'a Round<'a>,
        database: &str,
        sessions: &str,
    ) -> Result<Self, Failure> {
        Ok(Self {
            round,
            database: database.into(),
            sessions: sessions.into(),
            port: free_port()?,
            folder: TempDir::new()?,
        })
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/ussd/development", self.port)
    }

    /// The program with its configuration: the defaults, but for where things are, a clock that no load
    /// runs out of, and no limit for one address, since all callers come from this one.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.round.arguments.majibu);
        let prefix = format!("speed-{}-{}", std::process::id(), self.port);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MAJIBU")) {
            command.env_remove(name);
        }
        command
            .current_dir(self.folder.path())
            .env("MAJIBU__HTTP__LISTEN", format!("127.0.0.1:{}", self.port))
            .env("MAJIBU__HTTP__RATE_PER_SOURCE", "0")
            .env("MAJIBU__DATABASE__URL", &self.database)
            .env("MAJIBU__SESSIONS__URL", &self.sessions)
            .env("MAJIBU__SESSIONS__PREFIX", prefix)
            .env("MAJIBU__GAME__THINKING_TIME", "5m")
            .env("MAJIBU__JOBS__SMS_BACKOFF", "1h")
            .env("MAJIBU__AFRICASTALKING__BASE_URL", NOBODY)
            .env("MAJIBU__DARAJA__BASE_URL", NOBODY);
        command
    }

    /// Schema, the starter questions, and so many players with money.
    pub(super) async fn prepare(&self, players: u32) -> Result<(), Failure> {
        self.command_is_fine(&["migrate"])?;
        let questions = concat!(env!("CARGO_MANIFEST_DIR"), "/menus/questions.csv");
        self.command_is_fine(&["questions", "import", questions])?;
        let store = Store::open(&self.database).await?;
        crowd::players(&store, players).await?;
        store.close().await;
        Ok(())
    }

    /// Starts it; gives how long it took until it was ready.
    pub(super) async fn start(&self) -> Result<(Started, Duration), Failure> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let began = Instant::now();
        let mut running = Started::start(self.command().arg("serve"))?;
        running.until_it_listens(self.port).await?;
        let ready = format!("http://127.0.0.1:{}/readyz", self.port);
        loop {
            let answer = client.get(&ready).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok((running, began.elapsed()));
            }
            running.is_alive()?;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until so many results stand in the outbox, but for those of players without an opponent;
    /// gives when the last one came.
    pub(super) async fn until_told(&self, results: u32) -> Result<Instant, Failure> {
        let deadline = Instant::now() + PATIENCE;
        let store = Store::open(&self.database).await?;
        let (mut told, mut last) = (0, Instant::now());
        while told < i64::from(results) && last.elapsed() < QUIET && Instant::now() < deadline {
            let mut tx = store.read().await?;
            let figures = tx.outbox_figures().await?;
            drop(tx);
            let now: i64 = figures.iter().map(|figure| figure.waiting).sum();
            if now != told {
                (told, last) = (now, Instant::now());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        store.close().await;
        if told + ALONE < i64::from(results) {
            return Err(format!("{told} of {results} results are told").into());
        }
        Ok(last)
    }

    /// The books are right.
    pub(super) async fn check(&self) -> Result<(), Failure> {
        self.command_is_fine(&["ledger", "check"])
    }

    fn command_is_fine(&self, arguments: &[&str]) -> Result<(), Failure> {
        let output = self.command().args(arguments).output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        Err(format!("majibu {}: {said}{complained}", arguments.join(" ")).into())
    }
}
