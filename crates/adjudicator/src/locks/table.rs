//! Who has which advisory lock, who waits for it, and whose lease it is: pure. Times are since any fixed
//! moment.
//!
//! ```text
//!   object k   granted  (node 1, session 7) Exclusive
//!              queue    (node 2, session 3) Share ─ (node 1, session 9) Exclusive
//!   holder     node 1: lease until 12.0 s     node 2: lease until 11.4 s
//! ```
//!
//! # Invariants
//! 1. Of two sessions that have a lock of one object, both share it.
//! 2. Nobody has or awaits anything without a lease; where a lease ends, all of its holder goes.
//! 3. Before `opens` nothing is granted, but what holders say that they have.
//! 4. A session awaits one lock at most, and no circle of sessions awaits each other.
//! 5. After a call of a session, or a renewal of its holder, has been heard, none with a lower number changes
//!    anything for it: calls may come late, from before a lease was lost.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use gavel_api::locks::{Acquire, Acquired, Held, Holder, LEASE, LockKey, LockMode, Release, Renew, SessionId, Wait};

/// Most locks and waits together.
const MAX_LOCKS: usize = 100_000;

/// A session of a query node.
type Owner = (Holder, SessionId);

/// See the module.
#[derive(Debug)]
pub(super) struct Table {
    opens: Duration,
    holders: BTreeMap<Holder, Lease>,
    objects: BTreeMap<LockKey, Object>,
    size: usize,
}

#[derive(Debug, Default)]
struct Lease {
    until: Duration,
    sessions: BTreeMap<SessionId, Session>,
    /// The highest number of a call that ended a session, or began the lease.
    ended: u64,
    /// The highest number of a renewal, and of any call.
    renewed: u64,
    heard: u64,
}

#[derive(Debug, Default)]
struct Session {
    heard: u64,
    has: BTreeSet<(LockKey, LockMode)>,
    awaits: Option<(LockKey, LockMode)>,
}

#[derive(Debug, Default)]
struct Object {
    granted: Vec<(Owner, LockMode)>,
    queue: VecDeque<(Owner, LockMode)>,
}

/// What became of [`Table::acquire`].
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Answer(Acquired),
    /// Nothing can be said before this moment.
    NotBefore(Duration),
}

impl Table {
    /// A table that grants from `opens` on.
    pub(super) fn new(opens: Duration) -> Self {
        Self { opens, holders: BTreeMap::new(), objects: BTreeMap::new(), size: 0 }
    }

    /// Begins or prolongs a lease; whether the holder has lost what it says that it holds.
    /// `known` says that it had its lease from this table.
    pub(super) fn renew(&mut self, now: Duration, request: &Renew, known: bool) -> bool {
        self.expire(now);
        let until = now.saturating_add(LEASE);
        if let Some(lease) = self.holders.get_mut(&request.holder) {
            // One that begins anew must not come after what was asked for since.
            if request.op < if known { lease.renewed } else { lease.heard } {
                return true;
            }
            if known {
                (lease.until, lease.renewed) = (until, request.op);
                return false;
            }
        }
        self.forget(request.holder);
        let lease =
            Lease { until, sessions: BTreeMap::new(), ended: request.op, renewed: request.op, heard: request.op };
        self.holders.insert(request.holder, lease);
        if request.held.is_empty() {
            return false;
        }
        let fits = now < self.opens && request.held.iter().all(|held| self.is_free(request.holder, held));
        if !fits {
            return true;
        }
        for held in &request.held {
            self.grant((request.holder, held.session), held.key, held.mode);
        }
        false
    }

    /// Whether nobody else has what `held` excludes.
    fn is_free(&self, holder: Holder, held: &Held) -> bool {
        let owner = (holder, held.session);
        self.objects.get(&held.key).is_none_or(|object| !object.is_taken(owner, held.mode))
    }

    pub(super) fn acquire(&mut self, now: Duration, request: &Acquire) -> Step {
        self.expire(now);
        let Held { session, key, mode } = request.lock;
        let owner = (request.holder, session);
        let Some(lease) = self.holders.get_mut(&request.holder) else { return Step::Answer(Acquired::NoLease) };
        let ended = lease.ended;
        lease.heard = lease.heard.max(request.op);
        let known = lease.sessions.entry(session).or_insert_with(|| Session { heard: ended, ..Session::default() });
        if request.op < known.heard {
            return Step::Answer(Acquired::Stale);
        }
        known.heard = request.op;
        let (has, awaits) = (known.has.contains(&(key, mode)), known.awaits);
        if awaits.is_some_and(|awaited| awaited != (key, mode)) {
            self.give_up(owner);
        }
        if has {
            return Step::Answer(Acquired::Granted);
        }
        if now < self.opens {
            return Step::NotBefore(self.opens);
        }
        if awaits == Some((key, mode)) {
            if !request.wait {
                self.give_up(owner);
            }
            return Step::Answer(if request.wait { Acquired::Waiting } else { Acquired::Busy });
        }
        if self.size >= MAX_LOCKS {
            return Step::Answer(Acquired::Full);
        }
        let object = self.objects.entry(key).or_default();
        // Who has a lock of the object already must not wait behind those that wait for it to be let go.
        let has_some = object.granted.iter().any(|(other, _)| *other == owner);
        let is_behind = !has_some && object.queue.iter().any(|(_, other)| mode.excludes(*other));
        if !object.is_taken(owner, mode) && !is_behind {
            self.grant(owner, key, mode);
            return Step::Answer(Acquired::Granted);
        }
        if !request.wait {
            return Step::Answer(Acquired::Busy);
        }
        if has_some {
            // Before those that it blocks: they cannot have it sooner anyway.
            let blocked = object
                .queue
                .iter()
                .position(|(_, other)| object.granted.iter().any(|(o, held)| *o == owner && held.excludes(*other)));
            let at = blocked.unwrap_or(object.queue.len());
            object.queue.insert(at, (owner, mode));
        } else {
            object.queue.push_back((owner, mode));
        }
        self.size += 1;
        self.session(owner).awaits = Some((key, mode));
        if let Some(circle) = self.circle(owner) {
            self.give_up(owner);
            return Step::Answer(Acquired::Deadlock(circle));
        }
        Step::Answer(Acquired::Waiting)
    }

    /// Whether somebody may have got what it waited for.
    pub(super) fn release(&mut self, now: Duration, request: &Release) -> bool {
        let mut changed = self.expire(now);
        let owner = (request.holder, request.session);
        let Some(lease) = self.holders.get_mut(&request.holder) else { return changed };
        let ended = lease.ended;
        lease.heard = lease.heard.max(request.op);
        match lease.sessions.get_mut(&request.session) {
            Some(session) if request.op < session.heard => return changed,
            Some(session) => session.heard = request.op,
            None if request.op < ended => return changed,
            None => {
                let session = Session { heard: request.op, ..Session::default() };
                lease.sessions.insert(request.session, session);
            }
        }
        match &request.locks {
            None => {
                changed |= self.end_session(owner);
                if let Some(lease) = self.holders.get_mut(&request.holder) {
                    lease.ended = lease.ended.max(request.op);
                }
            }
            Some(locks) => {
                for (key, mode) in locks {
                    if self.session(owner).awaits == Some((*key, *mode)) {
                        self.give_up(owner);
                        changed = true;
                    }
                    if self.session(owner).has.remove(&(*key, *mode)) {
                        self.let_go(owner, *key, *mode);
                        changed = true;
                    }
                }
            }
        }
        changed
    }

    /// Sessions that `owner` waits for, each once.
    pub(super) fn blockers(&self, holder: Holder, session: SessionId) -> Vec<SessionId> {
        let mut sessions: Vec<_> = self.blocking((holder, session)).into_iter().map(|(_, session)| session).collect();
        sessions.sort_unstable();
        sessions.dedup();
        sessions
    }

    /// Ends the leases whose time is over; whether there were any.
    pub(super) fn expire(&mut self, now: Duration) -> bool {
        let over: Vec<_> = self.holders.iter().filter(|(_, lease)| lease.until <= now).map(|(h, _)| *h).collect();
        over.iter().for_each(|holder| self.forget(*holder));
        !over.is_empty()
    }

    /// When the next lease ends, if nothing is heard until then.
    pub(super) fn next_end(&self) -> Option<Duration> {
        self.holders.values().map(|lease| lease.until).min()
    }

    fn forget(&mut self, holder: Holder) {
        let sessions: Vec<_> =
            self.holders.get(&holder).map(|l| l.sessions.keys().copied().collect()).unwrap_or_default();
        for session in sessions {
            self.end_session((holder, session));
        }
        self.holders.remove(&holder);
    }

    fn end_session(&mut self, owner: Owner) -> bool {
        self.give_up(owner);
        let Some(lease) = self.holders.get_mut(&owner.0) else { return false };
        let Some(session) = lease.sessions.remove(&owner.1) else { return false };
        for (key, mode) in session.has {
            self.let_go(owner, key, mode);
        }
        true
    }

    /// The state of a session whose holder has a lease.
    fn session(&mut self, owner: Owner) -> &mut Session {
        let lease = self.holders.entry(owner.0).or_default();
        let heard = lease.ended;
        lease.sessions.entry(owner.1).or_insert_with(|| Session { heard, ..Session::default() })
    }

    fn grant(&mut self, owner: Owner, key: LockKey, mode: LockMode) {
        if self.session(owner).has.insert((key, mode)) {
            self.objects.entry(key).or_default().granted.push((owner, mode));
            self.size += 1;
        }
    }

    fn let_go(&mut self, owner: Owner, key: LockKey, mode: LockMode) {
        if let Some(object) = self.objects.get_mut(&key) {
            object.granted.retain(|granted| *granted != (owner, mode));
            self.size = self.size.saturating_sub(1);
        }
        self.promote(key);
    }

    /// Leaves the queue.
    fn give_up(&mut self, owner: Owner) {
        let Some((key, _)) = self.session_of(owner).and_then(|session| session.awaits) else { return };
        self.session(owner).awaits = None;
        if let Some(object) = self.objects.get_mut(&key) {
            object.queue.retain(|(other, _)| *other != owner);
            self.size = self.size.saturating_sub(1);
        }
        self.promote(key);
    }

    fn session_of(&self, owner: Owner) -> Option<&Session> {
        self.holders.get(&owner.0)?.sessions.get(&owner.1)
    }

    /// Grants to those in front of the queue what they can have.
    fn promote(&mut self, key: LockKey) {
        while let Some(object) = self.objects.get_mut(&key) {
            match object.queue.front().copied() {
                Some((owner, mode)) if !object.is_taken(owner, mode) => {
                    object.queue.pop_front();
                    self.size = self.size.saturating_sub(1);
                    self.session(owner).awaits = None;
                    self.grant(owner, key, mode);
                }
                Some(_) => return,
                None if object.granted.is_empty() => {
                    self.objects.remove(&key);
                }
                None => return,
            }
        }
    }

    /// Those whom a waiting session waits for: who has the lock, and who comes first.
    fn blocking(&self, owner: Owner) -> Vec<Owner> {
        let Some((key, mode)) = self.session_of(owner).and_then(|s| s.awaits) else { return Vec::new() };
        let Some(object) = self.objects.get(&key) else { return Vec::new() };
        let granted = object.granted.iter();
        let before = object.queue.iter().take_while(|(other, _)| *other != owner);
        granted.chain(before).filter(|(o, m)| *o != owner && mode.excludes(*m)).map(|(o, _)| *o).collect()
    }

    /// Sessions that wait for each other in a circle that goes through `owner`.
    fn circle(&self, owner: Owner) -> Option<Vec<Wait>> {
        let mut seen = BTreeSet::new();
        let mut path = vec![(owner, self.blocking(owner).into_iter())];
        while let Some((_, blockers)) = path.last_mut() {
            let Some(next) = blockers.next() else {
                path.pop();
                continue;
            };
            if next == owner {
                let owners: Vec<Owner> = path.iter().map(|(o, _)| *o).collect();
                let blocked_by = owners.iter().skip(1).chain([&owner]);
                let waits = owners.iter().zip(blocked_by).filter_map(|(o, by)| {
                    let (key, mode) = self.session_of(*o)?.awaits?;
                    Some(Wait { lock: Held { session: o.1, key, mode }, blocked_by: by.1 })
                });
                return Some(waits.collect());
            }
            if seen.insert(next) {
                path.push((next, self.blocking(next).into_iter()));
            }
        }
        None
    }

    /// Two sessions that have what excludes each other; there are none.
    #[cfg(test)]
    pub(super) fn contradiction(&self) -> Option<(LockKey, Owner, Owner)> {
        self.objects.iter().find_map(|(key, object)| {
            let pairs = object.granted.iter().flat_map(|a| object.granted.iter().map(move |b| (a, b)));
            pairs.into_iter().find_map(|((a, m), (b, n))| (a != b && m.excludes(*n)).then_some((*key, *a, *b)))
        })
    }

    #[cfg(test)]
    pub(super) fn has(&self, holder: Holder, held: &Held) -> bool {
        self.session_of((holder, held.session)).is_some_and(|s| s.has.contains(&(held.key, held.mode)))
    }
}

impl Object {
    /// Whether others have what excludes `mode`.
    fn is_taken(&self, owner: Owner, mode: LockMode) -> bool {
        self.granted.iter().any(|(other, held)| *other != owner && mode.excludes(*held))
    }
}

#[cfg(test)]
#[path = "table_test.rs"]
mod table_test;
