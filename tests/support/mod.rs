//! The harness of the whole-system tests: the real service over HTTP, a database of its own, the
//! simulator as provider, a clock that tests turn, seeded randomness.
//!
//! Jobs run when a test says so ([`World::run_due`]), so nothing sleeps for luck. Every test ends
//! with [`World::check`]: all invariants of the ledger, and nothing left that is due.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    clippy::allow_attributes,
    clippy::expect_used,
    reason = "each test binary uses its own part of the harness, and a harness may give up"
)]

mod players;

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use majibu::{
    app::App,
    config::Config,
    core::{
        operator::{Actor, By, Why},
        time::Timestamp,
    },
    ports::{Clock, Random},
    service::{self, Migration, Parts, Service, StartError},
    session::Sessions,
};
use rand::{SeedableRng, rngs::StdRng};
use sandbox::{ServiceUrls, Simulator, SimulatorConfig};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

pub use players::{Answer, dial, msisdn, press};

/// The code that everybody dials.
pub const CODE: &str = "*384*55#";

/// How long a condition is waited for before the test fails.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Questions in three categories; the bank that this repository ships may change.
pub const QUESTIONS: &str = include_str!("questions.csv");

/// A clock that tests turn.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.0.load(Ordering::SeqCst))
    }
}

/// Seeded randomness; every use case gets the next generator.
#[derive(Debug, Default)]
pub struct TestRandom(AtomicU64);

impl Random for TestRandom {
    fn rng(&self) -> StdRng {
        StdRng::seed_from_u64(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

/// An administrator who acts for this reason.
pub fn by(reason: &str) -> By {
    By {
        actor: Actor::admin("wanjiru"),
        why: Why::new(reason).expect("a reason"),
    }
}

/// A service with everything around it.
pub struct World {
    pub sim: Simulator,
    pub config: Config,
    clock: Arc<TestClock>,
    outside: service::World,
    service: Option<Service>,
    _folder: TempDir,
}

impl World {
    /// A service with questions in three categories.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with another configuration.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::asking(QUESTIONS, change).await
    }

    /// The same with other questions.
    pub async fn asking(questions: &str, change: impl FnOnce(&mut Config)) -> Self {
        Self::within(SimulatorConfig::instant(), questions, change).await
    }

    /// The same among other providers.
    pub async fn within(
        outside: SimulatorConfig,
        questions: &str,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let sim = Simulator::start(outside).await.expect("simulator");
        let folder = TempDir::new().expect("folder");
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|l| l.local_addr())
            .expect("a port");
        let mut config = Config::default();
        config.http.listen = port;
        config.http.public_url = format!("http://{port}");
        config.database.url = database(&folder).await.into();
        if let Some(url) = server("TEST_REDIS_URL") {
            config.sessions.url = url.into();
            config.sessions.prefix = folder
                .path()
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .replace('.', "-");
        }
        config.africastalking.base_url = sim.base_url();
        config.africastalking.api_key = "key".into();
        config.daraja.base_url = sim.base_url();
        config.daraja.consumer_key = "key".into();
        config.daraja.consumer_secret = "secret".into();
        change(&mut config);
        // 2026-11-22, noon in Nairobi.
        let clock = Arc::new(TestClock(AtomicI64::new(1_795_338_000_000)));
        let outside = service::World {
            clock: clock.clone(),
            random: Arc::new(TestRandom::default()),
        };
        let mut world = Self {
            sim,
            config,
            clock,
            outside,
            service: None,
            _folder: folder,
        };
        world.start().await;
        let report = world
            .app()
            .import_questions(questions.as_bytes())
            .await
            .expect("questions");
        assert_eq!(report.refused, [], "the starter questions fit");
        world
    }

    async fn start(&mut self) {
        let service = loop {
            let started =
                Service::start(&self.config, &self.outside, Parts::Http, Migration::Run).await;
            match started {
                // Somebody else's since it was looked for.
                Err(StartError::Listen { .. }) => {
                    let port = TcpListener::bind("127.0.0.1:0")
                        .and_then(|l| l.local_addr())
                        .expect("a port");
                    self.config.http.listen = port;
                    self.config.http.public_url = format!("http://{port}");
                }
                started => break started.expect("service"),
            }
        };
        let base = format!("http://{}", service.address().expect("address"));
        self.sim.set_service(ServiceUrls {
            ussd: Some(format!("{base}/ussd/development")),
            events: Some(format!("{base}/ussd/development/events")),
            delivery: Some(format!("{base}/sms/development/delivery")),
            inbound: Some(format!("{base}/sms/development/inbound")),
            opt_out: Some(format!("{base}/sms/development/optout")),
        });
        self.service = Some(service);
    }

    /// Stops the service and starts it anew on the same database: sessions in the process are lost.
    pub async fn restart(&mut self) {
        if let Some(service) = self.service.take() {
            service.stop().await;
        }
        self.start().await;
    }

    /// One more process of the service on the same database and sessions, at an address of its own.
    pub async fn another(&self) -> Service {
        let mut config = self.config.clone();
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|l| l.local_addr())
            .expect("a port");
        config.http.public_url = format!("http://{port}");
        config.http.listen = port;
        self.another_with(config).await
    }

    /// The same with another configuration; it listens where that says.
    pub async fn another_with(&self, config: Config) -> Service {
        let started = Service::start(&config, &self.outside, Parts::Http, Migration::Skip).await;
        started.expect("another service")
    }

    /// Whether these tests run on PostgreSQL and Redis.
    pub fn is_production() -> bool {
        server("TEST_POSTGRES_URL").is_some()
    }

    /// Loses every session of this service, as when the session store is wiped. The Redis server is
    /// shared with other tests, so only this service's keys go.
    pub async fn wipe_sessions(&self) {
        if let Sessions::Memory(sessions) = self.app().sessions() {
            return sessions.wipe();
        }
        let url = server("TEST_REDIS_URL").expect("a server");
        let client = redis::Client::open(url).expect("Redis");
        let mut redis = client
            .get_multiplexed_async_connection()
            .await
            .expect("Redis");
        let pattern = format!("{}:session:*", self.config.sessions.prefix);
        let keys: Vec<String> = redis::AsyncCommands::keys(&mut redis, pattern)
            .await
            .expect("keys");
        if !keys.is_empty() {
            let _: i64 = redis::AsyncCommands::del(&mut redis, keys)
                .await
                .expect("wiped");
        }
    }

    pub fn app(&self) -> &App {
        self.service.as_ref().expect("running").app()
    }

    /// The service's base URL.
    pub fn base(&self) -> String {
        self.config.http.public_url.clone()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Turns the clock forward.
    pub fn turn(&self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).expect("a duration that fits");
        self.clock.0.fetch_add(ms, Ordering::SeqCst);
    }

    /// Turns the clock back, as a server's clock may be.
    pub fn turn_back(&self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).expect("a duration that fits");
        self.clock.0.fetch_sub(ms, Ordering::SeqCst);
    }

    /// Runs jobs until none is due at this instant; gives how many rows were worked off.
    pub async fn run_due(&self) -> usize {
        self.app().work_off().await.expect("jobs")
    }

    /// A system account's balance, in cents.
    pub async fn account(&self, name: &str) -> i64 {
        let report = self.app().ledger_report().await.expect("report");
        report.accounts.get(name).map_or(0, |balance| balance.get())
    }

    /// All invariants hold, and M-Pesa and the ledger agree about what moved.
    pub async fn check(self) {
        self.run_due().await;
        let report = self.app().ledger_report().await.expect("report");
        assert!(report.findings.is_empty(), "{:#?}", report.findings);
        if let Some(service) = self.service {
            service.stop().await;
        }
        self.sim.stop().await;
    }
}

/// Whether the tests run on PostgreSQL and Redis (`TEST_ENGINE=production`, by `tests/run`) instead
/// of the embedded default.
fn server(name: &str) -> Option<String> {
    if std::env::var("TEST_ENGINE").as_deref() != Ok("production") {
        return None;
    }
    Some(std::env::var(name).unwrap_or_else(|_| panic!("{name} names no server")))
}

/// A database of its own: on the PostgreSQL server, else a file.
async fn database(folder: &TempDir) -> String {
    let Some(server) = server("TEST_POSTGRES_URL") else {
        return format!("sqlite://{}", folder.path().join("majibu.db").display());
    };
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::SeqCst);
    let name = format!("majibu_test_{}_{number}", std::process::id());
    let mut connection = PgConnection::connect(&server).await.expect("PostgreSQL");
    let create = AssertSqlSafe(format!("create database {name}"));
    sqlx::query(create)
        .execute(&mut connection)
        .await
        .expect("a database");
    let (base, _) = server.rsplit_once('/').expect("a URL with a database");
    format!("{base}/{name}")
}
