//! `table.column%TYPE`: the type of a column, in declarations of variables and of functions' parameters.

use gavel_types::{PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{ObjectName, ObjectNamePart};

use super::name::{Qualified, Resolved, find_relation, fold};
use crate::context::BindContext;

/// The modifier of a type that is a column's name.
pub const OF_COLUMN: &str = "%TYPE";

/// The type of a column, by the parts of its name: a domain if it is of one.
///
/// # Errors
/// 42P01 and 42703 for what does not exist; 42704 for a name of one part.
pub fn column_type(context: &BindContext<'_>, parts: &[String]) -> SqlResult<PgType> {
    let (column, schema, table) = match parts {
        [.., schema, table, column] => (column, Some(schema.clone()), table),
        [table, column] => (column, None, table),
        _ => {
            let text = format!("type \"{}\" does not exist", parts.join("."));
            return Err(SqlError::new(SqlState::UndefinedObject, text));
        }
    };
    let shown = parts.get(..parts.len() - 1).unwrap_or_default().join(".");
    let found = match find_relation(context, &Qualified { schema, name: table.clone() }) {
        Some(Resolved::Table(table)) => {
            table.column_named(column).map(|c| c.domain.map_or(c.ty, |domain| PgType::with_typmod(domain, c.ty.typmod)))
        }
        Some(Resolved::View(view)) => view.columns.iter().find(|(name, _)| name == column).map(|(_, ty)| *ty),
        Some(Resolved::System(relation)) => relation.columns.iter().find(|c| c.name == column.as_str()).map(|c| c.ty),
        Some(_) => None,
        None => {
            let text = format!("relation \"{shown}\" does not exist");
            return Err(SqlError::new(SqlState::UndefinedTable, text));
        }
    };
    found.ok_or_else(|| {
        let text = format!("column \"{column}\" of relation \"{shown}\" does not exist");
        SqlError::new(SqlState::UndefinedColumn, text)
    })
}

/// The same for a name as it was parsed.
pub fn of_column(context: &BindContext<'_>, name: &ObjectName) -> SqlResult<PgType> {
    let parts: Vec<String> = name.0.iter().filter_map(ObjectNamePart::as_ident).map(fold).collect();
    column_type(context, &parts)
}
