//! The file that the next segment will be, made ahead by a thread of its own: creating, filling and
//! flushing 16 MiB would otherwise hold up every commit that meets the end of a segment. It is also
//! the reserve that lets a few more commits through when the disk has just become full.
//!
//! The spare is filled under one name and gets another when it is complete, so that one that is
//! found at start-up can be used.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use gavel_runtime::simulation;
use parking_lot::{Condvar, Mutex};

use crate::disk::Disk;

/// Name of a complete spare file.
pub(crate) const SPARE: &str = "spare";
/// Name of a file for one large append.
pub(crate) const GIANT: &str = "giant.unfinished";
const UNFINISHED: &str = "spare.unfinished";

/// Whether a file of this name was left by a crash and is of no use.
pub(crate) fn is_unfinished(name: &str) -> bool {
    name == UNFINISHED || name == GIANT
}

/// Makes a file of `size` bytes that have their place on the disk.
pub(crate) fn prepare(disk: &dyn Disk, name: &str, size: u64, fill: bool) -> io::Result<()> {
    let make = || {
        let file = disk.create(name)?;
        file.allocate(size, fill)?;
        file.sync_data()
    };
    make().inspect_err(|_| {
        // The half-made file must not keep the space that it has got; if it cannot be removed, the
        // next attempt takes its place.
        let _ = disk.remove(name);
    })
}

#[derive(Debug)]
enum State {
    Idle,
    Wanted,
    Ready,
    Failed(io::Error),
    Stop,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// See the module.
pub(crate) struct Spare {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// Makes the file itself when it is taken: a simulation has no second thread.
    alone: Option<Alone>,
}

struct Alone {
    disk: Arc<dyn Disk>,
    size: u64,
}

fn make(disk: &dyn Disk, size: u64) -> io::Result<()> {
    prepare(disk, UNFINISHED, size, true).and_then(|()| disk.rename(UNFINISHED, SPARE))
}

impl Spare {
    /// Starts the thread. `ready` says whether a complete spare of the right size is there already.
    pub(crate) fn start(disk: Arc<dyn Disk>, size: u64, ready: bool) -> io::Result<Self> {
        let state = if ready { State::Ready } else { State::Wanted };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        if simulation::is_entered() {
            let alone = Some(Alone { disk, size });
            return Ok(Self { shared, thread: None, alone });
        }
        let theirs = Arc::clone(&shared);
        let run = move || {
            let mut state = theirs.state.lock();
            loop {
                match *state {
                    State::Stop => return,
                    State::Wanted => {
                        drop(state);
                        let done = make(disk.as_ref(), size);
                        state = theirs.state.lock();
                        if !matches!(*state, State::Stop) {
                            *state = done.map_or_else(State::Failed, |()| State::Ready);
                        }
                        theirs.changed.notify_all();
                    }
                    State::Idle | State::Ready | State::Failed(_) => theirs.changed.wait(&mut state),
                }
            }
        };
        let thread = std::thread::Builder::new().name("journal-spare".into()).spawn(run)?;
        Ok(Self { shared, thread: Some(thread), alone: None })
    }

    /// Asks for a spare, without waiting for it.
    pub(crate) fn want(&self) {
        let mut state = self.shared.state.lock();
        if matches!(*state, State::Idle | State::Failed(_)) {
            *state = State::Wanted;
            self.shared.changed.notify_all();
        }
    }

    /// Waits until the file [`SPARE`] is there. The caller renames it, or gives it back. A failure from ahead of time is tried once more first.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn take(&self) -> io::Result<()> {
        self.want();
        let mut state = self.shared.state.lock();
        while matches!(*state, State::Wanted) {
            match &self.alone {
                Some(alone) => {
                    *state = make(alone.disk.as_ref(), alone.size).map_or_else(State::Failed, |()| State::Ready)
                }
                None => self.shared.changed.wait(&mut state),
            }
        }
        match std::mem::replace(&mut *state, State::Idle) {
            State::Ready => Ok(()),
            State::Failed(error) => Err(error),
            State::Idle | State::Wanted | State::Stop => Err(io::Error::other("the journal is closing")),
        }
    }
}

impl Spare {
    /// The file [`SPARE`] was not used after all, and is still there.
    pub(crate) fn give_back(&self) {
        let mut state = self.shared.state.lock();
        if matches!(*state, State::Idle) {
            *state = State::Ready;
        }
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        *self.shared.state.lock() = State::Stop;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been printed; there is nothing left to hand on.
            let _ = thread.join();
        }
    }
}
