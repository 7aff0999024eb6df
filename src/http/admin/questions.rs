//! The bank of questions: how each fared, the worst first.

use axum::{extract::State, response::Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Fault,
    parts::{Tone, badge, empty, span, table},
    visit::{Asked, Visit},
};
use crate::{
    app::{QuestionSearch, QuestionStats},
    core::bank::figures::{Figures, Flag},
    http::Web,
};

/// Questions on one page.
const LINES: usize = 50;

/// Which questions are asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    stands: String,
    #[serde(default)]
    page: usize,
}

impl Wanted {
    fn search(&self) -> QuestionSearch {
        QuestionSearch {
            words: self.q.clone(),
            category: Some(self.category.clone()).filter(|name| !name.is_empty()),
            withdrawn: self.stands == "withdrawn",
        }
    }

    fn at(&self, page: usize) -> String {
        let page = page.to_string();
        let query = [
            ("q", self.q.as_str()),
            ("category", &self.category),
            ("stands", &self.stands),
            ("page", &page),
        ];
        let query = serde_urlencoded::to_string(query).unwrap_or_default();
        format!("/admin/questions?{query}")
    }
}

/// `GET /admin/questions`.
pub(super) async fn page(
    visit: Visit,
    State(web): State<Web>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Fault> {
    let found = web.app.search_questions(&wanted.search()).await?;
    let categories = web.app.question_categories().await?;
    let first = wanted.page.saturating_mul(LINES);
    let shown: Vec<_> = found.iter().skip(first).take(LINES).collect();
    let has_more = found.len() > first.saturating_add(LINES);
    let body = html! {
        p class="lead" {
            "How each question fared in the last 90 days, in its present version. Likely wrong ones come first, then trivial \
             ones, then by how seldom they were answered right."
        }
        (search(&wanted, &categories))
        p class="muted" { (found.len()) " questions fit." }
        @if shown.is_empty() {
            (empty("No question fits."))
        } @else {
            (table(&["", "Question", "Category", "#Shown", "#Right", "#Late", "#Mean", ""], &html! {
                @for one in shown { (row(one)) }
            }))
        }
        p class="pager" {
            @if wanted.page > 0 { a href=(wanted.at(wanted.page - 1)) rel="prev" { "Back" } }
            @if has_more { a href=(wanted.at(wanted.page + 1)) rel="next" { "More" } }
        }
    };
    Ok(visit.page("Questions", &body))
}

fn search(wanted: &Wanted, categories: &[String]) -> Markup {
    html! {
        form method="get" action="/admin/questions" class="search" role="search" {
            label class="wide" {
                "Words, key or id"
                input type="search" name="q" value=(wanted.q) maxlength="100" autocomplete="off";
            }
            label {
                "Category"
                select name="category" {
                    option value="" { "all" }
                    @for name in categories {
                        option value=(name) selected[*name == wanted.category] { (name) }
                    }
                }
            }
            label {
                "Standing"
                select name="stands" {
                    option value="" { "in play" }
                    option value="withdrawn" selected[wanted.stands == "withdrawn"] { "withdrawn" }
                }
            }
            button type="submit" { "Show" }
        }
    }
}

fn row(one: &QuestionStats) -> Markup {
    let (question, figures) = (&one.question, &one.figures);
    let words = question.texts.get("en").or(question.texts.values().next());
    html! {
        tr {
            td { (flag(figures)) }
            td { (words.map_or("", |text| text.question.as_str())) }
            td { (question.category) }
            td class="num" { (figures.shown) }
            td class="num" { (right(figures)) }
            td class="num" { (figures.late()) }
            td class="num" { (mean(figures)) }
            td { a href=(format!("/admin/questions/{}", question.id)) { "Look" } }
        }
    }
}

/// What is likely wrong with a question.
pub(super) fn flag(figures: &Figures) -> Markup {
    match figures.flag() {
        Some(Flag::Wrong) => badge("likely wrong", Tone::Bad),
        Some(Flag::Trivial) => badge("trivial", Tone::Warn),
        None => html! {},
    }
}

/// The share of right answers.
pub(super) fn right(figures: &Figures) -> String {
    let right = figures.right_permille();
    right.map_or_else(
        || "-".into(),
        |permille| format!("{}.{}%", permille / 10, permille % 10),
    )
}

/// The mean time of an answer.
pub(super) fn mean(figures: &Figures) -> String {
    figures.answering_ms.map_or_else(|| "-".into(), span)
}
