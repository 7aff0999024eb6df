//! What the operator's machines ask: alive, ready, metrics.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
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
    core::circuit::Calls,
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

/// How long `/metrics` waits for figures: a database that hangs costs no more, and those that are
/// counted in the process are shown in any case.
const FIGURES_LIMIT: Duration = Duration::from_secs(1);

/// `GET /metrics`, in Prometheus' text format. How things stand in the database is read for it: the
/// jobs that change it may run in another process.
pub(super) async fn metrics(State(web): State<Web>) -> String {
    web.app.show_figures(FIGURES_LIMIT).await;
    web.metrics.render()
}
