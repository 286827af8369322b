//! Partitioned tables: which partition a row belongs to, and which ones a query can do without
//! (<https://www.postgresql.org/docs/15/ddl-partitioning.html>).
//!
//! | module | what it holds |
//! |---|---|
//! | [`bounds`] | the bounds of a table's partitions, searched and compared |
//! | [`condition`] | bounds as SQL over rows |
//! | [`hash`], [`hashing`] | hashes of values; of keys, by functions of users too |

pub mod bounds;
pub mod condition;
pub mod hash;
pub mod hashing;

use std::sync::Arc;

use gavel_catalog::partition::PartitionOn;
use gavel_catalog::{Catalog, Table};
use gavel_types::text_io::{NameResolver, TextStyle};
use gavel_types::{Oid, PgType, SqlError, SqlResult};

use crate::system::deparse;

/// Knows the fields of composite types, and nothing else: so enums are read and written by their places in the order of
/// their labels, whatever they are called.
struct Fields(Arc<Catalog>);

impl NameResolver for Fields {
    fn resolve(&self, name: &str, _: Oid) -> SqlResult<Oid> {
        Err(SqlError::internal(format!("the catalog keeps no name: {name}")))
    }

    fn name(&self, _: Oid, _: Oid) -> Option<String> {
        None
    }

    fn fields(&self, ty: Oid) -> Option<Arc<[(String, PgType)]>> {
        self.0.fields(ty)
    }
}

/// How values of bounds are read and written in descriptors.
pub fn stored_style(catalog: &Arc<Catalog>) -> TextStyle {
    TextStyle { names: Some(Arc::new(Fields(Arc::clone(catalog)))), ..TextStyle::default() }
}

/// A part of the key of a partitioned table as errors about bounds name it: the column, or the expression; empty if there
/// is no such part.
pub fn part_name(catalog: &Arc<Catalog>, table: &Table, at: usize) -> String {
    match table.partitioned.as_ref().and_then(|key| key.parts.get(at)).map(|part| &part.key) {
        Some(PartitionOn::Column(number)) => table.column(*number).map_or_else(String::new, |c| c.name.clone()),
        Some(PartitionOn::Expression(sql)) => deparse::plain(catalog, table, sql).unwrap_or_else(|| sql.clone()),
        None => String::new(),
    }
}
