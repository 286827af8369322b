//! What stems from what: `pg_inherits`, and the functions over trees of partitions
//! (<https://www.postgresql.org/docs/15/functions-admin.html#FUNCTIONS-INFO-PARTITION>).

use gavel_catalog::{Catalog, Index, Table};
use gavel_types::{Datum, Oid};

use super::SystemContext;
use super::table::Rows;

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    match name {
        "pg_inherits" => inherits(context, out),
        _ => return false,
    }
    true
}

fn inherits(context: &SystemContext<'_>, out: &mut Rows) {
    let mut add = |child: Oid, parent: Oid, place: i32| {
        out.add(|row| {
            row.set("inhrelid", child).set("inhparent", parent).set("inhseqno", place);
        });
    };
    for t in context.catalog.tables.values() {
        for (place, parent) in (1_i32..).zip(&t.inherits) {
            add(t.oid, *parent, place);
        }
        for i in &t.indexes {
            if let Some(parent) = i.parent {
                add(i.oid, parent, 1);
            }
        }
    }
}

/// The indexes of partitions that an index of a partitioned table has directly below it, in the order of their OIDs.
pub(super) fn indexes_below(catalog: &Catalog, table: &Table, index: Oid) -> Vec<Oid> {
    let tables = table.children.iter().filter_map(|child| catalog.table(*child));
    let below = tables.flat_map(|t| &t.indexes).filter(|i| i.parent == Some(index)).map(|i| i.oid);
    let mut below: Vec<Oid> = below.collect();
    below.sort_unstable();
    below
}

/// A table or index that is a partition or has some.
enum Member<'a> {
    Table(&'a Table),
    Index(&'a Table, &'a Index),
}

impl<'a> Member<'a> {
    /// `None` for what has no place in a tree of partitions.
    fn find(catalog: &'a Catalog, oid: Oid) -> Option<Self> {
        if let Some(table) = catalog.table(oid) {
            return (table.partitioned.is_some() || table.bound.is_some()).then_some(Self::Table(table));
        }
        let (table, index) = catalog.index_by_oid(oid)?;
        (table.partitioned.is_some() || index.parent.is_some()).then_some(Self::Index(table, index))
    }

    fn is_leaf(&self) -> bool {
        let (Self::Table(table) | Self::Index(table, _)) = self;
        table.partitioned.is_none()
    }

    fn parent(&self) -> Option<Oid> {
        match self {
            Self::Table(table) => table.inherits.first().copied().filter(|_| table.bound.is_some()),
            Self::Index(_, index) => index.parent,
        }
    }

    fn below(&self, catalog: &Catalog) -> Vec<Oid> {
        match self {
            Self::Table(table) => table.children.clone(),
            Self::Index(table, index) => indexes_below(catalog, table, index.oid),
        }
    }
}

/// It and all above it, the nearest first; nothing if it has no place in a tree of partitions.
fn upwards(catalog: &Catalog, oid: Oid) -> Vec<Oid> {
    let mut line = Vec::new();
    let mut next = Some(oid);
    while let Some(member) = next.and_then(|oid| Member::find(catalog, oid)) {
        line.extend(next);
        next = member.parent();
    }
    line
}

/// The topmost table or index of the tree of partitions that it is in: `pg_partition_root`.
pub(super) fn root(catalog: &Catalog, oid: Oid) -> Option<Oid> {
    upwards(catalog, oid).last().copied()
}

/// Rows of `pg_partition_ancestors`.
pub(super) fn ancestors(catalog: &Catalog, oid: Oid) -> Vec<Vec<Datum>> {
    upwards(catalog, oid).into_iter().map(|oid| vec![Datum::Oid(oid.0)]).collect()
}

/// Rows of `pg_partition_tree`: itself, then level by level what is below it.
pub(super) fn tree(catalog: &Catalog, oid: Oid) -> Vec<Vec<Datum>> {
    let mut rows = Vec::new();
    let mut level = vec![oid];
    let mut depth = 0_i32;
    while !level.is_empty() {
        let mut below = Vec::new();
        for oid in level {
            let Some(member) = Member::find(catalog, oid) else { continue };
            let parent = member.parent().map_or(Datum::Null, |parent| Datum::Oid(parent.0));
            rows.push(vec![Datum::Oid(oid.0), parent, Datum::Bool(member.is_leaf()), Datum::Int4(depth)]);
            below.extend(member.below(catalog));
        }
        level = below;
        depth += 1;
    }
    rows
}
