//! Authentication: which method a connection must use ([`hba`]), the proof itself ([`scram`]),
//! and the delay of those who guess ([`throttle`]).

pub mod hba;
pub mod scram;
pub mod throttle;
