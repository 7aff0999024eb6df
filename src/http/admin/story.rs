//! One player's whole story, and what can be done for them.

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Fault, fair,
    form::{Weight, act_form},
    parts::{facts, kes, state, when},
    players, story_events,
    visit::{Asked, Visit},
};
use crate::{
    app::{Care, Story},
    core::{
        adjustment::Kind,
        care::{Limit, Status},
        ids::PlayerId,
        operator::Role,
        time::Timestamp,
    },
    http::Web,
    store::AdjustmentFilter,
};

/// Which part of the story.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    /// Older than this instant, in ms since 1970.
    before: Option<i64>,
}

/// Open cases of the fair play watch on the page.
const CASES: u32 = 20;

/// `GET /admin/players/{id}`.
pub(super) async fn page(
    visit: Visit,
    State(web): State<Web>,
    Path(id): Path<String>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Fault> {
    let id: PlayerId = id.parse().map_err(|_| Fault::NotFound)?;
    let before = wanted.before.map(Timestamp::from_ms);
    let story = web.app.story(id, before).await?.ok_or(Fault::NotFound)?;
    let care = web.app.care_of(id).await?;
    let filter = AdjustmentFilter {
        player: Some(id),
        ..AdjustmentFilter::default()
    };
    let waiting = web.app.adjustments(filter).await?;
    let waiting = waiting.iter().filter(|(one, _)| one.decided_at.is_none());
    let waiting = waiting.count();
    let number = &story.player.msisdn;
    let cases = web.app.fair_flags(false, Some(number), CASES).await?;
    let body = html! {
        (profile(&story, &care))
        @if waiting > 0 {
            p class="notice refused" {
                (waiting) " correction" @if waiting != 1 { "s" } " of this wallet wait"
                @if waiting == 1 { "s" }
                " for a second person. " a href="/admin/adjustments" { "Look" }
            }
        }
        @if number.is_erased() {
            p class="muted" {
                "The personal data were erased. The books, games and receipts stay under the id."
            }
        } @else {
            (acts(&visit, &web, &story, &care))
        }
        @if !cases.is_empty() {
            h2 { "Open cases of the fair play watch" }
            (fair::cases(&cases))
        }
        h2 { "Story" }
        @if wanted.before.is_some() {
            p class="pager" { a href=(players::path(id)) { "Back to the newest" } }
        }
        (story_events::timeline(&story))
        @if let Some(next) = story.next {
            p class="pager" {
                a href=(format!("{}?before={}", players::path(id), next.ms())) rel="next" { "Older" }
            }
        }
    };
    let title = if number.is_erased() {
        "A player who was erased"
    } else {
        number.e164()
    };
    Ok(visit.page(title, &body))
}

fn profile(story: &Story, care: &Care) -> Markup {
    let player = &story.player;
    let mut pairs = vec![
        ("Wallet", html! { "KES " (kes(player.balance)) }),
        ("Stands", state(care.status.name())),
        ("Language", html! { (player.locale) }),
        ("Registered", when(player.id.made_at())),
        (
            "Offers",
            html! { (if story.refuses_promotions { "refused" } else { "taken" }) },
        ),
        ("Limit a day", limit(care.limits.daily)),
        ("Limit a week", limit(care.limits.weekly)),
    ];
    if let Some(until) = care.excluded_until {
        pairs.push(("Excluded until", when(until)));
    }
    if let Some((at, by)) = &care.verified {
        pairs.push(("Identity checked", html! { (when(*at)) " by " (by) }));
    }
    if let Some(at) = care.verification_asked_at {
        pairs.push(("Waits for a check since", when(at)));
    }
    pairs.push(("Id", html! { code { (player.id) } }));
    html! { div class="panel" { (facts(&pairs)) } }
}

fn limit(limit: Limit) -> Markup {
    html! {
        @match limit.in_force {
            Some(amount) => { "KES " (kes(amount)) }
            None => { "none" }
        }
        @if let Some(coming) = limit.coming {
            small {
                " from " (when(coming.from)) ": "
                @match coming.to { Some(amount) => { (amount) } None => { "none" } }
            }
        }
    }
}

fn acts(visit: &Visit, web: &Web, story: &Story, care: &Care) -> Markup {
    if !visit.may(Role::Support) {
        return html! {};
    }
    let path = players::path(story.player.id);
    let to = |act: &str| format!("{path}/{act}");
    let none = html! {};
    html! {
        h2 { "Act" }
        div {
            (act_form(visit, &to("exclude"), "Exclude", Weight::Grave, &html! {
                p class="muted" { "From play, deposits and offers. It cannot be undone early." }
                label {
                    "Days"
                    select name="days" {
                        option value="1" { "1 day" }
                        option value="7" { "7 days" }
                        option value="30" { "30 days" }
                        option value="180" { "180 days" }
                        option value="365" { "1 year" }
                    }
                }
            }))
            @if care.status == Status::Blocked {
                (act_form(visit, &to("unblock"), "End the block", Weight::Plain, &none))
            } @else {
                (act_form(visit, &to("block"), "Block", Weight::Grave, &html! {
                    p class="muted" { "No play, no deposit and no withdrawal until the block ends." }
                }))
            }
            @if care.verified.is_none() {
                (act_form(visit, &to("verify"), "Identity is checked", Weight::Plain, &none))
            }
            (act_form(visit, &to("limits"), "Set deposit limits", Weight::Plain, &html! {
                p class="muted" {
                    "In shillings; empty: none. Lower holds at once, higher a day later."
                }
                label { "A day" input name="daily" inputmode="numeric" maxlength="9"; }
                label { "A week" input name="weekly" inputmode="numeric" maxlength="9"; }
            }))
            @if visit.may(Role::Finance) {
                (act_form(visit, &to("adjust"), "Correct the wallet", Weight::Grave,
                    &correction(web, &[Kind::FromHouse, Kind::FromPromo, Kind::ToHouse])))
            }
            (act_form(visit, &to("export"), "Give out the data", Weight::Plain, &html! {
                p class="muted" {
                    "A file with all that is kept of the player, for a request of theirs. Numbers of others \
                     are masked in it."
                }
            }))
            @if visit.may(Role::Finance) {
                (act_form(visit, &to("erase"), "Erase the personal data", Weight::Grave, &html! {
                    p class="muted" {
                        "For good: the number, SMS, sessions and callbacks go; the books stay. Not while an \
                         exclusion or a block holds, money is in the wallet, or anything is under way. \
                         Do not write the number into the reason."
                    }
                }))
            }
        }
    }
}

/// The fields of a correction of these kinds. The id makes that a form which is sent twice acts once.
pub(super) fn correction(web: &Web, kinds: &[Kind]) -> Markup {
    let limit = web.app.settings().adjustment_limit;
    html! {
        input type="hidden" name="id" value=(web.app.adjustment_id());
        p class="muted" {
            "Above KES " (limit) " in a day somebody else has to approve it."
        }
        label {
            "What"
            select name="kind" {
                @for kind in kinds {
                    option value=(kind.name()) { (kind_words(*kind)) }
                }
            }
        }
        label {
            "Amount in shillings"
            input name="amount" inputmode="decimal" maxlength="12" required placeholder="250";
        }
    }
}

/// A kind of correction, for a person.
pub(super) const fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::FromHouse => "House gives to the player",
        Kind::FromPromo => "Promotions give to the player",
        Kind::ToHouse => "Player gives back to the house",
        Kind::CashShort => "M-Pesa holds less: charges, or a difference",
        Kind::CashOver => "M-Pesa holds more",
        Kind::LateFromWallet => "Late payout: the player pays, the house what the wallet lacks",
        Kind::LateFromHouse => "Late payout: the house pays",
    }
}
