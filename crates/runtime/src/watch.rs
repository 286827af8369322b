//! A value that many follow: only the newest is kept.
//!
//! Like tokio's of the same name, whose followers however wake in an order drawn by lot; here they wake
//! in the order in which they waited, so that a run of one thread can be played again.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use parking_lot::{RwLock, RwLockReadGuard};
use tokio::sync::Notify;

struct Shared<T> {
    value: RwLock<T>,
    /// Of the value; raised under its lock.
    version: AtomicU64,
    changed: Notify,
    senders: AtomicUsize,
    receivers: AtomicUsize,
}

/// Nobody is left to change the value, or nobody to see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the other end is gone")
    }
}

impl std::error::Error for Closed {}

/// The value, as long as this is held; whoever changes it waits meanwhile.
pub struct Ref<'a, T>(RwLockReadGuard<'a, T>);

impl<T> Deref for Ref<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Ref<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Changes the value.
pub struct Sender<T>(Arc<Shared<T>>);

/// Follows the value.
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
    seen: u64,
}

/// A value, and one who follows it.
pub fn channel<T>(value: T) -> (Sender<T>, Receiver<T>) {
    let sender = Sender::new(value);
    let receiver = sender.subscribe();
    (sender, receiver)
}

impl<T> Sender<T> {
    /// A value that nobody follows yet.
    pub fn new(value: T) -> Self {
        Self(Arc::new(Shared {
            value: RwLock::new(value),
            version: AtomicU64::new(0),
            changed: Notify::new(),
            senders: AtomicUsize::new(1),
            receivers: AtomicUsize::new(0),
        }))
    }

    /// Follows the value from the present one on, which counts as seen.
    pub fn subscribe(&self) -> Receiver<T> {
        self.0.receivers.fetch_add(1, Ordering::AcqRel);
        let seen = self.0.version.load(Ordering::Acquire);
        Receiver { shared: Arc::clone(&self.0), seen }
    }

    /// The present value.
    pub fn borrow(&self) -> Ref<'_, T> {
        Ref(self.0.value.read())
    }

    /// Changes the value, and tells of it if `change` says that it did.
    pub fn send_if_modified(&self, change: impl FnOnce(&mut T) -> bool) -> bool {
        {
            let mut value = self.0.value.write();
            if !change(&mut value) {
                return false;
            }
            self.0.version.fetch_add(1, Ordering::AcqRel);
        }
        self.0.changed.notify_waiters();
        true
    }

    /// Changes the value.
    pub fn send_modify(&self, change: impl FnOnce(&mut T)) {
        self.send_if_modified(|value| {
            change(value);
            true
        });
    }

    /// Puts `value` in place of the present one, which is returned.
    pub fn send_replace(&self, mut value: T) -> T {
        self.send_modify(|present| std::mem::swap(present, &mut value));
        value
    }

    /// Whether anybody follows.
    pub fn is_followed(&self) -> bool {
        self.0.receivers.load(Ordering::Acquire) > 0
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.0.senders.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(&self.0))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if self.0.senders.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.changed.notify_waiters();
        }
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Sender").field(&*self.0.value.read()).finish()
    }
}

async fn changed<T>(shared: &Shared<T>, seen: &mut u64) -> Result<(), Closed> {
    loop {
        // Hears of every change from here on, though it is not waited for yet.
        let notified = shared.changed.notified();
        let version = shared.version.load(Ordering::Acquire);
        if version != *seen {
            *seen = version;
            return Ok(());
        }
        if shared.senders.load(Ordering::Acquire) == 0 {
            return Err(Closed);
        }
        notified.await;
    }
}

impl<T> Receiver<T> {
    /// The present value.
    pub fn borrow(&self) -> Ref<'_, T> {
        Ref(self.shared.value.read())
    }

    /// The present value, which counts as seen.
    pub fn borrow_and_update(&mut self) -> Ref<'_, T> {
        let value = self.shared.value.read();
        self.seen = self.shared.version.load(Ordering::Acquire);
        Ref(value)
    }

    /// Waits for a value that was not seen, and counts it as seen. Cancel safe.
    ///
    /// # Errors
    /// [`Closed`] if no other can come.
    pub async fn changed(&mut self) -> Result<(), Closed> {
        changed(&self.shared, &mut self.seen).await
    }

    /// Waits for a value that `wanted` accepts, be it the present one.
    ///
    /// # Errors
    /// [`Closed`] if no such value can come.
    pub async fn wait_for(&mut self, mut wanted: impl FnMut(&T) -> bool) -> Result<Ref<'_, T>, Closed> {
        loop {
            {
                let value = self.shared.value.read();
                self.seen = self.shared.version.load(Ordering::Acquire);
                if wanted(&value) {
                    return Ok(Ref(value));
                }
            }
            changed(&self.shared, &mut self.seen).await?;
        }
    }

    /// The present value counts as seen.
    pub fn mark_unchanged(&mut self) {
        self.seen = self.shared.version.load(Ordering::Acquire);
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.shared.receivers.fetch_add(1, Ordering::AcqRel);
        Self { shared: Arc::clone(&self.shared), seen: self.seen }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.shared.receivers.fetch_sub(1, Ordering::AcqRel);
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Receiver").field(&*self.shared.value.read()).finish()
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test starts a task")]
mod tests {
    use std::task::{Context, Waker};

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_follower_sees_the_last_value_and_the_end() {
        let (sender, mut receiver) = channel(0);
        let follow = tokio::task::spawn(async move {
            let mut last = 0;
            while receiver.changed().await.is_ok() {
                let now = *receiver.borrow_and_update();
                assert!(now >= last);
                last = now;
            }
            last
        });
        for n in 1..=10_000 {
            sender.send_replace(n);
        }
        drop(sender);
        assert_eq!(follow.await.unwrap(), 10_000);
    }

    #[test]
    fn a_change_before_the_first_poll_is_not_missed() {
        let (sender, mut receiver) = channel(0);
        let mut context = Context::from_waker(Waker::noop());
        let mut waiting = Box::pin(receiver.wait_for(|n| *n == 2));
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        sender.send_replace(1);
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        sender.send_replace(2);
        assert!(waiting.as_mut().poll(&mut context).is_ready());
        drop(waiting);
        assert!(sender.is_followed());
        drop(receiver);
        assert!(!sender.is_followed());
    }
}
