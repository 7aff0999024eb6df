//! Daraja's callbacks. Written down raw, acknowledged at once, acted on by a job.

use std::net::SocketAddr;

use axum::{
    Json,
    body::Bytes,
    extract::{ConnectInfo, Path, State},
    http::HeaderMap,
};
use serde_json::{Value, json};

use super::{TurnedAway, Web, caller::Provider};
use crate::store::CallbackKind;

/// The longest id in a URL that is kept.
const MAX_SUBJECT: usize = 64;

/// `POST /pay/{secret}/stk/{deposit_id}`: the outcome of an STK push. An id that is none of ours is
/// stored and acknowledged all the same: it may tell of money.
pub(super) async fn stk(
    State(web): State<Web>,
    Path((secret, deposit_id)): Path<(String, String)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, TurnedAway> {
    let caller = web.gate.admit(Provider::Daraja, &secret, peer, &headers)?;
    let subject: String = deposit_id.chars().take(MAX_SUBJECT).collect();
    web.keep(CallbackKind::Stk, &subject, &body, caller).await?;
    Ok(Json(json!({ "ResultCode": 0, "ResultDesc": "Accepted" })))
}
