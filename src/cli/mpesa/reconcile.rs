//! `mpesa reconcile`: M-Pesa's statements and lists of payments, held against the books.

mod listing;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    path::PathBuf,
    time::Duration,
};

use clap::Args;

use super::{super::open_to_look, Failed, MAX_HOURS, open};
use crate::{
    app::{App, Reconciling},
    config::Config,
    core::{
        msisdn::Msisdn,
        payment::reconcile::{Cover, Finding, Reconciliation, Row},
        time::Timestamp,
    },
    ports::Payment,
    provider::daraja::statement::{self, Preamble, Statement},
};

/// How many rows of a file are held at a time.
const BATCH: usize = 1_000;

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The organisation's statement, as the M-Pesa portal exports it (CSV), or what Pull answered
    /// (JSON)
    #[arg(value_name = "FILE", required_unless_present = "pull")]
    files: Vec<PathBuf>,
    /// Ask M-Pesa for the payments of the last hours as well; M-Pesa knows the last 48
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u64).range(1..=MAX_HOURS))]
    pull: Option<u64>,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
    /// Book a payment that only M-Pesa has for the player of this number, as if its confirmation had
    /// come; may be given several times
    #[arg(long, value_name = "RECEIPT=MSISDN", value_parser = assignment)]
    assign: Vec<(String, Msisdn)>,
}

fn assignment(text: &str) -> Result<(String, Msisdn), String> {
    let (receipt, number) = text
        .split_once('=')
        .ok_or("expected RECEIPT=MSISDN, such as UKM1A2B3C4=0712345678")?;
    let receipt = receipt.trim().to_ascii_uppercase();
    let is_receipt = !receipt.is_empty() && receipt.bytes().all(|b| b.is_ascii_alphanumeric());
    if !is_receipt {
        return Err("what stands before = is no receipt".into());
    }
    let number = Msisdn::parse(number).map_err(|error| error.to_string())?;
    Ok((receipt, number))
}

/// Something that was read.
struct Source {
    name: String,
    /// What stands before the transactions; `None` for a list of payments.
    preamble: Option<Preamble>,
    rows: u64,
    /// `None`: there was nothing in it, and it names no time.
    cover: Option<Cover>,
}

/// A payment that was booked, and what became of it.
struct Assigned {
    receipt: String,
    number: Msisdn,
    outcome: String,
}

/// Everything that is printed.
struct Outcome<'a> {
    arguments: &'a Arguments,
    sources: Vec<Source>,
    report: Reconciliation,
    /// Whose the payments are that only M-Pesa has, as far as their account numbers say.
    payees: BTreeMap<String, Msisdn>,
    assigned: Vec<Assigned>,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> Result<(), Failed> {
    let mut receipts = BTreeSet::new();
    for (receipt, _) in &arguments.assign {
        if !receipts.insert(receipt) {
            let why = format!("--assign names {receipt} twice");
            return Err(Failed::Usage(why));
        }
    }
    let app = if arguments.assign.is_empty() {
        open_to_look(config).await?
    } else {
        open(config).await?
    };
    let (sources, mut report) = read_all(config, &app, arguments).await?;
    let assigned = assign(&app, arguments, &mut report).await?;
    let assignable: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| finding.is_assignable())
        .collect();
    let payees = app.payees(&assignable).await?;
    let is_booked = assigned.iter().all(Assigned::is_booked);
    let outcome = Outcome {
        arguments,
        sources,
        report,
        payees,
        assigned,
    };
    listing::print(&outcome);
    if outcome.report.findings.is_empty() && is_booked {
        Ok(())
    } else {
        Err(Failed::Finding(String::new()))
    }
}

impl Assigned {
    fn is_booked(&self) -> bool {
        self.outcome == "credited"
    }
}

async fn read_all(
    config: &Config,
    app: &App,
    arguments: &Arguments,
) -> Result<(Vec<Source>, Reconciliation), Failed> {
    let mut reconciling = app.reconciling().await?;
    let mut sources = Vec::new();
    for path in &arguments.files {
        let name = path.display().to_string();
        let bad = |error: &dyn std::fmt::Display| Failed::Usage(format!("{name}: {error}"));
        let file = File::open(path).map_err(|error| bad(&error))?;
        let opened = statement::open(file).map_err(|error| bad(&error))?;
        let number = sources.len();
        let source = match opened {
            statement::File::Statement(mut statement) => {
                let ways = ways(config, &statement.preamble).map_err(|why| bad(&why))?;
                let mut taken = Taken::default();
                loop {
                    let batch = batch(&mut statement, number).map_err(|error| bad(&error))?;
                    if batch.is_empty() {
                        break;
                    }
                    taken.take(&mut reconciling, batch).await?;
                }
                let period = statement.preamble.period.or(taken.period());
                Source {
                    name: name.clone(),
                    preamble: Some(statement.preamble.clone()),
                    rows: taken.rows,
                    cover: period.map(|period| cover(period, ways)),
                }
            }
            statement::File::Pulled(mut rows) => {
                for row in &mut rows {
                    row.place.source = number;
                }
                let mut taken = Taken::default();
                taken.take(&mut reconciling, rows).await?;
                // A payment alone, as the raw inbox keeps it, is no list of all that there were.
                let period = taken.period().filter(|_| taken.rows > 1);
                Source {
                    name: name.clone(),
                    preamble: None,
                    rows: taken.rows,
                    cover: period.map(|period| cover(period, (true, false))),
                }
            }
        };
        sources.push(source);
    }
    if let Some(hours) = arguments.pull {
        let source = pull(app, &mut reconciling, hours, sources.len()).await?;
        sources.push(source);
    }
    let covers: Vec<Cover> = sources.iter().filter_map(|source| source.cover).collect();
    let report = reconciling.finish(&covers).await?;
    Ok((sources, report))
}

/// What was taken of one source.
#[derive(Default)]
struct Taken {
    rows: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Taken {
    async fn take(&mut self, into: &mut Reconciling, rows: Vec<Row>) -> Result<(), Failed> {
        for row in &rows {
            self.rows += 1;
            self.first = Some(self.first.map_or(row.at, |first| first.min(row.at)));
            self.last = self.last.max(Some(row.at));
        }
        Ok(into.take(rows).await?)
    }

    /// From the first row to the end of the second of the last one.
    fn period(&self) -> Option<(Timestamp, Timestamp)> {
        let last = self.last?.after(Duration::from_millis(999));
        Some((self.first?, last))
    }
}

fn cover((from, until): (Timestamp, Timestamp), (deposits, withdrawals): (bool, bool)) -> Cover {
    Cover {
        from,
        until,
        deposits,
        withdrawals,
    }
}

/// The next rows of a statement; none at its end.
fn batch(statement: &mut Statement<'_>, source: usize) -> Result<Vec<Row>, statement::Unreadable> {
    let mut rows = Vec::new();
    while rows.len() < BATCH {
        let Some(mut row) = statement.next_row()? else {
            break;
        };
        row.place.source = source;
        rows.push(row);
    }
    Ok(rows)
}

/// Whether a statement would have our deposits, and our withdrawals.
fn ways(config: &Config, preamble: &Preamble) -> Result<(bool, bool), String> {
    let bare = |code: &str| code.trim_start_matches('0').to_owned();
    let paybill = bare(&config.daraja.shortcode);
    let payouts = config.daraja.b2c_shortcode.as_deref();
    let payouts = payouts.map_or_else(|| paybill.clone(), bare);
    let ways = match preamble.short_code.as_deref().map(bare) {
        None => (true, true),
        Some(code) => (code == paybill, code == payouts),
    };
    if ways == (false, false) {
        let code = preamble.short_code.as_deref().unwrap_or_default();
        return Err(format!(
            "it is the statement of short code {code}, which is neither daraja.shortcode nor \
             daraja.b2c_shortcode"
        ));
    }
    let account = preamble.account.as_deref().unwrap_or_default();
    let account = account.to_lowercase();
    // Payments come into the utility account and go out of it; these others have neither.
    let is_another = ["working", "charge", "mmf", "float"]
        .iter()
        .any(|word| account.contains(word));
    Ok(if is_another { (false, false) } else { ways })
}

async fn pull(
    app: &App,
    reconciling: &mut Reconciling,
    hours: u64,
    number: usize,
) -> Result<Source, Failed> {
    if let Err(error) = app.register_pull().await {
        tracing::warn!(%error, "pulling could not be registered");
    }
    let until = app.clock().now();
    let from = until.before(Duration::from_secs(hours * 60 * 60));
    let pulled = app.pulled(from, until).await;
    let pulled = pulled.map_err(|error| Failed::Finding(format!("--pull: {error}")))?;
    let mut rows = Vec::new();
    for (line, row) in (1_u64..).zip(&pulled) {
        let row = statement::read_pulled_row(row, line);
        let mut row = row.map_err(|error| Failed::Finding(format!("--pull: {error}")))?;
        row.place.source = number;
        rows.push(row);
    }
    let mut taken = Taken::default();
    taken.take(reconciling, rows).await?;
    Ok(Source {
        name: format!("--pull {hours}"),
        preamble: None,
        rows: taken.rows,
        cover: Some(cover((from, until), (true, false))),
    })
}

/// Books what the operator assigns: everything that is wrong with it is said before anything is.
async fn assign(
    app: &App,
    arguments: &Arguments,
    report: &mut Reconciliation,
) -> Result<Vec<Assigned>, Failed> {
    let mut payments: Vec<(&String, &Msisdn, Payment)> = Vec::new();
    let mut wrong = Vec::new();
    for (receipt, number) in &arguments.assign {
        let mut assignable = report.findings.iter();
        let found =
            assignable.find(|finding| finding.receipt == *receipt && finding.is_assignable());
        let Some(finding) = found else {
            wrong.push(format!(
                "{receipt} is no payment that only M-Pesa has in what was read"
            ));
            continue;
        };
        match app.payment_for(finding, number).await {
            Ok(payment) => payments.push((receipt, number, payment)),
            Err(error) => wrong.push(format!("{receipt}: {error}")),
        }
    }
    if !wrong.is_empty() {
        wrong.push("nothing was booked".into());
        return Err(Failed::Finding(wrong.join("\n")));
    }
    let mut assigned = Vec::new();
    for (receipt, number, payment) in payments {
        let outcome = app.book_told(&payment).await?;
        let done = Assigned {
            receipt: receipt.clone(),
            number: number.clone(),
            outcome,
        };
        if done.is_booked() {
            report.is_booked_now(receipt);
        }
        assigned.push(done);
    }
    Ok(assigned)
}
