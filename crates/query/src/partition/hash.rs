//! Hashes of partition keys, with PostgreSQL's own numbers: which of its hash partitions a row is in is
//! what it would be there.

use gavel_functions::hash;
use gavel_types::{Datum, Oid, SqlResult};

/// Seed of the hash functions of a key's values.
pub const SEED: u64 = 0x7A5B_2236_7996_DCFD;

/// What the hash of a key begins with.
pub const START: u64 = 0;

/// The hash of a value by PostgreSQL's function for its type.
///
/// # Errors
/// XX000 for a type without hashes, which no key of a hash partitioned table has.
pub fn of_value(value: &Datum, ty: Oid) -> SqlResult<u64> {
    hash::of(value, ty, SEED)
}

/// The hash of what was combined to `a` before, and of one more value with hash `b`.
pub fn combine(a: u64, b: u64) -> u64 {
    a ^ b.wrapping_add(0x49a0_f4dd_15e5_a8e3).wrapping_add(a << 54).wrapping_add(a >> 7)
}

/// Whether a key with this hash belongs to the partition of this modulus (positive) and remainder.
pub fn matches(hash: u64, modulus: i32, remainder: i32) -> bool {
    let modulus = u64::from(modulus.unsigned_abs().max(1));
    hash % modulus == u64::from(remainder.unsigned_abs())
}
