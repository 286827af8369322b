//! The text of a rule as its descriptor keeps it: checked, and meaning the same under any search path.

use std::sync::Arc;

use gavel_catalog::Table;
use gavel_catalog::rule::{RuleAction, RuleEvent};
use gavel_types::{Oid, PgType, SqlError, SqlResult, SqlState};
use sqlparser::ast::{self, SetExpr};

use super::Binder;
use super::clause::Clause;
use super::rule::one;
use super::rule_rows::{NEW, OLD, RuleRows, side};
use super::scalar::null;
use super::scope::{Found, Level};
use super::typename::format_type;
use super::view::edited;
use crate::bound::{ColumnId, Output, Rel, Statement};
use crate::context::BindContext;
use crate::ddl;
use crate::parse;

/// A rule as it was written.
#[derive(Clone, Copy, Debug)]
pub struct WrittenRule<'a> {
    pub event: RuleEvent,
    pub instead: bool,
    pub condition: Option<&'a str>,
    pub actions: &'a [String],
}

/// See the module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleDefinition {
    pub condition: Option<String>,
    pub actions: Vec<RuleAction>,
    /// Relations, functions and types that it uses, its own relation left out.
    pub depends_on: Vec<Oid>,
}

/// Checks a rule of `table`, which may stand for a view. Rules ON SELECT are views, and not made here.
///
/// # Errors
/// Those of its parts, at no place; 42P17 for OLD and NEW where there is no such row, and for a RETURNING list that is
/// not like the table; 0A000 for what rules cannot hold.
pub fn rule_definition(
    context: &BindContext<'_>,
    table: &Arc<Table>,
    written: WrittenRule<'_>,
) -> SqlResult<RuleDefinition> {
    let mut out = RuleDefinition::default();
    let texts = written.condition.into_iter().chain(written.actions.iter().map(String::as_str));
    for text in texts {
        for (name, word, there) in [(OLD, "OLD", written.event.has_old()), (NEW, "NEW", written.event.has_new())] {
            if !there && mentions(text, name) {
                let text = format!("ON {} rule cannot use {word}", written.event.word());
                return Err(SqlError::new(SqlState::InvalidObjectDefinition, text));
            }
        }
    }
    let mut uses: Vec<Oid> = Vec::new();
    if let Some(text) = written.condition {
        let parsed = parse::parse_expression(text)?;
        let mut binder = defining(context, text, table, written.event);
        binder.levels.push(Level::new());
        let mut items = binder.rule_rows.as_ref().map(|rows| rows.items.clone()).unwrap_or_default();
        // Here alone columns need no OLD or NEW before them; the text that is kept has it.
        items.iter_mut().for_each(|item| item.cols_visible = true);
        binder.level().items = items;
        binder.condition(&parsed, Clause::Where, "WHERE").map_err(SqlError::nowhere)?;
        out.condition = Some(edited(text, binder.edits.take().unwrap_or_default()));
        uses.append(&mut binder.take_objects());
    }
    let mut returning = false;
    for text in written.actions {
        let mut statement = one(text)?;
        if ddl::carried(&statement).is_some() {
            if written.condition.is_some() {
                let text = "rules with WHERE conditions can only have SELECT, INSERT, UPDATE, or DELETE actions";
                return Err(SqlError::new(SqlState::InvalidObjectDefinition, text));
            }
            out.actions.push(RuleAction { sql: text.clone(), by_row: false, returns: false });
            continue;
        }
        let united = is_united(&statement);
        if united && written.condition.is_some() {
            let text = "conditional UNION/INTERSECT/EXCEPT statements are not implemented";
            return Err(SqlError::unsupported(text));
        }
        if let Some(name) = with_mentions(&statement) {
            return Err(SqlError::unsupported(format!("cannot refer to {name} within WITH query")));
        }
        let mut binder = defining(context, text, table, written.event);
        let bound = binder.defined_action(&mut statement).map_err(SqlError::nowhere)?;
        let mut returns = false;
        if let Statement::Modify(modify, _) = &bound
            && let Some(list) = &modify.returning
        {
            require_returning(written, returning)?;
            let list: Vec<&Output> = list.iter().map(|(output, _)| output).collect();
            require_like(table, &list)?;
            (returning, returns) = (true, true);
        }
        let by_row = mentions(text, OLD) || written.event == RuleEvent::Update && mentions(text, NEW);
        let sql = edited(text, binder.edits.take().unwrap_or_default());
        out.actions.push(RuleAction { sql, by_row, returns });
        uses.append(&mut binder.take_objects());
    }
    uses.sort_unstable();
    uses.dedup();
    uses.retain(|oid| *oid != table.oid);
    out.depends_on = uses;
    Ok(out)
}

impl Binder<'_> {
    /// Has the condition that is being defined say which row a bare column is of.
    pub fn name_side(&mut self, found: &Found, ident: &ast::Ident) {
        if !self.defining || self.rule_rows.is_none() || found.level != 0 {
            return;
        }
        let Some(item) = self.levels.first().and_then(|level| level.items.get(found.item)) else { return };
        if item.name != OLD && item.name != NEW {
            return;
        }
        let side = item.name.clone();
        let (start, end) = (self.source.start(ident.span).offset(), self.source.pos(ident.span.end).offset());
        let Some(range) = start.zip(end).map(|(start, end)| start..end) else { return };
        if let Some(written) = self.source.text.get(range.clone()) {
            let text = format!("{side}.{written}");
            self.edit(Some(range), text);
        }
    }
}

/// A binder of a text over rows of the table.
fn defining<'a>(context: &'a BindContext<'a>, text: &'a str, table: &Table, event: RuleEvent) -> Binder<'a> {
    let mut binder = Binder::new(context, text);
    binder.allow_params = false;
    binder.edits = Some(vec![]);
    binder.defining = true;
    let (mut columns, mut items) = (Vec::new(), Vec::new());
    for (name, there) in [(OLD, event.has_old()), (NEW, event.has_new())] {
        if there {
            let row: Vec<(i16, ColumnId)> = table.visible_columns().map(|c| (c.number, binder.new_column())).collect();
            columns.extend(row.iter().filter_map(|(n, id)| Some((*id, table.column(*n)?.ty))));
            items.push(side(table, name, &row));
        }
    }
    let row = columns.iter().map(|(_, ty): &(ColumnId, PgType)| null(*ty)).collect();
    binder.rule_rows = Some(RuleRows { rel: Rel::Values { rows: vec![row], columns }, items });
    binder
}

/// Whether a text mentions a name, strings and quoted names in capitals left out.
pub fn mentions(sql: &str, name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut quoted = false;
    let mut current = String::new();
    for c in sql.chars().chain([' ']) {
        if c == '\'' {
            quoted = !quoted;
        }
        if !quoted && word(c) {
            current.extend(c.to_lowercase());
            continue;
        }
        if current == name {
            return true;
        }
        current.clear();
    }
    false
}

fn is_united(statement: &ast::Statement) -> bool {
    match statement {
        ast::Statement::Query(query) => matches!(*query.body, SetExpr::SetOperation { .. }),
        ast::Statement::Insert(insert) => {
            insert.source.as_ref().is_some_and(|query| matches!(*query.body, SetExpr::SetOperation { .. }))
        }
        _ => false,
    }
}

/// OLD and NEW within the WITH of an action.
fn with_mentions(statement: &ast::Statement) -> Option<&'static str> {
    let query = match statement {
        ast::Statement::Query(query) => query,
        ast::Statement::Insert(insert) => insert.source.as_ref()?,
        _ => return None,
    };
    let text = query.with.as_ref()?.to_string();
    [(OLD, "OLD"), (NEW, "NEW")].into_iter().find(|(name, _)| mentions(&text, name)).map(|(_, word)| word)
}

/// 0A000 where a rule cannot return rows.
fn require_returning(written: WrittenRule<'_>, already: bool) -> SqlResult<()> {
    let why = if already {
        "cannot have multiple RETURNING lists in a rule"
    } else if !written.instead {
        "RETURNING lists are not supported in non-INSTEAD rules"
    } else if written.condition.is_some() {
        "RETURNING lists are not supported in conditional rules"
    } else {
        return Ok(());
    };
    Err(SqlError::unsupported(why))
}

/// 42P17 where RETURNING does not give what the table has.
fn require_like(table: &Table, list: &[&Output]) -> SqlResult<()> {
    let wrong = |text: String| SqlError::new(SqlState::InvalidObjectDefinition, text);
    let columns: Vec<_> = table.visible_columns().collect();
    for (n, output) in (1..).zip(list) {
        let Some(column) = columns.get(n - 1) else {
            return Err(wrong("RETURNING list has too many entries".to_owned()));
        };
        let (given, wanted) = (format_type(PgType::new(output.ty.oid)), format_type(PgType::new(column.ty.oid)));
        if output.ty.oid != column.ty.oid {
            let text = format!("RETURNING list's entry {n} has different type from column \"{}\"", column.name);
            let detail = format!("RETURNING list entry has type {given}, but column has type {wanted}.");
            return Err(wrong(text).detail(detail));
        }
    }
    if list.len() < columns.len() {
        return Err(wrong("RETURNING list has too few entries".to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_outside_of_strings() {
        assert!(mentions("INSERT INTO l VALUES (NEW.a)", NEW));
        assert!(mentions("select \"new\".a", NEW));
        assert!(!mentions("select 'new', renew, new_", NEW));
    }
}
