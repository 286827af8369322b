//! Changes to the SQL text that descriptors keep, when what it mentions gets another name.

use std::ops::ControlFlow;

use gavel_binder::parse;
use gavel_types::SqlResult;
use sqlparser::ast::{
    Expr, Ident, ObjectName, ObjectNamePart, Query, TableAlias, TableAliasColumnDef, TableFactor, VisitMut, VisitorMut,
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
            if let TableFactor::Table { name, alias, .. } = factor
                && parts(name) == self.0
            {
                (self.1)(name, alias);
            }
            ControlFlow::Continue(())
        }
    }
    let mut query: Box<Query> = parse::parse_query(sql)?;
    let _ = query.visit(&mut Change(called, change));
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

#[cfg(test)]
mod tests {
    use super::*;

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
