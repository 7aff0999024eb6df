//! Faults that a request brings with it: by a header, and by its amount.

use sandbox::{FaultPoint, SimulatorConfig, StkResult};
use serde_json::Value;

use crate::PATIENCE;
use crate::stk::{Till, till};

/// A push with the header.
async fn push(till: &Till, header: &str, shillings: u32) -> reqwest::Result<(u16, Value)> {
    let url = format!("{}/mpesa/stkpush/v1/processrequest", till.sim.base_url());
    let request = till.client.http.post(url).bearer_auth(&till.token);
    let request = request.header("X-Sandbox-Fault", header);
    let answer = request.json(&till.body(shillings)).send().await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

#[tokio::test]
async fn a_header_spoils_its_own_request() {
    let till = till().await;
    let (status, answer) = push(&till, "refuse=429", 10).await.unwrap();
    assert_eq!(status, 429);
    assert!(
        answer["fault"]["faultstring"]
            .as_str()
            .unwrap()
            .contains("Spike")
    );
    assert!(till.sim.pushes().is_empty());
    // Acted on, and the answer breaks.
    assert!(push(&till, "cut", 20).await.is_err());
    assert_eq!(till.sim.pushes().len(), 1);
    let cut = |exchange: &sandbox::Exchange| exchange.fault.as_deref() == Some("cut");
    let cut = till.sim.wait_for_exchange(cut, PATIENCE).await.unwrap();
    assert_eq!(cut.phone, Some(till.phone.number()));
}

#[tokio::test]
async fn a_header_spoils_what_follows_from_its_request_alone() {
    let till = till().await;
    assert_eq!(push(&till, "stk_callback:lost", 10).await.unwrap().0, 200);
    till.phone.wait_for_prompt(PATIENCE).await.unwrap();
    till.phone.enter_pin("1234").await.unwrap();
    let lost = |exchange: &sandbox::Exchange| exchange.fault.as_deref() == Some("lost");
    assert!(till.sim.wait_for_exchange(lost, PATIENCE).await.is_some());
    till.prompted(20).await;
    till.phone.enter_pin("1234").await.unwrap();
    assert_eq!(
        till.callback(1).await["CallbackMetadata"]["Item"][0]["Value"].as_f64(),
        Some(20.0)
    );
}

#[tokio::test]
async fn what_a_refused_request_asked_for_does_not_wait_for_another() {
    let till = till().await;
    let (status, _) = push(&till, "stk_callback:lost", 0).await.unwrap();
    assert_eq!(
        (status, till.sim.waiting_faults(FaultPoint::StkCallback)),
        (400, 0)
    );
}

#[tokio::test]
async fn a_header_that_makes_no_sense_is_refused_in_words() {
    let till = till().await;
    for (header, says) in [
        ("broken", "no fault"),
        ("late", "milliseconds"),
        ("twice", "twice cannot be played at stk_push"),
        ("cut, hang", "hang cannot be played"),
        ("stk_callback:hang", "hang cannot be played at stk_callback"),
    ] {
        let (status, answer) = push(&till, header, 10).await.unwrap();
        let error = answer["error"].as_str().unwrap();
        assert!(status == 400 && error.contains(says), "{error}");
    }
    assert!(till.sim.pushes().is_empty());
    assert!(FaultPoint::all().all(|point| till.sim.waiting_faults(point) == 0));
}

#[tokio::test]
async fn an_amount_means_a_fault_where_that_is_switched_on() {
    let mut config = SimulatorConfig::instant();
    config.faults_by_amount = true;
    let till = Till::open(config).await;
    till.push(1032).await;
    assert_eq!(till.callback(1).await["ResultCode"], 1032);
    assert_eq!(till.sim.pushes()[0].result, Some(StkResult::Cancelled));
    let (status, _) = till.client.push(&till.token, &till.body(5503)).await;
    assert_eq!((status, till.sim.pushes().len()), (503, 1));
    till.prompted(100).await;
    till.phone.enter_pin("1234").await.unwrap();
    assert_eq!(till.callback(2).await["ResultCode"], 0);
}

#[tokio::test]
async fn an_amount_is_just_an_amount_otherwise() {
    let till = till().await;
    till.prompted(1032).await;
    till.phone.enter_pin("1234").await.unwrap();
    assert_eq!(till.callback(1).await["ResultCode"], 0);
}
