//! Views of `information_schema` about types of users: domains and what uses them, composite types.

use std::sync::Arc;

use gavel_catalog::{Definition, Domain, UserType};
use gavel_types::{Oid, PgType};

use super::information::{data_type, database};
use super::table::{Row, Rows};
use super::{SystemContext, definition, types};

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    match name {
        "domains" => domains(context, out),
        "domain_constraints" => constraints(context, out),
        "domain_udt_usage" => udt_usage(context, out),
        "column_domain_usage" => column_usage(context, out),
        "column_udt_usage" => column_udt_usage(context, out),
        "user_defined_types" => composites(context, out),
        "attributes" => attributes(context, out),
        _ => return false,
    }
    true
}

fn all_domains<'a>(context: &SystemContext<'a>) -> impl Iterator<Item = (&'a UserType, &'a Domain)> {
    let catalog = context.catalog;
    catalog.types.values().filter_map(|t| Some((&**t, t.domain()?)))
}

fn domain_name(context: &SystemContext<'_>, row: &mut Row<'_>, t: &UserType) {
    row.set("domain_catalog", database(context)).set("domain_schema", context.schema_name(t.schema));
    row.set("domain_name", t.name.as_str());
}

fn domains(context: &SystemContext<'_>, out: &mut Rows) {
    for (t, d) in all_domains(context).filter(|d| is_shown(context, d.0)) {
        out.add(|row| {
            data_type(context, row, d.base, 1);
            domain_name(context, row, t);
            row.set("domain_default", types::domain_default(context, d)).set("dtd_identifier", "1");
        });
    }
}

/// Whether the current role owns the type or may use it.
fn is_shown(context: &SystemContext<'_>, ty: &UserType) -> bool {
    context.subject.has_privileges_of(ty.owner) || !context.subject.on_type(ty).is_empty()
}

fn constraints(context: &SystemContext<'_>, out: &mut Rows) {
    for (t, d) in all_domains(context).filter(|d| is_shown(context, d.0)) {
        for check in &d.checks {
            out.add(|row| {
                domain_name(context, row, t);
                row.set("constraint_catalog", database(context)).set("constraint_name", check.name.as_str());
                row.set("constraint_schema", context.schema_name(t.schema));
                row.set("is_deferrable", "NO").set("initially_deferred", "NO");
            });
        }
    }
}

/// Rows of `check_constraints`.
pub(super) fn checks(context: &SystemContext<'_>, out: &mut Rows) {
    for (t, d) in all_domains(context).filter(|d| context.subject.has_privileges_of(d.0.owner)) {
        for check in &d.checks {
            let shown = definition::domain_check(context, d, check, false);
            let clause = shown.strip_prefix("CHECK ").unwrap_or(&shown);
            out.add(|row| {
                row.set("constraint_catalog", database(context)).set("constraint_name", check.name.as_str());
                row.set("constraint_schema", context.schema_name(t.schema)).set("check_clause", clause);
            });
        }
    }
}

/// Schema and name of a type of any kind, an array by the name of its own.
pub(super) fn udt_name<'a>(context: &'a SystemContext<'a>, oid: Oid) -> (&'a str, String) {
    let (schema, name) = match context.catalog.type_name(oid).filter(|_| oid.is_user_type()) {
        Some((schema, name)) => (context.schema_name(schema), name.to_owned()),
        None => ("pg_catalog", gavel_functions::registry::type_info(oid).map_or("", |t| t.name).to_owned()),
    };
    let array = if oid.is_user_array() { "_" } else { "" };
    (schema, format!("{array}{name}"))
}

fn udt(context: &SystemContext<'_>, row: &mut Row<'_>, oid: Oid) {
    let (schema, name) = udt_name(context, oid);
    row.set("udt_catalog", database(context)).set("udt_schema", schema).set("udt_name", name);
}

/// Whether the current role owns a type of any kind.
fn owns_type(context: &SystemContext<'_>, oid: Oid) -> bool {
    let found = context.catalog.user_type(oid.element().unwrap_or(oid));
    context.subject.has_privileges_of(found.map_or(gavel_catalog::bootstrap::SUPERUSER, |t| t.owner))
}

fn udt_usage(context: &SystemContext<'_>, out: &mut Rows) {
    for (t, d) in all_domains(context).filter(|d| owns_type(context, d.1.base.oid)) {
        out.add(|row| {
            udt(context, row, d.base.oid);
            domain_name(context, row, t);
        });
    }
}

/// Columns of tables and views with the types that they were declared with.
fn columns<'a>(context: &SystemContext<'a>) -> impl Iterator<Item = (Oid, &'a str, &'a str, PgType)> {
    let catalog = context.catalog;
    let tables = catalog
        .tables
        .values()
        .filter(|t| t.materialized.is_none())
        .flat_map(|t| t.visible_columns().map(|c| (t.schema, t.name.as_str(), c.name.as_str(), c.declared())));
    let views = catalog
        .views
        .values()
        .flat_map(|v| v.columns.iter().map(|(name, ty)| (v.schema, v.name.as_str(), name.as_str(), *ty)));
    tables.chain(views)
}

fn place(context: &SystemContext<'_>, row: &mut Row<'_>, (schema, table, column): (Oid, &str, &str)) {
    row.set("table_catalog", database(context)).set("table_schema", context.schema_name(schema));
    row.set("table_name", table).set("column_name", column);
}

fn column_usage(context: &SystemContext<'_>, out: &mut Rows) {
    for (schema, table, column, ty) in columns(context) {
        let domain = context.catalog.user_type(ty.oid).filter(|_| ty.oid.is_domain() && owns_type(context, ty.oid));
        let Some(domain) = domain else { continue };
        out.add(|row| {
            domain_name(context, row, domain);
            place(context, row, (schema, table, column));
        });
    }
}

fn column_udt_usage(context: &SystemContext<'_>, out: &mut Rows) {
    for (schema, table, column, ty) in columns(context) {
        let base = context.catalog.base_type(ty.oid).filter(|_| ty.oid.is_over_domain()).unwrap_or(ty);
        if !owns_type(context, base.oid) {
            continue;
        }
        out.add(|row| {
            udt(context, row, base.oid);
            place(context, row, (schema, table, column));
        });
    }
}

fn composites(context: &SystemContext<'_>, out: &mut Rows) {
    let shown = |t: &&Arc<UserType>| matches!(t.definition, Definition::Composite(_)) && is_shown(context, t);
    for t in context.catalog.types.values().filter(shown) {
        out.add(|row| {
            row.set("user_defined_type_catalog", database(context));
            row.set("user_defined_type_schema", context.schema_name(t.schema));
            row.set("user_defined_type_name", t.name.as_str()).set("user_defined_type_category", "STRUCTURED");
            row.set("is_instantiable", "YES");
        });
    }
}

fn attributes(context: &SystemContext<'_>, out: &mut Rows) {
    for t in context.catalog.types.values().filter(|t| is_shown(context, t)) {
        for a in t.attributes().unwrap_or_default() {
            out.add(|row| {
                // Which sets the columns about the field's type, two of which are called otherwise in this view.
                data_type(context, row, a.ty, a.number);
                let (schema, name) = udt_name(context, a.ty.oid);
                row.set("attribute_udt_catalog", database(context)).set("attribute_udt_schema", schema);
                row.set("attribute_udt_name", name)
                    .set("udt_schema", context.schema_name(t.schema))
                    .set("udt_name", t.name.as_str());
                row.set("attribute_name", a.name.as_str()).set("ordinal_position", i32::from(a.number));
                row.set("is_nullable", "YES").set("is_derived_reference_attribute", "NO");
            });
        }
    }
}
