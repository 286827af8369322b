//! The write stage: what INSERT, UPDATE and DELETE do with the rows that their queries compute.
//!
//! | module | what it holds |
//! |---|---|
//! | [`shape`] | a table's rows, keys and index entries |
//! | [`writer`] | inserts, updates and deletes of rows: constraints, keys, entries |
//! | [`conflict`] | INSERT … ON CONFLICT |
//! | [`deferred`] | checks that wait, SET CONSTRAINTS, deferrable keys |
//! | `unbuilt` | entries of unique indexes that do not hold all rows yet |
//! | [`foreign`] | foreign keys: parents looked up, children found and acted upon |
//! | [`modify`] | a bound `Modify` from its source rows to its RETURNING rows |

pub mod conflict;
pub mod deferred;
pub mod foreign;
pub mod modify;
pub mod shape;
mod unbuilt;
pub mod writer;
