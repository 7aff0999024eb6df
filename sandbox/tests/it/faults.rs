//! Faults on demand: the API that queues them, and what each does to messages and to hops.

use std::time::{Duration, Instant};

use sandbox::{Exchange, Fault, FaultPoint, ScreenKind, Simulator, SimulatorConfig};
use serde_json::{Value, json};

use crate::client::push_body;
use crate::stk::{Till, till};
use crate::{PATIENCE, instant_world, world};

const SOON: Duration = Duration::from_millis(30);

/// The API of one simulator.
struct Api {
    http: reqwest::Client,
    url: String,
}

impl Api {
    fn of(sim: &Simulator) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/api/faults", sim.base_url());
        Self { http, url }
    }

    async fn list(&self) -> Value {
        let answer = self.http.get(&self.url).send().await.unwrap();
        answer.json().await.unwrap()
    }

    async fn add(&self, fault: Value) -> (u16, Value) {
        let answer = self.http.post(&self.url).json(&fault).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn clear(&self, point: &str) -> (u16, Value) {
        let url = format!("{}{point}", self.url);
        let answer = self.http.delete(url).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

fn point<'a>(list: &'a Value, name: &str) -> &'a Value {
    let points = list["points"].as_array().unwrap();
    points.iter().find(|point| point["point"] == name).unwrap()
}

fn played(sim: &Simulator, fault: &str) -> Vec<Exchange> {
    let mut exchanges = sim.exchanges();
    exchanges.retain(|exchange| exchange.fault.as_deref() == Some(fault));
    exchanges
}

#[tokio::test]
async fn faults_are_listed_queued_and_forgotten_over_http() {
    let (sim, _service) = instant_world().await;
    let api = Api::of(&sim);
    let list = api.list().await;
    let stk = point(&list, "stk_callback");
    assert_eq!(stk["label"], "Daraja tells the outcome of a push");
    let kinds = stk["faults"].as_array().unwrap();
    let twice = kinds.iter().find(|kind| kind["fault"] == "twice").unwrap();
    let expected =
        json!({ "fault": "twice", "label": "sent twice at the same instant", "value": null });
    assert_eq!(*twice, expected);
    let queue = point(&list, "b2c_result")["faults"].as_array().unwrap();
    let queue = queue.iter().find(|kind| kind["fault"] == "queue_timeout");
    assert_eq!(
        queue.unwrap()["choices"],
        json!(["dropped", "silence", "result"])
    );

    let late = json!({ "point": "stk_callback", "fault": "late", "value": 2000, "times": 3, "phone": "0712345678" });
    let (status, list) = api.add(late).await;
    let waits = json!([{ "fault": "late", "value": "2000", "phone": "+254712345678", "times": 3 }]);
    assert_eq!(
        (status, &point(&list, "stk_callback")["waiting"]),
        (200, &waits)
    );
    api.add(json!({ "point": "sms", "fault": "refuse", "value": "503" }))
        .await;
    let (_, list) = api.clear("/sms").await;
    assert_eq!(point(&list, "sms")["waiting"], json!([]));
    assert_eq!(point(&list, "stk_callback")["waiting"], waits);
    let (_, list) = api.clear("").await;
    assert_eq!(point(&list, "stk_callback")["waiting"], json!([]));
}

#[tokio::test]
async fn what_cannot_be_played_is_refused_over_http() {
    let (sim, _service) = instant_world().await;
    let api = Api::of(&sim);
    for (fault, says) in [
        (
            json!({ "point": "stk_callback", "fault": "hang" }),
            "hang cannot be played at stk_callback",
        ),
        (json!({ "point": "stk", "fault": "lost" }), "no point"),
        (json!({ "point": "sms", "fault": "stolen" }), "no fault"),
        (json!({ "point": "sms", "fault": "late" }), "milliseconds"),
        (
            json!({ "point": "sms", "fault": "hang", "times": 0 }),
            "times",
        ),
        (
            json!({ "point": "sms", "fault": "hang", "times": 1001 }),
            "times",
        ),
        (
            json!({ "point": "sms", "fault": "hang", "phone": "12" }),
            "not a Kenyan",
        ),
        (
            json!({ "point": "oauth", "fault": "hang", "phone": "0712345678" }),
            "no phone",
        ),
        (
            json!({ "point": "sms", "fault": "hang", "often": 2 }),
            "often",
        ),
        (json!({ "fault": "hang" }), "point"),
    ] {
        let (status, answer) = api.add(fault).await;
        let error = answer["error"].as_str().unwrap();
        assert!(status == 400 && error.contains(says), "{error}");
    }
    assert_eq!(api.clear("/stk").await.0, 400);
    assert!(FaultPoint::all().all(|point| sim.waiting_faults(point) == 0));
}

/// Two phones that are each asked for an amount and pay.
async fn two_pay(till: &Till) {
    for (number, shillings) in [("+254712345678", 10), ("+254722000002", 20)] {
        let phone = till.sim.phone(number).unwrap();
        let url = till.service.callback_url();
        let body = push_body(phone.number().digits(), shillings, &url);
        assert_eq!(till.client.push(&till.token, &body).await.0, 200);
        phone.wait_for_prompt(PATIENCE).await.unwrap();
        phone.enter_pin("1234").await.unwrap();
    }
}

fn amounts(callbacks: &[Value]) -> Vec<f64> {
    let items = callbacks
        .iter()
        .map(|callback| &callback["Body"]["stkCallback"]["CallbackMetadata"]["Item"]);
    items
        .map(|items| items[0]["Value"].as_f64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_held_message_comes_after_the_next_of_its_kind() {
    let till = till().await;
    till.sim
        .inject(FaultPoint::StkCallback, Fault::Held, 1)
        .unwrap();
    two_pay(&till).await;
    assert_eq!(amounts(&till.service.callbacks(2).await), [20.0, 10.0]);
    let held = |exchange: &Exchange| exchange.fault.as_deref() == Some("held");
    assert!(till.sim.wait_for_exchange(held, PATIENCE).await.is_some());
}

#[tokio::test]
async fn clearing_the_faults_lets_go_what_is_held() {
    let till = till().await;
    till.sim
        .inject(FaultPoint::StkCallback, Fault::Held, 2)
        .unwrap();
    two_pay(&till).await;
    // Both are held; nothing else will pass.
    let mut is_told = false;
    while !is_told {
        till.sim.clear_faults();
        is_told = till
            .sim
            .pushes()
            .iter()
            .all(|push| !push.callbacks.is_empty());
        tokio::task::yield_now().await;
    }
    assert_eq!(till.service.callbacks(2).await.len(), 2);
}

#[tokio::test]
async fn a_fault_for_one_phone_leaves_the_others_alone() {
    let till = till().await;
    let ben = till.sim.phone("+254722000002").unwrap();
    till.sim
        .inject_for(ben.number(), FaultPoint::StkCallback, Fault::Lost, 1)
        .unwrap();
    two_pay(&till).await;
    assert_eq!(amounts(&till.service.callbacks(1).await), [10.0]);
    let lost = |exchange: &Exchange| exchange.fault.as_deref() == Some("lost");
    let lost = till.sim.wait_for_exchange(lost, PATIENCE).await.unwrap();
    assert_eq!((lost.phone, lost.status), (Some(ben.number()), None));
}

#[tokio::test]
async fn a_callback_can_come_again_dripping_cut_empty_or_as_a_page() {
    let till = till().await;
    let faults = [
        (Fault::Again(SOON), vec![Some(200), Some(200)]),
        (Fault::Drip(SOON), vec![Some(200)]),
        (Fault::Cut, vec![None]),
        (Fault::Empty, vec![Some(400)]),
        (Fault::Html, vec![Some(415)]),
        (Fault::AnswerLost, vec![None]),
    ];
    for (number, (fault, statuses)) in (1_u32..).zip(faults) {
        till.sim
            .inject(FaultPoint::StkCallback, fault.clone(), 1)
            .unwrap();
        let id = till.prompted(10 + number).await;
        till.phone.enter_pin("1234").await.unwrap();
        let is_told =
            |push: &sandbox::Push| push.checkout_request_id == id && !push.callbacks.is_empty();
        let push = till.sim.wait_for_push(is_told, PATIENCE).await.unwrap();
        assert_eq!(push.callbacks, statuses, "{fault}");
        assert_eq!(played(&till.sim, &fault.to_string()).len(), statuses.len());
    }
    // Again: 2, drip: 1, answer lost: 1; the others could not be read.
    assert_eq!(till.service.callbacks(4).await.len(), 4);
    let page = &played(&till.sim, "html")[0];
    assert!(
        page.request_body.starts_with("<html>"),
        "{}",
        page.request_body
    );
}

#[tokio::test]
async fn a_push_can_be_made_to_end_without_asking_anybody() {
    let till = till().await;
    for code in ["1032", "1"] {
        till.sim
            .inject(FaultPoint::StkCallback, Fault::Outcome(code.into()), 1)
            .unwrap();
    }
    till.push(10).await;
    assert_eq!(till.callback(1).await["ResultCode"], 1032);
    till.push(20).await;
    assert_eq!(till.callback(2).await["ResultCode"], 1);
    assert!(till.phone.prompt().is_none() && till.sim.payments().is_empty());
}

#[tokio::test]
async fn an_answer_can_come_byte_by_byte() {
    let till = till().await;
    till.sim
        .inject(FaultPoint::StkQuery, Fault::Drip(SOON), 1)
        .unwrap();
    let id = till.prompted(10).await;
    till.phone.cancel_prompt().await.unwrap();
    let started = Instant::now();
    let (_, answer) = till.client.query(&till.token, &id).await;
    assert_eq!(answer["ResultCode"], "1032");
    assert!(started.elapsed() >= SOON);
    assert_eq!(
        played(&till.sim, "drip=30")[0].phone,
        Some(till.phone.number())
    );
}

#[tokio::test]
async fn a_hop_can_be_lost_doubled_repeated_late_or_lose_its_answer() {
    let (sim, service) = instant_world().await;
    let phone = sim.new_phone();
    let mut hops = 0;
    for (fault, arrive, is_failed) in [
        (Fault::Lost, 0, true),
        (Fault::Twice, 2, false),
        (Fault::Again(SOON), 2, false),
        (Fault::Late(SOON), 1, false),
        (Fault::Drip(SOON), 1, false),
        (Fault::Cut, 0, true),
        (Fault::AnswerLost, 1, true),
    ] {
        sim.inject(FaultPoint::UssdHop, fault.clone(), 1).unwrap();
        let screen = phone.dial("*384*55#").await.unwrap();
        assert_eq!(screen.is_failed, is_failed, "{fault}: {:?}", screen.faults);
        assert_eq!(screen.kind == ScreenKind::End, is_failed);
        phone.drop_session();
        hops += arrive;
        service.wait_for_hops(hops).await;
        assert!(!played(&sim, &fault.to_string()).is_empty(), "{fault}");
    }
    assert_eq!(service.hops().len(), hops);
    let texts = service.texts();
    assert!(texts.iter().all(String::is_empty), "{texts:?}");
}

#[tokio::test]
async fn a_hop_that_is_later_than_a_gateway_waits_reaches_the_service_all_the_same() {
    let mut config = SimulatorConfig::instant();
    config.ussd.hop_timeout = SOON;
    let (sim, service) = world(config).await;
    let phone = sim.new_phone();
    sim.inject(FaultPoint::UssdHop, Fault::Late(SOON * 2), 1)
        .unwrap();
    let screen = phone.dial("*384*55#").await.unwrap();
    assert!(
        screen.is_failed && screen.faults[0].contains("no answer"),
        "{:?}",
        screen.faults
    );
    service.wait_for_hops(1).await;
}
