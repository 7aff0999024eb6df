//! The outbox: one SMS for each event, sent by the holder of the lease, and reports that undo nothing.

use std::time::Duration;

use majibu::{
    core::{
        ids::SmsId,
        msisdn::Msisdn,
        sms::{Consent, ConsentSource, Route, SmsClass},
        time::Timestamp,
    },
    store::{
        Claim, Kept, Leased, OutboxFigure, OutboxRow, OutboxTrouble, Sms, SmsFate, SmsRow,
        SmsState, StoreError, Tx,
    },
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
    a_report_finds_no_sms_of_the_second_sender,
    what_was_not_tried_does_not_count,
    a_batch_is_kept_row_by_row,
    a_number_that_refuses_promotions_is_told_with_the_row,
    what_waits_is_counted_by_class,
    why_sms_were_not_sent_is_told_the_most_frequent_first,
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
        class: SmsClass::Receipt,
        body: "Umeshinda KES 800. @£$é".into(),
    }
}

/// The lease of an SMS.
fn leased(sms: &Sms, lease: i64) -> Leased {
    Leased {
        id: sms.id.to_string(),
        lease,
        attempt: 0,
        trace_id: None,
    }
}

/// The row that the holder of a lease is to send.
async fn to_send(tx: &mut Tx, sms: &Sms, lease: i64) -> Option<OutboxRow> {
    let rows = tx.texts_to_send(&[leased(sms, lease)]).await;
    rows.expect("read").into_iter().next()
}

/// Writes down what became of an SMS.
async fn keep(tx: &mut Tx, sms: &Sms, lease: i64, fate: SmsFate, now: Timestamp) {
    let kept = Kept {
        id: sms.id,
        lease,
        fate,
        route: Some(Route::First),
        why: None,
    };
    tx.keep_texts(&[kept], now).await.expect("kept");
}

fn accepted(id: &str) -> SmsFate {
    SmsFate::Sent(Some(id.into()))
}

/// An SMS that the gateway has accepted as `AT1`.
async fn sent(bench: &Bench) -> (Sms, Tx) {
    let sms = about(bench, "result:1").await;
    let mut tx = bench.write().await;
    tx.add_sms(&sms, NOW).await.expect("added");
    keep(&mut tx, &sms, 0, accepted("AT1"), NOW).await;
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
    assert_eq!(to_send(&mut tx, &again, 0).await, None);
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
        lease,
        attempt: 1,
        msisdn: msisdn(1),
        class: SmsClass::Receipt,
        body: sms.body.clone(),
        refuses_promotions: false,
        trace: None,
    };
    assert_eq!(to_send(&mut tx, &sms, lease).await, Some(row));
    keep(&mut tx, &sms, lease, accepted("AT1"), at(5)).await;
    assert_eq!(state(&mut tx, &sms).await, "sent");
    assert_eq!(to_send(&mut tx, &sms, lease).await, None);
    let much_later = at(1_000_000_000);
    assert!(!tx.is_due(Claim::Sms, much_later).await.expect("an answer"));
    tx.commit().await.expect("committed");
    let kept = "select count(*) from outbox
        where sender = 'first' and provider_id = 'AT1' and sent_at_ms = (
            select max(created_at_ms) + 5 from outbox)";
    assert_eq!(bench.number(kept).await, 1);
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
    assert_eq!(to_send(&mut tx, &sms, old).await, None);
    for fate in [accepted("AT1"), SmsFate::GivenUp, SmsFate::Back(NOW)] {
        keep(&mut tx, &sms, old, fate, NOW).await;
    }
    assert_eq!(state(&mut tx, &sms).await, "pending");
    assert_eq!(to_send(&mut tx, &sms, new).await.expect("a row").attempt, 2);
}

async fn an_sms_that_was_not_sent_is_tried_again_or_given_up(bench: &Bench) {
    let sms = about(bench, "result:1").await;
    let mut tx = bench.write().await;
    tx.add_sms(&sms, NOW).await.expect("added");
    keep(&mut tx, &sms, 0, SmsFate::Again(at(500)), NOW).await;
    assert_eq!(state(&mut tx, &sms).await, "pending");
    assert!(!tx.is_due(Claim::Sms, at(499)).await.expect("an answer"));
    let claimed = tx.claim(Claim::Sms, at(500), LEASE, 1).await;
    let lease = claimed.expect("claimed")[0].lease;
    keep(&mut tx, &sms, lease, SmsFate::GivenUp, NOW).await;
    assert_eq!(state(&mut tx, &sms).await, "failed");
    let later = at(1_000_000);
    assert!(!tx.is_due(Claim::Sms, later).await.expect("an answer"));
    keep(&mut tx, &sms, lease, accepted("AT1"), NOW).await;
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
    for fate in [accepted("AT2"), SmsFate::GivenUp, SmsFate::Again(NOW)] {
        keep(&mut tx, &sms, 0, fate, NOW).await;
    }
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

async fn a_report_finds_no_sms_of_the_second_sender(bench: &Bench) {
    let sms = about(bench, "result:1").await;
    let mut tx = bench.write().await;
    tx.add_sms(&sms, NOW).await.expect("added");
    let kept = Kept {
        id: sms.id,
        lease: 0,
        fate: accepted("AT1"),
        route: Some(Route::Fallback),
        why: None,
    };
    tx.keep_texts(&[kept], NOW).await.expect("kept");
    let known = tx.sms_reported("AT1", SmsState::Failed, None).await;
    assert!(!known.expect("an answer"));
    assert_eq!(state(&mut tx, &sms).await, "sent");
}

async fn what_was_not_tried_does_not_count(bench: &Bench) {
    let sms = about(bench, "result:1").await;
    let mut tx = bench.write().await;
    tx.add_sms(&sms, NOW).await.expect("added");
    for ms in [0, 100, 200] {
        let claimed = tx.claim(Claim::Sms, at(ms), LEASE, 1).await;
        let claimed = claimed.expect("claimed");
        assert_eq!(claimed[0].attempt, 1, "at {ms}");
        let back = SmsFate::Back(at(ms + 100));
        keep(&mut tx, &sms, claimed[0].lease, back, NOW).await;
        assert!(!tx.is_due(Claim::Sms, at(ms + 99)).await.expect("an answer"));
    }
}

async fn a_batch_is_kept_row_by_row(bench: &Bench) {
    let mut all = Vec::new();
    for event in ["1", "2", "3", "4", "5"] {
        all.push(about(bench, event).await);
    }
    let mut tx = bench.write().await;
    tx.add_all_sms(&all, NOW).await.expect("added");
    let claimed = tx.claim(Claim::Sms, NOW, LEASE, 5).await.expect("claimed");
    let rows = tx.texts_to_send(&claimed).await.expect("read");
    let ids: Vec<SmsId> = rows.iter().map(|row| row.id).collect();
    let written: Vec<SmsId> = all.iter().map(|sms| sms.id).collect();
    assert_eq!(ids.len(), 5);
    assert!(written.iter().all(|id| ids.contains(id)));
    // The last is nobody's of this lease.
    let fates = [
        (1, accepted("AT1"), None),
        (1, SmsFate::Sent(None), Some("401 RiskHold")),
        (1, SmsFate::Again(at(9)), Some("501 GatewayError \"\\'")),
        (1, SmsFate::GivenUp, Some("403")),
        (7, SmsFate::GivenUp, Some("late")),
    ];
    let kept = fates
        .into_iter()
        .zip(&all)
        .map(|((lease, fate, why), sms)| Kept {
            id: sms.id,
            lease,
            fate,
            route: Some(Route::First),
            why: why.map(str::to_owned),
        });
    let kept: Vec<Kept> = kept.collect();
    tx.keep_texts(&kept, at(3)).await.expect("kept");
    tx.commit().await.expect("committed");
    let told = bench.texts(
        "select cause || ' ' || state || ' ' || coalesce(provider_id, '-') || ' '
            || coalesce(failure, '-') from outbox order by cause",
    );
    assert_eq!(
        told.await,
        [
            "1 sent AT1 -",
            "2 sent - 401 RiskHold",
            "3 pending - 501 GatewayError \"\\'",
            "4 failed - 403",
            "5 pending - -",
        ]
    );
}

/// Whether a number takes promotions no more, as its row says.
async fn refuses(tx: &mut Tx, sms: &Sms) -> bool {
    let row = to_send(tx, sms, 0).await.expect("to be sent");
    row.refuses_promotions
}

async fn a_number_that_refuses_promotions_is_told_with_the_row(bench: &Bench) {
    let sms = about(bench, "1").await;
    let mut tx = bench.write().await;
    tx.add_sms(&sms, NOW).await.expect("added");
    assert!(!refuses(&mut tx, &sms).await);
    let numbers: [Msisdn; 3] = [msisdn(1), msisdn(2), msisdn(1)];
    tx.keep_refusals(&numbers, at(5)).await.expect("kept");
    assert!(refuses(&mut tx, &sms).await);
    assert!(tx.refuses_promotions(&msisdn(2)).await.expect("read"));
    // START came later, so an answer to an older request does not undo it.
    let one = msisdn(1);
    let given = tx.keep_consent(&one, Consent::Given, ConsentSource::Keyword, at(9));
    given.await.expect("kept");
    tx.keep_refusals(&numbers, at(8)).await.expect("kept");
    assert!(!refuses(&mut tx, &sms).await);
}

async fn what_waits_is_counted_by_class(bench: &Bench) {
    let about = about(bench, "any").await;
    let mut tx = bench.write().await;
    assert_eq!(tx.outbox_figures().await.expect("read"), []);
    for (event, class, ms) in [
        ("1", SmsClass::Promotion, 4),
        ("2", SmsClass::Receipt, 3),
        ("3", SmsClass::Receipt, 1),
        ("4", SmsClass::Receipt, 2),
    ] {
        let sms = Sms {
            id: bench.random(|rng| SmsId::new(NOW, rng)),
            cause: event.into(),
            class,
            ..about.clone()
        };
        tx.add_sms(&sms, at(ms)).await.expect("added");
        if event == "4" {
            keep(&mut tx, &sms, 0, accepted("AT1"), at(9)).await;
        }
    }
    let figure = |class, waiting, ms| OutboxFigure {
        class,
        waiting,
        oldest: at(ms),
    };
    assert_eq!(
        tx.outbox_figures().await.expect("read"),
        [
            figure(SmsClass::Receipt, 2, 1),
            figure(SmsClass::Promotion, 1, 4)
        ]
    );
}

async fn why_sms_were_not_sent_is_told_the_most_frequent_first(bench: &Bench) {
    let about = about(bench, "any").await;
    let mut tx = bench.write().await;
    for (event, fate, why) in [
        ("1", SmsFate::GivenUp, "403 InvalidPhoneNumber"),
        ("2", SmsFate::Again(at(1)), "777 NobodyKnows"),
        ("3", SmsFate::Again(at(2)), "777 NobodyKnows"),
        ("4", SmsFate::Sent(None), "401 RiskHold"),
    ] {
        let sms = Sms {
            id: bench.random(|rng| SmsId::new(NOW, rng)),
            cause: event.into(),
            ..about.clone()
        };
        tx.add_sms(&sms, at(10)).await.expect("added");
        let kept = Kept {
            id: sms.id,
            lease: 0,
            fate,
            route: Some(Route::First),
            why: Some(why.into()),
        };
        tx.keep_texts(&[kept], NOW).await.expect("kept");
    }
    let trouble = |state: &str, failure: &str, count| OutboxTrouble {
        state: state.into(),
        failure: failure.into(),
        count,
    };
    let told: Result<_, StoreError> = tx.outbox_troubles(at(10), 9).await;
    assert_eq!(
        told.expect("read"),
        [
            trouble("pending", "777 NobodyKnows", 2),
            trouble("failed", "403 InvalidPhoneNumber", 1),
        ]
    );
    assert_eq!(tx.outbox_troubles(at(11), 9).await.expect("read"), []);
    assert_eq!(tx.outbox_troubles(at(10), 1).await.expect("read").len(), 1);
}
