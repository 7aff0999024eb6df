//! What moved at M-Pesa.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::mpesa::{Books, Movement, Payment, Payout, Push, statement};
use crate::world::World;

pub(super) fn routes() -> OpenApiRouter<Arc<World>> {
    OpenApiRouter::default()
        .routes(routes!(payments))
        .routes(routes!(pushes))
        .routes(routes!(payouts))
        .routes(routes!(movements))
        .routes(routes!(books))
        .routes(routes!(statement::statement))
}

/// What phones paid to the paybill, oldest first
#[utoipa::path(get, path = "/api/payments", tag = "money",
    responses((status = 200, description = "All payments", body = Vec<Payment>)))]
async fn payments(State(world): State<Arc<World>>) -> Json<Vec<Payment>> {
    Json(world.mpesa.payments())
}

/// Every STK push that was accepted, with its result and the answers to its callbacks
#[utoipa::path(get, path = "/api/pushes", tag = "money",
    responses((status = 200, description = "All pushes, oldest first", body = Vec<Push>)))]
async fn pushes(State(world): State<Arc<World>>) -> Json<Vec<Push>> {
    Json(world.mpesa.pushes())
}

/// Every payout (B2C) that was accepted, with its result and the answers to it
#[utoipa::path(get, path = "/api/payouts", tag = "money",
    responses((status = 200, description = "All payouts, oldest first", body = Vec<Payout>)))]
async fn payouts(State(world): State<Arc<World>>) -> Json<Vec<Payout>> {
    Json(world.mpesa.payouts())
}

/// Everything that moved between phones and the organisation, oldest first
#[utoipa::path(get, path = "/api/movements", tag = "money",
    responses((status = 200, description = "All movements", body = Vec<Movement>)))]
async fn movements(State(world): State<Arc<World>>) -> Json<Vec<Movement>> {
    Json(world.mpesa.movements())
}

/// The books: what everybody has, paid and was paid
#[utoipa::path(get, path = "/api/books", tag = "money",
    responses((status = 200, description = "The books", body = Books)))]
async fn books(State(world): State<Arc<World>>) -> Json<Books> {
    Json(world.mpesa.books())
}
