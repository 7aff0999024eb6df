//! Provider callbacks: written down raw and answered at once, acted on by a job, once.

use std::{sync::OnceLock, time::Duration};

use super::{App, AppError};
use crate::{
    core::{ids::CallbackId, msisdn::Msisdn, time::Timestamp},
    store::{Callback, CallbackKind, Claim, Leased, Source, Tx},
    telemetry::{self, trace},
};

/// How often a callback is tried before it is left to the operator.
const MAX_ATTEMPTS: i64 = 10;

/// What becomes of a callback that is larger than is taken.
const OVERSIZED: &str = "oversized: cut, not acted on";

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
        source: impl Into<Source>,
    ) -> Result<(), AppError> {
        let source = &source.into();
        let now = self.clock().now();
        let id = CallbackId::new(now, &mut self.inner.random.rng());
        let callback = Callback {
            id,
            kind,
            subject: subject.into(),
            body: body.into(),
        };
        let callback = &callback;
        let add = |mut tx: Tx| async move {
            tx.add_callback(callback, source, now).await?;
            Ok::<_, AppError>((tx, ()))
        };
        self.store().transact(add).await?;
        self.wake(Claim::Callbacks);
        Ok(())
    }

    /// Writes down the beginning of a callback that is larger than is taken. No provider sends such a
    /// thing, so nothing is done about it but to tell the operator.
    ///
    /// # Errors
    /// When it could not be stored: the provider must not hear that we have it.
    pub async fn take_cut_callback(
        &self,
        kind: CallbackKind,
        subject: &str,
        beginning: &[u8],
        source: impl Into<Source>,
    ) -> Result<(), AppError> {
        let source = &source.into();
        let now = self.clock().now();
        let id = CallbackId::new(now, &mut self.inner.random.rng());
        let callback = &Callback {
            id,
            kind,
            subject: subject.into(),
            body: beginning.into(),
        };
        let add = |mut tx: Tx| async move {
            tx.add_cut_callback(callback, source, OVERSIZED, now)
                .await?;
            Ok::<_, AppError>((tx, ()))
        };
        self.store().transact(add).await?;
        tracing::error!(callback = %id, kind = kind.name(), source = source.address,
            "callback larger than is taken; its beginning is kept, and not acted on");
        Ok(())
    }

    /// Acts on a callback that was written down.
    pub(super) async fn act_on_callback(&self, leased: &Leased) -> Result<(), AppError> {
        let Ok(id) = leased.id.parse::<CallbackId>() else {
            return Ok(());
        };
        let now = self.clock().now();
        let kind = OnceLock::new();
        let act = |tx| self.act_in(tx, id, now, &kind);
        let acted = self.store().transact(act).await;
        let count = |outcome| {
            if let Some(kind) = kind.get() {
                telemetry::count_acted(kind, outcome, now.ms_since(id.made_at()));
            }
        };
        let why = match acted {
            Ok(Acted::Done) => {
                count("done");
                self.wake(Claim::Sms);
                return Ok(());
            }
            // A report can be faster than the answer that brings its id.
            Ok(Acted::Unknown) => "its SMS is not known".to_owned(),
            Err(error) if error.is_of_the_database() => return Err(error),
            Err(error) => {
                tracing::error!(callback = %id, error = ?error, "callback failed");
                error.to_string()
            }
        };
        let due = (leased.attempt < MAX_ATTEMPTS).then(|| now.after(WAIT));
        count(if due.is_some() { "again" } else { "dead" });
        let why = why.as_str();
        let failed = |mut tx: Tx| async move {
            if due.is_none() {
                self.forget_report(&mut tx, id).await?;
            }
            tx.callback_failed(id, why, due).await?;
            Ok((tx, ()))
        };
        self.store().transact(failed).await
    }

    /// A report that is given up may be that of an SMS to somebody whose data were erased meanwhile.
    async fn forget_report(&self, tx: &mut Tx, id: CallbackId) -> Result<(), AppError> {
        let callback = tx.new_callback(id).await?;
        let report = callback.filter(|callback| callback.kind == CallbackKind::SmsDelivery);
        if let Some(report) = report {
            let numbers = Msisdn::all_in(&String::from_utf8_lossy(&report.body));
            self.forget_strangers(tx, &report, &numbers).await?;
        }
        Ok(())
    }

    async fn act_in(
        &self,
        mut tx: Tx,
        id: CallbackId,
        now: Timestamp,
        kind: &OnceLock<&'static str>,
    ) -> Result<(Tx, Acted), AppError> {
        let Some(callback) = tx.new_callback(id).await? else {
            return Ok((tx, Acted::Done));
        };
        let _ = kind.set(callback.kind.name());
        let trace = if callback.subject.is_empty() {
            None
        } else {
            tx.trace_of(&callback.subject).await?
        };
        trace::resume(trace, self.act_on(tx, &callback, now)).await
    }

    async fn act_on(
        &self,
        mut tx: Tx,
        callback: &Callback,
        now: Timestamp,
    ) -> Result<(Tx, Acted), AppError> {
        let outcome = match callback.kind {
            CallbackKind::Stk => Some(self.take_stk(&mut tx, callback, now).await?),
            CallbackKind::StkStatus => Some(self.take_stk_status(&mut tx, callback, now).await?),
            CallbackKind::C2bConfirmation => Some(self.take_payment(&mut tx, callback, now).await?),
            CallbackKind::C2bPull => Some(self.take_pulled(&mut tx, callback, now).await?),
            // Answered when it was asked; kept for the operator.
            CallbackKind::C2bValidation => Some("answered".into()),
            CallbackKind::SmsDelivery => self.take_delivery(&mut tx, &callback.body).await?,
            CallbackKind::SmsInbound => Some(self.take_inbound(&mut tx, callback).await?),
            CallbackKind::SmsOptOut => Some(self.take_opt_out(&mut tx, callback).await?),
            CallbackKind::UssdEvent => Some(self.take_session_end(&mut tx, callback).await?),
            CallbackKind::Payout => Some(self.take_payout(&mut tx, callback, now).await?),
            CallbackKind::PayoutTimeout => {
                Some(self.take_payout_timeout(&mut tx, callback, now).await?)
            }
            CallbackKind::PayoutStatus => {
                Some(self.take_payout_status(&mut tx, callback, now).await?)
            }
            CallbackKind::Balance => Some(self.take_balance(&mut tx, callback, now).await?),
            CallbackKind::BalanceTimeout => Some(Self::take_balance_timeout(callback)),
        };
        let Some(outcome) = outcome else {
            return Ok((tx, Acted::Unknown));
        };
        tx.callback_done(callback.id, &outcome).await?;
        Ok((tx, Acted::Done))
    }
}

/// What became of a callback.
enum Acted {
    /// It was acted on, now or before.
    Done,
    /// What it is about is not known, perhaps not yet.
    Unknown,
}
