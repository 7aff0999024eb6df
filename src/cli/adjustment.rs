//! `adjustment ...`: corrections of the books.

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::{Failed, by_command, open, open_to_look, say};
use crate::{
    app::{AdjustError, Correction},
    config::Config,
    core::{
        adjustment::{Kind, State},
        ids::AdjustmentId,
        money::Cents,
        msisdn::Msisdn,
    },
    store::{Adjustment, AdjustmentFilter},
};

/// What a correction does, as it is written on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Way {
    /// The house gives the player money
    FromHouse,
    /// The house gives the player money of its promotions
    FromPromo,
    /// The player gives back what was not theirs
    ToHouse,
    /// M-Pesa holds less than the books say: its charges, or a difference that stays
    CashShort,
    /// M-Pesa holds more than the books say
    CashOver,
}

impl Way {
    const fn kind(self) -> Kind {
        match self {
            Self::FromHouse => Kind::FromHouse,
            Self::FromPromo => Kind::FromPromo,
            Self::ToHouse => Kind::ToHouse,
            Self::CashShort => Kind::CashShort,
            Self::CashOver => Kind::CashOver,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Those that wait for a second person and those that do not, newest first
    List {
        /// One JSON array instead of text
        #[arg(long)]
        json: bool,
    },
    /// Make one: booked at once, or proposed where it is above `admin.adjustment_limit`
    Make {
        /// What it does
        way: Way,
        /// How much, in shillings: 250 or 250.50
        amount: String,
        /// Whose wallet; left out where it is about the cash at M-Pesa
        msisdn: Option<String>,
        /// Why; kept with it
        #[arg(long)]
        reason: String,
    },
    /// Approve one that somebody else proposed: it is booked now
    Approve {
        /// Its id
        id: String,
        /// Why; kept with it
        #[arg(long)]
        reason: String,
    },
    /// Reject one: nothing moves
    Reject {
        /// Its id
        id: String,
        /// Why; kept with it
        #[arg(long)]
        reason: String,
    },
}

pub(super) async fn run(config: &Config, command: &Command) -> Result<(), Failed> {
    let made = match command {
        Command::List { json } => return list(config, *json).await,
        Command::Make {
            way,
            amount,
            msisdn,
            reason,
        } => {
            let by = by_command(reason)?;
            let amount = Cents::parse_display(amount);
            let amount = amount.ok_or_else(|| Failed::Usage("not an amount".into()))?;
            let number = msisdn.as_deref().map(Msisdn::parse).transpose();
            let msisdn =
                number.map_err(|_| Failed::Finding("not a Kenyan mobile number".into()))?;
            let app = open(config).await?;
            let correction = Correction {
                id: app.adjustment_id(),
                kind: way.kind(),
                msisdn,
                amount,
            };
            app.adjust(&correction, &by).await
        }
        Command::Approve { id, reason } => {
            let (id, by) = (parse(id)?, by_command(reason)?);
            open(config).await?.approve_adjustment(id, &by).await
        }
        Command::Reject { id, reason } => {
            let (id, by) = (parse(id)?, by_command(reason)?);
            open(config).await?.reject_adjustment(id, &by).await
        }
    };
    let made = made.map_err(|error| Failed::Finding(error.to_string()))?;
    say(&line(&made));
    if made.state == State::Proposed {
        say("above the limit: somebody else has to approve it");
    }
    Ok(())
}

fn parse(id: &str) -> Result<AdjustmentId, Failed> {
    id.parse()
        .map_err(|_| Failed::Finding(AdjustError::Unknown.to_string()))
}

fn line(one: &Adjustment) -> String {
    let by = one.decided_by.as_deref();
    format!(
        "{}  {}  {}  KES {}  proposed by {}{}: {}",
        one.id,
        one.state.name(),
        one.kind.name(),
        one.amount,
        one.proposed_by,
        by.map_or_else(String::new, |by| format!(", decided by {by}")),
        one.reason
    )
}

async fn list(config: &Config, json: bool) -> Result<(), Failed> {
    let app = open_to_look(config).await?;
    let all = app.adjustments(AdjustmentFilter::default()).await?;
    if json {
        let rows: Vec<_> = all
            .iter()
            .map(|(one, player)| {
                json!({
                    "id": one.id.to_string(),
                    "state": one.state.name(),
                    "kind": one.kind.name(),
                    "amount_cents": one.amount.get(),
                    "msisdn": player.as_ref().map(|player| player.msisdn.e164()),
                    "proposed_by": one.proposed_by,
                    "decided_by": one.decided_by,
                    "reason": one.reason,
                })
            })
            .collect();
        say(&json!(rows).to_string());
        return Ok(());
    }
    for (one, _) in &all {
        say(&line(one));
    }
    let waiting = all.iter().filter(|(one, _)| one.state == State::Proposed);
    say(&format!("{} wait for approval", waiting.count()));
    Ok(())
}
