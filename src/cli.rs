//! The command line. Exit codes: 0 fine, 1 a finding, 2 bad usage or configuration. With `--json`
//! one object goes to stdout; logs always go to stderr.

mod adjustment;
mod admin;
mod game;
mod house;
mod inbox;
mod jobs;
mod ledger;
mod menu;
mod mpesa;
mod player;
mod questions;
mod run;
mod sessions;
mod sms;
mod statement;
mod suspense;
mod withdrawal;

pub use self::{ledger::as_json as ledger_json, player::as_json as player_json};

use std::{
    ffi::OsString,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use crate::{
    app::App,
    config::{Config, ConfigError},
    core::operator::{Actor, By, Why},
    service::{Migration, StartError, World, assemble},
    telemetry,
};

/// Majibu: a real-money quiz for feature phones over USSD, M-Pesa and SMS.
///
/// Configuration comes from majibu.toml (or --config) and from environment variables such as
/// MAJIBU__DATABASE__URL. With nothing set, everything runs on an embedded SQLite database.
///
/// Exit codes: 0 fine, 1 a finding, 2 bad usage or configuration.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    /// The configuration file; majibu.toml where it is not named
    #[arg(long, global = true, env = "MAJIBU_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer the gateway and the providers over HTTP, and run the jobs
    Serve {
        /// HTTP only; jobs run in other processes, by `work`
        #[arg(long)]
        no_jobs: bool,
        /// Leave the database's schema as it is
        #[arg(long)]
        no_migrate: bool,
    },
    /// Run the jobs only: pairing, refunds, M-Pesa pushes, SMS
    Work {
        /// Leave the database's schema as it is
        #[arg(long)]
        no_migrate: bool,
    },
    /// Bring the database's schema up to date
    Migrate {
        /// Only say which migrations are pending; exit code 1 if any are
        #[arg(long)]
        check: bool,
    },
    /// Corrections of the books: a player's wallet, or the cash at M-Pesa
    #[command(subcommand)]
    Adjustment(adjustment::Command),
    /// Explain one game: who, what was asked and answered, which rule decided, what was paid
    Match(game::Arguments),
    /// What is due, by kind of work, and what was given up
    Jobs(jobs::Arguments),
    /// Withdrawals whose end nobody can tell
    #[command(subcommand)]
    Withdrawal(withdrawal::Command),
    /// Load questions, or check a file of them
    #[command(subcommand)]
    Questions(questions::Command),
    /// The menu: prove it, draw it, try it
    #[command(subcommand)]
    Menu(menu::Command),
    /// Provider callbacks as they came, and running one again
    #[command(subcommand)]
    Inbox(inbox::Command),
    /// The books
    #[command(subcommand)]
    Ledger(ledger::Command),
    /// Whether the house is open, and maintenance
    #[command(subcommand)]
    House(house::Command),
    /// Everything about one player, and what is done for them
    #[command(subcommand)]
    Player(player::Command),
    /// How USSD sessions ended: hops, duration, cost, and where players give up
    Sessions(sessions::Arguments),
    /// M-Pesa: is all well, what does it hold, payouts after a fault, payments that were missed
    #[command(subcommand)]
    Mpesa(mpesa::Command),
    /// The books of a day or a month: balances, movements, taxes, what is owed to players
    Statement(statement::Arguments),
    /// SMS: what waits, and sending after a fault
    #[command(subcommand)]
    Sms(sms::Command),
    /// Who may use the console
    #[command(subcommand)]
    Admin(admin::Command),
    /// Payments that matched nothing and wait for you
    #[command(subcommand)]
    Suspense(suspense::Command),
}

/// A command that did not do its work.
#[derive(Debug, thiserror::Error)]
enum Failed {
    /// It ran, and found something: exit code 1.
    #[error("{0}")]
    Finding(String),
    /// Bad usage or configuration: exit code 2.
    #[error("{0}")]
    Usage(String),
}

impl From<StartError> for Failed {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Unsound(_)
            | StartError::Config(_)
            | StartError::Menu(_)
            | StartError::App(_)
            | StartError::Store(_)
            | StartError::Behind(_)
            | StartError::Sessions(_)
            | StartError::Listen { .. }
            | StartError::Client(_) => Self::Usage(error.to_string()),
        }
    }
}

impl From<ConfigError> for Failed {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<crate::app::AppError> for Failed {
    fn from(error: crate::app::AppError) -> Self {
        tracing::debug!(?error, "failed");
        Self::Finding(error.to_string())
    }
}

/// Parses the command line, runs the command, gives the exit code.
pub async fn main() -> ExitCode {
    main_of(std::env::args_os()).await
}

/// The same with a command line of the caller's, the program's name first.
pub async fn main_of(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = Cli::parse_from(arguments);
    let file = cli.config.as_deref();
    let is_doctor = matches!(&cli.command, Command::Mpesa(command) if command.is_doctor());
    let read = if is_doctor {
        Config::read(file)
    } else {
        Config::load(file)
    };
    let done = match read {
        Ok(config) => {
            let talks = matches!(&cli.command, Command::Menu(menu::Command::Try(_)));
            let traces = if talks || is_doctor {
                telemetry::log_trouble_to_stderr(config.log.format)
            } else {
                telemetry::log_to_stderr(&config)
            };
            let done = run_command(&config, cli.command).await;
            traces.end().await;
            done
        }
        Err(error) => Err(error.into()),
    };
    let (code, text) = match done {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failed::Finding(text)) => (1, text),
        Err(Failed::Usage(text)) => (2, text),
    };
    if !text.is_empty() {
        let _ = writeln!(io::stderr(), "majibu: {text}");
    }
    ExitCode::from(code)
}

async fn run_command(config: &Config, command: Command) -> Result<(), Failed> {
    match command {
        Command::Serve {
            no_jobs,
            no_migrate,
        } => run::serve(config, no_jobs, no_migrate).await,
        Command::Work { no_migrate } => run::work(config, no_migrate).await,
        Command::Migrate { check } => run::migrate(config, check).await,
        Command::Adjustment(command) => adjustment::run(config, &command).await,
        Command::Match(arguments) => game::run(config, &arguments).await,
        Command::Jobs(arguments) => jobs::run(config, &arguments).await,
        Command::Withdrawal(command) => withdrawal::run(config, &command).await,
        Command::Questions(command) => questions::run(config, command).await,
        Command::Menu(command) => menu::run(config, &command).await,
        Command::House(command) => house::run(config, &command).await,
        Command::Inbox(command) => inbox::run(config, &command).await,
        Command::Ledger(command) => ledger::run(config, &command).await,
        Command::Player(command) => player::run(config, &command).await,
        Command::Sessions(arguments) => sessions::run(config, &arguments).await,
        Command::Mpesa(command) => mpesa::run(config, &command).await,
        Command::Statement(arguments) => statement::run(config, &arguments).await,
        Command::Sms(command) => sms::run(config, &command).await,
        Command::Admin(command) => admin::run(config, &command).await,
        Command::Suspense(command) => suspense::run(config, &command).await,
    }
}

/// The app on the configured database, for a command that acts once.
async fn open(config: &Config) -> Result<App, Failed> {
    Ok(assemble(config, &World::default(), Migration::Run).await?)
}

/// The same for a command that only looks: the database stays as it is.
async fn open_to_look(config: &Config) -> Result<App, Failed> {
    Ok(assemble(config, &World::default(), Migration::Require).await?)
}

/// Whoever runs the command, for this reason.
fn by_command(reason: &str) -> Result<By, Failed> {
    let why = Why::new(reason).map_err(|error| Failed::Usage(format!("--reason: {error}")))?;
    let actor = Actor::command_line();
    Ok(By { actor, why })
}

/// Prints a line to stdout; a closed pipe is nobody's fault.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
