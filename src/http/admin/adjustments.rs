//! Corrections of the books: those that wait for a second person, the last ones, and the cash at M-Pesa.

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::{Markup, html};

use super::{
    Fault,
    form::{Act, Weight, act_form},
    parts::{Tone, badge, empty, kes, table, when},
    player_acts::{CorrectionFields, Nothing, correct},
    players,
    story::{correction, kind_words},
    visit::Visit,
};
use crate::{
    app::AdjustError,
    core::{
        adjustment::{Kind, State as Stands},
        ids::AdjustmentId,
        operator::Role,
    },
    http::Web,
    store::{Adjustment, AdjustmentFilter, Player},
};

type Line = (Adjustment, Option<Player>);

/// `GET /admin/adjustments`.
pub(super) async fn page(visit: Visit, State(web): State<Web>) -> Result<Response, Fault> {
    let of = |state| AdjustmentFilter {
        state,
        ..AdjustmentFilter::default()
    };
    let waiting = web.app.adjustments(of(Some(Stands::Proposed))).await?;
    let mut decided = web.app.adjustments(of(None)).await?;
    decided.retain(|(one, _)| one.state != Stands::Proposed);
    let body = html! {
        p class="lead" {
            "Money that an administrator gives a player, takes back from one, or books for a difference \
             between M-Pesa and the books. A player's wallet is corrected on the player's page."
        }
        h2 { "Waiting for a second person" }
        @if waiting.is_empty() {
            (empty("Nothing waits for approval."))
        } @else {
            (table(&["What", "#KES", "Decide", "Whose", "Why", "By", "Proposed"], &html! {
                @for line in &waiting { (row(&visit, line)) }
            }))
        }
        @if visit.may(Role::Finance) {
            h2 { "Cash at M-Pesa" }
            p class="muted" {
                "Charges that M-Pesa took, or a difference that the daily comparison keeps finding and \
                 that is explained by its statement."
            }
            (act_form(&visit, "/admin/adjustments/cash", "Book a difference", Weight::Grave,
                &correction(&web, &[Kind::CashShort, Kind::CashOver])))
        }
        h2 { "Decided" }
        @if decided.is_empty() {
            (empty("Nothing has been corrected."))
        } @else {
            (table(&["What", "#KES", "Became", "Whose", "Why", "By", "Proposed"], &html! {
                @for line in &decided { (row(&visit, line)) }
            }))
        }
    };
    Ok(visit.page("Adjustments", &body))
}

fn row(visit: &Visit, (one, player): &Line) -> Markup {
    html! {
        tr {
            td { (kind_words(one.kind)) }
            td class="num" { (kes(one.amount)) }
            td { (became(visit, one)) }
            td { @match player { Some(player) => { (players::link(player)) } None => { "-" } } }
            td { (one.reason) }
            td { (one.proposed_by) }
            td { (when(one.proposed_at)) }
        }
    }
}

fn became(visit: &Visit, one: &Adjustment) -> Markup {
    let by = one.decided_by.as_deref().unwrap_or_default();
    match one.state {
        Stands::Booked => html! {
            (badge("booked", Tone::Good))
            @if one.needs_second { " approved by " (by) ": " (one.decision.as_deref().unwrap_or("")) }
        },
        Stands::Rejected => html! {
            (badge("rejected", Tone::Bad)) " by " (by) ": " (one.decision.as_deref().unwrap_or(""))
        },
        Stands::Proposed => decide(visit, one),
    }
}

/// The forms to decide one that waits. Who proposed it may only take it back.
fn decide(visit: &Visit, one: &Adjustment) -> Markup {
    if !visit.may(Role::Finance) {
        return badge("waits", Tone::Warn);
    }
    let is_own = one.proposed_by == visit.who.name;
    let to = |act: &str| format!("/admin/adjustments/{}/{act}", one.id);
    html! {
        @if is_own {
            p class="muted" { "You proposed it: somebody else approves it." }
            (act_form(visit, &to("reject"), "Take it back", Weight::Plain, &html! {}))
        } @else {
            (act_form(visit, &to("approve"), "Approve", Weight::Grave, &html! {}))
            (act_form(visit, &to("reject"), "Reject", Weight::Plain, &html! {}))
        }
    }
}

/// `POST /admin/adjustments/cash`.
pub(super) async fn cash(State(web): State<Web>, act: Act<CorrectionFields>) -> Response {
    correct(&web, None, &act).await
}

/// `POST /admin/adjustments/{id}/approve`.
pub(super) async fn approve(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Nothing>,
) -> Response {
    let Ok(id) = id.parse::<AdjustmentId>() else {
        return act.refused(AdjustError::Unknown);
    };
    match web.app.approve_adjustment(id, &act.by).await {
        Ok(made) => act.done(format!("Approved and booked: KES {}.", made.amount)),
        Err(error) => act.refused(error),
    }
}

/// `POST /admin/adjustments/{id}/reject`.
pub(super) async fn reject(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Nothing>,
) -> Response {
    let Ok(id) = id.parse::<AdjustmentId>() else {
        return act.refused(AdjustError::Unknown);
    };
    match web.app.reject_adjustment(id, &act.by).await {
        Ok(_) => act.done("Rejected; nothing moved."),
        Err(error) => act.refused(error),
    }
}
