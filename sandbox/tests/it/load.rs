//! Load, against a service that misbehaves on purpose: every kind of fault is found and counted, and
//! none where there is none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::post;
use sandbox::Network;
use sandbox::load::{self, LoadPlan, LoadReport, Pace, Play, Rules, Step};
use tokio::net::TcpListener;

const SCRIPT: &str = "dial:home 1:two 1*2:three|four 1:end";

/// What a service does wrong.
#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    Nothing,
    /// Every second hop of a kind says neither CON nor END.
    Malformed,
    /// Screens of 161 septets.
    TooLong,
    /// 500 instead of 200.
    Status,
    /// The number of the caller before.
    Crossed,
    /// Another screen than it should.
    Screen,
    /// Ends sessions too soon.
    Ends,
    /// A hop that comes twice gets another answer.
    Differs,
    /// Closes the connection.
    Hangs,
    /// Takes 30 ms, for one hop at a time.
    Slow,
}

struct Service {
    wrong: Wrong,
    hops: AtomicU64,
    seen: Mutex<BTreeMap<String, String>>,
    typed: Mutex<BTreeSet<String>>,
    one: tokio::sync::Mutex<()>,
}

type Answer = Result<(HeaderMap, String), StatusCode>;

async fn hop(
    State(service): State<Arc<Service>>,
    Form(form): Form<BTreeMap<String, String>>,
) -> Answer {
    let number = service.hops.fetch_add(1, Ordering::SeqCst);
    let (phone, text) = (form["phoneNumber"].clone(), form["text"].clone());
    assert_eq!(form["networkCode"], "63902");
    assert_eq!(form["serviceCode"], "*384*55#");
    service.typed.lock().unwrap().insert(text.clone());
    let depth = if text.is_empty() {
        0
    } else {
        text.split('*').count()
    };
    let mut screen = ["home", "two", "three", "four", "end"][depth];
    let mut kind = if depth == 4 { "END" } else { "CON" };
    let mut named = phone.clone();
    let mut rest = String::new();
    match service.wrong {
        Wrong::Malformed if number % 2 == 0 => kind = "HELLO",
        Wrong::TooLong => rest = "x".repeat(160),
        Wrong::Status => return Err(StatusCode::INTERNAL_SERVER_ERROR),
        Wrong::Crossed if depth == 1 => named = "+254700000999".into(),
        Wrong::Screen if depth == 2 => screen = "five",
        Wrong::Ends if depth == 1 => kind = "END",
        Wrong::Hangs => tokio::time::sleep(Duration::from_secs(30)).await,
        Wrong::Slow => {
            let _one = service.one.lock().await;
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        Wrong::Differs => rest = format!(" {number}"),
        Wrong::Nothing | Wrong::Malformed | Wrong::Crossed | Wrong::Screen | Wrong::Ends => {}
    }
    let known = service
        .seen
        .lock()
        .unwrap()
        .insert(form["sessionId"].clone(), phone.clone());
    assert!(
        known.is_none_or(|known| known == phone),
        "one session, two phones"
    );
    let header = HeaderValue::from_static(screen);
    let headers = HeaderMap::from_iter([("at-ussd-hop-metadata".parse().unwrap(), header)]);
    Ok((
        headers,
        format!("{kind} You are {named}{rest}\n1. Play\n2. Help"),
    ))
}

async fn start(wrong: Wrong) -> (String, Arc<Service>) {
    let service = Arc::new(Service {
        wrong,
        hops: AtomicU64::new(0),
        seen: Mutex::default(),
        typed: Mutex::default(),
        one: tokio::sync::Mutex::default(),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new()
        .route("/ussd", post(hop))
        .with_state(service.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (format!("http://{address}/ussd"), service)
}

fn plan(url: String) -> LoadPlan {
    LoadPlan {
        url,
        play: Play::Script(Step::read_all(SCRIPT).unwrap()),
        pace: Pace::Closed,
        clients: 4,
        threads: 2,
        sessions: Some(40),
        time: Duration::ZERO,
        warm_up: Duration::ZERO,
        doubled: 0,
        callers: 700_000_000..700_000_100,
        service_code: "*384*55#".into(),
        network: Network::Safaricom,
        marker: Some(r"You are (\+\d+)=phone".parse().unwrap()),
        patience: Duration::from_millis(300),
        processes: vec![std::process::id()],
        seed: 1,
    }
}

async fn loaded(wrong: Wrong, change: impl FnOnce(&mut LoadPlan)) -> (LoadReport, Arc<Service>) {
    let (url, service) = start(wrong).await;
    let mut plan = plan(url);
    change(&mut plan);
    (load::run(plan).await.unwrap(), service)
}

/// Malformed, crossed, wrong, failed.
fn faults(report: &LoadReport) -> [u64; 4] {
    [
        report.malformed,
        report.crossed,
        report.wrong,
        report.failed,
    ]
}

#[tokio::test]
async fn a_good_service_is_measured_screen_by_screen() {
    let (report, service) = loaded(Wrong::Nothing, |_| ()).await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!((report.hops, report.sessions), (200, 40));
    assert_eq!(service.hops.load(Ordering::SeqCst), 200);
    assert_eq!(service.seen.lock().unwrap().len(), 40, "sessions");
    let screens: Vec<_> = report
        .screens
        .iter()
        .map(|s| (s.screen.as_str(), s.hops))
        .collect();
    let each = ["end", "four", "home", "three", "two"].map(|screen| (screen, 40));
    assert_eq!(screens, each);
    let latency = report.latency;
    assert!(0 < latency.p50_us && latency.p50_us <= latency.p99_us);
    assert!(latency.p99_us <= latency.max_us);
    let process = &report.processes[0];
    assert!(process.resident_after_kib > 1_000 && process.peak_kib >= process.resident_after_kib);
}

#[tokio::test]
async fn every_kind_of_fault_is_counted() {
    for (wrong, expected) in [
        (Wrong::TooLong, [40, 0, 0, 0]),
        (Wrong::Status, [40, 0, 0, 0]),
        (Wrong::Crossed, [0, 40, 0, 0]),
        (Wrong::Screen, [0, 0, 40, 0]),
        (Wrong::Ends, [0, 0, 40, 0]),
    ] {
        let (report, _) = loaded(wrong, |_| ()).await;
        assert_eq!(faults(&report), expected, "{report:?}");
        assert!(!report.examples.is_empty() && !report.is_clean());
    }
    let (report, _) = loaded(Wrong::Malformed, |_| ()).await;
    assert!((20..=40).contains(&report.malformed), "{report:?}");
    let (report, _) = loaded(Wrong::Hangs, |plan| plan.sessions = Some(8)).await;
    assert_eq!(faults(&report), [0, 0, 0, 8]);
    assert_eq!(report.hops, 0, "what got no reply has no latency");
}

#[tokio::test]
async fn a_service_that_is_not_there_fails_every_session() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/ussd", listener.local_addr().unwrap());
    drop(listener);
    let report = load::run(plan(url)).await.unwrap();
    assert_eq!(faults(&report), [0, 0, 0, 40]);
}

#[tokio::test]
async fn a_hop_that_is_sent_twice_gets_one_answer() {
    let (report, service) = loaded(Wrong::Nothing, |plan| plan.doubled = 10_000).await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.duplicates.sent, 200);
    assert_eq!(report.hops, 200, "each counts once");
    assert_eq!(service.hops.load(Ordering::SeqCst), 400);
    let (report, _) = loaded(Wrong::Differs, |plan| plan.doubled = 5_000).await;
    assert!((50..=150).contains(&report.duplicates.sent), "{report:?}");
    assert_eq!(report.duplicates.differed, report.duplicates.sent);
    assert!(!report.is_clean());
}

#[tokio::test]
async fn rules_play_by_what_the_screen_says() {
    let rules = "home: You are -> [Play]";
    let (report, service) = loaded(Wrong::Nothing, |plan| {
        plan.play = Play::Rules(Rules::read(rules).unwrap(), 30);
    })
    .await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(
        service.hops.load(Ordering::SeqCst),
        200,
        "Play is key 1 to the end"
    );
    let (report, _) = loaded(Wrong::Nothing, |plan| {
        plan.play = Play::Rules(Rules::read("home: Goodbye -> 1").unwrap(), 30);
    })
    .await;
    assert_eq!(
        faults(&report),
        [0, 0, 40, 0],
        "no rule knows the first screen"
    );
    let (report, _) = loaded(Wrong::Nothing, |plan| {
        plan.play = Play::Rules(Rules::read("home: You are -> hang up").unwrap(), 30);
    })
    .await;
    assert!(report.is_clean() && report.hops == 40, "{report:?}");
}

#[tokio::test]
async fn a_script_may_leave_a_key_to_chance() {
    let (report, service) = loaded(Wrong::Nothing, |plan| {
        plan.play = Play::Script(Step::read_all("dial:home ?:two ?:three ?:four ?:end").unwrap());
    })
    .await;
    assert!(report.is_clean() && report.hops == 200, "{report:?}");
    let typed = service.typed.lock().unwrap();
    assert!(typed.len() > 10, "{typed:?}");
    let is_on_the_screen = |text: &String| text.chars().all(|c| "12*".contains(c));
    assert!(typed.iter().all(is_on_the_screen), "{typed:?}");
}

#[tokio::test]
async fn every_step_is_a_phase_of_its_own() {
    let (report, _) = loaded(Wrong::Nothing, |plan| plan.pace = Pace::Steps).await;
    let steps: Vec<_> = report
        .steps
        .iter()
        .map(|s| (s.step.as_str(), s.hops))
        .collect();
    let script = [
        "dial:home",
        "1:two",
        "1:three|four",
        "1:three|four",
        "1:end",
    ];
    assert_eq!(steps, script.map(|step| (step, 40)));
    let seconds: f64 = report.steps.iter().map(|step| step.seconds).sum();
    assert!(0.0 < seconds && seconds <= report.seconds);
    assert!(report.steps.iter().all(|step| step.hops_per_second > 0.0));
}

#[tokio::test]
async fn at_a_fixed_rate_waiting_counts_as_latency() {
    // One hop at a time, 33 a second at most, and 200 a second are meant to go out: the last of them
    // wait far longer than the 30 ms that each takes.
    let at_rate = |plan: &mut LoadPlan| {
        plan.pace = Pace::Rate(200.0);
        plan.sessions = None;
        plan.time = Duration::from_millis(900);
        plan.patience = Duration::from_secs(5);
    };
    let (report, _) = loaded(Wrong::Slow, at_rate).await;
    assert_eq!(faults(&report), [0; 4], "{report:?}");
    assert!(report.latency.max_us > 300_000, "{report:?}");
    assert!(report.unsent > 0, "nobody was free to send them");
    let (report, _) = loaded(Wrong::Nothing, at_rate).await;
    assert!((100..=185).contains(&report.hops), "{report:?}");
    assert!(report.latency.p50_us < 100_000, "{report:?}");
}

#[tokio::test]
async fn what_goes_out_before_the_measurement_is_left_out() {
    let (report, service) = loaded(Wrong::Nothing, |plan| {
        plan.sessions = None;
        plan.warm_up = Duration::from_millis(200);
        plan.time = Duration::from_millis(200);
    })
    .await;
    let all = service.hops.load(Ordering::SeqCst);
    assert!(
        0 < report.hops && report.hops < all,
        "{} of {all}",
        report.hops
    );
    assert!((0.19..2.0).contains(&report.seconds), "{}", report.seconds);
}

#[tokio::test]
async fn a_plan_that_makes_no_sense_is_refused() {
    let refused = async |change: fn(&mut LoadPlan)| {
        let mut plan = plan("http://127.0.0.1:1/ussd".into());
        change(&mut plan);
        load::run(plan).await.unwrap_err().to_string()
    };
    let said = refused(|plan| plan.url = "https://example.com/".into()).await;
    assert!(said.contains("http://127.0.0.1"), "{said}");
    assert!(
        refused(|plan| plan.clients = 0)
            .await
            .contains("at least one")
    );
    assert!(
        refused(|plan| plan.clients = 101)
            .await
            .contains("more clients")
    );
    assert!(
        refused(|plan| plan.pace = Pace::Rate(0.0))
            .await
            .contains("rate")
    );
    assert!(
        refused(|plan| plan.processes = vec![u32::MAX])
            .await
            .contains("No such file")
    );
    let said = refused(|plan| {
        plan.pace = Pace::Steps;
        plan.sessions = None;
    })
    .await;
    assert!(said.contains("number of sessions"), "{said}");
}
