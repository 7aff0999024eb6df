//! The menu from its files, at start and again on SIGHUP. A menu with faults is refused; at a reload
//! the one in force stays.

use tokio_util::sync::CancellationToken;

use super::StartError;
use crate::{
    app::App,
    config::Config,
    menu::{
        Menu, check,
        file::{self, Finding},
    },
};

/// Reads the menu that the configuration names, and proves it.
///
/// # Errors
/// When it cannot be read or has faults.
pub fn load_menu(config: &Config) -> Result<Menu, StartError> {
    let limits = config.settings()?.menu_limits();
    let sources = file::sources(config.ussd.menus.as_deref())?;
    match check::prove(&sources, &limits) {
        (Some(menu), findings) if findings.is_empty() => Ok(menu),
        (_, findings) => Err(StartError::Unsound(findings)),
    }
}

/// What became of a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reloaded {
    /// The menu of the files is in force.
    Yes,
    /// The menu is part of the binary: there is nothing to be read.
    Embedded,
}

/// Reads and proves the menu again and puts it in force, for every hop that comes in from then on.
///
/// # Errors
/// When it cannot be read, has faults, or leaves too little room for questions that players may
/// get; the menu in force stays.
pub async fn reload_menu(config: &Config, app: &App) -> Result<Reloaded, StartError> {
    if config.ussd.menus.is_none() {
        return Ok(Reloaded::Embedded);
    }
    let menu = load_menu(config)?;
    let misfits = app.misfits(&menu).await?;
    if !misfits.is_empty() {
        return Err(StartError::Unsound(misfits));
    }
    app.exchange_menu(menu);
    Ok(Reloaded::Yes)
}

/// Orders to read the menu again.
#[derive(Debug)]
pub struct Reloads {
    #[cfg(unix)]
    hangups: Option<tokio::signal::unix::Signal>,
}

/// Listens for SIGHUP from this call on. Called before a service starts: without it, the signal
/// would end the process.
#[must_use]
pub fn told_to_reload() -> Reloads {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let hangups = signal(SignalKind::hangup());
        if let Err(error) = &hangups {
            tracing::warn!(%error, "no SIGHUP: the menu cannot be reloaded");
        }
        Reloads {
            hangups: hangups.ok(),
        }
    }
    #[cfg(not(unix))]
    Reloads {}
}

impl Reloads {
    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(hangups) = &mut self.hangups
            && hangups.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}

/// Reloads on every order until the service stops.
pub(super) async fn when_told(
    mut reloads: Reloads,
    app: App,
    config: Config,
    stop: CancellationToken,
) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = reloads.next() => reload(&app, &config).await,
        }
    }
}

/// Says at start which questions of the bank the menu cuts off. No refusal: players are better
/// served by a question that is cut than by none at all, and the operator has to be able to start.
pub(super) async fn warn_of_misfits(app: &App) {
    match app.misfits(&app.menu()).await {
        Ok(misfits) => tell(&misfits),
        Err(error) => tracing::warn!(%error, "the questions could not be measured"),
    }
}

fn tell(findings: &[Finding]) {
    for finding in findings {
        let (file, line, key) = (&finding.file, finding.line, &finding.key);
        tracing::error!(file, line, key, "{finding}");
    }
}

async fn reload(app: &App, config: &Config) {
    match reload_menu(config, app).await {
        Ok(Reloaded::Yes) => {
            let menu = app.menu();
            let languages: Vec<&str> = menu.texts.keys().map(String::as_str).collect();
            tracing::info!(
                screens = menu.screens.len(),
                languages = languages.join(","),
                "the menu is reloaded"
            );
        }
        Ok(Reloaded::Embedded) => {
            tracing::info!(
                "the menu is that of the binary (ussd.menus is not set): nothing to reload"
            );
        }
        Err(StartError::Unsound(findings)) => {
            tracing::error!(
                faults = findings.len(),
                "the menu was not reloaded: it has faults; the one in force stays"
            );
            tell(&findings);
        }
        Err(error) => {
            tracing::error!(%error, "the menu was not reloaded; the one in force stays");
        }
    }
}
