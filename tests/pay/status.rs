//! Deposits that are paid by all that is known, while nobody told receipt and amount: Transaction
//! Status is asked, and credits on what has both (Daraja contract, section 14, traps 3, 11, 12, 14).

use std::time::Duration;

use sandbox::{Fault, FaultPoint, Phone};
use serde_json::{Value, json};

use crate::{
    help::{
        QUERY, beside, callback_body, calls, confirm, last_deposit, payment, post, pushed, state,
        success, texts,
    },
    paybill::reference,
    payouts::{STATUS, happened, house, pays_out},
    query::lost,
    support::World,
};

const UNCONFIRMED: &str = "Your deposit of KES 100 is being confirmed with M-Pesa. We send an SMS \
    when the money is in.";

/// What the simulator calls the callback that answers the question.
const STATUS_RESULT: &str = "status result";

/// An answer about a payment of `shillings` to us.
fn completed(receipt: &str, shillings: &str) -> Value {
    answer(&[
        ("TransactionStatus", "Completed"),
        ("ReceiptNo", receipt),
        ("Amount", shillings),
    ])
}

fn answer(parameters: &[(&str, &str)]) -> Value {
    let parameters: Vec<Value> = parameters
        .iter()
        .map(|(key, value)| json!({"Key": key, "Value": value}))
        .collect();
    json!({"Result": {
        "ResultType": 0, "ResultCode": 0, "ResultDesc": "The service request is processed successfully.",
        "OriginatorConversationID": "of-the-question", "ConversationID": "AG_20261122_2",
        "TransactionID": "SKE0000000",
        "ResultParameters": {"ResultParameter": parameters},
    }})
}

/// Posts an answer to a question about a deposit, which must be taken, and acts on it.
async fn tell_status(world: &World, deposit: &str, body: impl ToString) {
    // Callbacks of one instant have no order.
    world.turn(Duration::from_millis(1));
    assert_eq!(
        post(world, &format!("{deposit}/status"), body.to_string()).await,
        200
    );
    world.run_due().await;
}

/// What became of the answers about deposits, oldest first.
async fn outcomes(world: &World) -> Vec<String> {
    let mut db = beside(world).await;
    let sql =
        "select kind, outcome from callback where kind = 'stk_status' order by received_at_ms, id";
    let rows = db.pairs(sql).await;
    rows.into_iter()
        .map(|(_, outcome)| outcome.unwrap_or_default())
        .collect()
}

/// A deposit of KES 100 that was paid, whose callback got lost, and which the query called paid; with
/// the callback that got lost, and the receipt in it.
async fn called_paid(world: &World, phone: &Phone) -> (String, String, String) {
    let deposit = lost(world, phone, Some("1234")).await;
    let paid = callback_body(world).await;
    let receipt = world.sim.payments()[0].receipt.clone();
    world.turn(world.config.jobs.stk_query_after);
    world.run_due().await;
    (deposit, paid, receipt)
}

/// The questions about payments that went out: their bodies.
fn questions(world: &World) -> Vec<Value> {
    let bodies = calls(world, STATUS)
        .into_iter()
        .map(|call| call.request_body);
    bodies
        .map(|body| serde_json::from_str(&body).expect("JSON"))
        .collect()
}

#[tokio::test]
async fn trap_03_a_status_credits_what_a_query_called_paid_once_also_when_callback_and_confirmation_follow()
 {
    let world = house().await;
    let phone = world.registered("0712345678").await;
    let (deposit, paid, receipt) = called_paid(&world, &phone).await;
    assert_eq!(calls(&world, QUERY).len(), 1);
    assert_eq!(world.balance(&phone).await, 0, "a query credits nobody");
    // The question: without a receipt, by the id of the push.
    let asked = questions(&world);
    assert_eq!(asked.len(), 1);
    let checkout = world.sim.pushes()[0].checkout_request_id.clone();
    assert_eq!(asked[0]["OriginalConversationID"], json!(checkout));
    assert_eq!(asked[0].get("TransactionID"), None, "left out, not empty");
    let url = format!("{}/pay/development/stk/{deposit}/status", world.base());
    assert_eq!(asked[0]["ResultURL"], json!(url));
    assert_eq!(asked[0]["QueueTimeOutURL"], json!(url));
    // M-Pesa need not know it by that; nothing follows from it.
    happened(&world, STATUS_RESULT, 1).await;
    assert_eq!(outcomes(&world).await, ["unheard of"]);
    assert_eq!(state(&world, &phone).await, "pushed");

    tell_status(&world, &deposit, completed(&receipt, "100.00")).await;
    tell_status(&world, &deposit, completed(&receipt, "100.00")).await;
    let row = last_deposit(&world, &phone).await;
    assert_eq!((row.state.as_str(), row.flagged), ("paid", false));
    assert_eq!(row.receipt.as_deref(), Some(receipt.as_str()));
    assert_eq!(world.balance(&phone).await, 10_000);

    // The callback comes after all, and the confirmation of the same receipt.
    assert_eq!(post(&world, &deposit, paid).await, 200);
    world.run_due().await;
    let reference = reference(&world, &deposit).await;
    confirm(&world, &payment(&receipt, &reference, "100.00")).await;
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(world.account("mpesa").await, -10_000);
    assert_eq!(world.account("suspense").await, 0);
    assert_eq!(
        outcomes(&world).await,
        ["unheard of", "credited", "booked before"]
    );
    assert_eq!(texts(&phone).len(), 2, "unconfirmed, then received");
    assert_eq!(texts(&phone)[0], UNCONFIRMED);
    assert!(!last_deposit(&world, &phone).await.flagged);
    world.check().await;
}

#[tokio::test]
async fn trap_03_a_confirmation_credits_first_and_the_status_of_the_same_receipt_changes_nothing() {
    let world = house().await;
    let phone = world.registered("0712345678").await;
    let (deposit, _, receipt) = called_paid(&world, &phone).await;
    let reference = reference(&world, &deposit).await;
    confirm(&world, &payment(&receipt, &reference, "100.00")).await;
    assert_eq!(world.balance(&phone).await, 10_000);
    happened(&world, STATUS_RESULT, 1).await;
    tell_status(&world, &deposit, completed(&receipt, "100.00")).await;
    assert_eq!(outcomes(&world).await, ["unheard of", "booked before"]);
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(world.account("mpesa").await, -10_000);
    // It is settled: nothing is asked any more.
    world.turn(world.config.jobs.stk_expire_after);
    world.run_due().await;
    assert_eq!(questions(&world).len(), 1);
    world.check().await;
}

#[tokio::test]
async fn trap_14_a_receipt_without_an_amount_is_asked_about_by_the_receipt_and_credited() {
    let world = house().await;
    let phone = world.registered("0712345678").await;
    let deposit = lost(&world, &phone, Some("1234")).await;
    let paid = callback_body(&world).await;
    let receipt = world.sim.payments()[0].receipt.clone();
    let mut unstated: Value = serde_json::from_str(&paid).expect("JSON");
    unstated["Body"]["stkCallback"]["CallbackMetadata"]["Item"] =
        json!([{"Name": "MpesaReceiptNumber", "Value": receipt}]);
    assert_eq!(post(&world, &deposit, unstated.to_string()).await, 200);
    world.run_due().await;
    assert!(last_deposit(&world, &phone).await.flagged);
    let asked = questions(&world);
    assert_eq!(asked.len(), 1, "asked at once");
    assert_eq!(asked[0]["TransactionID"], json!(receipt));
    assert_eq!(asked[0].get("OriginalConversationID"), None);
    // The simulator knows the payment, and says so.
    happened(&world, STATUS_RESULT, 1).await;
    assert_eq!(outcomes(&world).await, ["credited"]);
    assert_eq!(state(&world, &phone).await, "paid");
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(post(&world, &deposit, paid).await, 200);
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_000);
    assert_eq!(calls(&world, QUERY).len(), 0, "no query was needed");
    world.check().await;
}

#[tokio::test]
async fn trap_12_what_is_not_the_payment_that_was_asked_about_credits_nobody() {
    let world = house().await;
    let phone = world.registered("0712345678").await;
    let (deposit, checkout) = pushed(&world, &phone, 100).await;
    let body = success(&checkout, "UKM1A2B3C4", &json!("much")).to_string();
    assert_eq!(post(&world, &deposit, body).await, 200);
    world.run_due().await;
    happened(&world, STATUS_RESULT, 1).await;
    let failed = json!({"Result": {"ResultType": 0, "ResultCode": 2001, "ResultDesc": "x",
        "OriginatorConversationID": "of-the-question"}});
    let said = [
        (
            completed("UKM1A2B3C5", "100.00"),
            "status of another transaction",
        ),
        (
            completed("UKM1A2B3C4", "-100"),
            "completed without an amount",
        ),
        (completed("UKM1A2B3C4", "0"), "completed without an amount"),
        (
            completed("UKM1A2B3C4", "a lot"),
            "completed without an amount",
        ),
        (
            answer(&[("TransactionStatus", "Completed"), ("Amount", "100.00")]),
            "open: completed without a receipt",
        ),
        (
            answer(&[
                ("TransactionStatus", "Declined"),
                ("ReceiptNo", "UKM1A2B3C4"),
            ]),
            "failed: Declined",
        ),
        (answer(&[("TransactionStatus", "Pending")]), "open: Pending"),
        (answer(&[]), "open: "),
        (failed, "open: the question failed with code 2001"),
        (json!({"Result": {}}), "open: no result code"),
        (json!({}), "unreadable"),
        (json!("<html>"), "unreadable"),
    ];
    for (body, _) in &said {
        tell_status(&world, &deposit, body).await;
        assert_eq!(state(&world, &phone).await, "pushed", "{body}");
    }
    let expected: Vec<_> = said.iter().map(|(_, outcome)| *outcome).collect();
    assert_eq!(outcomes(&world).await[1..], expected);
    assert!(last_deposit(&world, &phone).await.flagged);
    tell_status(&world, "nobodys", completed("UKM1A2B3C9", "100.00")).await;
    assert_eq!(
        outcomes(&world).await.last().expect("one"),
        "unknown deposit"
    );
    assert_eq!(world.account("mpesa").await, 0);
    assert_eq!(world.balance(&phone).await, 0);
    world.check().await;
}

#[tokio::test]
async fn trap_12_a_status_that_names_another_push_credits_nobody() {
    let world = house().await;
    let phone = world.registered("0712345678").await;
    let (deposit, _, receipt) = called_paid(&world, &phone).await;
    happened(&world, STATUS_RESULT, 1).await;
    let mut other = completed(&receipt, "100.00");
    let parameters = other["Result"]["ResultParameters"]["ResultParameter"]
        .as_array_mut()
        .expect("a list");
    parameters.push(json!({"Key": "OriginatorConversationID", "Value": "ws_CO_OF_SOMEBODY_ELSE"}));
    tell_status(&world, &deposit, &other).await;
    assert_eq!(outcomes(&world).await[1], "status of another transaction");
    assert_eq!(world.balance(&phone).await, 0);
    assert!(last_deposit(&world, &phone).await.flagged);
    world.check().await;
}

#[tokio::test]
async fn trap_11_a_status_above_the_request_parks_the_excess_and_one_that_agrees_confirms_it() {
    let world = house().await;
    let amina = world.registered("0712345678").await;
    let (deposit, _, receipt) = called_paid(&world, &amina).await;
    happened(&world, STATUS_RESULT, 1).await;
    tell_status(&world, &deposit, completed(&receipt, "130.00")).await;
    assert_eq!(world.balance(&amina).await, 10_000);
    assert_eq!(world.account("suspense").await, 3_000);
    assert!(last_deposit(&world, &amina).await.flagged);
    let parked = world.app().parked().await.expect("parked");
    assert_eq!(parked[0].reason, format!("paid above deposit {deposit}"));
    tell_status(&world, &deposit, completed(&receipt, "130.00")).await;
    let parked = world.app().parked().await.expect("parked");
    assert_eq!(
        parked[0].reason,
        format!("paid above deposit {deposit}, the amount is confirmed")
    );
    // One that differs is for the operator.
    tell_status(&world, &deposit, completed(&receipt, "999.00")).await;
    assert_eq!(
        outcomes(&world).await.last().expect("one"),
        "booked before, with another amount than 999"
    );
    assert_eq!(world.account("mpesa").await, -13_000);
    world.check().await;
}

#[tokio::test]
async fn trap_03_a_question_that_nobody_answers_is_asked_ever_more_rarely_and_left_to_the_operator()
{
    let world = house().await;
    let phone = world.registered("0712345678").await;
    world
        .sim
        .inject(FaultPoint::StatusResult, Fault::Lost, 20)
        .expect("possible");
    let (deposit, paid, _) = called_paid(&world, &phone).await;
    let mut asked = Vec::new();
    for second in (90..4_000).step_by(10) {
        let before = questions(&world).len();
        world.run_due().await;
        asked.extend((before..questions(&world).len()).map(|_| second));
        world.turn(Duration::from_secs(10));
    }
    assert_eq!(questions(&world).len(), 1 + asked.len());
    assert_eq!(asked, [270, 630, 1_350, 2_790, 3_600]);
    let row = last_deposit(&world, &phone).await;
    assert_eq!((row.state.as_str(), row.flagged), ("pushed", true));
    assert_eq!(texts(&phone), [UNCONFIRMED], "told once");
    let mut db = beside(&world).await;
    let failures = db.pairs("select id, failure from deposit").await;
    assert_eq!(
        failures,
        [(deposit.clone(), Some("receipt_missing".into()))]
    );
    // The callback still credits.
    assert_eq!(post(&world, &deposit, paid).await, 200);
    world.run_due().await;
    assert_eq!(world.balance(&phone).await, 10_000);
    world.check().await;
}

#[tokio::test]
async fn trap_29_the_operator_of_another_short_code_is_not_used_for_questions_about_deposits() {
    let world = World::with(|config| {
        pays_out(config);
        config.daraja.b2c_shortcode = Some("600992".into());
    })
    .await;
    let phone = world.registered("0712345678").await;
    called_paid(&world, &phone).await;
    assert_eq!(calls(&world, QUERY).len(), 1);
    assert_eq!(questions(&world), [] as [Value; 0]);
    assert_eq!(texts(&phone), [UNCONFIRMED]);
    world.check().await;
}
