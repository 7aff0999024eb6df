//! The phone page and its API.

use serde_json::{Value, json};

use crate::client::Client;
use crate::{PATIENCE, instant_world};

#[tokio::test]
async fn a_phone_is_driven_over_http() {
    let (sim, _service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let post = async |action: &str, body: Value| {
        let (status, view) = client
            .post(&format!("/api/phones/0712345678/{action}"), "", &body)
            .await;
        assert_eq!(status, 200, "{action}: {view}");
        view
    };
    let view = post("dial", json!({ "code": "*384*55#" })).await;
    assert_eq!(
        (&view["number"], &view["is_in_session"]),
        (&json!("+254712345678"), &json!(true))
    );
    assert_eq!(
        (&view["screen"]["kind"], &view["screen"]["budget"]),
        (&json!("continue"), &json!(160))
    );
    assert_eq!(
        post("reply", json!({ "text": "2" })).await["screen"]["name"],
        "terms"
    );
    assert_eq!(post("hangup", json!({})).await["is_in_session"], false);
    post("dial", json!({ "code": "*384*55*2*1*2*1#" })).await;
    let phone = sim.phone("0712345678").unwrap();
    phone.wait_for_prompt(PATIENCE).await.unwrap();
    let view: Value = get(&client, "/api/phones/0712345678").await;
    assert_eq!(
        (
            &view["prompt"]["amount_cents"],
            &view["mpesa_balance_cents"]
        ),
        (&json!(10_000), &json!(500_000))
    );
    assert_eq!(
        post("pin", json!({ "pin": "1234" })).await["mpesa_balance_cents"],
        490_000
    );
    phone
        .wait_for_sms(|sms| sms.text.contains("KES 100"), PATIENCE)
        .await
        .unwrap();
    assert_eq!(
        get(&client, "/api/payments").await[0]["amount_cents"],
        10_000
    );
    let exchanges = get(&client, "/api/exchanges?phone=0712345678").await;
    assert!(
        exchanges
            .as_array()
            .unwrap()
            .iter()
            .all(|exchange| exchange["phone"] == "+254712345678")
    );
}

#[tokio::test]
async fn bad_input_gets_a_reason() {
    let (sim, _service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let cases = [
        (
            "/api/phones/0202345678/dial",
            json!({ "code": "*384*55#" }),
            400,
        ),
        ("/api/phones/12/dial", json!({ "code": "*384*55#" }), 400),
        (
            "/api/phones/0712345678/dial",
            json!({ "code": "*144#" }),
            400,
        ),
        ("/api/phones/0712345678/dial", json!({ "number": 1 }), 400),
        ("/api/phones/0712345678/reply", json!({ "text": "1" }), 409),
        ("/api/phones/0712345678/pin", json!({ "pin": "1234" }), 409),
        ("/api/phones/0712345678/pin/cancel", json!({}), 409),
    ];
    for (path, body, expected) in cases {
        let (status, answer) = client.post(path, "", &body).await;
        assert_eq!(status, expected, "{path}: {answer}");
        assert!(answer["error"].is_string());
    }
    let answer = client
        .http
        .put(format!("{}/api/opponent", sim.base_url()))
        .json(&json!({ "on": 3 }))
        .send()
        .await;
    assert_eq!(answer.unwrap().status(), 400);
}

#[tokio::test]
async fn changes_are_pushed_to_the_page() {
    let (sim, _service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let url = format!("{}/api/phones/0712345678/events", sim.base_url());
    let mut stream = client.http.get(url).send().await.unwrap();
    let phone = sim.phone("0712345678").unwrap();
    phone.dial("*384*55#").await.unwrap();
    let mut seen = String::new();
    let read = async {
        while !(seen.contains("Kiswahili") && seen.contains("event: opponent")) {
            seen.push_str(&String::from_utf8_lossy(
                &stream.chunk().await.unwrap().unwrap(),
            ));
        }
    };
    tokio::time::timeout(PATIENCE, read).await.unwrap();
    assert!(seen.contains("event: phone"));
    // An open stream does not keep the simulator from stopping.
    tokio::time::timeout(PATIENCE, sim.stop()).await.unwrap();
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let (sim, _service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    for (path, content_type) in [
        ("/", "text/html"),
        ("/phone.css", "text/css"),
        ("/base.css", "text/css"),
        ("/wire.css", "text/css"),
        ("/main.js", "text/javascript"),
        ("/api.js", "text/javascript"),
        ("/words.js", "text/javascript"),
        ("/desk.js", "text/javascript"),
        ("/handset.js", "text/javascript"),
        ("/lcd.js", "text/javascript"),
        ("/sim.js", "text/javascript"),
        ("/wire.js", "text/javascript"),
        ("/exchange.js", "text/javascript"),
        ("/faults.js", "text/javascript"),
        ("/icon.svg", "image/svg+xml"),
    ] {
        let answer = client
            .http
            .get(format!("{}{path}", sim.base_url()))
            .send()
            .await
            .unwrap();
        assert!(
            answer.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with(content_type),
            "{path}"
        );
        assert!(
            answer.headers()["content-security-policy"]
                .to_str()
                .unwrap()
                .starts_with("default-src 'self'")
        );
        let text = answer
            .text()
            .await
            .unwrap()
            .replace("http://www.w3.org/2000/svg", "");
        assert!(
            !text.contains("http://") && !text.contains("https://"),
            "{path}"
        );
        assert!(
            !text.contains(" style=\"") && !text.contains("onclick="),
            "{path}"
        );
    }
}

async fn get(client: &Client, path: &str) -> Value {
    client
        .http
        .get(format!("{}{path}", client.base))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_paybill_is_paid_and_the_books_are_read_over_http() {
    let (sim, _service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let path = "/api/phones/0712345678/paybill";
    let mut body = json!({ "account": "A1", "amount_cents": 10_000, "pin": "1234" });
    let (status, view) = client.post(path, "", &body).await;
    assert_eq!(
        (status, &view["mpesa_balance_cents"], &view["paybill"]),
        (200, &json!(490_000), &json!("174379"))
    );
    body["pin"] = json!("9999");
    let (status, answer) = client.post(path, "", &body).await;
    assert_eq!(
        (status, &answer["error"]),
        (409, &json!("wrong M-Pesa PIN"))
    );
    let books = get(&client, "/api/books").await;
    assert_eq!(
        (
            &books["paid_in_cents"],
            &books["phones"]["+254712345678"]["paid_cents"]
        ),
        (&json!(10_000), &json!(10_000))
    );
    let movements = get(&client, "/api/movements").await;
    assert_eq!(movements[0]["kind"], "payment");
    assert_eq!(get(&client, "/api/payouts").await, json!([]));
}
