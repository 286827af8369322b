//! `pg_attribute` and `pg_attrdef`.

use gavel_catalog::{Catalog, Column, Identity, IndexKey, system};
use gavel_functions::registry;
use gavel_types::{Oid, PgType};
use sqlparser::ast::Expr;

use super::classes::SEQUENCE_COLUMNS;
use super::table::{Row, Rows};
use super::{SystemContext, opclass, privileges};

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    match name {
        "pg_attribute" => attributes(context, out),
        "pg_attrdef" => defaults(context, out),
        _ => return false,
    }
    true
}

/// `text[]`.
const TEXT_ARRAY: Oid = Oid(1009);

/// What follows from a column's place, name and type.
fn attribute(row: &mut Row<'_>, relation: Oid, number: i16, name: &str, ty: PgType) {
    row.set("attrelid", relation).set("attnum", number).set("attname", name);
    row.set("atttypid", ty.oid).set("atttypmod", ty.typmod).set("attstattarget", -1).set("attcacheoff", -1);
    row.set("attislocal", true);
    if let Some(info) = registry::type_info(ty.oid) {
        row.set("attlen", info.len).set("attbyval", info.by_value).set("attalign", info.align);
        row.set("attstorage", info.storage).set("attcollation", info.collation);
        row.set("attndims", i32::from(info.category == 'A' && info.len == -1));
    }
}

fn attributes(context: &SystemContext<'_>, out: &mut Rows) {
    for relation in system::relations().iter().filter(|r| context.wants(r.oid, r.name)) {
        for c in &relation.columns {
            out.add(|row| {
                attribute(row, relation.oid, c.number, c.name, c.ty);
                row.set("attnotnull", c.not_null);
                // Text in the catalogs has collation C; views over them take what their expressions have.
                if !relation.view && matches!(c.ty.oid, Oid::TEXT | Oid::PG_NODE_TREE | TEXT_ARRAY) {
                    row.set("attcollation", Oid(950));
                }
            });
        }
    }
    for t in context.catalog.tables.values() {
        for c in t.columns.iter().filter(|_| context.wants(t.oid, &t.name)) {
            out.add(|row| {
                column(row, t.oid, c);
                row.set("attacl", privileges::value(context, &c.acl));
            });
        }
        for i in t.indexes.iter().filter(|i| context.wants(i.oid, &i.name)) {
            let keys = i.keys.iter().map(|k| match &k.0 {
                IndexKey::Column(n) => t.column(*n).map(|c| (c.name.clone(), c.ty)),
                IndexKey::Expression { sql, ty, .. } => Some((expression_name(context.catalog, sql), *ty)),
            });
            let included = i.include.iter().map(|n| t.column(*n).map(|c| (c.name.clone(), c.ty)));
            let mut taken: Vec<String> = Vec::new();
            for (number, found) in (1_i16..).zip(keys.chain(included)) {
                let Some((base, ty)) = found else { continue };
                let position = usize::try_from(number - 1).unwrap_or(0);
                let ty = if i.method.is_btree() { None } else { opclass::stored_type(t, i, position) }.unwrap_or(ty);
                let mut name = base.clone();
                let mut again = 0;
                while taken.contains(&name) {
                    again += 1;
                    name = format!("{base}{again}");
                }
                taken.push(name.clone());
                out.add(|row| attribute(row, i.oid, number, &name, ty));
            }
        }
    }
    for v in context.catalog.views.values().filter(|v| context.wants(v.oid, &v.name)) {
        for (number, (name, ty)) in (1_i16..).zip(&v.columns) {
            out.add(|row| {
                let base = context.catalog.base_type(ty.oid).filter(|_| ty.oid.is_over_domain());
                attribute(row, v.oid, number, name, base.unwrap_or(*ty));
                row.set("atttypid", ty.oid).set("atttypmod", ty.typmod);
                let own = v.column_acls.iter().find(|c| c.0 == number).map(|c| c.1.clone());
                row.set("attacl", privileges::value(context, &own));
                row.set("atthasdef", v.defaults.iter().any(|d| d.0 == number));
            });
        }
    }
    let types = context.catalog.types.values();
    for t in types.filter(|t| context.wants(Oid(t.oid.type_number()), &t.name)) {
        for a in t.attributes().unwrap_or_default() {
            out.add(|row| {
                attribute(row, Oid(t.oid.type_number()), a.number, &a.name, a.ty);
                if a.domain.is_some() {
                    row.set("atttypid", a.declared().oid).set("atttypmod", -1);
                }
            });
        }
    }
    for s in context.catalog.sequences.values().filter(|s| context.wants(s.oid, &s.name)) {
        for (number, (name, ty)) in (1_i16..).zip(SEQUENCE_COLUMNS) {
            out.add(|row| {
                attribute(row, s.oid, number, name, PgType::new(ty));
                row.set("attnotnull", true);
            });
        }
    }
}

fn column(row: &mut Row<'_>, table: Oid, c: &Column) {
    attribute(row, table, c.number, &c.name, c.ty);
    if c.domain.is_some() {
        row.set("atttypid", c.declared().oid).set("atttypmod", -1);
    }
    row.set("attnotnull", c.not_null).set("atthasdef", c.default.is_some()).set("attisdropped", c.dropped);
    row.set("atthasmissing", c.missing.is_some());
    row.set("attislocal", !c.descent.not_local).set("attinhcount", i32::from(c.descent.parents));
    match c.identity {
        Some(Identity::Always) => row.set("attidentity", 'a'),
        Some(Identity::ByDefault) => row.set("attidentity", 'd'),
        None => row,
    };
    if c.generated {
        row.set("attgenerated", 's');
    }
    if let Some(collation) = c.collation {
        row.set("attcollation", collation);
    }
    if c.dropped {
        row.set("atttypid", Oid(0));
    }
}

/// The name of an index's column that is an expression: as a column of SELECT would be called.
pub(crate) fn expression_name(catalog: &Catalog, sql: &str) -> String {
    let named = gavel_binder::parse::parse_expression(sql).ok().and_then(|e| figure(&e));
    let function = named.as_deref().and_then(gavel_types::text_io::function_of_number);
    let named = match function.and_then(|oid| catalog.function(oid)) {
        Some(function) => Some(function.name.clone()),
        None => named,
    };
    named.unwrap_or_else(|| "expr".to_owned())
}

fn figure(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Function(call) => call.name.0.last().and_then(|p| p.as_ident()).map(|i| i.value.to_lowercase()),
        Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => figure(inner),
        Expr::Cast { expr: inner, .. } => figure(inner),
        Expr::Case { .. } => Some("case".to_owned()),
        Expr::Identifier(name) => Some(name.value.clone()),
        _ => None,
    }
}

/// OID of a default, which nothing but joins within the catalogs looks at.
pub(super) fn default_oid(table: Oid, number: i16) -> Oid {
    Oid(0x8000_0000 | (table.0.wrapping_mul(1_601).wrapping_add(u32::from(number.unsigned_abs())) & 0x7fff_ffff))
}

fn defaults(context: &SystemContext<'_>, out: &mut Rows) {
    for t in context.catalog.tables.values() {
        for c in t.visible_columns() {
            let Some(sql) = &c.default else { continue };
            out.add(|row| {
                row.set("oid", default_oid(t.oid, c.number)).set("adrelid", t.oid).set("adnum", c.number);
                row.set("adbin", sql.as_str());
            });
        }
    }
    for v in context.catalog.views.values() {
        for (number, sql) in &v.defaults {
            out.add(|row| {
                row.set("oid", default_oid(v.oid, *number)).set("adrelid", v.oid).set("adnum", *number);
                row.set("adbin", sql.as_str());
            });
        }
    }
}
