//! `sandbox play`: plays scenarios, and tells what was not as they expect.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use chrono::DateTime;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use sandbox::scenario::{self, Failure, House, Mistake, Scenario};
use sandbox::{ServiceUrls, Simulator, SimulatorConfig};

use crate::{say, virtual_majibu};

/// When a scenario begins on the virtual clock: 2026-11-22, noon in Nairobi.
const BEGINNING_MS: i64 = 1_795_338_000_000;

/// The seed of scenarios that name none.
const SEED: u64 = 1;

/// Play scenarios: what people do with their phones, what goes wrong, what they should see
///
/// Without --service each plays against a Majibu of its own, on a virtual clock: half an hour is over
/// at once, and a seed repeats its choices. A line says one thing:
///
///   phone ann 0712345678 with KES 500
///   ann dials *384*55#
///   ann sees "Welcome"
///   fault stk_callback twice for ann
///   ann pays with pin 1234
///   ann gets sms "received" within 2m
///   time passes 30m
///
/// Exit code: 0 all is as expected, 1 something is not, 2 a scenario has a mistake or nothing could
/// be started.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// The scenarios
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Play against the service with this USSD callback, in real time, instead of Majibu
    #[arg(long, value_name = "URL")]
    service: Option<String>,
    /// Where that service takes end-of-session events
    #[arg(long, value_name = "URL", requires = "service")]
    events: Option<String>,
    /// Where that service takes SMS delivery reports
    #[arg(long, value_name = "URL", requires = "service")]
    delivery: Option<String>,
    /// Where that service takes SMS from phones
    #[arg(long, value_name = "URL", requires = "service")]
    inbound: Option<String>,
    /// Where that service takes opt-outs
    #[arg(long, value_name = "URL", requires = "service")]
    optout: Option<String>,
    /// Where the simulated providers listen; that service has to know this address
    #[arg(long, default_value = "127.0.0.1:8081", requires = "service")]
    listen: SocketAddr,
    /// The longest time that a scenario may let pass in real time, in seconds
    #[arg(
        long,
        default_value_t = 60,
        requires = "service",
        value_name = "SECONDS"
    )]
    longest_wait: u64,
    /// The code that people dial
    #[arg(long, default_value = "*384*55#")]
    service_code: String,
    /// Seed of all ids and choices, where a scenario names none
    #[arg(long)]
    seed: Option<u64>,
    /// Write the results to this file, as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

impl Arguments {
    /// Whether time passes as fast as the phones can act.
    pub(crate) fn is_virtual(&self) -> bool {
        self.service.is_none()
    }
}

/// Plays all files; gives the exit code.
pub(crate) async fn run(arguments: Arguments) -> ExitCode {
    let scenarios = match read_all(&arguments) {
        Ok(scenarios) => scenarios,
        Err(mistakes) => {
            for mistake in mistakes {
                crate::complain(&mistake.to_string());
            }
            return ExitCode::from(2);
        }
    };
    let mut suite = TestSuite::new("sandbox play");
    let (mut failed, began) = (0_usize, Instant::now());
    for scenario in &scenarios {
        let started = Instant::now();
        let played = match play(scenario, &arguments).await {
            Ok(played) => played,
            Err(error) => {
                crate::complain(&format!("{}: {error}", scenario.file));
                return ExitCode::from(2);
            }
        };
        let time = started.elapsed();
        match &played {
            Ok(()) => say(&format!(
                "ok    {} ({}, {:.1} s)",
                scenario.name,
                scenario.file,
                time.as_secs_f64()
            )),
            Err(failure) => {
                failed += 1;
                say(&format!(
                    "FAIL  {}\n{}",
                    scenario.name,
                    failure.to_string().trim_end()
                ));
            }
        }
        suite.add_test_case(case(scenario, &played, time));
    }
    say(&format!(
        "{} played, {failed} failed, {:.1} s",
        scenarios.len(),
        began.elapsed().as_secs_f64()
    ));
    if let Some(file) = &arguments.junit
        && let Err(error) = write_junit(file, suite)
    {
        crate::complain(&format!("{}: {error}", file.display()));
        return ExitCode::from(2);
    }
    ExitCode::from(u8::from(failed > 0))
}

/// Reads all files before anything runs; all mistakes of all files otherwise.
fn read_all(arguments: &Arguments) -> Result<Vec<Scenario>, Vec<Mistake>> {
    let (mut scenarios, mut mistakes) = (Vec::new(), Vec::new());
    for file in &arguments.files {
        match scenario::read(file) {
            Ok(scenario) => scenarios.push(scenario),
            Err(found) => mistakes.extend(found),
        }
    }
    let limit = Duration::from_secs(arguments.longest_wait);
    if arguments.service.is_some() {
        for scenario in &scenarios {
            if let Some((line, time)) = scenario.longest_wait().filter(|(_, time)| *time > limit) {
                mistakes.push(Mistake {
                    file: scenario.file.clone(),
                    line,
                    what: format!(
                        "against --service time is real, and {time:?} is more than --longest-wait allows"
                    ),
                });
            }
        }
    }
    if mistakes.is_empty() {
        Ok(scenarios)
    } else {
        Err(mistakes)
    }
}

type Played = Result<(), Failure>;

/// Plays one in a world of its own. An `Err` of the outer result: nothing could be played.
async fn play(
    scenario: &Scenario,
    arguments: &Arguments,
) -> Result<Played, Box<dyn std::error::Error>> {
    let seed = scenario.seed.or(arguments.seed).unwrap_or(SEED);
    let mut config = SimulatorConfig {
        service_code: arguments.service_code.clone(),
        seed: Some(seed),
        ..SimulatorConfig::default()
    };
    config.daraja.business = "Majibu".to_owned();
    if let Some(ussd) = &arguments.service {
        config.listen = arguments.listen;
        config.service = ServiceUrls {
            ussd: Some(ussd.clone()),
            events: arguments.events.clone(),
            delivery: arguments.delivery.clone(),
            inbound: arguments.inbound.clone(),
            opt_out: arguments.optout.clone(),
        };
        let sim = Simulator::start(config).await?;
        let played = scenario::play(scenario, &sim, None).await;
        sim.stop().await;
        return Ok(played);
    }
    config.starts_at = DateTime::from_timestamp_millis(BEGINNING_MS);
    let sim = Simulator::start(config).await?;
    let majibu = virtual_majibu::start(&sim, &arguments.service_code, seed, Duration::ZERO).await?;
    let played = scenario::play(scenario, &sim, Some(&majibu as &dyn House)).await;
    majibu.stop().await;
    sim.stop().await;
    Ok(played)
}

fn case(scenario: &Scenario, played: &Played, time: Duration) -> TestCase {
    let status = match played {
        Ok(()) => TestCaseStatus::success(),
        Err(failure) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(format!(
                "{}:{}: {}",
                failure.file, failure.line, failure.step
            ));
            status.set_description(failure.to_string());
            status
        }
    };
    let mut case = TestCase::new(scenario.name.as_str(), status);
    case.set_classname(scenario.file.as_str()).set_time(time);
    case
}

fn write_junit(file: &Path, suite: TestSuite) -> Result<(), Box<dyn std::error::Error>> {
    let mut report = Report::new("sandbox");
    report.add_test_suite(suite);
    std::fs::write(file, report.to_string()?)?;
    Ok(())
}
