//! What the providers refused of what the service sent, with their reason.

use serde_json::Value;

use super::BrokenRule;
use crate::exchange::Exchange;
use crate::wire::Provider;

/// What Daraja says to an early query; nobody did wrong.
const IN_PROGRESS: &str = "The transaction is being processed";

pub(super) fn broken(exchange: &Exchange, provider: Option<Provider>) -> Vec<BrokenRule> {
    // Where a fault was played, the answer says nothing about the request.
    let is_spoilt = exchange.fault.is_some() || exchange.trouble.is_some();
    let Some(status) = exchange.status.filter(|_| !is_spoilt) else {
        return Vec::new();
    };
    let source = source(&exchange.what, provider);
    if provider.is_none() {
        return vec![BrokenRule::new(
            "Requests go to the providers' paths",
            source,
            format!("there is nothing at {} {}", exchange.method, exchange.what),
        )];
    }
    let body: Value = serde_json::from_str(&exchange.response_body).unwrap_or_default();
    if status >= 400 {
        let reason = reason(&body, &exchange.response_body);
        if reason.ends_with(IN_PROGRESS) {
            return Vec::new();
        }
        return vec![BrokenRule::new(
            "The provider takes the request",
            source,
            format!("refused with {status}: {reason}"),
        )];
    }
    refused_recipients(&body, source)
}

/// What a message was not sent for; the whole is answered 201 all the same (contract, 3.3).
fn refused_recipients(body: &Value, source: &'static str) -> Vec<BrokenRule> {
    let data = &body["SMSMessageData"];
    let Some(recipients) = data["Recipients"].as_array() else {
        return Vec::new();
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if recipients.is_empty() {
        let what = format!("nobody was sent the message: {}", text(&data["Message"]));
        return vec![BrokenRule::new("A message has recipients", source, what)];
    }
    let refused = recipients.iter().filter(|recipient| {
        let code = recipient["statusCode"].as_u64();
        code.is_some_and(|code| code >= 400)
    });
    let told = refused.map(|recipient| {
        let (number, status) = (text(&recipient["number"]), text(&recipient["status"]));
        let what = format!("{number} was refused: {} {status}", recipient["statusCode"]);
        BrokenRule::new("A recipient is a number that takes messages", source, what)
    });
    told.collect()
}

fn reason(body: &Value, raw: &str) -> String {
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    let (code, message) = (text("errorCode"), text("errorMessage"));
    if !code.is_empty() {
        return format!("{code} {message}");
    }
    match body["fault"]["faultstring"].as_str() {
        Some(fault) => fault.to_owned(),
        None if raw.is_empty() => "no reason given".to_owned(),
        None => raw.chars().take(120).collect(),
    }
}

fn source(path: &str, provider: Option<Provider>) -> &'static str {
    match provider {
        None => "what the simulator has (README)",
        Some(Provider::AfricasTalking) => "Africa's Talking: sending SMS (contract 3.2, 3.3)",
        Some(Provider::Daraja) => daraja(path),
    }
}

fn daraja(path: &str) -> &'static str {
    const PATHS: [(&str, &str); 9] = [
        ("/oauth/", "Daraja: OAuth (contract 2)"),
        ("/mpesa/stkpush/", "Daraja: STK push (contract 3)"),
        ("/mpesa/stkpushquery/", "Daraja: STK query (contract 5)"),
        ("/mpesa/b2c/", "Daraja: B2C (contract 6)"),
        (
            "/mpesa/transactionstatus/",
            "Daraja: transaction status (contract 7)",
        ),
        (
            "/mpesa/accountbalance/",
            "Daraja: account balance (contract 8)",
        ),
        ("/mpesa/reversal/", "Daraja: reversal (contract 9)"),
        ("/mpesa/c2b/", "Daraja: C2B (contract 10)"),
        (
            "/pulltransactions/",
            "Daraja: Pull transactions (contract 11)",
        ),
    ];
    let found = PATHS.iter().find(|(start, _)| path.starts_with(start));
    found.map_or("Daraja: errors (contract 1)", |(_, source)| source)
}
