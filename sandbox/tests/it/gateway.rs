//! What the SMS gateway does beyond sending: queues, senders, hashes, steps of delivery, opt-outs.

use sandbox::{DeliveryStatus, ServiceUrls, SimulatorConfig};
use serde_json::{Value, json};

use crate::client::Client;
use crate::{PATIENCE, instant_world, world};

const PHONE: &str = "+254712345678";

/// Sends a form to the legacy address.
async fn send(client: &Client, fields: &[(&str, &str)]) -> (u16, Value) {
    let mut form = vec![("username", "sandbox"), ("to", PHONE), ("message", "Hi")];
    form.extend_from_slice(fields);
    let url = format!("{}/version1/messaging", client.base);
    let request = client.http.post(url).header("apiKey", "key").form(&form);
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap())
}

fn code(answer: &Value) -> &Value {
    &answer["SMSMessageData"]["Recipients"][0]["statusCode"]
}

#[tokio::test]
async fn a_queued_message_is_told_apart_and_arrives() {
    let (sim, _service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let (status, answer) = send(&client, &[("enqueue", "1")]).await;
    assert_eq!((status, code(&answer)), (201, &json!(102)));
    assert_eq!(sim.phone(PHONE).unwrap().inbox().len(), 1);
}

#[tokio::test]
async fn a_sender_that_is_not_registered_is_created_and_sent_to_nobody() {
    let mut config = SimulatorConfig::instant();
    config.sms.senders = Some(vec!["DEMO".into()]);
    let (sim, _service) = world(config).await;
    let client = Client::new(&sim.base_url());
    let (status, answer) = send(&client, &[("from", "OTHER")]).await;
    assert_eq!(
        (status, &answer["SMSMessageData"]),
        (
            201,
            &json!({ "Message": "InvalidSenderId", "Recipients": [] })
        )
    );
    assert!(sim.phone(PHONE).unwrap().inbox().is_empty());
    for from in ["DEMO", "22384", ""] {
        let (_, answer) = send(&client, &[("from", from)]).await;
        assert_eq!(code(&answer), 101, "{from}");
    }
}

#[tokio::test]
async fn who_opted_out_gets_no_promotions_until_opting_in() {
    let mut config = SimulatorConfig::instant();
    config.sms.promotional_senders = vec!["OFFERS".into()];
    let (sim, _service) = world(config).await;
    let client = Client::new(&sim.base_url());
    let phone = sim.phone(PHONE).unwrap();
    phone.opt_out().await.unwrap();
    let codes = async || {
        let promotion = send(&client, &[("from", "OFFERS")]).await.1;
        let premium = send(&client, &[("from", "OFFERS"), ("bulkSMSMode", "0")])
            .await
            .1;
        let answer = send(&client, &[("from", "DEMO")]).await.1;
        [promotion, premium, answer].map(|answer| code(&answer).clone())
    };
    assert_eq!(codes().await, [json!(406), json!(101), json!(101)]);
    assert_eq!(phone.inbox().len(), 2);
    let path = "/api/phones/0712345678/optin";
    assert_eq!(client.post(path, "", &json!({})).await.0, 200);
    assert_eq!(codes().await, [json!(101), json!(101), json!(101)]);
}

#[tokio::test]
async fn every_step_of_a_delivery_is_reported_in_order() {
    let mut config = SimulatorConfig::instant();
    config.sms.reports_every_step = true;
    let (sim, service) = world(config).await;
    let client = Client::new(&sim.base_url());
    let statuses = async |count: usize| {
        let reports = service.reports(count).await;
        let names = reports.iter().map(|report| report["status"].clone());
        names.collect::<Vec<_>>()
    };
    send(&client, &[]).await;
    assert_eq!(statuses(3).await, ["Sent", "Submitted", "Success"]);
    let phone = sim.phone(PHONE).unwrap();
    phone.set_reachable(false);
    send(&client, &[]).await;
    assert_eq!(statuses(6).await[3..], ["Sent", "Submitted", "Buffered"]);
    phone.set_reachable(true);
    assert_eq!(statuses(7).await[6], "Success");
}

#[tokio::test]
async fn any_report_can_be_sent_by_hand() {
    let (sim, service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let path = "/api/phones/0712345678/reports";
    let all = [
        "Sent",
        "Submitted",
        "Buffered",
        "Success",
        "Rejected",
        "Failed",
        "AbsentSubscriber",
        "Expired",
    ];
    let body = json!({ "id": "ATXid_1", "statuses": all, "failure_reason": "UserInBlackList" });
    assert_eq!(client.post(path, "", &body).await.0, 202);
    let reports = service.reports(8).await;
    for (report, status) in reports.iter().zip(all) {
        assert_eq!(
            (&report["status"], &report["id"]),
            (&status.to_owned(), &"ATXid_1".to_owned())
        );
        let reason = report.get("failureReason").map(String::as_str);
        let is_failure = ["Rejected", "Failed"].contains(&status);
        assert_eq!(reason, is_failure.then_some("UserInBlackList"), "{status}");
    }
    for bad in [
        json!({ "id": "A", "statuses": [] }),
        json!({ "id": "A", "statuses": ["Lost"] }),
        json!({ "statuses": ["Sent"] }),
    ] {
        assert_eq!(client.post(path, "", &bad).await.0, 400, "{bad}");
    }
    let phone = sim.phone(PHONE).unwrap();
    sim.report_sms(&phone, "ATXid_2", &[DeliveryStatus::Failed], None);
    let report = service.reports(9).await[8].clone();
    assert_eq!(report["failureReason"], "DeliveryFailure");
}

#[tokio::test]
async fn what_phones_sent_can_be_fetched_from_where_one_left_off() {
    let (sim, service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let phone = sim.phone(PHONE).unwrap();
    sim.set_service(ServiceUrls {
        inbound: None,
        ..service.urls()
    });
    for text in ["one", "two", "three"] {
        phone.send_sms(text).await.unwrap();
    }
    let fetch = async |query: &str, key: &str| {
        let url = format!("{}/version1/messaging?{query}", client.base);
        let answer = client
            .http
            .get(url)
            .header("apiKey", key)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let texts = async |query: &str| -> Vec<Value> {
        let (status, body) = fetch(query, "key").await;
        assert_eq!(status, 200, "{body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        let messages = body["SMSMessageData"]["Messages"]
            .as_array()
            .unwrap()
            .clone();
        messages.iter().map(|sms| sms["text"].clone()).collect()
    };
    assert_eq!(texts("username=sandbox").await, ["one", "two", "three"]);
    let rest = "username=sandbox&lastReceivedId=2&keyword=undefined&shortCode=undefined";
    assert_eq!(texts(rest).await, ["three"]);
    assert!(texts("username=sandbox&lastReceivedId=3").await.is_empty());
    assert_eq!(fetch("username=sandbox", "").await.0, 401);
    assert_eq!(fetch("lastReceivedId=0", "key").await.0, 400);
    assert_eq!(
        fetch("username=sandbox&lastReceivedId=x", "key").await.0,
        400
    );
    let told = sim.wait_for_exchange(|e| e.what == "inbound SMS", std::time::Duration::ZERO);
    assert!(told.await.is_none() && PATIENCE.as_secs() > 0);
}
