//! The rows that a rule's actions are done for, and how an action comes to read them.

use gavel_catalog::Table;
use gavel_types::{SqlError, SqlResult};
use sqlparser::ast::{self, SetExpr, TableFactor};

use super::Binder;
use super::modify::in_row;
use super::name::fold;
use super::scalar::{column, truth};
use super::scope::NsItem;
use crate::bound::{ColumnId, JoinKind, Modify, ModifyOp, Rel};
use crate::parse::{self, marker};

/// What every rule mentions.
pub const OLD: &str = "old";
pub const NEW: &str = "new";

/// The rows that a rule's actions are done for, with the names of their two sides.
#[derive(Clone)]
pub struct RuleRows {
    pub rel: Rel,
    pub items: Vec<NsItem>,
}

/// RETURNING of a statement.
pub fn returning_of(statement: &ast::Statement) -> Option<&Vec<ast::SelectItem>> {
    match statement {
        ast::Statement::Insert(insert) => insert.returning.as_ref(),
        ast::Statement::Update(update) => update.returning.as_ref(),
        ast::Statement::Delete(delete) => delete.returning.as_ref(),
        _ => None,
    }
}

/// Takes RETURNING from a statement, or from the one behind its WITH.
pub fn take_returning(statement: &mut ast::Statement) {
    match statement {
        ast::Statement::Insert(insert) => insert.returning = None,
        ast::Statement::Update(update) => update.returning = None,
        ast::Statement::Delete(delete) => delete.returning = None,
        ast::Statement::Query(query) => {
            if let SetExpr::Insert(inner) | SetExpr::Update(inner) | SetExpr::Delete(inner) = &mut *query.body {
                take_returning(inner);
            }
        }
        _ => {}
    }
}

/// Whether a statement has conditions or other tables, so that its rows count.
pub fn is_narrowed(statement: &ast::Statement) -> bool {
    match statement {
        ast::Statement::Update(update) => update.selection.is_some() || update.from.is_some(),
        ast::Statement::Delete(delete) => delete.selection.is_some() || delete.using.is_some(),
        _ => true,
    }
}

/// FROM of nothing but a rule's rows.
fn rows_from() -> SqlResult<ast::TableWithJoins> {
    let query = parse::parse_query("SELECT 1 FROM rows_of_rule")?;
    let SetExpr::Select(select) = *query.body else { return Err(SqlError::internal("a query that is no SELECT")) };
    let mut from = select.from;
    let mut item = from.pop().ok_or_else(|| SqlError::internal("a query without FROM"))?;
    if let TableFactor::Table { name, .. } = &mut item.relation {
        *name = ast::ObjectName::from(vec![ast::Ident::new(marker::RULE_ROWS)]);
    }
    Ok(item)
}

/// Has a query read the rule's rows.
fn join_query(body: &mut SetExpr) -> SqlResult<()> {
    match body {
        SetExpr::Select(select) => select.from.insert(0, rows_from()?),
        SetExpr::Query(inner) => join_query(&mut inner.body)?,
        _ => {}
    }
    Ok(())
}

/// Has an action read the rule's rows. Gives whether its VALUES are to be computed for each of them.
pub fn join_rows(statement: &mut ast::Statement, rows: &RuleRows) -> SqlResult<bool> {
    match statement {
        ast::Statement::Insert(insert) => match &mut insert.source {
            None => return Ok(true),
            Some(query) => match &mut *query.body {
                SetExpr::Values(values) => {
                    for row in &mut values.rows {
                        spell_out(&mut row.content, rows);
                    }
                    return Ok(true);
                }
                body => join_query(body)?,
            },
        },
        ast::Statement::Update(update) => match &mut update.from {
            Some(ast::UpdateTableFromKind::BeforeSet(from) | ast::UpdateTableFromKind::AfterSet(from)) => {
                from.insert(0, rows_from()?);
            }
            None => update.from = Some(ast::UpdateTableFromKind::AfterSet(vec![rows_from()?])),
        },
        ast::Statement::Delete(delete) => delete.using.get_or_insert_default().insert(0, rows_from()?),
        ast::Statement::Query(query) => match &mut *query.body {
            SetExpr::Insert(inner) | SetExpr::Update(inner) | SetExpr::Delete(inner) => {
                return join_rows(inner, rows);
            }
            body => join_query(body)?,
        },
        _ => {}
    }
    Ok(false)
}

/// `new.*` in VALUES.
fn spell_out(row: &mut Vec<ast::Expr>, rows: &RuleRows) {
    let mut out = Vec::with_capacity(row.len());
    for e in std::mem::take(row) {
        let item = match &e {
            ast::Expr::QualifiedWildcard(name, _) => match name.0.as_slice() {
                [part] => part.as_ident().and_then(|i| rows.items.iter().find(|item| item.name == fold(i))),
                _ => None,
            },
            _ => None,
        };
        match item {
            Some(item) => out.extend(item.all().map(|c| {
                let parts = [item.name.as_str(), c.name.as_str()];
                ast::Expr::CompoundIdentifier(parts.map(|part| ast::Ident::with_quote('"', part)).to_vec())
            })),
            None => out.push(e),
        }
    }
    *row = out;
}

/// The two sides of the rows that a modification computes.
pub fn sides(modify: &Modify) -> Vec<NsItem> {
    let side = |name, row| side(&modify.table, name, row);
    match &modify.op {
        ModifyOp::Insert { new_row, .. } => vec![side(NEW, new_row)],
        ModifyOp::Update { old_row, new_row, .. } => vec![side(OLD, old_row), side(NEW, new_row)],
        ModifyOp::Delete { old_row, .. } => vec![side(OLD, old_row)],
        ModifyOp::Merge { .. } => vec![],
    }
}

/// A row of the table under the name of one side.
pub fn side(table: &Table, name: &str, row: &[(i16, ColumnId)]) -> NsItem {
    let mut item = Binder::row_item(table, name.to_owned(), &|n| in_row(row, table, n));
    item.cols_visible = false;
    item
}

impl Binder<'_> {
    /// The rows that the VALUES of an INSERT are computed for, if it is a rule's action.
    pub fn rows_of_values(&mut self) -> Option<RuleRows> {
        let wanted = std::mem::take(&mut self.rule_values);
        let rows = self.rule_rows.clone().filter(|_| wanted)?;
        self.level().items.extend(rows.items.iter().cloned());
        Some(rows)
    }

    /// VALUES once for each row of the rule's.
    pub fn values_for_rows(
        &mut self,
        rows: RuleRows,
        source: Rel,
        table: &Table,
        mut new_row: Vec<(i16, ColumnId)>,
    ) -> (Rel, Vec<(i16, ColumnId)>) {
        let input = match source {
            Rel::Values { rows: mut values, columns } if values.len() == 1 => {
                let values = values.pop().unwrap_or_default();
                let exprs = columns.into_iter().map(|(id, _)| id).zip(values).collect();
                return (Rel::Project { input: Box::new(rows.rel), exprs }, new_row);
            }
            source => {
                let (left, right) = (Box::new(rows.rel), Box::new(source));
                Rel::Join { kind: JoinKind::Inner, left, right, on: truth(true), lateral: true }
            }
        };
        let mut exprs = Vec::with_capacity(new_row.len());
        for (number, id) in &mut new_row {
            let Some(c) = table.column(*number) else { continue };
            let fresh = self.new_column();
            exprs.push((fresh, column(*id, c.ty)));
            *id = fresh;
        }
        (Rel::Project { input: Box::new(input), exprs }, new_row)
    }
}
