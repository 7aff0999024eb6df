//! What the tests of sending SMS share: texts put into the outbox, and what became of them.

use majibu::{
    core::{ids::SmsId, msisdn::Msisdn, sms::SmsClass},
    store::Sms,
};
use rand::{SeedableRng, rngs::StdRng};
use reqwest::Client;
use serde_json::Value;

use crate::{help::beside, support::World};

/// A number of a crowd.
pub(crate) fn number(place: usize) -> String {
    format!("+254712{place:06}")
}

/// Puts a text of a class to a number into the outbox, due now; `cause` names it in [`fates`].
pub(crate) async fn text(world: &World, class: SmsClass, cause: &str, to: &str, body: &str) {
    let now = world.now();
    let seed = cause.bytes().fold(7_u64, |seed, byte| {
        seed.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    let sms = Sms {
        id: SmsId::new(now, &mut StdRng::seed_from_u64(seed)),
        cause: cause.into(),
        player: None,
        msisdn: Msisdn::parse(to).expect("a number"),
        kind: "test",
        class,
        body: body.into(),
    };
    let mut tx = world.app().store().write().await.expect("write");
    tx.add_sms(&sms, now).await.expect("added");
    tx.commit().await.expect("committed");
}

/// The same for a receipt.
pub(crate) async fn receipt(world: &World, cause: &str, to: &str, body: &str) {
    text(world, SmsClass::Receipt, cause, to, body).await;
}

/// Every SMS by its cause: `state sender tries`.
pub(crate) async fn fates(world: &World) -> Vec<(String, String)> {
    let mut db = beside(world).await;
    let sql = "select cause, state || ' ' || coalesce(sender, '-') || ' ' || attempt
        from outbox order by cause";
    let rows = db.pairs(sql).await;
    rows.into_iter()
        .map(|(cause, fate)| (cause, fate.unwrap_or_default()))
        .collect()
}

/// The fate of one SMS.
pub(crate) async fn fate(world: &World, cause: &str) -> String {
    let fates = fates(world).await.into_iter();
    let fate = fates.filter(|(known, _)| known == cause).map(|of| of.1);
    fate.collect::<Vec<_>>().concat()
}

/// What each SMS failed for last, by its cause.
pub(crate) async fn failure(world: &World, cause: &str) -> String {
    let mut db = beside(world).await;
    let rows = db.pairs("select cause, failure from outbox").await;
    let mut rows = rows.into_iter().filter(|(known, _)| known == cause);
    rows.next().and_then(|row| row.1).unwrap_or_default()
}

/// What `/readyz` says of SMS; the service is ready whatever it is.
pub(crate) async fn readiness(world: &World) -> String {
    let answer = Client::new().get(format!("{}/readyz", world.base())).send();
    let answer = answer.await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    let body = answer.text().await.expect("a body");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    body["sms"].as_str().unwrap_or_default().to_owned()
}
