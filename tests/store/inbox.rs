//! The raw inbox: what came in with a callback is kept, found, and made new again once.

use std::time::Duration;

use majibu::{
    core::ids::CallbackId,
    store::{Callback, CallbackKind, CallbackState, Claim, InboxFilter, InboxRow, Source},
};

use crate::{
    bench::Bench,
    given::{NOW, at},
};

on_each_engine!(
    a_callback_is_kept_with_its_headers,
    the_inbox_is_listed_newest_first_and_by_what_is_asked_for,
    what_is_done_or_dead_becomes_new_once,
    the_dead_come_in_their_order,
);

fn callback(bench: &Bench, kind: CallbackKind) -> Callback {
    Callback {
        id: bench.random(|rng| CallbackId::new(NOW, rng)),
        kind,
        subject: "subject".into(),
        body: b"{\"a\":1}\xff".to_vec(),
    }
}

fn all() -> InboxFilter {
    InboxFilter {
        kind: None,
        state: None,
        since: at(-1_000_000),
    }
}

async fn a_callback_is_kept_with_its_headers(bench: &Bench) {
    let callback = callback(bench, CallbackKind::Stk);
    let source = Source {
        address: "196.201.214.200".into(),
        headers: "content-type: application/json\nuser-agent: \u{fffd}".into(),
    };
    let mut tx = bench.write().await;
    tx.add_callback(&callback, &source, NOW)
        .await
        .expect("kept");
    let raw = tx.raw_callback(callback.id).await.expect("read");
    let raw = raw.expect("known");
    assert_eq!(raw.headers, source.headers);
    assert_eq!(raw.body, callback.body);
    let row = tx.inbox_row(callback.id).await.expect("read");
    let expected = InboxRow {
        id: callback.id.to_string(),
        kind: "stk".into(),
        subject: "subject".into(),
        source: source.address,
        received_at_ms: NOW.ms(),
        state: "new".into(),
        outcome: None,
        attempt: 0,
        replays: 0,
        first_outcome: None,
        bytes: 8,
        cut: false,
    };
    assert_eq!(row, Some(expected));
    let unknown = bench.random(|rng| CallbackId::new(NOW, rng));
    assert_eq!(tx.inbox_row(unknown).await.expect("read"), None);
    assert_eq!(tx.raw_callback(unknown).await.expect("read"), None);
}

async fn the_inbox_is_listed_newest_first_and_by_what_is_asked_for(bench: &Bench) {
    let kinds = [
        CallbackKind::Stk,
        CallbackKind::UssdEvent,
        CallbackKind::Stk,
        CallbackKind::Stk,
    ];
    let callbacks = kinds.map(|kind| callback(bench, kind));
    let ids = callbacks.clone().map(|callback| callback.id.to_string());
    let mut tx = bench.write().await;
    for (callback, ms) in callbacks.iter().zip([0, 1, 2, 3]) {
        tx.add_callback(callback, "", at(ms)).await.expect("kept");
    }
    tx.callback_done(callbacks[0].id, "credited")
        .await
        .expect("done");
    tx.callback_failed(callbacks[2].id, "unusable", None)
        .await
        .expect("left");
    let of = |state| InboxFilter {
        state: Some(state),
        ..all()
    };
    let stk = InboxFilter {
        kind: Some("stk".into()),
        ..all()
    };
    let since = InboxFilter {
        since: at(2),
        ..all()
    };
    for (filter, limit, found) in [
        (all(), 10, &[3, 2, 1, 0][..]),
        (all(), 2, &[3, 2]),
        (stk, 10, &[3, 2, 0]),
        (since, 10, &[3, 2]),
        (of(CallbackState::New), 10, &[3, 1]),
        (of(CallbackState::Done), 10, &[0]),
        (of(CallbackState::Dead), 10, &[2]),
    ] {
        let rows = tx.inbox(&filter, limit).await.expect("rows");
        let listed: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let expected: Vec<&str> = found.iter().map(|place| ids[*place].as_str()).collect();
        assert_eq!(listed, expected, "{filter:?}");
    }
}

async fn what_is_done_or_dead_becomes_new_once(bench: &Bench) {
    let callback = callback(bench, CallbackKind::Stk);
    let id = callback.id;
    let lease = Duration::from_secs(60);
    let mut tx = bench.write().await;
    tx.add_callback(&callback, "", NOW).await.expect("kept");
    // A job has it, or will have it.
    assert!(!tx.reopen_callback(id, at(500)).await.expect("asked"));
    tx.callback_failed(id, "unusable", None)
        .await
        .expect("left");
    assert!(tx.reopen_callback(id, at(500)).await.expect("asked"));
    assert!(!tx.reopen_callback(id, at(500)).await.expect("asked"));
    assert_eq!(tx.new_callback(id).await.expect("read"), Some(callback));
    // Nobody else has it while it is leased, and a job takes it over after that.
    assert!(
        !tx.is_due(Claim::Callbacks, at(499))
            .await
            .expect("an answer")
    );
    let claimed = tx.claim(Claim::Callbacks, at(500), lease, 1).await;
    assert_eq!(claimed.expect("claimed")[0].attempt, 2);
    tx.callback_done(id, "credited").await.expect("done");
    assert!(tx.reopen_callback(id, at(900)).await.expect("asked"));
    tx.callback_done(id, "repeated").await.expect("done");
    let row = tx.inbox_row(id).await.expect("read").expect("known");
    assert_eq!(row.outcome.as_deref(), Some("repeated"));
    assert_eq!(row.first_outcome.as_deref(), Some("unusable"));
    assert_eq!((row.replays, row.attempt, row.is_done()), (2, 1, true));
    let unknown = bench.random(|rng| CallbackId::new(NOW, rng));
    assert!(!tx.reopen_callback(unknown, at(900)).await.expect("asked"));
}

async fn the_dead_come_in_their_order(bench: &Bench) {
    let kinds = [
        CallbackKind::Stk,
        CallbackKind::SmsDelivery,
        CallbackKind::Stk,
        CallbackKind::Stk,
    ];
    let callbacks = kinds.map(|kind| callback(bench, kind));
    let mut tx = bench.write().await;
    for (callback, ms) in callbacks.iter().zip([5, 1, 3, 0]) {
        tx.add_callback(callback, "", at(ms)).await.expect("kept");
    }
    for callback in &callbacks[..3] {
        tx.callback_failed(callback.id, "unusable", None)
            .await
            .expect("left");
    }
    let [late, report, early, _] = callbacks.map(|callback| callback.id);
    let dead = tx.dead_callbacks(None).await.expect("ids");
    assert_eq!(dead, [report, early, late]);
    let dead = tx.dead_callbacks(Some("stk")).await.expect("ids");
    assert_eq!(dead, [early, late]);
}
