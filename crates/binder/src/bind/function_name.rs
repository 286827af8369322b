//! Functions by name alone, as `regproc` and its kin ask.

use gavel_catalog::system::TEMPORARY_SCHEMA;
use gavel_functions::registry;
use gavel_types::Oid;

use super::name::Qualified;
use crate::context::BindContext;

/// Every function that a name may mean, with the types of its inputs; those that one of an earlier schema hides are
/// left out.
pub fn functions_of_name(context: &BindContext<'_>, name: &Qualified) -> Vec<(Oid, Vec<Oid>)> {
    let catalog = context.catalog;
    let mut found: Vec<(Oid, Vec<Oid>)> = Vec::new();
    let mut add = |oid: Oid, args: Vec<Oid>| {
        if !found.iter().any(|(_, known)| *known == args) {
            found.push((oid, args));
        }
    };
    let mut within = |schema: &str| {
        if schema == "pg_catalog" {
            registry::procs_named(&name.name).for_each(|p| add(p.oid, p.args.clone()));
        }
        // Temporary functions are found by their schema alone.
        let open = |s: &Oid| name.schema.is_some() || *s != TEMPORARY_SCHEMA;
        let own = catalog.qualifier(schema).map(|s| s.oid).filter(open).unwrap_or_default();
        catalog.functions_named(own, &name.name).for_each(|f| add(f.oid, f.input_types()));
    };
    match name.schema.as_deref() {
        Some(schema) => within(schema),
        None => {
            if !context.search_path.iter().any(|s| s == "pg_catalog") {
                within("pg_catalog");
            }
            for schema in context.search_path {
                within(if schema == "$user" { context.user } else { schema });
            }
        }
    }
    found
}
