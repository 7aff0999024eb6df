//! `player show`.

use clap::Subcommand;
use serde_json::json;

use super::{Failed, open_to_look, say};
use crate::{
    app::PlayerReport,
    config::Config,
    core::{money::Cents, msisdn::Msisdn},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Status, balance, games, deposits and SMS of one number
    Show {
        /// The number, in any form: 0712345678, 254712345678, +254712345678
        msisdn: String,
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(config: &Config, command: &Command) -> Result<(), Failed> {
    let Command::Show { msisdn, json } = command;
    let unknown = |why: &str| {
        if *json {
            say(&json!({ "error": why }).to_string());
            Failed::Finding(String::new())
        } else {
            Failed::Finding(why.into())
        }
    };
    let Ok(number) = Msisdn::parse(msisdn) else {
        return Err(unknown("not a Kenyan mobile number"));
    };
    let report = open_to_look(config).await?.player_report(&number).await?;
    let report = report.ok_or_else(|| unknown("no player with this number"))?;
    if *json {
        say(&as_json(&report).to_string());
    } else {
        print(&report);
    }
    Ok(())
}

fn as_json(report: &PlayerReport) -> serde_json::Value {
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
    json!({
        "msisdn": player.msisdn.e164(),
        "status": player.status.name(),
        "locale": player.locale,
        "balance_cents": player.balance.get(),
        "entries": entries,
        "deposits": deposits,
        "withdrawals": withdrawals.collect::<Vec<_>>(),
        "sms": sms.collect::<Vec<_>>(),
    })
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
