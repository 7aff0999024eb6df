//! Logging in and out.

use axum::{
    Extension,
    extract::{FromRequest, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use maud::{Markup, html};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{
    Fault, gate, layout,
    notice::own,
    visit::{Asked, HOME, Visit, within},
};
use crate::{
    app::LogInError,
    http::{Web, body::Taken},
};

/// Where the login is.
pub(super) const PATH: &str = "/admin/login";

/// `GET /admin/`.
pub(super) async fn home() -> Redirect {
    Redirect::to(HOME)
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    /// Where to go from there.
    #[serde(default)]
    to: String,
    /// Whether there was a session that is over.
    ended: Option<String>,
}

/// `GET /admin/login`.
pub(super) async fn page(Asked(wanted): Asked<Wanted>) -> Markup {
    let ended = "You were logged out: your session ended.";
    form(&wanted.to, wanted.ended.map(|_| ended))
}

fn form(to: &str, trouble: Option<&str>) -> Markup {
    let body = html! {
        @if let Some(trouble) = trouble {
            p class="notice refused" role="alert" { (trouble) }
        }
        form method="post" action=(PATH) class="login" {
            input type="hidden" name="to" value=(within(to));
            label {
                "Name"
                input name="name" required maxlength="40" autocomplete="username"
                    autocapitalize="none" spellcheck="false" autofocus;
            }
            label {
                "Password"
                input name="password" type="password" required maxlength="1000"
                    autocomplete="current-password";
            }
            button type="submit" class="primary" { "Log in" }
        }
    };
    layout::plain("Log in", &body)
}

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: SecretString,
    #[serde(default)]
    to: String,
}

/// `POST /admin/login`.
pub(super) async fn enter(
    State(web): State<Web>,
    Extension(gate::From(source)): Extension<gate::From>,
    request: Request,
) -> Response {
    let bytes = match Taken::from_request(request, &web)
        .await
        .and_then(Taken::whole)
    {
        Ok(bytes) => bytes,
        Err(away) => return Fault::from(away).into_response(),
    };
    let Ok(form_sent) = serde_urlencoded::from_bytes::<Credentials>(&bytes) else {
        return Fault::Odd.into_response();
    };
    let to = within(&form_sent.to);
    let name = form_sent.name.trim();
    match web.app.log_in(name, &form_sent.password, &source).await {
        Ok(session) => {
            let token = session.token.expose_secret().to_owned();
            let mut cookie = own(gate::SESSION, token);
            cookie.set_secure(web.console.is_secure);
            (CookieJar::new().add(cookie), Redirect::to(to)).into_response()
        }
        Err(LogInError::Wrong) => {
            let page = form(to, Some("Name or password is wrong."));
            (StatusCode::FORBIDDEN, page).into_response()
        }
        Err(LogInError::TooMany) => {
            let page = form(to, Some("Too many tries. Wait for a quarter of an hour."));
            (StatusCode::TOO_MANY_REQUESTS, page).into_response()
        }
        Err(LogInError::App(error)) => Fault::from(error).into_response(),
    }
}

/// `POST /admin/logout`.
pub(super) async fn leave(
    State(web): State<Web>,
    visit: Visit,
    jar: CookieJar,
) -> Result<Response, Fault> {
    if let Some(cookie) = jar.get(gate::SESSION) {
        web.app.log_out(&visit.who, cookie.value()).await?;
    }
    let gone = jar.remove(own(gate::SESSION, String::new()));
    Ok((gone, Redirect::to(PATH)).into_response())
}
