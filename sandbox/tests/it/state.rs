//! The state: it goes on where it was, and a bad one changes nothing.

use std::fs;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sandbox::{Phone, Simulator, SimulatorConfig, StateError, StkResult};
use serde_json::{Value, json};

use crate::PATIENCE;
use crate::client::{Client, push_body};
use crate::organisation::{Office, credential};

const LONG: Duration = Duration::from_secs(3_600);

/// Nothing that is to be told is told while a test runs.
fn slow() -> SimulatorConfig {
    let mut config = SimulatorConfig {
        seed: Some(7),
        ..SimulatorConfig::default()
    };
    config.sms.delivery_delay = LONG;
    config.daraja.callback_delay = LONG;
    config.daraja.prompt_life = LONG;
    config.daraja.organisation.processing_delay = LONG;
    config
}

#[tokio::test]
async fn a_loaded_state_goes_on_where_it_was() {
    let office = Office::open(slow()).await;
    let till = &office.till;
    // Paid and not told yet, asked for and not paid yet, accepted and not paid out yet.
    let paid = till.prompted(200).await;
    till.phone.enter_pin("1234").await.unwrap();
    let body = json!({
        "ShortCode": "174379", "ResponseType": "Completed",
        "ConfirmationURL": till.service.url("confirm"), "ValidationURL": till.service.url("validate"),
    });
    let (status, _) = till
        .client
        .post("/mpesa/c2b/v2/registerurl", &till.token, &body)
        .await;
    assert_eq!(status, 200);
    let open = till.prompted(300).await;
    office.pay_out(&office.payout("W-1", 1_000)).await;
    let far = till.sim.phone("0712000001").unwrap();
    far.set_reachable(false);
    far.set_pin("9876");
    till.client.sms("+254712000001", "held").await.unwrap();
    till.client.sms("+254712345678", "read").await.unwrap();
    let state = till.sim.state();

    let other = Simulator::start(SimulatorConfig::instant()).await.unwrap();
    other.set_service(till.service.urls());
    other.load_state(&state).await.unwrap();
    let phone = other.phone("0712345678").unwrap();
    let client = Client::new(&other.base_url());

    // What was to be told is told: the paid push, its confirmation, the payout.
    let callback = till.callback(1).await;
    assert_eq!(
        (&callback["CheckoutRequestID"], &callback["ResultCode"]),
        (&json!(paid), &json!(0))
    );
    let confirmed = till.service.told("confirm", 1).await;
    assert_eq!(confirmed[0]["TransAmount"], "200.00");
    let result = office.result(1).await;
    assert_eq!(
        (&result["OriginatorConversationID"], &result["ResultCode"]),
        (&json!("W-1"), &json!(0))
    );
    // The prompt is back, with the same id, and can be paid.
    let prompt = phone.wait_for_prompt(PATIENCE).await.unwrap();
    assert_eq!(prompt.checkout_request_id, open);
    assert!(matches!(
        phone.enter_pin("1234").await,
        Ok(StkResult::Paid(_))
    ));
    assert_eq!(till.callback(2).await["CheckoutRequestID"], open);
    // The old token lives, and an id stays used.
    let (status, answer) = client
        .post(
            "/mpesa/b2c/v3/paymentrequest",
            &till.token,
            &office.payout("W-1", 50),
        )
        .await;
    assert_eq!(
        (status, &answer["errorCode"]),
        (500, &json!("500.002.1001"))
    );
    // The phones are who they were; what waited for the one that was away comes now.
    assert_eq!(phone.inbox()[0].text, "read");
    let far = other.phone("0712000001").unwrap();
    assert!(far.inbox().is_empty());
    far.set_reachable(true);
    assert_eq!(far.inbox()[0].text, "held");
    let id = far.inbox()[0].id.clone();
    let reports = till.service.reports(2).await;
    assert!(reports.iter().any(|report| report["id"] == id));
    let paid = far.pay_to_paybill("A", 10_000, "9876").await.unwrap();
    assert!(matches!(paid, sandbox::PaybillResult::Paid(_)));
    // 5,000 - 200 - 300 + 1,000, and no shilling was lost on the way.
    assert_eq!(phone.mpesa_balance_cents(), 550_000);
    assert_eq!(other.books().difference_cents(), 0);
}

#[tokio::test]
async fn the_same_dice_are_thrown_after_a_restart() {
    let sim = Simulator::start(slow()).await.unwrap();
    let _ = sim.new_phone();
    let state = sim.state();
    let numbers = |sim: &Simulator| [(); 3].map(|()| sim.new_phone().number());
    let expected = numbers(&sim);
    let other = Simulator::start(SimulatorConfig::default()).await.unwrap();
    other.load_state(&state).await.unwrap();
    assert_eq!(numbers(&other), expected);
}

#[tokio::test]
async fn the_file_is_loaded_at_the_start_and_written_at_the_end_and_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let config = || SimulatorConfig {
        state: Some(file.clone()),
        ..slow()
    };
    let sim = Simulator::start(config()).await.unwrap();
    let phone = sim.phone("0712345678").unwrap();
    phone.set_mpesa_balance(123);
    assert!(!file.exists());
    let client = Client::new(&sim.base_url());
    let (status, saved) = client.post("/api/state/save", "", &json!({})).await;
    assert_eq!((status, &saved["file"]), (200, &json!(file)));
    assert_eq!(fs::read_to_string(&file).unwrap(), sim.state());
    phone.set_mpesa_balance(456);
    sim.stop().await;
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "nothing is left beside it: {names:?}");

    let sim = Simulator::start(config()).await.unwrap();
    let phone = sim.phone("0712345678").unwrap();
    assert_eq!(phone.mpesa_balance_cents(), 456);
    assert_eq!(sim.save_state().unwrap(), file);
    sim.stop().await;

    fs::write(&file, "{\"format\":\"sandbox state\",").unwrap();
    let error = Simulator::start(config()).await.unwrap_err().to_string();
    assert!(
        error.contains("state.json: not a state that can be loaded: EOF"),
        "{error}"
    );
    // A broken file is not written over.
    assert!(fs::read_to_string(&file).unwrap().ends_with("state\","));
    // Without a file there is nothing to save into; the answer says so.
    let sim = Simulator::start(slow()).await.unwrap();
    assert!(matches!(sim.save_state(), Err(StateError::NoFile)));
    let client = Client::new(&sim.base_url());
    let (status, answer) = client.post("/api/state/save", "", &json!({})).await;
    assert_eq!(status, 409);
    assert!(answer["error"].as_str().unwrap().contains("--state FILE"));
}

#[tokio::test]
async fn a_state_that_is_broken_changes_nothing_and_says_what_is_wrong() {
    let office = Office::open(slow()).await;
    office.till.prompted(200).await;
    office.till.phone.enter_pin("1234").await.unwrap();
    office.till.prompted(300).await;
    let sim = &office.till.sim;
    let good: Value = serde_json::from_str(&sim.state()).unwrap();
    let changed = |pointer: &str, value: Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        bad
    };
    let mut unknown = good.clone();
    unknown["extra"] = json!(1);
    let mut missing = good.clone();
    missing.as_object_mut().unwrap().remove("phones");
    let push = good["mpesa"]["pushes"][1].clone();
    let huge = json!({ "+254712345678": { "balance_cents": i64::MAX, "pin": "1", "is_registered": true, "wrong_pins": 0 } });
    let cases = [
        (json!([]), "expected struct"),
        (json!({}), "missing field `format`"),
        (changed("/format", json!("other")), "it says \"other\""),
        (changed("/version", json!(2)), "of version 2"),
        (unknown, "unknown field `extra`"),
        (missing, "missing field `phones`"),
        (changed("/dice/drawn", json!(u64::MAX)), "dice"),
        (changed("/phones/0/number", json!("12")), "mobile number"),
        (
            changed("/mpesa/ledger/utility_cents", json!(5)),
            "the books do not add up",
        ),
        (
            changed("/mpesa/ledger/accounts", huge),
            "more money than there can be",
        ),
        (
            changed("/mpesa/ledger/receipts", json!({})),
            "is not its movement's",
        ),
        (
            changed("/mpesa/ledger/movements", json!([])),
            "a receipt has no movement",
        ),
        (changed("/pending", json!([])), "still to be done"),
        (changed("/mpesa/pushes", json!([])), "still to be done"),
        (changed("/mpesa/pushes", json!([push, push])), "twice"),
    ];
    let client = &office.till.client;
    let put = async |body: String| {
        let request = client.http.put(format!("{}/api/state", client.base));
        let answer = request.body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let before = sim.state();
    for (bad, words) in cases {
        let (status, answer) = put(bad.to_string()).await;
        assert_eq!(status, 400, "{words}: {answer}");
        assert!(
            answer.replace("\\\"", "\"").contains(words),
            "{words}: {answer}"
        );
        assert_eq!(sim.state(), before, "{words}");
    }
    assert!(office.till.phone.prompt().is_some(), "nothing was given up");
    assert_eq!(put(good.to_string()).await.0, 204);
    assert_eq!(sim.state(), before);
}

#[tokio::test]
async fn a_reset_begins_anew_and_repeats_the_start() {
    let office = Office::open(slow()).await;
    let (sim, client) = (&office.till.sim, &office.till.client);
    let fresh = Simulator::start(SimulatorConfig {
        seed: Some(1),
        ..slow()
    })
    .await
    .unwrap();
    office.till.prompted(200).await;
    office.till.phone.enter_pin("1234").await.unwrap();
    office.till.prompted(300).await;
    office.pay_out(&office.payout("W-1", 1_000)).await;
    client.sms("+254712345678", "hello").await.unwrap();
    let (status, _) = client.post("/api/reset", "", &json!({})).await;
    assert_eq!(status, 204);
    assert_eq!(sim.state(), fresh.state());
    assert!(sim.exchanges().is_empty());
    // The same handle is a phone that was just bought, and what follows is what followed the start.
    assert!(office.till.phone.inbox().is_empty() && office.till.phone.prompt().is_none());
    assert_eq!(sim.new_phone().number(), fresh.new_phone().number());
    // Tokens are gone too; a new push goes its whole way.
    let (status, _) = client.push(&office.till.token, &office.till.body(10)).await;
    assert_eq!(status, 404);
    let token = client.token().await;
    let (status, _) = client.push(&token, &office.till.body(10)).await;
    assert_eq!(status, 200);
    office.till.phone.wait_for_prompt(PATIENCE).await.unwrap();
}

/// Something that a hand or a service does; phones by index, amounts in shillings.
#[derive(Debug, Clone)]
enum Event {
    Push(usize, u32),
    Pin(usize, bool),
    Cancel(usize),
    PayBill(usize, u32),
    PayOut(usize, u32),
    Sms(usize),
    SendSms(usize),
    OptOut(usize),
    Reach(usize, bool),
    Balance(usize, u32),
    Ask,
}

fn event() -> impl Strategy<Value = Event> {
    let (phone, amount) = (0..3_usize, 1_u32..6_000);
    prop_oneof![
        (phone.clone(), amount.clone()).prop_map(|(p, a)| Event::Push(p, a)),
        (phone.clone(), any::<bool>()).prop_map(|(p, right)| Event::Pin(p, right)),
        phone.clone().prop_map(Event::Cancel),
        (phone.clone(), amount.clone()).prop_map(|(p, a)| Event::PayBill(p, a)),
        (phone.clone(), amount.clone()).prop_map(|(p, a)| Event::PayOut(p, a)),
        phone.clone().prop_map(Event::Sms),
        phone.clone().prop_map(Event::SendSms),
        phone.clone().prop_map(Event::OptOut),
        (phone.clone(), any::<bool>()).prop_map(|(p, on)| Event::Reach(p, on)),
        (phone, amount).prop_map(|(p, a)| Event::Balance(p, a)),
        Just(Event::Ask),
    ]
}

/// Waits until every push that is open is prompted: then nothing changes by itself.
async fn settled(office: &Office, phones: &[Phone; 3]) {
    let is_still = || {
        let pushes = office.till.sim.pushes();
        let mut open = pushes.iter().filter(|push| push.result.is_none());
        open.all(|push| {
            let phone = phones.iter().find(|phone| phone.number() == push.phone);
            let prompt = phone.and_then(Phone::prompt);
            prompt.is_some_and(|prompt| prompt.checkout_request_id == push.checkout_request_id)
        })
    };
    let wait = async {
        while !is_still() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("settled");
}

/// Does it; what is refused is refused.
async fn happen(office: &Office, phones: &[Phone; 3], event: Event, n: usize) {
    let till = &office.till;
    match event {
        Event::Push(p, shillings) => {
            let body = push_body(
                phones[p].number().digits(),
                shillings,
                &till.service.callback_url(),
            );
            let (status, _) = till.client.push(&till.token, &body).await;
            assert!([200, 500].contains(&status), "{status}");
        }
        Event::Pin(p, is_right) => {
            let pin = if is_right { "1234" } else { "0000" };
            let _ = phones[p].enter_pin(pin).await;
        }
        Event::Cancel(p) => drop(phones[p].cancel_prompt().await),
        Event::PayBill(p, shillings) => {
            let paid = phones[p].pay_to_paybill("A", i64::from(shillings) * 100, "1234");
            let _ = paid.await;
        }
        Event::PayOut(p, shillings) => {
            let mut body = office.payout(&format!("W-{n}"), shillings);
            body["PartyB"] = json!(phones[p].number().digits());
            let path = "/mpesa/b2c/v3/paymentrequest";
            let _ = till.client.post(path, &till.token, &body).await;
        }
        Event::Sms(p) => {
            let to = phones[p].number().to_string();
            till.client.sms(&to, "hello").await.unwrap();
        }
        Event::SendSms(p) => drop(phones[p].send_sms("BAL").await),
        Event::OptOut(p) => drop(phones[p].opt_out().await),
        Event::Reach(p, on) => phones[p].set_reachable(on),
        Event::Balance(p, shillings) => phones[p].set_mpesa_balance(i64::from(shillings) * 100),
        Event::Ask => {
            let body = office.question("AccountBalance");
            let path = "/mpesa/accountbalance/v1/query";
            let _ = till.client.post(path, &till.token, &body).await;
        }
    }
}

#[test]
fn saving_loading_and_saving_again_is_the_same() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut config = slow();
    // A question that is asked again would be answered in the meantime.
    config.daraja.organisation.status_delay = LONG;
    let office = runtime.block_on(Office::open(config.clone()));
    let other = runtime.block_on(Simulator::start(config)).unwrap();
    assert_eq!(office.credential.len(), credential(&other, "x").len());
    let mut runner = TestRunner::new(Config::with_cases(24));
    let events = prop::collection::vec(event(), 1..25);
    let outcome = runner.run(&events, |events| {
        let (first, second) = runtime.block_on(async {
            let phones =
                [1, 2, 3].map(|n| office.till.sim.phone(&format!("071200000{n}")).unwrap());
            for (n, event) in events.into_iter().enumerate() {
                happen(&office, &phones, event, n).await;
                settled(&office, &phones).await;
            }
            let first = office.till.sim.state();
            other.load_state(&first).await.unwrap();
            (first, other.state())
        });
        prop_assert_eq!(first, second);
        Ok(())
    });
    outcome.unwrap();
}
