//! The id of a hop is found again in everything that follows from it: in the log, in what the provider is
//! told, and in the traces that a collector gets.

use std::collections::BTreeSet;

use opentelemetry_proto::tonic::trace::v1::Span;
use sandbox::{Exchange, Phone, Simulator, SimulatorConfig};
use serde_json::Value;

use crate::{
    binary::{CODE, House, PATIENCE, Process, eventually},
    collector::Collector,
};

const SECRET: &str = "Unguessable-path-0009";
const NUMBERS: [&str; 2] = ["0712345678", "0110234567"];

/// A player registers and deposits, until the SMS is on the phone.
async fn deposited(sim: &Simulator, number: &str) -> Phone {
    let phone = sim.phone(number).expect("a phone");
    phone.dial(CODE).await.expect("a screen");
    for key in ["1", "1", "2", "150"] {
        phone.reply(key).await.expect("a screen");
    }
    phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    phone.enter_pin("1234").await.expect("paid");
    let is_about_it = |sms: &sandbox::Sms| sms.text.contains("150");
    phone
        .wait_for_sms(is_about_it, PATIENCE)
        .await
        .expect("an SMS");
    phone
}

/// The lines of a log in JSON, as far as they are whole.
fn lines(process: &Process) -> Vec<Value> {
    let log = process.log();
    log.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

fn says(line: &Value, message: &str) -> bool {
    line["fields"]["message"] == message
}

/// The id of the hop that a line follows from.
fn hop_of(line: &Value) -> Option<String> {
    let spans = line["spans"].as_array().into_iter().flatten();
    let mut ids = spans.filter_map(|span| span["hop.id"].as_str());
    ids.next_back().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_id_leads_from_the_hop_to_the_push_the_callback_and_the_sms() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (mut house, base) = House::with_providers(&sim, SECRET);
    house.set("LOG__FORMAT", "json");
    // The hop and what follows from it, in two processes.
    let mut http = house.serve(&base, &["--no-jobs"]).await;
    let mut work = house.spawn(&["work"]);
    deposited(&sim, NUMBERS[0]).await;
    let find = |process: &Process, message: &str| {
        lines(process).into_iter().find(|line| says(line, message))
    };
    eventually("the line of the SMS", || find(&work, "SMS sent")).await;

    let asked = find(&http, "deposit asked for").expect("the hop's line");
    let hop = hop_of(&asked).expect("an id");
    assert!(
        hop.len() == 32 && hop.bytes().all(|b| b.is_ascii_hexdigit()),
        "{hop}"
    );
    for message in ["pushed", "deposit paid", "SMS sent"] {
        let line = find(&work, message).unwrap_or_else(|| panic!("{message}: {}", work.log()));
        assert_eq!(hop_of(&line).as_ref(), Some(&hop), "{message}: {line}");
    }

    // Daraja and the SMS gateway were told.
    let told = |what: &str| -> Vec<String> {
        let is_it = |exchange: &Exchange| exchange.what == what;
        let exchanges = sim.exchanges().into_iter().filter(is_it);
        let headers = exchanges.flat_map(|exchange| exchange.request_headers);
        let headers = headers.filter(|(name, _)| name == "traceparent");
        headers.map(|(_, value)| value).collect()
    };
    let header = format!("00-{hop}-{}-01", &hop[16..]);
    for what in ["/mpesa/stkpush/v1/processrequest", "/version1/messaging"] {
        assert_eq!(told(what), [header.as_str()], "{what}");
    }

    // Another hop has another id, and nobody's number is in any line.
    deposited(&sim, NUMBERS[1]).await;
    let hops: BTreeSet<String> = lines(&http).iter().filter_map(hop_of).collect();
    assert_eq!(hops.len(), 2, "{}", http.log());
    for log in [http.log(), work.log()] {
        assert!(
            !NUMBERS.iter().any(|number| log.contains(&number[1..])),
            "{log}"
        );
    }
    http.stop();
    work.stop();
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_id_leads_from_the_hop_to_the_payout_its_result_and_the_sms() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (mut house, base) = House::with_providers(&sim, SECRET);
    let certificate = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/keys/certificate.pem");
    house.set("DARAJA__CERTIFICATE", certificate);
    house.set("DARAJA__B2C_INITIATOR", "testapi");
    house.set("DARAJA__B2C_PASSWORD", "Sandbox2026#");
    house.set("LOG__FORMAT", "json");
    let mut service = house.serve(&base, &[]).await;
    let phone = deposited(&sim, NUMBERS[0]).await;
    phone.dial(CODE).await.expect("a screen");
    for key in ["6", "100", "1"] {
        phone.reply(key).await.expect("a screen");
    }
    let find = |message: &str| lines(&service).into_iter().find(|line| says(line, message));
    let asked = eventually("the hop's line", || find("withdrawal asked for")).await;
    let hop = hop_of(&asked).expect("an id");
    for message in ["payout sent", "withdrawal paid", "SMS sent"] {
        let of_hop = || {
            let lines = lines(&service).into_iter();
            let mut said = lines.filter(|line| says(line, message));
            said.find(|line| hop_of(line).as_ref() == Some(&hop))
        };
        eventually(message, of_hop).await;
    }
    service.stop();
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_id_that_comes_from_outside_is_not_taken_over() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (mut house, base) = House::with_providers(&sim, SECRET);
    house.set("LOG__FORMAT", "json");
    let mut service = house.serve(&base, &[]).await;
    let theirs = "0af7651916cd43dd8448eb211c80319c";
    let body = "sessionId=AT1&phoneNumber=%2B254712345678&networkCode=63902&serviceCode=%2A384%2A55%23&text=";
    let sent = crate::binary::client()
        .post(format!("{base}/ussd/{SECRET}"))
        .header("traceparent", format!("00-{theirs}-b7ad6b7169203331-01"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await;
    assert_eq!(sent.expect("an answer").status(), 200);
    assert!(!service.log().contains(theirs), "{}", service.log());
    service.stop();
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_collector_gets_the_push_as_a_child_of_its_hop() {
    let collector = Collector::start().await;
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (mut house, base) = House::with_providers(&sim, SECRET);
    house.set("TELEMETRY__OTLP_ENDPOINT", &collector.base_url);
    house.set("LOG__FORMAT", "json");
    let mut http = house.serve(&base, &["--no-jobs"]).await;
    let mut work = house.spawn(&["work"]);
    deposited(&sim, NUMBERS[0]).await;
    eventually("the line of the SMS", || {
        lines(&work).into_iter().find(|line| says(line, "SMS sent"))
    })
    .await;
    let asked = lines(&http);
    let asked = asked.iter().find(|line| says(line, "deposit asked for"));
    let hop = hop_of(asked.expect("the hop's line")).expect("an id");
    // What was not sent yet is sent at the end.
    http.stop();
    work.stop();

    let spans = collector.spans();
    let of_hop: Vec<&Span> = spans.iter().filter(|it| hex(&it.trace_id) == hop).collect();
    let named = |name: &str| of_hop.iter().find(|span| span.name == name);
    let names: Vec<&str> = of_hop.iter().map(|span| span.name.as_str()).collect();
    let root = named("hop").unwrap_or_else(|| panic!("{names:?}"));
    assert_eq!(hex(&root.span_id), hop[16..]);
    assert!(root.parent_span_id.is_empty(), "{root:?}");
    let push = named("pushes").unwrap_or_else(|| panic!("{names:?}"));
    assert_eq!(push.parent_span_id, root.span_id);
    let is_call = |span: &&&Span| span.name == "call" && span.parent_span_id == push.span_id;
    assert!(of_hop.iter().any(|span| is_call(&span)), "{names:?}");
    let of_others = spans.iter().filter(|span| span.name == "hop");
    let traces: BTreeSet<String> = of_others.map(|span| hex(&span.trace_id)).collect();
    assert_eq!(traces.len(), 5, "one trace for each hop");
    for span in &spans {
        let text = format!("{span:?}");
        assert!(
            !text.contains("712345678") && !text.contains(SECRET),
            "{text}"
        );
    }
    sim.stop().await;
}

/// A collector that is away costs nobody anything.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_its_collector_the_service_answers_and_stops_as_ever() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (mut house, base) = House::with_providers(&sim, SECRET);
    let nobody = format!("http://127.0.0.1:{}", crate::binary::free_port());
    house.set("TELEMETRY__OTLP_ENDPOINT", &nobody);
    let mut service = house.serve(&base, &[]).await;
    deposited(&sim, NUMBERS[0]).await;
    service.stop();
    assert_eq!(house.ledger()["accounts"]["mpesa"], -15_000);

    for (key, value) in [("OTLP_ENDPOINT", "collector:4318"), ("OTLP_RATIO", "2")] {
        let key = format!("MAJIBU__TELEMETRY__{key}");
        let said = house.run_with(&[(&key, value)], &["serve"]).ended(2);
        assert!(said.one_line().contains("telemetry.otlp_"), "{said:?}");
    }
    sim.stop().await;
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
