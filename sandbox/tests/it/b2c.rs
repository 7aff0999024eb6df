//! Payouts: acceptance, results of every kind, the initiator, the money.

use sandbox::{PayoutResult, SimulatorConfig};
use serde_json::{Value, json};

use crate::PATIENCE;
use crate::organisation::{Office, credential, office, parameter};

#[tokio::test]
async fn a_payout_moves_the_money_and_is_told_in_the_real_shape() {
    let office = office().await;
    let answer = office.pay_out(&office.payout("W-1", 1_000)).await;
    assert_eq!(answer["OriginatorConversationID"], "W-1");
    assert!(
        answer["ConversationID"]
            .as_str()
            .unwrap()
            .starts_with("AG_20")
    );

    let result = office.result(1).await;
    assert_eq!(
        (&result["ResultType"], &result["ResultCode"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(result["OriginatorConversationID"], "W-1");
    assert_eq!(result["ConversationID"], answer["ConversationID"]);
    assert_eq!(parameter(&result, "TransactionAmount"), json!(1_000));
    assert_eq!(
        parameter(&result, "TransactionReceipt"),
        result["TransactionID"]
    );
    assert_eq!(parameter(&result, "B2CRecipientIsRegisteredCustomer"), "Y");
    let name = parameter(&result, "ReceiverPartyPublicName");
    assert!(name.as_str().unwrap().starts_with("254712345678 - "));
    let completed = parameter(&result, "TransactionCompletedDateTime");
    let completed = completed.as_str().unwrap().to_owned();
    assert!(
        chrono::NaiveDateTime::parse_from_str(&completed, "%d.%m.%Y %H:%M:%S").is_ok(),
        "{completed}"
    );
    assert_eq!(
        result["ReferenceData"]["ReferenceItem"],
        json!({ "Key": "QueueTimeoutURL", "Value": office.till.service.url("timeout") })
    );

    // 100,000 less 1,000 and the fee of 5.
    let sim = &office.till.sim;
    let is_told = |payout: &sandbox::Payout| payout.results == [Some(200)];
    let payout = sim.wait_for_payout(is_told, PATIENCE).await.unwrap();
    assert!(payout.is_paid());
    let raw = sim
        .wait_for_exchange(|e| e.what == "B2C result", PATIENCE)
        .await;
    let raw = raw.unwrap().request_body;
    assert!(
        raw.contains(r#""B2CUtilityAccountAvailableFunds","Value":98995.00}"#),
        "{raw}"
    );
    assert!(
        raw.contains(r#""B2CChargesPaidAccountAvailableFunds","Value":-5.00}"#),
        "{raw}"
    );
    assert_eq!(office.till.phone.mpesa_balance_cents(), 600_000);
    let books = sim.books();
    assert_eq!(
        (
            books.paid_out_cents,
            books.fees_cents,
            books.utility_cents,
            books.difference_cents()
        ),
        (100_000, 500, 9_899_500, 0)
    );
}

#[tokio::test]
async fn what_customers_pay_in_can_be_paid_out() {
    let office = office().await;
    office.till.sim.set_float(0);
    office.till.prompted(200).await;
    office.till.phone.enter_pin("1234").await.unwrap();
    office.pay_out(&office.payout("W-1", 200)).await;
    assert_eq!(office.result(1).await["ResultCode"], 1, "5 is missing");
    office.pay_out(&office.payout("W-2", 100)).await;
    assert_eq!(office.result(2).await["ResultCode"], 0);
    assert_eq!(office.till.sim.float_cents(), 10_000);
    assert_eq!(office.till.sim.books().difference_cents(), 0);
}

/// What is changed before a payout, in its body or in the world.
type Change<'a> = &'a dyn Fn(&mut Value);

#[tokio::test]
async fn each_certain_failure_has_its_code_and_moves_nothing() {
    let mut config = SimulatorConfig::instant();
    config.daraja.organisation.opening_float_cents = 50_000_000;
    let office = Office::open(config).await;
    let phone = &office.till.phone;
    let cases: [(&str, Change<'_>, Value); 6] = [
        (
            "balance",
            &|_| phone.set_mpesa_balance(49_999_901),
            json!(8),
        ),
        ("float", &|_| office.till.sim.set_float(999), json!(1)),
        (
            "no customer",
            &|_| phone.set_mpesa_registered(false),
            json!(2040),
        ),
        (
            "no number",
            &|b| b["PartyB"] = json!("254202345678"),
            json!("SFC_IC0003"),
        ),
        ("shortcode", &|b| b["PartyA"] = json!("600000"), json!(2028)),
        (
            "initiator",
            &|b| b["InitiatorName"] = json!("nobody"),
            json!(2001),
        ),
    ];
    for (n, (name, change, code)) in cases.into_iter().enumerate() {
        phone.set_mpesa_balance(0);
        phone.set_mpesa_registered(true);
        office.till.sim.set_float(10_000_000);
        let mut body = office.payout(&format!("W-{n}"), 10);
        change(&mut body);
        office.pay_out(&body).await;
        let result = office.result(n + 1).await;
        assert_eq!(result["ResultCode"], code, "{name}");
        assert!(result.get("ResultParameters").is_none(), "{name}");
        let id = result["TransactionID"].as_str().unwrap();
        assert!(id.len() == 10 && id.ends_with("0000000"), "{id}");
    }
    assert_eq!(office.till.sim.books().paid_out_cents, 0);
}

#[tokio::test]
async fn nobody_moves_more_than_the_daily_limit() {
    let mut config = SimulatorConfig::instant();
    config.daraja.organisation.opening_float_cents = 100_000_000;
    let office = Office::open(config).await;
    for (n, code) in [(1, 0), (2, 0), (3, 4)] {
        office.till.phone.set_mpesa_balance(0);
        let shillings = if n == 3 { 10 } else { 250_000 };
        let id = format!("W-{n}");
        office.pay_out(&office.payout(&id, shillings)).await;
        assert_eq!(office.result(n).await["ResultCode"], code, "{n}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_accepted_and_three_lock_the_initiator() {
    let office = office().await;
    let mut wrong = office.payout("", 10);
    wrong["SecurityCredential"] = json!(credential(&office.till.sim, "Old2026#"));
    for n in 1..=4 {
        wrong["OriginatorConversationID"] = json!(format!("W-{n}"));
        office.pay_out(&wrong).await;
        let code = if n == 4 { 8006 } else { 2001 };
        assert_eq!(office.result(n).await["ResultCode"], code, "{n}");
    }
    office.pay_out(&office.payout("W-5", 10)).await;
    assert_eq!(office.result(5).await["ResultCode"], 8006);
    office.till.sim.set_initiator_password("Old2026#");
    wrong["OriginatorConversationID"] = json!("W-6");
    office.pay_out(&wrong).await;
    assert_eq!(office.result(6).await["ResultCode"], 0);
}

#[tokio::test]
async fn an_originator_id_is_unique_for_ever_in_v3_and_made_by_daraja_in_v1() {
    let office = office().await;
    let body = office.payout("W-1", 10);
    office.pay_out(&body).await;
    office.result(1).await;
    let (status, answer) = office.post("/mpesa/b2c/v3/paymentrequest", &body).await;
    assert_eq!(
        (status, &answer["errorCode"]),
        (500, &json!("500.002.1001"))
    );
    assert_eq!(
        answer["errorMessage"],
        "Duplicate OriginatorConversationID."
    );
    for n in 2..=3 {
        let (status, answer) = office.post("/mpesa/b2c/v1/paymentrequest", &body).await;
        assert_eq!(status, 200);
        assert_ne!(answer["OriginatorConversationID"], "W-1");
        assert_eq!(office.result(n).await["ResultCode"], 0);
    }
    assert_eq!(office.till.sim.books().paid_out_cents, 3_000);
}

#[tokio::test]
async fn bad_requests_get_the_real_error_bodies() {
    let office = office().await;
    let cases = [
        ("OriginatorConversationID", json!("")),
        ("OriginatorConversationID", json!("a b")),
        ("InitiatorName", json!(null)),
        ("SecurityCredential", json!("")),
        ("CommandID", json!("BusinessPayBill")),
        ("Amount", json!(9)),
        ("Amount", json!("10.5")),
        ("Amount", json!(250_001)),
        ("PartyA", json!("paybill")),
        ("PartyB", json!("0712345678")),
        ("PartyB", json!("+254712345678")),
        ("Remarks", json!("a")),
        ("Remarks", json!("a".repeat(101))),
        ("ResultURL", json!("http://a/b2c/Query")),
        ("QueueTimeOutURL", json!("http://a/mpesa")),
        ("Occassion", json!("a".repeat(101))),
    ];
    for (name, value) in cases {
        let mut body = office.payout("W-1", 10);
        body[name] = value;
        let (status, answer) = office.post("/mpesa/b2c/v3/paymentrequest", &body).await;
        assert_eq!(
            (status, &answer["errorCode"]),
            (400, &json!("400.002.02")),
            "{name}"
        );
        assert_eq!(
            answer["errorMessage"],
            format!("Bad Request - Invalid {name}")
        );
    }
    let path = "/mpesa/b2c/v3/paymentrequest";
    let (status, answer) = office
        .till
        .client
        .post(path, "dead-token", &office.payout("W-1", 10))
        .await;
    assert_eq!((status, &answer["errorCode"]), (401, &json!("401.002.01")));
    // It repeats the token, as the real one does.
    assert!(
        answer["errorMessage"]
            .as_str()
            .unwrap()
            .ends_with("- dead-token")
    );
    assert!(office.till.sim.payouts().is_empty());
}

#[tokio::test]
async fn receivers_can_be_masked() {
    let mut config = SimulatorConfig::instant();
    config.daraja.organisation.masks_receivers = true;
    let office = Office::open(config).await;
    office.pay_out(&office.payout("W-1", 10)).await;
    let name = parameter(&office.result(1).await, "ReceiverPartyPublicName");
    let name = name.as_str().unwrap();
    assert!(
        name.starts_with("2547*****678 - ") && name.ends_with("*****"),
        "{name}"
    );
    let is_paid = |payout: &sandbox::Payout| {
        matches!(
            &payout.result,
            Some(PayoutResult::Paid { fee_cents: 0, .. })
        )
    };
    assert!(
        office
            .till
            .sim
            .wait_for_payout(is_paid, PATIENCE)
            .await
            .is_some()
    );
}
