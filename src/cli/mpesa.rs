//! `mpesa ...`: what an operator does with Daraja.

mod balance;
mod doctor;
mod reconcile;

use std::time::Duration;

use clap::Subcommand;
use serde_json::json;

use super::{Failed, by_command, open, say};
use crate::{app::PULL_REACH, config::Config, ports::Registered};

/// Hours that M-Pesa looks back at most.
const MAX_HOURS: u64 = PULL_REACH.as_secs() / 3_600;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Let payouts go out again after a fault of the house, before the pause is over
    Resume,
    /// Tell M-Pesa where to send paybill payments; production takes this once
    RegisterUrls,
    /// Ask M-Pesa for payments, and book those that nobody told of
    Pull {
        /// How far back, in hours; M-Pesa knows the last 48
        #[arg(long, default_value_t = MAX_HOURS, value_parser = clap::value_parser!(u64).range(1..=MAX_HOURS))]
        hours: u64,
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// Ask M-Pesa what it holds for us, and show it beside the ledger
    Balance(balance::Arguments),
    /// Check everything that M-Pesa needs, and say what is wrong; exit code 1 if anything is
    Doctor(doctor::Arguments),
    /// Book that M-Pesa took a credited payment, or a payout that had arrived, back
    Reversed {
        /// The receipt of the payment or payout
        receipt: String,
        /// M-Pesa's receipt of the reversal
        #[arg(long, value_name = "RECEIPT")]
        reversal: String,
        /// Why; kept in the audit log
        #[arg(long)]
        reason: String,
    },
    /// Hold M-Pesa's statement against the books, and name what only one of them has
    Reconcile(reconcile::Arguments),
}

impl Command {
    /// Whether it is the one that says what is wrong with a configuration, rather than refusing it.
    pub(super) const fn is_doctor(&self) -> bool {
        matches!(self, Self::Doctor(_))
    }
}

pub(super) async fn run(config: &Config, command: &Command) -> Result<(), Failed> {
    match command {
        Command::Resume => resume(config).await,
        Command::RegisterUrls => register_urls(config).await,
        Command::Pull { hours, json } => pull(config, *hours, *json).await,
        Command::Balance(arguments) => balance::run(config, arguments).await,
        Command::Reversed {
            receipt,
            reversal,
            reason,
        } => reversed(config, receipt, reversal, reason).await,
        Command::Doctor(arguments) => doctor::run(config, arguments).await,
        Command::Reconcile(arguments) => reconcile::run(config, arguments).await,
    }
}

async fn resume(config: &Config) -> Result<(), Failed> {
    let by = by_command("mpesa resume")?;
    let why = open(config).await?.resume_payouts(&by).await?;
    say(&why.map_or_else(
        || "payouts were not paused".into(),
        |why| format!("payouts go out again; they paused for: {why}"),
    ));
    Ok(())
}

async fn reversed(
    config: &Config,
    receipt: &str,
    reversal: &str,
    reason: &str,
) -> Result<(), Failed> {
    let by = by_command(reason)?;
    let taken = open(config).await?.take_back(receipt, reversal, &by).await;
    let taken = taken.map_err(|error| Failed::Finding(error.to_string()))?;
    say(&format!(
        "KES {} of {} is booked as taken back",
        taken.amount, taken.receipt
    ));
    Ok(())
}

async fn register_urls(config: &Config) -> Result<(), Failed> {
    let registered = open(config).await?.register_urls().await;
    match registered.map_err(|error| Failed::Finding(error.to_string()))? {
        Registered::Now(said) => say(&format!("registered: {said}")),
        Registered::Before(said) => {
            say(&format!(
                "registered before, and left as it is; to change it, delete it in M-Pesa's \
                 self-service portal first: {said}"
            ));
        }
    }
    Ok(())
}

async fn pull(config: &Config, hours: u64, json: bool) -> Result<(), Failed> {
    let app = open(config).await?;
    // A failure here is not the end: it may be registered all the same, and asking tells.
    match app.register_pull().await {
        Ok(registered) => tracing::debug!(?registered, "pulling"),
        Err(error) => tracing::warn!(%error, "pulling could not be registered"),
    }
    let since = app
        .clock()
        .now()
        .before(Duration::from_secs(hours * 60 * 60));
    let report = app.pull(since).await;
    let report = report.map_err(|error| Failed::Finding(error.to_string()))?;
    if json {
        let missed: Vec<_> = report
            .missed
            .iter()
            .map(|(receipt, outcome)| json!({ "receipt": receipt, "outcome": outcome }))
            .collect();
        let body = json!({
            "told": report.told,
            "known": report.known,
            "unreadable": report.unreadable,
            "missed": missed,
        });
        say(&body.to_string());
        return Ok(());
    }
    for (receipt, outcome) in &report.missed {
        say(&format!("missed  {receipt}  {outcome}"));
    }
    say(&format!(
        "{} payments, {} in the books, {} missed, {} unreadable",
        report.told,
        report.known,
        report.missed.len(),
        report.unreadable
    ));
    Ok(())
}
