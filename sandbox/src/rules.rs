//! The providers' rules, and which of them an exchange broke.
//!
//! Looks only at what was on the wire, so it can judge an exchange at any time. A broken rule never
//! stops the simulator: it is told beside the exchange, with the page of the provider that says so.

mod callback;
mod request;
pub(crate) mod ussd;

use serde::Serialize;
use utoipa::ToSchema;

use crate::exchange::{Direction, Exchange};
use crate::wire::Provider;

/// A rule of a provider that the service broke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct BrokenRule {
    /// What was wrong, in words.
    pub what: String,
    /// The rule that it broke.
    pub rule: &'static str,
    /// Where the provider says so: its page.
    pub source: &'static str,
}

impl BrokenRule {
    fn new(rule: &'static str, source: &'static str, what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            rule,
            source,
        }
    }
}

/// The rules that the service broke in this exchange; empty for a good one.
pub(crate) fn broken(exchange: &Exchange) -> Vec<BrokenRule> {
    match (exchange.direction, Provider::of(exchange)) {
        (Direction::ToService, _) if exchange.what == "USSD hop" => ussd::of_hop(exchange),
        (Direction::ToService, provider) => callback::broken(exchange, provider),
        (Direction::FromService, provider) => request::broken(exchange, provider),
    }
}

/// The value of a recorded header.
pub(crate) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

/// Whether a body is a page for a browser.
fn is_html(content_type: Option<&str>, body: &str) -> bool {
    let is_typed = content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
    let start = body.trim_start().get(..14).unwrap_or(body.trim_start());
    let start = start.to_ascii_lowercase();
    is_typed && body.contains('<') || start.starts_with("<html") || start.starts_with("<!doctype")
}
