//! The binder, as sessions use it.

use std::sync::Arc;

use gavel_binder::bound::{Bound, ColumnId, Scalar};
use gavel_catalog::{Catalog, Table};
use gavel_functions::registry;
use gavel_types::text_io::TextStyle;
use gavel_types::{PgType, SqlError, SqlResult};
use sqlparser::ast;

use crate::fast::expr::RowExpr;
use crate::prepared::{Basis, Prepared};

/// Binds a parsed statement.
pub fn bind(_statement: &Prepared, _basis: &Basis, _style: &TextStyle) -> SqlResult<Bound> {
    Err(SqlError::unsupported("no binder"))
}

/// Binds a text of one statement that the engine made itself.
pub fn bind_text(sql: &str, basis: &Basis, style: &TextStyle) -> SqlResult<Bound> {
    let mut parsed = gavel_binder::parse::parse(sql)?;
    let (Some(one), true) = (parsed.pop(), parsed.is_empty()) else {
        return Err(SqlError::internal("not one statement"));
    };
    bind(&Prepared::new(sql.into(), Some(Arc::new(one)), Vec::new()), basis, style)
}

/// Binds SQL text of a descriptor over the columns of `table`, whose ids are their attnums; assigned to
/// `target` if that is given.
pub fn table_scalar(
    _catalog: &Catalog,
    _table: &Arc<Table>,
    _sql: &str,
    _target: Option<PgType>,
    _style: &TextStyle,
) -> SqlResult<Scalar> {
    Err(SqlError::unsupported("no binder"))
}

/// The same compiled for rows of the table's live columns.
pub fn table_expression(
    catalog: &Catalog,
    table: &Arc<Table>,
    sql: &str,
    target: Option<PgType>,
    style: &TextStyle,
) -> SqlResult<RowExpr> {
    let scalar = table_scalar(catalog, table, sql, target, style)?;
    let slot = |id: ColumnId| table.visible_columns().position(|c| u32::try_from(c.number).is_ok_and(|n| n == id.0));
    RowExpr::compile(&scalar, &slot)
        .ok_or_else(|| SqlError::unsupported(format!("expression {sql} cannot be evaluated")))
}

/// The type that a name stands for.
pub fn resolve_type(_basis: &Basis, ty: &ast::DataType) -> SqlResult<PgType> {
    Err(SqlError::unsupported(format!("type {ty}")))
}

/// A name by which the binder finds `ty`, modifier left out.
pub fn type_name(ty: PgType) -> String {
    let name = registry::type_info(ty.oid).map_or("text", |t| t.name);
    format!("\"{name}\"")
}
