//! Foreign keys. A statement only notes which rows it wrote; at its end the parents of new children
//! are looked up (and held by a KEY SHARE check, PROTOCOL §7), and the children of parents that are
//! gone are found and acted upon. Actions write rows, which makes new events, until none are left.
//!
//! A check that is deferred is kept as values: it is violated at COMMIT if the parent is missing and
//! some child still has them, whichever side was changed since.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use gavel_catalog::keys::rung_version;
use gavel_catalog::{Catalog, FkAction, FkMatch, ForeignKey, Index, IndexKey, Table};
use gavel_functions::call::EvalContext;
use gavel_functions::compare::sort_key;
use gavel_types::{CheckMode, Datum, KeyRange, Oid, PgType, SqlError, SqlResult, SqlState};

use crate::dml::deferred::Claim;
use crate::dml::shape::{TableShape, describe};
use crate::dml::writer::{RowChange, Writer, same};
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

/// What a foreign key does to rows of a table with triggers.
pub(crate) struct Cascade {
    pub table: Arc<Table>,
    pub gone: Vec<(Bytes, Vec<Datum>)>,
    pub changes: Vec<RowChange>,
    /// Columns that the changes assign to.
    pub columns: Vec<i16>,
}

struct ParentChange {
    shape: Arc<TableShape>,
    old: Vec<Datum>,
    /// `None`: deleted.
    new: Option<Vec<Datum>>,
}

impl Events {
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
            self.parents.push(ParentChange { shape, old, new });
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
    /// Whether it was the parent that changed; decides the words of the error.
    by_parent: bool,
}

impl Waiting {
    /// The table whose change has made it; `None` if the constraint has gone.
    pub(super) fn table(&self, catalog: &Catalog) -> Option<Oid> {
        let fk = catalog.table(self.child)?.foreign_keys.iter().find(|fk| fk.oid == self.constraint)?;
        Some(if self.by_parent { fk.parent } else { self.child })
    }
}

/// A foreign key with both ends.
struct Link {
    child: Arc<TableShape>,
    parent: Arc<TableShape>,
    fk: ForeignKey,
    index: Index,
    /// For each column of the constraint: slot in the child and in the parent.
    slots: Vec<(usize, usize)>,
}

impl Link {
    fn new(writer: &Writer<'_>, child: &Arc<TableShape>, fk: &ForeignKey) -> SqlResult<Self> {
        let parent = if fk.parent == child.table.oid { Arc::clone(child) } else { writer.shapes.shape(fk.parent)? };
        let index = parent
            .table
            .indexes
            .iter()
            .find(|i| i.oid == fk.parent_index)
            .cloned()
            .ok_or_else(|| SqlError::internal(format!("index behind constraint {} is gone", fk.name)))?;
        let slots = child.slots(&fk.columns)?.into_iter().zip(parent.slots(&fk.parent_columns)?).collect();
        Ok(Self { child: Arc::clone(child), parent, fk: fk.clone(), index, slots })
    }

    fn child_values(&self, row: &[Datum]) -> Vec<Datum> {
        self.slots.iter().map(|(c, _)| row[*c].clone()).collect()
    }

    /// The parent row's key, as the child would hold it; `None` if the child's types cannot.
    fn parent_values(&self, row: &[Datum], eval: &EvalContext) -> Option<Vec<Datum>> {
        (self.slots.iter())
            .map(|(c, p)| coerce(&row[*p], self.parent.columns[*p].ty, self.child.columns[*c].ty, eval))
            .collect()
    }

    /// Storage key under which a parent with these (child's) values is found.
    fn parent_key(&self, values: &[Datum], eval: &EvalContext) -> SqlResult<Option<Bytes>> {
        let mut ordered = Vec::with_capacity(values.len());
        for (key, ..) in &self.index.keys {
            let IndexKey::Column(number) = key else { return Ok(None) };
            let at = self.fk.parent_columns.iter().position(|n| n == number);
            let Some((at, value)) = at.and_then(|at| Some((at, values.get(at)?))) else { return Ok(None) };
            let (c, p) = self.slots[at];
            match coerce(value, self.child.columns[c].ty, self.parent.columns[p].ty, eval) {
                Some(v) => ordered.push(v),
                None => return Ok(None),
            }
        }
        self.parent.unique_key(&self.index, &ordered).map(Some)
    }

    fn group_key(&self, values: &[Datum]) -> Vec<u8> {
        let typed = values.iter().zip(&self.slots);
        typed.flat_map(|(v, (c, _))| sort_key(v, self.child.columns[*c].ty)).collect()
    }

    fn missing_parent(&self, values: &[Datum], eval: &EvalContext) -> SqlError {
        let columns = self.slots.iter().map(|(c, _)| &self.child.columns[*c]);
        let shown = describe(columns.zip(values).map(|(c, v)| (c.name.as_str(), v, c.ty)), &eval.style);
        self.violation(format!(
            "insert or update on table \"{}\" violates foreign key constraint \"{}\"",
            self.child.table.name, self.fk.name
        ))
        .detail(format!("{shown} is not present in table \"{}\".", self.parent.table.name))
    }

    fn still_referenced(&self, values: &[Datum], eval: &EvalContext) -> SqlError {
        let columns = self.slots.iter().map(|(c, p)| (&self.parent.columns[*p].name, self.child.columns[*c].ty));
        let shown = describe(columns.zip(values).map(|((n, ty), v)| (n.as_str(), v, ty)), &eval.style);
        self.violation(format!(
            "update or delete on table \"{}\" violates foreign key constraint \"{}\" on table \"{}\"",
            self.parent.table.name, self.fk.name, self.child.table.name
        ))
        .detail(format!("{shown} is still referenced from table \"{}\".", self.child.table.name))
    }

    fn violation(&self, message: String) -> SqlError {
        SqlError::new(SqlState::ForeignKeyViolation, message)
            .schema(self.child.schema_name.clone())
            .table(self.child.table.name.clone())
            .constraint(self.fk.name.clone())
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

/// What to do about one foreign key of one batch of parents.
struct Work {
    link: Link,
    /// Old key (child's types) and the new parent row, if it was updated.
    keys: Vec<(Vec<Datum>, Option<Vec<Datum>>)>,
}

impl Writer<'_> {
    /// Ends the statement: foreign keys.
    ///
    /// # Errors
    /// 23503; what cascaded writes raise.
    pub async fn finish(&mut self) -> SqlResult<()> {
        let mut unresolved: Vec<(Link, Vec<Vec<Datum>>)> = Vec::new();
        loop {
            let parents = std::mem::take(&mut self.state.events.parents);
            if parents.is_empty() {
                break;
            }
            for work in self.work(parents)? {
                self.act(work, &mut unresolved).await?;
            }
        }
        for (link, keys) in unresolved {
            self.no_action(&link, keys).await?;
        }
        let children = std::mem::take(&mut self.state.events.children);
        self.check_children(children).await?;
        let claims = std::mem::take(&mut self.state.events.claims);
        self.settle_claims(claims).await
    }

    /// Sorts changes of parents by the foreign keys that they matter to.
    fn work(&self, changes: Vec<ParentChange>) -> SqlResult<Vec<Work>> {
        let mut by_constraint: BTreeMap<Oid, Work> = BTreeMap::new();
        for change in changes {
            let parent = &change.shape;
            for oid in &parent.table.referenced_by {
                let child = if *oid == parent.table.oid { Arc::clone(parent) } else { self.shapes.shape(*oid)? };
                for fk in child.table.foreign_keys.iter().filter(|fk| fk.parent == parent.table.oid) {
                    let link = Link::new(self, &child, fk)?;
                    let old_key = link.slots.iter().map(|(_, p)| &change.old[*p]);
                    if old_key.clone().any(Datum::is_null) {
                        continue;
                    }
                    let unchanged = change.new.as_ref().is_some_and(|new| {
                        let image = |(_, p): &(usize, usize)| {
                            same(&change.old[*p], &new[*p], parent.columns[*p].ty)
                                && looks_same(&change.old[*p], &new[*p])
                        };
                        link.slots.iter().all(image)
                    });
                    let Some(values) = link.parent_values(&change.old, self.eval) else { continue };
                    if !unchanged {
                        let work = by_constraint.entry(fk.oid).or_insert_with(|| Work { link, keys: Vec::new() });
                        work.keys.push((values, change.new.clone()));
                    }
                }
            }
        }
        Ok(by_constraint.into_values().collect())
    }

    async fn act(&mut self, work: Work, unresolved: &mut Vec<(Link, Vec<Vec<Datum>>)>) -> SqlResult<()> {
        let Work { link, keys } = work;
        let (updated, deleted): (Vec<_>, Vec<_>) = keys.into_iter().partition(|(_, new)| new.is_some());
        let mut waiting = Vec::new();
        for (action, keys) in [(link.fk.on_delete, deleted), (link.fk.on_update, updated)] {
            if keys.is_empty() {
                continue;
            }
            match action {
                FkAction::NoAction => waiting.extend(keys.into_iter().map(|k| k.0)),
                FkAction::Restrict => {
                    let wanted: Vec<Vec<Datum>> = keys.into_iter().map(|k| k.0).collect();
                    if let Some((_, row)) = self.children(&link, &wanted, true).await?.first() {
                        return Err(link.still_referenced(&link.child_values(row), self.eval));
                    }
                }
                FkAction::Cascade | FkAction::SetNull => self.cascade(&link, action, keys).await?,
                FkAction::SetDefault => {
                    // Where the default is what was there before, no write of the child tells of it.
                    waiting.extend(keys.iter().map(|k| k.0.clone()));
                    self.cascade(&link, action, keys).await?;
                }
            }
        }
        if !waiting.is_empty() {
            unresolved.push((link, waiting));
        }
        Ok(())
    }

    /// Relies on the definition of a table that the statement does not name, and writes to.
    fn rely_on(&mut self, shape: &TableShape) {
        let table = &shape.table;
        if !table.is_temporary() {
            self.state.txn.use_schema(rung_version(Oid(shape.tenant.0), table.oid, table.rung));
        }
    }

    async fn cascade(
        &mut self,
        link: &Link,
        action: FkAction,
        keys: Vec<(Vec<Datum>, Option<Vec<Datum>>)>,
    ) -> SqlResult<()> {
        self.rely_on(&link.child);
        let wanted: Vec<Vec<Datum>> = keys.iter().map(|k| k.0.clone()).collect();
        let children = self.children(link, &wanted, false).await?;
        let deleted = keys.iter().all(|k| k.1.is_none());
        let deletes = deleted && action == FkAction::Cascade;
        let fires = !link.child.table.triggers.is_empty();
        if deletes && fires {
            let table = Arc::clone(&link.child.table);
            let cascade = Cascade { table, gone: children, changes: Vec::new(), columns: Vec::new() };
            self.state.events.cascades.push(cascade);
            return Ok(());
        }
        if deletes {
            self.delete(&link.child, &children).await?;
            return Ok(());
        }
        let parents: HashMap<Vec<u8>, &Option<Vec<Datum>>> =
            keys.iter().map(|(values, new)| (link.group_key(values), new)).collect();
        let mut changes = Vec::with_capacity(children.len());
        for (key, old) in children {
            let mut new = old.clone();
            for ((c, p), number) in link.slots.iter().zip(&link.fk.columns) {
                let keeps = !link.fk.delete_sets.is_empty() && !link.fk.delete_sets.contains(number);
                if keeps && deleted {
                    continue;
                }
                new[*c] = match action {
                    FkAction::Cascade => {
                        let parent = parents.get(&link.group_key(&link.child_values(&old))).and_then(|p| p.as_ref());
                        let value = parent.map_or(&Datum::Null, |row| &row[*p]);
                        let (from, to) = (link.parent.columns[*p].ty, link.child.columns[*c].ty);
                        coerce(value, from, to, self.eval).ok_or_else(|| {
                            SqlError::new(SqlState::NumericValueOutOfRange, "value out of range for referencing column")
                        })?
                    }
                    FkAction::SetDefault => self.shapes.default_value(&link.child, *c, self.eval)?,
                    _ => Datum::Null,
                };
            }
            changes.push(RowChange { key, old, new });
        }
        if fires {
            let (table, columns) = (Arc::clone(&link.child.table), link.fk.columns.clone());
            self.state.events.cascades.push(Cascade { table, gone: Vec::new(), changes, columns });
            return Ok(());
        }
        self.update(&link.child, changes).await?;
        Ok(())
    }

    /// NO ACTION: at the end of the statement, or at COMMIT if deferred.
    async fn no_action(&mut self, link: &Link, keys: Vec<Vec<Datum>>) -> SqlResult<()> {
        if self.state.deferred.defers(&link.fk) {
            self.defer(link, keys, true);
            return Ok(());
        }
        match self.violated(link, keys).await? {
            Some(values) => Err(link.still_referenced(&values, self.eval)),
            None => Ok(()),
        }
    }

    fn defer(&mut self, link: &Link, keys: Vec<Vec<Datum>>, by_parent: bool) {
        let (child, constraint) = (link.child.table.oid, link.fk.oid);
        self.state.deferred.waiting.extend(keys.into_iter().map(|values| Waiting {
            child,
            constraint,
            values,
            by_parent,
        }));
    }

    /// The first of `keys` that has children and no parent.
    async fn violated(&mut self, link: &Link, keys: Vec<Vec<Datum>>) -> SqlResult<Option<Vec<Datum>>> {
        let mut orphans = Vec::new();
        let mut storage_keys = Vec::new();
        for values in keys {
            match link.parent_key(&values, self.eval)? {
                Some(key) => storage_keys.push((key, values)),
                None => orphans.push(values),
            }
        }
        let existing = self.existing(storage_keys.iter().map(|k| k.0.clone()).collect()).await?;
        orphans.extend(storage_keys.into_iter().filter(|(k, _)| !existing.contains(k)).map(|(_, v)| v));
        if orphans.is_empty() {
            return Ok(None);
        }
        Ok(self.children(link, &orphans, true).await?.first().map(|(_, row)| link.child_values(row)))
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
                        let link = Arc::new(Link::new(self, &shape, fk)?);
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
                    self.defer(&link, vec![values], false);
                    continue;
                }
                match link.parent_key(&values, self.eval)? {
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
        let link = Link::new(self, &child, fk)?;
        match self.violated(&link, vec![w.values.clone()]).await? {
            Some(values) if w.by_parent => Err(link.still_referenced(&values, self.eval)),
            Some(values) => Err(link.missing_parent(&values, self.eval)),
            None => {
                if let Some(key) = link.parent_key(&w.values, self.eval)? {
                    self.state.txn.check(key, CheckMode::KeyShare);
                }
                Ok(())
            }
        }
    }

    /// Rows of the child whose foreign key is one of `keys`: by an index that begins with the
    /// constraint's columns if there is one, else by one scan for all. `one` stops at the first.
    async fn children(&self, link: &Link, keys: &[Vec<Datum>], one: bool) -> SqlResult<Vec<(Bytes, Vec<Datum>)>> {
        let shape = &link.child;
        let mut found: Vec<(Bytes, Bytes)> = Vec::new();
        let by_index = |values: &[Datum]| {
            let named: Vec<(i16, Datum)> = link.fk.columns.iter().copied().zip(values.iter().cloned()).collect();
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
                        let values = link.child_values(&row);
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
