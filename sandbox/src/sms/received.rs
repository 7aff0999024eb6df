//! Fetching what phones sent, and asking for the account: the two questions that the official SDKs
//! put to Africa's Talking with GET.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{bad_key, has_key, missing, money};
use crate::world::{World, lock};

/// Messages of one answer.
const PAGE: usize = 100;

/// What the account shows while its credit never ends.
const BALANCE_CENTS: usize = 1_000_000;

/// The fields of the question that the simulator acts on; the SDK for Node sends others empty.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Question {
    username: Option<String>,
    last_received_id: Option<String>,
}

/// `GET /version1/messaging`: what came in after the id that is named.
pub(crate) async fn fetch(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(question): Query<Question>,
) -> Response {
    if let Some(refused) = refusal(&world, &headers, &question) {
        return refused;
    }
    let asked = question.last_received_id.unwrap_or_default();
    let Ok(last) = asked
        .parse::<u64>()
        .or(if asked.is_empty() { Ok(0) } else { Err(()) })
    else {
        return (StatusCode::BAD_REQUEST, "lastReceivedId is not a number").into_response();
    };
    let books = lock(&world.sms);
    let messages = books.received.iter().filter(|sms| sms.number > last);
    let messages: Vec<Value> = messages
        .take(PAGE)
        .map(|sms| {
            json!({
                "id": sms.number,
                "from": sms.from,
                "to": sms.to,
                "text": sms.text,
                "date": sms.at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
                "linkId": format!("link-{}", sms.number),
            })
        })
        .collect();
    Json(json!({ "SMSMessageData": { "Messages": messages } })).into_response()
}

/// `GET /version1/user`: the account with its balance.
pub(crate) async fn account(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Query(question): Query<Question>,
) -> Response {
    refusal(&world, &headers, &question).unwrap_or_else(|| {
        let balance = world.sms_account.credit_cents().unwrap_or(BALANCE_CENTS);
        Json(json!({ "UserData": { "balance": money(balance) } })).into_response()
    })
}

fn refusal(world: &World, headers: &HeaderMap, question: &Question) -> Option<Response> {
    if !has_key(world, headers) {
        return Some(bad_key());
    }
    let is_named = question
        .username
        .as_ref()
        .is_some_and(|name| !name.is_empty());
    (!is_named).then(|| (StatusCode::BAD_REQUEST, missing("username")).into_response())
}
