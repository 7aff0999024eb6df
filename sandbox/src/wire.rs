//! The wire as its readers see it: each recorded exchange with who spoke to whom, the fault that was
//! played, and the rules that the service broke.
//!
//! Secrets are cut here once more, in the bodies: what leaves the simulator as a page, a HAR file or
//! a command may be handed on.

mod curl;
mod har;
pub(crate) mod routes;
mod secrets;

pub(crate) use secrets::cut as cut_secrets;

use serde::Serialize;
use utoipa::ToSchema;

use crate::exchange::{Direction, Exchange};
use crate::rules::{self, BrokenRule};

/// Whose API an exchange belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Provider {
    /// USSD and SMS.
    AfricasTalking,
    /// M-Pesa.
    Daraja,
}

impl Provider {
    /// The provider of an exchange; `None` for a path that neither has.
    pub(crate) fn of(exchange: &Exchange) -> Option<Self> {
        const PATHS: [(&str, Provider); 4] = [
            ("/version1/", Provider::AfricasTalking),
            ("/oauth/", Provider::Daraja),
            ("/mpesa/", Provider::Daraja),
            ("/pulltransactions/", Provider::Daraja),
        ];
        match (exchange.direction, exchange.what.as_str()) {
            (
                Direction::ToService,
                "USSD hop" | "end event" | "delivery report" | "inbound SMS" | "opt-out"
                | "subscription",
            ) => Some(Self::AfricasTalking),
            (Direction::ToService, _) => Some(Self::Daraja),
            (Direction::FromService, path) => {
                let found = PATHS.iter().find(|(start, _)| path.starts_with(start));
                found.map(|(_, provider)| *provider)
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::AfricasTalking => "Africa's Talking",
            Self::Daraja => "Daraja",
        }
    }
}

/// An exchange as its readers see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WireExchange {
    #[serde(flatten)]
    exchange: Exchange,
    /// Whose API it belongs to.
    provider: Option<Provider>,
    /// Who sent the request.
    #[schema(value_type = String)]
    from: &'static str,
    /// Who answered.
    #[schema(value_type = String)]
    to: &'static str,
    /// What it was about, in words.
    label: String,
    /// What went wrong by itself: `trouble` without the fault.
    failure: Option<String>,
    /// The rules that the service broke.
    broken: Vec<BrokenRule>,
}

impl WireExchange {
    pub(crate) fn of(mut exchange: Exchange) -> Self {
        // First, since what is said of it repeats parts of its bodies.
        secrets::cut(&mut exchange);
        let provider = Provider::of(&exchange);
        let broken = rules::broken(&exchange);
        let name = provider.map_or("nobody", Provider::name);
        let (from, to) = match exchange.direction {
            Direction::ToService => (name, "service"),
            Direction::FromService => ("service", name),
        };
        let failure = exchange
            .trouble
            .clone()
            .filter(|_| exchange.fault.is_none());
        Self {
            label: label(&exchange).to_owned(),
            exchange,
            provider,
            from,
            to,
            failure,
            broken,
        }
    }

    /// The whole address: the service calls paths of the simulator.
    fn url(&self, base: &str) -> String {
        match self.exchange.direction {
            Direction::ToService => self.exchange.url.clone(),
            Direction::FromService => format!("{base}{}", self.exchange.url),
        }
    }

    /// Whether a text stands anywhere in it, letter case ignored.
    fn contains(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let exchange = &self.exchange;
        let has = |place: &str| place.to_lowercase().contains(&text);
        has(&exchange.url)
            || has(&self.label)
            || has(&exchange.request_body)
            || has(&exchange.response_body)
            || exchange.trouble.as_deref().is_some_and(has)
            || self.broken.iter().any(|rule| has(&rule.what))
            || exchange.phone.is_some_and(|phone| has(&phone.to_string()))
    }
}

/// What an exchange was about, in words.
fn label(exchange: &Exchange) -> &str {
    match exchange.what.as_str() {
        "/oauth/v1/generate" => "token",
        "/mpesa/stkpush/v1/processrequest" => "STK push",
        "/mpesa/stkpushquery/v1/query" => "STK query",
        "/mpesa/b2c/v1/paymentrequest" | "/mpesa/b2c/v3/paymentrequest" => "B2C payout",
        "/mpesa/transactionstatus/v1/query" => "transaction status",
        "/mpesa/accountbalance/v1/query" => "account balance",
        "/mpesa/reversal/v1/request" => "reversal",
        "/mpesa/c2b/v1/registerurl" | "/mpesa/c2b/v2/registerurl" => "register C2B URLs",
        "/mpesa/c2b/v1/simulate" | "/mpesa/c2b/v2/simulate" => "simulate C2B",
        "/pulltransactions/v1/register" => "register for Pull",
        "/pulltransactions/v1/query" => "Pull",
        "/version1/messaging" => "send SMS",
        "/version1/messaging/bulk" => "send SMS in bulk",
        what => what,
    }
}
