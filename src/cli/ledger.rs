//! `ledger check`.

use std::collections::BTreeMap;

use clap::Subcommand;
use serde_json::json;

use super::{Failed, open_to_look, say};
use crate::{config::Config, store::LedgerReport};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Recompute every balance from the transfers and name what is off
    Check {
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(config: &Config, command: &Command) -> Result<(), Failed> {
    let Command::Check { json } = command;
    let report = open_to_look(config).await?.ledger_report().await?;
    let ok = report.findings.is_empty();
    if *json {
        say(&as_json(&report).to_string());
    } else {
        for (name, balance) in &report.accounts {
            say(&format!("{name:<12} {:>16}", balance.to_string()));
        }
        say(&format!("{} transfers", report.transfers));
        for finding in &report.findings {
            say(&format!("OFF: {finding}"));
        }
        if ok {
            say("all is well");
        }
    }
    if ok {
        Ok(())
    } else {
        Err(Failed::Finding(String::new()))
    }
}

/// What `ledger check --json` prints.
#[must_use]
pub fn as_json(report: &LedgerReport) -> serde_json::Value {
    let accounts: BTreeMap<&String, i64> = report
        .accounts
        .iter()
        .map(|(name, balance)| (name, balance.get()))
        .collect();
    json!({
        "ok": report.findings.is_empty(),
        "findings": report.findings,
        "transfers": report.transfers,
        "accounts": accounts,
    })
}
