//! A core in a small world: a clock, a journal that takes or refuses, restarts. Every answer of the
//! core is checked against the reference; an error says which promise was broken.

use std::collections::HashMap;
use std::time::Duration;

use gavel_api::journal::Record;
use gavel_clock::{Reading, Status};
use gavel_types::{CommitRecord, CommitRequest, Conflict, ConflictKind, Epoch, Timestamp, TxnId};

use super::reference::{self, Committed};
use crate::core::{Accepted, Core, Decision, Refusal, Resolution};
use crate::rules::Rules;
use crate::settings::Settings;

/// What a request came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Committed(Timestamp),
    Known(Timestamp),
    Nothing,
    Aborted(Conflict),
    WrongEpoch,
    Refused,
}

/// See the module.
pub(super) struct World {
    rules: Rules,
    settings: Settings,
    pub core: Core,
    now: Timestamp,
    journal: Vec<Record>,
    flying: Vec<(Accepted, CommitRecord)>,
    history: Vec<Committed>,
    /// Newest closed timestamp that was told.
    pub closed: Timestamp,
    /// In which epoch and when. Whoever begins later under that id is somebody else.
    barred: HashMap<TxnId, (Epoch, Timestamp)>,
    seed: u64,
}

const START: u64 = 1_000_000 * 1_000_000_000;

impl World {
    pub(super) fn new(settings: Settings, rules: Rules) -> Self {
        let mut world = Self {
            core: Core::with_rules(settings.clone(), 0, rules),
            rules,
            settings,
            now: Timestamp(START),
            journal: Vec::new(),
            flying: Vec::new(),
            history: Vec::new(),
            closed: Timestamp::ZERO,
            barred: HashMap::new(),
            seed: 0,
        };
        world.open();
        world
    }

    pub(super) fn reading(&self) -> Reading {
        Reading::around(self.now, Duration::ZERO, Status::Unknown)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) fn advance(&mut self, by: Duration) {
        self.now = self.now.saturating_add(by);
    }

    pub(super) fn step_back(&mut self, by: Duration) {
        self.now = self.now.saturating_sub(by);
    }

    /// Newest durable commit: what a new transaction reads at.
    pub(super) fn visible(&self) -> Timestamp {
        self.core.journal_time()
    }

    /// Commit timestamps of all that committed, oldest first.
    pub(super) fn commits(&self) -> impl DoubleEndedIterator<Item = (TxnId, Timestamp)> + '_ {
        self.history.iter().map(|one| (one.txn_id, one.commit_ts))
    }

    /// Asks the core, and checks its answer. What it accepts stays on its way.
    pub(super) fn commit(&mut self, request: &CommitRequest) -> Result<Verdict, String> {
        let prepared = self.core.preparer().prepare(request.clone());
        let floor = self.core.floor();
        let decision = self.core.decide(self.reading(), prepared);
        let earlier = self.history.iter().find(|one| one.txn_id == request.txn_id).map(|one| one.commit_ts);
        match (&decision, earlier) {
            (Ok(Decision::Known(ts)), Some(earlier)) if *ts == earlier => return Ok(Verdict::Known(*ts)),
            // So old that its outcome may be forgotten: refused, but not applied again.
            (Ok(Decision::Abort(conflict)), Some(earlier))
                if conflict.kind == ConflictKind::TooOld
                    && earlier <= self.core.journal_time().saturating_sub(self.settings.outcome_window) =>
            {
                return Ok(Verdict::Aborted(conflict.clone()));
            }
            // The same of an earlier epoch: sent once more it is too old.
            (Err(Refusal::WrongEpoch(_)), Some(earlier))
                if earlier <= self.core.journal_time().saturating_sub(self.settings.outcome_window) => {}
            (other, Some(_)) => return Err(format!("a repeated request was answered {other:?}")),
            (Ok(Decision::Known(_)), None) => return Err("an unknown transaction was taken for known".into()),
            _ => {}
        }
        match decision {
            Ok(Decision::Commit(accepted, record)) => {
                self.check_accepted(request, accepted.commit_ts, floor)?;
                self.history.push(Committed::new(request, accepted.commit_ts));
                let ts = accepted.commit_ts;
                self.flying.push((accepted, record));
                Ok(Verdict::Committed(ts))
            }
            Ok(Decision::Known(_)) => Err("unreachable".into()),
            Ok(Decision::Nothing(_)) => {
                if request.writes.is_empty() && request.checks.is_empty() {
                    Ok(Verdict::Nothing)
                } else {
                    Err("a transaction that writes was taken for one that does not".into())
                }
            }
            Ok(Decision::Abort(conflict)) => {
                self.check_abort(request, &conflict)?;
                Ok(Verdict::Aborted(conflict))
            }
            Err(Refusal::WrongEpoch(_)) if request.epoch != self.core.epoch() => Ok(Verdict::WrongEpoch),
            Err(Refusal::TooFarAhead) if self.is_too_far_ahead(request.snapshot_ts) => Ok(Verdict::Refused),
            Err(refusal) => Err(format!("refused without reason: {refusal:?}")),
        }
    }

    fn was_barred(&self, request: &CommitRequest) -> bool {
        let barred = self.barred.get(&request.txn_id);
        barred.is_some_and(|(epoch, at)| request.epoch <= *epoch && request.snapshot_ts <= *at)
    }

    fn is_too_far_ahead(&self, ts: Timestamp) -> bool {
        ts > self.now.saturating_add(self.settings.max_future)
    }

    fn check_accepted(&self, request: &CommitRequest, ts: Timestamp, floor: Timestamp) -> Result<(), String> {
        let last = self.history.last().map_or(Timestamp::ZERO, |one| one.commit_ts);
        let broken = if ts <= last {
            "the commit is not above the one before"
        } else if ts <= request.snapshot_ts {
            "the commit is not above its snapshot"
        } else if ts <= self.closed {
            "the commit is not above what was closed"
        } else if self.was_barred(request) {
            "a barred transaction commits"
        } else if request.epoch != self.core.epoch() {
            "a request of another epoch commits"
        } else if self.is_too_far_ahead(request.snapshot_ts) && request.snapshot_ts > floor {
            "a snapshot of the far future commits"
        } else {
            match reference::conflicts(&self.history, request).first() {
                None => return Ok(()),
                Some(missed) => return Err(format!("committed at {ts} in spite of {missed:?}: {request:?}")),
            }
        };
        Err(format!("{broken}: {request:?} at {ts}"))
    }

    fn check_abort(&self, request: &CommitRequest, conflict: &Conflict) -> Result<(), String> {
        let justified = match conflict.kind {
            ConflictKind::Cancelled => self.barred.contains_key(&request.txn_id),
            ConflictKind::TooOld => self.is_too_old(request),
            ConflictKind::Key | ConflictKind::Schema | ConflictKind::ReadRange => {
                let told = (conflict.kind, conflict.key.clone(), conflict.winner_ts);
                reference::conflicts(&self.history, request).contains(&told)
            }
        };
        if justified { Ok(()) } else { Err(format!("aborted without reason: {conflict:?}, {request:?}")) }
    }

    /// With room for everything, only what has fallen out of the window may be forgotten.
    fn is_too_old(&self, request: &CommitRequest) -> bool {
        let crowded = self.settings.max_keys < 1_000;
        let cutoff = self.core.journal_time().saturating_sub(self.settings.conflict_window);
        let outside = |one: &Committed| one.commit_ts > request.snapshot_ts && one.commit_ts <= cutoff;
        crowded && self.history.iter().any(|one| one.durable && one.commit_ts > request.snapshot_ts)
            || self.history.iter().any(outside)
    }

    /// The journal takes the first `n` that are on their way, and no more for now.
    pub(super) fn flush(&mut self, n: usize) {
        let n = n.min(self.flying.len());
        for (accepted, record) in self.flying.drain(..n) {
            self.core.durable(accepted.commit_ts);
            for one in self.history.iter_mut().filter(|one| one.commit_ts == accepted.commit_ts) {
                one.durable = true;
            }
            self.journal.push(Record::Commit(record));
        }
    }

    pub(super) fn flush_all(&mut self) {
        self.flush(self.flying.len());
    }

    /// The journal refuses all that is on its way.
    pub(super) fn refuse(&mut self) {
        let refused: Vec<Accepted> = self.flying.drain(..).map(|(accepted, _)| accepted).collect();
        self.core.take_back(&refused);
        self.history.retain(|one| one.durable);
    }

    /// Closes `ts`; the journal takes what that needs, or refuses it.
    pub(super) fn close(&mut self, ts: Timestamp, journal_takes: bool) -> Result<bool, String> {
        let ceiling = match self.core.close(self.reading(), ts) {
            Ok(ceiling) => ceiling,
            Err(_) if self.is_too_far_ahead(ts) => return Ok(false),
            Err(refusal) => return Err(format!("close refused without reason: {refusal:?}")),
        };
        if self.is_too_far_ahead(ts) && ts > self.core.floor() {
            return Err(format!("closed the far future: {ts}"));
        }
        if !journal_takes {
            self.refuse();
            self.tell();
            return Ok(false);
        }
        self.flush_all();
        if let Some(ceiling) = ceiling {
            self.journal.push(Record::Ceiling(ceiling));
            self.core.ceiling_durable(ceiling);
        }
        if self.core.promised() < ts {
            return Err(format!("{ts} is closed, but only {} is promised", self.core.promised()));
        }
        self.tell();
        Ok(true)
    }

    /// Commits are dated after `ts` from now on, and what is closed is told.
    pub(super) fn lead(&mut self, ts: Timestamp) {
        self.core.lead(ts);
        self.tell();
    }

    /// Everything that may be told as closed is.
    fn tell(&mut self) {
        let under_way = self.flying.first().map_or(u64::MAX, |(accepted, _)| accepted.commit_ts.0 - 1);
        self.closed = self.closed.max(self.core.promised().min(Timestamp(under_way)));
    }

    /// Resolves; what is on its way becomes durable first if that is whom it asks for.
    pub(super) fn resolve(&mut self, txn_id: TxnId) -> Result<bool, String> {
        let earlier = self.history.iter().find(|one| one.txn_id == txn_id).map(|one| one.commit_ts);
        match (self.core.resolve(self.reading(), txn_id), earlier) {
            (Ok(Resolution::Committed(ts)), Some(earlier)) if ts == earlier => {
                self.flush_all();
                Ok(true)
            }
            (Ok(Resolution::Aborted), None) => {
                let now = (self.core.epoch(), self.now.max(self.core.floor()));
                self.barred.entry(txn_id).or_insert(now);
                Ok(false)
            }
            (Ok(Resolution::Aborted), Some(earlier))
                if earlier <= self.core.journal_time().saturating_sub(self.settings.outcome_window) =>
            {
                // Asked too late, which the trait forbids.
                Ok(false)
            }
            (answer, earlier) => Err(format!("resolve answered {answer:?}, it committed: {earlier:?}")),
        }
    }

    /// A crash after the journal has taken the first `kept` that are on their way; then a rebuild.
    /// If nothing is lost, the rebuilt core must answer `probes` as the old one.
    pub(super) fn restart(&mut self, kept: usize, probes: &[CommitRequest]) -> Result<(), String> {
        self.flush(kept);
        let nothing_lost = self.flying.is_empty();
        self.flying.clear();
        self.history.retain(|one| one.durable);
        let mut old = self.core.clone();
        self.open();
        if nothing_lost {
            for probe in probes {
                let before = class(&mut old, self.reading(), probe);
                let after = class(&mut self.core.clone(), self.reading(), probe);
                if before != after {
                    return Err(format!("{probe:?}: {before} before the restart, {after} after it"));
                }
            }
        }
        Ok(())
    }

    fn open(&mut self) {
        let epoch = Epoch(self.core.epoch().0 + 1);
        self.seed += 1;
        self.journal.push(Record::Epoch { epoch, opened_at: self.now });
        self.core = Core::with_rules(self.settings.clone(), self.seed, self.rules);
        for record in &self.journal {
            self.core.replay(record);
        }
        self.core.open(epoch);
    }
}

/// What a core would say to a request as of its own epoch, apart from the timestamp.
fn class(core: &mut Core, now: Reading, request: &CommitRequest) -> String {
    let mut core = core.clone();
    let request = CommitRequest { epoch: core.epoch(), ..request.clone() };
    match core.decide(now, core.preparer().prepare(request)) {
        Ok(Decision::Commit(..)) => "committed".into(),
        other => format!("{other:?}"),
    }
}
