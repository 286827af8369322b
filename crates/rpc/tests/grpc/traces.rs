//! A trace goes on at the server.

use std::sync::{Arc, Mutex};

use arrow::record_batch::RecordBatch;
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use gavel_api::storage::{Error, RawRow, ScanRequest, Storage, Watermarks};
use gavel_rpc::Role;
use gavel_rpc::client::{RemoteStorage, Target};
use gavel_telemetry::trace::{TARGET, Traces, traceparent};
use gavel_types::{KeyRange, Timestamp};
use tracing::{Instrument, Span};

use crate::support::{Mode, serve};

/// Remembers in which span it was asked.
#[derive(Default)]
struct Attentive(Mutex<Vec<Option<String>>>);

#[async_trait]
impl Storage for Attentive {
    async fn get(&self, _: Timestamp, keys: &[Bytes]) -> Result<Vec<Option<Bytes>>, Error> {
        self.0.lock().unwrap().push(traceparent(&Span::current()));
        Ok(vec![None; keys.len()])
    }

    async fn scan(&self, _: ScanRequest) -> Result<BoxStream<'static, Result<RecordBatch, Error>>, Error> {
        Err(Error::Failed("not asked for here".into()))
    }

    async fn scan_raw(&self, _: Timestamp, _: &KeyRange, _: bool, _: usize) -> Result<Vec<RawRow>, Error> {
        Ok(Vec::new())
    }

    async fn estimate_rows(&self, _: Timestamp, _: &[KeyRange]) -> Result<Vec<u64>, Error> {
        Ok(Vec::new())
    }

    fn watermarks(&self) -> Watermarks {
        Watermarks::default()
    }
}

/// The part of a `traceparent` that all spans of a trace share.
fn trace_of(parent: Option<&String>) -> Option<&str> {
    parent?.split('-').nth(1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_does_for_a_span_belongs_to_its_trace() {
    let traces = Traces {
        endpoint: "http://127.0.0.1:1".to_owned(),
        one_in: 1,
        role: "query".to_owned(),
        name: "one".to_owned(),
        zone: String::new(),
        cluster: "test".to_owned(),
    };
    // For all tests of this binary: none of the others looks at spans.
    let _telemetry = gavel_telemetry::init("off", gavel_telemetry::Format::Text, Some(&traces)).unwrap();
    let replica = Arc::new(Attentive::default());
    let served = serve(Mode::Plain.server(Role::Storage).storage(replica.clone())).await;
    let target = Target { address: served.address.clone(), zone: String::new() };
    let remote = RemoteStorage::new(Mode::Plain.network(Role::Query), &[target]);
    let keys = [Bytes::from_static(b"k")];

    let statement = tracing::info_span!(target: TARGET, "statement");
    let ours = traceparent(&statement);
    remote.get(Timestamp(1), &keys).instrument(statement).await.unwrap();
    remote.get(Timestamp(1), &keys).await.unwrap();

    let theirs = replica.0.lock().unwrap();
    assert!(ours.is_some());
    assert_eq!(trace_of(theirs[0].as_ref()), trace_of(ours.as_ref()));
    assert_ne!(theirs[0], ours, "a span of its own");
    assert_ne!(trace_of(theirs[1].as_ref()), trace_of(ours.as_ref()), "another call, another trace");
}
