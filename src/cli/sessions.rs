//! `sessions`: how USSD sessions ended.

use std::time::Duration;

use clap::Args;
use humantime_serde::re::humantime::{format_duration, parse_duration};
use serde_json::json;

use super::{Failed, open, say};
use crate::{app::SessionFigures, config::Config, core::money::Cents};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// How far to look back: 90m, 24h, 7d
    #[arg(long, default_value = "24h", value_parser = parse_duration, value_name = "SPAN")]
    since: Duration,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> Result<(), Failed> {
    let figures = open(config).await?.session_figures(arguments.since).await?;
    if arguments.json {
        say(&as_json(&figures, arguments.since));
    } else {
        print(&figures, arguments.since);
    }
    Ok(())
}

/// Sessions, their cost in cents, and costs that could not be read.
fn totals(figures: &SessionFigures) -> (i64, i64, i64) {
    let sum = |of: fn(&crate::store::StatusCount) -> i64| figures.statuses.iter().map(of).sum();
    (
        sum(|status| status.sessions),
        sum(|status| status.cost_cents),
        sum(|status| status.unreadable_costs),
    )
}

fn as_json(figures: &SessionFigures, since: Duration) -> String {
    let (sessions, cost_cents, unreadable_costs) = totals(figures);
    let statuses: serde_json::Map<_, _> = figures
        .statuses
        .iter()
        .map(|status| (status.status.clone(), json!(status.sessions)))
        .collect();
    let given_up: Vec<_> = figures
        .given_up
        .iter()
        .map(|place| json!({ "screen": place.screen, "sessions": place.sessions }))
        .collect();
    json!({
        "since_seconds": since.as_secs(),
        "sessions": sessions,
        "statuses": statuses,
        "median_hops": figures.median_hops,
        "median_duration_ms": figures.median_duration_ms,
        "cost_cents": cost_cents,
        "unreadable_costs": unreadable_costs,
        "given_up": given_up,
    })
    .to_string()
}

fn print(figures: &SessionFigures, since: Duration) {
    let (sessions, cost_cents, unreadable) = totals(figures);
    say(&format!(
        "{sessions} sessions ended in the last {}",
        format_duration(since)
    ));
    for status in &figures.statuses {
        say(&format!("{:<12} {:>8}", status.status, status.sessions));
    }
    if let Some(hops) = figures.median_hops {
        say(&format!("median hops  {hops:>8}"));
    }
    if let Some(ms) = figures.median_duration_ms {
        let seconds = format!("{}.{} s", ms / 1_000, ms % 1_000 / 100);
        say(&format!("median time  {seconds:>8}"));
    }
    say(&format!(
        "cost KES     {:>8}",
        Cents::new(cost_cents).to_string()
    ));
    if unreadable > 0 {
        say(&format!(
            "{unreadable} told a cost that is no amount of shillings"
        ));
    }
    if !figures.given_up.is_empty() {
        say("left on:");
    }
    for place in &figures.given_up {
        let screen = if place.screen.is_empty() {
            "(not known)"
        } else {
            &place.screen
        };
        say(&format!("{screen:<20} {:>8}", place.sessions));
    }
}
