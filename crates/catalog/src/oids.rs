//! Fresh OIDs. The counter in [`crate::keys::next_oid`] is raised a block at a time by a transaction of
//! its own; a query node hands out the block from memory. OIDs of a block that a crash lost are never
//! used, none is used twice.
//!
//! OIDs of temporary objects are a session's own affair: it counts through a range that is kept free for them,
//! and begins again at the end.

use bytes::Bytes;
use gavel_types::pg_type::{FIRST_USER_TYPE, TEMPORARY_TYPES};
use gavel_types::{Oid, Write, WriteMode};

use crate::keys;
use crate::system::{FIRST_USER_OID, TEMPORARY_SCHEMA};

/// How many OIDs are taken from the counter at a time.
pub const BLOCK: u32 = 4096;

/// OIDs that this node may hand out.
#[derive(Debug, Default)]
pub struct OidBlock {
    next: u32,
    end: u32,
}

impl OidBlock {
    /// The first of `count` OIDs in a row; `None` if the block is used up and [`OidBlock::refill`] is due.
    pub fn take(&mut self, count: u32) -> Option<Oid> {
        let first = self.next;
        let next = first.checked_add(count)?;
        if first == 0 || next > self.end {
            return None;
        }
        self.next = next;
        Some(Oid(first))
    }

    /// Given the counter's value (`None` if it is absent), the write that takes at least `count` more
    /// OIDs. Commit it, then call [`OidBlock::take`] again. `None` when OIDs have run out.
    pub fn refill(counter: Option<&[u8]>, count: u32) -> Option<(Self, Write)> {
        let first = counter.and_then(|c| c.try_into().ok()).map_or(FIRST_USER_OID.0, u32::from_be_bytes);
        let end = first.checked_add(BLOCK.max(count))?;
        // Above are the types of users, and what is temporary.
        if end > FIRST_USER_TYPE {
            return None;
        }
        let value = Bytes::copy_from_slice(&end.to_be_bytes());
        let write = Write { key: keys::next_oid(), mode: WriteMode::Update, value: Some(value) };
        Some((Self { next: first, end }, write))
    }
}

/// Last OID of a temporary object: every relation has a row type.
const LAST_TEMPORARY: u32 = TEMPORARY_SCHEMA.0 + TEMPORARY_TYPES - 1;

/// OIDs of one session's temporary objects.
#[derive(Debug, Default)]
pub struct TemporaryOids {
    /// Given last, counted from the schema's own; 0 is none.
    given: u32,
    /// All were given once, so that some may be in use.
    wrapped: bool,
}

impl TemporaryOids {
    /// An OID that is not in use.
    pub fn take(&mut self, in_use: impl Fn(Oid) -> bool) -> Oid {
        loop {
            self.given += 1;
            if TEMPORARY_SCHEMA.0 + self.given > LAST_TEMPORARY {
                (self.given, self.wrapped) = (1, true);
            }
            let oid = Oid(TEMPORARY_SCHEMA.0 + self.given);
            if !(self.wrapped && in_use(oid)) {
                return oid;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporary_oids_begin_again_and_leave_out_those_in_use() {
        let mut oids = TemporaryOids::default();
        let first = oids.take(|_| true);
        assert_eq!(first, Oid(TEMPORARY_SCHEMA.0 + 1));
        oids.given = LAST_TEMPORARY - TEMPORARY_SCHEMA.0 - 1;
        assert_eq!(oids.take(|_| true), Oid(LAST_TEMPORARY));
        assert_eq!(oids.take(|oid| oid == first), Oid(first.0 + 1));
    }

    #[test]
    fn blocks_follow_each_other() {
        assert_eq!(OidBlock::default().take(1), None);
        let (mut block, write) = OidBlock::refill(None, 1).expect("fresh counter");
        assert_eq!(block.take(10), Some(Oid(16384)));
        assert_eq!(block.take(BLOCK), None);
        assert_eq!(block.take(1), Some(Oid(16394)));
        let (mut next, _) = OidBlock::refill(write.value.as_deref(), 10_000).expect("second block");
        assert_eq!(next.take(10_000), Some(Oid(16384 + BLOCK)));
        assert!(OidBlock::refill(Some(&[0x3f, 0xff, 0xff, 0xff]), 1).is_none());
    }
}
