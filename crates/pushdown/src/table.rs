//! A hash table of byte keys that numbers distinct keys densely, in order of arrival: groups of an
//! aggregate, rows of DISTINCT, keys of a join.

use std::hash::{BuildHasher, RandomState};

const EMPTY: u32 = u32::MAX;

/// Both halves of a product, folded: each bit of the operands reaches all bits of the result.
#[inline]
pub(crate) fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Keys come by the million, so the library's hasher, which resists more, costs more than all the rest. The
/// seed is not known outside, so that nobody can choose keys that collide.
#[inline]
fn hash(seed: u64, key: &[u8]) -> u64 {
    const ODD: [u64; 2] = [0xa076_1d64_78bd_642f, 0xe703_7ed1_a0b4_28db];
    let word = |piece: &[u8]| {
        let mut bytes = [0; 8];
        bytes[..piece.len()].copy_from_slice(piece);
        u64::from_le_bytes(bytes)
    };
    let mut state = seed ^ mix(key.len() as u64 ^ ODD[0], ODD[1]);
    for piece in key.chunks(8) {
        state = mix(word(piece) ^ ODD[0], state ^ ODD[1]);
    }
    mix(state ^ seed, ODD[0])
}

/// Distinct keys, numbered from 0.
pub struct KeyTable {
    /// Number of the key in each slot, or `EMPTY`. A power of two, at most half full.
    slots: Vec<u32>,
    hashes: Vec<u64>,
    /// End of each key in `bytes`.
    ends: Vec<usize>,
    bytes: Vec<u8>,
    seed: u64,
}

impl Default for KeyTable {
    fn default() -> Self {
        Self {
            slots: vec![EMPTY; 16],
            hashes: vec![],
            ends: vec![],
            bytes: vec![],
            seed: RandomState::new().hash_one(0),
        }
    }
}

impl KeyTable {
    /// Number of keys.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes held.
    pub fn size(&self) -> usize {
        self.slots.capacity() * 4 + self.hashes.capacity() * 8 + self.ends.capacity() * 8 + self.bytes.capacity()
    }

    fn key(&self, number: usize) -> &[u8] {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.bytes[start..self.ends[number]]
    }

    /// The slot of `key`, or the empty one where it belongs.
    fn slot(&self, key: &[u8], hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let number = self.slots[slot];
            if number == EMPTY || (self.hashes[number as usize] == hash && self.key(number as usize) == key) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Number of `key` if it is known.
    pub fn find(&self, key: &[u8]) -> Option<usize> {
        let number = self.slots[self.slot(key, hash(self.seed, key))];
        (number != EMPTY).then_some(number as usize)
    }

    /// Number of `key`, and whether it is new.
    pub fn insert(&mut self, key: &[u8]) -> (usize, bool) {
        let hash = hash(self.seed, key);
        let slot = self.slot(key, hash);
        if self.slots[slot] != EMPTY {
            return (self.slots[slot] as usize, false);
        }
        let number = self.ends.len();
        self.slots[slot] = u32::try_from(number).unwrap_or(EMPTY - 1);
        self.hashes.push(hash);
        self.bytes.extend_from_slice(key);
        self.ends.push(self.bytes.len());
        if self.ends.len() * 2 > self.slots.len() {
            self.grow();
        }
        (number, true)
    }

    fn grow(&mut self) {
        let size = self.slots.len() * 4;
        self.slots = vec![EMPTY; size];
        for (number, hash) in self.hashes.iter().enumerate() {
            let mut slot = *hash as usize & (size - 1);
            while self.slots[slot] != EMPTY {
                slot = (slot + 1) & (size - 1);
            }
            self.slots[slot] = u32::try_from(number).unwrap_or(EMPTY - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_numbered_in_order_of_arrival_and_found_again() {
        let mut table = KeyTable::default();
        for i in 0..1000u32 {
            assert_eq!(table.insert(&i.to_be_bytes()[..]), (i as usize, true));
        }
        assert_eq!(table.insert(&7u32.to_be_bytes()), (7, false));
        assert_eq!(table.find(&999u32.to_be_bytes()), Some(999));
        assert_eq!(table.find(b""), None);
        assert_eq!(table.insert(b"").0, 1000);
        assert_eq!(table.len(), 1000 + 1);
    }
}
