//! Account balance: all accounts of the organisation in one text.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::fields::{self, digits, one_of, text};
use super::refusal::Product;
use super::result::{self, Asked, Outcome, Parameter, decimal, run_behind};
use super::{Refusal, code};
use crate::clock;
use crate::fault::{AfterQueue, Fault, FaultPoint};
use crate::pending::Job;
use crate::world::{World, lock};

/// `POST /mpesa/accountbalance/v1/query`.
pub(crate) async fn query(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match accept(&world, &headers, &body) {
        Ok((shortcode, asked)) => {
            let acknowledgement = Json(asked.acknowledgement());
            let job = Job::Balance(shortcode.clone(), asked.clone());
            run_behind(&world, FaultPoint::BalanceResult, None, |fault| {
                world.until_done(job, answer(Arc::clone(&world), shortcode, asked, fault))
            })
            .await;
            acknowledgement.into_response()
        }
        Err(refusal) => refusal.answer(&world),
    }
}

fn accept(world: &World, headers: &HeaderMap, body: &[u8]) -> Result<(String, Asked), Refusal> {
    world
        .mpesa
        .check_token(headers, Product::B2c, world.clock.now())?;
    let body = fields::json(body)?;
    let asked = Asked::read(world, &body, "Initiator")?;
    one_of(&body, "CommandID", &["AccountBalance"])?;
    let shortcode = digits(&body, "PartyA")?;
    one_of(&body, "IdentifierType", &["4"])?;
    text(&body, "Remarks", 1..=100)?;
    Ok((shortcode, asked))
}

pub(super) async fn answer(
    world: Arc<World>,
    shortcode: String,
    asked: Asked,
    fault: Option<Fault>,
) {
    let daraja = &world.config.daraja;
    result::wait(&world, daraja.organisation.status_delay, fault.as_ref()).await;
    let is_ours = [&daraja.shortcode, &daraja.organisation.b2c_shortcode].contains(&&shortcode);
    let checked = if fault == Some(Fault::QueueTimeout(AfterQueue::Dropped)) {
        Err(code::TRAFFIC)
    } else {
        let checked = asked.check(&world);
        checked.and_then(|()| is_ours.then_some(()).ok_or(code::NOT_ASSIGNED))
    };
    let at = world.clock.now();
    let code = match (&fault, &checked) {
        (Some(Fault::ResultCode(stated)), _) => stated.as_str(),
        (_, Ok(())) => code::DONE,
        (_, Err(code)) => code,
    };
    let parameters = if code == code::DONE {
        vec![
            Parameter::text("AccountBalance", &accounts(&world, &shortcode)),
            Parameter::raw("BOCompletedTime", &clock::eat_digits(at)),
        ]
    } else {
        Vec::new()
    };
    let transaction_id = lock(&world.mpesa.ledger).reserve_receipt(at, &world.dice);
    let outcome = Outcome {
        asked: &asked,
        code,
        transaction_id: &transaction_id,
        parameters,
        reference: Parameter::text("QueueTimeoutURL", &asked.queue_timeout_url),
        is_text: true,
    };
    let body = outcome.body();
    result::tell(&world, "balance result", None, &asked, fault.as_ref(), body).await;
}

/// `name|KES|current|available|reserved|uncleared`, joined by `&`. The charges are paid from the
/// utility account; the account of that name only counts them, below zero. Where payouts have a short
/// code of their own, all money is there: what customers pay is moved to it at once.
fn accounts(world: &World, shortcode: &str) -> String {
    let pays_out = shortcode == world.config.daraja.organisation.b2c_shortcode;
    let (utility, fees) = if pays_out {
        let ledger = lock(&world.mpesa.ledger);
        (ledger.utility_cents(), ledger.fees_cents())
    } else {
        (0, 0)
    };
    let accounts = [
        ("Working Account", 0),
        ("Float Account", 0),
        ("Utility Account", utility),
        ("Charges Paid Account", -fees),
        ("Organization Settlement Account", 0),
    ];
    let line = |(name, cents): (&str, i64)| {
        let amount = decimal(cents);
        format!("{name}|KES|{amount}|{amount}|0.00|0.00")
    };
    accounts.map(line).join("&")
}
