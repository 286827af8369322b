//! What FROM items are called. Relations have the names of now, whatever they were called when the query was stored; where
//! that makes two alike, one gets a number behind it. So it is with their columns (`columns`).

use std::collections::HashMap;

use gavel_binder::bound::ColumnId;
use gavel_binder::query_tree::{Body, FromTree, Origin, QueryTree, RangeId, RangeKind};
use gavel_catalog::{Catalog, system};
use gavel_types::Oid;

use super::columns::{self, Shape};

/// A FROM item by name.
#[derive(Clone, Debug, Default)]
pub struct Called {
    /// `None`: a join without an alias.
    pub name: Option<String>,
    /// As the tree counts them; empty for one that is gone.
    pub columns: Vec<String>,
    /// Those that are there now, which can be written after the item's name.
    pub listed: Vec<(Origin, String)>,
    /// Whether they must be.
    pub prints_columns: bool,
}

#[derive(Debug)]
pub struct Names {
    ranges: HashMap<RangeId, Called>,
    columns: HashMap<ColumnId, (RangeId, usize)>,
    /// Columns of the one table that an expression is over.
    bare: HashMap<ColumnId, Option<String>>,
    /// That table's name, which is before them within queries; how many queries what is written is in.
    bare_of: Option<String>,
    queries: usize,
    /// Names of items of the query that is written and of those around it, and how often each was wanted.
    used: Vec<(String, u32)>,
    /// What columns that VALUES puts out are called outside.
    shadowed: Vec<(ColumnId, (RangeId, usize))>,
    /// Names of CTEs in sight.
    pub ctes: Vec<String>,
}

impl Names {
    /// Names that nothing is in the way of: `old` and `new` are those of items, too.
    pub fn of_rows() -> Self {
        Self { used: vec![], ..Self::default() }
    }
}

impl Default for Names {
    fn default() -> Self {
        // What the rules behind PostgreSQL's views have first in their FROM.
        let used = vec![("old".to_owned(), 0), ("new".to_owned(), 0)];
        Self {
            ranges: HashMap::new(),
            columns: HashMap::new(),
            bare: HashMap::new(),
            bare_of: None,
            queries: 0,
            used,
            shadowed: vec![],
            ctes: vec![],
        }
    }
}

/// Where names of a nested query begin.
pub struct Mark {
    used: usize,
    shadowed: usize,
    ctes: usize,
}

impl Names {
    pub fn add_bare(&mut self, id: ColumnId, name: Option<String>) {
        self.bare.insert(id, name);
    }

    /// Has columns that stand alone be written with this name before them where they stand in queries.
    pub fn bare_of(&mut self, table: String) {
        self.used.push((table.clone(), 0));
        self.bare_of = Some(table);
    }

    /// What is before a column that would stand alone.
    pub fn bare_prefix(&self) -> Option<&str> {
        self.bare_of.as_deref().filter(|_| self.queries > 0)
    }

    /// The name of a column that stands alone; `Some(None)` is VALUE.
    pub fn bare(&self, id: ColumnId) -> Option<&Option<String>> {
        self.bare.get(&id)
    }

    /// The item and the name of a column of FROM.
    pub fn column(&self, id: ColumnId) -> Option<(Option<&str>, &str)> {
        let (range, slot) = self.columns.get(&id)?;
        self.slot(*range, *slot)
    }

    pub fn slot(&self, range: RangeId, slot: usize) -> Option<(Option<&str>, &str)> {
        let called = self.ranges.get(&range)?;
        let name = called.columns.get(slot).filter(|name| !name.is_empty())?;
        Some((called.name.as_deref(), name.as_str()))
    }

    pub fn range(&self, range: RangeId) -> Option<&Called> {
        self.ranges.get(&range)
    }

    pub fn mark(&mut self) -> Mark {
        self.queries += 1;
        Mark { used: self.used.len(), shadowed: self.shadowed.len(), ctes: self.ctes.len() }
    }

    pub fn forget(&mut self, mark: &Mark) {
        self.queries -= 1;
        self.used.truncate(mark.used);
        self.ctes.truncate(mark.ctes);
        self.columns.extend(self.shadowed.drain(mark.shadowed..));
    }

    /// Names what the query reads.
    pub fn enter(&mut self, catalog: &Catalog, query: &QueryTree) {
        match &query.body {
            Body::Select(select) => {
                for item in &select.from {
                    self.name_items(catalog, item);
                }
                let shapes = columns::named(catalog, &select.from);
                shapes.iter().for_each(|shape| self.name_columns(shape));
            }
            Body::Values { range, columns, .. } => {
                let name = Some(self.unique("*VALUES*"));
                for (slot, column) in columns.iter().enumerate() {
                    let outside = self.columns.insert(column.id, (*range, slot));
                    self.shadowed.extend(outside.map(|outside| (column.id, outside)));
                }
                let columns = columns.iter().map(|c| c.name.clone()).collect();
                self.ranges.insert(*range, Called { name, columns, ..Called::default() });
            }
            Body::SetOperation { .. } => {}
        }
    }

    fn unique(&mut self, wanted: &str) -> String {
        let Some(at) = self.used.iter().position(|(name, _)| name == wanted) else {
            self.used.push((wanted.to_owned(), 0));
            return wanted.to_owned();
        };
        loop {
            self.used[at].1 += 1;
            let name = format!("{wanted}_{}", self.used[at].1);
            if !self.used.iter().any(|(used, _)| *used == name) {
                self.used.push((name.clone(), 0));
                return name;
            }
        }
    }

    fn name_items(&mut self, catalog: &Catalog, item: &FromTree) {
        let (id, name) = match item {
            FromTree::Range(range) => {
                let own = match (&range.alias, &range.kind) {
                    (Some(alias), _) => alias.clone(),
                    (None, RangeKind::Relation(oid)) => relation_name(catalog, *oid).unwrap_or(&range.name).to_owned(),
                    (None, _) => range.name.clone(),
                };
                (range.id, Some(self.unique(&own)))
            }
            FromTree::Join(join) => {
                self.name_items(catalog, &join.left);
                self.name_items(catalog, &join.right);
                (join.id, join.alias.as_deref().map(|alias| self.unique(alias)))
            }
        };
        self.ranges.insert(id, Called { name, ..Called::default() });
    }

    /// Names the columns of an item whose shape has them.
    fn name_columns(&mut self, shape: &Shape<'_>) {
        if let Some(sides) = &shape.sides {
            self.name_columns(&sides.0);
            self.name_columns(&sides.1);
        }
        if let FromTree::Range(range) = shape.item {
            let slots = range.columns.iter().enumerate();
            self.columns.extend(slots.map(|(slot, column)| (column.id, (range.id, slot))));
        }
        let called = self.ranges.entry(shape.id()).or_default();
        called.columns = shape.by_slot();
        called.listed = shape.listed();
        called.prints_columns = shape.prints_columns();
    }
}

fn relation_name(catalog: &Catalog, oid: Oid) -> Option<&str> {
    match system::relation_by_oid(oid) {
        Some(relation) => Some(relation.name),
        None => catalog.relation_name(oid).map(|(_, name)| name),
    }
}
