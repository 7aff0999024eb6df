//! A payout that arrives after its money has gone back to the wallet.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::expect_used,
    reason = "each test binary uses its own part of it, and a harness may give up"
)]

use majibu::config::Config;
use sandbox::{Fault, FaultPoint, Phone};
use serde_json::{Value, json};

use crate::support::{World, dial, press};

/// A configuration in which payouts go out.
pub fn pays_out(config: &mut Config) {
    let certificate = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/keys/certificate.pem");
    config.daraja.certificate = Some(certificate.into());
    config.daraja.b2c_initiator = Some("testapi".into());
    config.daraja.b2c_password = Some("Sandbox2026#".into());
    config.daraja.b2c_shortcode = Some(config.daraja.shortcode.clone());
}

/// A player withdraws; M-Pesa says that it failed, and then that it paid under this receipt. Gives the id.
pub async fn late_payout(world: &World, phone: &Phone, shillings: i64, receipt: &str) -> String {
    let lost = world.sim.inject(FaultPoint::B2cResult, Fault::Lost, 1);
    lost.expect("possible");
    dial(phone).await;
    let last = press(phone, &["6", &shillings.to_string(), "1"]).await;
    assert_eq!(last.name.as_deref(), Some("withdraw_sent"), "{}", last.text);
    world.run_due().await;
    let id = world.report(phone).await.withdrawals[0].id.clone();
    let payouts = world.sim.payouts();
    let originator = &payouts.last().expect("sent").originator_conversation_id;
    let result = |code: i64, parameters: Value| {
        json!({"Result": {
            "ResultType": 0, "ResultCode": code, "ResultDesc": "told",
            "OriginatorConversationID": originator, "ConversationID": "AG_20261122_1",
            "TransactionID": receipt, "ResultParameters": {"ResultParameter": parameters},
        }})
    };
    let paid = json!([
        {"Key": "TransactionAmount", "Value": shillings},
        {"Key": "TransactionReceipt", "Value": receipt},
    ]);
    for body in [result(2040, json!([])), result(0, paid)] {
        let url = format!("{}/pay/development/b2c/{id}/result", world.base());
        let client = reqwest::Client::builder().no_proxy().build();
        let told = client.expect("a client").post(url).body(body.to_string());
        let status = told.send().await.expect("an answer").status();
        assert_eq!(status.as_u16(), 200);
        world.run_due().await;
    }
    let row = &world.report(phone).await.withdrawals[0];
    assert_eq!(
        (row.state.as_str(), row.receipt.as_deref()),
        ("failed", Some(receipt))
    );
    id
}
