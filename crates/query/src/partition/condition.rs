//! Bounds as SQL conditions over rows: what DDL asks the rows of a table that becomes a partition, or of the default
//! partition. Columns are named without their table, so that a condition holds for any table of the tree.

use std::sync::Arc;

use gavel_catalog::partition::{PartitionBound, PartitionOn, PartitionPart, RangeEdge};
use gavel_catalog::{Catalog, Table};
use gavel_types::text_io::{self, TextStyle, type_name_with_typmod};
use gavel_types::{PgType, SqlError, SqlResult};

use crate::ddl::expression::bare_columns;
use crate::ddl::names::quote;
use crate::partition::stored_style;
use crate::system::resolver::style_over;

/// The parts of the key of `table` as SQL.
///
/// # Errors
/// XX000 for a column that is gone; 42601 for an expression that does not parse, which it did when it was stored.
pub fn key(table: &Table) -> SqlResult<Vec<String>> {
    let text = |part: &PartitionPart| -> SqlResult<String> {
        Ok(match &part.key {
            PartitionOn::Column(number) => {
                let column = table.column(*number);
                quote(&column.ok_or_else(|| SqlError::internal("a column of a partition key is gone"))?.name)
            }
            PartitionOn::Expression(sql) => format!("({})", bare_columns(sql, &table.name)?),
        })
    };
    table.partitioned.iter().flat_map(|key| &key.parts).map(text).collect()
}

/// The condition that rows of the partition of `table` with this bound satisfy: not false nor NULL. `None` for the
/// default partition, whose rows satisfy none of the others', and for those by hash, which [`super::bounds`] knows.
///
/// # Errors
/// As [`key`], and those of input for a value that is none of its type.
pub fn of_bound(catalog: &Arc<Catalog>, table: &Table, bound: &PartitionBound) -> SqlResult<Option<String>> {
    let key = key(table)?;
    let types: Vec<PgType> = table.partitioned.iter().flat_map(|key| &key.parts).map(|part| part.ty).collect();
    let (stored, style) = (stored_style(catalog), style_over(catalog));
    let part = |(sql, ty)| Part { sql, ty, stored: &stored, style: &style };
    let parts: Vec<Part<'_>> = key.iter().map(String::as_str).zip(types).map(part).collect();
    Ok(match bound {
        PartitionBound::Default | PartitionBound::Hash { .. } => None,
        PartitionBound::List(values) => match parts.first() {
            Some(part) => Some(part.one_of(values)?),
            None => None,
        },
        PartitionBound::Range { from, to } => {
            let mut all: Vec<String> = parts.iter().map(|part| format!("{} IS NOT NULL", part.sql)).collect();
            all.push(beyond(&parts, from, true)?);
            all.push(beyond(&parts, to, false)?);
            Some(all.join(" AND "))
        }
    })
}

struct Part<'a> {
    sql: &'a str,
    ty: PgType,
    /// What values are kept by.
    stored: &'a TextStyle,
    /// With the labels of enums.
    style: &'a TextStyle,
}

impl Part<'_> {
    fn literal(&self, text: &str) -> SqlResult<String> {
        let value = text_io::parse(text, self.ty, self.stored)?;
        let shown = text_io::to_text(&value, self.ty, self.style).replace('\'', "''");
        Ok(format!("CAST('{shown}' AS {})", type_name_with_typmod(self.ty)))
    }

    fn one_of(&self, values: &[Option<String>]) -> SqlResult<String> {
        let mut any = Vec::new();
        for text in values.iter().flatten() {
            any.push(format!("{} = {}", self.sql, self.literal(text)?));
        }
        if values.iter().any(Option::is_none) {
            any.insert(0, format!("{} IS NULL", self.sql));
        }
        Ok(any.join(" OR "))
    }
}

/// That the key is not before an edge (`above`), or is before it: what decides is the first part that differs.
fn beyond(parts: &[Part<'_>], edges: &[RangeEdge], above: bool) -> SqlResult<String> {
    let (Some((part, parts)), Some((edge, edges))) = (parts.split_first(), edges.split_first()) else {
        return Ok(if above { "TRUE" } else { "FALSE" }.to_owned());
    };
    let value = match edge {
        RangeEdge::Min => return Ok(if above { "TRUE" } else { "FALSE" }.to_owned()),
        RangeEdge::Max => return Ok(if above { "FALSE" } else { "TRUE" }.to_owned()),
        RangeEdge::Value(text) => part.literal(text)?,
    };
    let sql = part.sql;
    let strictly = if above { ">" } else { "<" };
    let rest = beyond(parts, edges, above)?;
    Ok(format!("({sql} {strictly} {value} OR {sql} = {value} AND {rest})"))
}
