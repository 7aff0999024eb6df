//! The fair play watch's counts and cases: counted once, summed over days, one row a case.

use std::collections::BTreeMap;

use majibu::{
    core::{
        fair::{Case, Company, Kind, Pace, Pair, Shared, Verdict},
        ids::{DepositId, FlagId, PlayerId},
        money::Cents,
        operator::{Actor, By, Why},
    },
    store::{FlagFilter, Looked, PayerMark},
};

use crate::{
    bench::Bench,
    given::{CATEGORY, NOW, STAKE, at},
};

on_each_engine!(
    settled_matches_are_found_in_order_and_once,
    meetings_are_summed_over_the_days_that_count,
    company_is_counted_by_day_and_pool,
    paces_are_summed_and_old_counts_forgotten,
    a_case_is_one_row_however_often_it_is_seen,
    a_dismissed_case_comes_back_when_there_is_more_to_it,
    payers_of_several_accounts_are_found_by_their_mark,
    a_key_is_made_once,
    purses_hold_what_was_paid_in_and_taken_out,
);

/// Two players, the one with the smaller id first.
async fn two(bench: &Bench) -> (PlayerId, PlayerId) {
    let (one, other) = (bench.player(1).await, bench.player(2).await);
    (one.min(other), one.max(other))
}

fn pair(a: PlayerId, b: PlayerId, met: i64, won_a: i64, won_b: i64, gain: i64) -> Pair {
    Pair {
        a,
        b,
        met,
        won_a,
        won_b,
        gain_a: Cents::new(gain),
    }
}

async fn settled_matches_are_found_in_order_and_once(bench: &Bench) {
    bench.leave_loose_ends();
    let (first, second) = bench.settled_match().await;
    let mut tx = bench.write().await;
    let answered = "insert into answer
        (entry_id, position, choice, is_correct, sent_at_ms, received_at_ms)";
    let sql = format!("{answered} values ('{}', 1, 2, 1, 1000, 1850)", first.id);
    let none = tx.matches_after(&Looked::default(), NOW, 10).await;
    assert_eq!(none.expect("matches"), [], "not before they are old enough");
    let found = tx.matches_after(&Looked::default(), at(1), 10).await;
    let found = found.expect("matches");
    let [played] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!((played.set, played.winner), (first.set, Some(first.id)));
    assert_eq!((played.settled_at, played.stake), (NOW, STAKE));
    assert_eq!(
        played.pool,
        format!("{}|{}", CATEGORY.to_lowercase(), STAKE.get())
    );
    let seats = [
        (first.id, first.player, Cents::new(16_000)),
        (second.id, second.player, Cents::ZERO),
    ];
    assert_eq!(played.seats, seats);
    let looked = Looked {
        at: NOW,
        id: first.set.to_string(),
    };
    assert_eq!(
        tx.looked("matches").await.expect("looked"),
        Looked::default()
    );
    tx.keep_looked("matches", &looked).await.expect("kept");
    let looked = tx.looked("matches").await.expect("looked");
    assert_eq!(
        tx.matches_after(&looked, at(1), 10).await.expect("matches"),
        []
    );
    let between = tx.matches_between(second.player, first.player, 5).await;
    assert_eq!(
        between.expect("matches"),
        [(first.set, NOW, Some(first.player))]
    );
    tx.commit().await.expect("committed");
    bench.raw(&sql).await.expect("an answer");
    let mut tx = bench.read().await;
    let answers = tx
        .timed_answers(&[first.id, second.id])
        .await
        .expect("answers");
    let answers: Vec<_> = answers
        .iter()
        .map(|one| (one.entry, one.took_ms, one.is_right))
        .collect();
    assert_eq!(answers, [(first.id, 850, true)]);
}

async fn meetings_are_summed_over_the_days_that_count(bench: &Bench) {
    let (a, b) = two(bench).await;
    let other = bench.player(3).await;
    let (c, d) = (a.min(other), a.max(other));
    let mut tx = bench.write().await;
    let days = [
        (1, pair(a, b, 9, 9, 0, 9_000)),
        (2, pair(a, b, 2, 1, 1, 500)),
        (3, pair(a, b, 1, 0, 1, -700)),
        (3, pair(c, d, 1, 1, 0, 5)),
    ];
    tx.add_meetings(&days).await.expect("added");
    tx.add_meetings(&[(3, pair(a, b, 1, 0, 1, -800))])
        .await
        .expect("added");
    let sums = tx.pairs_since(&[(a, b)], 2).await.expect("sums");
    assert_eq!(sums, [pair(a, b, 4, 1, 3, -1_000)]);
    assert_eq!(tx.pairs_since(&[(b, a)], 2).await.expect("sums"), []);
    for (least, count) in [(1_000, 1), (1_001, 0), (5, 2)] {
        let flows = tx
            .flows_of(&[a], Cents::new(least), 2)
            .await
            .expect("flows");
        assert_eq!(flows.len(), count, "{least}");
    }
    let of_other = tx.flows_of(&[b], Cents::new(1), 2).await.expect("flows");
    assert_eq!(
        of_other,
        [pair(a, b, 4, 1, 3, -1_000)],
        "whoever is asked about"
    );
}

async fn company_is_counted_by_day_and_pool(bench: &Bench) {
    let (a, b) = two(bench).await;
    let mut tx = bench.write().await;
    let seat = |player, day, pool: &str, games| ((player, day, pool.to_owned()), games);
    let seats = BTreeMap::from([
        seat(a, 1, "bible|20", 3),
        seat(b, 1, "bible|20", 2),
        seat(a, 1, "bible|50", 4),
        seat(b, 2, "bible|20", 5),
    ]);
    let pools = BTreeMap::from([((1, "bible|20".to_owned()), 50)]);
    for _ in 0..2 {
        tx.add_company(&seats, &pools).await.expect("added");
    }
    let company = tx.company_of(&[(a, b)], 1).await.expect("company");
    let both = Company {
        games_a: 6,
        games_b: 4,
        matches: 100,
    };
    assert_eq!(company, BTreeMap::from([((a, b), vec![both])]));
    assert!(
        tx.company_of(&[(a, b)], 2)
            .await
            .expect("company")
            .is_empty()
    );
}

async fn paces_are_summed_and_old_counts_forgotten(bench: &Bench) {
    let (a, b) = two(bench).await;
    let mut tx = bench.write().await;
    let pace = |answers| Pace {
        player: a,
        answers,
        fast: 2,
        fast_right: 1,
        total_ms: 5_000,
        total_square: 9_000_000,
    };
    tx.add_paces(&[(1, pace(5)), (2, pace(6)), (3, pace(7))])
        .await
        .expect("added");
    tx.add_meetings(&[(1, pair(a, b, 1, 0, 0, 0))])
        .await
        .expect("added");
    let sums = tx.paces_since(&[a, b], 2).await.expect("sums");
    let sum = Pace {
        player: a,
        answers: 13,
        fast: 4,
        fast_right: 2,
        total_ms: 10_000,
        total_square: 18_000_000,
    };
    assert_eq!(sums, [sum]);
    assert_eq!(tx.forget_counts(3).await.expect("forgotten"), 3);
    assert_eq!(tx.paces_since(&[a], 0).await.expect("sums"), [pace(7)]);
}

fn case(players: Vec<PlayerId>, score: i64) -> Case {
    Case {
        kind: Kind::MeetOften,
        about: "pair".into(),
        players,
        score,
        summary: format!("score {score}"),
        evidence: vec![("matches", "6".into()), ("expected", "0.1".into())],
    }
}

fn by() -> By {
    By {
        actor: Actor::admin("wanjiru"),
        why: Why::new("they are sisters").expect("a reason"),
    }
}

async fn a_case_is_one_row_however_often_it_is_seen(bench: &Bench) {
    let (a, b) = two(bench).await;
    let ids = [1, 2].map(|ms| bench.random(|rng| FlagId::new(at(ms), rng)));
    let mut tx = bench.write().await;
    let kept = tx.keep_case(ids[0], &case(vec![a, b], 100), at(1)).await;
    assert_eq!(kept.expect("kept"), Some(ids[0]), "it is new");
    let kept = tx.keep_case(ids[1], &case(vec![a, b], 130), at(2)).await;
    assert_eq!(kept.expect("kept"), None, "it is known");
    assert_eq!(tx.open_flags().await.expect("a count"), 1);
    let flags = tx.flags(&FlagFilter::default(), 10).await.expect("cases");
    let [flag] = flags.as_slice() else {
        panic!("{flags:?}")
    };
    assert_eq!(
        (flag.id, flag.score, flag.summary.as_str()),
        (ids[0], 130, "score 130")
    );
    assert_eq!((flag.first_seen, flag.last_seen), (at(1), at(2)));
    assert_eq!(flag.players, [a, b]);
    assert_eq!(flag.evidence[1], ("expected".to_owned(), "0.1".to_owned()));
    let of = |player| FlagFilter {
        player: Some(player),
        ..FlagFilter::default()
    };
    let stranger = bench.random(|rng| PlayerId::new(NOW, rng));
    for (player, count) in [(b, 1), (stranger, 0)] {
        assert_eq!(tx.flags(&of(player), 10).await.expect("cases").len(), count);
    }
    assert_eq!(tx.flag(ids[1]).await.expect("an answer"), None);
}

async fn a_dismissed_case_comes_back_when_there_is_more_to_it(bench: &Bench) {
    let (a, b) = two(bench).await;
    let id = bench.random(|rng| FlagId::new(NOW, rng));
    let mut tx = bench.write().await;
    for (verdict, comes_back) in [(Verdict::Confirmed, false), (Verdict::Dismissed, true)] {
        tx.keep_case(id, &case(vec![a, b], 100), NOW)
            .await
            .expect("kept");
        assert!(
            tx.review_flag(id, verdict, &by(), at(5))
                .await
                .expect("reviewed")
        );
        for (score, is_back) in [(199, false), (200, comes_back)] {
            let kept = tx.keep_case(id, &case(vec![a, b], score), at(6)).await;
            assert_eq!(
                kept.expect("kept").is_some(),
                is_back,
                "{verdict:?} {score}"
            );
        }
        let flag = tx.flag(id).await.expect("an answer").expect("a case");
        assert_eq!(flag.verdict.is_none(), comes_back);
        let review = ("wanjiru".to_owned(), at(5), "they are sisters".to_owned());
        assert_eq!(flag.review, Some(review), "what was said stays");
        let open = tx.flags(&FlagFilter::default(), 10).await.expect("cases");
        assert_eq!(open.len(), usize::from(comes_back));
    }
    let all = FlagFilter {
        all: true,
        player: None,
    };
    assert_eq!(tx.flags(&all, 10).await.expect("cases").len(), 1);
    let nobody = bench.random(|rng| FlagId::new(NOW, rng));
    let reviewed = tx.review_flag(nobody, Verdict::Confirmed, &by(), NOW).await;
    assert!(!reviewed.expect("an answer"));
}

async fn payers_of_several_accounts_are_found_by_their_mark(bench: &Bench) {
    let (ann, ben) = two(bench).await;
    let mut deposits: Vec<DepositId> = Vec::new();
    for player in [ann, ann, ben, ben] {
        deposits.push(bench.fund(player, 1_000).await);
    }
    let mark = |payer: &str, is_certain| PayerMark {
        payer: payer.into(),
        is_certain,
    };
    let mut tx = bench.write().await;
    for (deposit, player, mark, ms) in [
        (deposits[0], ann, mark("shared", true), 1),
        (deposits[1], ann, mark("shared", true), 2),
        (deposits[2], ben, mark("shared", true), 3),
        (deposits[3], ben, mark("own", false), 4),
        (deposits[3], ben, mark("shared", true), 5),
    ] {
        tx.keep_payer(deposit, player, &mark, at(ms))
            .await
            .expect("kept");
    }
    let paid = tx
        .payers_after(&Looked::default(), at(4), 10)
        .await
        .expect("payers");
    assert_eq!(
        paid.iter().filter(|(payer, _)| payer == "shared").count(),
        3
    );
    let last = &paid.last().expect("payers").1;
    let paid = tx.payers_after(last, at(9), 10).await.expect("payers");
    assert_eq!(paid.len(), 1, "the first mark of a deposit counts");
    let payers = ["shared".to_owned(), "own".to_owned(), "nobody".to_owned()];
    let shared = tx.shared_payers(&payers).await.expect("payers");
    let expected = Shared {
        payer: "shared".into(),
        is_certain: true,
        accounts: vec![(ann, 2), (ben, 1)],
        met: 0,
    };
    assert_eq!(shared, [expected]);
}

async fn a_key_is_made_once(bench: &Bench) {
    let mut tx = bench.write().await;
    assert_eq!(tx.secret_key("payer").await.expect("an answer"), None);
    for key in ["first", "second"] {
        let kept = tx.make_secret_key("payer", key).await;
        assert_eq!(kept.expect("a key"), "first");
    }
}

async fn purses_hold_what_was_paid_in_and_taken_out(bench: &Bench) {
    let (ann, ben) = (bench.funded(1, 70_000).await, bench.player(2).await);
    let mut tx = bench.write().await;
    let purses = tx.purses_since(&[ann, ben], NOW).await.expect("purses");
    assert_eq!(purses[&ann].deposited, Cents::new(70_000));
    assert_eq!(purses[&ben].deposited, Cents::ZERO);
    assert_eq!(purses[&ann].withdrawn, Cents::ZERO);
    let later = tx.purses_since(&[ann], at(1)).await.expect("purses");
    assert_eq!(later[&ann].deposited, Cents::ZERO);
    assert_eq!(
        tx.withdrawals_after(&Looked::default(), at(9), 5)
            .await
            .expect("none"),
        []
    );
}
