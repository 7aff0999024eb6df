//! Daraja's callbacks. Written down raw, acknowledged at once, acted on by a job.

use axum::{
    Extension, Json,
    extract::{Path, State},
};
use serde_json::{Value, json};

use super::{TurnedAway, Web, body::Taken, caller::Caller};
use crate::{core::payment::paybill::Refusal, store::CallbackKind};

/// The longest id in a URL that is kept.
const MAX_SUBJECT: usize = 64;

/// `POST /pay/{secret}/stk/{deposit_id}`: the outcome of an STK push.
pub(super) async fn stk(
    state: State<Web>,
    path: Path<(String, String)>,
    caller: Extension<Caller>,
    taken: Taken,
) -> Result<Json<Value>, TurnedAway> {
    keep(CallbackKind::Stk, state, path, &caller, &taken).await
}

/// `POST /pay/{secret}/stk/{deposit_id}/status`: the answer to our question about the payment of a
/// deposit, or word that the question waited for too long.
pub(super) async fn stk_status(
    state: State<Web>,
    path: Path<(String, String)>,
    caller: Extension<Caller>,
    taken: Taken,
) -> Result<Json<Value>, TurnedAway> {
    let kind = CallbackKind::StkStatus;
    keep(kind, state, path, &caller, &taken).await
}

/// `POST /pay/{secret}/b2c/{withdrawal_id}/result`: the outcome of a payout.
pub(super) async fn payout(
    state: State<Web>,
    path: Path<(String, String)>,
    caller: Extension<Caller>,
    taken: Taken,
) -> Result<Json<Value>, TurnedAway> {
    keep(CallbackKind::Payout, state, path, &caller, &taken).await
}

/// `POST /pay/{secret}/b2c/{withdrawal_id}/timeout`: a payout waited for too long in the queue.
pub(super) async fn payout_timeout(
    state: State<Web>,
    path: Path<(String, String)>,
    caller: Extension<Caller>,
    taken: Taken,
) -> Result<Json<Value>, TurnedAway> {
    let kind = CallbackKind::PayoutTimeout;
    keep(kind, state, path, &caller, &taken).await
}

/// `POST /pay/{secret}/b2c/{withdrawal_id}/status`: the answer to our question about a payout, or
/// word that the question waited for too long.
pub(super) async fn payout_status(
    state: State<Web>,
    path: Path<(String, String)>,
    caller: Extension<Caller>,
    taken: Taken,
) -> Result<Json<Value>, TurnedAway> {
    let kind = CallbackKind::PayoutStatus;
    keep(kind, state, path, &caller, &taken).await
}

/// `POST /pay/{secret}/balance/{question_id}/result`: what there is at M-Pesa, asked by us.
pub(super) async fn balance(
    state: State<Web>,
    path: Path<(String, String)>,
    caller: Extension<Caller>,
    taken: Taken,
) -> Result<Json<Value>, TurnedAway> {
    keep(CallbackKind::Balance, state, path, &caller, &taken).await
}

/// `POST /pay/{secret}/balance/{question_id}/timeout`: that question waited for too long.
pub(super) async fn balance_timeout(
    state: State<Web>,
    path: Path<(String, String)>,
    caller: Extension<Caller>,
    taken: Taken,
) -> Result<Json<Value>, TurnedAway> {
    let kind = CallbackKind::BalanceTimeout;
    keep(kind, state, path, &caller, &taken).await
}

/// Keeps a callback. An id that is none of ours is stored and acknowledged all the same: it may tell
/// of money.
async fn keep(
    kind: CallbackKind,
    State(web): State<Web>,
    Path((_, subject)): Path<(String, String)>,
    caller: &Caller,
    taken: &Taken,
) -> Result<Json<Value>, TurnedAway> {
    let subject: String = subject.chars().take(MAX_SUBJECT).collect();
    web.keep(kind, &subject, taken, caller).await?;
    Ok(Json(json!({ "ResultCode": 0, "ResultDesc": "Accepted" })))
}

/// `POST /pay/{secret}/c2b/validation`: may this payment to the paybill be made? Always answered, and
/// soon: M-Pesa decides by itself when it hears nothing.
pub(super) async fn paybill_validation(
    State(web): State<Web>,
    Extension(caller): Extension<Caller>,
    taken: Taken,
) -> Result<Json<Value>, TurnedAway> {
    caller.in_measure()?;
    let verdict = if taken.is_cut {
        // Answered all the same where it cannot be kept: that is in the log.
        let _ = web
            .keep(CallbackKind::C2bValidation, "", &taken, &caller)
            .await;
        Err(Refusal::Other)
    } else {
        web.app.validate_payment(&taken.bytes, &caller).await
    };
    // Both fields are text here, as the provider's page has them.
    Ok(Json(match verdict {
        Ok(()) => json!({ "ResultCode": "0", "ResultDesc": "Accepted" }),
        Err(refusal) => json!({ "ResultCode": refusal.code(), "ResultDesc": "Rejected" }),
    }))
}

/// `POST /pay/{secret}/c2b/confirmation`: a payment to the paybill was made. It cannot be refused.
pub(super) async fn paybill_confirmation(
    web: State<Web>,
    caller: Extension<Caller>,
    taken: Taken,
) -> Result<Json<Value>, TurnedAway> {
    let kind = CallbackKind::C2bConfirmation;
    keep_payment(kind, web, &caller, &taken).await
}

/// `POST /pay/{secret}/c2b/pull`: payments that were asked for.
pub(super) async fn paybill_pull(
    web: State<Web>,
    caller: Extension<Caller>,
    taken: Taken,
) -> Result<Json<Value>, TurnedAway> {
    keep_payment(CallbackKind::C2bPull, web, &caller, &taken).await
}

async fn keep_payment(
    kind: CallbackKind,
    State(web): State<Web>,
    caller: &Caller,
    taken: &Taken,
) -> Result<Json<Value>, TurnedAway> {
    web.keep(kind, "", taken, caller).await?;
    Ok(Json(json!({ "ResultCode": 0, "ResultDesc": "Success" })))
}
