//! Real servers for tests: processes of the built `gavel`, on loopback ports of their own, with data
//! directories of their own; scripts that several sessions run in turns; loads whose outcome can be
//! audited.
//!
//! | module | what it holds |
//! |---|---|
//! | [`server`] | start, stop, kill -9 and restart a `gavel start` |
//! | [`script`] | golden scripts of several sessions |
//! | [`bank`] | transfers between accounts, with an audit of what was acknowledged |
#![allow(clippy::disallowed_methods, reason = "tests use the real clock, files and processes")]

pub mod bank;
pub mod script;
pub mod server;

pub use server::Server;
