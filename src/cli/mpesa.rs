//! `mpesa ...`: what an operator does with Daraja.

use clap::Subcommand;

use super::{Failed, open, say};
use crate::config::Config;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Let payouts go out again after a fault of the house, before the pause is over
    Resume,
}

pub(super) async fn run(config: &Config, command: &Command) -> Result<(), Failed> {
    match command {
        Command::Resume => {
            let why = open(config).await?.resume_payouts().await?;
            say(&why.map_or_else(
                || "payouts were not paused".into(),
                |why| format!("payouts go out again; they paused for: {why}"),
            ));
            Ok(())
        }
    }
}
