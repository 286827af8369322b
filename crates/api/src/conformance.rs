//! Suites that every implementation of a trait of this crate must pass, whether it is in memory, in
//! files, or behind a network. Each function is one property, panics where it does not hold, and is
//! called from the tests of the implementation with a fresh instance.

pub mod adjudicator;
pub mod journal;
pub mod locks;
pub mod storage;
