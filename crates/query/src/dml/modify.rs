//! A bound `Modify`: from the rows that its source has computed to the rows that RETURNING sees.
//!
//! The source is drained before the first write, so that a statement never sees its own rows.

use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use gavel_binder::bound::{ColumnId, ConflictAction, MergeAction, Modify, ModifyOp, OnConflict, RowRule, Scalar};
use gavel_functions::call::EvalContext;
use gavel_functions::physical::{build_array, datum_at};
use gavel_types::{Datum, Oid, PgType, SqlError, SqlResult, SqlState};

use crate::dml::conflict::{ConflictRow, Outcome, Resolution, RowUpdate};
use crate::dml::movement::{Landed, TreeChange, TreeRow};
use crate::dml::shape::TableShape;
use crate::dml::writer::{RowChange, Writer};
use crate::exec::batch::{batch_of, schema_of};
use crate::fast::expr::RowExpr;

/// Columns of the source, in order.
pub type Layout = [(ColumnId, PgType)];

/// What a `Modify` has done.
#[derive(Debug, Default)]
pub struct Applied {
    /// For the command tag.
    pub count: u64,
    /// Rows of the source's layout that RETURNING is evaluated over; empty if there is none.
    pub rows: Vec<Vec<Datum>>,
}

/// Values of `batch`, whose columns are those of `layout`.
///
/// # Errors
/// XX000 if they are not.
pub fn rows_of(batch: &RecordBatch, layout: &Layout, out: &mut Vec<Vec<Datum>>) -> SqlResult<()> {
    if batch.num_columns() < layout.len() {
        return Err(SqlError::internal("source of a modification has too few columns"));
    }
    let start = out.len();
    out.resize_with(start + batch.num_rows(), || Vec::with_capacity(layout.len()));
    for (array, (_, ty)) in batch.columns().iter().zip(layout) {
        for (i, row) in out[start..].iter_mut().enumerate() {
            row.push(datum_at(array, i, *ty)?);
        }
    }
    Ok(())
}

/// `rows` as a batch of the columns of `layout`.
///
/// # Errors
/// XX000 if a value is not of its column's type.
pub fn batch(rows: &[Vec<Datum>], layout: &Layout) -> SqlResult<RecordBatch> {
    let arrays = layout
        .iter()
        .enumerate()
        .map(|(i, (_, ty))| build_array(*ty, rows.iter().map(|r| r[i].clone())))
        .collect::<SqlResult<Vec<_>>>()?;
    batch_of(&schema_of(layout), arrays, rows.len())
}

pub(crate) fn position(layout: &Layout, id: ColumnId) -> SqlResult<usize> {
    layout
        .iter()
        .position(|c| c.0 == id)
        .ok_or_else(|| SqlError::internal(format!("source of a modification lacks column {}", id.0)))
}

/// For each slot of the shape, where its value stands in a source row.
pub(crate) fn positions(shape: &TableShape, columns: &[(i16, ColumnId)], layout: &Layout) -> SqlResult<Vec<usize>> {
    shape
        .columns
        .iter()
        .map(|c| {
            let id = columns.iter().find(|(n, _)| *n == c.number).map(|(_, id)| *id);
            position(layout, id.ok_or_else(|| SqlError::internal(format!("no value for column \"{}\"", c.name)))?)
        })
        .collect()
}

pub(crate) fn pick(row: &[Datum], positions: &[usize]) -> Vec<Datum> {
    positions.iter().map(|p| row[*p].clone()).collect()
}

pub(crate) fn key_at(row: &[Datum], position: usize) -> SqlResult<bytes::Bytes> {
    match &row[position] {
        Datum::Bytea(key) => Ok(key.clone()),
        _ => Err(SqlError::internal("row key is not bytes")),
    }
}

pub(crate) fn table_at(row: &[Datum], position: usize) -> SqlResult<Oid> {
    match &row[position] {
        Datum::Oid(table) => Ok(Oid(*table)),
        _ => Err(SqlError::internal("a row of a tree without its table")),
    }
}

/// Puts into each row which table it is in now, and what that has computed of it; `new` is where the new row stands.
fn say_where(rows: &mut [Vec<Datum>], position: usize, new: &[usize], landed: Vec<Landed>) {
    for (row, Landed { table, row: computed }) in rows.iter_mut().zip(landed) {
        row[position] = Datum::Oid(table.0);
        for (at, value) in new.iter().zip(computed.into_iter().flatten()) {
            row[*at] = value;
        }
    }
}

/// Writes what `modify` says of `rows`, which its source has computed. Foreign keys are left to
/// [`Writer::finish`].
///
/// # Errors
/// Violations of constraints.
pub async fn apply(
    writer: &mut Writer<'_>,
    modify: &Modify,
    layout: &Layout,
    mut rows: Vec<Vec<Datum>>,
    params: &[Datum],
    planned: Option<&dyn ConflictRow>,
) -> SqlResult<Applied> {
    let shape = writer.shapes.shape(modify.table.oid)?;
    let returns = modify.returning.is_some();
    // Where a row says which table it is in.
    let table = modify.tree.as_ref().map(|tree| position(layout, tree.table_oid)).transpose()?;
    match &modify.op {
        ModifyOp::Insert { new_row, on_conflict: None } => {
            let at = positions(&shape, new_row, layout)?;
            let checks = checks(modify, layout)?;
            let broken = first_broken(&rows, &checks);
            let upto = written_before(&rows, broken.as_ref());
            let new = rows.iter().take(upto).map(|r| pick(r, &at)).collect();
            match table {
                Some(table) => say_where(&mut rows, table, &at, writer.insert_routed(&shape, new).await?),
                None => writer.insert(&shape, new).await?,
            }
            if let Some((row, rule)) = broken {
                return Err(writer.breaks(&shape, rule, &pick(&rows[row], &at)));
            }
            Ok(Applied { count: rows.len() as u64, rows: if returns { rows } else { Vec::new() } })
        }
        ModifyOp::Insert { new_row, on_conflict: Some(on_conflict) } => {
            let at = positions(&shape, new_row, layout)?;
            let by_row = match planned {
                Some(_) => None,
                None => row_update(&shape, new_row, on_conflict, (writer.eval, params), true)?,
            };
            let update = planned.or(by_row.as_ref().map(|u| u as &dyn ConflictRow));
            let checks = checks(modify, layout)?;
            // Policies are asked whether or not there is a conflict, views about what has been inserted.
            let (policies, checks): (Vec<_>, Vec<_>) =
                checks.into_iter().partition(|(_, rule)| matches!(rule, RowRule::Policy(_)));
            let refused = first_broken(&rows, &policies);
            let new = rows.iter().take(written_before(&rows, refused.as_ref())).map(|r| pick(r, &at)).collect();
            let resolution = Resolution { arbiters: &on_conflict.arbiters, update };
            let outcomes = writer.insert_resolving(&shape, new, &resolution).await?;
            if let Some((row, rule)) = refused {
                return Err(writer.breaks(&shape, rule, &pick(&rows[row], &at)));
            }
            let mut applied = Applied::default();
            for (mut source, (outcome, part)) in rows.into_iter().zip(outcomes) {
                if let (Outcome::Inserted(row), Some((_, rule))) =
                    (&outcome, first_broken(std::slice::from_ref(&source), &checks))
                {
                    return Err(writer.breaks(&shape, rule, row));
                }
                let (Outcome::Inserted(row) | Outcome::Updated(row)) = outcome else { continue };
                applied.count += 1;
                if returns {
                    for (p, value) in at.iter().zip(row) {
                        source[*p] = value;
                    }
                    if let Some(table) = table {
                        source[table] = Datum::Oid(part.0);
                    }
                    applied.rows.push(source);
                }
            }
            Ok(applied)
        }
        ModifyOp::Update { row_key, old_row, new_row, .. } => {
            let key = position(layout, *row_key)?;
            let (old, new) = (positions(&shape, old_row, layout)?, positions(&shape, new_row, layout)?);
            let mut rows = once_each(rows, key)?;
            let checks = checks(modify, layout)?;
            let broken = first_broken(&rows, &checks);
            let upto = written_before(&rows, broken.as_ref());
            let changed = rows.iter().take(upto);
            match table {
                Some(table) => {
                    let changes = changed.map(|r| {
                        let old = TreeRow { part: table_at(r, table)?, key: key_at(r, key)?, row: pick(r, &old) };
                        Ok(TreeChange { old, new: pick(r, &new) })
                    });
                    let changes = changes.collect::<SqlResult<_>>()?;
                    say_where(&mut rows, table, &new, writer.update_tree(&shape, changes).await?);
                }
                None => {
                    let changes = changed
                        .map(|r| Ok(RowChange { key: key_at(r, key)?, old: pick(r, &old), new: pick(r, &new) }))
                        .collect::<SqlResult<_>>()?;
                    writer.update(&shape, changes).await?;
                }
            }
            let count = rows.len() as u64;
            if let Some((row, rule)) = broken {
                return Err(writer.breaks(&shape, rule, &pick(&rows[row], &new)));
            }
            Ok(Applied { count, rows: if returns { rows } else { Vec::new() } })
        }
        ModifyOp::Delete { row_key, old_row } => {
            let key = position(layout, *row_key)?;
            let old = positions(&shape, old_row, layout)?;
            let rows = once_each(rows, key)?;
            let gone = rows.iter().map(|r| (r, pick(r, &old)));
            let count = match table {
                Some(table) => {
                    let gone =
                        gone.map(|(r, row)| Ok(TreeRow { part: table_at(r, table)?, key: key_at(r, key)?, row }));
                    writer.delete_tree(&shape, gone.collect::<SqlResult<_>>()?).await?
                }
                None => {
                    let gone: Vec<_> = gone.map(|(r, row)| Ok((key_at(r, key)?, row))).collect::<SqlResult<_>>()?;
                    writer.delete(&shape, &gone).await?
                }
            };
            Ok(Applied { count, rows: if returns { rows } else { Vec::new() } })
        }
        ModifyOp::Merge { row_key, old_row, new_row, action, actions, .. } => {
            let (key, action) = (position(layout, *row_key)?, position(layout, *action)?);
            let (old, new) = (positions(&shape, old_row, layout)?, positions(&shape, new_row, layout)?);
            if let Some((row, rule)) = first_broken(&rows, &checks(modify, layout)?) {
                return Err(writer.breaks(&shape, rule, &pick(&rows[row], &new)));
            }
            let part = |row: &[Datum]| table.map_or(Ok(shape.table.oid), |at| table_at(row, at));
            let merged = Merged::sort(&rows, (key, action), (&old, &new), (actions, &part))?;
            let count = merged.write(writer, &shape, table.is_some()).await?;
            Ok(Applied { count, rows: Vec::new() })
        }
    }
}

/// Where the conditions of policies and views stand in a source row, with what asks them.
pub(crate) fn checks<'m>(modify: &'m Modify, layout: &Layout) -> SqlResult<Vec<(usize, &'m RowRule)>> {
    modify.checks.iter().map(|c| Ok((position(layout, c.holds)?, &c.rule))).collect()
}

/// The first row that a policy or a view does not let through, and which.
pub(crate) fn first_broken<'m>(rows: &[Vec<Datum>], checks: &[(usize, &'m RowRule)]) -> Option<(usize, &'m RowRule)> {
    if checks.is_empty() {
        return None;
    }
    rows.iter().enumerate().find_map(|(i, row)| {
        let (_, rule) = checks.iter().find(|(at, _)| !matches!(row[*at], Datum::Bool(true)))?;
        Some((i, *rule))
    })
}

/// How many rows are written before the statement fails: a view is asked about a row that has been written, a policy
/// before that.
fn written_before(rows: &[Vec<Datum>], broken: Option<&(usize, &RowRule)>) -> usize {
    match broken {
        None => rows.len(),
        Some((row, RowRule::View(_))) => row + 1,
        Some((row, RowRule::Policy(_) | RowRule::Shown(_))) => *row,
    }
}

/// What a MERGE does, by kind. Keys are free for its inserts that its deletes and updates give up, in whatever order its
/// rows came.
#[derive(Default)]
struct Merged {
    gone: Vec<TreeRow>,
    changes: Vec<TreeChange>,
    new: Vec<Vec<Datum>>,
    /// A row that was to be changed again, after everything above.
    failed: Option<SqlError>,
}

impl Merged {
    fn sort(
        rows: &[Vec<Datum>],
        (key, action): (usize, usize),
        (old, new): (&[usize], &[usize]),
        (actions, part): (&[MergeAction], &dyn Fn(&[Datum]) -> SqlResult<Oid>),
    ) -> SqlResult<Self> {
        let mut out = Self::default();
        let mut touched = std::collections::HashSet::new();
        for row in rows {
            let Datum::Int4(number) = &row[action] else { continue };
            let done = usize::try_from(*number).ok().and_then(|n| actions.get(n));
            match done.ok_or_else(|| SqlError::internal("MERGE without the action that was chosen"))? {
                MergeAction::Nothing => {}
                MergeAction::Insert => out.new.push(pick(row, new)),
                verb => {
                    let key = key_at(row, key)?;
                    if !touched.insert(key.clone()) {
                        out.failed = Some(merged_twice());
                        break;
                    }
                    let old = TreeRow { part: part(row)?, key, row: pick(row, old) };
                    match verb {
                        MergeAction::Delete => out.gone.push(old),
                        _ => out.changes.push(TreeChange { old, new: pick(row, new) }),
                    }
                }
            }
        }
        Ok(out)
    }

    /// `tree`: rows may be in other tables than that of `shape`.
    async fn write(self, writer: &mut Writer<'_>, shape: &Arc<TableShape>, tree: bool) -> SqlResult<u64> {
        let mut count = (self.gone.len() + self.changes.len()) as u64;
        if tree {
            writer.delete_tree(shape, self.gone).await?;
            writer.update_tree(shape, self.changes).await?;
        } else {
            let gone: Vec<_> = self.gone.into_iter().map(|r| (r.key, r.row)).collect();
            writer.delete(shape, &gone).await?;
            let plain = |TreeChange { old, new }: TreeChange| RowChange { key: old.key, old: old.row, new };
            writer.update(shape, self.changes.into_iter().map(plain).collect()).await?;
        }
        count += self.new.len() as u64;
        writer.insert(shape, self.new).await?;
        self.failed.map_or(Ok(count), Err)
    }
}

/// 21000.
pub(crate) fn merged_twice() -> SqlError {
    SqlError::new(SqlState::CardinalityViolation, "MERGE command cannot affect row a second time")
        .hint("Ensure that not more than one source row matches any one target row.")
}

/// A join may bring a row several times; the first counts.
pub(crate) fn once_each(rows: Vec<Vec<Datum>>, key: usize) -> SqlResult<Vec<Vec<Datum>>> {
    if rows.len() < 2 {
        return Ok(rows);
    }
    let mut seen = std::collections::HashSet::with_capacity(rows.len());
    let mut kept = Vec::with_capacity(rows.len());
    for row in rows {
        if seen.insert(key_at(&row, key)?) {
            kept.push(row);
        }
    }
    Ok(kept)
}

/// DO UPDATE without a plan; `None` if there is none. What policies and views ask is part of it if it `asks`.
pub(crate) fn row_update<'a>(
    shape: &Arc<TableShape>,
    new_row: &[(i16, ColumnId)],
    on: &OnConflict,
    (eval, params): (&'a EvalContext, &'a [Datum]),
    asks: bool,
) -> SqlResult<Option<RowUpdate<'a>>> {
    let ConflictAction::Update { existing, table_oid, assignments, predicate, checks, .. } = &on.action else {
        return Ok(None);
    };
    let slot_in = |columns: &[(i16, ColumnId)], id: ColumnId| {
        let number = columns.iter().find(|(_, c)| *c == id)?.0;
        shape.slot(number).ok()
    };
    let width = shape.columns.len();
    let slot = |id: ColumnId| {
        let new = || slot_in(new_row, id).map(|s| s + width);
        let table = || (*table_oid == Some(id)).then_some(2 * width);
        slot_in(existing, id).or_else(new).or_else(table)
    };
    let compile =
        |s| RowExpr::compile(s, &slot).ok_or_else(|| SqlError::internal("an assignment of DO UPDATE needs a plan"));
    Ok(Some(RowUpdate {
        assignments: assignments.iter().map(|(n, s)| Ok((*n, compile(s)?))).collect::<SqlResult<_>>()?,
        predicate: predicate.as_ref().map(compile).transpose()?,
        checks: checks
            .iter()
            .filter(|_| asks)
            .map(|(rule, s)| Ok((rule.clone(), compile(s)?)))
            .collect::<SqlResult<_>>()?,
        eval,
        params,
    }))
}

fn lacks_row_form(scalar: &Scalar) -> bool {
    RowExpr::compile(scalar, &|_| Some(0)).is_none()
}

/// Whether RETURNING or DO UPDATE hold what only a plan computes.
pub fn needs_plan(modify: &Modify, fires: bool) -> bool {
    modify.returning.iter().flatten().any(|(_, s)| lacks_row_form(s)) || update_needs_plan(modify, fires)
}

/// The same of DO UPDATE alone. Where it fires triggers, what policies and views ask is no part of it.
pub fn update_needs_plan(modify: &Modify, fires: bool) -> bool {
    let ModifyOp::Insert { on_conflict: Some(on), .. } = &modify.op else { return false };
    let ConflictAction::Update { assignments, predicate, checks, .. } = &on.action else { return false };
    let asked = checks.iter().filter(|_| !fires).map(|c| &c.1);
    assignments.iter().map(|a| &a.1).chain(predicate).chain(asked).any(lacks_row_form)
}
