//! The record of every HTTP exchange, in both directions, as it was on the wire.
//!
//! Bodies are kept raw; of the headers only those that matter, with credentials cut to their scheme.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::sync::watch;
use utoipa::ToSchema;

use crate::number::Number;
use crate::world::lock;

/// Headers worth recording.
const HEADERS: [&str; 8] = [
    "accept",
    "apikey",
    "at-ussd-hop-metadata",
    "authorization",
    "content-type",
    "location",
    "traceparent",
    "user-agent",
];

/// Who called whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The simulator, as a provider, called the service.
    ToService,
    /// The service called a provider.
    FromService,
}

/// One HTTP exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Exchange {
    /// Position in the record, from 1.
    pub id: u64,
    /// When the request was sent or came in.
    pub at: DateTime<Utc>,
    /// Who called whom.
    pub direction: Direction,
    /// What it was about, `USSD hop` or `STK callback`; the path for calls of the service.
    pub what: String,
    /// The phone that it was about, where that is known.
    pub phone: Option<Number>,
    /// HTTP method.
    pub method: String,
    /// The whole address, or the path for calls of the service.
    pub url: String,
    /// Request headers that matter.
    pub request_headers: Vec<(String, String)>,
    /// Request body as sent.
    pub request_body: String,
    /// HTTP status; `None` when there was no answer.
    pub status: Option<u16>,
    /// Response headers that matter.
    pub response_headers: Vec<(String, String)>,
    /// Response body as sent.
    pub response_body: String,
    /// From request to answer, in milliseconds.
    pub duration_ms: u64,
    /// The fault that was played, or what went wrong by itself.
    pub trouble: Option<String>,
    /// The fault that was played, as written in a header or a scenario, `late=2000`.
    pub fault: Option<String>,
}

/// The record: bounded, and able to wake those who wait for an exchange.
pub(crate) struct ExchangeLog {
    capacity: usize,
    entries: Mutex<VecDeque<Exchange>>,
    count: watch::Sender<u64>,
}

impl ExchangeLog {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            entries: Mutex::default(),
            count: watch::Sender::new(0),
        }
    }

    /// Writes an exchange down and numbers it.
    pub(crate) fn record(&self, mut exchange: Exchange) {
        let mut entries = lock(&self.entries);
        self.count.send_modify(|count| {
            *count += 1;
            exchange.id = *count;
        });
        if entries.len() == self.capacity {
            entries.pop_front();
        }
        entries.push_back(exchange);
    }

    /// All that is remembered, oldest first.
    pub(crate) fn all(&self) -> Vec<Exchange> {
        lock(&self.entries).iter().cloned().collect()
    }

    /// Forgets everything; the numbers go on.
    pub(crate) fn clear(&self) {
        lock(&self.entries).clear();
    }

    /// What was recorded behind a number, oldest first.
    pub(crate) fn since(&self, id: u64) -> Vec<Exchange> {
        let entries = lock(&self.entries);
        let newer = entries.iter().rev().take_while(|exchange| exchange.id > id);
        let mut newer: Vec<Exchange> = newer.cloned().collect();
        newer.reverse();
        newer
    }

    /// The number of the exchange recorded last; changes with each.
    pub(crate) fn count(&self) -> watch::Receiver<u64> {
        self.count.subscribe()
    }

    /// Waits until a remembered exchange fits.
    pub(crate) async fn wait_for(
        &self,
        mut fits: impl FnMut(&Exchange) -> bool,
        timeout: Duration,
    ) -> Option<Exchange> {
        let mut count = self.count.subscribe();
        let search = async {
            loop {
                let found = lock(&self.entries)
                    .iter()
                    .find(|exchange| fits(exchange))
                    .cloned();
                if found.is_some() || count.changed().await.is_err() {
                    return found;
                }
            }
        };
        tokio::time::timeout(timeout, search).await.ok().flatten()
    }
}

/// The headers worth recording, by name.
pub(crate) fn headers_that_matter(headers: &HeaderMap) -> Vec<(String, String)> {
    HEADERS
        .iter()
        .filter_map(|name| {
            let value = String::from_utf8_lossy(headers.get(*name)?.as_bytes()).into_owned();
            Some(((*name).to_owned(), without_secret(name, value)))
        })
        .collect()
}

/// Keeps the scheme of a credential and drops the credential.
fn without_secret(name: &str, value: String) -> String {
    match name {
        "authorization" => format!("{} ***", value.split(' ').next().unwrap_or_default()),
        "apikey" => "***".to_owned(),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_not_recorded() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "Basic c2VjcmV0".parse().unwrap());
        headers.insert("apikey", "secret".parse().unwrap());
        headers.insert("cookie", "secret".parse().unwrap());
        let kept = format!("{:?}", headers_that_matter(&headers));
        assert!(
            kept.contains("Basic ***") && !kept.contains("ecret") && !kept.contains("c2Vj"),
            "{kept}"
        );
    }
}
