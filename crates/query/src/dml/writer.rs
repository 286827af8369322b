//! Inserts, updates and deletes of rows inside a transaction.
//!
//! ```text
//!  rows ─► NOT NULL, CHECK ─► keys and entries ─► look-up of unique ones ─► write buffer
//!                                                       (snapshot + own writes)     │
//!  end of statement: parents of new children, children of gone parents ◄────────────┘
//! ```
//! Keys that change are deleted before any new one is looked up, over the whole statement: what counts
//! is whether the statement leaves a duplicate. (PostgreSQL looks row by row and may refuse an UPDATE
//! that merely passes through one.)
//!
//! # Invariants
//! 1. No view of the transaction is alive while it is written to, so that nothing is copied.
//! 2. A row's key and its unique entries are written in modes that make two transactions which cannot
//!    both be right conflict (PROTOCOL §7); entries of non-unique indexes are blind.
//! 3. Entries that a transaction has made of a row of its own are taken back with the row, not deleted: a row that came
//!    and went leaves no write that could meet another transaction's row of the same key.
//! 4. An index that is not public is written as its state says ([`gavel_catalog::IndexState`]).
//! 5. A partition gets no row that its bounds, and those of what it is a part of, do not take: rows that are not routed
//!    ([`crate::dml::route`]) are checked.
//! 6. Of a table that renews row ids ([`TableShape::renews_row_ids`]) only rows are written that are still under the key
//!    that they were found by: one statement changes a row once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use gavel_binder::bound::RowRule;
use gavel_catalog::{Catalog, Index, Table};
use gavel_functions::call::EvalContext;
use gavel_functions::compare::compare;
use gavel_txn::Transaction;
use gavel_types::text_io::TextStyle;
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState, WriteMode};

use crate::dml::deferred::Deferred;
use crate::dml::foreign::{Cascade, Events};
use crate::dml::route::Trees;
use crate::dml::shape::{Entry, IndexShape, TableShape};
use crate::dml::tree::Place;
use crate::dml::unbuilt::Doubtful;
use crate::fast::expr::{RowContext, RowExpr};
use crate::partition::bounds::Bounds;

/// Rows whose keys are looked up in one call.
pub(super) const BATCH_ROWS: usize = 1_024;

/// The shapes of the tables of the statement's catalog.
pub trait Shapes: Send + Sync {
    /// # Errors
    /// XX000 if there is no such table.
    fn shape(&self, table: Oid) -> SqlResult<Arc<TableShape>>;

    /// What column `slot` gets by default.
    fn default_value(&self, shape: &Arc<TableShape>, slot: usize, eval: &EvalContext) -> SqlResult<Datum>;

    /// The catalog that the tables are of.
    fn catalog(&self) -> &Arc<Catalog>;

    /// The bounds of the partitions of a table.
    ///
    /// # Errors
    /// As [`Bounds::of`].
    fn bounds(&self, table: &Table) -> SqlResult<Arc<Bounds>>;

    /// SQL text of a descriptor over the live columns of `table`; as an assignment to `target` if that is given.
    ///
    /// # Errors
    /// The binder's; 0A000 if it cannot be evaluated row by row.
    fn expression(&self, table: &Arc<Table>, sql: &str, target: Option<PgType>) -> SqlResult<RowExpr>;
}

/// Whether the table, or one below it if those count, has checks that only a session can ask.
///
/// # Errors
/// As [`Shapes::shape`].
pub fn asks_session(shapes: &dyn Shapes, table: &Table, below: bool) -> SqlResult<bool> {
    // Expressions of tables name functions by their numbers, and operators by their symbols.
    let may_call = table.checks_call() || (!table.checks.is_empty() && !shapes.catalog().operators.is_empty());
    if may_call && shapes.shape(table.oid)?.asks_session() {
        return Ok(true);
    }
    if below {
        for child in shapes.catalog().children(table.oid) {
            if asks_session(shapes, child, true)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// 23502 for a row that has NULL where its table wants a value.
pub(crate) fn require_present(place: &Place, row: &[Datum], style: &TextStyle) -> SqlResult<()> {
    let shape = &place.shape;
    let Some((column, _)) = shape.columns.iter().zip(row).find(|(column, value)| column.not_null && value.is_null())
    else {
        return Ok(());
    };
    let text = format!(
        "null value in column \"{}\" of relation \"{}\" violates not-null constraint",
        column.name, shape.table.name
    );
    Err(SqlError::new(SqlState::NotNullViolation, text)
        .detail(failing_row(place, row, style))
        .schema(shape.schema_name.clone())
        .table(shape.table.name.clone())
        .column(column.name.clone()))
}

/// A row as the table that the statement names has it.
fn failing_row(place: &Place, row: &[Datum], style: &TextStyle) -> String {
    let shown = match &place.seen {
        Some(lens) => lens.named.describe_row(&lens.up(row), style),
        None => place.shape.describe_row(row, style),
    };
    format!("Failing row contains {shown}.")
}

/// 23514 for a row that does not pass a check.
pub(crate) fn breaks_check(place: &Place, check: &str, row: &[Datum], style: &TextStyle) -> SqlError {
    let shape = &place.shape;
    let text = format!("new row for relation \"{}\" violates check constraint \"{check}\"", shape.table.name);
    SqlError::new(SqlState::CheckViolation, text)
        .detail(failing_row(place, row, style))
        .schema(shape.schema_name.clone())
        .table(shape.table.name.clone())
        .constraint(check)
}

/// What a transaction writes to.
pub struct WriteState {
    pub txn: Transaction,
    pub deferred: Deferred,
    /// Hidden row ids that the transaction has made, and those of the session before it that this orders it after.
    pub row_ids: u64,
    /// Of the running statement, all its modifying CTEs included.
    pub(super) events: Events,
    pub(super) trees: Trees,
    /// Rows that got other keys, from each key to the next, once a cursor wants to know; what was undone is still there.
    moves: Option<HashMap<Bytes, Bytes>>,
}

impl WriteState {
    pub fn new(txn: Transaction, row_ids: u64) -> Self {
        let (deferred, events, trees) = (Deferred::default(), Events::default(), Trees::default());
        Self { txn, deferred, row_ids, events, trees, moves: None }
    }

    /// From now on it is kept to which keys rows move.
    pub fn follow_moves(&mut self) {
        self.moves.get_or_insert_default();
    }

    /// The row of key `from` now has key `to`.
    pub(super) fn moved(&mut self, from: &Bytes, to: &Bytes) {
        if let Some(moves) = &mut self.moves {
            moves.insert(from.clone(), to.clone());
        }
    }

    /// Whether the row of `key` got another key since it was begun to keep that.
    pub fn has_moved(&self, key: &Bytes) -> bool {
        self.moves.as_ref().is_some_and(|moves| moves.contains_key(key))
    }

    /// The keys that the row of `key` may have by now, in the order in which it got them.
    pub fn places_of(&self, key: Bytes) -> Vec<Bytes> {
        let mut places = vec![key];
        while let Some(next) = places.last().and_then(|key| self.moves.as_ref()?.get(key)) {
            if places.contains(next) {
                break;
            }
            places.push(next.clone());
        }
        places
    }

    /// The key that the row of `key` has now; `None` if it is gone.
    ///
    /// # Errors
    /// Those of reading.
    pub async fn place_of(&self, key: Bytes) -> SqlResult<Option<Bytes>> {
        let places = self.places_of(key);
        let there = self.txn.view().get(&places).await?;
        Ok(places.into_iter().zip(there).rev().find_map(|(key, row)| row.map(|_| key)))
    }

    /// Takes what foreign keys do to rows of tables with triggers.
    pub(crate) fn take_cascades(&mut self) -> Vec<Cascade> {
        std::mem::take(&mut self.events.cascades)
    }

    /// Takes from sight what the running statement has left to be checked at its end: statements that run inside of it
    /// end before.
    pub(crate) fn set_aside(&mut self) -> Aside {
        Aside(std::mem::take(&mut self.events))
    }

    /// Puts it back.
    pub(crate) fn bring_back(&mut self, Aside(events): Aside) {
        let later = std::mem::replace(&mut self.events, events);
        self.events.append(later);
    }

    /// Drops what a statement that failed has left to be checked.
    pub fn forget_events(&mut self) {
        self.events = Events::default();
    }
}

/// What a statement has left to be checked at its end.
#[derive(Default)]
pub(crate) struct Aside(Events);

impl Aside {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// See the module. [`Writer::finish`] is to be called at the end of the statement.
pub struct Writer<'a> {
    pub state: &'a mut WriteState,
    pub shapes: &'a dyn Shapes,
    pub eval: &'a EvalContext,
    /// The session has asked the checks that only it can ask.
    pub(crate) asked: bool,
}

/// An update of one row.
#[derive(Clone, Debug)]
pub struct RowChange {
    pub key: Bytes,
    pub old: Vec<Datum>,
    pub new: Vec<Datum>,
}

/// A row about to be inserted.
pub(super) struct Prepared {
    pub row: Vec<Datum>,
    pub key: Bytes,
    pub value: Bytes,
    /// By the number of the index in the shape.
    pub entries: Vec<(usize, Entry)>,
}

impl Prepared {
    /// Keys that must be free, with the index of each; `None` is the primary key.
    pub fn unique_keys<'s>(&'s self, shape: &TableShape) -> impl Iterator<Item = (Option<usize>, &'s Bytes)> + use<'s> {
        let primary = shape.has_row_key().then_some((None, &self.key));
        primary.into_iter().chain(self.entries.iter().filter(|e| e.1.unique).map(|(i, e)| (Some(*i), &e.key)))
    }
}

impl<'a> Writer<'a> {
    pub fn new(state: &'a mut WriteState, shapes: &'a dyn Shapes, eval: &'a EvalContext) -> Self {
        state.trees.keep_for(shapes.catalog());
        Self { state, shapes, eval, asked: false }
    }

    /// Inserts `rows`, those of a partitioned table into its partitions.
    ///
    /// # Errors
    /// 23502, 23514, 23505; 54000 past the transaction's size. Foreign keys are checked by
    /// [`Self::finish`].
    pub async fn insert(&mut self, shape: &Arc<TableShape>, rows: Vec<Vec<Datum>>) -> SqlResult<()> {
        if shape.table.partitioned.is_some() {
            return self.insert_routed(shape, rows).await.map(drop);
        }
        let place = Place::named(shape);
        let mut rows = rows.into_iter();
        loop {
            let chunk: Vec<_> = rows.by_ref().take(BATCH_ROWS).map(|row| (place.clone(), row)).collect();
            if chunk.is_empty() {
                return Ok(());
            }
            self.insert_chunk(chunk, None).await?;
        }
    }

    /// Inserts a row, as its table has it; `changed`: triggers may have changed it since its table was found.
    ///
    /// # Errors
    /// As [`Self::insert`].
    pub(crate) async fn insert_at(&mut self, place: &Place, row: Vec<Datum>, changed: bool) -> SqlResult<()> {
        if changed {
            self.check_changed(place, &row)?;
        }
        self.insert_chunk(vec![(place.clone(), row)], None).await
    }

    /// What a row must satisfy that was changed after its partition was found.
    pub(super) fn check_changed(&mut self, place: &Place, row: &[Datum]) -> SqlResult<()> {
        self.check_row(place, row)?;
        self.check_within_at(place, row)
    }

    /// Inserts rows, as their tables have them, up to the one whose table was not found.
    pub(super) async fn insert_chunk(
        &mut self,
        rows: Vec<(Place, Vec<Datum>)>,
        mut failed: Option<SqlError>,
    ) -> SqlResult<()> {
        let mut prepared = Vec::with_capacity(rows.len());
        for (place, row) in rows {
            match self.prepare(&place, row) {
                Ok(p) => prepared.push((place.shape, p)),
                Err(e) => {
                    failed = Some(e);
                    break;
                }
            }
        }
        self.put_all(prepared).await.map_err(|(_, error)| error)?;
        failed.map_or(Ok(()), Err)
    }

    /// Writes new rows whose keys must be free. An error says which of them it is about.
    pub(super) async fn put_all(
        &mut self,
        prepared: Vec<(Arc<TableShape>, Prepared)>,
    ) -> Result<(), (Option<usize>, SqlError)> {
        let keys = prepared.iter().flat_map(|(shape, p)| p.unique_keys(shape)).map(|(_, k)| k.clone()).collect();
        let mut taken = self.existing(keys).await.map_err(|e| (None, e))?;
        for (number, (shape, p)) in prepared.into_iter().enumerate() {
            for (index, key) in p.unique_keys(&shape) {
                if !taken.insert(key.clone()) {
                    return Err((Some(number), self.violation(&shape, index, key, &p.row).await));
                }
            }
            self.put_new(&shape, p).map_err(|e| (None, e))?;
        }
        Ok(())
    }

    /// Checks a new row and makes its key, value and entries.
    pub(super) fn prepare(&mut self, place: &Place, row: Vec<Datum>) -> SqlResult<Prepared> {
        self.check_new(place, &row)?;
        self.make(&place.shape, row)
    }

    /// What a row must satisfy by itself.
    pub(super) fn check_new(&mut self, place: &Place, row: &[Datum]) -> SqlResult<()> {
        self.check_row(place, row)?;
        if place.seen.is_none() {
            self.check_within(&place.shape, row)?;
        }
        Ok(())
    }

    /// The key, value and entries of a new row.
    pub(super) fn make(&mut self, shape: &TableShape, row: Vec<Datum>) -> SqlResult<Prepared> {
        let row_id = if shape.has_row_key() { [0; 16] } else { self.next_row_id() };
        let key = shape.row_key(&row, row_id)?;
        let value = shape.encode(&row)?;
        let mut entries = Vec::with_capacity(shape.indexes.len());
        for (i, index) in shape.indexes.iter().enumerate().filter(|(_, i)| i.index.state.takes_entries()) {
            entries.extend(shape.entries(index, &row, row_id, self.eval)?.into_iter().map(|e| (i, e)));
        }
        Ok(Prepared { row, key, value, entries })
    }

    /// Writes a row whose keys are known to be free.
    pub(super) fn put_new(&mut self, shape: &Arc<TableShape>, p: Prepared) -> SqlResult<()> {
        self.state.txn.write(p.key, WriteMode::Insert, Some(p.value))?;
        for (number, e) in p.entries {
            let mode = if e.unique { WriteMode::Insert } else { WriteMode::Blind };
            self.state.txn.write(e.key, mode, Some(e.value))?;
            self.state.events.claimed(shape, number, e.claim, &p.row);
        }
        self.state.events.child_written(shape, None, &p.row);
        Ok(())
    }

    /// 128 bits, ascending in the order of insertion as far as snapshots ascend, so that a scan gives
    /// rows in the order in which they came: snapshot, count in the transaction, randomness against
    /// another node's transaction at the same snapshot.
    fn next_row_id(&mut self) -> [u8; 16] {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.state.txn.snapshot_ts().0.to_be_bytes());
        id[8..12].copy_from_slice(&(self.state.row_ids as u32).to_be_bytes());
        self.state.row_ids += 1;
        (self.eval.entropy)(&mut id[12..]);
        id
    }

    /// Which of `keys` hold something.
    pub(super) async fn existing(&self, keys: Vec<Bytes>) -> SqlResult<HashSet<Bytes>> {
        if keys.is_empty() {
            return Ok(HashSet::new());
        }
        let found = self.state.txn.view().get(&keys).await?;
        Ok(keys.into_iter().zip(found).filter(|(_, v)| v.is_some()).map(|(k, _)| k).collect())
    }

    /// Updates rows, each at most once: of several changes of one row the first is taken. Gives the
    /// number of rows updated.
    ///
    /// # Errors
    /// As [`Self::insert`].
    pub async fn update(&mut self, shape: &Arc<TableShape>, changes: Vec<RowChange>) -> SqlResult<u64> {
        self.update_at(&Place::named(shape), changes).await
    }

    /// The same in a table that may be below the one that the statement names: rows are as it has them itself, and do not
    /// leave it.
    pub(crate) async fn update_at(&mut self, place: &Place, changes: Vec<RowChange>) -> SqlResult<u64> {
        let shape = &place.shape;
        let there = match shape.renews_row_ids() {
            true => Some(self.existing(changes.iter().map(|c| c.key.clone()).collect()).await?),
            false => None,
        };
        let mut seen = HashSet::new();
        let mut fresh: Vec<(Option<usize>, usize, Bytes, Bytes)> = Vec::new();
        let mut doubtful = Vec::new();
        let mut count = 0;
        for (number, c) in changes.iter().enumerate() {
            if changes.len() > 1 && !seen.insert(&c.key) {
                continue;
            }
            if there.as_ref().is_some_and(|there| !there.contains(&c.key)) {
                continue;
            }
            count += 1;
            if place.seen.is_none() {
                self.check_within(shape, &c.new)?;
            }
            self.check_row(place, &c.new)?;
            let own = self.state.txn.has_inserted(&c.key);
            let row_id = shape.row_id_of(&c.key);
            let new_id = if shape.renews_row_ids() { self.next_row_id() } else { row_id };
            let key = shape.row_key(&c.new, new_id)?;
            let value = shape.encode(&c.new)?;
            let moved = key != c.key;
            if moved {
                self.state.txn.write(c.key.clone(), WriteMode::Delete, None)?;
                self.state.moved(&c.key, &key);
                fresh.push((None, number, key, value));
            } else {
                self.state.txn.write(key, WriteMode::Update, Some(value))?;
            }
            let changed: Vec<bool> = c.old.iter().zip(&c.new).map(|(o, n)| o != n).collect();
            for (i, index) in shape.indexes.iter().enumerate() {
                if !moved && TableShape::entry_is_untouched(index, &changed) {
                    continue;
                }
                let old = self.old_entries(shape, index, &c.old, row_id)?;
                let takes = index.index.state.takes_entries();
                let mut new = if takes { shape.entries(index, &c.new, new_id, self.eval)? } else { Vec::new() };
                for o in old {
                    match new.binary_search_by(|n| n.key.cmp(&o.key)) {
                        Ok(at) => {
                            let n = new.remove(at);
                            if o.value != n.value && n.unique && !index.index.is_public() {
                                doubtful.push(Doubtful { key: n.key, row: c.key.clone(), value: Some(n.value) });
                            } else if o.value != n.value {
                                let mode = if n.unique { WriteMode::Update } else { WriteMode::Blind };
                                self.state.txn.write(n.key, mode, Some(n.value))?;
                            }
                        }
                        Err(_) => self.remove_entry(index, o, (&c.key, own), &mut doubtful)?,
                    }
                }
                for n in new {
                    if n.unique {
                        fresh.push((Some(i), number, n.key, n.value));
                    } else {
                        self.state.txn.write(n.key, WriteMode::Blind, Some(n.value))?;
                        self.state.events.claimed(shape, i, n.claim, &c.new);
                    }
                }
            }
            self.state.events.child_written(shape, Some(&c.old), &c.new);
            self.state.events.parent_changed(shape, &c.old, Some(&c.new));
        }
        self.settle_doubtful(shape, doubtful).await?;
        let unique = |index: &Option<usize>| index.is_some() || shape.has_row_key();
        let keys = fresh.iter().filter(|f| unique(&f.0)).map(|f| f.2.clone()).collect();
        let mut taken = self.existing(keys).await?;
        for (index, number, key, value) in fresh {
            if unique(&index) && !taken.insert(key.clone()) {
                return Err(self.violation(shape, index, &key, &changes[number].new).await);
            }
            self.state.txn.write(key, WriteMode::Insert, Some(value))?;
        }
        Ok(count)
    }

    /// Deletes rows (key, old row). Gives how many; a row named twice counts once.
    pub async fn delete(&mut self, shape: &Arc<TableShape>, rows: &[(Bytes, Vec<Datum>)]) -> SqlResult<u64> {
        let gone = self.remove(shape, rows).await?;
        for number in &gone {
            self.state.events.parent_changed(shape, &rows[*number].1, None);
        }
        Ok(gone.len() as u64)
    }

    /// Takes rows away, without what foreign keys say to it. Gives the numbers of those that are not named twice.
    pub(super) async fn remove(
        &mut self,
        shape: &Arc<TableShape>,
        rows: &[(Bytes, Vec<Datum>)],
    ) -> SqlResult<Vec<usize>> {
        let there = match shape.renews_row_ids() {
            true => Some(self.existing(rows.iter().map(|row| row.0.clone()).collect()).await?),
            false => None,
        };
        let mut seen = HashSet::new();
        let mut doubtful = Vec::new();
        let mut gone = Vec::with_capacity(rows.len());
        for (number, (key, old)) in rows.iter().enumerate() {
            if rows.len() > 1 && !seen.insert(key) {
                continue;
            }
            if there.as_ref().is_some_and(|there| !there.contains(key)) {
                continue;
            }
            gone.push(number);
            let own = self.state.txn.has_inserted(key);
            self.state.txn.write(key.clone(), WriteMode::Delete, None)?;
            let row_id = shape.row_id_of(key);
            for index in &shape.indexes {
                for entry in self.old_entries(shape, index, old, row_id)? {
                    self.remove_entry(index, entry, (key, own), &mut doubtful)?;
                }
            }
        }
        self.settle_doubtful(shape, doubtful).await?;
        Ok(gone)
    }

    /// The entries of a row as it was. Those that an index which is still being built could never make are not there.
    fn old_entries(
        &self,
        shape: &TableShape,
        index: &IndexShape,
        row: &[Datum],
        row_id: [u8; 16],
    ) -> SqlResult<Vec<Entry>> {
        match shape.entries(index, row, row_id, self.eval) {
            Err(_) if !index.index.is_public() => Ok(Vec::new()),
            entries => entries,
        }
    }

    /// Takes away the entry of the row that had the key `row`, and that is this transaction's `own`; it is put off where
    /// it is not known to be the row's.
    fn remove_entry(
        &mut self,
        index: &IndexShape,
        entry: Entry,
        (row, own): (&Bytes, bool),
        doubtful: &mut Vec<Doubtful>,
    ) -> SqlResult<()> {
        if entry.unique && !index.index.is_public() {
            doubtful.push(Doubtful { key: entry.key, row: row.clone(), value: None });
            return Ok(());
        }
        if own && !entry.unique {
            self.state.txn.forget(&entry.key);
            return Ok(());
        }
        let mode = if entry.unique { WriteMode::Delete } else { WriteMode::Blind };
        Ok(self.state.txn.write(entry.key, mode, None)?)
    }

    /// NOT NULL, then CHECK.
    ///
    /// # Errors
    /// 23502, 23514; 0A000 for a check that should have been asked by the session.
    fn check_row(&self, place: &Place, row: &[Datum]) -> SqlResult<()> {
        require_present(place, row, &self.eval.style)?;
        let cx = RowContext { eval: self.eval, row, params: &[] };
        for check in &place.shape.checks {
            let Some(expr) = &check.expr else {
                if self.asked {
                    continue;
                }
                let text = format!("check constraint \"{}\" calls functions, which cannot be called here", check.name);
                return Err(SqlError::unsupported(text));
            };
            if matches!(expr.eval(&cx)?, Datum::Bool(false)) {
                return Err(breaks_check(place, &check.name, row, &self.eval.style));
            }
        }
        Ok(())
    }

    /// 44000 for a row that a view WITH CHECK OPTION does not have, 42501 for one that a policy does not let through.
    pub fn breaks(&self, shape: &TableShape, rule: &RowRule, row: &[Datum]) -> SqlError {
        match rule {
            RowRule::View(view) => {
                let text = format!("new row violates check option for view \"{view}\"");
                SqlError::new(SqlState::WithCheckOptionViolation, text).detail(self.failing_row(shape, row))
            }
            RowRule::Policy(policy) => policy.broken(),
            RowRule::Shown(_) => rule.hidden().unwrap_or_else(|| SqlError::internal("a rule without an error")),
        }
    }

    pub(super) fn failing_row(&self, shape: &TableShape, row: &[Datum]) -> String {
        format!("Failing row contains {}.", shape.describe_row(row, &self.eval.style))
    }

    /// The same as the table that the statement names has the row.
    pub(super) fn failing_row_at(&self, place: &Place, row: &[Datum]) -> String {
        failing_row(place, row, &self.eval.style)
    }

    /// The index by its number in the shape; `None` is the primary key.
    pub(super) fn index(shape: &TableShape, number: Option<usize>) -> Option<&Index> {
        match number {
            None => shape.table.row_key(),
            Some(n) => shape.indexes.get(n).map(|i| &i.index),
        }
    }

    /// What is wrong with `row` whose entry has the key `taken` in an index.
    pub(super) async fn violation(
        &self,
        shape: &TableShape,
        index: Option<usize>,
        taken: &Bytes,
        row: &[Datum],
    ) -> SqlError {
        match Self::index(shape, index).filter(|i| !i.exclusion.is_empty()) {
            None => self.duplicate(shape, index, row),
            Some(index) => match self.state.txn.view().get(std::slice::from_ref(taken)).await {
                Ok(mut found) => self.conflicting(shape, index, row, found.pop().flatten().as_deref()),
                Err(e) => e.into(),
            },
        }
    }

    /// 23P01: `row` conflicts with the row of this entry in an index.
    pub(super) fn conflicting(
        &self,
        shape: &TableShape,
        index: &Index,
        row: &[Datum],
        entry: Option<&[u8]>,
    ) -> SqlError {
        let own = shape.describe_key(index, row, self.eval);
        let other = entry.and_then(|e| shape.describe_entry(index, e, &self.eval.style)).unwrap_or_else(|| own.clone());
        let other = other.strip_prefix("Key ").unwrap_or(&other);
        SqlError::new(
            SqlState::ExclusionViolation,
            format!("conflicting key value violates exclusion constraint \"{}\"", index.name),
        )
        .detail(format!("{own} conflicts with existing key {other}."))
        .schema(shape.schema_name.clone())
        .table(shape.table.name.clone())
        .constraint(index.name.clone())
    }

    /// 23505.
    pub(super) fn duplicate(&self, shape: &TableShape, index: Option<usize>, row: &[Datum]) -> SqlError {
        let Some(index) = Self::index(shape, index) else {
            return SqlError::internal("hidden row id is taken");
        };
        SqlError::new(
            SqlState::UniqueViolation,
            format!("duplicate key value violates unique constraint \"{}\"", index.name),
        )
        .detail(format!("{} already exists.", shape.describe_key(index, row, self.eval)))
        .schema(shape.schema_name.clone())
        .table(shape.table.name.clone())
        .constraint(index.name.clone())
    }
}

/// Whether two values of one column are the same key.
pub(super) fn same(a: &Datum, b: &Datum, ty: PgType) -> bool {
    compare(a, b, ty).is_eq()
}
