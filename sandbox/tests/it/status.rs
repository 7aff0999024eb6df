//! Transaction status, account balance and reversal.

use std::time::Duration;

use sandbox::SimulatorConfig;
use serde_json::{Value, json};

use crate::PATIENCE;
use crate::organisation::{Office, office, parameter};

const STATUS: &str = "/mpesa/transactionstatus/v1/query";

/// Asks for the status and returns the n-th result.
async fn ask(office: &Office, key: &str, id: &str, n: usize) -> Value {
    let mut body = office.question("TransactionStatusQuery");
    body[key] = json!(id);
    let (status, answer) = office.post(STATUS, &body).await;
    assert_eq!(
        (status, &answer["ResponseCode"]),
        (200, &json!("0")),
        "{answer}"
    );
    let result = office.result(n).await;
    // The outer ids are the question's own.
    assert_eq!(
        result["OriginatorConversationID"],
        answer["OriginatorConversationID"]
    );
    assert_eq!(result["ConversationID"], answer["ConversationID"]);
    assert_ne!(answer["OriginatorConversationID"], id);
    result
}

#[tokio::test]
async fn the_status_of_a_payout_is_told_by_either_id() {
    let office = office().await;
    let accepted = office.pay_out(&office.payout("W-1", 1_000)).await;
    let receipt = parameter(&office.result(1).await, "TransactionReceipt");
    let asked = [
        ("OriginalConversationID", "W-1"),
        ("TransactionID", receipt.as_str().unwrap()),
    ];
    for (n, (key, id)) in asked.into_iter().enumerate() {
        let result = ask(&office, key, id, n + 2).await;
        assert_eq!(result["ResultCode"], 0);
        assert_eq!(parameter(&result, "TransactionStatus"), "Completed");
        assert_eq!(parameter(&result, "OriginatorConversationID"), "W-1");
        assert_eq!(
            parameter(&result, "ConversationID"),
            accepted["ConversationID"]
        );
        assert_eq!(parameter(&result, "ReceiptNo"), receipt);
        assert_eq!(parameter(&result, "Amount"), "1000.00");
        assert_eq!(
            parameter(&result, "DebitPartyCharges"),
            "Fee For B2C Payment|KES|5.00"
        );
        assert!(parameter(&result, "FinalisedTime").is_u64());
        assert!(parameter(&result, "TransactionReason").is_null());
        let list = result["ResultParameters"]["ResultParameter"].as_array();
        let names: Vec<_> = list
            .unwrap()
            .iter()
            .filter(|item| item["Key"] == "DebitPartyName")
            .map(|item| item["Value"].as_str().unwrap())
            .collect();
        assert_eq!(names.len(), 2);
        assert!(names[0].starts_with("174379 - ") && names[1].starts_with("254712345678 - "));
    }
}

#[tokio::test]
async fn open_failed_and_unknown_payouts_are_told_apart() {
    let mut config = SimulatorConfig::instant();
    config.daraja.organisation.processing_delay = Duration::from_secs(3_600);
    let slow = Office::open(config).await;
    slow.pay_out(&slow.payout("W-1", 10)).await;
    let result = ask(&slow, "OriginalConversationID", "W-1", 1).await;
    assert_eq!(
        (
            parameter(&result, "TransactionStatus"),
            parameter(&result, "ReceiptNo")
        ),
        (json!("Pending"), json!(""))
    );

    let office = office().await;
    office.till.phone.set_mpesa_registered(false);
    office.pay_out(&office.payout("W-2", 10)).await;
    office.result(1).await;
    let result = ask(&office, "OriginalConversationID", "W-2", 2).await;
    assert_eq!(result["ResultCode"], 0);
    assert_eq!(parameter(&result, "TransactionStatus"), "Declined");
    for (n, key) in [(3, "OriginalConversationID"), (4, "TransactionID")] {
        let result = ask(&office, key, "UNKNOWN", n).await;
        assert_eq!(result["ResultCode"], 2032);
        assert!(result.get("ResultParameters").is_none());
    }
}

#[tokio::test]
async fn a_payment_is_found_by_its_receipt() {
    let office = office().await;
    office.till.prompted(100).await;
    office.till.phone.enter_pin("1234").await.unwrap();
    let receipt = office.till.sim.payments()[0].receipt.clone();
    let result = ask(&office, "TransactionID", &receipt, 1).await;
    assert_eq!(parameter(&result, "TransactionStatus"), "Completed");
    assert_eq!(parameter(&result, "Amount"), "100.00");
    assert!(
        parameter(&result, "DebitPartyName")
            .as_str()
            .unwrap()
            .starts_with("254712345678")
    );
}

#[tokio::test]
async fn questions_are_checked_and_a_wrong_password_fails_the_question_only() {
    let office = office().await;
    let mut body = office.question("TransactionStatusQuery");
    let (status, answer) = office.post(STATUS, &body).await;
    assert_eq!((status, &answer["errorCode"]), (400, &json!("400.002.02")));
    body["TransactionID"] = json!("TKM1234567");
    for (name, value) in [
        ("CommandID", json!("Status")),
        ("IdentifierType", json!("9")),
        ("Initiator", json!("")),
        ("ResultURL", json!("http://a/query")),
    ] {
        let mut bad = body.clone();
        bad[name] = value;
        let (status, answer) = office.post(STATUS, &bad).await;
        assert_eq!(status, 400);
        assert_eq!(
            answer["errorMessage"],
            format!("Bad Request - Invalid {name}")
        );
    }
    body["SecurityCredential"] = json!("bm90IGEgY3JlZGVudGlhbA==");
    assert_eq!(office.post(STATUS, &body).await.0, 200);
    assert_eq!(office.result(1).await["ResultCode"], 2001);
    let client = &office.till.client;
    let (status, answer) = client.post(STATUS, "dead", &body).await;
    assert_eq!((status, &answer["errorCode"]), (400, &json!("400.003.01")));
}

#[tokio::test]
async fn the_balance_lists_all_accounts_in_one_text() {
    let office = office().await;
    office.pay_out(&office.payout("W-1", 1_000)).await;
    office.result(1).await;
    let body = office.question("AccountBalance");
    let (status, answer) = office.post("/mpesa/accountbalance/v1/query", &body).await;
    assert_eq!((status, &answer["ResponseCode"]), (200, &json!("0")));
    let result = office.result(2).await;
    assert_eq!(
        (&result["ResultType"], &result["ResultCode"]),
        (&json!("0"), &json!("0"))
    );
    assert_eq!(
        parameter(&result, "AccountBalance"),
        "Working Account|KES|0.00|0.00|0.00|0.00&Float Account|KES|0.00|0.00|0.00|0.00\
         &Utility Account|KES|98995.00|98995.00|0.00|0.00\
         &Charges Paid Account|KES|-5.00|-5.00|0.00|0.00\
         &Organization Settlement Account|KES|0.00|0.00|0.00|0.00"
    );
    assert!(parameter(&result, "BOCompletedTime").is_u64());
}

#[tokio::test]
async fn a_payment_is_reversed_once_and_nothing_else_is() {
    let office = office().await;
    let phone = &office.till.phone;
    office.till.prompted(100).await;
    phone.enter_pin("1234").await.unwrap();
    office.pay_out(&office.payout("W-1", 10)).await;
    let payout = parameter(&office.result(1).await, "TransactionReceipt");
    let receipt = office.till.sim.payments()[0].receipt.clone();
    let mut body = office.question("TransactionReversal");
    body["ReceiverParty"] = json!("174379");
    body["RecieverIdentifierType"] = json!("11");
    let cases = [
        (json!(receipt), 101, json!("R000002")),
        (json!(receipt), 100, json!(0)),
        (json!(receipt), 100, json!("R000001")),
        (payout, 10, json!("R000002")),
        (json!("UNKNOWN"), 10, json!("R000002")),
    ];
    for (n, (receipt, amount, code)) in cases.into_iter().enumerate() {
        body["TransactionID"] = receipt;
        body["Amount"] = json!(amount);
        let (status, _) = office.post("/mpesa/reversal/v1/request", &body).await;
        assert_eq!(status, 200);
        let result = office.result(n + 2).await;
        assert_eq!(result["ResultCode"], code, "{n}");
        if code == 0 {
            assert_eq!(
                parameter(&result, "OriginalTransactionID"),
                body["TransactionID"]
            );
            assert_eq!(parameter(&result, "Charge"), json!(0.0));
        }
    }
    assert_eq!(phone.mpesa_balance_cents(), 501_000);
    let books = office.till.sim.books();
    assert_eq!(
        (books.reversed_cents, books.difference_cents()),
        (10_000, 0)
    );
    let is_told = |e: &sandbox::Exchange| e.what == "reversal result" && e.status == Some(200);
    let told = office.till.sim.wait_for_exchange(is_told, PATIENCE).await;
    assert!(told.is_some());
}
