//! What every [`Locks`] does.

use gavel_types::{Epoch, Oid};

use crate::adjudicator::Error;
use crate::locks::{Acquire, Acquired, Held, Holder, LockKey, LockMode, Locks, Release, Renew, SessionId};

fn key(object: u32) -> LockKey {
    LockKey { database: Oid(5), class: 0, object, pair: false }
}

/// A holder with a lease.
pub struct Client<'a, L: Locks> {
    locks: &'a L,
    holder: Holder,
    epoch: Epoch,
    op: u64,
}

impl<'a, L: Locks> Client<'a, L> {
    pub async fn new(locks: &'a L, holder: u64) -> Self {
        let renew = Renew { holder: Holder(holder), op: 0, epoch: None, held: Vec::new() };
        let renewed = locks.renew(renew).await.unwrap();
        assert!(!renewed.lost);
        Self { locks, holder: Holder(holder), epoch: renewed.epoch, op: 0 }
    }

    fn request(&mut self, session: SessionId, object: u32, mode: LockMode, wait: bool) -> Acquire {
        self.op += 1;
        let lock = Held { session, key: key(object), mode };
        Acquire { holder: self.holder, epoch: self.epoch, op: self.op, lock, wait }
    }

    async fn attempt(&mut self, session: SessionId, object: u32, mode: LockMode) -> Acquired {
        let request = self.request(session, object, mode, false);
        self.locks.acquire(request).await.unwrap()
    }

    async fn release(&mut self, session: SessionId, locks: Option<Vec<(LockKey, LockMode)>>) {
        self.op += 1;
        let release = Release { holder: self.holder, epoch: self.epoch, op: self.op, session, locks };
        self.locks.release(release).await.unwrap();
    }
}

/// Runs all of the suite, each on a fresh table.
pub async fn all<L: Locks, F: AsyncFn() -> L>(fresh: F) {
    holders_exclude_each_other(&fresh().await).await;
    who_waits_gets_it_when_it_is_let_go(&fresh().await).await;
    a_wait_ends_and_keeps_its_place(&fresh().await).await;
    a_circle_is_refused(&fresh().await).await;
    the_end_of_a_session_releases_all(&fresh().await).await;
    strangers_and_old_calls_are_refused(&fresh().await).await;
}

/// Share goes with share, exclusive with nothing.
pub async fn holders_exclude_each_other<L: Locks>(locks: &L) {
    let (mut a, mut b) = (Client::new(locks, 1).await, Client::new(locks, 2).await);
    assert_eq!(a.attempt(7, 1, LockMode::Exclusive).await, Acquired::Granted);
    assert_eq!(a.attempt(7, 1, LockMode::Exclusive).await, Acquired::Granted);
    assert_eq!(b.attempt(7, 1, LockMode::Share).await, Acquired::Busy);
    assert_eq!(a.attempt(8, 1, LockMode::Exclusive).await, Acquired::Busy);
    assert_eq!(b.attempt(7, 2, LockMode::Share).await, Acquired::Granted);
    assert_eq!(a.attempt(7, 2, LockMode::Share).await, Acquired::Granted);
    assert_eq!(a.attempt(7, 2, LockMode::Exclusive).await, Acquired::Busy);
}

/// And at once.
pub async fn who_waits_gets_it_when_it_is_let_go<L: Locks>(locks: &L) {
    let (mut a, mut b) = (Client::new(locks, 1).await, Client::new(locks, 2).await);
    assert_eq!(a.attempt(1, 1, LockMode::Exclusive).await, Acquired::Granted);
    let waits = b.request(2, 1, LockMode::Exclusive, true);
    let (answer, ()) = futures::join!(locks.acquire(waits), async {
        while locks.blockers(Holder(2), 2).await.unwrap() != [1] {
            futures::future::ready(()).await;
        }
        a.release(1, Some(vec![(key(1), LockMode::Exclusive)])).await;
    });
    assert_eq!(answer.unwrap(), Acquired::Granted);
    assert_eq!(locks.blockers(Holder(2), 2).await.unwrap(), [0; 0]);
}

/// The call comes back; who asked first is still first.
pub async fn a_wait_ends_and_keeps_its_place<L: Locks>(locks: &L) {
    let (mut a, mut b) = (Client::new(locks, 1).await, Client::new(locks, 2).await);
    assert_eq!(a.attempt(1, 1, LockMode::Exclusive).await, Acquired::Granted);
    let waits = b.request(2, 1, LockMode::Exclusive, true);
    assert_eq!(locks.acquire(waits).await.unwrap(), Acquired::Waiting);
    a.release(1, None).await;
    // Nobody asks at present, and yet it is not free for others.
    assert_eq!(a.attempt(3, 1, LockMode::Share).await, Acquired::Busy);
    assert_eq!(locks.acquire(waits).await.unwrap(), Acquired::Granted);
    // Given up, it is.
    b.release(2, Some(vec![(key(1), LockMode::Exclusive)])).await;
    assert_eq!(a.attempt(3, 1, LockMode::Share).await, Acquired::Granted);
}

/// The one that closes it hears of it.
pub async fn a_circle_is_refused<L: Locks>(locks: &L) {
    let (mut a, mut b) = (Client::new(locks, 1).await, Client::new(locks, 2).await);
    assert_eq!(a.attempt(1, 1, LockMode::Exclusive).await, Acquired::Granted);
    assert_eq!(b.attempt(2, 2, LockMode::Exclusive).await, Acquired::Granted);
    let waits = a.request(1, 2, LockMode::Exclusive, true);
    assert_eq!(locks.acquire(waits).await.unwrap(), Acquired::Waiting);
    let closes = b.request(2, 1, LockMode::Share, true);
    let Acquired::Deadlock(circle) = locks.acquire(closes).await.unwrap() else { panic!("no deadlock") };
    let sessions: Vec<_> = circle.iter().map(|wait| (wait.lock.session, wait.blocked_by)).collect();
    assert_eq!(sessions, [(2, 1), (1, 2)]);
    b.release(2, None).await;
    assert_eq!(locks.acquire(waits).await.unwrap(), Acquired::Granted);
}

/// Also places in queues.
pub async fn the_end_of_a_session_releases_all<L: Locks>(locks: &L) {
    let (mut a, mut b) = (Client::new(locks, 1).await, Client::new(locks, 2).await);
    for object in 1..4 {
        assert_eq!(a.attempt(1, object, LockMode::Exclusive).await, Acquired::Granted);
    }
    a.release(1, None).await;
    for object in 1..4 {
        assert_eq!(b.attempt(2, object, LockMode::Exclusive).await, Acquired::Granted);
    }
}

/// Without harm.
pub async fn strangers_and_old_calls_are_refused<L: Locks>(locks: &L) {
    let mut a = Client::new(locks, 1).await;
    let lock = Held { session: 1, key: key(1), mode: LockMode::Share };
    let stranger = Acquire { holder: Holder(9), epoch: a.epoch, op: 1, lock, wait: false };
    assert_eq!(locks.acquire(stranger).await.unwrap(), Acquired::NoLease);
    let old = a.request(1, 1, LockMode::Exclusive, true);
    a.release(1, Some(vec![(key(1), LockMode::Exclusive)])).await;
    assert_eq!(locks.acquire(old).await.unwrap(), Acquired::Stale);
    let epoch = Epoch(a.epoch.0 + 1);
    let elsewhere = Acquire { epoch, ..a.request(1, 1, LockMode::Share, false) };
    assert!(matches!(locks.acquire(elsewhere).await, Err(Error::WrongEpoch(right)) if right == a.epoch));
    // A table that has not just begun knows who holds what.
    let held = vec![lock];
    let renewed = locks.renew(Renew { holder: Holder(8), op: 0, epoch: None, held }).await.unwrap();
    assert!(renewed.lost);
}
