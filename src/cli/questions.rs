//! `questions`: importing, checking and exporting the bank, how questions fared, withdrawing bad ones.

mod bank;
mod watch;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Failed, by_command, open, say};
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Load questions from a CSV file; what does not fit is refused by line
    ///
    /// Columns: category, question, choice1, choice2, choice3, answer (the number of the right
    /// choice); optional: choice4, lang (default en), key (rows with the same key are translations
    /// of one question), source (where the fact was looked up; kept, never shown to players).
    /// Loading a file again changes nothing.
    ///
    /// Rows that do not fit are listed by line and left out; the others are loaded, all of them or
    /// none. A file that is broken as a whole (encoding, quotes, columns) loads nothing: exit code 1.
    ///
    /// A question that is known by its key and has other words or another answer is corrected for
    /// the sets that are opened from now on. Sets that are open keep what they were opened with. To
    /// correct an answer, a file must have all languages of the question.
    Import {
        /// The file
        file: PathBuf,
        /// Load nothing; say what would be new and what would change, by line
        #[arg(long)]
        dry_run: bool,
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// Say what an import would refuse, without loading anything
    ///
    /// Warns as well of questions that say nearly the same, that lack a language which others of
    /// the file have, and of right answers that stand too often at one place.
    Check {
        /// The file
        file: PathBuf,
        /// Take warnings for findings: exit code 1
        #[arg(long)]
        strict: bool,
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// Write the bank as CSV that imports again; withdrawn questions are left out
    Export {
        /// The file; - for stdout
        file: PathBuf,
        /// Questions of this category only
        #[arg(long)]
        category: Option<String>,
        /// Texts in this language only
        #[arg(long)]
        lang: Option<String>,
        /// The withdrawn questions, instead of those in play
        #[arg(long)]
        withdrawn: bool,
    },
    /// How often each question was right, late and so on in the last 90 days; likely wrong and trivial ones come first
    Stats {
        /// Questions of this category only
        #[arg(long)]
        category: Option<String>,
        /// Questions that were shown at least so often
        #[arg(long, default_value_t = 1, value_name = "N")]
        min_shown: u32,
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// Take a bad question out of play; open sets that hold it are voided, stakes go back
    ///
    /// Every player of such a set gets the whole stake back, and an SMS that says so. Doing it twice
    /// does nothing the second time. An import does not bring the question back; `restore` does.
    Withdraw(Act),
    /// Bring a withdrawn question back into play
    Restore(Act),
}

/// Something that is done to a question, and by whom and why.
#[derive(Debug, Args)]
pub(super) struct Act {
    /// The key of the question, or its id
    #[arg(value_name = "KEY_OR_ID")]
    question: String,
    /// Why; kept
    #[arg(long)]
    reason: String,
    /// Who says to do it; kept with the reason, and checked by nobody
    #[arg(long, env = "USER", default_value = "unknown", hide_env_values = true)]
    by: String,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, command: Command) -> Result<(), Failed> {
    match command {
        Command::Import {
            file,
            dry_run,
            json,
        } => bank::import(config, &file, dry_run, json).await,
        Command::Check { file, strict, json } => bank::check(config, &file, strict, json).await,
        Command::Export {
            file,
            category,
            lang,
            withdrawn,
        } => {
            let filter = crate::store::BankFilter {
                category,
                locale: lang,
                withdrawn,
            };
            bank::export(config, &file, &filter).await
        }
        Command::Stats {
            category,
            min_shown,
            json,
        } => watch::stats(config, category, min_shown, json).await,
        Command::Withdraw(act) => watch::withdraw(config, &act).await,
        Command::Restore(act) => watch::restore(config, &act).await,
    }
}
