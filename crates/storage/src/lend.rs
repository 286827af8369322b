//! Streams that can be taken back.
//!
//! What a stream reads from stays open as long as the stream does, and a reader that is slow, or has stopped
//! to read without going away, never asks it for more. So its end cannot be a matter of asking: whoever has
//! lent it takes away what is in it, and the reader finds [`Error::Behind`] there when it comes.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};

use futures::Stream;
use futures::stream::{BoxStream, StreamExt};
use gavel_api::storage::Error;
use parking_lot::Mutex;

type Items<T> = BoxStream<'static, Result<T, Error>>;

/// The streams that were lent and have not ended.
#[derive(Default)]
pub(crate) struct Loans(Mutex<Open>);

#[derive(Default)]
struct Open {
    /// Nothing is lent any more.
    revoked: bool,
    next: u64,
    lent: HashMap<u64, Weak<dyn Revoke>>,
}

trait Revoke: Send + Sync {
    fn revoke(&self);
}

/// What is in a stream.
struct Slot<T>(Mutex<Inside<T>>);

struct Inside<T> {
    /// None once it was taken back, or has ended.
    items: Option<Items<T>>,
    /// Of a reader that waits.
    reader: Option<Waker>,
    /// The reader is yet to be told that it was taken back.
    untold: bool,
}

impl<T> Revoke for Slot<T>
where
    T: Send + 'static,
{
    fn revoke(&self) {
        let (items, reader) = {
            let mut inside = self.0.lock();
            let items = inside.items.take();
            inside.untold = items.is_some();
            (items, inside.reader.take())
        };
        // Outside of the lock: whatever ends with it may take its time.
        drop(items);
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

/// What the reader has.
struct Lent<T> {
    slot: Arc<Slot<T>>,
    loans: Arc<Loans>,
    number: u64,
}

impl Loans {
    /// Lends `items`, until [`Loans::revoke`].
    pub(crate) fn lend<T: Send + 'static>(self: &Arc<Self>, items: Items<T>) -> Items<T> {
        let slot = Arc::new(Slot(Mutex::new(Inside { items: Some(items), reader: None, untold: false })));
        let number = {
            let mut open = self.0.lock();
            let number = open.next;
            open.next += 1;
            if !open.revoked {
                let weak: Weak<dyn Revoke> = Arc::downgrade(&(slot.clone() as Arc<dyn Revoke>));
                open.lent.insert(number, weak);
                drop(open);
                return Lent { slot, loans: self.clone(), number }.boxed();
            }
            number
        };
        slot.revoke();
        Lent { slot, loans: self.clone(), number }.boxed()
    }

    /// Takes all back, and those to come.
    pub(crate) fn revoke(&self) {
        let lent = {
            let mut open = self.0.lock();
            open.revoked = true;
            std::mem::take(&mut open.lent)
        };
        for slot in lent.into_values().filter_map(|slot| slot.upgrade()) {
            slot.revoke();
        }
    }
}

impl<T: Send + 'static> Stream for Lent<T> {
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut inside = self.slot.0.lock();
        let Some(items) = &mut inside.items else {
            return Poll::Ready(std::mem::take(&mut inside.untold).then_some(Err(Error::Behind)));
        };
        match items.poll_next_unpin(context) {
            Poll::Pending => inside.reader = Some(context.waker().clone()),
            Poll::Ready(None) => {
                inside.items = None;
                return Poll::Ready(None);
            }
            item @ Poll::Ready(Some(_)) => return item,
        }
        Poll::Pending
    }
}

impl<T> Drop for Lent<T> {
    fn drop(&mut self) {
        self.loans.0.lock().lent.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    fn numbers(held: &Arc<()>) -> Items<u32> {
        let held = held.clone();
        stream::iter(0..3).map(move |n| (held.clone(), Ok(n)).1).boxed()
    }

    #[tokio::test]
    async fn what_nobody_reads_is_taken_back_all_the_same() {
        let (held, loans) = (Arc::new(()), Arc::new(Loans::default()));
        let (mut begun, whole) = (loans.lend(numbers(&held)), loans.lend(numbers(&held)));
        assert!(matches!(begun.next().await, Some(Ok(0))));
        let all: Vec<_> = whole.collect().await;
        assert!(all.len() == 3 && all.iter().all(Result::is_ok));
        let unread = loans.lend(numbers(&held));
        assert!(Arc::strong_count(&held) > 1);
        loans.revoke();
        assert_eq!(Arc::strong_count(&held), 1, "somebody still holds what was lent");
        assert!(matches!(begun.next().await, Some(Err(Error::Behind))));
        assert!(begun.next().await.is_none());
        let late: Vec<_> = loans.lend(numbers(&held)).collect().await;
        assert!(matches!(late[..], [Err(Error::Behind)]));
        assert_eq!(Arc::strong_count(&held), 1);
        drop((unread, begun));
        assert!(loans.0.lock().lent.is_empty());
    }

    #[tokio::test]
    async fn a_reader_that_waits_is_woken() {
        let loans = Arc::new(Loans::default());
        let mut silent = loans.lend(stream::pending::<Result<u32, Error>>().boxed());
        let (item, ()) = tokio::join!(silent.next(), async {
            tokio::task::yield_now().await;
            loans.revoke();
        });
        assert!(matches!(item, Some(Err(Error::Behind))));
    }
}
