//! Operators of users: their rows of `pg_operator`, and how they are written.

use gavel_catalog::{Catalog, UserOperator};
use gavel_functions::registry;
use gavel_types::Oid;

use super::SystemContext;
use super::table::Rows;
use crate::ddl::names::quote;

pub(super) fn fill(context: &SystemContext<'_>, out: &mut Rows) {
    for o in context.catalog.operators.values() {
        out.add(|row| {
            row.set("oid", o.oid).set("oprname", o.name.as_str()).set("oprnamespace", o.schema);
            row.set("oprowner", o.owner).set("oprkind", if o.is_prefix() { 'l' } else { 'b' });
            row.set("oprcanmerge", o.merges).set("oprcanhash", o.hashes);
            row.set("oprleft", o.left).set("oprright", o.right).set("oprresult", o.result);
            row.set("oprcom", o.commutator).set("oprnegate", o.negator);
            row.set("oprcode", o.function).set("oprrest", o.restrict).set("oprjoin", o.join);
        });
    }
}

/// Whether the symbol alone, over its types, means the operator.
pub(crate) fn is_visible(catalog: &Catalog, search_path: &[String], operator: &UserOperator) -> bool {
    let own = |oid: Oid| {
        let same = |o: &&std::sync::Arc<UserOperator>| (o.left, o.right) == (operator.left, operator.right);
        catalog.operators_named(oid, &operator.name).find(same).map(|o| o.oid)
    };
    if registry::operator_exact(&operator.name, operator.left, operator.right).is_some() {
        return false;
    }
    search_path.iter().filter_map(|s| catalog.qualifier(s)).find_map(|s| own(s.oid)) == Some(operator.oid)
}

/// The symbol; with the schema where it is not found without.
pub(crate) fn text(catalog: &Catalog, search_path: &[String], operator: &UserOperator) -> String {
    if is_visible(catalog, search_path, operator) {
        return operator.name.clone();
    }
    let schema = catalog.schema_by_oid(operator.schema).map_or("", |s| s.name.as_str());
    format!("OPERATOR({}.{})", quote(schema), operator.name)
}
