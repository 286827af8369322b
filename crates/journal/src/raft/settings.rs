//! What users tune of a replicated journal.

use std::time::Duration;

use gavel_api::journal::Member;
use gavel_types::NodeId;

use crate::settings::Settings as FileSettings;

/// How far away a voter is that is told what is on this disk.
pub const FAR: Duration = Duration::from_millis(10);

/// Identity, times and bounds of one node.
///
/// A follower calls an election when it has heard nothing for `election_max` and then a random
/// time between `election_min` and `election_max`; so a fail-over takes about twice
/// `election_max`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `journal.cluster`: nodes of another cluster are refused. At most 255 bytes.
    pub cluster: String,
    /// `journal.node`: this node. Never given again to another disk.
    pub node: NodeId,
    /// `journal.members`: the nodes that begin the cluster, the same list on all of them. Empty on a
    /// node that joins later. Of no meaning once there is a log.
    pub initial: Vec<Member>,
    /// `journal.heartbeat.interval`: time between two signs of life of the leader.
    pub heartbeat: Duration,
    /// `journal.election.min`, see above.
    pub election_min: Duration,
    /// `journal.election.max`, see above; also how long a leader's lease lasts.
    pub election_max: Duration,
    /// `journal.peer.timeout`: what a peer may take to answer a message; longer for large ones.
    pub peer_timeout: Duration,
    /// `journal.entry.size_bytes`: largest append.
    pub entry_size_bytes: usize,
    /// `journal.batch.size_bytes`: appends that wait are put into one entry up to this size.
    pub batch_size_bytes: usize,
    /// `journal.batch.in_flight`: entries on their way at once, and messages with entries on their way to one
    /// node; beyond it appends gather.
    pub in_flight: usize,
    /// `journal.queue.size_bytes`: what may wait to be proposed; beyond it appends are refused.
    pub queue_size_bytes: usize,
    /// `journal.step_down.flush`: a leader whose p99 of flushes is above this hands over.
    pub slow_flush: Duration,
    /// `journal.step_down.full`: a leader whose disk has been full for this long hands over.
    pub full: Duration,
    /// `journal.join.timeout`: what a new node may take to catch up.
    pub catch_up: Duration,
    /// `journal.max_future`: a follower refuses commits that are further ahead of its clock.
    pub max_future: Duration,
    /// A voter that answers later than this is told what is on this disk, so that it need not wait for the
    /// leader to know what is committed; for others that would cost more than it saves. Usually [`FAR`].
    pub far: Duration,
    /// Sizes of files and caches. `cache_size_bytes` is used twice: for entries, and for records.
    pub files: FileSettings,
}

impl Settings {
    /// The usual settings of the node `node` of `cluster`.
    pub fn new(cluster: impl Into<String>, node: NodeId, initial: Vec<Member>) -> Self {
        Self {
            cluster: cluster.into(),
            node,
            initial,
            heartbeat: Duration::from_millis(150),
            election_min: Duration::from_millis(450),
            election_max: Duration::from_millis(900),
            peer_timeout: Duration::from_secs(2),
            entry_size_bytes: 64 << 20,
            batch_size_bytes: 1 << 20,
            in_flight: 8,
            queue_size_bytes: 64 << 20,
            slow_flush: Duration::from_millis(500),
            full: Duration::from_secs(5),
            catch_up: Duration::from_secs(60),
            max_future: Duration::from_millis(500),
            far: FAR,
            files: FileSettings { cache_size_bytes: 32 << 20, ..FileSettings::default() },
        }
    }
}
