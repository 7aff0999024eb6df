//! The wire over HTTP: filters, curl, HAR, and that no secret leaves with them.

use serde_json::{Value, json};

use crate::client::{Client, push_body};
use crate::desk::get;
use crate::instant_world;

/// A dial, a token, a push with a password, an SMS.
async fn traffic(client: &Client, sim: &sandbox::Simulator, callback: &str) -> String {
    sim.phone("0712345678")
        .unwrap()
        .dial("*384*55#")
        .await
        .unwrap();
    let token = client.token().await;
    client
        .push(&token, &push_body(254_712_345_678, 10, callback))
        .await;
    client.sms("+254110000001", "it's $5").await.unwrap();
    token
}

#[tokio::test]
async fn exchanges_are_found_by_phone_provider_and_text() {
    let (sim, service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    traffic(&client, &sim, &service.callback_url()).await;
    let labels = async |query: &str| {
        let wire = get(&client, &format!("/api/wire{query}")).await;
        let labels = wire.as_array().unwrap().iter();
        labels
            .map(|one| one["label"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(labels("?limit=4").await.len(), 4);
    assert_eq!(
        labels("?provider=daraja&limit=2").await,
        ["token", "STK push"]
    );
    assert_eq!(labels("?phone=0110000001").await[0], "send SMS");
    assert_eq!(
        labels("?phone=0712345678&provider=africas_talking").await,
        ["USSD hop"]
    );
    assert_eq!(
        labels("?text=checkoutREQUESTid&provider=daraja").await,
        ["STK push"]
    );
    assert_eq!(labels("?after=3").await, labels("").await[3..]);
    let first = get(&client, "/api/wire/1").await;
    assert_eq!(
        (&first["from"], &first["to"]),
        (&json!("Africa's Talking"), &json!("service"))
    );
    for bad in ["?provider=airtel", "?phone=12", "?colour=red"] {
        let answer = client
            .http
            .get(format!("{}/api/wire{bad}", client.base))
            .send()
            .await;
        assert_eq!(answer.unwrap().status(), 400, "{bad}");
    }
    let gone = client
        .http
        .get(format!("{}/api/wire/99", client.base))
        .send()
        .await;
    assert_eq!(gone.unwrap().status(), 404);
    let cleared = client
        .http
        .delete(format!("{}/api/wire", client.base))
        .send()
        .await;
    assert_eq!(cleared.unwrap().status(), 204);
    assert_eq!(get(&client, "/api/wire").await, json!([]));
    assert!(get(&client, "/api/wire/1").await["error"].is_string());
}

#[tokio::test]
async fn no_secret_leaves_with_the_wire() {
    let (sim, service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let token = traffic(&client, &sim, &service.callback_url()).await;
    let password = push_body(254_712_345_678, 10, "")["Password"]
        .as_str()
        .unwrap()
        .to_owned();
    client
        .post(
            "/mpesa/b2c/v3/paymentrequest",
            "a-dead-token",
            &json!({ "SecurityCredential": "secret+==" }),
        )
        .await;
    for path in [
        "/api/wire",
        "/api/wire.har",
        "/api/wire.json",
        "/api/exchanges",
    ] {
        let text = client
            .http
            .get(format!("{}{path}", client.base))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        for secret in [
            token.as_str(),
            &password,
            "a-dead-token",
            "secret+==",
            "a2V5OnNlY3JldA",
        ] {
            assert!(!text.contains(secret), "{path} tells {secret}");
        }
        assert!(
            text.contains("Invalid Access Token - ***") && text.contains("BusinessShortCode"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_archive_is_har_1_2_and_holds_every_exchange() {
    let (sim, service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    traffic(&client, &sim, &service.callback_url()).await;
    let answer = client
        .http
        .get(format!("{}/api/wire.har", client.base))
        .send()
        .await
        .unwrap();
    let disposition = answer.headers()["content-disposition"]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(disposition, "attachment; filename=\"sandbox.har\"");
    let har: Value = answer.json().await.unwrap();
    assert_eq!(har["log"]["version"], "1.2");
    assert!(
        har["log"]["creator"]["name"].is_string() && har["log"]["creator"]["version"].is_string()
    );
    let entries = har["log"]["entries"].as_array().unwrap();
    let wire = get(&client, "/api/wire").await;
    assert!(entries.len() >= 4 && entries.len() <= wire.as_array().unwrap().len());
    for entry in entries {
        let (request, response) = (&entry["request"], &entry["response"]);
        // What the format asks of every entry.
        assert!(
            entry["startedDateTime"].is_string()
                && entry["time"].is_number()
                && entry["cache"].is_object()
        );
        for name in ["send", "wait", "receive"] {
            assert!(entry["timings"][name].is_number());
        }
        for name in ["method", "url", "httpVersion"] {
            assert!(request[name].is_string());
        }
        assert!(
            request["url"]
                .as_str()
                .unwrap()
                .starts_with("http://127.0.0.1:"),
            "{request}"
        );
        for (side, name) in [
            (request, "cookies"),
            (request, "headers"),
            (request, "queryString"),
            (response, "cookies"),
            (response, "headers"),
        ] {
            assert!(side[name].is_array(), "{name}");
        }
        for name in ["headersSize", "bodySize"] {
            assert!(request[name].is_number() && response[name].is_number());
        }
        assert!(response["status"].is_number() && response["statusText"].is_string());
        assert!(
            response["content"]["size"].is_number() && response["content"]["mimeType"].is_string()
        );
        assert!(response["redirectURL"].is_string());
    }
    let token = entries
        .iter()
        .find(|entry| entry["request"]["method"] == "GET")
        .unwrap();
    assert_eq!(
        token["request"]["queryString"],
        json!([{ "name": "grant_type", "value": "client_credentials" }])
    );
}

#[tokio::test]
async fn the_curl_command_sends_the_request_once_more() {
    let (sim, service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    traffic(&client, &sim, &service.callback_url()).await;
    let sms = get(&client, "/api/wire?text=send%20SMS").await[0]["id"].clone();
    let url = format!("{}/api/wire/{sms}/curl", client.base);
    let command = client
        .http
        .get(url)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        command.starts_with("curl -i -X POST \\\n  'http://127.0.0.1:"),
        "{command}"
    );
    assert!(command.contains("-H \"apikey: $API_KEY\""), "{command}");
    let ran = tokio::task::spawn_blocking(move || {
        std::process::Command::new("sh")
            .args(["-c", &command])
            .env("API_KEY", "key")
            .env("NO_PROXY", "*")
            .output()
    });
    let Ok(output) = ran.await.unwrap() else {
        panic!("no shell");
    };
    // Without curl on this machine the command itself was looked at all the same.
    if output.status.code() == Some(127) {
        return;
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("201 Created"),
        "{text} {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let inbox = sim.phone("0110000001").unwrap().inbox();
    assert_eq!(inbox.len(), 2);
    assert_eq!(inbox[1].text, "it's $5");
}
