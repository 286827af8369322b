//! Changes to the SQL text that descriptors keep, when what it mentions gets another name.

use std::ops::ControlFlow;

use gavel_binder::parse::marker;
use gavel_binder::{FunctionCall, parse};
use gavel_types::{Oid, SqlError, SqlResult};
use sqlparser::ast::{
    DataType, Expr, Ident, ObjectName, ObjectNamePart, Query, Statement, TableAlias, TableAliasColumnDef,
    TableAliasWithoutColumns, TableFactor, TableObject, Value, ValueWithSpan, VisitMut, VisitorMut,
};

use super::names::quote;

/// An identifier that prints as SQL needs it.
pub(super) fn ident(name: &str) -> Ident {
    if quote(name).starts_with('"') { Ident::with_quote('"', name) } else { Ident::new(name) }
}

/// The name that an identifier stands for.
pub(super) fn folded(ident: &Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_lowercase() }
}

fn parts(name: &ObjectName) -> Vec<String> {
    name.0.iter().filter_map(ObjectNamePart::as_ident).map(folded).collect()
}

/// An expression over a table's columns, with column `old` called `new`.
///
/// # Errors
/// 42601 if the text does not parse, which it did when it was stored.
pub fn rename_column(sql: &str, old: &str, new: &str) -> SqlResult<String> {
    struct Rename<'a>(&'a str, &'a str);
    impl VisitorMut for Rename<'_> {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            match expr {
                Expr::Identifier(name) if folded(name) == self.0 => *name = ident(self.1),
                Expr::CompoundIdentifier(names) => {
                    if let Some(last) = names.last_mut().filter(|n| folded(n) == self.0) {
                        *last = ident(self.1);
                    }
                }
                _ => {}
            }
            ControlFlow::Continue(())
        }
    }
    let mut expr = parse::parse_expression(sql)?;
    let _ = expr.visit(&mut Rename(old, new));
    Ok(expr.to_string())
}

/// An expression over the columns of a table called `table`, without that name before them: so it may be one over those of
/// another table.
///
/// # Errors
/// As [`rename_column`].
pub fn bare_columns(sql: &str, table: &str) -> SqlResult<String> {
    if !sql.contains('.') {
        return Ok(sql.to_owned());
    }
    let mut expr = parse::parse_expression(sql)?;
    drop_qualifiers(&mut expr, table);
    Ok(expr.to_string())
}

/// The same for an expression that is parsed.
pub fn drop_qualifiers(expr: &mut Expr, table: &str) {
    struct Bare<'a>(&'a str);
    impl VisitorMut for Bare<'_> {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            let Expr::CompoundIdentifier(names) = expr else { return ControlFlow::Continue(()) };
            // `table.column` or `schema.table.column`; a field of a column is written in another way.
            if let [.., of, column] = names.as_slice()
                && folded(of) == self.0
                && names.len() < 4
            {
                *expr = Expr::Identifier(column.clone());
            }
            ControlFlow::Continue(())
        }
    }
    let _ = expr.visit(&mut Bare(table));
}

/// An expression over the columns of a table called `table`, which may have queries in it, with column `old` called `new`:
/// where it stands alone outside of queries, and where it is written with the table's name.
///
/// # Errors
/// As [`rename_column`].
pub fn rename_own_column(sql: &str, table: &str, old: &str, new: &str) -> SqlResult<String> {
    struct Rename<'a> {
        table: &'a str,
        old: &'a str,
        new: &'a str,
        queries: usize,
    }
    impl VisitorMut for Rename<'_> {
        type Break = ();
        fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
            self.queries += 1;
            ControlFlow::Continue(())
        }
        fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
            self.queries -= 1;
            ControlFlow::Continue(())
        }
        fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            match expr {
                Expr::Identifier(name) if self.queries == 0 && folded(name) == self.old => *name = ident(self.new),
                Expr::CompoundIdentifier(names) => {
                    if let [.., of, column] = names.as_mut_slice()
                        && folded(of) == self.table
                        && folded(column) == self.old
                    {
                        *column = ident(self.new);
                    }
                }
                _ => {}
            }
            ControlFlow::Continue(())
        }
    }
    let mut expr = parse::parse_expression(sql)?;
    let _ = expr.visit(&mut Rename { table, old, new, queries: 0 });
    Ok(expr.to_string())
}

/// An expression over the columns of a table that is now called `new`, with that name before them.
///
/// # Errors
/// As [`rename_column`].
pub fn requalify(sql: &str, old: &str, new: &str) -> SqlResult<String> {
    struct Requalify<'a>(&'a str, &'a str);
    impl VisitorMut for Requalify<'_> {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            if let Expr::CompoundIdentifier(names) = expr
                && let [.., of, _] = names.as_mut_slice()
                && folded(of) == self.0
            {
                *of = ident(self.1);
            }
            ControlFlow::Continue(())
        }
    }
    let mut expr = parse::parse_expression(sql)?;
    let _ = expr.visit(&mut Requalify(old, new));
    Ok(expr.to_string())
}

/// The system column with the table that a row is in.
const TABLE_OID: &str = "tableoid";

/// Whether an expression over a table's columns is `tableoid`, perhaps with the table's name before it.
fn is_table_oid(expr: &Expr) -> bool {
    let name = match expr {
        Expr::Identifier(name) => Some(name),
        Expr::CompoundIdentifier(names) => names.last(),
        _ => None,
    };
    name.is_some_and(|name| folded(name) == TABLE_OID)
}

/// Whether an expression over a table's columns asks which table a row is in.
///
/// # Errors
/// As [`rename_column`].
pub fn mentions_table_oid(sql: &str) -> SqlResult<bool> {
    struct Find;
    impl VisitorMut for Find {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            if is_table_oid(expr) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        }
    }
    if !sql.to_ascii_lowercase().contains(TABLE_OID) {
        return Ok(false);
    }
    Ok(parse::parse_expression(sql)?.visit(&mut Find).is_break())
}

/// An expression over the columns of `table`, with its OID in the place of `tableoid`: so it means the same over another
/// table with such columns.
///
/// # Errors
/// As [`rename_column`].
pub fn settle_table_oid(sql: &str, table: Oid) -> SqlResult<String> {
    struct Settle(Expr);
    impl VisitorMut for Settle {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            if is_table_oid(expr) {
                *expr = self.0.clone();
            }
            ControlFlow::Continue(())
        }
    }
    if !mentions_table_oid(sql)? {
        return Ok(sql.to_owned());
    }
    let mut expr = parse::parse_expression(sql)?;
    let _ = expr.visit(&mut Settle(parse::parse_expression(&format!("('{table}'::oid)"))?));
    Ok(expr.to_string())
}

/// Whether an expression has `name` alone for an operand.
///
/// # Errors
/// As [`rename_column`].
pub fn has_identifier(sql: &str, name: &str) -> SqlResult<bool> {
    struct Find<'a>(&'a str);
    impl VisitorMut for Find<'_> {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            match expr {
                Expr::Identifier(found) if folded(found) == self.0 => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        }
    }
    Ok(parse::parse_expression(sql)?.visit(&mut Find(name)).is_break())
}

/// Runs `change` on every table factor of a query's text that names `called` (schema, name).
fn change_factors(
    sql: &str,
    called: &[String],
    change: impl Fn(&mut ObjectName, &mut Option<TableAlias>),
) -> SqlResult<String> {
    struct Change<'a, F>(&'a [String], F);
    impl<F: Fn(&mut ObjectName, &mut Option<TableAlias>)> VisitorMut for Change<'_, F> {
        type Break = ();
        fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
            if let TableFactor::Table { name, alias, .. } = factor {
                let marked = |part: &ObjectNamePart| part.as_ident().is_some_and(|i| i.value == marker::ONLY);
                let only = name.0.first().is_some_and(marked).then(|| name.0.remove(0));
                if parts(name) == self.0 {
                    (self.1)(name, alias);
                }
                name.0.splice(..0, only);
            }
            ControlFlow::Continue(())
        }
        fn pre_visit_statement(&mut self, statement: &mut Statement) -> ControlFlow<()> {
            let Statement::Insert(insert) = statement else { return ControlFlow::Continue(()) };
            let TableObject::TableName(name) = &mut insert.table else { return ControlFlow::Continue(()) };
            if parts(name) != self.0 {
                return ControlFlow::Continue(());
            }
            let mut slot = None;
            (self.1)(name, &mut slot);
            if slot.as_ref().is_some_and(|alias| !alias.columns.is_empty()) {
                return ControlFlow::Break(());
            }
            if let (Some(alias), None) = (slot, &insert.table_alias) {
                insert.table_alias = Some(TableAliasWithoutColumns { explicit: true, alias: alias.name });
            }
            ControlFlow::Continue(())
        }
    }
    let mut query: Box<Query> = parse::parse_query(sql)?;
    if query.visit(&mut Change(called, change)).is_break() {
        return Err(SqlError::unsupported("columns of a table that a function inserts into cannot be renamed")
            .hint("Drop the function, rename the column, and make the function again."));
    }
    Ok(query.to_string())
}

fn alias(name: &str) -> TableAlias {
    TableAlias { explicit: true, name: ident(name), columns: Vec::new(), at: None }
}

/// A query over relation `called`, whose columns were `columns`: gives them these names by an alias, so
/// that they may be called otherwise from now on.
///
/// # Errors
/// As [`rename_column`].
pub fn alias_columns(sql: &str, called: &[String], columns: &[String]) -> SqlResult<String> {
    change_factors(sql, called, |name, slot| {
        let own = parts(name).pop().unwrap_or_default();
        let alias = slot.get_or_insert_with(|| alias(&own));
        let known = alias.columns.len();
        let more = columns.iter().skip(known);
        alias.columns.extend(more.map(|c| TableAliasColumnDef { name: ident(c), data_type: None }));
    })
}

/// A query over relation `called`, which is about to be `renamed` (schema, name).
///
/// # Errors
/// As [`rename_column`].
pub fn rename_relation(sql: &str, called: &[String], renamed: &[String]) -> SqlResult<String> {
    change_factors(sql, called, |name, slot| {
        let own = parts(name).pop().unwrap_or_default();
        if renamed.last() != Some(&own) {
            slot.get_or_insert_with(|| alias(&own));
        }
        *name = ObjectName::from(renamed.iter().map(|p| ident(p)).collect::<Vec<_>>());
    })
}

/// An expression with string literal `old` called `new` wherever it is read as a label; `None` if it is nowhere.
/// `is_label_error` says whether reading an expression fails because a label does not exist.
///
/// # Errors
/// As [`rename_column`].
pub fn reword_expression(
    sql: &str,
    (old, new): (&str, &str),
    is_label_error: &dyn Fn(&str) -> bool,
) -> SqlResult<Option<String>> {
    if !sql.contains(&literal(old)) {
        return Ok(None);
    }
    let expr = parse::parse_expression(sql)?;
    Ok(reword(&expr, old, new, &|e| is_label_error(&e.to_string())).map(|e| e.to_string()))
}

/// The same for a query.
///
/// # Errors
/// As [`rename_column`].
pub fn reword_query(
    sql: &str,
    (old, new): (&str, &str),
    is_label_error: &dyn Fn(&Query) -> bool,
) -> SqlResult<Option<String>> {
    if !sql.contains(&literal(old)) {
        return Ok(None);
    }
    let query = parse::parse_query(sql)?;
    Ok(reword(&*query, old, new, is_label_error).map(|q| q.to_string()))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// What no enum has for a label.
const NO_LABEL: &str = "\u{1}";

/// Which of the literals are labels is found by putting something in their place that is none.
fn reword<T: VisitMut + Clone>(node: &T, old: &str, new: &str, is_label_error: &dyn Fn(&T) -> bool) -> Option<T> {
    let replaced = |which: &dyn Fn(usize) -> bool, by: &str| {
        let (mut out, mut count) = (node.clone(), 0);
        let _ = out.visit(&mut Literals(&mut |text: &mut String| {
            if text == old {
                if which(count) {
                    by.clone_into(text);
                }
                count += 1;
            }
        }));
        (out, count)
    };
    let (_, count) = replaced(&|_| false, "");
    let labels: Vec<usize> = (0..count).filter(|n| is_label_error(&replaced(&|k| k == *n, NO_LABEL).0)).collect();
    if labels.is_empty() { None } else { Some(replaced(&|k| labels.contains(&k), new).0) }
}

/// Visits string literals.
struct Literals<'a>(&'a mut dyn FnMut(&mut String));

impl VisitorMut for Literals<'_> {
    type Break = ();
    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<()> {
        if let Value::SingleQuotedString(text) = &mut value.value {
            (self.0)(text);
        }
        ControlFlow::Continue(())
    }
}

/// Writes types as `number` does, where it knows them.
pub fn number_types(expr: &mut Expr, number: &dyn Fn(&DataType) -> Option<DataType>) {
    struct Types<'a>(&'a dyn Fn(&DataType) -> Option<DataType>);
    impl VisitorMut for Types<'_> {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            let slot = match expr {
                Expr::Cast { data_type, .. } => data_type,
                Expr::TypedString(typed) => &mut typed.data_type,
                _ => return ControlFlow::Continue(()),
            };
            if let Some(numbered) = (self.0)(slot) {
                *slot = numbered;
            }
            ControlFlow::Continue(())
        }
    }
    let _ = expr.visit(&mut Types(number));
}

/// Writes calls of users' functions by the numbers of these, by the places of their names.
pub fn number_calls(expr: &mut Expr, calls: &[FunctionCall]) {
    struct Calls<'a>(&'a [FunctionCall]);
    impl VisitorMut for Calls<'_> {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            if let Expr::Function(call) = expr
                && let Some(first) = call.name.0.first().and_then(ObjectNamePart::as_ident)
                && let Some(found) = self.0.iter().find(|c| c.at == first.span.start)
            {
                let parts = vec![Ident::new("pg_catalog"), Ident::with_quote('"', format!("#f{}", found.function))];
                call.name = ObjectName::from(parts);
            }
            ControlFlow::Continue(())
        }
    }
    let _ = expr.visit(&mut Calls(calls));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_new_names_and_other_literals_do_not() {
        // Stands for a binder to which `m` is an enum and `t` a text.
        let is_label_error = |sql: &str| sql.contains("m = '\u{1}'");
        let reworded = |sql| reword_expression(sql, ("ok", "good"), &is_label_error).expect("parses");
        assert_eq!(
            reworded("m = 'ok' AND t = 'ok' OR m = 'ok'").as_deref(),
            Some("m = 'good' AND t = 'ok' OR m = 'good'")
        );
        assert_eq!(reworded("t = 'ok'"), None);
        assert_eq!(reworded("m = 'okay'"), None);
    }

    #[test]
    fn text_follows_new_names() {
        assert_eq!(
            rename_column("(a > 0) AND lower(b) = 'a'", "a", "X y").ok().as_deref(),
            Some("(\"X y\" > 0) AND lower(b) = 'a'")
        );
        let called = ["public".to_owned(), "t".to_owned()];
        let sql = "SELECT t.a, u.b FROM public.t JOIN public.u AS u ON t.a = u.b";
        let names = ["a".to_owned(), "b".to_owned()];
        assert_eq!(
            alias_columns(sql, &called, &names).ok().as_deref(),
            Some("SELECT t.a, u.b FROM public.t AS t (a, b) JOIN public.u AS u ON t.a = u.b")
        );
        let renamed = ["s".to_owned(), "New".to_owned()];
        assert_eq!(
            rename_relation(sql, &called, &renamed).ok().as_deref(),
            Some("SELECT t.a, u.b FROM s.\"New\" AS t JOIN public.u AS u ON t.a = u.b")
        );
    }
}
