//! What users tune. One set for both ends, since several of them must agree.

use std::time::Duration;

/// Bounds of everything that crosses the network.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `rpc.message.size_bytes`: largest message, except those below. An answer that would be larger
    /// comes in pieces, so that only one row can break this.
    pub message_size_bytes: usize,
    /// `rpc.transaction.size_bytes`: largest commit, record of the journal, message between journal
    /// nodes, or piece of a copied store: they hold a transaction, or a row, whole. Above `adjudicator.transaction.size_bytes`, or that
    /// one never decides.
    pub transaction_size_bytes: usize,
    /// `rpc.piece.size_bytes`: about how much of a scan or of the journal goes into one message.
    pub piece_size_bytes: usize,
    /// `rpc.keep_alive.interval`: how often an idle peer is asked whether it lives.
    pub keep_alive_interval: Duration,
    /// `rpc.keep_alive.timeout`: silence after which it is taken for dead, and its calls fail.
    pub keep_alive_timeout: Duration,
    /// `rpc.connect.timeout`: to connect, TLS included.
    pub connect_timeout: Duration,
    /// `rpc.call.timeout`: longest wait for an answer that should come at once (positions, closing a
    /// timestamp, an outcome). It is sent along, so that the other end stops as well.
    pub call_timeout: Duration,
    /// `rpc.commit.timeout`: longest wait for the answer to a commit; then its outcome is asked for.
    pub commit_timeout: Duration,
    /// `rpc.peer.timeout`: longest exchange between journal nodes.
    pub peer_timeout: Duration,
    /// `rpc.leader.wait`: how long requests wait while no journal node leads.
    pub leader_wait: Duration,
    /// `rpc.read.wait`: how long a read looks for a replica that can serve it.
    pub read_wait: Duration,
    /// `rpc.tail.stall`: silence of a tail after which other nodes are asked whether there is more.
    pub tail_stall: Duration,
    /// `rpc.copy.stall`: silence of a peer whose store is being copied, after which another is asked.
    pub copy_stall: Duration,
    /// `rpc.hedge.fraction`: share of reads that may be sent to a second replica, when the first takes
    /// longer than 95 in 100 do. Above 0.05, or those that are slow by chance use it up. Zero: none.
    pub hedge_fraction: f64,
    /// `rpc.window.stream.size_bytes`: what may be under way, unread, of one answer.
    pub stream_window_bytes: u32,
    /// `rpc.window.connection.size_bytes`: what may be under way, unread, of all answers of one
    /// connection. Over the stream window: how many readers may stall before they stall the others.
    pub connection_window_bytes: u32,
    /// `journal.trim.replicas`: how many replicas must no longer need a position of the journal before a
    /// node that serves it lets it go.
    pub trim_replicas: usize,
    /// `rpc.server.connections`: that are taken; beyond, they wait.
    pub connections: usize,
    /// `rpc.server.calls_per_connection`: that are served at a time; beyond, they wait.
    pub calls_per_connection: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            message_size_bytes: 64 << 20,
            transaction_size_bytes: 1_000 << 20,
            piece_size_bytes: 1 << 20,
            keep_alive_interval: Duration::from_secs(1),
            keep_alive_timeout: Duration::from_secs(3),
            connect_timeout: Duration::from_secs(1),
            call_timeout: Duration::from_secs(2),
            commit_timeout: Duration::from_secs(60),
            peer_timeout: Duration::from_secs(30),
            leader_wait: Duration::from_secs(10),
            read_wait: Duration::from_secs(10),
            tail_stall: Duration::from_millis(500),
            copy_stall: Duration::from_secs(30),
            hedge_fraction: 0.1,
            stream_window_bytes: 2 << 20,
            connection_window_bytes: 256 << 20,
            trim_replicas: 1,
            connections: 4_096,
            calls_per_connection: 4_096,
        }
    }
}
