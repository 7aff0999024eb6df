//! A Majibu that runs in another process, in real time: its books are read by its own commands.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sandbox::storm::{LedgerShown, PlayerShown, Target, TargetError};
use sandbox::{Number, ServiceUrls, Simulator};
use tokio::process::Command;

/// How Majibu's commands are run.
#[derive(Debug, Clone)]
pub(super) struct Program {
    /// The program.
    pub(super) path: PathBuf,
    /// What comes before the command.
    pub(super) before: Vec<OsString>,
    /// Its configuration, beside what is in the environment.
    pub(super) settings: Vec<(&'static str, OsString)>,
}

/// A running Majibu.
pub(super) struct Foreign(Program);

impl Program {
    /// A program that finds its configuration in the environment.
    pub(super) fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            before: Vec::new(),
            settings: Vec::new(),
        }
    }

    /// A command of it, ready to run.
    pub(super) fn command(&self, arguments: &[String]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.before).args(arguments);
        command.envs(self.settings.iter().map(|(key, value)| (key, value)));
        command.kill_on_drop(true);
        command
    }

    /// Runs a command; gives what it printed. Exit code 1 is a finding, which the output tells.
    pub(super) async fn ask(&self, arguments: &[String]) -> Result<String, TargetError> {
        let failed = |why: String| {
            let program = self.path.display();
            TargetError(format!("{program} {}: {why}", arguments.join(" ")))
        };
        let output = self.command(arguments).output().await;
        let output = output.map_err(|error| failed(error.to_string()))?;
        if !matches!(output.status.code(), Some(0 | 1)) {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().last().unwrap_or("no word").to_owned();
            return Err(failed(format!("{}: {last}", output.status)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Foreign {
    /// Tells the simulator where it is. The other routes follow from that of USSD.
    pub(super) fn new(sim: &Simulator, url: &str, program: Program) -> Result<Self, TargetError> {
        let (base, secret) = url
            .trim_end_matches('/')
            .rsplit_once("/ussd/")
            .ok_or_else(|| TargetError(format!("--against: {url} does not end in /ussd/SECRET")))?;
        sim.set_service(ServiceUrls {
            ussd: Some(format!("{base}/ussd/{secret}")),
            events: Some(format!("{base}/ussd/{secret}/events")),
            delivery: Some(format!("{base}/sms/{secret}/delivery")),
            inbound: Some(format!("{base}/sms/{secret}/inbound")),
            opt_out: Some(format!("{base}/sms/{secret}/optout")),
        });
        Ok(Self(program))
    }

    /// Registers its paybill with the simulator, which has just begun: a payment that no callback tells
    /// of is told by its confirmation or when Majibu asks.
    pub(super) async fn register(&self) -> Result<(), TargetError> {
        let arguments = ["mpesa", "register-urls"].map(str::to_owned);
        self.0.ask(&arguments).await.map(|_| ())
    }

    async fn ask_ledger(&self) -> Result<LedgerShown, TargetError> {
        let arguments = ["ledger", "check", "--json"].map(str::to_owned);
        let said = self.0.ask(&arguments).await?;
        serde_json::from_str(&said).map_err(|error| TargetError(format!("ledger check: {error}")))
    }

    async fn ask_players(&self, numbers: &[Number]) -> Result<Vec<PlayerShown>, TargetError> {
        let shown = numbers.iter().map(ToString::to_string);
        let arguments = ["player", "show", "--json"].map(str::to_owned);
        let arguments: Vec<String> = arguments.into_iter().chain(shown).collect();
        let said = self.0.ask(&arguments).await?;
        let lines = said
            .lines()
            .filter_map(|line| match serde_json::from_str(line) {
                Ok(serde_json::Value::Object(object)) if object.contains_key("error") => None,
                Ok(value) => Some(serde_json::from_value(value)),
                Err(error) => Some(Err(error)),
            });
        let players: Result<_, _> = lines.collect();
        players.map_err(|error| TargetError(format!("player show: {error}")))
    }
}

impl Target for Foreign {
    fn pass(&self, time: Duration) -> BoxFuture<'_, Result<(), TargetError>> {
        tokio::time::sleep(time).map(Ok).boxed()
    }

    fn settle(&self) -> BoxFuture<'_, ()> {
        std::future::ready(()).boxed()
    }

    fn is_virtual(&self) -> bool {
        false
    }

    fn ledger(&self) -> BoxFuture<'_, Result<LedgerShown, TargetError>> {
        self.ask_ledger().boxed()
    }

    fn players<'a>(
        &'a self,
        numbers: &'a [Number],
    ) -> BoxFuture<'a, Result<Vec<PlayerShown>, TargetError>> {
        self.ask_players(numbers).boxed()
    }
}
