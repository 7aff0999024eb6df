//! `jobs`: what is due, by kind of work, and what was given up.

use serde_json::json;

use super::{Failed, open_to_look, say};
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(config: &Config, arguments: &Arguments) -> Result<(), Failed> {
    let state = open_to_look(config).await?.work_state().await?;
    if arguments.json {
        let work = state.backlogs.iter().map(|one| {
            let oldest = one.oldest.map(|at| at.to_string());
            let row = json!({ "due": one.due, "later": one.later, "oldest": oldest });
            (one.what.name().to_owned(), row)
        });
        let work: serde_json::Map<_, _> = work.collect();
        let given_up = json!({ "sms": state.failed.len(), "callbacks": state.dead.len() });
        say(&json!({ "work": work, "given_up": given_up }).to_string());
        return Ok(());
    }
    for one in &state.backlogs {
        let oldest = one
            .oldest
            .map_or_else(String::new, |at| format!(", the oldest since {at}"));
        say(&format!(
            "{:15}  {} due, {} later or under way{oldest}",
            one.what.name(),
            one.due,
            one.later
        ));
    }
    say(&format!(
        "given up: {} SMS in 7 days, {} callbacks",
        state.failed.len(),
        state.dead.len()
    ));
    Ok(())
}
