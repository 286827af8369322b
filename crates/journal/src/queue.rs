//! What waits for the writer thread: a bounded queue that gives the writer all that has gathered,
//! up to the size of a group.

use std::collections::VecDeque;

use gavel_api::journal::{Error, Record};
use gavel_types::{Epoch, Lsn, Timestamp};
use parking_lot::{Condvar, Mutex};
use tokio::sync::{Notify, oneshot};

/// An append as the writer sees it.
#[derive(Debug)]
pub(crate) struct Append {
    pub epoch: Epoch,
    /// From [`crate::frame::build`], not sealed yet.
    pub frame: Vec<u8>,
    pub records: Vec<Record>,
    pub reply: oneshot::Sender<Result<Lsn, Error>>,
}

/// Work for the writer thread.
#[derive(Debug)]
pub(crate) enum Request {
    Append(Append),
    OpenEpoch { opened_at: Timestamp, reply: oneshot::Sender<Result<Epoch, Error>> },
    Trim { below: Lsn, reply: oneshot::Sender<Result<(), Error>> },
}

/// What weighs on the queue's bound.
pub(crate) trait Weigh {
    /// Bytes that it keeps in memory.
    fn bytes(&self) -> usize;
}

impl Weigh for Request {
    fn bytes(&self) -> usize {
        match self {
            Self::Append(append) => append.frame.len(),
            Self::OpenEpoch { .. } | Self::Trim { .. } => 64,
        }
    }
}

#[derive(Debug)]
struct State<T> {
    waiting: VecDeque<T>,
    bytes: usize,
    closed: bool,
    writer_sleeps: bool,
    task_sleeps: bool,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Queue<T = Request> {
    state: Mutex<State<T>>,
    filled: Condvar,
    pushed: Notify,
    size_bytes: usize,
}

impl<T: Weigh> Queue<T> {
    pub(crate) fn new(size_bytes: usize) -> Self {
        let state =
            State { waiting: VecDeque::new(), bytes: 0, closed: false, writer_sleeps: false, task_sleeps: false };
        Self { state: Mutex::new(state), filled: Condvar::new(), pushed: Notify::new(), size_bytes }
    }

    /// Adds a request at the end. A request that is larger than the queue is taken when nothing
    /// else waits.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if there is no room, [`Error::Closed`] after [`Queue::close`].
    pub(crate) fn push(&self, request: T) -> Result<(), Error> {
        let bytes = request.bytes();
        let mut state = self.state.lock();
        if state.closed {
            return Err(Error::Closed);
        }
        if !state.waiting.is_empty() && state.bytes + bytes > self.size_bytes {
            return Err(Error::Overloaded);
        }
        state.bytes += bytes;
        state.waiting.push_back(request);
        if state.writer_sleeps {
            self.filled.notify_one();
        }
        if std::mem::replace(&mut state.task_sleeps, false) {
            self.pushed.notify_one();
        }
        Ok(())
    }

    /// Waits for work and takes up to `max_bytes` of it, at least one request. `None` once closed
    /// and empty.
    pub(crate) fn take(&self, max_bytes: usize) -> Option<Vec<T>> {
        let mut state = self.state.lock();
        while state.waiting.is_empty() {
            if state.closed {
                return None;
            }
            state.writer_sleeps = true;
            self.filled.wait(&mut state);
            state.writer_sleeps = false;
        }
        Some(state.group(max_bytes))
    }

    /// [`Queue::take`] for a writer that is a task, of which no two wait at once.
    pub(crate) async fn taken(&self, max_bytes: usize) -> Option<Vec<T>> {
        loop {
            // Hears of what is pushed from here on.
            let pushed = self.pushed.notified();
            {
                let mut state = self.state.lock();
                if !state.waiting.is_empty() {
                    return Some(state.group(max_bytes));
                }
                if state.closed {
                    return None;
                }
                state.task_sleeps = true;
            }
            pushed.await;
        }
    }

    /// Whether [`Queue::close`] was called.
    pub(crate) fn is_closed(&self) -> bool {
        self.state.lock().closed
    }

    /// Refuses further requests; those that wait are still taken.
    pub(crate) fn close(&self) {
        let task_sleeps = {
            let mut state = self.state.lock();
            state.closed = true;
            std::mem::replace(&mut state.task_sleeps, false)
        };
        self.filled.notify_one();
        if task_sleeps {
            self.pushed.notify_one();
        }
    }
}

impl<T: Weigh> State<T> {
    /// The first of what waits, up to `max_bytes` of it, at least one.
    fn group(&mut self, max_bytes: usize) -> Vec<T> {
        let mut group = Vec::new();
        let mut bytes = 0;
        while let Some(next) = self.waiting.front() {
            bytes += next.bytes();
            if !group.is_empty() && bytes > max_bytes {
                break;
            }
            if let Some(request) = self.waiting.pop_front() {
                self.bytes -= request.bytes();
                group.push(request);
            }
        }
        group
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(bytes: usize) -> Request {
        let (reply, _) = oneshot::channel();
        Request::Append(Append { epoch: Epoch(1), frame: vec![0; bytes], records: Vec::new(), reply })
    }

    #[test]
    fn a_full_queue_refuses_and_a_group_is_bounded() {
        let queue = Queue::new(100);
        for _ in 0..5 {
            queue.push(append(20)).unwrap();
        }
        assert!(matches!(queue.push(append(1)), Err(Error::Overloaded)));
        assert_eq!(queue.take(45).unwrap().len(), 2);
        queue.push(append(1)).unwrap();
        assert_eq!(queue.take(1_000).unwrap().len(), 4);
    }

    #[test]
    fn a_giant_is_taken_when_nothing_else_waits() {
        let queue = Queue::new(100);
        queue.push(append(1_000)).unwrap();
        assert!(matches!(queue.push(append(1)), Err(Error::Overloaded)));
        assert_eq!(queue.take(10).unwrap().len(), 1);
    }

    #[test]
    fn what_waits_at_closing_is_still_taken() {
        let queue = Queue::new(100);
        queue.push(append(1)).unwrap();
        queue.close();
        assert!(matches!(queue.push(append(1)), Err(Error::Closed)));
        assert!(queue.take(10).is_some());
        assert!(queue.take(10).is_none());
    }
}
