//! One question: its words in every language, how it fared, withdrawing, restoring and correcting it.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::{Markup, html};

use super::{
    Fault,
    audit::lines,
    form::{Act, Weight, act_form},
    parts::{empty, facts, state, table},
    player_acts::Nothing,
    questions::{flag, mean, right},
    visit::Visit,
};
use crate::{
    app::{Fix, FixError, QuestionSearch, QuestionStats},
    core::{
        bank::{Known, Standing, Text},
        ids::QuestionId,
        operator::Role,
    },
    http::Web,
    store::AuditFilter,
};

/// Lines of the audit log on the page.
const LINES: u32 = 50;

/// `GET /admin/questions/{id}`.
pub(super) async fn page(
    visit: Visit,
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id: QuestionId = id.parse().map_err(|_| Fault::NotFound)?;
    let question = web.app.known_question(id).await?.ok_or(Fault::NotFound)?;
    let search = QuestionSearch {
        words: id.to_string(),
        withdrawn: question.standing == Standing::Withdrawn,
        ..QuestionSearch::default()
    };
    let stats = web.app.search_questions(&search).await?.pop();
    let filter = AuditFilter {
        subject: Some(("question".into(), id.to_string())),
        ..AuditFilter::default()
    };
    let acted = web.app.audit_log(&filter, LINES).await?;
    let body = html! {
        div class="panel" { (about(&question, stats.as_ref())) }
        h2 { "Words" }
        (words(&question, stats.as_ref()))
        @if visit.may(Role::Support) { (acts(&visit, &question)) }
        h2 { "What was done" }
        @if acted.is_empty() { (empty("Nobody has acted on it.")) } @else { (lines(&acted)) }
    };
    Ok(visit.page("Question", &body))
}

fn about(question: &Known, stats: Option<&QuestionStats>) -> Markup {
    let id = question.id.to_string();
    let mut pairs = vec![
        ("Category", html! { (question.category) }),
        ("Stands", state(question.standing.name())),
        ("Version", html! { (question.version) }),
        (
            "Source",
            html! { (question.source.as_deref().unwrap_or("-")) },
        ),
    ];
    if let Some(one) = stats {
        let figures = &one.figures;
        pairs.extend([
            ("Shown", html! { (figures.shown) }),
            ("Right", html! { (right(figures)) " " (flag(figures)) }),
            ("Too late", html! { (figures.late()) }),
            ("Mean time", html! { (mean(figures)) }),
        ]);
    }
    pairs.push((
        "Key or id",
        html! { code { (question.key().unwrap_or(&id)) } },
    ));
    facts(&pairs)
}

fn words(question: &Known, stats: Option<&QuestionStats>) -> Markup {
    let picked = |place: usize| {
        let picked = stats.and_then(|one| one.figures.picked.get(place));
        picked.copied().unwrap_or_default()
    };
    let rows = html! {
        @for (locale, text) in &question.texts {
            tr { th scope="row" { (locale) } td colspan="2" { b { (text.question) } } }
            @for (place, choice) in text.choices.iter().enumerate() {
                tr {
                    td {}
                    td {
                        (choice)
                        @if place + 1 == usize::from(question.answer) { " " (state("right")) }
                    }
                    td class="num" { (picked(place)) }
                }
            }
        }
    };
    table(&["Language", "Words", "#Picked"], &rows)
}

fn acts(visit: &Visit, question: &Known) -> Markup {
    let to = |act: &str| format!("/admin/questions/{}/{act}", question.id);
    html! {
        h2 { "Act" }
        div {
            @match question.standing {
                Standing::Active => {
                    (act_form(visit, &to("withdraw"), "Withdraw", Weight::Grave, &html! {
                        p class="muted" {
                            "Open games that hold it are voided: every stake goes back, each player \
                             hears of it."
                        }
                    }))
                }
                Standing::Withdrawn => {
                    (act_form(visit, &to("restore"), "Bring back", Weight::Plain, &html! {}))
                }
            }
            (act_form(visit, &to("fix"), "Correct the words", Weight::Plain, &fields(question)))
        }
    }
}

/// Every word of the question to be written anew.
fn fields(question: &Known) -> Markup {
    let longest = question.texts.values().map(|text| text.choices.len()).max();
    html! {
        input type="hidden" name="version" value=(question.version);
        p class="muted" {
            "A new version: games under way go on with the old one. It has to fit the smallest screen."
        }
        label {
            "Number of the right choice"
            input name="answer" inputmode="numeric" maxlength="1" required value=(question.answer);
        }
        @for (locale, text) in &question.texts {
            fieldset {
                legend { (locale) }
                label {
                    "Question"
                    input name=(format!("{locale}.question")) maxlength="160" required
                        value=(text.question);
                }
                @for place in 0..longest.unwrap_or(4) {
                    label {
                        "Choice " (place + 1)
                        input name=(format!("{locale}.{place}")) maxlength="80" required
                            value=(text.choices.get(place).map_or("", String::as_str));
                    }
                }
            }
        }
    }
}

/// `POST /admin/questions/{id}/withdraw`.
pub(super) async fn withdraw(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Nothing>,
) -> Response {
    match web.app.withdraw_question(&id, &act.by).await {
        Ok(Some(done)) if done.was_withdrawn => act.done("It was withdrawn before."),
        Ok(Some(done)) => act.done(format!(
            "Withdrawn; {} games voided, KES {} went back.",
            done.voided.sets, done.voided.returned
        )),
        Ok(None) => act.refused(FixError::Unknown),
        Err(error) => act.refused(error),
    }
}

/// `POST /admin/questions/{id}/restore`.
pub(super) async fn restore(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Nothing>,
) -> Response {
    match web.app.restore_question(&id, &act.by).await {
        Ok(Some((_, Some(_)))) => act.done("It is in play again."),
        Ok(Some((_, None))) => act.done("It was in play already."),
        Ok(None) => act.refused(FixError::Unknown),
        Err(error) => act.refused(error),
    }
}

/// `POST /admin/questions/{id}/fix`.
pub(super) async fn fix(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<BTreeMap<String, String>>,
) -> Response {
    let Ok(id) = id.parse::<QuestionId>() else {
        return act.refused(FixError::Unknown);
    };
    let Some(fix) = read(id, &act.form) else {
        return act.refused("the number of the right choice is needed, and words for every choice");
    };
    match web.app.fix_question(&fix, &act.by).await {
        Ok(version) if version == fix.version => act.done("Nothing was different."),
        Ok(version) => act.done(format!("Corrected: version {version} from now on.")),
        Err(error) => act.refused(error),
    }
}

fn read(question: QuestionId, form: &BTreeMap<String, String>) -> Option<Fix> {
    let mut texts = BTreeMap::<String, Text>::new();
    // In order of name: the question of a language comes after its choices, which come in order.
    for (name, value) in form {
        let Some((locale, part)) = name.split_once('.') else {
            continue;
        };
        let text = texts.entry(locale.to_owned()).or_insert_with(|| Text {
            question: String::new(),
            choices: Vec::new(),
        });
        if part == "question" {
            text.question.clone_from(value);
        } else {
            text.choices.push(value.clone());
        }
    }
    Some(Fix {
        question,
        version: form.get("version")?.parse().ok()?,
        answer: form.get("answer")?.trim().parse().ok()?,
        texts,
    })
}
