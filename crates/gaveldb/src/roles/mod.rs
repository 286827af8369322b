//! The roles, opened in order and wired through the traits of `api`.
//!
//! | module | what it holds |
//! |---|---|
//! | [`single`] | `gavel start`: all of them in one process |
//! | [`journal`] | `gavel journal`: a node of the journal, and the adjudicator while it leads |
//! | [`storage`] | `gavel storage`: a replica |
//! | [`query`] | `gavel query`: a query node |
//! | [`late`] | an engine that is not open yet |
//! | [`network`] | who the others are, and how they are reached |
//! | [`parts`] | settings of each part, from those of the process |

pub mod journal;
mod late;
pub mod network;
pub mod parts;
pub mod query;
pub mod single;
pub mod storage;
