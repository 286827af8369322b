//! The decision itself: a state machine without clock, disk or lock. Time comes in as a reading,
//! records go out to be journaled, and the caller reports what became of them.
//!
//! ```text
//!             ┌─ decide ──► Commit(record) ─► journal ─┬─► durable(ts)
//!  request ───┤                                        └─► take_back(…)   (newest first)
//!             └──────────► Abort, Known, Nothing, Refusal: answered at once
//! ```
//!
//! | word | meaning |
//! |---|---|
//! | floor | future commits are above it |
//! | ceiling | durable record: no promise that does not rest on a commit is above it |
//! | promised | what may be told that no commit is at or below: the floor, under the durable ceiling |
//! | journal time | newest durable commit; windows are measured from it, so a rebuild agrees |
//! | horizon | snapshots below it are refused: what they would be tested against is forgotten |
//!
//! Stamps are set when a transaction is accepted, before it is durable: two that are on their way
//! at the same time conflict too. If the journal refuses a record (full disk), its stamps, outcome
//! and recent writes are taken back, in the reverse order of acceptance, when nothing else is on its
//! way; the floor stays, which costs nothing.

use gavel_api::journal::Record;
use gavel_clock::Reading;
use gavel_types::{CommitRecord, CommitRequest, Conflict, ConflictKind, Epoch, Timestamp, TxnId, WriteMode};

use crate::conflict::{ConflictMap, KeyHash, KeyHasher, Undo};
use crate::hold::Hold;
use crate::outcomes::{Outcome, Outcomes};
use crate::recent::{RecentWrites, disjoint};
use crate::rules::{Rule, Rules};
use crate::settings::Settings;

/// Prepares requests; may be used outside of whatever guards the core.
#[derive(Clone, Debug)]
pub struct Preparer(KeyHasher);

/// A request with all that can be computed without the core's state.
#[derive(Clone, Debug)]
pub struct Prepared {
    request: CommitRequest,
    /// Of writes, checks and schema keys, in this order.
    hashes: Vec<KeyHash>,
}

impl Preparer {
    /// Hashes the keys, sorts and merges the ranges.
    pub fn prepare(&self, mut request: CommitRequest) -> Prepared {
        request.read_ranges = disjoint(std::mem::take(&mut request.read_ranges));
        let hashes = keys(&request).map(|key| self.0.hash(key)).collect();
        Prepared { request, hashes }
    }
}

fn keys(request: &CommitRequest) -> impl Iterator<Item = &[u8]> {
    let writes = request.writes.iter().map(|write| &write.key[..]);
    let checks = request.checks.iter().map(|check| &check.key[..]);
    writes.chain(checks).chain(request.schema_keys.iter().map(|key| &key[..]))
}

/// A transaction that will commit if the journal takes its record.
#[derive(Clone, Debug)]
pub struct Accepted {
    pub commit_ts: Timestamp,
    pub txn_id: TxnId,
    undo: Undo,
}

/// What [`Core::decide`] answers.
#[derive(Clone, Debug)]
pub enum Decision {
    /// Journal this record, then report with [`Core::durable`] or [`Core::take_back`].
    Commit(Accepted, CommitRecord),
    /// It committed at this timestamp before, or is about to.
    Known(Timestamp),
    /// It wrote and locked nothing: it stands at its snapshot, and leaves no record.
    Nothing(Timestamp),
    Abort(Conflict),
}

/// Why a request was not judged at all; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    WrongEpoch(Epoch),
    /// A timestamp is further ahead of the clock than `max_future`.
    TooFarAhead,
    /// Too many transactions are barred already.
    TooManyBarred,
}

/// What [`Core::outcome`] answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Committed, or about to be.
    Committed(Timestamp),
    /// It never will.
    Aborted,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Core {
    rules: Rules,
    settings: Settings,
    hasher: KeyHasher,
    epoch: Epoch,
    floor: Timestamp,
    /// Newest durable ceiling.
    ceiling: Timestamp,
    /// Newest ceiling on its way.
    ceiling_asked: Timestamp,
    /// Newest commit that was accepted and not taken back.
    accepted: Timestamp,
    journal_time: Timestamp,
    map: ConflictMap,
    recent: RecentWrites,
    outcomes: Outcomes,
    /// Stamps that wait for durability, while the rule that forbids this is off.
    #[cfg(test)]
    late: Vec<(Timestamp, Vec<(KeyHash, Hold)>)>,
}

impl Core {
    /// Knows nothing yet; feed it with [`Core::replay`], then [`Core::open`] it. `seed` should be
    /// unknown to clients.
    pub fn new(settings: Settings, seed: u64) -> Self {
        Self::with_rules(settings, seed, Rules::default())
    }

    pub(crate) fn with_rules(settings: Settings, seed: u64, rules: Rules) -> Self {
        Self {
            rules,
            hasher: KeyHasher::new(seed),
            epoch: Epoch::default(),
            floor: Timestamp::ZERO,
            ceiling: Timestamp::ZERO,
            ceiling_asked: Timestamp::ZERO,
            accepted: Timestamp::ZERO,
            journal_time: Timestamp::ZERO,
            map: ConflictMap::new(settings.max_keys, rules),
            recent: RecentWrites::new(settings.range_size_bytes),
            outcomes: Outcomes::default(),
            settings,
            #[cfg(test)]
            late: Vec::new(),
        }
    }

    /// See [`Preparer`].
    pub fn preparer(&self) -> Preparer {
        Preparer(self.hasher.clone())
    }

    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Future commits are above this.
    pub const fn floor(&self) -> Timestamp {
        self.floor
    }

    /// Newest durable commit.
    pub const fn journal_time(&self) -> Timestamp {
        self.journal_time
    }

    /// Newest commit that was accepted and not taken back.
    pub const fn accepted_up_to(&self) -> Timestamp {
        self.accepted
    }

    /// Newest durable ceiling.
    pub const fn ceiling(&self) -> Timestamp {
        self.ceiling
    }

    /// Snapshots of writers below this are refused.
    pub const fn horizon(&self) -> Timestamp {
        self.map.horizon()
    }

    /// The journal was trimmed below its first commit, which is at `first`: nothing before it is
    /// known.
    pub fn history_begins(&mut self, first: Timestamp) {
        self.map.raise_horizon(Timestamp(first.0.saturating_sub(1)));
    }

    /// Takes in a record of the journal, in order.
    pub fn replay(&mut self, record: &Record) {
        match record {
            Record::Epoch { epoch, .. } => self.epoch = *epoch,
            Record::Ceiling(ts) => {
                self.ceiling_durable(*ts);
                self.ceiling_asked = self.ceiling;
                if self.rules.hold(Rule::NewFloorAboveOldCeiling) {
                    self.floor = self.floor.max(*ts);
                }
            }
            Record::Commit(commit) => self.replay_commit(commit),
            // The service's business.
            Record::TimeMode(_) => {}
        }
    }

    fn replay_commit(&mut self, commit: &CommitRecord) {
        let ts = commit.commit_ts;
        let checks = if self.rules.hold(Rule::ChecksAreRebuilt) { &commit.checks[..] } else { &[] };
        let schema_keys = if self.rules.hold(Rule::SchemaKeysAreRebuilt) { &commit.schema_keys[..] } else { &[] };
        let writes = commit.writes.iter().map(|w| (self.hasher.hash(&w.key), Hold::from(w.mode)));
        let checks = checks.iter().map(|c| (self.hasher.hash(&c.key), Hold::from(c.mode)));
        let schema_keys = schema_keys.iter().map(|key| (self.hasher.hash(key), Hold::Schema));
        self.map.stamp(ts, writes.chain(checks).chain(schema_keys));
        if self.rules.hold(Rule::RangesAreRebuilt) {
            self.note_writes(commit);
        }
        if self.rules.hold(Rule::OutcomesAreRebuilt) {
            self.outcomes.insert(commit.txn_id, Outcome::Committed(ts), ts);
        }
        self.floor = self.floor.max(ts);
        self.accepted = self.accepted.max(ts);
        self.durable(ts);
    }

    /// Begins to serve in `epoch`.
    pub fn open(&mut self, epoch: Epoch) {
        self.epoch = epoch;
    }

    /// Whether it has committed or is about to, as far as we know.
    pub fn accepted(&self, txn_id: TxnId) -> bool {
        matches!(self.outcomes.get(txn_id), Some(Outcome::Committed(_)))
    }

    /// Judges a request, and accepts it if nothing speaks against it.
    pub fn decide(&mut self, now: Reading, prepared: Prepared) -> Result<Decision, Refusal> {
        let Prepared { request, hashes } = prepared;
        match self.outcomes.get(request.txn_id) {
            // Before the epoch is looked at: a transaction that has committed under an earlier
            // epoch must not be sent to try again.
            Some(Outcome::Committed(ts)) if self.rules.hold(Rule::OutcomesAreRemembered) => {
                return Ok(Decision::Known(ts));
            }
            Some(Outcome::Barred) if self.rules.hold(Rule::TombstonesBar) => {
                return Ok(Decision::Abort(conflict(ConflictKind::Cancelled)));
            }
            _ => {}
        }
        if request.epoch != self.epoch && self.rules.hold(Rule::EpochIsChecked) {
            return Err(Refusal::WrongEpoch(self.epoch));
        }
        let snapshot = request.snapshot_ts;
        self.refuse_future(now, snapshot)?;
        if request.writes.is_empty() && request.checks.is_empty() && request.notifications.is_empty() {
            return Ok(Decision::Nothing(snapshot));
        }
        let outdated =
            snapshot < self.map.horizon() || (!request.read_ranges.is_empty() && snapshot < self.recent.horizon());
        if outdated && self.rules.hold(Rule::HorizonRefuses) {
            return Ok(Decision::Abort(conflict(ConflictKind::TooOld)));
        }
        if let Some(found) = self.find_conflict(&request, &hashes) {
            return Ok(Decision::Abort(found));
        }
        Ok(self.accept(now, request, &hashes))
    }

    fn refuse_future(&self, now: Reading, ts: Timestamp) -> Result<(), Refusal> {
        // What is at or below the floor was given out by us, whatever the clock says since.
        let limit = now.hi.saturating_add(self.settings.max_future).max(self.floor);
        if ts > limit && self.rules.hold(Rule::FutureIsRefused) { Err(Refusal::TooFarAhead) } else { Ok(()) }
    }

    fn find_conflict(&self, request: &CommitRequest, hashes: &[KeyHash]) -> Option<Conflict> {
        let snapshot = request.snapshot_ts;
        for (hold, key, hash) in holds(request, hashes) {
            if let Some(winner_ts) = self.map.conflict(hash, hold, snapshot) {
                let kind = if hold == Hold::Schema { ConflictKind::Schema } else { ConflictKind::Key };
                return Some(Conflict { kind, key: key.clone(), winner_ts });
            }
        }
        let (winner_ts, key) = self.recent.conflict(&request.read_ranges, snapshot)?;
        Some(Conflict { kind: ConflictKind::ReadRange, key, winner_ts })
    }

    fn accept(&mut self, now: Reading, request: CommitRequest, hashes: &[KeyHash]) -> Decision {
        let mut ts = now.lo.max(Timestamp(1));
        if self.rules.hold(Rule::CommitAboveFloor) {
            ts = ts.max(self.floor.next());
        }
        if self.rules.hold(Rule::CommitAboveSnapshot) {
            ts = ts.max(request.snapshot_ts.next());
        }
        let stamped: Vec<(KeyHash, Hold)> = holds(&request, hashes).map(|(hold, _, hash)| (hash, hold)).collect();
        let record = CommitRecord {
            txn_id: request.txn_id,
            snapshot_ts: request.snapshot_ts,
            commit_ts: ts,
            writes: request.writes,
            checks: request.checks,
            schema_keys: request.schema_keys,
            notifications: request.notifications,
        };
        let mut undo = Undo::new();
        if self.rules.hold(Rule::StampsAreSetBeforeDurable) {
            undo = self.map.stamp(ts, stamped.into_iter());
            self.note_writes(&record);
        } else {
            #[cfg(test)]
            self.late.push((ts, stamped));
        }
        self.outcomes.insert(record.txn_id, Outcome::Committed(ts), ts);
        self.floor = self.floor.max(ts);
        self.accepted = self.accepted.max(ts);
        Decision::Commit(Accepted { commit_ts: ts, txn_id: record.txn_id, undo }, record)
    }

    fn note_writes(&mut self, record: &CommitRecord) {
        let rules = self.rules;
        let seen = record.writes.iter().filter(|write| match write.mode {
            WriteMode::Insert => rules.hold(Rule::RangesSeeInserts),
            WriteMode::Blind => rules.hold(Rule::RangesSeeBlindWrites),
            WriteMode::Delete => rules.hold(Rule::RangesSeeDeletes),
            WriteMode::Update => true,
        });
        self.recent.add(record.commit_ts, seen.map(|write| &write.key));
    }

    /// The commit at `ts` and all before it are durable. Moves journal time, and with it the
    /// windows.
    pub fn durable(&mut self, ts: Timestamp) {
        self.journal_time = self.journal_time.max(ts);
        #[cfg(test)]
        for (_, holds) in self.late.extract_if(.., |(at, _)| *at <= ts) {
            self.map.stamp(ts, holds.into_iter());
        }
        self.map.durable(ts);
        self.map.prune(self.journal_time.saturating_sub(self.settings.conflict_window));
        self.recent.prune(self.map.horizon());
        self.recent.keep_to_quota(ts, self.rules.hold(Rule::RangeQuotaRaisesHorizon));
        // Whoever asks again after that must meet the horizon: its snapshot is below its outcome.
        let outside = self.journal_time.saturating_sub(self.settings.outcome_window);
        self.outcomes.prune(outside.min(self.map.horizon()));
    }

    /// The journal has refused these. They must be all that were accepted and are not durable, in
    /// the order of acceptance.
    pub fn take_back(&mut self, refused: &[Accepted]) {
        for one in refused.iter().rev() {
            if self.rules.hold(Rule::RefusedStampsAreTakenBack) {
                self.map.take_back(one.commit_ts, &one.undo);
                self.recent.take_back(one.commit_ts);
                self.outcomes.take_back(one.txn_id);
            }
        }
        self.accepted = self.journal_time;
        self.ceiling_asked = self.ceiling;
    }

    /// Promises that no future commit is at or below `ts`. The promise may be told once all that
    /// was accepted up to now is durable, and the ceiling that this answers, if any, has been
    /// appended and is durable too ([`Core::ceiling_durable`]).
    pub fn close(&mut self, now: Reading, ts: Timestamp) -> Result<Option<Timestamp>, Refusal> {
        self.refuse_future(now, ts)?;
        if self.rules.hold(Rule::CloseRaisesFloor) {
            self.floor = self.floor.max(ts);
        }
        // Up to the newest commit a successor's floor rests on the commit itself.
        if ts <= self.accepted.max(self.ceiling_asked) || !self.rules.hold(Rule::CeilingBeforePromise) {
            return Ok(None);
        }
        self.ceiling_asked = ts.max(now.lo).saturating_add(self.settings.ceiling_lead);
        Ok(Some(self.ceiling_asked))
    }

    /// Dates what is accepted from now on after `ts`, without a promise to anybody.
    pub fn lead(&mut self, ts: Timestamp) {
        self.floor = self.floor.max(ts);
    }

    /// No future commit is at or below this, nor would one of a successor be. What was accepted and is not
    /// durable may be.
    pub fn promised(&self) -> Timestamp {
        if self.rules.hold(Rule::CeilingBeforePromise) {
            self.floor.min(self.ceiling.max(self.journal_time))
        } else {
            self.floor
        }
    }

    /// A ceiling to append so that promises a little ahead of `now` need not wait for one; `None` if
    /// there is enough room yet. No further ahead than a successor's commits may be of the clocks of
    /// journal nodes: they begin there.
    pub fn renew(&mut self, now: Reading) -> Option<Timestamp> {
        let half = self.settings.ceiling_lead / 2;
        if self.accepted.max(self.ceiling_asked) >= now.hi.saturating_add(half) {
            return None;
        }
        self.ceiling_asked = now.hi.saturating_add(self.settings.ceiling_lead);
        Some(self.ceiling_asked)
    }

    /// A ceiling is durable.
    pub fn ceiling_durable(&mut self, ts: Timestamp) {
        self.ceiling = self.ceiling.max(ts);
    }

    /// What became of a transaction; one that is not known is barred.
    pub fn resolve(&mut self, now: Reading, txn_id: TxnId) -> Result<Resolution, Refusal> {
        match self.outcomes.get(txn_id) {
            Some(Outcome::Committed(ts)) => Ok(Resolution::Committed(ts)),
            Some(Outcome::Barred) => Ok(Resolution::Aborted),
            None if self.outcomes.barred() >= self.settings.max_barred => Err(Refusal::TooManyBarred),
            None => {
                self.outcomes.insert(txn_id, Outcome::Barred, now.lo.max(self.floor));
                Ok(Resolution::Aborted)
            }
        }
    }
}

/// How the request uses which key: writes, checks, schema keys, in this order.
fn holds<'a>(
    request: &'a CommitRequest,
    hashes: &'a [KeyHash],
) -> impl Iterator<Item = (Hold, &'a bytes::Bytes, KeyHash)> {
    let writes = request.writes.iter().map(|write| (Hold::from(write.mode), &write.key));
    let checks = request.checks.iter().map(|check| (Hold::from(check.mode), &check.key));
    let schema_keys = request.schema_keys.iter().map(|key| (Hold::Schema, key));
    writes.chain(checks).chain(schema_keys).zip(hashes).map(|((hold, key), hash)| (hold, key, *hash))
}

/// A conflict without a key.
fn conflict(kind: ConflictKind) -> Conflict {
    Conflict { kind, key: bytes::Bytes::new(), winner_ts: Timestamp::ZERO }
}
