//! The SMS gateway's callbacks.

use axum::{Extension, extract::State};

use super::{TurnedAway, Web, body::Taken, caller::Caller};
use crate::store::CallbackKind;

/// `POST /sms/{secret}/delivery`: a delivery report.
pub(super) async fn delivery(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    taken: Taken,
) -> Result<&'static str, TurnedAway> {
    web.take(CallbackKind::SmsDelivery, &caller, &taken).await
}

/// `POST /sms/{secret}/inbound`: an SMS from a phone.
pub(super) async fn inbound(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    taken: Taken,
) -> Result<&'static str, TurnedAway> {
    web.take(CallbackKind::SmsInbound, &caller, &taken).await
}

/// `POST /sms/{secret}/optout`: a number refuses promotions, or takes them again.
pub(super) async fn opt_out(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    taken: Taken,
) -> Result<&'static str, TurnedAway> {
    web.take(CallbackKind::SmsOptOut, &caller, &taken).await
}

impl Web {
    /// Takes a callback of the SMS gateway. What is in it is the job runner's question: the gateway
    /// repeats what is not answered 200, and what is malformed now is malformed then.
    async fn take(
        &self,
        kind: CallbackKind,
        caller: &Caller,
        taken: &Taken,
    ) -> Result<&'static str, TurnedAway> {
        self.keep(kind, "", taken, caller).await?;
        Ok("OK")
    }

    /// Writes a callback down; only then may it be acknowledged. One that is larger than is taken is
    /// kept as far as it was read, and acknowledged like any other.
    pub(super) async fn keep(
        &self,
        kind: CallbackKind,
        subject: &str,
        taken: &Taken,
        caller: &Caller,
    ) -> Result<(), TurnedAway> {
        caller.in_measure()?;
        let body = &taken.bytes;
        let kept = if taken.is_cut {
            self.app
                .take_cut_callback(kind, subject, body, caller)
                .await
        } else {
            self.app.take_callback(kind, subject, body, caller).await
        };
        crate::telemetry::count_callback(kind.name(), kept.is_ok());
        kept.map_err(|error| {
            tracing::error!(kind = kind.name(), error = ?error, "callback could not be stored");
            TurnedAway::Unavailable
        })
    }
}
