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

/// What a message was not sent for; the whole is answered 201 all the same.
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
        Some(Provider::AfricasTalking) => {
            "Africa's Talking, https://developers.africastalking.com/docs/sms/sending/bulk"
        }
        Some(Provider::Daraja) => daraja(path),
    }
}

fn daraja(path: &str) -> &'static str {
    const PATHS: [(&str, &str); 10] = [
        (
            "/oauth/",
            "Daraja, https://developer.safaricom.co.ke/apis/Authorization",
        ),
        (
            "/mpesa/stkpush/",
            "Daraja, https://developer.safaricom.co.ke/apis/MpesaExpressSimulate",
        ),
        (
            "/mpesa/stkpushquery/",
            "Daraja, https://developer.safaricom.co.ke/apis/MpesaExpressQuery",
        ),
        (
            "/mpesa/b2c/",
            "Daraja, https://developer.safaricom.co.ke/apis/BusinessToCustomer",
        ),
        (
            "/mpesa/transactionstatus/",
            "Daraja, https://developer.safaricom.co.ke/apis/TransactionStatus",
        ),
        (
            "/mpesa/accountbalance/",
            "Daraja, https://developer.safaricom.co.ke/apis/AccountBalance",
        ),
        (
            "/mpesa/reversal/",
            "Daraja, https://developer.safaricom.co.ke/apis/Reversal",
        ),
        (
            "/mpesa/c2b/v1/simulate",
            "Daraja, https://developer.safaricom.co.ke/apis/CustomerToBusiness",
        ),
        (
            "/mpesa/c2b/",
            "Daraja, https://developer.safaricom.co.ke/apis/CustomerToBusinessRegisterURL",
        ),
        (
            "/pulltransactions/",
            "Daraja, https://developer.safaricom.co.ke/apis/PullTransaction",
        ),
    ];
    let found = PATHS.iter().find(|(start, _)| path.starts_with(start));
    found.map_or(
        "Daraja, https://developer.safaricom.co.ke/apis",
        |(_, source)| source,
    )
}
