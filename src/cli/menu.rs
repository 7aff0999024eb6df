//! `menu check`, `menu draw` and `menu try`.

mod draw;
mod trial;

use clap::Subcommand;
use serde_json::json;

use super::{Failed, say};
use crate::{
    config::Config,
    menu::{Menu, check, file::MenuError},
    service::{StartError, World, load_menu},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check the menu and its texts; each fault with file and line
    Check {
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// Draw the menu: every screen on a small phone, every key and outcome as an arrow
    ///
    /// The picture is of the menus that the configuration names (ussd.menus), or else of those in
    /// the binary. A menu with faults is not drawn: they are named, and the exit code is 1.
    Draw(draw::Arguments),
    /// Play the menu in the terminal: phones, M-Pesa and SMS are played, the service is real
    ///
    /// Everything happens in this process, on a database that goes when you quit. Type "help" for
    /// what you can do; with a file or a pipe as input it runs to the end of it. A menu with faults
    /// is not played: they are named, and the exit code is 1.
    Try(trial::Arguments),
}

pub(super) async fn run(config: &Config, command: &Command) -> Result<(), Failed> {
    match command {
        Command::Check { json } => run_check(config, *json),
        Command::Draw(arguments) => draw::run(config, arguments),
        Command::Try(arguments) => trial::run(config, &World::default(), arguments).await,
    }
}

/// The menu that the configuration names, if it is sound; its faults are a finding.
fn sound_menu(config: &Config) -> Result<Menu, Failed> {
    load_menu(config).map_err(|error| {
        if let StartError::Menu(MenuError::Malformed(finding)) = &error {
            Failed::Finding(format!("the menu has faults:\n{finding}"))
        } else if matches!(error, StartError::Unsound(_)) {
            Failed::Finding(error.to_string())
        } else {
            error.into()
        }
    })
}

fn run_check(config: &Config, json: bool) -> Result<(), Failed> {
    let budget = config.settings()?.budgets.tightest();
    let menu = match &config.ussd.menus {
        Some(folder) => Menu::in_folder(folder),
        None => Menu::built_in(),
    };
    let menu = match menu {
        Ok(menu) => menu,
        Err(MenuError::Malformed(finding)) => {
            return report(json, &[finding.to_string()], &[]);
        }
        Err(error) => return Err(StartError::Menu(error).into()),
    };
    let findings: Vec<String> = check::check(&menu, budget)
        .iter()
        .map(ToString::to_string)
        .collect();
    let widths = check::widths(&menu, budget);
    report(json, &findings, &widths)
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
