//! `pg_index` and `pg_constraint`.

use std::sync::Arc;

use gavel_catalog::{FkAction, FkMatch, Index, IndexKey, Table, UserType};
use gavel_functions::registry;
use gavel_types::{ArrayValue, Datum, Oid, PgType};

use super::table::{Row, Rows, numbers, oids};
use super::{SystemContext, foreign_part, opclass};

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    match name {
        "pg_index" => {
            for t in context.catalog.tables.values() {
                for i in &t.indexes {
                    out.add(|row| index(row, t, i));
                }
            }
        }
        "pg_constraint" => {
            for t in context.catalog.tables.values() {
                constraints(context, t, out);
            }
            for t in context.catalog.types.values() {
                domain_constraints(t, out);
            }
            super::triggers::constraints(context, out);
        }
        _ => return false,
    }
    true
}

fn index(row: &mut Row<'_>, t: &Table, i: &Index) {
    let unique = t.uniques.iter().find(|u| u.index == i.oid);
    let ty = |key: &IndexKey| opclass::key_type(t, key);
    let (all, keys) = (i.keys.len() + i.include.len(), i.keys.len());
    row.set("indexrelid", i.oid).set("indrelid", t.oid);
    row.set("indnatts", i16::try_from(all).unwrap_or(0)).set("indnkeyatts", i16::try_from(keys).unwrap_or(0));
    row.set("indisunique", i.is_unique()).set("indisexclusion", !i.exclusion.is_empty());
    row.set("indnullsnotdistinct", i.nulls_not_distinct).set("indisprimary", i.primary);
    row.set("indimmediate", !unique.is_some_and(|u| u.deferrable)).set("indisvalid", i.is_public());
    row.set("indisready", t.partitioned.is_some() || i.state.takes_entries()).set("indislive", true);
    row.set("indisclustered", i.clustered);
    let number = |k: &IndexKey| if let IndexKey::Column(n) = k { *n } else { 0 };
    row.set("indkey", numbers(i.keys.iter().map(|k| number(&k.0)).chain(i.include.iter().copied())));
    let collation = |ty: PgType| registry::type_info(ty.oid).map_or(Oid(0), |t| t.collation);
    row.set("indcollation", oids(i.keys.iter().map(|k| collation(ty(&k.0)))));
    let class = |at: usize| i.class(at).or_else(|| opclass::class_of(t, i, at).map(|c| c.oid)).unwrap_or_default();
    row.set("indclass", oids((0..keys).map(class)));
    row.set("indoption", numbers(i.keys.iter().map(|k| i16::from(k.1) | i16::from(k.2) << 1)));
    let expressions: Vec<&str> = i
        .keys
        .iter()
        .filter_map(|k| if let IndexKey::Expression { sql, .. } = &k.0 { Some(sql.as_str()) } else { None })
        .collect();
    if !expressions.is_empty() {
        row.set("indexprs", expressions.join(", "));
    }
    row.set("indpred", i.predicate.as_deref());
}

fn small_array(values: &[i16]) -> Datum {
    Datum::Array(Arc::new(ArrayValue::vector(Oid::INT2, values.iter().map(|n| Datum::Int2(*n)).collect())))
}

fn action(action: FkAction) -> char {
    match action {
        FkAction::NoAction => 'a',
        FkAction::Restrict => 'r',
        FkAction::Cascade => 'c',
        FkAction::SetNull => 'n',
        FkAction::SetDefault => 'd',
    }
}

fn domain_constraints(t: &UserType, out: &mut Rows) {
    for c in t.domain().map_or(&[][..], |d| &d.checks) {
        out.add(|row| {
            row.set("oid", c.oid).set("conname", c.name.as_str()).set("connamespace", t.schema).set("contype", 'c');
            row.set("convalidated", c.validated).set("contypid", t.oid).set("conislocal", true);
            row.set("confupdtype", ' ').set("confdeltype", ' ').set("confmatchtype", ' ');
            row.set("conbin", c.sql.as_str());
        });
    }
}

/// A constraint of a partition that is part of one of the partitioned table.
fn of_partition(row: &mut Row<'_>, parent: Option<Oid>) {
    if let Some(parent) = parent {
        row.set("conparentid", parent).set("conislocal", false).set("coninhcount", 1);
    }
}

fn constraints(context: &SystemContext<'_>, t: &Table, out: &mut Rows) {
    let common = |row: &mut Row<'_>, oid: Oid, name: &str, kind: char| {
        row.set("oid", oid).set("conname", name).set("connamespace", t.schema).set("contype", kind);
        row.set("convalidated", true).set("conrelid", t.oid).set("conislocal", true);
        row.set("confupdtype", ' ').set("confdeltype", ' ').set("confmatchtype", ' ');
    };
    for u in &t.uniques {
        out.add(|row| {
            let kind = if u.primary { 'p' } else { 'u' };
            common(row, u.oid, &u.name, if u.exclusion { 'x' } else { kind });
            row.set("condeferrable", u.deferrable).set("condeferred", u.initially_deferred).set("conindid", u.index);
            of_partition(row, u.parent);
            row.set("connoinherit", u.parent.is_none());
            let index = t.indexes.iter().find(|i| i.oid == u.index);
            let number = |k: &(IndexKey, bool, bool)| if let IndexKey::Column(n) = k.0 { n } else { 0 };
            let columns: Vec<i16> = index.map(|i| i.keys.iter().map(number).collect()).unwrap_or_default();
            row.set("conkey", small_array(&columns));
            if let Some(index) = index.filter(|_| u.exclusion) {
                let operators = index.exclusion.iter().map(|o| Datum::Oid(o.0)).collect();
                row.set("conexclop", Datum::Array(Arc::new(ArrayValue::vector(Oid::OID, operators))));
            }
        });
    }
    for c in &t.checks {
        out.add(|row| {
            common(row, c.oid, &c.name, 'c');
            row.set("convalidated", c.validated).set("conkey", small_array(&c.columns)).set("conbin", c.sql.as_str());
            row.set("connoinherit", c.no_inherit).set("conislocal", !c.descent.not_local);
            row.set("coninhcount", i32::from(c.descent.parents));
        });
    }
    for f in t.foreign_keys.iter().flat_map(|f| foreign_part::with_parts(context.catalog, f)) {
        out.add(|row| {
            common(row, f.oid, &f.name, 'f');
            row.set("condeferrable", f.deferrable).set("condeferred", f.initially_deferred);
            row.set("convalidated", f.validated).set("conindid", f.parent_index).set("confrelid", f.parent);
            of_partition(row, f.inherited_from);
            row.set("connoinherit", f.inherited_from.is_none() && t.partitioned.is_none());
            row.set("confupdtype", action(f.on_update)).set("confdeltype", action(f.on_delete));
            row.set("confmatchtype", if f.matching == FkMatch::Full { 'f' } else { 's' });
            row.set("conkey", small_array(&f.columns)).set("confkey", small_array(&f.parent_columns));
            if !f.delete_sets.is_empty() {
                row.set("confdelsetcols", small_array(&f.delete_sets));
            }
        });
    }
}
