//! `sandbox record`: keeps what was just done on the page as a scenario.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::say;

/// Write a scenario from what was just done on the page
///
/// It has what the phones did since the start or the last reset, and what they saw.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The file to write; it must not be there yet
    file: PathBuf,
    /// Where the sandbox runs
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8081")]
    from: String,
}

/// Records; gives the exit code.
pub(crate) async fn run(arguments: Arguments) -> ExitCode {
    match record(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            crate::complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Fetches the scenario and writes it.
async fn record(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let url = format!("{}/api/scenario", arguments.from.trim_end_matches('/'));
    let http = reqwest::Client::builder().no_proxy().build()?;
    let answer = http.get(&url).send().await;
    let answer = answer.and_then(reqwest::Response::error_for_status);
    let text = answer
        .map_err(|error| format!("no sandbox: {error}"))?
        .text()
        .await?;
    let file = arguments.file;
    let written = std::fs::File::create_new(&file)
        .and_then(|mut open| std::io::Write::write_all(&mut open, text.as_bytes()));
    written.map_err(|error| format!("{}: {error}", file.display()))?;
    say(&format!(
        "written: {}; play it with `sandbox play {0}`, against another service than Majibu with --service URL",
        file.display()
    ));
    Ok(())
}
