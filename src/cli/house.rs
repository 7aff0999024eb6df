//! `house status` and `house maintenance`.

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::{Failed, by_command, open, open_to_look, say};
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Whether the house is open, and why not
    Status {
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// No new games and no deposits, for every process at once; games and money under way go on, and
    /// withdrawals stay possible
    Maintenance {
        /// Whether it is on
        to: To,
        /// Why; kept in the audit log
        #[arg(long)]
        reason: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum To {
    On,
    Off,
}

pub(super) async fn run(config: &Config, command: &Command) -> Result<(), Failed> {
    match command {
        Command::Status { json } => status(config, *json).await,
        Command::Maintenance { to, reason } => maintenance(config, *to, reason).await,
    }
}

async fn status(config: &Config, as_json: bool) -> Result<(), Failed> {
    let status = open_to_look(config).await?.house_status().await?;
    let turned = status.maintenance.as_ref();
    if as_json {
        let maintenance = turned.map(|turned| {
            json!({
                "on": turned.is_on,
                "by": turned.actor,
                "reason": turned.reason,
                "at_ms": turned.at.ms(),
            })
        });
        let object = json!({
            "open": status.is_open,
            "opens": status.opens,
            "maintenance": maintenance,
            "configured_maintenance": status.is_configured_shut,
        });
        say(&object.to_string());
        return Ok(());
    }
    say(if status.is_open { "open" } else { "closed" });
    if let Some(opens) = &status.opens {
        say(&format!("opens at {opens}"));
    }
    if status.is_configured_shut {
        say("maintenance by the configuration (hours.maintenance)");
    }
    if let Some(turned) = turned {
        let to = if turned.is_on { "on" } else { "off" };
        let (at, actor, reason) = (turned.at, &turned.actor, &turned.reason);
        say(&format!(
            "maintenance {to} since {at}, by {actor}: {reason}"
        ));
    }
    Ok(())
}

async fn maintenance(config: &Config, to: To, reason: &str) -> Result<(), Failed> {
    let by = by_command(reason)?;
    let app = open(config).await?;
    let has_changed = app.set_maintenance(to == To::On, &by).await?;
    let before = if has_changed { "" } else { " already" };
    let to = if to == To::On { "on" } else { "off" };
    say(&format!("maintenance is {to}{before}"));
    if config.hours.maintenance {
        say("hours.maintenance is set: the house is in maintenance whatever the switch says");
    }
    Ok(())
}
