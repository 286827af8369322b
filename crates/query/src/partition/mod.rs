//! Partitioned tables: which partition a row belongs to, and which ones a query can do without
//! (<https://www.postgresql.org/docs/15/ddl-partitioning.html>).
//!
//! | module | what it holds |
//! |---|---|
//! | [`bounds`] | the bounds of a table's partitions, searched and compared |
//! | [`key`] | a row's values of the partition key |
//! | [`hash`] | hashes of keys |
//! | [`constraint`] | bounds as conditions over rows |

pub mod bounds;
pub mod constraint;
pub mod hash;
pub mod key;
