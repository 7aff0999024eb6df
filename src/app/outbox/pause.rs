//! Pauses of the first sender: for the whole fleet, with the reason, over by themselves or at the
//! operator's word. While one lasts nothing is claimed, so no try is lost.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use crate::{
    app::{App, AppError},
    core::{operator::By, time::Timestamp},
    ports::SmsFault,
    store::{Claim, Gate, GateState, OutboxFigure, OutboxTrouble, Tx},
};

/// Requests without an answer, one after the other, after which the sender is taken to be away.
const AWAY_AFTER: u32 = 5;

/// How many reasons the operator is shown.
const TROUBLES: i64 = 20;

/// For how long back.
const TROUBLES_OF: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether SMS go out by the first sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Door {
    /// As many as there are.
    Open,
    /// One at a time, after a pause, until it is seen that they get through.
    Probe,
    /// None; by the second sender instead.
    Fallback,
    /// None.
    Shut,
}

/// How the first sender answers this process.
#[derive(Debug, Default)]
pub(in crate::app) struct SmsHealth(AtomicU32);

impl SmsHealth {
    /// A request ended; whether it had no answer.
    pub(in crate::app) fn note(&self, had_no_answer: bool) {
        if had_no_answer {
            self.0.fetch_add(1, Ordering::Relaxed);
        } else {
            self.0.store(0, Ordering::Relaxed);
        }
    }

    /// Whether the sender is taken to be away.
    pub(in crate::app) fn is_away(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= AWAY_AFTER
    }
}

/// How SMS stand, for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmsState {
    /// Until when and why the first sender pauses.
    pub paused: Option<(Timestamp, String)>,
    /// Whether a second sender is set up.
    pub has_fallback: bool,
    /// What waits, by class.
    pub waiting: Vec<OutboxFigure>,
    /// Why SMS of the last day were not sent.
    pub troubles: Vec<OutboxTrouble>,
}

/// The first pause for a fault, and the longest. What only the house can mend is looked at anew
/// at an even distance; the rest ever more rarely.
fn pauses(fault: SmsFault, stop: Duration) -> (Duration, Duration) {
    let seconds = Duration::from_secs;
    match fault {
        SmsFault::Key | SmsFault::SenderId | SmsFault::Other => (stop, stop),
        SmsFault::Credit => (seconds(60), seconds(60 * 60)),
        SmsFault::Busy => (seconds(5), seconds(5 * 60)),
        SmsFault::Away => (seconds(10), seconds(10 * 60)),
    }
}

/// How long the pause is that follows on `step` others.
fn pause(fault: SmsFault, stop: Duration, step: i64) -> Duration {
    let (first, longest) = pauses(fault, stop);
    let doublings = u32::try_from(step.clamp(0, 16)).unwrap_or_default();
    first.saturating_mul(1 << doublings).min(longest)
}

fn is_shut(gate: &GateState, now: Timestamp) -> bool {
    gate.why.is_some() && gate.opens_at > now
}

impl App {
    /// Whether SMS of a class are to be claimed now, and for whom.
    pub(in crate::app) async fn door(
        &self,
        tx: &mut Tx,
        is_promotion: bool,
        now: Timestamp,
    ) -> Result<Door, AppError> {
        let gate = tx.gate(Gate::Sms).await?;
        Ok(if gate.opens_at > now {
            if self.has_fallback(is_promotion) {
                Door::Fallback
            } else {
                Door::Shut
            }
        } else if gate.step > 0 {
            Door::Probe
        } else {
            Door::Open
        })
    }

    /// Pauses the first sender; gives until when. `None`: it pauses already.
    pub(in crate::app) async fn pause_sms(
        &self,
        tx: &mut Tx,
        fault: SmsFault,
        why: &str,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, AppError> {
        tx.serialise_gate(Gate::Sms).await?;
        let gate = tx.gate(Gate::Sms).await?;
        let stop = self.settings().sms.pause;
        let until = now.after(pause(fault, stop, gate.step));
        let is_graver = fault.is_of_the_house() && gate.opens_at < until;
        // Requests that were under way meet the same fault: that is no further pause.
        let is_known = gate
            .why
            .as_deref()
            .is_some_and(|why| why.starts_with(fault.name()));
        if is_shut(&gate, now) && (!is_graver || is_known) {
            return Ok(None);
        }
        let why = format!("{}: {why}", fault.name());
        tx.shut_gate(Gate::Sms, until, &why).await?;
        tx.steepen_gate(Gate::Sms).await?;
        Ok(Some(until))
    }

    /// Nothing went out after all: whoever comes next may try.
    pub(in crate::app) async fn let_the_next_pass(&self, now: Timestamp) -> Result<(), AppError> {
        let pass = |mut tx: Tx| async move {
            tx.ease_gate(Gate::Sms, 0, now).await?;
            Ok((tx, ()))
        };
        self.store().transact(pass).await
    }

    /// Until when and why the first sender pauses; `None`: it does not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sms_pause(&self) -> Result<Option<(Timestamp, String)>, AppError> {
        let now = self.clock().now();
        Ok(self.store().read().await?.gate_shut(Gate::Sms, now).await?)
    }

    /// Ends a pause of the first sender; gives why it paused, `None` where it did not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn resume_sms(&self, by: &By) -> Result<Option<String>, AppError> {
        let now = self.clock().now();
        let resume = |mut tx: Tx| async move {
            tx.serialise_gate(Gate::Sms).await?;
            let why = tx.open_gate(Gate::Sms, now).await?;
            tx.ease_gate(Gate::Sms, i64::MAX, now).await?;
            if let Some(why) = &why {
                let subject = ("gate", "sms".to_owned());
                self.write_down(&mut tx, by, "resume", subject, why, now)
                    .await?;
            }
            Ok::<_, AppError>((tx, why))
        };
        let why = self.store().transact(resume).await?;
        self.wake(Claim::Sms);
        Ok(why)
    }

    /// What waits in the outbox, by class.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn outbox_figures(&self) -> Result<Vec<OutboxFigure>, AppError> {
        Ok(self.store().read().await?.outbox_figures().await?)
    }

    /// How SMS stand.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sms_state(&self) -> Result<SmsState, AppError> {
        let now = self.clock().now();
        let mut tx = self.store().read().await?;
        let since = now.before(TROUBLES_OF);
        Ok(SmsState {
            paused: tx.gate_shut(Gate::Sms, now).await?,
            has_fallback: self.inner.fallback.is_some(),
            waiting: tx.outbox_figures().await?,
            troubles: tx.outbox_troubles(since, TROUBLES).await?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_limit_where_they_end_by_themselves() {
        let stop = Duration::from_secs(900);
        let seconds = |fault, step| pause(fault, stop, step).as_secs();
        let credit: Vec<_> = [0, 1, 2, 5, 6, 7, 1_000]
            .map(|step| seconds(SmsFault::Credit, step))
            .into();
        assert_eq!(credit, [60, 120, 240, 1_920, 3_600, 3_600, 3_600]);
        assert_eq!(
            [0, 1, 9].map(|step| seconds(SmsFault::Busy, step)),
            [5, 10, 300]
        );
        assert_eq!(
            [0, 3, 9].map(|step| seconds(SmsFault::Away, step)),
            [10, 80, 600]
        );
        for fault in [SmsFault::Key, SmsFault::SenderId, SmsFault::Other] {
            assert_eq!([0, 1, 9].map(|step| seconds(fault, step)), [900; 3]);
        }
    }
}
