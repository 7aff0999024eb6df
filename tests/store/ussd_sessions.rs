//! How sessions ended: one row each, whatever comes twice; figures over a span; forgotten by age.

use majibu::{
    core::money::Cents,
    store::{EndedSession, Measure},
};

use crate::{
    bench::{Bench, CROWD, at_once},
    given::{NOW, at, is_refused},
};

on_each_engine!(
    a_session_ends_once,
    a_session_ends_once_for_many_at_once,
    figures_are_of_the_span_that_was_asked_for,
    the_median_is_the_one_in_the_middle,
    a_status_that_is_none_is_refused,
    old_sessions_are_forgotten,
);

fn ended(id: &str) -> EndedSession {
    EndedSession {
        id: id.into(),
        gateway: "africastalking".into(),
        network: "63902".into(),
        service_code: "*384*55#".into(),
        status: "incomplete",
        word: "Incomplete".into(),
        hops: Some(3),
        duration_ms: Some(20_000),
        cost: "KES 0.10".into(),
        cost_cents: Some(Cents::new(10)),
        last_screen: "home".into(),
        is_known: true,
    }
}

async fn a_session_ends_once(bench: &Bench) {
    let mut tx = bench.write().await;
    assert!(tx.end_session(&ended("s1"), NOW).await.expect("written"));
    let later = EndedSession {
        status: "success",
        hops: None,
        ..ended("s1")
    };
    assert!(!tx.end_session(&later, at(5)).await.expect("no effect"));
    assert!(
        tx.end_session(&ended("hubtel/s1"), NOW)
            .await
            .expect("written")
    );
    let statuses = tx.sessions_by_status(NOW).await.expect("figures");
    assert_eq!(statuses.len(), 1);
    assert_eq!(
        (statuses[0].status.as_str(), statuses[0].sessions),
        ("incomplete", 2)
    );
    tx.commit().await.expect("committed");
}

async fn a_session_ends_once_for_many_at_once(bench: &Bench) {
    let told = at_once(|_| {
        let store = bench.store.clone();
        async move {
            let mut tx = store.write().await.expect("a transaction");
            let is_news = tx.end_session(&ended("s1"), NOW).await.expect("written");
            tx.commit().await.expect("committed");
            is_news
        }
    })
    .await;
    assert_eq!(told.len(), CROWD);
    assert_eq!(told.into_iter().filter(|is_news| *is_news).count(), 1);
}

async fn figures_are_of_the_span_that_was_asked_for(bench: &Bench) {
    let mut tx = bench.write().await;
    let bare = |id: &str| EndedSession {
        hops: None,
        duration_ms: None,
        cost: "USD 0.01".into(),
        cost_cents: None,
        last_screen: String::new(),
        is_known: false,
        ..ended(id)
    };
    let success = |id: &str| EndedSession {
        status: "success",
        ..ended(id)
    };
    for (session, ms) in [
        (ended("old"), -1),
        (ended("a"), 0),
        (ended("b"), 1),
        (bare("c"), 2),
        (success("d"), 3),
    ] {
        assert!(tx.end_session(&session, at(ms)).await.expect("written"));
    }
    let statuses = tx.sessions_by_status(NOW).await.expect("figures");
    let rows: Vec<_> = statuses
        .iter()
        .map(|row| {
            (
                row.status.as_str(),
                row.sessions,
                row.cost_cents,
                row.unreadable_costs,
            )
        })
        .collect();
    assert_eq!(rows, [("incomplete", 3, 20, 1), ("success", 1, 10, 0)]);
    let left = tx.given_up_on(NOW, 10).await.expect("figures");
    assert_eq!(left, [("home".to_owned(), 2), (String::new(), 1)]);
    assert_eq!(tx.given_up_on(NOW, 1).await.expect("figures").len(), 1);
    assert_eq!(tx.sessions_by_status(at(4)).await.expect("figures"), []);
}

async fn the_median_is_the_one_in_the_middle(bench: &Bench) {
    let mut tx = bench.write().await;
    for measure in [Measure::Hops, Measure::DurationMs] {
        let none = tx.median_of_sessions(measure, NOW).await.expect("figures");
        assert_eq!(none, None);
    }
    let mut medians = Vec::new();
    for (place, hops) in [Some(9), None, Some(1), Some(5), Some(7), Some(100)]
        .into_iter()
        .enumerate()
    {
        let session = EndedSession {
            hops,
            duration_ms: hops.map(|hops| u64::from(hops) * 1_000),
            ..ended(&place.to_string())
        };
        tx.end_session(&session, NOW).await.expect("written");
        let hops = tx
            .median_of_sessions(Measure::Hops, NOW)
            .await
            .expect("figures");
        let ms = tx
            .median_of_sessions(Measure::DurationMs, NOW)
            .await
            .expect("figures");
        assert_eq!(hops.map(|hops| hops * 1_000), ms);
        medians.push(hops.unwrap_or_default());
    }
    assert_eq!(medians, [9, 9, 1, 5, 5, 7]);
}

async fn a_status_that_is_none_is_refused(bench: &Bench) {
    let mut tx = bench.write().await;
    let odd = EndedSession {
        status: "paid",
        ..ended("s1")
    };
    assert!(is_refused(&tx.end_session(&odd, NOW).await));
}

async fn old_sessions_are_forgotten(bench: &Bench) {
    let mut tx = bench.write().await;
    for (id, ms) in [("a", -2), ("b", -1), ("c", 0)] {
        tx.end_session(&ended(id), at(ms)).await.expect("written");
    }
    assert_eq!(tx.forget_sessions(NOW).await.expect("forgotten"), 2);
    assert_eq!(tx.forget_sessions(NOW).await.expect("forgotten"), 0);
    tx.commit().await.expect("committed");
    assert_eq!(bench.number("select count(*) from ussd_session").await, 1);
}
