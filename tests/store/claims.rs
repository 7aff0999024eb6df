//! Claims: due rows only, the longest due first, each by one worker at a time, and again when a
//! worker has died. Every promise is kept for every kind of claim.

use std::{collections::BTreeSet, time::Duration};

use majibu::{
    core::{
        ids::{CallbackId, DepositId, PlayerId, SetId, SmsId, WithdrawalId},
        money::Cents,
        sms::SmsClass,
        time::Timestamp,
    },
    store::{Callback, CallbackKind, Claim, Leased, OpenSet, Sms, Store, Tx},
};

use crate::{
    bench::{Bench, CROWD, at_once, eventually},
    given::{CATEGORY, NOW, STAKE, at, msisdn, playing},
    withdrawals::QUOTE,
};

on_each_engine!(
    only_due_rows_are_claimed,
    the_longest_due_are_claimed_first,
    no_more_than_the_limit_are_claimed,
    many_workers_claim_each_row_once,
    a_lease_that_has_ended_makes_the_row_due_again,
    a_claim_that_is_not_committed_leaves_the_row_due,
    claims_of_one_table_keep_apart,
);

const LEASE: Duration = Duration::from_secs(60);

/// Adds a row that is due at `due`; gives its id.
async fn add(bench: &Bench, tx: &mut Tx, kind: Claim, player: PlayerId, due: Timestamp) -> String {
    let added = match kind {
        Claim::Callbacks => {
            let callback = Callback {
                id: bench.random(|rng| CallbackId::new(NOW, rng)),
                kind: CallbackKind::Stk,
                subject: String::new(),
                body: Vec::new(),
            };
            let added = tx.add_callback(&callback, "127.0.0.1", due).await;
            added.map(|()| callback.id.to_string())
        }
        Claim::Pushes | Claim::Queries => {
            let id = bench.random(|rng| DepositId::new(NOW, rng));
            let added = tx.add_deposit(id, player, Cents::new(100), NOW, due).await;
            added.expect("a deposit");
            if kind == Claim::Queries {
                let pushed = tx.begin_push(id, 0, NOW, due).await;
                assert!(pushed.expect("pushed"));
            }
            Ok(id.to_string())
        }
        Claim::Payouts | Claim::PayoutQueries => {
            let id = bench.random(|rng| WithdrawalId::new(NOW, rng));
            let added = tx.add_withdrawal(id, player, &QUOTE, due).await;
            added.expect("a withdrawal");
            if kind == Claim::PayoutQueries {
                let sent = tx.begin_payout(id, 0, NOW, due).await;
                assert!(sent.expect("sent"));
            }
            Ok(id.to_string())
        }
        Claim::Chores => {
            let id = bench.random(|rng| CallbackId::new(NOW, rng)).to_string();
            tx.plan_chore(&id, Some(due)).await.map(|()| id)
        }
        Claim::Sms | Claim::Promotions => {
            let id = bench.random(|rng| SmsId::new(NOW, rng));
            let sms = Sms {
                id,
                cause: id.to_string(),
                player: Some(player),
                msisdn: msisdn(1),
                kind: "won",
                class: if kind == Claim::Sms {
                    SmsClass::Receipt
                } else {
                    SmsClass::Promotion
                },
                body: "You won".into(),
            };
            tx.add_sms(&sms, due).await.map(|()| id.to_string())
        }
        Claim::Rounds | Claim::Unpaired | Claim::Sets => {
            let set = open_set(bench, tx, player).await;
            if kind == Claim::Sets {
                tx.make_settleable(&[set], due)
                    .await
                    .map(|()| set.to_string())
            } else {
                let entry = bench.random(|rng| playing(set, 1, player, NOW, rng));
                tx.add_entry(&entry, due).await.expect("an entry");
                if kind == Claim::Unpaired {
                    let finished = tx.finish_entry(entry.id, NOW, Some(due)).await;
                    finished.expect("finished");
                }
                Ok(entry.id.to_string())
            }
        }
    };
    added.expect("added")
}

async fn open_set(bench: &Bench, tx: &mut Tx, owner: PlayerId) -> SetId {
    let set = OpenSet {
        id: bench.random(|rng| SetId::new(NOW, rng)),
        category: CATEGORY.into(),
        stake: STAKE,
        owner,
        questions: Vec::new(),
        offered_until: NOW,
    };
    tx.open_set(&set, NOW).await.expect("opened");
    set.id
}

/// Rows due so many milliseconds from now; gives their ids in the same order.
async fn given(bench: &Bench, kind: Claim, due: impl IntoIterator<Item = i64>) -> Vec<String> {
    bench.leave_loose_ends();
    let player = bench.player(1).await;
    bench.questions(CATEGORY, 1).await;
    let mut ids = Vec::new();
    let mut tx = bench.write().await;
    for ms in due {
        ids.push(add(bench, &mut tx, kind, player, at(ms)).await);
    }
    tx.commit().await.expect("committed");
    ids
}

async fn claim(store: &Store, kind: Claim, now: Timestamp, limit: i64) -> Vec<Leased> {
    let mut tx = store.write().await.expect("a transaction");
    let claimed = tx.claim(kind, now, LEASE, limit).await.expect("claimed");
    tx.commit().await.expect("committed");
    claimed
}

fn ids(claimed: &[Leased]) -> BTreeSet<String> {
    claimed.iter().map(|leased| leased.id.clone()).collect()
}

fn set_of(ids: &[String]) -> BTreeSet<String> {
    ids.iter().cloned().collect()
}

async fn is_due(bench: &Bench, kind: Claim, now: Timestamp) -> bool {
    let mut tx = bench.read().await;
    tx.is_due(kind, now).await.expect("an answer")
}

async fn only_due_rows_are_claimed(bench: &Bench) {
    for kind in Claim::ALL {
        let name = kind.name();
        assert!(!is_due(bench, kind, NOW).await, "{name}");
        let rows = given(bench, kind, [1, 0, -1, 2]).await;
        assert!(is_due(bench, kind, NOW).await, "{name}");
        let claimed = claim(&bench.store, kind, NOW, 100).await;
        assert_eq!(ids(&claimed), set_of(&rows[1..3]), "{name}");
        assert!(!is_due(bench, kind, NOW).await, "{name}");
        assert_eq!(claim(&bench.store, kind, NOW, 100).await, [], "{name}");
        let later = claim(&bench.store, kind, at(2), 100).await;
        assert_eq!(
            ids(&later),
            set_of(&[rows[0].clone(), rows[3].clone()]),
            "{name}"
        );
    }
}

async fn the_longest_due_are_claimed_first(bench: &Bench) {
    for kind in Claim::ALL {
        let rows = given(bench, kind, [-3, -7, -1, -9, -5, -2, -8, -4, -6]).await;
        for (first, second, third) in [(3, 6, 1), (8, 4, 7), (0, 5, 2)] {
            let claimed = claim(&bench.store, kind, NOW, 3).await;
            let expected = [first, second, third].map(|place: usize| rows[place].clone());
            assert_eq!(ids(&claimed), set_of(&expected), "{}", kind.name());
        }
    }
}

/// Whatever the planner knows about the tables.
async fn no_more_than_the_limit_are_claimed(bench: &Bench) {
    for kind in Claim::ALL {
        given(bench, kind, [-21]).await;
        bench.raw("analyze").await.expect("statistics of one row");
        given(bench, kind, -20..0).await;
        for _ in 0..2 {
            let claimed = claim(&bench.store, kind, NOW, 7).await;
            assert_eq!(claimed.len(), 7, "{}", kind.name());
            bench.raw("analyze").await.expect("statistics of all");
        }
    }
}

async fn many_workers_claim_each_row_once(bench: &Bench) {
    for kind in Claim::ALL {
        let rows = given(bench, kind, -200..0).await;
        let claimed = at_once(|_| {
            let store = bench.store.clone();
            async move {
                let mut mine = Vec::new();
                loop {
                    let batch = claim(&store, kind, NOW, 7).await;
                    if batch.is_empty() {
                        return mine;
                    }
                    assert!(batch.len() <= 7, "{}", batch.len());
                    mine.extend(batch);
                }
            }
        })
        .await;
        let claimed: Vec<Leased> = claimed.into_iter().flatten().collect();
        assert_eq!(
            claimed.len(),
            rows.len(),
            "{} in {CROWD} tasks",
            kind.name()
        );
        assert_eq!(ids(&claimed), set_of(&rows), "{}", kind.name());
        assert!(
            claimed.iter().all(|leased| leased.lease == 1),
            "{}",
            kind.name()
        );
    }
}

async fn a_lease_that_has_ended_makes_the_row_due_again(bench: &Bench) {
    for kind in Claim::ALL {
        let name = kind.name();
        let rows = given(bench, kind, [0]).await;
        let counts = match kind {
            Claim::Callbacks
            | Claim::Pushes
            | Claim::Queries
            | Claim::Payouts
            | Claim::PayoutQueries
            | Claim::Chores
            | Claim::Sms
            | Claim::Promotions => [1, 2, 3],
            Claim::Rounds | Claim::Unpaired | Claim::Sets => [0, 0, 0],
        };
        let mut now = NOW;
        for (lease, attempt) in (1..).zip(counts) {
            let claimed = claim(&bench.store, kind, now, 10).await;
            let id = rows[0].clone();
            let trace_id = None;
            let leased = Leased {
                id,
                lease,
                attempt,
                trace_id,
            };
            assert_eq!(claimed, [leased], "{name}");
            let last = Timestamp::from_ms(now.after(LEASE).ms() - 1);
            assert!(!is_due(bench, kind, last).await, "{name}");
            now = now.after(LEASE);
        }
    }
}

async fn a_claim_that_is_not_committed_leaves_the_row_due(bench: &Bench) {
    for kind in Claim::ALL {
        given(bench, kind, [0]).await;
        let mut tx = bench.write().await;
        let claimed = tx.claim(kind, NOW, LEASE, 10).await.expect("claimed");
        assert_eq!(claimed.len(), 1, "{}", kind.name());
        drop(tx);
        // Until the server has heard of it, others pass over the row.
        let again = eventually("the row is free", async || {
            let again = claim(&bench.store, kind, NOW, 10).await;
            (!again.is_empty()).then_some(again)
        })
        .await;
        assert_eq!(again, claimed, "{}", kind.name());
    }
}

async fn claims_of_one_table_keep_apart(bench: &Bench) {
    for (one, other) in [
        (Claim::Pushes, Claim::Queries),
        (Claim::Rounds, Claim::Unpaired),
        (Claim::Sms, Claim::Promotions),
    ] {
        let (first, second) = (given(bench, one, [0]).await, given(bench, other, [0]).await);
        assert_eq!(
            ids(&claim(&bench.store, one, NOW, 10).await),
            set_of(&first)
        );
        assert_eq!(
            ids(&claim(&bench.store, other, NOW, 10).await),
            set_of(&second)
        );
    }
}
