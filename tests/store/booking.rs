//! Booking: balanced, once for each cause, all or nothing, and never more than a wallet holds.

use majibu::{
    core::{
        ids::{EntryId, PlayerId},
        ledger::{self, Transfer},
        money::Cents,
        time::Timestamp,
    },
    store::{Booked, Store, StoreError},
};

use crate::{
    bench::{Bench, CROWD, at_once},
    given::{NOW, is_corrupt, is_refused},
};

on_each_engine!(
    a_transfer_moves_its_amount_and_wallets_follow,
    the_same_cause_again_has_no_effect,
    a_cause_is_unique_across_months,
    what_was_booked_in_part_is_refused_whole,
    a_cause_that_a_booking_names_twice_is_refused,
    an_overdraft_is_refused_whole,
    a_booking_is_carried_out_in_its_order,
    a_wallet_that_does_not_exist_is_refused,
    one_cause_is_booked_by_one_of_many,
    one_cause_is_booked_by_one_of_many_in_different_months,
    debits_at_once_take_no_more_than_there_is,
    bookings_that_cross_each_other_all_end_whole,
);

/// More than a month.
const LATER: i64 = 40 * 24 * 60 * 60 * 1_000;

fn deposit(player: PlayerId, receipt: &str, cents: i64) -> Transfer {
    ledger::deposit(player, receipt, Cents::new(cents)).expect("a transfer")
}

fn stake(bench: &Bench, player: PlayerId, cents: i64) -> Transfer {
    let entry = bench.random(|rng| EntryId::new(NOW, rng));
    ledger::stake(player, entry, Cents::new(cents)).expect("a transfer")
}

/// Books in a transaction of its own.
async fn book(store: &Store, transfers: &[Transfer], now: Timestamp) -> Result<Booked, StoreError> {
    let mut tx = store.write().await?;
    let booked = tx.book(transfers, now).await?;
    tx.commit().await?;
    Ok(booked)
}

async fn transfers(bench: &Bench) -> i64 {
    bench.number("select count(*) from transfer").await
}

async fn a_transfer_moves_its_amount_and_wallets_follow(bench: &Bench) {
    bench.leave_loose_ends();
    let (ann, ben) = (bench.funded(1, 10_000).await, bench.funded(2, 500).await);
    let booked = book(&bench.store, &[stake(bench, ann, 3_000)], NOW).await;
    assert_eq!(booked.expect("booked"), Booked::Now);
    assert_eq!(
        (bench.balance(ann).await, bench.balance(ben).await),
        (7_000, 500)
    );
    let mut tx = bench.read().await;
    let report = tx.ledger_report().await.expect("a report");
    let held = |name: &str| report.accounts[name].get();
    assert_eq!(
        (held("mpesa"), held("stakes"), held("wallets")),
        (-10_500, 3_000, 7_500)
    );
    assert_eq!(report.transfers, 3);
    assert_eq!(
        report
            .accounts
            .values()
            .map(|cents| cents.get())
            .sum::<i64>(),
        0
    );
    drop(tx);
    let nothing = book(&bench.store, &[], NOW).await;
    assert_eq!(nothing.expect("nothing to do"), Booked::Now);
}

async fn the_same_cause_again_has_no_effect(bench: &Bench) {
    bench.leave_loose_ends();
    let player = bench.player(1).await;
    let first = [deposit(player, "R1", 1_000), deposit(player, "R2", 500)];
    let mut tx = bench.write().await;
    assert_eq!(tx.book(&first, NOW).await.expect("booked"), Booked::Now);
    assert_eq!(
        tx.book(&first, NOW).await.expect("in the same transaction"),
        Booked::Before
    );
    tx.commit().await.expect("committed");
    let again = book(&bench.store, &first, NOW).await;
    assert_eq!(again.expect("later"), Booked::Before);
    let other = book(&bench.store, &[deposit(player, "R1", 9_999)], NOW).await;
    assert_eq!(other.expect("with another amount"), Booked::Before);
    assert_eq!(
        (bench.balance(player).await, transfers(bench).await),
        (1_500, 2)
    );
}

async fn a_cause_is_unique_across_months(bench: &Bench) {
    bench.leave_loose_ends();
    bench.store.make_partitions(NOW).await.expect("partitions");
    let player = bench.player(1).await;
    let transfer = [deposit(player, "R1", 1_000)];
    let years_away = Timestamp::from_ms(NOW.ms() + 100 * LATER);
    for (month, expected) in [
        (NOW, Booked::Now),
        (Timestamp::from_ms(NOW.ms() + LATER), Booked::Before),
        (Timestamp::from_ms(NOW.ms() - LATER), Booked::Before),
        (years_away, Booked::Before),
    ] {
        let booked = book(&bench.store, &transfer, month).await;
        assert_eq!(booked.expect("an answer"), expected, "{month}");
    }
    assert_eq!(
        (bench.balance(player).await, transfers(bench).await),
        (1_000, 1)
    );
}

async fn what_was_booked_in_part_is_refused_whole(bench: &Bench) {
    bench.leave_loose_ends();
    let player = bench.player(1).await;
    let (old, new) = (deposit(player, "R1", 1_000), deposit(player, "R2", 500));
    book(&bench.store, std::slice::from_ref(&old), NOW)
        .await
        .expect("booked");
    assert!(is_corrupt(
        &book(&bench.store, &[old, new.clone()], NOW).await
    ));
    assert_eq!(
        (bench.balance(player).await, transfers(bench).await),
        (1_000, 1)
    );
    let alone = book(&bench.store, &[new], NOW).await;
    assert_eq!(alone.expect("the cause is free still"), Booked::Now);
}

async fn a_cause_that_a_booking_names_twice_is_refused(bench: &Bench) {
    let player = bench.player(1).await;
    let twice = [deposit(player, "R1", 1_000), deposit(player, "R1", 1_000)];
    assert!(is_corrupt(&book(&bench.store, &twice, NOW).await));
    assert_eq!(
        (bench.balance(player).await, transfers(bench).await),
        (0, 0)
    );
}

async fn an_overdraft_is_refused_whole(bench: &Bench) {
    bench.leave_loose_ends();
    let (ann, ben) = (bench.funded(1, 1_000).await, bench.player(2).await);
    let too_much = stake(bench, ann, 1_001);
    let list = [deposit(ben, "R1", 700), too_much.clone()];
    let refused = book(&bench.store, &list, NOW).await;
    assert!(matches!(refused, Err(StoreError::Overdrawn)), "{refused:?}");
    assert_eq!(
        (bench.balance(ann).await, bench.balance(ben).await),
        (1_000, 0)
    );
    assert_eq!(transfers(bench).await, 1);
    bench.fund(ann, 1).await;
    let booked = book(&bench.store, &[too_much], NOW).await;
    assert_eq!(booked.expect("the cause is free still"), Booked::Now);
    assert_eq!(bench.balance(ann).await, 0);
}

async fn a_booking_is_carried_out_in_its_order(bench: &Bench) {
    bench.leave_loose_ends();
    let player = bench.player(1).await;
    let (credit, debit) = (deposit(player, "R1", 1_000), stake(bench, player, 1_000));
    let debit_first = book(&bench.store, &[debit.clone(), credit.clone()], NOW).await;
    assert!(
        matches!(debit_first, Err(StoreError::Overdrawn)),
        "{debit_first:?}"
    );
    let credit_first = book(&bench.store, &[credit, debit], NOW).await;
    assert_eq!(credit_first.expect("booked"), Booked::Now);
}

async fn a_wallet_that_does_not_exist_is_refused(bench: &Bench) {
    let nobody = bench.random(|rng| PlayerId::new(NOW, rng));
    let into = book(&bench.store, &[deposit(nobody, "R1", 1_000)], NOW).await;
    assert!(is_refused(&into), "{into:?}");
    let out_of = book(&bench.store, &[stake(bench, nobody, 1_000)], NOW).await;
    assert!(is_refused(&out_of), "{out_of:?}");
    assert_eq!(transfers(bench).await, 0);
}

async fn one_cause_is_booked_by_one_of_many(bench: &Bench) {
    bench.leave_loose_ends();
    one_of_many_books(bench, |_| NOW).await;
}

async fn one_cause_is_booked_by_one_of_many_in_different_months(bench: &Bench) {
    bench.leave_loose_ends();
    bench.store.make_partitions(NOW).await.expect("partitions");
    one_of_many_books(bench, |task| {
        let months = i64::try_from(task).expect("small");
        Timestamp::from_ms(NOW.ms() + months * LATER)
    })
    .await;
}

async fn one_of_many_books(bench: &Bench, when: impl Fn(usize) -> Timestamp) {
    let player = bench.player(1).await;
    let booked = at_once(|task| {
        let (store, now) = (bench.store.clone(), when(task));
        async move {
            book(&store, &[deposit(player, "R1", 1_000)], now)
                .await
                .expect("an answer")
        }
    })
    .await;
    let now = booked.iter().filter(|booked| **booked == Booked::Now);
    assert_eq!(now.count(), 1, "{booked:?}");
    assert_eq!(
        (bench.balance(player).await, transfers(bench).await),
        (1_000, 1)
    );
}

async fn debits_at_once_take_no_more_than_there_is(bench: &Bench) {
    bench.leave_loose_ends();
    let player = bench.funded(1, 10_000).await;
    let booked = at_once(|_| {
        let (store, debit) = (bench.store.clone(), stake(bench, player, 3_000));
        async move { book(&store, &[debit], NOW).await }
    })
    .await;
    let count =
        |is: fn(&Result<Booked, StoreError>) -> bool| booked.iter().filter(|b| is(b)).count();
    assert_eq!(
        count(|booked| matches!(booked, Ok(Booked::Now))),
        3,
        "{booked:?}"
    );
    let overdrawn = count(|booked| matches!(booked, Err(StoreError::Overdrawn)));
    assert_eq!(overdrawn, CROWD - 3, "{booked:?}");
    assert_eq!(bench.balance(player).await, 1_000);
}

/// Half of the tasks touch the wallets in one order, half in the other. Who is in the way of another
/// hears so, with nothing done, and goes through when it runs again.
async fn bookings_that_cross_each_other_all_end_whole(bench: &Bench) {
    bench.leave_loose_ends();
    let (ann, ben) = (bench.funded(1, 10_000).await, bench.funded(2, 10_000).await);
    at_once(|task| {
        let mut list = vec![stake(bench, ann, 100), stake(bench, ben, 100)];
        if task % 2 == 0 {
            list.reverse();
        }
        let store = bench.store.clone();
        async move {
            for _ in 0..CROWD {
                match book(&store, &list, NOW).await {
                    Ok(booked) => return assert_eq!(booked, Booked::Now),
                    Err(StoreError::Contended(_)) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
            panic!("in the way every time");
        }
    })
    .await;
    let taken = i64::try_from(CROWD).expect("small") * 100;
    assert_eq!(bench.balance(ann).await, 10_000 - taken);
    assert_eq!(bench.balance(ben).await, 10_000 - taken);
}
