//! Receipts of hops: one for each hop, the latest of a session, forgotten by age.

use majibu::store::Tx;

use crate::{
    bench::{Bench, CROWD, at_once},
    given::{NOW, at, is_conflict, msisdn},
};

on_each_engine!(
    a_hop_has_one_receipt,
    a_hop_has_one_receipt_of_many_at_once,
    the_last_receipt_is_the_latest_of_its_session,
    receipts_are_forgotten_by_age,
);

async fn keep(tx: &mut Tx, session: &str, transcript: &str, ms: i64) {
    let kept = tx
        .keep_receipt(session, transcript, &msisdn(1), transcript, at(ms))
        .await;
    kept.expect("kept");
}

async fn last(tx: &mut Tx, session: &str) -> Option<String> {
    let receipt = tx.last_receipt(session).await.expect("read");
    receipt.map(|(_, conversation)| conversation)
}

async fn a_hop_has_one_receipt(bench: &Bench) {
    let json = r#"{"phone":"+254712000001","text":"swali ’ñ"}"#;
    let mut tx = bench.write().await;
    tx.keep_receipt("s1", "1*1", &msisdn(1), json, NOW)
        .await
        .expect("kept");
    tx.commit().await.expect("committed");
    let mut tx = bench.write().await;
    let again = tx.keep_receipt("s1", "1*1", &msisdn(2), "{}", at(9)).await;
    assert!(is_conflict(&again), "{again:?}");
    drop(tx);
    let mut tx = bench.write().await;
    let kept = tx.receipt("s1", "1*1").await.expect("read");
    assert_eq!(kept, Some((msisdn(1).e164().to_owned(), json.to_owned())));
    for (session, transcript) in [("s1", "1"), ("s1", ""), ("s2", "1*1"), ("S1", "1*1")] {
        let other = tx.receipt(session, transcript).await.expect("read");
        assert_eq!(other, None, "{session} {transcript:?}");
    }
    keep(&mut tx, "s2", "1*1", 0).await;
}

async fn a_hop_has_one_receipt_of_many_at_once(bench: &Bench) {
    let kept = at_once(|task| {
        let store = bench.store.clone();
        async move {
            let mut tx = store.write().await.expect("a transaction");
            let conversation = task.to_string();
            tx.keep_receipt("s1", "", &msisdn(1), &conversation, NOW)
                .await?;
            tx.commit().await
        }
    })
    .await;
    assert_eq!(kept.iter().filter(|one| one.is_ok()).count(), 1, "{kept:?}");
    let lost = kept.iter().filter(|one| is_conflict(one));
    assert_eq!(lost.count(), CROWD - 1, "{kept:?}");
    let mut tx = bench.read().await;
    let winner = kept.iter().position(Result::is_ok).expect("a winner");
    assert_eq!(last(&mut tx, "s1").await, Some(winner.to_string()));
}

/// A transcript only grows: how long it is tells more than the clocks of two processes.
async fn the_last_receipt_is_the_latest_of_its_session(bench: &Bench) {
    let mut tx = bench.write().await;
    assert_eq!(last(&mut tx, "s1").await, None);
    for (session, transcript, ms) in [("s1", "", 3), ("s1", "1", 5), ("s2", "7*7", 8)] {
        keep(&mut tx, session, transcript, ms).await;
    }
    assert_eq!(last(&mut tx, "s1").await.as_deref(), Some("1"));
    keep(&mut tx, "s1", "1*1", 5).await;
    let latest = last(&mut tx, "s1").await;
    assert_eq!(latest.as_deref(), Some("1*1"), "at the same instant");
    keep(&mut tx, "s1", "1*1*1", 4).await;
    let latest = last(&mut tx, "s1").await;
    assert_eq!(
        latest.as_deref(),
        Some("1*1*1"),
        "by a clock that is behind"
    );
    keep(&mut tx, "s1", "2*2*2", 9).await;
    let latest = last(&mut tx, "s1").await;
    assert_eq!(
        latest.as_deref(),
        Some("2*2*2"),
        "of two courses the later one"
    );
}

async fn receipts_are_forgotten_by_age(bench: &Bench) {
    let mut tx = bench.write().await;
    for (transcript, ms) in [("1", -2), ("1*1", -1), ("1*1*1", 0)] {
        keep(&mut tx, "s1", transcript, ms).await;
    }
    assert_eq!(tx.forget_receipts(NOW).await.expect("forgotten"), 2);
    assert_eq!(tx.forget_receipts(NOW).await.expect("forgotten"), 0);
    assert_eq!(tx.receipt("s1", "1").await.expect("read"), None);
    assert_eq!(last(&mut tx, "s1").await.as_deref(), Some("1*1*1"));
}
