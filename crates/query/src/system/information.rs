//! `information_schema` (manual, chapter 37): what the standard shows of tables, columns, constraints,
//! views, sequences and routines.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use gavel_catalog::acl::Privileges;
use gavel_catalog::privilege::Securable;
use gavel_catalog::system::SystemRelation;
use gavel_catalog::{
    CheckOption, Column, FkAction, FkMatch, ForeignKey, Identity, IndexKey, Schema, Table, View, system,
};
use gavel_functions::registry::{self, ProcKind, Volatility};
use gavel_types::text_io::type_name;
use gavel_types::{Oid, PgType};

use super::deparse::Layout;
use super::resolver::{style_over, updatability};
use super::table::{Row, Rows};
use super::{SystemContext, definition, foreign_part};
use crate::ddl::collation::COLLATIONS;

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    match name {
        "information_schema_catalog_name" => out.add(|row| {
            row.set("catalog_name", &*context.catalog.database_name);
        }),
        "schemata" => schemata(context, out),
        "tables" => tables(context, out),
        "columns" => columns(context, out),
        "column_column_usage" => column_column_usage(context, out),
        "views" => views(context, out),
        "sequences" => sequences(context, out),
        "table_constraints" => table_constraints(context, out),
        "key_column_usage" => key_column_usage(context, out),
        "referential_constraints" => referential_constraints(context, out),
        "constraint_column_usage" => constraint_column_usage(context, out),
        "constraint_table_usage" => constraint_table_usage(context, out),
        "check_constraints" => check_constraints(context, out),
        "routines" => {
            routines(context, out);
            super::routines::information(context, out);
        }
        "parameters" => super::routines::parameters(context, out),
        "view_table_usage" => view_table_usage(context, out),
        _ => return false,
    }
    true
}

/// Bits of `pg_relation_is_updatable`: INSERT; UPDATE and DELETE.
const INSERT: i32 = 8;
const CHANGE: i32 = 20;

const fn yes_no(value: bool) -> &'static str {
    if value { "YES" } else { "NO" }
}

pub(super) fn database<'a>(context: &SystemContext<'a>) -> &'a str {
    &context.catalog.database_name
}

fn schemata(context: &SystemContext<'_>, out: &mut Rows) {
    let owner = context.role_name(gavel_catalog::bootstrap::SUPERUSER);
    let mut fixed = vec![("pg_catalog".to_owned(), owner.clone()), ("information_schema".to_owned(), owner.clone())];
    if context.subject.has_privileges_of(gavel_catalog::bootstrap::SUPERUSER) {
        fixed.push(("pg_toast".to_owned(), owner));
    }
    let shown =
        |s: &&Arc<Schema>| context.subject.has_privileges_of(s.owner) || !context.subject.on_schema(s).is_empty();
    let own = context.catalog.schemas.values().filter(shown).map(|s| (s.name.clone(), context.role_name(s.owner)));
    for (name, owner) in own.chain(fixed) {
        out.add(|row| {
            row.set("catalog_name", database(context)).set("schema_name", name).set("schema_owner", owner);
        });
    }
}

fn tables(context: &SystemContext<'_>, out: &mut Rows) {
    let own = context.catalog.temporary_schema.as_ref().map_or("", |s| s.name.as_str());
    let common = |row: &mut Row<'_>, schema: &str, name: &str, kind: &str| {
        row.set("table_catalog", database(context)).set("table_schema", schema).set("table_name", name);
        let shown = if schema == own { "LOCAL TEMPORARY" } else { kind };
        row.set("table_type", shown).set("is_insertable_into", yes_no(kind == "BASE TABLE")).set("is_typed", "NO");
    };
    let shown = |of: Securable<'_>| of.is_shown_to(context.subject, "rawdDxt", "rawx");
    let plain = |t: &&Arc<Table>| t.materialized.is_none() && shown(Securable::Table(t));
    for t in context.catalog.tables.values().filter(plain) {
        out.add(|row| common(row, context.schema_name(t.schema), &t.name, "BASE TABLE"));
    }
    for v in context.catalog.views.values().filter(|v| shown(Securable::View(v))) {
        let by_rules = super::rules::written_by_rules(context, v.oid);
        let insertable = (updatability(context.catalog, v).events() | by_rules) & INSERT != 0;
        out.add(|row| {
            common(row, context.schema_name(v.schema), &v.name, "VIEW");
            row.set("is_insertable_into", yes_no(insertable));
        });
    }
    for r in system::relations().iter().filter(|r| shown(Securable::System(r))) {
        out.add(|row| common(row, r.schema, r.name, if r.view { "VIEW" } else { "BASE TABLE" }));
    }
}

/// The columns of several views that describe a type.
pub(super) fn data_type(context: &SystemContext<'_>, row: &mut Row<'_>, ty: PgType, number: i16) {
    let Some(info) = registry::type_info(ty.oid) else { return };
    let array = info.category == 'A' && info.len == -1;
    if ty.oid.is_user_type() {
        let (schema, name) = context.catalog.type_name(ty.oid).unwrap_or((Oid(0), ""));
        row.set("data_type", if array { "ARRAY" } else { "USER-DEFINED" }).set("udt_catalog", database(context));
        row.set("udt_schema", context.schema_name(schema));
        row.set("udt_name", if array { context.catalog.array_name(schema, name) } else { name.to_owned() });
        row.set("dtd_identifier", number.to_string());
        return;
    }
    row.set("data_type", if array { "ARRAY".to_owned() } else { type_name(ty.oid) });
    row.set("udt_catalog", database(context)).set("udt_schema", "pg_catalog").set("udt_name", info.name);
    row.set("dtd_identifier", number.to_string());
    let length = (ty.typmod >= 4).then_some(ty.typmod - 4);
    match ty.oid {
        Oid::VARCHAR | Oid::BPCHAR => {
            row.set("character_maximum_length", length);
            row.set("character_octet_length", length.map_or(1 << 30, |n| n.saturating_mul(4)));
        }
        Oid::TEXT => {
            row.set("character_octet_length", 1 << 30);
        }
        Oid::BIT | Oid::VARBIT => {
            row.set("character_maximum_length", (ty.typmod > 0).then_some(ty.typmod));
        }
        Oid::INT2 | Oid::INT4 | Oid::INT8 => {
            let bits = i32::from(info.len) * 8;
            row.set("numeric_precision", bits).set("numeric_precision_radix", 2).set("numeric_scale", 0);
        }
        Oid::FLOAT4 => {
            row.set("numeric_precision", 24).set("numeric_precision_radix", 2);
        }
        Oid::FLOAT8 => {
            row.set("numeric_precision", 53).set("numeric_precision_radix", 2);
        }
        Oid::NUMERIC => {
            row.set("numeric_precision_radix", 10);
            if let Some(modifier) = length {
                row.set("numeric_precision", modifier >> 16 & 0xffff);
                row.set("numeric_scale", ((modifier & 0x7ff) ^ 0x400) - 0x400);
            }
        }
        Oid::DATE => {
            row.set("datetime_precision", 0);
        }
        Oid::TIME | Oid::TIMETZ | Oid::TIMESTAMP | Oid::TIMESTAMPTZ => {
            row.set("datetime_precision", if ty.typmod >= 0 { ty.typmod } else { 6 });
        }
        Oid::INTERVAL => {
            let precision = ty.typmod & 0xffff;
            row.set("datetime_precision", if ty.typmod >= 0 && precision <= 6 { precision } else { 6 });
        }
        _ => {}
    }
}

/// A collation other than the database's.
fn collation(context: &SystemContext<'_>, row: &mut Row<'_>, collation: Oid) {
    let named = COLLATIONS.iter().find(|(name, oid)| *oid == collation && *name != "default");
    if let Some((name, _)) = named {
        row.set("collation_catalog", database(context)).set("collation_schema", "pg_catalog");
        row.set("collation_name", *name);
    }
}

/// What columns of tables, views and system relations have in common.
fn column(
    context: &SystemContext<'_>,
    row: &mut Row<'_>,
    (schema, table): (&str, &str),
    name: &str,
    number: i16,
    ty: PgType,
) {
    row.set("table_catalog", database(context)).set("table_schema", schema).set("table_name", table);
    row.set("column_name", name).set("ordinal_position", i32::from(number));
    let base = context.catalog.base_type(ty.oid).filter(|_| ty.oid.is_over_domain());
    data_type(context, row, base.unwrap_or(ty), number);
    if ty.oid.is_domain()
        && let Some((schema, name)) = context.catalog.type_name(ty.oid)
    {
        row.set("domain_catalog", database(context)).set("domain_schema", context.schema_name(schema));
        row.set("domain_name", name);
    }
    collation(context, row, registry::type_info(ty.oid).map_or(Oid(0), |t| t.collation));
    row.set("is_nullable", "YES").set("is_self_referencing", "NO").set("is_identity", "NO").set("identity_cycle", "NO");
    row.set("is_generated", "NEVER").set("is_updatable", "YES");
}

/// Whether the current role owns the relation or may do something with the column.
fn column_is_shown(context: &SystemContext<'_>, of: &Securable<'_>, number: i16) -> bool {
    let any = Privileges::of_letters("rawx");
    context.subject.has_privileges_of(of.owner()) || context.subject.may_use_column(of, number, any)
}

fn owns(context: &SystemContext<'_>, owner: Oid) -> bool {
    context.subject.has_privileges_of(owner)
}

fn columns(context: &SystemContext<'_>, out: &mut Rows) {
    let tables = context.catalog.tables.values().filter(|t| t.materialized.is_none());
    for t in tables.filter(|t| context.wants(t.oid, &t.name)) {
        let schema = context.schema_name(t.schema);
        let of = Securable::Table(t);
        for c in t.visible_columns().filter(|c| column_is_shown(context, &of, c.number)) {
            out.add(|row| {
                column(context, row, (schema, &t.name), &c.name, c.number, c.declared());
                table_column(context, row, t, c);
            });
        }
    }
    for v in context.catalog.views.values().filter(|v| context.wants(v.oid, &v.name)) {
        let schema = context.schema_name(v.schema);
        let writable = updatability(context.catalog, v).columns;
        let by_rules = super::rules::written_by_rules(context, v.oid);
        let of = Securable::View(v);
        for ((number, (name, ty)), writable) in (1_i16..).zip(&v.columns).zip(writable) {
            if !column_is_shown(context, &of, number) {
                continue;
            }
            let default = v.defaults.iter().find(|(n, _)| *n == number);
            let default = default.map(|(_, sql)| definition::expression(context, sql));
            out.add(|row| {
                column(context, row, (schema, &v.name), name, number, *ty);
                row.set("is_updatable", yes_no(writable || by_rules & CHANGE == CHANGE));
                row.set("column_default", default);
            });
        }
    }
    let shown = |r: &&'static SystemRelation| Securable::System(r).is_shown_to(context.subject, "r", "");
    for r in system::relations().iter().filter(|r| context.wants(r.oid, r.name)).filter(shown) {
        for c in &r.columns {
            out.add(|row| {
                column(context, row, (r.schema, r.name), c.name, c.number, c.ty);
                row.set("is_nullable", yes_no(!c.not_null)).set("is_updatable", yes_no(!r.view));
            });
        }
    }
}

fn table_column(context: &SystemContext<'_>, row: &mut Row<'_>, t: &Table, c: &Column) {
    if let Some(own) = c.collation {
        collation(context, row, own);
    }
    row.set("is_nullable", yes_no(!c.not_null));
    let shown = definition::column_default(context, t, c, false);
    if c.generated {
        row.set("is_generated", "ALWAYS").set("generation_expression", shown);
    } else {
        row.set("column_default", shown);
    }
    let Some(identity) = c.identity else { return };
    row.set("is_identity", "YES");
    row.set("identity_generation", if identity == Identity::Always { "ALWAYS" } else { "BY DEFAULT" });
    if let Some(s) = c.sequence.and_then(|s| context.catalog.sequences.get(&s)) {
        row.set("identity_start", s.start.to_string()).set("identity_increment", s.increment.to_string());
        row.set("identity_maximum", s.max.to_string()).set("identity_minimum", s.min.to_string());
        row.set("identity_cycle", yes_no(s.cycle));
    }
}

/// Which generated columns are computed from which columns.
fn column_column_usage(context: &SystemContext<'_>, out: &mut Rows) {
    let style = style_over(context.catalog);
    let binding = gavel_binder::BindContext {
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
    for t in context.catalog.tables.values().filter(|t| owns(context, t.owner)) {
        for c in t.visible_columns().filter(|c| c.generated) {
            let Some(sql) = &c.default else { continue };
            let bound = gavel_binder::bind_table_expr(&binding, sql, t, gavel_binder::TableExpr::Stored);
            for (number, _) in bound.map(|b| b.1).unwrap_or_default() {
                out.add(|row| {
                    table_name(context, row, t);
                    row.set("column_name", t.column(number).map(|c| c.name.as_str()));
                    row.set("dependent_column", c.name.as_str());
                });
            }
        }
    }
}

fn views(context: &SystemContext<'_>, out: &mut Rows) {
    let shown = |v: &&Arc<View>| Securable::View(v).is_shown_to(context.subject, "rawdDxt", "rawx");
    for v in context.catalog.views.values().filter(shown) {
        let events = updatability(context.catalog, v).events() | super::rules::written_by_rules(context, v.oid);
        let check = match v.check_option() {
            None => "NONE",
            Some(CheckOption::Local) => "LOCAL",
            Some(CheckOption::Cascaded) => "CASCADED",
        };
        out.add(|row| {
            row.set("table_catalog", database(context)).set("table_schema", context.schema_name(v.schema));
            let definition = owns(context, v.owner).then(|| definition::view(context, v.oid, Layout::of(false)));
            row.set("table_name", v.name.as_str()).set("view_definition", definition.flatten());
            row.set("check_option", check).set("is_updatable", yes_no(events & CHANGE == CHANGE));
            row.set("is_insertable_into", yes_no(events & INSERT != 0));
            let by_triggers = super::triggers::written_by_triggers(v);
            row.set("is_trigger_updatable", yes_no(by_triggers & 4 != 0));
            row.set("is_trigger_deletable", yes_no(by_triggers & 16 != 0));
            row.set("is_trigger_insertable_into", yes_no(by_triggers & INSERT != 0));
        });
    }
}

fn view_table_usage(context: &SystemContext<'_>, out: &mut Rows) {
    for v in context.catalog.views.values() {
        for on in &v.depends_on {
            let Some((schema, name)) = context.relation_name(*on) else { continue };
            if !Securable::find(context.catalog, *on).is_some_and(|of| owns(context, of.owner())) {
                continue;
            }
            out.add(|row| {
                row.set("view_catalog", database(context)).set("view_schema", context.schema_name(v.schema));
                row.set("view_name", v.name.as_str()).set("table_catalog", database(context));
                row.set("table_schema", context.schema_name(schema)).set("table_name", name);
            });
        }
    }
}

fn sequences(context: &SystemContext<'_>, out: &mut Rows) {
    for s in context.catalog.sequences.values() {
        let identity = s.owned_by.is_some_and(|(t, n)| {
            context.catalog.table(t).and_then(|t| t.column(n)).is_some_and(|c| c.identity.is_some())
        });
        if identity || !Securable::Sequence(s).is_shown_to(context.subject, "rwU", "") {
            continue;
        }
        out.add(|row| {
            row.set("sequence_catalog", database(context)).set("sequence_schema", context.schema_name(s.schema));
            row.set("sequence_name", s.name.as_str()).set("data_type", type_name(s.ty.oid));
            let bits = registry::type_info(s.ty.oid).map_or(64, |t| i32::from(t.len) * 8);
            row.set("numeric_precision", bits).set("numeric_precision_radix", 2).set("numeric_scale", 0);
            row.set("start_value", s.start.to_string()).set("minimum_value", s.min.to_string());
            row.set("maximum_value", s.max.to_string()).set("increment", s.increment.to_string());
            row.set("cycle_option", yes_no(s.cycle));
        });
    }
}

/// A constraint as all these views see it.
struct Constraint<'a> {
    table: &'a Table,
    name: String,
    kind: &'static str,
    deferrable: bool,
    deferred: bool,
    /// Own columns in order; for a check, the columns that it mentions.
    columns: Vec<i16>,
    foreign: Option<Cow<'a, ForeignKey>>,
    check: Option<String>,
    nulls_distinct: Option<bool>,
}

/// `texts`: the clauses of checks are asked for.
fn constraints<'a>(context: &SystemContext<'a>, texts: bool) -> Vec<Constraint<'a>> {
    let catalog = context.catalog;
    let mut out = Vec::new();
    for table in catalog.tables.values().filter(|t| context.wants(t.oid, &t.name)) {
        let plain = |name: String, kind, columns| Constraint {
            table,
            name,
            kind,
            deferrable: false,
            deferred: false,
            columns,
            foreign: None,
            check: None,
            nulls_distinct: None,
        };
        // The standard knows no exclusion constraints.
        for u in table.uniques.iter().filter(|u| !u.exclusion) {
            let index = table.indexes.iter().find(|i| i.oid == u.index);
            let number = |k: &(IndexKey, bool, bool)| if let IndexKey::Column(n) = k.0 { Some(n) } else { None };
            let columns = index.map(|i| i.keys.iter().filter_map(number).collect()).unwrap_or_default();
            let kind = if u.primary { "PRIMARY KEY" } else { "UNIQUE" };
            let nulls_distinct = index.filter(|_| !u.primary).map(|i| !i.nulls_not_distinct);
            out.push(Constraint {
                deferrable: u.deferrable,
                deferred: u.initially_deferred,
                nulls_distinct,
                ..plain(u.name.clone(), kind, columns)
            });
        }
        for f in table.foreign_keys.iter().flat_map(|f| foreign_part::with_parts(catalog, f)) {
            out.push(Constraint {
                deferrable: f.deferrable,
                deferred: f.initially_deferred,
                ..plain(f.name.clone(), "FOREIGN KEY", f.columns.clone())
            });
            if let Some(last) = out.last_mut() {
                last.foreign = Some(f);
            }
        }
        for c in &table.checks {
            let check = texts.then(|| definition::constraint(context, c.oid, false).unwrap_or_default());
            out.push(Constraint { check, ..plain(c.name.clone(), "CHECK", c.columns.clone()) });
        }
        // PostgreSQL shows NOT NULL as a check whose name it makes up.
        for c in table.visible_columns().filter(|c| c.not_null) {
            let name = format!("{}_{}_{}_not_null", table.schema, table.oid, c.number);
            let check = Some(format!("{} IS NOT NULL", c.name));
            out.push(Constraint { check, ..plain(name, "CHECK", Vec::new()) });
        }
    }
    out
}

fn constraint_name(context: &SystemContext<'_>, row: &mut Row<'_>, c: &Constraint<'_>) {
    row.set("constraint_catalog", database(context)).set("constraint_schema", context.schema_name(c.table.schema));
    row.set("constraint_name", c.name.as_str());
}

fn table_name(context: &SystemContext<'_>, row: &mut Row<'_>, t: &Table) {
    row.set("table_catalog", database(context)).set("table_schema", context.schema_name(t.schema));
    row.set("table_name", t.name.as_str());
}

/// Whether the current role owns the table or may do more with it than read.
fn is_shown(context: &SystemContext<'_>, table: &Table) -> bool {
    Securable::Table(table).is_shown_to(context.subject, "awdDxt", "awx")
}

fn table_constraints(context: &SystemContext<'_>, out: &mut Rows) {
    for c in constraints(context, false).into_iter().filter(|c| is_shown(context, c.table)) {
        out.add(|row| {
            constraint_name(context, row, &c);
            table_name(context, row, c.table);
            row.set("constraint_type", c.kind).set("is_deferrable", yes_no(c.deferrable));
            row.set("initially_deferred", yes_no(c.deferred)).set("enforced", "YES");
            row.set("nulls_distinct", c.nulls_distinct.map(yes_no));
        });
    }
}

fn key_column_usage(context: &SystemContext<'_>, out: &mut Rows) {
    for c in constraints(context, false).iter().filter(|c| c.kind != "CHECK") {
        let of = Securable::Table(c.table);
        for (position, number) in (1_i32..).zip(&c.columns) {
            if !column_is_shown(context, &of, *number) {
                continue;
            }
            out.add(|row| {
                constraint_name(context, row, c);
                table_name(context, row, c.table);
                row.set("column_name", c.table.column(*number).map(|c| c.name.as_str()));
                row.set("ordinal_position", position)
                    .set("position_in_unique_constraint", in_unique(context, c, position));
            });
        }
    }
}

/// The place, in the parent's key, of a foreign key's column.
fn in_unique(context: &SystemContext<'_>, c: &Constraint<'_>, position: i32) -> Option<i32> {
    let foreign = c.foreign.as_ref()?;
    let wanted = foreign.parent_columns.get(usize::try_from(position - 1).ok()?)?;
    let parent = context.catalog.table(foreign.parent)?;
    let index = parent.indexes.iter().find(|i| i.oid == foreign.parent_index)?;
    let at = index.keys.iter().position(|k| matches!(k.0, IndexKey::Column(n) if n == *wanted))?;
    i32::try_from(at + 1).ok()
}

fn rule(action: FkAction) -> &'static str {
    match action {
        FkAction::NoAction => "NO ACTION",
        FkAction::Restrict => "RESTRICT",
        FkAction::Cascade => "CASCADE",
        FkAction::SetNull => "SET NULL",
        FkAction::SetDefault => "SET DEFAULT",
    }
}

fn referential_constraints(context: &SystemContext<'_>, out: &mut Rows) {
    for c in constraints(context, false).into_iter().filter(|c| is_shown(context, c.table)) {
        let Some(f) = &c.foreign else { continue };
        let parent = context.catalog.table(f.parent);
        let unique = parent.and_then(|p| p.uniques.iter().find(|u| u.index == f.parent_index));
        out.add(|row| {
            constraint_name(context, row, &c);
            if let (Some(parent), Some(unique)) = (parent, unique) {
                row.set("unique_constraint_catalog", database(context));
                row.set("unique_constraint_schema", context.schema_name(parent.schema));
                row.set("unique_constraint_name", unique.name.as_str());
            }
            row.set("match_option", if f.matching == FkMatch::Full { "FULL" } else { "NONE" });
            row.set("update_rule", rule(f.on_update)).set("delete_rule", rule(f.on_delete));
        });
    }
}

/// Columns that a constraint is about: those of the parent for a foreign key.
fn constraint_column_usage(context: &SystemContext<'_>, out: &mut Rows) {
    for c in constraints(context, false) {
        let (table, columns) = match &c.foreign {
            Some(f) => match context.catalog.table(f.parent) {
                Some(parent) => (&**parent, &f.parent_columns),
                None => continue,
            },
            None => (c.table, &c.columns),
        };
        for number in columns.iter().filter(|_| owns(context, table.owner)) {
            out.add(|row| {
                constraint_name(context, row, &c);
                table_name(context, row, table);
                row.set("column_name", table.column(*number).map(|c| c.name.as_str()));
            });
        }
    }
}

fn constraint_table_usage(context: &SystemContext<'_>, out: &mut Rows) {
    for c in constraints(context, false).iter().filter(|c| c.kind != "CHECK") {
        let parent = c.foreign.as_ref().and_then(|f| context.catalog.table(f.parent));
        if !owns(context, parent.map_or(c.table.owner, |p| p.owner)) {
            continue;
        }
        out.add(|row| {
            constraint_name(context, row, c);
            table_name(context, row, parent.map_or(c.table, |p| &**p));
        });
    }
}

fn check_constraints(context: &SystemContext<'_>, out: &mut Rows) {
    // Tables that inherit one share it.
    let mut told = HashSet::new();
    for c in constraints(context, true) {
        let Some(check) = c.check.as_ref().filter(|_| owns(context, c.table.owner)) else { continue };
        let clause = check.strip_prefix("CHECK ").unwrap_or(check);
        if !told.insert((c.table.schema, c.name.clone(), clause.to_owned())) {
            continue;
        }
        out.add(|row| {
            constraint_name(context, row, &c);
            row.set("check_clause", clause);
        });
    }
    super::information_types::checks(context, out);
}

fn routines(context: &SystemContext<'_>, out: &mut Rows) {
    let callable = |p: &&registry::Proc| !context.subject.on_function(context.catalog, p.oid).is_empty();
    let procs = registry::pg_procs().filter(|p| matches!(p.kind, ProcKind::Function | ProcKind::Procedure));
    for p in procs.filter(callable) {
        out.add(|row| {
            let specific = format!("{}_{}", p.name, p.oid);
            row.set("specific_catalog", database(context))
                .set("specific_schema", "pg_catalog")
                .set("specific_name", specific);
            row.set("routine_catalog", database(context))
                .set("routine_schema", "pg_catalog")
                .set("routine_name", p.name);
            row.set("routine_type", if p.kind == ProcKind::Function { "FUNCTION" } else { "PROCEDURE" });
            row.set("data_type", type_name(p.ret)).set("routine_body", "EXTERNAL").set("external_language", "INTERNAL");
            row.set("is_deterministic", yes_no(p.volatility == Volatility::Immutable));
            row.set("is_null_call", yes_no(p.strict)).set("security_type", "INVOKER");
        });
    }
}
