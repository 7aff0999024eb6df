//! `serve`, `work` and `migrate`.

use super::{Failed, open, say};
use crate::{
    config::Config,
    service::{Migration, Parts, Service, World, told_to_stop},
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

pub(super) async fn migrate(config: &Config) -> Result<(), Failed> {
    open(config).await?;
    say("the database is up to date");
    Ok(())
}

async fn run(config: &Config, parts: Parts, no_migrate: bool) -> Result<(), Failed> {
    let migration = if no_migrate {
        Migration::Skip
    } else {
        Migration::Run
    };
    let service = Service::start(config, &World::default(), parts, migration).await?;
    service.run_until(told_to_stop()).await;
    Ok(())
}
