//! `questions import` and `questions check`.

use std::{fs, path::PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::{Failed, open, say};
use crate::{
    app::{ImportError, ImportReport},
    config::Config,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Load questions from a CSV file; what does not fit is refused by line
    ///
    /// Columns: category, question, choice1, choice2, choice3, answer (the number of the right
    /// choice); optional: choice4, lang (default en), key (rows with the same key are translations
    /// of one question). Loading a file again changes nothing.
    Import {
        /// The file
        file: PathBuf,
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// Say what an import would refuse, without loading anything
    Check {
        /// The file
        file: PathBuf,
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(config: &Config, command: Command) -> Result<(), Failed> {
    let (Command::Import { file, json } | Command::Check { file, json }) = &command;
    let csv = fs::read(file)
        .map_err(|error| Failed::Usage(format!("cannot read {}: {error}", file.display())))?;
    let app = open(config).await?;
    let (report, verb) = match &command {
        Command::Import { .. } => (app.import_questions(&csv).await, "added"),
        Command::Check { .. } => (app.check_questions(&csv), "would be loaded"),
    };
    let report = report.map_err(|error| match error {
        ImportError::Malformed(what) => Failed::Finding(format!("{}: {what}", file.display())),
        ImportError::App(error) => error.into(),
    })?;
    if *json {
        say(&as_json(&report).to_string());
    } else {
        for refused in &report.refused {
            say(&format!(
                "{}:{}: {}",
                file.display(),
                refused.line,
                refused.why
            ));
        }
        let ImportReport {
            added,
            updated,
            unchanged,
            converted,
            refused,
        } = &report;
        let refused = refused.len();
        say(&format!(
            "{added} {verb}, {updated} updated, {unchanged} unchanged, {refused} refused \
            ({converted} with characters made plain)"
        ));
    }
    let has_findings = !report.refused.is_empty();
    match command {
        // What fits is loaded; lines that do not fit are a report, not a failure.
        Command::Import { .. } => Ok(()),
        Command::Check { .. } if has_findings => Err(Failed::Finding(String::new())),
        Command::Check { .. } => Ok(()),
    }
}

fn as_json(report: &ImportReport) -> serde_json::Value {
    let refused: Vec<_> = report
        .refused
        .iter()
        .map(|refused| json!({ "line": refused.line, "why": refused.why }))
        .collect();
    json!({
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "converted": report.converted,
        "refused": refused,
    })
}
