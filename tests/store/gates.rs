//! The gate of SMS: how steep it is, and who opens it.

use std::time::Duration;

use majibu::store::{Gate, GateState, Tx};

use crate::{
    bench::Bench,
    given::{NOW, at},
};

on_each_engine!(
    a_gate_that_nobody_knows_is_open,
    a_gate_grows_steeper_with_each_pause_and_flatter_with_what_gets_through,
    what_gets_through_does_not_open_a_gate_that_was_shut,
    a_gate_that_one_passes_opens_for_the_next_when_it_is_through,
    the_operator_opens_a_gate_for_all,
);

async fn gate(tx: &mut Tx) -> GateState {
    tx.gate(Gate::Sms).await.expect("read")
}

/// Shuts the gate and makes it steeper.
async fn shut(tx: &mut Tx, until: i64) {
    tx.shut_gate(Gate::Sms, at(until), "credit")
        .await
        .expect("shut");
    tx.steepen_gate(Gate::Sms).await.expect("steeper");
}

async fn a_gate_that_nobody_knows_is_open(bench: &Bench) {
    let mut tx = bench.write().await;
    assert_eq!(gate(&mut tx).await, GateState::default());
    tx.ease_gate(Gate::Sms, 1, NOW).await.expect("nothing");
    assert_eq!(gate(&mut tx).await, GateState::default());
}

async fn a_gate_grows_steeper_with_each_pause_and_flatter_with_what_gets_through(bench: &Bench) {
    let mut tx = bench.write().await;
    for step in 1..=3 {
        tx.serialise_gate(Gate::Sms).await.expect("alone");
        shut(&mut tx, step * 10).await;
        assert_eq!(gate(&mut tx).await.step, step);
    }
    for step in [2, 1, 0, 0] {
        tx.ease_gate(Gate::Sms, 1, at(40)).await.expect("eased");
        let eased = gate(&mut tx).await;
        assert_eq!((eased.step, eased.opens_at), (step, at(30)));
    }
}

async fn what_gets_through_does_not_open_a_gate_that_was_shut(bench: &Bench) {
    let mut tx = bench.write().await;
    shut(&mut tx, 100).await;
    tx.ease_gate(Gate::Sms, 1, at(99)).await.expect("nothing");
    let state = GateState {
        opens_at: at(100),
        why: Some("credit".into()),
        step: 1,
    };
    assert_eq!(gate(&mut tx).await, state);
}

async fn a_gate_that_one_passes_opens_for_the_next_when_it_is_through(bench: &Bench) {
    let mut tx = bench.write().await;
    shut(&mut tx, 100).await;
    let lease = Duration::from_millis(60);
    let pass = tx.pass_gate(Gate::Sms, lease, at(100)).await;
    assert_eq!(pass.expect("asked"), None);
    let second = tx.pass_gate(Gate::Sms, lease, at(101)).await;
    assert_eq!(second.expect("asked"), Some(at(160)));
    assert_eq!(gate(&mut tx).await.step, 1);
    tx.ease_gate(Gate::Sms, 0, at(110)).await.expect("through");
    let state = gate(&mut tx).await;
    assert_eq!((state.opens_at, state.step), (at(110), 1));
    let second = tx.pass_gate(Gate::Sms, lease, at(110)).await;
    assert_eq!(second.expect("asked"), None);
}

async fn the_operator_opens_a_gate_for_all(bench: &Bench) {
    let mut tx = bench.write().await;
    for until in [100, 200] {
        shut(&mut tx, until).await;
    }
    let why = tx.open_gate(Gate::Sms, at(50)).await.expect("opened");
    assert_eq!(why.as_deref(), Some("credit"));
    let state = gate(&mut tx).await;
    assert_eq!((state.opens_at, state.why, state.step), (at(50), None, 0));
}
