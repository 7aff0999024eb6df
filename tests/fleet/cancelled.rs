//! Work that is given up half-way, as at a stop or when a gateway hangs up.

use std::time::Duration;

use majibu::{
    core::{msisdn::Msisdn, time::Timestamp},
    store::Store,
};

use crate::{postgres::Database, turn};

/// How often a transaction is given up.
const TIMES: u64 = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_transaction_given_up_while_it_begins_leaves_nothing_to_the_next() {
    let Some((_turn, server)) = turn().await else {
        return;
    };
    let database = Database::new(&server).await;
    let store = Store::open(&database.url()).await.expect("a database");
    store.migrate().await.expect("a schema");
    let now = Timestamp::from_ms(1_795_338_000_000);
    for time in 0..TIMES {
        // Sooner and later, so that each instant of it is hit.
        let after = Duration::from_micros(time * 10);
        let _ = tokio::time::timeout(after, store.read()).await;
        let mut tx = store.write().await.expect("a transaction");
        let msisdn = Msisdn::parse(&format!("+2547120{time:05}")).expect("a number");
        let id = format!("01M82TJRVKADZDDS87F{time:07}");
        let id = id.parse().expect("an id");
        let written = tx.register(id, &msisdn, "en", now).await;
        written.expect("a transaction that writes");
        tx.commit().await.expect("committed");
    }
    store.close().await;
    database.drop().await;
}
