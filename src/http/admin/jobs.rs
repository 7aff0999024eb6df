//! What waits and what failed: due work, pauses, SMS that were given up, dead callbacks.

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::{Markup, html};

use super::{
    Fault,
    form::{Act, Weight, act_form},
    parts::{Tone, badge, empty, span, state, table, when},
    player_acts::Nothing,
    visit::Visit,
};
use crate::{
    app::{ReplayError, WorkState},
    core::{ids::CallbackId, operator::Role, time::Timestamp},
    http::Web,
};

/// From how old on due work is late, in ms: a worker looks twice a second.
const LATE_MS: i64 = 60_000;

/// `GET /admin/jobs`.
pub(super) async fn page(visit: Visit, State(web): State<Web>) -> Result<Response, Fault> {
    let work = web.app.work_state().await?;
    let now = web.app.clock().now();
    let body = html! {
        p class="lead" {
            "What the job runner has to do, and what it gave up. Due work that gets old means that no \
             runner works, or that a provider does not answer."
        }
        (pauses(&visit, &work))
        h2 { "Work" }
        (backlogs(&work, now))
        h2 { "SMS of the last day" }
        (counts(&work))
        h2 { "SMS that were given up" }
        (failed(&visit, &work))
        h2 { "Callbacks that were given up" }
        (dead(&visit, &work))
    };
    Ok(visit.page("Jobs and outbox", &body))
}

fn pauses(visit: &Visit, work: &WorkState) -> Markup {
    let none = html! {};
    html! {
        @if let Some((until, why)) = &work.payouts_paused {
            p class="notice refused" { "Payouts pause until " (when(*until)) ": " (why) }
            @if visit.may(Role::Finance) {
                (act_form(visit, "/admin/jobs/payouts/resume", "Let payouts go out", Weight::Grave,
                    &none))
            }
        }
        @if let Some((until, why)) = &work.sms.paused {
            p class="notice refused" {
                "SMS pause until " (when(*until)) ": " (why)
                @if work.sms.has_fallback { ". The second sender takes over." }
            }
            @if visit.may(Role::Support) {
                (act_form(visit, "/admin/jobs/sms/resume", "Let SMS go out", Weight::Plain, &none))
            }
        }
    }
}

fn backlogs(work: &WorkState, now: Timestamp) -> Markup {
    let rows = html! {
        @for one in &work.backlogs {
            @let age = one.oldest.map(|oldest| now.ms_since(oldest));
            tr {
                td { (one.what.name().replace('_', " ")) }
                td class="num" { (one.due) }
                td class="num" { @if let Some(age) = age { (span(age)) } @else { "-" } }
                td class="num" { (one.later) }
                td {
                    @match age {
                        Some(age) if age >= LATE_MS => { (badge("late", Tone::Bad)) }
                        Some(_) => { (badge("due", Tone::Plain)) }
                        None => { (badge("in time", Tone::Good)) }
                    }
                }
            }
        }
    };
    table(
        &["Work", "#Due now", "#Oldest", "#Leased or later", ""],
        &rows,
    )
}

fn counts(work: &WorkState) -> Markup {
    if work.counts.is_empty() {
        return empty("None was written.");
    }
    let rows = html! {
        @for one in &work.counts {
            tr { td { (one.class) } td { (state(&one.state)) } td class="num" { (one.count) } }
        }
    };
    html! {
        (table(&["Class", "State", "#SMS"], &rows))
        @if !work.sms.troubles.is_empty() {
            (table(&["State", "What the sender said", "#SMS"], &html! {
                @for one in &work.sms.troubles {
                    tr {
                        td { (state(&one.state)) }
                        td { (one.failure) }
                        td class="num" { (one.count) }
                    }
                }
            }))
        }
    }
}

fn failed(visit: &Visit, work: &WorkState) -> Markup {
    if work.failed.is_empty() {
        return empty("None in the last 7 days.");
    }
    let none = html! {};
    let rows = html! {
        @for one in &work.failed {
            tr {
                td { (when(Timestamp::from_ms(one.created_at_ms))) }
                td {
                    @match &one.player_id {
                        Some(player) => {
                            a href=(format!("/admin/players/{player}")) class="kes" { (one.msisdn) }
                        }
                        None => { (one.msisdn) }
                    }
                }
                td { (one.body) }
                td class="num" { (one.attempt) }
                td { (one.failure.as_deref().unwrap_or("-")) }
                td {
                    @if visit.may(Role::Support) && one.class != "promotion" {
                        (act_form(visit, &format!("/admin/jobs/sms/{}/retry", one.id), "Send again",
                            Weight::Plain, &none))
                    }
                }
            }
        }
    };
    html! {
        @if visit.may(Role::Support) {
            (act_form(visit, "/admin/jobs/sms/retry", "Send all receipts and answers again",
                Weight::Plain, &none))
        }
        (table(&["Written", "To", "Text", "#Tries", "The sender said", ""], &rows))
    }
}

fn dead(visit: &Visit, work: &WorkState) -> Markup {
    if work.dead.is_empty() {
        return empty("None.");
    }
    let rows = html! {
        @for one in &work.dead {
            tr {
                td { (when(Timestamp::from_ms(one.received_at_ms))) }
                td { (one.kind.replace('_', " ")) }
                td { code { (one.subject) } }
                td class="num" { (one.attempt) }
                td { (one.outcome.as_deref().unwrap_or("-")) }
                td {
                    @if visit.may(Role::Support) && !one.cut {
                        (act_form(visit, &format!("/admin/jobs/callbacks/{}/replay", one.id),
                            "Run again", Weight::Plain, &html! {}))
                    }
                }
            }
        }
    };
    table(
        &["Came in", "Kind", "About", "#Tries", "What happened", ""],
        &rows,
    )
}

/// `POST /admin/jobs/payouts/resume`.
pub(super) async fn resume_payouts(State(web): State<Web>, act: Act<Nothing>) -> Response {
    match web.app.resume_payouts(&act.by).await {
        Ok(Some(_)) => act.done("Payouts go out again."),
        Ok(None) => act.done("Payouts were not paused."),
        Err(error) => act.refused(error),
    }
}

/// `POST /admin/jobs/sms/resume`.
pub(super) async fn resume_sms(State(web): State<Web>, act: Act<Nothing>) -> Response {
    match web.app.resume_sms(&act.by).await {
        Ok(Some(_)) => act.done("SMS go out again."),
        Ok(None) => act.done("SMS were not paused."),
        Err(error) => act.refused(error),
    }
}

/// `POST /admin/jobs/sms/{id}/retry`.
pub(super) async fn retry(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Nothing>,
) -> Response {
    let Ok(id) = id.parse() else {
        return act.refused("there is no such SMS");
    };
    match web.app.retry_sms(id, &act.by).await {
        Ok(true) => act.done("It is sent once more."),
        Ok(false) => act.refused("it was not given up, or is sent again already"),
        Err(error) => act.refused(error),
    }
}

/// `POST /admin/jobs/sms/retry`.
pub(super) async fn retry_all(State(web): State<Web>, act: Act<Nothing>) -> Response {
    match web.app.retry_all_sms(&act.by).await {
        Ok(count) => act.done(format!("{count} SMS are sent once more.")),
        Err(error) => act.refused(error),
    }
}

/// `POST /admin/jobs/callbacks/{id}/replay`.
pub(super) async fn replay(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Nothing>,
) -> Response {
    let Ok(id) = id.parse::<CallbackId>() else {
        return act.refused(ReplayError::Unknown);
    };
    match web.app.replay(id, &act.by).await {
        Ok(done) => act.done(format!(
            "Run again: {}.",
            done.after.outcome.as_deref().unwrap_or("not done yet")
        )),
        Err(error) => act.refused(error),
    }
}
