//! Payments that were flagged: what does not add up, until somebody has looked at it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::{Markup, html};

use super::{
    form::{Act, Weight, act_form},
    parts::{kes, state, table, when},
    player_acts::Nothing,
    visit::Visit,
};
use crate::{
    app::{Flagged, ResolveError},
    core::{money::Cents, operator::Role, time::Timestamp},
    http::Web,
    store::FlaggedDeposit,
};

/// Deposits that did not add up, or have no receipt.
pub(super) fn deposits(visit: &Visit, flagged: &[FlaggedDeposit]) -> Markup {
    let rows = html! {
        @for one in flagged {
            tr {
                td { (when(Timestamp::from_ms(one.flagged_at_ms))) }
                td {
                    a href=(format!("/admin/players/{}", one.player_id)) class="kes" { (one.msisdn) }
                }
                td { (state(&one.state)) }
                td class="num" { (kes(Cents::new(one.requested_cents))) }
                td class="num" { (kes(Cents::new(one.credited_cents))) }
                td { code { (one.receipt.as_deref().unwrap_or("-")) } }
                td { (one.failure.as_deref().unwrap_or("").replace('_', " ")) }
                td {
                    @if one.state == "paid" || one.state == "failed" {
                        (looked(visit, &format!("/admin/deposits/{}/looked", one.id)))
                    }
                }
            }
        }
    };
    let heads = [
        "Flagged",
        "Player",
        "Stands",
        "#Asked for",
        "#Credited",
        "Receipt",
        "What",
        "",
    ];
    table(&heads, &rows)
}

/// The form that takes a flag off.
pub(super) fn looked(visit: &Visit, action: &str) -> Markup {
    if !visit.may(Role::Support) {
        return html! {};
    }
    act_form(
        visit,
        action,
        "Looked at",
        Weight::Plain,
        &html! {
            p class="muted" { "Nothing is wrong with it any more: say what it was. It is not listed again." }
        },
    )
}

/// `POST /admin/deposits/{id}/looked`.
pub(super) async fn deposit(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Nothing>,
) -> Response {
    take_off(&web, id.parse().ok().map(Flagged::Deposit), &act).await
}

/// `POST /admin/withdrawals/{id}/looked`.
pub(super) async fn withdrawal(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Nothing>,
) -> Response {
    take_off(&web, id.parse().ok().map(Flagged::Withdrawal), &act).await
}

async fn take_off(web: &Web, what: Option<Flagged>, act: &Act<Nothing>) -> Response {
    let Some(what) = what else {
        return act.refused(ResolveError::NotFlagged);
    };
    let done = web.app.looked_at(what, &act.by).await;
    act.answer(done.map(|()| "The flag is taken off."))
}
