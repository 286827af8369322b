//! The push-down language, compiled: runs a [`ScanProgram`] over encoded rows and answers Arrow
//! batches. Storage runs it below the scan; a query node runs the very same code over rows that
//! it merged from a transaction's own writes.
//!
//! ```text
//!  encoded rows ─► filter columns ─► filter ─► kept rows ─► output columns ─► RecordBatch
//! ```
//! Only columns that the program names are decoded, and those that only the answer needs are
//! decoded for the kept rows only.
//!
//! | module | what it holds |
//! |---|---|
//! | [`compile`] | [`Compiled`]: a program checked and turned into physical expressions |
//! | [`decode`] | encoded rows to Arrow arrays |
//! | [`call`] | a function of the registry as a DataFusion physical expression |
//! | [`logic`] | AND and OR that stop where SQL's do |
//! | [`member`] | `= ANY (constants)` |
//!
//! [`ScanProgram`]: gavel_api::scan::ScanProgram

pub mod call;
pub mod compile;
pub mod decode;
pub mod logic;
pub mod member;

pub use call::RegistryCall;
pub use compile::{Compiled, Input};

pub use gavel_api::storage::Error;

pub(crate) type Result<T> = std::result::Result<T, Error>;
