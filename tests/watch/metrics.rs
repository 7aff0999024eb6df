//! `/metrics` after games were played: every metric is documented, every documented one is there, and
//! no label tells of a person.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::{Duration, Instant},
};

use majibu::{
    config::Config,
    service::{Migration, Parts, Service, World as Outside},
    store::{CallbackKind, Claim},
    telemetry::catalog::{Kind, METRICS, Values},
};
use sandbox::{Phone, Simulator, SimulatorConfig};

use crate::{
    binary::{House, PATIENCE, client, eventually},
    exported::Exported,
    support::{self, Answer, World, dial, press},
};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The page of all screens, which a test of its own keeps current.
const SCREENS: &str = include_str!("../../docs/screens.md");

/// Players of the tests here, as they are stored and as people write them.
const NUMBERS: [&str; 2] = ["0712345678", "0110234567"];

fn pays_out(config: &mut Config) {
    let certificate = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/keys/certificate.pem");
    config.daraja.certificate = Some(certificate.into());
    config.daraja.b2c_initiator = Some("testapi".into());
    config.daraja.b2c_password = Some("Sandbox2026#".into());
    config.daraja.b2c_shortcode = Some(config.daraja.shortcode.clone());
    config.jobs.ledger_check_every = DAY;
}

/// Waits until the providers have told so much of a kind, and acts on it.
async fn told(world: &World, what: &str) {
    let is_it = |exchange: &sandbox::Exchange| exchange.what == what && exchange.status.is_some();
    let told = world.sim.wait_for_exchange(is_it, support::PATIENCE).await;
    assert!(told.is_some(), "no {what}");
    world.run_due().await;
}

/// Two players deposit, play each other and one withdraws; a session is hung up, the balance is asked
/// for, the ledger is checked, and a stranger calls.
async fn played() -> (World, [Phone; 2]) {
    let world = World::with(pays_out).await;
    let first = world.funded(NUMBERS[0], 1_000).await;
    let second = world.funded(NUMBERS[1], 1_000).await;
    for (phone, answers) in [(&first, [Answer::Right; 5]), (&second, [Answer::Wrong; 5])] {
        world.stake(phone, "1").await;
        world.answer(phone, &answers, SECOND).await;
        world.turn(7 * SECOND);
    }
    world.run_due().await;
    dial(&first).await;
    first.drop_session();
    told(&world, "end event").await;
    dial(&first).await;
    press(&first, &["6", "100", "1"]).await;
    world.run_due().await;
    told(&world, "B2C result").await;
    let stranger = client().post(format!("{}/ussd/wrong", world.base()));
    assert_eq!(stranger.send().await.expect("an answer").status(), 404);
    // The balance is asked for at four in the morning.
    world.turn(DAY);
    world.run_due().await;
    told(&world, "balance result").await;
    (world, [first, second])
}

/// The documented metrics: kind, and names of labels, by name.
fn documented() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    let page = fs::read_to_string(page).expect("the page");
    let rows = page.lines().filter(|line| line.starts_with("| `majibu_"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, kind, unit, labels, help] = cells.as_slice() else {
            panic!("not five cells: {row}");
        };
        assert!(!unit.is_empty() && !help.is_empty(), "{row}");
        let labels = labels.split("; ").filter(|label| !label.is_empty());
        let labels = labels.map(|label| {
            let (name, _) = label.split_once(':').expect("a label and its values");
            name.trim_matches('`').to_owned()
        });
        let name = name.trim_matches('`').to_owned();
        (name, ((*kind).to_owned(), labels.collect()))
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_metric_is_documented_and_every_documented_one_is_there() {
    let (world, _) = played().await;
    // A process that runs jobs alone, as `majibu work` does.
    let mut config = world.config.clone();
    config.jobs.listen = Some(([127, 0, 0, 1], 0).into());
    config.sessions.url = "memory:".into();
    let folder = tempfile::TempDir::new().expect("a folder");
    config.database.url = format!("sqlite://{}/work.db", folder.path().display()).into();
    let work = Service::start(&config, &Outside::default(), Parts::Jobs, Migration::Run).await;
    let work = work.expect("a worker");
    let exported = Exported::of(&world.base()).await;

    let documented = documented();
    let names: BTreeSet<&str> = documented.keys().map(String::as_str).collect();
    assert_eq!(exported.names(), names, "exported, and documented");
    for (name, (kind, labels)) in &documented {
        assert_eq!(exported.kinds.get(name), Some(kind), "{name}");
        for line in exported.labels(name) {
            let found: BTreeSet<String> = line.keys().cloned().collect();
            assert_eq!(&found, labels, "{name}");
        }
    }
    for name in ["process_resident_memory_bytes", "process_cpu_seconds_total"] {
        assert!(exported.has(name), "{name}");
    }
    work.stop().await;
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_label_tells_of_a_person_and_every_value_is_on_its_list() {
    let (world, phones) = played().await;
    let exported = Exported::of(&world.base()).await;
    let mut known_ids = Vec::new();
    for phone in &phones {
        let report = world.report(phone).await;
        known_ids.push(report.player.id.to_string());
        known_ids.extend(report.deposits.iter().map(|row| row.id.clone()));
        known_ids.extend(report.entries.iter().map(|row| row.id.clone()));
    }
    assert!(known_ids.len() > 4, "{known_ids:?}");
    for sample in &exported.samples {
        for (label, value) in &sample.labels {
            if label == "le" || label == "version" {
                continue;
            }
            let digits = value.chars().filter(char::is_ascii_digit).count();
            let is_word = value
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            assert!(is_word && digits <= 3 && value.len() <= 40, "{sample:?}");
            assert!(
                !known_ids.iter().any(|id| id.eq_ignore_ascii_case(value)),
                "{sample:?}"
            );
        }
    }
    for metric in METRICS {
        for line in exported.labels(metric.name) {
            for label in metric.labels {
                let value = line.get(label.name).map(String::as_str).unwrap_or_default();
                match label.values.listed() {
                    Some(values) => {
                        assert!(values.contains(&value), "{}: {line:?}", metric.name);
                    }
                    None if matches!(label.values, Values::Screens) => {
                        let is_screen = SCREENS.contains(&format!("| `{value}` |"));
                        assert!(is_screen, "{}: {line:?}", metric.name);
                    }
                    None => assert!(!value.is_empty(), "{}: {line:?}", metric.name),
                }
            }
        }
    }
    world.check().await;
}

/// What has a name of its own in the code has it on the list, too.
#[test]
fn lists_of_label_values_are_those_of_the_code() {
    let listed = |metric: &str, label: &str| -> BTreeSet<&str> {
        let metric = METRICS.iter().find(|it| it.name == metric).expect(metric);
        let label = metric.labels.iter().find(|it| it.name == label);
        let values = label.expect("a label").values.listed();
        values.expect("a list").into_iter().collect()
    };
    let jobs = Claim::ALL.iter().map(|what| what.name()).collect();
    assert_eq!(listed("majibu_jobs_total", "kind"), jobs);
    for kind in listed("majibu_callbacks_total", "kind") {
        assert!(CallbackKind::named(kind).is_some(), "{kind}");
    }
    let source = include_str!("../../src/store/callbacks.rs");
    let names = source
        .lines()
        .filter(|line| line.contains(" => \""))
        .count();
    assert_eq!(listed("majibu_callbacks_total", "kind").len(), names);
    let names: BTreeSet<&str> = METRICS.iter().map(|metric| metric.name).collect();
    assert_eq!(names.len(), METRICS.len(), "a name stands twice");
    for metric in METRICS {
        let is_counter = metric.kind == Kind::Counter;
        assert_eq!(
            metric.name.ends_with("_total"),
            is_counter,
            "{}",
            metric.name
        );
        if let Kind::Histogram(buckets) = metric.kind {
            assert!(
                buckets.is_sorted() && !buckets.is_empty(),
                "{}",
                metric.name
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn money_and_games_are_counted_once_as_they_are_committed() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (mut house, base) = House::with_providers(&sim, "Unguessable-path-0007");
    house.set("JOBS__LEDGER_CHECK_EVERY", "1s");
    let mut service = house.serve(&base, &[]).await;
    let phone = sim.phone(NUMBERS[0]).expect("a phone");
    phone.dial(crate::binary::CODE).await.expect("a screen");
    for key in ["1", "1", "2", "150"] {
        phone.reply(key).await.expect("a screen");
    }
    phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    phone.enter_pin("1234").await.expect("paid");
    let is_any = |_: &sandbox::Sms| true;
    phone.wait_for_sms(is_any, PATIENCE).await.expect("an SMS");
    let ledger = house.ledger();
    assert_eq!(ledger["accounts"]["mpesa"], -15_000);

    let exported = Exported::of(&base).await;
    let of = |name: &str, label: &str, value: &str| exported.sum(name, &[(label, value)]);
    assert_eq!(
        of("majibu_moved_cents_total", "reason", "deposit"),
        15_000.0
    );
    assert_eq!(of("majibu_transfers_total", "reason", "deposit"), 1.0);
    for state in ["requested", "pushed", "paid"] {
        assert_eq!(of("majibu_deposits_total", "state", state), 1.0, "{state}");
    }
    assert_eq!(of("majibu_deposits_total", "state", "failed"), 0.0);
    assert_eq!(
        exported.sum("majibu_hops_total", &[("outcome", "answered")]),
        5.0
    );
    let pushed = [("endpoint", "push"), ("result", "ok")];
    assert_eq!(exported.sum("majibu_provider_calls_total", &pushed), 1.0);
    assert_eq!(of("majibu_callbacks_acted_total", "kind", "stk"), 1.0);
    assert_eq!(
        exported.sum("majibu_callback_lag_ms_count", &[("kind", "stk")]),
        1.0
    );
    assert_eq!(of("majibu_reachable", "part", "database"), 1.0);
    let used = exported.sum("majibu_pool_limit", &[("pool", "readers")]);
    assert!(used > 0.0, "{used}");

    // The chore comes by itself.
    let mut checked = exported;
    while !checked.has("majibu_ledger_findings") {
        tokio::time::sleep(Duration::from_millis(50)).await;
        checked = Exported::of(&base).await;
        assert!(!service.has_ended(), "{}", service.log());
    }
    assert_eq!(checked.sum("majibu_ledger_findings", &[]), 0.0);
    assert_eq!(checked.sum("majibu_ledger_drift_cents", &[]), 0.0);
    service.stop();
    sim.stop().await;
}

/// Every connection is taken, and none comes back: what is counted in the process is shown all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_scrape_does_not_wait_for_a_database_that_hangs() {
    let world = World::new().await;
    world.registered(NUMBERS[0]).await;
    let mut held = Vec::new();
    let pools = world.app().store().pools();
    let readers = pools.iter().find(|pool| pool.name == "readers");
    for _ in 0..readers.expect("the readers").limit {
        held.push(world.app().store().read().await.expect("a connection"));
    }
    let asked = Instant::now();
    let exported = Exported::of(&world.base()).await;
    assert!(asked.elapsed() < 3 * SECOND, "{:?}", asked.elapsed());
    assert!(exported.sum("majibu_hops_total", &[("screen", "language")]) >= 1.0);
    drop(held);
    let asked = Instant::now();
    Exported::of(&world.base()).await;
    assert!(asked.elapsed() < SECOND, "{:?}", asked.elapsed());
    world.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_worker_answers_an_operator_where_it_is_told_to_and_nobody_else() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (mut house, _) = House::with_providers(&sim, "Unguessable-path-0008");
    let own = format!("127.0.0.1:{}", crate::binary::free_port());
    house.set("JOBS__LISTEN", &own);
    let mut work = house.spawn(&["work"]);
    eventually("listening", || {
        work.log().contains("listening").then_some(())
    })
    .await;
    let base = format!("http://{own}");
    let get = async |path: &str| {
        client()
            .get(format!("{base}{path}"))
            .send()
            .await
            .expect("an answer")
    };
    assert_eq!(get("/healthz").await.status(), 200);
    let ready = get("/readyz").await;
    assert_eq!(ready.status(), 200);
    let ready: serde_json::Value = ready.json().await.expect("JSON");
    assert_eq!(ready["jobs"], "ok", "{ready}");
    assert_eq!(get("/ussd/Unguessable-path-0008").await.status(), 404);
    assert_eq!(get("/admin").await.status(), 404);
    let exported = Exported::of(&base).await;
    assert!(exported.has("majibu_jobs_leased"));
    work.stop();

    // Where the address is taken it does not start, and names the key.
    let _taken = std::net::TcpListener::bind(&own).expect("the address");
    let said = house.run(&["work"]).ended(2);
    assert!(
        said.stderr.contains("jobs.listen: cannot listen on"),
        "{said:?}"
    );
    sim.stop().await;
}
