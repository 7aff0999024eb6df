//! M-Pesa: what can go wrong on the way, of pushes, callbacks and queries.

use std::time::Duration;

use sandbox::{Fault, FaultPoint, Push, StkResult};

use crate::PATIENCE;
use crate::stk::till;

#[tokio::test]
async fn callbacks_can_be_lost_doubled_and_late() {
    let till = till().await;
    for fault in [
        Fault::Lost,
        Fault::Twice,
        Fault::Late(Duration::from_millis(20)),
    ] {
        till.sim.inject(FaultPoint::StkCallback, fault, 1).unwrap();
    }
    let mut ids = Vec::new();
    for shillings in [10, 20, 30] {
        ids.push(till.prompted(shillings).await);
        till.phone.cancel_prompt().await.unwrap();
    }
    for (id, statuses) in ids
        .iter()
        .zip([vec![], vec![Some(200); 2], vec![Some(200)]])
    {
        let is_told = |push: &Push| push.checkout_request_id == *id && push.callbacks == statuses;
        assert!(
            till.sim.wait_for_push(is_told, PATIENCE).await.is_some(),
            "{:?}",
            till.sim.pushes()
        );
    }
    let played = till
        .sim
        .exchanges()
        .into_iter()
        .filter(|e| e.what == "STK callback" && e.trouble.is_some());
    assert_eq!(
        (played.count(), till.service.callbacks(3).await.len()),
        (4, 3)
    );
}

#[tokio::test]
async fn a_callback_can_state_failure_though_the_money_moved() {
    let till = till().await;
    let fault = Fault::ResultCode("1032".into());
    till.sim.inject(FaultPoint::StkCallback, fault, 1).unwrap();
    let id = till.prompted(10).await;
    let result = till.phone.enter_pin("1234").await.unwrap();
    assert_eq!(result.code(), 0);
    let told = till.service.callbacks(1).await.remove(0);
    let told = &told["Body"]["stkCallback"];
    assert_eq!(told["ResultCode"], 1032);
    assert_eq!(told["ResultDesc"], "Request Cancelled by user.");
    assert!(told["CallbackMetadata"].is_null());
    // The truth is in the books, and the query tells it.
    assert_eq!(till.sim.books().paid_in_cents, 1_000);
    let token = till.client.token().await;
    let (_, answer) = till.client.query(&token, &id).await;
    assert_eq!(answer["ResultCode"], "0");
    // A code that no callback can have is refused.
    let fault = Fault::ResultCode("SFC_IC0003".into());
    assert!(till.sim.inject(FaultPoint::StkCallback, fault, 1).is_err());
}

#[tokio::test]
async fn what_the_service_answered_to_a_callback_is_kept() {
    let till = till().await;
    till.service.answer_callbacks_with(503);
    till.prompted(10).await;
    till.phone.cancel_prompt().await.unwrap();
    let told = till
        .sim
        .wait_for_push(|push| push.callbacks == [Some(503)], PATIENCE)
        .await;
    assert_eq!(told.unwrap().result, Some(StkResult::Cancelled));
}

#[tokio::test]
async fn an_answer_can_be_lost_after_acceptance() {
    let till = till().await;
    let impatient = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_millis(100))
        .build()
        .unwrap();
    for (fault, shillings) in [(Fault::Cut, 10), (Fault::Hang, 20)] {
        till.sim.inject(FaultPoint::StkPush, fault, 1).unwrap();
        let url = format!("{}/mpesa/stkpush/v1/processrequest", till.sim.base_url());
        let sent = impatient
            .post(url)
            .bearer_auth(&till.token)
            .json(&till.body(shillings))
            .send()
            .await;
        assert!(match sent {
            Ok(answer) => answer.bytes().await.is_err(),
            Err(_) => true,
        });
        till.phone.wait_for_prompt(PATIENCE).await.unwrap();
        till.phone.enter_pin("1234").await.unwrap();
    }
    assert_eq!(till.sim.payments().len(), 2);
}

#[tokio::test]
async fn a_query_can_contradict_and_oauth_can_be_down() {
    let till = till().await;
    let id = till.prompted(10).await;
    till.phone.enter_pin("1234").await.unwrap();
    till.sim
        .inject(FaultPoint::StkQuery, Fault::ResultCode("1032".into()), 1)
        .unwrap();
    assert_eq!(
        till.client.query(&till.token, &id).await.1["ResultCode"],
        "1032"
    );
    assert_eq!(
        till.client.query(&till.token, &id).await.1["ResultCode"],
        "0"
    );
    till.sim
        .inject(FaultPoint::StkQuery, Fault::Refuse(429), 1)
        .unwrap();
    let (status, answer) = till.client.query(&till.token, &id).await;
    assert_eq!(status, 429);
    assert_eq!(
        answer["fault"]["detail"]["errorcode"],
        "policies.ratelimit.SpikeArrestViolation"
    );
    till.sim
        .inject(FaultPoint::Oauth, Fault::Refuse(503), 1)
        .unwrap();
    let url = format!(
        "{}/oauth/v1/generate?grant_type=client_credentials",
        till.sim.base_url()
    );
    let down = till
        .client
        .http
        .get(url)
        .basic_auth("key", Some("secret"))
        .send()
        .await
        .unwrap();
    assert!(down.status() == 503 && down.text().await.unwrap().starts_with("<html>"));
    assert!(
        till.sim
            .inject(FaultPoint::StkPush, Fault::Twice, 1)
            .is_err()
    );
}
