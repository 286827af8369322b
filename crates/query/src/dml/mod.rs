//! The write stage: what INSERT, UPDATE and DELETE do with the rows that their queries compute.
//!
//! | module | what it holds |
//! |---|---|
//! | [`shape`] | a table's rows, keys and index entries |
//! | [`writer`] | inserts, updates and deletes of rows: constraints, keys, entries |
//! | `tree` | rows of a table as rows of those below it |
//! | `route` | the partition that a row belongs to |
//! | `movement` | updates and deletes of rows in several tables of a tree |
//! | [`arrivals`] | rows that come one after the other |
//! | [`conflict`] | INSERT … ON CONFLICT |
//! | [`deferred`] | checks that wait, SET CONSTRAINTS, deferrable keys |
//! | `unbuilt` | entries of unique indexes that do not hold all rows yet |
//! | [`foreign`] | foreign keys: parents looked up, children found and acted upon |
//! | `link` | a foreign key with the two tables that it connects |
//! | `rules` | what policies and views ask of rows, after triggers |
//! | [`modify`] | a bound `Modify` from its source rows to its RETURNING rows |

pub mod arrivals;
pub mod conflict;
pub mod deferred;
pub mod foreign;
mod link;
pub mod modify;
pub(crate) mod movement;
pub(crate) mod route;
pub(crate) mod rules;
pub mod shape;
pub(crate) mod tree;
mod unbuilt;
pub mod writer;
