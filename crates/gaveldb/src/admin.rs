//! The admin port: `/healthz` (the process works), `/readyz` (it takes clients), `/status` (JSON),
//! `/metrics` (Prometheus' text).

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use gavel_api::journal::Journal;
use gavel_api::storage::Storage;
use gavel_frontend::FrontendStats;
use gavel_storage::Replica;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// What the admin port can say, as far as the process has come.
pub struct Node {
    pub started: Instant,
    pub cluster_id: String,
    pub data_dir: String,
    pub listen: String,
    pub journal: Arc<dyn Journal>,
    pub journal_counters: Arc<gavel_journal::Counters>,
    pub service: gavel_adjudicator::Service,
    pub replica: Arc<Replica>,
    pub sessions: Arc<FrontendStats>,
    /// Clients are taken.
    pub ready: AtomicBool,
}

impl Node {
    fn status(&self) -> Value {
        let visible = self.service.visible_now();
        let total = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (flushed, decided) = (&self.journal_counters, self.service.counters());
        let marks = self.replica.watermarks();
        let store = self.replica.stats();
        let (first, durable) = self.journal.bounds();
        let sessions = &self.sessions;
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "pid": std::process::id(),
            "state": if self.ready.load(Ordering::Relaxed) { "serving" } else { "draining" },
            "uptime_seconds": self.started.elapsed().as_secs(),
            "cluster_id": self.cluster_id,
            "data_dir": self.data_dir,
            "listen": self.listen,
            "adjudicator": {
                "open": self.service.is_open(),
                "epoch": visible.epoch.0,
                "visible_ts": visible.ts.0,
                "committed_total": total(&decided.committed),
                "key_conflicts_total": total(&decided.key_conflicts),
                "schema_conflicts_total": total(&decided.schema_conflicts),
                "range_conflicts_total": total(&decided.range_conflicts),
                "too_old_total": total(&decided.too_old),
                "cancelled_total": total(&decided.cancelled),
                "refused_total": total(&decided.refused),
            },
            "journal": {
                "first_lsn": first.0,
                "durable_lsn": durable.0,
                "appends_total": total(&flushed.appends),
                "bytes_total": total(&flushed.bytes),
                "flushes_total": total(&flushed.flushes),
                "flush_micros_total": total(&flushed.flush_micros),
                "refused_total": total(&flushed.refused),
            },
            "storage": {
                "applied_ts": marks.applied_ts.0,
                "applied_lsn": marks.applied_lsn.0,
                "durable_lsn": marks.durable_lsn.0,
                "gc_ts": marks.gc_ts.0,
                "lag_records": durable.0.saturating_sub(marks.applied_lsn.0),
                "failure": self.replica.failure(),
                "versions": store.versions,
                "disk_bytes": store.disk_bytes,
                "memtable_bytes": store.memtable_bytes,
                "sealed_memtables": store.sealed_memtables,
                "l0_runs": store.l0_runs,
            },
            "sessions": {
                "open": sessions.sessions.load(Ordering::Relaxed),
                "pending": sessions.pending.load(Ordering::Relaxed),
                "accepted_total": sessions.accepted_total.load(Ordering::Relaxed),
                "refused_total": sessions.refused_total.load(Ordering::Relaxed),
                "denied_total": sessions.denied_total.load(Ordering::Relaxed),
                "panicked_total": sessions.panicked_total.load(Ordering::Relaxed),
            },
        })
    }

    /// Name, kind, help and value of each metric.
    fn metrics(&self) -> String {
        let status = self.status();
        let mut out = String::new();
        for (name, kind, path, help) in METRICS {
            let value = status.pointer(path).and_then(Value::as_u64).unwrap_or(0);
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
        }
        out
    }
}

const METRICS: &[(&str, &str, &str, &str)] = &[
    ("process_uptime_seconds", "gauge", "/uptime_seconds", "Seconds since start."),
    ("adjudicator_epoch", "gauge", "/adjudicator/epoch", "Epoch of the adjudicator."),
    ("adjudicator_committed_total", "counter", "/adjudicator/committed_total", "Commits."),
    ("adjudicator_key_conflicts_total", "counter", "/adjudicator/key_conflicts_total", "Aborts because of a key."),
    ("adjudicator_schema_conflicts_total", "counter", "/adjudicator/schema_conflicts_total", "Aborts because of DDL."),
    ("adjudicator_range_conflicts_total", "counter", "/adjudicator/range_conflicts_total", "Aborts because of reads."),
    ("adjudicator_too_old_total", "counter", "/adjudicator/too_old_total", "Aborts of too old snapshots."),
    ("adjudicator_cancelled_total", "counter", "/adjudicator/cancelled_total", "Aborts that resolve has asked for."),
    ("adjudicator_refused_total", "counter", "/adjudicator/refused_total", "Commits that the journal has refused."),
    ("journal_appends_total", "counter", "/journal/appends_total", "Appends that became durable."),
    ("journal_bytes_total", "counter", "/journal/bytes_total", "Bytes appended."),
    ("journal_flushes_total", "counter", "/journal/flushes_total", "Flushes."),
    ("journal_flush_microseconds_total", "counter", "/journal/flush_micros_total", "Time spent in flushes."),
    ("journal_refused_total", "counter", "/journal/refused_total", "Appends refused or failed."),
    ("journal_durable_lsn", "counter", "/journal/durable_lsn", "Last durable record of the journal."),
    ("journal_first_lsn", "gauge", "/journal/first_lsn", "First record that is kept."),
    ("storage_applied_lsn", "counter", "/storage/applied_lsn", "Last record applied to the store."),
    ("storage_lag_records", "gauge", "/storage/lag_records", "Durable records that are not applied yet."),
    ("storage_versions", "gauge", "/storage/versions", "Versions of all keys, roughly."),
    ("storage_disk_bytes", "gauge", "/storage/disk_bytes", "Bytes of the store's files."),
    ("storage_memtable_bytes", "gauge", "/storage/memtable_bytes", "Bytes applied since the last memtable was full."),
    ("storage_sealed_memtables", "gauge", "/storage/sealed_memtables", "Full memtables that wait for the disk."),
    ("storage_l0_runs", "gauge", "/storage/l0_runs", "Flushed runs that wait for compaction."),
    ("frontend_sessions", "gauge", "/sessions/open", "Open sessions."),
    ("frontend_pending_connections", "gauge", "/sessions/pending", "Connections not authenticated yet."),
    ("frontend_accepted_total", "counter", "/sessions/accepted_total", "Connections accepted."),
    ("frontend_refused_total", "counter", "/sessions/refused_total", "Connections refused for lack of room."),
    ("frontend_denied_total", "counter", "/sessions/denied_total", "Connections that failed to authenticate."),
    ("frontend_panicked_total", "counter", "/sessions/panicked_total", "Sessions ended by a fault of the server."),
];

/// Serves until `shutdown` is cancelled.
pub async fn serve(listener: TcpListener, node: Arc<Node>, shutdown: CancellationToken) {
    let router = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/status", get(status))
        .route("/metrics", get(metrics))
        .with_state(node);
    let served = axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::warn!(%error, "admin port failed");
    }
}

async fn healthz(State(node): State<Arc<Node>>) -> (StatusCode, String) {
    match node.replica.failure() {
        None => (StatusCode::OK, "ok\n".to_owned()),
        Some(failure) => (StatusCode::SERVICE_UNAVAILABLE, format!("{failure}\n")),
    }
}

async fn readyz(State(node): State<Arc<Node>>) -> (StatusCode, &'static str) {
    if node.ready.load(Ordering::Relaxed) && node.replica.failure().is_none() {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    }
}

async fn status(State(node): State<Arc<Node>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], format!("{:#}\n", node.status()))
}

async fn metrics(State(node): State<Arc<Node>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], node.metrics())
}
