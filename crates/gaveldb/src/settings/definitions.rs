//! Every setting: its field, type, default and name. The comment is what the example file says.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::value::{Raw, Size, Value};

/// One setting.
pub struct Definition {
    pub name: &'static str,
    pub doc: &'static str,
    pub set: fn(&mut Settings, &Raw) -> Result<(), String>,
    /// As TOML; `None` if it is not set.
    pub show: fn(&Settings) -> Option<String>,
}

macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $field:ident: $ty:ty = $default:expr, $name:literal;)+) => {
        /// Everything that can be configured.
        #[derive(Clone, Debug)]
        pub struct Settings {
            $($(#[doc = $doc])+ pub $field: $ty,)+
        }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        /// In the order of the example file.
        pub const DEFINITIONS: &[Definition] = &[$(Definition {
            name: $name,
            doc: concat!($($doc, "\n"),+),
            set: |settings, raw| {
                settings.$field = <$ty as Value>::parse(raw)?;
                Ok(())
            },
            show: |settings| settings.$field.show(),
        }),+];
    };
}

settings! {
    /// Where journal and store are kept; made if it is not there.
    data_dir: PathBuf = PathBuf::from("./gavel-data"), "data_dir";

    /// What people call this process; unique among those of its role.
    node_name: String = String::new(), "node.name";
    /// Failure domain that this process is in; those of the same one are asked first.
    node_zone: String = String::new(), "node.zone";

    /// Name of the cluster that this process belongs to. Processes of another one are refused.
    cluster_id: String = String::new(), "cluster.id";
    /// Where the journal's nodes are, as "host:port" or "host:port@zone".
    cluster_journal: Vec<String> = Vec::new(), "cluster.journal";
    /// Where the storage replicas are, likewise.
    cluster_storage: Vec<String> = Vec::new(), "cluster.storage";

    /// Address for the other processes of the cluster.
    rpc_listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 7432)), "rpc.listen";
    /// PEM file of the authority that signs the cluster's certificates.
    rpc_tls_ca: Option<PathBuf> = None, "rpc.tls.ca";
    /// PEM file of this process's certificate chain, which says its cluster, role and name.
    rpc_tls_certificate: Option<PathBuf> = None, "rpc.tls.certificate";
    /// PEM file of that certificate's key.
    rpc_tls_key: Option<PathBuf> = None, "rpc.tls.key";
    /// Whether processes believe each other without certificates: for development.
    rpc_plaintext: bool = false, "rpc.plaintext.allowed";
    /// Whether that goes beyond loopback.
    rpc_plaintext_beyond_loopback: bool = false, "rpc.plaintext.beyond_loopback";

    /// Address for PostgreSQL clients.
    server_listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 5432)), "server.listen";
    /// Sessions at a time; one more is refused with SQLSTATE 53300.
    server_connections_max: usize = 10_000, "server.connections.max";
    /// Connections at a time that have not said who they are.
    server_connections_pending_max: usize = 1_000, "server.connections.pending_max";
    /// Longest message of a client.
    server_message_max: Size = Size::mib(256), "server.message.max_bytes";
    /// From connecting to being authenticated.
    server_startup_timeout: Duration = Duration::from_secs(10), "server.startup.timeout";
    /// How long sessions at work may go on once the server was told to stop.
    server_drain_timeout: Duration = Duration::from_secs(10), "server.drain.timeout";
    /// Who may connect how; the first line that fits decides. Type (host, hostssl, hostnossl),
    /// database, user, address (all, loopback, an address, a network), method (trust,
    /// scram-sha-256, reject).
    server_hba: Vec<String> = vec![
        "host all all loopback trust".to_owned(),
        "hostssl all all all scram-sha-256".to_owned(),
    ], "server.hba";
    /// PEM file of the certificate chain; TLS is offered if it is set.
    server_tls_certificate: Option<PathBuf> = None, "server.tls.certificate";
    /// PEM file of the certificate's key.
    server_tls_key: Option<PathBuf> = None, "server.tls.key";
    /// Oldest version of TLS that is spoken: "1.3" or "1.2".
    server_tls_min_version: String = "1.3".to_owned(), "server.tls.min_version";

    /// Address of health and status over HTTP.
    admin_listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8432)), "admin.listen";

    /// Number of this node of the journal, from 1; never given again to another disk.
    journal_node: usize = 0, "journal.node";
    /// The nodes that begin the journal, as "1=host:port" or "1=host:port@zone"; the same list on
    /// all of them. Empty on a node that joins a journal.
    journal_members: Vec<String> = Vec::new(), "journal.members";
    /// Replicas that must have made a record durable before the journal may drop it.
    journal_trim_replicas: usize = 1, "journal.trim.replicas";
    /// Size that journal files are preallocated to.
    journal_segment_size: Size = Size::mib(16), "journal.segment.size_bytes";
    /// What one flush of the journal takes at most.
    journal_group_size: Size = Size::mib(8), "journal.group.size_bytes";
    /// What may wait for the journal's writer; beyond it commits are refused.
    journal_queue_size: Size = Size::mib(64), "journal.queue.size_bytes";
    /// Recent journal records kept in memory.
    journal_cache_size: Size = Size::mib(64), "journal.cache.size_bytes";

    /// Blocks of the store kept in memory.
    storage_cache_size: Size = Size::mib(256), "storage.cache.size_bytes";
    /// A memtable of this size is written out.
    storage_memtable_size: Size = Size::mib(16), "storage.memtable.size_bytes";
    /// What was applied is made durable in the store at least this often; the journal keeps the rest.
    storage_flush_interval: Duration = Duration::from_secs(60), "storage.flush.interval";
    /// How far ahead of time timestamps may be closed for the readers of a replica that is far from the
    /// leader, so that they need not wait for it; commits are delayed by nothing of it. "0s": not at all.
    storage_lead_max: Duration = Duration::from_millis(100), "storage.lead.max";

    /// How old a transaction may grow; beyond it its snapshot may be collected.
    transaction_age_max: Duration = Duration::from_secs(300), "transaction.age.max";
    /// What the operators of one statement may hold in memory together.
    statement_memory_max: Size = Size::mib(2_048), "statement.memory.max_bytes";
    /// What rows of temporary tables of one session may hold in memory.
    session_temporary_max: Size = Size::mib(256), "session.temporary.max_bytes";
    /// Statements whose plans are kept.
    statement_cache_entries: usize = 4_096, "statement.cache.entries";

    /// Who vouches for the clock: "clockbound", "adjtimex", "fixed" (clock.max_error), "logical" (nobody:
    /// snapshots are taken from the adjudicator), or "auto", the first of these that is of use. If it
    /// is not set: fixed where clock.max_error is set, else logical.
    clock_source: Option<String> = None, "clock.source";
    /// How far the clock may be off, if that is known; otherwise snapshots are taken from the
    /// adjudicator alone.
    clock_max_error: Option<Duration> = None, "clock.max_error";

    /// Which events are logged: levels, also by target, such as "info,gavel_storage=debug".
    log_filter: String = "info".to_owned(), "log.filter";
    /// "text" or "json".
    log_format: String = "text".to_owned(), "log.format";

    /// Collector of traces that speaks OTLP over gRPC, such as "http://127.0.0.1:4317"; there are none if it
    /// is not set.
    telemetry_otlp_endpoint: Option<String> = None, "telemetry.otlp.endpoint";
    /// One statement in this many is traced.
    telemetry_otlp_one_in: usize = 1, "telemetry.otlp.one_in";

    /// Worker threads; as many as processors if it is not set.
    runtime_threads: Option<usize> = None, "runtime.threads";
}
