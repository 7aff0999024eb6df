//! What stands around every page.

use maud::{DOCTYPE, Markup, html};

use super::{
    form::hidden,
    notice::Notice,
    style,
    visit::{HOME, Visit},
};

/// The pages, in groups: address and name. The one whose address begins the page's own is marked.
const NAV: &[(&str, &[(&str, &str)])] = &[
    (
        "House",
        &[
            ("/admin", "Today"),
            ("/admin/players", "Players"),
            ("/admin/match", "Matches"),
            ("/admin/questions", "Questions"),
        ],
    ),
    (
        "Money",
        &[
            ("/admin/parked", "Parked"),
            ("/admin/withdrawals", "Withdrawals"),
            ("/admin/adjustments", "Adjustments"),
        ],
    ),
    (
        "Service",
        &[
            ("/admin/jobs", "Jobs and outbox"),
            ("/admin/menu", "Menu"),
            ("/admin/settings", "Settings"),
            ("/admin/admins", "Administrators"),
            ("/admin/audit", "Audit log"),
        ],
    ),
];

/// A page for whoever is logged in.
pub(super) fn page(visit: &Visit, title: &str, notice: Option<&Notice>, body: &Markup) -> Markup {
    let at = visit.at.split('?').next().unwrap_or_default();
    let who = &visit.who;
    document(
        title,
        &html! {
            a class="skip" href="#page" { "To the page" }
            header class="top" {
                a class="brand" href=(HOME) { "Majibu" span { "console" } }
                // Folded up on a phone, open where there is room: by the style sheet alone.
                details class="menu" {
                    summary { "Pages" }
                    (nav(at))
                }
                form method="post" action="/admin/logout" class="who" {
                    (hidden(visit))
                    span { (who.name) " " small { (who.role) } }
                    button type="submit" { "Log out" }
                }
            }
            div class="frame" {
                div class="side" { (nav(at)) }
                main id="page" tabindex="-1" {
                    @if let Some(notice) = notice { (notice.markup()) }
                    h1 { (title) }
                    (body)
                }
            }
        },
    )
}

fn nav(at: &str) -> Markup {
    let is_here = |path: &str| match path {
        HOME => at == HOME,
        path => {
            at == path
                || at
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.starts_with('/'))
        }
    };
    html! {
        nav aria-label="Pages" {
            @for (group, pages) in NAV {
                h2 { (group) }
                ul {
                    @for (path, name) in *pages {
                        li {
                            a href=(path) aria-current=[is_here(path).then_some("page")] { (name) }
                        }
                    }
                }
            }
        }
    }
}

/// A page for whoever it may be: nothing of the house stands on it.
pub(super) fn plain(title: &str, body: &Markup) -> Markup {
    document(
        title,
        &html! {
            main id="page" class="plain" {
                p class="brand" { "Majibu" span { "console" } }
                h1 { (title) }
                (body)
            }
        },
    )
}

fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " - Majibu" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(*style::ADDRESS);
            }
            body { (body) }
        }
    }
}
