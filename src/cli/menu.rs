//! `menu check`.

use clap::Subcommand;
use serde_json::json;

use super::{Failed, say};
use crate::{
    config::Config,
    menu::{Menu, check, file::MenuError},
    service::StartError,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check the menu and its texts; each fault with file and line
    Check {
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(config: &Config, command: &Command) -> Result<(), Failed> {
    let Command::Check { json } = command;
    let budget = config.settings()?.budgets.tightest();
    let menu = match &config.ussd.menus {
        Some(folder) => Menu::in_folder(folder),
        None => Menu::built_in(),
    };
    let menu = match menu {
        Ok(menu) => menu,
        Err(MenuError::Malformed(finding)) => {
            return report(*json, &[finding.to_string()], &[]);
        }
        Err(error) => return Err(StartError::Menu(error).into()),
    };
    let findings: Vec<String> = check::check(&menu, budget)
        .iter()
        .map(ToString::to_string)
        .collect();
    let widths = check::widths(&menu, budget);
    report(*json, &findings, &widths)
}

fn report(
    json: bool,
    findings: &[String],
    widths: &[(String, String, usize)],
) -> Result<(), Failed> {
    if json {
        let widths: Vec<_> = widths
            .iter()
            .map(|(screen, locale, septets)| {
                json!({ "screen": screen, "locale": locale, "septets": septets })
            })
            .collect();
        let ok = findings.is_empty();
        say(&json!({ "ok": ok, "findings": findings, "widest": widths }).to_string());
    } else {
        for finding in findings {
            say(finding);
        }
        if findings.is_empty() {
            let widest = widths
                .iter()
                .map(|(_, _, septets)| *septets)
                .max()
                .unwrap_or_default();
            say(&format!(
                "the menu is sound: {} screens and languages, the widest has {widest} septets",
                widths.len()
            ));
        }
    }
    if findings.is_empty() {
        Ok(())
    } else {
        Err(Failed::Finding(String::new()))
    }
}
