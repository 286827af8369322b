//! Partitioned tables: which partition a row belongs to, and which ones a query can do without
//! (<https://www.postgresql.org/docs/15/ddl-partitioning.html>).
//!
//! | module | what it holds |
//! |---|---|
//! | [`bounds`] | the bounds of a table's partitions, searched and compared |
//! | [`condition`] | bounds as SQL over rows |
//! | [`hash`] | hashes of keys |

pub mod bounds;
pub mod condition;
pub mod hash;

use std::sync::Arc;

use gavel_catalog::partition::PartitionOn;
use gavel_catalog::{Catalog, Table};

use crate::system::deparse;

/// A part of the key of a partitioned table as errors about bounds name it: the column, or the expression; empty if there
/// is no such part.
pub fn part_name(catalog: &Arc<Catalog>, table: &Table, at: usize) -> String {
    match table.partitioned.as_ref().and_then(|key| key.parts.get(at)).map(|part| &part.key) {
        Some(PartitionOn::Column(number)) => table.column(*number).map_or_else(String::new, |c| c.name.clone()),
        Some(PartitionOn::Expression(sql)) => deparse::plain(catalog, table, sql).unwrap_or_else(|| sql.clone()),
        None => String::new(),
    }
}
