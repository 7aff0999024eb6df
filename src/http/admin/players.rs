//! Players: finding one by whatever the caller tells, and who waits for an identity check.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Fault, flags,
    parts::{empty, kes, state, table, when},
    visit::{Asked, Visit},
};
use crate::{
    app::Findings,
    core::ids::PlayerId,
    http::Web,
    store::{Hit, Player},
};

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    q: String,
}

/// Where a player's story is.
pub(super) fn path(player: PlayerId) -> String {
    format!("/admin/players/{player}")
}

/// A player as a link to their story: the whole number, for whoever is logged in may see it.
pub(super) fn link(player: &Player) -> Markup {
    html! { a href=(path(player.id)) class="kes" { (player.msisdn.e164()) } }
}

/// `GET /admin/players`.
pub(super) async fn page(
    visit: Visit,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Fault> {
    let asked = wanted.q.trim();
    let found = web.app.find(asked).await?;
    // One player and nothing else: that is who was meant.
    if let [only] = found.hits.as_slice()
        && only.what == "player"
        && let Some(player) = only.player
    {
        return Ok(Redirect::to(&path(player)).into_response());
    }
    let waiting = if asked.is_empty() {
        web.app.verifications_waiting().await?
    } else {
        Vec::new()
    };
    let flagged = if asked.is_empty() {
        web.app.flagged_deposits().await?
    } else {
        Vec::new()
    };
    let body = html! {
        p class="lead" {
            "A number in any form, its last four digits or more, an M-Pesa receipt, a reference from a \
             prompt, or the id of anything: what leads to a player is found."
        }
        form method="get" action="/admin/players" class="search" role="search" {
            label class="wide" {
                "Number, receipt or id"
                input type="search" name="q" value=(wanted.q) maxlength="64" autocomplete="off"
                    placeholder="0712 345 678, 5678, UKM1A2B3C4";
            }
            button type="submit" class="primary" { "Find" }
        }
        @if !asked.is_empty() {
            @if found.hits.is_empty() {
                (empty("Nothing has that number, receipt or id."))
            } @else {
                (hits(&found))
            }
        }
        @if !flagged.is_empty() {
            h2 id="flagged" { "Flagged deposits of the last 7 days" }
            (flags::deposits(&visit, &flagged))
        }
        @if !waiting.is_empty() {
            h2 { "Waiting for an identity check" }
            (table(&["Number", "Since", "Stands"], &html! {
                @for one in &waiting {
                    tr {
                        td { (link(&one.player)) }
                        td { (when(one.asked_at)) }
                        td { (state(one.player.status.name())) }
                    }
                }
            }))
        }
    };
    Ok(visit.page("Players", &body))
}

fn hits(found: &Findings) -> Markup {
    let rows = html! {
        @for hit in &found.hits {
            @let player = hit.player.and_then(|id| found.players.get(&id));
            tr {
                td { (hit.what) }
                td { (named(hit)) }
                @match player {
                    Some(player) => {
                        td { (link(player)) }
                        td { (state(player.status.name())) }
                        td class="num" { (kes(player.balance)) }
                    }
                    None => { td { "nobody's" } td {} td {} }
                }
            }
        }
    };
    table(&["What", "Which", "Whose", "Stands", "#Wallet KES"], &rows)
}

/// What was found, as a link to the page that shows it.
fn named(hit: &Hit) -> Markup {
    let id = &hit.id;
    let to = match hit.what.as_str() {
        "withdrawal" => Some(format!("/admin/withdrawals/{id}")),
        "parked" => Some("/admin/parked".to_owned()),
        "entry" | "set" => Some(format!("/admin/match/{id}")),
        "adjustment" => Some("/admin/adjustments".to_owned()),
        _ => hit.player.map(path),
    };
    html! {
        @match to {
            Some(to) => { a href=(to) { code { (id) } } }
            None => { code { (id) } }
        }
    }
}
