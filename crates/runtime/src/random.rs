//! Randomness that nobody outside may guess; in a simulation, the seed's.
#![allow(clippy::disallowed_methods, reason = "a shell: asks the system")]

use crate::simulation;

/// 64 random bits.
pub fn next_u64() -> u64 {
    simulation::next_random().unwrap_or_else(rand::random)
}
