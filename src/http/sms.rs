//! The SMS gateway's callbacks.

use std::net::{IpAddr, SocketAddr};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, Path, State},
    http::HeaderMap,
};

use super::{TurnedAway, Web, caller::Provider};
use crate::store::CallbackKind;

/// `POST /sms/{secret}/delivery`: a delivery report.
pub(super) async fn delivery(
    State(web): State<Web>,
    Path(secret): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<&'static str, TurnedAway> {
    let caller = web
        .gate
        .admit(Provider::AfricasTalking, &secret, peer, &headers)?;
    web.keep(CallbackKind::SmsDelivery, "", &body, caller)
        .await?;
    Ok("OK")
}

impl Web {
    /// Writes a callback down; only then may it be acknowledged.
    pub(super) async fn keep(
        &self,
        kind: CallbackKind,
        subject: &str,
        body: &[u8],
        caller: IpAddr,
    ) -> Result<(), TurnedAway> {
        let kept = self
            .app
            .take_callback(kind, subject, body, &caller.to_string())
            .await;
        crate::telemetry::count_callback(kind.name(), kept.is_ok());
        kept.map_err(|error| {
            tracing::error!(kind = kind.name(), error = ?error, "callback could not be stored");
            TurnedAway::Unavailable
        })
    }
}
