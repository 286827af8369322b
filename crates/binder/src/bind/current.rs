//! WHERE CURRENT OF: UPDATE and DELETE of the row that a cursor is on, and what a cursor must put out for it.
//!
//! The row's key is a parameter that the session fills in when the statement runs ([`CurrentOf`]), so that its plan can
//! be kept. A cursor puts out the keys of the tables that it reads in a simple way behind its columns.

use std::sync::Arc;

use gavel_catalog::Table;
use gavel_types::{Oid, PgType, SqlError, SqlResult};
use sqlparser::ast;

use super::Binder;
use super::scalar::{Typed, column, scalar};
use super::user_call::one_row;
use super::walk;
use super::written::Written;
use crate::bound::{ColumnId, CurrentOf, CursorRow, Modify, Output, Query, Rel, Scalar, ScalarKind, Source, Statement};
use crate::parse::{Pos, marker};

/// The parameter before it is known how many the client has.
const UNNUMBERED: usize = usize::MAX;

impl Binder<'_> {
    /// The condition that a row is the cursor's; `None` if `condition` is another.
    ///
    /// # Errors
    /// 0A000 on a view, and where the session does not come by: in WITH and in functions in SQL.
    pub fn current_of(
        &mut self,
        condition: &ast::Expr,
        written: &Written,
        row_key: ColumnId,
    ) -> SqlResult<Option<(Scalar, CurrentOf)>> {
        let ast::Expr::Identifier(ident) = condition else { return Ok(None) };
        let Some(cursor) = ident.value.strip_prefix(marker::CURRENT_OF) else { return Ok(None) };
        if written.is_view() {
            return Err(SqlError::unsupported("WHERE CURRENT OF on a view is not implemented"));
        }
        if self.levels.len() > 2 || !self.allow_params && self.variables.is_none() {
            return Err(SqlError::unsupported("WHERE CURRENT OF is not supported in WITH and in functions in SQL")
                .hint("Name the row by its key."));
        }
        let found = self.variables.map(|v| v.find(&[cursor.to_owned()])).transpose()?.flatten();
        let variable = found
            .filter(|(v, used)| *used == 1 && matches!(v.ty.oid, Oid::TEXT | Oid::REFCURSOR))
            .map(|(v, _)| v.parameter);
        let param = scalar(ScalarKind::Param(UNNUMBERED), PgType::BYTEA);
        let sides = vec![Typed::new(column(row_key, PgType::BYTEA), Pos::NONE), Typed::new(param, Pos::NONE)];
        let predicate = self.call_named("byteaeq", sides, Pos::NONE)?.scalar;
        Ok(Some((predicate, CurrentOf { cursor: cursor.to_owned(), variable, param: UNNUMBERED })))
    }

    /// Makes the query of a cursor put out the keys of rows that WHERE CURRENT OF may then name.
    pub fn put_out_rows(&mut self, query: &mut Query) -> Vec<CursorRow> {
        let mut found = Vec::new();
        self.keys_of_rows(&mut query.rel, &mut found);
        let mut rows = Vec::with_capacity(found.len());
        for (id, row) in found {
            query.output.push(Output { id, name: String::new(), ty: PgType::BYTEA, origin: None, shown: None });
            rows.push(row);
        }
        rows
    }

    fn keys_of_rows(&mut self, rel: &mut Rel, found: &mut Vec<(ColumnId, CursorRow)>) {
        match rel {
            Rel::Scan { source: Source::Table(table), row_key, .. } if is_plain(table) => {
                let key = *row_key.get_or_insert_with(|| self.new_column());
                found.push((key, CursorRow { table: table.oid, locked: false }));
            }
            Rel::Append { table, parts, row_key, .. } if is_plain(table) => {
                let key = *row_key.get_or_insert_with(|| self.new_column());
                let row = |table| (key, CursorRow { table, locked: false });
                found.extend(named_by(table, parts).map(row));
            }
            Rel::Lock { targets, .. } => {
                for target in targets {
                    let parts = target.parts.as_ref().map_or(&[][..], |(parts, _)| parts);
                    let row = |table| (target.row_key, CursorRow { table, locked: true });
                    found.extend(named_by(&target.table, parts).map(row));
                }
            }
            Rel::Filter { input, .. } | Rel::Limit { input, .. } => self.keys_of_rows(input, found),
            // Sorted rows are no scan's any more; locked ones are known by their locks.
            Rel::Sort { input, .. } => {
                self.keys_of_rows(input, found);
                found.retain(|(_, row)| row.locked);
            }
            Rel::Project { input, exprs } => {
                let first = found.len();
                self.keys_of_rows(input, found);
                for (key, _) in found.iter_mut().skip(first) {
                    let passed = self.new_column();
                    exprs.push((passed, column(*key, PgType::BYTEA)));
                    *key = passed;
                }
            }
            _ => {}
        }
    }
}

/// Has the locks of a cursor's query take note of what its transaction does while it is read. They go below LIMIT, so that
/// rows which are left out do not count.
pub fn follow_changes(rel: &mut Rel) {
    walk::inputs_mut(rel, &mut follow_changes);
    if !matches!(rel, Rel::Lock { .. }) {
        return;
    }
    *rel = match std::mem::replace(rel, one_row()) {
        Rel::Lock { input, targets, .. } => match *input {
            Rel::Limit { input, limit, offset, with_ties } => {
                let locked = Rel::Lock { input, targets, follows: true };
                Rel::Limit { input: Box::new(locked), limit, offset, with_ties }
            }
            other => Rel::Lock { input: Box::new(other), targets, follows: true },
        },
        other => other,
    };
}

/// The tables under whose names a row may be changed that was read as one of `table`'s.
fn named_by(table: &Table, parts: &[Arc<Table>]) -> impl Iterator<Item = Oid> {
    let others = parts.iter().map(|part| part.oid).filter(|oid| *oid != table.oid);
    std::iter::once(table.oid).chain(others)
}

fn is_plain(table: &Table) -> bool {
    table.materialized.is_none()
}

/// Gives the parameter of WHERE CURRENT OF its number, behind the client's `params`.
pub fn number_cursor(statement: &mut Statement, params: usize) {
    match statement {
        Statement::Modify(modify, _) => number(modify, params),
        Statement::Explain { inner, .. } => number_cursor(inner, params),
        Statement::Rewritten(rewritten) => {
            rewritten.steps.iter_mut().for_each(|step| number_cursor(&mut step.statement, params));
        }
        _ => {}
    }
}

fn number(modify: &mut Modify, params: usize) {
    let Some(current) = &mut modify.current_of else { return };
    current.param = params;
    walk::replace_rel(&mut modify.source, &mut |s| match s.kind {
        ScalarKind::Param(UNNUMBERED) => Some(scalar(ScalarKind::Param(params), s.ty)),
        _ => None,
    });
}
