//! The adapters over real sockets on loopback, plain and with mutual TLS.
#![allow(clippy::disallowed_methods, reason = "tests wait, start tasks, and look at the time")]

mod conformance;
mod copies;
mod decisions;
mod fakes;
mod limits;
mod membership;
mod proxy;
mod reads;
mod scans;
mod security;
mod support;
mod tails;
mod traces;
