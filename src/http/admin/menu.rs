//! The menu in force, drawn, and where players leave it.

use std::time::Duration;

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Fault,
    parts::{empty, table},
    visit::{Asked, Visit},
};
use crate::{
    app::{SessionFigures, menu_facts},
    core::money::Cents,
    http::Web,
    menu::draw::{CATEGORIES, Format, draw},
};

/// What the picture needs: its own styles, and nothing from anywhere.
const PICTURE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// How far can be looked back, in days.
const DAYS: [u64; 3] = [1, 7, 30];

#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    days: Option<u64>,
    locale: Option<String>,
}

/// `GET /admin/menu`.
pub(super) async fn page(
    visit: Visit,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Fault> {
    let days = wanted.days.filter(|days| DAYS.contains(days)).unwrap_or(1);
    let span = Duration::from_secs(days * 24 * 60 * 60);
    let figures = web.app.session_figures(span).await?;
    let menu = web.app.menu();
    let locales: Vec<&str> = menu.texts.keys().map(String::as_str).collect();
    let asked = wanted.locale.as_deref().unwrap_or_default();
    let locale = locales.iter().find(|locale| **locale == asked);
    let locale = locale.or(locales.first()).copied().unwrap_or_default();
    let picture = format!("/admin/menu.svg?locale={locale}");
    let body = html! {
        form method="get" action="/admin/menu" class="search" {
            label { "Sessions of"
                select name="days" {
                    @for option in DAYS {
                        option value=(option) selected[option == days] {
                            @if option == 1 { "the last 24 hours" } @else { "the last " (option) " days" }
                        }
                    }
                }
            }
            label { "Language of the drawing"
                select name="locale" {
                    @for option in &locales {
                        option value=(option) selected[*option == locale] { (option) }
                    }
                }
            }
            button type="submit" { "Show" }
        }
        (sessions(&figures))
        h2 { "Where players leave" }
        (given_up(&figures, &picture))
        h2 { "The menu in force" }
        p { a href=(picture) { "Open the drawing by itself" } " to zoom in and to follow its lines." }
        div class="drawing" tabindex="0" role="region" aria-label="Drawing of the menu" {
            img src=(picture) alt="Every screen of the menu with its keys, actions and outcomes"
                loading="lazy";
        }
    };
    Ok(visit.page("Menu", &body))
}

fn sessions(figures: &SessionFigures) -> Markup {
    let all: i64 = figures.statuses.iter().map(|status| status.sessions).sum();
    let cost: i64 = figures
        .statuses
        .iter()
        .map(|status| status.cost_cents)
        .sum();
    let median = |value: Option<i64>| value.map_or("-".into(), |value| value.to_string());
    html! {
        ul class="cards" {
            li class="card" {
                span class="name" { "Sessions that ended" }
                span class="figure" { (all) }
                span class="more" { "cost KES " (Cents::new(cost)) }
            }
            @for status in &figures.statuses {
                li class="card" {
                    span class="name" { (status.status) }
                    span class="figure" { (status.sessions) }
                    span class="more" { (share(status.sessions, all)) " of all" }
                }
            }
            li class="card" {
                span class="name" { "Half of them took at most" }
                span class="figure" { (median(figures.median_hops)) }
                span class="more" {
                    "hops, and " (figures.median_duration_ms.map_or("-".into(), super::parts::span))
                }
            }
        }
    }
}

/// Screens on which sessions were left that the service did not end, most first.
fn given_up(figures: &SessionFigures, picture: &str) -> Markup {
    if figures.given_up.is_empty() {
        return empty("No session was left half-way.");
    }
    let all: i64 = figures.given_up.iter().map(|place| place.sessions).sum();
    let rows = html! {
        @for place in &figures.given_up {
            tr {
                th scope="row" {
                    @if place.screen.is_empty() {
                        span class="muted" { "not known" }
                    } @else {
                        a href=(format!("{picture}#{}", place.screen)) { code { (place.screen) } }
                    }
                }
                td class="num" { (place.sessions) }
                td class="num" { (share(place.sessions, all)) }
                td { progress class="bar" max=(all) value=(place.sessions)
                    aria-label=(share(place.sessions, all)) {} }
            }
        }
    };
    table(&["Screen", "#Sessions", "#Share", ""], &rows)
}

/// A part in per cent, to a tenth.
fn share(part: i64, all: i64) -> String {
    if all <= 0 {
        return "-".into();
    }
    let per_mille = part.saturating_mul(1_000) / all;
    format!("{}.{}%", per_mille / 10, per_mille % 10)
}

/// `GET /admin/menu.svg`: the drawing, which has styles of its own.
pub(super) async fn picture(
    _: Visit,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Fault> {
    let menu = web.app.menu();
    let locale = wanted.locale.unwrap_or_else(|| "en".into());
    if !menu.texts.contains_key(&locale) {
        return Err(Fault::NotFound);
    }
    let settings = web.app.settings();
    let facts = menu_facts(settings, CATEGORIES.map(str::to_owned).into());
    let budget = settings.networks.tightest();
    // Tens of milliseconds of work: beside the threads that answer players.
    let drawn =
        tokio::task::spawn_blocking(move || draw(&menu, &facts, &locale, budget, Format::Svg));
    let svg = drawn.await.map_err(|error| {
        tracing::error!(%error, "the menu could not be drawn");
        Fault::Broken
    })?;
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CONTENT_SECURITY_POLICY, PICTURE_POLICY),
    ];
    Ok((headers, svg).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_to_a_tenth_of_a_per_cent() {
        assert_eq!(share(1, 3), "33.3%");
        assert_eq!(share(3, 3), "100.0%");
        assert_eq!(share(0, 0), "-");
    }
}
