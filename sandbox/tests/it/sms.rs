//! SMS: both ways to send, the inbox, delivery reports, and faults.

use sandbox::{Fault, FaultPoint};
use serde_json::{Value, json};

use crate::client::Client;
use crate::{PATIENCE, instant_world};

#[tokio::test]
async fn a_message_arrives_and_its_delivery_is_reported() {
    let (sim, service) = instant_world().await;
    let phone = sim.phone("0712345678").unwrap();
    let (status, body) = Client::new(&sim.base_url())
        .sms("+254712345678", "Hello")
        .await
        .unwrap();
    assert_eq!(status, 201);
    let answer: Value = serde_json::from_str(&body).unwrap();
    let data = &answer["SMSMessageData"];
    assert_eq!(
        data["Message"],
        "Sent to 1/1 Total Cost: KES 0.8000 Message parts: 1"
    );
    let sms = phone
        .wait_for_sms(|sms| sms.text == "Hello", PATIENCE)
        .await
        .unwrap();
    assert_eq!(
        data["Recipients"],
        json!([{ "statusCode": 101, "number": "+254712345678", "status": "Success", "cost": "KES 0.8000",
                 "messageId": sms.id }])
    );
    assert_eq!(
        (sms.from.as_str(), &sms.id[..6], sms.id.len()),
        ("DEMO", "ATXid_", 38)
    );
    let report = service.reports(1).await.remove(0);
    assert_eq!(
        (report["id"].as_str(), report["status"].as_str()),
        (sms.id.as_str(), "Success")
    );
    assert_eq!(
        (
            report["networkCode"].as_str(),
            report["retryCount"].as_str()
        ),
        ("63902", "0")
    );
}

#[tokio::test]
async fn wrong_numbers_are_refused_beside_good_ones() {
    let (sim, _service) = instant_world().await;
    let to = "+254712345678,0712345678, +254110000000,+1";
    let (_, body) = Client::new(&sim.base_url())
        .sms(to, &"a".repeat(161))
        .await
        .unwrap();
    let answer: Value = serde_json::from_str(&body).unwrap();
    let codes: Vec<_> = answer["SMSMessageData"]["Recipients"]
        .as_array()
        .unwrap()
        .iter()
        .map(|recipient| {
            (
                recipient["statusCode"].as_u64().unwrap(),
                recipient["cost"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        codes,
        [
            (101, "KES 1.6000"),
            (403, "0"),
            (101, "KES 1.6000"),
            (403, "0")
        ]
    );
    assert!(
        answer["SMSMessageData"]["Message"]
            .as_str()
            .unwrap()
            .starts_with("Sent to 2/4 Total Cost: KES 3.2000")
    );
}

#[tokio::test]
async fn the_json_endpoint_does_the_same() {
    let (sim, _service) = instant_world().await;
    let phone = sim.phone("0712345678").unwrap();
    let client = Client::new(&sim.base_url());
    let url = format!("{}/version1/messaging/bulk", sim.base_url());
    let body = json!({ "username": "sandbox", "message": "Hi", "senderId": "X", "phoneNumbers": ["+254712345678"] });
    let answer = client
        .http
        .post(&url)
        .header("apikey", "key")
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(phone.inbox()[0].from, "X");
    let answer = client
        .http
        .post(&url)
        .header("apikey", "key")
        .body("{")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn a_missing_key_or_field_is_refused() {
    let (sim, _service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let url = format!("{}/version1/messaging", sim.base_url());
    let answer = client
        .http
        .post(&url)
        .form(&[("username", "sandbox")])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
    assert!(
        answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/plain")
    );
    assert_eq!(
        answer.text().await.unwrap(),
        "The supplied authentication is invalid"
    );
    let answer = client
        .http
        .post(&url)
        .header("apiKey", "k")
        .form(&[("username", "sandbox")])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 400);
    let answer = client
        .http
        .post(format!("{url}/other"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(sim.exchanges().len(), 3);
}

#[tokio::test]
async fn sending_can_fail_before_and_after_acceptance() {
    let (sim, _service) = instant_world().await;
    let phone = sim.phone("0712345678").unwrap();
    let client = Client::new(&sim.base_url());
    for (fault, status) in [(Fault::Refuse(500), 500), (Fault::Refuse(401), 401)] {
        sim.inject(FaultPoint::Sms, fault, 1).unwrap();
        assert_eq!(client.sms("+254712345678", "lost").await.unwrap().0, status);
    }
    sim.inject(FaultPoint::Sms, Fault::Cut, 1).unwrap();
    assert!(client.sms("+254712345678", "sent").await.is_err());
    let texts: Vec<_> = phone.inbox().into_iter().map(|sms| sms.text).collect();
    assert_eq!(texts, ["sent"]);
    assert_eq!(sim.waiting_faults(FaultPoint::Sms), 0);
}

#[tokio::test]
async fn a_phone_out_of_reach_gets_its_messages_later() {
    let (sim, service) = instant_world().await;
    let phone = sim.phone("0712345678").unwrap();
    phone.set_reachable(false);
    Client::new(&sim.base_url())
        .sms("+254712345678", "later")
        .await
        .unwrap();
    assert!(phone.inbox().is_empty());
    phone.set_reachable(true);
    assert_eq!(phone.inbox()[0].text, "later");
    assert_eq!(service.reports(1).await[0]["id"], phone.inbox()[0].id);
}
