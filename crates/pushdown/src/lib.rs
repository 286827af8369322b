//! The push-down language, compiled: runs a [`ScanProgram`] over encoded rows and answers Arrow
//! batches. Storage runs it below the scan; a query node runs the very same code over rows that
//! it merged from a transaction's own writes.
//!
//! ```text
//!  encoded rows ─► filter columns ─► filter ─► kept rows ─► output columns ─┬─► RecordBatch
//!                                                                           └─► fold ─► RecordBatch
//! ```
//! Only columns that the program names are decoded, and those that only the answer needs are
//! decoded for the kept rows only.
//!
//! | module | what it holds |
//! |---|---|
//! | [`compile`] | [`Compiled`]: a program checked and turned into physical expressions |
//! | [`run`] | [`Run`]: a program under way, with what it keeps between rows |
//! | [`top`], [`aggregate`] | folds: the first rows in an order; groups and their partial states |
//! | [`grouper`] | numbers of groups |
//! | [`keys`], [`table`] | rows as bytes to hash and compare; the hash table |
//! | [`decode`] | encoded rows to Arrow arrays |
//! | [`call`] | a function of the registry as a DataFusion physical expression |
//! | [`logic`] | AND and OR that stop where SQL's do |
//! | [`member`] | `= ANY (constants)` |
//!
//! [`ScanProgram`]: gavel_api::scan::ScanProgram

pub mod aggregate;
pub mod call;
pub mod compile;
pub mod decode;
pub mod grouper;
pub mod keys;
pub mod logic;
pub mod member;
pub mod run;
pub mod table;
pub mod top;

pub use call::RegistryCall;
pub use compile::{Compiled, Input};
pub use run::Run;

pub use gavel_api::storage::Error;

pub(crate) type Result<T> = std::result::Result<T, Error>;
