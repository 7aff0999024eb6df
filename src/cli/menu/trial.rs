//! `menu try`: the menu in the terminal, on the real service in this process.
//!
//! A database in a temporary folder, sessions in memory, the starter questions; the jobs' work is
//! done between hops. M-Pesa and the SMS gateway are the terminal's, behind the same ports as the
//! real ones, so what is played here is what players get.

mod clock;
mod command;
mod handset;
mod post;
mod shell;
mod till;

use std::{fs, path::PathBuf, sync::Arc};

use clap::Args;
use tempfile::TempDir;

use self::{clock::ShiftedClock, post::Post, shell::Shell, till::Till};
use super::sound_menu;
use crate::{
    app::{App, Outside},
    cli::{Failed, say},
    config::Config,
    core::msisdn::Msisdn,
    service::{StartError, World, gateways, identity_check},
    session::Sessions,
    store::Store,
};

/// The questions that play, where no others are named.
const QUESTIONS: &str = include_str!("../../../menus/questions.csv");

/// The code that is dialled where the configuration names none.
const CODE: &str = "*384*55#";

#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The first phone's number
    #[arg(long, default_value = "+254712345678", value_name = "NUMBER")]
    phone: String,
    /// The phones' network, by its code; it decides how long a screen may be
    #[arg(long, default_value = "63902", value_name = "CODE")]
    network: String,
    /// A folder with menu.toml and the languages, instead of the configured menus
    #[arg(long, value_name = "DIR")]
    menus: Option<PathBuf>,
    /// A CSV file of questions, instead of the starter questions
    #[arg(long, value_name = "FILE")]
    questions: Option<PathBuf>,
}

/// The service, and what stands around it.
struct House {
    app: App,
    clock: Arc<ShiftedClock>,
    till: Arc<Till>,
    post: Arc<Post>,
    /// The database; goes with the house.
    _folder: TempDir,
}

pub(super) async fn run(
    config: &Config,
    world: &World,
    arguments: &Arguments,
) -> Result<(), Failed> {
    let number = Msisdn::parse(&arguments.phone)
        .map_err(|_| Failed::Usage("--phone: not a Kenyan mobile number".into()))?;
    let mut config = config.clone();
    if let Some(folder) = &arguments.menus {
        config.ussd.menus = Some(folder.clone());
    }
    let house = House::build(&config, world).await?;
    house.load_questions(arguments).await?;
    let codes = &house.app.settings().service_codes;
    let code = codes.first().cloned().unwrap_or_else(|| CODE.into());
    let network = arguments.network.clone();
    Shell::new(house, number, network, code).play().await
}

impl House {
    async fn build(config: &Config, world: &World) -> Result<Self, Failed> {
        let menu = sound_menu(config)?;
        let settings = config.settings()?;
        let folder = tempfile::Builder::new()
            .prefix("majibu-try-")
            .tempdir()
            .map_err(|error| Failed::Usage(format!("no temporary folder: {error}")))?;
        let clock = Arc::new(ShiftedClock::new(world.clock.clone()));
        let url = format!("sqlite://{}", folder.path().join("majibu.db").display());
        let store = Store::open(&url).await.map_err(StartError::Store)?;
        store.migrate().await.map_err(StartError::Store)?;
        let sessions = Sessions::open(
            "memory:",
            &config.sessions.prefix,
            config.ussd.session_ttl,
            config.ussd.finished_ttl,
        );
        let sessions = sessions.await.map_err(StartError::Sessions)?;
        let (till, post) = (
            Arc::new(Till::new(clock.clone())),
            Arc::new(Post::default()),
        );
        let outside = Outside {
            sms: post.clone(),
            fallback: None,
            money: till.clone(),
            identity: identity_check(config),
            gateways: gateways(config),
            clock: clock.clone(),
            random: world.random.clone(),
        };
        Ok(Self {
            app: App::new(store, sessions, menu, settings, outside),
            clock,
            till,
            post,
            _folder: folder,
        })
    }

    async fn load_questions(&self, arguments: &Arguments) -> Result<(), Failed> {
        let csv = match &arguments.questions {
            None => QUESTIONS.into(),
            Some(file) => fs::read(file).map_err(|error| {
                Failed::Usage(format!(
                    "--questions: cannot read {}: {error}",
                    file.display()
                ))
            })?,
        };
        let imported = self.app.import_questions(&csv).await;
        let report = imported.map_err(|error| Failed::Finding(error.to_string()))?;
        for refused in &report.refused {
            say(&format!(
                "question on line {}: {}",
                refused.line, refused.what
            ));
        }
        Ok(())
    }
}
