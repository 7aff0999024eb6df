//! Adapters to the providers. They implement the ports and are the only place that knows what
//! Africa's Talking and Daraja look like on the wire.

pub mod advanta;
pub mod africastalking;
mod call;
pub mod daraja;
pub mod hubtel;
pub mod sms_template;

use std::sync::Arc;

use reqwest::StatusCode;

use crate::ports::{SmsAnswer, SmsVerdict, UssdGateway};

/// The USSD gateways beside Africa's Talking, each at the route of its name, for a house with these
/// service codes. A new one is its file, and its line here.
#[must_use]
pub fn further_gateways(service_codes: &[String]) -> Vec<Arc<dyn UssdGateway>> {
    vec![
        Arc::new(advanta::AdvantaUssd::new(service_codes)),
        Arc::new(hubtel::HubtelUssd),
    ]
}

/// An answer's start, for a log line or an operator: control characters out, cut, nothing secret.
/// Providers' error messages have been seen to repeat access tokens (Daraja contract, section 1).
fn excerpt(text: &str, secret: Option<&str>) -> String {
    let text = match secret {
        Some(secret) if !secret.is_empty() => text.replace(secret, "[token]"),
        _ => text.to_owned(),
    };
    let readable = |character: char| {
        if character.is_control() {
            ' '
        } else {
            character
        }
    };
    text.chars().map(readable).take(200).collect()
}

/// Whether a request certainly never reached the provider.
fn was_not_sent(error: &reqwest::Error) -> bool {
    error.is_connect() || error.is_builder()
}

/// What a request to send an SMS that got no answer means for its text.
fn no_answer(error: reqwest::Error) -> SmsAnswer {
    let may_be_sent = !was_not_sent(&error);
    SmsAnswer {
        verdict: SmsVerdict::Away { may_be_sent },
        label: if may_be_sent {
            "no_answer"
        } else {
            "unreachable"
        },
        // A URL may hold a secret.
        why: excerpt(&error.without_url().to_string(), None),
    }
}

/// A status of an SMS gateway as a label of metrics.
fn http_label(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "http_401",
        409 => "http_409",
        429 => "http_429",
        500..=599 => "http_5xx",
        400..=499 => "http_4xx",
        _ => "http_other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_33_a_message_that_repeats_the_token_is_masked_before_it_is_logged() {
        let said = "{\"errorMessage\":\"Invalid Access Token - c9SQxWWhmdVRlyh0zh8gZDTkubVF\"}";
        let shown = excerpt(said, Some("c9SQxWWhmdVRlyh0zh8gZDTkubVF"));
        assert_eq!(
            shown,
            "{\"errorMessage\":\"Invalid Access Token - [token]\"}"
        );
    }

    #[test]
    fn trap_40_a_providers_text_is_cut_and_cannot_break_a_line() {
        let shown = excerpt(&format!("a\r\n\u{1b}[2J{}", "x".repeat(5_000)), None);
        assert!(shown.starts_with("a   [2Jx"), "{shown}");
        assert_eq!(shown.chars().count(), 200);
    }
}
