//! Phone numbers are masked in logs and secrets never logged: a whole run, failures included, and
//! everything that it logged searched for them.

use sandbox::{Fault, FaultPoint, Phone, Simulator, SimulatorConfig};

use crate::binary::{CODE, House, PATIENCE, QUESTIONS, client, eventually};

const CALLBACK_SECRET: &str = "Callback-s3gment-71c0";
const API_KEY: &str = "atsk_9b1f00c4e5";
const CONSUMER_KEY: &str = "ck_77aa12d0";
const CONSUMER_SECRET: &str = "cs_c0ffee4421";
const PASSKEY: &str = "pk_5e5a3e0917";
/// `CONSUMER_KEY:CONSUMER_SECRET` in Base64, as it goes over the wire.
const BASIC: &str = "Y2tfNzdhYTEyZDA6Y3NfYzBmZmVlNDQyMQ==";

async fn ask_deposit(phone: &Phone, shillings: &str) {
    phone.dial(CODE).await.expect("a screen");
    for key in ["2", shillings] {
        phone.reply(key).await.expect("a screen");
    }
}

/// A run with everything that can be logged about a player; gives the log.
async fn run(level: &str, format: &str) -> String {
    let mut config = SimulatorConfig::instant();
    config.sms.api_key = Some(API_KEY.into());
    config.daraja.consumer_key = Some(CONSUMER_KEY.into());
    config.daraja.consumer_secret = Some(CONSUMER_SECRET.into());
    config.daraja.passkey = PASSKEY.into();
    let sim = Simulator::start(config).await.expect("simulator");
    let (mut house, base) = House::with_providers(&sim, CALLBACK_SECRET);
    for (key, value) in [
        ("AFRICASTALKING__API_KEY", API_KEY),
        ("DARAJA__CONSUMER_KEY", CONSUMER_KEY),
        ("DARAJA__CONSUMER_SECRET", CONSUMER_SECRET),
        ("DARAJA__PASSKEY", PASSKEY),
        ("JOBS__SMS_BACKOFF", "100ms"),
        ("JOBS__STK_QUERY_AFTER", "200ms"),
        ("LOG__FORMAT", format),
    ] {
        house.set(key, value);
    }
    house.env.push(("RUST_LOG".into(), level.into()));
    house.run(&["questions", "import", QUESTIONS]).ended(0);
    let mut service = house.serve(&base, &[]).await;

    let phone = sim.phone("0712345678").expect("a phone");
    phone.dial(CODE).await.expect("a screen");
    for key in ["1", "1", "zzz", "1", "1", "1", "1"] {
        phone.reply(key).await.expect("a screen");
    }
    phone.drop_session();
    // A push that is refused, one that is cancelled, one whose answer breaks off, one that is paid;
    // each tells by SMS, and the first SMS fail.
    sim.inject(FaultPoint::Sms, Fault::Refuse(500), 2)
        .expect("a fault");
    sim.inject(FaultPoint::Oauth, Fault::Refuse(400), 1)
        .expect("a fault");
    sim.inject(FaultPoint::StkPush, Fault::Cut, 1)
        .expect("a fault");
    sim.inject(FaultPoint::StkQuery, Fault::Refuse(500), 2)
        .expect("a fault");
    ask_deposit(&phone, "60").await;
    ask_deposit(&phone, "50").await;
    phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    phone.cancel_prompt().await.expect("cancelled");
    ask_deposit(&phone, "100").await;
    phone.wait_for_prompt(PATIENCE).await.expect("a prompt");
    phone.enter_pin("1234").await.expect("paid");
    let is_received = |sms: &sandbox::Sms| sms.text.contains("received");
    phone
        .wait_for_sms(is_received, PATIENCE)
        .await
        .expect("an SMS");
    phone.dial(CODE).await.expect("a screen");
    for key in ["1", "1", "1", "1", "1", "2", "3", "1", "2"] {
        phone.reply(key).await.expect("a screen");
    }
    // What nobody sends: a wrong path, no hop, no JSON, another phone in the same session.
    for (path, body) in [
        ("/ussd/wrong".to_owned(), "phoneNumber=%2B254712345678"),
        (
            format!("/ussd/{CALLBACK_SECRET}"),
            "phoneNumber=%2B254712345678",
        ),
        (format!("/pay/{CALLBACK_SECRET}/stk/x"), "254712345678"),
        (
            format!("/sms/{CALLBACK_SECRET}/delivery"),
            "phoneNumber=254712345678",
        ),
        (
            format!("/ussd/{CALLBACK_SECRET}"),
            "phoneNumber=%2B254202222222&serviceCode=*1%23&text=&sessionId=a&networkCode=63902",
        ),
    ] {
        let posted = client()
            .post(format!("{base}{path}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send();
        posted.await.expect("an answer");
    }
    eventually("every SMS", || {
        let player = house.player("0712345678");
        let sms = player["sms"].as_array().expect("a list").clone();
        (!sms.iter().any(|sms| sms["state"] == "pending")).then_some(())
    })
    .await;
    service.stop();
    house.ledger();
    sim.stop().await;
    service.log()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn numbers_are_masked_and_secrets_never_logged() {
    for (level, format) in [("info", "text"), ("debug", "json")] {
        let log = run(level, format).await;
        // The run was logged: the deposit, and what failed on the way.
        for words in [
            "deposit asked for",
            "deposit paid",
            "SMS not sent",
            "listening",
        ] {
            assert!(log.contains(words), "{words}: {log}");
        }
        assert!(log.contains("+25471xxx678"), "the masked number: {log}");
        for (what, secret) in [
            ("the number", "712345678"),
            ("another number", "202222222"),
            ("the callback secret", CALLBACK_SECRET),
            ("the api key", API_KEY),
            ("the consumer key", CONSUMER_KEY),
            ("the consumer secret", CONSUMER_SECRET),
            ("both, as sent", BASIC),
            ("the passkey", PASSKEY),
        ] {
            let lines: Vec<&str> = log.lines().filter(|line| line.contains(secret)).collect();
            assert!(lines.is_empty(), "{what} in {level} logs: {lines:#?}");
        }
    }
}
