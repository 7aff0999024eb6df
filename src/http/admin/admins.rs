//! Who may use the console.

use axum::{
    extract::{Path, State},
    response::Response,
};
use maud::html;
use serde::Deserialize;

use super::{
    Fault,
    form::{Act, Weight, act_form},
    parts::{Tone, badge, table, when},
    visit::Visit,
};
use crate::{
    app::{AdminError, Administrator, BUILT_IN},
    core::operator::Role,
    http::Web,
};

/// `GET /admin/admins`.
pub(super) async fn page(visit: Visit, State(web): State<Web>) -> Result<Response, Fault> {
    let admins = web.app.administrators().await?;
    let can_change = |admin: &Administrator| {
        visit.may(Role::Finance)
            && admin.disabled_at.is_none()
            && admin.name != BUILT_IN
            && admin.name != visit.who.name
    };
    let rows = html! {
        @for admin in &admins {
            tr {
                th scope="row" { (admin.name) @if admin.name == visit.who.name { " (you)" } }
                td { (admin.role) }
                td {
                    @match admin.added_at {
                        Some(at) => (when(at)),
                        None => { "by the configuration" }
                    }
                }
                td {
                    @match admin.disabled_at {
                        Some(at) => { (badge("disabled", Tone::Bad)) " " (when(at)) },
                        None => (badge("may log in", Tone::Good)),
                    }
                }
                td { @if can_change(admin) {
                    (act_form(
                        &visit,
                        &format!("/admin/admins/{}/role", admin.name),
                        "Change the role",
                        Weight::Plain,
                        &html! { label { "Role" select name="role" {
                            @for role in Role::ALL {
                                option value=(role) selected[role == admin.role] { (role) }
                            }
                        } } },
                    ))
                    (act_form(
                        &visit,
                        &format!("/admin/admins/{}/disable", admin.name),
                        &format!("Disable {}", admin.name),
                        Weight::Grave,
                        &html! { p { "They are logged out at once." } },
                    ))
                } }
            }
        }
    };
    let body = html! {
        p class="lead" {
            "A viewer looks. Support acts for players, and moves no money. Finance moves money, too. \
             Administrators are added, and get another password, on the command line: "
            code { "majibu admin add NAME --role support" } "."
        }
        (table(&["Name", "Role", "Since", "State", ""], &rows))
    };
    Ok(visit.page("Administrators", &body))
}

#[derive(Debug, Deserialize)]
pub(super) struct Change {
    role: String,
}

/// `POST /admin/admins/{name}/role`.
pub(super) async fn change_role(
    State(web): State<Web>,
    Path(name): Path<String>,
    act: Act<Change>,
) -> Response {
    if act.by.actor.name() == name {
        return act.refused("nobody changes their own role");
    }
    let role = match act.form.role.parse::<Role>() {
        Ok(role) => role,
        Err(error) => return act.refused(error),
    };
    match web.app.set_admin_role(&name, role, &act.by).await {
        Ok(()) => act.done(format!("{name} has the role {role} from now on.")),
        Err(AdminError::App(error)) => act.failed(error),
        Err(error) => act.refused(error),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// `POST /admin/admins/{name}/disable`.
pub(super) async fn disable(
    State(web): State<Web>,
    Path(name): Path<String>,
    act: Act<Nothing>,
) -> Response {
    if act.by.actor.name() == name {
        return act.refused("nobody shuts themselves out");
    }
    match web.app.disable_admin(&name, &act.by).await {
        Ok(()) => act.done(format!("{name} is shut out.")),
        Err(AdminError::App(error)) => act.failed(error),
        Err(error) => act.refused(error),
    }
}
