//! `serve`, `work` and `migrate`.

use super::{Failed, open, say};
use crate::{
    config::Config,
    service::{
        Migration, Parts, Service, StartError, World, assemble, told_to_reload, told_to_stop,
    },
};

pub(super) async fn serve(config: &Config, no_jobs: bool, no_migrate: bool) -> Result<(), Failed> {
    run(
        config,
        if no_jobs { Parts::Http } else { Parts::All },
        no_migrate,
    )
    .await
}

pub(super) async fn work(config: &Config, no_migrate: bool) -> Result<(), Failed> {
    run(config, Parts::Jobs, no_migrate).await
}

pub(super) async fn migrate(config: &Config, check: bool) -> Result<(), Failed> {
    if !check {
        open(config).await?;
        say("the database is up to date");
        return Ok(());
    }
    let app = assemble(config, &World::default(), Migration::Skip).await?;
    let pending = app
        .store()
        .pending_migrations()
        .await
        .map_err(StartError::Store)?;
    for migration in &pending {
        say(&format!("pending: {migration}"));
    }
    if pending.is_empty() {
        say("the database is up to date");
        return Ok(());
    }
    Err(Failed::Finding(String::new()))
}

async fn run(config: &Config, parts: Parts, no_migrate: bool) -> Result<(), Failed> {
    let migration = if no_migrate {
        Migration::Skip
    } else {
        Migration::Run
    };
    let (signal, reloads) = (told_to_stop(), told_to_reload());
    let mut service = Service::start(config, &World::default(), parts, migration).await?;
    service.reload_when(reloads, config);
    if service.run_until(signal).await {
        return Ok(());
    }
    Err(Failed::Finding(
        "a part of the service ended by itself".into(),
    ))
}
