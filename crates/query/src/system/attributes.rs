//! `pg_attribute` and `pg_attrdef`.

use gavel_catalog::{Column, Identity, IndexKey, system};
use gavel_functions::registry;
use gavel_types::{Oid, PgType};

use super::SystemContext;
use super::classes::SEQUENCE_COLUMNS;
use super::table::{Row, Rows};

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    match name {
        "pg_attribute" => attributes(context, out),
        "pg_attrdef" => defaults(context, out),
        _ => return false,
    }
    true
}

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
    for relation in system::relations() {
        for c in &relation.columns {
            out.add(|row| {
                attribute(row, relation.oid, c.number, c.name, c.ty);
                row.set("attnotnull", c.not_null);
                // Text in the catalogs has collation C.
                if c.ty.oid == Oid::TEXT {
                    row.set("attcollation", Oid(950));
                }
            });
        }
    }
    for t in context.catalog.tables.values() {
        for c in &t.columns {
            out.add(|row| column(row, t.oid, c));
        }
        for i in &t.indexes {
            let keys = i.keys.iter().map(|k| match &k.0 {
                IndexKey::Column(n) => t.column(*n).map(|c| (c.name.clone(), c.ty)),
                IndexKey::Expression { ty, .. } => Some(("expr".to_owned(), *ty)),
            });
            let included = i.include.iter().map(|n| t.column(*n).map(|c| (c.name.clone(), c.ty)));
            for (number, found) in (1_i16..).zip(keys.chain(included)) {
                let Some((name, ty)) = found else { continue };
                let first = name == "expr" && number > 1;
                let name = if first { format!("expr{}", number - 1) } else { name };
                out.add(|row| attribute(row, i.oid, number, &name, ty));
            }
        }
    }
    for v in context.catalog.views.values() {
        for (number, (name, ty)) in (1_i16..).zip(&v.columns) {
            out.add(|row| attribute(row, v.oid, number, name, *ty));
        }
    }
    for s in context.catalog.sequences.values() {
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
    row.set("attnotnull", c.not_null).set("atthasdef", c.default.is_some()).set("attisdropped", c.dropped);
    row.set("atthasmissing", c.missing.is_some());
    match c.identity {
        Some(Identity::Always) => row.set("attidentity", 'a'),
        Some(Identity::ByDefault) => row.set("attidentity", 'd'),
        None => row,
    };
    if c.generated {
        row.set("attgenerated", 's');
    }
    if c.dropped {
        row.set("atttypid", Oid(0));
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
}
