//! The durable, ordered log of commits (PROTOCOL §8).

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use gavel_types::{CommitRecord, Epoch, Lsn, NodeId, TimeMode, Timestamp, TxnId};

/// One entry of the journal.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// First record of an epoch; later records of older epochs are void.
    Epoch { epoch: Epoch, opened_at: Timestamp },
    /// Durable ceiling: no promise of this epoch exceeds it (PROTOCOL §3).
    Ceiling(Timestamp),
    /// A committed transaction.
    Commit(CommitRecord),
    /// From here on the database is in this mode; before the first of these it is logical.
    TimeMode(TimeMode),
}

/// What can go wrong, by what the caller should do.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// This node does not lead the journal; nothing of the batch was kept.
    #[error("not the leader")]
    NotLeader,
    /// Another writer opened a later epoch: stop for good.
    #[error("fenced by epoch {0:?}")]
    Fenced(Epoch),
    /// No space: nothing of the batch was kept; may succeed once space returns.
    #[error("journal disk is full")]
    DiskFull,
    /// Too much is waiting; nothing of the batch was kept; ask again later.
    #[error("journal queue is full")]
    Overloaded,
    /// The batch exceeds what the journal can keep in one piece; nothing of it was kept.
    #[error("batch of {0} bytes is too large for the journal")]
    TooLarge(usize),
    /// It is unknown whether the batch is durable; the journal takes no more appends.
    #[error("journal failed: {0}")]
    Failed(String),
    /// The position was trimmed away.
    #[error("journal is trimmed up to {0}")]
    Trimmed(Lsn),
    /// Damage before the tail.
    #[error("journal is corrupt: {0}")]
    Corrupt(String),
    /// Being shut down.
    #[error("journal is closed")]
    Closed,
}

/// A record with its position.
pub type Entry = (Lsn, Record);

#[async_trait]
pub trait Journal: Send + Sync {
    /// Opens a new epoch above all earlier ones; durable when this returns. Only the newest epoch
    /// may append.
    async fn open_epoch(&self, opened_at: Timestamp) -> Result<Epoch, Error>;

    /// Appends `records` in order and atomically with respect to crashes of the tail; returns the
    /// position of the last once all are durable. Concurrent calls share one flush. A call takes
    /// its place in the order at the first poll of its future; dropping the future after that does
    /// not withdraw it. An empty `records` answers the present last position.
    ///
    /// # Errors
    /// [`Error::DiskFull`], [`Error::Overloaded`], [`Error::TooLarge`], [`Error::NotLeader`] and
    /// [`Error::Fenced`] leave the journal as it was; [`Error::Failed`] and [`Error::Closed`] leave the outcome unknown.
    async fn append(&self, epoch: Epoch, records: Vec<Record>) -> Result<Lsn, Error>;

    /// Durable records from `from` (inclusive; `Lsn::ZERO` is the first ever) on, then those to
    /// come; ends only with an error or when the journal closes. Positions are dense: each batch
    /// goes on where the last ended, and none is empty.
    fn tail(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, Error>>;

    /// First position that is kept, and the last durable one (`Lsn::ZERO` when there is none yet).
    fn bounds(&self) -> (Lsn, Lsn);

    /// Allows positions below `below` to be dropped; some of them may stay.
    async fn trim(&self, below: Lsn) -> Result<(), Error>;
}

/// The notifications in a journal, as query nodes follow them.
#[async_trait]
pub trait Notifications: Send + Sync {
    /// The position behind the last one that is durable at some node: whatever commits after the call lies
    /// there or later.
    ///
    /// # Errors
    /// If no node answers.
    async fn position(&self) -> Result<Lsn, Error>;

    /// As [`Journal::tail`]; of commits nothing but their times and notifications need be there.
    fn follow(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, Error>>;
}

/// [`Notifications`] of a journal in this process.
pub struct Whole(pub Arc<dyn Journal>);

#[async_trait]
impl Notifications for Whole {
    async fn position(&self) -> Result<Lsn, Error> {
        Ok(self.0.bounds().1.next())
    }

    fn follow(&self, from: Lsn) -> BoxStream<'static, Result<Vec<Entry>, Error>> {
        self.0.tail(from)
    }
}

/// A node of a replicated journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub id: NodeId,
    /// `host:port` at which its peers, query nodes and replicas reach it.
    pub address: String,
    /// Failure domain, as the operator labels it; empty where there is none.
    pub zone: String,
    /// Counts for majorities. One that does not only follows.
    pub voter: bool,
}

/// Who leads, as one node knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leadership {
    pub leader: Option<Member>,
    /// The leader's epoch, which is its term of the consensus protocol.
    pub epoch: Epoch,
    /// This node is the leader, and everything of earlier epochs is known to it.
    pub leading: bool,
}

/// A journal that several nodes hold. Any of them serves [`Journal::tail`]; only the leader appends
/// and opens epochs.
///
/// Invariant: a record whose epoch is not the term in which it was proposed is void everywhere, so
/// that what waits in a deposed leader's queue never becomes a commit (PROTOCOL §8).
#[async_trait]
pub trait Replicated: Journal {
    fn node_id(&self) -> NodeId;

    /// The present leadership.
    fn leadership(&self) -> Leadership;

    /// The present leadership, then each change of it; what nobody has waited for is skipped.
    fn leadership_changes(&self) -> BoxStream<'static, Leadership>;

    /// Answers once a majority has confirmed, after the call began, that this node still leads.
    ///
    /// # Errors
    /// [`Error::NotLeader`].
    async fn confirm_leadership(&self) -> Result<(), Error>;

    /// All nodes, as far as this one knows.
    fn members(&self) -> Vec<Member>;

    /// Adds a node, or changes its address or zone: it follows first, and becomes a voter once it
    /// has caught up. Returns when the change is committed.
    ///
    /// # Errors
    /// [`Error::NotLeader`]; [`Error::Failed`] with the reason if the change is refused.
    async fn add_member(&self, member: Member) -> Result<(), Error>;

    /// Removes a node. Returns when the change is committed.
    ///
    /// # Errors
    /// As [`Replicated::add_member`]; the last voter cannot be removed.
    async fn remove_member(&self, id: NodeId) -> Result<(), Error>;

    /// Hands leadership to another node that is up to date, where there is one. Nothing if this
    /// node does not lead.
    ///
    /// # Errors
    /// [`Error::Failed`] if nobody took over in time.
    async fn step_down(&self) -> Result<(), Error>;
}

/// Whoever knows what is committed: a node of a replicated journal; or, as seen from elsewhere, all of them,
/// of which the first to know answers.
#[async_trait]
pub trait Witness: Send + Sync {
    /// Answers once the transaction is known to be committed, with its timestamp; an outcome of another kind is
    /// never told. Waits for as long as it takes; dropping the future ends the wait. What was committed a while
    /// ago is forgotten.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if too many wait, [`Error::Closed`], or [`Error::Failed`] if nobody can be asked.
    async fn committed(&self, txn_id: TxnId) -> Result<Timestamp, Error>;
}

/// Why a peer did not answer: it may or may not have acted.
#[derive(Clone, Debug, thiserror::Error)]
#[error("peer does not answer: {0}")]
pub struct PeerError(pub String);

/// Carries the consensus protocol's messages between the nodes of a journal. Opaque here: only the
/// journal knows what is in them.
#[async_trait]
pub trait PeerTransport: Send + Sync {
    /// Sends one message and waits for its answer.
    ///
    /// # Errors
    /// [`PeerError`] if there is none.
    async fn send(&self, to: &Member, message: Bytes) -> Result<Bytes, PeerError>;
}

/// The receiving end of [`PeerTransport`].
#[async_trait]
pub trait PeerService: Send + Sync {
    /// Answers one message of a peer.
    ///
    /// # Errors
    /// [`PeerError`] if the message is malformed, from another cluster, or cannot be served.
    async fn handle(&self, message: Bytes) -> Result<Bytes, PeerError>;
}
