//! The audit log: who did what to whom, and why.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Fault,
    parts::{empty, table, when},
    visit::{Asked, Visit},
};
use crate::{
    http::Web,
    store::{AuditFilter, AuditRow},
};

/// Lines on one page.
const LINES: u32 = 50;

/// Which lines are asked for; empty fields ask for nothing.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    actor: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    before: String,
}

impl Wanted {
    fn filter(&self) -> AuditFilter {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        AuditFilter {
            actor: given(&self.actor),
            action: given(&self.action),
            subject: given(&self.subject).zip(given(&self.id)),
            before: self.before.parse().ok(),
        }
    }

    /// The address of the lines older than this one.
    fn older(&self, than: &AuditRow) -> String {
        let id = than.id.to_string();
        let query = [
            ("actor", self.actor.as_str()),
            ("action", &self.action),
            ("subject", &self.subject),
            ("id", &self.id),
            ("before", &id),
        ];
        let query = query.into_iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<_> = query.collect();
        let query = serde_urlencoded::to_string(query).unwrap_or_default();
        format!("/admin/audit?{query}")
    }
}

/// `GET /admin/audit`.
pub(super) async fn page(
    visit: Visit,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Fault> {
    let rows = web.app.audit_log(&wanted.filter(), LINES + 1).await?;
    let most = usize::try_from(LINES).unwrap_or(usize::MAX);
    let has_more = rows.len() > most;
    let shown = &rows[..rows.len().min(most)];
    let body = html! {
        p class="lead" {
            "Every act of an administrator, of a player about themselves, and of the rules. \
             Nothing can be changed or taken out, by nobody."
        }
        (search(&wanted))
        @if shown.is_empty() {
            (empty("No line fits."))
        } @else {
            (lines(shown))
        }
        @if let Some(last) = shown.last().filter(|_| has_more) {
            p class="pager" { a href=(wanted.older(last)) rel="next" { "Older" } }
        }
    };
    Ok(visit.page("Audit log", &body))
}

fn search(wanted: &Wanted) -> Markup {
    html! {
        form method="get" action="/admin/audit" class="search" role="search" {
            label { "Who" input name="actor" value=(wanted.actor) maxlength="60"; }
            label { "Did what" input name="action" value=(wanted.action) maxlength="60"; }
            label {
                "To a"
                input name="subject" value=(wanted.subject) maxlength="60" placeholder="player";
            }
            label { "with the id" input name="id" value=(wanted.id) maxlength="60"; }
            button type="submit" { "Show" }
            a href="/admin/audit" { "Everything" }
        }
    }
}

/// Lines of the log as a table; also for the pages of what they are about.
pub(super) fn lines(rows: &[AuditRow]) -> Markup {
    let rows = html! {
        @for row in rows {
            tr {
                td { (when(row.at)) }
                td { (row.actor) }
                td { span class="badge" { (row.action) } }
                td { (row.subject) " " code { (row.subject_id) } }
                td { (row.reason) }
                td { (row.detail) }
            }
        }
    };
    table(&["When", "Who", "Did", "To", "Why", "What changed"], &rows)
}
