//! Callbacks: kept byte for byte, acted on once, forgotten when old and done.

use std::time::Duration;

use majibu::{
    core::ids::CallbackId,
    store::{Callback, CallbackKind, Claim},
};

use crate::{
    bench::Bench,
    given::{NOW, at, is_conflict},
};

on_each_engine!(
    a_callback_is_kept_byte_for_byte,
    a_callback_is_acted_on_once,
    a_callback_that_failed_is_due_again_or_left,
    old_callbacks_are_forgotten_once_they_wait_for_nothing,
);

fn callback(bench: &Bench) -> Callback {
    Callback {
        id: bench.random(|rng| CallbackId::new(NOW, rng)),
        kind: CallbackKind::Stk,
        subject: "deposit".into(),
        body: b"{\"Body\":{}}".to_vec(),
    }
}

async fn a_callback_is_kept_byte_for_byte(bench: &Bench) {
    let every_byte: Vec<u8> = (0..=255).collect();
    let kinds = [
        CallbackKind::Stk,
        CallbackKind::SmsDelivery,
        CallbackKind::UssdEvent,
    ];
    let mut tx = bench.write().await;
    for (kind, body) in kinds
        .into_iter()
        .zip([every_byte, Vec::new(), vec![0; 100_000]])
    {
        let callback = Callback {
            kind,
            body,
            ..callback(bench)
        };
        tx.add_callback(&callback, "196.201.214.200", NOW)
            .await
            .expect("kept");
        let kept = tx.new_callback(callback.id).await.expect("read");
        assert_eq!(kept, Some(callback));
    }
    let unknown = tx.new_callback(callback(bench).id).await.expect("read");
    assert_eq!(unknown, None);
    let twice = callback(bench);
    tx.add_callback(&twice, "", NOW).await.expect("kept");
    assert!(is_conflict(&tx.add_callback(&twice, "", NOW).await));
}

async fn a_callback_is_acted_on_once(bench: &Bench) {
    let callback = callback(bench);
    let mut tx = bench.write().await;
    tx.add_callback(&callback, "", NOW).await.expect("kept");
    tx.callback_done(callback.id, "credited")
        .await
        .expect("done");
    assert_eq!(tx.new_callback(callback.id).await.expect("read"), None);
    tx.callback_done(callback.id, "again")
        .await
        .expect("no effect");
    tx.callback_failed(callback.id, "late", Some(NOW))
        .await
        .expect("no effect");
    assert!(
        !tx.is_due(Claim::Callbacks, at(1_000_000))
            .await
            .expect("an answer")
    );
    tx.commit().await.expect("committed");
    let kept = "select count(*) from callback where state = 'done' and outcome = 'credited'";
    assert_eq!(bench.number(kept).await, 1);
}

async fn a_callback_that_failed_is_due_again_or_left(bench: &Bench) {
    let callback = callback(bench);
    let mut tx = bench.write().await;
    tx.add_callback(&callback, "", NOW).await.expect("kept");
    tx.callback_failed(callback.id, "busy", Some(at(500)))
        .await
        .expect("later");
    assert!(
        !tx.is_due(Claim::Callbacks, at(499))
            .await
            .expect("an answer")
    );
    let lease = Duration::from_secs(60);
    let claimed = tx
        .claim(Claim::Callbacks, at(500), lease, 1)
        .await
        .expect("claimed");
    assert_eq!(claimed[0].id, callback.id.to_string());
    assert!(tx.new_callback(callback.id).await.expect("read").is_some());
    tx.callback_failed(callback.id, "unusable", None)
        .await
        .expect("left");
    assert_eq!(tx.new_callback(callback.id).await.expect("read"), None);
    assert!(
        !tx.is_due(Claim::Callbacks, at(1_000_000))
            .await
            .expect("an answer")
    );
    tx.commit().await.expect("committed");
    let left = "select count(*) from callback where state = 'dead' and outcome = 'unusable'";
    assert_eq!(bench.number(left).await, 1);
}

async fn old_callbacks_are_forgotten_once_they_wait_for_nothing(bench: &Bench) {
    let callbacks = [(); 4].map(|()| callback(bench));
    let mut tx = bench.write().await;
    for (callback, ms) in callbacks.iter().zip([-2, -2, -2, 0]) {
        tx.add_callback(callback, "", at(ms)).await.expect("kept");
    }
    tx.callback_done(callbacks[0].id, "done")
        .await
        .expect("done");
    tx.callback_failed(callbacks[1].id, "dead", None)
        .await
        .expect("left");
    tx.callback_done(callbacks[3].id, "done")
        .await
        .expect("done");
    assert_eq!(tx.forget_callbacks(NOW).await.expect("forgotten"), 2);
    assert_eq!(tx.forget_callbacks(NOW).await.expect("forgotten"), 0);
    assert!(
        tx.new_callback(callbacks[2].id)
            .await
            .expect("read")
            .is_some()
    );
    tx.commit().await.expect("committed");
    assert_eq!(bench.number("select count(*) from callback").await, 2);
}
