//! The state machine: it gives committed records their positions and remembers where the log may
//! be cut.
//!
//! Its state is small and rebuilt from the node's own log at each start: the last position given
//! out, the members, and below which position a trim was asked for. A snapshot is that state *at
//! the trim point*, not at the head: it is what is left of entries that are gone, and a node that is
//! further behind than the log reaches back starts from it.
//!
//! ```text
//! snapshot   version u8 = 1, log id, position u64, option of a log id (of the members), membership
//! ```

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use gavel_api::journal::Error;
use gavel_types::Lsn;
use openraft::storage::{EntryResponder, RaftStateMachine};
use openraft::{OptionalSend, RaftSnapshotBuilder, Snapshot};
use parking_lot::Mutex;
use tokio::sync::watch;

use super::codec;
use super::commits::Commits;
use super::positions::{self, Positions};
use super::slots::SlotFile;
use super::store::Store;
use super::types::{Applied, Command, Config, LogId, Payload, Place, SnapshotMeta, StoredMembership, Term};
use crate::record::{self, Input};
use crate::recovery::corrupt;
use crate::shared::Batch;

const VERSION: u8 = 1;
const SLOT: usize = 64 << 10;
/// Records are shown to tails at least this often while many entries are applied at once.
const PUBLISH_BYTES: usize = 1 << 20;

pub(crate) type Kept = Snapshot<Term, u64, Place, Lsn>;

/// The snapshot file.
pub(crate) struct Snapshots {
    file: SlotFile,
    current: Option<Kept>,
}

impl Snapshots {
    /// Opens the file.
    ///
    /// # Errors
    /// As [`SlotFile::open`].
    pub(crate) fn open(disk: &dyn crate::Disk) -> Result<Self, Error> {
        let file = SlotFile::open(disk, "snapshot", SLOT)?;
        let current = file.value().map(|value| decode_snapshot(value.clone())).transpose();
        let current = current.map_err(|why| corrupt("snapshot", 0, why))?;
        Ok(Self { file, current })
    }

    /// The entry at which the snapshot was made, and the last position up to it.
    pub(crate) fn point(&self) -> Option<(LogId, Lsn)> {
        self.current.as_ref().and_then(|kept| kept.meta.last_log_id.map(|id| (id, kept.snapshot)))
    }

    fn store(&mut self, kept: &Kept) -> io::Result<()> {
        self.file.store(&encode_snapshot(kept))?;
        self.current = Some(kept.clone());
        Ok(())
    }
}

/// The bytes of a snapshot, on disk and between nodes.
pub(crate) fn encode_snapshot(kept: &Kept) -> Vec<u8> {
    let mut out = vec![VERSION];
    codec::put_option(kept.meta.last_log_id.as_ref(), &mut out, codec::put_log_id);
    out.extend_from_slice(&kept.snapshot.0.to_le_bytes());
    codec::put_option(kept.meta.last_membership.log_id().as_ref(), &mut out, codec::put_log_id);
    codec::put_membership(kept.meta.last_membership.membership(), &mut out);
    out
}

/// The inverse of [`encode_snapshot`].
pub(crate) fn decode_snapshot(bytes: Bytes) -> Result<Kept, record::Error> {
    let mut input = Input(bytes);
    let version = input.byte()?;
    if version != VERSION {
        return Err(record::Error::Version(version));
    }
    let last_log_id = codec::get_option(&mut input, codec::get_log_id)?;
    let snapshot = Lsn(input.u64()?);
    let at = codec::get_option(&mut input, codec::get_log_id)?;
    let last_membership = StoredMembership::new(at, codec::get_membership(&mut input)?);
    Ok(Snapshot { meta: SnapshotMeta { last_log_id, last_membership }, snapshot })
}

/// What the machine shares with the snapshots that are being made of it.
struct Shared {
    store: Store,
    positions: Arc<Positions>,
    commits: Arc<Commits>,
    snapshots: Mutex<Snapshots>,
    /// Members since the snapshot, oldest first; the first one holds at the snapshot.
    members: Mutex<VecDeque<StoredMembership>>,
}

/// See the module.
pub(crate) struct Machine {
    shared: Arc<Shared>,
    applied: Option<LogId>,
    last: Lsn,
    /// Told when a trim is asked for: the position below which all may go.
    trims: watch::Sender<Lsn>,
    /// Told of the members that are committed.
    members: watch::Sender<StoredMembership>,
}

impl Machine {
    /// A machine that stands at the snapshot.
    pub(crate) fn new(
        store: Store,
        positions: Arc<Positions>,
        commits: Arc<Commits>,
        snapshots: Snapshots,
        trims: watch::Sender<Lsn>,
        told: watch::Sender<StoredMembership>,
    ) -> Self {
        let point = snapshots.point();
        let applied = point.map(|(id, _)| id);
        let last = point.map_or(Lsn::ZERO, |(_, lsn)| lsn);
        let known = snapshots.current.as_ref().map(|kept| kept.meta.last_membership.clone()).unwrap_or_default();
        told.send_replace(known.clone());
        let (snapshots, members) = (Mutex::new(snapshots), Mutex::new(VecDeque::from([known])));
        let shared = Shared { store, positions, commits, snapshots, members };
        Self { shared: Arc::new(shared), applied, last, trims, members: told }
    }
}

impl RaftStateMachine<Config> for Machine {
    type SnapshotData = Lsn;
    type SnapshotBuilder = Builder;

    async fn applied_state(&mut self) -> Result<(Option<LogId>, StoredMembership), io::Error> {
        Ok((self.applied, self.members.borrow().clone()))
    }

    async fn apply<S>(&mut self, mut entries: S) -> Result<(), io::Error>
    where
        S: Stream<Item = Result<EntryResponder<Config>, io::Error>> + Unpin + OptionalSend,
    {
        let (mut batches, mut answers, mut bytes) = (Vec::new(), Vec::new(), 0);
        while let Some(next) = entries.next().await {
            let (entry, responder) = next?;
            let id = entry.log_id;
            self.shared.store.log().lock().applied(id.index, self.last);
            let records = positions::records(&entry)
                .map_err(|why| io::Error::other(format!("entry {id} does not read: {why}")))?;
            let answer = if !records.is_empty() {
                let first = self.last.next();
                let size = codec::entry_size(&entry);
                let batch = Batch { first, records, bytes: size };
                self.last = batch.last();
                bytes += size;
                batches.push(batch);
                Applied::At(first)
            } else {
                match entry.payload {
                    Payload::Normal(Command::Batch(_)) => Applied::Void,
                    Payload::Normal(Command::Trim(below)) => {
                        self.trims.send_if_modified(|asked| {
                            let more = below > *asked;
                            *asked = below.max(*asked);
                            more
                        });
                        Applied::Nothing
                    }
                    Payload::Membership(membership) => {
                        let members = StoredMembership::new(Some(id), membership);
                        self.shared.members.lock().push_back(members.clone());
                        self.members.send_replace(members);
                        Applied::Nothing
                    }
                    Payload::Blank => Applied::Nothing,
                }
            };
            answers.extend(responder.map(|responder| (responder, answer)));
            self.applied = Some(id);
            if bytes > PUBLISH_BYTES {
                self.publish(&mut batches, &mut answers);
                bytes = 0;
            }
        }
        self.publish(&mut batches, &mut answers);
        Ok(())
    }

    async fn try_create_snapshot_builder(&mut self, _force: bool) -> Option<Builder> {
        // Never forced: entries go only once there is a snapshot of them.
        let below = *self.trims.borrow();
        let point = self.shared.store.log().lock().trim_point(below);
        point.map(|(at, lsn)| Builder { shared: Arc::clone(&self.shared), at, lsn })
    }

    async fn get_snapshot_builder(&mut self) -> Builder {
        let at = self.applied.unwrap_or_else(|| super::types::log_id(0, 0));
        Builder { shared: Arc::clone(&self.shared), at, lsn: self.last }
    }

    async fn install_snapshot(&mut self, meta: &SnapshotMeta, snapshot: Lsn) -> Result<(), io::Error> {
        let Some(at) = meta.last_log_id else { return Ok(()) };
        let kept = Kept { meta: meta.clone(), snapshot };
        let shared = &self.shared;
        shared.snapshots.lock().store(&kept)?;
        shared.store.log().lock().snapshot(at, snapshot);
        self.applied = Some(at);
        self.last = snapshot;
        *shared.members.lock() = VecDeque::from([meta.last_membership.clone()]);
        self.members.send_replace(meta.last_membership.clone());
        shared.positions.jump(at.index, snapshot);
        Ok(())
    }

    async fn get_current_snapshot(&mut self) -> Result<Option<Kept>, io::Error> {
        Ok(self.shared.snapshots.lock().current.clone())
    }
}

impl Machine {
    /// Tails first: a reader that follows a commit waits for them.
    fn publish(
        &self,
        batches: &mut Vec<Batch>,
        answers: &mut Vec<(openraft::storage::ApplyResponder<Config>, Applied)>,
    ) {
        if let Some(applied) = self.applied {
            let applied_records: Vec<_> = batches.iter().map(|batch| Arc::clone(&batch.records)).collect();
            self.shared.positions.publish(applied.index, std::mem::take(batches));
            for records in applied_records {
                self.shared.commits.applied(&records);
            }
        }
        for (responder, answer) in answers.drain(..) {
            responder.send(answer);
        }
    }
}

/// Makes the snapshot at one trim point.
pub(crate) struct Builder {
    shared: Arc<Shared>,
    at: LogId,
    lsn: Lsn,
}

impl RaftSnapshotBuilder<Config> for Builder {
    type SnapshotData = Lsn;

    async fn build_snapshot(&mut self) -> Result<Kept, io::Error> {
        let shared = &self.shared;
        let last_membership = {
            let mut members = shared.members.lock();
            while members.get(1).is_some_and(|next| *next.log_id() <= Some(self.at)) {
                members.pop_front();
            }
            members.front().cloned().unwrap_or_default()
        };
        let meta = SnapshotMeta { last_log_id: Some(self.at), last_membership };
        let kept = Kept { meta, snapshot: self.lsn };
        {
            let mut snapshots = shared.snapshots.lock();
            if snapshots.point().is_some_and(|(at, _)| at >= self.at) {
                // One from another node was installed meanwhile.
                return Ok(snapshots.current.clone().unwrap_or(kept));
            }
            snapshots.store(&kept)?;
        }
        shared.store.log().lock().snapshot(self.at, self.lsn);
        shared.positions.trimmed(self.lsn);
        Ok(kept)
    }
}
