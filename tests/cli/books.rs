//! A house with a history: the service in this process, played through the simulator on a clock that
//! the test turns, and the real binary on the same database.

use std::time::Duration;

use majibu::config::Config;
use sandbox::Phone;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::{
    binary::{House, Said, client},
    support::{PATIENCE, World, dial, press},
};

/// A house that pays out and takes taxes.
pub(crate) fn takes_taxes(config: &mut Config) {
    let certificate = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/keys/certificate.pem");
    config.daraja.certificate = Some(certificate.into());
    config.daraja.b2c_initiator = Some("testapi".into());
    config.daraja.b2c_password = Some("Sandbox2026#".into());
    config.daraja.b2c_shortcode = Some(config.daraja.shortcode.clone());
    config.tax.excise_on_deposit_bps = 500;
    config.tax.withholding_on_withdrawal_bps = 500;
}

/// A folder for the binary, with the database of a world.
pub(crate) fn house_of(world: &World) -> House {
    let mut house = House::new();
    house.set("DATABASE__URL", world.config.database.url.expose_secret());
    house.set("DARAJA__BASE_URL", &world.config.daraja.base_url);
    house.set("DARAJA__CONSUMER_KEY", "key");
    house.set("DARAJA__CONSUMER_SECRET", "secret");
    let excise = world.config.tax.excise_on_deposit_bps;
    house.set("TAX__EXCISE_ON_DEPOSIT_BPS", &excise.to_string());
    house
}

/// What a command says; the thread is given up meanwhile, for the service in this process to answer.
pub(crate) fn run(house: &House, arguments: &[&str]) -> Said {
    tokio::task::block_in_place(|| house.run(arguments))
}

/// A payment to the paybill that M-Pesa tells of.
pub(crate) async fn confirm(world: &World, receipt: &str, account: &str, amount: &str) {
    let body = json!({
        "TransactionType": "Pay Bill", "TransID": receipt, "TransTime": "20261122120000",
        "TransAmount": amount, "BusinessShortCode": "174379", "BillRefNumber": account,
        "MSISDN": "25471****678", "FirstName": "Amina",
    });
    let url = format!("{}/pay/development/c2b/confirmation", world.base());
    let answer = client().post(url).body(body.to_string()).send().await;
    assert_eq!(answer.expect("an answer").status().as_u16(), 200);
    world.run_due().await;
}

/// Asks for a withdrawal, and waits until its result is in.
pub(crate) async fn withdraw(world: &World, phone: &Phone, shillings: i64) {
    dial(phone).await;
    let last = press(phone, &["6", &shillings.to_string(), "1"]).await;
    assert_eq!(last.name.as_deref(), Some("withdraw_sent"), "{}", last.text);
    world.turn(Duration::from_millis(1));
    world.run_due().await;
    let payouts = world.sim.payouts().len();
    let is_told = |_: &sandbox::Payout| {
        let all = world.sim.payouts();
        all.len() == payouts && all.iter().all(|payout| !payout.results.is_empty())
    };
    let told = world.sim.wait_for_payout(is_told, PATIENCE).await;
    told.expect("a result");
    world.run_due().await;
}
