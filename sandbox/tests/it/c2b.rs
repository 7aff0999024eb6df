//! Payments to the paybill: registration, validation, confirmation, Pull.

use std::time::Duration;

use sandbox::{Fault, FaultPoint, PaybillResult, PhoneError, PushConfirmation, SimulatorConfig};
use serde_json::{Value, json};

use crate::stk::{Till, till};
use crate::{PATIENCE, client};

fn urls(till: &Till) -> Value {
    json!({
        "ShortCode": "174379", "ResponseType": "Completed",
        "ConfirmationURL": till.service.url("confirmation"),
        "ValidationURL": till.service.url("validation"),
    })
}

async fn register(till: &Till, version: &str, body: &Value) -> (u16, Value) {
    let path = format!("/mpesa/c2b/{version}/registerurl");
    till.client.post(&path, &till.token, body).await
}

async fn registered(config: SimulatorConfig, version: &str, response_type: &str) -> Till {
    let till = Till::open(config).await;
    let mut body = urls(&till);
    body["ResponseType"] = json!(response_type);
    let (status, answer) = register(&till, version, &body).await;
    assert_eq!((status, &answer["ResponseCode"]), (200, &json!("0")));
    assert!(answer["OriginatorCoversationID"].is_string());
    till
}

fn validating() -> SimulatorConfig {
    let mut config = SimulatorConfig::instant();
    config.daraja.c2b.validates = true;
    config.daraja.c2b.validation_timeout = PATIENCE;
    config
}

#[tokio::test]
async fn a_payment_to_the_paybill_is_confirmed_with_a_masked_number() {
    let till = registered(SimulatorConfig::instant(), "v2", "Completed").await;
    let paid = till.phone.pay_to_paybill("0712 345 678", 15_000, "1234");
    let PaybillResult::Paid(payment) = paid.await.unwrap() else {
        panic!("not paid");
    };
    assert_eq!(till.phone.mpesa_balance_cents(), 485_000);
    let told = till.service.told("confirmation", 1).await.remove(0);
    let time = told["TransTime"].as_str().unwrap();
    assert!(time.len() == 14 && time.bytes().all(|b| b.is_ascii_digit()));
    let mut rest = told.clone();
    rest.as_object_mut().unwrap().remove("TransTime");
    assert_eq!(
        rest,
        json!({
            "TransactionType": "Pay Bill", "TransID": payment.receipt, "TransAmount": "150.00",
            "BusinessShortCode": "174379", "BillRefNumber": "0712 345 678", "InvoiceNumber": "",
            "OrgAccountBalance": "100150.00", "ThirdPartyTransID": "", "MSISDN": "2547 ***** 678",
            "FirstName": told["FirstName"], "MiddleName": "", "LastName": told["LastName"],
        })
    );
    assert_eq!(till.service.order(), ["confirmation"], "validation is off");
    assert_eq!(till.sim.books().difference_cents(), 0);
}

#[tokio::test]
async fn version_1_hashes_the_number_and_the_sandbox_can_simulate() {
    let till = registered(SimulatorConfig::instant(), "v1", "Completed").await;
    let body = json!({
        "ShortCode": "174379", "CommandID": "CustomerPayBillOnline", "Amount": "10",
        "Msisdn": "254712345678", "BillRefNumber": "A1",
    });
    let path = "/mpesa/c2b/v1/simulate";
    let (status, _) = till.client.post(path, &till.token, &body).await;
    assert_eq!(status, 200);
    let told = till.service.told("confirmation", 1).await.remove(0);
    let hash = told["MSISDN"].as_str().unwrap();
    assert!(hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()));
    assert_eq!(
        (&told["BillRefNumber"], &told["TransAmount"]),
        (&json!("A1"), &json!("10.00"))
    );
    assert_eq!(till.sim.payments()[0].checkout_request_id, "");
}

#[tokio::test]
async fn nothing_is_told_where_nothing_is_registered() {
    let till = till().await;
    let paid = till.phone.pay_to_paybill("A1", 1_000, "1234").await;
    assert!(matches!(paid, Ok(PaybillResult::Paid(_))));
    till.prompted(20).await;
    till.phone.enter_pin("1234").await.unwrap();
    till.callback(1).await;
    assert!(till.service.order().is_empty());
}

#[tokio::test]
async fn the_menu_refuses_what_cannot_be_paid() {
    let till = registered(SimulatorConfig::instant(), "v2", "Completed").await;
    let phone = &till.phone;
    let cases = [
        (1_000, "9999", PaybillResult::WrongPin),
        (500_001, "1234", PaybillResult::NoFunds),
        (99, "1234", PaybillResult::BadAmount),
        (25_000_001, "1234", PaybillResult::BadAmount),
    ];
    for (amount, pin, expected) in cases {
        assert_eq!(phone.pay_to_paybill("A1", amount, pin).await, Ok(expected));
    }
    phone.dial("*384*55#").await.unwrap();
    let busy = phone.pay_to_paybill("A1", 100, "1234").await;
    assert_eq!(busy, Err(PhoneError::SessionOpen));
    phone.set_reachable(false);
    let dead = phone.pay_to_paybill("A1", 100, "1234").await;
    assert_eq!(dead, Err(PhoneError::NoSignal));
    assert!(till.sim.payments().is_empty());
}

#[tokio::test]
async fn a_validation_accepts_with_an_id_or_refuses_with_a_code() {
    let till = registered(validating(), "v2", "Completed").await;
    till.service.answer_with(
        json!({ "ResultCode": "0", "ResultDesc": "Accepted", "ThirdPartyTransID": "T-1" }),
    );
    let paid = till.phone.pay_to_paybill("A1", 1_000, "1234").await;
    let Ok(PaybillResult::Paid(payment)) = paid else {
        panic!("{paid:?}");
    };
    let asked = till.service.told("validation", 1).await.remove(0);
    assert_eq!(
        (&asked["TransID"], &asked["OrgAccountBalance"]),
        (&json!(payment.receipt), &json!(""))
    );
    let told = till.service.told("confirmation", 1).await.remove(0);
    assert_eq!(
        (&told["TransID"], &told["ThirdPartyTransID"]),
        (&asked["TransID"], &json!("T-1"))
    );
    let no = json!({ "ResultCode": "C2B00012", "ResultDesc": "Rejected" });
    till.service.answer_with(no);
    let refused = till.phone.pay_to_paybill("A2", 1_000, "1234").await;
    assert_eq!(refused, Ok(PaybillResult::Refused("C2B00012".into())));
    assert_eq!(till.phone.mpesa_balance_cents(), 499_000);
    assert_eq!(till.sim.payments().len(), 1);
}

#[tokio::test]
async fn where_validation_does_not_answer_the_response_type_decides() {
    for (response_type, is_paid) in [("Completed", true), ("Cancelled", false)] {
        let till = registered(validating(), "v2", response_type).await;
        let point = FaultPoint::C2bValidation;
        till.sim.inject(point, Fault::Lost, 1).unwrap();
        let result = till.phone.pay_to_paybill("A1", 1_000, "1234").await;
        let was_paid = matches!(result, Ok(PaybillResult::Paid(_)));
        assert_eq!(was_paid, is_paid, "{result:?}");
        // An answer without a code is none.
        till.service.answer_with(json!({ "message": "hello" }));
        let result = till.phone.pay_to_paybill("A1", 1_000, "1234").await;
        assert_eq!(
            matches!(result, Ok(PaybillResult::Paid(_))),
            is_paid,
            "{result:?}"
        );
    }
}

#[tokio::test]
async fn a_validation_that_comes_late_is_decided_without_the_service() {
    let mut config = validating();
    config.daraja.c2b.validation_timeout = Duration::from_secs(1);
    let till = registered(config, "v2", "Cancelled").await;
    till.service.answer_with(json!({ "ResultCode": 0 }));
    let late = Fault::Late(Duration::from_secs(1));
    let point = FaultPoint::C2bValidation;
    till.sim.inject(point, late, 1).unwrap();
    let result = till.phone.pay_to_paybill("A1", 1_000, "1234").await;
    assert_eq!(result, Ok(PaybillResult::NotValidated));
    // It comes all the same, for a payment that will not be.
    till.service.told("validation", 1).await;
    assert!(till.sim.payments().is_empty());
}

#[tokio::test]
async fn pull_can_be_told_not_to_look_at_dates() {
    let mut config = SimulatorConfig::instant();
    config.daraja.c2b.pull_looks_at_dates = false;
    let till = Till::open(config).await;
    let mut body = json!({
        "ShortCode": "174379", "RequestType": "Pull", "NominatedNumber": "254712345678",
        "CallBackURL": till.service.url("pull"),
    });
    let path = "/pulltransactions/v1/register";
    assert_eq!(till.client.post(path, &till.token, &body).await.0, 200);
    till.phone
        .pay_to_paybill("A1", 1_000, "1234")
        .await
        .unwrap();
    body["StartDate"] = json!("2020-01-01 00:00:00");
    body["EndDate"] = json!("2020-01-02 00:00:00");
    body["OffSetValue"] = json!("0");
    let path = "/pulltransactions/v1/query";
    let (_, answer) = till.client.post(path, &till.token, &body).await;
    assert_eq!(answer["Response"][0].as_array().unwrap().len(), 1);
    let point = FaultPoint::PullQuery;
    till.sim.inject(point, Fault::Refuse(429), 1).unwrap();
    assert_eq!(till.client.post(path, &till.token, &body).await.0, 429);
    let (status, answer) = till.client.post(path, "dead", &body).await;
    assert_eq!((status, &answer["errorCode"]), (401, &json!("401.003.01")));
}

#[tokio::test]
async fn urls_are_checked_and_in_production_registered_once() {
    let mut config = SimulatorConfig::instant();
    config.daraja.c2b.registers_once = true;
    let till = Till::open(config).await;
    for (name, value) in [
        ("ShortCode", json!("600000")),
        ("ResponseType", json!("completed")),
        ("ConfirmationURL", json!("https://example.com/mpesa/c2b")),
        ("ValidationURL", json!("")),
    ] {
        let mut body = urls(&till);
        body[name] = value;
        let (status, answer) = register(&till, "v2", &body).await;
        assert_eq!(status, 400);
        assert_eq!(
            answer["errorMessage"],
            format!("Bad Request - Invalid {name}")
        );
    }
    assert_eq!(register(&till, "v2", &urls(&till)).await.0, 200);
    let (status, answer) = register(&till, "v2", &urls(&till)).await;
    assert_eq!(
        (status, &answer["errorCode"]),
        (500, &json!("500.003.1001"))
    );
    assert_eq!(answer["errorMessage"], "Urls are already registered.");
    till.sim.forget_c2b_urls();
    assert_eq!(register(&till, "v1", &urls(&till)).await.0, 200);
    let path = "/mpesa/c2b/v2/registerurl";
    let (status, answer) = till.client.post(path, "dead", &urls(&till)).await;
    assert_eq!((status, &answer["errorCode"]), (400, &json!("400.003.01")));
}

#[tokio::test]
async fn a_paid_push_is_confirmed_too_with_the_same_receipt_in_either_order() {
    for order in [
        PushConfirmation::BeforeCallback,
        PushConfirmation::AfterCallback,
        PushConfirmation::Off,
    ] {
        let mut config = SimulatorConfig::instant();
        config.daraja.c2b.confirms_pushes = order;
        let till = registered(config, "v2", "Completed").await;
        let body = client::push_body(254_712_345_678, 100, &till.service.url("callback"));
        till.client.push(&till.token, &body).await;
        till.phone.wait_for_prompt(PATIENCE).await.unwrap();
        till.phone.enter_pin("1234").await.unwrap();
        let callback = till.service.told("callback", 1).await.remove(0);
        let expected: &[&str] = match order {
            PushConfirmation::BeforeCallback => &["confirmation", "callback"],
            PushConfirmation::AfterCallback => &["callback", "confirmation"],
            PushConfirmation::Off => &["callback"],
        };
        if order != PushConfirmation::Off {
            let told = till.service.told("confirmation", 1).await.remove(0);
            let items = &callback["Body"]["stkCallback"]["CallbackMetadata"]["Item"];
            assert_eq!(told["TransID"], items[1]["Value"]);
            assert_eq!(told["BillRefNumber"], "ABC123");
        }
        assert_eq!(till.service.order(), expected);
        assert_eq!(till.sim.payments().len(), 1);
    }
}

#[tokio::test]
async fn confirmations_can_be_lost_doubled_and_wrong() {
    let till = registered(SimulatorConfig::instant(), "v2", "Completed").await;
    for fault in [Fault::Lost, Fault::Twice, Fault::Amount(999)] {
        let point = FaultPoint::C2bConfirmation;
        till.sim.inject(point, fault, 1).unwrap();
    }
    for (n, cents) in [(0, 1_000), (2, 2_000), (3, 3_000)] {
        let paid = till.phone.pay_to_paybill("A1", cents, "1234").await;
        assert!(matches!(paid, Ok(PaybillResult::Paid(_))));
        let played = |e: &sandbox::Exchange| {
            e.what == "C2B confirmation"
                && e.request_body.contains(&match cents {
                    3_000 => "\"9.99\"".to_owned(),
                    cents => format!("\"{}.00\"", cents / 100),
                })
        };
        let played = till.sim.wait_for_exchange(played, PATIENCE).await;
        assert!(played.unwrap().trouble.is_some());
        assert!(till.service.told("confirmation", n).await.len() >= n);
    }
    let told = till.service.told("confirmation", 3).await;
    let amounts: Vec<_> = told
        .iter()
        .map(|body| body["TransAmount"].clone())
        .collect();
    assert_eq!(amounts, [json!("20.00"), json!("20.00"), json!("9.99")]);
}

#[tokio::test]
async fn pull_pages_through_the_payments_of_two_days() {
    const QUERY: &str = "/pulltransactions/v1/query";
    let till = till().await;
    let ask = async |start: &str, end: &str, offset: &str| {
        let body = json!({
            "ShortCode": "174379", "StartDate": start, "EndDate": end, "OffSetValue": offset,
        });
        till.client.post(QUERY, &till.token, &body).await
    };
    let now = chrono::Utc::now() + chrono::TimeDelta::hours(3);
    let text = |hours| {
        let time = now + chrono::TimeDelta::hours(hours);
        time.format("%Y-%m-%d %H:%M:%S").to_string()
    };
    let (from, to) = (text(-47), text(1));
    assert_eq!(ask(&from, &to, "0").await.0, 400, "not registered");
    let body = json!({
        "ShortCode": "174379", "RequestType": "Pull", "NominatedNumber": "254712345678",
        "CallBackURL": till.service.url("pull"),
    });
    for status in ["1000", "1001"] {
        let path = "/pulltransactions/v1/register";
        let (_, answer) = till.client.post(path, &till.token, &body).await;
        assert_eq!(answer["ResponseStatus"], status);
    }
    let (status, answer) = ask(&from, &to, "0").await;
    assert_eq!((status, &answer["ResponseCode"]), (200, &json!("1001")));
    assert_eq!(answer["Response"], json!([[]]));

    till.prompted(10).await;
    till.phone.enter_pin("1234").await.unwrap();
    for _ in 0..120 {
        till.phone
            .pay_to_paybill("A1", 1_000, "1234")
            .await
            .unwrap();
    }
    let mut receipts = Vec::new();
    for (offset, rows) in [("0", 100), ("100", 21), ("200", 0)] {
        let (_, answer) = ask(&from, &to, offset).await;
        let list = answer["Response"][0].as_array().unwrap().clone();
        assert_eq!(list.len(), rows);
        receipts.extend(list.iter().map(|row| row["transactionId"].clone()));
        if offset == "0" {
            assert_eq!(answer["ResponseCode"], "1000");
            assert_eq!(
                (&list[0]["billreference"], &list[1]["billreference"]),
                (&json!("ABC123"), &json!("A1"))
            );
            assert_eq!(
                (&list[0]["amount"], &list[0]["msisdn"]),
                (&json!("10.00"), &json!(254_712_345_678_u64))
            );
            assert!(list[0]["trxDate"].as_str().unwrap().ends_with('Z'));
        }
    }
    let paid = till.sim.payments().into_iter().map(|p| json!(p.receipt));
    assert_eq!(receipts, paid.collect::<Vec<_>>());
    let (_, answer) = ask(&text(-90), &text(-50), "0").await;
    assert_eq!(answer["ResponseCode"], "1001");
    assert_eq!(ask("yesterday", &to, "0").await.0, 400);
}
