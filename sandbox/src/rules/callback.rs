//! What the providers ask of the answer to a callback: the end event, reports and messages of
//! Africa's Talking, the results of Daraja.

use std::time::Duration;

use serde_json::Value;

use super::{BrokenRule, header, is_html};
use crate::exchange::Exchange;
use crate::wire::Provider;

/// Longer answers are told of: callers of Daraja's callbacks report a limit of 5 s.
const SLOW: Duration = Duration::from_secs(5);

/// What a validation may answer.
const VERDICTS: [&str; 7] = [
    "0", "C2B00011", "C2B00012", "C2B00013", "C2B00014", "C2B00015", "C2B00016",
];

pub(super) fn broken(exchange: &Exchange, provider: Option<Provider>) -> Vec<BrokenRule> {
    let source = source(&exchange.what, provider);
    let Some(status) = exchange.status else {
        // Where a fault was played there is nothing that the service could be blamed for.
        let failure = exchange
            .trouble
            .clone()
            .filter(|_| exchange.fault.is_none());
        let rule = "A callback is answered 200 at once";
        return Vec::from_iter(failure.map(|failure| BrokenRule::new(rule, source, failure)));
    };
    let mut broken = Vec::new();
    if !(200..300).contains(&status) {
        let location = header(&exchange.response_headers, "location");
        let to = location.map_or_else(String::new, |to| {
            format!(": a redirect to {to}, which nobody follows")
        });
        broken.push(BrokenRule::new(
            "A callback is answered 200",
            source,
            format!("the status is {status}{to}"),
        ));
    } else if is_html(
        header(&exchange.response_headers, "content-type"),
        &exchange.response_body,
    ) {
        broken.push(BrokenRule::new(
            "A callback is answered by the service itself",
            source,
            "the answer is an HTML page: it may not be the service that answered",
        ));
    } else if exchange.what == "C2B validation" {
        broken.extend(verdict(&exchange.response_body, source));
    }
    if u128::from(exchange.duration_ms) > SLOW.as_millis() {
        broken.push(BrokenRule::new(
            "A callback is answered within 5 s: first stored, then acted on",
            source,
            format!("the answer took {} ms", exchange.duration_ms),
        ));
    }
    broken
}

fn verdict(body: &str, source: &'static str) -> Option<BrokenRule> {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    let code = &answer["ResultCode"];
    let code = code
        .as_str()
        .map_or_else(|| code.to_string(), str::to_owned);
    (!VERDICTS.contains(&code.as_str())).then(|| {
        BrokenRule::new(
            "A validation answers ResultCode 0, or C2B00011 to C2B00016",
            source,
            format!("ResultCode is {code}"),
        )
    })
}

fn source(what: &str, provider: Option<Provider>) -> &'static str {
    match what {
        "end event" => {
            "Africa's Talking, https://developers.africastalking.com/docs/ussd/notifications"
        }
        "C2B validation" | "C2B confirmation" => {
            "Daraja, https://developer.safaricom.co.ke/apis/CustomerToBusinessRegisterURL"
        }
        _ if provider == Some(Provider::AfricasTalking) => {
            "Africa's Talking, https://developers.africastalking.com/docs/sms/notifications"
        }
        "STK callback" => "Daraja, https://developer.safaricom.co.ke/apis/MpesaExpressSimulate",
        "B2C result" => "Daraja, https://developer.safaricom.co.ke/apis/BusinessToCustomer",
        "status result" => "Daraja, https://developer.safaricom.co.ke/apis/TransactionStatus",
        "balance result" => "Daraja, https://developer.safaricom.co.ke/apis/AccountBalance",
        "reversal result" => "Daraja, https://developer.safaricom.co.ke/apis/Reversal",
        _ => "Daraja, https://developer.safaricom.co.ke/apis",
    }
}
