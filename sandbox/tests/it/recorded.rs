//! `sandbox record`: what was done with a running sandbox, over the page's own API, plays again.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::PATIENCE;
use crate::play::sandbox;

/// A sandbox with Majibu in a process of its own.
struct Running {
    http: reqwest::Client,
    base: String,
    _process: Child,
}

impl Running {
    async fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox"));
        command
            .args(["--listen", "127.0.0.1:0", "--majibu-listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().unwrap();
        let base = line.split_whitespace().last().unwrap().to_owned();
        assert!(base.starts_with("http://"), "{line}");
        Self {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            base,
            _process: process,
        }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let url = format!("{}/api/{path}", self.base);
        let answer = self.http.post(url).json(&body).send().await.unwrap();
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Looks at a phone until it fits.
    async fn wait(&self, number: &str, fits: impl Fn(&Value) -> bool) {
        let url = format!("{}/api/phones/{number}", self.base);
        let look = async {
            loop {
                let answer = self.http.get(&url).send().await.unwrap();
                if fits(&answer.json().await.unwrap()) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(2 * PATIENCE, look).await.unwrap();
    }
}

#[tokio::test]
async fn what_was_done_on_the_page_plays_again() {
    let running = Running::start().await;
    let ann = "0712345678";
    let url = format!("{}/api/phones/{ann}", running.base);
    let patch = running
        .http
        .patch(url)
        .json(&json!({ "network": "airtel" }));
    assert_eq!(patch.send().await.unwrap().status(), 200);
    let reply =
        |text: &'static str| running.post("phones/0712345678/reply", json!({ "text": text }));
    running
        .post("phones/0712345678/dial", json!({ "code": "*384*55#" }))
        .await;
    for key in ["1", "1", "2", "100"] {
        reply(key).await;
    }
    running.wait(ann, |phone| !phone["prompt"].is_null()).await;
    let fault = json!({ "point": "stk_callback", "fault": "twice", "phone": ann });
    running.post("faults", fault).await;
    running
        .post("phones/0712345678/pin", json!({ "pin": "1234" }))
        .await;
    running
        .wait(ann, |phone| phone["inbox"].as_array().unwrap().len() == 1)
        .await;
    running
        .post("phones/0712345678/sms", json!({ "text": "say \"BAL\"" }))
        .await;
    running
        .post("phones/0712345678/sms", json!({ "text": "BAL" }))
        .await;
    running
        .wait(ann, |phone| phone["inbox"].as_array().unwrap().len() == 3)
        .await;
    // By a short cut to the stakes; then a round that is left.
    running
        .post("phones/0712345678/dial", json!({ "code": "*384*55*1*1#" }))
        .await;
    for key in ["1", "1", "1"] {
        reply(key).await;
    }
    running.post("phones/0712345678/hangup", json!({})).await;
    let paid = json!({ "account": "0712345678", "amount_cents": 5000, "pin": "1234" });
    running.post("phones/0712345678/paybill", paid).await;
    running
        .wait(ann, |phone| phone["inbox"].as_array().unwrap().len() == 4)
        .await;

    let folder = TempDir::new().unwrap();
    let file = folder.path().join("recorded.scenario");
    let file = file.to_str().unwrap();
    let ran = sandbox(&["record", file, "--from", &running.base]).await;
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let text = std::fs::read_to_string(file).unwrap();
    for line in [
        "phone ann 0712345678 on airtel with KES 5000 pin 1234",
        "ann dials *384*55#",
        "ann sees screen language",
        "ann sends 100",
        "ann is asked to pay KES 100",
        "fault stk_callback twice for ann",
        "ann pays with pin 1234",
        "ann texts \"say \\\"BAL\\\"\"",
        "ann dials *384*55*1*1#",
        "ann sees screen question",
        "ann hangs up",
        "ann pays KES 50 to the paybill as \"0712345678\" with pin 1234",
    ] {
        assert!(text.lines().any(|own| own == line), "{line}\n{text}");
    }
    assert!(
        text.contains("ann gets sms \"KES 100 received, M-Pesa receipt *. Majibu balance KES 100."),
        "{text}"
    );
    let fault = text.find("fault stk_callback").unwrap();
    assert!(fault < text.find("ann pays with pin").unwrap(), "{text}");

    let played = sandbox(&["play", file]).await;
    assert_eq!(played.code, 0, "{}{}\n{text}", played.out, played.err);
    // Nothing that is there already is written over, and nothing comes from nowhere.
    assert_eq!(
        sandbox(&["record", file, "--from", &running.base])
            .await
            .code,
        1
    );
    let nowhere = folder.path().join("nowhere.scenario");
    let ran = sandbox(&[
        "record",
        nowhere.to_str().unwrap(),
        "--from",
        "http://127.0.0.1:1",
    ])
    .await;
    assert!(ran.code == 1 && !nowhere.exists());
}

#[tokio::test]
async fn majibu_beside_hears_of_the_paybill_after_a_reset_too() {
    let running = Running::start().await;
    let url = format!("{}/api/reset", running.base);
    let status = running.http.post(url).send().await.unwrap().status();
    assert_eq!(status, 204);
    let registered = format!("{}/api/wire?text=registerurl", running.base);
    let look = async {
        loop {
            let answer = running.http.get(&registered).send().await.unwrap();
            let wire: Value = answer.json().await.unwrap();
            let mut all = wire.as_array().unwrap().iter();
            if all.any(|exchange| exchange["status"] == 200) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(2 * PATIENCE, look).await.unwrap();
}
