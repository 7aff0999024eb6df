//! The applications of the README's five-minute start, and the API by which they are tried out.

use sandbox::ServiceUrls;
use serde_json::{Value, json};

use crate::program::{Application, run};
use crate::{PHONE, simulator};

/// Dials through the API of the phone page, as the README does with curl.
async fn check(example: &'static str) {
    let sim = simulator().await;
    let application = Application::start(example).await;
    let base = format!("http://127.0.0.1:{}", application.port);
    sim.set_service(ServiceUrls {
        ussd: Some(format!("{base}/ussd")),
        events: Some(format!("{base}/events")),
        delivery: Some(format!("{base}/delivery")),
        inbound: Some(format!("{base}/inbound")),
        opt_out: Some(format!("{base}/optout")),
    });
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let post = async |action: &str, body: Value| -> Value {
        let url = format!("{}/api/phones/{PHONE}/{action}", sim.base_url());
        let answer = http.post(url).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    };
    let dial = || post("dial", json!({ "code": "*384*55#" }));
    let view = dial().await;
    assert_eq!(view["screen"]["faults"], json!([]), "{example}");
    assert_eq!(
        view["screen"]["text"],
        "Welcome to Duka\n1. Airtime\n2. My number"
    );
    post("reply", json!({ "text": "1" })).await;
    let view = post("reply", json!({ "text": "50" })).await;
    assert_eq!(view["screen"]["text"], "KES 50 of airtime is on its way");
    assert_eq!(view["is_in_session"], false);
    dial().await;
    let view = post("reply", json!({ "text": "2" })).await;
    assert_eq!(view["screen"]["text"], format!("Your number is {PHONE}"));
    for bad in [["1", "0"], ["1", "abc"], ["9", ""]] {
        dial().await;
        let mut view = post("reply", json!({ "text": bad[0] })).await;
        if view["is_in_session"] == true {
            view = post("reply", json!({ "text": bad[1] })).await;
        }
        let text = view["screen"]["text"].as_str().unwrap();
        assert!(
            text == "That is no amount" || text == "No such choice",
            "{text}"
        );
    }
    for (action, body) in [("sms", json!({ "text": "Hi" })), ("optout", json!({}))] {
        post(action, body).await;
    }
    let is_bad = |e: &sandbox::Exchange| e.status != Some(200) || e.trouble.is_some();
    let bad: Vec<_> = sim.exchanges().into_iter().filter(is_bad).collect();
    assert!(bad.is_empty(), "{bad:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_express_example_answers_a_phone() {
    check("examples/express.mjs").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_flask_example_answers_a_phone() {
    check("examples/flask_app.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_of_the_api_is_valid_and_what_is_answered_fits_it() {
    let sim = simulator().await;
    let phone = sim.phone(PHONE).unwrap();
    let paid = phone.pay_to_paybill("A1", 10_000, "1234").await.unwrap();
    assert!(matches!(paid, sandbox::PaybillResult::Paid(_)));
    let compared = run(&sim, "clients/check_openapi.py", &[]).await;
    let compared = compared.as_array().unwrap();
    for path in ["/api/phones/{number}", "/api/books", "/api/exchanges"] {
        assert!(compared.contains(&json!(path)), "{path}: {compared:?}");
    }
}
