//! Traces: where the time of one statement went, over all processes that worked for it.
//!
//! ```text
//! statement                     query node
//! ├── read                      its call …
//! │   └── read                  … at the replica
//! └── commit                    its call …
//!     └── commit                … at the adjudicator
//!         └── append            journal
//! ```
//! A span of a trace is an ordinary `tracing` span whose target is [`TARGET`]; all others stay in the
//! log. Between processes its identity travels as W3C's `traceparent`, which whoever calls another
//! process takes from [`traceparent`] and the other hands to [`follow`].
//!
//! - Off, a span costs one comparison. On, spans wait in a bounded queue; those that find it full are
//!   dropped. Nobody ever waits for the collector.
//! - The process where a trace begins decides whether it is kept; the others do as it did.

use std::collections::HashMap;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, filter::LevelFilter};

use crate::Error;

/// Target of the spans that make a trace.
pub const TARGET: &str = "gavel_trace";
/// Name of the header that says which span of the caller this is for.
pub const HEADER: &str = "traceparent";
/// How long the collector may take for one batch.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the end of the process waits for the last batch.
const FAREWELL: Duration = Duration::from_secs(2);

/// Where traces go, and what they say of this process.
#[derive(Clone, Debug)]
pub struct Traces {
    /// A collector that speaks OTLP over gRPC: `http://host:4317`.
    pub endpoint: String,
    /// One in this many traces is kept.
    pub one_in: usize,
    pub role: String,
    pub name: String,
    pub zone: String,
    pub cluster: String,
}

/// Sends spans until it is dropped.
#[derive(Debug)]
pub(crate) struct Provider(SdkTracerProvider);

impl Drop for Provider {
    fn drop(&mut self) {
        // The collector's failures are not ours.
        let _ = self.0.shutdown_with_timeout(FAREWELL);
    }
}

/// The sender, and the layer that gives it spans. Connects when there is something to send.
pub(crate) fn start<S>(traces: &Traces) -> Result<(Provider, impl Layer<S> + Send + Sync + use<S>), Error>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(&traces.endpoint)
        .with_timeout(EXPORT_TIMEOUT)
        .build()
        .map_err(|error| Error::Traces(format!("{}: {error}", traces.endpoint)))?;
    let about = [
        ("service.namespace", &traces.cluster),
        ("service.instance.id", &traces.name),
        ("gavel.role", &traces.role),
        ("gavel.zone", &traces.zone),
    ];
    let resource = Resource::builder_empty()
        .with_service_name(format!("gavel-{}", traces.role))
        .with_attributes(about.map(|(key, value)| KeyValue::new(key, value.clone())))
        .build();
    #[allow(clippy::cast_precision_loss, reason = "a ratio")]
    let kept = 1.0 / traces.one_in.max(1) as f64;
    let provider = SdkTracerProvider::builder()
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(kept))))
        .with_resource(resource)
        .with_batch_exporter(exporter)
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("gavel"))
        // Where in our code a span was made helps us, not who reads the trace.
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_filter(Targets::new().with_target(TARGET, LevelFilter::TRACE));
    Ok((Provider(provider), layer))
}

/// What another process must be told so that its spans become children of `span`; `None` if nobody
/// collects it.
pub fn traceparent(span: &Span) -> Option<String> {
    if span.is_disabled() {
        return None;
    }
    let mut headers = HashMap::new();
    TraceContextPropagator::new().inject_context(&span.context(), &mut headers);
    headers.remove(HEADER)
}

/// Makes `span`, which has not been entered yet, a child of the caller's span. What cannot be read is
/// ignored: the caller's trace is its own affair.
pub fn follow(span: &Span, traceparent: &str) {
    if span.is_disabled() {
        return;
    }
    let headers = HashMap::from([(HEADER.to_owned(), traceparent.to_owned())]);
    let _ = span.set_parent(TraceContextPropagator::new().extract(&headers));
}

#[cfg(test)]
mod tests;
