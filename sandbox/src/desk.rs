//! The desk: which phones lie on the page, and everything that can be set about a phone.
//!
//! A phone that is taken off the desk keeps its number, its messages and its money.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{ApiError, phone};
use crate::network::{Network, NetworkLimits};
use crate::number::Number;
use crate::phone::{Phone, PhoneView};
use crate::pulse::Change;
use crate::world::{World, lock};

/// More phones than this do not fit on a desk.
const MOST_PHONES: usize = 24;

/// The most that a customer may have in M-Pesa, in cents.
const MOST_CENTS: i64 = 50_000_000;

/// The routes of the desk.
pub(crate) fn router() -> OpenApiRouter<Arc<World>> {
    OpenApiRouter::new()
        .routes(routes!(networks))
        .routes(routes!(desk, add_phone))
        .routes(routes!(change_phone, remove_phone))
        .routes(routes!(open_sms))
        .routes(routes!(delete_sms))
}

/// What can be set about a phone; what is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// The number of a phone that is put on the desk, written in any usual way; without one an
    /// unused number of Safaricom's is taken. No phone's number can be changed.
    number: Option<String>,
    /// The network of the SIM; not within a session.
    network: Option<Network>,
    /// What the owner has in M-Pesa, in cents: 0 to 50,000,000.
    mpesa_balance_cents: Option<i64>,
    /// The owner's M-Pesa PIN, four digits.
    mpesa_pin: Option<String>,
    /// Whether the owner is a customer of M-Pesa; who is none cannot be paid.
    is_mpesa_registered: Option<bool>,
    /// `false`: airplane mode.
    has_signal: Option<bool>,
    /// `false`: switched off.
    is_on: Option<bool>,
}

type Body<T> = Result<Json<T>, JsonRejection>;

/// The networks and what each allows
#[utoipa::path(
    get, path = "/api/networks", tag = "phones",
    responses((status = 200, description = "The networks", body = Vec<NetworkLimits>))
)]
async fn networks() -> Json<Vec<NetworkLimits>> {
    Json(Network::ALL.into_iter().map(Network::limits).collect())
}

/// The phones on the page, in their order
#[utoipa::path(
    get, path = "/api/phones", tag = "phones",
    responses((status = 200, description = "The phones", body = Vec<PhoneView>))
)]
async fn desk(State(world): State<Arc<World>>) -> Json<Vec<PhoneView>> {
    Json(views(&world))
}

/// Put a phone on the page, with settings or without; one that is there already stays in its place
#[utoipa::path(
    post, path = "/api/phones", tag = "phones", request_body = Settings,
    responses(
        (status = 201, description = "The phone", body = PhoneView),
        (status = 400, description = "Not a Kenyan mobile number, or a setting out of range"),
        (status = 409, description = "The desk is full")
    )
)]
async fn add_phone(
    State(world): State<Arc<World>>,
    body: Body<Settings>,
) -> Result<(StatusCode, Json<PhoneView>), ApiError> {
    let settings = body?.0;
    let number = match &settings.number {
        Some(number) => number.parse::<Number>()?,
        None => world.unused_number(),
    };
    settings.check()?;
    let phone = Phone::new(&world, number);
    {
        let mut desk = lock(&world.desk);
        if !desk.contains(&number) {
            if desk.len() == MOST_PHONES {
                let reason = format!("the desk is full: {MOST_PHONES} phones");
                return Err(ApiError(StatusCode::CONFLICT, reason));
            }
            desk.push(number);
        }
    }
    settings.apply(&phone)?;
    world.pulse.tell(Change::Desk);
    Ok((StatusCode::CREATED, Json(phone.view())))
}

/// Change what is set about a phone
#[utoipa::path(
    patch, path = "/api/phones/{number}", tag = "phones", request_body = Settings,
    params(("number" = String, Path, description = "The phone's number")),
    responses(
        (status = 200, description = "The phone", body = PhoneView),
        (status = 400, description = "A setting is out of range"),
        (status = 409, description = "The network cannot be changed within a session")
    )
)]
async fn change_phone(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    body: Body<Settings>,
) -> Result<Json<PhoneView>, ApiError> {
    let (phone, settings) = (phone(&world, &number)?, body?.0);
    if settings.number.is_some() {
        let reason = "a phone's number cannot be changed".to_owned();
        return Err(ApiError(StatusCode::BAD_REQUEST, reason));
    }
    settings.check()?;
    settings.apply(&phone)?;
    Ok(Json(phone.view()))
}

/// Take a phone off the page; its session ends
#[utoipa::path(
    delete, path = "/api/phones/{number}", tag = "phones",
    params(("number" = String, Path, description = "The phone's number")),
    responses(
        (status = 204, description = "It is not on the desk any more"),
        (status = 404, description = "It was not on the desk")
    )
)]
async fn remove_phone(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
) -> Result<StatusCode, ApiError> {
    let phone = phone(&world, &number)?;
    let had = {
        let mut desk = lock(&world.desk);
        let before = desk.len();
        desk.retain(|other| *other != phone.number());
        desk.len() < before
    };
    if !had {
        return Err(not_found("this phone is not on the desk"));
    }
    phone.drop_session();
    world.pulse.tell(Change::Desk);
    Ok(StatusCode::NO_CONTENT)
}

/// Open a message: it is not unread any more
#[utoipa::path(
    post, path = "/api/phones/{number}/inbox/{id}/read", tag = "phones",
    params(
        ("number" = String, Path, description = "The phone's number"),
        ("id" = String, Path, description = "The message's id")
    ),
    responses(
        (status = 200, description = "The phone", body = PhoneView),
        (status = 404, description = "There is no such message")
    )
)]
async fn open_sms(
    State(world): State<Arc<World>>,
    Path((number, id)): Path<(String, String)>,
) -> Result<Json<PhoneView>, ApiError> {
    let phone = phone(&world, &number)?;
    if phone.open_sms(&id) {
        Ok(Json(phone.view()))
    } else {
        Err(not_found("there is no such message"))
    }
}

/// Throw a message away
#[utoipa::path(
    delete, path = "/api/phones/{number}/inbox/{id}", tag = "phones",
    params(
        ("number" = String, Path, description = "The phone's number"),
        ("id" = String, Path, description = "The message's id")
    ),
    responses(
        (status = 200, description = "The phone", body = PhoneView),
        (status = 404, description = "There is no such message")
    )
)]
async fn delete_sms(
    State(world): State<Arc<World>>,
    Path((number, id)): Path<(String, String)>,
) -> Result<Json<PhoneView>, ApiError> {
    let phone = phone(&world, &number)?;
    if phone.delete_sms(&id) {
        Ok(Json(phone.view()))
    } else {
        Err(not_found("there is no such message"))
    }
}

/// The phones on the desk, each with everything that a page shows.
pub(crate) fn views(world: &Arc<World>) -> Vec<PhoneView> {
    let numbers = lock(&world.desk).clone();
    let phones = numbers.into_iter();
    phones
        .map(|number| Phone::new(world, number).view())
        .collect()
}

impl Settings {
    fn check(&self) -> Result<(), ApiError> {
        let refuse = |reason: &str| Err(ApiError(StatusCode::BAD_REQUEST, reason.to_owned()));
        if self
            .mpesa_balance_cents
            .is_some_and(|cents| !(0..=MOST_CENTS).contains(&cents))
        {
            return refuse("a customer has KES 0 to 500,000 in M-Pesa");
        }
        let is_pin = |pin: &String| pin.len() == 4 && pin.bytes().all(|b| b.is_ascii_digit());
        if self.mpesa_pin.as_ref().is_some_and(|pin| !is_pin(pin)) {
            return refuse("an M-Pesa PIN has four digits");
        }
        Ok(())
    }

    fn apply(self, phone: &Phone) -> Result<(), ApiError> {
        if let Some(network) = self.network.filter(|network| *network != phone.network()) {
            phone.set_network(network)?;
        }
        if let Some(cents) = self.mpesa_balance_cents {
            phone.set_mpesa_balance(cents);
        }
        if let Some(pin) = &self.mpesa_pin {
            phone.set_pin(pin);
        }
        if let Some(is_registered) = self.is_mpesa_registered {
            phone.set_mpesa_registered(is_registered);
        }
        if let Some(is_reachable) = self.has_signal {
            phone.set_reachable(is_reachable);
        }
        if let Some(is_on) = self.is_on {
            phone.set_power(is_on);
        }
        phone.state.touch();
        Ok(())
    }
}

fn not_found(reason: &str) -> ApiError {
    ApiError(StatusCode::NOT_FOUND, reason.to_owned())
}
