//! `mpesa balance`: what M-Pesa says that it holds, beside the ledger.

use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use super::super::{Failed, open, open_to_look, say};
use crate::{
    app::{App, AppError, AskError},
    config::Config,
    core::{ids::BalanceReportId, payment::balance::State},
    store::BalanceReport,
};

/// How often the answer is looked for.
const LOOK: Duration = Duration::from_millis(250);

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
    /// Ask nobody: show the last report
    #[arg(long, conflicts_with = "accept")]
    last: bool,
    /// How many seconds the answer is waited for; it comes to `serve`
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=600))]
    wait: u64,
    /// Accept the difference of the last report: later ones count from there
    #[arg(long, requires = "reason")]
    accept: bool,
    /// Why it is accepted; kept with the report
    #[arg(long, value_name = "TEXT", requires = "accept")]
    reason: Option<String>,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> Result<(), Failed> {
    if let Some(reason) = &arguments.reason {
        return accept(config, reason).await;
    }
    let report = if arguments.last {
        let last = open_to_look(config).await?.last_balance().await?;
        last.ok_or_else(|| Failed::Finding("M-Pesa has never told the balance".into()))?
    } else {
        let app = open(config).await?;
        let asked = app.ask_balance().await;
        let id = asked.map_err(|error| Failed::Finding(error.to_string()))?;
        let wait = Duration::from_secs(arguments.wait);
        let Some(report) = await_report(&app, id, wait).await? else {
            return Err(Failed::Finding(format!(
                "M-Pesa has not answered within {} s; the answer goes to `serve`, and \
                 `majibu mpesa balance --last` shows it once it is there",
                arguments.wait
            )));
        };
        report
    };
    if arguments.json {
        say(&as_json(&report).to_string());
    } else {
        print(&report);
    }
    match report.state {
        State::Ok | State::UnderWay => Ok(()),
        State::Asked | State::Failed | State::Suspect | State::Drift => {
            Err(Failed::Finding(String::new()))
        }
    }
}

async fn accept(config: &Config, reason: &str) -> Result<(), Failed> {
    let app = open(config).await?;
    let last = app.last_balance().await?;
    let last = last.ok_or_else(|| {
        Failed::Finding("there is no report yet: run `majibu mpesa balance` first".into())
    })?;
    if !app.accept_balance(last.id, reason).await? {
        return Err(Failed::Finding(
            "money was on its way in the last report: run `majibu mpesa balance` again first"
                .into(),
        ));
    }
    let gap = last.judged.map(|judged| judged.gap).unwrap_or_default();
    say(&format!(
        "accepted: M-Pesa holds KES {gap} more than the ledger says, as of {}",
        last.asked_at
    ));
    Ok(())
}

/// Waits until a report has its answer; `None` where it does not come in time.
pub(super) async fn await_report(
    app: &App,
    id: BalanceReportId,
    wait: Duration,
) -> Result<Option<BalanceReport>, AppError> {
    let deadline = Instant::now() + wait;
    loop {
        let report = app.balance_report(id).await?;
        let is_there = |report: &BalanceReport| report.state != State::Asked;
        if report.as_ref().is_some_and(is_there) {
            return Ok(report);
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Asks, and waits for the answer.
pub(super) async fn learn(app: &App, wait: Duration) -> Result<Option<BalanceReport>, AskError> {
    let id = app.ask_balance().await?;
    Ok(await_report(app, id, wait).await?)
}

fn print(report: &BalanceReport) {
    for account in &report.accounts {
        let (name, currency) = (&account.name, &account.currency);
        say(&format!(
            "{name:<36} {currency} {:>16}",
            account.balance.to_string()
        ));
    }
    let Some(judged) = &report.judged else {
        let why = report.failure.as_deref().unwrap_or("no answer");
        return say(&format!("M-Pesa did not tell the balance: {why}"));
    };
    for (what, cents) in [
        ("held at M-Pesa", judged.holdings.held),
        ("charged by M-Pesa", judged.holdings.charges),
        ("held, the ledger says", judged.ledger),
        ("difference", judged.gap),
        ("accepted before", judged.baseline),
        ("drift", judged.drift),
    ] {
        say(&format!("{what:<36} KES {:>16}", cents.to_string()));
    }
    let (asked_at, words) = (report.asked_at, words(report.state));
    say(&format!("{words}, as of {asked_at}"));
    if let Some(why) = &report.accepted_why {
        say(&format!("the difference was accepted: {why}"));
    }
}

/// What a state means.
pub(super) const fn words(state: State) -> &'static str {
    match state {
        State::Asked => "not answered yet",
        State::Failed => "not answered",
        State::Ok => "M-Pesa and the ledger agree",
        State::UnderWay => "money on its way can explain the drift",
        State::Suspect => "nothing explains the drift; it has to last to be an alarm",
        State::Drift => "DRIFT: M-Pesa and the ledger do not agree",
    }
}

fn as_json(report: &BalanceReport) -> Value {
    let judged = report.judged;
    let cents = |of: fn(crate::store::Judged) -> i64| judged.map(of);
    json!({
        "id": report.id.to_string(),
        "state": report.state.name(),
        "asked_at_ms": report.asked_at.ms(),
        "accounts": report.accounts,
        "held_cents": cents(|judged| judged.holdings.held.get()),
        "utility_cents": judged.and_then(|judged| judged.holdings.utility),
        "charges_cents": cents(|judged| judged.holdings.charges.get()),
        "ledger_cents": cents(|judged| judged.ledger.get()),
        "gap_cents": cents(|judged| judged.gap.get()),
        "baseline_cents": cents(|judged| judged.baseline.get()),
        "drift_cents": cents(|judged| judged.drift.get()),
        "failure": report.failure,
        "accepted": report.accepted_why,
    })
}
