//! One call to a provider: its span, its place in the metrics, and the id of the hop that it follows
//! from, which goes along as `traceparent`. Providers that do not know that header pass over it.

use std::time::Instant;

use reqwest::{RequestBuilder, StatusCode, header::HeaderMap};
use tracing::{Instrument, Span, info_span};

use super::was_not_sent;
use crate::telemetry::{self, trace};

/// A call under way. One that is given up, or dropped for want of time, counts as unanswered.
pub(super) struct Call {
    provider: &'static str,
    endpoint: &'static str,
    begun: Instant,
    result: &'static str,
    span: Span,
}

/// An answer as it came.
pub(super) struct Received {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Call {
    /// Begins a call.
    pub(super) fn begin(provider: &'static str, endpoint: &'static str) -> Self {
        Self {
            provider,
            endpoint,
            begun: Instant::now(),
            result: "no_answer",
            span: info_span!("call", provider, endpoint),
        }
    }

    /// Sends the request and reads the answer.
    pub(super) async fn send(
        &mut self,
        request: RequestBuilder,
    ) -> Result<Received, reqwest::Error> {
        let request = match trace::current() {
            Some(id) => request.header("traceparent", id.traceparent()),
            None => request,
        };
        let answer = async {
            let mut response = request.send().await?;
            Ok(Received {
                status: response.status(),
                headers: std::mem::take(response.headers_mut()),
                text: response.text().await?,
            })
        };
        let answered = answer.instrument(self.span.clone()).await;
        self.result = match &answered {
            Ok(received) => word_of(received.status),
            Err(error) if was_not_sent(error) => "unreachable",
            Err(_) => "no_answer",
        };
        answered
    }

    /// What the answer says is known better than its status says.
    pub(super) fn is(&mut self, result: &'static str) {
        self.result = result;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let took = self.begun.elapsed();
        telemetry::count_call(self.provider, self.endpoint, self.result, took);
    }
}

fn word_of(status: StatusCode) -> &'static str {
    match status.as_u16() {
        200..=299 => "ok",
        429 => "no_room",
        400..=499 => "refused",
        _ => "error",
    }
}
