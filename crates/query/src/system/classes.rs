//! `pg_class`, `pg_namespace`, `pg_sequence`, `pg_rewrite`, `pg_depend`, `pg_description`.

use std::collections::BTreeSet;

use gavel_catalog::snapshot::{
    PG_CLASS, PG_CONSTRAINT, PG_NAMESPACE, PG_OPERATOR, PG_POLICY, PG_PROC, PG_REWRITE, PG_TRIGGER, PG_TYPE, is_shared,
    row_type,
};
use gavel_catalog::system::{self, FIRST_USER_OID};
use gavel_catalog::{Definition, Index, IndexKey, Table, bootstrap::SUPERUSER};
use gavel_types::Oid;
use gavel_types::text_io::numbered_function;

use super::table::{Row, Rows, texts};
use super::{SystemContext, descent, foreign_part, partition, privileges};

/// `pg_am` of tables.
const HEAP: Oid = Oid(2);
const PG_ATTRDEF: Oid = Oid(2604);

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    match name {
        "pg_class" => classes(context, out),
        "pg_namespace" => namespaces(context, out),
        "pg_sequence" => sequences(context, out),
        "pg_rewrite" => rewrites(context, out),
        "pg_depend" => {
            depends(context, out);
            function_depends(context, out);
            super::operator_classes::depends(context, out);
        }
        "pg_description" => descriptions(context, out, false),
        "pg_shdescription" => descriptions(context, out, true),
        _ => return false,
    }
    true
}

/// What all relations have in common.
fn class(row: &mut Row<'_>, (oid, name): (Oid, &str), schema: Oid, owner: Oid, kind: char, columns: usize) {
    row.set("oid", oid).set("relname", name).set("relnamespace", schema).set("relowner", owner).set("relkind", kind);
    let persistence = if system::is_temporary(oid) { 't' } else { 'p' };
    row.set("relnatts", i16::try_from(columns).unwrap_or(i16::MAX)).set("relpersistence", persistence);
    let replicated = matches!(kind, 'r' | 'p');
    row.set("relispopulated", true).set("relreplident", if replicated { 'd' } else { 'n' }).set("reltuples", -1.0_f32);
    if matches!(kind, 'r' | 'i' | 'S') {
        row.set("relfilenode", oid);
    }
    if matches!(kind, 'r' | 'p' | 'v' | 'm' | 'c') && oid >= FIRST_USER_OID {
        row.set("reltype", row_type(oid).unwrap_or_default());
    }
}

fn classes(context: &SystemContext<'_>, out: &mut Rows) {
    for r in system::relations() {
        let kind = if r.view { 'v' } else { 'r' };
        out.add(|row| {
            class(row, (r.oid, r.name), r.schema_oid(), SUPERUSER, kind, r.columns.len());
            row.set("relhasrules", r.view).set("relam", if r.view { Oid(0) } else { HEAP }).set("relreplident", 'n');
            if matches!(r.name, "pg_stats" | "pg_stats_ext" | "pg_stats_ext_exprs") {
                row.set("reloptions", texts(Oid::TEXT, ["security_barrier=true"]));
            }
        });
    }
    for t in context.catalog.tables.values() {
        out.add(|row| {
            table(row, t);
            row.set("relacl", privileges::value(context, &t.acl)).set("relpartbound", partition::bound(context, t));
        });
        for i in &t.indexes {
            out.add(|row| index(context, row, t, i));
        }
    }
    for v in context.catalog.views.values() {
        out.add(|row| {
            class(row, (v.oid, &v.name), v.schema, v.owner, 'v', v.columns.len());
            row.set("relhasrules", true).set("relacl", privileges::value(context, &v.acl));
            row.set("relhastriggers", !v.triggers.is_empty());
            if !v.options.is_empty() {
                row.set("reloptions", texts(Oid::TEXT, v.options.iter().map(String::as_str)));
            }
        });
    }
    for t in context.catalog.types.values() {
        let Some(attributes) = t.attributes() else { continue };
        let relation = Oid(t.oid.type_number());
        out.add(|row| {
            class(row, (relation, &t.name), t.schema, t.owner, 'c', attributes.len());
        });
    }
    for s in context.catalog.sequences.values() {
        out.add(|row| {
            class(row, (s.oid, &s.name), s.schema, s.owner, 'S', 3);
            row.set("relpages", 1).set("reltuples", 1.0_f32).set("relacl", privileges::value(context, &s.acl));
            if s.unlogged {
                row.set("relpersistence", 'u');
            }
        });
    }
}

fn table(row: &mut Row<'_>, t: &Table) {
    let kind = match (&t.materialized, &t.partitioned) {
        (Some(_), _) => 'm',
        (None, Some(_)) => 'p',
        (None, None) => 'r',
    };
    class(row, (t.oid, &t.name), t.schema, t.owner, kind, t.columns.len());
    if t.unlogged {
        row.set("relpersistence", 'u');
    }
    if let Some(kept) = &t.materialized {
        row.set("relispopulated", kept.populated).set("relhasrules", true).set("relreplident", 'd');
    }
    // Rows, and what keeps them, are its partitions'.
    if t.partitioned.is_none() {
        row.set("relhasrules", !t.rules.is_empty());
        row.set("relam", HEAP).set("relfilenode", t.storage);
    }
    row.set("relhasindex", !t.indexes.is_empty()).set("relhassubclass", !t.children.is_empty());
    row.set("relispartition", t.bound.is_some());
    row.set("relchecks", i16::try_from(t.checks.len()).unwrap_or(i16::MAX));
    // psql asks for foreign keys only where there are triggers, which is how PostgreSQL enforces them.
    row.set("relrowsecurity", t.row_security.enabled).set("relforcerowsecurity", t.row_security.forced);
    if let Some(of_type) = t.of_type {
        row.set("reloftype", of_type);
    }
    let triggers = !t.triggers.is_empty() || !t.foreign_keys.is_empty() || !t.referenced_by.is_empty();
    row.set("relhastriggers", triggers);
    if !t.options.is_empty() {
        row.set("reloptions", texts(Oid::TEXT, t.options.iter().map(String::as_str)));
    }
}

fn index(context: &SystemContext<'_>, row: &mut Row<'_>, t: &Table, i: &Index) {
    let kind = if t.partitioned.is_some() { 'I' } else { 'i' };
    class(row, (i.oid, &i.name), t.schema, t.owner, kind, i.keys.len() + i.include.len());
    if t.unlogged {
        row.set("relpersistence", 'u');
    }
    row.set("relam", i.method.oid()).set("relispartition", i.parent.is_some());
    row.set("relhassubclass", !descent::indexes_below(context.catalog, t, i.oid).is_empty());
    if !i.options.is_empty() {
        row.set("reloptions", texts(Oid::TEXT, i.options.iter().map(String::as_str)));
    }
}

fn namespaces(context: &SystemContext<'_>, out: &mut Rows) {
    let fixed =
        [(Oid(99), "pg_toast"), (system::PG_CATALOG, "pg_catalog"), (system::INFORMATION_SCHEMA, "information_schema")];
    for (oid, name) in fixed {
        out.add(|row| {
            row.set("oid", oid).set("nspname", name).set("nspowner", SUPERUSER);
        });
    }
    for s in context.catalog.schemas.values() {
        out.add(|row| {
            row.set("oid", s.oid).set("nspname", s.name.as_str()).set("nspowner", s.owner);
            row.set("nspacl", privileges::value(context, &s.acl));
        });
    }
}

fn sequences(context: &SystemContext<'_>, out: &mut Rows) {
    for s in context.catalog.sequences.values() {
        out.add(|row| {
            row.set("seqrelid", s.oid).set("seqtypid", s.ty.oid).set("seqstart", s.start);
            row.set("seqincrement", s.increment).set("seqmax", s.max).set("seqmin", s.min);
            row.set("seqcache", s.cache).set("seqcycle", s.cycle);
        });
    }
}

/// The OID of the rule that a view is, as far as anybody asks.
pub fn return_rule(view: Oid) -> Oid {
    Oid(view.0 | 0x4000_0000)
}

fn rewrites(context: &SystemContext<'_>, out: &mut Rows) {
    let views = context.catalog.views.values().map(|v| (v.oid, v.sql.as_str()));
    let kept = context.catalog.tables.values().filter_map(|t| Some((t.oid, t.materialized.as_ref()?.sql.as_str())));
    for (oid, sql) in views.chain(kept) {
        out.add(|row| {
            row.set("oid", return_rule(oid)).set("rulename", "_RETURN").set("ev_class", oid).set("ev_type", '1');
            row.set("ev_enabled", 'O').set("is_instead", true);
            row.set("ev_qual", "<>").set("ev_action", sql);
        });
    }
    super::rules::rewrites(context, out);
}

fn depends(context: &SystemContext<'_>, out: &mut Rows) {
    let mut add = |(class, oid, sub): (Oid, Oid, i32), (on_class, on, on_sub): (Oid, Oid, i32), kind: char| {
        out.add(|row| {
            row.set("classid", class).set("objid", oid).set("objsubid", sub);
            row.set("refclassid", on_class).set("refobjid", on).set("refobjsubid", on_sub).set("deptype", kind);
        });
    };
    for s in context.catalog.sequences.values() {
        let Some((table, column)) = s.owned_by else { continue };
        let identity =
            context.catalog.table(table).and_then(|t| t.column(column)).is_some_and(|c| c.identity.is_some());
        add((PG_CLASS, s.oid, 0), (PG_CLASS, table, i32::from(column)), if identity { 'i' } else { 'a' });
    }
    for t in context.catalog.tables.values() {
        for u in &t.uniques {
            add((PG_CLASS, u.index, 0), (PG_CONSTRAINT, u.oid, 0), 'i');
        }
        for f in &t.foreign_keys {
            add((PG_CONSTRAINT, f.oid, 0), (PG_CLASS, f.parent_index, 0), 'n');
            for part in foreign_part::with_parts(context.catalog, f).iter().skip(1) {
                add((PG_CONSTRAINT, part.oid, 0), (PG_CLASS, part.parent_index, 0), 'n');
                add((PG_CONSTRAINT, part.oid, 0), (PG_CONSTRAINT, part.inherited_from.unwrap_or_default(), 0), 'i');
            }
        }
        for i in t.indexes.iter().filter(|i| i.constraint.is_none()) {
            add((PG_CLASS, i.oid, 0), (PG_CLASS, t.oid, 0), 'a');
        }
        for p in &t.row_security.policies {
            add((PG_POLICY, p.oid, 0), (PG_CLASS, t.oid, 0), 'a');
            for on in p.depends_on.iter().filter(|on| **on != t.oid && **on >= FIRST_USER_OID) {
                add((PG_POLICY, p.oid, 0), (class_of(context, *on), *on, 0), 'n');
            }
        }
        for parent in &t.inherits {
            add((PG_CLASS, t.oid, 0), (PG_CLASS, *parent, 0), if t.bound.is_some() { 'a' } else { 'n' });
        }
        for number in partition::key_columns(context, t) {
            add((PG_CLASS, t.oid, i32::from(number)), (PG_CLASS, t.oid, 0), 'i');
        }
        // What is part of something of the partitioned table goes with it, or with the partition.
        let indexes = t.indexes.iter().map(|i| (PG_CLASS, i.oid, i.parent));
        let uniques = t.uniques.iter().map(|u| (PG_CONSTRAINT, u.oid, u.parent));
        let foreign = t.foreign_keys.iter().map(|f| (PG_CONSTRAINT, f.oid, f.inherited_from));
        for (class, oid, parent) in indexes.chain(uniques).chain(foreign) {
            if let Some(parent) = parent {
                add((class, oid, 0), (class, parent, 0), 'P');
                add((class, oid, 0), (PG_CLASS, t.oid, 0), 'S');
            }
        }
        for c in t.visible_columns().filter(|c| c.default.is_some()) {
            let default = super::attributes::default_oid(t.oid, c.number);
            add((PG_ATTRDEF, default, 0), (PG_CLASS, t.oid, i32::from(c.number)), 'a');
            if let Some(sequence) = c.sequence {
                add((PG_ATTRDEF, default, 0), (PG_CLASS, sequence, 0), 'n');
            }
        }
    }
    for (on, trigger) in context.catalog.triggers() {
        add((PG_TRIGGER, trigger.oid, 0), (PG_PROC, trigger.function, 0), 'n');
        add((PG_TRIGGER, trigger.oid, 0), (PG_CLASS, on, 0), 'a');
        for number in &trigger.columns {
            add((PG_TRIGGER, trigger.oid, 0), (PG_CLASS, on, i32::from(*number)), 'n');
        }
    }
    for t in context.catalog.types.values() {
        // PostgreSQL's own types need no mention.
        let made_of = |ty: Oid| Some(ty.element().unwrap_or(ty)).filter(|ty| ty.is_user_type());
        match &t.definition {
            Definition::Domain(domain) => {
                if let Some(on) = made_of(domain.over.unwrap_or(domain.base.oid)) {
                    add((PG_TYPE, t.oid, 0), (PG_TYPE, on, 0), 'n');
                }
            }
            Definition::Composite(attributes) => {
                let relation = Oid(t.oid.type_number());
                add((PG_TYPE, t.oid, 0), (PG_CLASS, relation, 0), 'i');
                for a in attributes {
                    if let Some(on) = made_of(a.declared().oid) {
                        add((PG_CLASS, relation, i32::from(a.number)), (PG_TYPE, on, 0), 'n');
                    }
                }
            }
            Definition::Enum(_) => {}
        }
    }
    let views = context.catalog.views.values().map(|v| (v.oid, &v.depends_on));
    let kept = context.catalog.tables.values().filter_map(|t| Some((t.oid, &t.materialized.as_ref()?.depends_on)));
    for (oid, depends_on) in views.chain(kept) {
        add((PG_REWRITE, return_rule(oid), 0), (PG_CLASS, oid, 0), 'i');
        for on in depends_on.iter().filter(|o| **o >= FIRST_USER_OID) {
            let class = class_of(context, *on);
            add((PG_REWRITE, return_rule(oid), 0), (class, *on, 0), 'n');
        }
    }
}

/// The catalog that an object of users is in.
fn class_of(context: &SystemContext<'_>, oid: Oid) -> Oid {
    if oid.is_user_type() {
        PG_TYPE
    } else if context.catalog.functions.contains_key(&oid) {
        PG_PROC
    } else if context.catalog.operators.contains_key(&oid) {
        PG_OPERATOR
    } else if context.catalog.relation_name(oid).is_none()
        && context.catalog.tables.values().any(|t| t.uniques.iter().any(|u| u.oid == oid))
    {
        PG_CONSTRAINT
    } else {
        PG_CLASS
    }
}

/// What functions depend on, and what calls them, views apart.
fn function_depends(context: &SystemContext<'_>, out: &mut Rows) {
    let mut add = |(class, oid, sub): (Oid, Oid, i32), (on_class, on): (Oid, Oid), kind: char| {
        out.add(|row| {
            row.set("classid", class).set("objid", oid).set("objsubid", sub);
            row.set("refclassid", on_class).set("refobjid", on).set("deptype", kind);
        });
    };
    let catalog = context.catalog;
    for o in catalog.operators.values() {
        add((PG_OPERATOR, o.oid, 0), (PG_NAMESPACE, o.schema), 'n');
        if catalog.functions.contains_key(&o.function) {
            add((PG_OPERATOR, o.oid, 0), (PG_PROC, o.function), 'n');
        }
    }
    for f in catalog.functions.values() {
        add((PG_PROC, f.oid, 0), (PG_NAMESPACE, f.schema), 'n');
        let types = f.parameters.iter().map(|p| p.ty).chain([f.result]).filter(|ty| ty.is_user_type());
        let types: BTreeSet<Oid> = types.map(|ty| ty.element().unwrap_or(ty)).collect();
        for on in types.into_iter().chain(f.depends_on.iter().copied()) {
            add((PG_PROC, f.oid, 0), (class_of(context, on), on), 'n');
        }
        let called = |sql: &str| sql.contains(&numbered_function(f.oid));
        for other in catalog.functions.values() {
            if other.inputs().filter_map(|p| p.default.as_deref()).any(called) {
                add((PG_PROC, other.oid, 0), (PG_PROC, f.oid), 'n');
            }
        }
        for t in catalog.tables.values() {
            if t.partitioned.iter().flat_map(|key| key.expressions()).any(called) {
                add((PG_CLASS, t.oid, 0), (PG_PROC, f.oid), 'n');
            }
            for column in t.visible_columns().filter(|c| c.default.as_deref().is_some_and(called)) {
                let default = super::attributes::default_oid(t.oid, column.number);
                add((PG_ATTRDEF, default, 0), (PG_PROC, f.oid), 'n');
            }
            for check in t.checks.iter().filter(|c| called(&c.sql)) {
                add((PG_CONSTRAINT, check.oid, 0), (PG_PROC, f.oid), 'n');
            }
            for index in &t.indexes {
                let key = |k: &IndexKey| matches!(k, IndexKey::Expression { sql, .. } if called(sql));
                if index.keys.iter().any(|k| key(&k.0)) || index.predicate.as_deref().is_some_and(called) {
                    add((PG_CLASS, index.oid, 0), (PG_PROC, f.oid), 'n');
                }
            }
        }
        for ty in catalog.types.values() {
            let Some(domain) = ty.domain() else { continue };
            for check in domain.checks.iter().filter(|c| called(&c.sql)) {
                add((PG_CONSTRAINT, check.oid, 0), (PG_PROC, f.oid), 'n');
            }
            if domain.default.as_deref().is_some_and(called) {
                add((PG_TYPE, ty.oid, 0), (PG_PROC, f.oid), 'n');
            }
        }
    }
}

fn descriptions(context: &SystemContext<'_>, out: &mut Rows, shared: bool) {
    for (&(class, oid, sub), text) in context.catalog.comments.iter().filter(|(k, _)| is_shared(k.0) == shared) {
        out.add(|row| {
            row.set("objoid", oid).set("classoid", class).set("description", &**text);
            if !shared {
                row.set("objsubid", sub);
            }
        });
    }
}

/// Columns that a sequence has when it is read as a table.
pub(super) const SEQUENCE_COLUMNS: [(&str, Oid); 3] =
    [("last_value", Oid::INT8), ("log_cnt", Oid::INT8), ("is_called", Oid::BOOL)];
