//! What the tests of withdrawals share: a house that pays out, asking for a withdrawal, and results
//! written by hand.

use std::{collections::BTreeSet, time::Duration};

use majibu::{config::Config, store::WithdrawalRow};
use reqwest::Client;
use sandbox::{Exchange, Phone, Screen};
use serde_json::{Value, json};

use crate::support::{PATIENCE, World, dial, press};

pub(crate) const B2C: &str = "/mpesa/b2c/v3/paymentrequest";
pub(crate) const STATUS: &str = "/mpesa/transactionstatus/v1/query";

/// The settings of a house that pays out through the simulator.
pub(crate) fn pays_out(config: &mut Config) {
    let certificate = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/keys/certificate.pem");
    config.daraja.certificate = Some(certificate.into());
    config.daraja.b2c_initiator = Some("testapi".into());
    config.daraja.b2c_password = Some("Sandbox2026#".into());
    config.daraja.b2c_shortcode = Some(config.daraja.shortcode.clone());
}

/// A house that pays out, with nothing else changed.
pub(crate) async fn house() -> World {
    World::with(pays_out).await
}

/// The same, with a player who has so much in the wallet.
pub(crate) async fn house_with(shillings: i64) -> (World, Phone) {
    let world = house().await;
    let phone = world.funded("0712345678", shillings).await;
    (world, phone)
}

/// Types an amount to withdraw; the screen after it.
pub(crate) async fn type_amount(phone: &Phone, shillings: i64) -> Screen {
    dial(phone).await;
    press(phone, &["6", &shillings.to_string()]).await
}

/// Asks for a withdrawal by the menu, up to the END screen: no payout has gone out yet.
pub(crate) async fn ask(phone: &Phone, shillings: i64) -> Screen {
    type_amount(phone, shillings).await;
    let last = press(phone, &["1"]).await;
    assert_eq!(last.name.as_deref(), Some("withdraw_sent"), "{}", last.text);
    last
}

/// Sends what is due, waits for the results of every payout that has one coming, and acts on them.
pub(crate) async fn send(world: &World) {
    world.run_due().await;
    results_are_in(world, |payout| {
        payout.result.is_some() && payout.results.is_empty()
    })
    .await;
    world.run_due().await;
}

/// Waits until the results of all payouts that fit were delivered.
async fn results_are_in(world: &World, is_waited_for: fn(&sandbox::Payout) -> bool) {
    let payouts = world.sim.payouts();
    for waiting in payouts
        .into_iter()
        .filter(|payout| payout.result.is_none() || is_waited_for(payout))
    {
        let id = waiting.originator_conversation_id;
        let arrived = |payout: &sandbox::Payout| {
            payout.originator_conversation_id == id && !payout.results.is_empty()
        };
        let told = world.sim.wait_for_payout(arrived, PATIENCE).await;
        told.expect("a result");
    }
}

/// Waits for one more call or callback that the simulator records under this name, and acts on it.
pub(crate) async fn happened(world: &World, what: &str, times: usize) {
    let mut seen = BTreeSet::new();
    let is_it = |exchange: &Exchange| {
        if exchange.what == what {
            seen.insert(exchange.id);
        }
        seen.len() >= times
    };
    let seen = world.sim.wait_for_exchange(is_it, PATIENCE).await;
    seen.unwrap_or_else(|| panic!("{what} has not happened {times} times"));
    world.run_due().await;
}

/// The last withdrawal of a player.
pub(crate) async fn last(world: &World, phone: &Phone) -> WithdrawalRow {
    let report = world.report(phone).await;
    report.withdrawals.first().expect("a withdrawal").clone()
}

/// The state of the last withdrawal, and what the player has left.
pub(crate) async fn standing(world: &World, phone: &Phone) -> (String, i64) {
    let state = last(world, phone).await.state;
    (state, world.balance(phone).await)
}

/// Lets the time until the first question pass, and asks.
pub(crate) async fn ask_status(world: &World) {
    world.turn(world.config.jobs.payout_query_after + Duration::from_millis(1));
    world.run_due().await;
}

/// Posts a body to a route of the last withdrawal, which must take it, and acts on it.
pub(crate) async fn tell(world: &World, id: &str, route: &str, body: &Value) {
    assert_eq!(post(world, id, route, body.to_string()).await, 200);
    world.run_due().await;
}

/// Posts a body to a route of a withdrawal; gives the HTTP status.
pub(crate) async fn post(
    world: &World,
    id: &str,
    route: &str,
    body: impl Into<reqwest::Body>,
) -> u16 {
    let url = format!("{}/pay/development/b2c/{id}/{route}", world.base());
    let request = Client::new().post(url).body(body);
    request.send().await.expect("an answer").status().as_u16()
}

/// A result of success.
pub(crate) fn success(originator: &str, receipt: &str, shillings: i64) -> Value {
    json!({"Result": {
        "ResultType": 0, "ResultCode": 0,
        "ResultDesc": "The service request is processed successfully.",
        "OriginatorConversationID": originator, "ConversationID": "AG_20261122_1",
        "TransactionID": receipt,
        "ResultParameters": {"ResultParameter": [
            {"Key": "TransactionAmount", "Value": shillings},
            {"Key": "TransactionReceipt", "Value": receipt},
            {"Key": "ReceiverPartyPublicName", "Value": "254712345678 - JANE <b>DOE</b>"},
            {"Key": "TransactionCompletedDateTime", "Value": "22.11.2026 12:00:00"},
            {"Key": "B2CUtilityAccountAvailableFunds", "Value": 10_116.00},
            {"Key": "B2CRecipientIsRegisteredCustomer", "Value": "Y"},
        ]},
    }})
}

/// A result of failure.
pub(crate) fn failure(originator: &str, code: &Value) -> Value {
    json!({"Result": {
        "ResultType": 0, "ResultCode": code, "ResultDesc": "It failed.",
        "OriginatorConversationID": originator, "ConversationID": "AG_20261122_1",
        "TransactionID": "SKE0000000",
        "ReferenceData": {"ReferenceItem": {"Key": "QueueTimeoutURL"}},
    }})
}

/// The originator id of the only payout that was sent.
pub(crate) fn originator(world: &World) -> String {
    let payouts = world.sim.payouts();
    assert_eq!(payouts.len(), 1, "one payout");
    payouts[0].originator_conversation_id.clone()
}
