//! `player show`, and what an operator does for a player.

mod care;
mod privacy;

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::{Failed, open_to_look, say};
use crate::{
    app::PlayerReport,
    config::Config,
    core::{care::Limits, money::Cents, msisdn::Msisdn},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Status, balance, games, deposits and SMS of a number, or of several
    Show {
        /// The number, in any form: 0712345678, 254712345678, +254712345678
        #[arg(required = true, value_name = "MSISDN")]
        msisdns: Vec<String>,
        /// One JSON object for each number, on a line of its own, instead of text
        #[arg(long)]
        json: bool,
    },
    /// Everything that is kept of a player, as one JSON document, for a data-protection request
    Export {
        /// The number
        msisdn: String,
        /// The file to write; it must not exist. Without it: to stdout
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Who asked for it; kept in the audit log
        #[arg(long, default_value = "the player asked for it")]
        reason: String,
    },
    /// Erase a player's personal data for good; the books stay
    Erase {
        /// The number
        msisdn: String,
        /// Who asked for it, without the number; kept in the audit log
        #[arg(long)]
        reason: String,
    },
    /// No play, no deposits and no offers for some days; nobody can end it earlier
    Exclude {
        #[command(flatten)]
        whom: care::Whom,
        /// For how many days, from now on
        #[arg(long)]
        days: u32,
    },
    /// No play, no deposits and no withdrawals, until `unblock`
    Block(care::Whom),
    /// End a block
    Unblock(care::Whom),
    /// The identity is checked
    Verify(care::Whom),
    /// Limit deposits: a lower limit holds at once, a higher one a day later
    Limit {
        #[command(flatten)]
        whom: care::Whom,
        /// In a day, in shillings
        #[arg(long, required_unless_present = "weekly")]
        daily: Option<i64>,
        /// In a week, in shillings
        #[arg(long)]
        weekly: Option<i64>,
    },
    /// Who waits for an identity check, the longest first
    Waiting {
        /// One JSON array instead of text
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(config: &Config, command: &Command) -> Result<(), Failed> {
    match command {
        Command::Show { msisdns, json } => show(config, msisdns, *json).await,
        Command::Export {
            msisdn,
            output,
            reason,
        } => privacy::export(config, msisdn, reason, output.as_deref()).await,
        Command::Erase { msisdn, reason } => privacy::erase(config, msisdn, reason).await,
        Command::Exclude { whom, days } => care::exclude(config, whom, *days).await,
        Command::Block(whom) => care::block(config, whom).await,
        Command::Unblock(whom) => care::unblock(config, whom).await,
        Command::Verify(whom) => care::verify(config, whom).await,
        Command::Limit {
            whom,
            daily,
            weekly,
        } => care::limit(config, whom, (*daily, *weekly)).await,
        Command::Waiting { json } => care::waiting(config, *json).await,
    }
}

async fn show(config: &Config, msisdns: &[String], json: bool) -> Result<(), Failed> {
    let mut numbers = Vec::with_capacity(msisdns.len());
    for msisdn in msisdns {
        let number = Msisdn::parse(msisdn);
        let number = number.map_err(|_| refused("not a Kenyan mobile number", msisdns, json));
        numbers.push(number?);
    }
    let app = open_to_look(config).await?;
    let mut is_one_unknown = false;
    for number in &numbers {
        let Some(report) = app.player_report(number).await? else {
            if numbers.len() == 1 {
                return Err(refused("no player with this number", msisdns, json));
            }
            is_one_unknown = true;
            say(&unknown(number, json));
            continue;
        };
        if json {
            say(&as_json(&report).to_string());
        } else {
            print(&report);
        }
    }
    if is_one_unknown {
        return Err(Failed::Finding(String::new()));
    }
    Ok(())
}

/// What is said where nothing is shown.
fn refused(why: &str, msisdns: &[String], json: bool) -> Failed {
    if json {
        say(&json!({ "error": why }).to_string());
        Failed::Finding(String::new())
    } else if msisdns.len() == 1 {
        Failed::Finding(why.into())
    } else {
        Failed::Finding(format!("one of the numbers: {why}"))
    }
}

/// One of several numbers that nobody registered.
fn unknown(number: &Msisdn, json: bool) -> String {
    if json {
        json!({ "msisdn": number.e164(), "error": "no player with this number" }).to_string()
    } else {
        format!("{}  no player with this number", number.e164())
    }
}

/// What `player show --json` prints.
#[must_use]
pub fn as_json(report: &PlayerReport) -> serde_json::Value {
    let player = &report.player;
    let entries = report.entries.iter().map(|entry| {
        json!({
            "id": entry.id,
            "state": entry.state,
            "category": entry.category,
            "stake_cents": entry.stake_cents,
            "correct": entry.correct,
            "thinking_ms": entry.thinking_ms,
            "answering_ms": entry.answering_ms,
        })
    });
    let entries = entries.collect::<Vec<_>>();
    let deposits = report.deposits.iter().map(|deposit| {
        json!({
            "id": deposit.id,
            "state": deposit.state,
            "requested_cents": deposit.requested_cents,
            "credited_cents": deposit.credited_cents,
            "receipt": deposit.receipt,
            "flagged": deposit.flagged,
        })
    });
    let deposits = deposits.collect::<Vec<_>>();
    let withdrawals = report.withdrawals.iter().map(|withdrawal| {
        json!({
            "id": withdrawal.id,
            "state": withdrawal.state,
            "amount_cents": withdrawal.amount_cents,
            "fee_cents": withdrawal.fee_cents,
            "tax_cents": withdrawal.tax_cents,
            "payout_cents": withdrawal.payout_cents,
            "receipt": withdrawal.receipt,
            "flagged": withdrawal.flagged,
        })
    });
    let sms = report.sms.iter().map(|sms| {
        json!({
            "kind": sms.kind,
            "state": sms.state,
            "body": sms.body,
        })
    });
    let mut shown = json!({
        "msisdn": player.msisdn.e164(),
        "status": player.status.name(),
        "locale": player.locale,
        "balance_cents": player.balance.get(),
        "entries": entries,
        "deposits": deposits,
        "withdrawals": withdrawals.collect::<Vec<_>>(),
        "sms": sms.collect::<Vec<_>>(),
    });
    // What most players do not have stands there only where they do.
    if let Some(until) = player.excluded_until {
        shown["excluded_until_ms"] = json!(until.ms());
    }
    if report.care.limits != Limits::default() {
        shown["limits"] = care::limits_json(&report.care.limits);
    }
    shown
}

fn print(report: &PlayerReport) {
    let player = &report.player;
    say(&format!(
        "{}  {}  language {}  balance KES {}{}",
        player.msisdn.e164(),
        player.status.name(),
        player.locale,
        player.balance,
        if report.refuses_promotions {
            "  no promotions"
        } else {
            ""
        }
    ));
    for line in care::lines(&report.care) {
        say(&line);
    }
    let kes = |cents: i64| Cents::new(cents).to_string();
    for entry in &report.entries {
        say(&format!(
            "game     {}  {}  {} KES {}  {} right  {} ms thinking, {} ms answering",
            entry.id,
            entry.state,
            entry.category,
            kes(entry.stake_cents),
            entry.correct,
            entry.thinking_ms,
            entry.answering_ms
        ));
    }
    for deposit in &report.deposits {
        say(&format!(
            "deposit  {}  {}  KES {} asked for, KES {} credited  {}{}{}",
            deposit.id,
            deposit.state,
            kes(deposit.requested_cents),
            kes(deposit.credited_cents),
            deposit.receipt.as_deref().unwrap_or("no receipt"),
            if deposit.flagged { "  FLAGGED" } else { "" },
            deposit
                .failure
                .as_deref()
                .map_or_else(String::new, |why| format!("  {why}"))
        ));
    }
    for withdrawal in &report.withdrawals {
        say(&format!(
            "withdrawal  {}  {}  KES {} asked for, fee KES {}, tax KES {}, KES {} to M-Pesa  {}{}",
            withdrawal.id,
            withdrawal.state,
            kes(withdrawal.amount_cents),
            kes(withdrawal.fee_cents),
            kes(withdrawal.tax_cents),
            kes(withdrawal.payout_cents),
            withdrawal.receipt.as_deref().unwrap_or("no receipt"),
            if withdrawal.flagged { "  FLAGGED" } else { "" }
        ));
    }
    for sms in &report.sms {
        say(&format!(
            "sms      {}  {}  {}",
            sms.kind, sms.state, sms.body
        ));
    }
}
