//! How fast the service is, as ratios of things that are measured in turn on the same machine:
//! `benches/run` starts the servers and this; `docs/performance.md` says how to read it.
//!
//! `floor` is the least that a hop could be: a bare handler that does the same round trips and nothing
//! else. `compare` measures it, the service and a peer, alternating. `growth` measures the service as
//! its tables grow.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measurement tells what it does and what came out"
)]

mod bare;
mod compare;
mod crowd;
mod floor;
#[expect(
    clippy::expect_used,
    reason = "what a measurement needs and does not get ends it"
)]
#[path = "../../tests/batches/given.rs"]
mod given;
mod growth;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
    /// What `cargo bench` says to every bench.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Serve the floor
    Floor(floor::Arguments),
    /// Measure floor, service and peer in turn; print a table
    Compare(compare::Arguments),
    /// Measure the service as its tables grow; print a table, write a plot
    Growth(growth::Arguments),
}

/// What went wrong.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.what {
        What::Floor(arguments) => floor::serve(arguments).await,
        What::Compare(arguments) => compare::compare(arguments).await,
        What::Growth(arguments) => growth::growth(arguments).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes what a table or a plot says to a file, or to standard output where there is none.
fn write(file: Option<&PathBuf>, text: &str) -> Result<(), Failure> {
    match file {
        Some(file) => std::fs::write(file, text)?,
        None => println!("{text}"),
    }
    Ok(())
}

/// The middle one of some figures; 0 where there are none.
fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        len if len % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}
