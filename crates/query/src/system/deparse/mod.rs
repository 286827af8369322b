//! Stored queries and expressions as PostgreSQL shows them (`pg_get_viewdef`, `pg_get_expr`, `\d`): the text is bound
//! again with its query tree recorded, and written from that. Only for show: what is run is the stored text, except
//! that a change of names or columns writes views anew ([`renamed_view`], [`restated_view`]). What has no form here is
//! shown as it is stored.
//!
//! | module | what it writes |
//! |---|---|
//! | `writer` | where text goes: lines, indentation, parentheses |
//! | `query` | queries, clause by clause |
//! | `from` | FROM items and joins |
//! | `names` | what FROM items are called |
//! | `columns` | what their columns are called |
//! | `scalar` | expressions |
//! | `simple` | which operands need no parentheses |
//! | `call` | functions, aggregates, window calls |
//! | `constant` | constants |

mod call;
mod columns;
mod constant;
mod from;
mod names;
mod query;
mod scalar;
mod simple;
mod writer;

use std::collections::HashMap;
use std::sync::Arc;

use gavel_binder::bound::{ColumnId, Scalar, ScalarKind};
use gavel_binder::query_tree::{Body, Form, FromTree, RangeKind, StoredTree};
use gavel_binder::{
    BindContext, WrittenRule, bind, parse, query_tree, recorded_default, recorded_policy, recorded_table_expr,
    rule_definition,
};
use gavel_catalog::rule::Rule;
use gavel_catalog::{Catalog, Column, Policy, Table};
use gavel_functions::registry;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Datum, Oid, PgType};
use sqlparser::ast::Expr;

use super::resolver::{CatalogNames, style_over};
use super::{SystemContext, definition};
use crate::ddl::collation::COLLATIONS;
use simple::Parent;
use writer::Writer;

/// How a query is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Fewer parentheses.
    pub pretty: bool,
    /// Columns of a line before items of lists go to the next; 0: each has its own, below 0: none.
    pub wrap: i32,
    /// To be kept: aliases are [`StoredAlias`](gavel_binder::query_tree::StoredAlias)es.
    pub stored: bool,
}

impl Layout {
    /// As `pg_get_viewdef` has it.
    pub fn of(pretty: bool) -> Self {
        Self { pretty, wrap: 0, stored: false }
    }
}

/// The query of a view whose columns are called `columns`, without a semicolon.
pub fn view(context: &SystemContext<'_>, sql: &str, columns: &[String], layout: Layout) -> Option<String> {
    let tree = tree_of(context.catalog, sql)?;
    let style = session_style(context);
    let shown = written(context.catalog, (context.search_path, &style), &tree, Some(columns), layout)?;
    Some(context.with_type_names(shown))
}

/// The condition of a query over the rows `old` and `new`.
pub fn condition(context: &SystemContext<'_>, sql: &str, pretty: bool) -> Option<String> {
    let tree = tree_of(context.catalog, sql)?;
    let style = session_style(context);
    let mut writer = Writer::new(context.catalog, context.search_path, &style, Layout::of(pretty), &tree.calls);
    writer.names = names::Names::of_rows();
    writer.query(&tree.query, None, true)?;
    let (_, condition) = writer.out.split_once("\n  WHERE ")?;
    Some(context.with_type_names(condition.to_owned()))
}

/// A view's text, which was stored when `before` was the catalog, with the names that `after` has.
pub fn renamed_view(before: &Arc<Catalog>, after: &Arc<Catalog>, sql: &str) -> Option<String> {
    readable(after, kept(after, &tree_of(before, sql)?)?)
}

/// The same where columns of relations have come or gone; `None` if the text still means what it did.
pub fn restated_view(before: &Arc<Catalog>, after: &Arc<Catalog>, sql: &str) -> Option<String> {
    let text = kept(after, &tree_of(before, sql)?)?;
    if reread(after, sql).as_ref() == Some(&text) { None } else { readable(after, text) }
}

/// What to keep of a query whose text is `sql`: `stored`, the text with names qualified and stars spelled out, unless that
/// means something else, or nothing, since names in it hide each other.
pub fn settled(context: &BindContext<'_>, catalog: &Arc<Catalog>, sql: &str, stored: String) -> String {
    let context = BindContext { opaque_calls: true, calls: None, ..*context };
    let meant = query_tree(&context, sql).ok().and_then(|tree| kept(catalog, &tree));
    match meant {
        Some(text) if reread(catalog, &stored).as_ref() != Some(&text) => readable(catalog, text).unwrap_or(stored),
        _ => stored,
    }
}

/// Whether a query that is kept as `sql` uses a column of a table, which it would not if it could be written without it;
/// `None` if it has no form here.
pub fn uses_column(catalog: &Arc<Catalog>, sql: &str, table: &Table, number: i16) -> Option<bool> {
    let tree = tree_of(catalog, sql)?;
    kept(catalog, &tree)?;
    let mut without = Catalog::clone(catalog);
    let mut table = Table::clone(table);
    table.columns.iter_mut().filter(|c| c.number == number).for_each(|c| c.dropped = true);
    without.put_table(Arc::new(table));
    Some(kept(&Arc::new(without), &tree).is_none())
}

/// Whether a query that is kept as `sql` could not be read any more if a table were as `other` has it.
pub fn needs(catalog: &Arc<Catalog>, sql: &str, other: &Table) -> bool {
    let mut changed = Catalog::clone(catalog);
    changed.put_table(Arc::new(other.clone()));
    can_be_read(catalog, sql) && !can_be_read(&Arc::new(changed), sql)
}

/// Whether a query that is kept can be bound. Its tree would not tell, which takes columns that are not grouped.
fn can_be_read(catalog: &Arc<Catalog>, sql: &str) -> bool {
    let style = style_over(catalog);
    let context = opaque(catalog, &[], &style);
    parse(sql).is_ok_and(|parsed| parsed.iter().all(|p| bind(&context, &p.statement, sql, &[]).is_ok()))
}

/// Whether a rule, with the relation that it is on, uses a column of `table`: it could not be read without the column, or
/// not if that had another type. `None` if it cannot be read as it is.
pub fn rule_uses_column(catalog: &Arc<Catalog>, (on, rule): (Oid, &Rule), table: &Table, number: i16) -> Option<bool> {
    let is_read_with = |change: &dyn Fn(&mut Column)| {
        let mut table = Table::clone(table);
        table.columns.iter_mut().filter(|c| c.number == number).for_each(change);
        let mut changed = Catalog::clone(catalog);
        changed.put_table(Arc::new(table));
        rule_can_be_read(&Arc::new(changed), on, rule)
    };
    if !rule_can_be_read(catalog, on, rule) {
        return None;
    }
    let other = |ty: PgType| PgType::new(if ty.oid == Oid::UUID { Oid::POINT } else { Oid::UUID });
    let without = is_read_with(&|c| c.dropped = true);
    Some(!without || !is_read_with(&|c| (c.ty, c.domain) = (other(c.ty), None)))
}

fn rule_can_be_read(catalog: &Arc<Catalog>, on: Oid, rule: &Rule) -> bool {
    let relation = match (catalog.table(on), catalog.views.get(&on)) {
        (Some(table), _) => Arc::clone(table),
        (None, Some(view)) => Arc::new(view.as_table(catalog)),
        (None, None) => return false,
    };
    let style = style_over(catalog);
    let actions: Vec<String> = rule.actions.iter().map(|action| action.sql.clone()).collect();
    let (event, instead, condition) = (rule.event, rule.instead, rule.condition.as_deref());
    let written = WrittenRule { event, instead, condition, actions: &actions };
    rule_definition(&opaque(catalog, &[], &style), &relation, written).is_ok()
}

/// The collations that the columns of a query have by COLLATE, or as columns of tables; no more than are known.
pub fn collations(catalog: &Arc<Catalog>, sql: &str) -> Vec<Option<String>> {
    let Some(tree) = tree_of(catalog, sql) else { return vec![] };
    let Body::Select(select) = &tree.query.body else { return vec![] };
    let of_table = |id: ColumnId| {
        let (relation, number) = select.from.iter().find_map(|item| {
            let FromTree::Range(range) = item else { return None };
            let RangeKind::Relation(relation) = range.kind else { return None };
            let column = range.columns.iter().find(|c| c.id == id)?;
            Some((relation, column.number))
        })?;
        let column = catalog.table(relation)?.column(number)?;
        let own = column.collation.or_else(|| Some(registry::type_info(column.ty.oid)?.collation))?;
        COLLATIONS.iter().find(|(_, oid)| *oid == own).map(|(name, _)| (*name).to_owned())
    };
    let collation = |value: &Scalar| match &value.kind {
        ScalarKind::Form { form, .. } => match &**form {
            Form::Collate(name) => Some(name.clone()),
            _ => None,
        },
        ScalarKind::Column(id) => of_table(*id),
        _ => None,
    };
    select.targets.iter().map(|(_, value)| collation(value)).collect()
}

/// A tree as text to be kept.
fn kept(catalog: &Arc<Catalog>, tree: &StoredTree) -> Option<String> {
    let style = shown_style(catalog, &[]);
    written(catalog, (&[], &style), tree, None, Layout { pretty: false, wrap: -1, stored: true })
}

/// What text means, as text to be kept.
fn reread(catalog: &Arc<Catalog>, sql: &str) -> Option<String> {
    kept(catalog, &tree_of(catalog, sql)?)
}

/// Text that means what it says when it is read.
fn readable(catalog: &Arc<Catalog>, text: String) -> Option<String> {
    (reread(catalog, &text)? == text).then(|| text.trim_start().to_owned())
}

fn tree_of(catalog: &Arc<Catalog>, sql: &str) -> Option<StoredTree> {
    let style = style_over(catalog);
    query_tree(&opaque(catalog, &[], &style), sql).ok()
}

fn written(
    catalog: &Arc<Catalog>,
    (search_path, style): (&[String], &TextStyle),
    tree: &StoredTree,
    columns: Option<&[String]>,
    layout: Layout,
) -> Option<String> {
    let mut writer = Writer::new(catalog, search_path, style, layout, &tree.calls);
    writer.query(&tree.query, columns, true)?;
    Some(writer.out)
}

/// Names of objects are qualified only if they must be.
fn shown_style(catalog: &Arc<Catalog>, search_path: &[String]) -> TextStyle {
    let names = CatalogNames { catalog: Arc::clone(catalog), search_path: search_path.to_vec(), subject: None };
    TextStyle { names: Some(Arc::new(names)), ..TextStyle::default() }
}

/// How a session is shown constants: as it reads and writes values.
fn session_style(context: &SystemContext<'_>) -> TextStyle {
    let TextStyle { names, .. } = shown_style(context.catalog, context.search_path);
    TextStyle { names, ..context.settings.text_style().clone() }
}

fn bind_context<'a>(context: &SystemContext<'a>, style: &'a TextStyle) -> BindContext<'a> {
    opaque(context.catalog, context.search_path, style)
}

/// Calls of users' functions are to be shown, not run.
fn opaque<'a>(catalog: &'a Arc<Catalog>, search_path: &'a [String], style: &'a TextStyle) -> BindContext<'a> {
    BindContext {
        catalog,
        search_path,
        user: "",
        subject: None,
        style,
        session_path: search_path,
        calls: None,
        opaque_calls: true,
        rows: None,
    }
}

/// An expression over the columns of `table`; `None` if it cannot be shown from its bound form.
pub fn over_table(context: &SystemContext<'_>, table: &Table, sql: &str, pretty: bool) -> Option<String> {
    over(context, table, sql, pretty, &|n| table.column(n).map(|c| c.name.clone()))
}

/// A condition of a policy of `table`; as it is kept if it cannot be shown from its bound form.
pub fn policy(context: &SystemContext<'_>, table: &Table, policy: &Policy, sql: &str, pretty: bool) -> String {
    let shown = over_policy(context, table, policy, sql, pretty);
    shown.unwrap_or_else(|| context.with_type_names(sql.to_owned()))
}

fn over_policy(context: &SystemContext<'_>, table: &Table, policy: &Policy, sql: &str, pretty: bool) -> Option<String> {
    let style = shown_style(context.catalog, context.search_path);
    let binding = bind_context(context, &style);
    let (scalar, mentioned, calls) = recorded_policy(&binding, sql, (table, &policy.called)).ok()?;
    let style = session_style(context);
    let mut writer = Writer::new(context.catalog, context.search_path, &style, Layout::of(pretty), &calls);
    for (number, id) in mentioned {
        writer.names.add_bare(id, table.column(number).map(|c| c.name.clone()));
    }
    writer.names.bare_of(table.name.clone());
    writer.scalar(&scalar)?;
    Some(context.with_type_names(writer.out))
}

/// An expression over the columns of `table` in one form, however it was written: for comparing.
pub fn plain(catalog: &Arc<Catalog>, table: &Table, sql: &str) -> Option<String> {
    of_table(catalog, table, sql, Layout::of(false))
}

/// The same with no more parentheses than it takes: for messages.
pub fn brief(catalog: &Arc<Catalog>, table: &Table, sql: &str) -> Option<String> {
    of_table(catalog, table, sql, Layout::of(true))
}

fn of_table(catalog: &Arc<Catalog>, table: &Table, sql: &str, layout: Layout) -> Option<String> {
    let style = shown_style(catalog, &[]);
    let expr = parse::parse_expression(sql).ok()?;
    let (scalar, mentioned) = recorded_table_expr(&opaque(catalog, &[], &style), &expr, sql, table).ok()?;
    let calls = HashMap::new();
    let mut writer = Writer::new(catalog, &[], &style, layout, &calls);
    for (number, id) in mentioned {
        writer.names.add_bare(id, table.column(number).map(|c| c.name.clone()));
    }
    writer.scalar(&scalar)?;
    Some(writer.out)
}

/// A check of a domain over `base`.
pub fn over_value(context: &SystemContext<'_>, base: PgType, sql: &str, pretty: bool) -> Option<String> {
    let table = crate::ddl::value_table(base);
    over(context, &table, sql, pretty, &|_| None)
}

/// `name` gives columns their names by number; one without is VALUE.
fn over(
    context: &SystemContext<'_>,
    table: &Table,
    sql: &str,
    pretty: bool,
    name: &dyn Fn(i16) -> Option<String>,
) -> Option<String> {
    let style = shown_style(context.catalog, context.search_path);
    let expr = parse::parse_expression(sql).ok()?;
    let (scalar, mentioned) = recorded_table_expr(&bind_context(context, &style), &expr, sql, table).ok()?;
    let (calls, style) = (HashMap::new(), session_style(context));
    let mut writer = Writer::new(context.catalog, context.search_path, &style, Layout::of(pretty), &calls);
    for (number, id) in mentioned {
        writer.names.add_bare(id, name(number));
    }
    writer.scalar(&scalar)?;
    Some(context.with_type_names(writer.out))
}

/// The default of a column of type `ty`. What the assignment itself casts is not shown; a cast that was written is.
pub fn default(context: &SystemContext<'_>, sql: &str, ty: PgType, pretty: bool) -> Option<String> {
    default_in(context, sql, ty, Layout::of(pretty), &session_style(context))
}

/// The same as catalogs keep it for all sessions.
pub fn kept_default(context: &SystemContext<'_>, sql: &str, ty: PgType) -> Option<String> {
    default_in(context, sql, ty, Layout::of(false), &shown_style(context.catalog, context.search_path))
}

fn default_in(
    context: &SystemContext<'_>,
    sql: &str,
    ty: PgType,
    layout: Layout,
    written: &TextStyle,
) -> Option<String> {
    let style = shown_style(context.catalog, context.search_path);
    let expr = parse::parse_expression(sql).ok()?;
    let scalar = recorded_default(&bind_context(context, &style), &expr, sql, ty).ok()?;
    let calls: HashMap<ColumnId, _> = HashMap::new();
    let mut writer = Writer::new(context.catalog, context.search_path, written, layout, &calls);
    let value = without_assignment(&scalar, ty, is_cast(&expr));
    if std::ptr::eq(value, &raw const scalar) {
        writer.scalar(value)?;
    } else {
        writer.operand(value, Parent::Other)?;
    }
    Some(context.with_type_names(writer.out))
}

/// A constant as descriptors keep it; `labelled`: with its type, if it needs it.
pub fn constant(context: &SystemContext<'_>, text: &str, ty: PgType, labelled: bool) -> String {
    let (calls, style) = (HashMap::new(), session_style(context));
    let mut writer = Writer::new(context.catalog, context.search_path, &style, Layout::of(false), &calls);
    match text_io::parse(text, ty, &TextStyle::default()) {
        Ok(value) => writer.constant(&value, ty, labelled),
        Err(_) => writer.constant(&Datum::text(text), PgType::TEXT, labelled),
    }
    context.with_type_names(writer.out)
}

fn is_cast(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_cast(inner),
        _ => matches!(expr, Expr::Cast { .. } | Expr::TypedString(_) | Expr::Interval(_)),
    }
}

/// The value before the length coercion and the cast that an assignment adds. Where a cast is written, it is not
/// taken for the assignment's.
fn without_assignment(scalar: &Scalar, ty: PgType, cast: bool) -> &Scalar {
    if cast {
        return scalar;
    }
    let value = match &scalar.kind {
        ScalarKind::Call { function, args } if scalar::is_length_cast(*function, ty.oid) => {
            args.first().unwrap_or(scalar)
        }
        _ => scalar,
    };
    match scalar::cast_of(value) {
        Some((input, target)) if target.oid == ty.oid => input,
        _ => value,
    }
}

/// Name of a relation, qualified only if it must be.
fn relation_name(catalog: &Catalog, search_path: &[String], oid: Oid) -> String {
    definition::relation_in(catalog, search_path, oid)
}
