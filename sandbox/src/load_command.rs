//! `sandbox load`: how fast a service answers, and whether rightly, as a table or as JSON.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use sandbox::Network;
use sandbox::load::{self, LatencyShown, LoadPlan, LoadReport, Marker, Pace, Play, Rules, Step};
use sandbox::storm::grouped;

use crate::{complain, say};

/// Load a service over HTTP: sessions of many callers at once, latencies, and wrong answers
///
/// For any service that speaks the gateway's form. Without --script or --rules the built-in rules
/// read the screens and play Majibu, from registration on. Each client sends its next hop when the
/// last one is answered, or all of them together --rate hops a second; latency then counts from the
/// instant at which a hop was meant to go out. --steps takes all sessions through a script step by
/// step and gives a figure for each.
///
/// A script has a key a word, and what screens may follow: "dial:home 1:category 1 1:won|lost";
/// KEY*N:SCREEN is a key N times, and ? that of any line on the screen. Rules stand in a file, one a line: NAME: PATTERN -> KEY, where [Text]
/// is the key of the line that says so, [*] that of any, and "hang up" ends the session.
///
/// Exit code: 0 every answer was right, 1 one was not, 2 nothing could be started or measured.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// The service's USSD callback, such as <http://127.0.0.1:8080/ussd/development>
    url: String,
    /// The keys of a session
    #[arg(long, conflicts_with = "rules")]
    script: Option<String>,
    /// A file with rules
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// How many hops a session that follows rules has at most
    #[arg(long, default_value_t = 30, value_name = "HOPS")]
    longest: usize,
    /// How many sessions are under way at once
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// How many threads send
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// How many seconds are measured
    #[arg(long, default_value_t = 10.0, conflicts_with = "sessions")]
    seconds: f64,
    /// How many sessions are measured
    #[arg(long)]
    sessions: Option<u64>,
    /// Seconds of load before that
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// Hops a second, whether the service keeps up or not
    #[arg(long, conflicts_with = "steps")]
    rate: Option<f64>,
    /// Take each step with all sessions before the next one
    #[arg(long, requires = "sessions", requires = "script")]
    steps: bool,
    /// What part of the hops is sent twice at the same instant: 0.01 is one in a hundred
    #[arg(long, default_value_t = 0.0)]
    duplicates: f64,
    /// The first caller; the others follow
    #[arg(long, default_value = "+254700000000")]
    first_caller: String,
    /// How many callers there are, before the first one calls again
    #[arg(long, default_value_t = 20_000)]
    callers: u32,
    /// The code that is dialled
    #[arg(long, default_value = "*384*55#")]
    service_code: String,
    /// What a reply says of its caller: PATTERN=phone, or PATTERN=place+N for a number that counts up
    /// with the callers; the pattern has one (group)
    #[arg(long, value_name = "MARKER")]
    marker: Option<Marker>,
    /// Seconds until a hop without a reply is given up
    #[arg(long, default_value_t = 10.0)]
    patience: f64,
    /// A process to measure: processor time and memory
    #[arg(long = "pid", value_name = "PID")]
    pids: Vec<u32>,
    /// Where what is left to chance comes from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Loads the service.
pub(crate) async fn run(arguments: &Arguments) -> ExitCode {
    match load(arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain(&format!("sandbox load: {error}"));
            ExitCode::from(2)
        }
    }
}

/// `false` where an answer was wrong.
async fn load(arguments: &Arguments) -> Result<bool, Box<dyn std::error::Error>> {
    let report = load::run(plan(arguments)?).await?;
    if arguments.json {
        say(&serde_json::to_string(&report)?);
    } else {
        tell(&report);
    }
    Ok(report.is_clean())
}

fn plan(arguments: &Arguments) -> Result<LoadPlan, Box<dyn std::error::Error>> {
    let first = arguments.first_caller.strip_prefix("+254");
    let first = first.and_then(|digits| digits.parse::<u32>().ok());
    let first = first.filter(|first| (100_000_000..800_000_000).contains(first));
    let first = first.ok_or("--first-caller: +254 and nine digits")?;
    let play = match (&arguments.script, &arguments.rules) {
        (Some(script), _) => Play::Script(Step::read_all(script)?),
        (None, Some(file)) => {
            let text = std::fs::read_to_string(file)
                .map_err(|error| format!("{}: {error}", file.display()))?;
            Play::Rules(Rules::read(&text)?, arguments.longest)
        }
        (None, None) => Play::Rules(Rules::built_in()?, arguments.longest),
    };
    let seconds = |name: &str, seconds: f64| {
        Duration::try_from_secs_f64(seconds).map_err(|_| format!("{name}: not a time"))
    };
    Ok(LoadPlan {
        url: arguments.url.clone(),
        play,
        pace: match (arguments.rate, arguments.steps) {
            (Some(rate), _) => Pace::Rate(rate),
            (None, true) => Pace::Steps,
            (None, false) => Pace::Closed,
        },
        clients: arguments.clients,
        threads: arguments.threads,
        sessions: arguments.sessions,
        time: seconds("--seconds", arguments.seconds)?,
        warm_up: seconds("--warm-up", arguments.warm_up)?,
        doubled: in_ten_thousand(arguments.duplicates)?,
        callers: first..first + arguments.callers,
        service_code: arguments.service_code.clone(),
        network: Network::Safaricom,
        marker: arguments.marker.clone(),
        patience: seconds("--patience", arguments.patience)?,
        processes: arguments.pids.clone(),
        seed: arguments.seed,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 10,000"
)]
fn in_ten_thousand(part: f64) -> Result<u32, String> {
    if (0.0..=1.0).contains(&part) {
        Ok((part * 10_000.0).round() as u32)
    } else {
        Err("--duplicates: between 0 and 1".into())
    }
}

fn tell(report: &LoadReport) {
    let line = |name: &str, text: &str| say(&format!("{name:<12} {text}"));
    line(
        "hops",
        &format!(
            "{} in {:.1} s: {:.0} a second; {} whole sessions",
            grouped(report.hops),
            report.seconds,
            report.hops_per_second,
            grouped(report.sessions),
        ),
    );
    for process in &report.processes {
        line(
            "process",
            &format!(
                "{}: {:.0} us of processor time a hop; {:.1} MiB before, {:.1} after, {:.1} at most",
                process.pid,
                process.processor_us_per_hop,
                mib(process.resident_before_kib),
                mib(process.resident_after_kib),
                mib(process.peak_kib),
            ),
        );
    }
    let duplicates = report.duplicates;
    line(
        "faults",
        &format!(
            "{} malformed, {} crossed, {} wrong, {} without a reply; {} sent twice, {} of them answered differently",
            grouped(report.malformed),
            grouped(report.crossed),
            grouped(report.wrong),
            grouped(report.failed),
            grouped(duplicates.sent),
            grouped(duplicates.differed),
        ),
    );
    if report.unsent > 0 {
        line(
            "unsent",
            &format!(
                "{} hops were due and nobody was free: more --clients, or the service cannot keep up",
                grouped(report.unsent)
            ),
        );
    }
    for example in &report.examples {
        line("", &example.replace('\n', " / "));
    }
    say("");
    head("screen");
    row("all", report.hops, &report.latency);
    for screen in &report.screens {
        row(&screen.screen, screen.hops, &screen.latency);
    }
    if report.steps.is_empty() {
        return;
    }
    say("");
    head("step");
    for step in &report.steps {
        row(&step.step, step.hops, &step.latency);
        say(&format!(
            "{:<28} {:.0} a second, {:.0} us of processor time each",
            "", step.hops_per_second, step.processor_us_per_hop
        ));
    }
}

fn head(of: &str) {
    say(&format!(
        "{of:<28} {:>10} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "hops", "half", "90 %", "99 %", "99.9 %", "all"
    ));
}

/// Latencies in milliseconds.
fn row(name: &str, hops: u64, latency: &LatencyShown) {
    let ms = |us: u64| format!("{}.{:02}", us / 1_000, us % 1_000 / 10);
    say(&format!(
        "{name:<28} {:>10} {:>9} {:>9} {:>9} {:>9} {:>9}",
        grouped(hops),
        ms(latency.p50_us),
        ms(latency.p90_us),
        ms(latency.p99_us),
        ms(latency.p999_us),
        ms(latency.max_us),
    ));
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1_024.0
}
