//! What operators do with money, as the database keeps it: corrections, reversals, withdrawals that are
//! hastened, SMS that are sent once more; and finding rows by what an operator knows.

use majibu::{
    core::{
        adjustment::{Kind, State, transfer},
        ids::{AdjustmentId, ParkedId, PlayerId, ReversalId},
        ledger,
        money::Cents,
        payment::reversal::{What, transfers},
    },
    store::{Adjustment, AdjustmentFilter, Claim, Parked, Reversal},
};

use crate::{
    bench::{Bench, at_once},
    given::{NOW, at, is_refused, msisdn},
};

on_each_engine!(
    a_correction_is_added_once_and_decided_once,
    nobody_approves_alone_what_needs_a_second_person,
    what_was_booked_alone_is_summed_by_person_player_and_time,
    a_correction_without_its_transfer_is_found,
    a_transfer_without_its_correction_is_found,
    a_thing_is_taken_back_once_and_a_reversal_takes_one_back,
    a_reversal_without_its_transfer_is_found,
    a_parked_payment_goes_back_or_to_a_player,
    the_backlog_counts_what_is_due_and_what_is_leased,
    players_are_found_by_the_end_of_their_number,
    a_wallet_tells_what_moved_and_what_it_held,
);

/// A correction of 1,000 cents for a player.
fn correction(bench: &Bench, player: PlayerId, by: &str, needs_second: bool) -> Adjustment {
    let decided = (!needs_second).then_some(NOW);
    Adjustment {
        id: bench.random(|rng| AdjustmentId::new(NOW, rng)),
        kind: Kind::FromHouse,
        player: Some(player),
        withdrawal: None,
        amount: Cents::new(1_000),
        state: if needs_second {
            State::Proposed
        } else {
            State::Booked
        },
        needs_second,
        reason: "promised".into(),
        proposed_by: by.into(),
        proposed_at: NOW,
        decided_by: decided.map(|_| by.into()),
        decided_at: decided,
        decision: None,
    }
}

/// Adds it, with its transfer where it is booked.
async fn add(bench: &Bench, adjustment: &Adjustment) {
    let mut tx = bench.write().await;
    assert!(tx.add_adjustment(adjustment).await.expect("added"));
    if adjustment.state == State::Booked {
        let moved = transfer(
            adjustment.id,
            adjustment.kind,
            adjustment.player,
            adjustment.amount,
        );
        tx.book(moved.as_slice(), NOW).await.expect("booked");
    }
    tx.commit().await.expect("committed");
}

async fn a_correction_is_added_once_and_decided_once(bench: &Bench) {
    let player = bench.player(1).await;
    let proposed = correction(bench, player, "wanjiru", true);
    add(bench, &proposed).await;
    let mut tx = bench.write().await;
    assert!(!tx.add_adjustment(&proposed).await.expect("an answer"));
    assert_eq!(
        tx.adjustment(proposed.id).await.expect("read"),
        Some(proposed.clone())
    );
    let of_player = AdjustmentFilter {
        state: Some(State::Proposed),
        player: Some(player),
    };
    let listed = tx.adjustments(of_player, 10).await.expect("read");
    assert_eq!(listed, std::slice::from_ref(&proposed));
    drop(tx);
    let decided = at_once(|number| {
        let (store, id) = (bench.store.clone(), proposed.id);
        let state = if number % 2 == 0 {
            State::Booked
        } else {
            State::Rejected
        };
        async move {
            let mut tx = store.write().await.expect("a transaction");
            let decided = tx
                .decide_adjustment(id, state, "otieno", "looked", at(5))
                .await;
            let decided = decided.expect("an answer");
            if let Some(decided) = decided.as_ref().filter(|one| one.state == State::Booked) {
                let moved = transfer(decided.id, decided.kind, decided.player, decided.amount);
                tx.book(moved.as_slice(), NOW).await.expect("booked");
            }
            tx.commit().await.expect("committed");
            decided
        }
    })
    .await;
    let decided: Vec<_> = decided.into_iter().flatten().collect();
    let [one] = decided.as_slice() else {
        panic!("decided once: {decided:?}")
    };
    assert_eq!(one.decided_by.as_deref(), Some("otieno"));
    assert_eq!(
        (one.decided_at, one.decision.as_deref()),
        (Some(at(5)), Some("looked"))
    );
    let held = if one.state == State::Booked { 1_000 } else { 0 };
    assert_eq!(bench.balance(player).await, held);
}

async fn nobody_approves_alone_what_needs_a_second_person(bench: &Bench) {
    let player = bench.player(1).await;
    let proposed = correction(bench, player, "wanjiru", true);
    add(bench, &proposed).await;
    let mut tx = bench.write().await;
    let own = tx
        .decide_adjustment(proposed.id, State::Booked, "wanjiru", "mine", NOW)
        .await;
    assert!(is_refused(&own), "{own:?}");
    drop(tx);
    let mut tx = bench.write().await;
    let back = tx
        .decide_adjustment(proposed.id, State::Rejected, "wanjiru", "a slip", NOW)
        .await;
    assert!(back.expect("taken back").is_some());
    tx.commit().await.expect("committed");
}

async fn what_was_booked_alone_is_summed_by_person_player_and_time(bench: &Bench) {
    let (ann, ben) = (bench.player(1).await, bench.player(2).await);
    for (player, by, needs_second) in [
        (ann, "wanjiru", false),
        (ann, "wanjiru", false),
        (ann, "wanjiru", true),
        (ann, "otieno", false),
        (ben, "wanjiru", false),
    ] {
        add(bench, &correction(bench, player, by, needs_second)).await;
    }
    let mut tx = bench.read().await;
    for (by, player, since, cents) in [
        ("wanjiru", Some(ann), NOW, 2_000),
        ("otieno", Some(ann), NOW, 1_000),
        ("wanjiru", Some(ben), NOW, 1_000),
        ("wanjiru", None, NOW, 0),
        ("wanjiru", Some(ann), at(1), 0),
    ] {
        let sum = tx.booked_alone(by, player, since).await.expect("a sum");
        assert_eq!(sum.get(), cents, "{by} {player:?} {since}");
    }
}

async fn finds(bench: &Bench, sql: &str, expected: &str) {
    bench.tamper(sql).await;
    let findings = bench.findings().await;
    assert!(
        findings.iter().any(|finding| finding.contains(expected)),
        "{findings:#?}"
    );
}

async fn a_correction_without_its_transfer_is_found(bench: &Bench) {
    let player = bench.player(1).await;
    add(bench, &correction(bench, player, "wanjiru", false)).await;
    assert_eq!(bench.findings().await, [""; 0]);
    let sql = "update adjustment set amount_cents = 999";
    finds(bench, sql, "its transfer says otherwise").await;
}

async fn a_transfer_without_its_correction_is_found(bench: &Bench) {
    let player = bench.player(1).await;
    add(bench, &correction(bench, player, "wanjiru", false)).await;
    finds(bench, "delete from adjustment", "for no adjustment").await;
}

/// A payment of 1,000 cents that is parked.
async fn parked(bench: &Bench) -> Parked {
    let parked = Parked {
        id: bench.random(|rng| ParkedId::new(NOW, rng)),
        receipt: "UKM1".into(),
        amount: Cents::new(1_000),
        reason: "no such deposit".into(),
    };
    let transfer = ledger::park("UKM1", parked.amount).expect("a transfer");
    let mut tx = bench.write().await;
    tx.book(std::slice::from_ref(&transfer), NOW)
        .await
        .expect("booked");
    tx.park(&parked, &transfer.cause, NOW)
        .await
        .expect("parked");
    tx.commit().await.expect("committed");
    parked
}

fn reversal(bench: &Bench, parked: &Parked, receipt: &str) -> Reversal {
    Reversal {
        id: bench.random(|rng| ReversalId::new(NOW, rng)),
        what: What::Parked,
        subject: parked.id.to_string(),
        receipt: parked.receipt.clone(),
        reversal_receipt: receipt.into(),
        amount: parked.amount,
    }
}

/// Gives a parked payment back as the app does; whether it was done.
async fn give_back(bench: &Bench, parked: &Parked, reversal: &Reversal) -> bool {
    let mut tx = bench.write().await;
    let returned = tx.return_parked(parked.id, "portal", NOW).await;
    if returned.expect("an answer").is_none() {
        return false;
    }
    if !tx.add_reversal(reversal, NOW).await.expect("an answer") {
        return false;
    }
    let moved = transfers(reversal.id, What::Parked, reversal.amount, Cents::ZERO);
    tx.book(&moved, NOW).await.expect("booked");
    tx.commit().await.expect("committed");
    true
}

async fn a_thing_is_taken_back_once_and_a_reversal_takes_one_back(bench: &Bench) {
    let payment = parked(bench).await;
    let first = reversal(bench, &payment, "UKM9");
    assert!(give_back(bench, &payment, &first).await);
    let mut tx = bench.write().await;
    for again in [
        reversal(bench, &payment, "UKM8"),
        Reversal {
            subject: "another".into(),
            ..reversal(bench, &payment, "UKM9")
        },
    ] {
        assert!(
            !tx.add_reversal(&again, NOW).await.expect("an answer"),
            "{again:?}"
        );
    }
    assert!(tx.is_reversal("UKM9").await.expect("read"));
    assert!(!tx.is_reversal("UKM1").await.expect("read"));
    let back = tx.taken_back(&["UKM1", "UKM2"]).await.expect("read");
    let back: Vec<_> = back
        .iter()
        .map(|(name, cents)| (name.as_str(), cents.get()))
        .collect();
    assert_eq!(back, [("UKM1", 1_000)]);
}

async fn a_reversal_without_its_transfer_is_found(bench: &Bench) {
    let payment = parked(bench).await;
    let back = reversal(bench, &payment, "UKM9");
    assert!(give_back(bench, &payment, &back).await);
    assert_eq!(bench.findings().await, [""; 0]);
    finds(bench, "delete from reversal", "for no reversal").await;
}

async fn a_parked_payment_goes_back_or_to_a_player(bench: &Bench) {
    let player = bench.player(1).await;
    let payment = parked(bench).await;
    let back = reversal(bench, &payment, "UKM9");
    assert!(give_back(bench, &payment, &back).await);
    let mut tx = bench.write().await;
    assert!(tx.parked().await.expect("read").is_empty());
    let assigned = tx.assign_parked(payment.id, player, "theirs", NOW).await;
    assert_eq!(assigned.expect("an answer"), None);
    let again = tx.return_parked(payment.id, "again", NOW).await;
    assert_eq!(again.expect("an answer"), None);
}

async fn the_backlog_counts_what_is_due_and_what_is_leased(bench: &Bench) {
    bench.leave_loose_ends();
    let player = bench.player(1).await;
    let mut tx = bench.write().await;
    for ms in [0, 10, 5_000] {
        let id = bench.random(|rng| majibu::core::ids::DepositId::new(at(ms), rng));
        tx.add_deposit(id, player, Cents::new(1_000), NOW, at(ms))
            .await
            .expect("a deposit");
    }
    tx.commit().await.expect("committed");
    let mut tx = bench.read().await;
    let backlog = tx.backlog(Claim::Pushes, at(20)).await.expect("counted");
    assert_eq!(
        (backlog.due, backlog.later, backlog.oldest),
        (2, 1, Some(NOW))
    );
    for what in Claim::ALL {
        let backlog = tx.backlog(what, at(-1)).await.expect("counted");
        assert_eq!((backlog.due, backlog.oldest), (0, None), "{what:?}");
    }
}

async fn players_are_found_by_the_end_of_their_number(bench: &Bench) {
    let (ann, ben) = (bench.player(123).await, bench.player(10_123).await);
    let mut tx = bench.read().await;
    for (digits, found) in [
        ("0123", vec![ann, ben]),
        ("00123", vec![ann]),
        ("10123", vec![ben]),
        ("712010123", vec![ben]),
        ("254712010123", vec![ben]),
        ("9123", vec![]),
        ("123", vec![]),
    ] {
        let players = tx.players_by_last_digits(digits, 10).await.expect("read");
        assert_eq!(players, found, "{digits}");
    }
    let number = msisdn(123);
    assert!(number.e164().ends_with("00123"));
    let hits = tx.find_by_name(&ann.to_string().to_lowercase(), 10).await;
    let hits = hits.expect("read");
    assert_eq!((hits.len(), hits[0].player), (1, Some(ann)));
    assert!(tx.find_by_name("UKM0", 10).await.expect("read").is_empty());
}

async fn a_wallet_tells_what_moved_and_what_it_held(bench: &Bench) {
    let player = bench.funded(1, 5_000).await;
    let gift = correction(bench, player, "wanjiru", false);
    let mut tx = bench.write().await;
    tx.add_adjustment(&gift).await.expect("added");
    let moved = transfer(gift.id, gift.kind, gift.player, gift.amount);
    tx.book(moved.as_slice(), at(1_000)).await.expect("booked");
    tx.commit().await.expect("committed");
    let mut tx = bench.read().await;
    let (all, held) = tx
        .wallet_transfers(player, at(9_000), 10)
        .await
        .expect("read");
    let reasons: Vec<_> = all.iter().map(|one| one.reason.name()).collect();
    assert_eq!(
        (reasons, held.get()),
        (vec!["adjustment", "deposit"], 6_000)
    );
    let (earlier, held) = tx
        .wallet_transfers(player, at(1_000), 10)
        .await
        .expect("read");
    assert_eq!((earlier.len(), held.get()), (1, 5_000));
}
