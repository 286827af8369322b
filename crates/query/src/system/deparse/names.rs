//! What FROM items and their columns are called. Relations and columns have the names of now, whatever they were called
//! when the query was stored; where that makes two alike, one gets a number behind it.

use std::collections::HashMap;

use gavel_binder::bound::{ColumnId, Scalar, ScalarKind};
use gavel_binder::query_tree::{Body, Form, FromTree, JoinTree, QueryTree, Range, RangeId, RangeKind};
use gavel_catalog::{Catalog, system};
use gavel_types::Oid;

/// A FROM item by name.
#[derive(Clone, Debug, Default)]
pub struct Called {
    /// `None`: a join without an alias.
    pub name: Option<String>,
    pub columns: Vec<String>,
    /// Whether the columns' names must be written after the item's.
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
        Some((called.name.as_deref(), called.columns.get(slot)?.as_str()))
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
                let mut merged = HashMap::new();
                for item in &select.from {
                    merged_names(item, &mut merged);
                }
                for item in &select.from {
                    self.name_columns(catalog, item, &merged);
                }
            }
            Body::Values { range, columns, .. } => {
                let name = Some(self.unique("*VALUES*"));
                for (slot, column) in columns.iter().enumerate() {
                    let outside = self.columns.insert(column.id, (*range, slot));
                    self.shadowed.extend(outside.map(|outside| (column.id, outside)));
                }
                let columns = columns.iter().map(|c| c.name.clone()).collect();
                self.ranges.insert(*range, Called { name, columns, prints_columns: false });
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

    fn name_columns(&mut self, catalog: &Catalog, item: &FromTree, merged: &HashMap<ColumnId, String>) {
        match item {
            FromTree::Range(range) => self.name_range(catalog, range, merged),
            FromTree::Join(join) => {
                self.name_columns(catalog, &join.left, merged);
                self.name_columns(catalog, &join.right, merged);
                self.name_join(join);
            }
        }
    }

    fn name_range(&mut self, catalog: &Catalog, range: &Range, merged: &HashMap<ColumnId, String>) {
        let mut taken: Vec<String> = range.columns.iter().filter_map(|c| merged.get(&c.id).cloned()).collect();
        let (mut columns, mut changed) = (vec![], false);
        for (slot, column) in range.columns.iter().enumerate() {
            self.columns.insert(column.id, (range.id, slot));
            let real: &str = match &range.kind {
                RangeKind::Relation(oid) => column_name(catalog, *oid, column.number).unwrap_or(&column.name),
                _ => &column.name,
            };
            let name = match merged.get(&column.id) {
                Some(name) => name.clone(),
                None => {
                    let wanted = range.column_aliases.get(slot).map_or(real, String::as_str);
                    unique_in(&mut taken, wanted)
                }
            };
            changed |= name != real;
            columns.push(name);
        }
        let prints_columns = match &range.kind {
            RangeKind::Relation(_) => changed,
            RangeKind::Function { .. } => true,
            _ => changed || !range.column_aliases.is_empty(),
        };
        if let Some(called) = self.ranges.get_mut(&range.id) {
            (called.columns, called.prints_columns) = (columns, prints_columns);
        }
    }

    fn name_join(&mut self, join: &JoinTree) {
        if join.alias.is_none() {
            let columns = join.using.iter().map(|u| u.name.clone()).collect();
            self.ranges.entry(join.id).or_default().columns = columns;
            return;
        }
        let (mut columns, mut taken, mut changed) = (vec![], vec![], false);
        for (slot, (stored, value)) in join.columns.iter().enumerate() {
            // A merged column is called on both sides as it is here.
            let merged = join.using.get(slot).map(|using| join.column_aliases.get(slot).unwrap_or(&using.name));
            let real = match merged {
                Some(name) => name.clone(),
                None => self.name_of(value).unwrap_or(stored).to_owned(),
            };
            let wanted = join.column_aliases.get(slot).unwrap_or(&real);
            let name = unique_in(&mut taken, wanted);
            changed |= name != real;
            columns.push(name);
        }
        let called = self.ranges.entry(join.id).or_default();
        called.columns = columns;
        called.prints_columns = changed;
    }

    /// The name of the column that a value is.
    fn name_of(&self, value: &Scalar) -> Option<&str> {
        match &value.kind {
            ScalarKind::Column(id) => Some(self.column(*id)?.1),
            ScalarKind::Form { form, .. } => match **form {
                Form::JoinColumn { range, slot } => Some(self.slot(range, slot)?.1),
                _ => None,
            },
            _ => None,
        }
    }
}

/// `wanted`, with a number behind it if it is taken.
fn unique_in(taken: &mut Vec<String>, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    let mut number = 0;
    while taken.contains(&name) {
        number += 1;
        name = format!("{wanted}_{number}");
    }
    taken.push(name.clone());
    name
}

/// Columns that USING merges are called alike on both sides.
fn merged_names(item: &FromTree, out: &mut HashMap<ColumnId, String>) {
    let FromTree::Join(join) = item else { return };
    for (slot, using) in join.using.iter().enumerate() {
        let name = join.column_aliases.get(slot).unwrap_or(&using.name);
        for (side, value) in [(&join.left, &using.left), (&join.right, &using.right)] {
            each_column(value, side, &mut |id| {
                out.entry(id).or_insert_with(|| name.clone());
            });
        }
    }
    merged_names(&join.left, out);
    merged_names(&join.right, out);
}

/// The columns of FROM items that a column of `side` comes from; not below a join with an alias, which gives them
/// names of its own.
fn each_column(value: &Scalar, side: &FromTree, f: &mut dyn FnMut(ColumnId)) {
    match &value.kind {
        ScalarKind::Column(id) => f(*id),
        ScalarKind::Form { form, input } => match **form {
            Form::JoinColumn { range, .. } if !has_alias(side, range) => each_column(input, side, f),
            _ => {}
        },
        ScalarKind::Relabel { input } | ScalarKind::CoerceViaIo { input } => each_column(input, side, f),
        ScalarKind::Coalesce(items) | ScalarKind::Call { args: items, .. } => {
            items.iter().for_each(|i| each_column(i, side, f));
        }
        _ => {}
    }
}

/// Whether the join `id`, somewhere in `item`, has an alias.
fn has_alias(item: &FromTree, id: RangeId) -> bool {
    let FromTree::Join(join) = item else { return false };
    join.id == id && join.alias.is_some() || has_alias(&join.left, id) || has_alias(&join.right, id)
}

fn relation_name(catalog: &Catalog, oid: Oid) -> Option<&str> {
    match system::relation_by_oid(oid) {
        Some(relation) => Some(relation.name),
        None => catalog.relation_name(oid).map(|(_, name)| name),
    }
}

fn column_name(catalog: &Catalog, oid: Oid, number: i16) -> Option<&str> {
    if let Some(relation) = system::relation_by_oid(oid) {
        return relation.columns.iter().find(|c| c.number == number).map(|c| c.name);
    }
    if let Some(table) = catalog.table(oid) {
        return table.column(number).map(|c| c.name.as_str());
    }
    let view = catalog.views.get(&oid)?;
    view.columns.get(usize::try_from(number).ok()?.checked_sub(1)?).map(|c| c.0.as_str())
}
