//! Foreign keys to partitioned tables as they apply to one partition: constraints of their own in the catalogs.

use std::borrow::Cow;

use gavel_catalog::{Catalog, ForeignKey, Table};
use gavel_types::Oid;

/// The foreign key and, if it is to a partitioned table, those that it is for the partitions.
pub(super) fn with_parts<'a>(catalog: &Catalog, key: &'a ForeignKey) -> Vec<Cow<'a, ForeignKey>> {
    let parts = catalog.parts_of_key(key).into_iter().map(Cow::Owned);
    std::iter::once(Cow::Borrowed(key)).chain(parts).collect()
}

/// The foreign key of this OID of a table, which may be one for a partition.
pub(super) fn find<'a>(catalog: &Catalog, table: &'a Table, oid: Oid) -> Option<Cow<'a, ForeignKey>> {
    table.foreign_keys.iter().flat_map(|key| with_parts(catalog, key)).find(|key| key.oid == oid)
}
