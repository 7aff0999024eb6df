//! `withdrawal ...`: those whose end nobody can tell.

use clap::{ArgGroup, Subcommand};
use serde_json::json;

use super::{Failed, by_command, open, open_to_look, say};
use crate::{
    app::{Found, ResolveError},
    config::Config,
    core::ids::WithdrawalId,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Those that are unknown, flagged, or open for longer than a result takes; oldest first
    Unsure {
        /// One JSON array instead of text
        #[arg(long)]
        json: bool,
    },
    /// Have M-Pesa asked about one now
    Ask {
        /// Its id
        id: String,
        /// Why; kept in the audit log
        #[arg(long)]
        reason: String,
    },
    /// End one by hand, with evidence
    #[command(group = ArgGroup::new("found").required(true).args(["paid", "failed"]))]
    Resolve {
        /// Its id
        id: String,
        /// M-Pesa paid it, under this receipt
        #[arg(long, value_name = "RECEIPT")]
        paid: Option<String>,
        /// M-Pesa certainly did not pay it: the money goes back to the wallet
        #[arg(long)]
        failed: bool,
        /// The evidence; kept in the audit log
        #[arg(long)]
        reason: String,
    },
}

pub(super) async fn run(config: &Config, command: &Command) -> Result<(), Failed> {
    match command {
        Command::Unsure { json } => unsure(config, *json).await,
        Command::Ask { id, reason } => {
            let (id, by) = (parse(id)?, by_command(reason)?);
            let asked = open(config).await?.ask_again(id, &by).await;
            asked.map_err(|error| Failed::Finding(error.to_string()))?;
            say("the question is due now; `serve` or `work` asks it");
            Ok(())
        }
        Command::Resolve {
            id, paid, reason, ..
        } => {
            let (id, by) = (parse(id)?, by_command(reason)?);
            let found = paid.clone().map_or(Found::Failed, Found::Paid);
            let ended = open(config)
                .await?
                .resolve_withdrawal(id, &found, &by)
                .await;
            let ended = ended.map_err(|error| Failed::Finding(error.to_string()))?;
            say(&format!("it is {}", ended.name()));
            Ok(())
        }
    }
}

fn parse(id: &str) -> Result<WithdrawalId, Failed> {
    id.parse()
        .map_err(|_| Failed::Finding(ResolveError::Unknown.to_string()))
}

async fn unsure(config: &Config, json: bool) -> Result<(), Failed> {
    let unsure = open_to_look(config).await?.unsure_withdrawals().await?;
    if json {
        let rows: Vec<_> = unsure
            .iter()
            .map(|one| {
                json!({
                    "id": one.id.to_string(),
                    "msisdn": one.msisdn.e164(),
                    "state": one.state.name(),
                    "payout_cents": one.payout.get(),
                    "originator_id": one.originator_id,
                    "flagged": one.is_flagged,
                    "asked": one.attempt,
                })
            })
            .collect();
        say(&json!(rows).to_string());
        return Ok(());
    }
    for one in &unsure {
        say(&format!(
            "{}  {}  {}  KES {}  {}  since {}{}",
            one.id,
            one.msisdn.e164(),
            one.state.name(),
            one.payout,
            one.originator_id,
            one.requested_at,
            if one.is_flagged { "  FLAGGED" } else { "" }
        ));
    }
    say(&format!("{} unsure", unsure.len()));
    Ok(())
}
