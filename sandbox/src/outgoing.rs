//! Calls of the providers to the service: sent, bounded, recorded, and on demand spoilt.

use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use chrono::{DateTime, Utc};
use futures::stream::{self, Stream, StreamExt};

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
    /// On demand: it never left.
    #[error("the request was lost on its way")]
    Lost,
    /// On demand: the service answered, and nobody read it.
    #[error("the answer was lost on its way")]
    AnswerLost,
    /// More than a gateway reads.
    #[error("the answer is longer than {ANSWER_LIMIT} bytes")]
    TooLong,
}

impl World {
    /// Sends a callback, playing the fault that waits at the point. Returns the status of each
    /// delivery: empty when it was lost, `None` where the service did not answer.
    pub(crate) async fn send_callback(&self, point: FaultPoint, call: &Call) -> Vec<Option<u16>> {
        let fault = self.take_fault(point, call.phone);
        self.send_spoilt(fault.as_ref(), call).await
    }

    /// The same with a fault that was taken before.
    pub(crate) async fn send_spoilt(&self, fault: Option<&Fault>, call: &Call) -> Vec<Option<u16>> {
        let send = || async {
            let answer = self.send_noting(call, fault).await;
            answer.ok().map(|reply| reply.status)
        };
        match fault {
            Some(Fault::Lost) => {
                self.record_lost(call);
                return Vec::new();
            }
            Some(Fault::Held) => {
                self.next_passed(call.what).await;
                return vec![send().await];
            }
            Some(Fault::Late(delay)) => self.clock.sleep(*delay).await,
            // The others concern what is said, or how it is sent.
            Some(_) | None => {}
        }
        let statuses = match fault {
            Some(Fault::Twice) => {
                let (first, second) = tokio::join!(send(), send());
                vec![first, second]
            }
            Some(Fault::Again(delay)) => {
                let first = send().await;
                self.clock.sleep(*delay).await;
                vec![first, send().await]
            }
            Some(_) | None => vec![send().await],
        };
        self.note_passed(call.what);
        statuses
    }

    /// Records a call that a fault lost.
    pub(crate) fn record_lost(&self, call: &Call) {
        let body = Some(call.body.clone());
        let exchange = call.exchange(self.clock.now(), Some(&Fault::Lost), body);
        self.exchanges.record(exchange);
    }

    /// Sends a call once, in the way that the fault leaves of it, and records it.
    pub(crate) async fn send_noting(
        &self,
        call: &Call,
        fault: Option<&Fault>,
    ) -> Result<RawReply, SendError> {
        let (at, started) = (self.clock.now(), Instant::now());
        let message = match fault {
            // Without a machine's clock there is no byte by byte: it is there when its time is over.
            Some(Fault::Drip(whole)) if self.clock.is_virtual() => {
                self.clock.sleep(*whole).await;
                Message::Whole(call.body.clone())
            }
            fault => Message::of(call, fault),
        };
        let mut exchange = call.exchange(at, fault, message.recorded());
        if matches!(fault, Some(Fault::Html)) {
            for (name, value) in &mut exchange.request_headers {
                if name == "content-type" {
                    "text/html".clone_into(value);
                }
            }
        }
        // A drip is as slow as was asked; only the answer to it is waited for so long.
        let limit = call.timeout + message.lasts();
        let answer = match tokio::time::timeout(limit, self.exchange(call, message)).await {
            Ok(Ok(_)) if matches!(fault, Some(Fault::AnswerLost)) => Err(SendError::AnswerLost),
            Ok(answer) => answer,
            Err(_) => Err(SendError::Timeout(limit)),
        };
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

    async fn exchange(
        &self,
        call: &Call,
        message: Message,
    ) -> Result<(u16, HeaderMap, Vec<u8>), SendError> {
        let mut headers = call.headers();
        if matches!(message, Message::Page) {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
        }
        if matches!(message, Message::Cut(_) | Message::Drip(..)) {
            // The whole length, as of a message that is meant to arrive.
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(call.body.len()));
        }
        let request = self.http.post(&call.url).headers(headers);
        let mut response = request
            .body(message.into_body())
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

/// The body of a call, as a fault leaves it.
enum Message {
    Whole(String),
    Nothing,
    Page,
    /// So much of it, then the connection breaks.
    Cut(String),
    /// Byte by byte, with a pause before each.
    Drip(String, Duration),
}

impl Message {
    fn of(call: &Call, fault: Option<&Fault>) -> Self {
        match fault {
            Some(Fault::Empty) => Self::Nothing,
            Some(Fault::Html) => Self::Page,
            Some(Fault::Cut) => {
                let half = call.body.floor_char_boundary(call.body.len() / 2);
                Self::Cut(call.body[..half].to_owned())
            }
            Some(Fault::Drip(whole)) => {
                let bytes = u32::try_from(call.body.len()).unwrap_or(u32::MAX).max(1);
                Self::Drip(call.body.clone(), *whole / bytes)
            }
            Some(_) | None => Self::Whole(call.body.clone()),
        }
    }

    /// What the record shows of it.
    fn recorded(&self) -> Option<String> {
        match self {
            Self::Whole(text) | Self::Cut(text) | Self::Drip(text, _) => Some(text.clone()),
            Self::Nothing => None,
            Self::Page => Some(PAGE.to_owned()),
        }
    }

    /// How long it takes to be sent at least.
    fn lasts(&self) -> Duration {
        match self {
            Self::Drip(text, pause) => *pause * u32::try_from(text.len()).unwrap_or(u32::MAX),
            Self::Whole(_) | Self::Nothing | Self::Page | Self::Cut(_) => Duration::ZERO,
        }
    }

    fn into_body(self) -> reqwest::Body {
        match self {
            Self::Whole(text) => text.into(),
            Self::Nothing => String::new().into(),
            Self::Page => PAGE.into(),
            Self::Cut(text) => {
                let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                // The pause lets the first half leave before the connection goes.
                let end = stream::once(async {
                    tokio::time::sleep(CUT_AFTER).await;
                    Err(reset)
                });
                reqwest::Body::wrap_stream(stream::iter([Ok(text.into_bytes())]).chain(end))
            }
            Self::Drip(text, pause) => reqwest::Body::wrap_stream(drip(text.into_bytes(), pause)),
        }
    }
}

/// Bytes one by one, with a pause before each.
pub(crate) fn drip(
    bytes: impl AsRef<[u8]> + Send + Unpin + 'static,
    pause: Duration,
) -> impl Stream<Item = Result<Vec<u8>, std::io::Error>> + Send {
    stream::unfold((bytes, 0_usize), move |(bytes, at)| async move {
        let byte = *bytes.as_ref().get(at)?;
        tokio::time::sleep(pause).await;
        Some((Ok(vec![byte]), (bytes, at + 1)))
    })
}

/// What a caller sends that is not the provider.
const PAGE: &str = "<html><body>Service Unavailable</body></html>";

/// How long the half of a message that breaks is on its way before it breaks.
const CUT_AFTER: Duration = Duration::from_millis(20);

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
    fn exchange(&self, at: DateTime<Utc>, fault: Option<&Fault>, body: Option<String>) -> Exchange {
        Exchange {
            id: 0,
            at,
            direction: Direction::ToService,
            what: self.what.to_owned(),
            phone: self.phone,
            method: "POST".to_owned(),
            url: self.url.clone(),
            request_headers: headers_that_matter(&self.headers()),
            request_body: body.unwrap_or_default(),
            status: None,
            response_headers: Vec::new(),
            response_body: String::new(),
            duration_ms: 0,
            trouble: fault.map(note),
            fault: fault.map(ToString::to_string),
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
