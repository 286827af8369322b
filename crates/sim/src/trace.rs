//! What happened, as one number: two runs of a seed that differ anywhere differ here.

use std::hash::{Hash, Hasher};

/// A running FNV-1a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    hash: u64,
    events: u64,
}

impl Default for Trace {
    fn default() -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, events: 0 }
    }
}

impl Trace {
    /// Adds an event.
    pub fn add(&mut self, event: impl Hash) {
        event.hash(self);
        self.events += 1;
    }

    /// Events so far.
    pub const fn events(&self) -> u64 {
        self.events
    }
}

impl Hasher for Trace {
    fn finish(&self) -> u64 {
        self.hash
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
