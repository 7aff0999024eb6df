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

mod audit;
mod charts;
mod fault;
mod form;
mod gate;
mod layout;
mod login;
mod notice;
mod parts;
mod style;
mod today;
mod visit;

use axum::{
    Router,
    handler::Handler,
    middleware,
    routing::{MethodRouter, any, get, post},
};

use super::Web;
use crate::core::operator::Role;
use fault::Fault;

/// The routes below `/admin`.
pub(super) fn router(web: &Web) -> Router<Web> {
    Router::new()
        .merge(pages())
        .merge(acts())
        .route("/admin/", get(login::home))
        .route("/admin/login", get(login::page).post(login::enter))
        .route("/admin/logout", post(login::leave))
        .route("/admin/style.css", get(style::sheet))
        .route("/admin/{*rest}", any(nothing_here))
        .layer(middleware::from_fn_with_state(web.clone(), gate::stand))
}

/// What everybody may look at who is logged in.
fn pages() -> Router<Web> {
    Router::new()
        .route("/admin", look(today::page))
        .route("/admin/audit", look(audit::page))
}

/// What changes something, with the role that it takes.
fn acts() -> Router<Web> {
    Router::new()
}

/// A page: for whoever is logged in.
fn look<H, T>(handler: H) -> MethodRouter<Web>
where
    H: Handler<T, Web>,
    T: 'static,
{
    get(handler)
}

/// An act: for whoever has this role, or a higher one.
fn act<H, T>(role: Role, handler: H) -> MethodRouter<Web>
where
    H: Handler<T, Web>,
    T: 'static,
{
    post(handler).layer(middleware::from_fn_with_state(role, gate::need))
}

async fn nothing_here() -> Fault {
    Fault::NotFound
}
