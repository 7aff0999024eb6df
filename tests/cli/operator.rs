//! What an operator asks: `ledger check`, `player show`, `suspense`. With `--json` stdout is exactly
//! one JSON value, whatever is logged.

use sandbox::{Phone, Simulator, SimulatorConfig};
use serde_json::{Value, json};

use crate::binary::{CODE, House, PATIENCE, QUESTIONS, client, eventually};

const SECRET: &str = "Unguessable-path-0001";

fn keys(value: &Value) -> Vec<&str> {
    let object = value.as_object().unwrap_or_else(|| panic!("{value}"));
    let mut keys: Vec<&str> = object.keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

async fn press(phone: &Phone, keys: &[&str]) -> String {
    let mut name = None;
    for key in keys {
        name = phone.reply(key).await.expect("a screen").name;
    }
    name.unwrap_or_default()
}

#[test]
fn an_empty_ledger_is_well() {
    let house = House::new();
    let accounts = [
        "excise",
        "house",
        "mpesa",
        "payouts",
        "promo",
        "stakes",
        "suspense",
        "wallets",
        "withholding",
    ];
    let zeros: serde_json::Map<_, _> = accounts
        .map(|name| (name.to_owned(), json!(0)))
        .into_iter()
        .collect();
    let expected = json!({ "ok": true, "findings": [], "transfers": 0, "accounts": zeros });
    assert_eq!(house.ledger(), expected);
    let said = house.run(&["ledger", "check"]).ended(0);
    assert!(said.stdout.contains("all is well"), "{said:?}");
}

#[test]
fn json_stands_alone_on_stdout_whatever_is_logged() {
    let house = House::new();
    let env = [
        ("RUST_LOG", "trace"),
        ("MAJIBU__PLAYERS__DAILY_DEPOSIT_LIMIT", "5"),
    ];
    for (arguments, code) in [
        (&["ledger", "check", "--json"][..], 0),
        (&["suspense", "list", "--json"], 0),
        (&["player", "show", "0712345678", "--json"], 1),
        (&["questions", "check", QUESTIONS, "--json"], 0),
        (&["menu", "check", "--json"], 0),
    ] {
        let said = house.run_with(&env, arguments).ended(code);
        said.json();
        assert_eq!(said.stdout.lines().count(), 1, "{arguments:?}");
    }
    let json_logs = [("RUST_LOG", "debug"), ("MAJIBU__LOG__FORMAT", "json")];
    let said = house
        .run_with(&json_logs, &["ledger", "check", "--json"])
        .ended(0);
    said.json();
    for line in said.stderr.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
}

#[test]
fn logs_in_a_file_have_no_colours() {
    let said = House::new()
        .run_with(&[("RUST_LOG", "debug")], &["migrate"])
        .ended(0);
    assert!(
        !said.stderr.is_empty() && !said.stderr.contains('\u{1b}'),
        "{said:?}"
    );
}

#[test]
fn a_number_that_is_unknown_or_none_is_a_finding() {
    let house = House::new();
    for number in ["0712345678", "0202222222", "rubbish", "+447911123456", ""] {
        let said = house.run(&["player", "show", number, "--json"]).ended(1);
        let answer = said.json();
        assert_eq!(keys(&answer), ["error"], "{number}");
        assert!(answer["error"].is_string());
        let said = house.run(&["player", "show", number]).ended(1);
        said.one_line();
        assert_eq!(said.stdout, "");
    }
}

#[test]
fn several_numbers_are_shown_each_on_a_line_of_its_own() {
    let house = House::new();
    let numbers = ["0712345678", "0733123456"];
    let show = |numbers: &[&str], options: &[&str]| {
        house.run(&[&["player", "show"], numbers, options].concat())
    };
    let said = show(&numbers, &["--json"]).ended(1);
    let lines: Vec<Value> = said
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("an object"))
        .collect();
    let shown = lines.iter().map(|line| &line["msisdn"]);
    let shown: Vec<_> = shown.collect();
    assert_eq!(shown, [&json!("+254712345678"), &json!("+254733123456")]);
    assert!(lines.iter().all(|line| line["error"].is_string()));
    assert_eq!(show(&numbers, &[]).ended(1).stdout.lines().count(), 2);
    // Nothing is shown where one is no number at all: a script would take the rest for everybody.
    let said = show(&["0712345678", "0202222222"], &[]).ended(1);
    assert_eq!(said.stdout, "");
    assert!(said.one_line().contains("one of the numbers"), "{said:?}");
}

#[test]
fn suspense_is_empty_and_refuses_what_it_does_not_have() {
    let house = House::new();
    assert_eq!(
        house.run(&["suspense", "list", "--json"]).ended(0).json(),
        json!([])
    );
    let said = house.run(&["suspense", "list"]).ended(0);
    assert!(said.stdout.contains("0 waiting"), "{said:?}");
    let assign = |id: &str, number: &str, reason: &str| {
        house.run(&["suspense", "assign", id, number, "--reason", reason])
    };
    let id = "01KJ0000000000000000000000";
    for (id, number) in [("x", "0712345678"), (id, "0712345678"), (id, "0202222222")] {
        assign(id, number, "their own receipt").ended(1).one_line();
    }
    for reason in ["", "  "] {
        let said = assign(id, "0712345678", reason).ended(2);
        assert!(said.one_line().contains("--reason"), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn player_show_has_the_shape_that_scripts_rely_on() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (house, base) = House::with_providers(&sim, SECRET);
    house.run(&["questions", "import", QUESTIONS]).ended(0);
    let mut service = house.serve(&base, &[]).await;

    let phone = sim.phone("0712345678").expect("a phone");
    phone.dial(CODE).await.expect("a screen");
    assert_eq!(press(&phone, &["1", "1", "2", "100"]).await, "deposit_sent");
    phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    phone.enter_pin("1234").await.expect("paid");
    let is_received = |sms: &sandbox::Sms| sms.text.contains("received");
    phone
        .wait_for_sms(is_received, PATIENCE)
        .await
        .expect("an SMS");
    phone.dial(CODE).await.expect("a screen");
    assert_eq!(press(&phone, &["1", "1", "1", "1", "1"]).await, "question");

    // The delivery report is a callback of its own, acted on after the SMS has come.
    let player = eventually("a delivery report", || {
        let player = house.player("0712345678");
        (player["sms"][0]["state"] == "delivered").then_some(player)
    })
    .await;
    let receipt = sim.payments()[0].receipt.clone();
    let push = &sim.pushes()[0];
    let id = push.callback_url.rsplit('/').next().expect("an id");
    assert_eq!(
        keys(&player),
        [
            "balance_cents",
            "deposits",
            "entries",
            "locale",
            "msisdn",
            "sms",
            "status",
            "withdrawals",
        ]
    );
    assert_eq!(player["msisdn"], "+254712345678");
    assert_eq!(player["status"], "unverified");
    assert_eq!(player["locale"], "en");
    assert_eq!(player["balance_cents"], 8_000);
    assert_eq!(player["withdrawals"], json!([]));
    assert_eq!(
        player["deposits"],
        json!([{
            "id": id, "state": "paid", "requested_cents": 10_000, "credited_cents": 10_000,
            "receipt": receipt, "flagged": false,
        }])
    );
    let entry = &player["entries"][0];
    assert_eq!(
        keys(entry),
        [
            "answering_ms",
            "category",
            "correct",
            "id",
            "stake_cents",
            "state",
            "thinking_ms",
        ]
    );
    assert_eq!(
        (&entry["state"], &entry["stake_cents"]),
        (&json!("playing"), &json!(2_000))
    );
    assert!(entry["id"].is_string() && entry["category"].is_string());
    for name in ["correct", "answering_ms", "thinking_ms"] {
        assert!(entry[name].is_u64(), "{entry}");
    }
    let body = &phone.inbox()[0].text;
    assert_eq!(
        player["sms"],
        json!([{ "kind": "deposit_paid", "state": "delivered", "body": body }])
    );

    for number in [
        "0712345678",
        "254712345678",
        "+254712345678",
        "712345678",
        "+254 712 345 678",
        "0712-345-678",
    ] {
        assert_eq!(house.player(number)["msisdn"], "+254712345678", "{number}");
    }
    let text = house.run(&["player", "show", "0712345678"]).ended(0).stdout;
    for words in [
        "+254712345678",
        "balance KES 80",
        "playing",
        "paid",
        &receipt,
        body,
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    service.stop();
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_payment_that_matches_nothing_waits_and_can_be_assigned_once() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (house, base) = House::with_providers(&sim, SECRET);
    let mut service = house.serve(&base, &[]).await;
    let phone = sim.phone("0712345678").expect("a phone");
    phone.dial(CODE).await.expect("a screen");
    assert_eq!(press(&phone, &["1", "1"]).await, "home");

    let body = json!({ "Body": { "stkCallback": {
        "MerchantRequestID": "m-1", "CheckoutRequestID": "ws_CO_1", "ResultCode": 0,
        "ResultDesc": "The service request is processed successfully.",
        "CallbackMetadata": { "Item": [
            { "Name": "Amount", "Value": 250.00 },
            { "Name": "MpesaReceiptNumber", "Value": "TKM1234567" },
            { "Name": "TransactionDate", "Value": 20_261_122_120_000_u64 },
            { "Name": "PhoneNumber", "Value": 254_712_345_678_u64 },
        ] },
    } } });
    for _ in 0..2 {
        let posted = client()
            .post(format!("{base}/pay/{SECRET}/stk/nobody"))
            .json(&body)
            .send();
        assert_eq!(posted.await.expect("an answer").status().as_u16(), 200);
    }
    let parked = eventually("a parked payment", || {
        let list = house.run(&["suspense", "list", "--json"]).ended(0).json();
        list.as_array().filter(|rows| !rows.is_empty()).cloned()
    })
    .await;
    let [payment] = parked.as_slice() else {
        panic!("{parked:?}")
    };
    assert_eq!(keys(payment), ["amount_cents", "id", "reason", "receipt"]);
    assert_eq!(payment["amount_cents"], 25_000);
    assert_eq!(payment["receipt"], "TKM1234567");
    assert_eq!(house.ledger()["accounts"]["suspense"], 25_000);

    let id = payment["id"].as_str().expect("an id");
    let assign = |number: &str| {
        house.run(&[
            "suspense",
            "assign",
            id,
            number,
            "--reason",
            "sent a screenshot",
        ])
    };
    assign("0799999999").ended(1).one_line();
    assign("0712345678").ended(0);
    assign("0712345678").ended(1).one_line();
    assert_eq!(house.player("0712345678")["balance_cents"], 25_000);
    assert_eq!(house.ledger()["accounts"]["suspense"], 0);
    let is_told = |sms: &sandbox::Sms| sms.text.contains("TKM1234567");
    phone.wait_for_sms(is_told, PATIENCE).await.expect("an SMS");
    assert_eq!(
        house.run(&["suspense", "list", "--json"]).ended(0).json(),
        json!([])
    );
    service.stop();
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn player_show_has_answers_to_sms_as_any_other_sms() {
    let sim = Simulator::start(SimulatorConfig::instant())
        .await
        .expect("simulator");
    let (house, base) = House::with_providers(&sim, SECRET);
    let mut service = house.serve(&base, &[]).await;
    let phone = sim.phone("0712345678").expect("a phone");
    phone.dial(CODE).await.expect("a screen");
    press(&phone, &["2", "1"]).await;
    let text = house.run(&["player", "show", "0712345678"]).ended(0).stdout;
    assert!(!text.contains("no promotions"), "{text}");
    for text in ["Salio?", "ACHA"] {
        let told = phone.send_sms(text).await.expect("sent");
        assert_eq!(told, [Some(200)]);
    }
    let player = eventually("delivery reports", || {
        let player = house.player("0712345678");
        let sms = player["sms"].as_array().expect("a list").clone();
        let is_delivered = |sms: &Value| sms["state"] == "delivered";
        (sms.len() == 2 && sms.iter().all(is_delivered)).then_some(sms)
    })
    .await;
    let mut kinds: Vec<_> = player.iter().map(|sms| sms["kind"].clone()).collect();
    kinds.sort_by_key(ToString::to_string);
    assert_eq!(kinds, [json!("balance"), json!("stopped")]);
    for sms in &player {
        assert_eq!(keys(sms), ["body", "kind", "state"]);
    }
    let text = house.run(&["player", "show", "0712345678"]).ended(0).stdout;
    assert!(text.contains("no promotions"), "{text}");
    service.stop();
}
