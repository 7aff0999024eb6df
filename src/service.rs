//! The service put together from a configuration, and run until it is told to stop.

mod reload;

use std::{future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use reqwest::Client;
use secrecy::ExposeSecret;
use tokio::{net::TcpListener, signal, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub use self::reload::{Reloaded, Reloads, load_menu, reload_menu, told_to_reload};
use crate::{
    app::{App, AppError, Outside},
    config::{Config, ConfigError, Daraja, Mode},
    core::{msisdn::Msisdn, time::Timestamp},
    http::{self, JobsHealth, Web},
    jobs,
    menu::file::{Finding, MenuError},
    ports::{
        CheckByHand, Clock, Gateways, IdentityCheck, NoCheck, Random, SecondSender, SystemClock,
        SystemRandom,
    },
    provider::{
        africastalking::{AfricasTalkingUssd, SmsClient, SmsSettings},
        daraja::{DarajaClient, DarajaSettings, PayoutSettings, security_credential},
        further_gateways,
        sms_template::TemplateSender,
    },
    session::{SessionError, Sessions},
    store::{Schema, Store, StoreError},
    telemetry::Metrics,
};

/// The service cannot start. The message names the key or file that is to blame.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The menu cannot be read.
    #[error("ussd.menus: {0}")]
    Menu(#[from] MenuError),
    /// The menu is not sound.
    #[error("the menu has faults:\n{}", lines(.0))]
    Unsound(Vec<Finding>),
    /// The questions could not be measured against the menu.
    #[error(transparent)]
    App(#[from] AppError),
    /// The database.
    #[error("database.url: {}", .0.in_full())]
    Store(#[from] StoreError),
    /// The schema is older than this binary; the first migration that it lacks.
    #[error("database.url: the database is not up to date ({0} is pending): run `majibu migrate`")]
    Behind(String),
    /// The session store.
    #[error("sessions.url: {0}")]
    Sessions(#[from] SessionError),
    /// The address.
    #[error("{key}: cannot listen on {address}: {source}")]
    Listen {
        /// The key that names it.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The HTTP client for the providers.
    #[error("the HTTP client cannot be made: {0}")]
    Client(reqwest::Error),
}

fn lines(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// Time and chance, where they are not the machine's.
#[derive(Clone, Debug)]
pub struct World {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives randomness.
    pub random: Arc<dyn Random>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        }
    }
}

/// What happens to the schema at start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migration {
    /// It is brought up to date.
    Run,
    /// It is left as it is; what is missing is warned of.
    Skip,
    /// It is left as it is, and has to be that of this binary: for what only looks, and may have no
    /// right to change it. Where there is none at all it is made.
    Require,
}

/// Puts the app together: menu, database, sessions, providers.
///
/// # Errors
/// When one of them is not usable.
pub async fn assemble(
    config: &Config,
    world: &World,
    migration: Migration,
) -> Result<App, StartError> {
    // The first number that is read costs 50 ms: beside all else, and not in the first hop.
    let number = tokio::task::spawn_blocking(|| Msisdn::parse("+254712345678"));
    let menu = load_menu(config)?;
    let settings = config.settings()?;
    let store = Store::open(config.database.url.expose_secret()).await?;
    prepare(&store, world.clock.now(), migration).await?;
    let sessions = Sessions::open(
        config.sessions.url.expose_secret(),
        &config.sessions.prefix,
        config.ussd.session_ttl,
        config.ussd.finished_ttl,
    )
    .await?;
    let client = http_client()?;
    let tokens = Arc::new(sessions.clone());
    let second = |api| Arc::new(TemplateSender::new(api, client.clone())) as Arc<dyn SecondSender>;
    let fallback = config.second_sender()?.map(second);
    let outside = Outside {
        sms: Arc::new(SmsClient::new(sms_settings(config), client.clone())),
        fallback,
        money: Arc::new(DarajaClient::new(daraja_settings(config)?, client, tokens)),
        identity: identity_check(config),
        gateways: gateways(config),
        clock: world.clock.clone(),
        random: world.random.clone(),
    };
    let _ = number.await;
    for (key, why) in config.doubtful() {
        tracing::warn!(key, "in production: {why}");
    }
    for (key, why) in config.cut_short() {
        tracing::warn!(key, "longer than a player may have: {why}");
    }
    Ok(App::new(store, sessions, menu, settings, outside))
}

/// The HTTP client for the providers. No redirects: a provider does not send them, and a POST must not
/// be repeated elsewhere.
pub(crate) fn http_client() -> Result<Client, StartError> {
    let client = Client::builder().redirect(reqwest::redirect::Policy::none());
    client.build().map_err(StartError::Client)
}

/// Does to the schema what is asked for.
async fn prepare(store: &Store, now: Timestamp, migration: Migration) -> Result<(), StartError> {
    let run = async || {
        store.migrate().await?;
        Ok(store.make_partitions(now).await?)
    };
    if migration == Migration::Run {
        return run().await;
    }
    match (store.schema().await?, migration) {
        (Schema::Current, _) => Ok(()),
        (Schema::None, Migration::Require) => run().await,
        (Schema::Behind(first), Migration::Require) => Err(StartError::Behind(first)),
        (schema @ (Schema::None | Schema::Behind(_)), Migration::Run | Migration::Skip) => {
            tracing::warn!(?schema, "the database is not up to date");
            Ok(())
        }
    }
}

/// How the configuration has players checked.
pub(crate) fn identity_check(config: &Config) -> Arc<dyn IdentityCheck> {
    if config.players.require_verification {
        Arc::new(CheckByHand)
    } else {
        Arc::new(NoCheck)
    }
}

/// The gateways that the service answers.
pub(crate) fn gateways(config: &Config) -> Gateways {
    Gateways::new(
        Arc::new(AfricasTalkingUssd),
        further_gateways(&config.ussd.service_codes.0),
    )
}

fn sms_settings(config: &Config) -> SmsSettings {
    let section = &config.africastalking;
    SmsSettings {
        base_url: section.base_url.clone(),
        username: section.username.clone(),
        api_key: section.api_key.clone(),
        sender: section.sender.clone(),
        bulk: section.bulk,
        timeout: section.timeout,
    }
}

pub(crate) fn daraja_settings(config: &Config) -> Result<DarajaSettings, ConfigError> {
    let section = &config.daraja;
    let base = config.http.public_url.trim_end_matches('/');
    let secret = config.http.callback_secret.expose_secret();
    Ok(DarajaSettings {
        base_url: section.base_url.clone(),
        consumer_key: section.consumer_key.clone(),
        consumer_secret: section.consumer_secret.clone(),
        shortcode: section.shortcode.clone(),
        passkey: section.passkey.clone(),
        callback_base: format!("{base}/pay/{secret}"),
        payouts: payout_settings(section)?,
        timeout: section.timeout,
    })
}

/// As whom payouts are made, where all that it takes is set. Without any of it there are none.
fn payout_settings(section: &Daraja) -> Result<Option<PayoutSettings>, ConfigError> {
    let keys = [
        ("daraja.b2c_initiator", section.b2c_initiator.is_some()),
        ("daraja.b2c_password", section.b2c_password.is_some()),
        ("daraja.certificate", section.certificate.is_some()),
    ];
    let (Some(initiator), Some(password), Some(path)) = (
        &section.b2c_initiator,
        &section.b2c_password,
        &section.certificate,
    ) else {
        let missing = keys.into_iter().find(|(_, is_set)| !is_set);
        let is_begun = keys.iter().any(|(_, is_set)| *is_set);
        return match missing.filter(|_| is_begun) {
            Some((key, _)) => Err(ConfigError::impossible(key, "is needed for payouts, too")),
            None => Ok(None),
        };
    };
    let refused = |what: String| ConfigError::impossible("daraja.certificate", what);
    let certificate =
        std::fs::read(path).map_err(|error| refused(format!("{}: {error}", path.display())))?;
    let credential = security_credential(&certificate, password)
        .map_err(|error| refused(format!("{} {error}", path.display())))?;
    Ok(Some(PayoutSettings {
        shortcode: section
            .b2c_shortcode
            .clone()
            .unwrap_or_else(|| section.shortcode.clone()),
        initiator: initiator.clone(),
        credential,
    }))
}

/// What runs in a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// HTTP and jobs.
    All,
    /// HTTP alone; jobs run elsewhere.
    Http,
    /// Jobs alone.
    Jobs,
}

/// How long a part of the service may take to stop: a little longer than the job runner gives work
/// that has begun.
const STOPPING: Duration = Duration::from_secs(30);

/// A running service.
pub struct Service {
    app: App,
    address: Option<SocketAddr>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Service {
    /// Starts the service: when this returns, it answers.
    ///
    /// # Errors
    /// When something that it needs is not usable.
    pub async fn start(
        config: &Config,
        world: &World,
        parts: Parts,
        migration: Migration,
    ) -> Result<Self, StartError> {
        config.check()?;
        let metrics = Metrics::begin();
        let upkeep = metrics.clone();
        let app = assemble(config, world, migration).await?;
        reload::warn_of_misfits(&app).await;
        if let Err(error) = app.plan_chores().await {
            // Under `--no-migrate` the schema may be behind.
            tracing::warn!(error = ?error, "chores could not be planned");
        }
        let stop = CancellationToken::new();
        let health = JobsHealth::default();
        let (mut tasks, mut address) = (Vec::new(), None);
        let web = Web::new(app.clone(), health.clone(), metrics, config);
        let (key, at, routes) = match parts {
            Parts::Jobs => (
                "jobs.listen",
                config.jobs.listen,
                http::operator_routes(web),
            ),
            Parts::All | Parts::Http => {
                ("http.listen", Some(config.http.listen), http::router(web))
            }
        };
        if let Some(at) = at {
            let (bound, task) = listen(key, at, routes, stop.clone()).await?;
            address = Some(bound);
            tasks.push(task);
        }
        if parts != Parts::Http {
            let jobs = jobs::run(app.clone(), config.jobs.poll, stop.clone(), health);
            tasks.push(tokio::spawn(jobs));
        }
        let stopping = stop.clone();
        tasks.push(tokio::spawn(async move { upkeep.keep_up(stopping).await }));
        if config.mode == Mode::Development && parts != Parts::Jobs {
            tracing::info!(
                "development mode: callbacks are protected by a secret that everybody knows"
            );
        }
        Ok(Self {
            app,
            address,
            stop,
            tasks,
        })
    }

    /// The app behind it.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Where it listens; `None` where it runs jobs alone and `jobs.listen` is not set.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Reads the menu again whenever it is told to, until the service stops.
    pub fn reload_when(&mut self, reloads: Reloads, config: &Config) {
        let (app, config, stop) = (self.app.clone(), config.clone(), self.stop.clone());
        let task = reload::when_told(reloads, app, config, stop);
        self.tasks.push(tokio::spawn(task));
    }

    /// Stops it: no new requests and no new jobs; what has begun is finished.
    pub async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks {
            match tokio::time::timeout(STOPPING, task).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "a part of the service ended badly"),
                Err(_) => tracing::warn!("a part of the service did not stop in time"),
            }
        }
        self.app.store().close().await;
    }

    /// Runs until `signal`, then stops. False when a part of it ended before: whoever watches the
    /// process has to start it again.
    pub async fn run_until(mut self, signal: impl Future<Output = ()>) -> bool {
        let ended = futures::future::select_all(&mut self.tasks);
        let was_told = tokio::select! {
            () = signal => true,
            _ = ended => false,
        };
        if was_told {
            tracing::info!("stopping");
        } else {
            tracing::error!("a part of the service ended by itself; stopping");
            // What has ended cannot be waited for again.
            self.tasks.retain(|task| !task.is_finished());
        }
        self.stop().await;
        was_told
    }
}

async fn listen(
    key: &'static str,
    address: SocketAddr,
    routes: Router,
    stop: CancellationToken,
) -> Result<(SocketAddr, JoinHandle<()>), StartError> {
    let failed = |source| StartError::Listen {
        key,
        address,
        source,
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let task = tokio::spawn(async move {
        let stopped = async move { stop.cancelled().await };
        let served = axum::serve(listener, service)
            .with_graceful_shutdown(stopped)
            .await;
        if let Err(error) = served {
            tracing::error!(%error, "HTTP ended");
        }
    });
    tracing::info!(address = %bound, "listening");
    Ok((bound, task))
}

/// Listens for Ctrl-C and SIGTERM from this call on; the future ends when one has come. Called
/// before a service starts, so that a signal during the start stops it cleanly, too.
pub fn told_to_stop() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let (interrupts, terminations) = {
        use signal::unix::{SignalKind, signal};
        (
            signal(SignalKind::interrupt()),
            signal(SignalKind::terminate()),
        )
    };
    async move {
        #[cfg(unix)]
        match (interrupts, terminations) {
            (Ok(mut interrupts), Ok(mut terminations)) => {
                tokio::select! {
                    _ = interrupts.recv() => {}
                    _ = terminations.recv() => {}
                }
            }
            _ => std::future::pending().await,
        }
        #[cfg(not(unix))]
        if signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
