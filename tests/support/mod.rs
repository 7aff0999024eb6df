//! The harness of the whole-system tests: the real service over HTTP, a database of its own, the
//! simulator as provider, a clock that tests turn, seeded randomness.
//!
//! Jobs run when a test says so ([`World::run_due`]), so nothing sleeps for luck. Every test ends
//! with [`World::check`]: all invariants of the ledger, and nothing left that is due.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::expect_used,
    reason = "each test binary uses its own part of the harness, and a harness may give up"
)]

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use majibu::{
    app::{App, PlayerReport},
    config::Config,
    core::{
        msisdn::Msisdn,
        operator::{Actor, By, Why},
        time::Timestamp,
    },
    ports::{Clock, Random},
    service::{self, Migration, Parts, Service, StartError},
    session::Sessions,
    store::{Entry, EntryState},
};
use rand::{SeedableRng, rngs::StdRng};
use sandbox::{Exchange, Phone, Screen, ServiceUrls, Simulator, SimulatorConfig};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

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

    pub fn phone(&self, number: &str) -> Phone {
        self.sim.phone(number).expect("a Kenyan number")
    }

    /// A phone whose owner is registered, in English.
    pub async fn registered(&self, number: &str) -> Phone {
        let phone = self.phone(number);
        dial(&phone).await;
        press(&phone, &["1", "1"]).await;
        phone.drop_session();
        phone
    }

    /// A phone whose owner is registered and has so much in the wallet, by M-Pesa.
    pub async fn funded(&self, number: &str, shillings: i64) -> Phone {
        let phone = self.registered(number).await;
        self.deposit(&phone, shillings).await;
        phone
    }

    /// Deposits by the menu and the PIN prompt, until the SMS is there.
    pub async fn deposit(&self, phone: &Phone, shillings: i64) {
        let before = phone.inbox().len();
        self.ask_deposit(phone, shillings).await;
        phone.enter_pin("1234").await.expect("paid");
        self.callbacks_are_in().await;
        self.run_due().await;
        assert!(phone.inbox().len() > before, "an SMS about the deposit");
    }

    /// Asks for a deposit by the menu; the PIN prompt is on the phone when this returns.
    pub async fn ask_deposit(&self, phone: &Phone, shillings: i64) {
        dial(phone).await;
        let last = press(phone, &["2", &shillings.to_string()]).await;
        assert_eq!(last.name.as_deref(), Some("deposit_sent"), "{}", last.text);
        self.turn(self.config.daraja.stk_delay);
        self.run_due().await;
        phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    }

    /// Waits until the simulator has posted a callback for every push that has an outcome.
    pub async fn callbacks_are_in(&self) {
        let is_waited_for = |push: &sandbox::Push| push.callbacks.is_empty();
        let pushes = self.sim.pushes();
        for waiting in pushes.into_iter().filter(is_waited_for) {
            let id = waiting.checkout_request_id;
            let arrived =
                |push: &sandbox::Push| push.checkout_request_id == id && !push.callbacks.is_empty();
            self.sim
                .wait_for_push(arrived, PATIENCE)
                .await
                .expect("a callback");
        }
    }

    /// Waits until the gateway has told how every session of a phone ended, but for one that is open,
    /// and acts on it.
    pub async fn ends_are_told(&self, phone: &Phone) {
        let session = |exchange: &Exchange| -> Option<String> {
            let fields: Vec<(String, String)> =
                serde_urlencoded::from_str(&exchange.request_body).ok()?;
            let mut ids = fields.into_iter().filter(|(name, _)| name == "sessionId");
            ids.next().map(|(_, id)| id)
        };
        let is_theirs = |exchange: &Exchange| exchange.phone == Some(phone.number());
        let hops = self.sim.exchanges().into_iter();
        let hops = hops.filter(|one| one.what == "USSD hop" && is_theirs(one));
        let mut begun: Vec<String> = hops.filter_map(|hop| session(&hop)).collect();
        begun.dedup();
        if phone.is_in_session() {
            begun.pop();
        }
        for id in begun {
            let is_told = |exchange: &Exchange| {
                exchange.what == "end event"
                    && exchange.status.is_some()
                    && session(exchange).as_ref() == Some(&id)
            };
            let told = self.sim.wait_for_exchange(is_told, PATIENCE).await;
            told.expect("how a session ended");
        }
        self.run_due().await;
    }

    /// Dials and takes a seat: the first category, the stake with this number in the list. The first
    /// question is on the screen when this returns.
    pub async fn stake(&self, phone: &Phone, stake: &str) -> Screen {
        dial(phone).await;
        let screen = press(phone, &["1", "1", stake, "1"]).await;
        assert_eq!(screen.name.as_deref(), Some("question"), "{}", screen.text);
        screen
    }

    /// Answers questions until the session ends; one item of `answers` per question, `thinking`
    /// before each.
    pub async fn answer(&self, phone: &Phone, answers: &[Answer], thinking: Duration) -> Screen {
        let mut last = phone.screen().expect("a question");
        for answer in answers {
            self.turn(thinking);
            let key = self.key(phone, *answer).await;
            last = phone.reply(&key).await.expect("a reply");
        }
        last
    }

    /// The key of the right answer, or of a wrong one, to the question under way.
    pub async fn key(&self, phone: &Phone, answer: Answer) -> String {
        let entry = self.entry_under_way(phone).await;
        let mut tx = self.app().store().read().await.expect("read");
        let question = tx
            .question_of_set(entry.set, entry.position, "en")
            .await
            .expect("a question");
        let place = usize::try_from(entry.position - 1).expect("a place");
        let order = &entry.choice_orders[place];
        let is_wanted = |choice: &u8| (*choice == question.answer) == (answer == Answer::Right);
        (order.iter().position(is_wanted).expect("a choice") + 1).to_string()
    }

    pub async fn entry_under_way(&self, phone: &Phone) -> Entry {
        let msisdn = msisdn(phone);
        let mut tx = self.app().store().read().await.expect("read");
        let player = tx.player(&msisdn).await.expect("read").expect("registered");
        let open = tx.open_entries(player.id).await.expect("read");
        let playing = open
            .into_iter()
            .find(|entry| entry.state == EntryState::Playing);
        playing.expect("a round under way")
    }

    pub async fn report(&self, phone: &Phone) -> PlayerReport {
        let report = self
            .app()
            .player_report(&msisdn(phone))
            .await
            .expect("read");
        report.expect("a registered player")
    }

    /// The wallet, in cents.
    pub async fn balance(&self, phone: &Phone) -> i64 {
        self.report(phone).await.player.balance.get()
    }

    /// The last SMS on a phone.
    pub fn last_sms(&self, phone: &Phone) -> String {
        phone
            .inbox()
            .last()
            .map(|sms| sms.text.clone())
            .unwrap_or_default()
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

/// What a scripted player answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Right,
    Wrong,
}

pub fn msisdn(phone: &Phone) -> Msisdn {
    Msisdn::parse(&phone.number().to_string()).expect("a Kenyan number")
}

pub async fn dial(phone: &Phone) -> Screen {
    phone.dial(CODE).await.expect("a screen")
}

/// Presses keys one after the other; gives the last screen.
pub async fn press(phone: &Phone, keys: &[&str]) -> Screen {
    let mut last = phone.screen().expect("a session");
    for key in keys {
        last = phone.reply(key).await.expect("a screen");
        assert!(last.faults.is_empty(), "{:?}: {}", last.faults, last.text);
    }
    last
}
