//! Definitions of objects as SQL (`pg_get_indexdef` and its kin), and stored expressions as they are
//! shown.

use gavel_catalog::search::PG_TEMP;
use gavel_catalog::system::TEMPORARY_SCHEMA;
use gavel_catalog::{
    Catalog, CheckConstraint, Column, Domain, FkAction, FkMatch, ForeignKey, Index, IndexKey, Table, UserType,
};
use gavel_functions::registry;
use gavel_types::Oid;

use super::SystemContext;
use super::deparse::Layout;
use super::{foreign_part, opclass, operator_classes};
use crate::ddl::names::quote;

/// A relation's name, qualified only if it must be.
pub fn relation(context: &SystemContext<'_>, oid: Oid) -> String {
    relation_in(context.catalog, context.search_path, oid)
}

/// The same, for who searches `path`.
pub fn relation_in(catalog: &Catalog, path: &[String], oid: Oid) -> String {
    match super::relation_name(catalog, oid) {
        Some((schema, name)) if catalog.is_visible(path, schema, name) => quote(name),
        found => qualified_name(catalog, oid, found),
    }
}

/// A relation's name, always qualified.
pub fn qualified(context: &SystemContext<'_>, oid: Oid) -> String {
    qualified_name(context.catalog, oid, context.relation_name(oid))
}

fn qualified_name(catalog: &Catalog, oid: Oid, found: Option<(Oid, &str)>) -> String {
    match found {
        // The session's own is called so in what might be run again.
        Some((TEMPORARY_SCHEMA, name)) => format!("{PG_TEMP}.{}", quote(name)),
        Some((schema, name)) => format!("{}.{}", quote(super::schema_name(catalog, schema)), quote(name)),
        None => oid.to_string(),
    }
}

/// Stored SQL of an expression as it is shown: sequences, which it names by number, get their names.
pub fn expression(context: &SystemContext<'_>, sql: &str) -> String {
    const CAST: &str = "'::regclass";
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find(CAST) {
        let (before, after) = rest.split_at(at);
        let digits = before.rfind('\'').map(|q| (q + 1, &before[q + 1..]));
        match digits.and_then(|(start, d)| d.parse().ok().map(|n| (start, Oid(n)))) {
            Some((start, oid)) => {
                out.push_str(&before[..start]);
                out.push_str(&relation(context, oid).replace('\'', "''"));
            }
            None => out.push_str(before),
        }
        out.push_str(CAST);
        rest = &after[CAST.len()..];
    }
    out.push_str(rest);
    context.with_type_names(out)
}

/// An expression over a table's columns as it is shown. One that has no shown form is as it was written.
pub fn table_expression(context: &SystemContext<'_>, table: &Table, sql: &str, pretty: bool) -> String {
    super::deparse::over_table(context, table, sql, pretty).unwrap_or_else(|| as_written(context, sql, pretty))
}

fn as_written(context: &SystemContext<'_>, sql: &str, pretty: bool) -> String {
    let shown = expression(context, sql);
    if pretty { bare(&shown).to_owned() } else { parenthesized(&shown) }
}

/// The default or generation expression of a column as it is shown.
pub fn column_default(context: &SystemContext<'_>, table: &Table, column: &Column, pretty: bool) -> Option<String> {
    let sql = column.default.as_ref()?;
    if column.generated {
        return Some(table_expression(context, table, sql, pretty));
    }
    let shown = super::deparse::default(context, sql, column.ty, pretty);
    Some(shown.unwrap_or_else(|| expression(context, sql)))
}

/// Takes off parentheses that enclose the whole text.
pub(super) fn bare(sql: &str) -> &str {
    let Some(inside) = sql.strip_prefix('(').and_then(|s| s.strip_suffix(')')) else { return sql };
    let (mut depth, mut in_string) = (0_i32, false);
    for c in inside.chars() {
        match c {
            '\'' => in_string = !in_string,
            '(' if !in_string => depth += 1,
            ')' if !in_string => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return sql;
        }
    }
    inside
}

/// In parentheses, just once.
fn parenthesized(sql: &str) -> String {
    format!("({})", bare(sql))
}

/// Whether an expression may stand in an index without parentheses: a call, and nothing around it.
fn is_call(sql: &str) -> bool {
    let Some(open) = sql.find('(') else { return false };
    let name = &sql[..open];
    !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        && sql.ends_with(')')
        && bare(&sql[open..]).len() + 2 == sql.len() - open
}

fn column(table: &Table, number: i16) -> String {
    table.column(number).map_or_else(|| "?column?".to_owned(), |c| quote(&c.name))
}

fn columns(table: &Table, numbers: &[i16]) -> String {
    numbers.iter().map(|n| column(table, *n)).collect::<Vec<_>>().join(", ")
}

/// One key of an index, without its order.
pub fn index_key(context: &SystemContext<'_>, table: &Table, key: &IndexKey, pretty: bool) -> String {
    match key {
        IndexKey::Column(number) => column(table, *number),
        IndexKey::Expression { sql, .. } => {
            let shown = table_expression(context, table, sql, pretty);
            if is_call(&shown) { shown } else { format!("({shown})") }
        }
    }
}

/// The keys of an index as it was made: with operator classes that are not the type's own, order, and the operators of
/// an exclusion constraint if they are wanted.
fn index_keys(context: &SystemContext<'_>, table: &Table, index: &Index, pretty: bool, operators: bool) -> String {
    let keys = index.keys.iter().enumerate().map(|(at, (key, descending, nulls_first))| {
        let mut out = index_key(context, table, key, pretty);
        if let Some(class) = index.class(at).and_then(opclass::by_oid) {
            out.push_str(&format!(" {}", quote(class.name)));
        } else if let Some(class) = index.class(at).and_then(|oid| context.catalog.operator_class(oid)) {
            out.push_str(&format!(" {}", operator_classes::class_text(context.catalog, context.search_path, class)));
        }
        match (descending, nulls_first) {
            (false, true) => out.push_str(" NULLS FIRST"),
            (true, true) => out.push_str(" DESC"),
            (true, false) => out.push_str(" DESC NULLS LAST"),
            (false, false) => {}
        }
        if let Some(operator) = index.exclusion.get(at).filter(|_| operators) {
            out.push_str(&format!(" WITH {}", registry::operator(*operator).map_or("=", |o| o.name)));
        }
        out
    });
    keys.collect::<Vec<_>>().join(", ")
}

/// What stands behind the keys of an index, its predicate apart.
fn index_tail(table: &Table, index: &Index) -> String {
    let mut out = String::new();
    if !index.include.is_empty() {
        out.push_str(&format!(" INCLUDE ({})", columns(table, &index.include)));
    }
    if index.nulls_not_distinct {
        out.push_str(" NULLS NOT DISTINCT");
    }
    if !index.options.is_empty() {
        let option = |o: &String| {
            let (name, value) = o.split_once('=').unwrap_or((o, ""));
            let plain = !value.is_empty() && quote(value) == value;
            let value = if plain { value.to_owned() } else { format!("'{}'", value.replace('\'', "''")) };
            format!("{}={value}", quote(name))
        };
        let options: Vec<String> = index.options.iter().map(option).collect();
        out.push_str(&format!(" WITH ({})", options.join(", ")));
    }
    out
}

/// `pg_get_indexdef`. `pretty` leaves out parentheses and schemas that are not needed. The index of a partitioned table
/// is made for it only, since each partition's has a definition of its own.
pub fn index(context: &SystemContext<'_>, table: &Table, index: &Index, pretty: bool) -> String {
    let unique = if index.is_unique() { "UNIQUE " } else { "" };
    let table_name = if pretty { relation(context, table.oid) } else { qualified(context, table.oid) };
    let (name, method) = (quote(&index.name), index.method.name());
    let only = if table.partitioned.is_some() { "ONLY " } else { "" };
    let keys = index_keys(context, table, index, pretty, false);
    let mut out = format!("CREATE {unique}INDEX {name} ON {only}{table_name} USING {method} ({keys})");
    out.push_str(&index_tail(table, index));
    if let Some(predicate) = &index.predicate {
        let shown = table_expression(context, table, predicate, pretty);
        out.push_str(&format!(" WHERE {shown}"));
    }
    out
}

/// An exclusion constraint without its timing.
fn exclusion(context: &SystemContext<'_>, table: &Table, index: &Index, pretty: bool) -> String {
    let keys = index_keys(context, table, index, pretty, true);
    let mut out = format!("EXCLUDE USING {} ({keys}){}", index.method.name(), index_tail(table, index));
    if let Some(predicate) = &index.predicate {
        let shown = table_expression(context, table, predicate, pretty);
        out.push_str(&format!(" WHERE ({shown})"));
    }
    out
}

/// `pg_get_constraintdef` of the constraint with this OID.
/// `pretty` leaves out parentheses that are not needed.
pub fn constraint(context: &SystemContext<'_>, oid: Oid, pretty: bool) -> Option<String> {
    let of_table = || context.catalog.tables.values().find_map(|t| constraint_of(context, t, oid, pretty));
    let of_domain = |t: &std::sync::Arc<UserType>| {
        let domain = t.domain()?;
        domain_check(context, domain, domain.checks.iter().find(|c| c.oid == oid)?, pretty).into()
    };
    of_table().or_else(|| context.catalog.types.values().find_map(of_domain))
}

/// A check of a domain.
pub fn domain_check(context: &SystemContext<'_>, domain: &Domain, check: &CheckConstraint, pretty: bool) -> String {
    let shown = super::deparse::over_value(context, domain.base, &check.sql, pretty);
    let shown = shown.unwrap_or_else(|| as_written(context, &check.sql, pretty));
    format!("CHECK ({shown}){}", if check.validated { "" } else { " NOT VALID" })
}

fn constraint_of(context: &SystemContext<'_>, t: &Table, oid: Oid, pretty: bool) -> Option<String> {
    let timing = |deferrable: bool, deferred: bool| match (deferrable, deferred) {
        (_, true) => " DEFERRABLE INITIALLY DEFERRED",
        (true, false) => " DEFERRABLE",
        _ => "",
    };
    if let Some(u) = t.uniques.iter().find(|u| u.oid == oid) {
        let index = t.indexes.iter().find(|i| i.oid == u.index)?;
        if u.exclusion {
            let shown = exclusion(context, t, index, pretty);
            return Some(format!("{shown}{}", timing(u.deferrable, u.initially_deferred)));
        }
        let keys: Vec<String> = index.keys.iter().map(|k| index_key(context, t, &k.0, pretty)).collect();
        let kind = match (u.primary, index.nulls_not_distinct) {
            (true, _) => "PRIMARY KEY",
            (false, true) => "UNIQUE NULLS NOT DISTINCT",
            (false, false) => "UNIQUE",
        };
        let include =
            if index.include.is_empty() { String::new() } else { format!(" INCLUDE ({})", columns(t, &index.include)) };
        return Some(format!("{kind} ({}){include}{}", keys.join(", "), timing(u.deferrable, u.initially_deferred)));
    }
    if let Some(c) = t.checks.iter().find(|c| c.oid == oid) {
        let inherit = if c.no_inherit { " NO INHERIT" } else { "" };
        let valid = if c.validated { "" } else { " NOT VALID" };
        let shown = table_expression(context, t, &c.sql, pretty);
        return Some(format!("CHECK ({shown}){inherit}{valid}"));
    }
    let f = foreign_part::find(context.catalog, t, oid)?;
    let valid = if f.validated { "" } else { " NOT VALID" };
    Some(format!("{}{}{valid}", foreign_key(context, t, &f), timing(f.deferrable, f.initially_deferred)))
}

fn foreign_key(context: &SystemContext<'_>, t: &Table, f: &ForeignKey) -> String {
    let theirs = context.catalog.table(f.parent).map_or_else(String::new, |p| columns(p, &f.parent_columns));
    let mut out =
        format!("FOREIGN KEY ({}) REFERENCES {}({theirs})", columns(t, &f.columns), relation(context, f.parent));
    if f.matching == FkMatch::Full {
        out.push_str(" MATCH FULL");
    }
    for (when, action) in [("UPDATE", f.on_update), ("DELETE", f.on_delete)] {
        let action = match action {
            FkAction::NoAction => continue,
            FkAction::Restrict => "RESTRICT",
            FkAction::Cascade => "CASCADE",
            FkAction::SetNull => "SET NULL",
            FkAction::SetDefault => "SET DEFAULT",
        };
        out.push_str(&format!(" ON {when} {action}"));
        if when == "DELETE" && !f.delete_sets.is_empty() {
            out.push_str(&format!(" ({})", columns(t, &f.delete_sets)));
        }
    }
    out
}

/// `pg_get_viewdef`, of a materialized view too. What has no shown form is as it was written.
pub fn view(context: &SystemContext<'_>, oid: Oid, layout: Layout) -> Option<String> {
    let (sql, columns): (&str, Vec<String>) = match context.catalog.views.get(&oid) {
        Some(view) => (&view.sql, view.columns.iter().map(|c| c.0.clone()).collect()),
        None => {
            let table = context.catalog.table(oid)?;
            (&table.materialized.as_ref()?.sql, table.visible_columns().map(|c| c.name.clone()).collect())
        }
    };
    let shown = super::deparse::view(context, sql, &columns, layout);
    Some(shown.unwrap_or_else(|| context.with_type_names(format!(" {sql}"))) + ";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parentheses_are_counted() {
        assert_eq!(bare("(a > 0)"), "a > 0");
        assert_eq!(bare("(a) + (b)"), "(a) + (b)");
        assert_eq!(parenthesized("a = '('"), "(a = '(')");
        assert!(is_call("lower(a)") && is_call("f(g(a), '(')"));
        assert!(!is_call("lower(a) || lower(b)") && !is_call("a + 1") && !is_call("(a)"));
    }
}
