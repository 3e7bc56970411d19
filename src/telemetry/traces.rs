//! Traces: a span for each HTTP request, each JSON-RPC request in it, each stop and the hop to the server, sent to a
//! collector by OTLP where `ENABLE_TRACING` says so, in the context that callers give (W3C Trace Context, as a header or
//! in MCP's `_meta`).

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{SpanContext, TraceContextExt as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::tls::{HttpsClient, https_client};

/// The header, and the member of `_meta` (MCP 2026-07-28).
pub const TRACEPARENT: &str = "traceparent";
/// Longer ones are no `traceparent`: version 00 has 55 characters.
const MAX_TRACEPARENT: usize = 128;
/// A collector that needs longer gets nothing.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_ANSWER: usize = 64 * 1024;
/// How long the end waits for the collector.
const LAST_EXPORT: Duration = Duration::from_secs(2);

/// Whether spans are made, so that nothing is done for those that are not.
static IS_ON: AtomicBool = AtomicBool::new(false);

/// Where traces go.
#[derive(Clone, Debug)]
pub struct TracesConfig {
    /// The collector's base URL, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it: spans go to `/v1/traces` below it.
    pub endpoint: String,
    /// This replica.
    pub instance: String,
}

/// Spans on their way to the collector. Dropped, the last of them are sent.
pub struct Exporting(SdkTracerProvider);

impl Exporting {
    /// Makes spans from now on. Has to be called within a runtime, which sends them. The environment's other `OTEL_…`
    /// variables hold (headers, sampler, the batch's size, resource attributes).
    ///
    /// # Errors
    /// For an endpoint that is no URL.
    pub(super) fn start(config: &TracesConfig) -> Result<(Self, SdkTracer), String> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector { runtime: Handle::current(), client: https_client() })
            .with_endpoint(format!("{}/v1/traces", config.endpoint.trim_end_matches('/')))
            .build()
            .map_err(|error| error.to_string())?;
        let resource = Resource::builder()
            .with_service_name("mcpgw")
            .with_attributes([
                KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
                KeyValue::new("service.instance.id", config.instance.clone()),
            ])
            .build();
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build();
        let tracer = provider.tracer("mcpgw");
        IS_ON.store(true, Ordering::Release);
        Ok((Self(provider), tracer))
    }
}

impl Drop for Exporting {
    fn drop(&mut self) {
        // A collector that is away keeps nobody from ending.
        let _ = self.0.shutdown_with_timeout(LAST_EXPORT);
    }
}

/// Sends for the exporter, whose thread has no runtime.
#[derive(Debug)]
struct Collector {
    runtime: Handle,
    client: HttpsClient,
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let asked = async move {
            let (parts, body) = client.request(request.map(Full::new)).await?.into_parts();
            let body = Limited::new(body, MAX_ANSWER).collect().await?.to_bytes();
            Ok(Response::from_parts(parts, body))
        };
        let sending = async { tokio::time::timeout(EXPORT_TIMEOUT, asked).await? };
        self.runtime.spawn(sending).await?
    }
}

/// Whether a text has the form of one (W3C Trace Context, §3.2.2).
pub fn is_traceparent(text: &str) -> bool {
    text.len() <= MAX_TRACEPARENT
        && text.split('-').count() >= 4
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Has `span` go on with the trace that a caller's headers name, where they do.
pub fn follow_headers(span: &Span, headers: &HeaderMap) {
    if are_made() && headers.contains_key(TRACEPARENT) {
        follow(span, TraceContextPropagator::new().extract(&HeaderExtractor(headers)));
    }
}

/// The same with a `traceparent` that came in `_meta`.
pub fn follow_traceparent(span: &Span, traceparent: &str) {
    let mut headers = HeaderMap::new();
    if is_traceparent(traceparent)
        && let Ok(value) = traceparent.parse()
    {
        headers.insert(TRACEPARENT, value);
        follow_headers(span, &headers);
    }
}

fn follow(span: &Span, context: Context) {
    if context.span().span_context().is_valid() {
        // Where no traces are made, there is nothing to follow.
        let _ = span.set_parent(context);
    }
}

/// Whether spans go anywhere.
pub fn are_made() -> bool {
    IS_ON.load(Ordering::Relaxed)
}

/// The id of the trace that `span` belongs to; `None` where no traces are made. Its name and parent are settled then.
pub fn trace_id(span: &Span) -> Option<String> {
    known(span).map(|context| context.trace_id().to_string())
}

/// What a server is told of the trace that `span` belongs to (W3C Trace Context, §3.2); `None` where no traces are made.
pub fn traceparent(span: &Span) -> Option<String> {
    let context = known(span)?;
    let flags = context.trace_flags().to_u8();
    Some(format!("00-{}-{}-{flags:02x}", context.trace_id(), context.span_id()))
}

fn known(span: &Span) -> Option<SpanContext> {
    let context = are_made().then(|| span.context())?;
    let context = context.span().span_context().clone();
    context.is_valid().then_some(context)
}
