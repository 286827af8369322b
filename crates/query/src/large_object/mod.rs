//! Large objects (<https://www.postgresql.org/docs/15/largeobjects.html>).
//!
//! ```text
//! lo_open(16400, INV_READ)  ──▶ descriptor 0: the object as it was then, and a position
//! lowrite(1, 'abc')         ──▶ pages, written to the transaction like rows
//! COMMIT                    ──▶ the adjudicator: of two writers of a page one is turned away (40001)
//! ```
//! | module | what it holds |
//! |---|---|
//! | [`object`] | the rows of large objects: found, listed, made, removed |
//! | [`pages`] | bytes in pages |
//! | [`descriptors`] | what a session has open |
//! | [`calls`] | the functions |
//! | [`listing`] | `pg_largeobject`, `pg_largeobject_metadata`, their comments |
//!
//! What is kept and where is told in [`gavel_catalog::large_object`].

pub mod calls;
pub mod descriptors;
pub mod listing;
pub mod object;
pub mod pages;
