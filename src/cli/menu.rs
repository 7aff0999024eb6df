//! `menu check`, `menu reference`, `menu draw` and `menu try`.

mod draw;
mod trial;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Failed, say};
use crate::{
    app::KENYA,
    config::Config,
    menu::{
        Menu,
        check::{self, Limits, Width},
        file::{self, Finding},
        reference::reference,
    },
    service::{StartError, World, load_menu},
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check the menu and its texts; each fault with file and line, and the key there
    Check {
        /// One JSON object instead of text
        #[arg(long, conflicts_with = "screens")]
        json: bool,
        /// The length of every screen by language and network, as a Markdown page
        #[arg(long)]
        screens: bool,
    },
    /// What the files may use: actions, lists, placeholders and texts, as Markdown tables
    Reference,
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
        Command::Check { json, screens } => check(config, *json, *screens),
        Command::Reference => {
            say(&reference(&load_menu(config)?));
            Ok(())
        }
        Command::Draw(arguments) => draw::run(config, arguments),
        Command::Try(arguments) => trial::run(config, &World::default(), arguments).await,
    }
}

/// The menu that the configuration names, if it is sound; its faults are a finding.
fn sound_menu(config: &Config) -> Result<Menu, Failed> {
    load_menu(config).map_err(|error| {
        if matches!(error, StartError::Unsound(_)) {
            Failed::Finding(error.to_string())
        } else {
            error.into()
        }
    })
}

fn check(config: &Config, is_json: bool, screens: bool) -> Result<(), Failed> {
    let limits = config.settings()?.menu_limits();
    let sources = file::sources(config.ussd.menus.as_deref()).map_err(StartError::Menu)?;
    let (menu, findings) = check::prove(&sources, &limits);
    let widths = menu.map(|menu| check::widths(&menu, &limits));
    let widths = widths.unwrap_or_default();
    if is_json {
        say(&as_json(&findings, &widths, &limits).to_string());
    } else if findings.is_empty() {
        let widest = widths.iter().map(Width::widest).max().unwrap_or_default();
        say(&if screens {
            check::page(&widths, &limits, &KENYA)
        } else {
            format!(
                "the menu is sound: {} screens and languages, the widest has {widest} septets",
                widths.len()
            )
        });
    } else {
        for finding in &findings {
            say(&finding.to_string());
        }
    }
    if findings.is_empty() {
        Ok(())
    } else {
        Err(Failed::Finding(String::new()))
    }
}

fn as_json(findings: &[Finding], widths: &[Width], limits: &Limits) -> Value {
    let places = findings.iter().map(|finding| {
        json!({
            "file": finding.file, "line": finding.line, "key": finding.key, "what": finding.what,
        })
    });
    let widths = widths.iter().map(|width| {
        let networks = limits.networks.iter().zip(&width.septets);
        let networks = networks.map(|((network, budget), septets)| {
            (
                network.clone(),
                json!({ "septets": septets, "budget": budget }),
            )
        });
        // The tightest network's figure stands alone, too: it is the one that counts.
        let tightest = limits.networks.iter().zip(&width.septets);
        let tightest = tightest.min_by_key(|((_, budget), _)| *budget);
        json!({
            "screen": width.screen,
            "locale": width.locale,
            "septets": tightest.map_or(0, |(_, septets)| *septets),
            "networks": networks.collect::<serde_json::Map<_, _>>(),
        })
    });
    json!({
        "ok": findings.is_empty(),
        "findings": findings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "places": places.collect::<Vec<_>>(),
        "widest": widths.collect::<Vec<_>>(),
    })
}
