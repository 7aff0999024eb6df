//! Showing how things stand, when somebody asks.

use std::sync::OnceLock;

use metrics::gauge;
use metrics_process::Collector;

use super::count::plain;

/// What waits: how many, and for how long the oldest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Waits {
    /// How many; not counted beyond a limit.
    pub(crate) count: i64,
    /// The age of the oldest; 0 where nothing waits.
    pub(crate) oldest_ms: i64,
}

/// A figure as a gauge has it: exact up to 2^53.
fn figure(value: i64) -> f64 {
    value as f64
}

fn seconds(ms: i64) -> f64 {
    figure(ms) / 1_000.0
}

fn show_waits(
    count: &'static str,
    oldest: &'static str,
    label: &'static str,
    value: &'static str,
    waits: Waits,
) {
    gauge!(count, label => value).set(figure(waits.count));
    gauge!(oldest, label => value).set(seconds(waits.oldest_ms.max(0)));
}

/// Shows rows that are due, by kind of job.
pub(crate) fn show_jobs(kind: &'static str, waits: Waits) {
    show_waits(
        "majibu_jobs_due",
        "majibu_jobs_oldest_seconds",
        "kind",
        kind,
        waits,
    );
}

/// Shows what waits in the outbox, by class.
pub(crate) fn show_outbox(class: &'static str, waits: Waits) {
    let names = ("majibu_outbox_waiting", "majibu_outbox_oldest_seconds");
    show_waits(names.0, names.1, "class", class, waits);
}

/// Shows deposits that are open, by state.
pub(crate) fn show_deposits(state: &'static str, waits: Waits) {
    let names = ("majibu_deposits_open", "majibu_deposits_oldest_seconds");
    show_waits(names.0, names.1, "state", state, waits);
}

/// Shows withdrawals that are open, by state.
pub(crate) fn show_withdrawals(state: &'static str, waits: Waits) {
    let names = (
        "majibu_withdrawals_open",
        "majibu_withdrawals_oldest_seconds",
    );
    show_waits(names.0, names.1, "state", state, waits);
}

/// Shows entries that are open: `playing`, or `waiting` for an opponent.
pub(crate) fn show_entries(state: &'static str, waits: Waits) {
    show_waits(
        "majibu_entries_open",
        "majibu_entries_oldest_seconds",
        "state",
        state,
        waits,
    );
}

/// Shows what waits for an operator.
pub(crate) fn show_for_operator(what: &'static str, waits: Waits) {
    let names = ("majibu_operator_waiting", "majibu_operator_oldest_seconds");
    show_waits(names.0, names.1, "what", what, waits);
}

/// Shows when a chore was last done.
pub(crate) fn show_chore(chore: &'static str, done_ms: i64) {
    gauge!("majibu_chore_done_timestamp_seconds", "chore" => chore).set(seconds(done_ms));
}

/// Shows what the last check of the whole ledger found.
pub(crate) fn show_ledger(findings: i64, drift_cents: i64) {
    gauge!("majibu_ledger_findings").set(figure(findings));
    gauge!("majibu_ledger_drift_cents").set(figure(drift_cents));
}

/// Shows by how many cents M-Pesa holds more than the ledger says.
pub(crate) fn set_mpesa_drift(cents: i64) {
    gauge!("majibu_mpesa_drift_cents").set(figure(cents));
}

/// Shows whether a circuit is open in the fleet, by the kind of calls.
pub(crate) fn show_circuit(calls: &'static str, is_open: bool) {
    gauge!("majibu_circuit_open", "calls" => calls).set(f64::from(u8::from(is_open)));
}

/// Shows whether the first SMS sender pauses.
pub(crate) fn show_sms_pause(is_paused: bool) {
    gauge!("majibu_sms_paused").set(f64::from(u8::from(is_paused)));
}

/// Shows whether a part that the service needs answers.
pub(crate) fn show_reachable(part: &'static str, is_reachable: bool) {
    gauge!("majibu_reachable", "part" => part).set(f64::from(u8::from(is_reachable)));
}

/// Shows when the figures of the database were last read.
pub(crate) fn show_figures_read(at_ms: i64) {
    gauge!("majibu_figures_timestamp_seconds").set(seconds(at_ms));
}

/// Shows the connections of a pool.
pub(crate) fn show_pool(pool: &'static str, open: usize, idle: usize, limit: usize) {
    let used = open.saturating_sub(idle);
    gauge!("majibu_pool_connections", "pool" => pool, "state" => "used").set(plain(used));
    gauge!("majibu_pool_connections", "pool" => pool, "state" => "idle").set(plain(idle));
    gauge!("majibu_pool_limit", "pool" => pool).set(plain(limit));
}

/// Shows which version runs.
pub(super) fn show_build() {
    gauge!("majibu_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

/// Shows what the process uses: `process_resident_memory_bytes` and its like.
pub(super) fn show_process() {
    static COLLECTOR: OnceLock<Collector> = OnceLock::new();
    let collector = COLLECTOR.get_or_init(|| {
        let collector = Collector::default();
        collector.describe();
        collector
    });
    collector.collect();
}
