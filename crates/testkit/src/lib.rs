//! Real servers for tests: processes of the built `gavel`, on loopback ports or in network namespaces of
//! their own, with data directories of their own; scripts that several sessions run in turns; loads whose
//! outcome can be audited.
//!
//! | module | what it holds |
//! |---|---|
//! | [`server`] | start, stop, kill -9 and restart a `gavel start`, or a `gavel dev` in its place |
//! | [`cluster`] | every process in a namespace of its own: kill, freeze, cut off, delay |
//! | [`session`] | where clients connect, and what an error says of the outcome |
//! | [`script`] | golden scripts of several sessions |
//! | [`bank`] | transfers between accounts, with an audit of what was acknowledged |
//! | [`onlooker`] | reads beside a load whose answers are known |
//! | [`history`] | what clients did and were told, in real time |
//! | [`list_append`] | a load of list appends and reads, and the checker of its histories |
#![allow(clippy::disallowed_methods, reason = "tests use the real clock, files and processes")]

pub mod bank;
pub mod cluster;
pub mod history;
pub mod list_append;
pub mod onlooker;
pub mod script;
pub mod server;
pub mod session;

pub use server::Server;
