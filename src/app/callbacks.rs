//! Provider callbacks: written down raw and answered at once, acted on by a job, once.

use std::time::Duration;

use super::{App, AppError};
use crate::{
    core::ids::CallbackId,
    store::{Callback, CallbackKind, Claim, Leased},
};

/// How often a callback is tried before it is left to the operator.
const MAX_ATTEMPTS: i64 = 10;

/// How long after a try the next one comes.
const WAIT: Duration = Duration::from_secs(5);

impl App {
    /// Writes a callback down. Once this returns it is safe to acknowledge it.
    ///
    /// # Errors
    /// When it could not be stored: the provider must not hear that we have it.
    pub async fn take_callback(
        &self,
        kind: CallbackKind,
        subject: &str,
        body: &[u8],
        source: &str,
    ) -> Result<(), AppError> {
        let now = self.clock().now();
        let id = CallbackId::new(now, &mut self.inner.random.rng());
        let callback = Callback {
            id,
            kind,
            subject: subject.into(),
            body: body.into(),
        };
        let mut tx = self.store().write().await?;
        tx.add_callback(&callback, source, now).await?;
        tx.commit().await?;
        self.wake(Claim::Callbacks);
        Ok(())
    }

    /// Acts on a callback that was written down.
    pub(super) async fn act_on_callback(&self, leased: &Leased) -> Result<(), AppError> {
        let Ok(id) = leased.id.parse::<CallbackId>() else {
            return Ok(());
        };
        let now = self.clock().now();
        let mut tx = self.store().write().await?;
        let Some(callback) = tx.new_callback(id).await? else {
            return Ok(());
        };
        let outcome = match callback.kind {
            CallbackKind::Stk => Ok(Some(self.take_stk(&mut tx, &callback, now).await)),
            CallbackKind::C2bConfirmation => {
                Ok(Some(self.take_payment(&mut tx, &callback, now).await))
            }
            CallbackKind::C2bPull => Ok(Some(self.take_pulled(&mut tx, &callback, now).await)),
            // Answered when it was asked; kept for the operator.
            CallbackKind::C2bValidation => Ok(Some(Ok("answered".into()))),
            CallbackKind::SmsDelivery => self
                .take_delivery(&mut tx, &callback.body)
                .await
                .map(|outcome| outcome.map(Ok)),
            CallbackKind::UssdEvent => Ok(Some(Ok("stored".into()))),
        };
        let why = match outcome.and_then(Option::transpose) {
            Ok(Some(outcome)) => {
                tx.callback_done(id, &outcome).await?;
                tx.commit().await?;
                self.wake(Claim::Sms);
                return Ok(());
            }
            // A report can be faster than the answer that brings its id.
            Ok(None) => "its SMS is not known".to_owned(),
            Err(error) if error.is_contended() => return Err(error),
            Err(error) => {
                tracing::error!(callback = %id, error = ?error, "callback failed");
                error.to_string()
            }
        };
        drop(tx);
        let due = (leased.attempt < MAX_ATTEMPTS).then(|| now.after(WAIT));
        let mut tx = self.store().write().await?;
        tx.callback_failed(id, &why, due).await?;
        Ok(tx.commit().await?)
    }
}
