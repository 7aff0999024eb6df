//! `fair ...`: what looks unfair, and judging it.

use clap::Subcommand;
use serde_json::{Map, Value, json};

use super::{Failed, by_command, open, open_to_look, say};
use crate::{
    app::{FairCase, ReviewError},
    config::Config,
    core::{fair::Verdict, ids::FlagId, msisdn::Msisdn},
    store::Flag,
};

/// How many cases a list has.
const LISTED: u32 = 1_000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// The cases that wait for you, those with the most to them first
    List {
        /// Those that are judged, too
        #[arg(long)]
        all: bool,
        /// Only those about this player
        #[arg(long, value_name = "MSISDN")]
        player: Option<String>,
        /// One JSON array instead of text
        #[arg(long)]
        json: bool,
    },
    /// One case: its players, what was counted, and their matches with each other
    Show {
        /// The case's id, from `fair list`
        id: String,
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// Judge a case; nothing else follows from it
    Review {
        /// The case's id, from `fair list`
        id: String,
        /// What it is: dismissed or confirmed
        #[arg(long, value_parser = verdict)]
        verdict: Verdict,
        /// Why; kept with the case and in the audit log
        #[arg(long)]
        reason: String,
    },
    /// Look now at what happened since the last look
    Look,
}

fn verdict(text: &str) -> Result<Verdict, String> {
    Verdict::named(text).ok_or_else(|| "expected dismissed or confirmed".into())
}

pub(super) async fn run(config: &Config, command: &Command) -> Result<(), Failed> {
    match command {
        Command::List { all, player, json } => list(config, *all, player.as_deref(), *json).await,
        Command::Show { id, json } => show(config, id, *json).await,
        Command::Review {
            id,
            verdict,
            reason,
        } => review(config, id, *verdict, reason).await,
        Command::Look => look(config).await,
    }
}

fn case_id(text: &str) -> Result<FlagId, Failed> {
    let id = text.parse();
    id.map_err(|_| Failed::Finding(ReviewError::NoCase.to_string()))
}

async fn list(config: &Config, all: bool, player: Option<&str>, json: bool) -> Result<(), Failed> {
    let number = player.map(Msisdn::parse).transpose();
    let number = number.map_err(|_| Failed::Finding("not a Kenyan mobile number".into()))?;
    let app = open_to_look(config).await?;
    let flags = app.fair_flags(all, number.as_ref(), LISTED).await?;
    if json {
        let rows: Vec<_> = flags.iter().map(|flag| Value::Object(row(flag))).collect();
        say(&json!(rows).to_string());
        return Ok(());
    }
    for flag in &flags {
        let (id, kind, score) = (flag.id, flag.kind.name(), flag.score);
        say(&format!(
            "{id}  {kind:<13} {score:>6}  {:<9}  {}  {}",
            state(flag),
            flag.last_seen,
            flag.summary
        ));
    }
    let waiting = flags.iter().filter(|flag| flag.verdict.is_none());
    say(&format!("{} waiting", waiting.count()));
    Ok(())
}

fn state(flag: &Flag) -> &'static str {
    flag.verdict.map_or("open", Verdict::name)
}

fn row(flag: &Flag) -> Map<String, Value> {
    let players: Vec<_> = flag.players.iter().map(ToString::to_string).collect();
    let evidence: Map<_, _> = flag
        .evidence
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    let review = flag
        .review
        .as_ref()
        .map(|(by, at, reason)| json!({ "by": by, "at_ms": at.ms(), "reason": reason }));
    let value = json!({
        "id": flag.id.to_string(),
        "kind": flag.kind.name(),
        "players": players,
        "score": flag.score,
        "summary": flag.summary,
        "evidence": evidence,
        "state": state(flag),
        "first_seen_ms": flag.first_seen.ms(),
        "last_seen_ms": flag.last_seen.ms(),
        "review": review,
    });
    match value {
        Value::Object(row) => row,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}

async fn show(config: &Config, id: &str, json: bool) -> Result<(), Failed> {
    let id = case_id(id)?;
    let case = open_to_look(config).await?.fair_case(id).await?;
    let case = case.ok_or_else(|| Failed::Finding(ReviewError::NoCase.to_string()))?;
    if json {
        let mut shown = row(&case.flag);
        shown.insert("numbers".into(), numbers(&case));
        shown.insert("matches".into(), matches(&case));
        say(&Value::Object(shown).to_string());
        return Ok(());
    }
    let flag = &case.flag;
    say(&format!(
        "{}  {}  score {}",
        flag.kind.name(),
        state(flag),
        flag.score
    ));
    say(&flag.summary);
    say(&format!(
        "seen from {} to {}",
        flag.first_seen, flag.last_seen
    ));
    for player in &case.players {
        say(&format!("player   {}  {}", player.id, player.msisdn.e164()));
    }
    for (name, value) in &flag.evidence {
        say(&format!("{name:<32}  {value}"));
    }
    for (set, at, winner) in &case.matches {
        let winner = winner.map_or("drawn".into(), |winner| format!("won by {winner}"));
        say(&format!("match    {set}  {at}  {winner}"));
    }
    if let Some((by, at, reason)) = &flag.review {
        say(&format!("judged by {by} at {at}: {reason}"));
    }
    Ok(())
}

fn numbers(case: &FairCase) -> Value {
    let numbers = case.players.iter();
    let numbers = numbers.map(|player| (player.id.to_string(), json!(player.msisdn.e164())));
    Value::Object(numbers.collect())
}

fn matches(case: &FairCase) -> Value {
    let matches = case.matches.iter().map(|(set, at, winner)| {
        let winner = winner.map(|winner| winner.to_string());
        json!({ "set": set.to_string(), "settled_at_ms": at.ms(), "winner": winner })
    });
    Value::Array(matches.collect())
}

async fn review(config: &Config, id: &str, verdict: Verdict, reason: &str) -> Result<(), Failed> {
    let by = by_command(reason)?;
    let id = case_id(id)?;
    let app = open(config).await?;
    let reviewed = app.review_flag(id, verdict, &by).await;
    reviewed.map_err(|error| Failed::Finding(error.to_string()))?;
    say(&format!("{id} is {}", verdict.name()));
    Ok(())
}

async fn look(config: &Config) -> Result<(), Failed> {
    let app = open(config).await?;
    while app.look_for_unfair_play().await? {}
    let waiting = app.fair_flags(false, None, LISTED).await?.len();
    say(&format!("{waiting} waiting"));
    Ok(())
}
