//! Foreign keys to partitioned tables as they apply to one partition: constraints of their own in the catalogs.

use std::borrow::Cow;

use gavel_catalog::{Catalog, ForeignKey, ForeignKeyPart, Table};
use gavel_types::Oid;

/// The foreign key and, if it is to a partitioned table, those that it is for the partitions.
pub(super) fn with_parts<'a>(catalog: &Catalog, key: &'a ForeignKey) -> Vec<Cow<'a, ForeignKey>> {
    let mut all = vec![Cow::Borrowed(key)];
    all.extend(key.parts.iter().filter_map(|part| of_partition(catalog, key, part)).map(Cow::Owned));
    all
}

/// The foreign key of this OID of a table, which may be one for a partition.
pub(super) fn find<'a>(catalog: &Catalog, table: &'a Table, oid: Oid) -> Option<Cow<'a, ForeignKey>> {
    let of_key = |key: &'a ForeignKey| {
        if key.oid == oid {
            return Some(Cow::Borrowed(key));
        }
        let part = key.parts.iter().find(|p| p.oid == oid)?;
        of_partition(catalog, key, part).map(Cow::Owned)
    };
    table.foreign_keys.iter().find_map(of_key)
}

/// `key` as it is for one partition: with the numbers and the index that the referenced columns have there, and as one
/// that stems from that of the level above.
fn of_partition(catalog: &Catalog, key: &ForeignKey, part: &ForeignKeyPart) -> Option<ForeignKey> {
    let referenced = catalog.table(key.parent)?;
    let partition = catalog.table(part.parent)?;
    let number = |n: &i16| Some(partition.column_named(&referenced.column(*n)?.name)?.number);
    let above = partition.inherits.first()?;
    let stems = key.parts.iter().find(|p| p.parent == *above).map_or(key.oid, |p| p.oid);
    let index = partition.indexes.iter().find(|i| is_under(catalog, i.oid, key.parent_index));
    Some(ForeignKey {
        oid: part.oid,
        name: part.name.clone(),
        parent: part.parent,
        parent_columns: key.parent_columns.iter().filter_map(number).collect(),
        parent_index: index.map_or(Oid(0), |i| i.oid),
        inherited_from: Some(stems),
        parts: Vec::new(),
        ..key.clone()
    })
}

/// Whether an index is a part, at any level, of one of a partitioned table.
fn is_under(catalog: &Catalog, index: Oid, top: Oid) -> bool {
    let mut at = Some(index);
    while let Some(oid) = at {
        if oid == top {
            return true;
        }
        at = catalog.index_by_oid(oid).and_then(|(_, i)| i.parent);
    }
    false
}
