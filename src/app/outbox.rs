//! Sending what is in the outbox: batches by the first sender, a second one where the first does
//! not send, receipts before promotions.
//!
//! What was sent is written down in one statement for all answers of a moment, so a process that is
//! killed in between sends those again: a doubled SMS is the lesser evil, and a lost one never happens.

mod parcel;
mod pause;

use std::time::Duration;

use futures::{StreamExt, stream};
use rand::RngExt;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use self::parcel::{Parcel, parcels};
pub use self::pause::SmsState;
pub(super) use self::pause::{Door, SmsHealth};
use super::{App, AppError, Work};
use crate::{
    core::{
        msisdn::Msisdn,
        sms::{Route, SmsClass},
        time::Timestamp,
    },
    ports::{SmsAnswer, SmsFault, SmsVerdict},
    store::{Claim, Gate, Kept, OutboxRow, SmsFate, Tx},
    telemetry::{self, trace},
};

/// How often a text is tried. With the default first step of 10 s the last try is about a day
/// after the first.
const MAX_ATTEMPTS: i64 = 32;

/// The same for an answer. It is asked for again by who still wants it, and a balance of hours ago
/// tells nobody anything: with the default first step the last try is about an hour later.
const MAX_ANSWER_ATTEMPTS: i64 = 9;

/// The longest wait between two tries, its jitter not counted.
const MAX_BACKOFF: Duration = Duration::from_secs(60 * 60);

/// Why a promotion to a number that refuses them is not sent.
const OPTED_OUT: &str = "the number refuses promotions";

/// The longest time for a batch, below what a process that is told to stop waits.
const MAX_BATCH_TIME: Duration = Duration::from_secs(20);

/// How long answers are collected before they are written down.
const COLLECT: Duration = Duration::from_millis(200);

/// The part of the requests at the same time that promotions have at most.
const PROMOTIONS_PART: usize = 4;

/// What became of one text of a batch.
struct Outcome {
    row: OutboxRow,
    route: Route,
    /// `None`: there was no time left to try.
    answer: Option<SmsAnswer>,
}

impl App {
    /// Claims SMS to send, receipts and answers or promotions: as many as one batch has, and none
    /// while nothing can be sent or what is more urgent waits.
    pub(super) async fn claim_sms(
        &self,
        what: Claim,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Work>, AppError> {
        let is_promotion = what == Claim::Promotions;
        let mut tx = self.store().read().await?;
        if is_promotion && tx.is_due(Claim::Sms, now).await? {
            return Ok(Vec::new());
        }
        let door = self.door(&mut tx, is_promotion, now).await?;
        drop(tx);
        let lease = self.settings().lease;
        let limit = limit.min(self.settings().sms.batch);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let claim = |mut tx: Tx| async move {
            let (limit, route) = match door {
                Door::Open => (limit, Route::First),
                Door::Fallback => (limit, Route::Fallback),
                Door::Shut => return Ok::<_, AppError>((tx, (Vec::new(), Route::First))),
                // One goes ahead, alone in the whole fleet.
                Door::Probe => match tx.pass_gate(Gate::Sms, lease, now).await? {
                    None => (1, Route::First),
                    Some(_) => return Ok((tx, (Vec::new(), Route::First))),
                },
            };
            let rows = tx.claim(what, now, lease, limit).await?;
            Ok((tx, (rows, route)))
        };
        let (rows, route) = self.store().transact(claim).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        Ok(vec![Work {
            what,
            rows,
            until: now.after(lease),
            route,
        }])
    }

    /// Sends a claimed batch, within its lease.
    pub(super) async fn send_sms(&self, work: &Work) -> Result<(), AppError> {
        let now = self.clock().now();
        let left = u64::try_from(work.until.ms_since(now)).unwrap_or_default();
        let time = (Duration::from_millis(left) * 3 / 4).min(MAX_BATCH_TIME);
        if time.is_zero() {
            return Ok(());
        }
        let ends = Instant::now() + time;
        let mut tx = self.store().read().await?;
        let rows = tx.texts_to_send(&work.rows).await?;
        let gate = tx.gate(Gate::Sms).await?;
        drop(tx);
        let is_shut = gate.why.is_some() && gate.opens_at > now;
        let is_recovering = gate.step > 0 && work.route == Route::First;
        let (rows, kept) = self.set_aside(rows, work.route, is_shut, now);
        if !kept.is_empty() {
            let keep = |mut tx: Tx| {
                let kept = &kept;
                async move {
                    tx.keep_texts(kept, now).await?;
                    Ok::<_, AppError>((tx, ()))
                }
            };
            self.store().transact(keep).await?;
        }
        let route_of = |row: &OutboxRow| self.route_of(row, work.route, is_shut);
        let parcels = parcels(rows, self.settings().sms.batch, route_of);
        if is_recovering && !is_shut && parcels.iter().all(|it| it.route != Route::First) {
            self.let_the_next_pass(now).await?;
        }
        let mut left = parcels.len();
        let at_once = self.settings().sms.concurrency;
        let at_once = if work.what == Claim::Promotions {
            (at_once / PROMOTIONS_PART).max(1)
        } else {
            at_once
        };
        let mut requests = stream::iter(parcels)
            .map(|parcel| self.deliver(parcel, ends, time))
            .buffer_unordered(at_once);
        while left > 0 {
            let answered: Vec<Vec<Outcome>> =
                requests.by_ref().take_until(sleep(COLLECT)).collect().await;
            left = left.saturating_sub(answered.len());
            let outcomes: Vec<Outcome> = answered.into_iter().flatten().collect();
            if !outcomes.is_empty() {
                self.keep_outcomes(&outcomes, work.route, is_recovering)
                    .await?;
            }
        }
        Ok(())
    }

    /// Takes out what is not sent now: to numbers that refuse it, in quiet hours, or because nothing
    /// is sent. Looked at now and not when it was written: STOP may have come in between.
    fn set_aside(
        &self,
        rows: Vec<OutboxRow>,
        route: Route,
        is_shut: bool,
        now: Timestamp,
    ) -> (Vec<OutboxRow>, Vec<Kept>) {
        let (mut send, mut kept) = (Vec::new(), Vec::new());
        let morning = self.settings().sms.quiet.end(now);
        for row in rows {
            let is_promotion = row.class == SmsClass::Promotion;
            let fate = if is_promotion && row.refuses_promotions {
                Some((SmsFate::GivenUp, Some(OPTED_OUT.to_owned())))
            } else if let Some(morning) = morning.filter(|_| is_promotion) {
                Some((SmsFate::Back(morning), None))
            } else if is_shut && route == Route::First && !self.has_fallback(is_promotion) {
                Some((SmsFate::Back(now), None))
            } else {
                None
            };
            match fate {
                None => send.push(row),
                Some((fate, why)) => kept.push(Kept {
                    id: row.id,
                    lease: row.lease,
                    fate,
                    route: None,
                    why,
                }),
            }
        }
        (send, kept)
    }

    /// By whom a text goes: by the second sender where the first sends nothing, and at every other
    /// try after the first one failed so many times.
    fn route_of(&self, row: &OutboxRow, route: Route, is_shut: bool) -> Route {
        if !self.has_fallback(row.class == SmsClass::Promotion) {
            return Route::First;
        }
        let over = row.attempt - self.settings().sms.fallback_after;
        if is_shut || route == Route::Fallback || over > 0 && over % 2 == 1 {
            Route::Fallback
        } else {
            Route::First
        }
    }

    fn has_fallback(&self, is_promotion: bool) -> bool {
        let takes_it = !is_promotion || self.settings().sms.fallback_promotions;
        self.inner.fallback.is_some() && takes_it
    }

    /// Makes one request, unless it can no longer end in time. It begins within the first half of
    /// the batch's time, so that it has the other half.
    async fn deliver(&self, parcel: Parcel, ends: Instant, time: Duration) -> Vec<Outcome> {
        let route = parcel.route;
        let begins_before = ends - time / 2;
        let permit = timeout_at(begins_before, self.inner.sms_requests.acquire());
        let answers = match permit.await {
            Ok(Ok(_permit)) if Instant::now() < begins_before => {
                Some(self.request(&parcel, ends).await)
            }
            Ok(_) | Err(_) => None,
        };
        let answers = answers.map_or_else(
            || vec![None; parcel.rows.len()],
            |answers| answers.into_iter().map(Some).collect(),
        );
        let rows = parcel.rows.into_iter().zip(answers);
        rows.map(|(row, answer)| Outcome { row, route, answer })
            .collect()
    }

    async fn request(&self, parcel: &Parcel, ends: Instant) -> Vec<SmsAnswer> {
        let left = ends.saturating_duration_since(Instant::now());
        let to: Vec<Msisdn> = parcel.rows.iter().map(|row| row.msisdn.clone()).collect();
        let send = async {
            match (&self.inner.fallback, parcel.route, parcel.rows.as_slice()) {
                (Some(second), Route::Fallback, [row]) => {
                    let id = row.id.to_string();
                    vec![second.send(&id, &row.msisdn, &row.body).await]
                }
                _ => self.inner.sms.send(&to, parcel.body()).await,
            }
        };
        // One text has the id of its hop; a request for many is nobody's.
        let trace = match parcel.rows.as_slice() {
            [row] => row.trace,
            _ => None,
        };
        let send = trace::resume(trace, send);
        let mut answers = timeout(left, send).await.unwrap_or_default();
        // An answer for each, whatever the sender gives.
        answers.resize(
            to.len(),
            SmsAnswer {
                verdict: SmsVerdict::Away { may_be_sent: true },
                label: "no_answer",
                why: "no answer in time".into(),
            },
        );
        if parcel.route == Route::First {
            let is_away = |answer: &SmsAnswer| matches!(answer.verdict, SmsVerdict::Away { .. });
            self.inner.sms_health.note(answers.iter().all(is_away));
        }
        answers
    }

    /// Writes down what became of texts, and of the first sender.
    async fn keep_outcomes(
        &self,
        outcomes: &[Outcome],
        route: Route,
        is_recovering: bool,
    ) -> Result<(), AppError> {
        let now = self.clock().now();
        let kept: Vec<Kept> = outcomes
            .iter()
            .map(|outcome| self.kept(outcome, route, now))
            .collect();
        let opted_out = |outcome: &&Outcome| {
            let verdict = outcome.answer.as_ref().map(|answer| &answer.verdict);
            verdict == Some(&SmsVerdict::OptedOut)
        };
        let opted_out = outcomes.iter().filter(opted_out);
        let opted_out: Vec<Msisdn> = opted_out.map(|o| o.row.msisdn.clone()).collect();
        let fault = self.fault_in(outcomes);
        let (kept, opted_out, fault) = (&kept, &opted_out, &fault);
        let is_heard = outcomes.iter().any(|outcome| {
            let answer = outcome.answer.as_ref();
            outcome.route == Route::First && answer.is_some_and(is_heard)
        });
        let keep = |mut tx: Tx| async move {
            tx.keep_texts(kept, now).await?;
            if !opted_out.is_empty() {
                tx.keep_refusals(opted_out, now).await?;
            }
            let mut paused = None;
            if let Some((fault, why)) = fault {
                paused = self.pause_sms(&mut tx, *fault, why, now).await?;
            } else if is_recovering && is_heard {
                tx.ease_gate(Gate::Sms, 1, now).await?;
            }
            Ok::<_, AppError>((tx, paused))
        };
        let paused = self.store().transact(keep).await?;
        if let (Some((fault, why)), Some(until)) = (fault, paused) {
            telemetry::count_sms_pause(fault.name());
            tracing::error!(fault = fault.name(), %until, why,
                "SMS by the first sender pause");
        }
        for outcome in outcomes {
            trace::say(outcome.row.trace, || report(outcome));
        }
        Ok(())
    }

    /// What becomes of a text after its answer.
    fn kept(&self, outcome: &Outcome, route: Route, now: Timestamp) -> Kept {
        let row = &outcome.row;
        let kept = |fate, why| Kept {
            id: row.id,
            lease: row.lease,
            fate,
            route: outcome.answer.as_ref().map(|_| outcome.route),
            why,
        };
        let Some(SmsAnswer { verdict, why, .. }) = &outcome.answer else {
            return kept(SmsFate::Back(now), None);
        };
        match verdict {
            SmsVerdict::Accepted(id) => kept(SmsFate::Sent(id.clone()), None),
            SmsVerdict::Held(id) => kept(SmsFate::Sent(id.clone()), Some(why.clone())),
            SmsVerdict::Refused | SmsVerdict::OptedOut => {
                kept(SmsFate::GivenUp, Some(format!("refused: {why}")))
            }
            SmsVerdict::Fault(_) => kept(SmsFate::Back(now), Some(format!("not sent: {why}"))),
            SmsVerdict::NotSent | SmsVerdict::Away { may_be_sent: false } => kept(
                self.again(row, route, now),
                Some(format!("not sent: {why}")),
            ),
            SmsVerdict::Unsure | SmsVerdict::Away { may_be_sent: true } => {
                kept(self.again(row, route, now), Some(format!("unsure: {why}")))
            }
        }
    }

    /// Again later, or given up. Nothing is given up while the first sender pauses.
    fn again(&self, row: &OutboxRow, route: Route, now: Timestamp) -> SmsFate {
        if row.attempt < max_attempts(row.class) || route == Route::Fallback {
            SmsFate::Again(now.after(self.sms_wait(row.attempt)))
        } else {
            SmsFate::GivenUp
        }
    }

    /// Twice as long after each try, and up to a quarter longer, so that what failed together does
    /// not come back together.
    fn sms_wait(&self, attempt: i64) -> Duration {
        let doublings = u32::try_from(attempt.clamp(1, 16) - 1).unwrap_or_default();
        let wait = self.settings().sms_backoff;
        let wait = wait.saturating_mul(1 << doublings).min(MAX_BACKOFF);
        let jitter = self.inner.random.rng().random_range(0.0..0.25);
        wait + wait.mul_f64(jitter)
    }

    /// The fault in answers of the first sender that stops everything, with its words: the gravest.
    fn fault_in<'a>(&self, outcomes: &'a [Outcome]) -> Option<(SmsFault, &'a str)> {
        let mut found: Option<(SmsFault, &str)> = None;
        let first = outcomes.iter().filter(|o| o.route == Route::First);
        for answer in first.filter_map(|outcome| outcome.answer.as_ref()) {
            let fault = match &answer.verdict {
                SmsVerdict::Fault(fault) => Some(*fault),
                SmsVerdict::Away { .. } => {
                    self.inner.sms_health.is_away().then_some(SmsFault::Away)
                }
                SmsVerdict::Accepted(_)
                | SmsVerdict::Held(_)
                | SmsVerdict::Refused
                | SmsVerdict::OptedOut
                | SmsVerdict::NotSent
                | SmsVerdict::Unsure => None,
            };
            let is_graver = |fault: &SmsFault| match found {
                None => true,
                Some((known, _)) => fault.is_of_the_house() && !known.is_of_the_house(),
            };
            if let Some(fault) = fault.filter(is_graver) {
                found = Some((fault, &answer.why));
            }
        }
        found
    }
}

/// Whether an answer shows that the first sender does send.
fn is_heard(answer: &SmsAnswer) -> bool {
    match answer.verdict {
        SmsVerdict::Accepted(_)
        | SmsVerdict::Held(_)
        | SmsVerdict::Refused
        | SmsVerdict::OptedOut => true,
        SmsVerdict::NotSent
        | SmsVerdict::Unsure
        | SmsVerdict::Fault(_)
        | SmsVerdict::Away { .. } => false,
    }
}

/// Counts what became of a text, and says what is worth a line.
fn report(outcome: &Outcome) {
    let Some(answer) = &outcome.answer else {
        return;
    };
    let (row, route, why) = (&outcome.row, outcome.route.name(), &answer.why);
    let word = match answer.verdict {
        SmsVerdict::Accepted(_) => {
            tracing::info!(sms = %row.id, player = %row.msisdn, sender = route, "SMS sent");
            "sent"
        }
        SmsVerdict::Held(_) => {
            tracing::error!(sms = %row.id, player = %row.msisdn, why, "SMS held by the provider");
            "held"
        }
        SmsVerdict::Refused | SmsVerdict::OptedOut => "refused",
        SmsVerdict::NotSent | SmsVerdict::Away { may_be_sent: false } => "not_sent",
        SmsVerdict::Unsure | SmsVerdict::Away { may_be_sent: true } => "unsure",
        // Said once for all of them.
        SmsVerdict::Fault(_) => return telemetry::count_sms(route, "fault", answer.label),
    };
    if word != "sent" && word != "held" {
        tracing::warn!(sms = %row.id, player = %row.msisdn, attempt = row.attempt, sender = route,
            why, "SMS not sent");
    }
    telemetry::count_sms(route, word, answer.label);
}

const fn max_attempts(class: SmsClass) -> i64 {
    match class {
        SmsClass::Receipt | SmsClass::Promotion => MAX_ATTEMPTS,
        SmsClass::Answer => MAX_ANSWER_ATTEMPTS,
    }
}
