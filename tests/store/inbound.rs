//! SMS that came in: each is known once, answers are counted by number, and a number's last word
//! about promotions counts.

use std::time::Duration;

use majibu::{
    core::{
        ids::SmsId,
        sms::{Answer, Consent, ConsentSource, Keyword, SmsClass},
    },
    store::{Claim, Inbound, Sms},
};

use crate::{
    bench::{Bench, at_once},
    given::{NOW, at, msisdn},
};

on_each_engine!(
    a_message_is_known_once,
    a_message_is_known_once_by_many_at_once,
    answers_are_counted_by_number_and_time,
    the_last_word_about_promotions_counts,
    an_sms_may_go_to_a_number_that_is_no_player,
    messages_are_forgotten_by_age,
);

fn inbound(identity: &str, number: usize, ms: i64) -> Inbound {
    Inbound {
        identity: identity.into(),
        msisdn: msisdn(number),
        keyword: Some(Keyword::Balance),
        received_at: at(ms),
    }
}

async fn a_message_is_known_once(bench: &Bench) {
    let mut tx = bench.write().await;
    let first = inbound("id:1", 1, 0);
    assert!(tx.add_inbound(&first).await.expect("added"));
    assert!(!tx.add_inbound(&first).await.expect("known"));
    let mut other = inbound("id:2", 1, 0);
    other.keyword = None;
    assert!(tx.add_inbound(&other).await.expect("added"));
    tx.commit().await.expect("committed");
    let unknown = "select count(*) from sms_inbound where keyword is null and answer is null";
    assert_eq!(bench.number(unknown).await, 1);
}

async fn a_message_is_known_once_by_many_at_once(bench: &Bench) {
    let added = at_once(|_| {
        let store = bench.store.clone();
        async move {
            let mut tx = store.write().await.expect("a transaction");
            tx.serialise_sender(&msisdn(1)).await.expect("serialised");
            let added = tx.add_inbound(&inbound("id:1", 1, 0)).await.expect("added");
            tx.commit().await.expect("committed");
            added
        }
    })
    .await;
    assert_eq!(added.into_iter().filter(|added| *added).count(), 1);
}

async fn answers_are_counted_by_number_and_time(bench: &Bench) {
    let mut tx = bench.write().await;
    for (identity, number, ms, answer) in [
        ("a", 1, 0, Some(Answer::Balance)),
        ("b", 1, 1_000, Some(Answer::UnaskedHelp)),
        ("c", 1, 2_000, None),
        ("d", 2, 2_000, Some(Answer::Balance)),
    ] {
        let inbound = inbound(identity, number, ms);
        assert!(tx.add_inbound(&inbound).await.expect("added"));
        if let Some(answer) = answer {
            let answered = tx.inbound_answered(identity, answer).await;
            answered.expect("answered");
        }
    }
    for (since, count) in [(-1, 2), (0, 1), (999, 1), (1_000, 0)] {
        let answers = tx.answers_since(&msisdn(1), at(since)).await;
        assert_eq!(answers.expect("counted"), count, "since {since}");
    }
    for (number, answer, since, had) in [
        (1, Answer::Balance, -1, true),
        (1, Answer::Balance, 0, false),
        (1, Answer::UnaskedHelp, 0, true),
        (1, Answer::Help, -1, false),
        (2, Answer::UnaskedHelp, -1, false),
        (3, Answer::Balance, -1, false),
    ] {
        let found = tx
            .had_answer_since(&msisdn(number), answer, at(since))
            .await;
        assert_eq!(found.expect("read"), had, "{number} {answer:?} {since}");
    }
}

async fn the_last_word_about_promotions_counts(bench: &Bench) {
    let number = msisdn(1);
    let mut tx = bench.write().await;
    assert!(!tx.refuses_promotions(&number).await.expect("read"));
    for (consent, ms, changes, refuses) in [
        (Consent::Given, 1, false, false),
        (Consent::Refused, 2, true, true),
        (Consent::Refused, 3, false, true),
        // Told late: the number has said something since.
        (Consent::Given, 1, false, true),
        (Consent::Given, 4, true, false),
        (Consent::Refused, 4, true, true),
    ] {
        let source = ConsentSource::Keyword;
        let kept = tx.keep_consent(&number, consent, source, at(ms)).await;
        assert_eq!(kept.expect("kept"), changes, "{consent:?} at {ms}");
        let found = tx.refuses_promotions(&number).await.expect("read");
        assert_eq!(found, refuses, "{consent:?} at {ms}");
    }
    let source = ConsentSource::Gateway;
    let kept = tx
        .keep_consent(&msisdn(2), Consent::Refused, source, NOW)
        .await;
    assert!(kept.expect("kept"), "a number of which nothing is known");
}

async fn an_sms_may_go_to_a_number_that_is_no_player(bench: &Bench) {
    let sms = Sms {
        id: bench.random(|rng| SmsId::new(NOW, rng)),
        cause: "inbound:id:1".into(),
        player: None,
        msisdn: msisdn(1),
        kind: "register",
        class: SmsClass::Answer,
        body: "Dial *384*55#".into(),
    };
    let promotion = Sms {
        id: bench.random(|rng| SmsId::new(NOW, rng)),
        cause: "promotion:1".into(),
        player: Some(bench.player(2).await),
        class: SmsClass::Promotion,
        ..sms.clone()
    };
    let mut tx = bench.write().await;
    for sms in [&sms, &promotion] {
        tx.add_sms(sms, NOW).await.expect("added");
    }
    let lease = Duration::from_secs(60);
    for (what, sms) in [(Claim::Sms, sms), (Claim::Promotions, promotion)] {
        let claimed = tx.claim(what, NOW, lease, 9).await.expect("claimed");
        let rows = tx.texts_to_send(&claimed).await.expect("read");
        assert_eq!(rows.len(), 1, "{}", what.name());
        assert_eq!((rows[0].class, &rows[0].msisdn), (sms.class, &sms.msisdn));
    }
}

async fn messages_are_forgotten_by_age(bench: &Bench) {
    let mut tx = bench.write().await;
    for (identity, ms) in [("a", 0), ("b", 1), ("c", 2)] {
        let added = tx.add_inbound(&inbound(identity, 1, ms)).await;
        added.expect("added");
    }
    assert_eq!(tx.forget_inbound(at(2)).await.expect("forgotten"), 2);
    assert!(!tx.add_inbound(&inbound("c", 1, 2)).await.expect("known"));
}
