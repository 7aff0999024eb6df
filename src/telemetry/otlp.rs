//! Traces to a collector, by OTLP over HTTP. Off unless `telemetry.otlp_endpoint` is set.
//!
//! A hop's trace is its own id, and the hop's span is the lower half of it. So the span of a push, in
//! another process and an hour later, is its child by what the row kept.

use std::{
    cell::Cell,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use opentelemetry::{
    Context, KeyValue,
    trace::{
        SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId as OtelTraceId, TraceState,
        TracerProvider,
    },
};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{IdGenerator, RandomIdGenerator, Sampler, SdkTracerProvider},
};
use tokio::runtime::Handle;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, registry::LookupSpan};

use crate::{config::TelemetrySection, core::trace::TraceId};

/// How long one request to the collector may take, and what is left at the end in all.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether traces are sent: without a collector nothing of this costs anything.
static SENDS: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The id of the hop whose span is being made.
    static ROOT: Cell<Option<TraceId>> = const { Cell::new(None) };
}

/// Why traces cannot be sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoTraces {
    /// The HTTP client.
    #[error("the HTTP client cannot be made: {0}")]
    Client(#[from] reqwest::Error),
    /// The exporter.
    #[error(transparent)]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
}

/// Sends spans to the collector, in batches and from a thread of its own.
pub(super) struct Exporter(SdkTracerProvider);

impl Exporter {
    /// Begins where a collector is configured. Called within the runtime that it sends from.
    pub(super) fn begin(section: &TelemetrySection) -> Result<Option<Self>, NoTraces> {
        let Some(endpoint) = &section.otlp_endpoint else {
            return Ok(None);
        };
        let client = Wire {
            client: reqwest::Client::builder().timeout(PATIENCE).build()?,
            runtime: Handle::current(),
        };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()?;
        let resource = Resource::builder()
            .with_service_name("majibu")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_id_generator(Ids::default())
            // By the id alone: what follows from a hop is kept where the hop is.
            .with_sampler(Sampler::TraceIdRatioBased(section.otlp_ratio))
            .with_resource(resource)
            .build();
        SENDS.store(true, Ordering::Relaxed);
        Ok(Some(Self(provider)))
    }

    /// What turns spans of `tracing` into those that are sent.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("majibu"))
            .with_location(false)
            .with_threads(false)
    }

    /// Sends what is left.
    pub(super) async fn end(self) {
        let ended = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(PATIENCE));
        match ended.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the last traces were not sent"),
            Err(_) => tracing::warn!("the last traces were not sent"),
        }
    }
}

/// Makes the span of a hop: the first of its trace, under ids of ours.
pub(super) fn root(id: TraceId, make: impl FnOnce() -> Span) -> Span {
    if !SENDS.load(Ordering::Relaxed) {
        return make();
    }
    ROOT.set(Some(id));
    let span = make();
    // Its ids are chosen when the context is first asked for.
    let _ = span.context();
    ROOT.set(None);
    span
}

/// Puts a span, which has not begun yet, below that of the hop that it follows from.
pub(super) fn follow(span: &Span, id: TraceId) {
    if !SENDS.load(Ordering::Relaxed) {
        return;
    }
    let hop = SpanContext::new(
        OtelTraceId::from_bytes(id.bytes()),
        SpanId::from_bytes(id.first_span()),
        TraceFlags::SAMPLED,
        true,
        TraceState::NONE,
    );
    // A span that is filtered out has no parent to set.
    let _ = span.set_parent(Context::new().with_remote_span_context(hop));
}

/// Ids of hops as they are, and chance for all other spans.
#[derive(Debug, Default)]
struct Ids(RandomIdGenerator);

impl IdGenerator for Ids {
    fn new_trace_id(&self) -> OtelTraceId {
        match ROOT.get() {
            Some(id) => OtelTraceId::from_bytes(id.bytes()),
            None => self.0.new_trace_id(),
        }
    }

    fn new_span_id(&self) -> SpanId {
        match ROOT.get() {
            Some(id) => SpanId::from_bytes(id.first_span()),
            None => self.0.new_span_id(),
        }
    }
}

/// The HTTP client of the service; the exporter's thread knows no runtime.
#[derive(Clone, Debug)]
struct Wire {
    client: reqwest::Client,
    runtime: Handle,
}

#[async_trait::async_trait]
impl HttpClient for Wire {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let answer = client.execute(request.try_into()?).await?;
            let response = Response::builder().status(answer.status());
            Ok::<_, HttpError>(response.body(answer.bytes().await?)?)
        });
        sent.await?
    }
}
