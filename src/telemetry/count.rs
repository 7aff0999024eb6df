//! Counting what happens, where it happens.

use std::{
    sync::{Arc, OnceLock, PoisonError},
    time::Duration,
};

use metrics::{Counter, Histogram, counter, gauge, histogram};

use super::METERS;

/// How a hop was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answered {
    /// By what it did.
    New,
    /// As before: the same hop once more.
    Repeated,
    /// Turned away: no Kenyan mobile, another code, another phone, too often.
    Refused,
    /// Something was away.
    Failed,
    /// It met its deadline.
    CutOff,
}

impl Answered {
    const ALL: [Self; 5] = [
        Self::New,
        Self::Repeated,
        Self::Refused,
        Self::Failed,
        Self::CutOff,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::New => "answered",
            Self::Repeated => "repeated",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::CutOff => "cut_off",
        }
    }
}

/// The meters of one screen, made when they are first needed. A hop is counted without any allocation.
pub(super) struct ScreenMeters {
    ms: Histogram,
    hops: [OnceLock<Counter>; 2 * Answered::ALL.len()],
}

impl ScreenMeters {
    fn new(screen: &str) -> Self {
        Self {
            ms: histogram!("majibu_hop_ms", "screen" => screen.to_owned()),
            hops: std::array::from_fn(|_| OnceLock::new()),
        }
    }

    fn count(&self, screen: &str, ends: bool, answered: Answered, took: Duration) {
        let place = Answered::ALL.iter().position(|it| *it == answered);
        let place = 2 * place.unwrap_or_default() + usize::from(ends);
        if let Some(hops) = self.hops.get(place) {
            let hops = hops.get_or_init(|| {
                let screen = screen.to_owned();
                let reply = if ends { "end" } else { "con" };
                counter!("majibu_hops_total", "screen" => screen, "reply" => reply, "outcome" => answered.name())
            });
            hops.increment(1);
        }
        self.ms.record(ms(took));
    }
}

/// Milliseconds, with fractions.
fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1_000.0
}

/// The same of a difference of two instants; none is negative.
fn plain_ms(ms: i64) -> f64 {
    f64::from(u32::try_from(ms.max(0)).unwrap_or(u32::MAX))
}

/// Counts a hop, by the screen that answered it.
pub(crate) fn count_hop(screen: &str, ends: bool, answered: Answered, took: Duration) {
    let Some(meters) = METERS.get() else { return };
    if answered == Answered::CutOff {
        counter!("majibu_hops_cut_off_total").increment(1);
    }
    let known = meters
        .screens
        .read()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(meters) = known.get(screen) {
        return meters.count(screen, ends, answered, took);
    }
    drop(known);
    let mut known = meters
        .screens
        .write()
        .unwrap_or_else(PoisonError::into_inner);
    let meters = known.entry(screen.to_owned());
    let meters = meters.or_insert_with(|| Arc::new(ScreenMeters::new(screen)));
    meters.count(screen, ends, answered, took);
}

/// Counts a session whose end was told.
pub(crate) fn count_session(
    gateway: &'static str,
    status: &'static str,
    screen: &str,
    hops: Option<u32>,
    duration_ms: Option<u64>,
) {
    let labels = [("gateway", gateway), ("status", status)];
    counter!("majibu_sessions_total", &labels).increment(1);
    if status != "success" {
        let screen = screen.to_owned();
        counter!("majibu_sessions_given_up_total", "screen" => screen).increment(1);
    }
    if let Some(hops) = hops {
        histogram!("majibu_session_hops").record(f64::from(hops));
    }
    if let Some(ms) = duration_ms {
        let ms = u32::try_from(ms).unwrap_or(u32::MAX);
        histogram!("majibu_session_ms").record(f64::from(ms));
    }
}

/// Counts a call to a provider.
pub(crate) fn count_call(
    provider: &'static str,
    endpoint: &'static str,
    result: &'static str,
    took: Duration,
) {
    let labels = [
        ("provider", provider),
        ("endpoint", endpoint),
        ("result", result),
    ];
    counter!("majibu_provider_calls_total", &labels).increment(1);
    histogram!("majibu_provider_call_ms", &labels[..2]).record(ms(took));
}

/// Counts a callback that came in.
pub(crate) fn count_callback(kind: &'static str, is_stored: bool) {
    let outcome = if is_stored { "stored" } else { "refused" };
    counter!("majibu_callbacks_total", "kind" => kind, "outcome" => outcome).increment(1);
}

/// Counts what became of a callback; `lag_ms` after it came in.
pub(crate) fn count_acted(kind: &'static str, outcome: &'static str, lag_ms: i64) {
    counter!("majibu_callbacks_acted_total", "kind" => kind, "outcome" => outcome).increment(1);
    histogram!("majibu_callback_lag_ms", "kind" => kind).record(plain_ms(lag_ms));
}

/// Counts a circuit that opened, by the kind of calls.
pub(crate) fn count_circuit_opened(calls: &'static str) {
    counter!("majibu_circuits_opened_total", "calls" => calls).increment(1);
}

/// Counts a request that was turned away, by why.
pub(crate) fn count_turned_away(why: &'static str) {
    counter!("majibu_turned_away_total", "why" => why).increment(1);
}

/// Counts rows worked off, and how long that took.
pub(crate) fn count_jobs(kind: &'static str, rows: usize, took: Duration) {
    counter!("majibu_jobs_total", "kind" => kind).increment(u64::try_from(rows).unwrap_or(0));
    histogram!("majibu_job_ms", "kind" => kind).record(ms(took));
}

/// Counts work that failed, and is due again when its lease ends.
pub(crate) fn count_job_failure(kind: &'static str) {
    counter!("majibu_job_failures_total", "kind" => kind).increment(1);
}

/// Counts rows that this process has claimed.
pub(crate) fn count_leased(kind: &'static str, rows: usize) {
    gauge!("majibu_jobs_leased", "kind" => kind).increment(plain(rows));
}

/// Counts rows that this process has claimed and does not work on any more.
pub(crate) fn count_let_go(kind: &'static str, rows: usize) {
    gauge!("majibu_jobs_leased", "kind" => kind).decrement(plain(rows));
}

pub(super) fn plain(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Counts what became of a try to send an SMS.
pub(crate) fn count_sms(sender: &'static str, outcome: &'static str, code: &'static str) {
    let labels = [("sender", sender), ("outcome", outcome), ("code", code)];
    counter!("majibu_sms_total", &labels).increment(1);
}

/// Counts a pause of the first SMS sender, by fault.
pub(crate) fn count_sms_pause(fault: &'static str) {
    counter!("majibu_sms_pauses_total", "fault" => fault).increment(1);
}

/// Counts a transfer that was booked.
pub(crate) fn count_transfer(reason: &'static str, cents: i64) {
    counter!("majibu_transfers_total", "reason" => reason).increment(1);
    let cents = u64::try_from(cents).unwrap_or(0);
    counter!("majibu_moved_cents_total", "reason" => reason).increment(cents);
}

/// Counts deposits that came into a state.
pub(crate) fn count_deposits(state: &'static str, rows: u64) {
    counter!("majibu_deposits_total", "state" => state).increment(rows);
}

/// Counts withdrawals that came into a state.
pub(crate) fn count_withdrawals(state: &'static str, rows: u64) {
    counter!("majibu_withdrawals_total", "state" => state).increment(rows);
}

/// Counts entries that came into a state.
pub(crate) fn count_entries(state: &'static str, rows: u64) {
    counter!("majibu_entries_total", "state" => state).increment(rows);
}

/// Counts a set whose second seat was taken so long after it was opened.
pub(crate) fn count_pairing(after_ms: i64) {
    histogram!("majibu_pairing_seconds").record(plain_ms(after_ms) / 1_000.0);
}

/// Counts how long a transaction waited to begin.
pub(crate) fn count_begin(writes: bool, took: Duration) {
    if let Some(meters) = METERS.get() {
        let meter = if writes {
            &meters.begin_write
        } else {
            &meters.begin_read
        };
        meter.record(ms(took));
    }
}

/// Counts a transaction that is run again, since another one was in the way.
pub(crate) fn count_again() {
    counter!("majibu_transactions_again_total").increment(1);
}
