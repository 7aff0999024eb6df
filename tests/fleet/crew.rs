//! A fleet: `serve --no-jobs` and `work` processes on one database and one Redis.

use std::time::Duration;

use sandbox::{Exchange, SameAmountRule, ServiceUrls, Simulator, SimulatorConfig};

use crate::{
    binary::{CODE, House, PATIENCE, Process, client, free_port},
    postgres::Database,
    redis_server::Redis,
};

pub(crate) const SECRET: &str = "Unguessable-path-0004";

/// How long the gateway stays with one address.
const TURN: Duration = Duration::from_millis(7);

/// A simulator in which everybody pays at once, and money does not run out.
pub(crate) async fn simulator() -> Simulator {
    Simulator::start(simulator_config())
        .await
        .expect("simulator")
}

pub(crate) fn simulator_config() -> SimulatorConfig {
    let mut config = SimulatorConfig::instant();
    config.seed = Some(11);
    config.remembered_exchanges = 200_000;
    config.daraja.auto_pin = Some("1234".into());
    config.daraja.same_amount_rule = SameAmountRule::Off;
    config.daraja.opening_balance_cents = 100_000_000;
    config
}

/// The fleet's common ground; processes are started on it.
pub(crate) struct Fleet {
    pub(crate) house: House,
    pub(crate) redis: Redis,
    pub(crate) database: Database,
    /// Where the HTTP processes listen.
    pub(crate) bases: [String; 2],
}

impl Fleet {
    /// On a new database of a server, with short times.
    pub(crate) async fn new(sim: &Simulator, server: &str) -> Self {
        let (mut house, base) = House::with_providers(sim, SECRET);
        let (redis, database) = (Redis::start().await, Database::new(server).await);
        for (key, value) in [
            ("DATABASE__URL", database.url().as_str()),
            ("SESSIONS__URL", redis.url().as_str()),
            ("GAME__THINKING_TIME", "1s"),
            ("GAME__HOP_ALLOWANCE", "50ms"),
            ("GAME__PAIRING_WINDOW", "4s"),
            ("GAME__REMATCH_COOLDOWN", "0s"),
            ("JOBS__LEASE", "2s"),
            ("JOBS__SMS_BACKOFF", "200ms"),
            ("JOBS__STK_QUERY_AFTER", "1s"),
            ("JOBS__STK_EXPIRE_AFTER", "3s"),
        ] {
            house.set(key, value);
        }
        let other = format!("http://127.0.0.1:{}", free_port());
        Self {
            house,
            redis,
            database,
            bases: [base, other],
        }
    }

    /// Makes one of the addresses that of the next processes.
    fn at(&mut self, place: usize) -> String {
        let base = self.bases[place].clone();
        let address = base.trim_start_matches("http://").to_owned();
        self.house.set("HTTP__LISTEN", &address);
        self.house.set("HTTP__PUBLIC_URL", &base);
        base
    }

    /// An HTTP process that answers.
    pub(crate) async fn serve(&mut self, place: usize) -> Process {
        let base = self.at(place);
        self.house.serve(&base, &["--no-jobs"]).await
    }

    /// A job process; its callbacks go to the HTTP process of this place.
    pub(crate) fn work(&mut self, place: usize) -> Process {
        self.at(place);
        self.house.spawn(&["work"])
    }

    /// Sends hops to one address after the other, for ever.
    pub(crate) async fn spread(bases: [String; 2], sim: &Simulator) {
        loop {
            for base in &bases {
                sim.set_service(ServiceUrls {
                    ussd: Some(format!("{base}/ussd/{SECRET}")),
                    events: Some(format!("{base}/ussd/{SECRET}/events")),
                    delivery: Some(format!("{base}/sms/{SECRET}/delivery")),
                    inbound: Some(format!("{base}/sms/{SECRET}/inbound")),
                    opt_out: Some(format!("{base}/sms/{SECRET}/optout")),
                });
                tokio::time::sleep(TURN).await;
            }
        }
    }

    /// The books are right, and the database can go.
    pub(crate) async fn end(self) {
        self.house.ledger();
        self.database.drop().await;
    }
}

/// The status of `/readyz`; 0 where nobody listens.
pub(crate) async fn ready(base: &str) -> u16 {
    let asked = client().get(format!("{base}/readyz")).send().await;
    asked.map_or(0, |answer| answer.status().as_u16())
}

/// Dials once, straight at a process; gives the screen with its prefix.
pub(crate) async fn dial(base: &str, session: &str) -> String {
    let form = [
        ("sessionId", session),
        ("phoneNumber", "+254733000111"),
        ("serviceCode", CODE),
        ("networkCode", "63903"),
        ("text", ""),
    ];
    let post = client().post(format!("{base}/ussd/{SECRET}")).form(&form);
    let answer = post.send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    answer.text().await.expect("a screen")
}

/// Waits until so many more requests of a kind were answered.
pub(crate) async fn answered(sim: &Simulator, what: &str, count: usize) {
    let since = sim.exchanges().last().map_or(0, |exchange| exchange.id);
    let mut seen = std::collections::BTreeSet::new();
    let is_it = |exchange: &Exchange| {
        if exchange.id > since && exchange.what == what && exchange.status == Some(200) {
            seen.insert(exchange.id);
        }
        seen.len() >= count
    };
    let came = sim.wait_for_exchange(is_it, PATIENCE).await;
    assert!(came.is_some(), "{count} more of {what} did not come");
}
