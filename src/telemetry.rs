//! Logs and metrics. Logs go to stderr; labels of metrics come from closed lists, never an id or a
//! number.

use std::{io::IsTerminal, sync::OnceLock, time::Duration};

use metrics::{counter, histogram};
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

/// Counts a request that was turned away: `majibu_turned_away_total`, by why.
pub(crate) fn count_turned_away(why: &'static str) {
    counter!("majibu_turned_away_total", "why" => why).increment(1);
}

/// Counts rows worked off: `majibu_jobs_total`, by kind.
pub(crate) fn count_jobs(kind: &'static str, rows: usize) {
    counter!("majibu_jobs_total", "kind" => kind).increment(u64::try_from(rows).unwrap_or(0));
}
