//! Live sessions by process id, and the secrets by which a cancel request proves that it comes
//! from the session's client.
#![allow(clippy::disallowed_methods, reason = "secrets are random")]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use gavel_api::sql::CancelHandle;
use parking_lot::Mutex;
use rand::RngCore;

/// Bytes of a secret: four in protocol 3.0, up to 256 since 3.2.
pub const SECRET_3_0: usize = 4;
pub const SECRET_3_2: usize = 32;

struct Entry {
    secret: Vec<u8>,
    /// `None` until the session is open.
    handle: Option<Arc<dyn CancelHandle>>,
}

/// All sessions of this process.
#[derive(Default)]
pub struct CancelRegistry {
    sessions: Mutex<HashMap<i32, Entry>>,
    last_pid: AtomicI32,
}

impl CancelRegistry {
    /// A process id that no live session has, with a fresh secret. Positive, as clients expect.
    pub fn register(self: &Arc<Self>, secret_bytes: usize) -> Registration {
        let mut secret = vec![0; secret_bytes];
        rand::rng().fill_bytes(&mut secret);
        let mut sessions = self.sessions.lock();
        let pid = loop {
            let pid = self.last_pid.fetch_add(1, Ordering::Relaxed).wrapping_add(1) & i32::MAX;
            if pid != 0 && !sessions.contains_key(&pid) {
                break pid;
            }
        };
        sessions.insert(pid, Entry { secret: secret.clone(), handle: None });
        Registration { registry: self.clone(), pid, secret }
    }

    /// Cancels what session `pid` runs, if the secret is its own. Whether it was is not told.
    pub fn cancel(&self, pid: i32, secret: &[u8]) {
        let handle = {
            let sessions = self.sessions.lock();
            sessions.get(&pid).filter(|e| same(&e.secret, secret)).and_then(|e| e.handle.clone())
        };
        if let Some(handle) = handle {
            handle.cancel();
        }
    }

    /// Ends every session.
    pub fn terminate_all(&self) {
        let handles: Vec<_> = self.sessions.lock().values().filter_map(|e| e.handle.clone()).collect();
        handles.iter().for_each(|h| h.terminate());
    }
}

/// Compares without telling by time how much is right.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |acc, (x, y)| acc | (x ^ y)) == 0
}

/// A session's place in the registry; dropping it gives the process id back.
pub struct Registration {
    registry: Arc<CancelRegistry>,
    pub pid: i32,
    pub secret: Vec<u8>,
}

impl Registration {
    /// From now on the session can be cancelled.
    pub fn attach(&self, handle: Arc<dyn CancelHandle>) {
        if let Some(entry) = self.registry.sessions.lock().get_mut(&self.pid) {
            entry.handle = Some(handle);
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.registry.sessions.lock().remove(&self.pid);
    }
}
