//! `suspense list`, `assign` and `give-back`.

use clap::Subcommand;
use serde_json::json;

use super::{Failed, by_command, open, open_to_look, say};
use crate::{
    app::{AssignError, ReversalError},
    config::Config,
    core::msisdn::Msisdn,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// The payments that wait, newest first
    List {
        /// One JSON array instead of text
        #[arg(long)]
        json: bool,
    },
    /// Give a payment to a player, who hears of it by SMS
    Assign {
        /// The payment's id, from `suspense list`
        id: String,
        /// The player's number
        msisdn: String,
        /// Why you are sure that it is theirs; kept with the payment
        #[arg(long)]
        reason: String,
    },
    /// Book that a payment went back to its payer, once M-Pesa's portal has reversed it
    GiveBack {
        /// The payment's id, from `suspense list`
        id: String,
        /// M-Pesa's receipt of the reversal
        #[arg(long, value_name = "RECEIPT")]
        reversal: String,
        /// Why; kept with the payment
        #[arg(long)]
        reason: String,
    },
}

pub(super) async fn run(config: &Config, command: &Command) -> Result<(), Failed> {
    match command {
        Command::List { json } => list(config, *json).await,
        Command::Assign { id, msisdn, reason } => assign(config, id, msisdn, reason).await,
        Command::GiveBack {
            id,
            reversal,
            reason,
        } => give_back(config, id, reversal, reason).await,
    }
}

async fn list(config: &Config, json: bool) -> Result<(), Failed> {
    let parked = open_to_look(config).await?.parked().await?;
    if json {
        let rows: Vec<_> = parked
            .iter()
            .map(|parked| {
                json!({
                    "id": parked.id.to_string(),
                    "amount_cents": parked.amount.get(),
                    "receipt": parked.receipt,
                    "reason": parked.reason,
                })
            })
            .collect();
        say(&json!(rows).to_string());
        return Ok(());
    }
    for parked in &parked {
        let (id, amount) = (parked.id, parked.amount);
        say(&format!(
            "{id}  KES {amount:>10}  {}  {}",
            parked.receipt, parked.reason
        ));
    }
    say(&format!("{} waiting", parked.len()));
    Ok(())
}

async fn assign(config: &Config, id: &str, msisdn: &str, reason: &str) -> Result<(), Failed> {
    let by = by_command(reason)?;
    let number =
        Msisdn::parse(msisdn).map_err(|_| Failed::Finding("not a Kenyan mobile number".into()))?;
    let id = id
        .parse()
        .map_err(|_| Failed::Finding(AssignError::NotParked.to_string()))?;
    let app = open(config).await?;
    let assigned = app.assign(id, &number, &by).await;
    let assigned = assigned.map_err(|error| Failed::Finding(error.to_string()))?;
    say(&format!(
        "KES {} of {} is in the wallet of {number}",
        assigned.amount, assigned.receipt
    ));
    Ok(())
}

async fn give_back(config: &Config, id: &str, reversal: &str, reason: &str) -> Result<(), Failed> {
    let by = by_command(reason)?;
    let id = id
        .parse()
        .map_err(|_| Failed::Finding(ReversalError::NotParked.to_string()))?;
    let app = open(config).await?;
    let given = app.give_back_parked(id, reversal, &by).await;
    let given = given.map_err(|error| Failed::Finding(error.to_string()))?;
    say(&format!(
        "KES {} of {} went back to its payer",
        given.amount, given.receipt
    ));
    Ok(())
}
