//! Reports of the balance at M-Pesa: answered once, judged once, accepted or not, and what they are
//! held against.

use std::time::Duration;

use majibu::{
    core::{
        ids::{BalanceQuestionId, BalanceReportId, WithdrawalId},
        money::Cents,
        payment::{
            balance::{AccountBalance, Holdings, State, UnderWay},
            withdrawal::{Quote, hold, pay},
        },
    },
    store::{AskedBy, Claim, Judged, Tx},
};

use rand::{SeedableRng, rngs::StdRng};

use crate::{
    bench::Bench,
    given::{NOW, at},
};

const LEASE: Duration = Duration::from_secs(60);

on_each_engine!(
    a_report_waits_for_every_answer_and_keeps_what_was_found,
    a_report_is_judged_once,
    the_last_verdict_is_neither_a_suspicion_nor_a_failure,
    an_accepted_gap_is_the_baseline_and_ends_the_suspicion,
    a_question_is_answered_once,
    cash_is_what_came_in_less_what_went_out,
);

fn accounts(cents: i64) -> Vec<AccountBalance> {
    vec![AccountBalance {
        name: "Utility Account".into(),
        currency: "KES".into(),
        balance: Cents::new(cents),
    }]
}

fn judged(ms: i64, drift: i64, suspect_since: Option<i64>) -> Judged {
    Judged {
        at: at(ms),
        holdings: Holdings {
            held: Cents::new(drift),
            utility: None,
            charges: Cents::new(-5),
        },
        ledger: Cents::ZERO,
        gap: Cents::new(drift),
        baseline: Cents::ZERO,
        drift: Cents::new(drift),
        suspect_since: suspect_since.map(at),
    }
}

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// Begins a report at `ms` with questions to so many short codes.
async fn begin(
    tx: &mut Tx,
    ms: i64,
    by: AskedBy,
    codes: u64,
) -> (BalanceReportId, Vec<BalanceQuestionId>) {
    let id = BalanceReportId::new(at(ms), &mut rng(u64::try_from(ms).expect("positive")));
    let question = |n: u64| {
        let seed = u64::try_from(ms).expect("positive") + 1_000_000 * (n + 1);
        let id = BalanceQuestionId::new(at(ms), &mut rng(seed));
        (id, format!("60099{n}"))
    };
    let questions: Vec<_> = (0..codes).map(question).collect();
    tx.begin_balance_report(id, by, 1, &questions, at(ms))
        .await
        .expect("begun");
    (id, questions.into_iter().map(|(id, _)| id).collect())
}

async fn judge(
    tx: &mut Tx,
    ms: i64,
    state: State,
    drift: i64,
    since: Option<i64>,
) -> BalanceReportId {
    let (id, _) = begin(tx, ms, AskedBy::Job, 1).await;
    let judged = judged(ms + 1, drift, since);
    tx.judge_balance_report(id, state, &accounts(drift), &judged, &UnderWay::default())
        .await
        .expect("judged");
    id
}

async fn a_report_waits_for_every_answer_and_keeps_what_was_found(bench: &Bench) {
    let mut tx = bench.write().await;
    let (id, questions) = begin(&mut tx, 1_000, AskedBy::Job, 2).await;
    let report = tx.balance_report(id).await.expect("read").expect("there");
    assert_eq!((report.state, report.judged), (State::Asked, None));
    assert_eq!(tx.last_balance_of_job().await.expect("read"), Some(report));
    let mut answers = Vec::new();
    for (question, cents) in questions.iter().zip([100, -250]) {
        assert_eq!(tx.balance_answers(id).await.expect("read"), None);
        tx.answer_balance_question(*question, &accounts(cents), at(2_000))
            .await
            .expect("answered");
        answers.extend(accounts(cents));
    }
    let told = tx.balance_answers(id).await.expect("read");
    assert_eq!(told.as_deref(), Some(answers.as_slice()));
    let found = judged(3_000, -150, Some(3_000));
    let under_way = UnderWay::default();
    tx.judge_balance_report(id, State::Suspect, &answers, &found, &under_way)
        .await
        .expect("judged");
    let report = tx.balance_report(id).await.expect("read").expect("there");
    assert_eq!(report.state, State::Suspect);
    assert_eq!(report.accounts, answers);
    assert_eq!(report.judged, Some(found));
}

async fn a_report_is_judged_once(bench: &Bench) {
    let mut tx = bench.write().await;
    let id = judge(&mut tx, 1_000, State::Ok, 0, None).await;
    tx.fail_balance_report(id, "too late")
        .await
        .expect("ignored");
    let report = tx.balance_report(id).await.expect("read").expect("there");
    assert_eq!((report.state, report.failure), (State::Ok, None));
    let again = judged(2_000, 1, None);
    let judged = tx
        .judge_balance_report(id, State::Drift, &[], &again, &UnderWay::default())
        .await;
    assert!(judged.is_err(), "judged twice");
}

async fn the_last_verdict_is_neither_a_suspicion_nor_a_failure(bench: &Bench) {
    let mut tx = bench.write().await;
    assert_eq!(tx.last_balance_verdict().await.expect("read"), None);
    let ok = judge(&mut tx, 1_000, State::Ok, 0, None).await;
    let suspect = judge(&mut tx, 2_000, State::Suspect, -7, Some(2_001)).await;
    let (failed, _) = begin(&mut tx, 3_000, AskedBy::Operator, 1).await;
    tx.fail_balance_report(failed, "code 17")
        .await
        .expect("failed");
    let verdict = tx.last_balance_verdict().await.expect("read");
    assert_eq!(verdict.expect("one").id, ok);
    let last = tx.last_balance_judged().await.expect("read");
    assert_eq!(last.expect("one").id, suspect);
    // An operator's question is none of the job's.
    let of_job = tx.last_balance_of_job().await.expect("read");
    assert_eq!(of_job.expect("one").id, suspect);
    let suspicion = tx.balance_suspicion(at(3_000)).await.expect("read");
    let suspicion = suspicion.expect("one");
    assert_eq!(
        (suspicion.since, suspicion.drift),
        (at(2_001), Cents::new(-7))
    );
    assert_eq!(tx.balance_suspicion(at(2_000)).await.expect("read"), None);
}

async fn an_accepted_gap_is_the_baseline_and_ends_the_suspicion(bench: &Bench) {
    let mut tx = bench.write().await;
    assert_eq!(tx.balance_baseline().await.expect("read"), Cents::ZERO);
    judge(&mut tx, 1_000, State::Suspect, 900, Some(1_001)).await;
    let drift = judge(&mut tx, 2_000, State::Drift, 900, Some(1_001)).await;
    let moving = judge(&mut tx, 1_500, State::UnderWay, 900, None).await;
    let accept = tx.accept_balance_report(moving, "x", at(2_500)).await;
    assert!(!accept.expect("asked"), "money was on its way");
    let accept = tx
        .accept_balance_report(drift, "opening float", at(3_000))
        .await;
    assert!(accept.expect("asked"));
    assert_eq!(tx.balance_baseline().await.expect("read"), Cents::new(900));
    assert_eq!(tx.balance_suspicion(at(4_000)).await.expect("read"), None);
    let report = tx
        .balance_report(drift)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(report.state, State::Ok);
    assert_eq!(report.accepted_why.as_deref(), Some("opening float"));
    let judged = report.judged.expect("judged");
    assert_eq!((judged.gap.get(), judged.drift.get()), (900, 0));
}

async fn a_question_is_answered_once(bench: &Bench) {
    let mut tx = bench.write().await;
    let (_, questions) = begin(&mut tx, 1_000, AskedBy::Job, 1).await;
    let id = questions[0];
    tx.balance_question_accepted(id, "AG-1")
        .await
        .expect("kept");
    let question = tx.balance_question(id).await.expect("read").expect("there");
    assert_eq!(question.conversation_id.as_deref(), Some("AG-1"));
    assert!(!question.is_answered);
    tx.answer_balance_question(id, &accounts(1), at(2_000))
        .await
        .expect("answered");
    let again = tx
        .answer_balance_question(id, &accounts(2), at(2_001))
        .await;
    assert!(again.is_err(), "answered twice");
    let stranger = BalanceQuestionId::new(at(9), &mut rng(77));
    assert_eq!(tx.balance_question(stranger).await.expect("read"), None);
}

async fn cash_is_what_came_in_less_what_went_out(bench: &Bench) {
    bench.leave_loose_ends();
    let player = bench.funded(1, 50_000).await;
    bench.funded(2, 7_000).await;
    let mut tx = bench.write().await;
    assert_eq!(tx.cash_at_mpesa().await.expect("read"), Cents::new(57_000));
    let quote = Quote {
        amount: Cents::new(10_000),
        fee: Cents::new(500),
        tax: Cents::ZERO,
        payout: Cents::new(10_000),
    };
    let id = WithdrawalId::new(NOW, &mut rng(5));
    tx.add_withdrawal(id, player, &quote, NOW)
        .await
        .expect("added");
    let hold = hold(player, id, &quote);
    tx.book(hold.as_slice(), NOW).await.expect("booked");
    let under_way = tx.money_under_way().await.expect("read");
    assert_eq!(under_way.payouts, Cents::ZERO, "it has not gone out");
    let leased = tx.claim(Claim::Payouts, NOW, LEASE, 1).await;
    let lease = leased.expect("claimed").remove(0).lease;
    assert!(tx.begin_payout(id, lease, NOW, NOW).await.expect("begun"));
    let under_way = tx.money_under_way().await.expect("read");
    assert_eq!(under_way.payouts, Cents::new(10_000), "without the fee");
    tx.book(&pay(id, &quote), NOW.after(LEASE))
        .await
        .expect("booked");
    assert_eq!(tx.cash_at_mpesa().await.expect("read"), Cents::new(47_000));
    let since = tx.moved_at_mpesa(NOW.after(LEASE)).await.expect("read");
    assert_eq!(since, (Cents::ZERO, Cents::new(10_000)));
    tx.flag_withdrawal(id, at(0)).await.expect("flagged");
    let under_way = tx.money_under_way().await.expect("read");
    assert_eq!(under_way.payouts, Cents::ZERO, "it waits for the operator");
}
