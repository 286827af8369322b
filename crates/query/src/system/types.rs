//! `pg_type` and `pg_enum`: types of users, row types of tables and views, and the arrays over them, behind
//! those of PostgreSQL's own.

use gavel_catalog::snapshot::row_type;
use gavel_catalog::{Catalog, Definition, Domain, UserType};
use gavel_functions::registry;
use gavel_types::Oid;

use super::table::{Row, Rows};
use super::{SystemContext, builtin, definition, deparse, privileges};

/// Longest name.
const MAX_NAME_BYTES: usize = 63;
/// `array_recv`, `array_send`, `array_subscript_handler`, `array_typanalyze`.
const ARRAY_RECV: Oid = Oid(2400);
const ARRAY_SEND: Oid = Oid(2401);
const ARRAY_SUBSCRIPT: Oid = Oid(6179);
const ARRAY_ANALYZE: Oid = Oid(3816);
const DOMAIN_IN: Oid = Oid(2597);
const DOMAIN_RECV: Oid = Oid(2598);

pub(super) fn fill(context: &SystemContext<'_>, name: &str, out: &mut Rows) -> bool {
    match name {
        "pg_type" => {
            builtin::types(out);
            types(context, out);
        }
        "pg_enum" => labels(context, out),
        _ => return false,
    }
    true
}

/// What a type is called, and whose it is.
struct Named<'a> {
    oid: Oid,
    schema: Oid,
    name: &'a str,
    owner: Oid,
}

fn types(context: &SystemContext<'_>, out: &mut Rows) {
    for t in context.catalog.types.values() {
        let named = Named { oid: t.oid, schema: t.schema, name: &t.name, owner: t.owner };
        out.add(|row| {
            base(row, &named);
            user_type(context, row, t);
            row.set("typacl", privileges::value(context, &t.acl));
        });
        array(context.catalog, out, &named);
    }
    let tables = context.catalog.tables.values().map(|t| (t.oid, t.schema, &t.name, t.owner));
    let views = context.catalog.views.values().map(|v| (v.oid, v.schema, &v.name, v.owner));
    for (relation, schema, name, owner) in tables.chain(views) {
        let Some(oid) = row_type(relation) else { continue };
        let named = Named { oid, schema, name, owner };
        out.add(|row| {
            base(row, &named);
            row.set("typrelid", relation);
        });
        array(context.catalog, out, &named);
    }
}

/// What all types have.
fn common(row: &mut Row<'_>, named: &Named<'_>, oid: Oid) {
    row.set("oid", oid).set("typnamespace", named.schema).set("typowner", named.owner);
    row.set("typisdefined", true).set("typdelim", ',').set("typtypmod", -1);
    if let Some(info) = registry::type_info(oid) {
        let function = |text: &str| Oid(text.parse().unwrap_or(0));
        row.set("typlen", info.len).set("typbyval", info.by_value).set("typtype", info.kind);
        row.set("typcategory", info.category).set("typalign", info.align).set("typstorage", info.storage);
        row.set("typinput", function(info.input)).set("typoutput", function(info.output));
    }
}

fn base(row: &mut Row<'_>, named: &Named<'_>) {
    common(row, named, named.oid);
    row.set("typname", named.name).set("typarray", named.oid.array_of().unwrap_or_default());
    let (receive, send) = if named.oid.is_enum() { (3532, 3533) } else { (2402, 2403) };
    row.set("typreceive", Oid(receive)).set("typsend", Oid(send));
}

fn user_type(context: &SystemContext<'_>, row: &mut Row<'_>, t: &UserType) {
    match &t.definition {
        Definition::Composite(_) => {
            row.set("typrelid", Oid(t.oid.type_number()));
        }
        Definition::Domain(d) => domain(context, row, d),
        Definition::Enum(_) => {}
    }
}

/// A domain is stored as its base type is.
fn domain(context: &SystemContext<'_>, row: &mut Row<'_>, d: &Domain) {
    if let Some(base) = registry::type_info(d.base.oid) {
        row.set("typlen", base.len).set("typbyval", base.by_value).set("typcategory", base.category);
        row.set("typalign", base.align).set("typstorage", base.storage).set("typcollation", base.collation);
        row.set("typoutput", Oid(base.output.parse().unwrap_or(0)));
        let send = if base.category == 'A' { ARRAY_SEND } else { builtin::binary_function(base.name, "send") };
        row.set("typsend", send);
    }
    row.set("typtype", 'd').set("typinput", DOMAIN_IN).set("typreceive", DOMAIN_RECV);
    row.set("typbasetype", d.over.unwrap_or(d.base.oid)).set("typnotnull", d.not_null);
    row.set("typtypmod", if d.over.is_some() { -1 } else { d.base.typmod });
    row.set("typndims", i32::from(d.over.is_none() && d.base.oid.element().is_some()));
    if let Some(shown) = domain_default(context, d) {
        row.set("typdefault", shown.clone()).set("typdefaultbin", shown);
    }
}

/// The default of a domain as it is shown.
pub(super) fn domain_default(context: &SystemContext<'_>, d: &Domain) -> Option<String> {
    let sql = d.default.as_deref()?;
    let shown = deparse::kept_default(context, sql, d.base);
    Some(shown.unwrap_or_else(|| definition::expression(context, sql)))
}

fn array(catalog: &Catalog, out: &mut Rows, named: &Named<'_>) {
    let Some(oid) = named.oid.array_of() else { return };
    let mut name = catalog.array_name(named.schema, named.name);
    let mut end = name.len().min(MAX_NAME_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    out.add(|row| {
        common(row, named, oid);
        row.set("typname", name).set("typelem", named.oid).set("typsubscript", ARRAY_SUBSCRIPT);
        row.set("typreceive", ARRAY_RECV).set("typsend", ARRAY_SEND).set("typanalyze", ARRAY_ANALYZE);
        // Aligned as their elements are, but no less than four bytes.
        let align = registry::type_info(named.oid).map_or('i', |t| t.align);
        row.set("typalign", if align == 'd' { 'd' } else { 'i' });
    });
}

fn labels(context: &SystemContext<'_>, out: &mut Rows) {
    for t in context.catalog.types.values() {
        for label in t.labels().unwrap_or_default() {
            out.add(|row| {
                row.set("oid", label.oid).set("enumtypid", t.oid).set("enumsortorder", label.order);
                row.set("enumlabel", label.label.as_str());
            });
        }
    }
}
