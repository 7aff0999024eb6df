//! Withdrawals whose end nobody can tell: asking M-Pesa again, and ending one with evidence.

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Fault,
    audit::lines,
    flags,
    form::{Act, Weight, act_form},
    parts::{Tone, badge, empty, facts, kes, state, table, when},
    player_acts::{Nothing, became},
    players,
    story::kind_words,
    visit::Visit,
};
use crate::{
    app::{AdjustError, Found, ResolveError},
    core::{
        adjustment::Kind,
        ids::{AdjustmentId, WithdrawalId},
        operator::Role,
    },
    http::Web,
    store::{Adjustment, AuditFilter, Unsure},
};

/// Lines of the audit log on the page of one.
const LINES: u32 = 50;

#[derive(Debug, Deserialize)]
pub(super) struct Evidence {
    #[serde(default)]
    receipt: String,
}

/// Who makes a late payout good.
#[derive(Debug, Deserialize)]
pub(super) struct Closing {
    id: String,
    kind: String,
}

/// `GET /admin/withdrawals`.
pub(super) async fn page(visit: Visit, State(web): State<Web>) -> Result<Response, Fault> {
    let unsure = web.app.unsure_withdrawals().await?;
    let ended = web.app.ended_withdrawals_to_look_at().await?;
    let body = html! {
        p class="lead" {
            "Withdrawals that are unknown, flagged, or open for longer than a result takes. The service \
             asks M-Pesa by itself, ever more rarely; a payout is never sent twice."
        }
        @if unsure.is_empty() {
            (empty("Every withdrawal has its end, or is on its way."))
        } @else {
            (rows(&unsure, "Look, ask, end"))
        }
        @if !ended.is_empty() {
            h2 id="ended" { "Ended, and to be looked at" }
            p class="muted" {
                "Paid after their money had gone back to the wallet, until they are closed; and flagged in the \
                 last 7 days."
            }
            (rows(&ended, "Look"))
        }
    };
    Ok(visit.page("Withdrawals", &body))
}

fn rows(withdrawals: &[Unsure], look: &str) -> Markup {
    let rows = html! {
        @for one in withdrawals {
            tr {
                td { (when(one.requested_at)) }
                td { a href=(players::path(one.player)) class="kes" { (one.msisdn.e164()) } }
                td class="num" { (kes(one.payout)) }
                td {
                    (state(one.state.name()))
                    @if one.is_late() {
                        " " (badge("paid late", Tone::Bad))
                    } @else if one.is_flagged {
                        " " (badge("flagged", Tone::Warn))
                    }
                }
                td class="num" { (one.attempt) }
                td { @if let Some(due) = one.due_at { (when(due)) } @else { "-" } }
                td { a href=(path(one.id)) { (look) } }
            }
        }
    };
    let heads = [
        "Asked for",
        "Player",
        "#M-Pesa pays",
        "Stands",
        "#Tries",
        "Next by itself",
        "",
    ];
    table(&heads, &rows)
}

fn path(id: WithdrawalId) -> String {
    format!("/admin/withdrawals/{id}")
}

/// `GET /admin/withdrawals/{id}`.
pub(super) async fn one(
    visit: Visit,
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id: WithdrawalId = id.parse().map_err(|_| Fault::NotFound)?;
    let one = web.app.withdrawal_in_full(id).await?;
    let one = one.ok_or(Fault::NotFound)?;
    let filter = AuditFilter {
        subject: Some(("withdrawal".into(), id.to_string())),
        ..AuditFilter::default()
    };
    let acted = web.app.audit_log(&filter, LINES).await?;
    let closing = web.app.closing_of(id).await?;
    let body = html! {
        div class="panel" { (details(&one)) }
        @if one.is_late() { (late(&visit, &web, &one, closing.as_ref())) }
        (acts(&visit, &one))
        h2 { "What was done" }
        @if acted.is_empty() { (empty("Nobody has acted on it.")) } @else { (lines(&acted)) }
    };
    Ok(visit.page("Withdrawal", &body))
}

fn details(one: &Unsure) -> Markup {
    let text = |text: &str| html! { code { (text) } };
    let at = |at: Option<_>| at.map_or_else(|| html! { "-" }, when);
    facts(&[
        (
            "Player",
            html! { a href=(players::path(one.player)) class="kes" { (one.msisdn.e164()) } },
        ),
        ("Stands", state(one.state.name())),
        (
            "Flagged",
            html! { (if one.is_flagged { "yes" } else { "no" }) },
        ),
        ("Asked for", html! { "KES " (kes(one.amount)) }),
        ("M-Pesa pays", html! { "KES " (kes(one.payout)) }),
        ("Receipt", text(one.receipt.as_deref().unwrap_or("-"))),
        ("Our id at M-Pesa", text(&one.originator_id)),
        ("Id", text(&one.id.to_string())),
        ("Asked for at", when(one.requested_at)),
        ("Last sent", at(one.sent_at)),
        ("Next by itself", at(one.due_at)),
        ("Tries", html! { (one.attempt) }),
        ("M-Pesa knew nothing", html! { (one.unheard_of) " times" }),
    ])
}

fn acts(visit: &Visit, one: &Unsure) -> Markup {
    let to = |act: &str| format!("{}/{act}", path(one.id));
    if !one.state.is_open() && one.is_flagged {
        return flags::looked(visit, &to("looked"));
    }
    if !one.state.is_open() || !visit.may(Role::Support) {
        return html! {};
    }
    html! {
        h2 { "Act" }
        div {
            (act_form(visit, &to("ask"), "Ask M-Pesa now", Weight::Plain, &html! {}))
            @if visit.may(Role::Finance) {
                (act_form(visit, &to("paid"), "It is paid", Weight::Grave, &html! {
                    p class="muted" {
                        "The portal shows it completed under this receipt. What was held leaves the books."
                    }
                    label {
                        "M-Pesa's receipt"
                        input name="receipt" maxlength="16" required placeholder="UKM1A2B3C4";
                    }
                }))
                (act_form(visit, &to("failed"), "It certainly failed", Weight::Grave, &html! {
                    p class="muted" {
                        "The portal shows that it failed, or does not have it. The money and the fee go \
                         back to the wallet. Say in the reason what you saw and where."
                    }
                }))
            }
        }
    }
}

/// Paid after its money had gone back: who makes it good.
fn late(visit: &Visit, web: &Web, one: &Unsure, closing: Option<&Adjustment>) -> Markup {
    html! {
        h2 { "Paid late" }
        p {
            "M-Pesa paid KES " (kes(one.payout)) " after the money had gone back to the wallet, so the \
             player has it twice. "
            @match closing {
                None => { "Until it is closed it stands against suspense." }
                Some(closing) => {
                    (kind_words(closing.kind)) ": " (state(closing.state.name())) ", by "
                    (closing.proposed_by) ": " (closing.reason) ". "
                    a href="/admin/adjustments" { "Adjustments" }
                }
            }
        }
        @if closing.is_none() && visit.may(Role::Finance) {
            (act_form(visit, &format!("{}/close", path(one.id)), "Close it", Weight::Grave, &html! {
                input type="hidden" name="id" value=(web.app.adjustment_id());
                p class="muted" {
                    "Above KES " (web.app.settings().adjustment_limit)
                    " in a day somebody else has to approve it. The player hears by SMS of what is taken."
                }
                label {
                    "Who pays"
                    select name="kind" {
                        @for kind in [Kind::LateFromWallet, Kind::LateFromHouse] {
                            option value=(kind.name()) { (kind_words(kind)) }
                        }
                    }
                }
            }))
        }
    }
}

/// `POST /admin/withdrawals/{id}/close`.
pub(super) async fn close(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Closing>,
) -> Response {
    let form = (
        act.form.id.parse::<AdjustmentId>(),
        Kind::named(&act.form.kind),
    );
    let (Ok(id), (Ok(form), Some(kind))) = (id.parse::<WithdrawalId>(), form) else {
        return act.refused(AdjustError::NotLate);
    };
    let made = web.app.close_late_payout(form, id, kind, &act.by).await;
    act.answer(made.map(|made| became(&made)))
}

/// `POST /admin/withdrawals/{id}/ask`.
pub(super) async fn ask(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Nothing>,
) -> Response {
    let Ok(id) = id.parse::<WithdrawalId>() else {
        return act.refused(ResolveError::Unknown);
    };
    match web.app.ask_again(id, &act.by).await {
        Ok(()) => act.done("M-Pesa is asked now. Reload this page in a moment."),
        Err(error) => act.refused(error),
    }
}

/// `POST /admin/withdrawals/{id}/paid`.
pub(super) async fn paid(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Evidence>,
) -> Response {
    let found = Found::Paid(act.form.receipt.clone());
    end(&web, &id, &found, &act).await
}

/// `POST /admin/withdrawals/{id}/failed`.
pub(super) async fn failed(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<Nothing>,
) -> Response {
    end(&web, &id, &Found::Failed, &act).await
}

async fn end<T: serde::de::DeserializeOwned>(
    web: &Web,
    id: &str,
    found: &Found,
    act: &Act<T>,
) -> Response {
    let Ok(id) = id.parse::<WithdrawalId>() else {
        return act.refused(ResolveError::Unknown);
    };
    match web.app.resolve_withdrawal(id, found, &act.by).await {
        Ok(state) => act.done(format!("It is {} now.", state.name())),
        Err(error) => act.refused(error),
    }
}
