//! The parts of a status, a role's each.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use gavel_api::journal::{Journal, Replicated};
use gavel_api::storage::Storage;
use gavel_clock::{Clock, Status};
use gavel_frontend::FrontendStats;
use gavel_rpc::client::{RemoteStorage, Target};
use gavel_storage::{Replica, Seat};
use gavel_types::TimeMode;
use serde_json::{Value, json};

/// How often a query node looks at its replicas, for its status.
const REPLICA_POLL: Duration = Duration::from_secs(1);

/// Name of a part, and what it says now.
pub type Section = (&'static str, Box<dyn Fn() -> Value + Send + Sync>);

fn total(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// An adjudicator that is open.
pub fn adjudicator(service: gavel_adjudicator::Service) -> Section {
    ("adjudicator", Box::new(move || adjudicator_status(&service)))
}

/// The adjudicator of this node while it leads; null while it does not.
pub fn seat(seat: Arc<gavel_adjudicator::Seat>) -> Section {
    ("adjudicator", Box::new(move || seat.serving().map_or(Value::Null, |service| adjudicator_status(&service))))
}

fn adjudicator_status(service: &gavel_adjudicator::Service) -> Value {
    let visible = service.visible_now();
    let decided = service.counters();
    json!({
        "open": service.is_open(),
        "epoch": visible.epoch.0,
        "visible_ts": visible.ts.0,
        "committed_total": total(&decided.committed),
        "key_conflicts_total": total(&decided.key_conflicts),
        "schema_conflicts_total": total(&decided.schema_conflicts),
        "range_conflicts_total": total(&decided.range_conflicts),
        "too_old_total": total(&decided.too_old),
        "cancelled_total": total(&decided.cancelled),
        "refused_total": total(&decided.refused),
    })
}

/// A journal's files.
pub fn journal(journal: Arc<dyn Journal>, flushed: Arc<gavel_journal::Counters>) -> Section {
    let tell = move || {
        let (first, durable) = journal.bounds();
        json!({
            "first_lsn": first.0,
            "durable_lsn": durable.0,
            "appends_total": total(&flushed.appends),
            "bytes_total": total(&flushed.bytes),
            "flushes_total": total(&flushed.flushes),
            "flush_micros_total": total(&flushed.flush_micros),
            "refused_total": total(&flushed.refused),
        })
    };
    ("journal", Box::new(tell))
}

/// Who leads the journal, and who belongs to it.
pub fn consensus(journal: Arc<dyn Replicated>) -> Section {
    let tell = move || {
        let leadership = journal.leadership();
        let members: Vec<Value> = journal
            .members()
            .into_iter()
            .map(|m| json!({ "id": m.id.0, "address": m.address, "zone": m.zone, "voter": m.voter }))
            .collect();
        json!({
            "node": journal.node_id().0,
            "leader": leadership.leader.map(|m| m.id.0),
            "leading": leadership.leading,
            "epoch": leadership.epoch.0,
            "members_count": members.len(),
            "members": members,
        })
    };
    ("consensus", Box::new(tell))
}

/// A replica.
pub fn storage(replica: Arc<Replica>) -> Section {
    ("storage", Box::new(move || storage_status(&replica)))
}

/// A replica, whichever it is at present; null while there is none.
pub fn storage_seat(seat: Arc<OnceLock<Arc<Seat>>>) -> Section {
    let tell = move || {
        let Some(seat) = seat.get() else { return Value::Null };
        seat.replica().map_or(Value::Null, |replica| storage_status(&replica))
    };
    ("storage", Box::new(tell))
}

fn storage_status(replica: &Replica) -> Value {
    let marks = replica.watermarks();
    let store = replica.stats();
    json!({
        "applied_ts": marks.applied_ts.0,
        "applied_lsn": marks.applied_lsn.0,
        "durable_lsn": marks.durable_lsn.0,
        "gc_ts": marks.gc_ts.0,
        "lag_records": replica.lag(),
        "outrun": replica.outrun().is_some(),
        "trouble": replica.trouble(),
        "failure": replica.failure(),
        "versions": store.versions,
        "disk_bytes": store.disk_bytes,
        "memtable_bytes": store.memtable_bytes,
        "sealed_memtables": store.sealed_memtables,
        "l0_runs": store.l0_runs,
    })
}

/// How good this process's clock is; with the adjudicator at hand, also what snapshots rest on.
pub fn clock(clock: Arc<dyn Clock>, mode: impl Fn() -> Option<TimeMode> + Send + Sync + 'static) -> Section {
    let tell = move || {
        let health = clock.health();
        let status = match health.reading.status {
            Status::Synchronized => "synchronized",
            Status::Unknown => "unknown",
            Status::Disrupted => "disrupted",
        };
        // A bound that nobody vouches for is none.
        let error = health.reading.is_trusted().then(|| u64::try_from(health.reading.error().as_micros()).ok());
        let mode = mode().map(|mode| if mode == TimeMode::Clock { "clock" } else { "logical" });
        json!({ "source": health.source, "status": status, "error_micros": error.flatten(), "mode": mode })
    };
    ("clock", Box::new(tell))
}

/// The replicas that a query node reads from, as they answered when they were last asked.
pub fn replicas(storage: Arc<RemoteStorage>, targets: Vec<Target>) -> Section {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let latest = Arc::clone(&seen);
    tokio::spawn(async move {
        loop {
            let marks = storage.refresh().await;
            *latest.lock().unwrap_or_else(PoisonError::into_inner) = marks;
            tokio::time::sleep(REPLICA_POLL).await;
        }
    });
    let tell = move || {
        let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let list: Vec<Value> = targets
            .iter()
            .zip(seen.iter())
            .map(|(target, marks)| {
                json!({
                    "address": target.address,
                    "zone": target.zone,
                    "applied_ts": marks.map(|m| m.applied_ts.0),
                    "applied_lsn": marks.map(|m| m.applied_lsn.0),
                })
            })
            .collect();
        json!({ "reachable": seen.iter().flatten().count(), "list": list })
    };
    ("replicas", Box::new(tell))
}

/// The PostgreSQL port.
pub fn sessions(sessions: Arc<FrontendStats>) -> Section {
    let tell = move || {
        json!({
            "open": sessions.sessions.load(Ordering::Relaxed),
            "pending": sessions.pending.load(Ordering::Relaxed),
            "accepted_total": sessions.accepted_total.load(Ordering::Relaxed),
            "refused_total": sessions.refused_total.load(Ordering::Relaxed),
            "denied_total": sessions.denied_total.load(Ordering::Relaxed),
            "panicked_total": sessions.panicked_total.load(Ordering::Relaxed),
        })
    };
    ("sessions", Box::new(tell))
}

/// Name, kind, where in the status, help. What a role does not have is left out.
pub const METRICS: &[(&str, &str, &str, &str)] = &[
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
    ("journal_leading", "gauge", "/consensus/leading", "1 on the journal's leader."),
    ("journal_members", "gauge", "/consensus/members_count", "Nodes of the journal."),
    ("clock_error_microseconds", "gauge", "/clock/error_micros", "How far this process's clock may be off."),
    ("rpc_replicas_reachable", "gauge", "/replicas/reachable", "Replicas that answered when last asked."),
];
