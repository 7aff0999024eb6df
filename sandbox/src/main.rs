//! `cargo run -p sandbox`: Majibu on its embedded default together with the simulated providers,
//! and a page with a phone. With `--service URL` the simulator alone, for any USSD application.

mod flags;
mod load_command;
mod majibu_beside;
mod play_command;
mod record_command;
mod storm_command;
mod virtual_majibu;

use std::ffi::OsString;
use std::io::{self, Write};
use std::iter;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use majibu::service::{World, told_to_stop};
use majibu_beside::{CONSOLE_PASSWORD, Jobs};
use sandbox::{ServiceUrls, Simulator, SimulatorConfig};
use tokio::runtime;

/// Majibu to try out: the service, Africa's Talking and Daraja (M-Pesa) simulated, and phones in a
/// web page. Nothing leaves this machine, and nothing is kept unless you ask for it.
///
/// With --service the simulator runs alone, against a service of yours.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: RunArguments,
}

/// What can be done instead of running.
#[derive(Debug, Subcommand)]
enum Command {
    Load(load_command::Arguments),
    Play(play_command::Arguments),
    Record(record_command::Arguments),
    Storm(storm_command::Arguments),
    /// Majibu's own commands, for a storm that starts it
    #[command(hide = true)]
    Majibu {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// Where the providers' APIs and the phone page listen; a free port if this one is taken
    #[arg(long, default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// Where Majibu listens; a free port if this one is taken
    #[arg(long, default_value = "127.0.0.1:8080", conflicts_with = "service")]
    majibu_listen: SocketAddr,
    /// Keep Majibu's database in this folder instead of a temporary one
    #[arg(long, value_name = "FOLDER", conflicts_with = "service")]
    data: Option<PathBuf>,
    /// Simulate for the service with this USSD callback, such as <http://127.0.0.1:3000/ussd>
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
    /// The code that people dial
    #[arg(long, default_value = "*384*55#")]
    service_code: String,
    /// The business name in the M-Pesa prompt
    #[arg(long, default_value = "Majibu")]
    business: String,
    /// Seed of all ids and choices of the simulator; without one every start differs
    #[arg(long)]
    seed: Option<u64>,
    /// Keep the state in this file: loaded at the start if it is there, saved at the end
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Write the certificate for SecurityCredential (payouts) to this file, as PEM
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Switch the simulated opponent on from the start
    #[arg(long)]
    opponent: bool,
    /// Let some amounts of pushes and payouts mean a fault, as test gateways do (KES 1032: cancelled)
    #[arg(long)]
    faults_by_amount: bool,
    #[command(flatten)]
    providers: flags::ProviderFlags,
}

/// The hidden command by which this program is Majibu's.
pub(crate) const MAJIBU: &str = "majibu";

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let is_virtual = match &arguments.command {
        Some(Command::Play(arguments)) => arguments.is_virtual(),
        Some(Command::Storm(arguments)) => arguments.is_virtual(),
        Some(Command::Load(_) | Command::Record(_) | Command::Majibu { .. }) | None => false,
    };
    let mut runtime = if is_virtual {
        // One thread: a rerun is exact.
        runtime::Builder::new_current_thread()
    } else {
        runtime::Builder::new_multi_thread()
    };
    match runtime.enable_all().build() {
        Ok(runtime) => runtime.block_on(command(arguments)),
        Err(error) => {
            complain(&format!("sandbox: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn command(arguments: Arguments) -> ExitCode {
    let command = match arguments.command {
        Some(Command::Majibu { arguments }) => {
            let program = OsString::from(MAJIBU);
            return majibu::cli::main_of(iter::once(program).chain(arguments)).await;
        }
        other => other,
    };
    // What a scenario is about is no trouble of the one who plays it.
    let quiet = if command.is_some() { "off" } else { "warn" };
    let filter =
        tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| quiet.into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
    let done = match command {
        Some(Command::Load(arguments)) => return load_command::run(&arguments).await,
        Some(Command::Play(arguments)) => return play_command::run(arguments).await,
        Some(Command::Record(arguments)) => return record_command::run(arguments).await,
        Some(Command::Storm(arguments)) => return storm_command::run(&arguments).await,
        Some(Command::Majibu { .. }) | None => run(arguments.run).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: RunArguments) -> Result<(), Box<dyn std::error::Error>> {
    let stopped = told_to_stop();
    let mut config = SimulatorConfig {
        listen: free_or(arguments.listen),
        service: ServiceUrls {
            ussd: arguments.service.clone(),
            events: arguments.events,
            delivery: arguments.delivery,
            inbound: arguments.inbound,
            opt_out: arguments.optout,
        },
        service_code: arguments.service_code.clone(),
        seed: arguments.seed,
        faults_by_amount: arguments.faults_by_amount,
        state: arguments.state,
        ..SimulatorConfig::default()
    };
    config.daraja.business = arguments.business;
    arguments.providers.apply(&mut config);
    let sim = Simulator::start(config).await?;
    if let Some(file) = &arguments.certificate {
        std::fs::write(file, sim.certificate_pem())
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    }
    let beside = match arguments.service {
        Some(_) => None,
        None => {
            let address = free_or(arguments.majibu_listen);
            let data = arguments.data.as_deref();
            let world = World::default();
            let code = &arguments.service_code;
            Some(majibu_beside::start(&sim, address, data, code, &world, Jobs::Running).await?)
        }
    };
    sim.set_opponent(arguments.opponent);
    let (page, code) = (sim.base_url(), &arguments.service_code);
    say(&match &beside {
        Some(majibu) => format!(
            "Majibu answers at http://{}; its providers are simulated at {page}",
            majibu.address()
        ),
        None => format!("Africa's Talking and Daraja are simulated at {page}"),
    });
    if let Some(majibu) = &beside {
        say(&format!(
            "Open {page}/ for a phone: dial {code}, register, deposit (the M-Pesa PIN is 1234), play."
        ));
        say(&format!(
            "The console is at http://{}/admin: name admin, password {CONSOLE_PASSWORD}.",
            majibu.address()
        ));
        say("Your opponent: a second phone, or the switch on the page. Ctrl-C stops everything.");
    } else {
        say(&format!(
            "Open {page}/ for a phone and dial {code} (the M-Pesa PIN is 1234). The API is listed at {page}/api."
        ));
    }
    let mut resets = sim.resets();
    let register_again = async {
        while resets.changed().await.is_ok() {
            if let Some(majibu) = &beside {
                majibu.register_again().await;
            }
        }
    };
    tokio::select! {
        () = stopped => {}
        () = register_again => {}
    }
    if let Some(majibu) = beside {
        majibu.stop().await;
    }
    sim.stop().await;
    Ok(())
}

/// The address, or one with a free port on the same interface where the port is taken.
fn free_or(preferred: SocketAddr) -> SocketAddr {
    let is_free = |address: SocketAddr| {
        let listener = TcpListener::bind(address).ok()?;
        listener.local_addr().ok()
    };
    let ip = if preferred.ip().is_unspecified() {
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    } else {
        preferred.ip()
    };
    is_free(preferred)
        .or_else(|| is_free(SocketAddr::new(ip, 0)))
        .unwrap_or(preferred)
}

/// Tells the person at the terminal; a closed pipe is nobody's fault.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Tells of something wrong on standard error.
fn complain(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
