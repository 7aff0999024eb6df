//! `mpesa doctor`: each thing broken in turn, named by its check with a hint, and no secret shown.

use axum::{Router, http::StatusCode, response::IntoResponse};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use sandbox::{Simulator, SimulatorConfig};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::binary::{House, Said, free_port};

/// What no output may have.
pub(crate) const SECRETS: [&str; 6] = [
    "Callback-s3gment-77aa",
    "ck-5ecret-key",
    "cs-5ecret-consumer",
    "f00dfeedf00dfeedf00dfeedf00dfeedf00dfeedf00dfeedf00dfeedf00dfeed",
    PASSWORD,
    // Key and secret as they go over the wire.
    "Y2stNWVjcmV0LWtleTpjcy01ZWNyZXQtY29uc3VtZXI=",
];

pub(crate) const PASSWORD: &str = "Init1at0r#2026";

pub(crate) const CERTIFICATE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/keys/certificate.pem");

/// A house that pays out, and a simulator that knows its secrets.
pub(crate) async fn house() -> (House, String, Simulator) {
    let mut config = SimulatorConfig::instant();
    config.daraja.consumer_key = Some(SECRETS[1].into());
    config.daraja.consumer_secret = Some(SECRETS[2].into());
    config.daraja.passkey = SECRETS[3].into();
    config.daraja.organisation.initiator_password = PASSWORD.into();
    let sim = Simulator::start(config).await.expect("simulator");
    let (mut house, base) = House::with_providers(&sim, SECRETS[0]);
    for (key, value) in [
        ("DARAJA__CONSUMER_KEY", SECRETS[1]),
        ("DARAJA__CONSUMER_SECRET", SECRETS[2]),
        ("DARAJA__PASSKEY", SECRETS[3]),
        ("DARAJA__B2C_INITIATOR", "testapi"),
        ("DARAJA__B2C_PASSWORD", PASSWORD),
        ("DARAJA__CERTIFICATE", CERTIFICATE),
        ("DARAJA__CHARGES", "taken"),
        ("DARAJA__TIMEOUT", "5s"),
    ] {
        house.set(key, value);
    }
    (house, base, sim)
}

/// Runs the doctor; gives its exit code and its object. It shows no secret.
pub(crate) fn doctor(house: &House, env: &[(&str, &str)], wait: &str) -> (i32, Value) {
    let said = house.run_with(env, &["mpesa", "doctor", "--wait", wait, "--json"]);
    shows_no_secret(&said);
    let told = said.json();
    assert_eq!(told["ok"] == true, said.code == 0, "{said:?}");
    (said.code, told)
}

/// The lines for people say what the object says, and no secret.
fn lines_agree(house: &House, env: &[(&str, &str)]) {
    let (code, told) = doctor(house, env, "0");
    let plain = house.run_with(env, &["mpesa", "doctor", "--wait", "0"]);
    shows_no_secret(&plain);
    assert_eq!(plain.code, code, "{plain:?}");
    for check in told["checks"].as_array().expect("a list") {
        let name = check["name"].as_str().expect("a name");
        let state = check["state"].as_str().expect("a state");
        let is_it = |line: &&str| line.starts_with(state) && line.contains(name);
        let line = plain.stdout.lines().find(is_it);
        let line = line.unwrap_or_else(|| panic!("{state} {name}: {plain:?}"));
        assert_eq!(line.contains(" -> "), state != "ok", "a hint: {line}");
    }
    let checks = told["checks"].as_array().expect("a list");
    assert_eq!(plain.stdout.lines().count(), checks.len(), "{plain:?}");
}

fn shows_no_secret(said: &Said) {
    let all = format!("{}{}", said.stdout, said.stderr);
    for secret in SECRETS {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}

/// State and detail of a check.
pub(crate) fn check(told: &Value, name: &str) -> (String, String) {
    let checks = told["checks"].as_array().expect("a list").iter();
    let mut named = checks.filter(|check| check["name"] == name);
    let found = named.next().unwrap_or_else(|| panic!("{name}: {told:#}"));
    let text = |field: &str| found[field].as_str().expect("text").to_owned();
    (text("state"), text("detail"))
}

/// The simulator's certificate with other dates, as DER. Nobody looks at its signature.
fn certificate(from: &str, until: &str) -> Vec<u8> {
    let pem = include_str!("../../sandbox/keys/certificate.pem");
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let mut der = STANDARD
        .decode(lines.collect::<String>())
        .expect("a certificate");
    for (old, new) in [("260101000000Z", from), ("20560101000000Z", until)] {
        assert_eq!(old.len(), new.len());
        let at = der.windows(old.len()).position(|w| w == old.as_bytes());
        let at = at.expect("its dates");
        der[at..at + new.len()].copy_from_slice(new.as_bytes());
    }
    der
}

#[tokio::test(flavor = "multi_thread")]
async fn each_thing_that_is_broken_is_named() {
    let (house, _, _sim) = house().await;
    house.run(&["migrate"]).ended(0);
    let (code, told) = doctor(&house, &[], "0");
    assert_eq!(code, 0, "{told:#}");
    lines_agree(&house, &[]);
    lines_agree(&house, &[("MAJIBU__DARAJA__CONSUMER_SECRET", "wrong")]);
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let rubbish = house.write("rubbish.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    let expired = house.write("old.der", certificate("200101000000Z", "20210101000000Z"));
    let early = house.write("new.der", certificate("490101000000Z", "20560101000000Z"));
    #[expect(
        clippy::disallowed_methods,
        reason = "the binary has the machine's clock"
    )]
    let soon: DateTime<Utc> = Utc::now() + chrono::TimeDelta::days(10);
    let soon = soon.format("%Y%m%d%H%M%SZ").to_string();
    let ending = house.write("ending.der", certificate("260101000000Z", &soon));
    let production = "https://api.safaricom.co.ke";
    let cases: [(&str, &str, &str, &str, &str); 17] = [
        (
            "DARAJA__CONSUMER_SECRET",
            "wrong",
            "token",
            "fail",
            "keys are not taken: HTTP 400",
        ),
        (
            "DARAJA__CONSUMER_KEY",
            "",
            "keys",
            "fail",
            "daraja.consumer_key",
        ),
        ("DARAJA__BASE_URL", &nobody, "token", "fail", "not reached"),
        ("DARAJA__PASSKEY", "", "stk", "fail", "no push can be made"),
        ("DARAJA__PASSKEY", "odd", "stk", "warn", "hexadecimal"),
        ("DARAJA__SHORTCODE", "12", "stk", "fail", "5 to 7 digits"),
        (
            "DARAJA__SHORTCODE",
            "x",
            "configuration",
            "fail",
            "daraja.shortcode",
        ),
        (
            "DARAJA__CERTIFICATE",
            "gone.pem",
            "certificate",
            "fail",
            "cannot be read",
        ),
        (
            "DARAJA__CERTIFICATE",
            &rubbish,
            "certificate",
            "fail",
            "neither a PEM nor a DER",
        ),
        (
            "DARAJA__CERTIFICATE",
            &expired,
            "certificate_dates",
            "fail",
            "expired on 2021-01-01",
        ),
        (
            "DARAJA__CERTIFICATE",
            &early,
            "certificate_dates",
            "fail",
            "not valid before 2049",
        ),
        (
            "DARAJA__CERTIFICATE",
            &ending,
            "certificate_dates",
            "warn",
            "expires in 9 days",
        ),
        (
            "DARAJA__B2C_INITIATOR",
            "",
            "payouts",
            "fail",
            "daraja.b2c_initiator",
        ),
        (
            "HTTP__PUBLIC_URL",
            "https://house.example/query",
            "configuration",
            "fail",
            "\"query\"",
        ),
        (
            "HTTP__PUBLIC_URL",
            "https://a.ngrok.example",
            "callback_urls",
            "fail",
            "tunnel",
        ),
        (
            "HTTP__PUBLIC_URL",
            "http://house.example",
            "callback_urls",
            "warn",
            "without https",
        ),
        (
            "SESSIONS__URL",
            "redis://127.0.0.1:1",
            "sessions",
            "fail",
            "session store",
        ),
    ];
    for (key, value, name, state, words) in cases {
        let key = format!("MAJIBU__{key}");
        let (code, told) = doctor(&house, &[(&key, value)], "0");
        let (found, detail) = check(&told, name);
        assert_eq!(found, state, "{key}={value}: {told:#}");
        assert!(detail.contains(words), "{key}={value}: {detail}");
        if state == "fail" {
            assert_eq!(code, 1, "{key}={value}: {told:#}");
        }
    }
    // Without keys nobody is asked: this URL is the real one.
    let env = [
        ("MAJIBU__DARAJA__BASE_URL", production),
        ("MAJIBU__DARAJA__CONSUMER_KEY", ""),
    ];
    let (_, told) = doctor(&house, &env, "0");
    let (state, detail) = check(&told, "environment");
    assert_eq!(state, "fail", "{detail}");
    assert!(detail.contains("daraja.shortcode"), "{detail}");
    assert!(check(&told, "token").1.contains("not asked for"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_ready_is_named_and_left_alone() {
    let (house, _, _sim) = house().await;
    let database = |house: &House| {
        let (code, told) = doctor(house, &[], "0");
        assert_eq!(code, 1, "{told:#}");
        check(&told, "database").1
    };
    assert!(database(&house).contains("no database file"));
    assert!(!house.path("majibu.db").exists(), "nothing is made");
    house.write("majibu.db", "This is a letter to my bank, and no database.");
    assert!(database(&house).contains("cannot be used"));
    house.write("majibu.db", "");
    assert!(database(&house).contains("no schema"));
    std::fs::remove_file(house.path("majibu.db")).expect("removed");
    tokio::task::spawn_blocking(move || {
        house.write("majibu.db", "");
        house.sql(include_str!("../released/0.1/sqlite.sql"));
        assert!(database(&house).contains("0004"), "what is pending");
        let last = house.sql("select max(version) from _sqlx_migrations");
        assert_eq!(last, "3", "no schema is changed");
        house.run(&["migrate"]).ended(0);
        let (_, told) = doctor(&house, &[], "0");
        assert_eq!(check(&told, "database").0, "ok");
    })
    .await
    .expect("done");
}

/// A Daraja whose clock and answers are the test's.
async fn odd_daraja(status: u16, date: String, body: &'static str) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let answer = move || {
        let status = StatusCode::from_u16(status).expect("a status");
        let answer = (status, [("date", date.clone())], body).into_response();
        std::future::ready(answer)
    };
    let router = Router::new().fallback(answer);
    let server = tokio::spawn(async move {
        axum::serve(listener, router).await.expect("served");
    });
    (base, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_and_odd_answers_are_told_apart() {
    let (house, _, _sim) = house().await;
    let token = r#"{"access_token":"t0ken-that-nobody-sees","expires_in":"3599"}"#;
    #[expect(
        clippy::disallowed_methods,
        reason = "the binary has the machine's clock"
    )]
    let now = Utc::now();
    let at = |seconds| {
        let at = now + chrono::TimeDelta::seconds(seconds);
        at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
    };
    for (seconds, state, words) in [
        (0, "ok", "agrees"),
        (3_600, "fail", "behind M-Pesa"),
        (-3_600, "fail", "ahead of M-Pesa"),
    ] {
        let (base, server) = odd_daraja(200, at(seconds), token).await;
        let (_, told) = doctor(&house, &[("MAJIBU__DARAJA__BASE_URL", &base)], "0");
        let (found, detail) = check(&told, "clock");
        assert!(
            found == state && detail.contains(words),
            "{seconds}: {detail}"
        );
        assert_eq!(check(&told, "token").0, "ok");
        assert!(!told.to_string().contains("nobody-sees"), "{told:#}");
        server.abort();
    }
    for (status, body, words) in [
        (
            401,
            "{\"errorCode\":\"401.001\"}",
            "keys are not taken: HTTP 401",
        ),
        (400, "", "keys are not taken: HTTP 400"),
        (503, "<html>busy</html>", "no token in the answer: HTTP 503"),
        (
            200,
            "<html>captive</html>",
            "no token in the answer: HTTP 200",
        ),
    ] {
        let (base, server) = odd_daraja(status, at(0), body).await;
        let (_, told) = doctor(&house, &[("MAJIBU__DARAJA__BASE_URL", &base)], "0");
        let (state, detail) = check(&told, "token");
        assert_eq!(state, "fail", "{status}");
        assert!(detail.contains(words), "{status}: {detail}");
        server.abort();
    }
}
