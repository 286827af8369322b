//! The admin port: `/healthz` (the process works), `/readyz` (it takes work), `/balance` (the same for
//! balancers), `/status` (JSON), `/metrics` (Prometheus' text).

pub mod sections;

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::data_dir::DataDir;
use crate::process::Process;
use sections::{METRICS, Section};

/// What the admin port can say of its process.
pub struct Node {
    /// `single`, `journal`, `storage` or `query`.
    pub role: &'static str,
    /// Unique within the role.
    pub name: String,
    /// Failure domain, as the operator labels it.
    pub zone: String,
    pub started: Instant,
    pub cluster_id: String,
    /// Empty where the role keeps nothing.
    pub data_dir: String,
    /// Where its clients reach it.
    pub listen: String,
    pub sections: Vec<Section>,
    /// Why it does not work, if it does not.
    pub health: Box<dyn Fn() -> Option<String> + Send + Sync>,
    /// Why it takes no work at present, though nothing is wrong with it; nothing if it takes some.
    pub busy: Box<dyn Fn() -> Option<String> + Send + Sync>,
    /// [`Node::set_stage`] changes it.
    pub stage: AtomicU8,
}

/// How far its life is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Stage {
    Starting,
    Serving,
    Draining,
}

impl Node {
    /// One without sections, in good health, not ready.
    pub fn new(process: &Process, role: &'static str, data_dir: &DataDir, listen: String) -> Self {
        Self {
            data_dir: data_dir.path().display().to_string(),
            ..Self::without_data(process, role, &data_dir.identity.cluster_id, listen)
        }
    }

    /// As [`Node::new`], of a role that keeps nothing on disk.
    pub fn without_data(process: &Process, role: &'static str, cluster_id: &str, listen: String) -> Self {
        Self {
            role,
            name: process.settings.node_name.clone(),
            zone: process.settings.node_zone.clone(),
            started: process.begun,
            cluster_id: cluster_id.to_owned(),
            data_dir: String::new(),
            listen,
            sections: Vec::new(),
            health: Box::new(|| None),
            busy: Box::new(|| None),
            stage: AtomicU8::new(Stage::Starting as u8),
        }
    }

    /// It takes work while it serves.
    pub fn set_stage(&self, stage: Stage) {
        self.stage.store(stage as u8, Ordering::Relaxed);
    }

    fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Relaxed) {
            s if s == Stage::Starting as u8 => Stage::Starting,
            s if s == Stage::Serving as u8 => Stage::Serving,
            _ => Stage::Draining,
        }
    }

    fn status(&self) -> Value {
        let mut status = Map::new();
        let busy = (self.busy)();
        let state = match self.stage() {
            Stage::Serving if busy.is_none() => "serving",
            Stage::Starting | Stage::Serving => "starting",
            Stage::Draining => "draining",
        };
        for (name, value) in [
            ("role", json!(self.role)),
            ("name", json!(self.name)),
            ("zone", json!(self.zone)),
            ("version", json!(env!("CARGO_PKG_VERSION"))),
            ("pid", json!(std::process::id())),
            ("state", json!(state)),
            ("busy", json!(busy)),
            ("failure", json!((self.health)())),
            ("uptime_seconds", json!(self.started.elapsed().as_secs())),
            ("cluster_id", json!(self.cluster_id)),
            ("data_dir", json!(self.data_dir)),
            ("listen", json!(self.listen)),
        ] {
            status.insert(name.to_owned(), value);
        }
        for (name, tell) in &self.sections {
            status.insert((*name).to_owned(), tell());
        }
        Value::Object(status)
    }

    /// Name, kind, help and value of each metric that this role has.
    fn metrics(&self) -> String {
        let status = self.status();
        let mut out = String::new();
        for (name, kind, path, help) in METRICS {
            let value = match status.pointer(path) {
                Some(Value::Number(number)) => number.to_string(),
                Some(Value::Bool(yes)) => u8::from(*yes).to_string(),
                _ => continue,
            };
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
        }
        out
    }
}

/// Serves until `shutdown` is cancelled.
pub async fn serve(listener: TcpListener, node: Arc<Node>, shutdown: CancellationToken) {
    let router = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/balance", get(balance))
        .route("/status", get(status))
        .route("/metrics", get(metrics))
        .with_state(node);
    let served = axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned()).await;
    if let Err(error) = served {
        tracing::warn!(%error, "admin port failed");
    }
}

async fn healthz(State(node): State<Arc<Node>>) -> (StatusCode, String) {
    match (node.health)() {
        None => (StatusCode::OK, "ok\n".to_owned()),
        Some(failure) => (StatusCode::SERVICE_UNAVAILABLE, format!("{failure}\n")),
    }
}

async fn readyz(State(node): State<Arc<Node>>) -> (StatusCode, String) {
    match ((node.health)().or_else(&node.busy), node.stage()) {
        (None, Stage::Serving) => (StatusCode::OK, "ready\n".to_owned()),
        (Some(why), _) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")),
        (None, _) => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n".to_owned()),
    }
}

/// A balancer must tell a node that drains, which keeps its sessions until they are done, from one that is
/// gone, whose sessions it had better end: the first is 404, as HAProxy's `disable-on-404` has it.
async fn balance(State(node): State<Arc<Node>>) -> (StatusCode, &'static str) {
    match ((node.health)(), node.stage(), (node.busy)()) {
        (Some(_), _, _) => (StatusCode::SERVICE_UNAVAILABLE, "failed\n"),
        (None, Stage::Starting, _) => (StatusCode::SERVICE_UNAVAILABLE, "starting\n"),
        (None, Stage::Serving, None) => (StatusCode::OK, "new sessions\n"),
        (None, Stage::Serving | Stage::Draining, _) => (StatusCode::NOT_FOUND, "no new sessions\n"),
    }
}

async fn status(State(node): State<Arc<Node>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], format!("{:#}\n", node.status()))
}

async fn metrics(State(node): State<Arc<Node>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], node.metrics())
}
