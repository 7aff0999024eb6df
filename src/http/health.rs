//! What the operator's machines ask: alive, ready, metrics.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::Web;
use crate::{
    app::{MpesaDrift, Payouts},
    core::{circuit::Calls, sms::SmsClass},
    telemetry,
};

/// Whether jobs run in this process; shared between the runner and `/readyz`.
#[derive(Clone, Debug, Default)]
pub struct JobsHealth(Arc<AtomicU8>);

impl JobsHealth {
    const ELSEWHERE: u8 = 0;
    const RUNNING: u8 = 1;
    const STOPPED: u8 = 2;

    /// Jobs have begun to run in this process.
    pub fn running(&self) {
        self.0.store(Self::RUNNING, Ordering::Relaxed);
    }

    /// The runner has ended.
    pub fn stopped(&self) {
        self.0.store(Self::STOPPED, Ordering::Relaxed);
    }

    fn word(&self) -> &'static str {
        match self.0.load(Ordering::Relaxed) {
            Self::ELSEWHERE => "elsewhere",
            Self::RUNNING => "ok",
            _ => "stopped",
        }
    }
}

/// `GET /healthz`.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// How the parts of the service stand.
pub(super) struct Standing {
    /// Whether requests can be answered.
    is_ready: bool,
    /// Each part, and a word for how it stands.
    pub(super) parts: [(&'static str, &'static str); 8],
}

/// Asks every part. Payouts and SMS that pause after a fault, calls that Daraja does not answer, and a
/// difference between M-Pesa and the ledger show in the detail only: everything else goes on.
pub(super) async fn standing(web: &Web) -> Standing {
    let word = |is_fine: bool| if is_fine { "ok" } else { "unavailable" };
    let database = web.app.store().ping().await.is_ok();
    let sessions = web.app.sessions().ping().await.is_ok();
    let jobs = web.jobs.word();
    let circuits = web.app.circuits().await;
    let circuit = |wanted: Calls| match &circuits {
        Ok(circuits) if circuits.contains(&(wanted, true)) => "open",
        Ok(_) => "ok",
        Err(_) => "unknown",
    };
    let payouts = match web.app.payouts().await {
        Ok(Payouts::Off) => "off",
        Ok(Payouts::GoOut) => circuit(Calls::Payouts),
        Ok(Payouts::Paused) => "paused",
        Err(_) => "unknown",
    };
    let mpesa_drift = if database {
        drift_word(web).await
    } else {
        "unknown"
    };
    let sms = match web.app.sms_pause().await {
        Ok(None) => "ok",
        Ok(Some(_)) => "paused",
        Err(_) => "unknown",
    };
    Standing {
        is_ready: database && sessions && jobs != "stopped",
        parts: [
            ("database", word(database)),
            ("sessions", word(sessions)),
            ("jobs", jobs),
            ("pushes", circuit(Calls::Pushes)),
            ("queries", circuit(Calls::Queries)),
            ("payouts", payouts),
            ("mpesa_drift", mpesa_drift),
            ("sms", sms),
        ],
    }
}

/// `GET /readyz`: database, session store and jobs decide.
pub(super) async fn ready(State(web): State<Web>) -> Response {
    let standing = standing(&web).await;
    let status = if standing.is_ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let parts: BTreeMap<_, _> = standing.parts.into();
    (status, Json(parts)).into_response()
}

async fn drift_word(web: &Web) -> &'static str {
    match web.app.mpesa_drift().await {
        Ok((MpesaDrift::Ok, _)) => "ok",
        Ok((MpesaDrift::Drift, _)) => "drift",
        Ok((MpesaDrift::Unknown, _)) | Err(_) => "unknown",
    }
}

/// `GET /metrics`, in Prometheus' text format. The difference to M-Pesa is read for it: the job that
/// finds it may run in a process without HTTP.
pub(super) async fn metrics(State(web): State<Web>) -> String {
    if let Ok((_, Some(drift))) = web.app.mpesa_drift().await {
        telemetry::set_mpesa_drift(drift.get());
    }
    // The circuits are the fleet's: another process may have opened them, or closed them.
    for (calls, is_open) in web.app.circuits().await.unwrap_or_default() {
        telemetry::show_circuit(calls.name(), is_open);
    }
    show_sms(&web).await;
    web.metrics.render()
}

/// Looks at the outbox, whoever works it off: `majibu work` has no HTTP to show it on. Without the
/// database the figures stay as they were.
async fn show_sms(web: &Web) {
    if let Ok(pause) = web.app.sms_pause().await {
        telemetry::show_sms_pause(pause.is_some());
    }
    let Ok(figures) = web.app.outbox_figures().await else {
        return;
    };
    let now = web.app.clock().now();
    for class in SmsClass::ALL {
        let figure = figures.iter().find(|figure| figure.class == class);
        let (waiting, oldest_ms) = figure.map_or((0, 0), |figure| {
            (figure.waiting, now.ms_since(figure.oldest))
        });
        telemetry::show_outbox(class.name(), waiting, oldest_ms);
    }
}
