//! Partitioned tables: which partition a row belongs to, and which ones a query can do without
//! (<https://www.postgresql.org/docs/15/ddl-partitioning.html>).
//!
//! | module | what it holds |
//! |---|---|
//! | [`bounds`] | the bounds of a table's partitions, searched and compared |
//! | [`hash`] | hashes of keys |

pub mod bounds;
pub mod hash;
