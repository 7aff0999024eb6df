//! Callbacks told again, as Daraja and operators do.

use rand::{RngExt, rngs::StdRng};
use sandbox::{Exchange, Push, Simulator, StkResult};
use tokio::task::JoinSet;

use crate::binary::{PATIENCE, client};

/// Daraja tells again what the service has not acknowledged, and some of the rest a second time, two
/// of each at the same instant.
pub(crate) async fn all(sim: &Simulator, rng: &mut StdRng) {
    let exchanges = sim.exchanges();
    let mut posts = JoinSet::new();
    for push in sim.pushes() {
        let Some(StkResult::Paid(payment)) = &push.result else {
            continue;
        };
        let told = |exchange: &&Exchange| {
            exchange.what == "STK callback" && exchange.url == push.callback_url
        };
        let body = exchanges
            .iter()
            .find(told)
            .map(|told| told.request_body.clone());
        // A callback that was lost on the way was never sent; its body is written here.
        let body = body.unwrap_or_else(|| callback(&push, &payment.receipt));
        let is_acknowledged = push.callbacks.contains(&Some(200));
        let times = if is_acknowledged {
            rng.random_range(0..=1)
        } else {
            2
        };
        for _ in 0..times {
            let post = client()
                .post(&push.callback_url)
                .header("content-type", "application/json")
                .body(body.clone())
                .timeout(PATIENCE);
            posts.spawn(post.send());
        }
    }
    while let Some(posted) = posts.join_next().await {
        let answer = posted.expect("a post").expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
    }
}

fn callback(push: &Push, receipt: &str) -> String {
    serde_json::json!({ "Body": { "stkCallback": {
        "MerchantRequestID": push.merchant_request_id,
        "CheckoutRequestID": push.checkout_request_id,
        "ResultCode": 0,
        "ResultDesc": "The service request is processed successfully.",
        "CallbackMetadata": { "Item": [
            { "Name": "Amount", "Value": push.amount_cents / 100 },
            { "Name": "MpesaReceiptNumber", "Value": receipt },
        ] },
    } } })
    .to_string()
}
