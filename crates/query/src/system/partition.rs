//! Partition keys and bounds as PostgreSQL shows them (`pg_get_partkeydef`, `pg_get_expr` of `relpartbound`), and
//! `pg_partitioned_table` (<https://www.postgresql.org/docs/15/catalog-pg-partitioned-table.html>).
//!
//! Only for show: which rows a partition takes is said in [`crate::partition`].

use std::collections::BTreeSet;

use gavel_binder::{BindContext, TableExpr};
use gavel_catalog::{
    IndexKey, IndexMethod, PartitionBound, PartitionKey, PartitionOn, PartitionPart, PartitionStrategy, RangeEdge,
    Table,
};
use gavel_functions::registry;
use gavel_types::text_io::{self, TextStyle};
use gavel_types::{Oid, PgType};

use super::opclass::{self, OperatorClass};
use super::resolver::style_over;
use super::table::{Rows, numbers, oids};
use super::{SystemContext, definition, deparse, operator_classes};
use crate::ddl::collation::COLLATIONS;
use crate::ddl::names::quote;
use crate::partition::stored_style;

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    if name != "pg_partitioned_table" {
        return false;
    }
    for t in context.catalog.tables.values() {
        let Some(key) = &t.partitioned else { continue };
        let parts = parts(context, t, key);
        out.add(|row| {
            let strategy = match key.strategy {
                PartitionStrategy::List => 'l',
                PartitionStrategy::Range => 'r',
                PartitionStrategy::Hash => 'h',
            };
            row.set("partrelid", t.oid).set("partstrat", strategy);
            row.set("partnatts", i16::try_from(key.parts.len()).unwrap_or(0));
            row.set("partdefid", default_partition(context, t).unwrap_or_default());
            row.set("partattrs", numbers(key.parts.iter().map(|p| column_number(p).unwrap_or(0))));
            row.set(
                "partclass",
                oids(parts.iter().map(|p| p.own_class.or(p.class.map(|c| c.oid)).unwrap_or_default())),
            );
            row.set("partcollation", oids(parts.iter().map(|p| p.collation)));
            row.set("partexprs", stored_expressions(key));
        });
    }
    true
}

fn default_partition(context: &SystemContext<'_>, table: &Table) -> Option<Oid> {
    let is_default =
        |child: &&Oid| context.catalog.table(**child).is_some_and(|t| matches!(t.bound, Some(PartitionBound::Default)));
    table.children.iter().find(is_default).copied()
}

fn column_number(part: &PartitionPart) -> Option<i16> {
    match part.key {
        PartitionOn::Column(number) => Some(number),
        PartitionOn::Expression(_) => None,
    }
}

fn expressions(key: &PartitionKey) -> impl Iterator<Item = &str> {
    key.parts.iter().filter_map(|p| match &p.key {
        PartitionOn::Column(_) => None,
        PartitionOn::Expression(sql) => Some(sql.as_str()),
    })
}

/// What `partexprs` holds; `None` if the key has columns alone.
fn stored_expressions(key: &PartitionKey) -> Option<String> {
    let all: Vec<&str> = expressions(key).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// Numbers of the columns that the key of a partitioned table is made of, in order.
pub(super) fn key_columns(context: &SystemContext<'_>, table: &Table) -> BTreeSet<i16> {
    let Some(key) = &table.partitioned else { return BTreeSet::new() };
    let columns = key.parts.iter().filter_map(column_number);
    columns.chain(expressions(key).flat_map(|sql| mentioned(context, table, sql))).collect()
}

/// Numbers of the columns that an expression over the table has, as they come.
fn mentioned(context: &SystemContext<'_>, table: &Table, sql: &str) -> Vec<i16> {
    let style = style_over(context.catalog);
    let binding = BindContext {
        catalog: context.catalog,
        search_path: &[],
        user: "",
        subject: None,
        style: &style,
        session_path: &[],
        calls: None,
        opaque_calls: false,
        rows: None,
    };
    let bound = gavel_binder::bind_table_expr(&binding, sql, table, TableExpr::Stored);
    bound.map(|(_, columns)| columns.into_iter().map(|(number, _)| number).collect()).unwrap_or_default()
}

/// The type that a part of a key has, a domain perhaps, and the one of its values.
#[derive(Clone, Copy)]
pub(super) struct KeyType {
    pub declared: PgType,
    pub base: PgType,
}

/// One part of a partition key, as conditions over it are written.
pub(super) struct Part {
    /// The column or expression.
    pub shown: String,
    pub ty: KeyType,
    /// The collation that it has by itself, and the one that the key compares it by; 0 for none.
    pub own_collation: Oid,
    pub collation: Oid,
    /// In the place of a class of users the default one.
    pub class: Option<&'static OperatorClass>,
    /// The class of users that is named.
    pub own_class: Option<Oid>,
}

/// The collation of a type's values; 0 for none.
pub(super) fn type_collation(ty: PgType) -> Oid {
    registry::type_info(ty.oid).map_or(Oid(0), |t| t.collation)
}

fn key_type(table: &Table, part: &PartitionPart) -> KeyType {
    let column = column_number(part).and_then(|n| table.column(n));
    KeyType { declared: column.map_or(part.ty, |c| c.declared()), base: part.ty }
}

/// The parts of a table's key.
pub(super) fn parts(context: &SystemContext<'_>, table: &Table, key: &PartitionKey) -> Vec<Part> {
    let method = if key.strategy == PartitionStrategy::Hash { IndexMethod::Hash } else { IndexMethod::Btree };
    let one = |part: &PartitionPart| {
        let column = column_number(part).and_then(|n| table.column(n));
        let shown = match &part.key {
            PartitionOn::Column(_) => column.map_or_else(|| "?column?".to_owned(), |c| quote(&c.name)),
            PartitionOn::Expression(sql) => definition::table_expression(context, table, sql, false),
        };
        let of_type = type_collation(part.ty);
        // An expression has the collation of its columns.
        let own = match &part.key {
            PartitionOn::Column(_) => column.and_then(|c| c.collation),
            PartitionOn::Expression(_) if of_type == Oid(0) => None,
            PartitionOn::Expression(sql) => {
                let columns = mentioned(context, table, sql);
                columns.iter().filter_map(|n| table.column(*n)).find_map(|c| c.collation)
            }
        };
        let class = match part.class {
            Oid(0) => None,
            named => opclass::by_oid(named),
        };
        let class = class.or_else(|| opclass::default_of(method, part.ty.oid));
        let own_class = context.catalog.operator_class(part.class).map(|c| c.oid);
        Part {
            shown,
            ty: key_type(table, part),
            own_collation: own.unwrap_or(of_type),
            collation: part.collation.unwrap_or(of_type),
            class,
            own_class,
        }
    };
    key.parts.iter().map(one).collect()
}

/// `pg_get_partkeydef`: `RANGE (a, lower(b) COLLATE "C")`; `None` of a table that is not partitioned.
pub fn key(context: &SystemContext<'_>, table: &Table) -> Option<String> {
    let key = table.partitioned.as_ref()?;
    let word = match key.strategy {
        PartitionStrategy::List => "LIST",
        PartitionStrategy::Range => "RANGE",
        PartitionStrategy::Hash => "HASH",
    };
    let shown = key.parts.iter().zip(parts(context, table, key)).map(|(part, known)| {
        let mut out = match &part.key {
            PartitionOn::Column(_) => known.shown,
            PartitionOn::Expression(sql) => {
                let key = IndexKey::Expression { sql: sql.clone(), ty: part.ty, id: 0 };
                definition::index_key(context, table, &key, false)
            }
        };
        if known.collation != Oid(0) && known.collation != known.own_collation {
            out.push_str(&collate(known.collation));
        }
        if let Some(class) = known.own_class.and_then(|oid| context.catalog.operator_class(oid)) {
            out.push_str(&format!(" {}", operator_classes::class_text(context.catalog, context.search_path, class)));
        } else if let Some(class) = known.class.filter(|c| !c.is_default_of(part.ty.oid)) {
            out.push_str(&format!(" {}", quote(class.name)));
        }
        out
    });
    Some(format!("{word} ({})", shown.collect::<Vec<_>>().join(", ")))
}

/// ` COLLATE "C"`.
pub(super) fn collate(collation: Oid) -> String {
    let name = COLLATIONS.iter().find(|(_, oid)| *oid == collation).map_or("default", |(name, _)| *name);
    format!(" COLLATE {}", quote(name))
}

/// The partitioned table that a partition belongs to, with its key.
pub(super) fn parent<'a>(context: &SystemContext<'a>, table: &Table) -> Option<(&'a Table, &'a PartitionKey)> {
    let catalog = context.catalog;
    let parent: &'a Table = catalog.table(*table.inherits.first()?)?;
    Some((parent, parent.partitioned.as_ref()?))
}

/// The bound of a partition, as `relpartbound` has it: `FOR VALUES …` or `DEFAULT`. `None` of what is no partition.
pub fn bound(context: &SystemContext<'_>, table: &Table) -> Option<String> {
    bound_with(context, table, |_, _| None)
}

/// The same with dates and times as the session writes them.
fn session_bound(context: &SystemContext<'_>, table: &Table) -> Option<String> {
    let stored = stored_style(context.catalog);
    let own = TextStyle { names: stored.names.clone(), ..context.settings.text_style().clone() };
    bound_with(context, table, |text, ty| {
        registry::type_info(ty.oid).filter(|t| matches!(t.category, 'D' | 'T'))?;
        let value = text_io::parse(text, ty, &stored).ok()?;
        let mut out = String::from("'");
        text_io::write(&value, ty, &own, &mut out);
        out.push('\'');
        Some(out)
    })
}

/// `constant` may say how a value is shown.
fn bound_with(
    context: &SystemContext<'_>,
    table: &Table,
    constant: impl Fn(&str, PgType) -> Option<String>,
) -> Option<String> {
    let bound = table.bound.as_ref()?;
    let (parent, key) = parent(context, table)?;
    let value = |at: usize, text: &str| match key.parts.get(at) {
        Some(part) => constant(text, part.ty).unwrap_or_else(|| key_type(parent, part).constant(context, text, false)),
        None => text.to_owned(),
    };
    let edges = |edges: &[RangeEdge]| {
        let one = |(at, edge): (usize, &RangeEdge)| match edge {
            RangeEdge::Min => "MINVALUE".to_owned(),
            RangeEdge::Max => "MAXVALUE".to_owned(),
            RangeEdge::Value(text) => value(at, text),
        };
        edges.iter().enumerate().map(one).collect::<Vec<_>>().join(", ")
    };
    Some(match bound {
        PartitionBound::Default => "DEFAULT".to_owned(),
        PartitionBound::List(values) => {
            let one = |text: &Option<String>| text.as_ref().map_or_else(|| "NULL".to_owned(), |t| value(0, t));
            format!("FOR VALUES IN ({})", values.iter().map(one).collect::<Vec<_>>().join(", "))
        }
        PartitionBound::Range { from, to } => format!("FOR VALUES FROM ({}) TO ({})", edges(from), edges(to)),
        PartitionBound::Hash { modulus, remainder } => {
            format!("FOR VALUES WITH (modulus {modulus}, remainder {remainder})")
        }
    })
}

/// What `pg_get_expr` makes of what `relpartbound` and `partexprs` hold; `None` for other expressions.
pub fn shown(context: &SystemContext<'_>, table: &Table, stored: &str, pretty: bool) -> Option<String> {
    if table.bound.is_some() && (stored == "DEFAULT" || stored.starts_with("FOR VALUES ")) {
        return session_bound(context, table);
    }
    let key = table.partitioned.as_ref().filter(|key| stored_expressions(key).as_deref() == Some(stored))?;
    let shown = expressions(key).map(|sql| definition::table_expression(context, table, sql, pretty));
    Some(shown.collect::<Vec<_>>().join(", "))
}

impl KeyType {
    /// A value without the name of its type, or with it where it has one.
    pub fn constant(&self, context: &SystemContext<'_>, text: &str, labelled: bool) -> String {
        if !self.declared.oid.is_over_domain() {
            return deparse::constant(context, text, self.declared, labelled);
        }
        // A constant of a domain has quotes, whatever it is over.
        let shown = deparse::constant(context, text, self.base, false);
        let shown = if shown.starts_with('\'') { shown } else { format!("'{shown}'") };
        let label =
            if labelled { format!("::{}", text_io::type_name_with_typmod(self.declared)) } else { String::new() };
        format!("{shown}{label}")
    }
}
