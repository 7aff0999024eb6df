//! SMS: both ways to send, the inbox, delivery reports, and faults.

use sandbox::{Exchange, Fault, FaultPoint, PhoneError, ServiceUrls, Simulator};
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
            (403, "0"),
            (101, "KES 1.6000"),
            (403, "0"),
            (101, "KES 1.6000")
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

#[tokio::test]
async fn a_phone_sends_an_sms_as_the_gateway_tells_of_it() {
    let (sim, _service) = instant_world().await;
    let phone = sim.phone("0712345678").unwrap();
    assert_eq!(phone.send_sms("Bal & \u{e9}!").await.unwrap(), [Some(200)]);
    let told = messages(&sim, "inbound SMS");
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(&told[0].request_body).unwrap();
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["date", "from", "id", "text", "to", "cost", "networkCode"]
    );
    for (place, value) in [(1, "+254712345678"), (3, "Bal & \u{e9}!"), (4, "22384")] {
        assert_eq!(fields[place].1, value);
    }
    assert_eq!(fields[2].1.len(), 32);
    // Another message has another id.
    phone.send_sms("Bal").await.unwrap();
    let told = messages(&sim, "inbound SMS");
    assert_ne!(told[0].request_body[..80], told[1].request_body[..80]);
}

#[tokio::test]
async fn messages_and_opt_outs_get_doubled_and_lost_on_demand() {
    let (sim, _service) = instant_world().await;
    let phone = sim.phone("0712345678").unwrap();
    for (point, what) in [
        (FaultPoint::InboundSms, "inbound SMS"),
        (FaultPoint::OptOut, "opt-out"),
    ] {
        sim.inject(point, Fault::Twice, 1).unwrap();
        sim.inject(point, Fault::Lost, 1).unwrap();
        assert!(sim.inject(point, Fault::Hang, 1).is_err());
        let send = async || {
            let sent = if point == FaultPoint::OptOut {
                phone.opt_out().await
            } else {
                phone.send_sms("BAL").await
            };
            sent.unwrap()
        };
        assert_eq!(send().await, [Some(200), Some(200)]);
        assert_eq!(send().await, []);
        let told = messages(&sim, what);
        assert_eq!(told.len(), 3, "the lost one is in the record, too");
        assert_eq!(told[0].request_body, told[1].request_body);
    }
    assert_eq!(
        messages(&sim, "opt-out")[0].request_body,
        "senderId=22384&phoneNumber=%2B254712345678"
    );
}

#[tokio::test]
async fn a_phone_that_cannot_send_says_why() {
    let (sim, service) = instant_world().await;
    let phone = sim.phone("0712345678").unwrap();
    assert_eq!(
        phone.send_sms(&"a".repeat(1_531)).await,
        Err(PhoneError::SmsTooLong)
    );
    phone.set_reachable(false);
    assert_eq!(phone.send_sms("BAL").await, Err(PhoneError::NoSignal));
    assert_eq!(phone.opt_out().await, Err(PhoneError::NoSignal));
    phone.set_reachable(true);
    sim.set_service(ServiceUrls {
        inbound: None,
        opt_out: None,
        ..service.urls()
    });
    // Kept for those who fetch instead of being told.
    assert_eq!(phone.send_sms("BAL").await, Ok(vec![]));
    assert_eq!(phone.opt_out().await, Err(PhoneError::NoSmsService));
    assert!(messages(&sim, "inbound SMS").is_empty());
}

#[tokio::test]
async fn the_page_sends_sms_and_opts_out() {
    let (sim, _service) = instant_world().await;
    let client = Client::new(&sim.base_url());
    let sms = "/api/phones/0712345678/sms";
    let (status, view) = client.post(sms, "", &json!({ "text": "BAL" })).await;
    assert_eq!((status, &view["short_code"]), (200, &json!("22384")));
    let (status, _) = client
        .post(sms, "", &json!({ "text": "a".repeat(1_531) }))
        .await;
    assert_eq!(status, 400);
    let (status, _) = client.post(sms, "", &json!({ "tekst": "BAL" })).await;
    assert_eq!(status, 400);
    let opt_out = "/api/phones/0712345678/optout";
    let (status, _) = client.post(opt_out, "", &json!({})).await;
    assert_eq!(status, 200);
    assert_eq!(messages(&sim, "inbound SMS").len(), 1);
    assert_eq!(messages(&sim, "opt-out").len(), 1);
    sim.set_service(ServiceUrls::default());
    let (status, said) = client.post(opt_out, "", &json!({})).await;
    assert_eq!(
        (status, &said["error"]),
        (503, &json!("no SMS address of the service is set"))
    );
}

/// What the service was told of, oldest first.
fn messages(sim: &Simulator, what: &str) -> Vec<Exchange> {
    let mut exchanges = sim.exchanges();
    exchanges.retain(|exchange| exchange.what == what);
    exchanges
}

/// The code of each recipient, by number.
async fn codes(sim: &Simulator, to: &str) -> Vec<(String, u64)> {
    let (status, body) = Client::new(&sim.base_url()).sms(to, "Hello").await.unwrap();
    assert_eq!(status, 201);
    let answer: Value = serde_json::from_str(&body).unwrap();
    let recipients = answer["SMSMessageData"]["Recipients"].as_array().unwrap();
    let code = |recipient: &Value| {
        let number = recipient["number"].as_str().unwrap().to_owned();
        (number, recipient["statusCode"].as_u64().unwrap())
    };
    let mut codes: Vec<_> = recipients.iter().map(code).collect();
    codes.sort();
    codes
}

fn code(number: &str, code: u64) -> (String, u64) {
    (number.to_owned(), code)
}

#[tokio::test]
async fn recipients_of_one_request_have_codes_of_their_own() {
    let (sim, _service) = instant_world().await;
    for (number, code) in [
        ("0712345671", 406),
        ("0712345672", 401),
        ("0712345673", 102),
    ] {
        sim.set_sms_code(number, Some(code)).unwrap();
    }
    let all = "+254712345670,+254712345671,+254712345672,+254712345673";
    let given = [
        code("+254712345670", 101),
        code("+254712345671", 406),
        code("+254712345672", 401),
        code("+254712345673", 102),
    ];
    assert_eq!(codes(&sim, all).await, given);
    let arrived = |number: &str| sim.phone(number).unwrap().inbox().len();
    assert_eq!(
        ["0712345670", "0712345671", "0712345672", "0712345673"].map(arrived),
        [1, 0, 0, 1]
    );
    // One request answered with one code for all.
    let fault = Fault::ResultCode("501".into());
    sim.inject(FaultPoint::Sms, fault, 1).unwrap();
    assert!(codes(&sim, all).await.iter().all(|(_, code)| *code == 501));
    sim.set_sms_code("0712345671", None).unwrap();
    assert_eq!(
        codes(&sim, "+254712345671").await,
        [code("+254712345671", 101)]
    );
}

#[tokio::test]
async fn without_credit_nothing_is_sent_until_it_is_topped_up() {
    let (sim, _service) = instant_world().await;
    sim.set_sms_credit(Some(2 * 80));
    let all = "+254712345670,+254712345671,+254712345672";
    let given = codes(&sim, all).await;
    assert_eq!(given.iter().filter(|(_, code)| *code == 101).count(), 2);
    assert_eq!(given.iter().filter(|(_, code)| *code == 405).count(), 1);
    sim.set_sms_credit(None);
    assert!(codes(&sim, all).await.iter().all(|(_, code)| *code == 101));
}

#[tokio::test]
async fn a_sender_id_that_is_not_registered_is_answered_without_recipients() {
    let (sim, _service) = instant_world().await;
    sim.set_sms_sender(Some("MAJIBU"));
    assert_eq!(codes(&sim, "+254712345670").await, []);
    sim.set_sms_sender(Some("DEMO"));
    assert_eq!(
        codes(&sim, "+254712345670").await,
        [code("+254712345670", 101)]
    );
}
