//! `sms ...`: what an operator does when SMS do not go out.

use clap::Subcommand;
use serde_json::json;

use super::{Failed, by_command, open, open_to_look, say};
use crate::{app::SmsState, config::Config};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Let SMS go out again after a fault, before the pause is over
    Resume,
    /// Send SMS once more that were given up in the last week: one, or all receipts and answers
    Retry {
        /// The SMS's id, from `sms failed`
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        /// All of them
        #[arg(long, conflicts_with = "id")]
        all: bool,
        /// Why; kept in the audit log
        #[arg(long)]
        reason: String,
    },
    /// SMS that were given up in the last week, newest first
    Failed,
    /// What waits, whether it pauses, and why SMS of the last day were not sent
    Status {
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(config: &Config, command: &Command) -> Result<(), Failed> {
    match command {
        Command::Resume => resume(config).await,
        Command::Retry { id, reason, .. } => retry(config, id.as_deref(), reason).await,
        Command::Failed => failed(config).await,
        Command::Status { json } => status(config, *json).await,
    }
}

async fn resume(config: &Config) -> Result<(), Failed> {
    let why = open(config)
        .await?
        .resume_sms(&by_command("sms resume")?)
        .await?;
    say(&why.map_or_else(
        || "SMS were not paused".into(),
        |why| format!("SMS go out again; they paused for: {why}"),
    ));
    Ok(())
}

async fn retry(config: &Config, id: Option<&str>, reason: &str) -> Result<(), Failed> {
    let by = by_command(reason)?;
    let app = open(config).await?;
    let Some(id) = id else {
        let sent = app.retry_all_sms(&by).await?;
        say(&format!("{sent} SMS are sent once more"));
        return Ok(());
    };
    let is_sent = match id.parse() {
        Ok(id) => app.retry_sms(id, &by).await?,
        Err(_) => false,
    };
    if !is_sent {
        return Err(Failed::Finding("no SMS with this id was given up".into()));
    }
    say("it is sent once more");
    Ok(())
}

async fn failed(config: &Config) -> Result<(), Failed> {
    let failed = open_to_look(config).await?.failed_sms().await?;
    for sms in &failed {
        say(&format!(
            "{}  {}  tried {} times  {}  {}",
            sms.id,
            sms.kind,
            sms.attempt,
            sms.failure.as_deref().unwrap_or("-"),
            sms.body
        ));
    }
    say(&format!("{} given up", failed.len()));
    Ok(())
}

async fn status(config: &Config, json: bool) -> Result<(), Failed> {
    let app = open_to_look(config).await?;
    let state = app.sms_state().await?;
    if json {
        say(&as_json(&state).to_string());
        return Ok(());
    }
    let by = if state.has_fallback {
        "; the second sender takes over"
    } else {
        ""
    };
    say(&state.paused.as_ref().map_or_else(
        || "SMS go out".into(),
        |(until, why)| format!("SMS pause until {until}: {why}{by}"),
    ));
    for figure in &state.waiting {
        say(&format!(
            "waiting  {}  {}, the oldest since {}",
            figure.class.name(),
            figure.waiting,
            figure.oldest
        ));
    }
    for trouble in &state.troubles {
        say(&format!(
            "{}  {}  {}",
            trouble.state, trouble.count, trouble.failure
        ));
    }
    Ok(())
}

fn as_json(state: &SmsState) -> serde_json::Value {
    let waiting: Vec<_> = state
        .waiting
        .iter()
        .map(|figure| {
            json!({
                "class": figure.class.name(),
                "waiting": figure.waiting,
                "oldest": figure.oldest.to_string(),
            })
        })
        .collect();
    let troubles: Vec<_> = state
        .troubles
        .iter()
        .map(|of| json!({ "state": of.state, "failure": of.failure, "count": of.count }))
        .collect();
    let paused = state
        .paused
        .as_ref()
        .map(|(until, why)| json!({ "until": until.to_string(), "why": why }));
    json!({
        "paused": paused,
        "fallback": state.has_fallback,
        "waiting": waiting,
        "troubles": troubles,
    })
}
