//! The console: pages for the people of the house, made on the server, usable without JavaScript.
//!
//! `gate` stands before every route: nothing is here where nobody could log in; who is not logged in
//! finds the login; a form has to come from a page of the same session. So neither pages nor acts look
//! at cookies, tokens or origins.
//!
//! **A page** is a file below `admin/`: `async fn page(visit: Visit, State(web): State<Web>) ->
//! Result<Response, Fault>` that asks `web.app` (no SQL, no rules) and ends with
//! `Ok(visit.page("Title", html! { ... }))`. What is asked for behind the `?` comes in by
//! [`visit::Asked`]. Its route goes into [`pages`] with [`look`], its line into `layout::NAV`.
//!
//! **An act** is a form made by [`form::act_form`] (it asks for the reason) and a route `act(Role::..,
//! handler)` with `async fn handler(State(web): State<Web>, act: Act<Fields>) -> Response`; `Fields` is
//! what the form adds, `act.by` goes to the use case, which writes it down. It ends with
//! `act.done("What happened")` or `act.refused(error)`: both go back to the page that the form stood on,
//! which shows it.

mod adjustments;
mod admins;
mod audit;
mod charts;
mod fair;
mod fault;
mod flags;
mod form;
mod game;
mod gate;
mod jobs;
mod layout;
mod login;
mod menu;
mod notice;
mod parked;
mod parts;
mod player_acts;
mod players;
mod question;
mod questions;
mod settings;
mod story;
mod story_events;
mod style;
mod today;
mod visit;
mod withdrawals;

use axum::{
    Router,
    handler::Handler,
    middleware,
    routing::{MethodRouter, any},
};

use super::Web;
use crate::core::operator::Role::{self, Finance, Support};
use fault::Fault;

/// The routes below `/admin`.
pub(super) fn router(web: &Web) -> Router<Web> {
    Router::new()
        .merge(pages())
        .merge(acts())
        .route("/admin/", look(login::home))
        .route("/admin/login", look(login::page).post(login::enter))
        .route("/admin/logout", any(nothing_here).post(login::leave))
        .route("/admin/style.css", look(style::sheet))
        .route("/admin/{*rest}", any(nothing_here))
        .layer(middleware::from_fn_with_state(web.clone(), gate::stand))
}

/// What everybody may look at who is logged in.
fn pages() -> Router<Web> {
    Router::new()
        .route("/admin", look(today::page))
        .route("/admin/adjustments", look(adjustments::page))
        .route("/admin/audit", look(audit::page))
        .route("/admin/fair", look(fair::page))
        .route("/admin/fair/{id}", look(fair::case))
        .route("/admin/jobs", look(jobs::page))
        .route("/admin/match", look(game::search))
        .route("/admin/match/{id}", look(game::page))
        .route("/admin/parked", look(parked::page))
        .route("/admin/players", look(players::page))
        .route("/admin/players/{id}", look(story::page))
        .route("/admin/questions", look(questions::page))
        .route("/admin/questions/{id}", look(question::page))
        .route("/admin/withdrawals", look(withdrawals::page))
        .route("/admin/withdrawals/{id}", look(withdrawals::one))
        .route("/admin/admins", look(admins::page))
        .route("/admin/menu", look(menu::page))
        .route("/admin/menu.svg", look(menu::picture))
        .route("/admin/settings", look(settings::page))
}

/// What changes something, with the role that it takes.
fn acts() -> Router<Web> {
    Router::new().merge(support_acts()).merge(money_acts())
}

/// What support may do: nothing of it moves money by itself.
fn support_acts() -> Router<Web> {
    let player = |name: &str| format!("/admin/players/{{id}}/{name}");
    let question = |name: &str| format!("/admin/questions/{{id}}/{name}");
    let job = |name: &str| format!("/admin/jobs/{name}");
    Router::new()
        .route("/admin/fair/{id}/review", act(Support, fair::review))
        .route(&player("exclude"), act(Support, player_acts::exclude))
        .route(&player("block"), act(Support, player_acts::block))
        .route(&player("unblock"), act(Support, player_acts::unblock))
        .route(&player("verify"), act(Support, player_acts::verify))
        .route(&player("limits"), act(Support, player_acts::limits))
        .route(&player("export"), act(Support, player_acts::export))
        .route(&question("withdraw"), act(Support, question::withdraw))
        .route(&question("restore"), act(Support, question::restore))
        .route(&question("fix"), act(Support, question::fix))
        .route("/admin/deposits/{id}/looked", act(Support, flags::deposit))
        .route(
            "/admin/withdrawals/{id}/looked",
            act(Support, flags::withdrawal),
        )
        .route(
            "/admin/withdrawals/{id}/ask",
            act(Support, withdrawals::ask),
        )
        .route(&job("sms/resume"), act(Support, jobs::resume_sms))
        .route(&job("sms/retry"), act(Support, jobs::retry_all))
        .route(&job("sms/{id}/retry"), act(Support, jobs::retry))
        .route(&job("callbacks/{id}/replay"), act(Support, jobs::replay))
}

/// What moves money or cannot be undone, and who may log in.
fn money_acts() -> Router<Web> {
    let parked = |name: &str| format!("/admin/parked/{name}");
    let withdrawal = |name: &str| format!("/admin/withdrawals/{{id}}/{name}");
    let adjustment = |name: &str| format!("/admin/adjustments/{name}");
    Router::new()
        .route(
            "/admin/players/{id}/adjust",
            act(Finance, player_acts::adjust),
        )
        .route(
            "/admin/players/{id}/erase",
            act(Finance, player_acts::erase),
        )
        .route(&parked("{id}/assign"), act(Finance, parked::assign))
        .route(&parked("{id}/give-back"), act(Finance, parked::give_back))
        .route(&parked("reversed"), act(Finance, parked::reversed))
        .route(&withdrawal("paid"), act(Finance, withdrawals::paid))
        .route(&withdrawal("failed"), act(Finance, withdrawals::failed))
        .route(&withdrawal("close"), act(Finance, withdrawals::close))
        .route(&adjustment("cash"), act(Finance, adjustments::cash))
        .route(
            &adjustment("{id}/approve"),
            act(Finance, adjustments::approve),
        )
        .route(
            &adjustment("{id}/reject"),
            act(Finance, adjustments::reject),
        )
        .route(
            "/admin/jobs/payouts/resume",
            act(Finance, jobs::resume_payouts),
        )
        .route(
            "/admin/admins/{name}/disable",
            act(Finance, admins::disable),
        )
        .route(
            "/admin/admins/{name}/role",
            act(Finance, admins::change_role),
        )
}

/// A page. Other methods are answered like an unknown address: axum would list those that it takes, also
/// where the console is off.
fn look<H, T>(handler: H) -> MethodRouter<Web>
where
    H: Handler<T, Web>,
    T: 'static,
{
    any(nothing_here).get(handler)
}

/// An act: for whoever has this role, or a higher one.
fn act<H, T>(role: Role, handler: H) -> MethodRouter<Web>
where
    H: Handler<T, Web>,
    T: 'static,
{
    any(nothing_here)
        .post(handler)
        .layer(middleware::from_fn_with_state(role, gate::need))
}

async fn nothing_here() -> Fault {
    Fault::NotFound
}
