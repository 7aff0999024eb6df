//! Logs, metrics and traces. Logs go to stderr; labels of metrics come from closed lists, never an id
//! or a number; every hop has an id, which all that follows from it carries.

pub mod catalog;
mod count;
mod otlp;
mod show;
pub(crate) mod trace;

use std::{
    collections::HashMap,
    io::IsTerminal,
    sync::{Arc, OnceLock, RwLock},
    time::Duration,
};

use metrics::Histogram;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

use self::{
    catalog::{Kind, METRICS},
    count::ScreenMeters,
    otlp::Exporter,
};
pub(crate) use self::{count::*, show::*};
use crate::config::{Config, LogFormat};

/// What is logged where `RUST_LOG` says nothing.
const DEFAULT_FILTER: &str = "info,sqlx=warn,apalis=warn,apalis_core=warn";

/// The same for commands that talk with a person: what is odd, and nothing else.
const QUIET_FILTER: &str = "warn";

/// Sends logs to stderr, and traces to the collector where one is configured. Logs alone where the
/// process logs already.
pub fn log_to_stderr(config: &Config) -> Traces {
    let exporter = Exporter::begin(&config.telemetry);
    let exporter = exporter.unwrap_or_else(|error| {
        // The log does not run yet.
        log_by(config.log.format, DEFAULT_FILTER, None);
        tracing::error!(%error, "traces cannot be sent");
        None
    });
    log_by(config.log.format, DEFAULT_FILTER, exporter.as_ref());
    Traces(exporter)
}

/// Sends what is odd to stderr, for a command that talks with a person.
pub fn log_trouble_to_stderr(format: LogFormat) -> Traces {
    log_by(format, QUIET_FILTER, None);
    Traces(None)
}

fn log_by(format: LogFormat, default: &str, exporter: Option<&Exporter>) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let logs = tracing_subscriber::fmt::layer()
        // Colours are for eyes, not for files and log collectors.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let logs = match format {
        LogFormat::Text => logs.boxed(),
        LogFormat::Json => logs.json().boxed(),
    };
    let begun = tracing_subscriber::registry()
        .with(filter)
        .with(logs)
        .with(exporter.map(Exporter::layer))
        .try_init();
    if begun.is_err() {
        tracing::debug!("the process logs already");
    }
}

/// The way of traces to a collector, if there is one.
pub struct Traces(Option<Exporter>);

impl Traces {
    /// Sends what was not sent yet, for a few seconds at most.
    pub async fn end(self) {
        if let Some(exporter) = self.0 {
            exporter.end().await;
        }
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

/// What is counted so often that it is not looked up by name each time. Only there once the process
/// counts: what is asked for before would count into nothing for good.
struct Meters {
    begin_read: Histogram,
    begin_write: Histogram,
    screens: RwLock<HashMap<String, Arc<ScreenMeters>>>,
}

static METERS: OnceLock<Meters> = OnceLock::new();

impl Metrics {
    /// Begins to count. One recorder serves the whole process, however often this is called.
    #[must_use]
    pub fn begin() -> Self {
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
        show_process();
        self.handle
            .as_ref()
            .map(PrometheusHandle::render)
            .unwrap_or_default()
    }
}

/// Installs the recorder: buckets as the catalogue says, and counters that begin at zero, so that the
/// first event of a kind is an increase like any other.
fn install() -> Option<PrometheusHandle> {
    let mut builder = PrometheusBuilder::new();
    for metric in METRICS {
        if let Kind::Histogram(buckets) = metric.kind {
            let name = Matcher::Full(metric.name.into());
            builder = builder.set_buckets_for_metric(name, buckets).ok()?;
        }
    }
    let handle = builder.install_recorder().ok()?;
    for metric in METRICS {
        metric.describe();
        metric.begin_at_zero();
    }
    show_build();
    METERS.get_or_init(|| Meters {
        begin_read: metrics::histogram!("majibu_begin_ms", "access" => "read"),
        begin_write: metrics::histogram!("majibu_begin_ms", "access" => "write"),
        screens: RwLock::default(),
    });
    Some(handle)
}
