//! Daraja's synchronous error answers, with the codes and words of the real ones.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::world::World;

/// Why Daraja refuses a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The bearer token, repeated here, is missing, unknown or dead.
    InvalidToken(Product, String),
    /// The header `Authorization` is missing, or it is a GET where POST is due.
    InvalidHeader,
    /// There is nothing at this path.
    UnknownPath,
    /// The method is neither.
    WrongMethod,
    /// More requests in a minute than are allowed.
    SpikeArrest(u32),
    /// OAuth: the authentication is not Basic.
    InvalidAuthenticationType,
    /// OAuth: the grant type is not `client_credentials`.
    InvalidGrantType,
    /// The body cannot be read as JSON.
    UnreadableBody,
    /// A field is missing or wrong.
    InvalidField(&'static str),
    /// The shortcode is not the application's.
    UnknownMerchant,
    /// Shortcode, passkey and timestamp disagree with `Password`.
    WrongCredentials,
    /// Another prompt is on that phone.
    Locked,
    /// Query: the prompt is still open.
    StillProcessing,
    /// B2C: a request with this originator id was accepted before.
    DuplicateOriginator,
    /// C2B: the URLs are registered, once and for all.
    UrlsRegistered,
}

/// A part of Daraja, as far as it answers a bad token in a way of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Product {
    /// STK, and reversal.
    Stk,
    /// B2C, and account balance: the message repeats the token.
    B2c,
    /// C2B, and transaction status.
    C2b,
    /// Pull.
    Pull,
}

impl Refusal {
    fn parts(self) -> (StatusCode, &'static str, String) {
        let (status, code, message) = match self {
            Self::InvalidToken(Product::Stk, _) => {
                (StatusCode::NOT_FOUND, "404.001.03", "Invalid Access Token")
            }
            Self::InvalidToken(Product::B2c, token) => {
                return (
                    StatusCode::UNAUTHORIZED,
                    "401.002.01",
                    format!("Error Occurred - Invalid Access Token - {token}"),
                );
            }
            Self::InvalidToken(Product::C2b, _) => (
                StatusCode::BAD_REQUEST,
                "400.003.01",
                "Invalid Access Token",
            ),
            Self::InvalidToken(Product::Pull, _) => {
                (StatusCode::UNAUTHORIZED, "401.003.01", INVALID_TOKEN)
            }
            Self::InvalidHeader => (
                StatusCode::NOT_FOUND,
                "404.001.04",
                "Invalid Authentication Header",
            ),
            Self::UnknownPath => (StatusCode::NOT_FOUND, "404.001.01", "Resource not found"),
            Self::WrongMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                "405.001",
                "Method Not Allowed",
            ),
            // Its body is another; see `answer`.
            Self::SpikeArrest(_) => (StatusCode::TOO_MANY_REQUESTS, "", ""),
            Self::InvalidAuthenticationType => (
                StatusCode::BAD_REQUEST,
                "400.008.01",
                "Invalid Authentication passed",
            ),
            Self::InvalidGrantType => (
                StatusCode::BAD_REQUEST,
                "400.008.02",
                "Invalid grant type passed",
            ),
            Self::UnreadableBody => (
                StatusCode::BAD_REQUEST,
                "400.002.05",
                "Invalid Request Payload",
            ),
            Self::InvalidField(name) => {
                return (
                    StatusCode::BAD_REQUEST,
                    "400.002.02",
                    format!("Bad Request - Invalid {name}"),
                );
            }
            Self::UnknownMerchant => internal("Merchant does not exist"),
            Self::WrongCredentials => internal("Wrong credentials"),
            Self::Locked => internal(
                "Unable to lock subscriber, a transaction is already in process for the current subscriber",
            ),
            Self::StillProcessing => internal("The transaction is being processed"),
            Self::DuplicateOriginator => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "500.002.1001",
                "Duplicate OriginatorConversationID.",
            ),
            Self::UrlsRegistered => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "500.003.1001",
                "Urls are already registered.",
            ),
        };
        (status, code, message.to_owned())
    }

    /// The answer on the wire.
    pub(crate) fn answer(self, world: &World) -> Response {
        if let Self::SpikeArrest(rate) = self {
            return spike_arrest(rate);
        }
        let (status, code, message) = self.parts();
        error_body(world, status, code, &message)
    }
}

/// The words of `401.003.01`.
const INVALID_TOKEN: &str = "Error Occurred - Invalid Access Token";

/// `500.001.1001` carries several meanings; its message tells which.
fn internal(message: &'static str) -> (StatusCode, &'static str, &'static str) {
    (StatusCode::INTERNAL_SERVER_ERROR, "500.001.1001", message)
}

/// What Daraja answers when a fault refuses a request with a status.
pub(crate) fn fault_answer(world: &World, status: StatusCode) -> Response {
    match status.as_u16() {
        401 => error_body(world, status, "401.003.01", INVALID_TOKEN),
        404 => Refusal::InvalidToken(Product::Stk, String::new()).answer(world),
        429 => spike_arrest(5),
        500 => error_body(world, status, "500.003.1001", "Internal Server Error"),
        // The gateway in front of Daraja answers with a page of its own.
        502..=504 => gateway_page(status),
        _ => status.into_response(),
    }
}

/// The gateway's own answer to too many requests, with the allowed rate in a minute.
fn spike_arrest(rate: u32) -> Response {
    let detail = json!({ "errorcode": "policies.ratelimit.SpikeArrestViolation" });
    let words = format!("Spike arrest violation. Allowed rate : {rate}pm");
    let fault = json!({ "fault": { "faultstring": words, "detail": detail } });
    (StatusCode::TOO_MANY_REQUESTS, Json(fault)).into_response()
}

/// A page where JSON is due.
pub(crate) fn gateway_page(status: StatusCode) -> Response {
    let page = "<html><body>Service Unavailable</body></html>";
    (status, [("content-type", "text/html")], page).into_response()
}

fn error_body(world: &World, status: StatusCode, code: &str, message: &str) -> Response {
    let request_id = format!("{}-{}-1", world.dice.digits(5), world.dice.digits(8));
    let body = json!({ "requestId": request_id, "errorCode": code, "errorMessage": message });
    (status, Json(body)).into_response()
}
