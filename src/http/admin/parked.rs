//! Parked payments: giving each to its player, or booking that it went back; and what M-Pesa took back
//! of payments that were credited or paid out.

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    Fault,
    form::{Act, Weight, act_form},
    parts::{empty, kes, table, when},
    visit::Visit,
};
use crate::{
    app::{AssignError, ReversalError},
    core::{ids::ParkedId, msisdn::Msisdn, operator::Role},
    http::Web,
    store::Parked,
};

#[derive(Debug, Deserialize)]
pub(super) struct To {
    msisdn: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct GivenBack {
    reversal: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct TakenBack {
    receipt: String,
    reversal: String,
}

/// `GET /admin/parked`.
pub(super) async fn page(visit: Visit, State(web): State<Web>) -> Result<Response, Fault> {
    let parked = web.app.parked().await?;
    let body = html! {
        p class="lead" {
            "Payments that came in and match no player. Each waits in suspense until somebody says whose \
             it is, or it has gone back to its payer."
        }
        @if parked.is_empty() {
            (empty("No payment waits."))
        } @else {
            (table(&["Receipt", "#KES", "Act", "Why", "Since"], &rows(&visit, &parked)))
        }
        @if visit.may(Role::Finance) {
            h2 { "M-Pesa took money back" }
            p class="muted" {
                "Where M-Pesa's portal or statement shows the reversal of a payment that was credited, or \
                 of a payout that arrived, the books follow here, once. A wallet gives what it holds; the \
                 rest is the loss of the house."
            }
            (act_form(&visit, "/admin/parked/reversed", "Book a reversal", Weight::Grave, &html! {
                label {
                    "Receipt of the payment or payout"
                    input name="receipt" maxlength="16" required placeholder="UKM1A2B3C4";
                }
                label {
                    "M-Pesa's receipt of the reversal"
                    input name="reversal" maxlength="16" required;
                }
            }))
        }
    };
    Ok(visit.page("Parked payments", &body))
}

fn rows(visit: &Visit, parked: &[Parked]) -> Markup {
    html! {
        @for one in parked {
            tr {
                td { code { (one.receipt) } }
                td class="num" { (kes(one.amount)) }
                td {
                    @if visit.may(Role::Finance) {
                        (act_form(visit, &format!("/admin/parked/{}/assign", one.id), "Assign",
                            Weight::Grave, &html! {
                                label {
                                    "Player's number"
                                    input name="msisdn" inputmode="tel" maxlength="20" required
                                        placeholder="0712 345 678";
                                }
                            }))
                        (act_form(visit, &format!("/admin/parked/{}/give-back", one.id), "Given back",
                            Weight::Grave, &html! {
                                p class="muted" {
                                    "First reverse it in M-Pesa's portal, then book it here."
                                }
                                label {
                                    "M-Pesa's receipt of the reversal"
                                    input name="reversal" maxlength="16" required;
                                }
                            }))
                    }
                }
                td { (one.reason) }
                td { (when(one.id.made_at())) }
            }
        }
    }
}

/// `POST /admin/parked/{id}/assign`.
pub(super) async fn assign(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<To>,
) -> Response {
    let Ok(number) = Msisdn::parse(&act.form.msisdn) else {
        return act.refused("that is no Kenyan mobile number");
    };
    let Ok(id) = id.parse::<ParkedId>() else {
        return act.refused(AssignError::NotParked);
    };
    match web.app.assign(id, &number, &act.by).await {
        Ok(parked) => act.done(format!(
            "KES {} of {} is in the wallet of {}.",
            parked.amount,
            parked.receipt,
            number.e164()
        )),
        Err(error) => act.refused(error),
    }
}

/// `POST /admin/parked/{id}/give-back`.
pub(super) async fn give_back(
    State(web): State<Web>,
    Path(id): Path<String>,
    act: Act<GivenBack>,
) -> Response {
    let Ok(id) = id.parse::<ParkedId>() else {
        return act.refused(ReversalError::NotParked);
    };
    let reversal = &act.form.reversal;
    match web.app.give_back_parked(id, reversal, &act.by).await {
        Ok(parked) => act.done(format!(
            "KES {} of {} is booked as given back.",
            parked.amount, parked.receipt
        )),
        Err(error) => act.refused(error),
    }
}

/// `POST /admin/parked/reversed`.
pub(super) async fn reversed(State(web): State<Web>, act: Act<TakenBack>) -> Response {
    let (receipt, reversal) = (&act.form.receipt, &act.form.reversal);
    match web.app.take_back(receipt, reversal, &act.by).await {
        Ok(taken) => act.done(format!(
            "KES {} of {} is booked as taken back.",
            taken.amount, taken.receipt
        )),
        Err(error) => act.refused(error),
    }
}
