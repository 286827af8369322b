//! Rules that can be switched off, to see that the checks notice.
//!
//! A mutant breaks a promise where the parts meet: the disk flushes nothing, the leader's word is not
//! confirmed, a rebuild does not see something. So the roles are the ones that are shipped, without any
//! switch in them.

/// A rule whose absence must be noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, clap::ValueEnum)]
pub enum Mutant {
    /// What a journal node acknowledges is flushed.
    LogIsFlushed,
    /// A vote is flushed before it is told.
    VoteIsFlushed,
    /// A leader confirms by a majority that it leads, before it says what is visible.
    LeaderIsConfirmed,
    /// A commit is valid only in the epoch that it names.
    EpochIsChecked,
    /// An unknown outcome is not told as an abort.
    UnknownIsResolved,
    /// A transaction that was declared aborted cannot commit any more.
    TombstonesBar,
    /// A new leader's floor is above the old one's ceiling.
    CeilingIsRebuilt,
    /// A new leader knows the stamps of the keys.
    StampsAreRebuilt,
    /// A transaction that arrives twice is applied once.
    OutcomesAreRemembered,
    /// A close names the position behind which nothing below it comes.
    CloseNamesThePosition,
    /// What is closed stays closed.
    CloseIsKept,
    /// A promise ahead names the position that the commits on their way will have.
    AheadNamesThePosition,
    /// What is durable is visible only once true time has reached it.
    GateWaits,
    /// A transaction is tested against its own snapshot.
    SnapshotIsTested,
    /// A leader that is asked what is visible waits for what others may have learnt of.
    LearntIsAwaited,
    /// A replica answers only once it has reached the snapshot.
    ReplicaWaits,
    /// A replica applies each record once, all of them.
    NothingIsSkipped,
    /// Checks of keys are part of the commit.
    ChecksAreSent,
    /// What was read is part of a serializable commit.
    RangesAreSent,
}

impl Mutant {
    /// Every one.
    pub const ALL: [Self; 19] = [
        Self::LogIsFlushed,
        Self::VoteIsFlushed,
        Self::LeaderIsConfirmed,
        Self::EpochIsChecked,
        Self::UnknownIsResolved,
        Self::TombstonesBar,
        Self::CeilingIsRebuilt,
        Self::StampsAreRebuilt,
        Self::OutcomesAreRemembered,
        Self::CloseNamesThePosition,
        Self::CloseIsKept,
        Self::AheadNamesThePosition,
        Self::GateWaits,
        Self::SnapshotIsTested,
        Self::LearntIsAwaited,
        Self::ReplicaWaits,
        Self::NothingIsSkipped,
        Self::ChecksAreSent,
        Self::RangesAreSent,
    ];
}
