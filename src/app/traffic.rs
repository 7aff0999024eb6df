//! The way to Daraja: how far apart requests are, in the whole fleet, and when none is sent because
//! Daraja has no room or does not answer. What may not pass is put off, and loses no attempt.

use std::time::Duration;

use rand::RngExt;

use super::{App, AppError};
use crate::{
    core::{
        circuit::{Calls, Change, Circuit, Heard, Passage, backoff},
        time::Timestamp,
    },
    ports::{PayoutError, PushError, QueryAnswer, QuestionError},
    store::{Claim, Gate, Tx},
    telemetry,
};

/// Questions yield to pushes and payouts that are due, but no longer than this: or nobody would ever
/// be asked about while the limit is used up.
const YIELD: Duration = Duration::from_secs(60);

/// Who looks for due rows looks again within this time anyhow.
const SOON: Duration = Duration::from_secs(1);

/// What is heard of a call, and the words for the operator.
pub(super) struct News<'a>(pub(super) Heard, pub(super) &'a str);

impl<'a> News<'a> {
    const ANSWER: Self = Self(Heard::Answer, "");

    pub(super) fn of_push(pushed: &'a Result<String, PushError>) -> Self {
        match pushed {
            Ok(_) | Err(PushError::Refused(_) | PushError::PhoneTaken(_)) => Self::ANSWER,
            Err(PushError::NoRoom(why)) => Self(Heard::NoRoom, why),
            Err(PushError::NotSent(why) | PushError::Unsure(why)) => Self(Heard::Nothing, why),
        }
    }

    pub(super) fn of_payout(sent: &'a Result<(), PayoutError>) -> Self {
        match sent {
            Ok(()) | Err(PayoutError::Refused(_) | PayoutError::SentBefore(_)) => Self::ANSWER,
            Err(PayoutError::NoRoom(why)) => Self(Heard::NoRoom, why),
            Err(PayoutError::NotSent(why) | PayoutError::Unsure(why)) => Self(Heard::Nothing, why),
        }
    }

    pub(super) fn of_query(answer: &'a QueryAnswer) -> Self {
        match answer {
            QueryAnswer::Code(_) | QueryAnswer::Pending(_) => Self::ANSWER,
            QueryAnswer::NoRoom(why) => Self(Heard::NoRoom, why),
            QueryAnswer::NoAnswer(why) => Self(Heard::Nothing, why),
        }
    }

    pub(super) fn of_question(asked: &'a Result<(), QuestionError>) -> Self {
        match asked {
            Ok(()) | Err(QuestionError::Refused(_)) => Self::ANSWER,
            Err(QuestionError::NoRoom(why)) => Self(Heard::NoRoom, why),
            Err(QuestionError::NoAnswer(why)) => Self(Heard::Nothing, why),
        }
    }
}

impl App {
    /// When a call may be sent; `None`: now, and this is the one that passed.
    pub(super) async fn pass(
        &self,
        tx: &mut Tx,
        calls: Calls,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, AppError> {
        let mut circuit = tx.circuit(calls).await?;
        if circuit.is_open() || now < circuit.until {
            tx.serialise_circuit(calls).await?;
            circuit = tx.circuit(calls).await?;
        }
        let passage = circuit.pass(now, self.settings().lease);
        if let Passage::Shut(until) = passage {
            return Ok(Some(until));
        }
        if let Some(opens) = self.pass_limit(tx, now).await? {
            return Ok(Some(opens));
        }
        if passage == Passage::Trial {
            tracing::info!(
                calls = calls.name(),
                "one call tries whether Daraja works again"
            );
            tx.keep_circuit(calls, &circuit, "a trial is under way")
                .await?;
        }
        Ok(None)
    }

    /// When the next request of any kind may be sent, in the whole fleet; `None`: now, and this is it.
    pub(super) async fn pass_limit(
        &self,
        tx: &mut Tx,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, AppError> {
        match self.distance() {
            Some(distance) => Ok(tx.pass_gate(Gate::Daraja, distance, now).await?),
            None => Ok(None),
        }
    }

    /// How far apart requests are; `None`: any number at a time.
    fn distance(&self) -> Option<Duration> {
        Duration::from_secs(60).checked_div(self.settings().daraja_per_minute)
    }

    /// Takes in what a call brought.
    pub(super) async fn hear(
        &self,
        tx: &mut Tx,
        calls: Calls,
        News(heard, why): News<'_>,
        now: Timestamp,
    ) -> Result<(), AppError> {
        if heard == Heard::Answer && tx.circuit(calls).await? == Circuit::default() {
            return Ok(());
        }
        tx.serialise_circuit(calls).await?;
        let before = tx.circuit(calls).await?;
        let mut circuit = before;
        let change = circuit.hear(heard, now, self.chance());
        if circuit != before {
            tx.keep_circuit(calls, &circuit, why).await?;
        }
        let calls_name = calls.name();
        match change {
            None => {}
            Some(Change::Opened(pause)) => {
                tracing::error!(
                    calls = calls_name,
                    why,
                    ?pause,
                    "circuit opened: Daraja does not answer, nothing is sent"
                );
                telemetry::count_circuit_opened(calls_name);
            }
            Some(Change::StaysOpen(pause)) => {
                tracing::warn!(
                    calls = calls_name,
                    why,
                    ?pause,
                    "the trial failed, the circuit stays open"
                );
            }
            Some(Change::Breathes(pause)) => {
                tracing::warn!(
                    calls = calls_name,
                    why,
                    ?pause,
                    "Daraja has no room: calls pause"
                );
            }
            Some(Change::Closed) => {
                tracing::info!(calls = calls_name, "circuit closed: Daraja answers again");
                tx.hasten(calls, before.until, now).await?;
                match calls {
                    Calls::Pushes => self.wake(Claim::Pushes),
                    Calls::Queries => self.wake(Claim::Queries),
                    Calls::Payouts => self.wake(Claim::Payouts),
                }
            }
        }
        Ok(())
    }

    /// Takes in whether a question was taken whose answer comes as a callback.
    pub(super) async fn hear_question(
        &self,
        asked: &Result<(), QuestionError>,
    ) -> Result<(), AppError> {
        let now = self.clock().now();
        let hear = |mut tx: Tx| async move {
            let news = News::of_question(asked);
            self.hear(&mut tx, Calls::Queries, news, now).await?;
            Ok((tx, ()))
        };
        self.store().transact(hear).await
    }

    /// How many rows of a kind may be claimed at `now`, at most `limit`. Where requests keep a distance
    /// only the one that may pass is claimed; the others stay due, the oldest first.
    pub(super) async fn room(
        &self,
        tx: &mut Tx,
        what: Claim,
        limit: usize,
        now: Timestamp,
    ) -> Result<usize, AppError> {
        let is_question = match what {
            Claim::Pushes | Claim::Payouts => false,
            Claim::Queries | Claim::PayoutQueries => true,
            Claim::Callbacks
            | Claim::Chores
            | Claim::Sms
            | Claim::Promotions
            | Claim::Rounds
            | Claim::Unpaired
            | Claim::Sets => return Ok(limit),
        };
        if self.distance().is_none() {
            return Ok(limit);
        }
        let opens = tx.gate_opens_at(Gate::Daraja).await?;
        if let Some(opens) = opens.filter(|opens| *opens > now) {
            self.wake_soon(what, opens, now);
            return Ok(0);
        }
        let yields = is_question
            && !tx.is_due(what, now.before(YIELD)).await?
            && (tx.is_due(Claim::Pushes, now).await? || tx.is_due(Claim::Payouts, now).await?);
        Ok(if yields { 0 } else { limit.min(1) })
    }

    /// Has due rows looked for when the gate opens, where that is before they are looked for anyhow.
    fn wake_soon(&self, what: Claim, opens: Timestamp, now: Timestamp) {
        let wait = Duration::from_millis(u64::try_from(opens.ms_since(now)).unwrap_or_default());
        if wait < SOON {
            let nudge = self.nudge(what);
            tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                nudge.notify_one();
            });
        }
    }

    /// How long the next try waits after `attempt` (1 and up) that failed.
    pub(super) fn wait_after(&self, first: Duration, longest: Duration, attempt: i64) -> Duration {
        let before = u32::try_from(attempt.saturating_sub(1)).unwrap_or_default();
        backoff(first, longest, before, self.chance())
    }

    fn chance(&self) -> f64 {
        self.inner.random.rng().random()
    }

    /// Every kind of calls to Daraja, and whether its circuit is open.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn circuits(&self) -> Result<Vec<(Calls, bool)>, AppError> {
        let circuits = self.store().read().await?.circuits().await?;
        Ok(circuits
            .into_iter()
            .map(|(calls, circuit)| (calls, circuit.is_open()))
            .collect())
    }
}
