//! The seams between roles, as traits over domain types. Each has an in-process implementation
//! (the roles themselves), and later a gRPC one (`rpc`, mirrored by `proto/`) and a simulated one.
//!
//! | module | who calls whom |
//! |---|---|
//! | [`journal`] | adjudicator appends, storage tails |
//! | [`adjudicator`] | query node commits, resolves, asks for the visible timestamp |
//! | [`locks`] | query node takes advisory locks for its sessions |
//! | [`storage`] | query node reads as of a timestamp |
//! | [`scan`] | the push-down language of storage reads |
//! | [`traffic`] | what reads exchange with replicas, counted |
//! | [`sql`] | frontend drives a session of the query node |
//! | [`conformance`] | suites that every implementation must pass |

pub mod adjudicator;
pub mod conformance;
pub mod journal;
pub mod locks;
pub mod scan;
pub mod sql;
pub mod storage;
pub mod traffic;
