//! The binder, as sessions use it.

use gavel_binder::bound::{Bound, ColumnId, Index, Scalar, ScalarKind};
use gavel_binder::{BindContext, RowRights, TableExpr, Variables};
use gavel_catalog::{Catalog, Table};
use gavel_types::text_io::TextStyle;
use gavel_types::{PgType, SqlError, SqlResult};
use sqlparser::ast;

use crate::fast::expr::RowExpr;
use crate::prepared::{Basis, Prepared};

/// Binds a parsed statement.
///
/// # Errors
/// The binder's.
pub fn bind(statement: &Prepared, basis: &Basis, style: &TextStyle) -> SqlResult<Bound> {
    let parsed = statement.parsed.as_ref().ok_or_else(|| SqlError::internal("nothing to bind"))?;
    let context = BindContext { subject: Some(&basis.subject), rows: Some(rows(basis)), ..context(basis, style) };
    gavel_binder::bind(&context, &parsed.statement, &statement.text, &statement.declared)
}

/// By whose rights a statement of the session reaches rows.
pub fn rows(basis: &Basis) -> RowRights<'_> {
    RowRights { subject: &basis.subject, filters: basis.row_security }
}

/// What statements are bound against. Rows of all tables are reached.
pub fn context<'a>(basis: &'a Basis, style: &'a TextStyle) -> BindContext<'a> {
    BindContext {
        catalog: &basis.catalog,
        search_path: &basis.search_path,
        user: &basis.user,
        subject: None,
        style,
        session_path: &basis.search_path,
        calls: None,
        opaque_calls: false,
        rows: None,
    }
}

/// Binds a statement of a body in PL/pgSQL, or the query of a cursor of one.
///
/// # Errors
/// The binder's.
pub fn bind_in_body(
    statement: &Prepared,
    basis: &Basis,
    style: &TextStyle,
    variables: &dyn Variables,
    cursor: bool,
) -> SqlResult<Bound> {
    let parsed = statement.parsed.as_ref().ok_or_else(|| SqlError::internal("nothing to bind"))?;
    let context = BindContext { subject: Some(&basis.subject), rows: Some(rows(basis)), ..context(basis, style) };
    match cursor {
        true => gavel_binder::bind_cursor_in_body(&context, &parsed.statement, &statement.text, variables),
        false => gavel_binder::bind_in_body(&context, &parsed.statement, &statement.text, variables),
    }
}

/// Binds a statement that a body in PL/pgSQL has computed, with the rows that a trigger names.
///
/// # Errors
/// The binder's.
pub fn bind_dynamic(statement: &Prepared, basis: &Basis, style: &TextStyle, named: &dyn Variables) -> SqlResult<Bound> {
    let parsed = statement.parsed.as_ref().ok_or_else(|| SqlError::internal("nothing to bind"))?;
    let context = BindContext { subject: Some(&basis.subject), rows: Some(rows(basis)), ..context(basis, style) };
    gavel_binder::bind_dynamic(&context, &parsed.statement, &statement.text, &statement.declared, Some(named))
}

/// Binds a text of one statement that the engine made itself. With `rows` it reaches those that policies let through.
///
/// # Errors
/// The binder's; XX000 if there is not just one.
pub fn bind_text(sql: &str, basis: &Basis, style: &TextStyle, rows: Option<RowRights<'_>>) -> SqlResult<Bound> {
    let mut parsed = gavel_binder::parse(sql)?;
    let (Some(one), true) = (parsed.pop(), parsed.is_empty()) else {
        return Err(SqlError::internal("not one statement"));
    };
    gavel_binder::bind(&BindContext { rows, ..context(basis, style) }, &one.statement, sql, &[])
}

/// Binds SQL text of a descriptor over the columns of `table`, whose ids are then their attnums.
///
/// # Errors
/// The binder's.
pub fn table_scalar(
    catalog: &Catalog,
    table: &Table,
    sql: &str,
    kind: TableExpr,
    style: &TextStyle,
) -> SqlResult<Scalar> {
    let context = BindContext {
        catalog,
        search_path: &[],
        user: "",
        subject: None,
        style,
        session_path: &[],
        calls: None,
        opaque_calls: false,
        rows: None,
    };
    let (mut scalar, mentioned) = gavel_binder::bind_table_expr(&context, sql, table, kind)?;
    renumber(&mut scalar, &|id| {
        let number = mentioned.iter().find(|(_, m)| *m == id).and_then(|(n, _)| u32::try_from(*n).ok());
        number.map_or(id, ColumnId)
    });
    Ok(scalar)
}

/// The same compiled for rows of the table's live columns; assigned to `target` if that is given.
///
/// # Errors
/// The binder's; 0A000 if it cannot be evaluated row by row.
pub fn table_expression(
    catalog: &Catalog,
    table: &Table,
    sql: &str,
    target: Option<PgType>,
    style: &TextStyle,
) -> SqlResult<RowExpr> {
    let scalar = table_scalar(catalog, table, sql, target.map_or(TableExpr::Stored, TableExpr::Assigned), style)?;
    let slot = |id: ColumnId| table.visible_columns().position(|c| u32::try_from(c.number).is_ok_and(|n| n == id.0));
    RowExpr::compile(&scalar, &slot)
        .ok_or_else(|| SqlError::unsupported(format!("expression {sql} cannot be evaluated for single rows")))
}

/// The type that a name stands for.
///
/// # Errors
/// 42704, 22023.
pub fn resolve_type(basis: &Basis, ty: &ast::DataType) -> SqlResult<PgType> {
    gavel_binder::resolve_type(&context(basis, &TextStyle::default()), ty)
}

/// SQL's name of a type without its modifier.
pub fn type_name(ty: PgType) -> String {
    gavel_binder::format_type(PgType::new(ty.oid))
}

/// Gives the columns that a scalar mentions other ids. Subqueries do not occur in descriptors.
fn renumber(scalar: &mut Scalar, id: &dyn Fn(ColumnId) -> ColumnId) {
    use ScalarKind as K;
    let all = |items: &mut [Scalar]| items.iter_mut().for_each(|s| renumber(s, id));
    match &mut scalar.kind {
        K::Column(column) => *column = id(*column),
        K::Const(_) | K::Param(_) | K::NextVal { .. } | K::Default | K::Subquery(_) => {}
        K::Call { args, .. }
        | K::And(args)
        | K::Or(args)
        | K::Coalesce(args)
        | K::MinMax { args, .. }
        | K::Array { items: args }
        | K::Row(args) => all(args),
        K::CoerceViaIo { input }
        | K::Relabel { input }
        | K::Not(input)
        | K::IsNull { input, .. }
        | K::IsBool { input, .. }
        | K::Field { input, .. }
        | K::FieldCount { input, .. }
        | K::Form { input, .. }
        | K::ArrayCoerce { input, .. }
        | K::DomainCheck { input, .. } => renumber(input, id),
        K::IsDistinct { left, right, .. } => {
            renumber(left, id);
            renumber(right, id);
        }
        K::Case { arms, otherwise } => {
            for (condition, value) in arms {
                renumber(condition, id);
                renumber(value, id);
            }
            renumber(otherwise, id);
        }
        K::InList { left, items, .. } => {
            renumber(left, id);
            all(items);
        }
        K::AnyArray { left, array, .. } => {
            renumber(left, id);
            renumber(array, id);
        }
        K::Subscript { input, indices } => {
            renumber(input, id);
            for index in indices {
                match index {
                    Index::Element(s) => renumber(s, id),
                    Index::Slice(a, b) => a.iter_mut().chain(b).for_each(|s| renumber(s, id)),
                }
            }
        }
        K::SubscriptAssign { input, indices, value } => {
            renumber(input, id);
            for index in indices {
                match index {
                    Index::Element(s) => renumber(s, id),
                    Index::Slice(a, b) => a.iter_mut().chain(b).for_each(|s| renumber(s, id)),
                }
            }
            renumber(value, id);
        }
        K::RowCompare { pairs, .. } => {
            for pair in pairs {
                renumber(&mut pair.left, id);
                renumber(&mut pair.right, id);
            }
        }
    }
}
