//! `statement`: the books of a day or a month.

use chrono::NaiveDate;
use clap::Args;
use serde_json::{Map, Value, json};

use super::{Failed, open_to_look, say};
use crate::{
    config::Config,
    core::{
        ledger::{Account, Reason},
        money::Cents,
        statement::{Line, Period, Statement},
        time::Timestamp,
    },
};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The day, in Nairobi: 2026-11-22
    #[arg(long, required_unless_present = "month", conflicts_with = "month")]
    date: Option<NaiveDate>,
    /// The month, in Nairobi: 2026-11
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    month: Option<NaiveDate>,
    /// Rows for a spreadsheet instead of text
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// The first day of a month that is written `2026-11`.
fn month(text: &str) -> Result<NaiveDate, String> {
    let is_month = text.len() == 7 && text.is_ascii();
    let first = format!("{text}-01").parse().ok();
    first
        .filter(|_| is_month)
        .ok_or_else(|| "expected a month, such as 2026-11".into())
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> Result<(), Failed> {
    let period = match (arguments.date, arguments.month) {
        (Some(date), _) => Period::day(date),
        (None, Some(first)) => Period::month(first),
        (None, None) => None,
    };
    let period = period.ok_or_else(|| Failed::Usage("no such day".into()))?;
    let app = open_to_look(config).await?;
    let now = app.clock().now();
    if period.from > now {
        return Err(Failed::Usage(format!("it is {now}: that is still to come")));
    }
    let statement = app.statement(period).await?;
    let findings = statement.findings();
    if arguments.json {
        say(&as_json(&statement, &findings, now).to_string());
    } else if arguments.csv {
        print_csv(&statement)?;
    } else {
        print(&statement, now);
    }
    if findings.is_empty() {
        return Ok(());
    }
    let told = findings.iter().map(|finding| format!("OFF: {finding}"));
    Err(Failed::Finding(told.collect::<Vec<_>>().join("\n")))
}

/// Tax that came together in the period, and what is due to date.
fn tax(statement: &Statement, account: Account, reason: Reason) -> (Cents, Cents) {
    let due = statement.line(account).map(|line| line.closing);
    (statement.moved(reason).1, due.unwrap_or_default())
}

/// What the house owed at the end of the period, and to whom.
fn owed(statement: &Statement) -> [(&'static str, Cents); 4] {
    ["wallets", "stakes", "payouts", "suspense"].map(|name| {
        let line = statement.accounts.iter().find(|line| line.account == name);
        (name, line.map_or(Cents::ZERO, |line| line.closing))
    })
}

fn as_json(statement: &Statement, findings: &[String], now: Timestamp) -> Value {
    let account = |line: &Line| {
        let body = json!({
            "opening_cents": line.opening.get(),
            "in_cents": line.came_in.get(),
            "out_cents": line.went_out.get(),
            "closing_cents": line.closing.get(),
        });
        (line.account.clone(), body)
    };
    let accounts: Map<_, _> = statement.accounts.iter().map(account).collect();
    let movements: Vec<_> = statement
        .movements
        .iter()
        .map(|flow| {
            json!({
                "reason": flow.reason.name(), "from": flow.from, "to": flow.to,
                "count": flow.count, "cents": flow.sum.get(),
            })
        })
        .collect();
    let taxed = |account, reason| {
        let (period, due) = tax(statement, account, reason);
        json!({ "period_cents": period.get(), "due_cents": due.get() })
    };
    let liabilities: Map<_, _> = owed(statement)
        .into_iter()
        .map(|(name, cents)| (format!("{name}_cents"), json!(cents.get())))
        .collect();
    let counts: Map<_, _> = COUNTS
        .iter()
        .map(|(name, _, reason)| ((*name).to_owned(), json!(statement.moved(*reason).0)))
        .collect();
    json!({
        "ok": findings.is_empty(),
        "findings": findings,
        "from": statement.period.from.in_nairobi().to_rfc3339(),
        "until": statement.period.until.in_nairobi().to_rfc3339(),
        "complete": statement.period.until <= now,
        "accounts": accounts,
        "movements": movements,
        "taxes": {
            "excise": taxed(Account::Excise, Reason::Excise),
            "withholding": taxed(Account::Withholding, Reason::WithholdingTax),
        },
        "liabilities": liabilities,
        "open_entries": {
            "playing": statement.open.playing,
            "waiting": statement.open.waiting,
            "stakes_cents": statement.open.stakes.get(),
            "unpaired": statement.open.unpaired,
            "unpaired_stakes_cents": statement.open.unpaired_stakes.get(),
        },
        "counts": counts,
    })
}

/// What is counted: its key, its words, and the reason that moves money once for each.
const COUNTS: [(&str, &str, Reason); 9] = [
    ("deposits", "deposits", Reason::Deposit),
    ("parked", "payments parked", Reason::Park),
    ("assigned", "parked payments assigned", Reason::Assign),
    (
        "withdrawals_asked",
        "withdrawals asked for",
        Reason::Withdrawal,
    ),
    ("withdrawals_paid", "withdrawals paid", Reason::Payout),
    (
        "withdrawals_failed",
        "withdrawals failed",
        Reason::WithdrawalBack,
    ),
    ("stakes", "stakes", Reason::Stake),
    ("matches_won", "matches won", Reason::Bounty),
    ("refunds", "refunds with a bonus", Reason::RefundBonus),
];

/// In shillings, always with cents, so that columns stand below each other.
fn shillings(amount: Cents) -> String {
    let text = amount.to_string();
    if amount.whole_shillings().is_some() {
        format!("{text}.00")
    } else {
        text
    }
}

/// The same for a spreadsheet.
fn plain(amount: Cents) -> String {
    shillings(amount).replace(',', "")
}

fn print(statement: &Statement, now: Timestamp) {
    let Period { from, until } = statement.period;
    let so_far = if until > now {
        format!(", so far: it is {now}")
    } else {
        String::new()
    };
    say(&format!("Statement from {from} up to {until}{so_far}"));
    say("");
    let row = |name: &str, [a, b, c, d]: [&str; 4]| {
        say(&format!("{name:<12}{a:>17}{b:>17}{c:>17}{d:>17}"));
    };
    row("KES", ["opening", "in", "out", "closing"]);
    for line in &statement.accounts {
        let amounts = [line.opening, line.came_in, line.went_out, line.closing].map(shillings);
        row(&line.account, amounts.each_ref().map(String::as_str));
    }
    say("");
    say(&format!(
        "{:<18}{:<28}{:>14}{:>20}",
        "movements", "", "transfers", "KES"
    ));
    for flow in &statement.movements {
        let way = format!("{} to {}", flow.from, flow.to);
        let (reason, count) = (flow.reason.name(), flow.count);
        say(&format!(
            "{reason:<18}{way:<28}{count:>14}{:>20}",
            shillings(flow.sum)
        ));
    }
    if statement.movements.is_empty() {
        say("none");
    }
    say("");
    let line = |words: &str, figure: String| say(&format!("{words:<46}{figure:>34}"));
    for (words, account, reason) in [
        ("excise duty", Account::Excise, Reason::Excise),
        (
            "withholding tax",
            Account::Withholding,
            Reason::WithholdingTax,
        ),
    ] {
        let (period, due) = tax(statement, account, reason);
        line(&format!("{words} of the period"), shillings(period));
        line(&format!("{words} due to date"), shillings(due));
    }
    say("");
    for (name, cents) in owed(statement) {
        line(&format!("owed at the end: {name}"), shillings(cents));
    }
    line("games under way", statement.open.playing.to_string());
    line("entries waiting", statement.open.waiting.to_string());
    line(
        "entries that nobody had joined",
        statement.open.unpaired.to_string(),
    );
    let unpaired = shillings(statement.open.unpaired_stakes);
    line("stakes of these", unpaired);
    say("");
    for (_, words, reason) in COUNTS {
        line(words, statement.moved(reason).0.to_string());
    }
}

/// One table: what is empty in a row does not apply to it.
fn print_csv(statement: &Statement) -> Result<(), Failed> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let unwritable = |error: csv::Error| Failed::Finding(error.to_string());
    let mut row = |cells: [&str; 9]| csv.write_record(cells).map_err(unwritable);
    row([
        "section", "name", "from", "to", "count", "opening", "in", "out", "closing",
    ])?;
    for line in &statement.accounts {
        let amounts = [line.opening, line.came_in, line.went_out, line.closing].map(plain);
        let [opening, came_in, went_out, closing] = amounts.each_ref().map(String::as_str);
        row([
            "account",
            &line.account,
            "",
            "",
            "",
            opening,
            came_in,
            went_out,
            closing,
        ])?;
    }
    for flow in &statement.movements {
        let (count, sum) = (flow.count.to_string(), plain(flow.sum));
        let name = flow.reason.name();
        row([
            "movement", name, &flow.from, &flow.to, &count, "", &sum, "", "",
        ])?;
    }
    for (name, account, reason) in [
        ("excise", Account::Excise, Reason::Excise),
        ("withholding", Account::Withholding, Reason::WithholdingTax),
    ] {
        let (period, due) = tax(statement, account, reason);
        let (period, due) = (plain(period), plain(due));
        row(["tax", name, "", "", "", "", &period, "", &due])?;
    }
    let open = statement.open;
    let entries = (open.playing + open.waiting).to_string();
    let stakes = plain(open.stakes);
    row([
        "liability",
        "open_entries",
        "",
        "",
        &entries,
        "",
        "",
        "",
        &stakes,
    ])?;
    let (unpaired, stakes) = (open.unpaired.to_string(), plain(open.unpaired_stakes));
    row([
        "liability",
        "unpaired_entries",
        "",
        "",
        &unpaired,
        "",
        "",
        "",
        &stakes,
    ])?;
    for (name, cents) in owed(statement) {
        let cents = plain(cents);
        row(["liability", name, "", "", "", "", "", "", &cents])?;
    }
    for (name, _, reason) in COUNTS {
        let count = statement.moved(reason).0.to_string();
        row(["count", name, "", "", &count, "", "", "", ""])?;
    }
    let written = csv.into_inner();
    let written = written.map_err(|error| Failed::Finding(error.to_string()))?;
    say(String::from_utf8_lossy(&written).trim_end());
    Ok(())
}
