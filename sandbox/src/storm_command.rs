//! `sandbox storm`: a crowd with all faults, and the reckoning.
//!
//! By itself Majibu runs in this process on its embedded default and on a clock of the storm's own: a
//! day passes as fast as the crowd can act. With `--serve` it is a process of its own, on whatever
//! engine it is configured for, and with `--against` it runs already: those are stormed in real time,
//! and asked for their books by their own commands.

mod beside;
mod foreign;
mod served;

use std::convert::Infallible;
use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use sandbox::storm::{Faults, Figures, Prizes, Storm, StormPlan, StormReport, Target, grouped};
use sandbox::{Simulator, SimulatorConfig};

use self::foreign::{Foreign, Program};
use crate::{complain, say, virtual_majibu};

/// How often the progress bar is drawn.
const TICK: Duration = Duration::from_millis(200);

/// How much is in every phone's M-Pesa: more than a storm takes, in cents.
const OPENING_BALANCE: i64 = 20_000_000;

/// How often Majibu asks for payments that nobody told of, in people's time: a callback and its
/// confirmation may both be lost.
const PULL_EVERY: Duration = Duration::from_secs(30 * 60);

/// The phone of the house, in whose name it asks.
pub(crate) const PULL_NUMBER: &str = "254722000000";

/// What the organisation can pay out of: more than a storm takes, in cents.
const OPENING_FLOAT: i64 = 100_000_000_000;

/// When virtual time begins: 22 November 2026, eight in the morning in Nairobi.
const BEGINNING: DateTime<Utc> = DateTime::from_timestamp_nanos(1_795_323_600_000_000_000);

/// Storm Majibu with a crowd and all faults, then compare its books with those of M-Pesa
///
/// By itself Majibu runs in this process on virtual time: a day passes as fast as the crowd can act,
/// and the same seed gives the same storm to the last message.
///
/// With --serve Majibu is started as a process of its own and stormed in real time, with times as much
/// shorter as the players are faster than people. MAJIBU__DATABASE__URL and MAJIBU__SESSIONS__URL name
/// PostgreSQL and Redis; everything else that is set for it in the environment counts, too.
///
/// With --against a Majibu that runs is stormed in real time; its configuration names this simulator
/// as provider (africastalking.base_url and daraja.base_url are the address of --listen), it asks for
/// payments that nobody told of (paybill.pull_number), and short times (game.pairing_window and such)
/// let everything end within --patience. Its paybill is registered anew by `majibu mpesa register-urls`.
///
/// All decisions come from the seed: what each player does, and which message is spoilt how. In real
/// time who meets whom is a matter of milliseconds, too.
///
/// Exit code: 0 the books are equal, 1 they are not, 2 nothing could be started or read.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// How many players
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    players: u32,
    /// Where all decisions come from; without one a new seed is thrown and named
    #[arg(long)]
    seed: Option<u64>,
    /// What goes wrong
    #[arg(long, value_enum, default_value_t = Wrong::All)]
    faults: Wrong,
    /// The USSD callback of a running Majibu, such as <http://127.0.0.1:8080/ussd/development>
    #[arg(long, value_name = "URL")]
    against: Option<String>,
    /// Start Majibu as a process of its own, in real time, on the engine that it is configured for
    #[arg(long, conflicts_with = "against")]
    serve: bool,
    /// Majibu's program, to be started or to be asked for its books; its configuration comes from the
    /// environment, MAJIBU_CONFIG and MAJIBU__... With --serve it is in this program, too
    #[arg(long, value_name = "PROGRAM")]
    majibu: Option<PathBuf>,
    /// Where the simulated providers listen; the running Majibu has to know this address
    #[arg(long, default_value = "127.0.0.1:8081", requires = "against")]
    listen: SocketAddr,
    /// How often each player dials
    #[arg(long, default_value_t = 3)]
    visits: u32,
    /// How many hours of the players' time the visits are spread over
    #[arg(long, default_value_t = 24)]
    hours: u32,
    /// How many times faster than people the players are, in real time
    #[arg(long, default_value_t = 200)]
    pace: u32,
    /// How many players act at the same instant at most; 32 in real time, and 1 on virtual time, where
    /// a rerun with more is not exact
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    at_once: Option<u32>,
    /// How many minutes Majibu gets in real time to finish what is under way when all have gone
    #[arg(long, default_value_t = 10)]
    patience: u64,
    /// The code that people dial
    #[arg(long, default_value = "*384*55#")]
    service_code: String,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Wrong {
    /// Nothing
    None,
    /// Everything that a provider does, short of lying about money
    All,
}

impl Arguments {
    /// Whether time passes as fast as the crowd can act.
    pub(crate) fn is_virtual(&self) -> bool {
        self.against.is_none() && !self.serve
    }

    /// What is started: the program that was named, or the one that is part of this one.
    fn program(&self) -> io::Result<Program> {
        Ok(match &self.majibu {
            Some(path) => Program::at(path),
            None => Program {
                before: vec![crate::MAJIBU.into()],
                ..Program::at(&std::env::current_exe()?)
            },
        })
    }
}

/// Runs the storm.
pub(crate) async fn run(arguments: &Arguments) -> ExitCode {
    match storm(arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain(&format!("sandbox storm: {error}"));
            ExitCode::from(2)
        }
    }
}

/// `false` where a difference was found.
async fn storm(arguments: &Arguments) -> Result<bool, Box<dyn std::error::Error>> {
    let seed = arguments
        .seed
        .unwrap_or_else(|| u64::from(rand::random::<u32>()));
    let sim = Simulator::start(simulator(arguments, seed)).await?;
    let plan = plan(arguments, seed);
    let code = &arguments.service_code;
    let report = match (&arguments.against, arguments.serve) {
        (Some(url), _) => {
            let path = arguments.majibu.as_deref();
            let program = Program::at(path.unwrap_or(Path::new("majibu")));
            let target = Foreign::new(&sim, url, program)?;
            target.register().await?;
            rage(&sim, plan, &target).await?
        }
        (None, true) => {
            let program = arguments.program()?;
            let served = served::start(&sim, program, code, arguments.pace).await?;
            let target = Foreign::new(&sim, &served.url, served.program.clone())?;
            let report = match target.register().await {
                Ok(()) => rage(&sim, plan, &target).await,
                Err(error) => Err(error.into()),
            };
            served.stop().await;
            report?
        }
        (None, false) => {
            let majibu = virtual_majibu::start(&sim, code, seed, PULL_EVERY).await?;
            let target = beside::Beside::new(&sim, majibu.app()).await?;
            let report = rage(&sim, plan, &target).await;
            majibu.stop().await;
            report?
        }
    };
    sim.stop().await;
    tell(arguments, &report)?;
    Ok(report.differences.is_empty())
}

fn simulator(arguments: &Arguments, seed: u64) -> SimulatorConfig {
    let mut config = SimulatorConfig::instant();
    config.service_code.clone_from(&arguments.service_code);
    config.seed = Some(seed);
    // Bodies of a whole storm would fill the memory.
    config.remembered_exchanges = 1_000;
    config.daraja.opening_balance_cents = OPENING_BALANCE;
    config.daraja.organisation.opening_float_cents = OPENING_FLOAT;
    if arguments.against.is_some() {
        config.listen = arguments.listen;
    }
    if arguments.is_virtual() {
        config.starts_at = Some(BEGINNING);
    }
    config
}

fn plan(arguments: &Arguments, seed: u64) -> StormPlan {
    let hours = Duration::from_secs(u64::from(arguments.hours) * 60 * 60);
    let (patience, at_once) = if arguments.is_virtual() {
        // Pull looks back two days.
        (Duration::from_secs(3 * 24 * 60 * 60), 1)
    } else {
        (Duration::from_secs(arguments.patience * 60), 32)
    };
    let at_once = arguments.at_once.unwrap_or(at_once);
    StormPlan {
        players: arguments.players,
        seed,
        faults: match arguments.faults {
            Wrong::None => Faults::None,
            Wrong::All => Faults::All,
        },
        visits: arguments.visits,
        pause: hours / arguments.visits.max(1),
        pace: arguments.pace,
        at_once: usize::try_from(at_once).unwrap_or(1),
        patience,
        prizes: Prizes::default(),
    }
}

/// Rages under a progress bar.
async fn rage(
    sim: &Simulator,
    plan: StormPlan,
    target: &dyn Target,
) -> Result<StormReport, Box<dyn std::error::Error>> {
    let bar = ProgressBar::new(u64::from(plan.players));
    let style = "{elapsed} [{bar:30}] {pos} of {len} players through, {msg}";
    bar.set_style(ProgressStyle::with_template(style)?.progress_chars("#> "));
    let storm = Storm::new(sim, plan)?;
    let figures = storm.figures();
    let report = tokio::select! {
        report = storm.rage(target) => report,
        never = draw(&bar, &figures) => match never {},
    };
    bar.finish_and_clear();
    Ok(report?)
}

/// Draws the progress until it is dropped.
async fn draw(bar: &ProgressBar, figures: &Figures) -> Infallible {
    loop {
        bar.set_position(figures.players_done());
        let hops = grouped(figures.hops());
        bar.set_message(format!("{hops} hops"));
        tokio::time::sleep(TICK).await;
    }
}

fn tell(arguments: &Arguments, report: &StormReport) -> Result<(), serde_json::Error> {
    if arguments.json {
        say(&serde_json::to_string(report)?);
        return Ok(());
    }
    let is_terminal = io::stdout().is_terminal();
    let line = |name: &str, text: &str| say(&format!("{name:<10} {text}"));
    let listed = |counts: &mut dyn Iterator<Item = (&str, u64)>| {
        let parts: Vec<String> = counts
            .map(|(what, n)| format!("{} {what}", grouped(n)))
            .collect();
        parts.join(", ")
    };
    line("seed", &report.seed.to_string());
    line(
        "players",
        &format!("{} of {} registered", report.registered, arguments.players),
    );
    line(
        "did",
        &listed(&mut report.counts.iter().map(|(what, n)| (*what, *n))),
    );
    line(
        "games",
        &listed(&mut report.games.iter().map(|(state, n)| (state.as_str(), *n))),
    );
    let latency = report.latency;
    let seconds = u64::max(report.took_ms, 1);
    line(
        "hops",
        &format!(
            "{} in {}.{:03} s ({} a second); {} hours for the players",
            grouped(latency.hops),
            report.took_ms / 1_000,
            report.took_ms % 1_000,
            grouped(latency.hops * 1_000 / seconds),
            report.lasted_ms / 3_600_000,
        ),
    );
    let ms = |us: u64| format!("{}.{:01} ms", us / 1_000, us % 1_000 / 100);
    line(
        "latency",
        &format!(
            "half within {}, 90 of 100 within {}, 99 within {}, all within {}",
            ms(latency.p50_us),
            ms(latency.p90_us),
            ms(latency.p99_us),
            ms(latency.max_us)
        ),
    );
    let played: u64 = report.faults.values().sum();
    line("faults", &format!("{} played", grouped(played)));
    for (fault, times) in &report.faults {
        line("", &format!("{:>8} {fault}", grouped(*times)));
    }
    let Some(reckoned) = report.reckoned.filter(|_| report.differences.is_empty()) else {
        for difference in &report.differences {
            line("DIFFERS", difference);
        }
        say(&format!(
            "{} differences; the same again: sandbox storm --seed {} --players {}{}",
            report.differences.len(),
            report.seed,
            arguments.players,
            if is_terminal {
                " (with the same options)"
            } else {
                ""
            },
        ));
        return Ok(());
    };
    let kes = |cents: i64| format!("KES {}", grouped(cents.unsigned_abs() / 100));
    line(
        "money",
        &format!(
            "{} in by {} payments, {} out by {} payouts, {} parked by {}; wallets hold {}",
            kes(reckoned.paid_in_cents),
            grouped(count(reckoned.payments)),
            kes(reckoned.paid_out_cents),
            grouped(count(reckoned.payouts)),
            kes(reckoned.parked_cents),
            grouped(count(reckoned.parked)),
            kes(reckoned.wallets_cents),
        ),
    );
    if reckoned.left > 0 {
        let (left, held) = (grouped(count(reckoned.left)), kes(reckoned.left_cents));
        line(
            "operator",
            &format!("{left} payouts with {held} that nobody can tell of"),
        );
    }
    line("books", "equal, to the cent");
    let figure = report.digest.get(..16).unwrap_or_default();
    if arguments.is_virtual() {
        line(
            "digest",
            &format!("{figure}, the same for the same seed and options"),
        );
    }
    Ok(())
}

fn count(figure: usize) -> u64 {
    u64::try_from(figure).unwrap_or(u64::MAX)
}
