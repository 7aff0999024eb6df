//! Calls of the providers to the service: sent, bounded, recorded, and on demand spoilt.

use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use chrono::{DateTime, Utc};

use crate::clock;
use crate::exchange::{Direction, Exchange, headers_that_matter};
use crate::fault::{Fault, FaultPoint};
use crate::number::Number;
use crate::world::World;

/// The longest answer that is read; a screen has 160 characters, an acknowledgement less.
const ANSWER_LIMIT: usize = 64 * 1024;

/// How long the service may take to acknowledge a callback.
pub(crate) const CALLBACK_TIMEOUT: Duration = Duration::from_secs(10);

/// A call to the service.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) what: &'static str,
    /// Whom it is about, where it is about somebody.
    pub(crate) phone: Option<Number>,
    pub(crate) url: String,
    pub(crate) content_type: &'static str,
    pub(crate) user_agent: Option<&'static str>,
    /// Echo of the label that the service gave the previous screen.
    pub(crate) hop_metadata: Option<String>,
    pub(crate) body: String,
    pub(crate) timeout: Duration,
}

/// What the service answered, as it was on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawReply {
    /// HTTP status.
    pub status: u16,
    /// The `content-type` header.
    pub content_type: Option<String>,
    /// The `location` header, of a redirect.
    pub location: Option<String>,
    /// The `at-ussd-hop-metadata` header: the screen's name.
    pub name: Option<String>,
    /// The body; what is not UTF-8 is replaced.
    pub body: String,
    /// From request to answer, in milliseconds.
    pub duration_ms: u64,
}

/// Why there is no answer of the service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It took longer than a gateway waits.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// Nobody listens, or the connection broke.
    #[error("the service could not be reached: {0}")]
    Unreachable(String),
    /// More than a gateway reads.
    #[error("the answer is longer than {ANSWER_LIMIT} bytes")]
    TooLong,
}

impl World {
    /// Sends a call and records it.
    pub(crate) async fn send(&self, call: &Call) -> Result<RawReply, SendError> {
        self.send_noting(call, None).await
    }

    /// Sends a callback, playing the fault that waits at the point. Returns the status of each
    /// delivery: empty when it was lost, `None` where the service did not answer.
    pub(crate) async fn send_callback(&self, point: FaultPoint, call: &Call) -> Vec<Option<u16>> {
        let fault = self.take_fault(point);
        self.send_spoilt(fault.as_ref(), call).await
    }

    /// The same with a fault that was taken before.
    pub(crate) async fn send_spoilt(&self, fault: Option<&Fault>, call: &Call) -> Vec<Option<u16>> {
        let note = fault.map(note);
        let send = || async {
            self.send_noting(call, note.clone())
                .await
                .ok()
                .map(|reply| reply.status)
        };
        match fault {
            Some(Fault::Lost) => {
                self.exchanges.record(call.exchange(clock::now(), note));
                Vec::new()
            }
            Some(Fault::Twice) => {
                let (first, second) = tokio::join!(send(), send());
                vec![first, second]
            }
            Some(Fault::Late(delay)) => {
                tokio::time::sleep(*delay).await;
                vec![send().await]
            }
            // The others concern what is said or are refused for messages.
            Some(_) | None => vec![send().await],
        }
    }

    pub(crate) async fn send_noting(
        &self,
        call: &Call,
        note: Option<String>,
    ) -> Result<RawReply, SendError> {
        let (at, started) = (clock::now(), Instant::now());
        let answer = match tokio::time::timeout(call.timeout, self.exchange(call)).await {
            Ok(answer) => answer,
            Err(_) => Err(SendError::Timeout(call.timeout)),
        };
        let mut exchange = call.exchange(at, note);
        exchange.duration_ms = millis(started);
        let reply = answer.map(|(status, headers, body)| {
            exchange.status = Some(status);
            exchange.response_headers = headers_that_matter(&headers);
            exchange.response_body = String::from_utf8_lossy(&body).into_owned();
            RawReply {
                status,
                content_type: header_text(&headers, &header::CONTENT_TYPE),
                location: header_text(&headers, &header::LOCATION),
                name: header_text(&headers, &HeaderName::from_static(HOP_METADATA)),
                body: exchange.response_body.clone(),
                duration_ms: exchange.duration_ms,
            }
        });
        if let Err(error) = &reply {
            tracing::warn!(what = call.what, url = call.url, "{error}");
            exchange.trouble.get_or_insert_with(|| error.to_string());
        }
        self.exchanges.record(exchange);
        reply
    }

    async fn exchange(&self, call: &Call) -> Result<(u16, HeaderMap, Vec<u8>), SendError> {
        let request = self
            .http
            .post(&call.url)
            .headers(call.headers())
            .body(call.body.clone());
        let mut response = request
            .send()
            .await
            .map_err(|error| unreachable_service(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| unreachable_service(&error))?
        {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER_LIMIT {
                return Err(SendError::TooLong);
            }
        }
        Ok((status, headers, body))
    }
}

/// How the record tells of a fault.
pub(crate) fn note(fault: &Fault) -> String {
    format!("fault played: {fault:?}")
}

/// The header that labels a hop.
pub(crate) const HOP_METADATA: &str = "at-ussd-hop-metadata";

impl Call {
    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.content_type),
        );
        if let Some(agent) = self.user_agent {
            headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
        }
        if let Some(Ok(value)) = self.hop_metadata.as_deref().map(HeaderValue::from_str) {
            headers.insert(HOP_METADATA, value);
        }
        headers
    }

    /// The record of this call, not answered yet.
    fn exchange(&self, at: DateTime<Utc>, trouble: Option<String>) -> Exchange {
        Exchange {
            id: 0,
            at,
            direction: Direction::ToService,
            what: self.what.to_owned(),
            phone: self.phone,
            method: "POST".to_owned(),
            url: self.url.clone(),
            request_headers: headers_that_matter(&self.headers()),
            request_body: self.body.clone(),
            status: None,
            response_headers: Vec::new(),
            response_body: String::new(),
            duration_ms: 0,
            trouble,
        }
    }
}

/// Milliseconds since an instant.
pub(crate) fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn header_text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The innermost reason, which names the cause; the outer ones repeat the address.
fn unreachable_service(error: &reqwest::Error) -> SendError {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    SendError::Unreachable(reason.to_string())
}

/// A form body with everything percent-encoded, also `*`, `#` and `+`, as the gateway was seen to.
pub(crate) fn form_body<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pairs = fields
        .into_iter()
        .map(|(name, value)| format!("{}={}", percent(name), percent(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-' | b'.' => {
                out.push(char::from(byte))
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_percent_encoded_as_in_the_captures() {
        let body = form_body([
            ("phoneNumber", "+254711"),
            ("serviceCode", "*384#"),
            ("text", "1*é &"),
        ]);
        assert_eq!(
            body,
            "phoneNumber=%2B254711&serviceCode=%2A384%23&text=1%2A%C3%A9%20%26"
        );
    }
}
