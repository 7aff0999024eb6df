//! Africa's Talking's own SDKs for Python and Node.

use sandbox::{ServiceUrls, Simulator};
use serde_json::{Value, json};

use crate::program::{Application, run};
use crate::{PHONE, simulator};

const OTHER_PHONE: &str = "+254112345679";

/// A simulator in which two messages came in before.
async fn busy() -> Simulator {
    let sim = simulator().await;
    let phone = sim.phone(PHONE).unwrap();
    phone.send_sms("BAL").await.unwrap();
    phone.send_sms("STOP").await.unwrap();
    sim
}

fn texts(sim: &Simulator, phone: &str) -> Vec<(String, String)> {
    let inbox = sim.phone(phone).unwrap().inbox();
    inbox.into_iter().map(|sms| (sms.from, sms.text)).collect()
}

fn pair(from: &str, text: &str) -> (String, String) {
    (from.to_owned(), text.to_owned())
}

/// What both SDKs were answered.
fn check_answers(answers: &Value) {
    let data = &answers["bulk"]["SMSMessageData"];
    assert_eq!(
        data["Message"],
        "Sent to 2/2 Total Cost: KES 1.6000 Message parts: 1"
    );
    // In any order: none is promised.
    let recipients = data["Recipients"].as_array().unwrap();
    assert_eq!(recipients.len(), 2);
    for number in [PHONE, OTHER_PHONE] {
        let own = recipients.iter().find(|own| own["number"] == number);
        assert_eq!(own.unwrap()["statusCode"], 101);
    }
    let queued = &answers["queued"]["SMSMessageData"]["Recipients"][0];
    assert_eq!(queued["statusCode"], 102);
    let premium = &answers["premium"]["SMSMessageData"]["Recipients"][0];
    assert_eq!(premium["statusCode"], 101);
    let received = answers["received"]["SMSMessageData"]["Messages"].as_array();
    let received: Vec<_> = received
        .unwrap()
        .iter()
        .map(|sms| (&sms["from"], &sms["text"], &sms["to"]))
        .collect();
    let (from, to) = (json!(PHONE), json!("22384"));
    assert_eq!(
        received,
        [(&from, &json!("BAL"), &to), (&from, &json!("STOP"), &to)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_for_python_sends_and_fetches_sms() {
    let sim = busy().await;
    let other = [("OTHER_PHONE", OTHER_PHONE.to_owned())];
    let answers = run(&sim, "clients/sdk_sms.py", &other).await;
    check_answers(&answers);
    let stranger = &answers["stranger"]["SMSMessageData"]["Recipients"][0];
    assert_eq!(
        (&stranger["statusCode"], &stranger["messageId"]),
        (&json!(403), &json!("None"))
    );
    assert_eq!(
        answers["later"]["SMSMessageData"]["Messages"][0]["text"],
        "STOP"
    );
    let masked = &answers["masked"]["SMSMessageData"]["Recipients"][0];
    assert_eq!(masked["statusCode"], 101);
    assert_eq!(answers["refused"], "The supplied authentication is invalid");
    assert_eq!(answers["account"]["UserData"]["balance"], "KES 10000.0000");
    let thread = &answers["thread"]["SMSMessageData"]["Recipients"][0];
    assert_eq!(thread["statusCode"], 101);
    assert_eq!(
        texts(&sim, PHONE),
        [
            pair("DEMO", "To both of you"),
            pair("AFRICASTKNG", "Later"),
            pair("22384", "You asked"),
            pair("DEMO", "By hash"),
            pair("AFRICASTKNG", "On a thread"),
        ]
    );
    assert_eq!(texts(&sim, OTHER_PHONE), [pair("DEMO", "To both of you")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_for_node_sends_and_fetches_sms() {
    let sim = busy().await;
    let other = [("OTHER_PHONE", OTHER_PHONE.to_owned())];
    let answers = run(&sim, "clients/sdk_sms.mjs", &other).await;
    check_answers(&answers);
    assert_eq!(answers["list"].as_array().unwrap().len(), 2);
    assert_eq!(
        answers["refused"],
        json!({ "status": 401, "body": "The supplied authentication is invalid" })
    );
    let got = texts(&sim, PHONE);
    assert_eq!(
        got[..3],
        [
            pair("DEMO", "To both of you"),
            pair("AFRICASTKNG", "Later"),
            pair("22384", "You asked"),
        ]
    );
    assert!(got.contains(&pair("AFRICASTKNG", "One of two")));
    assert!(texts(&sim, OTHER_PHONE).contains(&pair("DEMO", "Two of two")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ussd_helper_of_the_sdk_for_node_answers_a_phone() {
    let sim = simulator().await;
    let application = Application::start("clients/sdk_ussd.mjs").await;
    let url = format!("http://127.0.0.1:{}/ussd", application.port);
    sim.set_service(ServiceUrls::ussd(url));
    let phone = sim.phone(PHONE).unwrap();
    let screen = phone.dial("*384*55#").await.unwrap();
    assert_eq!(screen.faults, [""; 0]);
    assert_eq!(screen.text, format!("Hello {PHONE}\n1. Who am I?"));
    let screen = phone.reply("1").await.unwrap();
    assert_eq!(screen.faults, [""; 0]);
    assert_eq!(screen.text, "You said 1 to *384*55# on 63902");
    assert!(!phone.is_in_session());
}
