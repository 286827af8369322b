//! Views: binding a view's body where it is used, and making a view's text stand on its own.
//!
//! A view is kept as the text that the user wrote, with every relation name qualified and every star
//! spelled out, so that it means the same under any search path and after columns are added. It is shown from its query
//! tree ([`crate::query_tree`]).

use std::ops::Range;
use std::sync::Arc;

use gavel_catalog::View;
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState, text_io};
use sqlparser::ast;

use super::Binder;
use super::name::{Resolved, quote};
use super::query::{BoundQuery, OutColumn};
use super::scope::NsColumn;
use super::typename::resolve_type;
use crate::context::BindContext;
use crate::parse::{self, Pos};

/// Deepest nesting of views.
pub const MAX_VIEW_DEPTH: usize = 32;

/// A view as `CREATE VIEW` will keep it.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewDefinition {
    /// The query's text, with names qualified and stars spelled out.
    pub sql: String,
    pub columns: Vec<(String, PgType)>,
    /// Tables, views and sequences that it uses, and the primary keys by which columns need not be grouped.
    pub depends_on: Vec<Oid>,
}

/// Binds a view's query, whose text is `sql` (what follows AS). Its columns have the query's names;
/// a column list of CREATE VIEW is the caller's to apply.
///
/// # Errors
/// As binding the query; 42701 for two columns of one name.
pub fn view_columns(context: &BindContext<'_>, sql: &str) -> SqlResult<ViewDefinition> {
    let sql = sql.trim().trim_end_matches(';');
    let query = parse::parse_query(sql)?;
    let mut binder = Binder::new(context, sql);
    binder.allow_params = false;
    binder.edits = Some(vec![]);
    binder.defining = true;
    let bound = binder.query(&query, true)?;
    let declared = |c: &OutColumn| binder.domains.get(&c.id).map_or(c.ty, |domain| PgType::new(*domain));
    let columns: Vec<(String, PgType)> = bound.columns.iter().map(|c| (c.name.clone(), declared(c))).collect();
    let edits = binder.edits.take().unwrap_or_default();
    Ok(ViewDefinition { sql: edited(sql, edits), columns, depends_on: binder.take_objects() })
}

/// 42701 where two columns of a view or table have a name.
///
/// # Errors
/// 42701.
pub fn check_column_names(columns: &[(String, PgType)]) -> SqlResult<()> {
    for (i, (name, _)) in columns.iter().enumerate() {
        if columns[..i].iter().any(|(n, _)| n == name) {
            let text = format!("column \"{name}\" specified more than once");
            return Err(SqlError::new(SqlState::DuplicateColumn, text));
        }
    }
    Ok(())
}

/// Applies replacements, which do not overlap.
pub fn edited(sql: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(sql.len() + 64);
    let mut at = 0;
    for (range, text) in edits {
        if range.start < at {
            continue;
        }
        out.push_str(sql.get(at..range.start).unwrap_or(""));
        out.push_str(&text);
        at = range.end;
    }
    out.push_str(sql.get(at..).unwrap_or(""));
    out
}

impl Binder<'_> {
    /// Binds the body of a view that is read.
    pub fn bind_view_body(&mut self, view: &Arc<View>, locks: Vec<ast::LockClause>) -> SqlResult<BoundQuery> {
        if self.view_depth >= MAX_VIEW_DEPTH {
            return Err(SqlError::new(
                SqlState::InvalidObjectDefinition,
                format!("infinite recursion detected in rules for relation \"{}\"", view.name),
            ));
        }
        let mut query = parse::parse_query(&view.sql)?;
        query.locks.extend(locks);
        let context = self.context.stored();
        let mut inner = Binder::new(&context, &view.sql);
        inner.allow_params = false;
        self.lend_view_rights(&mut inner, view);
        inner.view_depth = self.view_depth + 1;
        inner.defining = self.defining;
        inner.routines = self.routines.clone();
        self.lend_ids(&mut inner);
        let bound = inner.query(&query, true);
        if self.defining {
            // What is being defined depends on the view, and the view on the rest.
            inner.objects.clear();
        }
        self.take_ids(&mut inner);
        // Columns that were added to a relation after the view are not the view's.
        let mut bound = bound.map_err(without_position)?;
        bound.columns.truncate(view.columns.len());
        Ok(bound)
    }

    /// Qualifies a relation name in the text of the view that is being defined.
    pub fn qualify_in_text(&mut self, name: &ast::ObjectName, resolved: &Resolved) {
        if self.edits.is_none() || name.0.len() != 1 {
            return;
        }
        let schema = match resolved {
            Resolved::System(s) => s.schema.to_owned(),
            other => match self.context.catalog.schema_by_oid(other.schema()) {
                Some(schema) => schema.name.clone(),
                None => return,
            },
        };
        let text = format!("{}.{}", quote(&schema), quote(resolved.name()));
        self.edit(self.name_range(name), text);
    }

    /// Names a user's type by its number in the text of the view that is being defined.
    pub fn number_in_text(&mut self, written: &ast::DataType) {
        match written {
            ast::DataType::Custom(name, _) => {
                if let Ok(ty) = resolve_type(self.context, written) {
                    self.edit(self.name_range(name), text_io::numbered(ty.oid));
                }
            }
            ast::DataType::Array(
                ast::ArrayElemTypeDef::SquareBracket(element, _)
                | ast::ArrayElemTypeDef::AngleBracket(element)
                | ast::ArrayElemTypeDef::Parenthesis(element),
            ) => self.number_in_text(element),
            _ => {}
        }
    }

    /// Names a user's function by its number in the text that is being defined.
    pub fn number_function_in_text(&mut self, name: &ast::ObjectName, function: Oid) {
        if self.edits.is_some() {
            self.edit(self.name_range(name), text_io::numbered_function(function));
        }
    }

    /// The same where the name stands as a column's, behind a row.
    pub fn number_in_column_notation(&mut self, name: &ast::Ident, function: Oid) {
        if self.edits.is_some() {
            let part = vec![ast::ObjectNamePart::Identifier(name.clone())];
            let numbered = text_io::numbered_function(function);
            let alone = numbered.rsplit('.').next().unwrap_or_default().to_owned();
            self.edit(self.name_range(&ast::ObjectName(part)), alone);
        }
    }

    /// Names a user's type, to which a call casts, by its number in the text that is being defined.
    pub fn number_cast_in_text(&mut self, name: &ast::ObjectName, target: Oid) {
        if self.edits.is_some() {
            self.edit(self.name_range(name), text_io::numbered(target));
        }
    }

    /// Spells out `*`.
    pub fn star_expanded(&mut self, pos: Pos, columns: &[(String, NsColumn)]) {
        let Some(start) = pos.offset().filter(|_| self.edits.is_some()) else { return };
        self.edit(Some(start..start + 1), column_list(columns));
    }

    /// Spells out `t.*`.
    pub fn item_star_expanded(&mut self, name: &ast::ObjectName, columns: &[(String, NsColumn)]) {
        if self.edits.is_none() {
            return;
        }
        let range = self.name_range(name).and_then(|r| {
            let star = self.source.text.get(r.end..)?.find('*')?;
            Some(r.start..r.end + star + 1)
        });
        self.edit(range, column_list(columns));
    }

    pub fn edit(&mut self, range: Option<Range<usize>>, text: String) {
        if let (Some(edits), Some(range)) = (&mut self.edits, range) {
            edits.push((range, text));
        }
    }

    fn name_range(&self, name: &ast::ObjectName) -> Option<Range<usize>> {
        let first = name.0.first().and_then(ast::ObjectNamePart::as_ident)?;
        let last = name.0.last().and_then(ast::ObjectNamePart::as_ident)?;
        Some(self.source.pos(first.span.start).offset()?..self.source.pos(last.span.end).offset()?)
    }
}

fn column_list(columns: &[(String, NsColumn)]) -> String {
    let one = |(item, column): &(String, NsColumn)| {
        if item.is_empty() { quote(&column.name) } else { format!("{}.{}", quote(item), quote(&column.name)) }
    };
    columns.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// An error inside a view says nothing about places in the user's text.
pub fn without_position(error: SqlError) -> SqlError {
    let fields = error.fields().clone();
    let mut out = SqlError::new(fields.code, fields.message);
    if let Some(detail) = fields.detail {
        out = out.detail(detail);
    }
    if let Some(hint) = fields.hint {
        out = out.hint(hint);
    }
    out
}

/// The text of a CREATE VIEW's query: what follows its AS, without WITH CHECK OPTION.
///
/// # Errors
/// 42601 if there is none.
pub fn view_body(statement: &str) -> SqlResult<&str> {
    let upper = statement.to_ascii_uppercase();
    let mut depth = 0_usize;
    let mut quoted = false;
    let bytes = upper.as_bytes();
    let word = |i: usize| {
        let before =
            i.checked_sub(1).and_then(|b| bytes.get(b)).is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_');
        let after = bytes.get(i + 2).is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_');
        before && after
    };
    for (i, b) in bytes.iter().enumerate() {
        match b {
            b'"' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth = depth.saturating_sub(1),
            b'A' if !quoted && depth == 0 && bytes.get(i + 1) == Some(&b'S') && word(i) => {
                let body = statement.get(i + 2..).unwrap_or("").trim().trim_end_matches(';');
                return Ok(without_check_option(body));
            }
            _ => {}
        }
    }
    Err(SqlError::new(SqlState::SyntaxError, "syntax error at end of input"))
}

fn without_check_option(body: &str) -> &str {
    let upper = body.to_ascii_uppercase();
    if !upper.trim_end().ends_with("CHECK OPTION") {
        return body;
    }
    upper.rfind("WITH").and_then(|i| body.get(..i)).map_or(body, str::trim_end)
}
