//! What looks unfair: the cases, one with its evidence, and judging it. Nothing else follows from a
//! judgement.

use std::fmt;

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Fault,
    form::{Act, Weight, act_form},
    parts::{Tone, badge, empty, facts, state, table, when},
    players,
    visit::{Asked, Visit},
};
use crate::{
    app::FairCase,
    core::{
        fair::{Kind, Verdict},
        ids::{FlagId, PlayerId},
        operator::Role,
    },
    http::Web,
    store::Flag,
};

/// Cases on the page.
const CASES: u32 = 200;

/// Twice as much as is needed to be flagged.
const MUCH: i64 = 200;

/// Which cases are asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    /// Set: those that are judged, too.
    #[serde(default)]
    all: String,
}

/// A judgement.
#[derive(Debug, Deserialize)]
pub(super) struct Judged {
    verdict: String,
}

/// `GET /admin/fair`.
pub(super) async fn page(
    visit: Visit,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Fault> {
    let all = !wanted.all.is_empty();
    let flags = web.app.fair_flags(all, None, CASES).await?;
    let body = html! {
        p class="lead" {
            "What the watch has seen, those with the most to them first. It shuts nobody out and holds no \
             money back: look at the evidence, and decide yourself."
        }
        @if flags.is_empty() {
            (empty(if all { "Nothing was ever flagged." } else { "Nothing waits for you." }))
        } @else {
            (cases(&flags))
        }
        p class="pager" {
            @if all { a href="/admin/fair" { "Only those that wait" } }
            @else { a href="/admin/fair?all=1" { "Those that are judged, too" } }
        }
    };
    Ok(visit.page("Fair play", &body))
}

/// What a kind is called for a person.
const fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::MeetOften => "Two meet too often",
        Kind::OneSided => "One always loses to the other",
        Kind::PassedOn => "Money passed on through games",
        Kind::SharedPayer => "One phone pays for several",
        Kind::FastAnswers => "Faster than anybody reads",
        Kind::EvenAnswers => "Answers like clockwork",
    }
}

fn score(flag: &Flag) -> Markup {
    let tone = if flag.score >= MUCH {
        Tone::Bad
    } else {
        Tone::Warn
    };
    badge(&flag.score.to_string(), tone)
}

fn standing(flag: &Flag) -> Markup {
    state(flag.verdict.map_or("open", Verdict::name))
}

/// Cases as a table.
pub(super) fn cases(flags: &[Flag]) -> Markup {
    let rows = html! {
        @for flag in flags {
            tr {
                td { a href={ "/admin/fair/" (flag.id) } { (title(flag.kind)) } }
                td class="num" { (score(flag)) }
                td { (flag.summary) }
                td { (when(flag.last_seen)) }
                td { (standing(flag)) }
            }
        }
    };
    table(&["What", "#Score", "Seen", "Last", "State"], &rows)
}

/// `GET /admin/fair/{id}`.
pub(super) async fn case(
    visit: Visit,
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id: FlagId = id.parse().map_err(|_| Fault::NotFound)?;
    let case = web.app.fair_case(id).await?.ok_or(Fault::NotFound)?;
    let flag = &case.flag;
    let body = html! {
        p class="lead" { (flag.summary) "." }
        (facts(&[
            ("State", standing(flag)),
            ("Score, 100 is just enough", score(flag)),
            ("First seen", when(flag.first_seen)),
            ("Last seen", when(flag.last_seen)),
        ]))
        @if let Some((by, at, reason)) = &flag.review {
            p { "Judged by " (by) " at " (when(*at)) ": " q { (reason) } }
        }
        @if visit.may(Role::Support) { (judge(&visit, id)) }
        h2 { "Evidence" }
        (evidence(&case))
        h2 { "Players" }
        (suspects(&case))
        @if !case.matches.is_empty() {
            h2 { "Their last matches with each other" }
            (matches(&case))
        }
    };
    Ok(visit.page(title(flag.kind), &body))
}

fn judge(visit: &Visit, id: FlagId) -> Markup {
    let fields = html! {
        label {
            "What is it?"
            select name="verdict" {
                option value=(Verdict::Dismissed.name()) { "There is nothing in it" }
                option value=(Verdict::Confirmed.name()) { "It is what it looks like" }
            }
        }
    };
    let action = format!("/admin/fair/{id}/review");
    act_form(visit, &action, "Judge this case", Weight::Plain, &fields)
}

/// An id of a player as what the list of players calls them.
fn number_of<'a>(case: &'a FairCase, id: &impl fmt::Display) -> Option<&'a str> {
    let id = id.to_string();
    let player = case
        .players
        .iter()
        .find(|player| player.id.to_string() == id);
    player.map(|player| player.msisdn.e164())
}

fn evidence(case: &FairCase) -> Markup {
    let rows = html! {
        @for (name, value) in &case.flag.evidence {
            tr {
                td { (name) }
                td class="num" { (number_of(case, value).unwrap_or(value)) }
            }
        }
    };
    table(&["What was counted", "#Value"], &rows)
}

fn suspects(case: &FairCase) -> Markup {
    let rows = html! {
        @for player in &case.players {
            tr {
                td { (players::link(player)) }
                td { (state(player.status.name())) }
                td { code { (player.id) } }
            }
        }
    };
    table(&["Number", "Status", "Id"], &rows)
}

fn matches(case: &FairCase) -> Markup {
    let winner = |id: Option<PlayerId>| {
        let winner = id.as_ref().and_then(|id| number_of(case, id));
        winner.unwrap_or("drawn").to_owned()
    };
    let rows = html! {
        @for (set, at, won_by) in &case.matches {
            tr {
                td { (when(*at)) }
                td { (winner(*won_by)) }
                td { a href={ "/admin/match/" (set) } { code { (set) } } }
            }
        }
    };
    table(&["Settled", "Won by", "Match"], &rows)
}

/// `POST /admin/fair/{id}/review`.
pub(super) async fn review(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Judged>,
) -> Response {
    let (Ok(id), Some(verdict)) = (id.parse::<FlagId>(), Verdict::named(&act.form.verdict)) else {
        return act.refused("there is no such case or no such verdict");
    };
    match web.app.review_flag(id, verdict, &act.by).await {
        Ok(()) => act.done(format!("The case is {}.", verdict.name())),
        Err(error) => act.refused(error),
    }
}
