//! The SMS gateway's callbacks.

use std::net::SocketAddr;

use axum::{
    body::Bytes,
    extract::{ConnectInfo, Path, State},
    http::HeaderMap,
};

use super::{
    TurnedAway, Web,
    caller::{Caller, Provider},
};
use crate::store::CallbackKind;

/// `POST /sms/{secret}/delivery`: a delivery report.
pub(super) async fn delivery(
    State(web): State<Web>,
    Path(secret): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<&'static str, TurnedAway> {
    let kind = CallbackKind::SmsDelivery;
    web.take(kind, &secret, peer, &headers, &body).await
}

/// `POST /sms/{secret}/inbound`: an SMS from a phone.
pub(super) async fn inbound(
    State(web): State<Web>,
    Path(secret): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<&'static str, TurnedAway> {
    let kind = CallbackKind::SmsInbound;
    web.take(kind, &secret, peer, &headers, &body).await
}

/// `POST /sms/{secret}/optout`: a number refuses promotions, or takes them again.
pub(super) async fn opt_out(
    State(web): State<Web>,
    Path(secret): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<&'static str, TurnedAway> {
    let kind = CallbackKind::SmsOptOut;
    web.take(kind, &secret, peer, &headers, &body).await
}

impl Web {
    /// Takes a callback of the SMS gateway. What is in it is the job runner's question: the gateway
    /// repeats what is not answered 200, and what is malformed now is malformed then.
    async fn take(
        &self,
        kind: CallbackKind,
        secret: &str,
        peer: SocketAddr,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<&'static str, TurnedAway> {
        let caller = self
            .gate
            .admit(Provider::AfricasTalking, secret, peer, headers)?;
        self.keep(kind, "", body, caller).await?;
        Ok("OK")
    }

    /// Writes a callback down; only then may it be acknowledged.
    pub(super) async fn keep(
        &self,
        kind: CallbackKind,
        subject: &str,
        body: &[u8],
        caller: Caller<'_>,
    ) -> Result<(), TurnedAway> {
        let kept = self.app.take_callback(kind, subject, body, caller).await;
        crate::telemetry::count_callback(kind.name(), kept.is_ok());
        kept.map_err(|error| {
            tracing::error!(kind = kind.name(), error = ?error, "callback could not be stored");
            TurnedAway::Unavailable
        })
    }
}
