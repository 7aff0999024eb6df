//! Logs and metrics. Logs go to stderr; labels of metrics come from closed lists, never an id or a
//! number.

use std::{io::IsTerminal, sync::OnceLock, time::Duration};

use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// What is logged where `RUST_LOG` says nothing.
const DEFAULT_FILTER: &str = "info,sqlx=warn,apalis=warn,apalis_core=warn";

/// The same for commands that talk with a person: what is odd, and nothing else.
const QUIET_FILTER: &str = "warn";

/// Sends logs to stderr. Does nothing where the process logs already.
pub fn log_to_stderr(format: LogFormat) {
    log_by(format, DEFAULT_FILTER);
}

/// Sends what is odd to stderr, for a command that talks with a person.
pub fn log_trouble_to_stderr(format: LogFormat) {
    log_by(format, QUIET_FILTER);
}

fn log_by(format: LogFormat, default: &str) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Colours are for eyes, not for files and log collectors.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let begun = match format {
        LogFormat::Text => logs.try_init(),
        LogFormat::Json => logs.json().try_init(),
    };
    if begun.is_err() {
        tracing::debug!("the process logs already");
    }
}

/// How often samples are folded into histograms.
const UPKEEP: Duration = Duration::from_secs(5);

/// The metrics of this process.
#[derive(Clone, Default)]
pub struct Metrics {
    handle: Option<PrometheusHandle>,
}

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

impl Metrics {
    /// Begins to count. One recorder serves the whole process, however often this is called.
    #[must_use]
    pub fn begin() -> Self {
        let install = || PrometheusBuilder::new().install_recorder().ok();
        Self {
            handle: HANDLE.get_or_init(install).clone(),
        }
    }

    /// Folds samples into histograms until `stop`, so that they do not pile up where nobody scrapes.
    pub async fn keep_up(&self, stop: CancellationToken) {
        let Some(handle) = &self.handle else {
            return stop.cancelled().await;
        };
        loop {
            tokio::select! {
                () = tokio::time::sleep(UPKEEP) => handle.run_upkeep(),
                () = stop.cancelled() => return,
            }
        }
    }

    /// In Prometheus' text format.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle
            .as_ref()
            .map(PrometheusHandle::render)
            .unwrap_or_default()
    }
}

/// Counts a hop: `majibu_hops_total` and `majibu_hop_ms`, by screen.
pub(crate) fn count_hop(screen: &str, ends: bool, ms: i64) {
    let ends = if ends { "end" } else { "con" };
    counter!("majibu_hops_total", "screen" => screen.to_owned(), "reply" => ends).increment(1);
    let ms = u32::try_from(ms).unwrap_or(u32::MAX);
    histogram!("majibu_hop_ms", "screen" => screen.to_owned()).record(f64::from(ms));
}

/// Counts a hop that met its deadline: `majibu_hops_cut_off_total`.
pub(crate) fn count_hop_cut_off() {
    counter!("majibu_hops_cut_off_total").increment(1);
}

/// Counts a session whose end was told: `majibu_sessions_total` by gateway and status, and
/// `majibu_session_hops` and `majibu_session_ms`. What the service did not end is
/// `majibu_sessions_given_up_total`, by the last screen.
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

/// Counts a callback: `majibu_callbacks_total`, by kind.
pub(crate) fn count_callback(kind: &'static str, is_stored: bool) {
    let outcome = if is_stored { "stored" } else { "refused" };
    counter!("majibu_callbacks_total", "kind" => kind, "outcome" => outcome).increment(1);
}

/// Counts a circuit that opened: `majibu_circuits_opened_total`, by the kind of calls.
pub(crate) fn count_circuit_opened(calls: &'static str) {
    counter!("majibu_circuits_opened_total", "calls" => calls).increment(1);
}

/// Shows whether a circuit is open in the fleet: `majibu_circuit_open`, 0 or 1, by the kind of calls.
pub(crate) fn show_circuit(calls: &'static str, is_open: bool) {
    let value = if is_open { 1.0 } else { 0.0 };
    gauge!("majibu_circuit_open", "calls" => calls).set(value);
}

/// Counts a request that was turned away: `majibu_turned_away_total`, by why.
pub(crate) fn count_turned_away(why: &'static str) {
    counter!("majibu_turned_away_total", "why" => why).increment(1);
}

/// Counts rows worked off: `majibu_jobs_total`, by kind.
pub(crate) fn count_jobs(kind: &'static str, rows: usize) {
    counter!("majibu_jobs_total", "kind" => kind).increment(u64::try_from(rows).unwrap_or(0));
}

/// Shows by how many cents M-Pesa holds more than the ledger says: `majibu_mpesa_drift_cents`.
pub(crate) fn set_mpesa_drift(cents: i64) {
    // A gauge is a floating-point number: exact up to 2^53 cents.
    gauge!("majibu_mpesa_drift_cents").set(cents as f64);
}

/// Counts what became of a try to send an SMS: `majibu_sms_total`, by sender, outcome and the
/// sender's code.
pub(crate) fn count_sms(sender: &'static str, outcome: &'static str, code: &'static str) {
    let labels = [("sender", sender), ("outcome", outcome), ("code", code)];
    counter!("majibu_sms_total", &labels).increment(1);
}

/// Counts a pause of the first SMS sender: `majibu_sms_pauses_total`, by fault.
pub(crate) fn count_sms_pause(fault: &'static str) {
    counter!("majibu_sms_pauses_total", "fault" => fault).increment(1);
}

/// Shows whether the first SMS sender pauses: `majibu_sms_paused`.
pub(crate) fn show_sms_pause(is_paused: bool) {
    gauge!("majibu_sms_paused").set(if is_paused { 1.0 } else { 0.0 });
}

/// Shows what waits in the outbox, by class: `majibu_outbox_waiting` and the age of the oldest,
/// `majibu_outbox_oldest_seconds`.
pub(crate) fn show_outbox(class: &'static str, waiting: i64, oldest_ms: i64) {
    let figure = |value: i64| f64::from(u32::try_from(value).unwrap_or(u32::MAX));
    gauge!("majibu_outbox_waiting", "class" => class).set(figure(waiting));
    gauge!("majibu_outbox_oldest_seconds", "class" => class).set(figure(oldest_ms / 1_000));
}
