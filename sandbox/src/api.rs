//! The HTTP API behind the phone page: everything that a hand can do with a phone.
//!
//! A bad request is answered `{"error": text}` with 400, one that does not fit the phone's state
//! (no session, no prompt) with 409.

mod faults;
mod scenario;

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::stream::{self, Stream, StreamExt};
use serde::Deserialize;
use serde_json::json;
use tokio_stream::wrappers::WatchStream;

use crate::exchange::Exchange;
use crate::mpesa::{Books, Movement, PaybillResult, Payment, Payout};
use crate::number::{NotANumber, Number};
use crate::opponent::{self, OpponentStatus};
use crate::phone::{Phone, PhoneError, PhoneView};
use crate::world::World;

pub(crate) use faults::routes as fault_routes;
pub(crate) use scenario::routes as scenario_routes;

/// The routes of the API.
pub(crate) fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/api/phones/{number}", get(show))
        .route("/api/phones/{number}/events", get(events))
        .route("/api/phones/{number}/dial", post(dial))
        .route("/api/phones/{number}/reply", post(reply))
        .route("/api/phones/{number}/hangup", post(hang_up))
        .route("/api/phones/{number}/pin", post(pin))
        .route("/api/phones/{number}/pin/cancel", post(cancel_pin))
        .route("/api/phones/{number}/sms", post(send_sms))
        .route("/api/phones/{number}/optout", post(opt_out))
        .route("/api/phones/{number}/paybill", post(pay_to_paybill))
        .route("/api/opponent", get(show_opponent).put(switch_opponent))
        .route("/api/exchanges", get(exchanges))
        .route("/api/payments", get(payments))
        .route("/api/payouts", get(payouts))
        .route("/api/movements", get(movements))
        .route("/api/books", get(books))
}

/// A refusal with its reason.
struct ApiError(StatusCode, String);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<NotANumber> for ApiError {
    fn from(error: NotANumber) -> Self {
        Self(StatusCode::BAD_REQUEST, error.to_string())
    }
}

impl From<JsonRejection> for ApiError {
    fn from(error: JsonRejection) -> Self {
        Self(StatusCode::BAD_REQUEST, error.body_text())
    }
}

impl From<PhoneError> for ApiError {
    fn from(error: PhoneError) -> Self {
        let status = match &error {
            PhoneError::UnknownCode(_) | PhoneError::ReplyTooLong | PhoneError::SmsTooLong => {
                StatusCode::BAD_REQUEST
            }
            PhoneError::NoSignal
            | PhoneError::SessionOpen
            | PhoneError::PromptOpen
            | PhoneError::NoSession
            | PhoneError::Busy
            | PhoneError::SessionEnded
            | PhoneError::NothingSent
            | PhoneError::NoPrompt => StatusCode::CONFLICT,
            PhoneError::NoService
            | PhoneError::NoSmsService
            | PhoneError::WaitedInVain(_)
            | PhoneError::Send(_)
            | PhoneError::Stopped => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self(status, error.to_string())
    }
}

type Answer = Result<Json<PhoneView>, ApiError>;
type Body<T> = Result<Json<T>, JsonRejection>;

#[derive(Deserialize)]
struct Dial {
    code: String,
}

#[derive(Deserialize)]
struct Reply {
    text: String,
}

#[derive(Deserialize)]
struct Pin {
    pin: String,
}

/// A payment to the paybill; the amount is in cents.
#[derive(Deserialize)]
struct PayBill {
    account: String,
    amount_cents: i64,
    pin: String,
}

#[derive(Deserialize)]
struct Switch {
    on: bool,
}

#[derive(Deserialize)]
struct About {
    phone: Option<String>,
}

fn phone(world: &Arc<World>, number: &str) -> Result<Phone, ApiError> {
    Ok(Phone::new(world, number.parse::<Number>()?))
}

async fn show(State(world): State<Arc<World>>, Path(number): Path<String>) -> Answer {
    Ok(Json(phone(&world, &number)?.view()))
}

async fn dial(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    body: Body<Dial>,
) -> Answer {
    let phone = phone(&world, &number)?;
    phone.dial(&body?.code).await?;
    Ok(Json(phone.view()))
}

async fn reply(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    body: Body<Reply>,
) -> Answer {
    let phone = phone(&world, &number)?;
    phone.reply(&body?.text).await?;
    Ok(Json(phone.view()))
}

async fn hang_up(State(world): State<Arc<World>>, Path(number): Path<String>) -> Answer {
    let phone = phone(&world, &number)?;
    phone.drop_session();
    Ok(Json(phone.view()))
}

async fn pin(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    body: Body<Pin>,
) -> Answer {
    let phone = phone(&world, &number)?;
    phone.enter_pin(&body?.pin).await?;
    Ok(Json(phone.view()))
}

async fn cancel_pin(State(world): State<Arc<World>>, Path(number): Path<String>) -> Answer {
    let phone = phone(&world, &number)?;
    phone.cancel_prompt().await?;
    Ok(Json(phone.view()))
}

async fn send_sms(
    State(world): State<Arc<World>>,
    Path(number): Path<String>,
    body: Body<Reply>,
) -> Answer {
    let phone = phone(&world, &number)?;
    phone.send_sms(&body?.text).await?;
    Ok(Json(phone.view()))
}

async fn opt_out(State(world): State<Arc<World>>, Path(number): Path<String>) -> Answer {
    let phone = phone(&world, &number)?;
    phone.opt_out().await?;
    Ok(Json(phone.view()))
}

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
        PaybillResult::NoFunds => refused("not enough money in M-Pesa".to_owned()),
        PaybillResult::BadAmount => refused("M-Pesa takes KES 1 to 250,000".to_owned()),
        PaybillResult::Refused(code) => refused(format!("the service refused it: {code}")),
        PaybillResult::NotValidated => refused("the service did not answer in time".to_owned()),
    }
}

async fn show_opponent(State(world): State<Arc<World>>) -> Json<OpponentStatus> {
    Json(world.opponent.borrow().clone())
}

async fn switch_opponent(
    State(world): State<Arc<World>>,
    body: Body<Switch>,
) -> Result<Json<OpponentStatus>, ApiError> {
    opponent::switch(&world, body?.on);
    Ok(show_opponent(State(world)).await)
}

async fn exchanges(
    State(world): State<Arc<World>>,
    Query(about): Query<About>,
) -> Result<Json<Vec<Exchange>>, ApiError> {
    let mut exchanges = world.exchanges.all();
    if let Some(number) = about.phone {
        let number: Number = number.parse()?;
        exchanges.retain(|exchange| exchange.phone == Some(number));
    }
    Ok(Json(exchanges))
}

async fn payments(State(world): State<Arc<World>>) -> Json<Vec<Payment>> {
    Json(world.mpesa.payments())
}

async fn payouts(State(world): State<Arc<World>>) -> Json<Vec<Payout>> {
    Json(world.mpesa.payouts())
}

async fn movements(State(world): State<Arc<World>>) -> Json<Vec<Movement>> {
    Json(world.mpesa.movements())
}

async fn books(State(world): State<Arc<World>>) -> Json<Books> {
    Json(world.mpesa.books())
}

/// The phone and the opponent's state, whole, now and after each change.
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

fn event(name: &str, data: &impl serde::Serialize) -> Result<Event, Infallible> {
    let event = Event::default().event(name);
    Ok(event
        .json_data(data)
        .unwrap_or_else(|_| Event::default().comment("unwritable")))
}
