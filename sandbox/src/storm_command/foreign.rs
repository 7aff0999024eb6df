//! A Majibu that runs elsewhere, in real time: its books are read by its own commands.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sandbox::storm::{LedgerShown, PlayerShown, Target, TargetError};
use sandbox::{Number, ServiceUrls, Simulator};
use tokio::process::Command;

/// A running Majibu.
pub(super) struct Foreign {
    program: PathBuf,
}

impl Foreign {
    /// Tells the simulator where it is. The other routes follow from that of USSD.
    pub(super) fn new(sim: &Simulator, url: &str, program: &Path) -> Result<Self, TargetError> {
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
        Ok(Self {
            program: program.to_owned(),
        })
    }

    /// Runs a command; gives what it printed. Exit code 1 is a finding, which the output tells.
    async fn ask(&self, arguments: Vec<String>) -> Result<String, TargetError> {
        let failed = |why: String| {
            let program = self.program.display();
            TargetError(format!("{program} {}: {why}", arguments.join(" ")))
        };
        let output = Command::new(&self.program)
            .args(arguments.iter().map(OsStr::new))
            .output()
            .await
            .map_err(|error| failed(error.to_string()))?;
        if !matches!(output.status.code(), Some(0 | 1)) {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().last().unwrap_or("no word").to_owned();
            return Err(failed(format!("{}: {last}", output.status)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    async fn ask_ledger(&self) -> Result<LedgerShown, TargetError> {
        let arguments = ["ledger", "check", "--json"].map(str::to_owned);
        let said = self.ask(arguments.into()).await?;
        serde_json::from_str(&said).map_err(|error| TargetError(format!("ledger check: {error}")))
    }

    async fn ask_players(&self, numbers: &[Number]) -> Result<Vec<PlayerShown>, TargetError> {
        let shown = numbers.iter().map(ToString::to_string);
        let arguments = ["player", "show", "--json"].map(str::to_owned);
        let said = self
            .ask(arguments.into_iter().chain(shown).collect())
            .await?;
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
