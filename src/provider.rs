//! Adapters to the providers. They implement the ports and are the only place that knows what
//! Africa's Talking and Daraja look like on the wire.

pub mod africastalking;
pub mod daraja;

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
