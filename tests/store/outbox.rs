//! The outbox: one SMS for each event, sent by the holder of the lease, and reports that undo nothing.

use std::time::Duration;

use majibu::{
    core::ids::SmsId,
    store::{Claim, OutboxRow, Sms, SmsRow, SmsState, Tx},
};

use crate::{
    bench::{Bench, at_once},
    given::{NOW, at, msisdn},
};

on_each_engine!(
    an_event_is_told_of_once,
    an_event_is_told_of_once_by_many_at_once,
    an_sms_is_sent_by_the_holder_of_the_lease,
    a_worker_that_was_taken_over_changes_nothing,
    an_sms_that_was_not_sent_is_tried_again_or_given_up,
    a_delivery_report_is_final,
    a_report_of_failure_keeps_the_reason,
    a_report_of_an_unknown_sms_is_known_as_such,
);

const LEASE: Duration = Duration::from_secs(60);

/// An SMS about an event to a player of the bench.
async fn about(bench: &Bench, event: &str) -> Sms {
    Sms {
        id: bench.random(|rng| SmsId::new(NOW, rng)),
        cause: event.into(),
        player: Some(bench.player(1).await),
        msisdn: msisdn(1),
        kind: "won",
        body: "Umeshinda KES 800. @£$é".into(),
    }
}

/// An SMS that the gateway has accepted as `AT1`.
async fn sent(bench: &Bench) -> (Sms, Tx) {
    let sms = about(bench, "result:1").await;
    let mut tx = bench.write().await;
    tx.add_sms(&sms, NOW).await.expect("added");
    tx.sms_sent(sms.id, 0, "AT1", NOW).await.expect("sent");
    (sms, tx)
}

async fn rows(tx: &mut Tx, sms: &Sms) -> Vec<SmsRow> {
    tx.sms_rows(sms.player.expect("a player"))
        .await
        .expect("read")
}

async fn state(tx: &mut Tx, sms: &Sms) -> String {
    rows(tx, sms).await[0].state.clone()
}

async fn an_event_is_told_of_once(bench: &Bench) {
    let (first, again) = (
        about(bench, "result:1").await,
        about(bench, "result:1").await,
    );
    let other = about(bench, "result:2").await;
    let mut tx = bench.write().await;
    for (sms, ms) in [(&first, 0), (&again, 1), (&other, 2)] {
        tx.add_sms(sms, at(ms)).await.expect("added, or known");
    }
    let row = SmsRow {
        kind: "won".into(),
        state: "pending".into(),
        body: first.body.clone(),
    };
    assert_eq!(rows(&mut tx, &first).await, [row.clone(), row]);
    assert!(tx.pending_sms(again.id, 0).await.expect("read").is_none());
}

async fn an_event_is_told_of_once_by_many_at_once(bench: &Bench) {
    let sms = about(bench, "result:1").await;
    at_once(|_| {
        let id = bench.random(|rng| SmsId::new(NOW, rng));
        let (store, sms) = (bench.store.clone(), Sms { id, ..sms.clone() });
        async move {
            let mut tx = store.write().await.expect("a transaction");
            tx.add_sms(&sms, NOW).await.expect("added, or known");
            tx.commit().await.expect("committed");
        }
    })
    .await;
    assert_eq!(bench.number("select count(*) from outbox").await, 1);
}

async fn an_sms_is_sent_by_the_holder_of_the_lease(bench: &Bench) {
    let sms = about(bench, "result:1").await;
    let mut tx = bench.write().await;
    tx.add_sms(&sms, NOW).await.expect("added");
    let claimed = tx.claim(Claim::Sms, NOW, LEASE, 1).await.expect("claimed");
    let lease = claimed[0].lease;
    let row = OutboxRow {
        id: sms.id,
        msisdn: msisdn(1),
        body: sms.body.clone(),
    };
    assert_eq!(
        tx.pending_sms(sms.id, lease).await.expect("read"),
        Some(row)
    );
    tx.sms_sent(sms.id, lease, "AT1", at(5))
        .await
        .expect("sent");
    assert_eq!(state(&mut tx, &sms).await, "sent");
    assert_eq!(tx.pending_sms(sms.id, lease).await.expect("read"), None);
    let much_later = at(1_000_000_000);
    assert!(!tx.is_due(Claim::Sms, much_later).await.expect("an answer"));
}

async fn a_worker_that_was_taken_over_changes_nothing(bench: &Bench) {
    let sms = about(bench, "result:1").await;
    let mut tx = bench.write().await;
    tx.add_sms(&sms, NOW).await.expect("added");
    let old = tx.claim(Claim::Sms, NOW, LEASE, 1).await.expect("claimed")[0].lease;
    let new = tx
        .claim(Claim::Sms, NOW.after(LEASE), LEASE, 1)
        .await
        .expect("claimed")[0]
        .lease;
    assert!(new > old);
    assert_eq!(tx.pending_sms(sms.id, old).await.expect("read"), None);
    tx.sms_sent(sms.id, old, "AT1", NOW)
        .await
        .expect("no effect");
    tx.sms_not_sent(sms.id, old, "late", None)
        .await
        .expect("no effect");
    assert_eq!(state(&mut tx, &sms).await, "pending");
    assert!(tx.pending_sms(sms.id, new).await.expect("read").is_some());
}

async fn an_sms_that_was_not_sent_is_tried_again_or_given_up(bench: &Bench) {
    let sms = about(bench, "result:1").await;
    let mut tx = bench.write().await;
    tx.add_sms(&sms, NOW).await.expect("added");
    tx.sms_not_sent(sms.id, 0, "busy", Some(at(500)))
        .await
        .expect("later");
    assert_eq!(state(&mut tx, &sms).await, "pending");
    assert!(!tx.is_due(Claim::Sms, at(499)).await.expect("an answer"));
    let claimed = tx
        .claim(Claim::Sms, at(500), LEASE, 1)
        .await
        .expect("claimed");
    let lease = claimed[0].lease;
    tx.sms_not_sent(sms.id, lease, "no such number", None)
        .await
        .expect("given up");
    assert_eq!(state(&mut tx, &sms).await, "failed");
    assert!(
        !tx.is_due(Claim::Sms, at(1_000_000))
            .await
            .expect("an answer")
    );
    tx.sms_sent(sms.id, lease, "AT1", NOW)
        .await
        .expect("no effect");
    assert_eq!(state(&mut tx, &sms).await, "failed", "given up is final");
}

async fn a_delivery_report_is_final(bench: &Bench) {
    let mut setup = bench.write().await;
    let early = setup.sms_reported("AT1", SmsState::Delivered, None).await;
    assert!(!early.expect("an answer"), "nothing was sent");
    drop(setup);
    let (sms, mut tx) = sent(bench).await;
    assert!(
        tx.sms_reported("AT1", SmsState::Delivered, None)
            .await
            .expect("known")
    );
    for late in [SmsState::Failed, SmsState::Sent, SmsState::Pending] {
        let known = tx.sms_reported("AT1", late, Some("too late")).await;
        assert!(known.expect("known"));
        assert_eq!(
            state(&mut tx, &sms).await,
            "delivered",
            "after {}",
            late.name()
        );
    }
    tx.sms_sent(sms.id, 0, "AT2", NOW).await.expect("no effect");
    tx.sms_not_sent(sms.id, 0, "why", None)
        .await
        .expect("no effect");
    assert_eq!(state(&mut tx, &sms).await, "delivered");
}

async fn a_report_of_failure_keeps_the_reason(bench: &Bench) {
    let (_, mut tx) = sent(bench).await;
    let known = tx
        .sms_reported("AT1", SmsState::Failed, Some("UserInBlacklist"))
        .await;
    assert!(known.expect("known"));
    tx.commit().await.expect("committed");
    let kept = "select count(*) from outbox where failure = 'UserInBlacklist' and state = 'failed'";
    assert_eq!(bench.number(kept).await, 1);
}

async fn a_report_of_an_unknown_sms_is_known_as_such(bench: &Bench) {
    let (sms, mut tx) = sent(bench).await;
    let known = tx.sms_reported("AT9", SmsState::Delivered, None).await;
    assert!(!known.expect("an answer"));
    assert_eq!(state(&mut tx, &sms).await, "sent");
}
