//! Phones: what a hand can do with them, and what their screens show.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream, StreamExt};
use serde::Deserialize;
use tokio_stream::wrappers::WatchStream;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ApiError, Body};
use crate::mpesa::PaybillResult;
use crate::number::Number;
use crate::phone::{Phone, PhoneView};
use crate::world::World;

pub(super) fn routes() -> OpenApiRouter<Arc<World>> {
    OpenApiRouter::default()
        .routes(routes!(show))
        .routes(routes!(events))
        .routes(routes!(dial))
        .routes(routes!(reply))
        .routes(routes!(hang_up))
        .routes(routes!(pin))
        .routes(routes!(cancel_pin))
        .routes(routes!(send_sms))
        .routes(routes!(opt_out))
        .routes(routes!(pay_to_paybill))
}

pub(super) type Answer = Result<Json<PhoneView>, ApiError>;

/// Which phone: a Kenyan mobile number in any usual way of writing.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct WhichPhone {
    /// Made on first use.
    #[param(example = "0712345678")]
    number: String,
}

/// What to dial.
#[derive(Deserialize, ToSchema)]
struct Dial {
    /// The service code, with arguments or without.
    #[schema(example = "*384*55*1#")]
    code: String,
}

/// What is typed.
#[derive(Deserialize, ToSchema)]
struct Reply {
    text: String,
}

/// The M-Pesa PIN.
#[derive(Deserialize, ToSchema)]
struct Pin {
    #[schema(example = "1234")]
    pin: String,
}

/// A payment to the paybill.
#[derive(Deserialize, ToSchema)]
struct PayBill {
    /// The account number as typed; M-Pesa keeps 20 characters.
    account: String,
    /// How much, in cents.
    amount_cents: i64,
    pin: String,
}

pub(crate) fn phone(world: &Arc<World>, number: &str) -> Result<Phone, ApiError> {
    Ok(Phone::new(world, number.parse::<Number>()?))
}

/// A phone as its page shows it
#[utoipa::path(get, path = "/api/phones/{number}", tag = "phones", params(WhichPhone),
    responses((status = 200, description = "The phone", body = PhoneView), ApiError))]
async fn show(State(world): State<Arc<World>>, Path(number): Path<String>) -> Answer {
    Ok(Json(phone(&world, &number)?.view()))
}

/// Dial a code; answered when the screen is there
#[utoipa::path(post, path = "/api/phones/{number}/dial", tag = "phones", params(WhichPhone), request_body = Dial,
    responses((status = 200, description = "The phone with the screen", body = PhoneView), ApiError))]
async fn dial(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    body: Body<Dial>,
) -> Answer {
    let phone = phone(&world, &number)?;
    phone.dial(&body?.code).await?;
    Ok(Json(phone.view()))
}

/// Reply to the screen; answered when the next one is there
#[utoipa::path(post, path = "/api/phones/{number}/reply", tag = "phones", params(WhichPhone), request_body = Reply,
    responses((status = 200, description = "The phone with the screen", body = PhoneView), ApiError))]
async fn reply(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    body: Body<Reply>,
) -> Answer {
    let phone = phone(&world, &number)?;
    phone.reply(&body?.text).await?;
    Ok(Json(phone.view()))
}

/// Leave the USSD session
#[utoipa::path(post, path = "/api/phones/{number}/hangup", tag = "phones", params(WhichPhone),
    responses((status = 200, description = "The phone", body = PhoneView), ApiError))]
async fn hang_up(State(world): State<Arc<World>>, Path(number): Path<String>) -> Answer {
    let phone = phone(&world, &number)?;
    phone.drop_session();
    Ok(Json(phone.view()))
}

/// Enter the PIN into the M-Pesa prompt; answered when the money has moved or not
#[utoipa::path(post, path = "/api/phones/{number}/pin", tag = "phones", params(WhichPhone), request_body = Pin,
    responses((status = 200, description = "The phone", body = PhoneView), ApiError))]
async fn pin(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    body: Body<Pin>,
) -> Answer {
    let phone = phone(&world, &number)?;
    phone.enter_pin(&body?.pin).await?;
    Ok(Json(phone.view()))
}

/// Cancel the M-Pesa prompt
#[utoipa::path(post, path = "/api/phones/{number}/pin/cancel", tag = "phones", params(WhichPhone),
    responses((status = 200, description = "The phone", body = PhoneView), ApiError))]
async fn cancel_pin(State(world): State<Arc<World>>, Path(number): Path<String>) -> Answer {
    let phone = phone(&world, &number)?;
    phone.cancel_prompt().await?;
    Ok(Json(phone.view()))
}

/// Send an SMS to the service's short code; answered when the service has been told
#[utoipa::path(post, path = "/api/phones/{number}/sms", tag = "phones", params(WhichPhone), request_body = Reply,
    responses((status = 200, description = "The phone", body = PhoneView), ApiError))]
async fn send_sms(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    body: Body<Reply>,
) -> Answer {
    let phone = phone(&world, &number)?;
    phone.send_sms(&body?.text).await?;
    Ok(Json(phone.view()))
}

/// Opt out of the service's promotions, as in the network's own menu
#[utoipa::path(post, path = "/api/phones/{number}/optout", tag = "phones", params(WhichPhone),
    responses((status = 200, description = "The phone", body = PhoneView), ApiError))]
async fn opt_out(State(world): State<Arc<World>>, Path(number): Path<String>) -> Answer {
    let phone = phone(&world, &number)?;
    phone.opt_out().await?;
    Ok(Json(phone.view()))
}

/// Pay to the paybill from M-Pesa's own menu
#[utoipa::path(post, path = "/api/phones/{number}/paybill", tag = "phones", params(WhichPhone), request_body = PayBill,
    responses((status = 200, description = "The phone after the money moved", body = PhoneView), ApiError))]
async fn pay_to_paybill(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    body: Body<PayBill>,
) -> Answer {
    let phone = phone(&world, &number)?;
    let PayBill {
        account,
        amount_cents,
        pin,
    } = body?.0;
    let refused = |reason: String| Err(ApiError(StatusCode::CONFLICT, reason));
    match phone.pay_to_paybill(&account, amount_cents, &pin).await? {
        PaybillResult::Paid(_) => Ok(Json(phone.view())),
        PaybillResult::WrongPin => refused("wrong M-Pesa PIN".to_owned()),
        PaybillResult::PinLocked => refused("the M-Pesa PIN is locked".to_owned()),
        PaybillResult::DailyLimit => refused("KES 500,000 a day is the most".to_owned()),
        PaybillResult::NoFunds => refused("not enough money in M-Pesa".to_owned()),
        PaybillResult::BadAmount => refused("M-Pesa takes KES 1 to 250,000".to_owned()),
        PaybillResult::Refused(code) => refused(format!("the service refused it: {code}")),
        PaybillResult::NotValidated => refused("the service did not answer in time".to_owned()),
    }
}

/// The phone and the opponent's state, whole, now and after each change
///
/// Server-sent events named `phone` (data: the phone) and `opponent` (data: its state).
#[utoipa::path(get, path = "/api/phones/{number}/events", tag = "phones", params(WhichPhone),
    responses((status = 200, description = "Server-sent events", body = String, content_type = "text/event-stream"),
        ApiError))]
async fn events(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let phone = phone(&world, &number)?;
    let opponent =
        WatchStream::new(world.opponent.subscribe()).map(|status| event("opponent", &status));
    let stopping = world.stopping.clone();
    let phones =
        WatchStream::new(phone.state.changes()).map(move |_| event("phone", &phone.view()));
    // Open streams must not keep the server from stopping.
    let stream = stream::select(phones, opponent).take_until(stopping.cancelled_owned());
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

pub(crate) fn event(name: &str, data: &impl serde::Serialize) -> Result<Event, Infallible> {
    let event = Event::default().event(name);
    Ok(event
        .json_data(data)
        .unwrap_or_else(|_| Event::default().comment("unwritable")))
}
