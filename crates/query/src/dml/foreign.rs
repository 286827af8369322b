//! Foreign keys. A statement only notes which rows it wrote; at its end the parents of new children
//! are looked up (and held by a KEY SHARE check, PROTOCOL §7), and the children of parents that are
//! gone are found and acted upon. Actions write rows, which makes new events, until none are left.
//!
//! A check that is deferred is kept as values: it is violated at COMMIT if the parent is missing and
//! some child still has them, whichever side was changed since.
//!
//! # Partitioned tables
//! A row of a partition is checked by the partition's own copy of the foreign key. Its parent is looked up in the
//! partition that its key leads to: the key has all columns of the partition key. What happens to children of a row of
//! a partition goes by the foreign keys that were written, to whichever table above, under the names that they have for
//! the partition; children are looked for in all partitions of the table that the foreign key was written for.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use gavel_catalog::keys::rung_version;
use gavel_catalog::{Catalog, FkAction, FkMatch, ForeignKey, Table};
use gavel_functions::call::EvalContext;
use gavel_types::{CheckMode, Datum, KeyRange, Oid, PgType, SqlError, SqlResult, SqlState};

use crate::dml::deferred::Claim;
use crate::dml::link::{Link, holds, key_in};
use crate::dml::movement::{TreeChange, TreeRow};
use crate::dml::shape::TableShape;
use crate::dml::tree::{Generated, Lens};
use crate::dml::writer::{RowChange, Writer, asks_session, same};
use crate::fast::expr::via_io;

/// Rows that one page of a scan for children holds.
const PAGE_ROWS: usize = 2_048;

/// What a statement has done that is checked at its end.
#[derive(Default)]
pub(super) struct Events {
    /// Child table and the row now in it, with the constraints to check.
    children: Vec<(Arc<TableShape>, Vec<Datum>, Vec<usize>)>,
    parents: Vec<ParentChange>,
    claims: Vec<Claim>,
    /// What the session is to do, as the rows' table has triggers.
    pub(super) cascades: Vec<Cascade>,
}

/// What a foreign key does to rows of a table with triggers, its own or those of its partitions.
pub(crate) struct Cascade {
    pub table: Arc<Table>,
    pub gone: Vec<TreeRow>,
    pub changes: Vec<TreeChange>,
    /// Columns that the changes assign to.
    pub columns: Vec<i16>,
}

struct ParentChange {
    shape: Arc<TableShape>,
    old: Vec<Datum>,
    /// `None`: deleted. As `shape` has it.
    new: Option<Vec<Datum>>,
    /// The row has moved to another partition below this table, which the statement names: seen from there, and from
    /// above, it is still there.
    within: Option<Arc<TableShape>>,
}

impl Events {
    pub fn is_empty(&self) -> bool {
        self.children.is_empty() && self.parents.is_empty() && self.claims.is_empty() && self.cascades.is_empty()
    }

    /// Adds what came later.
    pub fn append(&mut self, mut later: Self) {
        self.children.append(&mut later.children);
        self.parents.append(&mut later.parents);
        self.claims.append(&mut later.claims);
        self.cascades.append(&mut later.cascades);
    }

    /// A row was inserted, or updated from `old`.
    pub fn child_written(&mut self, shape: &Arc<TableShape>, old: Option<&[Datum]>, new: &[Datum]) {
        let touched = |fk: &ForeignKey| {
            old.is_none_or(|old| {
                fk.columns.iter().any(|n| shape.slot(*n).is_ok_and(|s| !same(&old[s], &new[s], shape.columns[s].ty)))
            })
        };
        let keys: Vec<usize> =
            shape.table.foreign_keys.iter().enumerate().filter(|(_, fk)| touched(fk)).map(|(i, _)| i).collect();
        if !keys.is_empty() {
            self.children.push((Arc::clone(shape), new.to_vec(), keys));
        }
    }

    /// An entry of a deferrable index was written.
    pub fn claimed(&mut self, shape: &TableShape, number: usize, range: Option<KeyRange>, row: &[Datum]) {
        self.claims.extend(range.map(|range| Claim::new(shape, number, range, row)));
    }

    /// A row was deleted, or updated to `new`.
    pub fn parent_changed(&mut self, shape: &Arc<TableShape>, old: &[Datum], new: Option<&[Datum]>) {
        if !shape.table.referenced_by.is_empty() {
            let (shape, old, new) = (Arc::clone(shape), old.to_vec(), new.map(<[Datum]>::to_vec));
            self.parents.push(ParentChange { shape, old, new, within: None });
        }
    }

    /// A row was updated so that it has left its partition for another one below `named`; rows are as `from` has them.
    pub fn parent_moved(&mut self, from: &Arc<TableShape>, old: &[Datum], new: &[Datum], named: &Arc<TableShape>) {
        if !from.table.referenced_by.is_empty() {
            let (shape, old, new) = (Arc::clone(from), old.to_vec(), Some(new.to_vec()));
            self.parents.push(ParentChange { shape, old, new, within: Some(Arc::clone(named)) });
        }
    }
}

/// A check that waits for COMMIT.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    child: Oid,
    constraint: Oid,
    /// Of the child's columns, in the order of the constraint.
    values: Vec<Datum>,
    /// The referenced table, or the partition of it, if it was that which changed; decides the words of the error.
    by_parent: Option<Oid>,
}

impl Waiting {
    /// The table whose change has made it; `None` if the constraint has gone.
    pub(super) fn table(&self, catalog: &Catalog) -> Option<Oid> {
        catalog.table(self.child)?.foreign_keys.iter().find(|fk| fk.oid == self.constraint)?;
        Some(self.by_parent.unwrap_or(self.child))
    }
}

/// Whether equal values look the same, too: -0 and 0, 1.0 and 1.00 do not.
fn looks_same(a: &Datum, b: &Datum) -> bool {
    match (a, b) {
        (Datum::Float8(a), Datum::Float8(b)) => a.to_bits() == b.to_bits(),
        (Datum::Float4(a), Datum::Float4(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}

/// A value of one side of a foreign key as the other side holds it; `None` if it cannot.
pub(crate) fn coerce(value: &Datum, from: PgType, to: PgType, eval: &EvalContext) -> Option<Datum> {
    if from.oid == to.oid || value.is_null() {
        return Some(value.clone());
    }
    let integer = match value {
        Datum::Int2(v) => Some(i64::from(*v)),
        Datum::Int4(v) => Some(i64::from(*v)),
        Datum::Int8(v) => Some(*v),
        _ => None,
    };
    match (integer, to.oid) {
        (Some(v), Oid::INT2) => i16::try_from(v).ok().map(Datum::Int2),
        (Some(v), Oid::INT4) => i32::try_from(v).ok().map(Datum::Int4),
        (Some(v), Oid::INT8) => Some(Datum::Int8(v)),
        _ => via_io(value, from, PgType::new(to.oid), eval).ok(),
    }
}

/// What to do about one foreign key of one batch of parents, all of one table.
struct Work {
    link: Link,
    /// That table: the parent or a partition of it.
    at: Arc<TableShape>,
    /// Where its rows are: that table, or the one below it that they have left.
    from: Arc<TableShape>,
    /// For each column of the constraint: slot in the child and in `from`.
    slots: Vec<(usize, usize)>,
    /// Old key (child's types) and the new parent row, if it was updated, as `from` has it.
    keys: Vec<(Vec<Datum>, Option<Vec<Datum>>)>,
}

impl Work {
    /// The parent row's key, as the child would hold it; `None` if the child's types cannot.
    fn parent_values(&self, row: &[Datum], eval: &EvalContext) -> Option<Vec<Datum>> {
        let value =
            |(c, p): &(usize, usize)| coerce(&row[*p], self.from.columns[*p].ty, self.link.child.columns[*c].ty, eval);
        self.slots.iter().map(value).collect()
    }

    /// Whether it writes to the child.
    fn acts(&self) -> bool {
        let fk = &self.link.fk;
        let action = |updated: bool| if updated { fk.on_update } else { fk.on_delete };
        self.keys.iter().any(|(_, new)| !matches!(action(new.is_some()), FkAction::NoAction | FkAction::Restrict))
    }

    /// Notes an old row that is gone, or is `new` now, unless that makes no difference.
    fn add(&mut self, old: &[Datum], new: Option<&Vec<Datum>>, eval: &EvalContext) {
        if self.slots.iter().any(|(_, p)| old[*p].is_null()) {
            return;
        }
        let unchanged = new.is_some_and(|new| {
            let image = |(_, p): &(usize, usize)| {
                same(&old[*p], &new[*p], self.from.columns[*p].ty) && looks_same(&old[*p], &new[*p])
            };
            self.slots.iter().all(image)
        });
        if let Some(values) = self.parent_values(old, eval).filter(|_| !unchanged) {
            self.keys.push((values, new.cloned()));
        }
    }
}

/// Whether a foreign key acts on rows that another one asks for: then what it finds depends on their order.
fn meet(work: &[Work]) -> bool {
    let child = |work: &Work| work.link.child.table.oid;
    work.iter().filter(|w| w.acts()).any(|acting| work.iter().any(|w| !w.acts() && child(w) == child(acting)))
}

/// A row of a child, in the child itself or in a partition of it.
struct Child {
    part: Arc<Lens>,
    key: Bytes,
    /// As the child has it.
    row: Vec<Datum>,
}

impl Child {
    fn into_tree(self) -> TreeRow {
        TreeRow { part: self.part.part.table.oid, key: self.key, row: self.row }
    }
}

impl Writer<'_> {
    /// Ends the statement: foreign keys.
    ///
    /// # Errors
    /// 23503; what cascaded writes raise.
    pub async fn finish(&mut self) -> SqlResult<()> {
        loop {
            let parents = std::mem::take(&mut self.state.events.parents);
            if parents.is_empty() {
                break;
            }
            let work = self.work(&parents)?;
            if !meet(&work) {
                self.act_all(work).await?;
                continue;
            }
            for change in &parents {
                let work = self.work(std::slice::from_ref(change))?;
                self.act_all(work).await?;
            }
        }
        let children = std::mem::take(&mut self.state.events.children);
        self.check_children(children).await?;
        let claims = std::mem::take(&mut self.state.events.claims);
        self.settle_claims(claims).await
    }

    /// Sorts changes of parents by the foreign keys that they matter to.
    fn work(&self, changes: &[ParentChange]) -> SqlResult<Vec<Work>> {
        let mut found: BTreeMap<(Oid, Oid, Oid), Work> = BTreeMap::new();
        for change in changes {
            let from = &change.shape;
            for oid in &from.table.referenced_by {
                let child = if *oid == from.table.oid { Arc::clone(from) } else { self.shapes.shape(*oid)? };
                for fk in child.table.foreign_keys.iter().filter(|fk| holds(fk, from.table.oid)) {
                    // Of a row that has moved, a foreign key to the partition that it was in sees it go.
                    let (at, new) = match &change.within {
                        Some(named) if holds(fk, named.table.oid) => (named, change.new.as_ref()),
                        Some(_) => (from, None),
                        None => (from, change.new.as_ref()),
                    };
                    let work = match found.entry((fk.oid, at.table.oid, from.table.oid)) {
                        Entry::Occupied(entry) => entry.into_mut(),
                        Entry::Vacant(entry) => {
                            let link = Link::new(self.shapes, &child, fk)?;
                            let (at, from, slots) = (Arc::clone(at), Arc::clone(from), link.slots_in(from)?);
                            entry.insert(Work { link, at, from, slots, keys: Vec::new() })
                        }
                    };
                    work.add(&change.old, new, self.eval);
                }
            }
        }
        Ok(found.into_values().filter(|work| !work.keys.is_empty()).collect())
    }

    /// What foreign keys say to changes of parents, one after the other, in the order in which they were made, as
    /// PostgreSQL's triggers go by their names.
    async fn act_all(&mut self, work: Vec<Work>) -> SqlResult<()> {
        for work in work {
            self.act(work).await?;
        }
        Ok(())
    }

    async fn act(&mut self, mut work: Work) -> SqlResult<()> {
        let keys = std::mem::take(&mut work.keys);
        let (updated, deleted): (Vec<_>, Vec<_>) = keys.into_iter().partition(|(_, new)| new.is_some());
        let mut waiting = Vec::new();
        for (action, keys) in [(work.link.fk.on_delete, deleted), (work.link.fk.on_update, updated)] {
            if keys.is_empty() {
                continue;
            }
            match action {
                FkAction::NoAction => waiting.extend(keys.into_iter().map(|k| k.0)),
                FkAction::Restrict => {
                    let wanted: Vec<Vec<Datum>> = keys.into_iter().map(|k| k.0).collect();
                    let link = &work.link;
                    if let Some(child) = self.children(link, &wanted, true).await?.first() {
                        return Err(link.still_referenced(&work.at, &link.child_values(&child.row), self.eval));
                    }
                }
                FkAction::Cascade | FkAction::SetNull => self.cascade(&work, action, keys).await?,
                FkAction::SetDefault => {
                    // Where the default is what was there before, no write of the child tells of it.
                    waiting.extend(keys.iter().map(|k| k.0.clone()));
                    self.cascade(&work, action, keys).await?;
                }
            }
        }
        if waiting.is_empty() { Ok(()) } else { self.no_action(&work.link, &work.at, waiting).await }
    }

    /// Relies on the definition of a table that the statement does not name, and writes to.
    pub(super) fn rely_on(&mut self, shape: &TableShape) {
        let table = &shape.table;
        if !table.is_temporary() {
            self.state.txn.use_schema(rung_version(Oid(shape.tenant.0), table.oid, table.rung));
        }
    }

    async fn cascade(
        &mut self,
        work: &Work,
        action: FkAction,
        keys: Vec<(Vec<Datum>, Option<Vec<Datum>>)>,
    ) -> SqlResult<()> {
        let link = &work.link;
        self.rely_on(&link.child);
        let wanted: Vec<Vec<Datum>> = keys.iter().map(|k| k.0.clone()).collect();
        let children = self.children(link, &wanted, false).await?;
        let deleted = keys.iter().all(|k| k.1.is_none());
        let deletes = deleted && action == FkAction::Cascade;
        let table = &link.child.table;
        let fires = !table.triggers.is_empty()
            || (table.partitioned.is_some() && self.fires_below(table.oid))
            || asks_session(self.shapes, table, table.partitioned.is_some())?;
        if fires && link.child.renews_row_ids() {
            // The session comes to a row once for each foreign key.
            self.state.follow_moves();
        }
        if deletes && fires {
            let table = Arc::clone(&link.child.table);
            let gone = children.into_iter().map(Child::into_tree).collect();
            self.state.events.cascades.push(Cascade { table, gone, changes: Vec::new(), columns: Vec::new() });
            return Ok(());
        }
        if deletes {
            return self.delete_children(link, children).await;
        }
        let parents: HashMap<Vec<u8>, &Option<Vec<Datum>>> =
            keys.iter().map(|(values, new)| (link.group_key(values), new)).collect();
        let generated = Generated::new(&link.child, self.shapes, |_| true)?;
        let mut changes = Vec::with_capacity(children.len());
        for child in children {
            let mut new = child.row.clone();
            for ((c, p), number) in work.slots.iter().zip(&link.fk.columns) {
                let keeps = !link.fk.delete_sets.is_empty() && !link.fk.delete_sets.contains(number);
                if keeps && deleted {
                    continue;
                }
                new[*c] = match action {
                    FkAction::Cascade => {
                        let group = link.group_key(&link.child_values(&child.row));
                        let parent = parents.get(&group).and_then(|p| p.as_ref());
                        let value = parent.map_or(&Datum::Null, |row| &row[*p]);
                        let (from, to) = (work.from.columns[*p].ty, link.child.columns[*c].ty);
                        coerce(value, from, to, self.eval).ok_or_else(|| {
                            SqlError::new(SqlState::NumericValueOutOfRange, "value out of range for referencing column")
                        })?
                    }
                    FkAction::SetDefault => self.shapes.default_value(&link.child, *c, self.eval)?,
                    _ => Datum::Null,
                };
            }
            generated.compute(&mut new, self.eval)?;
            changes.push((child, new));
        }
        if fires {
            let (table, columns) = (Arc::clone(&link.child.table), link.fk.columns.clone());
            let change = |(child, new): (Child, Vec<Datum>)| TreeChange { old: child.into_tree(), new };
            let changes = changes.into_iter().map(change).collect();
            self.state.events.cascades.push(Cascade { table, gone: Vec::new(), changes, columns });
            return Ok(());
        }
        self.update_children(link, changes).await
    }

    async fn delete_children(&mut self, link: &Link, children: Vec<Child>) -> SqlResult<()> {
        if link.child.table.partitioned.is_none() {
            let rows: Vec<(Bytes, Vec<Datum>)> = children.into_iter().map(|c| (c.key, c.row)).collect();
            return self.delete(&link.child, &rows).await.map(drop);
        }
        let rows = children.into_iter().map(Child::into_tree).collect();
        self.delete_tree(&link.child, rows).await.map(drop)
    }

    /// Gives children new rows, as the child has them.
    async fn update_children(&mut self, link: &Link, changes: Vec<(Child, Vec<Datum>)>) -> SqlResult<()> {
        if link.child.table.partitioned.is_none() {
            let change = |(child, new): (Child, Vec<Datum>)| RowChange { key: child.key, old: child.row, new };
            return self.update(&link.child, changes.into_iter().map(change).collect()).await.map(drop);
        }
        let changes = changes.into_iter().map(|(child, new)| TreeChange { old: child.into_tree(), new }).collect();
        self.update_tree(&link.child, changes).await.map(drop)
    }

    /// NO ACTION: in its turn at the end of the statement, or at COMMIT if deferred.
    async fn no_action(&mut self, link: &Link, at: &TableShape, keys: Vec<Vec<Datum>>) -> SqlResult<()> {
        if self.state.deferred.defers(&link.fk) {
            self.defer(link, keys, Some(at.table.oid));
            return Ok(());
        }
        match self.violated(link, keys).await? {
            Some(values) => Err(link.still_referenced(at, &values, self.eval)),
            None => Ok(()),
        }
    }

    fn defer(&mut self, link: &Link, keys: Vec<Vec<Datum>>, by_parent: Option<Oid>) {
        let (child, constraint) = (link.child.table.oid, link.fk.oid);
        self.state.deferred.waiting.extend(keys.into_iter().map(|values| Waiting {
            child,
            constraint,
            values,
            by_parent,
        }));
    }

    /// Storage key under which a parent with these (child's) values is found; `None` if there can be none.
    fn parent_key(&mut self, link: &Link, values: &[Datum]) -> SqlResult<Option<Bytes>> {
        let mut row = vec![Datum::Null; link.parent.columns.len()];
        for ((c, p), value) in link.slots.iter().zip(values) {
            let (from, to) = (link.child.columns[*c].ty, link.parent.columns[*p].ty);
            let Some(value) = coerce(value, from, to, self.eval) else { return Ok(None) };
            row[*p] = value;
        }
        if link.parent.table.partitioned.is_none() {
            return key_in(&link.parent, &link.index, &row).map(Some);
        }
        let lens = match self.route(&link.parent, &row) {
            Ok(lens) => lens,
            // No partition takes such a row.
            Err(e) if e.code() == SqlState::CheckViolation => return Ok(None),
            Err(e) => return Err(e),
        };
        let index = self.shapes.catalog().part_of_index(&lens.part.table, link.index.oid);
        let index = index.ok_or_else(|| {
            let part = &lens.part.table.name;
            SqlError::internal(format!("index behind constraint {} is missing in {part}", link.fk.name))
        })?;
        key_in(&lens.part, index, &lens.down(&row)).map(Some)
    }

    /// The first of `keys` that has children and no parent.
    async fn violated(&mut self, link: &Link, keys: Vec<Vec<Datum>>) -> SqlResult<Option<Vec<Datum>>> {
        let mut orphans = Vec::new();
        let mut storage_keys = Vec::new();
        for values in keys {
            match self.parent_key(link, &values)? {
                Some(key) => storage_keys.push((key, values)),
                None => orphans.push(values),
            }
        }
        let existing = self.existing(storage_keys.iter().map(|k| k.0.clone()).collect()).await?;
        orphans.extend(storage_keys.into_iter().filter(|(k, _)| !existing.contains(k)).map(|(_, v)| v));
        if orphans.is_empty() {
            return Ok(None);
        }
        Ok(self.children(link, &orphans, true).await?.first().map(|child| link.child_values(&child.row)))
    }

    /// Looks up the parents of rows that were written, and relies on them.
    async fn check_children(&mut self, children: Vec<(Arc<TableShape>, Vec<Datum>, Vec<usize>)>) -> SqlResult<()> {
        // One look-up a distinct parent, in the order in which the rows came.
        let mut links: HashMap<Oid, Arc<Link>> = HashMap::new();
        let mut wanted: Vec<(Bytes, Arc<Link>, Vec<Datum>)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for (shape, row, constraints) in children {
            for number in constraints {
                let fk = &shape.table.foreign_keys[number];
                let link = match links.get(&fk.oid) {
                    Some(link) => Arc::clone(link),
                    None => {
                        let link = Arc::new(Link::new(self.shapes, &shape, fk)?);
                        links.insert(fk.oid, Arc::clone(&link));
                        link
                    }
                };
                let values = link.child_values(&row);
                let nulls = values.iter().filter(|v| v.is_null()).count();
                if nulls > 0 {
                    if fk.matching == FkMatch::Full && nulls < values.len() {
                        return Err(link
                            .violation(format!(
                                "insert or update on table \"{}\" violates foreign key constraint \"{}\"",
                                shape.table.name, fk.name
                            ))
                            .detail("MATCH FULL does not allow mixing of null and nonnull key values."));
                    }
                    continue;
                }
                if self.state.deferred.defers(fk) {
                    self.defer(&link, vec![values], None);
                    continue;
                }
                match self.parent_key(&link, &values)? {
                    None => return Err(link.missing_parent(&values, self.eval)),
                    Some(key) => {
                        if seen.insert(key.clone()) {
                            wanted.push((key, link, values));
                        }
                    }
                }
            }
        }
        let existing = self.existing(wanted.iter().map(|w| w.0.clone()).collect()).await?;
        for (key, link, values) in wanted {
            if !existing.contains(&key) {
                return Err(link.missing_parent(&values, self.eval));
            }
            self.state.txn.check(key, CheckMode::KeyShare);
        }
        Ok(())
    }

    /// Runs a check that waits, unless it is to wait on.
    pub(super) async fn check_waiting(&mut self, w: Waiting, at_commit: bool) -> SqlResult<()> {
        let Ok(child) = self.shapes.shape(w.child) else { return Ok(()) };
        let Some(fk) = child.table.foreign_keys.iter().find(|fk| fk.oid == w.constraint) else { return Ok(()) };
        if !at_commit && self.state.deferred.defers(fk) {
            self.state.deferred.waiting.push(w);
            return Ok(());
        }
        let link = Link::new(self.shapes, &child, fk)?;
        match self.violated(&link, vec![w.values.clone()]).await? {
            Some(values) => match w.by_parent.map(|at| self.shapes.shape(at)) {
                Some(Ok(at)) => Err(link.still_referenced(&at, &values, self.eval)),
                // The partition has gone meanwhile.
                Some(Err(_)) => Err(link.still_referenced(&link.parent, &values, self.eval)),
                None => Err(link.missing_parent(&values, self.eval)),
            },
            None => {
                if let Some(key) = self.parent_key(&link, &w.values)? {
                    self.state.txn.check(key, CheckMode::KeyShare);
                }
                Ok(())
            }
        }
    }

    /// Rows of the child whose foreign key is one of `keys`. `one` stops at the first.
    async fn children(&mut self, link: &Link, keys: &[Vec<Datum>], one: bool) -> SqlResult<Vec<Child>> {
        let mut found = Vec::new();
        for part in self.parts_of_child(link)? {
            for (key, row) in self.children_in(link, &part, keys, one).await? {
                let row = if part.part.table.oid == link.child.table.oid { row } else { part.up(&row) };
                found.push(Child { part: Arc::clone(&part), key, row });
            }
            if one && !found.is_empty() {
                break;
            }
        }
        Ok(found)
    }

    /// The tables that have rows of the child: it, or its partitions.
    fn parts_of_child(&mut self, link: &Link) -> SqlResult<Vec<Arc<Lens>>> {
        let child = &link.child;
        if child.table.partitioned.is_none() {
            return Ok(vec![Arc::new(Lens::new(child, child, self.shapes)?)]);
        }
        self.rely_on(child);
        let tables = self.shapes.catalog().descendants(child.table.oid).into_iter();
        let parts: Vec<Oid> = tables.filter(|t| t.partitioned.is_none()).map(|t| t.oid).collect();
        parts.into_iter().map(|part| self.lens(child, part)).collect()
    }

    /// The same in one of these tables, rows as it has them: by an index that begins with the constraint's columns if there
    /// is one, else by one scan for all.
    async fn children_in(
        &self,
        link: &Link,
        part: &Lens,
        keys: &[Vec<Datum>],
        one: bool,
    ) -> SqlResult<Vec<(Bytes, Vec<Datum>)>> {
        let shape = &part.part;
        let mut numbers = Vec::with_capacity(link.fk.columns.len());
        for number in &link.fk.columns {
            let like = shape.table.column_like(&part.named.table, *number);
            numbers.push(like.map_or(*number, |column| column.number));
        }
        let slots = shape.slots(&numbers)?;
        let mut found: Vec<(Bytes, Bytes)> = Vec::new();
        let by_index = |values: &[Datum]| {
            let named: Vec<(i16, Datum)> = numbers.iter().copied().zip(values.iter().cloned()).collect();
            shape.table.indexes.iter().find_map(|i| Some((i, shape.prefix_range(i, &named)?)))
        };
        if let Some((index, _)) = keys.first().and_then(|k| by_index(k)) {
            for (_, range) in keys.iter().filter_map(|k| by_index(k)) {
                self.pages(range, |page| {
                    found.extend(page);
                    !one || found.is_empty()
                })
                .await?;
                if one && !found.is_empty() {
                    break;
                }
            }
            if !index.is_table() {
                // What was found are entries; they lead to the rows.
                let row_keys: Vec<Bytes> =
                    found.iter().map(|(_, entry)| shape.row_key_of_entry(entry)).collect::<SqlResult<_>>()?;
                let rows = self.state.txn.view().get(&row_keys).await?;
                found = row_keys.into_iter().zip(rows).filter_map(|(k, v)| Some((k, v?))).collect();
            }
            return found.into_iter().map(|(k, v)| Ok((k, shape.decode(&v)?))).collect();
        }
        let wanted: std::collections::HashSet<Vec<u8>> = keys.iter().map(|k| link.group_key(k)).collect();
        let mut rows = Vec::new();
        let mut failed = None;
        self.pages(shape.range(), |page| {
            for (key, value) in page {
                match shape.decode(&value) {
                    Ok(row) => {
                        let values: Vec<Datum> = slots.iter().map(|s| row[*s].clone()).collect();
                        if !values.iter().any(Datum::is_null) && wanted.contains(&link.group_key(&values)) {
                            rows.push((key, row));
                        }
                    }
                    Err(e) => failed = Some(e),
                }
            }
            failed.is_none() && (!one || rows.is_empty())
        })
        .await?;
        failed.map_or(Ok(rows), Err)
    }

    /// Gives `range` page by page, until `take` says that it is enough.
    async fn pages(
        &self,
        mut range: KeyRange,
        mut take: impl FnMut(Vec<(Bytes, Bytes)>) -> bool + Send,
    ) -> SqlResult<()> {
        let view = self.state.txn.view();
        loop {
            let page = view.scan_raw(&range, false, PAGE_ROWS).await?;
            let last = page.last().map(|r| r.0.clone());
            let full = page.len() == PAGE_ROWS;
            if !take(page) || !full {
                return Ok(());
            }
            let Some(last) = last else { return Ok(()) };
            range.start = KeyRange::point(&last).end;
        }
    }
}
