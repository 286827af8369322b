//! The front over real sockets, before a toy session: driven by tokio-postgres, and by raw bytes
//! where a driver would not do what is tested.
#![allow(clippy::disallowed_methods, reason = "tests use the real clock, files and processes")]

mod authentication;
mod copying;
mod extended;
mod lifecycle;
mod malformed;
mod raw;
mod simple;
mod toy;
