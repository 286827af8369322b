//! Against a collector of our own.
#![allow(clippy::disallowed_methods, reason = "a real collector, in real time")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span as Collected};
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

use super::*;

#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<ResourceSpans>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.lock().unwrap().extend(request.into_inner().resource_spans);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    async fn serve(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tonic::transport::Server::builder().add_service(TraceServiceServer::new(self.clone()));
        tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        address
    }

    fn spans(&self) -> Vec<Collected> {
        let received = self.0.lock().unwrap();
        received.iter().flat_map(|r| &r.scope_spans).flat_map(|s| s.spans.clone()).collect()
    }

    fn attribute(&self, key: &str) -> Vec<String> {
        let received = self.0.lock().unwrap();
        let attributes = received.iter().filter_map(|r| r.resource.as_ref()).flat_map(|r| r.attributes.clone());
        attributes
            .filter(|a| a.key == key)
            .filter_map(|a| match a.value?.value? {
                Value::StringValue(text) => Some(text),
                _ => None,
            })
            .collect()
    }
}

fn traces(endpoint: String, role: &str, one_in: usize) -> Traces {
    Traces {
        endpoint,
        one_in,
        role: role.to_owned(),
        name: format!("{role}-1"),
        zone: "a".to_owned(),
        cluster: "orders".to_owned(),
    }
}

/// Runs `work` as a process with these traces, to its end.
fn process<T>(traces: &Traces, work: impl FnOnce() -> T) -> T {
    let (provider, layer) = start(traces).unwrap();
    let done = tracing::subscriber::with_default(Registry::default().with(layer), work);
    drop(provider);
    done
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_goes_on_in_the_process_that_is_called() {
    let collector = Collector::default();
    let endpoint = format!("http://{}", collector.serve().await);
    let told = process(&traces(endpoint.clone(), "query", 1), || {
        let statement = tracing::info_span!(target: TARGET, "statement", rows = 3);
        let _in = statement.enter();
        // What belongs to the log alone is not in the trace.
        let _log = tracing::info_span!("session").entered();
        traceparent(&tracing::info_span!(target: TARGET, "read")).unwrap()
    });
    process(&traces(endpoint, "storage", 1), || {
        let read = tracing::info_span!(target: TARGET, "scan");
        follow(&read, &told);
        drop(read.entered());
        let other = tracing::info_span!(target: TARGET, "compaction");
        follow(&other, "nonsense");
        drop(other.entered());
    });
    let spans = collector.spans();
    let named = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let (statement, read, scan, compaction) = (named("statement"), named("read"), named("scan"), named("compaction"));
    assert_eq!(spans.len(), 4, "{spans:?}");
    assert_eq!((&read.parent_span_id, &scan.parent_span_id), (&statement.span_id, &read.span_id));
    assert_eq!((&statement.trace_id, &read.trace_id), (&read.trace_id, &scan.trace_id));
    assert_ne!(compaction.trace_id, scan.trace_id);
    assert!(statement.attributes.iter().any(|a| a.key == "rows"));
    assert_eq!(collector.attribute("service.name"), ["gavel-query", "gavel-storage"]);
    assert_eq!(collector.attribute("service.namespace"), ["orders", "orders"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_process_where_a_trace_begins_decides_whether_it_is_kept() {
    let collector = Collector::default();
    let endpoint = format!("http://{}", collector.serve().await);
    let told: Vec<String> = process(&traces(endpoint.clone(), "query", 4), || {
        (0..200).filter_map(|_| traceparent(&tracing::info_span!(target: TARGET, "statement"))).collect()
    });
    assert_eq!(told.len(), 200);
    process(&traces(endpoint, "storage", 1), || {
        for one in &told {
            let read = tracing::info_span!(target: TARGET, "scan");
            follow(&read, one);
            drop(read.entered());
        }
    });
    let spans = collector.spans();
    let of = |name: &str| spans.iter().filter(|span| span.name == name).count();
    assert_eq!(of("statement"), of("scan"));
    assert!((20..90).contains(&of("statement")), "{} of 200", of("statement"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_a_collector_that_is_not_there() {
    let begun = Instant::now();
    let told = process(&traces("http://127.0.0.1:1".to_owned(), "query", 1), || {
        for _ in 0..10_000 {
            drop(tracing::info_span!(target: TARGET, "statement").entered());
        }
        let spans = begun.elapsed();
        (spans, traceparent(&tracing::info_span!(target: "elsewhere", "other")))
    });
    assert!(told.0 < Duration::from_secs(2), "{:?}", told.0);
    assert_eq!(told.1, None);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn an_endpoint_that_is_no_address_is_refused() {
    let Err(error) = start::<Registry>(&traces("not an address".to_owned(), "query", 1)) else { panic!("accepted") };
    assert!(error.to_string().contains("not an address"), "{error}");
}
