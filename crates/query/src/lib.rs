//! The query node: SQL in, rows out.
//!
//! | module | what it holds |
//! |---|---|
//! | [`engine`] | what all sessions share |
//! | [`session`] | one client's conversation |
//! | [`prepared`] | statements and plans that are kept |
//! | [`lower`], [`exec`], [`apply`], [`explain`] | bound trees to plans, plans to rows |
//! | [`dml`] | the write stage |
//! | [`fast`] | direct paths without planner and Arrow |
//! | [`inverted`] | values taken apart for GIN indexes |
//! | [`copy`] | COPY |
//! | [`large_object`] | large objects |
//! | [`ddl`] | statements that change the catalog |
//! | [`online`] | indexes built and dropped while their table is written to |
//! | [`partition`] | which partition a row belongs to |
//! | [`settings`] | SET, SHOW and what they name |

pub mod apply;
pub mod copy;
pub mod ddl;
pub mod dml;
pub mod engine;
pub mod exec;
pub mod explain;
pub mod fast;
pub mod inverted;
pub mod large_object;
pub mod lower;
pub mod online;
pub mod partition;
pub mod prepared;
pub mod procedural;
pub mod session;
pub mod settings;
pub mod system;

pub use engine::{Engine, EngineHandle, EngineParts, EngineSettings};
