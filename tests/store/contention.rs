//! Transactions that others are in the way of: run again with a bound, whole or not at all.
//! PostgreSQL tells of deadlocks and serialisation failures; SQLite has one writer at a time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use majibu::{
    core::{ids::PlayerId, ledger, money::Cents},
    store::{Store, StoreError, Tx},
};
use tokio::sync::Barrier;

use crate::{
    bench::{Bench, CROWD, at_once},
    given::NOW,
};

on_each_engine!(
    what_goes_through_runs_once,
    two_that_wait_for_each_other_both_go_through,
    batches_over_the_same_games_do_not_wait_in_a_circle,
    a_failure_that_passes_is_survived,
    a_failure_that_does_not_pass_is_told_and_leaves_nothing,
    another_failure_is_not_tried_again,
);

/// Five runs, with waits that are short.
const TRIES: usize = 5;

type Ran<T> = Result<(Tx, T), StoreError>;

/// Makes every change of a language fail as a transaction does that others are in the way of, so
/// many times. PostgreSQL keeps a sequence through rollbacks, so it can count the failures.
async fn fails(bench: &Bench, times: i64, code: &str) {
    let sql = format!(
        "create sequence if not exists failures;
        select setval('failures', 1, false);
        create or replace function fail() returns trigger language plpgsql as $$
        begin
            if nextval('failures') <= {times} then
                raise exception 'in the way' using errcode = '{code}';
            end if;
            return new;
        end $$;
        create or replace trigger fails before update of locale on player
        for each row execute function fail();"
    );
    bench.raw(&sql).await.expect("a trigger");
}

/// Pays into a wallet and changes the language, in one transaction; counts how often it ran.
async fn pay(
    store: &Store,
    player: PlayerId,
    receipt: &str,
    runs: &AtomicUsize,
) -> Result<(), StoreError> {
    let transfer = ledger::deposit(player, receipt, Cents::new(100));
    let transfer = transfer.as_slice();
    let run = |mut tx: Tx| async move {
        runs.fetch_add(1, Ordering::SeqCst);
        tx.book(transfer, NOW).await?;
        tx.set_locale(player, "sw").await?;
        Ok((tx, ()))
    };
    store.transact(run).await
}

async fn locale(bench: &Bench, player: PlayerId) -> String {
    let mut tx = bench.read().await;
    tx.player_by_id(player).await.expect("a player").locale
}

async fn what_goes_through_runs_once(bench: &Bench) {
    bench.leave_loose_ends();
    let (player, runs) = (bench.player(1).await, AtomicUsize::new(0));
    pay(&bench.store, player, "R1", &runs).await.expect("paid");
    assert_eq!(runs.into_inner(), 1);
    assert_eq!(
        (
            bench.balance(player).await,
            locale(bench, player).await.as_str()
        ),
        (100, "sw")
    );
}

/// Each locks one player, waits until the other has locked the other one, and then wants that one
/// too: the server ends one of them, which runs again.
async fn two_that_wait_for_each_other_both_go_through(bench: &Bench) {
    if !bench.is_postgres() {
        return;
    }
    let (ann, ben) = (bench.player(1).await, bench.player(2).await);
    let (met, runs) = (Arc::new(Barrier::new(2)), Arc::new(AtomicUsize::new(0)));
    let rename = |first: PlayerId, second: PlayerId, to: &'static str| {
        let (store, met, runs) = (bench.store.clone(), met.clone(), runs.clone());
        tokio::spawn(async move {
            let run = |mut tx: Tx| {
                let (met, runs) = (met.clone(), runs.clone());
                async move {
                    tx.set_locale(first, to).await?;
                    // Only the first two meet; whoever runs again finds nobody waiting.
                    if runs.fetch_add(1, Ordering::SeqCst) < 2 {
                        met.wait().await;
                    }
                    tx.set_locale(second, to).await?;
                    Ok::<_, StoreError>((tx, ()))
                }
            };
            store.transact(run).await
        })
    };
    let (one, other) = (rename(ann, ben, "sw"), rename(ben, ann, "en"));
    one.await.expect("ended").expect("went through");
    other.await.expect("ended").expect("went through");
    assert_eq!(runs.load(Ordering::SeqCst), 3, "one of them ran again");
    assert_eq!(
        locale(bench, ann).await,
        locale(bench, ben).await,
        "one after the other"
    );
}

/// The same locks and wallets, asked for in different orders: nobody is ended by the server.
async fn batches_over_the_same_games_do_not_wait_in_a_circle(bench: &Bench) {
    bench.leave_loose_ends();
    let mut players = Vec::new();
    for number in 0..CROWD {
        players.push(bench.player(number).await);
    }
    let questions = bench.questions("Football", 1).await;
    let mut sets = Vec::new();
    for player in &players {
        sets.push(bench.set(*player, questions.clone(), NOW).await);
    }
    for round in 0..5 {
        let results = at_once(|task| {
            let (store, mut sets, mut players) =
                (bench.store.clone(), sets.clone(), players.clone());
            // Each begins elsewhere, and every other one goes backwards.
            sets.rotate_left(task);
            players.rotate_left(CROWD - task - 1);
            if task % 2 == 0 {
                players.reverse();
                sets.reverse();
            }
            let receipt = move |player: &PlayerId| format!("{round}-{task}-{player}");
            async move {
                let transfers: Vec<_> = players
                    .iter()
                    .filter_map(|player| ledger::deposit(*player, &receipt(player), Cents::new(1)))
                    .collect();
                let mut tx = store.write().await?;
                if round % 2 == 0 {
                    tx.serialise_sets(&sets).await?;
                }
                tx.book(&transfers, NOW).await?;
                tx.commit().await
            }
        })
        .await;
        for result in results {
            result.expect("went through the first time");
        }
    }
    let paid = i64::try_from(5 * CROWD).expect("small");
    assert_eq!(bench.balance(players[0]).await, paid);
}

async fn a_failure_that_passes_is_survived(bench: &Bench) {
    if !bench.is_postgres() {
        return;
    }
    bench.leave_loose_ends();
    for (number, code) in ["40001", "40P01"].into_iter().enumerate() {
        let (player, runs) = (bench.player(number).await, AtomicUsize::new(0));
        fails(bench, 4, code).await;
        let began = Instant::now();
        pay(&bench.store, player, code, &runs).await.expect("paid");
        assert_eq!(runs.into_inner(), TRIES, "{code}");
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "{:?}",
            began.elapsed()
        );
        assert_eq!(bench.balance(player).await, 100, "once, after all");
    }
}

async fn a_failure_that_does_not_pass_is_told_and_leaves_nothing(bench: &Bench) {
    if !bench.is_postgres() {
        return;
    }
    let (player, runs) = (bench.player(1).await, AtomicUsize::new(0));
    fails(bench, 1_000, "40P01").await;
    let told = pay(&bench.store, player, "R1", &runs).await;
    assert!(matches!(told, Err(StoreError::Contended(_))), "{told:?}");
    assert_eq!(runs.into_inner(), TRIES);
    assert_eq!(
        (
            bench.balance(player).await,
            locale(bench, player).await.as_str()
        ),
        (0, "en")
    );
    assert_eq!(bench.number("select count(*) from transfer_cause").await, 0);
}

async fn another_failure_is_not_tried_again(bench: &Bench) {
    let runs = AtomicUsize::new(0);
    let runs = &runs;
    let refused: Ran<()> = Err(StoreError::Overdrawn);
    let refused = Arc::new(std::sync::Mutex::new(Some(refused)));
    let run = |_: Tx| {
        runs.fetch_add(1, Ordering::SeqCst);
        let refused = refused.lock().expect("a lock").take();
        async move { refused.expect("runs once") }
    };
    let told = bench.store.transact(run).await;
    assert!(matches!(told, Err(StoreError::Overdrawn)), "{told:?}");
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    let player = bench.player(1).await;
    if bench.is_postgres() {
        fails(bench, 1, "55P03").await;
        let runs = AtomicUsize::new(0);
        let told = pay(&bench.store, player, "R1", &runs).await;
        assert!(matches!(told, Err(StoreError::Unavailable(_))), "{told:?}");
        assert_eq!(runs.into_inner(), 1, "it waited for the lock already");
    }
    assert_eq!(bench.balance(player).await, 0);
}
