//! Processes: what `serve` answers, how it stops, and `serve --no-jobs` with `work` beside it.

use std::time::{Duration, Instant};

use sandbox::{Simulator, SimulatorConfig};
use serde_json::{Value, json};

use crate::binary::{CODE, House, PATIENCE, Process, QUESTIONS, client};

const SECRET: &str = "Unguessable-path-0002";

/// How long an idle process may take to stop.
const STOP_LIMIT: Duration = Duration::from_secs(5);

async fn simulator() -> Simulator {
    let mut config = SimulatorConfig::instant();
    config.daraja.shortcode = "0600992".into();
    Simulator::start(config).await.expect("simulator")
}

/// Status, content type and body of `GET`.
async fn get(url: &str) -> (u16, String, String) {
    let answer = client().get(url).send().await.expect("an answer");
    let kind = answer.headers().get("content-type").cloned();
    let kind = kind
        .map(|kind| kind.to_str().expect("text").to_owned())
        .unwrap_or_default();
    let status = answer.status().as_u16();
    (status, kind, answer.text().await.expect("a body"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn serve_answers_what_an_operator_asks_and_nothing_else() {
    let sim = simulator().await;
    let (house, base) = House::with_providers(&sim, SECRET);
    let mut service = house.serve(&base, &[]).await;

    let (status, _, body) = get(&format!("{base}/healthz")).await;
    assert_eq!((status, body.trim()), (200, "ok"));
    let (status, kind, body) = get(&format!("{base}/readyz")).await;
    assert_eq!((status, kind.as_str()), (200, "application/json"));
    let ready: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        ready,
        json!({
            "database": "ok", "sessions": "ok", "jobs": "ok",
            "pushes": "ok", "queries": "ok", "payouts": "off",
            "mpesa_drift": "unknown", "sms": "ok",
        })
    );

    let phone = sim.phone("0712345678").expect("a phone");
    let screen = phone.dial(CODE).await.expect("a screen");
    assert_eq!(screen.name.as_deref(), Some("language"));
    assert_eq!(screen.faults, [""; 0]);
    let (status, kind, body) = get(&format!("{base}/metrics")).await;
    assert!(
        status == 200 && kind.starts_with("text/plain"),
        "{status} {kind}"
    );
    let counted = "majibu_hops_total{screen=\"language\",reply=\"con\",outcome=\"answered\"} 1";
    assert!(body.lines().any(|line| line == counted), "{body}");
    assert!(!body.contains("712345678"), "{body}");

    for path in [
        "",
        "/",
        "/admin",
        "/ussd",
        "/ussd/x/y/z",
        "/pay",
        "/healthz/x",
    ] {
        assert_eq!(get(&format!("{base}{path}")).await.0, 404, "{path}");
    }
    for path in [
        "/ussd/development",
        "/ussd/wrong/events",
        "/sms/x/delivery",
        "/pay/x/stk/y",
    ] {
        let posted = client()
            .post(format!("{base}{path}"))
            .body("text=")
            .send()
            .await;
        assert_eq!(posted.expect("an answer").status().as_u16(), 404, "{path}");
    }
    assert_eq!(get(&format!("{base}/ussd/{SECRET}")).await.0, 405);
    service.stop();
    assert_eq!(service.log().matches("listening").count(), 1);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn serve_and_work_stop_cleanly_on_sigterm_and_sigint() {
    let sim = simulator().await;
    let (mut house, base) = House::with_providers(&sim, SECRET);
    house.set("DARAJA__SHORTCODE", "0600992");
    for (signal, number) in [("TERM", "0712345678"), ("INT", "0110234567")] {
        let mut all = house.serve(&base, &[]).await;
        stops(&mut all, signal);

        let mut http = house.serve(&base, &["--no-jobs"]).await;
        let phone = sim.phone(number).expect("a phone");
        phone.dial(CODE).await.expect("a screen");
        for key in ["1", "1", "2", "100"] {
            phone.reply(key).await.expect("a screen");
        }
        let mut work = house.spawn(&["work"]);
        // It runs: it has pushed.
        let prompt = phone.wait_for_prompt(PATIENCE).await;
        assert!(prompt.is_ok(), "{prompt:?}: {}", work.log());
        stops(&mut work, signal);
        stops(&mut http, signal);
    }
    house.ledger();
    sim.stop().await;
}

fn stops(process: &mut Process, signal: &str) {
    let asked = Instant::now();
    process.signal(signal);
    let status = process.wait();
    let log = process.log();
    assert_eq!(status.code(), Some(0), "{signal}: {log}");
    assert!(asked.elapsed() < STOP_LIMIT, "{signal}: {log}");
    assert!(log.contains("stopping") && !log.contains("ERROR"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deposit_goes_through_two_processes_and_jobs_run_in_one_of_them_only() {
    let sim = simulator().await;
    let (mut house, base) = House::with_providers(&sim, SECRET);
    house.set("DARAJA__SHORTCODE", "0600992");
    house.set("GAME__STAKES", "20,50");
    house.run(&["questions", "import", QUESTIONS]).ended(0);
    let mut http = house.serve(&base, &["--no-jobs"]).await;
    let (status, _, body) = get(&format!("{base}/readyz")).await;
    let ready: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, &ready["jobs"]), (200, &json!("elsewhere")));

    let phone = sim.phone("0110234567").expect("a phone");
    phone.dial(CODE).await.expect("a screen");
    for key in ["1", "1", "1", "1"] {
        phone.reply(key).await.expect("a screen");
    }
    let screen = phone.screen().expect("a screen");
    let stakes = screen.options().into_iter();
    let labels: Vec<String> = stakes
        .filter(|(key, _)| key != "0")
        .map(|(_, label)| label)
        .collect();
    assert_eq!(
        labels,
        ["KES 20", "KES 50"],
        "the list from the environment"
    );
    for key in ["00", "2", "150"] {
        phone.reply(key).await.expect("a screen");
    }
    let last = phone.screen().expect("a screen");
    assert_eq!(last.name.as_deref(), Some("deposit_sent"), "{}", last.text);

    // Many polls of a job runner that does not run here.
    for _ in 0..5 {
        assert_eq!(
            house.player("0110234567")["deposits"][0]["state"],
            "requested"
        );
        assert_eq!(sim.pushes(), []);
    }

    let mut work = house.spawn(&["work"]);
    phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    let pushed = house.player("0110234567");
    assert_eq!(pushed["deposits"][0]["state"], "pushed");
    phone.enter_pin("1234").await.expect("paid");
    let receipt = sim.payments()[0].receipt.clone();
    let is_received = |sms: &sandbox::Sms| sms.text.contains(&receipt);
    phone
        .wait_for_sms(is_received, PATIENCE)
        .await
        .expect("an SMS");
    let player = house.player("0110234567");
    assert_eq!(player["balance_cents"], 15_000);
    assert_eq!(player["deposits"][0]["state"], "paid");
    assert_eq!(house.ledger()["accounts"]["mpesa"], -15_000);

    let asked = sim
        .exchanges()
        .into_iter()
        .find(|exchange| exchange.what.contains("stkpush"));
    let body: Value = serde_json::from_str(&asked.expect("a push").request_body).expect("JSON");
    assert_eq!(body["BusinessShortCode"], "0600992", "the zero stays");
    http.stop();
    work.stop();
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_that_is_not_migrated_is_not_ready() {
    let sim = simulator().await;
    let (house, base) = House::with_providers(&sim, SECRET);
    let mut service = house.serve(&base, &["--no-migrate", "--no-jobs"]).await;
    let (status, _, body) = get(&format!("{base}/readyz")).await;
    assert_eq!(status, 503, "{body}");
    house.run(&["migrate"]).ended(0);
    assert_eq!(get(&format!("{base}/readyz")).await.0, 200);
    service.stop();
    sim.stop().await;
}
