//! `pg_describe_object` (<https://www.postgresql.org/docs/15/functions-info.html#FUNCTIONS-INFO-OBJECT>): objects as
//! PostgreSQL's messages call them, found by the catalog that they are in and their OID.

use gavel_catalog::snapshot::{
    PG_AMOP, PG_AMPROC, PG_AUTHID, PG_CLASS, PG_CONSTRAINT, PG_DATABASE, PG_NAMESPACE, PG_OPCLASS, PG_OPERATOR,
    PG_OPFAMILY, PG_POLICY, PG_PROC, PG_REWRITE, PG_TRIGGER, PG_TYPE,
};
use gavel_catalog::system::{self, PLPGSQL_LANGUAGE, SQL_LANGUAGE};
use gavel_catalog::{FamilyMember, IndexMethod};
use gavel_types::text_io::NameResolver;
use gavel_types::{Oid, SqlError, SqlResult};

use super::resolver::CatalogNames;
use super::{SystemContext, attributes, opclass, operator_classes, return_rule};
use crate::ddl::names::quote;

const PG_ATTRDEF: Oid = Oid(2604);
const PG_AM: Oid = Oid(2601);
const PG_COLLATION: Oid = Oid(3456);
const PG_LANGUAGE: Oid = Oid(2612);

/// The object of a catalog; `sub` is the number of a column, or 0. `None` if there is no such object.
///
/// # Errors
/// XX000 for a catalog whose objects are not described.
pub(super) fn describe(
    context: &SystemContext<'_>,
    names: &CatalogNames,
    (class, oid, sub): (Oid, Oid, i32),
) -> SqlResult<Option<String>> {
    if class.0 == 0 && oid.0 == 0 {
        return Ok(None);
    }
    let called = |what: &str, ty: Oid| names.name(oid, ty).map(|name| format!("{what} {name}"));
    Ok(match class {
        PG_CLASS if sub != 0 => column(context, names, oid, sub),
        PG_CLASS => relation(context, names, oid),
        PG_TYPE => called("type", Oid::REGTYPE),
        PG_PROC => called("function", Oid::REGPROCEDURE),
        PG_OPERATOR => called("operator", Oid::REGOPERATOR),
        PG_NAMESPACE => called("schema", Oid::REGNAMESPACE),
        PG_AUTHID => context.catalog.role_by_oid(oid).map(|r| format!("role {}", r.name)),
        PG_DATABASE => {
            let found = context.catalog.databases.values().find(|d| d.oid == oid);
            found.map(|d| format!("database {}", d.name))
        }
        PG_COLLATION => called("collation", Oid::REGCOLLATION),
        PG_AM => IndexMethod::of_oid(oid).map(|m| format!("access method {}", m.name())),
        PG_LANGUAGE => language(oid).map(|name| format!("language {name}")),
        PG_OPCLASS => operator_class(context, oid),
        PG_OPFAMILY => operator_family(context, oid),
        PG_AMOP => member(context, names, oid, false),
        PG_AMPROC => member(context, names, oid, true),
        PG_CONSTRAINT => constraint(context, names, oid),
        PG_ATTRDEF => default_value(context, names, oid),
        PG_TRIGGER => {
            let found = context.catalog.triggers().find(|(_, trigger)| trigger.oid == oid);
            found.and_then(|(on, trigger)| {
                Some(format!("trigger {} on {}", trigger.name, relation(context, names, on)?))
            })
        }
        PG_REWRITE => rule(context, names, oid),
        PG_POLICY => context.catalog.tables.values().find_map(|t| {
            let policy = t.row_security.policies.iter().find(|p| p.oid == oid)?;
            Some(format!("policy {} on {}", policy.name, relation(context, names, t.oid)?))
        }),
        _ => return Err(SqlError::internal(format!("unrecognized object class: {class}"))),
    })
}

fn language(oid: Oid) -> Option<&'static str> {
    match oid {
        SQL_LANGUAGE => Some("sql"),
        PLPGSQL_LANGUAGE => Some("plpgsql"),
        Oid(12) => Some("internal"),
        Oid(13) => Some("c"),
        _ => None,
    }
}

fn relation(context: &SystemContext<'_>, names: &CatalogNames, oid: Oid) -> Option<String> {
    let catalog = context.catalog;
    let what = if let Some(system) = system::relation_by_oid(oid) {
        if system.view { "view" } else { "table" }
    } else if let Some(table) = catalog.table(oid) {
        if table.materialized.is_some() { "materialized view" } else { "table" }
    } else if catalog.views.contains_key(&oid) {
        "view"
    } else if catalog.sequences.contains_key(&oid) {
        "sequence"
    } else if catalog.index_by_oid(oid).is_some() {
        "index"
    } else {
        let composite = catalog.types.values().find(|t| t.attributes().is_some() && t.oid.type_number() == oid.0)?;
        return names.type_text(composite.oid).map(|name| format!("composite type {name}"));
    };
    names.name(oid, Oid::REGCLASS).map(|name| format!("{what} {name}"))
}

fn column(context: &SystemContext<'_>, names: &CatalogNames, oid: Oid, number: i32) -> Option<String> {
    let catalog = context.catalog;
    let number = i16::try_from(number).ok()?;
    let at = usize::try_from(number).ok()?.checked_sub(1)?;
    let composite = || catalog.types.values().find(|t| t.attributes().is_some() && t.oid.type_number() == oid.0);
    let name = if let Some(system) = system::relation_by_oid(oid) {
        system.columns.get(at)?.name.to_owned()
    } else if let Some(table) = catalog.table(oid) {
        table.column(number).filter(|c| !c.dropped)?.name.clone()
    } else if let Some(view) = catalog.views.get(&oid) {
        view.columns.get(at)?.0.clone()
    } else {
        composite()?.attributes()?.iter().find(|a| a.number == number)?.name.clone()
    };
    Some(format!("column {} of {}", quote(&name), relation(context, names, oid)?))
}

fn constraint(context: &SystemContext<'_>, names: &CatalogNames, oid: Oid) -> Option<String> {
    for t in context.catalog.tables.values() {
        let unique = t.uniques.iter().find(|c| c.oid == oid).map(|c| &c.name);
        let check = t.checks.iter().find(|c| c.oid == oid).map(|c| &c.name);
        let key = t.foreign_keys.iter().find(|c| c.oid == oid).map(|c| &c.name);
        if let Some(name) = unique.or(check).or(key) {
            return Some(format!("constraint {} on {}", quote(name), relation(context, names, t.oid)?));
        }
    }
    let domains = context.catalog.types.values().filter_map(|t| t.domain());
    let found = domains.flat_map(|d| &d.checks).find(|c| c.oid == oid)?;
    Some(format!("constraint {}", quote(&found.name)))
}

fn default_value(context: &SystemContext<'_>, names: &CatalogNames, oid: Oid) -> Option<String> {
    context.catalog.tables.values().find_map(|t| {
        let own = |number: i16| attributes::default_oid(t.oid, number) == oid;
        let column = t.visible_columns().find(|c| c.default.is_some() && own(c.number))?;
        Some(format!("default value for column {} of {}", quote(&column.name), relation(context, names, t.oid)?))
    })
}

fn rule(context: &SystemContext<'_>, names: &CatalogNames, oid: Oid) -> Option<String> {
    if let Some((on, rule)) = context.catalog.rules().find(|(_, rule)| rule.oid == oid) {
        return Some(format!("rule {} on {}", rule.name, relation(context, names, on)?));
    }
    let kept = context.catalog.tables.values().filter(|t| t.materialized.is_some()).map(|t| t.oid);
    let view = context.catalog.views.keys().copied().chain(kept).find(|view| return_rule(*view) == oid)?;
    Some(format!("rule _RETURN on {}", relation(context, names, view)?))
}

fn operator_class(context: &SystemContext<'_>, oid: Oid) -> Option<String> {
    let (name, method) = match context.catalog.operator_class(oid) {
        Some(class) => (operator_classes::class_text(context.catalog, context.search_path, class), class.method.name()),
        None => {
            let class = opclass::by_oid(oid)?;
            (quote(class.name), IndexMethod::of_oid(class.method)?.name())
        }
    };
    Some(format!("operator class {name} for access method {method}"))
}

fn operator_family(context: &SystemContext<'_>, oid: Oid) -> Option<String> {
    let (name, method) = match context.catalog.operator_family(oid) {
        Some(family) => {
            (operator_classes::family_text(context.catalog, context.search_path, family), family.method.name())
        }
        None => {
            let (method, name) = opclass::family_by_oid(oid)?;
            (quote(name), IndexMethod::of_oid(method)?.name())
        }
    };
    Some(format!("operator family {name} for access method {method}"))
}

/// An operator of a family, or a function.
fn member(context: &SystemContext<'_>, names: &CatalogNames, oid: Oid, function: bool) -> Option<String> {
    let own = context.catalog.operator_families.values().find_map(|family| {
        let list = if function { &family.functions } else { &family.operators };
        list.iter().find(|m| m.oid == oid).map(|m| (family.oid, *m))
    });
    let (family, found): (Oid, FamilyMember) = own.or_else(|| opclass::member_by_oid(oid, function))?;
    let (what, ty) = if function { ("function", Oid::REGPROCEDURE) } else { ("operator", Oid::REGOPERATOR) };
    let (left, right) = (names.type_text(found.left)?, names.type_text(found.right)?);
    let (number, of, object) = (found.number, operator_family(context, family)?, names.name(found.object, ty)?);
    Some(format!("{what} {number} ({left}, {right}) of {of}: {object}"))
}
